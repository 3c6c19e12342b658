"""
Files: read without trust, replaced as a whole, or grown line by line.

Of a file to be read nothing is known: only a regular one is read, only up to a limit.
A file that is replaced is at any moment what it was or what it is now.

A file that only grows has one writer at a time, by a lock that the system releases when
its holder dies. What ``append`` has returned from is on the disk. What it was prevented
from writing is taken out again, so that the file always ends where the last good line
does.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import struct
import sys
import threading
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troubleshoot.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


KINDS: Final = (
    (stat.S_ISDIR, "it is a folder, not a file"),
    (stat.S_ISFIFO, "it is a pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)
# So that opening a pipe waits for nobody; systems without it have no such pipes.
AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
BINARY: Final = getattr(os, "O_BINARY", 0)
PIECE: Final = 1 << 20

LARGEST: Final = 10_000_000  # bytes of a journal, characters of a saved session

AGAIN: Final = (
    "The move was not kept, and the file is as it was before; "
    "mend that, and keep the session again"
)


class NotAFile(OSError):
    """A folder, a pipe, a socket or a device; ``strerror`` says which."""


class NotAllowed(OSError):
    """A file that what names it may not name; ``strerror`` says why."""


def inside(
    name: str, folder: str | os.PathLike[str], roots: Iterable[str | os.PathLike[str]]
) -> Path:
    """
    The file that a text of a tree names, seen from its folder: inside one of the roots.

    Links are followed first, so that none leads out. What is outside is refused alike
    whether or not it is there. The path that is returned holds no link, and is the one
    to open.

    Raises:
        NotAllowed: the name is no relative path, or leads out of the roots.
    """
    parts = re.split(r"[/\\]", name)
    if "\0" in name or not name.isprintable() or not name.strip():
        raise NotAllowed(errno.EINVAL, "this cannot be the name of a file")
    if not parts[0] or ":" in parts[0]:
        raise NotAllowed(errno.EACCES, "a path from this file's folder is expected")
    if "\\" in name:
        raise NotAllowed(errno.EINVAL, "folders are set off by '/'")
    try:
        file = Path(folder, name).resolve()
        allowed = [Path(each).resolve() for each in roots]
    except (OSError, RuntimeError, ValueError):  # links in a circle, half a character
        raise NotAllowed(errno.ELOOP, "it leads nowhere") from None
    if not any(file.is_relative_to(each) for each in allowed):
        raise NotAllowed(errno.EACCES, "it leads out of the folders that are allowed")
    return file


def read(path: str | os.PathLike[str], limit: int) -> bytes:
    """
    What a regular file holds: at most ``limit`` bytes, and one more if it has more.

    Raises:
        OSError: it cannot be read, or is no regular file; ``strerror`` says why.
    """
    handle = opened(path)
    pieces, left = [], limit + 1
    try:
        while left > 0 and (piece := os.read(handle, min(left, PIECE))):
            pieces.append(piece)
            left -= len(piece)
    finally:
        os.close(handle)
    return b"".join(pieces)


def opened(path: str | os.PathLike[str], flags: int = os.O_RDONLY) -> int:
    """
    A handle of a regular file; one that ``flags`` make is for its owner alone.

    Asked before, so that no device is opened, and after, as another file may have come
    in its place meanwhile.
    """
    try:
        if is_there(path):
            _check(Path(path).stat())
        handle = os.open(path, flags | AT_ONCE | BINARY, 0o600)
    except ValueError:  # a NUL, or half a character
        raise OSError(errno.EINVAL, "this cannot be the name of a file") from None
    try:
        _check(os.fstat(handle))
    except OSError:
        os.close(handle)
        raise
    return handle


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether something has this name, which may be any text."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def _check(found: os.stat_result) -> None:
    for is_kind, said in KINDS:
        if is_kind(found.st_mode):
            raise NotAFile(errno.EINVAL, said)


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
        FileIO(opened(name)) as file,
    ):
        return _read(file, name)


def replace(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """
    Put the bytes in place of the file in one step, and onto the disk.

    A file that is there keeps its permissions; ``mode`` is that of a new one, less what
    the system masks.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)  # whoever may read it now, may go on
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):  # of the file, not of a draft nobody asked for
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
    sync_folder(path.parent)


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
        return FileIO(path, "a+", opener=opened)


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


if sys.platform == "win32":
    import msvcrt

    FAR: Final = 1 << 30  # the byte that is locked: no journal is as long

    def locked(handle: int) -> bool:
        """Lock the open file, unless somebody else has."""
        os.lseek(handle, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def holder(handle: int) -> int | None:  # noqa: ARG001 - not told here
        """The process that has locked the file, where the system tells."""
        return None

else:
    import fcntl

    # struct flock of Linux: type, whence, start, length, process.
    FLOCK: Final = "hhqqi"

    def locked(handle: int) -> bool:
        """Lock the open file, unless somebody else has."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if sys.platform == "linux":
            # Of a lock of the other kind the system can tell who holds it. It is no
            # more than a name tag: it goes when this process closes the file anywhere.
            with contextlib.suppress(OSError):
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True

    def holder(handle: int) -> int | None:
        """The process that has locked the file, where the system tells."""
        if sys.platform != "linux":
            return None
        asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, *_, process = struct.unpack(
            FLOCK, fcntl.fcntl(handle, fcntl.F_GETLK, asked)
        )
        return None if kind == fcntl.F_UNLCK else int(process) or None
