"""
What people read, said in one way: times, chances, lists, replies, and texts cut short.

A text of a tree, a customer or an agent is never trusted: nothing that it holds may
move a cursor, change a colour, begin a line of its own in a log, or turn the direction
of what stands beside it.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from troubleshoot.catalogue import Catalogue, in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SHORT: Final = 10  # of a unit, up to which the next smaller one is worth a word
HOUR: Final = 60  # seconds in a minute, minutes in an hour
DAY: Final = 24  # hours
DAYS: Final = 2  # from so many on they are said as days
SMALL: Final = 0.005  # bits; rounds to 0.01
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
TITLE: Final = 60  # characters of a title that is made of a longer text

MASK: Final = "(private)"  # instead of an answer that is nobody else's business
# What every question takes, and what comes of an action: as a record tells it, and as
# whoever is asked may say it.
REPLIES: Final = {"dont-know": "don't know", "not-now": "not now"}
WORKED: Final = {"fixed": "it helped", "failed": "it did not help"}
SAID: Final = {
    "dont-know": "I don't know",
    "not-now": "Not now",
    "fixed": "It helped",
    "failed": "It did not help",
}

MOST_DIGITS: Final = 21  # of a number that is written out

# "1.", "2)", "-" and the like at the head of a line; the end of a first sentence.
MARKER: Final = re.compile(r"\A\s*(?:[-*+#>]+|\d+[.)])\s+")
SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s")
FENCE: Final = re.compile(r"\s*(?:```|~~~)")
# Where a sentence may end early: before a further clause.
CLAUSE: Final = re.compile(
    r",?\s+(?:and|then|but|so that|until|unless|while|because|if|\(|\N{EN DASH}|-)"
    r"(?=\s|\()|,(?=\s)|\s+(?=\()"
)
# Images, links, code and emphasis, each with what is read of it.
MARKUP: Final = re.compile(
    r"!?\[([^\]]*)\]\([^)\s]*(?:\s[^)]*)?\)|`+([^`]+)`+"
    r"|\*\*(?=\S)([^*]+?)(?<=\S)\*\*|(?<!\w)__(?=\S)([^_]+?)(?<=\S)__(?!\w)"
    r"|(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"
    r"|(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)"
)

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


def duration(minutes: float, words: Catalogue | None = None) -> str:
    """
    The minutes in words, "about" where something smaller is left out.

    >>> duration(0.5), duration(4 / 3), duration(17.8), duration(90), duration(700)
    ('30 s', '1 min 20 s', 'about 18 min', '1 h 30 min', 'about 12 h')
    """
    said = rounded(minutes, words)
    return said if amounts(minutes)[1] else (words or in_language())("about", it=said)


def spent(minutes: float, wait: float, words: Catalogue | None = None) -> str:
    """
    Minutes that somebody attends and minutes of waiting, in words.

    >>> spent(5, 20), spent(0, 20), spent(5, 0)
    ('5 min, and 20 min of waiting', '20 min of waiting', '5 min')
    """
    if not wait:
        return duration(minutes, words)
    said = {"minutes": duration(minutes, words), "wait": duration(wait, words)}
    return (words or in_language())(
        "and_waiting" if minutes else "only_waiting", **said
    )


def rounded(minutes: float, words: Catalogue | None = None) -> str:
    """The minutes in words where it is said already that they are about so many."""
    words = words or in_language()
    parts, _ = amounts(minutes)
    units = {"days": words.days}
    return " ".join(
        f"{grouped(count, words)} {units.get(unit, unit)}" for count, unit in parts
    )


def grouped(count: int, words: Catalogue | None = None) -> str:
    """
    The number with its thousands set off.

    >>> grouped(4167), grouped(4167, in_language("de"))
    ('4,167', '4.167')
    """
    return f"{count:,}".replace(",", (words or in_language()).thousands)


def number(value: float, words: Catalogue | None = None) -> str:
    """
    The number as short as it can be, with the decimal sign of the language.

    >>> number(1.5), number(1.5, in_language("de")), number(250)
    ('1.5', '1,5', '250')
    """
    return decimal(digits(value), words)


def decimal(digits: str, words: Catalogue | None = None) -> str:
    """The digits with the decimal sign of the language."""
    return digits.replace(".", (words or in_language()).decimal)


def amounts(minutes: float) -> tuple[tuple[tuple[int, str], ...], bool]:
    """
    How many of which units to say, the larger first, and whether that is all.

    Seconds are said up to ten minutes, minutes up to ten hours, hours up to ten days.

    >>> amounts(91), amounts(17.8)
    ((((1, 'h'), (31, 'min')), True), (((18, 'min'),), False))
    """
    if not minutes:
        return ((0, "min"),), True
    if minutes < HOUR - 0.5:
        return _amounts(minutes * HOUR, HOUR, "min", "s")
    if minutes < DAYS * DAY * HOUR - 0.5:
        return _amounts(minutes, HOUR, "h", "min")
    return _amounts(minutes / HOUR, DAY, "days", "h")


def _amounts(
    amount: float, many: int, large: str, small: str
) -> tuple[tuple[tuple[int, str], ...], bool]:
    """An amount of the small unit, of which so many are a large one."""
    whole, rest = divmod(max(1, math.floor(amount + 0.5)), many)
    if rest and whole >= SHORT:
        return ((math.floor(amount / many + 0.5), large),), False
    parts = ((whole, large), (rest, small))
    return tuple(each for each in parts if each[0]), True


def reply(result: str, words: Catalogue | None = None) -> str:
    """
    What every question takes, or what came of an action, as a record tells it.

    >>> reply("dont-know"), reply("failed", in_language("de"))
    ("don't know", 'es hat nicht geholfen')
    """
    return (words or in_language())(f"reply_{result.replace('-', '_')}")


def title_of(text: str) -> str:
    r"""
    A title for a text that has none: its first sentence, as it reads without markup.

    What is too long ends before a clause, or else after a whole word.

    >>> title_of("1. Set the **clock** to automatic.\n2. Wait.")
    'Set the clock to automatic'
    """
    lines = (each for each in text.splitlines() if each.strip())
    line = next((each for each in lines if not FENCE.match(each)), "")
    plain = MARKUP.sub(_read, MARKER.sub("", line, count=1)).strip()
    first = SENTENCE.split(plain)[0].rstrip(".;:")
    if len(first) <= TITLE:
        return first
    ends = [each.start() for each in CLAUSE.finditer(first[:TITLE])]
    if ends and ends[-1] >= TITLE // 3:
        return f"{first[: ends[-1]]}…"
    whole = first[:TITLE].rpartition(" ")[0]
    return f"{whole or first[: TITLE - 1]}…"


def _read(markup: re.Match[str]) -> str:
    return next((each for each in markup.groups() if each), "")


def says_more(title: str, text: str) -> bool:
    """Whether a title is no mere beginning of the text that it stands for."""
    return not title_of(text).startswith(title.rstrip("….;:"))


def headed(title: str, text: str) -> tuple[str, ...]:
    """
    A text under its title, where that is no mere beginning of it.

    >>> headed("Restart it", "Pull the plug, and wait."), headed("Wait", "Wait a bit.")
    (('Restart it', 'Pull the plug, and wait.'), ('Wait a bit.',))
    """
    return (title, text) if title and says_more(title, text) else (text,)


def digits(number: float) -> str:
    """
    The number as one writes it, with all digits that it has.

    >>> digits(60.0), digits(0.5), digits(1e-5), digits(1e30)
    ('60', '0.5', '0.00001', '1e+30')
    """
    if not math.isfinite(number):
        return f"{number:g}"
    written = format(Decimal(repr(float(number))), "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written if len(written) <= MOST_DIGITS else repr(float(number))


def numbers_in_words(
    low: float,
    high: float,
    *,
    low_open: bool = False,
    high_open: bool = False,
    unit: str = "",
    words: Catalogue | None = None,
    blank: str = " ",
) -> str:
    """
    A range of numbers as people say it; an infinite end is none.

    Args:
        low: where it begins.
        high: where it ends.
        low_open: whether the first end does not belong to it.
        high_open: whether the last end does not belong to it.
        unit: of the numbers.
        words: those of the language; without a blank they stand before the number.
        blank: what stands between a number and its unit.

    >>> numbers_in_words(5, 60, unit="min")
    '5 to 60 min'
    >>> numbers_in_words(60, math.inf, low_open=True, words=in_language("de"))
    'mehr als 60'
    """
    words, tail = words or in_language(), blank + unit if unit else ""
    first, last = number(low, words), number(high, words)
    if math.isfinite(low) and math.isfinite(high):
        return f"{first} {words.up_to} {last}{tail}" if low < high else first + tail
    if math.isfinite(low):
        said, end = words.more_than if low_open else words.at_least, first + tail
    else:
        said, end = words.less_than if high_open else words.at_most, last + tail
    return said.replace("{end}", end) if "{end}" in said else f"{said} {end}"


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


def shortened(text: str, limit: int) -> str:
    """The text, cut after so many characters where a message would grow too long."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def percent(chance: float, words: Catalogue | None = None) -> str:
    """The chance in per cent, never "0 %" or "100 %" unless it is exactly so."""
    if chance in (0.0, 1.0):
        return f"{chance:.0%}".replace("%", " %")
    shown = min(max(round(chance * 100), 1), 99)
    said = f"{shown} %"
    return (words or in_language())("about", it=said) if shown in (1, 99) else said


def bits(gain: float, words: Catalogue | None = None) -> str:
    """The gain with two digits, or said to be small."""
    words = words or in_language()
    if gain < SMALL:
        return words("few_bits", count=decimal("0.01", words))
    return words("bits", count=decimal(f"{gain:.2f}", words))


def counted(number: int, noun: str) -> str:
    """
    So many of these, in a noun whose plural ends in s.

    >>> counted(0, "file"), counted(1, "root cause"), counted(2, "session")
    ('0 files', '1 root cause', '2 sessions')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listing(
    names: Iterable[str], word: str = "and", words: Catalogue | None = None
) -> str:
    """
    The names as in a sentence: "a", "a and b", "a, b and c"; or with "or".

    >>> listing(["A", "B", "C"], words=in_language("de"))
    'A, B und C'
    """
    *most, last = list(names) or [""]
    if not most:
        return last
    return f"{', '.join(most)} {(words or in_language())(word)} {last}"


def set_in_words(
    held: Sequence[str], others: Sequence[str], words: Catalogue | None = None
) -> str:
    """
    Which of several answers hold, and which do not.

    >>> set_in_words(["Power", "Fault"], ["Link"]), set_in_words([], ["Power", "Link"])
    ('Power and Fault, not Link', 'None of these')
    """
    words = words or in_language()
    return ", ".join(_held(held, others, words)) if held else words.none_of_these


def whatever_else(
    held: Sequence[str], others: Sequence[str], words: Catalogue | None = None
) -> str:
    """
    Which of several answers hold and which do not, whatever else does.

    >>> whatever_else(["Power"], ["Link", "Fault"])
    'Power, not Link or Fault, whatever else'
    """
    words = words or in_language()
    said = [*_held(held, others, words), words.whatever_else]
    return ", ".join(said) if said[1:] else words.anything


def _held(held: Sequence[str], others: Sequence[str], words: Catalogue) -> list[str]:
    said = [listing(held, words=words)] if held else []
    if others:
        said.append(words("not_these", answers=listing(others, "or", words)))
    return said


def quoted(names: Sequence[str], limit: int = 5, words: Catalogue | None = None) -> str:
    """The names in quotes; more than the limit are counted."""
    words = words or in_language()
    shown = [words("named", text=each) for each in names[:limit]]
    if (rest := len(names) - limit) > 0:
        shown.append(words("more", count=rest))
    return listing(shown, words=words)
