"""
How wide a text is about, and the lines that it is broken into, without any font.

Widths are in em, as most sans serif fonts have them; a little too much rather than too
little.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from troubleshoot.session.texts import laid, preceded, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.texts import Line


WIDTHS: Final = {
    **dict.fromkeys(" .,:;!|'`ijlIftr()[]{}/\\-", 0.34),
    **dict.fromkeys("mwMW@%&", 0.93),
    **dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ", 0.74),
}
PLAIN: Final = 0.57
WIDE: Final = 1.05
LONG: Final = 0.8  # of the room; no common font is wider than this by as much
MORE: Final = "\N{HORIZONTAL ELLIPSIS}"


def width(text: str) -> float:
    """How wide the text is about, in em."""
    return sum(_width(each) for each in text)


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return WIDE
    return WIDTHS.get(character, PLAIN if character < "\u0530" else WIDE)


def squeezed(text: str, room: float) -> float | None:
    """How wide a line is set that a wider font could push out of the room, in em."""
    wide = width(text)
    return wide if wide > LONG * room else None


def wrapped(
    text: str, room: float, most: int | None = None, *, mark: str = ""
) -> list[str]:
    """
    At most so many lines that fit into the room, the last one cut if need be.

    ``mark`` is a word before it. Nothing is cut from a text that has lines of its own.
    """
    rows = preceded([*laid(short(text))], mark)
    found = [line for row in rows for line in _row(row, room)]
    if most is None or len(rows) > 1 or len(found) <= most:
        return found
    last = found[most - 1]
    while last and width(last) + width(MORE) > room:
        last = last[:-1]
    return [*found[: most - 1], last.rstrip() + MORE]


def _row(row: Line, room: float) -> Iterator[str]:
    """A line of a text, broken where it has to be."""
    if row.whole:
        yield from _parts(row.lead + row.text, room) if row.text else ("",)
        return
    lead = row.lead
    for line in _lines(row.text.split(), room - width(lead)):
        yield lead + line
        lead = " " * len(lead)


def _lines(words: Iterable[str], room: float) -> Iterator[str]:
    line = ""
    for word in words:
        for part in _parts(word, room):
            longer = f"{line} {part}" if line else part
            if line and width(longer) > room:
                yield line
                longer = part
            line = longer
    if line:
        yield line


def _parts(word: str, room: float) -> Iterator[str]:
    """The word, in parts that fit where it does not fit as a whole."""
    part = ""
    for each in word:
        if part and width(part + each) > room:
            yield part
            part = ""
        part += each
    yield part
