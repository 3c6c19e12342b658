"""From a file to a tree, or to everything that is wrong with it."""

from __future__ import annotations

import gc
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from troubleshoot import files
from troubleshoot.arguments import a_text
from troubleshoot.errors import ArgumentTypeError, Problem, TreeError
from troubleshoot.tree import keys
from troubleshoot.tree.cut import cut_texts
from troubleshoot.tree.link import link
from troubleshoot.tree.shape import fixed_tree, shape
from troubleshoot.tree.shipped import find
from troubleshoot.tree.source import MAX_BYTES, Block, Place, Source, read
from troubleshoot.tree.tree import Tree

# A key of a tree at the head of a line, or of the file: what has none of them may be
# a file that was never meant to be shown, and no line of it is quoted.
TREE_LIKE: Final = re.compile(
    r"""(?:\A|^|\{)[ \t]*["']?(?:format|title|symptom|causes|questions|actions)"""
    r"""["']?[ \t]*:""",
    re.MULTILINE,
)


def load(path: str | os.PathLike[str]) -> Tree:
    """
    The tree of a file, or of an included tree's name such as ``home/no-internet``.

    The name wins over a file that is called so: ``./home/no-internet`` is the file.
    Nothing that a client sends belongs here; ``Registry`` takes names alone.

    Raises:
        TreeError: with every problem of the file.

    >>> load("home/no-internet").title
    'No internet at home'
    """
    tree, problems = examine(path)
    if tree is None:
        raise TreeError(problems)
    return tree


def loads(text: str, *, file: str = "tree.yaml") -> Tree:
    """The tree of a text; ``file`` is its name in problems. Raises ``TreeError``."""
    data = a_text(text, "text", "a tree to be read").encode("utf-8", "surrogatepass")
    tree, source = _linked(data, a_text(file, "file"))
    if tree is None:
        raise TreeError(source.problems)
    return tree


def examine(path: str | os.PathLike[str]) -> tuple[Tree | None, tuple[Problem, ...]]:
    """The tree if it can be had, and the problems of its file."""
    tree, source = linked(path)
    return tree, TreeError(source.problems).problems


def linked(path: str | os.PathLike[str]) -> tuple[Tree | None, Source]:
    """The tree if it can be had, and its file with places and problems."""
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(
            "a tree is named by the path of its file, a text or a Path", argument="path"
        )
    file = str((isinstance(path, str) and find(path)) or Path(path))
    try:
        data = files.read(file, MAX_BYTES)
    except OSError as error:
        source = Source(str(path), "")
        said = f"the file cannot be read: {error.strerror}"
        source.complain("unreadable", Place(1, 1), said)
        return None, source
    return _linked(data, file)


def sent(tree: Tree, text: bytes) -> tuple[Callable[[bytes, str], Tree], Any]:
    """A tree as pickle carries it, by its compressed text."""
    _sent.setdefault((text, tree.file), tree)
    return _received, (text, tree.file)


def _received(text: bytes, file: str) -> Tree:
    """
    The tree that was sent or received before, as long as it lives, else read anew.

    Sessions that are sent one by one share their tree, and what is kept with it.
    """
    if (known := _sent.get((text, file))) is None:
        known = loads(zlib.decompress(text).decode("utf-8", "surrogatepass"), file=file)
    return _sent.setdefault((text, file), known)


_sent: WeakValueDictionary[tuple[bytes, str], Tree] = WeakValueDictionary()


def _linked(data: bytes, file: str) -> tuple[Tree | None, Source]:
    with _no_collection():
        source = read(data, file)
        tree = _tree(source)
    if not TREE_LIKE.search(source.text):
        source.hide()
    return (None if source.is_broken else tree), source


@contextmanager
def _no_collection() -> Iterator[None]:
    """
    Without the collector of reference cycles, which finds none among new values.

    It would walk over all of them again and again: a third of the time of a load.
    What a load allocates is bounded by the limits on the file.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _tree(source: Source) -> Tree | None:
    if source.root is None:
        if not source.problems:
            message = "the file holds no tree"
            fix = "run 'troubleshoot new FILE' for one to begin with."
            source.complain("empty-file", Place(1, 1), message, fix=fix)
        return None
    if not isinstance(source.root, Block):
        if keys.is_fixed_tree(source.root):
            fixed_tree(source)
            return None
        message = "a tree begins with keys such as 'format: 1' and 'title: …'"
        source.complain("wrong-type", Place(1, 1), message)
        return None
    cut_texts(source)
    found = shape(source)
    if found.part is None:
        return None
    id = _id(found.part.title, source.file)
    return link(found.part, source, id=id, broken=found.broken)


def _id(title: str, file: str) -> str:
    """The file's stem, or the title when the stem is no id."""
    for text in (Path(file).stem, title):
        slug = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
        if slug:
            return slug
    return "tree"
