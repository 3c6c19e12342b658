"""
From a file to a tree, or to everything that is wrong with it.

A tree is found by path, or by the name of one that comes with the library or a pack.
``Registry`` is for hosts that are given names by somebody they do not know.
"""

from __future__ import annotations

import copyreg
import gc
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from weakref import WeakValueDictionary

from troubleshoot import files
from troubleshoot.arguments import a_text
from troubleshoot.errors import (
    ArgumentError,
    ArgumentTypeError,
    Problem,
    TreeError,
)
from troubleshoot.tree import keys
from troubleshoot.tree.graft import Included
from troubleshoot.tree.illustrate import FoundImage
from troubleshoot.tree.include import Chain, Disk, Inclusion, Sent
from troubleshoot.tree.link import link
from troubleshoot.tree.named import located
from troubleshoot.tree.overlays import Overlay, beside
from troubleshoot.tree.shape import fixed_tree, shape
from troubleshoot.tree.source import (
    MAX_BYTES,
    NOTHING_READ,
    Block,
    Place,
    Read,
    Source,
    taken_apart,
)
from troubleshoot.tree.syntax import cut_texts, read
from troubleshoot.tree.tree import Tree, with_overlays
from troubleshoot.tree.variables import told

# A key of a tree at the head of a line, or of the file: what has none of them may be
# a file that was never meant to be shown, and no line of it is quoted.
TREE_LIKE: Final = re.compile(
    r"""(?:\A|^|\{)[ \t]*["']?(?:format|title|symptom|causes|questions|actions)"""
    r"""["']?[ \t]*:""",
    re.MULTILINE,
)

_sent: WeakValueDictionary[tuple[Any, ...], Tree] = WeakValueDictionary()


def load(
    path: str | os.PathLike[str], *, roots: Iterable[str | os.PathLike[str]] = ()
) -> Tree:
    """
    The tree of a file, or of a name such as ``home/no-internet`` or ``acme:printer``.

    The first is included, the other is the tree of a pack that is installed. A name
    wins over a file that is called so: ``./home/no-internet`` is the file.
    Nothing that a client sends belongs here; ``Registry`` takes names alone.

    Args:
        path: the file, or the name.
        roots: folders from which a tree may include others and show images, besides
            that of the file.

    Raises:
        TreeError: with every problem of the file, and of those that it includes.

    >>> load("home/no-internet").title
    'No internet at home'
    """
    tree, problems = examine(path, roots)
    if tree is None:
        raise TreeError(problems)
    return tree


def loads(text: str, *, file: str = "tree.yaml") -> Tree:
    """The tree of a text; ``file`` is its name in problems. Raises ``TreeError``."""
    data = a_text(text, "text", "a tree to be read").encode("utf-8", "surrogatepass")
    return _loaded(data, a_text(file, "file"))


def _loaded(
    data: bytes,
    file: str,
    read: Read = NOTHING_READ,
    images: Mapping[tuple[str, str], FoundImage] = MappingProxyType({}),
) -> Tree:
    """The tree of a text, and of what came along with it."""
    main, *_ = _entered(data, file, Sent(read, images), ())
    if main.tree is None:
        raise TreeError(main.source.problems)
    return main.tree


def examine(
    path: str | os.PathLike[str], roots: Iterable[str | os.PathLike[str]] = ()
) -> tuple[Tree | None, tuple[Problem, ...]]:
    """The tree if it can be had, and the problems of its file and its parts."""
    main, *_ = linked(path, roots)
    return main.tree, TreeError(main.source.problems).problems


def linked(
    path: str | os.PathLike[str], roots: Iterable[str | os.PathLike[str]] = ()
) -> tuple[Included, ...]:
    """A file with its tree, if it can be had, and then those that are parts of it."""
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(
            "a tree is named by the path of its file, a text or a Path", argument="path"
        )
    allowed = folders(roots)
    file = str(Path(path))
    try:
        found = located(path) if isinstance(path, str) else None
        file, own = (file, Path(file).parent) if found is None else map(str, found)
        data = files.read(file, MAX_BYTES)
    except OSError as error:
        source = Source(str(path), "")
        said = f"the file cannot be read: {error.strerror}"
        source.complain("unreadable", Place(1, 1), said)
        return (Included("", 0, source, None, 0),)
    main, *others = _entered(data, file, Disk(), (Path(own), *allowed))
    if main.tree is not None:
        with_overlays(main.tree, tuple(_overlays(main, others)))
    return main, *others


def _overlays(main: Included, others: Iterable[Included]) -> Iterator[Overlay]:
    """The files of texts beside a file, and beside those that are parts of it."""
    yield from beside(main.file)
    files = {each.id: each.file for each in others}
    for graft in main.grafts:
        for each in beside(files[graft.id]):
            yield each._replace(prefix=graft.name)


def folders(roots: Iterable[str | os.PathLike[str]]) -> tuple[Path, ...]:
    """Folders to include from. Raises ``ArgumentError``: one of them is none."""
    if isinstance(roots, str | os.PathLike) or not isinstance(roots, Iterable):
        raise ArgumentTypeError("roots are a list of folders", argument="roots")
    return tuple(folder_of(each, "roots") for each in roots)


def _entered(
    data: bytes, file: str, found: Disk | Sent, roots: tuple[Path, ...]
) -> tuple[Included, ...]:
    """The file of this value with its tree, and then those that are parts of it."""
    with _no_collection():
        inclusion = Inclusion(found, _linked)
        id = str(Path(file).resolve()) if isinstance(found, Disk) else file
        main = inclusion.enter(data, Chain((id,), (file,), roots))
    return (main, *(each for each in inclusion.parts.values() if each is not main))


def _sent_as(tree: Tree) -> tuple[Any, ...]:
    """A tree of a file as pickle carries it, by its compressed text."""
    if tree.written is not tree:
        return told, (tree.written, dict(tree.values))
    if tree._origin is None:  # noqa: SLF001 - what reads trees knows where they are from
        return tree.__reduce__()
    text, _, images = tree._origin  # noqa: SLF001
    _sent.setdefault(_key(text, tree.file, images, tree.overlays), tree)
    # What was not read stays so; the rest of the texts is sent small, as the tree is.
    overlays = tuple(
        each if each.data is None else each._replace(data=zlib.compress(each.data))
        for each in tree.overlays
    )
    return _received, (text, tree.file, dict(images), overlays)


copyreg.pickle(Tree, _sent_as)


def _key(
    text: bytes,
    file: str,
    images: Mapping[Any, FoundImage],
    overlays: tuple[Overlay, ...],
) -> tuple[Any, ...]:
    """What is the same for trees of one text with the same images and wordings."""
    each = sorted((*key, sha256(it.data).digest()) for key, it in images.items())
    return text, file, tuple(each), overlays


def _received(
    text: bytes,
    file: str,
    images: Mapping[Any, FoundImage],
    overlays: tuple[Overlay, ...],
) -> Tree:
    """
    The tree that was sent or received before, as long as it lives, else read anew.

    Sessions that are sent one by one share their tree, and what is kept with it.
    """
    overlays = tuple(
        each if each.data is None else each._replace(data=zlib.decompress(each.data))
        for each in overlays
    )
    key = _key(text, file, images, overlays)
    if (known := _sent.get(key)) is None:
        known = _loaded(*taken_apart(zlib.decompress(text), file), images)
        known = with_overlays(known, overlays)
    return _sent.setdefault(key, known)


def _linked(
    data: bytes, file: str, inclusion: Inclusion, chain: Chain
) -> tuple[Tree | None, Source]:
    """A file and its tree; what it includes is read on the way."""
    source = inclusion.opened(read(data, file))
    tree = _tree(source, inclusion, chain)
    if not TREE_LIKE.search(source.text):
        source.hide()
    return (None if source.is_broken or source.absent else tree), source


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


def _tree(source: Source, inclusion: Inclusion, chain: Chain) -> Tree | None:
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
    inclusion.resolve(source, chain)
    found = shape(source)
    if found.part is None:
        return None
    id = _id(found.part.title, source.file)
    return link(found.part, source, id=id, images=inclusion, broken=found.broken)


def _id(title: str, file: str) -> str:
    """The file's stem, or the title when the stem is no id."""
    for text in (Path(file).stem, title):
        slug = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
        if slug:
            return slug
    return "tree"


def folder_of(folder: object, argument: str) -> Path:
    """The folder, which is there."""
    if not isinstance(folder, str | os.PathLike):
        raise ArgumentTypeError(
            "a folder is named by its path, a text or a Path", argument=argument
        )
    if not files.is_there(folder) or not Path(folder).is_dir():
        raise ArgumentError(f"there is no folder '{folder}'", argument=argument)
    return Path(folder)
