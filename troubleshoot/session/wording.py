"""Numbers and lists as a customer reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.text import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MASK: Final = "(private)"  # instead of an answer that is nobody else's business
WORKED: Final = {"fixed": "it helped", "failed": "it did not help"}
LONG: Final = 100  # hours, from which on tenths do not matter
SMALL: Final = 0.005  # rounds to 0.01


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
