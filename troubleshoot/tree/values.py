"""
The values of a tree file: chances, costs, ranges and likelihoods, from text.

Each reader takes the text as the author wrote it and returns our value, or raises
``BadValue`` with one sentence about what was expected, and with what to write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from troubleshoot.errors import nearest
from troubleshoot.text import numbers_in_words, rounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Never

    from troubleshoot.catalogue import Catalogue


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
# Other words for a chance that people write, and ours.
SAME: Final = {
    **dict.fromkeys(("certainly", "definitely", "certain"), "always"),
    **dict.fromkeys(("mostly", "likely", "probably", "normally"), "usually"),
    **dict.fromkeys(("frequently",), "often"),
    **dict.fromkeys(("occasionally", "possibly"), "sometimes"),
    **dict.fromkeys(("seldom", "unlikely", "hardly ever"), "rarely"),
    **dict.fromkeys(("impossible", "impossibly"), "never"),
}
EVENLY: Final = "evenly"
NONE: Final = "none"  # of several answers, that there is none
HALF: Final = 0.5  # of an answer that may be or not, and of which nothing is said
ALMOST_ALWAYS: Final = "almost always"
SUM_TOLERANCE: Final = 1e-6
DIGITS: Final = 15  # of 1 - reliability, so that 0.02 is that number
MOST_FORMS: Final = 3  # ways to write it that a message shows

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d+,(?!\d{3}(?!\d))\d+", re.ASCII)
_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1 / 60),
    **dict.fromkeys(("", "m", "min", "mins", "minute", "minutes"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 60.0),
    **dict.fromkeys(("d", "day", "days"), 1440.0),
}
# A decimal comma will do, unless it may set off thousands.
_AMOUNT: Final = r"(\d+,(?!\d{3}(?!\d))\d+|\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\.?"
_TIME: Final = re.compile(rf"{_AMOUNT}\s*", re.ASCII)
_ISO: Final = re.compile(r"p(?=\d|t\d)([\d.,]+d)?(?:t((?:[\d.,]+[hms])+))?", re.ASCII)
_TO: Final = r"\s*(?:-|\u2013|\u2014|\.\.\.?|\u2026|\bto\b|\bor\b|\bbis\b)\s*"
_FROM_TO: Final = re.compile(f"{_AMOUNT}{_TO}{_AMOUNT}", re.ASCII)
_ABOUT: Final = re.compile(r"(?:about|around|ca\.?|circa|up to|[~≈<>]=?)\s*(\d.*)")
_CLOCK: Final = re.compile(r"(\d+):(\d+)", re.ASCII)
_RANGE: Final = re.compile(
    rf"(?P<sign><=|>=|<|>)\s*(?P<end>{_NUMBER.pattern})"
    rf"|(?P<low>{_NUMBER.pattern})\s*\.\.\s*(?P<high>{_NUMBER.pattern})".replace(
        r"(\.\d*)?",
        r"(\.\d+)?",  # so that 1..2 is a range and not '1.' and '.2'
    ),
    re.ASCII,
)

# Of the times that somebody looks, those at which what comes and goes does not show:
# nobody has counted, and half is as far from either end.
UNSEEN: Final = 0.5


class BadValue(ValueError):
    """A text that is no such value; ``fix`` is what to write, worked out if asked."""

    def __init__(self, message: str, fix: str | Callable[[], str] = "") -> None:
        super().__init__(message)
        self._fix = fix

    @property
    def fix(self) -> str:
        """What to write, as a sentence; empty where that is not known."""
        return self._fix if isinstance(self._fix, str) else self._fix()


def number(text: str) -> float:
    """A number in plain digits; ``1_000``, ``nan``, ``1e400``, ``1e-400`` are none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    too_small = value == 0 and re.match("[-+0.]*[1-9]", text)
    if too_small or not math.isfinite(value):
        raise BadValue(f"'{text}' is not a number", _with_point(text))
    return value


def _with_point(text: str) -> str:
    """What to write instead of a number with a comma."""
    plain = text.removesuffix("%").rstrip()
    if not _COMMA.fullmatch(plain):
        return ""
    return f"write '{text.replace(',', '.')}', with a point."


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
    except BadValue:
        raise BadValue(
            f"'{text}' is not a chance: a percentage, a fraction of 1 or a word such "
            "as 'usually' is expected",
            lambda: _with_point(text) or _meant(text),
        ) from None
    if 0 <= value <= 1:
        return value
    if 1 < value <= 100 and not text.endswith("%"):  # noqa: PLR2004 - per cent
        message = f"'{text}' is not a chance: it is more than 1, which is always"
        raise BadValue(message, f"write '{text}%'.")
    message = f"'{text}' is not a chance: it is not between 0% and 100%"
    raise BadValue(message)


def _meant(word: str) -> str:
    """The word of chance that a word of the same meaning, or a slip, stands for."""
    near = (SAME[word],) if word in SAME else nearest(word, WORDS_OF_CHANCE)
    return f"did you mean '{near[0]}'?" if near else ""


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
    except BadValue:
        found = Prior(-1.0, text)
    if found.value < 0:
        message = (
            f"'{text}' is not a prior: a count from 0 up, such as '4', a percentage "
            "or a word of chance is expected"
        )
        unit = re.fullmatch(r"(\d+(?:\.\d+)?) *[^\W\d]+", text)
        fix = f"write '{unit[1]}'." if unit else _with_point(text)
        raise BadValue(message, fix)
    if found.is_percentage and found.value > 1:
        raise BadValue(f"'{text}' is not a prior: it is more than 100%")
    return found


def cost(text: str) -> float:
    """Minutes, from ``30 s``, ``1h 30m``, ``1,5 h``, ``PT5M`` or a number of them."""
    minutes = _minutes(text)
    if math.isfinite(minutes):
        return minutes
    raise BadValue(
        f"'{text}' is not a cost: '30 s', '1 min', '2 h' or a number of minutes is "
        "expected",
        lambda: _one_time(text),
    )


def _minutes(text: str) -> float:
    """The minutes of a time, NaN where it is none."""
    low = text.lower()
    if iso := _ISO.fullmatch(low):
        low = f"{iso[1] or ''}{iso[2] or ''}"
    parts = list(_TIME.finditer(low))
    if not parts or "".join(part[0] for part in parts) != low:
        return math.nan
    return sum(
        float(part[1].replace(",", ".")) * _UNITS.get(part[2], math.nan)
        for part in parts
    )


def _one_time(text: str) -> str:
    """What to write for a time that is none."""
    low = text.lower()
    if found := _FROM_TO.fullmatch(low):
        first = _minutes(f"{found[1]} {found[2] or found[4]}")
        middle = (first + _minutes(f"{found[3]} {found[4]}")) / 2
        if math.isfinite(middle):
            shown = rounded(middle)
            return f"write the time it usually takes, such as '{shown}'."
    about = _ABOUT.fullmatch(low)
    if about and math.isfinite(_minutes(about[1])):
        return f"write '{about[1]}'."
    if found := _CLOCK.fullmatch(low):
        return f"write '{found[1]} h {found[2]} min' or '{found[1]} min {found[2]} s'."
    if re.match(r"\d+ *[a-z]", low):
        return "use s, min, h or d."
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Numbers from ``low`` to ``high``; an end that is ``open`` does not belong."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, number: float) -> bool:
        above = number > self.low if self.low_open else number >= self.low
        below = number < self.high if self.high_open else number <= self.high
        return above and below

    def in_words(
        self, unit: str, words: Catalogue | None = None, *, blank: str = " "
    ) -> str:
        """As people say it: "less than 5 min", "5 to 60 min"; see ``text``."""
        return numbers_in_words(
            self.low,
            self.high,
            low_open=self.low_open,
            high_open=self.high_open,
            unit=unit,
            words=words,
            blank=blank,
        )


def number_range(text: str) -> Range:
    """The numbers that ``< 5``, ``>= 5`` or ``5..10`` stand for, ends included."""
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise BadValue(
            f"'{text}' is not a range: '< 100', '100..1000' or '> 1000' is expected",
            _as_range(text.strip()),
        )
    if found["sign"] is None:
        low, high = number(found["low"]), number(found["high"])
        if low > high:
            message = f"'{text}' is not a range: it ends before it begins"
            raise BadValue(message, f"write '{found['high']}..{found['low']}'.")
        return Range(low=low, high=high)
    end, is_open = number(found["end"]), "=" not in found["sign"]
    if found["sign"].startswith("<"):
        return Range(low=-math.inf, high=end, high_open=is_open)
    return Range(low=end, high=math.inf, low_open=is_open)


def _as_range(text: str) -> str:
    """What to write for a range in another notation."""
    if found := re.fullmatch(rf"([\d.]*\d){_TO}([\d.]*\d)", text):
        return f"write '{found[1]}..{found[2]}'."
    if found := re.fullmatch(r"([\d.]+) *(?:\+|\.\.)", text):
        return f"write '>= {found[1]}'."
    return ""


def overlap(one: Range, other: Range) -> bool:
    """Whether numbers belong to both; a shared end alone goes to the first."""
    return max(one.low, other.low) < min(one.high, other.high)


class UnknownAnswer(BadValue):
    """A likelihood names an answer that the question does not have."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        super().__init__(f"'{answer}' is not an answer of this question")


class BadSum(BadValue):
    """The chances of a full distribution do not sum to 1."""

    def __init__(self, total: float) -> None:
        off = abs(total - 1) * 100
        much = f"{off:.6g} too {'many' if total > 1 else 'few'}"
        message = f"the chances come to {total * 100:.6g} %, {much}"
        fix = "correct them, or leave one answer out; it then gets what is left."
        super().__init__(message, fix if total < 1 else "make some of them smaller.")


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
    if answer not in answers or "," in qualifier or qualifier.endswith(" or"):
        _refuse(text, answers)
    if qualifier == "not":
        return _shared({answer: 1 - reliability}, answers, reliability)
    return distribution({answer: qualifier.strip()}, answers, reliability)


def _refuse(text: str, answers: Sequence[str]) -> Never:
    """Say which part of a likelihood is missing, in the wrong place, or unknown."""
    said = f"'{text}' does not say which answer"
    if text == "not" or _is_chance(text):
        forms = [f"'{text} {each}'" for each in answers[:MOST_FORMS]]
        raise BadValue(said, f"write {' or '.join(forms)}.")
    if _is_chance(f"{text}%"):
        raise BadValue(said, f"write '{text}% {answers[0]}', for example.")
    first, _, rest = text.partition(" ")
    if first in answers and (rest == "not" or _is_chance(rest)):
        message = f"'{text}' stands the wrong way round"
        raise BadValue(message, f"write '{rest} {first}'.")
    parts = re.split(r",\s*|\s+or\s+", text)
    if len(parts) > 1 and set(parts) <= set(answers):
        each = f"{100 / len(parts):.3g}%"
        chances = ", ".join(f"{part}: {each}" for part in parts)
        message = f"'{text}' names several answers"
        raise BadValue(message, f"say how likely each is: '{{{chances}}}'.")
    qualifier, _, answer = text.rpartition(" ")
    if answer in answers:
        chance(qualifier)
    raise UnknownAnswer(answer if qualifier == "not" or _is_chance(qualifier) else text)


def _is_chance(text: str) -> bool:
    try:
        chance(text)
    except BadValue:
        return False
    return True


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
            raise UnknownAnswer(answer)
    chances = {answer: chance(text) for answer, text in said.items()}
    total = math.fsum(chances.values())
    full = len(chances) == len(answers)
    if total > 1 + SUM_TOLERANCE or (full and total < 1 - SUM_TOLERANCE):
        raise BadSum(total)
    certain = full or ALWAYS in said.values()
    return _shared(chances, answers, 0.0 if certain else 1 - reliability)


def several(
    said: str | Sequence[str] | Mapping[str, str],
    answers: Sequence[str],
    reliability: float,
) -> tuple[float, ...]:
    """
    P(answer is among them | cause), of a question that takes several at once.

    A list, one answer and ``none`` say all of it: these are among them, and no others,
    each as surely as ``reliability``. Chances by answer, ``not green`` and
    ``often green`` speak of the answers that they name; of the others nothing is said.

    >>> several(["power"], ["power", "link"], 0.98)
    (0.98, 0.02)
    >>> several({"power": "always"}, ["power", "link"], 0.98)
    (1.0, 0.5)
    """
    if isinstance(said, str):
        return _several_in_words(said, answers, reliability)
    for answer in said:
        if answer not in answers:
            _check_not_none(str(answer), answer, answers)
            raise UnknownAnswer(answer)
    if isinstance(said, Mapping):
        chances = {each: fixing(text, reliability) for each, text in said.items()}
        return tuple(chances.get(each, HALF) for each in answers)
    if twice := next((each for each in said if said.count(each) > 1), None):
        raise BadValue(f"'{twice}' stands here twice")
    missing = round(1 - reliability, DIGITS)
    return tuple(reliability if each in said else missing for each in answers)


def _several_in_words(
    text: str, answers: Sequence[str], reliability: float
) -> tuple[float, ...]:
    if text == EVENLY and text not in answers:
        return (HALF,) * len(answers)
    if text == NONE or text in answers:
        return several([] if text == NONE else [text], answers, reliability)
    qualifier, _, answer = text.rpartition(" ")
    _check_not_none(text, answer, answers)
    parts = re.split(r"\s*[,&+]\s*|\s+and\s+", text)
    if len(parts) > 1 and set(parts) <= set(answers):
        message = f"'{text}' names several answers"
        raise BadValue(message, f"write a list: '[{', '.join(parts)}]'.")
    if answer not in answers or "," in qualifier or qualifier.endswith(" or"):
        _refuse(text, answers)
    if qualifier == "not":
        chances = {answer: round(1 - reliability, DIGITS)}
        return tuple(chances.get(each, HALF) for each in answers)
    return several({answer: qualifier.strip()}, answers, reliability)


def _check_not_none(text: str, answer: str, answers: Sequence[str]) -> None:
    """``none`` is no answer among others, and how likely it is follows from theirs."""
    if answer == NONE:
        raise BadValue(
            f"'{text}' makes '{NONE}' one answer among others",
            f"write '{NONE}' alone, or how likely each is: '{{{answers[0]}: rarely}}'.",
        )


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


def coming_and_going(chances: tuple[float, ...], normal: int) -> tuple[float, ...]:
    """
    P(answer | cause) of what comes and goes: half the time all looks normal.

    ``(1 - UNSEEN) P(answer | cause) + UNSEEN [answer is normal]``, under every cause
    alike: an answer that is not normal weighs what it weighed, a normal one less, and
    it excludes no cause.

    >>> coming_and_going((1.0, 0.0), 1)
    (0.5, 0.5)
    """
    shown = (chance * (1.0 - UNSEEN) for chance in chances)
    return tuple(p + UNSEEN * (i == normal) for i, p in enumerate(shown))
