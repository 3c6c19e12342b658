"""
What a session recommends: a question, an action, or an ending.

Costs are in minutes and include the setups that are not open yet; gains are in bits;
chances are fractions of 1. A ``token`` belongs to one step of one session as it is,
and ``Session.reply`` takes it. The classes of the same names in
``troubleshoot.tree`` are what the author wrote; these are what the customer is told
now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, ClassVar, Final, Literal, TypeAlias

from troubleshoot.tree.reply_schema import (
    DRAFT,
    Numbers,
    answers_schema,
    outcomes_schema,
)
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
    """
    An answer on offer: P(answer) now, and the root causes it would rule out.

    ``numbers`` are those that mean it, where the question takes one.
    """

    id: str
    text: str
    probability: float
    rules_out: tuple[Titled, ...] = ()
    numbers: Numbers | None = None

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON has it."""
        return {
            "id": self.id,
            "text": self.text,
            "probability": self.probability,
            "rules_out": [each.id for each in self.rules_out],
        }


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

    kind: Literal["question"] = "question"
    id: str
    text: str
    answers: tuple[Choice, ...]
    why: str = ""
    how: str = ""
    unit: str = ""
    setup: str = ""
    again: str = ""
    urgent: bool = False
    private: bool = False
    gain_bits: float = 0.0
    cost_min: float = 0.0
    reason: str = ""
    runners_up: tuple[RunnerUp, ...] = ()
    token: str = field(default="", compare=False)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be said to it."""
        said = ((each.id, each.text, each.numbers) for each in self.answers)
        return {"$schema": DRAFT, "title": self.text, **answers_schema(said)}

    def to_dict(self) -> dict[str, Any]:
        """The question as JSON has it; ``why`` is the author's reason and ours."""
        return {
            "kind": self.kind,
            "token": self.token,
            "id": self.id,
            "text": self.text,
            "answers": [each.to_dict() for each in self.answers],
            "gain_bits": self.gain_bits,
            "cost_min": self.cost_min,
            "why": _sentences(self.why, self.reason),
            "how": self.how,
            "reason": self.reason,
            "setup": self.setup,
            "again": self.again,
            "unit": self.unit,
            "urgent": self.urgent,
            "private": self.private,
            "runners_up": [asdict(each) for each in self.runners_up],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    An action to take now; ``chance`` is P(it fixes the symptom).

    ``causes`` are the root causes that it may fix, the likeliest first.
    """

    is_end: ClassVar[Literal[False]] = False

    kind: Literal["action"] = "action"
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
    token: str = field(default="", compare=False)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be said of it."""
        said = outcomes_schema(put_off=True)
        return {"$schema": DRAFT, "title": self.text, **said}

    def to_dict(self) -> dict[str, Any]:
        """The action as JSON has it; ``why`` is the author's reason and ours."""
        return {
            "kind": self.kind,
            "token": self.token,
            "id": self.id,
            "title": self.title,
            "text": self.text,
            "chance": self.chance,
            "cost_min": self.cost_min,
            "why": _sentences(self.why, self.reason),
            "how": self.how,
            "reason": self.reason,
            "setup": self.setup,
            "caution": self.caution,
            "risk": self.risk,
            "verify": self.verify,
            "causes": [each.id for each in self.causes],
            "for": [{"id": each.id, "title": each.title} for each in self.causes],
        }


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
    token: str = field(default="", compare=False)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be said to it: nothing."""
        return {"$schema": DRAFT, "title": self.text, "not": {}}

    def to_dict(self) -> dict[str, Any]:
        """The ending as JSON has it, where its kind is the "outcome"."""
        return {
            "kind": "ending",
            "token": self.token,
            "outcome": self.kind,
            "text": self.text,
            "reason": self.reason,
            "causes": [asdict(each) for each in self.causes],
            "confidence": self.confidence,
            "actions": [asdict(each) for each in self.actions],
            "escalate": _handing_over(self.escalate),
        }


Step: TypeAlias = Question | Action | Ending


def _sentences(*texts: str) -> str:
    return " ".join(each for each in texts if each)


def _handing_over(to: Escalation | None) -> dict[str, Any] | None:
    """To whom to hand over, at what price, and what to bring."""
    if to is None:
        return None
    return {"to": to.to, "cost_min": to.cost, "bring": list(to.bring)}
