"""
All that is computed from a tree, options and a log of events, as one value.

Whatever decides or tells something about a session takes its analysis: the rules, the
recommendation, the conflict of the evidence, the plan, the reports. What they come to
is worked out once per analysis, see ``once_per_analysis``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from troubleshoot.session import state as states
from troubleshoot.session.belief import Belief, Status, Weighing, cached_property
from troubleshoot.session.candidates import CandidateSteps
from troubleshoot.session.report.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from troubleshoot.session.events import Event
    from troubleshoot.session.options import Options, Strategy
    from troubleshoot.session.state import SetAside, State
    from troubleshoot.tree.tree import Tree


T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """
    What follows from a tree, options and a log; each part when it is first asked for.

    ``state`` is what the log comes to, as whoever makes an analysis may know it
    already; ``own`` is a strategy of the caller.
    """

    tree: Tree
    options: Options
    events: tuple[Event, ...]
    state: State
    own: Strategy | None = None

    def of(self, events: Iterable[Event]) -> Analysis:
        """The analysis of another log; this one if the log is no other."""
        log = tuple(events)
        if log == self.events:
            return self
        return replace(self, events=log, state=states.state(self.tree, log))

    @cached_property
    def belief(self) -> Belief:
        """P(cause | evidence), gains, and what is excluded."""
        return Belief(self.tree, self.state)

    @cached_property
    def candidates(self) -> CandidateSteps:
        """Which steps can be offered, and what they cost."""
        return CandidateSteps(self.belief, self.options)

    @cached_property
    def ledger(self) -> Ledger:
        """What each piece of evidence did to each cause and group."""
        return Ledger(Weighing(self.belief), self.events)

    @property
    def statuses(self) -> Mapping[str, Status]:
        """Where every cause and group stands, in the order of the file."""
        return self.ledger.standing

    @cached_property
    def set_aside(self) -> tuple[SetAside, ...]:
        """Answers that do not count now, each with the reason."""
        return states.set_aside(self.tree, self.state)


def once_per_analysis(make: Callable[[Analysis], T]) -> Callable[[Analysis], T]:
    """``make``, called once for each analysis; its value lives as long as that."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def made(analysis: Analysis) -> T:
        known = vars(analysis)
        if name not in known:
            known[name] = make(analysis)
        value: T = known[name]
        return value

    return made
