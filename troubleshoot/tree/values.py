"""
The values of a tree file: chances, costs, ranges and likelihoods, from text.

Each reader takes the text as the author wrote it and returns our value, or raises
``ValueError`` with one sentence about what was expected.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

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
ALWAYS: Final = "always"
EVENLY: Final = "evenly"
ALMOST_ALWAYS: Final = "almost always"
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
    """A number in plain digits; ``1_000``, ``nan``, ``1e400``, ``1e-400`` are none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    too_small = value == 0 and re.match("[-+0.]*[1-9]", text)
    if too_small or not math.isfinite(value):
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


class Prior(NamedTuple):
    """How often a cause is the one: ``value`` as it is written in ``text``."""

    value: float
    text: str

    @property
    def is_percentage(self) -> bool | None:
        """Whether it is a share of all, as words are too; None: nothing is either."""
        if self.value == 0:
            return None
        return self.text.endswith("%") or self.text in WORDS_OF_CHANCE


def prior(text: str) -> Prior:
    """A relative frequency: a count, or a percentage or a word of chance."""
    try:
        found = Prior(amount(text), text)
    except ValueError:
        found = Prior(-1.0, text)
    if found.value < 0:
        raise ValueError(f"'{text}' is not a prior: a number from 0 up is expected")
    if found.is_percentage and found.value > 1:
        raise ValueError(f"'{text}' is not a prior: it is more than 100%")
    return found


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

    The other answers share evenly what is left, see ``distribution``.
    """
    if text == EVENLY and text not in answers:
        return _shared({}, answers, 1)
    if text in answers:
        return _shared({text: reliability}, answers, 1 - reliability)
    qualifier, _, answer = text.rpartition(" ")
    if answer not in answers:
        raise UnknownAnswer(answer, answers)
    if qualifier == "not":
        return _shared({answer: 1 - reliability}, answers, reliability)
    return distribution({answer: qualifier.strip()}, answers, reliability)


def distribution(
    said: Mapping[str, str], answers: Sequence[str], reliability: float
) -> tuple[float, ...]:
    """
    P(answer | cause) from chances by answer, each as it is written.

    The answers that are not named share evenly what is left, and together they have
    at least ``1 - reliability``, for which the named ones make room: that the chances
    sum to 1 excludes nothing. ``always`` does, and what is never given has no room to
    make.
    """
    for answer in said:
        if answer not in answers:
            raise UnknownAnswer(answer, answers)
    chances = {answer: chance(text) for answer, text in said.items()}
    total = math.fsum(chances.values())
    full = len(chances) == len(answers)
    if total > 1 + SUM_TOLERANCE or (full and total < 1 - SUM_TOLERANCE):
        raise BadSum(f"the chances sum to {total:.6g}, not to 1")
    certain = full or ALWAYS in said.values()
    return _shared(chances, answers, 0.0 if certain else 1 - reliability)


def _shared(
    chances: Mapping[str, float], answers: Sequence[str], least: float
) -> tuple[float, ...]:
    """The chances, and what is left for the other answers, ``least`` or more."""
    total = math.fsum(chances.values())
    left = max(1 - total, least)
    if left > 1 - total or len(chances) == len(answers):  # make room, or normalise
        scale = (1 - least) / total
        chances = {answer: chance * scale for answer, chance in chances.items()}
    unnamed = left / max(len(answers) - len(chances), 1)
    return tuple(chances.get(each, unnamed) for each in answers)


def fixing(text: str, reliability: float) -> float:
    """
    P(an action fixes a cause), from a chance as it is written.

    That it did not help is an answer too, and right as often as others: only
    ``always`` excludes a cause for which it did not.
    """
    value = chance(text)
    return value if text == ALWAYS else min(value, reliability)
