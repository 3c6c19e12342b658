"""
Files that others read while they are written: each is replaced as a whole.

At any moment a file is what it was before or what it is now, and one that would not
change is left alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from troubleshoot import files
from troubleshoot.cli.refused import WRONG_USAGE, Refused

if TYPE_CHECKING:
    from pathlib import Path


def ready(folder: Path) -> None:
    """Make the folder if it is not there; ``Refused`` if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        message = f"'{folder}' cannot be a folder for the pages: {why}"
        raise Refused(message, code=WRONG_USAGE) from error


def publish(path: Path, data: bytes) -> bool:
    """Put the bytes in place of the file; whether that changed anything."""
    if path.is_file() and files.read(path, len(data)) == data:
        return False
    # Not tempfile, whose files are for the owner's eyes alone.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):  # of the page, not of a draft nobody asked for
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
    return True
