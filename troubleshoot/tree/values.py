"""
The values of a tree file: chances, costs, ranges and likelihoods, from text.

Each reader takes the text as the author wrote it and returns our value, or raises
``ValueError`` with one sentence about what was expected.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from troubleshoot.errors import did_you_mean, nearest
from troubleshoot.tree.tree import Range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORDS_OF_CHANCE: Final = {
    "always": 1.0,
    "almost always": 0.95,
    "usually": 0.8,
    "often": 0.65,
    "half the time": 0.5,
    "sometimes": 0.3,
    "rarely": 0.1,
    "never": 0.0,
}
EVENLY: Final = "evenly"
ALMOST_ALWAYS: Final = WORDS_OF_CHANCE["almost always"]
SUM_TOLERANCE: Final = 1e-6

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MINUTES: Final = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1 / 60),
    **dict.fromkeys(("", "min", "minute", "minutes"), 1.0),
    **dict.fromkeys(("h", "hour", "hours"), 60.0),
    **dict.fromkeys(("d", "day", "days"), 1440.0),
}
_COST: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*", re.ASCII)
_RANGE: Final = re.compile(
    rf"(?P<sign><=|>=|<|>)\s*(?P<end>{_NUMBER.pattern})"
    rf"|(?P<low>{_NUMBER.pattern})\s*\.\.\s*(?P<high>{_NUMBER.pattern})".replace(
        r"(\.\d*)?",
        r"(\.\d+)?",  # so that 1..2 is a range and not '1.' and '.2'
    ),
    re.ASCII,
)


def number(text: str) -> float:
    """A finite number in plain digits; ``1_000``, ``nan`` and ``1e400`` are none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is not a number")
    return value


def amount(text: str) -> float:
    """A number, a percentage as a fraction of 1, or a word of chance."""
    if text in WORDS_OF_CHANCE:
        return WORDS_OF_CHANCE[text]
    if text.endswith("%"):
        return number(text[:-1].rstrip()) / 100
    return number(text)


def chance(text: str) -> float:
    """A percentage, a fraction of 1, or a word of chance: between 0 and 1."""
    try:
        value = amount(text)
    except ValueError:
        near = did_you_mean(nearest(text, WORDS_OF_CHANCE))
        raise ValueError(
            f"'{text}' is not a chance: a percentage, a fraction of 1 or a word such "
            f"as 'usually' is expected{near}"
        ) from None
    if not 0 <= value <= 1:
        raise ValueError(f"'{text}' is not a chance: it is not between 0 and 100%")
    return value


def prior(text: str) -> float:
    """A relative frequency: a count, a percentage or a word of chance."""
    try:
        value = amount(text)
    except ValueError:
        value = -1.0
    if value < 0:
        raise ValueError(f"'{text}' is not a prior: a number from 0 up is expected")
    return value


def cost(text: str) -> float:
    """Minutes, from ``30 s``, ``1 min``, ``1 h 30 min`` or a number of minutes."""
    parts = list(_COST.finditer(text))
    minutes = [float(n) * _MINUTES.get(unit, math.nan) for n, unit in map(_both, parts)]
    if (
        not parts
        or "".join(p[0] for p in parts) != text
        or not math.isfinite(sum(minutes))
    ):
        raise ValueError(
            f"'{text}' is not a cost: '30 s', '1 min', '2 h' or a number of minutes "
            "is expected"
        )
    return sum(minutes)


def _both(match: re.Match[str]) -> tuple[str, str]:
    return match[1], match[2]


def number_range(text: str) -> Range:
    """The numbers that ``< 5``, ``>= 5`` or ``5..10`` stand for, ends included."""
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise ValueError(
            f"'{text}' is not a range: '< 100', '100..1000' or '> 1000' is expected"
        )
    if found["sign"] is None:
        low, high = number(found["low"]), number(found["high"])
        if low > high:
            raise ValueError(f"'{text}' is not a range: it ends before it begins")
        return Range(low=low, high=high)
    end, is_open = number(found["end"]), "=" not in found["sign"]
    if found["sign"].startswith("<"):
        return Range(low=-math.inf, high=end, high_open=is_open)
    return Range(low=end, high=math.inf, low_open=is_open)


def overlap(one: Range, other: Range) -> bool:
    """Whether numbers belong to both; a shared end alone goes to the first."""
    return max(one.low, other.low) < min(one.high, other.high)


class UnknownAnswer(ValueError):
    """A likelihood names an answer that the question does not have."""

    def __init__(self, answer: str, answers: Sequence[str]) -> None:
        self.answer = answer
        near = did_you_mean(nearest(answer, answers))
        super().__init__(f"'{answer}' is not an answer of this question{near}")


class BadSum(ValueError):
    """The chances of a full distribution do not sum to 1."""


def likelihood(
    text: str, answers: Sequence[str], reliability: float
) -> tuple[float, ...]:
    """
    P(answer | cause) from ``no``, ``usually no``, ``not amber``, ``70% green``.

    What the text does not name shares evenly what is left.
    """
    if text == EVENLY and text not in answers:
        return _shared({}, answers)
    if text in answers:
        return _shared({text: reliability}, answers)
    qualifier, _, answer = text.rpartition(" ")
    if answer not in answers:
        raise UnknownAnswer(answer, answers)
    if qualifier == "not":
        return _shared({answer: 1 - reliability}, answers)
    return _shared({answer: chance(qualifier.strip())}, answers)


def distribution(
    chances: Mapping[str, float], answers: Sequence[str]
) -> tuple[float, ...]:
    """P(answer | cause) from chances by answer; the unnamed share what is left."""
    for answer in chances:
        if answer not in answers:
            raise UnknownAnswer(answer, answers)
    total = math.fsum(chances.values())
    full = len(chances) == len(answers)
    if total > 1 + SUM_TOLERANCE or (full and total < 1 - SUM_TOLERANCE):
        raise BadSum(f"the chances sum to {total:.6g}, not to 1")
    return _shared(chances, answers)


def _shared(chances: Mapping[str, float], answers: Sequence[str]) -> tuple[float, ...]:
    total = math.fsum(chances.values())
    left = len(answers) - len(chances)
    if left == 0 or total > 1:  # within the tolerance: normalise
        return tuple(chances.get(each, 0.0) / total for each in answers)
    share = max(0.0, 1 - total) / left
    return tuple(chances.get(each, share) for each in answers)
