"""The fixed words of documents, by language; a house may bring its own."""

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

if TYPE_CHECKING:
    from troubleshoot.runbook.book import Close, Runbook

Language: TypeAlias = str | Mapping[str, str]

DEFAULT: Final = "en"
ROUNDING: Final = 1e-9
BLANK: Final = re.compile(r"{(.*?)}")
FOLDER: Final = files("troubleshoot.runbook") / "languages"


def words(language: Language = DEFAULT) -> SimpleNamespace:
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
