"""
Policies: the step that brings most per minute, and a finished policy as a graph.

Throughout this module:
    gains       what each step brings (bits, or P(fixes)), shape (steps,)
    costs       minutes of each step, shape (steps,)
    candidates  which steps may be chosen, shape (steps,)
    W           is P(cause, the node is reached), shape (causes,); its sum is P(reached)

The figures of a graph come from the graph alone, by exact passes from the root down, so
they hold for it whatever search has made it. The passes take any graph whose nodes
stand after all that lead to them, a policy or what is printed of it, where whoever does
not know an answer has an edge as well.

Assumed: no step occurs twice on a path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import add, and_, or_
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from troubleshoot.planner.task import WORTHLESS

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.task import IntArray, Task


BoolArray: TypeAlias = npt.NDArray[np.bool_]
P = TypeVar("P", bound="Hashable")  # a place in a graph
T = TypeVar("T")

SLIGHT = 0.05  # bits; where no question tells more, it is time to act
TIE = 1e-9  # relative; values that close are equal, and the first one wins

Kind: TypeAlias = Literal["question", "action", "ending"]
Ending: TypeAlias = Literal[
    "found", "narrowed", "unknown", "fixed", "escalate", "unfinished", ""
]
"""
``unfinished`` is where the budget ended before the goal: the plan says no more here.
"""

DONT_KNOW = -1  # the edge of whoever cannot answer
OPTIMAL = 1e-9  # relative; a smaller gap is rounding
LIKELY = 1e-12  # causes less likely than this are not named at a node


def best(gains: FloatArray, costs: FloatArray, candidates: BoolArray) -> int | None:
    """
    The step that brings most per minute, the first one in a tie.

    What is free beats all that costs, and among free steps the greatest gain wins.
    None when no candidate is worth choosing.

    >>> best(np.array([0.9, 0.5]), np.array([3.0, 1.0]), np.array([True, True]))
    1
    """
    worth = candidates & (gains > WORTHLESS)
    free = worth & (costs <= 0)
    if free.any():
        return _first_greatest(gains, free)
    return _first_greatest(_per_minute(gains, costs), worth)


def ranking(gains: FloatArray, costs: FloatArray, candidates: BoolArray) -> list[int]:
    """
    The steps worth choosing in the order in which ``best`` would take them.

    Calls ``best`` once per step it returns.
    """
    order: list[int] = []
    left = candidates.copy()
    while (i := best(gains, costs, left)) is not None:
        order.append(i)
        left[i] = False
    return order


def _first_greatest(values: FloatArray, among: BoolArray) -> int | None:
    if not among.any():
        return None
    greatest = values[among].max()
    return int(np.flatnonzero(among & (values >= greatest * (1 - TIE)))[0])


def _per_minute(gains: FloatArray, costs: FloatArray) -> FloatArray:
    return np.divide(gains, costs, out=np.zeros_like(gains), where=costs > 0)


class Placed(Protocol):
    """What a pass needs to know of a place: a node, or what is printed of one."""

    @property
    def kind(self) -> Kind:
        """Whether it asks, does, or ends."""

    @property
    def step(self) -> int:
        """The index of the question or action, -1 at an ending."""

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Pairs (answer, later place)."""


@dataclass(frozen=True)
class Node:
    """
    One situation of a policy, and what to do in it.

    ``step`` is the index of the question or action, -1 at an ending. ``causes`` are
    those still possible, the most probable first. ``edges`` are pairs (answer, node);
    of an action: 0 when it failed, 1 when it fixed. ``cost`` is minutes paid here,
    with the setups opened here; at an ending, what handing over costs. ``rest`` is
    minutes of all that may still come where the plan is unfinished.
    """

    kind: Kind
    step: int = -1
    ending: Ending = ""
    causes: tuple[int, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    cost: float = 0.0
    rest: float = 0.0


@dataclass(frozen=True)
class Policy:
    """
    What to do in every situation, and how good that is.

    ``nodes`` starts with the root; edges lead to later nodes only. Costs are expected
    minutes; ``lower_bound`` is one that no policy can beat, ``gap`` how far this one
    may be from it, relative to its cost. ``endings`` are pairs (kind, probability).
    ``expanded`` is how many situations the search has looked at. ``finished_cost`` is
    what the plan costs at most when all that is left is asked where it is unfinished;
    otherwise it is the expected cost.
    """

    nodes: tuple[Node, ...]
    expected_cost: float
    lower_bound: float
    finished_cost: float
    expected_questions: float
    worst_cost: float
    endings: tuple[tuple[Ending, float], ...]
    expanded: int

    @property
    def gap(self) -> float:
        """
        ``(cost - lower bound) / cost``, 0 when nothing is paid.

        The cost is the expected one, of a plan that is unfinished the finished one.
        """
        if self.finished_cost <= 0:
            return 0.0
        return max(0.0, 1.0 - self.lower_bound / self.finished_cost)

    @property
    def optimal(self) -> bool:
        """Whether it is proven that no policy is better."""
        finished = all(kind != "unfinished" for kind, _ in self.endings)
        return finished and self.gap <= OPTIMAL


def policy(
    task: Task, nodes: Sequence[Node], *, lower_bound: float, expanded: int
) -> Policy:
    """
    The graph whose root is ``nodes[0]``, in order, with its figures.

    Equal situations become one node; nodes that are never reached are left out.
    """
    ordered = _in_order(_merged(nodes))
    reached = [float(W.sum()) for W in arriving(task, ordered)]
    pairs = list(zip(reached, ordered, strict=True))
    ways = longest(_edges(ordered), lambda i: ordered[i].cost)
    cost = sum(p * node.cost for p, node in pairs)
    finished = cost + sum(p * node.rest for p, node in pairs)
    return Policy(
        nodes=ordered,
        expected_cost=cost,
        lower_bound=max(0.0, min(lower_bound, finished)),
        finished_cost=finished,
        expected_questions=sum(p for p, node in pairs if node.kind == "question"),
        worst_cost=max(ways[i] + node.cost for i, node in enumerate(ordered)),
        endings=_endings(ordered, reached),
        expanded=expanded,
    )


def ranked(weights: FloatArray) -> tuple[int, ...]:
    """Causes still possible, the most probable first, the first one in a tie."""
    order = np.argsort(-weights, kind="stable")
    live = weights[order] > LIKELY * weights.sum()
    return tuple(order[live].tolist())


def forward(
    edges: Mapping[P, Iterable[tuple[int, P]]],
    start: T,
    along: Callable[[P, int, T], T],
    join: Callable[[T, T], T],
) -> Iterator[tuple[P, T]]:
    """
    What holds at each place of a graph, from the first one down.

    ``along`` says what an answer at a place makes of what holds there; ``join`` makes
    one of what several ways bring. Places without edges of their own come last.
    """
    waiting = {next(iter(edges)): start}
    for place, ways in edges.items():
        here = waiting.pop(place)
        yield place, here
        for answer, child in ways:
            found = along(place, answer, here)
            waiting[child] = join(waiting[child], found) if child in waiting else found
    yield from waiting.items()


def arriving(
    task: Task,
    nodes: Sequence[Placed],
    start: FloatArray | None = None,
    *,
    doubt: float = 0.0,
) -> Iterator[FloatArray]:
    """
    W of each node; with a ``start`` of ones, P(the node is reached | cause).

    ``doubt`` is how often the answer to a question is not known.
    """

    def along(i: int, answer: int, here: FloatArray) -> FloatArray:
        if answer == DONT_KNOW:
            return here * doubt
        if doubt and nodes[i].kind == "question":
            here = here * (1.0 - doubt)
        return here * _chance(task, nodes[i], answer)

    start = task.prior if start is None else start
    return (W for _, W in forward(_edges(nodes), start, along, add))


def _chance(task: Task, node: Placed, answer: int) -> FloatArray:
    """P(answer | cause) at a node, shape (causes,)."""
    return task.step(node.kind, node.step).chance(answer)


def not_excluded(task: Task, nodes: Sequence[Placed]) -> list[BoolArray]:
    """The causes that some way to each node has not excluded, shape (causes,)."""

    def along(i: int, answer: int, here: BoolArray) -> BoolArray:
        return here & ~excluded(task, nodes[i], answer)

    return [x for _, x in forward(_edges(nodes), task.prior > 0, along, or_)]


def excluded(task: Task, node: Placed, answer: int) -> BoolArray:
    """The causes that an answer at a node excludes, shape (causes,)."""
    if answer == DONT_KNOW:
        return np.zeros(len(task.prior), dtype=np.bool_)
    return np.asarray(_chance(task, node, answer) == 0)


def likeliest(task: Task, node: Placed) -> IntArray:
    """The likeliest answer of each cause, the first in a tie, shape (causes,)."""
    answers = [answer for answer, _ in node.edges if answer != DONT_KNOW]
    chances = [_chance(task, node, answer) for answer in answers]
    return np.asarray(np.array(answers)[np.argmax(chances, axis=0)])


def likeliest_ways(task: Task, nodes: Sequence[Placed]) -> list[list[int]]:
    """Of each cause the nodes under its likeliest answers."""

    def along(i: int, answer: int, here: IntArray) -> IntArray:
        if not here.size:
            return here
        return np.asarray(here[likeliest(task, nodes[i])[here] == answer])

    ways: list[list[int]] = [[] for _ in task.prior]
    everybody = np.arange(len(ways))
    for i, here in forward(
        _edges(nodes), everybody, along, lambda *x: np.concatenate(x)
    ):
        for cause in here.tolist():
            ways[cause].append(i)
    return ways


def opened(task: Task, nodes: Sequence[Placed]) -> list[frozenset[int]]:
    """The setups that are open at each node, whichever way led to it."""

    def along(i: int, _: int, here: frozenset[int]) -> frozenset[int]:
        return task.opened_after(task.step(nodes[i].kind, nodes[i].step), here)

    return [each for _, each in forward(_edges(nodes), task.opened, along, and_)]


def longest(
    edges: Mapping[P, Iterable[tuple[int, P]]], minutes: Callable[[P], float]
) -> dict[P, float]:
    """Minutes of the longest way to each place, its own left out."""

    def along(place: P, _: int, way: float) -> float:
        return way + minutes(place)

    return dict(forward(edges, 0.0, along, max))


def _edges(nodes: Sequence[Placed]) -> dict[int, tuple[tuple[int, int], ...]]:
    return {i: node.edges for i, node in enumerate(nodes)}


def _merged(nodes: Sequence[Node]) -> list[Node]:
    """
    Equal nodes made one, from the leaves up, until nothing changes.

    Nodes are equal when they do, cost and lead to the same about the same causes.
    """
    depth_first = finished_first(0, lambda i: (child for _, child in nodes[i].edges))
    names: dict[Node, int] = {}
    became: dict[int, int] = {}
    kept: list[Node] = []
    for i in depth_first:
        edges = tuple((answer, became[child]) for answer, child in nodes[i].edges)
        node = replace(nodes[i], edges=edges)
        if node not in names:
            names[node] = len(kept)
            kept.append(node)
        became[i] = names[node]
    return kept


def finished_first(root: P, children: Callable[[P], Iterable[P]]) -> list[P]:
    """Children before their parents, the root last; without recursion."""
    order: list[P] = []
    seen = {root}
    stack = [(root, iter(children(root)))]
    while stack:
        place, left = stack[-1]
        child = next((each for each in left if each not in seen), None)
        if child is None:
            order.append(place)
            stack.pop()
        else:
            seen.add(child)
            stack.append((child, iter(children(child))))
    return order


def _in_order(kept: Sequence[Node]) -> tuple[Node, ...]:
    """Children after their parents, the root (the last of ``kept``) first."""
    last = len(kept) - 1
    return tuple(
        replace(node, edges=tuple((answer, last - i) for answer, i in node.edges))
        for node in reversed(kept)
    )


def _endings(
    nodes: Sequence[Node], reached: Sequence[float]
) -> tuple[tuple[Ending, float], ...]:
    found: dict[Ending, float] = {}
    for node, p in zip(nodes, reached, strict=True):
        if node.kind == "ending":
            found[node.ending] = found.get(node.ending, 0.0) + p
    return tuple(sorted(found.items()))
