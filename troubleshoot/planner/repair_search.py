"""
Search for the policy of least expected cost of repair.

Throughout this module:
    lower   no policy costs less from here
    upper   a policy that costs no more from here is known
    E       is the cost of handing over in minutes, None where it is the last resort

Both are expected minutes. Each trial follows the option that may be best to the
outcome that is least certain, looks one step further there, and brings the tighter
bounds back; where they meet, the optimum is known.

Source: Martelli & Montanari (1978), "Optimizing decision trees through heuristically
guided search"; McMahan, Likhachev & Gordon (2005), "Bounded real-time dynamic
programming".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.planner.action_order import Bounds
from troubleshoot.planner.policy import best
from troubleshoot.planner.task import ones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troubleshoot.planner.repair_state import Key, RepairState, Steps


CLOSE = 1e-10  # relative to the first lower bound; closer bounds have met
LEAST = 1e-4  # of all minutes there are; that bound counts for so many at least
# The same halved and doubled: `python benchmarks/constants.py repair_search`.
TIE = 1e-2  # of that; what is better by less is not better
LARGE = 2**18  # numbers touched by one look ahead; beyond, options wait their turn
MEMORY = 2**29  # bytes of situations kept
OVERHEAD = 1_000  # bytes of a situation without its belief


@dataclass(eq=False, slots=True)
class SearchNode:
    """
    A state with its bounds.

    ``choice`` is the best option known, None where actions alone are best; ``guess``
    one that may become it when its outcomes are known better. ``first`` is the action
    that a good run of actions begins with, -1 where it hands over at once.
    """

    state: RepairState
    lower: float
    upper: float
    options: list[RepairOption] | None = None
    choice: RepairOption | None = None
    guess: RepairOption | None = None
    first: int = -1


@dataclass(eq=False, slots=True)
class RepairOption:
    """
    A step that may be taken, with its bounds and what may come of it.

    ``outcomes`` are triples (answer, probability, node), None until looked at;
    ``gentle`` is the same situation without irreversible actions, where it decides
    whether the step is allowed.
    """

    step: int
    minutes: float
    lower: float
    upper: float = float("inf")
    outcomes: list[tuple[int, float, SearchNode]] | None = None
    gentle: SearchNode | None = None


@dataclass(eq=False)
class RepairSearch:
    """
    The nodes seen so far, from the start on; ``expanded`` were looked into.

    ``is_stuck`` when rounding leaves nothing to look into before the bounds have met.
    """

    steps: Steps
    expanded: int = 0
    is_stuck: bool = False
    nodes: dict[Key, SearchNode] = field(default_factory=dict)

    @cached_property
    def bounds(self) -> Bounds:
        """Bounds of single situations."""
        return Bounds(self.steps)

    @cached_property
    def root(self) -> SearchNode:
        """Where the repair starts."""
        return self._nodes([self.steps.start])[0]

    @cached_property
    def close(self) -> float:
        """Minutes by which bounds may differ that have met."""
        minutes = sum(step.cost for step in self.steps.all)
        minutes += sum(cost for cost, _ in self.steps.task.setups)
        return CLOSE * max(self.root.lower, LEAST * minutes)

    @property
    def is_done(self) -> bool:
        """Whether the optimum is known, or cannot be looked for any longer."""
        size = 8 * len(self.steps.prior) + OVERHEAD
        is_full = len(self.nodes) * size > MEMORY
        return self.has_met(self.root) or is_full or self.is_stuck

    def trial(self) -> None:
        """
        Look one step further, and bring back what was found.

        Trials take turns: one goes where the optimum may be, the next one along the
        best policy known, which makes that policy better sooner.
        """
        known = self.expanded % 2 == 1
        path = list(self._path(known=known))
        self.expanded += 1
        self._look_into(path[-1])
        for node in reversed(path):
            self._refresh(node)

    def has_met(self, node: SearchNode) -> bool:
        """Whether the optimum is known from this node on."""
        return node.upper - node.lower <= self.close

    def _path(self, *, known: bool) -> Iterator[SearchNode]:
        """States from the root to one that has something to look into."""
        node: SearchNode | None = self.root
        while node is not None:
            yield node
            if node.options is None:
                return
            self._refresh(node)
            node = self._next(node, known=known)

    def _next(self, node: SearchNode, *, known: bool) -> SearchNode | None:
        """The least certain outcome of the best option; None to look into it."""
        options = node.options or []
        best_known = (node.choice or node.guess) if known else None
        if best_known and (found := self._least_certain(best_known)):
            return found
        open_options = [
            option
            for option in options
            if option.outcomes is None or self._least_certain(option) is not None
        ]
        first = min(open_options, key=lambda option: option.lower, default=None)
        if first is None or first.outcomes is None:
            return None
        return self._least_certain(first)

    def _least_certain(self, option: RepairOption) -> SearchNode | None:
        if option.gentle is not None and not self.has_met(option.gentle):
            return option.gentle
        found, most = None, 0.0
        for _, chance, node in option.outcomes or []:
            doubt = chance * (node.upper - node.lower)
            if doubt > most and not self.has_met(node):
                found, most = node, doubt
        return found

    def _look_into(self, node: SearchNode) -> None:
        """Options of a node, and then the nodes that they lead to."""
        is_new = node.options is None
        if node.options is None:
            node.options = list(self._options(node))
            node.guess = self._most_telling(node)
        unknown = [option for option in node.options if option.outcomes is None]
        unknown.sort(key=lambda option: (option is not node.guess, option.lower))
        self.is_stuck = not (unknown or is_new or self.has_met(node))
        self.look_at([(node.state, option) for option in unknown])

    def look_at(
        self, steps: Sequence[tuple[RepairState, RepairOption]], most: int = LARGE
    ) -> int:
        """
        What may come of the first steps, until ``most`` numbers were touched.

        Returns how many were.
        """
        actions, kinds = len(self.steps.task.actions), len(self.steps.prior)
        outcomes, size = [], 0
        for s, option in steps:
            if size > most:
                break
            outcomes.append(self.steps.outcomes(s, option.step))
            size += len(outcomes[-1]) * actions * (actions + kinds)
        nodes = iter(self._nodes([after for each in outcomes for *_, after in each]))
        for (_, option), each in zip(steps, outcomes, strict=False):
            option.outcomes = [(a, chance, next(nodes)) for a, chance, _ in each]
        return size

    def _options(self, node: SearchNode) -> Iterator[RepairOption]:
        steps, s = self.steps, node.state
        gentle, ready = self._gentle(s), list(ones(steps.free(s)))
        for step, rest in zip(ready, self.bounds.after(s, ready), strict=True):
            minutes = steps.minutes(step, s.opened)
            if not steps.irreversible >> step & 1:
                yield RepairOption(step, minutes, minutes + rest)
            elif gentle is not None:
                own = None if gentle is node else gentle
                yield RepairOption(step, minutes, minutes + rest, gentle=own)

    def _most_telling(self, node: SearchNode) -> RepairOption | None:
        """The question of greatest gain per minute: where a good policy may begin."""
        gains = self.steps.gains(node.state.p)
        asked = [o for o in node.options or [] if o.step < len(gains)]
        minutes = np.array([o.minutes for o in asked])
        told = gains[[o.step for o in asked]]
        found = best(told, minutes, np.ones(len(asked), dtype=np.bool_))
        return None if found is None else asked[found]

    def _gentle(self, s: RepairState) -> SearchNode | None:
        """
        The node that decides about irreversible actions.

        The same situation without them; that of the situation itself, which decides
        nothing, where they are allowed; None where they are not.
        """
        if not s.left & self.steps.irreversible:
            return None
        if self.bounds.is_settled(s):
            return self.nodes[s.key]
        if self.steps.task.escalation is None:
            return None
        left = s.left & ~self.steps.irreversible
        return self._nodes([self.steps.state(s.p, left, s.opened, s.said)])[0]

    def _nodes(self, situations: Sequence[RepairState]) -> list[SearchNode]:
        """The nodes of these situations, new ones with the bounds of a glance."""
        keys = [s.key for s in situations]
        new = {
            key: s
            for key, s in zip(keys, situations, strict=True)
            if key not in self.nodes
        }
        searched = [s for s in new.values() if not self.bounds.is_closed(s)]
        runs = dict(zip(map(id, searched), self.bounds.runs(searched), strict=True))
        for key, s in new.items():
            if id(s) in runs:
                upper, order = runs[id(s)]
                lower = min(self.bounds.clairvoyant(s), upper)
                first = order[0] if order else -1
                self.nodes[key] = SearchNode(s, lower, upper, first=first)
            else:
                cost = self.bounds.run(s)[0]
                self.nodes[key] = SearchNode(s, cost, cost)
        return [self.nodes[key] for key in keys]

    def _refresh(self, node: SearchNode) -> None:
        """Bounds of a node from those of its options; hopeless ones are dropped."""
        for option in node.options or []:
            self._refresh_option(option)
        options = [o for o in node.options or [] if o.lower < node.upper]
        escalation = self.steps.task.escalation
        least = min((o.lower for o in options), default=node.upper)
        if escalation is not None:
            least = min(least, escalation)
        found = min(options, key=lambda o: o.upper, default=None)
        if found and found.upper < node.upper:
            if found.upper < node.upper - TIE * self.close:
                node.choice = found
            node.upper = found.upper
        node.lower = max(node.lower, min(least, node.upper))
        node.options = options

    def _refresh_option(self, option: RepairOption) -> None:
        escalation = self.steps.task.escalation
        if option.outcomes is None:
            return
        lower = upper = option.minutes
        for _, chance, node in option.outcomes:
            lower += chance * node.lower
            upper += chance * node.upper
        option.lower = max(option.lower, lower)
        option.upper = upper
        if option.gentle is not None and escalation is not None:
            if option.gentle.upper < escalation - self.close:
                option.lower = option.upper = float("inf")
            elif not self.has_met(option.gentle):
                option.upper = float("inf")
