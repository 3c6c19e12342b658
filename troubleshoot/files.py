"""Reading a file of which nothing is known: only a regular one, only up to a limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

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


class NotAFile(OSError):
    """A folder, a pipe, a socket or a device; ``strerror`` says which."""


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
