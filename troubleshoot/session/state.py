"""
What the events of a session come to, before any arithmetic.

A question is answered when its last reply was an answer that no action has overtaken
since, and that no other answer makes pointless; what does not count is set aside, with
the reason. An action is tried once it is said whether it fixed the symptom. A
correction counts where the answer stands that it corrects, as if it had been said at
first.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeGuard, TypeVar

from troubleshoot.conditions import MET, OPEN, UNMET
from troubleshoot.session.condition_words import in_words, told_condition
from troubleshoot.session.events import (
    PROBE,
    Answered,
    Asked,
    Begun,
    Event,
    Remark,
    Skipped,
    Tried,
)
from troubleshoot.session.steps import Reply
from troubleshoot.text import listing
from troubleshoot.tree.tree import condition_of, setups_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troubleshoot.tree.only_if import Claim, OnlyIf
    from troubleshoot.tree.tree import Action, AnswerKey, Tree


EventT = TypeVar("EventT", bound=Event)
REPLIES: Final = frozenset(each.value for each in Reply)


class Evidence(NamedTuple):
    """A question and its answer, or an action that "fixed" or "failed"."""

    kind: Literal["question", "action"]
    step: str
    result: AnswerKey


@dataclass(slots=True, repr=False)
class State:
    """
    Where a session stands; counts are of replies that are no answer.

    ``stale`` are answers that an action has overtaken, ``stale_by`` which one;
    ``pointless`` are answers whose question would not be put now, ``spoilt_by`` the
    question that says so; ``opened`` are setups that are paid for; ``recorded`` are
    texts that the tree wants noted, by their ids; ``given_up`` is the reason, None
    while the session goes on; ``last`` is the step of the last reply, and ``said`` the
    last reply to each question and action, as it was meant. It is filled event by event
    and changed no more.
    """

    answers: dict[str, AnswerKey] = field(default_factory=dict)
    tried: dict[str, bool] = field(default_factory=dict)
    stale: dict[str, AnswerKey] = field(default_factory=dict)
    stale_by: dict[str, str] = field(default_factory=dict)
    pointless: dict[str, AnswerKey] = field(default_factory=dict)
    spoilt_by: dict[str, str] = field(default_factory=dict)
    dont_know: Counter[str] = field(default_factory=Counter)
    not_now: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    opened: set[str] = field(default_factory=set)
    recorded: dict[str, str] = field(default_factory=dict)
    given_up: str | None = None
    last: str | None = None
    log: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    said: dict[tuple[str, str], Answered | Tried] = field(default_factory=dict)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Answers and tried actions that hold, in the order they came in."""
        return tuple(self.log.values())


def state(tree: Tree, events: Iterable[Event]) -> State:
    """The state after all events, in their order."""
    return settled(tree, folded(tree, events))


def folded(tree: Tree, events: Iterable[Event]) -> State:
    """What all events come to, answers that are pointless not left out yet."""
    now, said = State(), tuple(events)
    for event in corrected(said):
        _take(tree, now, event)
    now.given_up = None
    for event in said:
        _give_up(now, event)
    return now


def settled(tree: Tree, raw: State) -> State:
    """The state without what is pointless, of what ``folded`` or ``followed`` made."""
    spoilt = pointless(tree, raw)
    if not spoilt:
        return raw
    now = _copied(raw)
    _leave_out(now, spoilt)
    return now


def followed(tree: Tree, raw: State, events: Iterable[Event]) -> State | None:
    """
    What ``folded`` makes of the log and these events behind it.

    Costs with the tree and not with the log; None where only the whole log tells.
    """
    now = raw
    for event in events:
        if isinstance(event, Begun | Asked):
            continue
        now = _copied(now) if now is raw else now
        if _is_correction(event, now):
            if not _correct(now, event):
                return None
        else:
            _take(tree, now, event)
        _give_up(now, event)
    return now


def _is_correction(event: Event, now: State) -> TypeGuard[Answered | Tried]:
    if not isinstance(event, Answered | Tried):
        return False
    return event.kind in ("changed", "corrected") and _key(event) in now.said


def _key(event: Answered | Tried) -> tuple[str, str]:
    return ("question" if isinstance(event, Answered) else "action"), event.step


def _correct(now: State, event: Answered | Tried) -> bool:
    """Put the last word in the place of the first; False where more hangs on it."""
    first = now.said[_key(event)]
    if isinstance(event, Tried):
        now.tried[event.step] = event.fixed
        result = "fixed" if event.fixed else "failed"
        now.log["action", event.step] = Evidence("action", event.step, result)
    elif isinstance(first, Answered):
        by = {first.actor == PROBE, event.actor == PROBE}
        if len(by) > 1 or {first.answer, event.answer} & REPLIES:
            return False
        _reword(now, event.step, event.answer)
    now.said[_key(event)] = _revised(first, event)
    return True


def _reword(now: State, question: str, answer: AnswerKey) -> None:
    if question in now.answers:
        now.answers[question] = answer
        now.log["question", question] = Evidence("question", question, answer)
    else:
        now.stale[question] = answer


def _take(tree: Tree, now: State, event: Event) -> None:
    """The state with one more event, that corrects no other."""
    if isinstance(event, Answered | Tried | Skipped):
        now.last = event.step
    match event:
        case Answered():
            _answered(tree, now, event)
        case Tried():
            _tried(tree, now, event)
        case Skipped(step=step):
            now.skipped[step] += 1
        case Remark(kind="noted", record=str(item), text=text):
            now.recorded[item] = text


def _give_up(now: State, event: Event) -> None:
    """The reason for giving up, unless something was said or done afterwards."""
    if isinstance(event, Answered | Tried | Skipped):
        now.given_up = None
    elif isinstance(event, Remark) and event.kind == "ended":
        now.given_up = event.text


def _copied(now: State) -> State:
    values = {each.name: copy(getattr(now, each.name)) for each in fields(now)}
    return State(**values)


def corrected(events: Iterable[Event]) -> tuple[Event, ...]:
    """The log as it would be, had everything been said right at first."""
    said = tuple(events)
    return tuple(
        _revised(said[places[0]], said[places[-1]]) for places in revisions(said)
    )


def revisions(events: Iterable[Event]) -> list[list[int]]:
    """Each event that corrects no other with its corrections, by places in the log."""
    log: list[list[int]] = []
    said: dict[tuple[type[Event], str], list[int]] = {}
    for place, event in enumerate(events):
        if isinstance(event, Answered | Tried):
            step = type(event), event.step
            if step in said and event.kind in ("changed", "corrected"):
                said[step].append(place)
                continue
            said[step] = [place]
            log.append(said[step])
        else:
            log.append([place])
    return log


def _revised(first: EventT, last: EventT) -> EventT:
    """The last word in the place of the first."""
    if first is last:
        return first
    kind: Any = first.kind  # of the same class of events
    return replace(last, kind=kind)


def _answered(tree: Tree, now: State, event: Answered) -> None:
    question, reply = event.step, event.answer
    now.said["question", question] = event
    now.answers.pop(question, None)
    now.stale.pop(question, None)
    now.stale_by.pop(question, None)
    now.log.pop(("question", question), None)
    if reply == Reply.NOT_NOW.value:
        now.not_now[question] += 1
    elif reply == Reply.DONT_KNOW.value:
        now.dont_know[question] += 1
    else:
        now.answers[question] = reply
        now.log["question", question] = Evidence("question", question, reply)
        # An answer that goes stale later is asked for again as if for the first time.
        del now.dont_know[question], now.not_now[question]
    by_person = event.kind != "told" and event.actor != PROBE
    if by_person and reply != Reply.NOT_NOW.value:
        now.opened.update(x.id for x in setups_of(tree, tree.questions[question]))


def _tried(tree: Tree, now: State, event: Tried) -> None:
    action = tree.actions[event.step]
    now.said["action", action.id] = event
    if event.kind != "done":  # facts are as things are now
        _overtake(now, action)
        now.opened.update(each.id for each in setups_of(tree, action))
    now.tried[action.id] = event.fixed
    now.log.pop(("action", action.id), None)
    result = "fixed" if event.fixed else "failed"
    now.log["action", action.id] = Evidence("action", action.id, result)


def _overtake(now: State, action: Action) -> None:
    for question in action.changes:
        if question in now.answers:
            now.stale[question] = now.answers.pop(question)
            now.stale_by[question] = action.id
            del now.log["question", question]


def pointless(tree: Tree, now: State) -> dict[str, str]:
    """
    Answers whose question would not be put, and a step whose result says so.

    That is one in the condition of the question of which something else was said, or
    whose own answer is pointless. One of which nothing was said spoils nothing: facts
    come in any order. Nor does one that was waited for in another time: an action that
    was not tried then, an answer that was not known.
    """
    waiting = {each: condition_of(tree, tree.questions[each]) for each in now.answers}
    waiting = {each: condition for each, condition in waiting.items() if condition}
    behind: dict[str, list[str]] = {}
    for question, condition in waiting.items():
        for claim in condition.claims():
            if claim.kind == "question":
                behind.setdefault(claim.step, []).append(question)
    order = {question: place for place, question in enumerate(waiting)}
    spoilt: dict[str, str] = {}
    near: Iterable[str] = waiting
    while near:
        found = {
            question: by
            for question in near
            if (by := _spoilt_by(waiting[question], now, spoilt))
        }
        spoilt |= found
        after = {x for gate in found for x in behind.get(gate, ()) if x not in spoilt}
        near = sorted(after, key=order.__getitem__)
    return spoilt


def _spoilt_by(condition: OnlyIf, now: State, spoilt: Mapping[str, str]) -> str:
    """The step of the first claim that spoils a condition; empty where none does."""

    def of(claim: Claim) -> int:
        if claim.kind == "question" and claim.step in spoilt:
            return UNMET
        if claim.kind == "action":
            untried = claim.admits_outcome(fixed=None)
            return MET if untried else by_what_was_said(claim, now)
        return MET if claim.takes_not_known else by_what_was_said(claim, now)

    if condition.truth(of) != UNMET:
        return ""
    return next(each.step for each in condition.claims() if of(each) == UNMET)


def by_what_was_said(claim: Claim, now: State) -> int:
    """How a claim stands by what was said and done alone."""
    if claim.kind == "action":
        fixed = now.tried.get(claim.step)
        if claim.admits_outcome(fixed=fixed):
            return MET
        return OPEN if fixed is None else UNMET
    if claim.step in now.answers:
        return MET if claim.admits(now.answers[claim.step]) else UNMET
    return MET if claim.takes_not_known and now.dont_know[claim.step] else OPEN


def _leave_out(now: State, spoilt: Mapping[str, str]) -> None:
    for question, gate in spoilt.items():
        now.pointless[question] = now.answers.pop(question)
        now.spoilt_by[question] = gate
        del now.log["question", question]


@dataclass(frozen=True, slots=True)
class SetAside:
    """
    An answer that is left out of the evidence.

    One that no longer applies comes back by itself when it does again; one that an
    action has overtaken is asked for anew. ``reason`` is a sentence for people.
    """

    step: str
    result: AnswerKey = field(repr=False)  # it may be private
    reason: str


def set_aside(tree: Tree, now: State) -> tuple[SetAside, ...]:
    """What no longer applies, then what is stale; each in the order it was said."""
    return (*_pointless(tree, now), *_stale(tree, now))


def _pointless(tree: Tree, now: State) -> Iterator[SetAside]:
    for question, answer in now.pointless.items():
        gate = now.spoilt_by[question]
        reason = _other_way(tree, now, question, gate)
        yield SetAside(question, answer, reason)


def _other_way(tree: Tree, now: State, question: str, by: str) -> str:
    words = tree.words
    if by in now.pointless:
        return words("aside_gate_aside", question=tree.questions[by].ask)
    condition = condition_of(tree, tree.questions[question])
    claims = list(condition.claims())
    about = next(each for each in claims if each.step == by)
    told = told_condition(tree, condition)
    if about.kind == "action":
        return words("aside_not_so", needed=in_words(told, words))
    asked = tree.questions[by]
    if asked.private:
        return words("aside_private", question=asked.ask)
    said = asked.in_words(now.answers[by], words)
    key, needed = "aside_not_met", in_words(told, words)
    if len(claims) == 1 and set(about.wanted) <= {each.id for each in asked.answers}:
        answers = (words("quoted", text=asked.answer(x).text) for x in about.wanted)
        key, needed = "aside_other_answer", listing(answers, "or", words)
    return words(key, needed=needed, question=asked.ask, said=said)


def _stale(tree: Tree, now: State) -> Iterator[SetAside]:
    for question, answer in now.stale.items():
        action = tree.actions[now.stale_by[question]]
        reason = tree.words("aside_overtaken", action=action.title)
        yield SetAside(question, answer, reason)
