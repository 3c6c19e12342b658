"""
What the session's strategy advises, before the rules of "information" are asked.

- "repair": the first step of the cheapest repair that a small search finds.
- "plan": the next step of a plan for the goal "diagnose", made where the session
  began; once an answer is not on it, the plan is left, and that is said.
- a house's own: the step that it chooses.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from troubleshoot.errors import SessionError
from troubleshoot.session import endings
from troubleshoot.session.asking import action_step, question_step
from troubleshoot.session.events import Answered, is_fact
from troubleshoot.session.naming import told
from troubleshoot.session.offers import WORTH_TRYING, Offers
from troubleshoot.session.plans.task import task
from troubleshoot.session.plans.writing import plan_of, policy_of
from troubleshoot.session.situation import TOLERANCE
from troubleshoot.session.state import Evidence, state
from troubleshoot.session.strategy import view
from troubleshoot.text import minutes, percent
from troubleshoot.tree.tree import once_per_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.planner.policy import Policy
    from troubleshoot.session.plans.plan import Plan, PlanNode
    from troubleshoot.session.plans.task import Named
    from troubleshoot.session.state import State
    from troubleshoot.session.steps import Action, Question, Step
    from troubleshoot.session.strategy import Strategy
    from troubleshoot.tree.tree import Tree


REPAIR_NODES: Final = 30  # situations looked into at each step
# A tree with more chances than that takes seconds and hundreds of megabytes a step.
REPAIR_SIZE: Final = 1_000_000
TOO_LARGE: Final = "The tree is too large to look for the cheapest repair."
REMEMBERED: Final = 16  # plans that are kept for a tree


class Advice(NamedTuple):
    """A step, or a remark for the reason of the one that the other rules find."""

    step: Step | None = None
    remark: str = ""


def advice(offers: Offers) -> Advice:
    """What the strategy of the session advises."""
    if offers.situation.own is not None:
        return Advice(_own(offers, offers.situation.own))
    match offers.situation.options.strategy:
        case "repair":
            return _repair(offers)
        case "plan":
            return _plan(offers)
    return Advice()


def _confidence(offers: Offers) -> float:
    """The belief that is enough to name a remedy."""
    return offers.situation.tree.confidence - TOLERANCE


# A house's own.


def _own(offers: Offers, strategy: Strategy) -> Step | None:
    seen = view(offers)
    chosen = strategy.choose(seen)
    reason = f"The strategy '{strategy.name}' chose it."
    if chosen is None:
        return None
    if chosen in seen.questions:
        return question_step(offers, chosen, reason)
    if chosen in seen.actions:
        return action_step(offers, chosen, reason)
    raise SessionError(
        f"the strategy '{strategy.name}' chose '{chosen}', which is not on offer"
    )


# Repair.


def _repair(offers: Offers) -> Advice:
    """The first step of a repair; none where another rule knows better."""
    situation = offers.situation
    if situation.unknown >= _confidence(offers):
        return Advice()
    if _size(offers) > REPAIR_SIZE:
        return Advice(remark=TOO_LARGE)
    return Advice(_repairing(offers))


def _size(offers: Offers) -> int:
    """Chances that a search must weigh: of each answer and action, for each cause."""
    model = offers.situation.model
    answers = sum(len(each.answers) for each in model.likelihoods.values())
    return len(model.causes) * (answers + len(model.actions))


def _repairing(offers: Offers) -> Step | None:
    """The first step of the cheapest repair that is found, if there is one."""
    for again in (False, True):  # what was put off comes after all else
        named = task(offers, again=again)
        policy = policy_of(named, "repair", nodes=REPAIR_NODES)
        if policy.nodes[0].kind != "ending":
            return _first(offers, named, policy)
    return endings.handed_over(offers) if named.task.escalation is not None else None


def _first(offers: Offers, named: Named, policy: Policy) -> Question | Action | None:
    """The first step; without a price of handing over, an action must be worth it."""
    node = policy.nodes[0]
    reason = (
        "It begins the cheapest way to a repair that was found, "
        f"{minutes(policy.expected_cost)} on average."
    )
    if node.kind == "question":
        return question_step(offers, named.questions[node.step].id, reason)
    step = action_step(offers, named.actions[node.step].id, reason)
    priced = named.task.escalation is not None
    return step if priced or step.chance >= WORTH_TRYING - TOLERANCE else None


# A plan.


@dataclass(frozen=True)
class _Place:
    """Where the answers of a session lead on a plan, and which of them it asked for."""

    node: PlanNode
    taken: frozenset[Evidence]


def _plan(offers: Offers) -> Advice:
    """The next step of the plan, or why it was left; none once the goal is reached."""
    if offers.situation.class_belief.max() >= _confidence(offers):
        return Advice()  # the plan may have forgotten here why a remedy is sure
    start = Offers(replace(offers.situation, state=_start(offers)))
    plan = _remembered(start)
    now = offers.situation.state
    place = _place(plan, now)
    node = place.node
    if node.outcome not in ("", "unfinished"):
        return Advice()
    strange = next(_strange(start.situation.state, now, place), None)
    if strange is not None:
        what = told(offers.situation.tree, strange.step, strange.result)
        return Advice(remark=f"The plan was left, as it does not foresee {what}.")
    if node.outcome:
        return Advice(remark="The plan goes no further than this.")
    if node.step in now.dont_know or node.step in now.not_now:
        return Advice(remark=f"The plan was left, as “{node.text}” has no answer.")
    return Advice(question_step(offers, node.step, _reason(plan)))


def _start(offers: Offers) -> State:
    """The state in which the plan begins: facts, and replies to urgent questions."""
    tree = offers.situation.tree
    told_first = [
        each
        for each in offers.situation.events
        if is_fact(each)
        or (isinstance(each, Answered) and tree.questions[each.step].is_urgent)
    ]
    return state(tree, told_first)


def _place(plan: Plan, now: State) -> _Place:
    node, taken = plan.nodes[0], set[Evidence]()
    while (after := _after(node, now)) is not None:
        taken.add(Evidence("question", node.step, now.answers[node.step]))
        node = plan.node(after)
    return _Place(node, frozenset(taken))


def _after(node: PlanNode, now: State) -> str | None:
    """The node that the answer to its question leads to, None where there is none."""
    edges = {each.answer: each.node for each in node.edges}
    return edges.get(now.answers.get(node.step, ""))


def _strange(start: State, now: State, place: _Place) -> Iterator[Evidence]:
    """The evidence that the plan neither began with nor asked for."""
    known = {*start.evidence, *place.taken}
    yield from (each for each in now.evidence if each not in known)
    yield from (each for each in start.evidence if each not in now.evidence)


def _reason(plan: Plan) -> str:
    """Why to follow the plan: its certificate."""
    proof = (
        "no plan takes less"
        if plan.optimal
        else f"no plan can save more than {percent(plan.gap)} of it"
    )
    most = "at most " if plan.finished_cost > plan.expected_cost else ""
    return (
        f"It is the next step of a plan that takes {most}{minutes(plan.finished_cost)} "
        f"on average, and {proof}."
    )


_Key: TypeAlias = tuple[object, ...]


def _remembered(start: Offers) -> Plan:
    """The plan from here on, made once per tree, options and facts."""
    situation = start.situation
    now = situation.state
    key = (
        situation.options.by,
        situation.options.has,
        tuple(sorted(now.answers.items())),
        tuple(sorted(now.tried.items())),
        tuple(sorted(now.dont_know.items())),
        tuple(sorted(now.not_now.items())),
    )
    with _lock:
        plans = _plans(situation.tree)
        plan = plans.pop(key, None)
    plan = plan or plan_of(start, "diagnose")
    with _lock:
        plans[key] = plan
        if len(plans) > REMEMBERED:
            plans.popitem(last=False)
    return plan


@once_per_tree
def _plans(_: Tree) -> OrderedDict[_Key, Plan]:
    return OrderedDict()


_lock = Lock()
