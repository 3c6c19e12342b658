"""
Two trees of one id, which saved sessions could not tell apart, with the places of both.

A tree is who its ``id`` says, or the name of its file where it has none: a file that
was renamed or edited is the same tree. What stands in two files at once is two trees.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from troubleshoot import files
from troubleshoot.tree.source import MAX_BYTES, Block, Place
from troubleshoot.tree.syntax import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.errors import Problem
    from troubleshoot.tree.source import Source
    from troubleshoot.tree.tree import Tree


def same_ids(trees: Iterable[Tree]) -> tuple[Problem, ...]:
    """
    A problem for each tree whose id one before it has, at its place.

    An error where one of both says the id; a warning where both have it from the names
    of their files, in two folders. The same file twice is one tree.
    """
    first: dict[str, Tree] = {}
    found: list[Problem] = []
    for tree in trees:
        other = first.setdefault(tree.id, tree)
        if other is not tree and not _is_one_file(other, tree):
            found += _told(other, tree)
    return tuple(found)


def _is_one_file(one: Tree, other: Tree) -> bool:
    return Path(one.file).resolve() == Path(other.file).resolve()


def _told(first: Tree, tree: Tree) -> list[Problem]:
    """That both have one id, where the second one says it."""
    (own, place, says), (other, before, said) = _read(tree), _read(first)
    source = own
    source.complain(
        "same-tree-id",
        place,
        f"'{tree.id}' is the id of two trees: of this one, and of {other.file}, "
        f"line {before.line}",
        severity="error" if says or said else "warning",
        fix="give one of them another 'id', or take away the file that is a copy.",
    )
    return [each for each in source.problems if each.code == "same-tree-id"]


def _read(tree: Tree) -> tuple[Source, Place, bool]:
    """The file of a tree, where it says its id, and whether it does."""
    try:
        data = files.read(tree.file, MAX_BYTES)
    except OSError:
        data = b""
    source = read(data, tree.file)
    if isinstance(source.root, Block) and "id" in source.root:
        return source, source.place(("id",)), True
    return source, Place(1, 1), False
