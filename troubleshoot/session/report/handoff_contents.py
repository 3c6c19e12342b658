"""
How a session becomes a hand-off, with what the next team does first.

That are the best steps, whoever takes them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from troubleshoot.inference.bayes import ALIKE, RULED_OUT
from troubleshoot.inference.model import REMEDY
from troubleshoot.session import serialize
from troubleshoot.session.belief import TOLERANCE
from troubleshoot.session.conflict import evidence_conflict, is_told, shared_doubt
from troubleshoot.session.events import Answered, Asked, Remark, Skipped, Tried
from troubleshoot.session.recommendation import (
    NO_GAIN,
    action_step,
    question_step,
    told_per_minute,
    worth,
)
from troubleshoot.session.remedies import remedies_of
from troubleshoot.session.report.handoff import (
    Doubt,
    Escalate,
    Expected,
    HandOff,
    Later,
    LeftOut,
    Likely,
    Open,
    Possible,
    Reason,
    Recorded,
    Remedy,
    RuledOut,
    ToDo,
)
from troubleshoot.session.report.transcript import (
    IdAndText,
    cause,
    is_private,
    is_secret,
    record,
    rounded,
    said,
)
from troubleshoot.session.rules import next_step
from troubleshoot.session.steps import Action, Ending, Question, Reply, with_words
from troubleshoot.text import REPLIES, WORKED, reply, spent
from troubleshoot.tree import tree as written
from troubleshoot.tree.tree import (
    UNKNOWN,
    Escalation,
    Time,
    groups_above,
    needs_of,
    role,
    thing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.belief import Belief, Status, Weight
    from troubleshoot.session.conflict import Conflict
    from troubleshoot.session.events import Event
    from troubleshoot.session.report.handoff import StepKind
    from troubleshoot.session.report.transcript import Move
    from troubleshoot.session.steps import Choice, Step
    from troubleshoot.tree.tree import AnswerKey, Tree


KNOWN: Final = ("fact", "already tried")
DONE: Final = ("already tried", "action", "corrected")
DOUBTS: Final = 3  # to check again, before the others

STEPS: Final = 3  # worth naming, in case the first cannot be taken
THEN: Final = 2  # causes that an answer is said to point to
MUCH: Final = 0.5  # bits: what a question tells is then worth a detour
LITTLE: Final = 0.1  # bits: less is worth asking only where it costs next to nothing
QUICK: Final = 1.0  # minutes
OVER: Final = ("stopped", "fixed")  # endings after which there is nothing to do


def hand_off(analysis: Analysis, step: Step) -> HandOff:
    """
    All that the next team needs to go on without asking anything twice.

    ``step`` is what comes next in the session.
    """
    tree, known, shared = analysis.tree, record(analysis, step), _shared(analysis)
    over, withheld = step.kind in OVER, _withheld(analysis, shared)
    anybody = _taken_up(analysis)
    steps = () if over else tuple(_to_do(anybody, each) for each in _in_turn(anybody))
    moves = [_masked(each, withheld, tree.words.private) for each in known.moves]
    open_ = tuple(_not_answered(analysis))
    conflict = evidence_conflict(analysis)
    shown = {each.id for each in steps} | {each.step for each in open_}
    return HandOff(
        library=known.library,
        tree=known.tree,
        symptom=tree.symptom,
        begun=known.begun,
        actor=known.actor,
        roles=_roles(analysis),
        things=_things(analysis),
        recorded=tuple(_recorded(analysis)),
        missing=tuple(_missing(analysis)),
        until=analysis.events[-1].at,
        by=analysis.options.by,
        has=analysis.options.has,
        ending=known.ending,
        next=steps,
        later=() if over else tuple(_later(anybody, shown)),
        possible=tuple(_possible(analysis)),
        unknown=rounded(analysis.belief.unknown),
        surprise=shared_doubt(analysis) if conflict else "",
        doubts=tuple(_doubts(analysis, conflict)) if conflict else (),
        facts=tuple(each for each in moves if each.kind in KNOWN),
        steps=tuple(each for each in moves if each.kind not in KNOWN),
        left_out=tuple(_left_out(shared)),
        not_answered=open_,
        withheld=tuple(
            IdAndText(id=each, text=tree.questions[each].ask) for each in withheld
        ),
        ruled_out=tuple(_ruled_out(analysis)),
        escalate=_escalate(tree.escalate),
        session=_written(shared, step if shared is analysis else None),
        language=tree.language,
        variables=known.variables,
        assumed=known.assumed,
    )


def _recorded(analysis: Analysis) -> Iterator[Recorded]:
    """What was noted of what the tree wants noted, private texts masked."""
    tree, now = analysis.tree, analysis.state.recorded
    for each in tree.records.values():
        if each.id in now:
            text = tree.words.private if each.private else now[each.id]
            yield Recorded(id=each.id, title=each.title, text=text)


def _missing(analysis: Analysis) -> Iterator[IdAndText]:
    """What is wanted in any case, or with a step that was taken, and was not noted."""
    tree, now = analysis.tree, analysis.state
    steps = [tree.questions[each] for each in now.answers]
    wanted = {each for step in steps for each in step.record}
    wanted |= {each for name in now.tried for each in tree.actions[name].record}
    for each in tree.records.values():
        if each.id not in now.recorded and (each.always or each.id in wanted):
            yield IdAndText(id=each.id, text=each.title)


def _roles(analysis: Analysis) -> tuple[IdAndText, ...]:
    """Titles of who takes the steps of the tree, and of who was there."""
    tree, needs = analysis.tree, needs_of(analysis.tree)
    names = [x for each in needs for x in each.by]
    every = dict.fromkeys((*names, *(analysis.options.by or ())))
    return tuple(IdAndText(id=each, text=role(tree, each)) for each in every)


def _things(analysis: Analysis) -> tuple[IdAndText, ...]:
    """Titles of what the steps of the tree take, and of what was at hand."""
    tree, needs = analysis.tree, needs_of(analysis.tree)
    names = [x for each in needs for x in each.things]
    every = dict.fromkeys((*names, *(analysis.options.has or ())))
    return tuple(IdAndText(id=each, text=thing(tree, each)) for each in every)


def _possible(analysis: Analysis) -> Iterator[Possible]:
    """Root causes that are neither eliminated nor ruled out, the likeliest first."""
    tree, out = analysis.tree, ("eliminated", "ruled out")
    roots = [analysis.statuses[each.id] for each in tree.root_causes]
    left = [each for each in roots if each.status not in out]
    for each in sorted(left, key=lambda status: -rounded(status.posterior)):
        yield Possible(
            cause=cause(tree, each.cause),
            belief=rounded(each.posterior),
            group=" > ".join(x.title for x in groups_above(tree, each.cause)),
            about=tree.causes[each.cause].about,
            remedies=tuple(_remedies(analysis, each.cause)),
        )


def _remedies(analysis: Analysis, id: str) -> Iterator[Remedy]:
    """Untried actions that fix the cause with a chance of a half or more, in order."""
    actions = analysis.tree.actions
    order = remedies_of(analysis.belief, id)
    for name in (each for each in order if actions[each].fixes.get(id, 0.0) >= REMEDY):
        step = action_step(analysis, name)
        action = actions[name]
        time = _taking(analysis, action)
        yield with_words(Remedy, action, setup=step.setup, **time)


def _ruled_out(analysis: Analysis) -> Iterator[RuledOut]:
    for root in analysis.tree.root_causes:
        status = analysis.statuses[root.id]
        if status.status in ("eliminated", "ruled out"):
            yield RuledOut(
                cause=cause(analysis.tree, root.id),
                certain=status.status == "eliminated",
                belief=rounded(status.posterior),
                by=tuple(_reasons(analysis.tree, status)),
            )


def _reasons(tree: Tree, status: Status) -> Iterator[Reason]:
    for weight in status.by:
        step, text, answer = _in_words(tree, weight)
        odds = weight.log_odds
        certain = not math.isfinite(odds)
        bits = None if certain else rounded(odds)
        yield Reason(step=step, text=text, answer=answer, log2_odds=bits)


def _in_words(tree: Tree, weight: Weight) -> tuple[str, str, str]:
    """The id of the step, how it reads, and what came of it; a mask if private."""
    if weight.result in WORKED and weight.step in tree.actions:
        return (
            weight.step,
            tree.actions[weight.step].title,
            reply(weight.result, tree.words),
        )
    question = tree.questions[weight.step]
    if question.private:  # which cause it speaks against would tell the answer
        return "", "", tree.words.private
    return question.id, question.ask, said(tree, question, weight.result)


def _doubts(analysis: Analysis, conflict: Conflict) -> Iterator[Doubt]:
    """What to check again first, where the answers contradict each other."""
    tree, told = analysis.tree, is_told(analysis.belief)
    suspects = conflict.pair or conflict.suspects
    shown = [each for each in suspects if not is_private(tree, each.kind, each.step)]
    for each in shown[:DOUBTS]:
        text, answer = _evidence(tree, each.kind, each.step, each.result)
        yield Doubt(
            kind=each.kind,
            step=each.step,
            text=text,
            answer=answer,
            **_taking(analysis, _written_step(tree, each.kind, each.step)),
            restored=each.restored and told,
            confusable=tuple(_texts(tree, each.step, each.confusable)),
        )


def _texts(tree: Tree, question: str, answers: Iterable[str]) -> Iterator[str]:
    for each in answers:
        yield tree.questions[question].answer(each).text


def _evidence(tree: Tree, kind: str, step: str, result: AnswerKey) -> tuple[str, str]:
    if kind == "action" and isinstance(result, str):
        return tree.actions[step].title, reply(result, tree.words)
    return tree.questions[step].ask, said(tree, tree.questions[step], result)


def _left_out(analysis: Analysis) -> Iterator[LeftOut]:
    """Answers that do not count now, stale ones included."""
    for each in analysis.set_aside:
        question = analysis.tree.questions[each.step]
        yield LeftOut(
            step=each.step,
            text=question.ask,
            answer=said(analysis.tree, question, each.result),
            reason=each.reason,
        )


def _not_answered(analysis: Analysis) -> Iterator[Open]:
    """Steps whose last reply was "don't know" or "not now", private ones left out."""
    tree = analysis.tree
    last: dict[tuple[StepKind, str], AnswerKey] = {}
    for event in analysis.events:
        match event:
            case Answered():
                last["question", event.step] = event.answer
            case Tried():
                last["action", event.step] = ""
            case Skipped():
                last["action", event.step] = Reply.NOT_NOW.value
    for (kind, step), latest in last.items():
        if latest in REPLIES and not is_private(tree, kind, step):
            yield _open(analysis, kind, step, reply(latest, tree.words))


def _open(analysis: Analysis, kind: StepKind, step: str, said: str) -> Open:
    tree = analysis.tree
    at = _written_step(tree, kind, step)
    now: dict[str, Any] = {"step": step, **_taking(analysis, at)}
    if isinstance(at, written.Question):
        now["answers"] = tuple(each.text for each in at.answers)
    return with_words(Open, at, kind=kind, reply=said, **now)


def _written_step(
    tree: Tree, kind: StepKind, step: str
) -> written.Question | written.Action:
    return tree.actions[step] if kind == "action" else tree.questions[step]


def _taking(
    analysis: Analysis, step: written.Question | written.Action
) -> dict[str, float]:
    """What a step takes now, as the shapes have it."""
    time = analysis.candidates.time(step)
    return {"minutes": rounded(time.minutes), "wait": rounded(time.wait)}


def _withheld(analysis: Analysis, shared: Analysis) -> tuple[str, ...]:
    """Questions that were replied to, and whose replies are not shared."""
    kept = {each.step for each in shared.events if isinstance(each, Answered)}
    said = [each.step for each in analysis.events if isinstance(each, Answered)]
    return tuple(each for each in dict.fromkeys(said) if each not in kept)


def _shared(analysis: Analysis) -> Analysis:
    """
    The session without what was said to private questions.

    What does not count because of a private answer goes with it: it would come back.
    """
    questions = analysis.tree.questions
    gone = {each.id for each in questions.values() if each.private}
    holds = {each[1:] for each in analysis.state.evidence}
    while gone or any(is_secret(analysis.tree, each) for each in analysis.events):
        events = [
            each
            for each in analysis.events
            if not (isinstance(each, Answered | Asked) and each.step in gone)
            and not is_secret(analysis.tree, each)
        ]
        if len(events) == len(analysis.events):
            break
        analysis = analysis.of(events)
        gone = {each.step for each in analysis.state.evidence if each[1:] not in holds}
    return analysis


def _written(shared: Analysis, step: Step | None) -> str:
    """The session as text; where it stands only if a reader can tell as well."""
    return serialize.written(
        shared.tree,
        shared.options,
        shared.events,
        leading=shared.belief.leading,
        outcome=serialize.outcome(step) if step and not shared.own else None,
    )


def _masked(move: Move, withheld: Iterable[str], mask: str) -> Move:
    """The move without what was said to a question that is withheld."""
    if move.kind in DONE or move.step not in withheld:
        return move
    quote = mask if move.quote else ""
    return replace(move, answer=mask, quote=quote, rules_out=())


def _escalate(escalation: Escalation) -> Escalate | None:
    if escalation == Escalation():
        return None
    return Escalate(to=escalation.to, minutes=escalation.cost, bring=escalation.bring)


def _later(analysis: Analysis, shown: Iterable[str]) -> Iterator[Later]:
    """
    The questions that are open besides those shown, what tells most per minute first.

    Those that were put off or not known are not among them: they were asked. Urgent
    ones come first.
    """
    for id in sorted(
        {*_unopened(analysis)} - {*shown}, key=lambda each: _rank(analysis, each)
    ):
        question = analysis.tree.questions[id]
        yield with_words(Later, question, **_taking(analysis, question))


def _unopened(analysis: Analysis) -> Iterator[str]:
    """Questions that can be put and would tell something, and urgent ones."""
    candidates, now = analysis.candidates, analysis.state
    telling_now = candidates.fresh & (analysis.belief.gains > NO_GAIN)
    yield from (candidates.questions.ids[i] for i in np.flatnonzero(telling_now))
    replied = {*now.answers, *now.dont_know, *now.not_now}
    for each in analysis.tree.questions.values():
        if each.is_urgent and each.id not in replied and candidates.is_available(each):
            yield each.id


def _rank(analysis: Analysis, id: str) -> tuple[bool, float, int]:
    """Urgent ones first; equals in the order of the file."""
    questions = analysis.tree.questions
    gain, cost = worth(analysis, id)
    rate = float(f"{gain / max(cost, TOLERANCE):.9g}")
    return not questions[id].is_urgent, -rate, list(questions).index(id)


def _taken_up(analysis: Analysis) -> Analysis:
    """The session as it goes on with everybody and everything at hand."""
    events = analysis.events
    while isinstance(events[-1], Remark):
        events = events[:-1]
    options = replace(analysis.options, by=None, has=None)
    taken_up = analysis.of(events)
    same = options == analysis.options
    return taken_up if same else replace(taken_up, options=options)


def _in_turn(analysis: Analysis) -> Iterator[Question | Action]:
    """Up to three steps; after the first by information, which costs no search."""
    step, shown = next_step(analysis), set[tuple[str, str]]()
    plain = replace(analysis.options, strategy="information")
    later = replace(analysis, options=plain, own=None)
    while len(shown) < STEPS and not isinstance(step, Ending):
        if (step.kind, step.id) not in shown:
            shown.add((step.kind, step.id))
            yield step if len(shown) == 1 else _as_it_is(analysis, step)
        # This comes to an end, as nothing is offered again that was put off twice.
        later = later.of((*later.events, _put_off(step, later.events[-1])))
        step = next_step(later)
    if isinstance(step, Ending):
        left = [each.id for each in step.actions if ("action", each.id) not in shown]
        yield from (action_step(analysis, each) for each in left[: STEPS - len(shown)])


def _put_off(step: Question | Action, last: Event) -> Answered | Skipped:
    """What would be in the log after the last event, if this were put off."""
    at, actor = last.at, last.actor
    if isinstance(step, Action):
        return Skipped(step=step.id, at=at, actor=actor)
    said = Reply.NOT_NOW.value
    return Answered(kind="answered", step=step.id, answer=said, at=at, actor=actor)


def _as_it_is(analysis: Analysis, step: Question | Action) -> Question | Action:
    """The step without the reasons that it has only if another is put off."""
    if isinstance(step, Action):
        return action_step(analysis, step.id)
    return question_step(analysis, step.id)


def _to_do(analysis: Analysis, step: Question | Action) -> ToDo:
    now = {
        "kind": step.kind,
        "minutes": rounded(step.attended_min),
        "wait": rounded(step.wait_min),
        "setup": step.setup,
    }
    if isinstance(step, Action):
        action, chance = analysis.tree.actions[step.id], rounded(step.chance)
        return with_words(ToDo, action, **now, reason=step.reason, chance=chance)
    return with_words(
        ToDo,
        analysis.tree.questions[step.id],
        **now,
        reason=_plainly(step, analysis.tree.words),
        answers=tuple(_expected(analysis, step, each) for each in step.answers),
    )


def _plainly(step: Question, words: Catalogue) -> str:
    """Why this question, without bits: who reads a hand-off need not know them."""
    gain, time = step.gain_bits, Time(step.attended_min, step.wait_min)
    if gain <= NO_GAIN:
        return step.reason
    figures = told_per_minute(gain, time, words)
    return step.reason.replace(figures, _step_in_words(gain, time, words))


def _step_in_words(gain: float, time: Time, words: Catalogue) -> str:
    much = "much" if gain >= MUCH else "something" if gain >= LITTLE else "little"
    if not any(time):
        return words(f"tells_{much}_free")
    is_quick = gain < LITTLE and sum(time) <= QUICK
    key = "tells_little_quick" if is_quick else f"tells_{much}_for"
    return words(key, minutes=spent(*time, words))


def _expected(analysis: Analysis, step: Question, answer: Choice) -> Expected:
    """An answer with what follows from it."""
    urgent = analysis.tree.questions[step.id].stop
    return Expected(
        id=answer.id,
        text=answer.text,
        probability=rounded(answer.probability),
        rules_out=tuple(IdAndText(id=x.id, text=x.title) for x in answer.rules_out),
        then=() if step.urgent else tuple(_then(analysis.belief, step.id, answer.id)),
        stop=urgent.get(answer.id, ""),
    )


def _then(belief: Belief, question: str, answer: str) -> Iterator[Likely]:
    """The likeliest root causes after this answer; none if it cannot come."""
    joint = belief.p * belief.model.likelihood(question, answer)
    total = float(joint.sum())
    if total <= 0:
        return
    p = np.round(joint / total, ALIKE)
    for i in np.argsort(-p, kind="stable")[:THEN].tolist():
        if p[i] > RULED_OUT:
            yield Likely(cause=_cause(belief, i), belief=rounded(float(p[i])))


def _cause(belief: Belief, place: int) -> IdAndText:
    if place == len(belief.p) - 1:
        return IdAndText(id=UNKNOWN, text="")
    return cause(belief.tree, belief.model.causes[place])
