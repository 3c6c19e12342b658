"""
The elimination ledger: what each piece of evidence did, and where it left each cause.

Like the books of a merchant it adds up: the prior log odds of a cause and the log odds
of all entries are the log odds of its belief now. It is kept under what holds now: an
answer that was corrected stands in the place of the first, and one that is set aside
never did anything.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from troubleshoot.inference.bayes import RULED_OUT
from troubleshoot.session.answers import told
from troubleshoot.session.belief import Weighing, cached_property, statuses
from troubleshoot.session.events import Answered, Tried
from troubleshoot.session.gates import Gates
from troubleshoot.session.state import corrected, set_aside
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.tree import AnswerKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.session.belief import BoolArray, FloatArray, Status
    from troubleshoot.session.events import Event
    from troubleshoot.session.gates import Assumed
    from troubleshoot.session.state import SetAside
    from troubleshoot.tree.tree import Tree


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One piece of evidence, and what it did.

    ``text`` is for people, with private answers masked; ``at`` and ``actor`` say when
    and by whom it was said. ``belief`` is by cause, group and "unknown" afterwards,
    ``log_odds`` the bits by which it changed the odds of each: ``-inf`` excludes.
    ``eliminated`` and ``ruled_out`` are the causes and groups that became so with it,
    ``back`` those that were ruled out before it and are so no more.
    ``contradicts`` says that no cause, listed or not, allows it together with what came
    before; all belief is then on "unknown", as nothing else is left.
    ``set_aside`` is why it does not count, empty where it does.
    """

    kind: Literal["question", "action"]
    step: str
    result: AnswerKey = field(repr=False)  # it may be private
    text: str
    at: str
    actor: str
    belief: Mapping[str, float]
    log_odds: Mapping[str, float]
    eliminated: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    set_aside: str = ""
    contradicts: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Ledger:
    """
    The entries of a session in the order in which they came.

    Costs one pass over the likelihoods of the evidence, for all causes at once.
    """

    weighing: Weighing
    events: tuple[Event, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        return self._origin == other._origin

    def __hash__(self) -> int:
        return hash(self.events)

    def __deepcopy__(self, _: object) -> Ledger:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Ledger, (self.weighing, self.events)

    @property
    def _origin(self) -> tuple[Tree, tuple[Event, ...]]:
        return self.weighing.belief.tree, self.events

    @cached_property
    def prior(self) -> Mapping[str, float]:
        """The belief before all evidence, by cause, group and "unknown"."""
        return self._by_name(self.weighing.beliefs[0])

    @cached_property
    def standing(self) -> Mapping[str, Status]:
        """Where every cause and group stands now, in the order of the file."""
        return ReadOnly(statuses(self.weighing))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What each piece of evidence did; what is set aside stands where it came."""
        said = _said(self.events)
        holding = [said[each.kind, each.step] for each in self.weighing.evidence]
        places = [place for place, _ in holding]
        entries = {
            place: self._entry(i, event) for i, (place, event) in enumerate(holding)
        }
        for aside in set_aside(self.weighing.belief.tree, self.weighing.belief.state):
            place, event = said["question", aside.step]
            entries[place] = self._left_out(aside, bisect(places, place), event)
        return tuple(entries[place] for place in sorted(entries))

    @cached_property
    def assumed(self) -> tuple[Assumed, ...]:
        """What is taken as known now: no entry, as it moves no belief."""
        return Gates(self.weighing.belief).assumed

    def _entry(self, i: int, event: Answered | Tried) -> Entry:
        weighing = self.weighing
        piece = weighing.evidence[i]
        gone = weighing.excluded[i + 1]
        was_small, is_small = (weighing.beliefs[i : i + 2] <= RULED_OUT) & ~gone
        return Entry(
            kind=piece.kind,
            step=piece.step,
            result=piece.result,
            text=told(self.weighing.belief.tree, piece.step, piece.result),
            at=event.at,
            actor=event.actor,
            belief=self._by_name(weighing.beliefs[i + 1]),
            log_odds=self._by_name(weighing.log_odds[i]),
            eliminated=self._named(gone & ~weighing.excluded[i]),
            ruled_out=self._named(is_small & ~was_small),
            back=self._named(was_small & ~is_small),
            contradicts=bool(weighing.contradicts[i]),
        )

    def _left_out(
        self, aside: SetAside, weighed: int, event: Answered | Tried
    ) -> Entry:
        """An answer that does nothing: the belief is what it was before it."""
        before = self.weighing.beliefs[weighed]
        return Entry(
            kind="question",
            step=aside.step,
            result=aside.result,
            text=told(self.weighing.belief.tree, aside.step, aside.result),
            at=event.at,
            actor=event.actor,
            belief=self._by_name(before),
            log_odds=self._by_name(0.0 * before),
            set_aside=aside.reason,
        )

    def _by_name(self, row: FloatArray) -> Mapping[str, float]:
        names = self.weighing.names
        return ReadOnly(zip(names, row.tolist(), strict=True))

    def _named(self, which: BoolArray) -> tuple[str, ...]:
        """Listed causes and groups at these places."""
        listed = which[:-1].nonzero()[0].tolist()
        return tuple(self.weighing.names[i] for i in listed)


def _said(
    events: Iterable[Event],
) -> Mapping[tuple[str, str], tuple[int, Answered | Tried]]:
    """What was said last about each step, by kind and step, and where in the log."""
    last: dict[tuple[str, str], tuple[int, Answered | Tried]] = {}
    for i, event in enumerate(corrected(events)):
        match event:
            case Answered(step=step):
                last["question", step] = (i, event)
            case Tried(step=step):
                last["action", step] = (i, event)
    return last
