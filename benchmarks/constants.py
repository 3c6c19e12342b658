"""
What the constants of planner and paper are worth: each halved, doubled, beside itself.

Plans of a fixed number of situations: random certain tables of 40 causes x 50
questions, random noisy ones of 12 x 14, repairs of the included trees. A line says what
plans cost, what bound is proven and how many seconds of the processor it takes, each as
a ratio to what the constant gives as it is, over all tables together. A constant that
changes nothing here is a limit of time or memory for larger tasks.

Of those of printed pages a line says, for sheets of 40 steps of the included trees, how
many endings there are, how many remedies they list and how likely the first one listed
where a case ends, and any of them, fixes it: its own figures, not ratios.

    python benchmarks/constants.py [NAME …]     e.g. compress, compress.KEPT or paper
"""

from __future__ import annotations

import sys
import time
from functools import cache
from importlib import import_module
from itertools import combinations
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from orders import TREES
from plans import random_task

import troubleshoot as ts
from troubleshoot.inference.model import compiled
from troubleshoot.planner.diagnose import diagnose
from troubleshoot.planner.policy import forward
from troubleshoot.planner.repair import repair
from troubleshoot.planner.task import Ask, Task
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.runbook import Target
from troubleshoot.session.api import analysis_for
from troubleshoot.session.planning import task

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.policy import Policy


CERTAIN = ("bounds.PRICES", "bounds.SMALL", "bounds.COVERS", "bounds.SHARPENED")
NOISY = (
    "compress.KEPT",
    "compress.MUCH",
    "compress.ROUNDS",
    "compress.FAR",
    "information_bound.TOLD_APART",
    "information_bound.PRICES",
    "lookahead.RISE",
    "lookahead.ROUNDS",
    "lookahead.AT_FIRST",
    "lookahead.SPREAD",
    "lookahead.STUCK",
    "rollout.FOLLOWED",
    "rollout.TRIED",
    "rollout.TOGETHER",
    "rollout.SAMPLE",
)
REPAIR = (
    "repair_search.TIE",
    "repair_search.LARGE",
    "rollout.WEIGHED",
    "rollout.SIDE_BY_SIDE",
)


PAPER = (
    "planner.task.HARDLY",
    "rendering.sheet.DOUBT",
    "rendering.sheet.ON_PLAN",
    "rendering.endings.MENTIONED",
    "rendering.endings.HOPELESS",
)


def main(names: list[str]) -> None:
    """Print a line per constant and value."""
    print(f"{'constant':<30}{'value':>10}{'cost':>9}{'bound':>9}{'seconds':>9}")
    for group, plans in ((CERTAIN, certain), (NOISY, noisy), (REPAIR, repairs)):
        for name in group:
            if name.startswith(tuple(names) or ""):
                compare(name, plans)
    heads = "".join(f"{each:>9}" for each in ("endings", "listed", "first", "fixed"))
    print(f"{'constant':<30}{'value':>10}{heads}")
    for name in PAPER:
        if {"paper", name} & {*names} or not names:
            on_paper(name)


def on_paper(name: str) -> None:
    """A constant of printed pages as it is, halved and doubled."""
    module_name, _, constant = name.rpartition(".")
    module = import_module(f"troubleshoot.{module_name}")
    usual = getattr(module, constant)
    for factor in (1.0, 0.5, 2.0):
        value = min(usual * factor, 1.0)
        setattr(module, constant, value)
        found = [printed(tree) for tree in TREES]
        setattr(module, constant, usual)
        endings, listed, *fixed = (sum(each) for each in zip(*found, strict=True))
        line = f"{name:<30}{value:>10.4g}{endings:>9}{listed:>9}"
        print(line + "".join(f"{x / len(found):>9.3f}" for x in fixed), flush=True)


def printed(name: str) -> tuple[int, int, float, float]:
    """Endings of a runbook, remedies there, and P(the first, or any of them, fixes)."""
    tree = ts.load(name)
    book = laid_out(tree)
    model = compiled(tree)

    def along(place: Target, row: int, here: FloatArray) -> FloatArray:
        step = book.step(place.number)
        match answer := step.rows[row].answer:
            case "":  # several answers at once
                every = [x.id for x in tree.questions[step.id].answers]
                sizes = range(len(every) + 1)
                held = (x for size in sizes for x in combinations(every, size))
                leading = (x for x in held if any(x in y for y in step.rows[row].sets))
                chances = [model.likelihood(step.id, each) for each in leading]
                return np.asarray(here * np.sum(chances, axis=0))
            case "dont-know":
                return here * 0.0
            case "fixed":
                return here * model.fixes(step.id)
            case "failed":
                return here * (1.0 - model.fixes(step.id))
        return here * model.likelihood(step.id, answer)

    edges = {
        Target("step", x.number): [(i, row.to) for i, row in enumerate(x.rows)]
        for x in book.steps
    }
    first, fixed = 0.0, 0.0
    for place, here in forward(edges, model.prior, along, add):
        if place.kind == "ending":
            close = book.close(place.number)
            fails = [1.0 - model.fixes(x.id) for x in close.remedies]
            first += float((here - here * np.prod(fails[:1], axis=0)).sum())
            fixed += float((here - here * np.prod(fails, axis=0)).sum())
    listed = sum(len(each.remedies) for each in book.closes)
    return len(book.closes), listed, first, fixed


def compare(name: str, plans: Callable[[], list[Policy]]) -> None:
    """A constant halved and doubled."""
    module_name, constant = name.split(".")
    module = import_module(f"troubleshoot.planner.{module_name}")
    usual = getattr(module, constant)
    whole = isinstance(usual, int)
    for factor in (0.5, 2.0):
        value = usual * factor
        if constant == "RISE":  # how much more than 1
            value = 1 + (usual - 1) * factor
        value = round(value) if whole else value
        beside = measured(plans)
        setattr(module, constant, value)
        found = measured(plans)
        setattr(module, constant, usual)
        cost, bound, seconds = (x / y for x, y in zip(found, beside, strict=True))
        line = f"{name:<30}{value:>10.4g}{cost:>9.4f}{bound:>9.4f}{seconds:>9.2f}"
        print(line, flush=True)


def measured(plans: Callable[[], list[Policy]]) -> tuple[float, float, float]:
    """Cost and bound of the plans, and the seconds they took."""
    start = time.process_time()
    made = plans()
    took = time.process_time() - start
    cost = sum(plan.finished_cost for plan in made)
    return cost, sum(plan.lower_bound for plan in made), took


def certain() -> list[Policy]:
    """Plans of random certain tables."""
    kinds = ("unit", "random")
    return [diagnose(random_task(40, 50, x, seed=7), nodes=200) for x in kinds]


def noisy() -> list[Policy]:
    """Plans of random noisy tables."""
    return [diagnose(noisy_task(seed), nodes=600) for seed in range(3)]


def repairs() -> list[Policy]:
    """Plans to repair what the included trees are about."""
    return [repair(repair_task(name), nodes=100) for name in TREES]


def noisy_task(seed: int) -> Task:
    """Noisy yes/no answers at random."""
    rng = np.random.default_rng(seed)
    yes = rng.choice([0.05, 0.2, 0.5, 0.8, 0.95], (14, 12))
    asks = tuple(Ask(rng.uniform(0.5, 3), np.array([x, 1 - x])) for x in yes)
    return Task(rng.dirichlet(np.full(12, 3.0)), np.arange(12), asks, slight=0.05)


@cache
def repair_task(name: str) -> Task:
    """What a tree is planned from."""
    return task(analysis_for(ts.load(name), "repair")).task


if __name__ == "__main__":
    main(sys.argv[1:])
