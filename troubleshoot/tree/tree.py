"""
The diagnostic tree as a value: linked, checked, frozen.

Costs are in minutes. Chances are fractions of 1. A cause with causes under it is a
group; priors of root causes are normalised so that together with ``unknown`` they
sum to 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import troubleshoot
from troubleshoot.errors import UnknownName

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.DiGraph[str]
else:
    Graph = Any  # networkx takes no parameters when it runs

Risk = Literal["none", "disruptive", "irreversible"]
UNKNOWN = "unknown"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A group or a root cause; ``prior`` is P(cause) before any evidence."""

    id: str
    title: str
    about: str = ""
    parent: str | None = None
    depth: int = 0
    children: tuple[str, ...] = ()
    prior: float = 0.0
    actions: tuple[str, ...] = ()
    line: int = 0

    @property
    def is_group(self) -> bool:
        """Whether other causes stand under it."""
        return bool(self.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Numbers from ``low`` to ``high``; an end that is ``open`` does not belong."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, number: float) -> bool:
        above = number > self.low if self.low_open else number >= self.low
        below = number < self.high if self.high_open else number <= self.high
        return above and below


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a question; ``range`` where the question takes a number."""

    id: str
    text: str
    range: Range | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a step takes: who does it, with what, and which answers before it."""

    by: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    Something to find out.

    ``given`` maps each root cause that the question speaks about to its
    P(answer | cause), in the order of ``answers``; the others answer by
    ``otherwise``. An urgent question has no likelihoods but ``stop`` texts.
    """

    id: str
    ask: str
    answers: tuple[Answer, ...]
    why: str = ""
    how: str = ""
    unit: str = ""
    cost: float = 1.0
    setup: str | None = None
    needs: Needs = Needs()
    given: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    otherwise: tuple[float, ...] = ()
    confusable: tuple[tuple[str, str], ...] = ()
    private: bool = False
    stop: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    @property
    def is_urgent(self) -> bool:
        """Asked before anything else, whatever the gain."""
        return bool(self.stop)

    def answer(self, id: str) -> Answer:
        """The answer of this id, or ``UnknownName``."""
        for each in self.answers:
            if each.id == id:
                return each
        raise UnknownName("answer", id, [each.id for each in self.answers])


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    Something to do that may fix causes.

    ``fixes`` maps root causes to P(fixes | cause); a cause not in it is never fixed.
    ``changes`` names the questions whose answers are stale afterwards.
    """

    id: str
    do: str
    why: str = ""
    how: str = ""
    cost: float = 1.0
    setup: str | None = None
    needs: Needs = Needs()
    fixes: Mapping[str, float] = field(default_factory=dict)
    verify: str = ""
    caution: str = ""
    risk: Risk = "none"
    changes: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Something done once, after which the steps that need it are cheap."""

    id: str
    do: str
    cost: float = 1.0
    setup: str | None = None
    needs: Needs = Needs()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """To whom to hand over; ``cost`` None makes handing over the last resort."""

    to: str = ""
    cost: float | None = None
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeTest:
    """Answers, and the cause that they must lead to."""

    id: str
    answers: Mapping[str, str]
    finds: str
    within: int | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """
    A diagnostic tree, compared by identity and safe to share between threads.

    Mappings keep the order of the file. ``questions`` holds the urgent ones too,
    first. ``unknown`` is the prior of a cause that is not listed.
    """

    id: str
    title: str
    symptom: str = ""
    about: str = ""
    version: str = ""
    owner: str = ""
    review_by: date | None = None
    sources: tuple[tuple[str, str], ...] = ()
    confidence: float = 0.9
    reliability: float = 0.98
    unknown: float = 0.03
    causes: Mapping[str, Cause]
    questions: Mapping[str, Question]
    setups: Mapping[str, Setup] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    escalate: Escalation = Escalation()
    tests: tuple[TreeTest, ...] = ()
    file: str = ""
    content: Any = field(default=None, repr=False)

    @cached_property
    def root_causes(self) -> tuple[Cause, ...]:
        """The leaves, in the order of the file."""
        return tuple(each for each in self.causes.values() if not each.is_group)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when the content of the file changes."""
        text = json.dumps(self.content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def graph(self) -> Graph:
        """The hierarchy of causes as a networkx graph, groups to causes."""
        import networkx as nx  # noqa: PLC0415 - slow to import, rarely needed

        graph: Graph = nx.DiGraph()
        graph.add_nodes_from(self.causes)
        graph.add_edges_from(
            (cause.parent, cause.id)
            for cause in self.causes.values()
            if cause.parent is not None
        )
        return graph

    def cause(self, id: str) -> Cause:
        """The cause or group of this id, or ``UnknownName``."""
        return _named("cause", id, self.causes)

    def question(self, id: str) -> Question:
        """The question of this id, urgent ones included, or ``UnknownName``."""
        return _named("question", id, self.questions)

    def action(self, id: str) -> Action:
        """The action of this id, or ``UnknownName``."""
        return _named("action", id, self.actions)

    def leaves(self, id: str) -> tuple[str, ...]:
        """The root causes under a group, or the root cause itself."""
        cause = self.cause(id)
        if not cause.is_group:
            return (id,)
        return tuple(leaf for child in cause.children for leaf in self.leaves(child))

    def begin(
        self,
        facts: Mapping[str, object] | None = None,
        *,
        by: str | Iterable[str] | None = None,
        has: str | Iterable[str] | None = None,
        strategy: str | troubleshoot.Strategy = "information",
        clock: Callable[[], datetime] | None = None,
        probes: Mapping[str, troubleshoot.Probe] | None = None,
        probe_seconds: float = 5.0,
    ) -> troubleshoot.Session:
        """
        A session with this tree; see ``troubleshoot.session.begin``.

        The one import that points upwards: the verb belongs to the value for whoever
        uses it, and to the room above for whoever reads it. Its types are named by
        the package, which fetches them when somebody asks for the hints.
        """
        from troubleshoot.session import begin  # noqa: PLC0415

        return begin(
            self,
            facts,
            by=by,
            has=has,
            strategy=strategy,
            clock=clock,
            probes=probes,
            probe_seconds=probe_seconds,
        )


def _named(kind: str, name: str, known: Mapping[str, T]) -> T:
    try:
        return known[name]
    except KeyError:
        raise UnknownName(kind, name, known) from None
