"""
What other orders of steps cost on the trees that are included, beside their plans.

Expected minutes, by an exact pass over all evidence, the most probable first. After
some thousand situations the rest of the cases is sampled from there on; `±` is the
standard error that this leaves.

    diagnose    the plan; the question that tells most per minute; the order of the file
    repair      the plan; questions by what they tell per minute until a remedy is sure,
                then actions by what they fix per minute while they pay; all as it
                stands in the file: questions until a remedy is sure, then actions

Run by `python benchmarks/plans.py --trees`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

import troubleshoot as ts
from troubleshoot.planner.repair_state import RepairState, Steps
from troubleshoot.planner.state import BeliefStates, Noisy
from troubleshoot.planner.task import ones
from troubleshoot.session.api import analysis_for
from troubleshoot.session.planning import task

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.planner.task import Task


TREES = ("home/no-internet", "kubernetes/pod-not-ready", "workshop/3d-print-fails")
SITUATIONS = 5_000  # looked at in one pass
SAMPLED = 2_000  # cases beyond them
SLIGHT = 0.01  # chance of an action that somebody who goes by the file leaves out

Place = TypeVar("Place", BeliefStates, RepairState)


class Move(NamedTuple, Generic[Place]):
    """Minutes paid in a situation, and what may come after, with its chance."""

    minutes: float
    after: list[tuple[float, Place]]


def compare() -> None:
    """Print a line per tree and goal."""
    head = f"{'tree':<26}{'goal':<9}{'plan':>7}{'bound':>7}"
    print(head + f"{'by gain':>10}{'by file':>22}")
    for name in TREES:
        knowledge = ts.load(name)
        for goal in ("diagnose", "repair"):
            plan = ts.plan(knowledge, goal)
            given = task(analysis_for(knowledge, goal)).task
            found = measured(given, goal)
            line = f"{name:<26}{goal:<9}{plan.finished_cost:>7.2f}"
            line += f"{plan.lower_bound:>7.2f}"
            for cost, error in found:
                ratio = cost / plan.finished_cost
                line += f"{cost:>8.2f} ±{error:<5.2f}x{ratio:<6.2f}"
            print(line, flush=True)


def measured(given: Task, goal: str) -> list[tuple[float, float]]:
    """Expected minutes of the other orders, and their standard errors."""
    if goal == "diagnose":
        place, asking = diagnosing(given)
        return [expected(place, move) for move in asking]
    start, moves = repairing(given)
    return [expected(start, move) for move in moves]


def expected(start: Place, move: Callable[[Place], Move[Place]]) -> tuple[float, float]:
    """Expected minutes, and their standard error."""
    waiting, mass = [(-1.0, 0, start)], {start.key: 1.0}
    total, looked = 0.0, 0
    while waiting and looked < SITUATIONS:
        _, _, place = heappop(waiting)
        chance = mass.pop(place.key, 0.0)
        if not chance:  # it was met again, and is done
            continue
        looked += 1
        here = move(place)
        total += chance * here.minutes
        for share, after in here.after:
            mass[after.key] = mass.get(after.key, 0.0) + chance * share
            heappush(waiting, (-mass[after.key], looked + len(waiting), after))
    beyond = [(mass.pop(x.key), x) for *_, x in waiting if x.key in mass]
    if not beyond:
        return total, 0.0
    rng, rest = np.random.default_rng(0), sum(chance for chance, _ in beyond)
    chosen = rng.choice(len(beyond), SAMPLED, p=[p / rest for p, _ in beyond])
    sampled = [walked(rng, beyond[i][1], move) for i in chosen.tolist()]
    error = rest * float(np.std(sampled)) / SAMPLED**0.5
    return total + rest * float(np.mean(sampled)), error


def walked(
    rng: np.random.Generator, place: Place, move: Callable[[Place], Move[Place]]
) -> float:
    """Minutes of one case from a situation on."""
    total, here = 0.0, move(place)
    while here.after:
        total += here.minutes
        chances = np.cumsum([chance for chance, _ in here.after])
        at = int(np.searchsorted(chances, rng.random()))
        if at == len(here.after):  # it was fixed
            return total
        here = move(here.after[at][1])
    return total + here.minutes


def diagnosing(
    given: Task,
) -> tuple[BeliefStates, list[Callable[[BeliefStates], Move[BeliefStates]]]]:
    """Asking by gain, and asking by the file, until a plan would end too."""
    noisy = Noisy(given)

    def asked(place: BeliefStates, question: int) -> Move[BeliefStates]:
        if question < 0:
            return Move(0.0, [])
        _, minutes, parts = noisy.option(place, question)
        return Move(minutes, [(chance, after) for _, chance, after in parts])

    def by_file(place: BeliefStates) -> Move[BeliefStates]:
        here = noisy.candidates(place)
        among = np.flatnonzero(here.worth[0]).tolist()
        return asked(place, min(among, default=-1))

    return noisy.root, [lambda place: asked(place, int(noisy.best(place)[0])), by_file]


def repairing(
    given: Task,
) -> tuple[RepairState, list[Callable[[RepairState], Move[RepairState]]]]:
    """Asking until a remedy is sure, then acting: by gain, and by the file."""
    steps = Steps.of(given)

    def questions(place: RepairState) -> list[int]:
        mass = np.bincount(given.classes, steps.causes(place.p))
        is_sure = mass.max() >= given.confidence
        free = steps.free(place)
        return [] if is_sure else list(ones(free & steps.questions))

    def actions(place: RepairState, least: Callable[[int], float]) -> dict[int, float]:
        free = steps.free(place) & steps.actions
        chances = {a: float(steps.fixes(a) @ place.p) for a in ones(free)}
        return {a: chance for a, chance in chances.items() if chance > least(a)}

    def taken(place: RepairState, step: int | None) -> Move[RepairState]:
        if step is None:
            return Move(given.escalation or 0.0, [])
        after = [(chance, x) for _, chance, x in steps.outcomes(place, step)]
        return Move(steps.minutes(step, place.opened), after)

    def by_gain(place: RepairState) -> Move[RepairState]:
        gains = steps.gains(place.p)
        if asked := questions(place):
            step = max(asked, key=lambda q: gains[q] / steps.minutes(q, place.opened))
            return taken(place, step)
        price = given.escalation or np.inf
        pays = actions(place, lambda a: steps.minutes(a, place.opened) / price)
        worth = {a: p / steps.minutes(a, place.opened) for a, p in pays.items()}
        return taken(place, max(worth, key=lambda a: worth[a], default=None))

    def by_file(place: RepairState) -> Move[RepairState]:
        first = min(questions(place), default=None)
        if first is None:
            first = min(actions(place, lambda _: SLIGHT), default=None)
        return taken(place, first)

    return steps.start, [by_gain, by_file]
