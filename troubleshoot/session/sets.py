"""
Sets of answers that lead to the same, said as people say them.

Where any number of answers can hold at once, many sets of them lead the same way. They
are covered by few patterns, each of which names answers that hold and answers that do
not, and leaves the others open: "Power, whatever else".

Throughout this module:
    f   is a set of sets of answers as one integer: bit m stands for the set whose
        members are the bits of m, as in ``Question.outcomes``
    k   is how many answers there are
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from troubleshoot.session.events import Closed
from troubleshoot.text import set_in_words, whatever_else

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.tree.tree import AnswerKey, Question


MANY: Final = 3  # patterns of one branch from which on it is "anything else"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSet(Closed):
    """Sets of several answers: these ids are among them, those are not."""

    among: tuple[str, ...] = ()
    not_among: tuple[str, ...] = ()

    def __contains__(self, said: object) -> bool:
        if not isinstance(said, tuple):
            return False
        held = {*said}
        return held.issuperset(self.among) and held.isdisjoint(self.not_among)


def patterns(
    question: Question, outcomes: Iterable[AnswerKey]
) -> tuple[AnswerSet, ...]:
    """Patterns for these sets of answers and for no other, none of them to spare."""
    ids = tuple(each.id for each in question.answers)
    place = {each: m for m, each in enumerate(question.outcomes)}
    return _patterns(ids, sum(1 << place[each] for each in {*outcomes}))


@lru_cache(maxsize=4096)
def _patterns(ids: tuple[str, ...], f: int) -> tuple[AnswerSet, ...]:
    found, _ = _cover(f, f, len(ids))
    return tuple(
        AnswerSet(
            among=tuple(id for i, id in enumerate(ids) if among >> i & 1),
            not_among=tuple(id for i, id in enumerate(ids) if without >> i & 1),
        )
        for among, without in sorted(found)
    )


def _cover(least: int, most: int, k: int) -> tuple[list[tuple[int, int]], int]:
    """
    Patterns, as bits of answers in and not in, for all of ``least`` inside ``most``.

    Also what they stand for together. None of them could be left out.

    Source: Minato (1992), "Fast generation of irredundant sum-of-products forms from
    binary decision diagrams".
    """
    everything = (1 << (1 << k)) - 1
    if not least:
        return [], 0
    if most == everything:
        return [(0, 0)], everything
    half, last = 1 << (k - 1), 1 << (k - 1)
    low = (1 << half) - 1
    least_out, least_in = least & low, least >> half
    most_out, most_in = most & low, most >> half
    without, f_out = _cover(least_out & ~most_in, most_out, k - 1)
    among, f_in = _cover(least_in & ~most_out, most_in, k - 1)
    left = (least_out & ~f_out) | (least_in & ~f_in)
    either, f_either = _cover(left, most_out & most_in, k - 1)
    found = [
        *((a, b | last) for a, b in without),
        *((a | last, b) for a, b in among),
        *either,
    ]
    return found, (f_out | f_either) | (f_in | f_either) << half


def in_words(question: Question, sets: Sequence[AnswerSet], words: Catalogue) -> str:
    """The patterns as people say them: "None of these; or Power, whatever else"."""
    return f"{words.or_else} ".join(_in_words(question, each, words) for each in sets)


def _in_words(question: Question, each: AnswerSet, words: Catalogue) -> str:
    among, without = (
        [question.answer(x).text for x in some] for some in (each.among, each.not_among)
    )
    whole = len(among) + len(without) == len(question.answers)
    return (set_in_words if whole else whatever_else)(among, without, words)


def branches_in_words(
    question: Question, branches: Sequence[Sequence[AnswerSet]], words: Catalogue
) -> list[str]:
    """
    What each branch of a question stands for; together they are all that can be said.

    The one with most patterns is "anything else", if it has many.
    """
    longest = max(map(len, branches), default=0)
    rest = [len(each) for each in branches].index(longest) if longest >= MANY else -1
    return [
        words.anything_else if i == rest else in_words(question, each, words)
        for i, each in enumerate(branches)
    ]
