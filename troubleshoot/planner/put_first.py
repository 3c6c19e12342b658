"""
Plans that begin with certain questions, in their order, whatever they tell.

Each is asked as soon as it can be: one that waits for an answer comes once that is
given by another of them. What can be asked then is planned for each situation that
their answers lead to; equal situations are one.

The bound holds: what is paid for these questions must be paid in this order, and no
plan for what is left costs less than its own bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from troubleshoot.conditions import MET, UNMET, Condition
from troubleshoot.planner.policy import Node, Policy, policy, ranked
from troubleshoot.planner.standing import Standings
from troubleshoot.planner.task import NOTHING, UNSAID, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from troubleshoot.planner.task import Act, Ask, Task

    Step = TypeVar("Step", Ask, Act)

Waiting: TypeAlias = "Callable[[Wanted], Wanted | int]"
"""What is left of a claim: met, unmet, or what it waits for now."""
Solve: TypeAlias = "Callable[[Task, float], Policy]"
"""Plans a task, for which there is this share of what all may take."""

DIGITS = 12  # beliefs that agree so far are equal


@dataclass(frozen=True, eq=False)
class _Left:
    """What is left of a task: its steps, by their places in the whole."""

    task: Task
    questions: tuple[int, ...]
    actions: tuple[int, ...]

    def after(self, question: int, answer: int) -> _Left | None:
        """The same after an answer, both by their places here; None if it never is."""
        task = self.task
        ask = task.questions[question]
        joint = task.prior * ask.likelihood[answer]
        if joint.sum() <= 0:
            return None
        gone, tried = {question}, set[int]()

        def of(claim: Wanted) -> Wanted | int:
            if not claim.is_action and claim.step == question:
                return MET if answer in claim.will_do else UNMET
            if claim.step in (tried if claim.is_action else gone):
                return MET if claim.is_action and UNSAID in claim.will_do else UNMET
            return claim

        before = -1
        while before != len(gone) + len(tried):
            before = len(gone) + len(tried)
            gone |= set(_never(task.questions, of))
            tried |= set(_never(task.actions, of))
        asks = [i for i in range(len(task.questions)) if i not in gone]
        acts = [i for i in range(len(task.actions)) if i not in tried]
        places = {False: _places(asks), True: _places(acts)}

        def at(claim: Wanted) -> Wanted | int:
            found = of(claim)
            if isinstance(found, int):
                return found
            return replace(found, step=places[found.is_action][found.step])

        left = replace(
            task,
            prior=joint / joint.sum(),
            questions=tuple(_opened(task.questions[i], at) for i in asks),
            actions=tuple(_opened(task.actions[i], at) for i in acts),
            opened=task.opened_after(ask, task.opened),
        )
        return _Left(
            left,
            tuple(self.questions[i] for i in asks),
            tuple(self.actions[i] for i in acts),
        )

    def to_ask(self, first: Sequence[int]) -> int | None:
        """Which of these can be asked now, by its place here; None for none."""
        at = {each: place for place, each in enumerate(self.questions)}
        places = (at[each] for each in first if each in at)
        truths = Standings(self.task).truths(
            self.task.prior[None], lambda _: np.array([UNSAID])
        )
        asks = self.task.questions
        return next(
            (
                i
                for i in places
                if not asks[i].is_closed and truths.of(asks[i].only_if)[0] == MET
            ),
            None,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """Equal where the same is left to do, and believed."""
        believed = np.round(self.task.prior, DIGITS) + 0.0
        waits = tuple(each.only_if for each in self.task.questions)
        tried = tuple(each.only_if for each in self.task.actions)
        steps = self.questions, self.actions, waits, tried
        return believed.tobytes(), self.task.opened, *steps


def _never(steps: Sequence[Ask | Act], of: Waiting) -> Iterator[int]:
    """The steps whose conditions can be met no more."""
    return (i for i, each in enumerate(steps) if each.only_if.rest(of) == UNMET)


def _places(kept: Sequence[int]) -> dict[int, int]:
    return {each: place for place, each in enumerate(kept)}


def _opened(step: Step, at: Waiting) -> Step:
    """The step without what it has waited for; the others by their places."""
    rest = step.only_if.rest(at)
    return replace(step, only_if=rest if isinstance(rest, Condition) else NOTHING)


def with_first(task: Task, first: Sequence[int], solve: Solve) -> Policy:
    """
    The policy that asks these questions first, then what ``solve`` finds.

    Costs one call of ``solve`` for each situation that differs after them.
    """
    every = _Left(
        task, tuple(range(len(task.questions))), tuple(range(len(task.actions)))
    )
    chances = {0: 1.0}
    left, nodes, known = [every], list[Node | None](), dict[object, int]()
    asked_before = [0]
    lower, expanded = 0.0, 0
    for i, here in enumerate(left):  # grows
        question = here.to_ask(first)
        if question is None:
            nodes.append(None)
            continue
        asked = here.task.questions[question]
        edges = []
        for answer in range(len(asked.likelihood)):
            after = here.after(question, answer)
            if after is None:
                continue
            # After as many questions, so that all that lead here stand before it.
            key = asked_before[i] + 1, after.key
            place = known.setdefault(key, len(left))
            if place == len(left):
                left.append(after)
                asked_before.append(key[0])
                chances[place] = 0.0
            chances[place] += chances[i] * float(
                here.task.prior @ asked.likelihood[answer]
            )
            edges.append((answer, place))
        minutes = here.task.minutes(asked, here.task.opened)
        lower += chances[i] * minutes
        causes = ranked(here.task.prior)
        step = here.questions[question]
        nodes.append(Node("question", step, "", causes, tuple(edges), minutes))
    for i, here in enumerate(left):
        if nodes[i] is not None:
            continue
        found = solve(here.task, chances[i])
        lower += chances[i] * found.lower_bound
        expanded += found.expanded
        # Its root stands here, the others at the end.
        rest = len(nodes) - 1
        nodes[i], *more = (_placed(each, here, i, rest) for each in found.nodes)
        nodes += more
    return policy(
        task,
        [each for each in nodes if each is not None],
        lower_bound=lower,
        expanded=expanded,
    )


def _placed(node: Node, here: _Left, root: int, rest: int) -> Node:
    """A node of a part, with steps and places of the whole."""
    steps = {"question": here.questions, "action": here.actions}
    step = steps[node.kind][node.step] if node.kind in steps else -1
    edges = tuple((answer, rest + to if to else root) for answer, to in node.edges)
    return replace(node, step=step, edges=edges)
