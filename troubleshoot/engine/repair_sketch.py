"""
A first policy of repair: questions are asked where they pay at once.

In each situation the most telling questions are weighed: what asking costs, and then
the best run of actions after each answer. The best of them is asked if that is cheaper
than the best run here; otherwise the first action of that run is tried, and all is
weighed anew when it fails. The most probable situations come first; where it ends, the
run goes on.

Source: the one-step decision of Heckerman, Breese & Rommelse (1995),
"Decision-theoretic troubleshooting", with a run in place of their estimate.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.bits import ones
from troubleshoot.engine.repair_search import Option

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.engine.repair_search import Search, State

WEIGHED = 4  # questions weighed in a situation; the run flatters those that tell less
TOGETHER = 16  # situations looked at side by side
SKETCHED = (16, 200)  # situations of a sketch, at least and at most
AT_ONCE = 2**25  # numbers touched side by side …
TOUCHED = 2**28  # … and by all of a sketch


def sketch(
    search: Search, *, nodes: int | None, is_late: Callable[[], bool] = lambda: False
) -> None:
    """
    Give the search a good first policy; it goes on from there.

    ``nodes`` is how many situations the search may look into: the sketch before it
    grows with them.
    """
    least, most = SKETCHED
    limit = most if nodes is None else max(least, min(nodes, most))
    waiting: list[tuple[float, int, State]] = [(-1.0, 0, search.root)]
    known, touched = {search.root.situation.key}, 0
    done: list[State] = []
    while waiting and len(done) < limit and touched < TOUCHED and not is_late():
        some = [heappop(waiting) for _ in range(min(TOGETHER, len(waiting)))]
        options = [_promising(search, state) for *_, state in some]
        unknown = [
            (state.situation, option)
            for (*_, state), each in zip(some, options, strict=True)
            for option in each
        ]
        while unknown and not is_late():
            touched += search.look_at(unknown, AT_ONCE)
            unknown = [x for x in unknown if x[1].outcomes is None]
        for (chance, _, state), each in zip(some, options, strict=True):
            done.append(state)
            for share, after in _decided(search, state, each):
                if after.situation.key not in known:
                    known.add(after.situation.key)
                    heappush(waiting, (chance * share, len(known), after))
    for state in reversed(done):
        if state.choice:
            state.upper = min(state.upper, _cost(state.choice))


def _promising(search: Search, state: State) -> list[Option]:
    """The first action of the run, and the questions that tell most per minute."""
    steps, s = search.steps, state.situation
    if search.has_met(state):
        return []
    gains = steps.gains(s.p)
    free = steps.free(s.left)
    asked = list(ones(free & steps.questions))
    minutes = [max(steps.minutes(q, s.opened), 1e-9) for q in asked]
    telling = np.argsort(-gains[asked] / minutes, kind="stable")[:WEIGHED]
    chosen = [state.first, *(asked[i] for i in telling.tolist())]
    return [
        Option(step, steps.minutes(step, s.opened), 0.0) for step in chosen if step >= 0
    ]


def _decided(
    search: Search, state: State, options: list[Option]
) -> list[tuple[float, State]]:
    """Chances and states after the cheapest of the steps, if it is worth it."""
    best = min(options, key=_cost, default=None)
    if best is None or not _cost(best) <= state.upper + search.close:
        return []
    state.choice, state.upper = best, min(state.upper, _cost(best))
    return [(chance, after) for _, chance, after in best.outcomes or []]


def _cost(option: Option) -> float:
    """Expected minutes of a step and what comes after it."""
    if option.outcomes is None:
        return float("inf")
    return option.minutes + sum(p * after.upper for _, p, after in option.outcomes)
