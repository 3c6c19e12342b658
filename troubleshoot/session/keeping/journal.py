"""
A journal: a file to which each move of a session is appended before it counts.

A session that is saved as a whole is as good as the last save. A journal grows by a
line for each move, and what ``keep`` has returned from survives the process and the
machine: whenever they stop, the file holds all moves up to then, or all and the next.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import NoReturn, Self

from troubleshoot import files
from troubleshoot.errors import ArgumentTypeError, JournalError
from troubleshoot.session import opening
from troubleshoot.session.keeping import lines
from troubleshoot.session.probing.probes import SECONDS, Probe
from troubleshoot.session.session import Session
from troubleshoot.session.strategy import Strategy
from troubleshoot.text import printable
from troubleshoot.tree.tree import Tree


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
            self._held = lines.held(self._file.data, self._file.name)
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
        return lines.held(files.read_appended(name), name).text

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
            opening.check_how(tree, strategy, clock, probes, probe_seconds)
            return None
        session = opening.resume(
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
                line, held = lines.line(self._held, change)
                # An interrupted turn may have written a line that nobody knows of.
                self._file.end = self._held.end
                self._file.append(line)
                self._held = held
            self._base, self._kept = self._held.events, session
        return session

    def _change(self, session: Session) -> lines.Value:
        """What is new about the session, once it is found to go on from the last."""
        kept = self._kept
        if kept is not None and _follows(session, kept):
            new = _value(session, since=len(kept.events))
            return lines.change({**self._held.value, "events": []}, new)
        after = _value(session)
        self._check_goes_on(after)
        return lines.change(self._held.value, after)

    def _check_goes_on(self, after: lines.Value) -> None:
        """Nothing that was kept is dropped, but by an undo."""
        before, name = self._held.value, self._file.name
        if not before:
            return
        same = _is_same_tree(before["tree"], after["tree"])
        common = lines.shared(self._base, after["events"]) if same else 0
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


def _value(session: Session, *, since: int = 0) -> lines.Value:
    """The saved session as a JSON value, with its events from this place on."""
    value: lines.Value = json.loads(
        session._written(since)  # noqa: SLF001 - a room of this house
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


def _is_same_tree(before: lines.Value, after: lines.Value) -> bool:
    """Whether it is one tree, edited or renamed."""
    return any(before[each] == after[each] for each in ("id", "fingerprint"))


def _goes_on(base: list[lines.Value], common: int, after: lines.Value) -> bool:
    """Whether a session has all events up to now, or has just undone the others."""
    if common < min(len(base), len(after["events"])):
        return False
    missing = base[common:]
    undone: list[lines.Value] = after.get("undone", [])
    return undone[: len(missing)] == missing
