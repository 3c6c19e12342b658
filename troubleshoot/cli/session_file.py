"""
The file that a session is kept in between two visits.

It is replaced as a whole: at any moment it holds the session before the last answer
or after it. A file that something else has changed meanwhile is left alone.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troubleshoot import files
from troubleshoot.cli.refused import Refused
from troubleshoot.errors import SessionError
from troubleshoot.session import resume, serialize

if TYPE_CHECKING:
    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree


LARGEST: Final = 50_000_000  # bytes; a session of 100,000 events has some 15 million


class Kept:
    """A file by its name, and the text it is known to hold; None for no file."""

    def __init__(self, file: str | os.PathLike[str]) -> None:
        self.name = os.fspath(file)
        self.path = Path(os.path.realpath(file))
        self.known = read(self.path, self.name)

    def resumed(self, tree: Tree) -> Session | None:
        """The session in the file, None without a file; the file stays as it is."""
        if self.known is None:
            return None
        fresh = "Use --session with another file, or --fresh to put this one aside."
        try:
            return resume(tree, decoded(self.known))
        except SessionError as error:
            raise Refused(f"{self.name}: {error}\n{fresh}") from error

    def is_outdated(self, tree: Tree) -> bool:
        """Whether the tree was edited since the session in the file was written."""
        if self.known is None:
            return False
        return serialize.read(decoded(self.known)).tree.fingerprint != tree.fingerprint

    def set_aside(self, tree: Tree) -> Path | None:
        """
        Make way for a new session: what is no session of this tree gets another name.

        Returns:
            The new name, None when there was nothing worth keeping.
        """
        try:
            self.resumed(tree)
        except Refused:
            tails = (f".old{n or ''}" for n in itertools.count())
            names = (self.path.with_name(f"{self.path.name}{x}") for x in tails)
            aside = next(each for each in names if not each.exists())
            self.path.rename(aside)
            self.known = None
            return aside
        return None

    def keep(self, session: Session) -> None:
        """Write the session, durably; ``OSError`` if that is not possible."""
        if read(self.path, self.name) != self.known:
            raise Refused(
                f"{self.name}: another run has changed this file meanwhile; "
                "this one stops, and leaves it as it is."
            )
        data = session.to_json().encode()
        files.replace(self.path, data)
        self.known = data

    def remove(self) -> None:
        """Delete the file, if it is still the one that was written."""
        if self.known is not None and read(self.path, self.name) == self.known:
            self.path.unlink(missing_ok=True)


def read(path: Path, name: str) -> bytes | None:
    """The bytes of a file, None if there is none; anything but a file is refused."""
    if not files.is_there(path):
        return None
    try:
        data = files.read(path, LARGEST)
    except files.NotAFile as error:
        message = f"{name}: this is not a file that can hold a session."
        raise Refused(message) from error
    if len(data) > LARGEST:
        raise Refused(f"{name}: the file is too large for a session.")
    return data


def decoded(data: bytes) -> str:
    """The text of a session file; ``SessionError`` if it is no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"this is no session: byte {error.start} is not UTF-8 text."
        raise SessionError(message) from error
