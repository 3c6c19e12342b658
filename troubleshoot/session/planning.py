"""
From an analysis to a plan: what is left as a task for the planner, the policy that it
finds, and that policy written out in words.

Throughout this module:
    R   is P(a node is reached | cause), shape (causes,); 1 at the first node

Urgent questions come before any plan and are no part of it; what waits for one that
was not answered cannot be planned for. So is what was not known. An answer that an
action would make stale counts on in a plan: look again where that matters. Numbers are
exact for the policy.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from troubleshoot.conditions import UNMET, Condition
from troubleshoot.inference.bayes import ALIKE
from troubleshoot.inference.tables import sets_of
from troubleshoot.planner.action_order import remedies
from troubleshoot.planner.certain import Certain
from troubleshoot.planner.diagnose import diagnose
from troubleshoot.planner.policy import SLIGHT, arriving, likeliest_ways, opened
from troubleshoot.planner.put_first import with_first
from troubleshoot.planner.repair import repair
from troubleshoot.planner.task import (
    HARDLY,
    NOT_KNOWN,
    NOTHING,
    UNSAID,
    Act,
    Ask,
    Task,
    Wanted,
    at_its_word,
)
from troubleshoot.session.belief import likeliest_first
from troubleshoot.session.candidates import often
from troubleshoot.session.plan import (
    Exact,
    Given,
    Goal,
    Named,
    Outcome,
    Plan,
    PlanCause,
    PlanEdge,
    PlanEnding,
    PlanNode,
    making,
)
from troubleshoot.session.serialize import tree_mark
from troubleshoot.session.state import by_what_was_said
from troubleshoot.text import listing
from troubleshoot.tree.tree import (
    Action,
    AnswerKey,
    condition_of,
    price,
    steps_of,
    time_of,
)

if TYPE_CHECKING:
    from collections.abc import (
        Container,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from troubleshoot.planner.policy import Node, Policy
    from troubleshoot.planner.task import Conditions, Progress
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.belief import Belief, FloatArray
    from troubleshoot.session.plan import Outcomes, Written
    from troubleshoot.tree.only_if import Claim
    from troubleshoot.tree.tree import Question, Setup, Tree


if TYPE_CHECKING:
    Step = TypeVar("Step", Question, Action)

# Situations looked into where no budget is given: a few seconds for a large tree.
NODES: Final[dict[Goal, int]] = {"diagnose": 5_000, "repair": 500}
EQUAL_DIGITS: Final = 12  # of beliefs that are one
WORK: Final = 15_000_000  # likelihoods that noisy situations are looked into with …
LEAST: Final = 20  # … if that is no fewer situations


def task(analysis: Analysis, *, again: bool = True) -> Named:
    """
    What is left to do, as arrays; ``again``: what was put off once too.

    Costs one likelihood per answer of each question that is left.
    """
    tree, model = analysis.tree, analysis.belief.model
    left = _Left.of(
        analysis,
        _questions(analysis, again=again),
        _actions(analysis, again=again),
    )
    setups = {name: i for i, name in enumerate(tree.setups)}
    return Named(
        Task(
            prior=analysis.belief.p,
            classes=model.classes,
            questions=tuple(_ask(left, each, setups) for each in left.every_question),
            actions=tuple(
                act(analysis.belief, each, setups, left.only_if(each))
                for each in left.actions
            ),
            setups=setup_costs(tree, setups),
            opened=frozenset(setups[each] for each in analysis.state.opened),
            confidence=tree.confidence,
            escalation=tree.escalate.cost,
            slight=SLIGHT,
        ),
        model.causes,
        left.every_question,
        left.actions,
        tuple(tree.setups.values()),
        tuple(left.outcomes.values()),
    )


def _questions(analysis: Analysis, *, again: bool) -> Sequence[Question]:
    """Those that nobody has replied to, as far as somebody may ask them."""
    state = analysis.state
    put_off = often(state.not_now) if again else set(state.not_now)
    closed = {*state.answers, *state.dont_know, *put_off}
    every = analysis.tree.questions.values()
    return _at_hand(analysis, [each for each in every if not each.is_urgent], closed)


def _actions(analysis: Analysis, *, again: bool) -> Sequence[Action]:
    """Those that were not tried, as far as somebody may take them."""
    state = analysis.state
    put_off = often(state.skipped) if again else set(state.skipped)
    every = analysis.tree.actions.values()
    return _at_hand(analysis, every, {*state.tried, *put_off})


def _at_hand(
    analysis: Analysis, steps: Iterable[Step], closed: Container[str]
) -> Sequence[Step]:
    return [
        each
        for each in steps
        if each.id not in closed
        and all(map(analysis.candidates.is_at_hand, analysis.candidates.needs(each)))
    ]


@dataclass(frozen=True, eq=False)
class _Left:
    """
    The steps that are left, as far as their conditions can still be met.

    ``known`` are questions that nobody asks, but whose answers may be as good as known
    to those that wait for them.
    """

    analysis: Analysis
    questions: tuple[Question, ...]
    actions: tuple[Action, ...]
    known: tuple[Question, ...] = ()

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        questions: Sequence[Question],
        actions: Sequence[Action],
    ) -> _Left:
        """Those of these steps that can be opened."""
        left = cls(analysis, tuple(questions), tuple(actions), _gates(analysis))
        while True:
            kept = replace(
                left,
                questions=left.hopeful(left.questions),
                actions=left.hopeful(left.actions),
                known=left.hopeful(left.known),
            )
            if kept.count == left.count:
                return kept
            left = kept

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.questions) + len(self.actions) + len(self.known)

    @cached_property
    def every_question(self) -> tuple[Question, ...]:
        """Those that can be asked, then those that can only be known."""
        asked = {each.id for each in self.questions}
        every: list[Written] = [*self.questions, *self.actions, *self.known]
        awaited = {
            claim.step
            for step in every
            for claim in condition_of(self.analysis.tree, step).claims()
            if claim.kind == "question"
        }
        others = [x for x in self.known if x.id in awaited - asked]
        return (*self.questions, *others)

    @cached_property
    def outcomes(self) -> Mapping[str, Outcomes]:
        """What can be said to each question."""
        return {x.id: _outcomes(self.analysis, x) for x in self.every_question}

    def is_closed(self, question: Question) -> bool:
        """Whether nobody asks it."""
        return question.id not in self._questions

    @cached_property
    def _questions(self) -> frozenset[str]:
        return frozenset(each.id for each in self.questions)

    @cached_property
    def _at(self) -> Mapping[tuple[str, str], int]:
        """Where a step stands, by its kind and id."""
        places = {("question", x.id): i for i, x in enumerate(self.every_question)}
        places |= {("action", x.id): i for i, x in enumerate(self.actions)}
        return places

    def hopeful(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Those of the steps whose conditions can still be met."""
        return tuple(each for each in steps if self._open(each) != UNMET)

    def only_if(self, step: Written) -> Conditions:
        """What is still to come before a step."""
        found = self._open(step)
        return found if isinstance(found, Condition) else NOTHING

    def _open(self, step: Written) -> Conditions | int:
        return condition_of(self.analysis.tree, step).rest(self._wanted)

    def _wanted(self, claim: Claim) -> Wanted | int:
        analysis, said = self.analysis, by_what_was_said(claim, self.analysis.state)
        place = self._at.get((claim.kind, claim.step))
        if claim.kind == "action":
            untried = claim.step not in analysis.state.tried
            if not untried or place is None:
                return said or UNMET
            outcomes = ((UNSAID, None), (0, False), (1, True))
            will_do = frozenset(
                at for at, fixed in outcomes if claim.admits_outcome(fixed=fixed)
            )
            return Wanted(place, will_do, is_action=True)
        if said or place is None:
            return said or UNMET
        will_do = frozenset(
            i
            for i, some in enumerate(self.outcomes[claim.step])
            if all(map(claim.admits, some))
        )
        not_known = {NOT_KNOWN} if claim.takes_not_known else set()
        return Wanted(place, will_do | not_known)


def _gates(analysis: Analysis) -> tuple[Question, ...]:
    """Questions that others wait for, and that nobody has answered."""
    tree, answers = analysis.tree, analysis.state.answers
    gates = {
        claim.step
        for step in steps_of(tree)
        for claim in condition_of(tree, step).claims()
        if claim.kind == "question"
    }
    every = (each for each in tree.questions.values() if not each.is_urgent)
    return tuple(x for x in every if x.id in gates and x.id not in answers)


def _outcomes(analysis: Analysis, question: Question) -> Outcomes:
    """
    What can be said to a question, as far as it makes a difference.

    Sets of several answers are one if they leave the same belief and meet the same
    conditions: no plan can do better by telling them apart. Those that no cause
    allows are one as well, and never come.
    """
    if not question.several:
        return tuple((each.id,) for each in question.answers)
    belief, alike = analysis.belief, dict[Hashable, list[AnswerKey]]()
    rows = np.array(
        [belief.model.likelihood(question.id, x) for x in question.outcomes]
    )
    rows = rows[:, belief.p > 0]
    total = rows.sum(axis=1, keepdims=True)
    rows = np.divide(rows, total, out=np.zeros_like(rows), where=total > 0)
    claims = _claims(analysis.tree, question.id)
    for each, row in zip(
        question.outcomes, rows.round(EQUAL_DIGITS) + 0.0, strict=True
    ):
        met = row.any() and tuple(claim.admits(each) for claim in claims)
        alike.setdefault((met, row.tobytes()), []).append(each)
    return tuple(map(tuple, alike.values()))


def _claims(tree: Tree, question: str) -> list[Claim]:
    """What steps wait for that this question is answered."""
    return [
        claim
        for step in steps_of(tree)
        for claim in condition_of(tree, step).claims()
        if claim.kind == "question" and claim.step == question
    ]


def _ask(left: _Left, question: Question, setups: Mapping[str, int]) -> Ask:
    model, outcomes = left.analysis.belief.model, left.outcomes[question.id]
    rows = {x: model.likelihood(question.id, x) for x in question.outcomes}
    trusted = None
    if question.several:
        marks = [model.likelihood(question.id, each.id) for each in question.answers]
        sets = zip(question.outcomes, sets_of(_trusted(np.array(marks))), strict=True)
        trusted = _summed(outcomes, dict(sets))
    return Ask(
        cost=price(left.analysis.tree, question),
        likelihood=_summed(outcomes, rows),
        setup=setups[question.setup] if question.setup else -1,
        only_if=left.only_if(question),
        is_closed=left.is_closed(question),
        at_its_word=trusted,
    )


def _summed(outcomes: Outcomes, rows: Mapping[AnswerKey, FloatArray]) -> FloatArray:
    """P(outcome | cause) of outcomes that stand for several answers."""
    return np.array([sum(rows[each] for each in some) for some in outcomes])


def _trusted(marks: FloatArray) -> FloatArray:
    """Chances of answers, certain where it is hardly ever otherwise."""
    return np.where(marks <= HARDLY, 0.0, np.where(marks >= 1 - HARDLY, 1.0, marks))


def act(
    belief: Belief,
    action: Action,
    setups: Mapping[str, int],
    only_if: Conditions = NOTHING,
) -> Act:
    """An action as the planner knows it; ``setups`` are their places."""
    return Act(
        cost=price(belief.tree, action),
        fixes=belief.model.fixes(action.id),
        setup=setups[action.setup] if action.setup else -1,
        irreversible=action.risk == "irreversible",
        only_if=only_if,
    )


def setup_costs(tree: Tree, at: Mapping[str, int]) -> tuple[tuple[float, int], ...]:
    """Minutes of each setup, and the place of the one that it stands on, or -1."""
    return tuple(
        (price(tree, each), at[each.setup] if each.setup else -1)
        for each in tree.setups.values()
    )


def policy_of(
    named: Named,
    goal: Goal,
    *,
    nodes: int | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Policy:
    """The best policy for the goal that the budget finds; ``NODES`` where none is."""
    if nodes is None and seconds is None:
        nodes = _nodes(named.task, goal)
    search = diagnose if goal == "diagnose" else repair
    return search(
        named.task,
        nodes=nodes,
        seconds=seconds,
        clock=time.monotonic,
        progress=progress,
    )


def _nodes(task: Task, goal: Goal) -> int:
    """How many situations to look into; of large noisy tasks, fewer."""
    if goal == "repair" or Certain.of(task) is not None:
        return NODES[goal]
    size = sum(ask.likelihood.size for ask in task.questions)
    return max(LEAST, min(NODES[goal], WORK // max(1, size)))


@dataclass(frozen=True)
class Limits:
    """How long plans may be looked for, and who is told of it."""

    nodes: int | None
    seconds: float | None
    progress: Progress | None

    def policy(self, named: Named, goal: Goal) -> Policy:
        """The best policy that is found for the whole."""
        return policy_of(
            named,
            goal,
            nodes=self.nodes,
            seconds=self.seconds,
            progress=self.progress,
        )

    def put_first(self, named: Named, goal: Goal, first: Sequence[int]) -> Policy:
        """The same of those that begin with these questions."""
        nodes = self.nodes
        if nodes is None and self.seconds is None:
            nodes = _nodes(named.task, goal)

        def solve(part: Task, share: float) -> Policy:
            return policy_of(
                replace(named, task=part),
                goal,
                nodes=None if nodes is None else int(nodes * share),
                seconds=None if self.seconds is None else self.seconds * share,
                progress=self.progress,
            )

        return with_first(named.task, first, solve)


def _put_first(analysis: Analysis, named: Named) -> tuple[int, ...]:
    """The places of the questions that the author puts first, see ``rules``."""
    at = {each.id: i for i, each in enumerate(named.questions)}
    late = {*analysis.state.stale, *analysis.state.not_now}
    return tuple(at[x] for x in analysis.tree.first if x in at and x not in late)


def plan_of(
    analysis: Analysis,
    goal: Goal,
    *,
    trusting: bool = False,
    compare: bool = True,
    nodes: int | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """
    The plan from where the analysis stands, the one way in which plans come about.

    ``trusting``: answers are taken at their word, as on paper, where none is weighed.
    ``compare``: what the author puts first is compared with the free order, which is
    planned for that too.
    """
    begun = time.monotonic()
    named = task(analysis)
    taken = replace(named, task=at_its_word(named.task)) if trusting else named
    if seconds is not None:  # of which making the task has taken some
        seconds = max(0.0, seconds - (time.monotonic() - begun))
    limits = Limits(nodes, seconds, progress)
    first = _put_first(analysis, taken)
    if not first:
        policy, costs = limits.policy(taken, goal), None
    elif compare:
        half = replace(limits, seconds=None if seconds is None else seconds / 2)
        policy, free = half.put_first(taken, goal, first), half.policy(taken, goal)
        costs = max(0.0, policy.finished_cost - free.finished_cost)
    else:
        policy, costs = limits.put_first(taken, goal, first), None
    plan = _Writing(analysis, taken, policy, costs).plan(goal)
    return making(plan, Exact(named, taken.task, policy))


@dataclass(frozen=True, eq=False)
class _Writing:
    """A policy that is being written out."""

    analysis: Analysis
    named: Named
    policy: Policy
    first_costs: float | None = None

    def plan(self, goal: Goal) -> Plan:
        """The whole of it."""
        analysis, policy = self.analysis, self.policy
        nodes, expected = self._nodes()
        return Plan(
            goal=goal,
            tree=tree_mark(analysis.tree),
            given=Given(
                facts=tuple((x.step, x.result) for x in analysis.state.evidence),
                by=analysis.options.by,
                has=analysis.options.has,
            ),
            expected_cost=_rounded(policy.expected_cost),
            finished_cost=_rounded(policy.finished_cost),
            lower_bound=_rounded(policy.lower_bound),
            gap=_rounded(policy.gap),
            optimal=policy.optimal,
            expected_questions=_rounded(policy.expected_questions),
            worst_cost=_rounded(policy.worst_cost),
            first_costs=None
            if self.first_costs is None
            else _rounded(self.first_costs),
            endings=tuple(
                PlanEnding(kind=k, probability=_rounded(p)) for k, p in policy.endings
            ),
            searched=policy.expanded,
            nodes=nodes,
            causes=tuple(self._causes(expected)),
        )

    def _chance(self, node: Node, answer: int) -> FloatArray:
        return self.named.task.step(node.kind, node.step).chance(answer)

    def _nodes(self) -> tuple[tuple[PlanNode, ...], FloatArray]:
        """The nodes, and the expected minutes under each cause, (causes,)."""
        nodes = list[PlanNode]()
        expected = np.zeros(len(self.named.causes))
        reached = arriving(
            self.named.task, self.policy.nodes, np.ones(len(self.named.causes))
        )
        pairs = zip(self.policy.nodes, reached, strict=True)
        for i, (node, R) in enumerate(pairs):  # noqa: N806 - the legend's name
            expected += node.cost * R
            joint = R * self.named.task.prior
            if node.kind == "ending":
                nodes.append(self._ending(i, node, joint))
            else:
                nodes.append(self._step(i, node, joint))
        return tuple(nodes), expected

    def _step(self, i: int, node: Node, joint: FloatArray) -> PlanNode:
        step = self.named.step(node.kind, node.step)
        causes, confidence = self._standing(joint)
        setups = self._setups(node, self._opened[i])
        time = time_of(step, *setups)
        return PlanNode(
            id=_id(i),
            kind=node.kind,
            step=step.id,
            title=step.title if isinstance(step, Action) else "",
            text=self.named.text(node.kind, node.step),
            setup=" ".join(each.do for each in setups),
            cost_min=_rounded(node.cost),
            attended_min=_rounded(time.minutes),
            wait_min=_rounded(time.wait),
            probability=_rounded(float(joint.sum())),
            causes=causes,
            confidence=confidence,
            answers=self._several(node),
            edges=tuple(self._edges(node, joint)),
        )

    def _several(self, node: Node) -> tuple[str, ...]:
        """The ids of the answers of which any number may hold."""
        if node.kind != "question":
            return ()
        question = self.named.questions[node.step]
        return tuple(each.id for each in question.answers) if question.several else ()

    def _edges(self, node: Node, joint: FloatArray) -> Iterator[PlanEdge]:
        words = self.analysis.tree.words
        answers: tuple[tuple[str, str], ...]
        answers = ("failed", words.say_failed), ("fixed", words.say_fixed)
        if node.kind == "question":
            question = self.named.questions[node.step]
            if question.several:
                yield from self._sets(node, joint)
                return
            answers = tuple((each.id, each.text) for each in question.answers)
        for answer, child in node.edges:
            chance = float(joint @ self._chance(node, answer) / joint.sum())
            yield PlanEdge(
                answer=answers[answer][0],
                text=answers[answer][1],
                probability=_rounded(chance),
                node=_id(child),
            )

    def _sets(self, node: Node, joint: FloatArray) -> Iterator[PlanEdge]:
        """One edge for all sets of answers that lead to the same node."""
        words = self.analysis.tree.words
        for child, some, pattern, text in self.named.sets(node.step, node.edges, words):
            chance = sum(float(joint @ self._chance(node, each)) for each in some)
            yield PlanEdge(
                answer="",
                text=text,
                probability=_rounded(chance / float(joint.sum())),
                node=_id(child),
                sets=pattern,
            )

    @cached_property
    def _opened(self) -> Sequence[frozenset[int]]:
        """The setups that are open at each node."""
        return opened(self.named.task, self.policy.nodes)

    def _setups(self, node: Node, opened: frozenset[int]) -> list[Setup]:
        """What to do first, the outermost setup first."""
        task = self.named.task
        opens = task.opens(task.step(node.kind, node.step), opened)
        return [self.named.setups[each] for each in opens]

    def _ending(self, i: int, node: Node, joint: FloatArray) -> PlanNode:
        among = joint
        if node.ending == "found":
            classes = self.named.task.classes
            among = np.where(classes == np.bincount(classes, joint).argmax(), joint, 0)
        causes, confidence = self._standing(among, of=float(joint.sum()))
        if node.ending == "unknown":
            causes, confidence = (), _rounded(float(joint[-1] / joint.sum()))
        return PlanNode(
            id=_id(i),
            kind="ending",
            text=self._words(node.ending, causes),
            cost_min=_rounded(node.cost),
            outcome=node.ending,
            probability=_rounded(float(joint.sum())),
            causes=causes,
            confidence=confidence,
            actions=self._helping(i, causes, joint),
        )

    def _standing(
        self, joint: FloatArray, of: float | None = None
    ) -> tuple[tuple[str, ...], float]:
        """Listed causes that are not ruled out, and P(it is one of them)."""
        order, confidence = not_ruled_out(
            joint[:-1] / (joint.sum() if of is None else of)
        )
        return tuple(self.named.causes[i] for i in order), confidence

    def _words(self, ending: Outcome, causes: tuple[str, ...]) -> str:
        tree = self.analysis.tree
        named = [tree.causes[each].title for each in causes]
        titles, to = listing(named, "or", tree.words), tree.escalate.to
        match ending:
            case "":
                return ""
            case "unknown":
                return tree.words.end_unknown
            case "escalate" if to:
                return tree.words("plan_end_escalate_to", to=to)
        return tree.words(f"plan_end_{ending}", causes=titles)

    def _helping(
        self, i: int, causes: tuple[str, ...], joint: FloatArray
    ) -> tuple[str, ...]:
        """Actions that may fix these causes, in the order to try them."""
        against = np.isin(self.named.causes, causes)
        order = remedies(self.named.task, joint, against, self._opened[i])
        return tuple(self.named.actions[each].id for each in order)

    def _causes(self, expected: FloatArray) -> Iterator[PlanCause]:
        titles = self.analysis.tree.causes
        paths = likeliest_ways(self.named.task, self.policy.nodes)
        unlisted = self.analysis.tree.words.plan_not_listed
        for i, name in enumerate(self.named.causes):
            if self.named.task.prior[i] > 0:
                yield PlanCause(
                    cause=name,
                    title=titles[name].title if name in titles else unlisted,
                    probability=_rounded(float(self.named.task.prior[i])),
                    expected_cost=_rounded(float(expected[i])),
                    path=tuple(map(_id, paths[i])),
                )


def not_ruled_out(p: FloatArray) -> tuple[list[int], float]:
    """The root causes that are not ruled out, the likeliest first, and their P."""
    order = likeliest_first(p)
    return order, min(1.0, _rounded(float(p[sorted(order)].sum())))


def _id(place: int) -> str:
    """Nodes are numbered from 1."""
    return str(place + 1)


def _rounded(number: float) -> float:
    return round(number, ALIKE) + 0.0  # never -0.0
