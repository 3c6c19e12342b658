"""
A session: one run from a symptom to its root cause, as an immutable value.

It is a tree, options and a log of events, and has an analysis, which is computed from
them. Each verb returns a new session with one more move in its log.

A session that waits for its customer keeps its events and its next step. Its analysis,
which grows with the tree, is kept for the sessions used last, and worked out again
where it is asked for later.
"""

from __future__ import annotations

import pickle
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar

from troubleshoot.arguments import a_text
from troubleshoot.catalogue import known, languages, wider
from troubleshoot.errors import (
    ArgumentError,
    ArgumentTypeError,
    SessionError,
    StaleStep,
)
from troubleshoot.session import answers, provenance, recommendation, rules, serialize
from troubleshoot.session.analysis import Analysis
from troubleshoot.session.answers import (
    Said,
    action_id,
    always_possible,
    meant,
    meant_as_action,
    question_id,
)
from troubleshoot.session.belief import Status, cached_property
from troubleshoot.session.conflict import Conflict, evidence_conflict
from troubleshoot.session.events import (
    DIGITS,
    Answered,
    Asked,
    Event,
    Remark,
    Skipped,
    Tried,
    first_move,
    last_move,
    stamp,
)
from troubleshoot.session.migrate import Migrated
from troubleshoot.session.options import Options, Strategy
from troubleshoot.session.probes import SECONDS, Probe, probed, probed_async
from troubleshoot.session.provenance import Signature
from troubleshoot.session.report import as_json, explain, handoff_contents, transcript
from troubleshoot.session.report.handoff import HandOff
from troubleshoot.session.report.ledger import Ledger
from troubleshoot.session.report.transcript import Record
from troubleshoot.session.state import SetAside, State, folded, followed, settled
from troubleshoot.session.steps import DONT_KNOW, NOT_NOW, Action, Question, Step
from troubleshoot.session.values import asked_for, with_values
from troubleshoot.text import counted
from troubleshoot.tree import tree as written
from troubleshoot.tree.read_only import ReadOnly, read_only
from troubleshoot.tree.tree import AnswerKey, Tree
from troubleshoot.tree.variables import told

QuestionOrId: TypeAlias = Question | written.Question | str
ActionOrId: TypeAlias = Action | written.Action | str

S = TypeVar("S", bound=Step)

T = TypeVar("T")

KEPT: Final = 64  # values of all sessions together
_recent: Final[deque[object]] = deque(maxlen=KEPT)


def now() -> datetime:
    """The time of the machine, in UTC."""
    return datetime.now(UTC)


def moment_by(clock: Callable[[], datetime]) -> str:
    """The stamp of what the clock says."""
    moment = clock()
    if not isinstance(moment, datetime):
        raise ArgumentTypeError("a clock returns a datetime", argument="clock")
    try:
        return stamp(moment)
    except (OverflowError, ValueError):
        raise ArgumentError(
            "the clock tells a time that UTC does not have", argument="clock"
        ) from None


@dataclass(frozen=True)
class Session:
    """
    A run with a tree. Equal to another with an equal tree, options and events.

    ``own`` is a strategy of the caller, whose name is among the options. ``carried``
    says what an edit of the tree did to the saved session that this one goes on from;
    ``undone`` are the moves that ``redo`` takes back, the next one first. ``speaker``
    is who makes the next moves, see ``as_``. The texts of ``tree`` have the values of
    variables in them that hold now.

    >>> session = tree.begin()                              # doctest: +SKIP
    >>> session.answer("lights", "amber").undo() == session # doctest: +SKIP
    True
    """

    tree: Tree
    options: Options
    events: tuple[Event, ...]
    clock: Callable[[], datetime] = field(default=now, compare=False, repr=False)
    own: Strategy | None = field(default=None, compare=False, repr=False)
    carried: tuple[Migrated, ...] = field(default=(), compare=False, repr=False)

    undone: tuple[Event, ...] = field(default=(), compare=False, repr=False)
    probes: Mapping[str, Probe] = field(
        default_factory=ReadOnly, compare=False, repr=False
    )
    probe_seconds: float = field(default=SECONDS, compare=False, repr=False)
    speaker: str | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        read_only(self, "probes")
        if self.tree.variables:
            now = settled(self.tree, self._raw) if asked_for(self.tree) else None
            tree = with_values(self.tree, self.options, now)
            object.__setattr__(self, "tree", tree)

    def __repr__(self) -> str:
        """One line, short and without answers: error trackers print it."""
        moves = sum(each.kind != "asked" for each in self.events) - 1
        return f"Session({self.tree.id!r}, {counted(moves, 'move')})"

    # What the session says.

    def next_step(self) -> Step:
        """What to ask or to do now, or how the session ends, and why."""
        return self._next_step

    @cached_property
    def _next_step(self) -> Step:
        return self._marked(rules.next_step(self.analysis))

    def _marked(self, step: S) -> S:
        """The step with its token."""
        return replace(step, token=provenance.token(self._trail, step))

    @cached_property
    def _trail(self) -> bytes:
        return provenance.extended(provenance.beginning(self.tree), self.events)

    def question(self, id: str) -> Question:
        """The question of this id as a step, whether or not it is recommended."""
        step = recommendation.question_step(self.analysis, self.tree.question(id).id)
        return self._marked(step)

    def action(self, id: str) -> Action:
        """The action of this id as a step, whether or not it is recommended."""
        return self._marked(
            recommendation.action_step(self.analysis, self.tree.action(id).id)
        )

    @property
    def belief(self) -> Mapping[str, float]:
        """P(cause | evidence) by root cause, and "unknown" for one not listed."""
        return self.analysis.belief.shares

    @property
    def leading(self) -> tuple[str, float]:
        """The likeliest cause or "unknown", the first of equals, and its belief."""
        return self.analysis.belief.leading

    @property
    def statuses(self) -> Mapping[str, Status]:
        """Where every cause and group stands, in the order of the file."""
        return self.analysis.statuses

    @property
    def ledger(self) -> Ledger:
        """What each piece of evidence did to each cause and group, in order."""
        return self.analysis.ledger

    @property
    def eliminated(self) -> tuple[tuple[str, str], ...]:
        """Root causes that are excluded for certain, by which step or the "prior"."""
        return tuple(self.analysis.belief.eliminated.items())

    @property
    def evidence(self) -> tuple[tuple[str, AnswerKey], ...]:
        """
        Questions with their answers, actions with "fixed" or "failed", in order.

        Several answers are a tuple of the ids of those that hold.
        """
        return tuple((each.step, each.result) for each in self.analysis.state.evidence)

    def surprise(self) -> Conflict | None:
        """Which evidence does not fit and is worth checking again; None if all fits."""
        return evidence_conflict(self.analysis)

    def why(self, cause: str) -> str:
        """
        The story of one cause, one group, or "unknown", in sentences.

        Raises:
            UnknownName: there is no such cause.
            ArgumentTypeError: this is no id.
        """
        return explain.story(self.analysis, cause)

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """Answers that do not count now, each with the reason."""
        return self.analysis.set_aside

    def explain(self) -> str:
        """Why the next step is what it is, and what ruled causes out so far."""
        return explain.explanation(self.analysis, self.next_step())

    def transcript(self) -> str:
        """The record of the run, as text for people."""
        return transcript.transcript(self.record())

    def record(self) -> Record:
        """The record of the run as data: every move, and what it ruled out."""
        return transcript.record(self.analysis, self.next_step())

    def hand_off(self) -> HandOff:
        """All that the next team needs to go on without asking anything twice."""
        return handoff_contents.hand_off(self.analysis, self.next_step())

    def to_dict(self) -> dict[str, Any]:
        """
        What is known and what to do next, as ``troubleshoot next --json`` prints it.

        Answers to private questions are masked; ``to_json`` is what to keep.
        """
        return as_json.known(self.analysis, self.next_step(), self.carried)

    def to_json(self) -> str:
        """The session as text from which ``troubleshoot.resume`` goes on."""
        return self._written()

    def _written(self, since: int = 0) -> str:
        """The same with its events from this place on, for this package alone."""
        return serialize.written(
            self.tree,
            self.options,
            self.events[since:],
            undone=self.undone,
            leading=self.leading,
            outcome=self._outcome,
        )

    def in_language(
        self, language: str | None = None, *, audience: str | None = None
    ) -> Session:
        """
        The same session, which says all that it says in this language from here on.

        What is None stays as it is; an ``audience`` that is empty is nobody in
        particular.

        Raises:
            ArgumentError: there are neither words nor texts in the language.
            TreeError: a file of texts beside the tree is broken.
        """
        tree = in_words(
            self.tree,
            self.tree.language if language is None else language,
            self.tree.audience if audience is None else audience,
        )
        return alike(self, tree=tree, options=self.options.worded(tree))

    # What is said to the session.

    def as_(self, actor: str) -> Session:
        """
        The same session; what is said and done from here on is by this actor.

        An actor is "customer", "agent", "probe" or a name, such as "agent:ann". Every
        verb below also takes ``source``, where the move is from ("ticket"), and
        ``quote``, how it read there; both are kept with it.

        Raises:
            AnswerError: this names nobody: it is one line of at most 100 characters.
        """
        return alike(self, speaker=provenance.name(actor, "an actor"))

    def answer(
        self,
        question: QuestionOrId,
        said: Said,
        *,
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """
        The session after this answer; an earlier one to the same question is changed.

        What an action has overtaken is answered anew, as it may be different now; the
        answer that holds already is no change, and nothing is recorded.
        ``said`` is an id or a text of an answer, True or False for yes and no, a number
        for a question with a unit, ``DONT_KNOW`` or ``NOT_NOW``; of a question that
        takes several answers a list of those that hold, which may be empty.

        Raises:
            UnknownName: there is no such question.
            AnswerError: the question has no such answer; the message says which it has.
        """
        id_ = question_id(self.tree, question)
        answer, value = meant(self.tree, id_, said)
        now = self.analysis.state
        changed = id_ in now.answers or id_ in now.pointless
        event = Answered(
            kind="changed" if changed else "answered",
            step=id_,
            answer=answer,
            value=value,
            **self._signed(source, quote),
        )
        if answers.repeats(now, event):
            return self
        asked = (self._asked(id_, event.at),) if isinstance(question, Question) else ()
        return self._with(*asked, event)

    def reply(
        self,
        token: str,
        said: Said,
        *,
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """
        The session after a reply to the step that is on, which has this token.

        ``said`` is as for ``answer``; of an action True or False, "fixed" or "failed",
        or ``NOT_NOW``.

        Raises:
            StaleStep: the token is of a step that is not on any more, or of another
                session; ``customer`` is the sentence for whoever replied.
            AnswerError: this is no reply to the step.
        """
        step = self.next_step()
        if token != step.token:
            raise StaleStep(
                "this token is not that of the step that is on: the session has moved "
                "on, or it is another one",
                said=None,
                customer=self.tree.words.refused_stale,
            )
        if isinstance(step, Action):
            if always_possible(said, self.tree.words) is NOT_NOW:
                return self.not_now(step, source=source, quote=quote)
            worked = answers.outcome(step.id, said, self.tree.words)
            return self.tried(step, fixed=worked, source=source, quote=quote)
        # An ending is refused there, as nothing is asked.
        return self.answer(step, said, source=source, quote=quote)  # type: ignore[arg-type]

    def change(
        self,
        step: QuestionOrId | ActionOrId,
        said: Said,
        *,
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """
        The session as if this had been said to the step at first.

        All other answers are kept; ``set_aside`` lists those that no longer apply.
        ``said`` is as for ``answer``, and of an action True or False, "fixed" or
        "failed". To say the same once more is no change, and nothing is recorded.

        Raises:
            UnknownName: there is no such question or action.
            AnswerError: nothing was said to it before, or this is no answer to it.
        """
        now, signed = self.analysis.state, self._signed(source, quote)
        event = answers.correction(self.tree, now, step, said, signed)
        return self if answers.repeats(now, event) else self._with(event)

    def dont_know(
        self,
        question: QuestionOrId,
        *,
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """The session after "I don't know"; the belief stays."""
        return self.answer(question, DONT_KNOW, source=source, quote=quote)

    def not_now(
        self,
        step: QuestionOrId | ActionOrId,
        *,
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """The session after "not now"; the step is offered once more, later."""
        if isinstance(step, Action | written.Action) or meant_as_action(
            self.tree, step
        ):
            id_ = action_id(self.tree, step)
            return self._with(Skipped(step=id_, **self._signed(source, quote)))
        return self.answer(step, NOT_NOW, source=source, quote=quote)

    def tried(
        self,
        action: ActionOrId,
        *,
        fixed: bool | Literal["fixed", "failed"],
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """
        The session after the action, which fixed the symptom or did not.

        ``fixed`` is True or False, "fixed" or "failed", and nothing else.

        Raises:
            UnknownName: there is no such action.
            AnswerError: this does not say what came of it.
        """
        id_ = action_id(self.tree, action)
        worked = answers.outcome(id_, fixed, self.tree.words)
        signed = self._signed(source, quote)
        return self._with(Tried(step=id_, fixed=worked, **signed))

    def probe(self, *, up_to: float | None = None) -> Session:
        """
        The session once its probes have answered, up to a step that is for a person.

        A probe is called when its question comes next; before that, all probes of
        questions that cost at most ``up_to`` minutes, if it is given.

        Raises:
            SessionError: a probe is asynchronous, and a loop is running here.
        """
        return probed(self, up_to)

    async def probe_async(self, *, up_to: float | None = None) -> Session:
        """The same without blocking the loop; its next step is then at hand as well."""
        return await probed_async(self, up_to)

    def note(
        self,
        text: str,
        *,
        record: str | None = None,
        source: str | None = None,
        quote: str | None = None,
    ) -> Session:
        """
        The session with a remark, which changes nothing else.

        Args:
            text: what is noted.
            record: the id of what the tree wants noted, such as a serial number; the
                last text counts.
            source: where it is from, if that is not said by who says it.
            quote: how it read there.

        Raises:
            ArgumentTypeError: it is no text.
            UnknownName: the tree wants nothing of this id noted.
        """
        if record is not None:
            record = self.tree.record_item(a_text(record, "record")).id
        said = _whole(text, "text")
        signed = self._signed(source, quote)
        return self._with(Remark(kind="noted", text=said, record=record, **signed))

    @property
    def recorded(self) -> Mapping[str, str]:
        """What was noted of what the tree wants noted, by id."""
        noted = self.analysis.state.recorded
        return ReadOnly({x: noted[x] for x in self.tree.records if x in noted})

    def give_up(
        self, reason: str = "", *, source: str | None = None, quote: str | None = None
    ) -> Session:
        """
        The session ended by the customer; a later answer takes it up again.

        Raises:
            ArgumentTypeError: the reason is no text.
        """
        signed = self._signed(source, quote)
        return self._with(Remark(kind="ended", text=_whole(reason, "reason"), **signed))

    def undo(self) -> Session:
        """
        The session before the last move of a person, which ``redo`` takes back.

        What probes found out since goes with it, so that nobody is shown a question
        that they never saw.

        Raises:
            SessionError: no person did anything since it began.
        """
        if not (size := last_move(self.events)):
            raise SessionError("there is nothing to undo")
        move, before = self.events[-size:], self.events[:-size]
        return replace(self, events=before, undone=(*move, *self.undone))

    def redo(self) -> Session:
        """
        The session with the last move that was undone; any other move drops those.

        Raises:
            SessionError: no move was undone last.
        """
        if not (size := first_move(self.undone)):
            raise SessionError("there is nothing to redo")
        move, later = self.undone[:size], self.undone[size:]
        return replace(self, events=(*self.events, *move), undone=later)

    # How it comes about.

    @property
    def _outcome(self) -> serialize.Outcome | None:
        """
        Where it stands, if that was asked already: saving decides nothing.

        None where a caller's own strategy says, which a reader may not have.
        """
        step: Step | None = self.__dict__.get("_next_step")
        return (
            serialize.outcome(step) if step is not None and self.own is None else None
        )

    @property
    def analysis(self) -> Analysis:
        """All that is computed from it, for this package alone."""
        return recent(self, "_analysis", self._analysed)

    def _analysed(self) -> Analysis:
        now = settled(self.tree, self._raw)
        return Analysis(self.tree, self.options, self.events, now, self.own)

    @cached_property
    def _raw(self) -> State:
        """What the log comes to, handed on from move to move."""
        return folded(self.tree, self.events)

    def __copy__(self) -> Session:
        return self

    def __deepcopy__(self, _: object) -> Session:
        return self

    def __getstate__(self) -> dict[str, object]:
        """
        What another process needs; the rest is worked out again.

        Raises:
            SessionError: the strategy, the clock or a probe can be sent nowhere.
        """
        for what, each in (
            ("strategy", self.own),
            ("clock", self.clock),
            *((f"probe of '{name}'", each) for name, each in self.probes.items()),
        ):
            _check_sent(what, each)
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def _with(self, *events: Event) -> Session:
        after = replace(self, events=(*self.events, *events), undone=())
        if (trail := self.__dict__.get("_trail")) is not None:
            # Not worked out anew from the first event on.
            after.__dict__["_trail"] = provenance.extended(trail, events)
        if (raw := followed(self.tree, self._raw, events)) is not None:
            after.__dict__["_raw"] = raw
        return after

    @property
    def _actor(self) -> str:
        return self.options.actor if self.speaker is None else self.speaker

    def _signed(self, source: object, quote: object) -> Signature:
        return provenance.signature(moment_by(self.clock), self._actor, source, quote)

    def _asked(self, question: str, at: str) -> Asked:
        gain, cost = recommendation.worth(self.analysis, question)
        return Asked(
            step=question,
            bits=round(gain, DIGITS),
            minutes=round(cost, DIGITS),
            at=at,
            actor=self._actor,
        )


def in_words(tree: Tree, language: str | None, audience: str | None) -> Tree:
    """
    The tree in this language and for this audience, as it is where both are None.

    Raises:
        ArgumentError: there are neither words nor texts in the language.
    """
    if language is None and audience is None:
        return tree
    found = tree.wording(language, audience=audience or "")
    offered = {tree.original.language, *(each.language for each in tree.overlays)}
    if not known(found.language) and offered.isdisjoint(wider(found.language)):
        have = ", ".join(sorted({*languages(), *offered} - {""}))
        raise ArgumentError(
            f"there are no words for '{found.language}'; there are for: {have}",
            argument="language",
        )
    return told(found.tree, tree.values) if tree.values else found.tree


def alike(session: Session, **changes: Any) -> Session:  # noqa: ANN401 - of fields
    """The session with other fields, its log aside, and what its log comes to."""
    after = replace(session, **changes)
    if "_raw" in session.__dict__:
        after.__dict__["_raw"] = session.__dict__["_raw"]
    return after


def _check_sent(what: str, value: object) -> None:
    try:
        pickle.dumps(value)
    except Exception as error:
        raise SessionError(
            f"the {what} of this session cannot be sent to another process: give one "
            "that a module defines, or send session.to_json() and resume it there"
        ) from error


def _whole(text: str, argument: str) -> str:
    """The text with halves of characters replaced, which no file could hold."""
    if not isinstance(text, str):
        raise ArgumentTypeError(
            "a remark is a text, and so is the reason for giving up", argument=argument
        )
    return provenance.whole(text)


def recent(session: Session, name: str, make: Callable[[], T]) -> T:
    """What ``make`` made for this session, while it is remembered, or makes now."""
    known: dict[str, Any] = session.__dict__
    reference = known.get(name)
    value: T | None = None if reference is None else reference()
    if value is None:
        value = make()
        known[name] = weakref.ref(value)
        _recent.append(value)
    return value
