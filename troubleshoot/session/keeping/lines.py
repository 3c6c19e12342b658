"""
The lines of a journal: the first holds a session, each other one what changed since.

A line is JSON that begins with the checksum of what follows, which runs on from line
to line: a line that is torn, altered, lost or out of place is found. The changes add
up to the JSON value of a saved session, so whatever that holds, a journal holds.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, cast

from troubleshoot.errors import JournalError, SessionError
from troubleshoot.session.keeping.strict_json import parsed

Value: TypeAlias = dict[str, Any]

VERSION: Final = 1
HEAD: Final = b'{"check":"'
BODY: Final = len(HEAD) + len('00000000"')  # where the part under the checksum begins


@dataclass(frozen=True, slots=True)
class Held:
    """What the whole lines of a journal hold: a saved session, or {} for none."""

    value: Value = field(default_factory=dict)
    check: int = 0
    end: int = 0  # bytes; the next line goes here
    lines: int = 0

    @property
    def events(self) -> list[Value]:
        """The log of the session, as JSON."""
        events: list[Value] = self.value.get("events", [])
        return events

    @property
    def text(self) -> str | None:
        """The saved session as text, None for none."""
        if not self.value:
            return None
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))


def change(before: Value, after: Value) -> Value:
    """What makes one saved session of another; empty if they are the same."""
    found = {name: None for name in before if name not in after}
    found |= {
        name: value
        for name, value in after.items()
        if name not in ("events", "texts") and before.get(name) != value
    }
    return found | _new_texts(before, after) | _new_events(before, after)


def _new_texts(before: Value, after: Value) -> Value:
    known = before.get("texts", {})
    new = {
        kind: {
            id: each
            for id, each in texts.items()
            if known.get(kind, {}).get(id) != each
        }
        for kind, texts in after.get("texts", {}).items()
    }
    new = {kind: texts for kind, texts in new.items() if texts}
    return {"texts": new} if new else {}


def _new_events(before: Value, after: Value) -> Value:
    old, new = before.get("events", []), after["events"]
    common = shared(old, new)
    start = {"from": common} if common < len(old) else {}
    return {**start, "events": new[common:]} if start or new[common:] else {}


def shared(old: list[Value], new: list[Value]) -> int:
    """How many events two logs have in common, from the first on."""
    pairs = zip(old, new, strict=False)
    return next(
        (i for i, (x, y) in enumerate(pairs) if x != y), min(len(old), len(new))
    )


def applied(before: Value, change: Value) -> Value:
    """The saved session after a change; ``ValueError`` if it has none to change."""
    events, texts = before.get("events", []), before.get("texts", {})
    start, new = change.get("from", len(events)), change.get("events", [])
    told = change.get("texts", {})
    if type(start) is not int or not 0 <= start <= len(events):
        raise ValueError("it goes on from an event that is not there")
    if not isinstance(new, list) or not _is_two_deep(told):
        raise ValueError("its events are no list, or its texts no object")
    after = {**before, **change, "events": [*events[:start], *new]}
    if told:
        kinds = [*texts, *(kind for kind in told if kind not in texts)]
        both = {k: {**texts.get(k, {}), **told.get(k, {})} for k in kinds}
        after["texts"] = both
    notes = ("check", "journal", "from")
    return {k: v for k, v in after.items() if k not in notes and v is not None}


def _is_two_deep(texts: object) -> bool:
    return isinstance(texts, dict) and all(
        isinstance(each, dict) for each in texts.values()
    )


def line(held: Held, change: Value) -> tuple[bytes, Held]:
    """The line that records a change, and what the journal holds with it."""
    version = {} if held.value else {"journal": VERSION}
    dumped = json.dumps(
        {**version, **change},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    try:
        body = b"," + dumped.encode()[1:]
    except UnicodeEncodeError:
        raise JournalError(
            "the session holds half a character (a surrogate), which no file can hold"
        ) from None
    check = zlib.crc32(body, held.check)
    written = HEAD + b'%08x"' % check + body + b"\n"
    return written, _with(held, written, check, change)


def _with(held: Held, written: bytes, check: int, change: Value) -> Held:
    return replace(
        held,
        value=applied(held.value, change),
        check=check,
        end=held.end + len(written),
        lines=held.lines + 1,
    )


def held(data: bytes, name: str) -> Held:
    """
    What the bytes of a journal hold; the last line may be torn, and then ends it.

    A torn line has no end. A whole one that does not fit is damage, as anywhere else:
    it may have been acknowledged, and nobody takes it out but a person.

    Raises:
        JournalError: they are no journal, or one of a newer version, or damaged;
            ``before`` is the session up to there.
    """
    _check_is_journal(data, name)
    found = Held()
    while (newline := data.find(b"\n", found.end)) >= 0:
        written = data[found.end : newline + 1]
        if not _is_whole(written, found.check):
            raise _damaged(found, name, "it is not as it was written")
        found = _read(found, written, name)
    return found


def _check_is_journal(data: bytes, name: str) -> None:
    first, newline, _ = data.partition(b"\n")
    torn = not newline and (HEAD.startswith(first) or not first.strip(b"\0"))
    if not first.startswith(HEAD) and not torn:
        raise JournalError(f"{name} is no journal; it is left as it is")
    try:
        version = json.loads(first)["journal"]
    except (ValueError, LookupError, RecursionError):
        return  # torn or damaged, and found to be so by its checksum
    if version != VERSION:
        raise JournalError(
            f"{name} is a journal of version {version!r:.20}, and this library reads "
            f"version {VERSION}; open it with a newer troubleshoot"
        )


def _is_whole(written: bytes, check: int) -> bool:
    expected = HEAD + b'%08x"' % zlib.crc32(written[BODY:-1], check)
    return written.startswith(expected)


def _read(held: Held, written: bytes, name: str) -> Held:
    """The journal with one more line, whose checksum is right."""
    check = zlib.crc32(written[BODY:-1], held.check)
    try:
        change = cast("Value", parsed(written.decode()))  # the head is an object's
        return _with(held, written, check, change)
    except (SessionError, ValueError) as error:
        raise _damaged(held, name, str(error)) from None


def _damaged(held: Held, name: str, why: str) -> JournalError:
    number = held.lines + 1
    return JournalError(
        f"line {number} of {name} is damaged: {why}. What stands before it is whole: "
        f"to go on from there, put the file aside and keep its first {held.lines} "
        f"lines under this name",
        before=held.text,
    )
