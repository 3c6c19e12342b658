"""Times and long texts in few words: the ground that every room may stand on."""

from __future__ import annotations

import re
from typing import Final

SHORT: Final = 10  # minutes, up to which seconds are worth a word
HOUR: Final = 60  # seconds in a minute, minutes in an hour
TITLE: Final = 60  # characters of a title that is made of a longer text

# "1.", "2)", "-" and the like at the head of a line; the end of a first sentence.
MARKER: Final = re.compile(r"\A\s*(?:[-*+#>]+|\d+[.)])\s+")
SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s")


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
