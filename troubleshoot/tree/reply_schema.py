"""What may be said to the steps of a tree, as JSON Schemas (draft 2020-12)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from troubleshoot.catalogue import in_language
from troubleshoot.text import REPLIES, SAID, WORKED
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.tree.values import Range


DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that mean an answer; None is no limit, an ``open`` one is left out."""

    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False


def numbers_of(range: Range | None) -> Numbers | None:
    """The numbers of a range, which JSON can hold."""
    if range is None:
        return None
    low, high = (x if math.isfinite(x) else None for x in (range.low, range.high))
    return Numbers(low, high, range.low_open, range.high_open)


def answers_schema(
    answers: Iterable[tuple[str, str, Numbers | None]], *, several: bool = False
) -> dict[str, Any]:
    """
    What may be said to a question with these answers: ids, numbers, no answer.

    Of ``several`` answers a list, which may be empty; one of them is a list of one.
    """
    said = tuple(answers)
    words = [_word(id, text) for id, text, _ in said]
    return {
        "anyOf": [
            *(
                [_list(words), _word(NONE, in_language().none_of_these)]
                if several
                else []
            ),
            *words,
            *(_number(text, numbers) for _, text, numbers in said if numbers),
            *(_word(each, SAID[each]) for each in REPLIES),
        ]
    }


def outcomes_schema(*, put_off: bool) -> dict[str, Any]:
    """What may be said of an action: what came of it, or that it has to wait."""
    words = (*WORKED, "not-now") if put_off else WORKED
    said = (_word(each, SAID[each]) for each in words)
    return {"anyOf": [*said, {"type": "boolean"}]}


def _list(words: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "array", "items": {"anyOf": words}, "uniqueItems": True}


def _word(id: str, text: str) -> dict[str, Any]:
    return {"const": id, "title": text}


def _number(text: str, numbers: Numbers) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "number", "title": text}
    if numbers.low is not None:
        found["exclusiveMinimum" if numbers.low_open else "minimum"] = numbers.low
    if numbers.high is not None:
        found["exclusiveMaximum" if numbers.high_open else "maximum"] = numbers.high
    return found
