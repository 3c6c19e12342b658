"""Trees by name, for hosts that are given names by somebody they do not know."""

from __future__ import annotations

import os
from pathlib import Path

from troubleshoot import files
from troubleshoot.arguments import a_text
from troubleshoot.errors import ArgumentError, ArgumentTypeError, UnknownName
from troubleshoot.tree.load import load
from troubleshoot.tree.shipped import folder as included_folder
from troubleshoot.tree.shipped import names
from troubleshoot.tree.tree import Tree


class Registry:
    """
    The trees of a folder and those below it by name, or the included ones.

    A name is looked up among those found when the registry was made, and is never a
    path: whatever a client sends, no other file is opened. A tree is read when it is
    asked for, and again after its file was changed; threads may share a registry.

    Args:
        folder: where the trees are; one in ``lamps/desk.yaml`` is named ``lamps/desk``.

    Raises:
        ArgumentError: there is no such folder.
        ArgumentTypeError: a folder is named otherwise.

    >>> trees = Registry()
    >>> trees.load(trees.names[0]).title
    'No internet at home'
    >>> trees.load("../../etc/passwd")
    Traceback (most recent call last):
        ...
    troubleshoot.errors.UnknownName: there is no tree '../../etc/passwd'
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._folder = included_folder() if folder is None else _found(folder)
        found = sorted(self._folder.rglob("*.yaml"))
        self._files = {self._name(each): each for each in found}
        self._read: dict[str, tuple[tuple[int, int, int], Tree]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names that ``load`` takes, sorted."""
        return tuple(self._files)

    def load(self, name: str) -> Tree:
        """
        The tree of this name.

        Raises:
            UnknownName: there was none of this name when the registry was made.
            TreeError: its file has problems, or is gone.
            ArgumentTypeError: it is no text.
        """
        if a_text(name, "name", "the name of a tree") not in self._files:
            raise UnknownName("tree", name, self._files)
        file = self._files[name]
        stamp = _stamp(file)
        if name not in self._read or self._read[name][0] != stamp:
            self._read[name] = stamp, load(file)
        return self._read[name][1]

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).with_suffix("").as_posix()


def _found(folder: object) -> Path:
    """The folder, which is there."""
    if not isinstance(folder, str | os.PathLike):
        raise ArgumentTypeError(
            "a folder is named by its path, a text or a Path", argument="folder"
        )
    if not files.is_there(folder) or not Path(folder).is_dir():
        raise ArgumentError(f"there is no folder '{folder}'", argument="folder")
    return Path(folder)


def _stamp(file: Path) -> tuple[int, int, int]:
    """What differs once a file was written anew; of none, zeros."""
    try:
        found = file.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def included() -> tuple[str, ...]:
    """The names of the included trees, such as ``home/no-internet``."""
    return names()
