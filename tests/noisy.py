"""Random tasks with noisy answers, and their best plans by trying everything."""

from __future__ import annotations

from functools import cache

import numpy as np
import oracle

from troubleshoot.conditions import Condition
from troubleshoot.planner.task import Ask, Task, Wanted

SLIGHT = (1e-9, 0.05, 0.2)
EXTRAS = {
    "plain": {},
    "classes": {"classes": True},
    "setups": {"setups": True},
    "conditions": {"conditions": True},
    "everything": {"classes": True, "setups": True, "conditions": True},
}


def standing(task, part, p, said, above=()):
    """
    Whether what a step waits for is so, by word or as good as known; None: open.

    ``said`` are results by step, questions before actions; without p by word alone.
    """

    def claim(part):
        step = part.step + (len(task.questions) if part.is_action else 0)
        if step in said:
            return said[step] in part.will_do
        if part.is_action:
            return True if -1 in part.will_do else None
        if p is None or step in above:
            return None
        ask = task.questions[step]
        applies = standing(task, ask.only_if, p, said, (*above, step))
        share = sum(ask.likelihood[a] @ p for a in part.will_do)
        return oracle.known(share, task.confidence) if applies else applies

    return oracle.standing(part, claim)


def optimum_of_noisy(task):  # noqa: C901 - all in one place
    """The least expected cost, by trying everything after every set of answers."""
    asks = task.questions

    def bits(p):
        return -sum(x * np.log2(x) for x in np.asarray(p).ravel() if x > 0)

    def gain(q, p):
        joint = asks[q].likelihood * p
        kinds = sorted(set(task.classes.tolist()))
        by_class = np.array([joint[:, task.classes == k].sum(axis=1) for k in kinds])
        return bits(by_class.sum(axis=0)) + bits(by_class.sum(axis=1)) - bits(by_class)

    def stands(part, p, said):
        return standing(task, part, p, said)

    def hoped(part, p, said):
        """Questions that may meet a condition that is open, None if none can."""
        known = stands(part, p, said)
        if known is not None:
            return frozenset() if known else None
        if not isinstance(part, Condition):
            can = any(asks[part.step].likelihood[a] @ p > 0 for a in part.will_do)
            return frozenset({part.step}) if can else None
        found = [hoped(each, p, said) for each in part.parts]
        if part.every and None in found:
            return None
        found = [each for each in found if each is not None]
        return frozenset().union(*found) if found else None

    def may_lead(q, p, said, wanted):
        """Whether the answers to a gate may, in the end, open what is wanted."""
        return any(
            q in (hoped(asks[x].only_if, p, said) or ())
            and (x in wanted or may_lead(x, p, said, wanted))
            for x in range(len(asks))
            if x not in said
        )

    def options(p, said):
        mass = np.bincount(task.classes, p)
        if mass.max() >= task.confidence - 1e-12:
            return []
        gains = {q: gain(q, p) for q in range(len(asks)) if q not in said}

        def open_for(least):
            """What tells so much, or may in the end open what does."""
            wanted = {q for q, bits in gains.items() if bits >= least}
            return [
                q
                for q in gains
                if stands(asks[q].only_if, p, said)
                and (q in wanted or may_lead(q, p, said, wanted))
            ]

        return open_for(1e-9) if open_for(task.slight) else []

    @cache
    def value(said, opened):
        weight = task.prior.copy()
        for q, a in sorted(said):
            weight = weight * asks[q].likelihood[a]
        p = weight / weight.sum()
        values = []
        for q in options(p, dict(said)):
            new = task.opened_after(asks[q], opened) - opened
            below = 0.0
            for a, row in enumerate(asks[q].likelihood):
                if row @ p > 0:
                    below += row @ p * value(said | {(q, a)}, opened | new)
            minutes = asks[q].cost + sum(task.setups[s][0] for s in new)
            values.append(minutes + below)
        return min(values, default=0.0)

    return value(frozenset(), task.opened)


def noisy_instance(rng, *, setups=False, conditions=False, classes=False, slight=1e-9):
    """A random task with answers of every degree of certainty."""
    n, m = rng.integers(2, 5), rng.integers(1, 5)
    asks = []
    for _ in range(m):
        k = rng.integers(2, 4)
        likelihood = rng.dirichlet(np.full(k, rng.choice([0.1, 1.0])), n).T
        likelihood[likelihood < 0.02] = 0.0
        asks.append(Ask(rng.uniform(0, 3), likelihood / likelihood.sum(axis=0)))
    kinds = rng.integers(0, max(2, n - 1), n) if classes else np.arange(n)
    kinds[-1] = n
    task = Task(
        rng.dirichlet(np.ones(n)),
        kinds,
        tuple(asks),
        confidence=float(rng.choice([0.8, 0.9, 0.97])),
        slight=slight,
    )
    return with_extras(rng, task, setups=setups, conditions=conditions)


def long_instance(rng, *, setups=False, conditions=False):
    """A random task of many noisy questions, more than can be written out."""
    yes = rng.choice([0.05, 0.2, 0.5, 0.8, 0.95], (11, 9))
    asks = tuple(Ask(rng.uniform(0.5, 3), np.array([x, 1 - x])) for x in yes)
    task = Task(rng.dirichlet(np.full(9, 3.0)), np.arange(9), asks, slight=0.05)
    return with_extras(rng, task, setups=setups, conditions=conditions)


def with_extras(rng, task, *, setups, conditions):
    """The same task with things to open and conditions to meet."""
    asks = []
    for q, ask in enumerate(task.questions):
        setup = int(rng.integers(-1, 3)) if setups else -1
        only_if = Condition()
        if conditions and q and rng.random() < 0.6:
            only_if = condition(rng, task.questions[:q])
        asks.append(Ask(ask.cost, ask.likelihood, setup, only_if))
    return Task(
        task.prior,
        task.classes,
        tuple(asks),
        setups=((2.0, -1), (0.5, 0), (1.0, -1)) if setups else (),
        opened=frozenset({2}) if setups and rng.random() < 0.3 else frozenset(),
        confidence=task.confidence,
        slight=task.slight,
    )


def condition(rng, asks, depth=2):
    """A random condition on some of these questions."""

    def part():
        if depth and rng.random() < 0.25:
            return condition(rng, asks, depth - 1)
        g = int(rng.integers(len(asks)))
        k = len(asks[g].likelihood)
        chosen = rng.choice(k, rng.integers(1, k), replace=False)
        return Wanted(g, frozenset(chosen.tolist()))

    return Condition(
        bool(rng.random() < 0.7), tuple(part() for _ in range(rng.integers(1, 3)))
    )


def waits_for(*pairs):
    """The condition that all of these questions have been answered like this."""
    return Condition(parts=tuple(Wanted(q, frozenset(some)) for q, some in pairs))
