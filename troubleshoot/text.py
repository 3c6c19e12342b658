"""
Times and long texts in few words, and any text made safe to print, to log and to show.

A text of a tree, a customer or an agent is never trusted: nothing that it holds may
move a cursor, change a colour, begin a line of its own in a log, or turn the direction
of what stands beside it.

Numbers and lists as a customer reads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SHORT: Final = 10  # minutes, up to which seconds are worth a word
HOUR: Final = 60  # seconds in a minute, minutes in an hour
TITLE: Final = 60  # characters of a title that is made of a longer text

# "1.", "2)", "-" and the like at the head of a line; the end of a first sentence.
MARKER: Final = re.compile(r"\A\s*(?:[-*+#>]+|\d+[.)])\s+")
SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s")

# C0 and C1 controls, ends of lines, marks and overrides of direction, and halves of
# characters, which no encoding can write.
UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)
_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor: CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*"
    r"(?:\x07|\x1b\\|\x9c)"  # titles, links, clipboard: OSC, DCS and their kin
    r"|\x1b[ -/]*[0-~]"
)
_LINE_END: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_HALVES: Final = re.compile("[\ud800-\udfff]")


def duration(minutes: float) -> str:
    """
    The minutes in words, "about" where seconds, or minutes beside hours, are left out.

    >>> duration(0.5), duration(4 / 3), duration(17.8), duration(90), duration(700)
    ('30 s', '1 min 20 s', 'about 18 min', '1 h 30 min', 'about 12 h')
    """
    if minutes < HOUR - 0.5:
        return _parts(minutes * HOUR, "min", "s")
    return _parts(minutes, "h", "min")


def _parts(amount: float, large: str, small: str) -> str:
    """An amount of the small unit, of which 60 are a large one."""
    whole, rest = divmod(max(1, round(amount)), HOUR)
    if rest and whole >= SHORT:
        return f"about {round(amount / HOUR):,} {large}"
    parts = [f"{n:,} {unit}" for n, unit in ((whole, large), (rest, small)) if n]
    return " ".join(parts)


def title_of(text: str) -> str:
    r"""
    A title for a text that has none: its first sentence, cut after whole words.

    >>> title_of("1. Set the clock to automatic.\n2. Wait.")
    'Set the clock to automatic'
    """
    line = next((each for each in text.splitlines() if each.strip()), "")
    first = SENTENCE.split(MARKER.sub("", line, count=1).strip())[0].rstrip(".;:")
    if len(first) <= TITLE:
        return first
    whole = first[:TITLE].rpartition(" ")[0]
    return f"{whole or first[: TITLE - 1]}…"


def printable(text: str) -> str:
    r"""
    The text on one line; what a terminal would obey is replaced, sign by sign.

    >>> printable("paper\x1b[31m\njam")
    'paper�[31m jam'
    """
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.splitlines()))


def clean(text: str) -> str:
    r"""
    The text without anything that a terminal would obey, but line feeds.

    >>> clean("\x1b[31mred\x1b[0m \x9b2J\u202etxet\tend\r\n")
    'red txet end\n'
    """
    text = _LINE_END.sub("\n", _SEQUENCE.sub("", text))
    text = _HALVES.sub("\N{REPLACEMENT CHARACTER}", text)
    return UNPRINTABLE.sub("", text).replace("\t", " ")


def one_line(text: str) -> str:
    """The clean text with every run of blanks and line ends as one space."""
    return " ".join(clean(text).split())


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
