"""The trees that come with the library."""

from __future__ import annotations

import re
from pathlib import Path


def folder() -> Path:
    """Where the included trees are."""
    package = Path(__file__).parents[1]
    installed = package / "trees"
    # In a source checkout the trees stand beside the package, not in it.
    return installed if installed.is_dir() else package.parent / "trees"


def names() -> tuple[str, ...]:
    """The names of the included trees, such as ``home/no-internet``."""
    found = folder().glob("*/*.yaml")
    return tuple(
        sorted(each.relative_to(folder()).with_suffix("").as_posix() for each in found)
    )


def find(name: str) -> Path | None:
    """The file of an included tree; None for any other name."""
    if not re.fullmatch("[a-z0-9-]+/[a-z0-9-]+", name):
        return None
    file = folder() / f"{name}.yaml"
    return file if file.is_file() else None
