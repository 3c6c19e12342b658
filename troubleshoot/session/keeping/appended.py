"""
A file that only grows, durably, for one writer at a time.

What ``append`` has returned from is on the disk. What it was prevented from writing
is taken out again, so that the file always ends where the last good line does.
"""

from __future__ import annotations

import contextlib
import os
import threading
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troubleshoot import files
from troubleshoot.errors import JournalError
from troubleshoot.session.keeping.lock import holder, locked

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 10_000_000  # bytes of a journal, characters of a saved session

AGAIN: Final = (
    "The move was not kept, and the file is as it was before; "
    "mend that, and keep the session again"
)


class Appended:
    """An open file, locked. ``data`` is what it held, ``end`` where it goes on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._path = Path(name).absolute()
        self._process = os.getpid()
        self._turn = threading.Lock()
        self._file = _opened(self._path, name)
        try:
            with _in_words(name, "be opened", "It is left as it is"):
                self._lock()
                self.data = _read(self._file, name)
                sync_folder(self._path.parent)
        except BaseException:
            self._file.close()
            raise
        self.end = len(self.data)

    def _lock(self) -> None:
        handle = self._file.fileno()
        if locked(handle):
            return
        process = holder(handle)
        where = f"in another process (pid {process})" if process else "elsewhere"
        raise JournalError(
            f"{self.name} is open {where}, and a journal has one writer at a time: "
            "close it there first"
        )

    def cut(self, end: int) -> None:
        """Take out what stands after this place."""
        with _in_words(self.name, "be mended", "It is left as it is"):
            self._file.truncate(end)
            os.fsync(self._file.fileno())
        self.end = end

    def append(self, line: bytes) -> None:
        """
        Put the line at the end, durably, or leave the file as it was.

        Raises:
            JournalError: the line is not in the file; it may be appended again later.
        """
        with self._turn, _in_words(self.name, "be written to", AGAIN):
            self._check_still_ours(len(line))
            try:
                self._file.truncate(self.end)  # what an earlier failure may have left
                _write(self._file, line)
                os.fsync(self._file.fileno())
            except BaseException:
                with contextlib.suppress(OSError):
                    self._file.truncate(self.end)
                raise
            self.end += len(line)

    def _check_still_ours(self, more: int) -> None:
        if self._file.closed:
            raise JournalError(f"{self.name} is closed; open the journal again")
        if os.getpid() != self._process:
            raise JournalError(
                f"{self.name} was opened by process {self._process}, of which this "
                "one is a copy; a process that writes needs a journal of its own"
            )
        now = os.fstat(self._file.fileno())
        if not _is_at(self._path, now) or now.st_size < self.end:
            raise JournalError(
                f"something else has moved, deleted or shortened {self.name} "
                "meanwhile: nothing more is written to it. Open a new journal"
            )
        if self.end + more > LARGEST:
            raise JournalError(
                f"{self.name} is full: a journal has at most {LARGEST:,} bytes. "
                "Keep the session in a new one"
            )

    def close(self) -> None:
        """Let others write."""
        self._file.close()


def read_appended(name: str) -> bytes:
    """What the file holds now, whoever may be writing to it."""
    with (
        _in_words(name, "be read", "Nothing was changed"),
        FileIO(files.opened(name)) as file,
    ):
        return _read(file, name)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where a folder can be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _opened(path: Path, name: str) -> FileIO:
    """The file, made if there is none; for its owner alone, as it tells all."""
    with _in_words(name, "be found", "Choose a place that can be looked into"):
        there = path.exists()
        if there and not path.is_file():
            raise JournalError(f"{name} is not a file that can hold a journal")
    if there:
        words = "be opened for writing", "Copy it to a place where that is allowed"
    else:
        place = f"the folder {path.parent}"
        words = f"be made in {place}", "Choose one that is there and can be written to"
    with _in_words(name, *words):
        return FileIO(path, "a+", opener=files.opened)


def _read(file: FileIO, name: str) -> bytes:
    file.seek(0)
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise JournalError(
            f"{name} is too large: a journal has at most {LARGEST:,} bytes"
        )
    return data


def _write(file: FileIO, data: bytes) -> None:
    """Write all of it: a disk that is nearly full takes a part first."""
    while data:
        data = data[file.write(data) :]


def _is_at(path: Path, now: os.stat_result) -> bool:
    """Whether the path still leads to the open file."""
    try:
        return os.path.samestat(path.stat(), now)
    except OSError:
        return False


@contextlib.contextmanager
def _in_words(name: str, verb: str, mend: str) -> Iterator[None]:
    """What the system says, as a sentence about the journal."""
    try:
        yield
    except JournalError:
        raise
    except OSError as error:
        said = error.strerror or str(error)
        raise JournalError(f"{name} cannot {verb}: {said}. {mend}") from error
