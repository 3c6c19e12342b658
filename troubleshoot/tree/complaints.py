"""Problems of what a file means, noted at a path instead of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from troubleshoot.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.tree.source import Path, Source

# Looking for the nearest name takes time; past so many problems it is no use either.
MANY: Final = 200


class Complaints:
    """The notes on one file."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def note(
        self, code: str, path: Path, message: str, *, key: bool = False, fix: str = ""
    ) -> None:
        """Note a problem of the value at a path, or of its key."""
        place = self.source.place(path, key=key)
        self.source.complain(code, place, message, fix=fix)

    def unknown(
        self, kind: str, name: str, known: Mapping[str, Path], path: Path, *, key: bool
    ) -> None:
        """A name that nothing has; ``known`` are the paths of what there is."""
        few = len(self.source.problems) < MANY
        near = nearest(name, known) if few else ()
        fix = ""
        if near:
            fix = f"did you mean '{near[0]}' (line {self.line(known[near[0]])})?"
        owner = path[path.index("actions") - 1] if path[0] == "causes" else path[1]
        message = f"'{owner}' speaks of an unknown {kind} '{name}'"
        self.note(f"unknown-{kind}", path, message, key=key, fix=fix)

    def line(self, path: Path) -> int:
        """The line of the key at a path."""
        return self.source.place(path, key=True).line

    def item(self, path: Path, index: int) -> Path:
        """The path of one word of 'a word or a list of words'."""
        node: Any = self.source.root
        for step in path:
            node = node[step]
        return (*path, index) if isinstance(node, list) else path
