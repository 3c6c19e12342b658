"""What an author writes: from the text of a tree file to a ``Tree``."""

from __future__ import annotations

__all__ = [
    "answers",
    "codes",
    "hierarchy",
    "keys",
    "link",
    "load",
    "problems",
    "pure",
    "read_only",
    "schema",
    "shape",
    "source",
    "syntax",
    "tree",
    "values",
]
