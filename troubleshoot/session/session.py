"""
A session: one run from a symptom to its root cause, as an immutable value.

It is a tree, options and a log of events; everything else is computed from them. Each
verb returns a new session with one more move in its log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict

from troubleshoot.errors import AnswerError, SessionError
from troubleshoot.session import asking, choosing, saved
from troubleshoot.session.events import (
    Answered,
    Asked,
    Event,
    Remark,
    Skipped,
    Tried,
    stamp,
)
from troubleshoot.session.offers import Offers
from troubleshoot.session.replies import Said, understood
from troubleshoot.session.situation import Situation
from troubleshoot.session.state import state
from troubleshoot.session.statuses import statuses
from troubleshoot.session.steps import DONT_KNOW, NOT_NOW, Action, Ending, Question
from troubleshoot.session.views import explain, transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from troubleshoot.session.options import Options
    from troubleshoot.session.statuses import Status
    from troubleshoot.session.steps import Step
    from troubleshoot.session.strategy import Strategy
    from troubleshoot.tree.tree import Tree

QuestionOrId: TypeAlias = Question | str
ActionOrId: TypeAlias = Action | str

DIGITS: Final = 6  # of recorded bits and minutes; the last bits of a sum may differ


def now() -> datetime:
    """The time of the machine, in UTC."""
    return datetime.now(UTC)


class _Signature(TypedDict):
    at: str
    actor: str


@dataclass(frozen=True)
class Session:
    """
    A run with a tree. Equal to another with the same tree, options and events.

    ``own`` is a house's own strategy, whose name is among the options.

    >>> session = tree.begin()                              # doctest: +SKIP
    >>> session.answer("lights", "amber").undo() == session # doctest: +SKIP
    True
    """

    tree: Tree
    options: Options
    events: tuple[Event, ...]
    clock: Callable[[], datetime] = field(default=now, compare=False, repr=False)
    own: Strategy | None = field(default=None, compare=False, repr=False)

    # What the session says.

    def next_step(self) -> Step:
        """What to ask or to do now, or how the session ends, and why."""
        return self._next_step

    @cached_property
    def _next_step(self) -> Step:
        return choosing.next_step(self.offers)

    def question(self, id: str) -> Question:
        """The question of this id as a step, whether or not it is recommended."""
        return asking.question_step(self.offers, self.tree.question(id).id)

    def action(self, id: str) -> Action:
        """The action of this id as a step, whether or not it is recommended."""
        return asking.action_step(self.offers, self.tree.action(id).id)

    @cached_property
    def belief(self) -> Mapping[str, float]:
        """P(cause | evidence) by root cause, and "unknown" for one not listed."""
        return MappingProxyType(dict(self._situation.shares))

    @cached_property
    def statuses(self) -> Mapping[str, Status]:
        """Where every cause and group stands, in the order of the file."""
        return MappingProxyType(dict(statuses(self._situation)))

    @property
    def eliminated(self) -> tuple[tuple[str, str], ...]:
        """Root causes that are excluded for certain, by which step or the "prior"."""
        return tuple(self._situation.eliminated.items())

    @property
    def evidence(self) -> tuple[tuple[str, str], ...]:
        """Questions with their answers, actions with "fixed" or "failed", in order."""
        return tuple(
            (each.step, each.result) for each in self._situation.state.evidence
        )

    def explain(self) -> str:
        """Why the next step is what it is, and what ruled causes out so far."""
        return explain.explanation(self)

    def transcript(self) -> str:
        """The record of the run, as text for people."""
        return transcript.transcript(self)

    def to_json(self) -> str:
        """The session as text from which ``troubleshoot.resume`` goes on."""
        return saved.written(self.tree, self.options, self.events)

    # What is said to the session.

    def answer(self, question: QuestionOrId, said: Said) -> Session:
        """
        The session after this answer; it replaces an earlier one to the same question.

        ``said`` is an id or a text of an answer, True or False for yes and no, a number
        for a question with a unit, ``DONT_KNOW`` or ``NOT_NOW``.

        Raises:
            UnknownName: there is no such question.
            AnswerError: the question has no such answer; the message says which it has.
        """
        id_ = self._question_id(question)
        answer, value = understood(self.tree.questions[id_], said)
        changed = id_ in self._situation.state.answers
        event = Answered(
            kind="changed" if changed else "answered",
            step=id_,
            answer=answer,
            value=value,
            **self._now(),
        )
        asked = (self._asked(id_, event.at),) if isinstance(question, Question) else ()
        return self._with(*asked, event)

    def dont_know(self, question: QuestionOrId) -> Session:
        """The session after "I don't know"; the belief stays."""
        return self.answer(question, DONT_KNOW)

    def not_now(self, step: Question | Action | str) -> Session:
        """The session after "not now"; the step is offered once more, later."""
        is_action = isinstance(step, str) and step not in self.tree.questions
        if isinstance(step, Action) or (is_action and step in self.tree.actions):
            return self._with(Skipped(step=self._action_id(step), **self._now()))
        return self.answer(step, NOT_NOW)

    def tried(self, action: ActionOrId, *, fixed: bool) -> Session:
        """The session after the action, which fixed the symptom or did not."""
        id_ = self._action_id(action)
        return self._with(Tried(step=id_, fixed=bool(fixed), **self._now()))

    def note(self, text: str) -> Session:
        """The session with a remark, which changes nothing else."""
        return self._with(Remark(kind="noted", text=_whole(text), **self._now()))

    def give_up(self, reason: str = "") -> Session:
        """The session ended by the customer; a later answer takes it up again."""
        return self._with(Remark(kind="ended", text=_whole(reason), **self._now()))

    def undo(self) -> Session:
        """
        The session before its last move.

        Raises:
            SessionError: nothing was done since it began.
        """
        if self.events[-1].kind in ("begun", "told"):
            raise SessionError("there is nothing to undo")
        asked = self.events[-2].kind == "asked"
        return replace(self, events=self.events[: -2 if asked else -1])

    # How it comes about.

    @cached_property
    def _situation(self) -> Situation:
        now = state(self.tree, self.events)
        return Situation(self.tree, self.options, now, self.events, self.own)

    @cached_property
    def offers(self) -> Offers:
        """What can be offered now, for the rooms of this house."""
        return Offers(self._situation)

    def _with(self, *events: Event) -> Session:
        return replace(self, events=(*self.events, *events))

    def _now(self) -> _Signature:
        return {"at": stamp(self.clock()), "actor": self.options.actor}

    def _asked(self, question: str, at: str) -> Asked:
        gain, cost = asking.worth(self.offers, question)
        return Asked(
            step=question,
            bits=round(gain, DIGITS),
            minutes=round(cost, DIGITS),
            at=at,
            actor=self.options.actor,
        )

    def _question_id(self, question: object) -> str:
        name = _id(question)
        action = isinstance(question, Action) or name in self.tree.actions
        if action and name not in self.tree.questions:
            raise AnswerError(
                f"'{name}' is an action: say whether it fixed the symptom"
            )
        return self.tree.question(name).id

    def _action_id(self, action: object) -> str:
        name = _id(action)
        question = isinstance(action, Question) or name in self.tree.questions
        if question and name not in self.tree.actions:
            raise AnswerError(f"'{name}' is a question: it takes an answer")
        return self.tree.action(name).id


def _id(step: object) -> str:
    match step:
        case Question() | Action():
            return step.id
        case str():
            return step
        case Ending():
            raise AnswerError("the session has come to its end: nothing was asked")
    raise AnswerError("a step is named by itself or by its id")


def _whole(text: str) -> str:
    """The text with halves of characters replaced, which no file could hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
