"""
Numbers as printed pages say them, in the words of their language.

No line is broken between a number and its unit, and numbers of one page are rounded
alike: what takes minutes is said in minutes wherever it stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from troubleshoot.text import percent as english

if TYPE_CHECKING:
    from types import SimpleNamespace


HELD: Final = "\N{NO-BREAK SPACE}"
MANY: Final = 90  # minutes; from here on they are said in hours
WHOLE: Final = 10  # from here on without a decimal
HOUR: Final = 60  # minutes, and seconds of a minute
DAY: Final = 24  # hours
DAYS: Final = 2  # from here on they are said in days
LIMITS: Final = {"<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
LIMIT: Final = re.compile(r"([<>]=?)\s*(\S+)")
RANGE: Final = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")


def number(count: float, word: SimpleNamespace) -> str:
    """The number with at most one decimal: "3.7", "12", in German "3,7"."""
    return _decimal(f"{count:.1f}".removesuffix(".0"), word)


def minutes(cost: float, word: SimpleNamespace) -> str:
    """The time in the units that fit: "30 s", "90 min", "1 h 31 min", "2 days 3 h"."""
    seconds = round(cost * HOUR)
    if 0 < seconds < HOUR:
        return f"{seconds}{HELD}s"
    said = round(cost) if round(cost, 1) >= WHOLE else round(cost, 1)
    if said <= MANY:
        return f"{number(said, word)}{HELD}min"
    if said < DAYS * DAY * HOUR:
        return _both(divmod(round(said), HOUR), "h", "min")
    return _both(divmod(round(cost / HOUR), DAY), word.days, "h")


def _both(amounts: tuple[int, int], large: str, small: str) -> str:
    most, rest = amounts
    said = f"{most}{HELD}{large}"
    return f"{said} {rest}{HELD}{small}" if rest else said


def percent(chance: float, word: SimpleNamespace) -> str:
    """The chance in per cent, never 0 or 100 unless it is exactly so."""
    said = english(chance).replace("about", word.about_chance)
    return said.replace(" %", f"{HELD}%")


def questions(count: float, word: SimpleNamespace) -> str:
    """How many questions: "1 question", "3.7 questions"."""
    said = number(count, word)
    form = word.one_question if said == "1" else word.several_questions
    return str(form.format(count=said))


def measured(answer: str, unit: str, word: SimpleNamespace) -> str:
    """An answer that is a range of numbers in words: "less than 30 s"."""
    if not unit:
        return answer
    unit = f"{HELD}{unit}"
    if found := LIMIT.fullmatch(answer):
        said = getattr(word, LIMITS[found[1]])
        return f"{said} {_decimal(found[2], word)}{unit}"
    if found := RANGE.fullmatch(answer):
        low, high = (_decimal(each, word) for each in found.groups())
        return f"{low} {word.up_to} {high}{unit}"
    return answer


def _decimal(digits: str, word: SimpleNamespace) -> str:
    return digits.replace(".", word.decimal)
