"""Numbers and lists as a customer reads them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from troubleshoot import text
from troubleshoot.arguments import a_number
from troubleshoot.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.tree.tree import Tree

MASK: Final = "(private)"  # instead of an answer that is nobody else's business
WORKED: Final = {"fixed": "it helped", "failed": "it did not help"}
HOUR: Final = 60
LONG: Final = 100  # hours, from which on tenths do not matter
SMALL: Final = 0.005  # rounds to 0.01


def duration(minutes: float) -> str:
    """
    The minutes in words: "30 s", "about 18 min", "1 h 30 min".

    Raises:
        ArgumentError: it is no length of time.
        ArgumentTypeError: it is no number.
    """
    if math.isinf(a_number(minutes, "minutes", "a duration")):
        raise ArgumentError("a duration is a number of minutes", argument="minutes")
    return text.duration(minutes)


def minutes(cost: float) -> str:
    """The cost in the unit that fits: "30 s", "2 min", "1.5 h"."""
    if 0 < cost < 1:
        return f"{cost * 60:.3g} s"
    if cost <= HOUR:
        return f"{cost:.3g} min"
    hours = cost / HOUR
    return f"{hours:.3g} h" if hours < LONG else f"{hours:,.0f} h"


def percent(chance: float) -> str:
    """The chance in per cent, never "0 %" or "100 %" unless it is exactly so."""
    if chance in (0.0, 1.0):
        return f"{chance:.0%}".replace("%", " %")
    shown = min(max(round(chance * 100), 1), 99)
    sign = {1: "about ", 99: "about "}.get(shown, "")
    return f"{sign}{shown} %"


def bits(gain: float) -> str:
    """The gain with two digits, or said to be small."""
    return f"{gain:.2f} bits" if gain >= SMALL else "less than 0.01 bits"


def listing(names: Iterable[str], word: str = "and") -> str:
    """The names as in a sentence: "a", "a and b", "a, b and c"."""
    *most, last = list(names) or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def quoted(names: Sequence[str], limit: int = 5) -> str:
    """The names in quotes; more than the limit are counted."""
    shown = [f"'{each}'" for each in names[:limit]]
    rest = len(names) - limit
    return listing([*shown, f"{rest} more"] if rest > 0 else shown)


def told(tree: Tree, step: str, result: str) -> str:
    """A question with its answer, or an action with its outcome, for a sentence."""
    if result in WORKED and step in tree.actions:
        return f"“{tree.actions[step].do}” ({WORKED[result]})"
    question = tree.questions[step]
    answer = MASK if question.private else f"({question.answer(result).text})"
    return f"“{question.ask}” {answer}"
