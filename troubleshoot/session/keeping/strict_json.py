"""JSON from anywhere: it means one thing, or it is refused in one sentence."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from troubleshoot.errors import SessionError
from troubleshoot.files import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable


DEEPEST: Final = 100  # lists and objects in each other
TOO_DEEP: Final = f"the saved session is nested too deeply, more than {DEEPEST} levels"
SHOWN: Final = 60
SURROGATE: Final = re.compile("[\ud800-\udfff]")


def parsed(text: str) -> object:
    """The JSON value; refuses what a second reader might take differently."""
    if not isinstance(text, str):
        raise SessionError("a saved session is a text")
    if len(text) > LARGEST:
        raise SessionError(f"the saved session is longer than {LARGEST:,} characters")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refused,
            parse_float=_finite,
            parse_int=_small,
        )
        decoded = json.dumps(value, ensure_ascii=False)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SessionError(
            f"the saved session is not JSON: {error.msg} at {place}"
        ) from None
    except RecursionError:
        raise SessionError(TOO_DEEP) from None
    if _is_deep(value):
        raise SessionError(TOO_DEEP)
    # An escape may hide half a character, which no file can hold.
    if SURROGATE.search(text) or SURROGATE.search(decoded):
        raise SessionError("the saved session holds half a character (a surrogate)")
    return value


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(DEEPEST + 1):
        level = [x for each in level for x in _inside(each)]
    return bool(level)


def _inside(value: object) -> Iterable[object]:
    """What stands in a list or an object, its other values, and nothing in others."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise SessionError(f"the saved session says {shown(name)} twice")
        found[name] = value
    return found


def _refused(word: str) -> float:
    raise SessionError(f"the saved session holds {word}, which is not a number in JSON")


def _finite(digits: str) -> float:
    if math.isfinite(number := float(digits)):
        return number
    raise SessionError(f"the saved session holds {shown(digits)}, which is too large")


def _small(digits: str) -> int:
    _finite(digits)
    return int(digits)


def shown(text: str) -> str:
    """The text on one line, in quotes, cut where a message would grow too long."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= SHOWN else f"'{line[:SHOWN]}…'"
