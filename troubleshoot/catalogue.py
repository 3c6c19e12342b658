"""
The catalogue: every fixed word and sentence that customers read, by language.

Sessions, documents, the command line and the page say nothing that is not in it, texts
of a tree and of people aside. What is for authors and developers is in English, and
stands where it is said.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT: Final = "en"
BLANK: Final = re.compile(r"{(.*?)}")
# A language as the web names it (BCP 47), such as "de", "pt-BR" or "zh-Hant-TW".
TAG: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
FOLDER: Final = files("troubleshoot") / "languages"
# Languages that are written from the right to the left.
FROM_THE_RIGHT: Final = frozenset(
    {"ar", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """
    The catalogue in one language, each word and sentence by its key.

    ``language`` is what was asked for, such as "de-AT"; words that there are none of
    for it are those of the nearest language that there is.

    >>> words = in_language("de")
    >>> words("page_takes", minutes="5 min"), words.careful
    ('Dauert etwa 5 min.', 'Achtung')
    """

    language: str
    texts: Mapping[str, str] = field(repr=False)

    def __call__(self, key: str, /, **filled: object) -> str:
        """The sentence of this key; what stands in braces is put in, once."""
        text = self.texts[key]
        return BLANK.sub(lambda blank: str(filled[blank[1]]), text) if filled else text

    def __getattr__(self, key: str) -> str:
        """The word of this key."""
        if key.startswith("_") or key not in self.texts:
            raise AttributeError(f"the catalogue has no word '{key}'")
        return self.texts[key]

    def __reduce__(self) -> tuple[object, ...]:
        return Catalogue, (self.language, dict(self.texts))

    def counted(self, count: int, noun: str) -> str:
        """
        So many of these, by a noun that the catalogue has in both numbers.

        >>> in_language("de").counted(1, "question")
        '1 Frage'
        """
        return self(f"{'one' if count == 1 else 'many'}_{noun}", count=count)


@cache
def in_language(language: str = DEFAULT) -> Catalogue:
    """The words of this language, of the nearest that there is, or in English."""
    return Catalogue(language, _read(known(language) or DEFAULT))


def languages() -> tuple[str, ...]:
    """The languages whose words are included."""
    names = (each.name for each in FOLDER.iterdir())
    return tuple(sorted(x.removesuffix(".json") for x in names if x.endswith(".json")))


def known(language: str) -> str:
    """
    The language of the catalogue that is nearest to this one; empty for none.

    >>> known("de-AT"), known("tlh")
    ('de', '')
    """
    return next((each for each in wider(language) if each in languages()), "")


def wider(language: str) -> tuple[str, ...]:
    """
    The language, and those that it is a kind of, the nearest first.

    >>> wider("zh-Hant-TW")
    ('zh-Hant-TW', 'zh-Hant', 'zh')
    """
    parts = language.split("-")
    return tuple("-".join(parts[:end]) for end in range(len(parts), 0, -1))


def direction(language: str) -> str:
    """Where lines begin: "ltr" on the left, "rtl" on the right."""
    return "rtl" if language.split("-", maxsplit=1)[0] in FROM_THE_RIGHT else "ltr"


def blanks(text: str) -> set[str]:
    """What is filled into a sentence: the names between its braces."""
    return set(BLANK.findall(text))


@cache
def _read(language: str) -> Mapping[str, str]:
    text = (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))
