"""
A hand-off: all that the next team needs to go on without asking anything twice.

It is self-contained: every id comes with its text, so that it can be read, and
rendered, without the tree. Costs are in minutes, chances fractions of 1, weights log2
odds. Answers to private questions are not in it, neither as text nor in the events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pydantic import TypeAdapter

from troubleshoot.catalogue import DEFAULT
from troubleshoot.files import LARGEST
from troubleshoot.session import serialize
from troubleshoot.session.events import Closed
from troubleshoot.session.options import SOMEBODY
from troubleshoot.session.report.transcript import (
    IdAndText,
    Move,
    RecordedEnding,
    Taken,
)
from troubleshoot.session.serialize import FORMAT, StrictJSON, TreeMark
from troubleshoot.session.steps import ActionWords, QuestionWords
from troubleshoot.tree.read_only import ReadOnly, read_only
from troubleshoot.tree.tree import Risk

StepKind: TypeAlias = Literal["question", "action"]

HANDED: Final = StrictJSON("hand-off", longest=LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Closed):
    """
    Evidence against a cause; ``log2_odds`` is None where it excludes for certain.

    Of a private question only the mask is left, and not which one it was.
    """

    step: str
    text: str
    answer: str
    log2_odds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut(Closed):
    """A root cause that is out, for certain or nearly so, and by what."""

    cause: IdAndText
    certain: bool
    belief: float
    by: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy(Closed):
    """An action that is likely to help, and what to mind: one of several is enough."""

    id: str
    text: str
    minutes: float
    title: str = ""
    wait: float = 0.0
    setup: str = ""
    caution: str = ""
    risk: Risk = "none"
    by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible(Closed):
    """A root cause that is left; ``group`` is what it is a part of, if anything."""

    cause: IdAndText
    belief: float
    group: str = ""
    about: str = ""
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely(Closed):
    """A root cause and its belief; the text is empty of one that is not listed."""

    cause: IdAndText
    belief: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected(Closed):
    """
    An answer that may come, how likely, and what follows from it.

    ``rules_out`` are root causes, ``then`` the likeliest after it; ``stop`` is what to
    do at once, of an urgent question.
    """

    id: str
    text: str
    probability: float
    rules_out: tuple[IdAndText, ...] = ()
    then: tuple[Likely, ...] = ()
    stop: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo(Closed, QuestionWords, ActionWords):
    """
    A step worth taking next.

    ``caution`` and ``setup`` come before ``text``; ``title`` and ``chance``, P(it fixes
    the symptom), are of an action. ``by`` and ``needs`` are who and what it takes.
    """

    kind: StepKind
    minutes: float
    wait: float = 0.0
    setup: str = ""
    reason: str = ""
    urgent: bool = False
    chance: float | None = None
    answers: tuple[Expected, ...] = ()
    by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt(Closed):
    """
    Evidence worth checking again, as the rest would agree without it.

    ``confusable`` are the texts of the answers that are easily taken for this one.
    """

    kind: StepKind
    step: str
    text: str
    answer: str
    minutes: float
    wait: float = 0.0
    restored: bool
    confusable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut(Closed):
    """An answer that was given and does not count now, and why."""

    step: str
    text: str
    answer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Closed):
    """
    A step that was put, what was said instead of an answer, and how to take it.

    ``answers`` are the texts of those that a question has.
    """

    kind: StepKind
    step: str
    text: str
    reply: str
    minutes: float
    title: str = ""
    wait: float = 0.0
    how: str = ""
    caution: str = ""
    risk: Risk = "none"
    unit: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Later(Closed):
    """A question that is open, and what it costs in minutes."""

    id: str
    text: str
    minutes: float
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Closed):
    """To whom to hand over, at what cost, and what to bring."""

    to: str
    minutes: float | None
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Closed):
    """What the tree wants noted, and what was; masked if private."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(Closed):
    """
    Where a session stands, for whoever takes it over.

    ``begun`` and ``until`` are the times of its first and last event; ``by`` and
    ``has`` who was there and with what, None for everybody and everything. ``next`` are
    the best steps now, whoever takes them, and ``later`` the other open questions, what
    tells most per minute first; ``unknown`` is the belief in a cause that nobody
    listed. ``actor`` is who began it; ``language`` is that of its texts. ``roles`` and
    ``things`` are the titles of all that is named under ``by``, ``has`` and ``needs``.
    ``recorded`` is what the tree wants noted and was, ``missing`` what was not although
    it is wanted in any case or its step was taken.
    ``variables`` are what those of the tree stand for in the texts. ``assumed`` is what
    is taken as known now. ``withheld`` are the private questions that were answered,
    and those whose answers do not count because of them. ``session`` is the text from
    which ``troubleshoot.resume`` goes on.
    """

    library: str
    tree: TreeMark
    symptom: str
    begun: str
    until: str
    by: tuple[str, ...] | None
    has: tuple[str, ...] | None
    ending: RecordedEnding | None
    next: tuple[ToDo, ...]
    later: tuple[Later, ...]
    possible: tuple[Possible, ...]
    unknown: float
    surprise: str
    doubts: tuple[Doubt, ...]
    facts: tuple[Move, ...]
    steps: tuple[Move, ...]
    left_out: tuple[LeftOut, ...]
    not_answered: tuple[Open, ...]
    withheld: tuple[IdAndText, ...]
    ruled_out: tuple[RuledOut, ...]
    escalate: Escalate | None
    session: str
    actor: str = SOMEBODY
    roles: tuple[IdAndText, ...] = ()
    things: tuple[IdAndText, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    missing: tuple[IdAndText, ...] = ()
    language: str = DEFAULT
    variables: Mapping[str, str] = field(default_factory=ReadOnly, hash=False)
    assumed: tuple[Taken, ...] = ()

    def __post_init__(self) -> None:
        read_only(self, "variables")

    def __repr__(self) -> str:
        return f"HandOff({self.tree.id!r}, {len(self.steps)} steps)"

    @property
    def minutes(self) -> float:
        """Minutes that the steps so far take by the tree."""
        return sum(each.minutes for each in self.steps)

    @property
    def wait(self) -> float:
        """Minutes of waiting besides."""
        return sum(each.wait for each in self.steps)

    @property
    def notes(self) -> tuple[Move, ...]:
        """The remarks among the steps."""
        return tuple(each for each in self.steps if each.kind == "note")

    def to_json(self) -> str:
        """The hand-off as JSON text, which ``troubleshoot.resume`` takes as well."""
        shape: dict[str, Any] = {"format": FORMAT, **asdict(self)}
        shape["session"] = json.loads(self.session)
        return _dumped(shape)

    @staticmethod
    def from_json(text: str) -> HandOff:
        """
        The hand-off in this text.

        Raises:
            SessionError: it is none; the message is one sentence.
        """
        inner = HANDED.checked(HANDED.parsed(text), "session")
        inner["session"] = _dumped(inner["session"])
        serialize.read(inner["session"])
        del inner["format"]
        return HANDED.validated(_reader, inner)


_reader: Final = TypeAdapter(HandOff)


def _dumped(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
