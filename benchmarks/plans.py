"""
How good plans are, and how soon that is proven.

Random yes/no tables of causes x questions, priors from a flat Dirichlet distribution,
costs of 1 or evenly between 1 and 10 minutes: seconds, situations expanded and gap of
the plan; then the cost of the greedy plan, of its rollout (the first question by what
the greedy plan costs after it, and so on below), and of the plan, as ratios to the
lower bound. Where that is proven, it is the optimum; otherwise the ratios say at most.

    python benchmarks/plans.py [--quick] [--seconds N]
    python benchmarks/plans.py --trees      beside other orders, on real trees
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass

import numpy as np
import orders

from troubleshoot.planner.certain import Certain, Greedy, SetState
from troubleshoot.planner.diagnose import diagnose, greedy
from troubleshoot.planner.task import Ask, Task

SIZES = ((12, 15), (20, 25), (40, 50), (60, 80), (100, 150))
ROLLED_OUT = 60  # causes up to which the rollout is worth its time


@dataclass(frozen=True)
class Row:
    """One table planned."""

    seconds: float
    expanded: int
    gap: float
    greedy: float
    rollout: float
    plan: float


def main(*, seconds: float, seeds: int, quick: bool) -> None:
    """Print a line per size and kind of costs."""
    head = f"{'table':>10} {'costs':<7}{'proven':>7}{'seconds':>9}{'most':>7}"
    head += f"{'expanded':>10}{'gap %':>7}{'most':>6}"
    print(head + "   mean and worst ratio: greedy, rollout, plan")
    for causes, questions in SIZES[: 3 if quick else None]:
        for costs in ("unit", "random"):
            rows = [
                measured(random_task(causes, questions, costs, seed), seconds)
                for seed in range(seeds)
            ]
            print(
                f"{causes:>4} x {questions:<3} {costs:<7}" + summary(rows), flush=True
            )


def summary(rows: list[Row]) -> str:
    """The figures of some tables of one size."""
    proven = sum(row.gap <= 1e-9 for row in rows)  # noqa: PLR2004 - rounding
    times, gaps = [x.seconds for x in rows], [100 * x.gap for x in rows]
    line = (
        f"{proven:>4}/{len(rows):<2}{statistics.median(times):>9.2f}{max(times):>7.2f}"
    )
    line += f"{statistics.median(x.expanded for x in rows):>10.0f}"
    line += f"{statistics.mean(gaps):>7.2f}{max(gaps):>6.2f}   "
    for ratios in zip(*((x.greedy, x.rollout, x.plan) for x in rows), strict=True):
        line += f"{statistics.mean(ratios):>7.3f}{max(ratios):>7.3f} "
    return line


def random_task(causes: int, questions: int, costs: str, seed: int) -> Task:
    """Certain yes/no answers at random; the list of causes is complete."""
    rng = np.random.default_rng(seed)
    prior = np.append(rng.dirichlet(np.ones(causes)), 0.0)
    yes = rng.integers(0, 2, (questions, causes)).astype(np.float64)
    minutes = rng.uniform(1, 10, questions) if costs == "random" else np.ones(questions)
    asks = []
    for row, cost in zip(yes, minutes.tolist(), strict=True):
        likely = np.append(row, 0.5)
        asks.append(Ask(cost, np.array([1.0 - likely, likely])))
    return Task(prior, np.arange(causes + 1), tuple(asks))


def measured(task: Task, seconds: float) -> Row:
    """One table, planned within some seconds."""
    start = time.perf_counter()
    plan = diagnose(task, seconds=seconds, clock=time.perf_counter)
    took = time.perf_counter() - start
    floor = plan.lower_bound
    return Row(
        seconds=took,
        expanded=plan.expanded,
        gap=plan.gap,
        greedy=greedy(task).expected_cost / floor,
        rollout=rollout(task) / floor,
        plan=plan.expected_cost / floor,
    )


def rollout(task: Task) -> float:
    """Expected minutes of the policy that looks one question ahead of the greedy."""
    certain = Certain.of(task)
    if certain is None or len(certain.members) > ROLLED_OUT:
        return float("nan")
    base = Greedy(certain)
    total, waiting = 0.0, [certain.root]
    while waiting:
        situation = waiting.pop()
        if not certain.is_finished(situation):
            cost, parts = _best_ahead(certain, base, situation)
            total += cost
            waiting += parts
    return total


def _best_ahead(
    certain: Certain, base: Greedy, situation: SetState
) -> tuple[float, list[SetState]]:
    """What the best question costs, in minutes times weight, and where it leads."""
    weight = float(certain.belief(situation.live).sum())
    found = []
    for option in certain.options(situation):
        parts = [part for _, part in option.parts]
        below = sum(base.cost(part) for part in parts)
        paid = weight * option.minutes
        found.append((paid + below, option.question, paid, parts))
    _, _, paid, parts = min(found, key=lambda x: x[:2])
    return paid, parts


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    arguments.add_argument("--quick", action="store_true", help="small tables, 3 seeds")
    arguments.add_argument("--seconds", type=float, default=60.0, help="for each plan")
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--trees", action="store_true", help="the included trees")
    given = arguments.parse_args()
    if given.trees:
        orders.compare()
    else:
        main(
            seconds=given.seconds,
            seeds=3 if given.quick else given.seeds,
            quick=given.quick,
        )
