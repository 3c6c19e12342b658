"""How long a search may go on, and whom it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

GRACE = 1.0  # of the seconds; what is not written by then stays unfinished …
LEAST_GRACE = 1.0  # … but this long, in seconds, a plan is written in any case

Clock: TypeAlias = Callable[[], float]
Progress: TypeAlias = Callable[[int, float, float], None]
"""Called with situations expanded, the best lower bound, the best expected cost."""


@dataclass
class Budget:
    """
    What is left to a search, in situations and in seconds; None is no limit.

    The clock is read before every situation, so a slow one ends a little late.
    ``grace`` are the seconds that writing a plan may take after that.
    """

    nodes: int | None
    until: float | None
    clock: Clock
    expanded: int = 0
    spent: bool = False
    grace: float = 0.0

    @classmethod
    def of(cls, nodes: int | None, seconds: float | None, clock: Clock) -> Budget:
        """A budget that begins now."""
        if seconds is None:
            return cls(nodes, None, clock)
        return cls(
            nodes, clock() + seconds, clock, grace=max(LEAST_GRACE, GRACE * seconds)
        )

    def take(self) -> bool:
        """Whether one situation more may be expanded; counts it."""
        out_of_nodes = self.nodes is not None and self.expanded >= self.nodes
        self.spent = self.spent or out_of_nodes or self.is_late
        self.expanded += not self.spent
        return not self.spent

    @property
    def is_late(self) -> bool:
        """Whether the time is over; reads the clock if that is limited."""
        return self.until is not None and self.clock() >= self.until

    @property
    def is_overdue(self) -> bool:
        """Whether the time for writing is over, too."""
        return self.until is not None and self.clock() >= self.until + self.grace

    def part(self, share: float, unlimited: int | None = None) -> Budget:
        """A share of what is left; so many situations where there is no limit."""
        nodes, until = None, None
        if self.nodes is not None:
            nodes = self.expanded + int(share * (self.nodes - self.expanded))
        if self.until is not None:
            now = self.clock()
            until = now + share * (self.until - now)
        if nodes is None and until is None and unlimited is not None:
            nodes = self.expanded + unlimited
        return Budget(nodes, until, self.clock, self.expanded)

    def resumed(self, part: Budget) -> None:
        """Go on after the part, which has counted on."""
        self.expanded = part.expanded
