"""
Trees by name alone, for hosts that are given names by somebody they do not know.

A name is looked up among those that were found, and is never a path: whatever it is, no
other file is opened.
"""

from __future__ import annotations

import os  # noqa: TC003 - for whoever asks for the hints of the façade
from collections.abc import Mapping  # noqa: TC003 - as above
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from troubleshoot.arguments import a_text
from troubleshoot.errors import Problem, TreeError, UnknownName
from troubleshoot.tree.identity import same_ids
from troubleshoot.tree.illustrate import files_of
from troubleshoot.tree.load import folder_of, linked
from troubleshoot.tree.named import Located, included, included_folder, names_in, packs
from troubleshoot.tree.search import best
from troubleshoot.tree.tree import Tree  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


Stamp: TypeAlias = tuple[int, int, int]


class _Read(NamedTuple):
    """A tree, and the stamps of its files when it was read."""

    tree: Tree
    stamps: dict[str, Stamp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A tree of a registry; ``name`` is what its ``load`` takes."""

    name: str
    id: str
    title: str
    symptom: str


class Registry:
    """
    The trees of a folder and those below it by name, or the included ones.

    A name is looked up among those found when the registry was made, and is never a
    path: whatever a client sends, no other file is opened. A tree is read when it is
    asked for, and again after its file was changed; threads may share a registry.

    Args:
        folder: where the trees are; one in ``lamps/desk.yaml`` is named ``lamps/desk``.
        packs: whether trees of installed packs are among them, as ``acme:desk``.

    Raises:
        ArgumentError: there is no such folder.
        ArgumentTypeError: a folder is named otherwise.

    >>> trees = Registry()
    >>> trees.load("home/no-internet").title
    'No internet at home'
    >>> trees.load("../../etc/passwd")
    Traceback (most recent call last):
        ...
    troubleshoot.errors.UnknownName: there is no tree '../../etc/passwd'
    >>> [each.name for each in trees.find("web pages don't open")][0]
    'home/no-internet'
    """

    def __init__(
        self, folder: str | os.PathLike[str] | None = None, *, packs: bool = False
    ) -> None:
        self._files: dict[str, Located] = {}
        if folder is None:
            names, root = included(), included_folder()
        else:
            root = folder_of(folder, "folder")
            names = names_in(root)
        self._add(names, root)
        if packs:
            self._add_packs()
        self._read: dict[str, _Read] = {}

    def _add(self, names: tuple[str, ...], root: Path, before: str = "") -> None:
        for name in names:
            self._files[before + name] = Located(root / f"{name}.yaml", root)

    def _add_packs(self) -> None:
        for each in packs():
            if each.folder is not None:
                self._add(names_in(each.folder), each.folder, f"{each.name}:")

    @property
    def names(self) -> tuple[str, ...]:
        """The names that ``load`` takes, sorted, those of packs last."""
        return tuple(self._files)

    def load(self, name: str) -> Tree:
        """
        The tree of this name.

        Raises:
            UnknownName: there was none of this name when the registry was made.
            TreeError: its file has problems, or is gone, or says the id of a tree that
                was asked for before.
            ArgumentTypeError: it is no text.
        """
        if a_text(name, "name", "the name of a tree") not in self._files:
            raise UnknownName("tree", name, self._files)
        known = self._read.get(name)
        if known is None or known.stamps != _stamps(known.stamps):
            known = _read(self._files[name])
            self._refuse_another(name, known.tree)
            self._read[name] = known
        return known.tree

    def _refuse_another(self, name: str, tree: Tree) -> None:
        """Raise ``TreeError`` where a tree that was read before has the same id."""
        others = [
            each.tree
            for other, each in [*self._read.items()]
            if other != name
            and each.tree.id == tree.id
            and each.stamps == _stamps(each.stamps)
        ]
        errors = [x for x in same_ids([*others, tree]) if x.severity == "error"]
        if errors:
            raise TreeError(errors)

    def listed(self) -> tuple[Listed, ...]:
        """The trees that can be used, in the order of their names."""
        return tuple(_listed(name, tree) for name, tree in self._usable())

    def find(self, complaint: str) -> tuple[Listed, ...]:
        """
        The trees that have a word of the complaint, the best first.

        Raises:
            TroubleshootError: the SQLite of this Python has no full-text search.
            ArgumentTypeError: it is no text.
        """
        known = dict(self._usable())
        found = best(known.items(), a_text(complaint, "complaint", "what is wrong"))
        return tuple(_listed(name, known[name]) for name in found)

    def problems(self) -> Mapping[str, tuple[Problem, ...]]:
        """What is wrong with the trees that cannot be used, by their names."""
        found = {}
        for name in self._files:
            try:
                self.load(name)
            except TreeError as error:
                found[name] = error.problems
        return found

    def _usable(self) -> Iterator[tuple[str, Tree]]:
        for name in self._files:
            try:
                yield name, self.load(name)
            except TreeError:
                continue


def _read(located: Located) -> _Read:
    main, *parts = linked(located.file, [located.root])
    if main.tree is None:
        raise TreeError(main.source.problems)
    overlays = (each.file for each in main.tree.overlays)
    named = *(each.file for each in parts), *overlays, *files_of(main.tree)
    files = str(located.file), *named
    return _Read(main.tree, _stamps(files))


def _listed(name: str, tree: Tree) -> Listed:
    return Listed(name=name, id=tree.id, title=tree.title, symptom=tree.symptom)


def _stamps(files: Iterable[str]) -> dict[str, Stamp]:
    return {each: _stamp(each) for each in files}


def _stamp(file: str) -> Stamp:
    """What differs once a file was written anew; of none, zeros."""
    try:
        found = Path(file).stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
