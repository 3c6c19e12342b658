"""
The fixed words of documents by language, and numbers as printed pages say them.

Whoever prints may bring words of their own. No line is broken between a number and its
unit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Final, TypeAlias

from troubleshoot.arguments import a_mapping, a_text
from troubleshoot.errors import ArgumentError, did_you_mean, nearest
from troubleshoot.text import NO_BREAK, amounts
from troubleshoot.text import percent as english

if TYPE_CHECKING:
    from troubleshoot.rendering.runbook import Close, PrintedStep, Row, Runbook


Language: TypeAlias = str | Mapping[str, str]

DEFAULT: Final = "en"
ROUNDING: Final = 1e-9
BLANK: Final = re.compile(r"{(.*?)}")
LIMITS: Final = {"<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
LIMIT: Final = re.compile(r"([<>]=?)\s*(\S+)")
OURS: Final = {"dont-know": "dont_know", "fixed": "it_helped", "failed": "it_failed"}
RANGE: Final = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")
FOLDER: Final = files("troubleshoot.rendering") / "languages"


def in_language(language: Language = DEFAULT) -> SimpleNamespace:
    """
    The words by key, as attributes.

    ``language`` is one of ``languages()``, or words of your own; what these leave out
    is in English.

    Raises:
        ArgumentError: the language is not known, or a word of one's own has a key, or a
            blank to be filled, that ours has not.
    """
    if isinstance(language, str):
        return SimpleNamespace(**_read(language))
    for text in a_mapping(language, "language").values():
        a_text(text, "language", "each word of a language")
    english = _read(DEFAULT)
    for key in language.keys() - english.keys():
        hint = did_you_mean(nearest(key, english))
        raise ArgumentError(
            f"no document has a word '{key}'{hint}", argument="language"
        )
    for key, text in language.items():
        if unfilled := blanks(text) - blanks(english[key]):
            names = ", ".join(sorted(unfilled))
            raise ArgumentError(
                f"nothing fills '{names}' in the word '{key}'", argument="language"
            )
    return SimpleNamespace(**{**english, **language})


def ending(runbook: Runbook, close: Close, word: SimpleNamespace) -> str:
    """What an ending is called; a cause is found where it is as sure as wanted."""
    wanted = runbook.front.confidence - ROUNDING
    if close.outcome == "found" and close.confidence < wanted:
        return str(word.most_likely)
    return str(getattr(word, f"ends_{close.outcome}"))


def languages() -> tuple[str, ...]:
    """The languages whose words are included."""
    names = (each.name for each in FOLDER.iterdir())
    return tuple(sorted(x.removesuffix(".json") for x in names if x.endswith(".json")))


def blanks(text: str) -> set[str]:
    """What is filled into a word: the names between its braces."""
    return set(BLANK.findall(text))


@cache
def _read(language: str) -> Mapping[str, str]:
    if language not in languages():
        known = ", ".join(languages())
        raise ArgumentError(
            f"there are no words for '{language}'; there are for: {known}",
            argument="language",
        )
    text = (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def number(count: float, word: SimpleNamespace) -> str:
    """The number with at most one decimal: "3.7", "12", in German "3,7"."""
    return _decimal(f"{count:.1f}".removesuffix(".0"), word)


def minutes(cost: float, word: SimpleNamespace) -> str:
    """The time in the units that fit: "30 s", "1 h 31 min", "2 days 3 h"."""
    units = {"days": word.days}
    parts, _ = amounts(cost)
    return " ".join(f"{count}{NO_BREAK}{units.get(x, x)}" for count, x in parts)


def percent(chance: float, word: SimpleNamespace) -> str:
    """The chance in per cent, never 0 or 100 unless it is exactly so."""
    said = english(chance).replace("about", word.about_chance)
    return said.replace(" %", f"{NO_BREAK}%")


def questions(count: float, word: SimpleNamespace) -> str:
    """How many questions: "1 question", "3.7 questions"."""
    said = number(count, word)
    form = word.one_question if said == "1" else word.several_questions
    return str(form.format(count=said))


def said(step: PrintedStep, row: Row, word: SimpleNamespace) -> str:
    """The answer of a row; where the author has no words for it, in ours."""
    if not row.text:
        return str(getattr(word, OURS[row.answer]))
    return measured(row.text, step.unit, word)


def measured(answer: str, unit: str, word: SimpleNamespace) -> str:
    """An answer that is a range of numbers in words: "less than 30 s"."""
    if not unit:
        return answer
    unit = f"{NO_BREAK}{unit}"
    if found := LIMIT.fullmatch(answer):
        said = getattr(word, LIMITS[found[1]])
        return f"{said} {_decimal(found[2], word)}{unit}"
    if found := RANGE.fullmatch(answer):
        low, high = (_decimal(each, word) for each in found.groups())
        return f"{low} {word.up_to} {high}{unit}"
    return answer


def _decimal(digits: str, word: SimpleNamespace) -> str:
    return digits.replace(".", word.decimal)
