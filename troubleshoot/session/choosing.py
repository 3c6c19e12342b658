"""
What to do next: the rules, in their order; the first that has a step wins.

Urgent questions → what the strategy advises, unless it is "information" → a remedy
class has reached the confidence: its action → the question that tells most per minute
→ actions worth trying → nothing is left: the end.
When all questions tell only slightly, actions worth trying come before them.
An irreversible action waits until no reversible step has any value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.inference.model import REMEDY
from troubleshoot.planner.policy import SLIGHT, best
from troubleshoot.session import endings
from troubleshoot.session.advice import advice
from troubleshoot.session.asking import action_step, question_step, urgent_step
from troubleshoot.session.gates import closed_actions, closed_questions, gates
from troubleshoot.session.offers import WORTH_TRYING, often
from troubleshoot.session.situation import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.session.offers import Offers
    from troubleshoot.session.situation import BoolArray
    from troubleshoot.session.steps import Ending, Step


TELLING: Final = 1e-9  # bits; less cannot change what happens next


def next_step(offers: Offers) -> Step:
    """The step that the first rule with something to say recommends."""
    step = over(offers) or _urgent(offers)
    if step is not None:
        return step
    advised = advice(offers)
    return advised.step or _remarked(_most_telling(offers), advised.remark)


def _most_telling(offers: Offers) -> Step:
    """What the rules of "information" recommend."""
    for rule in RULES:
        if (step := rule(offers)) is not None:
            return step
    return endings.rest(offers)


def _remarked(step: Step, remark: str) -> Step:
    """The step with the remark before its reason, if there is any of both."""
    if not remark or step.is_end:
        return step
    return replace(step, reason=f"{remark} {step.reason}")


def over(offers: Offers) -> Ending | None:
    """An action worked, the customer gave up, or an urgent answer says stop."""
    state = offers.situation.state
    if any(state.tried.values()):
        return endings.fixed(offers)
    if state.given_up is not None:
        return endings.given_up(offers)
    return endings.stopped(offers) if endings.stop_text(offers) else None


def _urgent(offers: Offers) -> Step | None:
    """An urgent question that waits for its reply; put off once, it comes again."""
    state = offers.situation.state
    done = {*state.answers, *state.dont_know, *often(state.not_now)}
    for question in offers.situation.tree.questions.values():
        just_put_off = question.id in state.not_now and question.id == state.last
        waits = question.is_urgent and question.id not in done and not just_put_off
        if waits and offers.is_available(question):
            return urgent_step(offers, question)
    return None


def _confident(offers: Offers) -> Step | None:
    """A remedy class has reached the confidence: its remedy, or its name."""
    situation = offers.situation
    leading = int(situation.class_belief.argmax())
    needed = situation.tree.confidence - TOLERANCE
    if situation.class_belief[leading] < needed:
        return None
    # A contradiction leaves all belief to the unknown cause, and ends here too.
    if leading == situation.model.classes[-1]:
        return endings.unknown(offers) if situation.unlisted else None
    return _remedy(offers, situation.model.classes == leading)


def _remedy(offers: Offers, members: BoolArray) -> Step | None:
    """An action for the class; None while better steps must come before it."""
    helps = helping(offers, members)
    cures = helping(offers, members, at_least=REMEDY)
    cure = "It is the remedy for what is most likely the cause."
    other = "It may help against what is most likely the cause."
    step = _action(offers, cures & offers.reversible, cure)
    step = step or _action(offers, helps & offers.reversible, other)
    step = step or _action(offers, cures & _irreversible(offers), cure)
    step = step or _action(offers, helps & _irreversible(offers), other)
    step = step or _gate(offers, gates(offers, closed_actions(offers, helps)))
    waits = helps & ~offers.reversible & (offers.untried | offers.skipped)
    if step is not None or waits.any():
        return step
    return endings.found(offers, members)


def helping(offers: Offers, members: BoolArray, at_least: float = 0.0) -> BoolArray:
    """Actions that may fix a cause of this remedy class, so likely at least."""
    model, p = offers.situation.model, offers.situation.p
    share = np.where(members, p, 0.0)
    fixing = [float(model.fixes(each) @ share) for each in offers.actions.ids]
    chances = np.array(fixing, dtype=float) / share.sum()
    return np.asarray((chances > 0) & (chances >= at_least - TOLERANCE))


def _irreversible(offers: Offers) -> BoolArray:
    """The irreversible actions, once no reversible step has any value."""
    telling = offers.situation.gains > TELLING
    questions = telling & (offers.fresh | offers.put_off | offers.not_known)
    offered = offers.untried | offers.skipped
    actions = offered & offers.reversible & _worth_trying(offers)
    nothing_else = not questions.any() and not actions.any()
    return ~offers.reversible & nothing_else


def _worth_trying(offers: Offers) -> BoolArray:
    """Actions likely enough to help, and cheaper than handing over instead."""
    likely = offers.chances >= WORTH_TRYING - TOLERANCE
    price = offers.situation.tree.escalate.cost
    if price is None:
        return likely
    return likely & (offers.chances * price > offers.action_costs)


def _action(offers: Offers, among: BoolArray, reason: str) -> Step | None:
    """The most efficient of these actions; those put off once come last."""
    again = "It was put off before, and comes once more."
    for tier, why in ((offers.untried, reason), (offers.skipped, again)):
        i = best(offers.chances, offers.action_costs, among & tier)
        if i is not None:
            return action_step(offers, offers.actions.ids[i], why)
    return None


def _telling(offers: Offers, tier: BoolArray, reason: str) -> Step | None:
    """The question of this tier that tells most per minute."""
    i = best(offers.situation.gains, offers.question_costs, tier)
    return None if i is None else question_step(offers, offers.questions.ids[i], reason)


def _gate(offers: Offers, among: BoolArray) -> Step | None:
    """The cheapest of these questions; those put off once come last."""
    reason = "What can be asked or done next depends on the answer."
    for tier in (offers.fresh, offers.put_off):
        i = best(np.ones(len(among)), offers.question_costs, among & tier)
        if i is not None:
            return question_step(offers, offers.questions.ids[i], reason)
    return None


def _likely_action(offers: Offers) -> Step | None:
    """An action worth trying, once all that questions can tell is slight."""
    asked = offers.fresh | offers.put_off
    telling = offers.situation.gains >= SLIGHT
    opening = gates(offers, closed_questions(offers, SLIGHT))
    if offers.situation.unknown_leads or (asked & (telling | opening)).any():
        return None
    return _reversible_action(offers)


def _fresh_question(offers: Offers) -> Step | None:
    """The question that tells most per minute."""
    gains, costs, fresh = offers.situation.gains, offers.question_costs, offers.fresh
    first = best(gains, costs, fresh | offers.put_off)
    asked = (
        "can be asked now" if first == best(gains, costs, fresh) else "was not put off"
    )
    return _telling(offers, fresh, f"That is the most per minute of what {asked}.")


def _gate_question(offers: Offers) -> Step | None:
    """A question that opens one that would tell something."""
    wanted = closed_questions(offers, TELLING)
    return _gate(offers, gates(offers, wanted) & offers.fresh)


def _put_off_question(offers: Offers) -> Step | None:
    """A question that was put off once, or that opens one that would tell."""
    reason = "It was put off before; now it tells most per minute of what can be asked."
    step = _telling(offers, offers.put_off, reason)
    wanted = closed_questions(offers, TELLING)
    return step or _gate(offers, gates(offers, wanted) & offers.put_off)


def _unlisted(offers: Offers) -> Step | None:
    """The cause is most likely one that nobody listed."""
    situation = offers.situation
    strange = situation.unknown_leads and situation.unlisted
    return endings.unknown(offers) if strange else None


def _reversible_action(offers: Offers) -> Step | None:
    """An action worth trying, although the cause is not certain."""
    reason = "What can still be asked tells little more; this is worth a try."
    worth = _worth_trying(offers)
    step = _action(offers, worth & offers.reversible, reason)
    return step or _gate(offers, gates(offers, closed_actions(offers, worth)))


def _unknown_answer_question(offers: Offers) -> Step | None:
    """The question whose answer was not known, when it alone is left to decide."""
    reason = "The answer was not known before; no other that can be asked tells more."
    deciding = offers.not_known & (offers.situation.gains > TELLING)
    return _telling(offers, deciding, reason) if deciding.sum() == 1 else None


def _irreversible_action(offers: Offers) -> Step | None:
    """An action that cannot be undone, when nothing reversible is left."""
    reason = "Nothing that can be undone is left that is worth trying."
    return _action(offers, _worth_trying(offers) & _irreversible(offers), reason)


RULES: Final[tuple[Callable[[Offers], Step | None], ...]] = (
    _confident,
    _likely_action,
    _fresh_question,
    _gate_question,
    _put_off_question,
    _unlisted,
    _reversible_action,
    _unknown_answer_question,
    _irreversible_action,
)
