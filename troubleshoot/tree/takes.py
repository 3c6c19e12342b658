"""
Who takes the steps of a tree, and with what: names, their titles, and what a step has
from its setups.

Roles and things are declared nowhere or at the top: a name is used as it is, and may
have a title, at the top of the file or where it is used. Whoever can open a cover can
look under it, so that a step has from its setups what it does not say of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from troubleshoot.errors import is_slip
from troubleshoot.tree.problems import MOST_COMPARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.schema import (
        ActionPart,
        QuestionPart,
        SetupPart,
        TreePart,
        UrgentPart,
    )
    from troubleshoot.tree.source import Path

    Taking: TypeAlias = QuestionPart | UrgentPart | ActionPart | SetupPart


Key: TypeAlias = Literal["by", "needs"]
ROOMS = ("urgent", "questions", "setups", "actions")


def with_those(own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, the own first; what adds nothing is not copied."""
    return tuple(dict.fromkeys(own + others)) if own else others


class Takes:
    """What the steps of one file take."""

    def __init__(self, part: TreePart, complaints: Complaints) -> None:
        self.part = part
        self.complaints = complaints
        self._known: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, step: Taking) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """
        Who takes a step, and with what.

        Who is said closest to the step counts alone; things add up, the step's first.
        """
        by, things = self._of_setup(getattr(step, "setup", None))
        return tuple(step.by) or by, with_those(tuple(step.needs), things)

    def _of_setup(self, name: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The same of a setup, worked out once; what comes round in a circle ends."""
        row: list[str] = []
        while name in self.part.setups and name not in self._known:
            self._known[name] = (), ()
            row.append(name)
            name = self.part.setups[name].setup
        found = self._known.get(name or "", ((), ()))
        for each in reversed(row):
            setup = self.part.setups[each]
            by, things = found
            found = tuple(setup.by) or by, with_those(tuple(setup.needs), things)
            self._known[each] = found
        return found

    def titles(self, key: Key) -> dict[str, str]:
        """Of what has a title, by its id; two titles for one id are a problem."""
        found: dict[str, tuple[str, Path]] = {}
        for id, title, path in self._titled(key):
            first, place = found.setdefault(id, (title, path))
            if title != first:
                line = self.complaints.source.place(place).line
                self.complaints.note(
                    "two-titles",
                    path,
                    f"'{id}' is '{title}' here and '{first}' on line {line}",
                    fix=f"write one title, once: under '{key}' at the top of the file.",
                    also=[line],
                )
        return {id: title for id, (title, _) in found.items()}

    def _titled(self, key: Key) -> Iterator[tuple[str, str, Path]]:
        for id, title in getattr(self.part, key).items():
            yield id, title, (key, id)
        for room in ROOMS:
            for step, part in getattr(self.part, room).items():
                names = getattr(part, key)
                if isinstance(names, Mapping):
                    for id, title in names.items():
                        yield id, title, (room, step, key, id)

    def similar_names(self, key: Key) -> None:
        """
        Roles or things that are named once, and look like another one.

        A misspelt one is noticed by its likeness alone.
        """
        uses: dict[str, list[Path]] = {x: [(key, x)] for x in getattr(self.part, key)}
        listed = set(uses)
        for room in ROOMS:
            for id, part in getattr(self.part, room).items():
                for name, at in self._named(part, (room, id, key)):
                    uses.setdefault(name, []).append(at)
        order = {name: number for number, name in enumerate(uses)}
        once = [x for x, paths in uses.items() if len(paths) == 1 and x not in listed]
        for name in once[: MOST_COMPARED // 2 // max(1, len(uses))]:
            rivals = [each for each in uses if each != name and is_slip(name, each)]
            # Of two that stand once, the later one is taken for the slip.
            surer = [x for x in rivals if len(uses[x]) > 1 or order[x] < order[name]]
            if surer:
                self._similar(key, name, uses[name][0], surer[0], uses[surer[0]][0])

    def _named(
        self, part: Taking, path: tuple[str, str, Key]
    ) -> Iterator[tuple[str, Path]]:
        """What stands under one key of a step, each with its place."""
        names = getattr(part, path[-1])
        for index, name in enumerate(names):
            titled = isinstance(names, Mapping)
            yield name, (*path, name) if titled else self.complaints.item(path, index)

    def _similar(
        self, key: Key, name: str, path: Path, other: str, first: Path
    ) -> None:
        line = self.complaints.source.place(first).line
        message = (
            f"'{name}' stands under '{key}' this once, and '{other}' is much alike"
        )
        self.complaints.note(
            "similar-name",
            path,
            message,
            severity="warning",
            fix=f"did you mean '{other}' (line {line})?",
        )
