"""
A plan cut to what can be printed, with a way on for whoever does not know an answer.

Throughout this module:
    T   is P(cause, the spot is reached), shape (causes,), answers taken at their word
    W   is the same with the tree's own likelihoods
    V   is W when every question is answered "don't know" with chance DOUBT

The plan takes answers at their word, so that the sheet stays short; how sure its
endings are is worked out with the likelihoods as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from troubleshoot.session.plans.at_its_word import at_its_word
from troubleshoot.session.plans.cutting import (
    DONT_KNOW,
    DOUBT,
    Cutting,
    Draft,
    Place,
    SheetEnding,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.policy import Policy
    from troubleshoot.planner.task import Task


@dataclass(frozen=True, eq=False)
class Spot:
    """
    One situation of a sheet: a step to take, or an ending.

    ``step`` is the index of the question or action, -1 at an ending, whose kind may be
    "cut" where the sheet has no room to go on, or "contradiction" where no listed cause
    is left. ``edges`` are pairs (answer, spot) in the order of the answers, "don't
    know" last. ``minutes`` are paid here, with the setups that are opened here:
    ``opens``, the outermost first; ``opened`` are those that were before. ``node`` is
    that of the plan, None beside it. ``word``, ``sure`` and ``joint`` are T, W and V.
    """

    kind: Literal["question", "action", "ending"]
    step: int
    ending: SheetEnding
    minutes: float
    opened: frozenset[int]
    opens: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]
    node: int | None
    word: FloatArray
    sure: FloatArray
    joint: FloatArray


def sheet(task: Task, policy: Policy, limit: int) -> tuple[Spot, ...]:
    """
    The spots in reading order, with at most so many steps.

    ``policy`` is one for the task ``at_its_word``.
    """
    trusting = at_its_word(task)
    cutting = Cutting(trusting, policy, limit)
    cutting.along_the_plan()
    cutting.beside_the_plan()
    return tuple(_finished(task, trusting, cutting.drafts))


def _finished(
    task: Task, trusting: Task, drafts: Mapping[Place, Draft]
) -> Iterator[Spot]:
    """The spots in reading order, with what arrives at each."""
    order = _reading_order(drafts)
    number = {place: i for i, place in enumerate(order)}
    word = _arriving(trusting, drafts, order, DOUBT)
    sure = _arriving(task, drafts, order, 0.0)
    joint = _arriving(task, drafts, order, DOUBT)
    for place in order:
        draft = drafts[place]
        yield Spot(
            kind=draft.kind,
            step=draft.step,
            ending=draft.ending,
            minutes=_minutes(task, draft),
            opened=draft.before.opened,
            opens=_opens(task, draft),
            edges=tuple(
                (answer, number[child]) for answer, child in _in_order(draft.edges)
            ),
            node=draft.node,
            word=word[place],
            sure=sure[place],
            joint=joint[place],
        )


def _in_order(edges: Sequence[tuple[int, Place]]) -> list[tuple[int, Place]]:
    """In the order of the answers, "don't know" last."""
    return sorted(edges, key=lambda edge: (edge[0] == DONT_KNOW, edge[0]))


def _arriving(
    task: Task, drafts: Mapping[Place, Draft], order: Sequence[Place], doubt: float
) -> Mapping[Place, FloatArray]:
    """P(cause, reached) of each place, when so many do not know."""
    found = {place: np.zeros_like(task.prior) for place in order}
    found[0] = task.prior
    for place in order:
        draft = drafts[place]
        unsure = doubt if draft.kind == "question" else 0.0
        for answer, child in draft.edges:
            share = unsure if answer == DONT_KNOW else 1.0 - unsure
            found[child] += found[place] * share * _knows(task, draft, answer)
    return found


def _knows(task: Task, draft: Draft, answer: int) -> FloatArray:
    if answer == DONT_KNOW:
        return np.ones_like(task.prior)
    if draft.kind == "question":
        return np.asarray(task.questions[draft.step].likelihood[answer])
    fixes = task.actions[draft.step].fixes
    return np.asarray(fixes if answer else 1.0 - fixes)


def _reading_order(drafts: Mapping[Place, Draft]) -> list[Place]:
    """Every spot after all that lead to it, the first answer's branch first."""
    order: list[Place] = []
    seen: set[Place] = {0}
    stack: list[tuple[Place, Iterator[tuple[int, Place]]]] = [
        (0, reversed(_in_order(drafts[0].edges)))
    ]
    while stack:
        place, edges = stack[-1]
        child = next((c for _, c in edges if c not in seen), None)
        if child is None:
            order.append(place)
            stack.pop()
        else:
            seen.add(child)
            stack.append((child, reversed(_in_order(drafts[child].edges))))
    return order[::-1]


def _minutes(task: Task, draft: Draft) -> float:
    if draft.kind == "ending":
        return 0.0
    steps = task.questions if draft.kind == "question" else task.actions
    return task.minutes(steps[draft.step], draft.before.opened)


def _opens(task: Task, draft: Draft) -> tuple[int, ...]:
    """Setups that this step is the first to need, the outermost first."""
    if draft.kind == "ending":
        return ()
    steps = task.questions if draft.kind == "question" else task.actions
    setup, found = steps[draft.step].setup, []
    while setup >= 0:
        if setup not in draft.before.opened:
            found.append(setup)
        setup = task.setups[setup][1]
    return tuple(reversed(found))
