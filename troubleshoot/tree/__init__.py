"""What an author writes: from the text of a tree file to a ``Tree``."""

from __future__ import annotations

__all__ = [
    "codes",
    "graft",
    "hierarchy",
    "include",
    "keys",
    "link",
    "load",
    "named",
    "problems",
    "pure_parser",
    "read_only",
    "records",
    "registry",
    "reply_schema",
    "schema",
    "search",
    "shape",
    "source",
    "syntax",
    "takes",
    "texts",
    "tree",
    "values",
    "variables",
]
