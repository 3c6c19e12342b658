"""Questions and actions of the tree, as steps with what they are worth now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.session.naming import likely, titled_action, titled_causes
from troubleshoot.session.situation import RULED_OUT
from troubleshoot.session.steps import Action, Choice, Question, RunnerUp, Titled
from troubleshoot.text import MASK, bits, minutes, percent
from troubleshoot.tree.answers import numbers_of

if TYPE_CHECKING:
    from troubleshoot.session.offers import Offers
    from troubleshoot.session.situation import FloatArray, Situation
    from troubleshoot.tree import tree as written


RUNNERS_UP: Final = 3
NO_GAIN: Final = 1e-9


def question_step(offers: Offers, name: str, reason: str = "") -> Question:
    """The question of this id, as it stands now."""
    question = offers.situation.tree.questions[name]
    if question.is_urgent:
        return urgent_step(offers, question)
    gain, cost = worth(offers, name)
    again = look_again(offers, question)
    return Question(
        id=name,
        text=question.ask,
        answers=_choices(offers.situation, question),
        why=question.why,
        how=question.how,
        unit=question.unit,
        private=question.private,
        setup=_setup(offers, question),
        gain_bits=gain,
        cost_min=cost,
        again=again,
        reason=_sentences(again, telling(gain, cost), reason),
        runners_up=_runners_up(offers, name),
    )


def urgent_step(offers: Offers, question: written.Question) -> Question:
    """An urgent question: no gain, and nothing says how likely its answers are."""
    again = look_again(offers, question)
    even = 1 / len(question.answers)
    return Question(
        id=question.id,
        text=question.ask,
        answers=tuple(
            Choice(
                id=each.id,
                text=each.text,
                probability=even,
                numbers=numbers_of(each.range),
            )
            for each in question.answers
        ),
        why=question.why,
        how=question.how,
        unit=question.unit,
        private=question.private,
        setup=_setup(offers, question),
        urgent=True,
        cost_min=offers.cost(question),
        again=again,
        reason=_sentences(
            again, "It comes first, for safety: an answer may say to stop at once."
        ),
    )


def action_step(offers: Offers, name: str, reason: str = "") -> Action:
    """The action of this id, as it stands now."""
    action = offers.situation.tree.actions[name]
    chance = float(offers.chances[offers.actions.at[name]])
    return Action(
        id=name,
        title=titled_action(action).title,
        text=action.do,
        why=action.why,
        how=action.how,
        verify=action.verify,
        caution=action.caution,
        risk=action.risk,
        setup=_setup(offers, action),
        cost_min=offers.cost(action),
        chance=chance,
        causes=likely(offers.situation, _fixed_by(offers.situation, name)),
        reason=f"{reason} It helps with a chance of {percent(chance)}.".lstrip(),
    )


def _fixed_by(situation: Situation, action: str) -> tuple[str, ...]:
    """Root causes that the action may fix, the likeliest first."""
    return situation.ranked(situation.model.fixes(action) > 0)


def worth(offers: Offers, name: str) -> tuple[float, float]:
    """Bits and minutes of a question now; an urgent one has no bits."""
    cost = offers.cost(offers.situation.tree.questions[name])
    at = offers.questions.at.get(name)
    return (0.0 if at is None else float(offers.situation.gains[at])), cost


def look_again(offers: Offers, question: written.Question) -> str:
    """Why a question comes again that was answered before an action; empty if not."""
    state = offers.situation.state
    if question.id not in state.stale:
        return ""
    action = offers.situation.tree.actions[state.stale_by[question.id]]
    answer = question.answer(state.stale[question.id]).text
    said = MASK if question.private else answer
    done = titled_action(action).title
    return f"Look again: “{done}” may have changed this. You said: {said}."


def _sentences(*texts: str) -> str:
    return " ".join(each for each in texts if each)


def telling(gain: float, cost: float) -> str:
    """What a question is expected to tell, and at what price, in figures."""
    if gain <= NO_GAIN:
        return "It tells nothing more as things stand."
    price = f" for {minutes(cost)}" if cost else " and costs no time"
    return f"Its answer is expected to tell {bits(gain)}{price}."


def _setup(offers: Offers, step: written.Question | written.Action) -> str:
    """What to do first, the outermost setup first."""
    return " ".join(each.do for each in reversed([*offers.unopened(step)]))


def _choices(situation: Situation, question: written.Question) -> tuple[Choice, ...]:
    rows = [situation.model.likelihood(question.id, a.id) for a in question.answers]
    joint = np.array(rows) * situation.p
    chances = joint.sum(axis=1) / joint.sum()
    return tuple(
        Choice(
            id=answer.id,
            text=answer.text,
            probability=float(chance),
            rules_out=_ruled_out(situation, shares),
            numbers=numbers_of(answer.range),
        )
        for answer, shares, chance in zip(question.answers, joint, chances, strict=True)
    )


def _ruled_out(situation: Situation, joint: FloatArray) -> tuple[Titled, ...]:
    """Root causes that are possible now and ruled out after this answer."""
    total = float(joint.sum())
    if total <= 0:  # it cannot be the answer
        return ()
    gone = (joint <= RULED_OUT * total) & (situation.p > RULED_OUT)
    named = titled_causes(situation.tree)
    return tuple(named[i] for i in np.flatnonzero(gone[:-1]))


def _runners_up(offers: Offers, name: str) -> tuple[RunnerUp, ...]:
    """The next best questions that could be put instead."""
    gains, costs = offers.situation.gains, offers.question_costs
    others = (offers.fresh | offers.put_off) & (gains > NO_GAIN)
    others &= ~offers.questions.mask([name])
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(others, gains / costs, -1.0)
    order = np.argsort(-rates, kind="stable")[:RUNNERS_UP]
    return tuple(
        RunnerUp(offers.questions.ids[i], float(gains[i]), float(costs[i]))
        for i in order
        if others[i]
    )
