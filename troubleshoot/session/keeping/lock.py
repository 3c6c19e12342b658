"""One writer at a time: a lock that the system releases when its holder dies."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from typing import Final

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
