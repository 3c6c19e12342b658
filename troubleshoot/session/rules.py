"""
What to do next: the rules, in their order; the first that has a step wins.

Urgent questions → those that the author puts first → what the strategy advises, unless
it is "information" → a remedy class has reached the confidence: its action → the
question that tells most per minute → actions worth trying → nothing is left: the end.
When all questions tell only slightly, actions worth trying come before them.
An irreversible action waits until no reversible step has any value.

The strategies beside "information":

- "repair": the first step of the cheapest repair that a small search finds.
- "plan": the next step of a plan for the goal "diagnose", made where the session
  began; once an answer is not on it, the plan is left, and that is said.
- a caller's own: the step that it chooses.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from troubleshoot.errors import SessionError
from troubleshoot.inference.model import REMEDY
from troubleshoot.planner.policy import SLIGHT, best
from troubleshoot.session import recommendation
from troubleshoot.session.analysis import once_per_analysis
from troubleshoot.session.answers import told
from troubleshoot.session.belief import TOLERANCE
from troubleshoot.session.candidates import (
    WORTH_TRYING,
    closed_actions,
    closed_questions,
    closed_urgent,
    gate_actions,
    gates,
    often,
    urgent_questions,
)
from troubleshoot.session.events import Answered, is_fact
from troubleshoot.session.options import Asking, Doing, View
from troubleshoot.session.planning import plan_of, policy_of, task
from troubleshoot.session.recommendation import action_step, question_step
from troubleshoot.session.state import Evidence, corrected
from troubleshoot.text import duration, percent
from troubleshoot.tree.tree import once_per_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.planner.policy import Policy
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.belief import BoolArray
    from troubleshoot.session.options import Strategy
    from troubleshoot.session.plan import Named, Plan, PlanNode
    from troubleshoot.session.state import State
    from troubleshoot.session.steps import Action, Ending, Question, Step
    from troubleshoot.tree.tree import Tree


TELLING: Final = 1e-9  # bits; less cannot change what happens next

REPAIR_NODES: Final = 30  # situations looked into at each step
# A tree with more chances than that takes seconds and hundreds of megabytes a step.
REPAIR_SIZE: Final = 1_000_000
REMEMBERED: Final = 16  # plans that are kept for a tree

_Key: TypeAlias = tuple[object, ...]

_lock = Lock()


@once_per_analysis
def next_step(analysis: Analysis) -> Step:
    """The step that the first rule with something to say recommends."""
    for rule in BEFORE:
        if (step := rule(analysis)) is not None:
            return step
    advised = advice(analysis)
    return advised.step or _remarked(_most_telling(analysis), advised.remark)


def _most_telling(analysis: Analysis) -> Step:
    """What the rules of "information" recommend."""
    for rule in RULES:
        if (step := rule(analysis)) is not None:
            return step
    return recommendation.rest(analysis)


def _remarked(step: Step, remark: str) -> Step:
    """The step with the remark before its reason, if there is any of both."""
    if not remark or step.is_end:
        return step
    return replace(step, reason=f"{remark} {step.reason}")


def over(analysis: Analysis) -> Ending | None:
    """An action worked, the customer gave up, or an urgent answer says stop."""
    state = analysis.state
    if any(state.tried.values()):
        return recommendation.fixed(analysis)
    if state.given_up is not None:
        return recommendation.given_up(analysis)
    return (
        recommendation.stopped(analysis) if recommendation.stop_text(analysis) else None
    )


def _urgent(analysis: Analysis) -> Step | None:
    """An urgent question that waits for its reply; put off once, it comes again."""
    urgent = urgent_questions(analysis.tree)
    if not urgent:
        return None
    state = analysis.state
    done = {*state.answers, *state.dont_know, *often(state.not_now)}
    for question in urgent:
        just_put_off = question.id in state.not_now and question.id == state.last
        waits = question.id not in done and not just_put_off
        if waits and analysis.candidates.is_available(question):
            return question_step(analysis, question.id)
    return _gate(
        analysis, gates(analysis.candidates, closed_urgent(analysis.candidates))
    )


def _put_first(analysis: Analysis) -> Step | None:
    """
    A question that the author puts first, whatever it tells.

    One that waits for others comes as soon as it can be asked; one that was put off, or
    that an action has overtaken, is a question like others.
    """
    menu, fresh = analysis.candidates.questions, analysis.candidates.fresh
    for name in analysis.tree.first:
        if fresh[menu.at[name]] and name not in analysis.state.stale:
            return question_step(analysis, name, analysis.tree.words.reason_put_first)
    return None


def _confident(analysis: Analysis) -> Step | None:
    """A remedy class has reached the confidence: its remedy, or its name."""
    belief = analysis.belief
    leading = int(belief.class_belief.argmax())
    needed = analysis.tree.confidence - TOLERANCE
    if belief.class_belief[leading] < needed:
        return None
    # A contradiction leaves all belief to the unknown cause, and ends here too.
    if leading == belief.model.classes[-1]:
        return recommendation.unknown(analysis) if belief.unlisted else None
    return _remedy(analysis, belief.model.classes == leading)


def _remedy(analysis: Analysis, members: BoolArray) -> Step | None:
    """An action for the class; None while better steps must come before it."""
    helps = helping(analysis, members)
    cures = helping(analysis, members, at_least=REMEDY)
    words = analysis.tree.words
    cure, other = words.reason_remedy, words.reason_may_help
    step = _action(analysis, cures & analysis.candidates.reversible, cure)
    step = step or _action(analysis, helps & analysis.candidates.reversible, other)
    step = step or _action(analysis, cures & _irreversible(analysis), cure)
    step = step or _action(analysis, helps & _irreversible(analysis), other)
    step = step or _opening(analysis, helps)
    waits = (
        helps
        & ~analysis.candidates.reversible
        & (analysis.candidates.untried | analysis.candidates.skipped)
    )
    if step is not None or waits.any():
        return step
    return recommendation.found(analysis, members)


def helping(analysis: Analysis, members: BoolArray, at_least: float = 0.0) -> BoolArray:
    """Actions that may fix a cause of this remedy class, so likely at least."""
    model, p = analysis.belief.model, analysis.belief.p
    share = np.where(members, p, 0.0)
    fixing = [
        float(model.fixes(each) @ share) for each in analysis.candidates.actions.ids
    ]
    chances = np.array(fixing, dtype=float) / share.sum()
    return np.asarray((chances > 0) & (chances >= at_least - TOLERANCE))


def _irreversible(analysis: Analysis) -> BoolArray:
    """The irreversible actions, once no reversible step has any value."""
    telling = analysis.belief.gains > TELLING
    questions = telling & (
        analysis.candidates.fresh
        | analysis.candidates.put_off
        | analysis.candidates.not_known
    )
    offered = analysis.candidates.untried | analysis.candidates.skipped
    actions = offered & analysis.candidates.reversible & _worth_trying(analysis)
    nothing_else = not questions.any() and not actions.any()
    return ~analysis.candidates.reversible & nothing_else


def _worth_trying(analysis: Analysis) -> BoolArray:
    """Actions likely enough to help, and cheaper than handing over instead."""
    likely = analysis.candidates.chances >= WORTH_TRYING - TOLERANCE
    price = analysis.tree.escalate.cost
    if price is None:
        return likely
    return likely & (
        analysis.candidates.chances * price > analysis.candidates.action_costs
    )


def _action(analysis: Analysis, among: BoolArray, reason: str) -> Step | None:
    """The most efficient of these actions; those put off once come last."""
    again = analysis.tree.words.reason_left_to_do
    for tier, why in (
        (analysis.candidates.untried, reason),
        (analysis.candidates.skipped, again),
    ):
        i = best(
            analysis.candidates.chances, analysis.candidates.action_costs, among & tier
        )
        if i is not None:
            return action_step(analysis, analysis.candidates.actions.ids[i], why)
    return None


def _telling(analysis: Analysis, tier: BoolArray, reason: str) -> Step | None:
    """The question of this tier that tells most per minute."""
    i = best(analysis.belief.gains, analysis.candidates.question_costs, tier)
    return (
        None
        if i is None
        else question_step(analysis, analysis.candidates.questions.ids[i], reason)
    )


def _gate(analysis: Analysis, among: BoolArray) -> Step | None:
    """The cheapest of these questions; those put off once come last."""
    reason = analysis.tree.words.reason_depends
    for tier in (analysis.candidates.fresh, analysis.candidates.put_off):
        i = best(np.ones(len(among)), analysis.candidates.question_costs, among & tier)
        if i is not None:
            return question_step(analysis, analysis.candidates.questions.ids[i], reason)
    return None


def _opening(analysis: Analysis, among: BoolArray) -> Step | None:
    """What opens one of these actions: a question, or another action."""
    candidates = analysis.candidates
    wanted = list(closed_actions(candidates, among))
    if (step := _gate(analysis, gates(candidates, wanted))) is not None:
        return step
    reason = analysis.tree.words.reason_opens
    found = gate_actions(candidates, wanted)
    found &= candidates.reversible | _irreversible(analysis)
    for tier in (candidates.untried, candidates.skipped):
        i = best(np.ones(len(found)), candidates.action_costs, found & tier)
        if i is not None:
            return action_step(analysis, candidates.actions.ids[i], reason)
    return None


def _likely_action(analysis: Analysis) -> Step | None:
    """An action worth trying, once all that questions can tell is slight."""
    asked = analysis.candidates.fresh | analysis.candidates.put_off
    telling = analysis.belief.gains >= SLIGHT
    opening = gates(analysis.candidates, closed_questions(analysis.candidates, SLIGHT))
    if analysis.belief.unknown_leads or (asked & (telling | opening)).any():
        return None
    return _reversible_action(analysis)


def _fresh_question(analysis: Analysis) -> Step | None:
    """The question that tells most per minute."""
    gains, costs, fresh = (
        analysis.belief.gains,
        analysis.candidates.question_costs,
        analysis.candidates.fresh,
    )
    first = best(gains, costs, fresh | analysis.candidates.put_off)
    of_all = first == best(gains, costs, fresh)
    key = "reason_tells_most" if of_all else "reason_tells_most_left"
    return _telling(analysis, fresh, analysis.tree.words(key))


def _gate_question(analysis: Analysis) -> Step | None:
    """A question that opens one that would tell something."""
    wanted = closed_questions(analysis.candidates, TELLING)
    return _gate(
        analysis, gates(analysis.candidates, wanted) & analysis.candidates.fresh
    )


def _put_off_question(analysis: Analysis) -> Step | None:
    """A question that was put off once, or that opens one that would tell."""
    reason = analysis.tree.words.reason_tells_most_again
    step = _telling(analysis, analysis.candidates.put_off, reason)
    wanted = closed_questions(analysis.candidates, TELLING)
    return step or _gate(
        analysis, gates(analysis.candidates, wanted) & analysis.candidates.put_off
    )


def _unlisted(analysis: Analysis) -> Step | None:
    """The cause is most likely one that nobody listed."""
    belief = analysis.belief
    strange = belief.unknown_leads and belief.unlisted
    return recommendation.unknown(analysis) if strange else None


def _reversible_action(analysis: Analysis) -> Step | None:
    """An action worth trying, although the cause is not certain."""
    reason = analysis.tree.words.reason_likely_enough
    worth = _worth_trying(analysis)
    step = _action(analysis, worth & analysis.candidates.reversible, reason)
    return step or _opening(analysis, worth)


def _unknown_answer_question(analysis: Analysis) -> Step | None:
    """The question whose answer was not known, when it alone is left to decide."""
    reason = analysis.tree.words.reason_alone_decides
    deciding = analysis.candidates.not_known & (analysis.belief.gains > TELLING)
    return _telling(analysis, deciding, reason) if deciding.sum() == 1 else None


def _irreversible_action(analysis: Analysis) -> Step | None:
    """An action that cannot be undone, when nothing reversible is left."""
    reason = analysis.tree.words.reason_last_resort
    return _action(analysis, _worth_trying(analysis) & _irreversible(analysis), reason)


# Before whatever the strategy advises, and after it.
BEFORE: Final[tuple[Callable[[Analysis], Step | None], ...]] = (
    over,
    _urgent,
    _put_first,
)
RULES: Final[tuple[Callable[[Analysis], Step | None], ...]] = (
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


class Advice(NamedTuple):
    """A step, or a remark for the reason of the one that the other rules find."""

    step: Step | None = None
    remark: str = ""


def advice(analysis: Analysis) -> Advice:
    """What the strategy of the session advises."""
    if analysis.own is not None:
        return Advice(_own(analysis, analysis.own))
    match analysis.options.strategy:
        case "repair":
            return _repair(analysis)
        case "plan":
            return _plan(analysis)
    return Advice()


def _confidence(analysis: Analysis) -> float:
    """The belief that is enough to name a remedy."""
    return analysis.tree.confidence - TOLERANCE


# A caller's own.


def _own(analysis: Analysis, strategy: Strategy) -> Step | None:
    seen = view(analysis)
    chosen = strategy.choose(seen)
    reason = analysis.tree.words("reason_own", strategy=strategy.name)
    if chosen is None:
        return None
    if chosen in seen.questions:
        return question_step(analysis, chosen, reason)
    if chosen in seen.actions:
        return action_step(analysis, chosen, reason)
    raise SessionError(
        f"the strategy '{strategy.name}' chose '{chosen}', which is not on offer"
    )


def view(analysis: Analysis) -> View:
    """What a strategy sees of a session."""
    belief, candidates = analysis.belief, analysis.candidates
    return View(
        tree=analysis.tree,
        belief=MappingProxyType(dict(belief.shares)),
        evidence=tuple((each.step, each.result) for each in analysis.state.evidence),
        questions=MappingProxyType(
            {
                candidates.questions.ids[i]: Asking(
                    float(belief.gains[i]), float(candidates.question_costs[i])
                )
                for i in _places(candidates.fresh | candidates.put_off)
            }
        ),
        actions=MappingProxyType(
            {
                candidates.actions.ids[i]: Doing(
                    float(candidates.chances[i]), float(candidates.action_costs[i])
                )
                for i in _places(candidates.untried | candidates.skipped)
            }
        ),
    )


def _places(mask: BoolArray) -> list[int]:
    return [int(i) for i in mask.nonzero()[0]]


# Repair.


def _repair(analysis: Analysis) -> Advice:
    """The first step of a repair; none where another rule knows better."""
    belief = analysis.belief
    if belief.unknown >= _confidence(analysis):
        return Advice()
    if _size(analysis) > REPAIR_SIZE:
        return Advice(remark=analysis.tree.words.reason_too_large)
    return Advice(_repairing(analysis))


def _size(analysis: Analysis) -> int:
    """Chances that a search must weigh: of each answer and action, for each cause."""
    model = analysis.belief.model
    answers = sum(len(each.answers) for each in model.likelihoods.values())
    return len(model.causes) * (answers + len(model.actions))


def _repairing(analysis: Analysis) -> Step | None:
    """The first step of the cheapest repair that is found, if there is one."""
    for again in (False, True):  # what was put off comes after all else
        named = task(analysis, again=again)
        policy = policy_of(named, "repair", nodes=REPAIR_NODES)
        if policy.nodes[0].kind != "ending":
            return _first(analysis, named, policy)
    return (
        recommendation.handed_over(analysis)
        if named.task.escalation is not None
        else None
    )


def _first(
    analysis: Analysis, named: Named, policy: Policy
) -> Question | Action | None:
    """The first step; without a price of handing over, an action must be worth it."""
    node, words = policy.nodes[0], analysis.tree.words
    cost = duration(policy.expected_cost, words)
    reason = words("reason_repair", minutes=cost)
    if node.kind == "question":
        return question_step(analysis, named.questions[node.step].id, reason)
    step = action_step(analysis, named.actions[node.step].id, reason)
    priced = named.task.escalation is not None
    return step if priced or step.chance >= WORTH_TRYING - TOLERANCE else None


# A plan.


@dataclass(frozen=True)
class _Place:
    """Where the answers of a session lead on a plan, and which of them it asked for."""

    node: PlanNode
    taken: frozenset[Evidence]


def _plan(analysis: Analysis) -> Advice:
    """The next step of the plan, or why it was left; none once the goal is reached."""
    if analysis.belief.class_belief.max() >= _confidence(analysis):
        return Advice()  # on the plan, this may be one with less certain states
    start, words = _start(analysis), analysis.tree.words
    plan = _remembered(start)
    now = analysis.state
    place = _place(plan, now)
    node = place.node
    if node.outcome not in ("", "unfinished"):
        return Advice()
    strange = next(_strange(start.state, now, place), None)
    if strange is not None:
        what = told(analysis.tree, strange.step, strange.result)
        return Advice(remark=words("plan_not_foreseen", told=what))
    if node.outcome:
        return Advice(remark=words.plan_no_further)
    if node.step in now.dont_know or node.step in now.not_now:
        asked = analysis.tree.questions[node.step].ask
        return Advice(remark=words("plan_no_answer", question=asked))
    return Advice(question_step(analysis, node.step, _reason(plan, words)))


def _start(analysis: Analysis) -> Analysis:
    """Where the plan begins: facts, and replies to urgent questions."""
    tree = analysis.tree
    told_first = [
        each
        for each in corrected(analysis.events)
        if is_fact(each)
        or (isinstance(each, Answered) and tree.questions[each.step].is_urgent)
    ]
    return analysis.of(told_first)


def _place(plan: Plan, now: State) -> _Place:
    node, taken = plan.nodes[0], set[Evidence]()
    while (after := _after(node, now)) is not None:
        taken.add(Evidence("question", node.step, now.answers[node.step]))
        node = plan.node(after)
    return _Place(node, frozenset(taken))


def _after(node: PlanNode, now: State) -> str | None:
    """The node that the answer to its question leads to, None where there is none."""
    said = now.answers.get(node.step)
    return next((each.node for each in node.edges if said in each), None)


def _strange(start: State, now: State, place: _Place) -> Iterator[Evidence]:
    """The evidence that the plan neither began with nor asked for."""
    known = {*start.evidence, *place.taken}
    yield from (each for each in now.evidence if each not in known)
    yield from (each for each in start.evidence if each not in now.evidence)


def _reason(plan: Plan, words: Catalogue) -> str:
    """Why to follow the plan: its certificate."""
    key = "plan_optimal" if plan.optimal else "plan_gap"
    if plan.finished_cost > plan.expected_cost:
        key += "_at_most"
    cost = duration(plan.finished_cost, words)
    return words(key, minutes=cost, gap=percent(plan.gap, words))


def _remembered(start: Analysis) -> Plan:
    """The plan from here on, made once per tree, options and facts."""
    now, options = start.state, start.options
    key = (
        options.by,
        options.has,
        tuple(sorted(now.answers.items())),
        tuple(sorted(now.tried.items())),
        tuple(sorted(now.dont_know.items())),
        tuple(sorted(now.not_now.items())),
    )
    with _lock:
        plans = _plans(start.tree)
        plan = plans.pop(key, None)
    plan = plan or plan_of(start, "diagnose", compare=False)
    with _lock:
        plans[key] = plan
        if len(plans) > REMEMBERED:
            plans.popitem(last=False)
    return plan


@once_per_tree
def _plans(_: Tree) -> OrderedDict[_Key, Plan]:
    return OrderedDict()
