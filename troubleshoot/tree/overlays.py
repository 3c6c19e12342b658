"""
Files of texts beside trees, in other words: which they are, by their names.

What the name of such a file goes on with after that of the tree names a language, an
audience, or both: two or three letters are a language, four or more an audience.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from troubleshoot import files
from troubleshoot.catalogue import TAG

SUFFIX: Final = ".yaml"
AUDIENCE: Final = re.compile("[a-z][a-z0-9-]{3,39}")
LARGEST: Final = 5_000_000  # bytes, as of a tree


class Overlay(NamedTuple):
    """
    A file of texts beside the file of a tree, for a language, an audience, or both.

    Either is empty where it is for none; ``data`` is None where it cannot be read. It
    may stand beside a file that is included, whose ids begin with the ``prefix`` here.
    """

    language: str
    audience: str
    file: str
    data: bytes | None
    prefix: str = ""


def of_tree(path: Path) -> Path | None:
    """
    The file of the tree that a file beside it has texts for; None where it is no such.

    A file is one if what its name goes on with, after that of a tree beside it, names a
    language, an audience, or both.
    """
    if path.suffix != SUFFIX:
        return None
    parts = path.name.removesuffix(SUFFIX).split(".")
    for size in (1, 2):
        head, tail = parts[:-size], parts[-size:]
        tree = path.with_name(f"{'.'.join(head)}{SUFFIX}")
        if head and _named(tail) is not None and tree.is_file():
            return tree
    return None


def _named(parts: list[str]) -> tuple[str, str] | None:
    match parts:
        case [one] if TAG.fullmatch(one):
            return one, ""
        case [one] if AUDIENCE.fullmatch(one):
            return "", one
        case [one, other] if TAG.fullmatch(one) and AUDIENCE.fullmatch(other):
            return one, other
    return None


def is_overlay(path: Path) -> bool:
    """Whether a file holds texts of the tree beside it, and is no tree itself."""
    return of_tree(path) is not None


def paths_beside(file: str | os.PathLike[str]) -> tuple[Path, ...]:
    """The files of texts beside a tree, in the order of their names."""
    path = Path(file)
    head = f"{path.stem}."
    try:
        with os.scandir(path.parent) as found:
            names = sorted(each.name for each in found if each.name.startswith(head))
    except OSError:
        return ()
    return tuple(
        path.with_name(each)
        for each in names
        if each != path.name and each.endswith(SUFFIX) and _named(_parts(each, head))
    )


def _parts(name: str, head: str) -> list[str]:
    return name.removesuffix(SUFFIX).removeprefix(head).split(".")


def beside(file: str | os.PathLike[str]) -> tuple[Overlay, ...]:
    """The same, read as bytes, each with its language and its audience."""
    head = f"{Path(file).stem}."
    return tuple(
        Overlay(*named, str(path), _bytes(path))
        for path in paths_beside(file)
        if (named := _named(_parts(path.name, head))) is not None
    )


def _bytes(path: Path) -> bytes | None:
    """What the file holds; None where it cannot be read."""
    try:
        return files.read(path, LARGEST)
    except OSError:
        return None
