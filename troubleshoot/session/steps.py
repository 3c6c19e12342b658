"""
What a session recommends: a question, an action, or an ending.

Costs are in minutes and include the setups that are not open yet; gains are in bits;
chances are fractions of 1. The classes of the same names in ``troubleshoot.tree`` are
what the author wrote; these are what the customer is told now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Escalation, Risk

EndingKind: TypeAlias = Literal[
    "found", "narrowed", "unknown", "stopped", "fixed", "given up"
]


class Reply(Enum):
    """What can be said to every question besides its answers."""

    DONT_KNOW = "dont-know"
    NOT_NOW = "not-now"


DONT_KNOW: Final = Reply.DONT_KNOW
NOT_NOW: Final = Reply.NOT_NOW


@dataclass(frozen=True, slots=True)
class Titled:
    """A cause or an action by its id, with a title that people read."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """A root cause with P(cause | evidence)."""

    id: str
    title: str
    belief: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer on offer: P(answer) now, and the root causes it would rule out."""

    id: str
    text: str
    probability: float
    rules_out: tuple[Titled, ...] = ()


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """A question that lost to the one that is asked."""

    id: str
    gain_bits: float
    cost_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    A question to put now; ``reason`` says why this one.

    ``again`` says why it comes once more, where an action has overtaken its answer;
    the reason begins with it.
    """

    is_end: ClassVar[Literal[False]] = False
    kind: ClassVar[Literal["question"]] = "question"

    id: str
    text: str
    answers: tuple[Choice, ...]
    why: str = ""
    how: str = ""
    unit: str = ""
    setup: str = ""
    again: str = ""
    urgent: bool = False
    gain_bits: float = 0.0
    cost_min: float = 0.0
    reason: str = ""
    runners_up: tuple[RunnerUp, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    An action to take now; ``chance`` is P(it fixes the symptom).

    ``causes`` are the root causes that it may fix, the likeliest first.
    """

    is_end: ClassVar[Literal[False]] = False
    kind: ClassVar[Literal["action"]] = "action"

    id: str
    title: str
    text: str
    why: str = ""
    how: str = ""
    verify: str = ""
    caution: str = ""
    risk: Risk = "none"
    setup: str = ""
    cost_min: float = 0.0
    chance: float = 0.0
    causes: tuple[LikelyCause, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """
    Nothing more to ask or to do, and why.

    ``causes`` are root causes, the likeliest first; ``confidence`` is the belief that
    the cause is one of them, or for ``unknown`` that it is none of those listed.
    """

    is_end: ClassVar[Literal[True]] = True

    kind: EndingKind
    text: str
    reason: str = ""
    causes: tuple[LikelyCause, ...] = ()
    confidence: float = 0.0
    actions: tuple[Titled, ...] = ()
    escalate: Escalation | None = None


Step: TypeAlias = Question | Action | Ending
