"""
A question, an action or an ending as it is told, with what it is worth now.

An ending says in one plain sentence how the session ends, what could still tell or
help, and why that is not offered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.inference.bayes import HALF, RULED_OUT
from troubleshoot.planner.policy import ranking
from troubleshoot.session.answers import likely, titled_action, titled_causes
from troubleshoot.session.belief import TOLERANCE
from troubleshoot.session.conflict import doubt
from troubleshoot.session.remedies import remedies
from troubleshoot.session.steps import (
    Action,
    Choice,
    Ending,
    Question,
    RunnerUp,
    Titled,
    Watching,
    with_words,
)
from troubleshoot.text import bits, duration, listing, percent, spent
from troubleshoot.tree.reply_schema import numbers_of
from troubleshoot.tree.tree import Escalation, role, thing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.belief import Belief, BoolArray, FloatArray
    from troubleshoot.session.steps import EndingKind
    from troubleshoot.tree import tree as written
    from troubleshoot.tree.tree import RecordItem, Time, Tree


WATCHED: Final = ("narrowed", "unknown")  # endings at which it may not have shown
RUNNERS_UP: Final = 3
NO_GAIN: Final = 1e-9
LIKELY: Final = 0.1  # belief in a cause from which on its remedies are worth a word


def question_step(analysis: Analysis, name: str, reason: str = "") -> Question:
    """The question of this id, as it stands now; an urgent one has its own reason."""
    question = analysis.tree.questions[name]
    gain, cost = worth(analysis, name)
    time = analysis.candidates.time(question)
    again = look_again(analysis, question)
    words = analysis.tree.words
    why = (
        (words.reason_first_for_safety,)
        if question.is_urgent
        else (told_per_minute(gain, time, words), reason)
    )
    return with_words(
        Question,
        question,
        answers=_choices(analysis.belief, question),
        setup=_setup(analysis, question),
        by=roles(analysis.tree, question),
        needs=things(analysis.tree, question),
        record=to_note(analysis.tree, question),
        gain_bits=gain,
        cost_min=cost,
        attended_min=time.minutes,
        wait_min=time.wait,
        again=again,
        reason=_sentences(again, *why, *_taken_as_known(analysis, question)),
        runners_up=() if question.is_urgent else _runners_up(analysis, name),
    )


def action_step(analysis: Analysis, name: str, reason: str = "") -> Action:
    """The action of this id, as it stands now."""
    action, belief = analysis.tree.actions[name], analysis.belief
    chance = float(analysis.candidates.chances[analysis.candidates.actions.at[name]])
    words = analysis.tree.words
    helps = words("reason_helps_with", percent=percent(chance, words))
    time = analysis.candidates.time(action)
    return with_words(
        Action,
        action,
        setup=_setup(analysis, action),
        by=roles(analysis.tree, action),
        needs=things(analysis.tree, action),
        record=to_note(analysis.tree, action),
        cost_min=analysis.candidates.cost(action),
        attended_min=time.minutes,
        wait_min=time.wait,
        chance=chance,
        causes=likely(belief, belief.ranked(belief.model.fixes(name) > 0)),
        reason=_sentences(reason, helps, *_taken_as_known(analysis, action)),
    )


def worth(analysis: Analysis, name: str) -> tuple[float, float]:
    """Bits and minutes of a question now; an urgent one has no bits."""
    cost = analysis.candidates.cost(analysis.tree.questions[name])
    at = analysis.candidates.questions.at.get(name)
    return (0.0 if at is None else float(analysis.belief.gains[at])), cost


def look_again(analysis: Analysis, question: written.Question) -> str:
    """Why a question comes again that was answered before an action; empty if not."""
    state = analysis.state
    if question.id not in state.stale:
        return ""
    action = analysis.tree.actions[state.stale_by[question.id]]
    words = analysis.tree.words
    answer = question.in_words(state.stale[question.id], words)
    said = words.private if question.private else answer
    done = titled_action(action).title
    return words("reason_look_again", action=done, answer=said)


def _taken_as_known(
    analysis: Analysis, step: written.Question | written.Action
) -> list[str]:
    """What has not been answered and must be so for the step, with the reason."""
    return [each.sentence for each in analysis.candidates.gates.assumed_for(step)]


def _sentences(*texts: str) -> str:
    return " ".join(each for each in texts if each)


def told_per_minute(gain: float, time: Time, words: Catalogue) -> str:
    """What a question is expected to tell, and at what price, in figures."""
    if gain <= NO_GAIN:
        return words.reason_tells_nothing
    key = "reason_tells_for" if any(time) else "reason_tells_free"
    return words(key, bits=bits(gain, words), minutes=spent(*time, words))


def _setup(analysis: Analysis, step: written.Question | written.Action) -> str:
    """What to do first, the outermost setup first."""
    return " ".join(each.do for each in reversed([*analysis.candidates.unopened(step)]))


def roles(tree: Tree, step: written.Question | written.Action) -> tuple[Titled, ...]:
    """Those who can take a step; none for anybody."""
    return tuple(Titled(each, role(tree, each)) for each in step.needs.by)


def things(tree: Tree, step: written.Question | written.Action) -> tuple[Titled, ...]:
    """What a step takes."""
    return tuple(Titled(each, thing(tree, each)) for each in step.needs.things)


def to_note(
    tree: Tree, step: written.Question | written.Action
) -> tuple[RecordItem, ...]:
    """What is to be noted with a step."""
    return tuple(tree.records[each] for each in step.record)


def _choices(belief: Belief, question: written.Question) -> tuple[Choice, ...]:
    if question.is_urgent:  # nothing says how likely its answers are
        even = 1 / len(question.answers)
        return tuple(_choice(each, even) for each in question.answers)
    rows = [belief.model.likelihood(question.id, a.id) for a in question.answers]
    joint = np.array(rows) * belief.p
    total = 1.0 if question.several else joint.sum()
    chances = np.minimum(joint.sum(axis=1) / total, 1.0)
    return tuple(
        _choice(answer, float(chance), _ruled_out(belief, shares))
        for answer, shares, chance in zip(question.answers, joint, chances, strict=True)
    )


def _choice(
    answer: written.Answer, chance: float, rules_out: tuple[Titled, ...] = ()
) -> Choice:
    return Choice(
        id=answer.id,
        text=answer.text,
        probability=chance,
        rules_out=rules_out,
        numbers=numbers_of(answer.range),
    )


def _ruled_out(belief: Belief, joint: FloatArray) -> tuple[Titled, ...]:
    """Root causes that are possible now and ruled out after this answer."""
    total = float(joint.sum())
    if total <= 0:  # it cannot be the answer
        return ()
    gone = (joint <= RULED_OUT * total) & (belief.p > RULED_OUT)
    named = titled_causes(belief.tree)
    return tuple(named[i] for i in np.flatnonzero(gone[:-1]))


def _runners_up(analysis: Analysis, name: str) -> tuple[RunnerUp, ...]:
    """The next best questions that could be put instead."""
    gains, costs = analysis.belief.gains, analysis.candidates.question_costs
    others = (analysis.candidates.fresh | analysis.candidates.put_off) & (
        gains > NO_GAIN
    )
    others &= ~analysis.candidates.questions.mask([name])
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(others, gains / costs, -1.0)
    order = np.argsort(-rates, kind="stable")[:RUNNERS_UP]
    return tuple(
        RunnerUp(analysis.candidates.questions.ids[i], float(gains[i]), float(costs[i]))
        for i in order
        if others[i]
    )


def telling(analysis: Analysis) -> BoolArray:
    """Questions without an answer that counts, whose answer would tell something."""
    answered = analysis.candidates.questions.mask(analysis.state.answers)
    return np.asarray((analysis.belief.gains > NO_GAIN) & ~answered)


def questions_left(analysis: Analysis) -> str:
    """That no question could tell more, or which one could and why it is not put."""
    gains, costs = analysis.belief.gains, analysis.candidates.question_costs
    order = ranking(gains, costs, telling(analysis))
    words = analysis.tree.words
    if not order:
        return words.left_nothing
    name, more = analysis.candidates.questions.ids[order[0]], len(order) - 1
    asked = analysis.tree.questions[name].ask
    others = words("left_more", count=more) if more else ""
    return _sentences(words(_why_not(analysis, name), question=asked), others)


def _why_not(analysis: Analysis, question: str) -> str:
    """Which sentence says why a question is not put."""
    state = analysis.state
    if question in state.dont_know:
        return "left_not_known"
    return "left_put_off" if question in state.not_now else "left_not_here"


def remedies_left(analysis: Analysis, causes: Iterable[str]) -> str:
    """Whether anything that may help against one of these causes is left to do."""
    tree, tried = analysis.tree, analysis.state.tried
    chosen = tuple(causes)
    helping = [
        name
        for name, action in tree.actions.items()
        if any(action.fixes.get(each, 0) > 0 for each in chosen)
    ]
    if not helping:
        return tree.words.left_no_action
    if all(each in tried for each in helping):
        return tree.words.left_all_tried
    return tree.words.left_actions


def as_sure_as_asked(analysis: Analysis) -> str:
    """That the confidence of the tree is reached."""
    words = analysis.tree.words
    return words("as_sure_as_asked", percent=percent(analysis.tree.confidence, words))


def fixed(analysis: Analysis) -> Ending:
    """An action worked."""
    belief = analysis.belief
    worked = tuple(each for each, ok in analysis.state.tried.items() if ok)
    causes = belief.ranked(belief.likeliest_class)
    titles = (analysis.tree.actions[each].title for each in worked)
    words = analysis.tree.words
    text = words("end_fixed", actions=listing(titles, words=words))
    return _ending(analysis, "fixed", text, causes=causes, actions=worked)


def given_up(analysis: Analysis) -> Ending:
    """The customer does not want to go on."""
    reason = analysis.state.given_up
    causes = analysis.belief.ranked()
    text = _with_likely(analysis.belief, "end_given_up", causes)
    actions = _for_likely_causes(analysis, causes)
    return _ending(
        analysis, "given up", text, causes=causes, actions=actions, reason=reason or ""
    )


def _for_likely_causes(analysis: Analysis, causes: Iterable[str]) -> tuple[str, ...]:
    """
    What is worth a try for somebody who breaks off.

    Remedies of likely causes alone; what cannot be undone only where it is as likely
    to help as not.
    """
    shares = analysis.belief.shares
    found = remedies(
        analysis.belief, (each for each in causes if shares[each] > LIKELY - TOLERANCE)
    )
    at, chances = analysis.candidates.actions.at, analysis.candidates.chances
    gentle = analysis.candidates.reversible | (chances > HALF - TOLERANCE)
    return tuple(each for each in found if gentle[at[each]])


def stop_text(analysis: Analysis) -> str:
    """What an urgent answer says to do at once; empty when none was given."""
    answers = analysis.state.answers
    urgent = [x for x in analysis.tree.questions.values() if x.is_urgent]
    stops = (each.stop.get(str(answers.get(each.id, ""))) for each in urgent)
    return next((each for each in stops if each), "")


def stopped(analysis: Analysis) -> Ending:
    """An urgent answer says to stop."""
    reason = analysis.tree.words.end_stopped_why
    return _ending(
        analysis, "stopped", stop_text(analysis), reason=reason, confidence=1.0
    )


def found(analysis: Analysis, members: BoolArray) -> Ending:
    """One remedy class has reached the confidence."""
    causes = analysis.belief.ranked(members)
    reason = _sentences(as_sure_as_asked(analysis), remedies_left(analysis, causes))
    return _found(analysis, members, reason)


def _found(analysis: Analysis, members: BoolArray, reason: str) -> Ending:
    """One remedy class is likelier than everything else."""
    belief = analysis.belief
    causes = belief.ranked(members)
    words = belief.tree.words
    named = listing((_title(belief.tree, each) for each in causes), "or", words)
    confidence = min(1.0, float(belief.p[members].sum()))
    text = words("end_found", percent=percent(confidence, words), causes=named)
    if _failed(analysis, causes):
        text = _sentences(text, words.end_tried_in_vain)
    return _ending(
        analysis, "found", text, causes=causes, confidence=confidence, reason=reason
    )


def narrowed(analysis: Analysis) -> Ending:
    """Several causes are left, and nothing that can be asked separates them."""
    belief = analysis.belief
    causes = belief.ranked()
    words = belief.tree.words
    together = percent(sum(belief.shares[each] for each in causes), words)
    if len(causes) == 1:
        text = words(
            "end_narrowed_one",
            cause=f"{_title(analysis.tree, causes[0])} ({together})",
            percent=percent(belief.unknown, words),
        )
    else:
        text = _with_likely(belief, "end_narrowed", causes, percent=together)
    return _ending(
        analysis, "narrowed", text, causes=causes, reason=questions_left(analysis)
    )


def unknown(analysis: Analysis) -> Ending:
    """Most likely none of the listed causes."""
    belief = analysis.belief
    text = belief.tree.words.end_unknown
    return _ending(
        analysis,
        "unknown",
        text,
        confidence=belief.unknown,
        reason=doubt(analysis),
    )


def rest(analysis: Analysis) -> Ending:
    """What is left to say when no step is."""
    belief = analysis.belief
    if belief.unlisted:
        return unknown(analysis)
    listed = belief.class_belief.copy()
    listed[belief.model.classes[-1]] = 0.0
    alone = np.count_nonzero(listed > RULED_OUT) == 1
    if alone and listed.max() > HALF + TOLERANCE:
        words = belief.tree.words
        others = words("left_others", percent=percent(RULED_OUT, words))
        reason = _sentences(others, questions_left(analysis))
        return _found(analysis, belief.likeliest_class, reason)
    return narrowed(analysis)


def handed_over(analysis: Analysis) -> Ending:
    """Nothing was found to do that is worth more than handing over."""
    end = rest(analysis)
    causes = tuple(each.id for each in end.causes)
    words = analysis.tree.words
    text = words.end_handed_over_unknown
    if causes:
        text = _with_likely(analysis.belief, "end_handed_over", causes)
    text = _sentences(text, _watch_for_it(analysis, end.watch))
    return replace(end, text=text, reason=words.end_handed_over_why)


def _title(tree: Tree, cause: str) -> str:
    return tree.causes[cause].title


def _with_likely(
    belief: Belief, key: str, causes: tuple[str, ...], **filled: object
) -> str:
    """The sentence of this key, with the head of the ranking if there is one."""
    words = belief.tree.words
    head = [
        f"{_title(belief.tree, each)} ({percent(belief.shares[each], words)})"
        for each in causes[:3]
    ]
    if not head:
        return words(key, **filled)
    return words(f"{key}_likely", causes=", ".join(head), **filled)


def _failed(analysis: Analysis, causes: Iterable[str]) -> bool:
    """Whether something that fixes one of these causes was tried in vain."""
    tree, tried = analysis.tree, analysis.state.tried
    return any(tree.actions[a].fixes.get(c, 0) > 0 for a in tried for c in causes)


def _ending(
    analysis: Analysis,
    kind: EndingKind,
    text: str,
    *,
    causes: tuple[str, ...] = (),
    confidence: float | None = None,
    actions: tuple[str, ...] | None = None,
    reason: str = "",
) -> Ending:
    belief = analysis.belief
    together = min(1.0, sum((belief.shares[each] for each in causes), 0.0))
    written, escalate = analysis.tree.actions, analysis.tree.escalate
    helping = remedies(analysis.belief, causes) if actions is None else actions
    watch = watching(analysis) if kind in WATCHED else None
    return Ending(
        kind=kind,
        text=_sentences(text, _watch_for_it(analysis, watch)),
        reason=reason,
        causes=likely(belief, causes),
        confidence=together if confidence is None else confidence,
        actions=tuple(titled_action(written[each]) for each in helping),
        escalate=None if escalate == Escalation() else escalate,
        watch=watch,
    )


def watching(analysis: Analysis) -> Watching | None:
    """What to watch for, where what comes and goes may not have shown."""
    tree, answers = analysis.tree, analysis.state.answers
    hidden = tuple(
        each.id
        for each in tree.questions.values()
        if each.sometimes and answers.get(each.id) == each.normal
    )
    if not (hidden or tree.sometimes):
        return None
    watch = tree.watch
    note = watch.note or tree.words.watch_note
    return Watching(note, watch.minutes, watch.times, hidden)


def _watch_for_it(analysis: Analysis, watch: Watching | None) -> str:
    """What to note, how long, and after how often to go on, in a sentence or two."""
    return "" if watch is None else watch_text(watch, analysis.tree.words)


def watch_text(watch: Watching, words: Catalogue) -> str:
    """The same for anything that is to be watched."""
    return words(
        "watch_for_it",
        note=watch.note,
        times=words.counted(watch.times, "occurrence"),
        time=duration(watch.for_min, words),
    )
