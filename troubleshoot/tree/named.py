"""
Trees that have names: those that come with the library, and those of packs.

A pack is a Python package that is installed beside this one and has trees in its
folder; an entry point of the group ``troubleshoot.trees`` gives it a name. A tree of it
is named ``acme:printer``, after the pack and after its file there. No code of a pack is
run to find or to read its trees.
"""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from troubleshoot.tree.overlays import is_overlay

GROUP: Final = "troubleshoot.trees"
PART: Final = "[a-z0-9][a-z0-9_-]*"
INCLUDED: Final = re.compile(f"{PART}/{PART}")
OF_PACK: Final = re.compile(rf"({PART}[a-z0-9_-]):({PART}(?:/{PART})*)")


class Located(NamedTuple):
    """The file of a named tree, and the folder that it may include from."""

    file: Path
    root: Path


class Pack(NamedTuple):
    """A package with trees; ``why`` says what is wrong with one without a folder."""

    name: str
    folder: Path | None
    why: str = ""


def included_folder() -> Path:
    """Where the included trees are."""
    package = Path(__file__).parents[1]
    installed = package / "trees"
    # In a source checkout the trees stand beside the package, not in it.
    return installed if installed.is_dir() else package.parent / "trees"


def included() -> tuple[str, ...]:
    """The names of the included trees, such as ``home/no-internet``."""
    return tuple(x for x in names_in(included_folder()) if INCLUDED.fullmatch(x))


def names_in(folder: Path) -> tuple[str, ...]:
    """The trees in a folder and below it by name, sorted."""
    return tuple(
        sorted(
            each.relative_to(folder).with_suffix("").as_posix()
            for each in folder.rglob("*.yaml")
            if not is_overlay(each)
        )
    )


def packs() -> tuple[Pack, ...]:
    """The packs that are installed, sorted by name, broken ones too."""
    found: dict[str, list[str]] = {}
    for each in entry_points(group=GROUP):
        found.setdefault(each.name, []).append(each.value)
    return tuple(_pack(name, sorted({*found[name]})) for name in sorted(found))


def _pack(name: str, packages: list[str]) -> Pack:
    if not OF_PACK.fullmatch(f"{name}:x"):
        return Pack(name, None, "its name is not of small letters, digits and dashes")
    if len(packages) > 1:
        return Pack(name, None, f"{' and '.join(packages)} both have this name")
    top, *below = packages[0].strip().split(".")
    try:
        spec = find_spec(top)  # of packages at the top alone: others import those above
    except (ImportError, ValueError):
        spec = None
    places = (spec and spec.submodule_search_locations) or ()
    folders = [Path(each, *below) for each in places]
    folder = next((each for each in folders if each.is_dir()), None)
    if folder is None:
        return Pack(name, None, f"{packages[0]} is no package with a folder")
    return Pack(name, folder.resolve())


def located(name: str) -> Located | None:
    """
    The file of a named tree; None for any other name.

    Raises:
        OSError: the pack of this name is not there or broken; ``strerror`` says why.
    """
    if INCLUDED.fullmatch(name):
        file = included_folder() / f"{name}.yaml"
        return Located(file, included_folder()) if file.is_file() else None
    if not (found := OF_PACK.fullmatch(name)):
        return None
    pack = next((each for each in packs() if each.name == found[1]), None)
    if pack is None:
        return None
    if pack.folder is None:
        raise OSError(0, f"the pack '{pack.name}' cannot be used: {pack.why}")
    return Located(pack.folder / f"{found[2]}.yaml", pack.folder)
