"""Problems of what a file means, noted at a path instead of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.errors import nearest
from troubleshoot.tree import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from troubleshoot.errors import Severity
    from troubleshoot.tree.source import Path, Source


# Names compared while looking for the nearest, in one file: about a second.
MOST_COMPARED: Final = 40_000
A_KIND: Final = {
    "cause": "a cause",
    "question": "a question",
    "action": "an action",
    "setup": "a setup",
}
FIRST: Final = "first"
# Whose names stand under another key than the one below the entry.
TAKES: Final[dict[str | int, str]] = {"causes": "actions", FIRST: FIRST}
# The key of an entry under which its one text stands.
MAIN: Final = {
    "causes": "title",
    "questions": "ask",
    "urgent": "ask",
    "actions": "do",
    "setups": "do",
}


class Complaints:
    """
    The notes on one file.

    ``known`` are the paths of all that has a name, by its kind; ``excused`` names
    whose own entry is broken: who speaks of them is not to blame.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.known: dict[str, Mapping[str, Path]] = {}
        self.excused: dict[str, set[str]] = {}
        self.unclear: set[str] = set()  # kinds of which nobody knows the names
        self._called: dict[str, dict[str, str]] = {}
        self._compared = 0

    def note(
        self,
        code: str,
        path: Path,
        message: str,
        *,
        key: bool = False,
        severity: Severity = "error",
        fix: str = "",
        also: Iterable[int] = (),
    ) -> None:
        """Note a problem of the value at a path, or of its key."""
        self.source.complain(
            code,
            self.source.place(path, key=key),
            message,
            severity=severity,
            fix=fix,
            also=also,
        )

    def unknown(self, kind: str, name: str, path: Path, *, key: bool = False) -> None:
        """A name that nothing of this kind has."""
        if kind in self.unclear or name in self.excused.get(kind, ()):
            return
        if any(name.startswith(f"{each}.") for each in self.source.absent):
            return
        owner = FIRST if path[0] == FIRST else path[1]
        if path[0] == "causes":  # of which one may be called 'actions'
            owner = path[-2 - path[::-1].index("actions")]
        message = f"'{owner}' speaks of an unknown {kind} '{name}'"
        fix = keys.misplaced(self.source.root, path) if key else ""
        code, known = f"unknown-{kind}", self.known[kind]
        for other, paths in self.known.items():
            if other != kind and name in paths:
                where = f"{A_KIND[other]} ({self.where(paths[name])})"
                takes = TAKES.get(path[0]) or path[2]
                also = " and actions" if takes == "only-if" else ""
                message = f"'{name}' is {where}, and '{takes}' takes {kind}s{also}"
                fix = f"name {A_KIND[kind]}."
        tells = not fix and self.source.tells(code)
        if tells and (id := self.called(kind).get(name.casefold())):
            fix = f"write its id, '{id}' ({self.where(known[id])})."
        if not fix and (near := self.nearest(name, known, code)):
            fix = f"did you mean '{near[0]}' ({self.where(known[near[0]])})?"
        self.note(code, path, message, key=key, fix=fix)

    def called(self, kind: str) -> Mapping[str, str]:
        """The ids of things by the text that people read, in small letters."""
        if kind not in self._called:
            ids = {}
            for id, path in self.known[kind].items():
                written = (*self.source.written(path), MAIN[str(path[0])])
                text = keys.at(self.source.root, written)
                if isinstance(text, str):
                    ids[text.casefold()] = id
            self._called[kind] = ids
        return self._called[kind]

    def nearest(self, name: str, known: Collection[str], code: str) -> tuple[str, ...]:
        """Known names like this one, as long as looking for them is worth the time."""
        self._compared += len(known)
        if self._compared > MOST_COMPARED or not self.source.tells(code):
            return ()
        return nearest(name, known)

    def line(self, path: Path) -> int:
        """The line of the key at a path."""
        return self.source.place(path, key=True).line

    def where(self, path: Path) -> str:
        """The line of the key at a path in words, with its file if it is a part."""
        place = self.source.place(path, key=True)
        line = f"line {place.line}"
        return f"{self.source.files[place.file].file}, {line}" if place.file else line

    def item(self, path: Path, index: int) -> Path:
        """The path of one word of 'a word or a list of words'."""
        node = keys.at(self.source.root, self.source.written(path))
        return (*path, index) if isinstance(node, list) else path
