"""
A journal: a file to which each move of a session is appended before it counts.

A session that is saved as a whole is as good as the last save. A journal grows by a
line for each move, and what ``keep`` has returned from survives the process and the
machine: whenever they stop, the file holds all moves up to then, or all and the next.

The first line holds a session, each other one what changed since. A line is JSON that
begins with the checksum of what follows, which runs on from line to line: a line that
is torn, altered, lost or out of place is found. The changes add up to the JSON value of
a saved session, so whatever that holds, a journal holds.
"""

from __future__ import annotations

import json
import os
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Final, NoReturn, Self, TypeAlias, cast

from troubleshoot import files
from troubleshoot.errors import ArgumentTypeError, JournalError, SessionError
from troubleshoot.session import api
from troubleshoot.session.options import Strategy
from troubleshoot.session.probes import SECONDS, Probe
from troubleshoot.session.serialize import SAVED
from troubleshoot.session.session import Session
from troubleshoot.text import printable
from troubleshoot.tree.tree import Tree

Value: TypeAlias = dict[str, Any]

VERSION: Final = 1
HEAD: Final = b'{"check":"'
BODY: Final = len(HEAD) + len('00000000"')  # where the part under the checksum begins


class Journal:
    """
    A session in a file that outlives the process, for one writer at a time.

    The threads of one process may share it: each line is written after the other.

    ``mended`` says what had to be done to the file when it was opened: "" for nothing.

    >>> with Journal("case.journal") as journal:       # doctest: +SKIP
    ...     session = journal.resume(tree) or journal.keep(tree.begin())
    ...     session = journal.keep(session.answer("lights", "amber"))

    Raises:
        JournalError: the file cannot be opened, is open elsewhere, is no journal, is
            of a newer version, or is damaged.
        ArgumentTypeError: the path is none.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = files.Appended(_name(path))
        try:
            self._held = held(self._file.data, self._file.name)
            self.mended = self._mended()
        except BaseException:
            self._file.close()
            raise
        self._base = self._held.events  # the log that the next one goes on from
        self._kept: Session | None = None  # the one that was kept last from here
        self._turn = threading.Lock()  # a line goes on from the one before it

    def _mended(self) -> str:
        """Cut a torn line off, and say so."""
        torn = self._file.end - self._held.end
        if not torn:
            return ""
        self._file.cut(self._held.end)
        return (
            f"line {self._held.lines + 1} of {self._file.name} was not written to its "
            f"end, and has been cut off ({torn} bytes); what stands before it is whole"
        )

    @staticmethod
    def read(path: str | os.PathLike[str]) -> str | None:
        """
        What the journal holds now, as text for ``troubleshoot.resume``; None if empty.

        The file stays as it is, and may be open elsewhere: this is for those who look.
        """
        name = _name(path)
        return held(files.read_appended(name), name).text

    def resume(
        self,
        tree: Tree,
        *,
        strategy: Strategy | None = None,
        clock: Callable[[], datetime] | None = None,
        probes: Mapping[str, Probe] | None = None,
        probe_seconds: float = SECONDS,
    ) -> Session | None:
        """
        The session that the journal holds, None if it is empty.

        As ``troubleshoot.resume``, which says what is raised.
        """
        held = self._held
        if (text := held.text) is None:
            # What is refused once something was kept is refused now.
            api.check_how(tree, strategy, clock, probes, probe_seconds)
            return None
        session = api.resume(
            tree,
            text,
            strategy=strategy,
            clock=clock,
            probes=probes,
            probe_seconds=probe_seconds,
        )
        # An edited tree may have left some of the log behind. What another thread has
        # kept meanwhile, this session does not go on from.
        with self._turn:
            if self._held is held:
                self._base, self._kept = _value(session)["events"], None
        return session

    def keep(self, session: Session) -> Session:
        """
        The same session, once what is new about it is on the disk.

        Raises:
            JournalError: it was not possible, and the file is as it was; or the
                session does not go on from the one that the journal holds.
            ArgumentTypeError: it is no session.
        """
        if not isinstance(session, Session):
            raise ArgumentTypeError("a journal keeps sessions", argument="session")
        with self._turn:
            if change := self._change(session):
                line, held = next_line(self._held, change)
                # An interrupted turn may have written a line that nobody knows of.
                self._file.end = self._held.end
                self._file.append(line)
                self._held = held
            self._base, self._kept = self._held.events, session
        return session

    def _change(self, session: Session) -> Value:
        """What is new about the session, once it is found to go on from the last."""
        kept = self._kept
        if kept is not None and _follows(session, kept):
            new = _value(session, since=len(kept.events))
            return change({**self._held.value, "events": []}, new)
        after = _value(session)
        self._check_goes_on(after)
        return change(self._held.value, after)

    def _check_goes_on(self, after: Value) -> None:
        """Nothing that was kept is dropped, but by an undo."""
        before, name = self._held.value, self._file.name
        if not before:
            return
        # One tree, edited or renamed.
        one, other = before["tree"], after["tree"]
        same = any(one[each] == other[each] for each in ("id", "fingerprint"))
        common = shared(self._base, after["events"]) if same else 0
        if not common or before["options"] != after["options"]:
            raise JournalError(
                f"{name} holds another session, begun at {self._base[0]['at']} with "
                f"the tree '{before['tree']['id']}': resume that one, or keep this "
                "one in a journal of its own"
            )
        if not _goes_on(self._base, common, after):
            raise JournalError(
                f"{name} holds {len(self._base)} events, and this session goes another "
                f"way after the first {common}: somebody kept more meanwhile, or a "
                "move between was not kept. Keep each move, an undo as well, or "
                "resume from the journal"
            )

    def __reduce__(self) -> NoReturn:
        """
        A journal stays where it is.

        Raises:
            JournalError: always; its file has one writer.
        """
        raise JournalError(
            "a journal cannot be sent to another process, as its file has one writer: "
            "close it, and open it there by its path"
        )

    def close(self) -> None:
        """Let others open the journal; closing twice does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _name(path: object) -> str:
    """The path as text."""
    if not isinstance(path, str | bytes | os.PathLike):
        raise ArgumentTypeError(
            "a journal is named by the path of its file, a text or a Path",
            argument="path",
        )
    name = os.fsdecode(path)
    if not name:
        raise JournalError("a journal needs the path of a file, and this one is empty")
    if what := _impossible(name):
        raise JournalError(
            f"'{printable(name)}' is the path of no file: it has a character in it "
            f"that no path can have ({what})"
        )
    return name


def _impossible(name: str) -> str:
    """What the name of no file can have and this one has; mostly empty."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return "half a character"
    return "NUL" if "\0" in name else ""


def _value(session: Session, *, since: int = 0) -> Value:
    """The saved session as a JSON value, with its events from this place on."""
    value: Value = json.loads(
        session._written(since)  # noqa: SLF001 - a room of this package
    )
    return value


def _follows(session: Session, kept: Session) -> bool:
    """Whether it is the session that was kept last, with no more than moves added."""
    return (
        not (session.undone or kept.undone)
        and session.events[: len(kept.events)] == kept.events
        and session.options == kept.options
        and session.tree == kept.tree
    )


def _goes_on(base: list[Value], common: int, after: Value) -> bool:
    """Whether a session has all events up to now, or has just undone the others."""
    if common < min(len(base), len(after["events"])):
        return False
    missing = base[common:]
    undone: list[Value] = after.get("undone", [])
    return undone[: len(missing)] == missing


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


def next_line(held: Held, change: Value) -> tuple[bytes, Held]:
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
        change = cast(
            "Value", SAVED.parsed(written.decode())
        )  # the head is an object's
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
