"""Several answers as they are typed: ``1,3``, ``power and fault``, ``none``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from troubleshoot.catalogue import in_language, languages
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from troubleshoot.tree.tree import Tree


Facts: TypeAlias = "dict[str, str | tuple[str, ...]]"

# What stands between answers; the text of one may hold it as well.
AND: Final = "|".join(re.escape(in_language(each)("and")) for each in languages())
BETWEEN: Final = re.compile(
    rf"\s*(?:[,;&+]|\b(?:{AND})\b)\s*(?:\b(?:{AND})\b\s*)?|\s+", re.IGNORECASE
)
# Each wording of "none of these", and its first word alone.
NOTHING: Final = frozenset(
    said
    for each in languages()
    for words in [in_language(each).none_of_these.casefold()]
    for said in (NONE, words, words.split()[0])
)
LONGEST: Final = 1_000  # characters that are taken apart


def several(text: str, one: Callable[[str], str | None]) -> tuple[str, ...] | None:
    """
    The ids of the answers that are typed, None where something else is.

    ``one`` is the id of what stands for one answer, None where nothing is; the longest
    text that stands for one is taken first.
    """
    plain = text.strip().rstrip(".")
    if plain.casefold() in NOTHING:
        return ()
    if len(plain) > LONGEST:
        return None
    gaps = [gap.span() for gap in BETWEEN.finditer(plain)]
    ends = [*gaps, (len(plain), len(plain))]
    after: dict[int, tuple[str, ...]] = {len(plain): ()}  # the answers from a place on
    for start in sorted({0, *(then for _, then in gaps)}, reverse=True):
        for end, then in reversed(ends):
            id = one(plain[start:end]) if end > start and then in after else None
            if id is not None:
                after[start] = (id, *after[then])
                break
    return tuple(dict.fromkeys(after[0])) if 0 in after and plain else None


def as_facts(tree: Tree, typed: Mapping[str, str]) -> Facts:
    """What was typed, taken apart where a question takes several answers."""
    return {name: as_fact(tree, name, said) for name, said in typed.items()}


def as_fact(tree: Tree, name: str, said: str) -> str | tuple[str, ...]:
    """The same of one question; what is no list of answers is left as it is."""
    question = tree.questions.get(name)
    if question is None or not question.several:
        return said
    words = {each.text.casefold(): each.id for each in reversed(question.answers)}
    words |= {each.id: each.id for each in question.answers}
    found = several(said, lambda one: words.get(one.casefold()))
    return said if found is None else found
