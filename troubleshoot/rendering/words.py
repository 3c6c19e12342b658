"""
The fixed words of documents, whoever prints may bring words of their own, and numbers.

No line is broken between a number and its unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from troubleshoot import catalogue
from troubleshoot.arguments import a_mapping, a_text
from troubleshoot.catalogue import DEFAULT, Catalogue, blanks, languages
from troubleshoot.errors import ArgumentError, did_you_mean, nearest
from troubleshoot.text import NO_BREAK, decimal, rounded
from troubleshoot.text import percent as chance_in_words
from troubleshoot.text import spent as time_in_words
from troubleshoot.tree.values import BadValue, number_range

if TYPE_CHECKING:
    from troubleshoot.rendering.runbook import Close, PrintedStep, Row, Runbook


Language: TypeAlias = str | Mapping[str, str]
Wished: TypeAlias = Language | Catalogue | None

ROUNDING: Final = 1e-9
OURS: Final = {"dont-know": "dont_know", "fixed": "it_helped", "failed": "it_failed"}


def in_language(language: Wished = None, own: str = DEFAULT) -> Catalogue:
    """
    The words by key, as attributes.

    ``language`` is one that the catalogue knows, or words of your own; what these leave
    out, and all where it is None, is in the language ``own`` of what is written.

    Raises:
        ArgumentError: the language is not known, or a word of one's own has a key, or a
            blank to be filled, that ours has not.
    """
    if isinstance(language, Catalogue):
        return language
    if language is None or language == own:
        return catalogue.in_language(own)
    if isinstance(language, str):
        if not catalogue.known(language):
            have = ", ".join(languages())
            raise ArgumentError(
                f"there are no words for '{language}'; there are for: {have}",
                argument="language",
            )
        return catalogue.in_language(language)
    for text in a_mapping(language, "language").values():
        a_text(text, "language", "each word of a language")
    ours = catalogue.in_language(own).texts
    for key in language.keys() - ours.keys():
        hint = did_you_mean(nearest(key, ours))
        raise ArgumentError(
            f"no document has a word '{key}'{hint}", argument="language"
        )
    for key, text in language.items():
        if unfilled := blanks(text) - blanks(ours[key]):
            names = ", ".join(sorted(unfilled))
            raise ArgumentError(
                f"nothing fills '{names}' in the word '{key}'", argument="language"
            )
    return Catalogue(language.get("language", own), {**ours, **language})


def ending(runbook: Runbook, close: Close, word: Catalogue) -> str:
    """What an ending is called; a cause is found where it is as sure as wanted."""
    wanted = runbook.front.confidence - ROUNDING
    if close.outcome == "found" and close.confidence < wanted:
        return str(word.most_likely)
    return str(getattr(word, f"ends_{close.outcome}"))


def number(count: float, word: Catalogue) -> str:
    """The number with at most one decimal: "3.7", "12", in German "3,7"."""
    return decimal(f"{count:.1f}".removesuffix(".0"), word)


def minutes(cost: float, word: Catalogue) -> str:
    """The time in the units that fit: "30 s", "1 h 31 min", "2 days 3 h"."""
    return re.sub(r"(?<=\d) ", NO_BREAK, rounded(cost, word))


def spent(attended: float, wait: float, word: Catalogue) -> str:
    """The time that somebody attends, and the waiting: "5 min, and 1 h of waiting"."""
    return re.sub(r"(?<=\d) ", NO_BREAK, time_in_words(attended, wait, word))


def percent(chance: float, word: Catalogue) -> str:
    """The chance in per cent, never 0 or 100 unless it is exactly so."""
    return chance_in_words(chance, word).replace(" %", f"{NO_BREAK}%")


def questions(count: float, word: Catalogue) -> str:
    """How many questions: "1 question", "3.7 questions"."""
    said = number(count, word)
    return word.one_question if said == "1" else word("many_question", count=said)


def said(step: PrintedStep, row: Row, word: Catalogue) -> str:
    """The answer of a row; where the author has no words for it, in ours."""
    if not row.text:
        return str(getattr(word, OURS[row.answer]))
    return measured(row.text, step.unit, word)


def measured(answer: str, unit: str, word: Catalogue) -> str:
    """An answer that is a range of numbers in words: "less than 30 s"."""
    if not unit:
        return answer
    try:
        return number_range(answer).in_words(unit, word, blank=NO_BREAK)
    except BadValue:
        return answer
