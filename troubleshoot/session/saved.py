"""
A session as JSON, written and read.

The reader is strict, because files come from anywhere: any text is a session or one
``SessionError`` with one sentence. Texts, names and numbers are checked here; whether
they mean anything to a tree is decided where the tree is.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from troubleshoot._version import __version__
from troubleshoot.errors import SessionError
from troubleshoot.session.events import (
    Answered,
    Asked,
    Begun,
    Closed,
    Event,
    Remark,
    Skipped,
    Tried,
    moment,
    plain,
    stamp,
)
from troubleshoot.session.options import Options  # noqa: TC001 - read by pydantic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.tree.tree import Tree

FORMAT: Final = 1
MAX_CHARACTERS: Final = 10_000_000
SHOWN: Final = 60
SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeMark(Closed):
    """Which tree a session belongs to."""

    id: str
    title: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Closed):
    """What a saved session holds."""

    format: Literal[1]
    library: str
    tree: TreeMark
    options: Options
    events: tuple[
        Annotated[
            Begun | Asked | Answered | Tried | Skipped | Remark,
            Field(discriminator="kind"),
        ],
        ...,
    ]


_reader: Final = TypeAdapter(Saved)


def written(tree: Tree, options: Options, events: Iterable[Event]) -> str:
    """The session as JSON text that ``read`` takes back."""
    saved = {
        "format": FORMAT,
        "library": f"troubleshoot {__version__}",
        "tree": asdict(tree_mark(tree)),
        "options": asdict(options),
        "events": [plain(each) for each in events],
    }
    return json.dumps(saved, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def tree_mark(tree: Tree) -> TreeMark:
    """What tells this tree from others."""
    return TreeMark(
        id=tree.id,
        title=tree.title,
        version=tree.version,
        fingerprint=tree.fingerprint,
    )


def read(text: str) -> Saved:
    """
    The saved session in this text.

    Raises:
        SessionError: it is not one; the message is one sentence.
    """
    _check_format(_parsed(text))
    try:
        saved = _reader.validate_json(text, strict=True)
    except ValidationError as error:
        raise SessionError(_sentence(error)) from None
    events = tuple(_with_stamp(i, each) for i, each in enumerate(saved.events))
    _check_order(events)
    return replace(saved, events=events)


def _parsed(text: str) -> object:
    """The JSON value; refuses what a second reader might take differently."""
    if not isinstance(text, str):
        raise SessionError("a saved session is a text")
    if len(text) > MAX_CHARACTERS:
        raise SessionError(
            f"the saved session is longer than {MAX_CHARACTERS:,} characters"
        )
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
        raise SessionError("the saved session is nested too deeply") from None
    # An escape may hide half a character, which no file can hold.
    if SURROGATE.search(text) or SURROGATE.search(decoded):
        raise SessionError("the saved session holds half a character (a surrogate)")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise SessionError(f"the saved session says {_shown(name)} twice")
        found[name] = value
    return found


def _refused(word: str) -> float:
    raise SessionError(f"the saved session holds {word}, which is not a number in JSON")


def _finite(digits: str) -> float:
    if math.isfinite(number := float(digits)):
        return number
    raise SessionError(f"the saved session holds {_shown(digits)}, which is too large")


def _small(digits: str) -> int:
    _finite(digits)
    return int(digits)


def _check_format(value: object) -> None:
    if not isinstance(value, dict) or "format" not in value:
        raise SessionError(
            "this is not a saved session: one is an object that has a 'format'"
        )
    if type(value["format"]) is not int or value["format"] != FORMAT:
        raise SessionError(
            f"the saved session has the format {_shown(json.dumps(value['format']))}, "
            f"and this version reads format {FORMAT}"
        )


def _sentence(error: ValidationError) -> str:
    """The first error of the reader, in words."""
    first = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(str(each) for each in first[0]["loc"]) or "the whole"
    message = _MESSAGES.get(first[0]["type"], first[0]["msg"])
    return f"the saved session cannot be read at {_shown(place)}: {message}"


_MESSAGES: Final = {
    "missing": "this is missing",
    "extra_forbidden": "this is not known here",
    "unexpected_keyword_argument": "this is not known here",
    "dataclass_type": "this should be an object",
    "tuple_type": "this should be a list",
    "string_type": "this should be a text",
    "float_type": "this should be a number",
    "bool_type": "this should be true or false",
    "union_tag_not_found": "an event needs a 'kind'",
    "union_tag_invalid": "this kind of event is not known",
}


def _with_stamp(i: int, event: Event) -> Event:
    try:
        return replace(event, at=stamp(moment(event.at)))
    except (ValueError, OverflowError):
        raise SessionError(
            f"event {i} of the saved session has no time with a zone: "
            f"{_shown(event.at)}"
        ) from None


def _check_order(events: tuple[Event, ...]) -> None:
    """A log begins once, its facts follow, and who is asked answers next."""
    kinds = [each.kind for each in events]
    if kinds[:1] != ["begun"] or kinds.count("begun") > 1:
        raise SessionError("the events of the saved session must begin once")
    facts = kinds[1 : kinds.count("told") + 1]
    if any(each != "told" for each in facts):
        raise SessionError("the facts of the saved session must come first")
    for asked, reply in zip(events, (*events[1:], None), strict=True):
        if isinstance(asked, Asked) and not _replies(reply, asked):
            raise SessionError(
                f"nothing answers {_shown(asked.step)}, which the saved session asked"
            )


def _replies(reply: Event | None, asked: Asked) -> bool:
    return isinstance(reply, Answered) and reply.step == asked.step


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= SHOWN else f"'{line[:SHOWN]}…'"
