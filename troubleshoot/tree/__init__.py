"""What an author writes: from the text of a tree file to a ``Tree``."""

from __future__ import annotations

__all__ = [
    "blocks",
    "codes",
    "graft",
    "hierarchy",
    "illustrate",
    "images",
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
    "told",
    "tree",
    "values",
    "variables",
]
