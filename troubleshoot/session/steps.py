"""
What a session recommends: a question, an action, or an ending.

Costs are in minutes and include the setups that are not open yet; ``cost_min`` is what
a step competes with, in which waiting counts by its share, ``attended_min`` what
somebody spends on it and ``wait_min`` what has to be waited besides. Gains are in bits;
chances are fractions of 1. A ``token`` belongs to one step of one session as it is,
and ``Session.reply`` takes it. The classes of the same names in
``troubleshoot.tree`` are what the author wrote; these are what the customer is told
now.

What the author says of a step has one shape, ``StepWords`` and those that extend it,
and one function that fills whatever shows a step, ``with_words``: here, in a hand-off,
on paper, on the page and in a saved session.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, TypeVar

from troubleshoot.session.options import SOMEBODY
from troubleshoot.tree import tree as written
from troubleshoot.tree.reply_schema import (
    DRAFT,
    Numbers,
    answers_schema,
    outcomes_schema,
)
from troubleshoot.tree.tree import Escalation, RecordItem, Risk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


T = TypeVar("T")

EndingKind: TypeAlias = Literal[
    "found", "narrowed", "unknown", "stopped", "fixed", "given up"
]


class Reply(Enum):
    """What can be said to every question besides its answers."""

    DONT_KNOW = "dont-know"
    NOT_NOW = "not-now"


DONT_KNOW: Final = Reply.DONT_KNOW
NOT_NOW: Final = Reply.NOT_NOW


@dataclass(frozen=True, kw_only=True)
class StepWords:
    """What an author says of any step; it has no values of its own."""

    __slots__ = ()

    id: str
    text: str
    why: str = ""
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionWords(StepWords):
    """What an author says of a question, besides its answers."""

    __slots__ = ()

    unit: str = ""
    several: bool = False


@dataclass(frozen=True, kw_only=True)
class ActionWords(StepWords):
    """What an author says of an action."""

    __slots__ = ()

    title: str = ""
    verify: str = ""
    caution: str = ""
    risk: Risk = "none"


def words(step: written.Question | written.Action) -> dict[str, Any]:
    """
    What the author says of a step, by the keys of the tree file.

    Whatever shows a step has it from here, so that a new field is one line here and
    one in each shape that has a place for it.
    """
    said = {"id": step.id, "why": step.why, "how": step.how}
    if isinstance(step, written.Action):
        said |= {"title": step.title, "do": step.do, "verify": step.verify}
        return {**said, "caution": step.caution, "risk": step.risk}
    said |= {"ask": step.ask, "unit": step.unit}
    is_so = {"private": step.private, "several": step.several}
    return {**said, **is_so, "urgent": step.is_urgent}


def with_words(
    shape: Callable[..., T],
    step: written.Question | written.Action,
    /,
    **more: Any,  # noqa: ANN401 - the other fields of the shape
) -> T:
    """
    A shape that shows a step: the author's words that it has a field for, and more.

    ``text`` is what a question asks and what an action tells to do; ``by`` and
    ``needs`` are who and what it takes.
    """
    said = words(step)
    said["text"] = said["do" if isinstance(step, written.Action) else "ask"]
    said |= {"by": step.needs.by, "needs": step.needs.things}
    taken = _parameters(shape) - more.keys()
    return shape(**{name: said[name] for name in said.keys() & taken}, **more)


@cache
def _parameters(shape: Callable[..., object]) -> frozenset[str]:
    return frozenset(signature(shape).parameters)


@dataclass(frozen=True, slots=True)
class Titled:
    """A cause, an action, a role or a thing by its id, with a title for people."""

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

    ``numbers`` are those that mean it, where the question takes one. Of several answers
    at once, P(it is among them), and what that alone would rule out.
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
class Question(QuestionWords):
    """
    A question to put now; ``reason`` says why this one.

    ``by`` are those who can answer it, none for anybody; ``needs`` what that takes, and
    ``record`` what is to be noted with it. ``again`` says why it comes once more, where
    an action has overtaken its answer; the reason begins with it. Of
    ``several`` answers any number holds, none too.
    """

    is_end: ClassVar[Literal[False]] = False

    kind: Literal["question"] = "question"
    answers: tuple[Choice, ...]
    setup: str = ""
    by: tuple[Titled, ...] = ()
    needs: tuple[Titled, ...] = ()
    record: tuple[RecordItem, ...] = ()
    again: str = ""
    urgent: bool = False
    private: bool = False
    gain_bits: float = 0.0
    cost_min: float = 0.0
    attended_min: float = 0.0
    wait_min: float = 0.0
    reason: str = ""
    runners_up: tuple[RunnerUp, ...] = ()
    token: str = field(default="", compare=False)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be said to it."""
        said = ((each.id, each.text, each.numbers) for each in self.answers)
        schema = answers_schema(said, several=self.several)
        return {"$schema": DRAFT, "title": self.text, **schema}

    def to_dict(self) -> dict[str, Any]:
        """
        The question as JSON has it; ``why`` is the author's reason and ours.

        Of several answers, "options" are "answers" again: each by itself.
        """
        answers = [each.to_dict() for each in self.answers]
        return {
            "kind": self.kind,
            **_by_field(self),
            "answers": answers,
            "options": answers if self.several else [],
            "why": _sentences(self.why, self.reason),
            "runners_up": [asdict(each) for each in self.runners_up],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(ActionWords):
    """
    An action to take now; ``chance`` is P(it fixes the symptom).

    ``causes`` are the root causes that it may fix, the likeliest first; ``by`` are
    those who can take it, none for anybody; ``needs`` what that takes, and ``record``
    what is to be noted with it.
    """

    is_end: ClassVar[Literal[False]] = False

    kind: Literal["action"] = "action"
    setup: str = ""
    by: tuple[Titled, ...] = ()
    needs: tuple[Titled, ...] = ()
    record: tuple[RecordItem, ...] = ()
    cost_min: float = 0.0
    attended_min: float = 0.0
    wait_min: float = 0.0
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
            **_by_field(self),
            "why": _sentences(self.why, self.reason),
            "causes": [each.id for each in self.causes],
            "for": [
                {"id": each.id, "title": each.title, "probability": each.belief}
                for each in self.causes
            ],
        }


@dataclass(frozen=True, slots=True)
class Watching:
    """
    What to note about a symptom that comes and goes, how long, and how often.

    ``questions`` were answered as if all were well, and are worth asking again when it
    shows.
    """

    note: str
    for_min: float
    times: int
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """
    Nothing more to ask or to do, and why.

    ``causes`` are root causes, the likeliest first; ``confidence`` is the belief that
    the cause is one of them, or for ``unknown`` that it is none of those listed.
    ``watch`` is what to do about a symptom that comes and goes, in the text too.
    """

    is_end: ClassVar[Literal[True]] = True

    kind: EndingKind
    text: str
    reason: str = ""
    causes: tuple[LikelyCause, ...] = ()
    confidence: float = 0.0
    actions: tuple[Titled, ...] = ()
    escalate: Escalation | None = None
    watch: Watching | None = None
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
            "watch": None if self.watch is None else asdict(self.watch),
        }


Step: TypeAlias = Question | Action | Ending


TAKEN: Final = ("by", "needs", "record")


def takes(by: Iterable[Titled], needs: Iterable[Titled]) -> tuple[str, ...]:
    """The titles of who and what a step takes; of who, only if customers cannot."""
    roles = {each.id: each.title for each in by}
    who = () if SOMEBODY in roles else roles.values()
    return (*who, *(each.title for each in needs))


def _by_field(step: Question | Action) -> dict[str, Any]:
    said = {each.name: getattr(step, each.name) for each in fields(step)}
    taken = {key: [asdict(each) for each in said[key]] for key in TAKEN}
    return said | taken


def _sentences(*texts: str) -> str:
    return " ".join(each for each in texts if each)


def _handing_over(to: Escalation | None) -> dict[str, Any] | None:
    """To whom to hand over, at what price, and what to bring."""
    if to is None:
        return None
    return {"to": to.to, "cost_min": to.cost, "bring": list(to.bring)}
