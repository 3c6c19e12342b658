"""
A plan cut to what can be printed, with a way on for whoever does not know an answer.

Throughout this module:
    T   is P(cause, the spot is reached), shape (causes,), answers taken at their word
    W   is the same with the tree's own likelihoods
    V   is W when every question is answered "don't know" with chance DOUBT

On paper nothing can be weighed. So the plan is one that takes answers at their word: an
answer that a cause hardly ever leads to excludes it, whatever was said before, and that
the cause may not be listed is left out. Equal situations are then many, and the sheet
is short; how sure its endings are is worked out with the likelihoods as they are.

The spots of the plan that matter most are in. A plan says nothing about "don't know":
the sheet goes on there with the question that tells most per minute of those that are
left. What is beyond the limit is cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from troubleshoot.planner.policy import (
    DONT_KNOW,
    Ending,
    Kind,
    arriving,
    finished_first,
    forward,
)
from troubleshoot.planner.standing import SURE
from troubleshoot.planner.state import BeliefStates, Noisy
from troubleshoot.planner.task import NOT_KNOWN, UNSAID
from troubleshoot.session.plan import made_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.policy import Policy
    from troubleshoot.planner.task import Task
    from troubleshoot.session.plan import Exact, Plan


# What halving or doubling these changes: `python benchmarks/constants.py paper`.
DOUBT: Final = 0.05  # how often an answer is not known, to tell which spots matter
ON_PLAN: Final = 0.85  # of the limit, at least, if the plan has so many steps

SheetEnding: TypeAlias = Ending | Literal["cut", "contradiction"]
SpotKey: TypeAlias = int | str
"""A node of the plan, or what a spot beside it is called."""

CONTRADICTION: Final = "contradiction"


@dataclass(eq=False)
class Draft:
    """A spot while the sheet is being cut; edges lead to places."""

    kind: Literal["question", "action", "ending"]
    step: int
    ending: SheetEnding
    before: BeliefStates
    edges: list[tuple[int, SpotKey]] = field(default_factory=list)
    node: int | None = None

    @property
    def opened(self) -> frozenset[int]:
        """Setups that are open before."""
        return frozenset(np.flatnonzero(self.before.opened[0]).tolist())


class Cutting:
    """Which spots the sheet has room for."""

    def __init__(self, task: Task, policy: Policy, limit: int) -> None:
        self.task, self.nodes, self.limit = task, policy.nodes, max(1, limit)
        self.noisy = Noisy(task)
        self.drafts: dict[SpotKey, Draft] = {}
        self._steps = 0

    def along_the_plan(self) -> None:
        """The steps of the plan that matter most, each under one that is in."""
        kept = self._kept()
        edges = {i: self.nodes[i].edges for i in sorted(kept)}
        joint = dict(forward(edges, self.noisy.root, self._after, _both))
        before = {i: replace(x, p=x.p / x.p.sum()) for i, x in joint.items()}
        before[0] = self.noisy.root
        for i in edges:
            node = self.nodes[i]
            self.drafts[i] = draft = Draft(
                node.kind, node.step, node.ending, before[i], node=i
            )
            self._contradicted(draft, {answer for answer, _ in node.edges})
            for answer, child in node.edges:
                within = child in kept or self.nodes[child].kind == "ending"
                draft.edges.append((answer, child if within else f"cut {child}"))
        for child in before.keys() - kept:
            self.drafts[f"cut {child}"] = _cut(before[child])
        self._steps = sum(each.kind != "ending" for each in self.drafts.values())

    def _kept(self) -> set[int]:
        """
        Nodes of the plan that are in, from the root on.

        First come those where stopping would most often name the wrong remedy.
        """
        missed = [_missed(self.task, W) for W in arriving(self.task, self.nodes)]
        room = self.limit if self.limit < 3 else round(self.limit * ON_PLAN)  # noqa: PLR2004 - too few to share
        kept: set[int] = set()
        waiting = [(-1.0, 0)]
        while waiting:
            _, i = heappop(waiting)
            node = self.nodes[i]
            if i in kept or (node.kind != "ending" and not room):
                continue
            kept.add(i)
            room -= node.kind != "ending"
            for _, child in node.edges:
                heappush(waiting, (-missed[child], child))
        return kept

    def _after(self, i: int, answer: int, before: BeliefStates) -> BeliefStates:
        """What an answer makes of P(cause, reached) and of what else is known."""
        node = self.nodes[i]
        step = self.task.step(node.kind, node.step)
        arriving = before.p[0] * step.chance(answer)
        if node.kind == "question":
            return self._told(before, node.step, answer, arriving)
        opened = before.opened.copy()
        opened[:, list(self.task.opens(step, frozenset()))] = True
        return replace(before, p=arriving[None], opened=opened)

    def _told(
        self, before: BeliefStates, question: int, answer: int, p: FloatArray
    ) -> BeliefStates:
        """The situation after an answer, or after "don't know"."""
        said = np.array([NOT_KNOWN if answer == DONT_KNOW else answer])
        return self.noisy.answered(before, question, said, p[None])

    def beside_the_plan(self) -> None:
        """Where "don't know" leads, the likeliest first, as far as there is room."""
        waiting: list[tuple[float, str]] = []
        chances = [float(W.sum()) for W in arriving(self.task, self.nodes)]
        for place, draft in list(self.drafts.items()):
            if draft.kind == "question" and isinstance(place, int):
                self._unknown(draft, chances[place] * DOUBT, waiting)
        while waiting:
            chance, place = heappop(waiting)
            draft = self.drafts[place]
            question = int(self.noisy.best(draft.before)[0])
            if question < 0:
                draft.ending = _verdict(self.task, draft.before.p[0])
            elif self._steps < self.limit and draft.ending == "cut":
                self._steps += 1
                self._ask(draft, question, -chance, waiting)

    def _ask(
        self,
        draft: Draft,
        question: int,
        chance: float,
        waiting: list[tuple[float, str]],
    ) -> None:
        draft.kind, draft.step, draft.ending = "question", question, ""
        parts = self.noisy.option(draft.before, question).parts
        self._contradicted(draft, {answer for answer, _, _ in parts})
        for answer, p, part in parts:
            place = self._place(part, chance * p * (1 - DOUBT), waiting)
            draft.edges.append((answer, place))
        self._unknown(draft, chance * DOUBT, waiting)

    def _contradicted(self, draft: Draft, answers: set[int]) -> None:
        """Lead what no cause that is left can come to, to one ending."""
        if draft.kind == "ending":
            return
        every = {0, 1}
        if draft.kind == "question":
            every = set(range(len(self.task.questions[draft.step].likelihood)))
        for answer in sorted(every - answers):
            draft.edges.append((answer, CONTRADICTION))
            ending = Draft("ending", -1, CONTRADICTION, self.noisy.root)
            self.drafts[CONTRADICTION] = ending

    def _unknown(
        self, draft: Draft, chance: float, waiting: list[tuple[float, str]]
    ) -> None:
        after = self._told(draft.before, draft.step, DONT_KNOW, draft.before.p[0])
        draft.edges.append((DONT_KNOW, self._place(after, chance, waiting)))

    def _place(
        self, situation: BeliefStates, chance: float, waiting: list[tuple[float, str]]
    ) -> str:
        place = f"beside {situation.key!r}"
        if place not in self.drafts:
            self.drafts[place] = _cut(situation)
            heappush(waiting, (-chance, place))
        return place


def _verdict(task: Task, p: FloatArray) -> Ending:
    """What is said where nothing more is asked."""
    sure = np.bincount(task.classes, p).max() >= task.confidence - SURE
    return "found" if sure else "narrowed"


def _cut(situation: BeliefStates) -> Draft:
    return Draft("ending", -1, "cut", situation)


def _both(one: BeliefStates, other: BeliefStates) -> BeliefStates:
    """What holds whichever way led here; what was asked on either is asked no more."""
    return replace(
        other,
        p=one.p + other.p,
        asked=one.asked | other.asked,
        opened=one.opened & other.opened,
        said=np.where(one.said == other.said, one.said, UNSAID),
    )


def _missed(task: Task, weights: FloatArray) -> float:
    """P(a spot is reached, and the likeliest remedy class there is the wrong one)."""
    mass = np.bincount(task.classes, weights)
    return float(mass.sum() - mass.max())


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


class Numbered(NamedTuple):
    """A spot before it is weighed, its edges leading to spots by number."""

    kind: Kind
    step: int
    edges: tuple[tuple[int, int], ...]


def sheet(plan: Plan, limit: int) -> tuple[Spot, ...]:
    """
    The spots in reading order, with at most so many steps.

    ``plan`` is one that takes answers at their word.
    """
    made = made_of(plan)
    cutting = Cutting(made.searched, made.policy, limit)
    cutting.along_the_plan()
    cutting.beside_the_plan()
    return tuple(_finished(made, cutting.drafts))


def _finished(made: Exact, drafts: Mapping[SpotKey, Draft]) -> Iterator[Spot]:
    """The spots in reading order, with what arrives at each."""
    order, task = _reading_order(drafts), made.named.task
    number = {place: i for i, place in enumerate(order)}
    places = [
        Numbered(
            drafts[each].kind,
            drafts[each].step,
            tuple((answer, number[to]) for answer, to in _in_order(drafts[each].edges)),
        )
        for each in order
    ]
    word = arriving(made.searched, places, doubt=DOUBT)
    sure = arriving(task, places)
    joint = arriving(task, places, doubt=DOUBT)
    for name, place, T, W, V in zip(order, places, word, sure, joint, strict=True):  # noqa: N806 - the legend's names
        draft = drafts[name]
        step = task.step(draft.kind, draft.step) if draft.kind != "ending" else None
        yield Spot(
            kind=draft.kind,
            step=draft.step,
            ending=draft.ending,
            minutes=task.minutes(step, draft.opened) if step else 0.0,
            opened=draft.opened,
            opens=task.opens(step, draft.opened) if step else (),
            edges=place.edges,
            node=draft.node,
            word=T,
            sure=W,
            joint=V,
        )


def _in_order(edges: Sequence[tuple[int, SpotKey]]) -> list[tuple[int, SpotKey]]:
    """In the order of the answers, "don't know" last."""
    return sorted(edges, key=lambda edge: (edge[0] == DONT_KNOW, edge[0]))


def _reading_order(drafts: Mapping[SpotKey, Draft]) -> list[SpotKey]:
    """Every spot after all that lead to it, the first answer's branch first."""

    def last_first(place: SpotKey) -> Iterator[SpotKey]:
        return (child for _, child in reversed(_in_order(drafts[place].edges)))

    root: SpotKey = 0
    return finished_first(root, last_first)[::-1]
