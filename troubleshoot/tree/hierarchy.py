"""The causes of a tree: groups over root causes, and their priors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from troubleshoot.tree.read_only import ByCause, ReadOnly
from troubleshoot.tree.schema import CausePart, GroupPart
from troubleshoot.tree.tree import UNKNOWN, Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.schema import IncludePart, TreePart
    from troubleshoot.tree.source import Path
    from troubleshoot.tree.values import Prior


V = TypeVar("V")


class Hierarchy:
    """All causes of a file by id; ``leaves`` are the root causes under each."""

    def __init__(self, part: TreePart, complaints: Complaints) -> None:
        self.complaints = complaints
        self.causes: dict[str, Cause] = {}
        self.leaves: dict[str, tuple[str, ...]] = {}
        self.paths: dict[str, Path] = {}
        self._priors: dict[str, Prior | None] = {}
        for id, cause in part.causes.items():
            self._enter(id, cause, None, ("causes", id))
        self._check_kinds(tuple(part.causes))
        self._set_priors(part)
        self.causes = ReadOnly(self.causes)

    def by_cause(
        self,
        said: Iterable[tuple[str, V]],
        path: Path,
        beneath: Mapping[str, V] | None = None,
    ) -> Mapping[str, V]:
        """What is said of causes and groups, by root cause; the closer one wins."""
        known: dict[str, V] = {}
        for name, value in said:
            if name in self.causes:
                known[name] = value
            else:
                at = (*path, name)
                self.complaints.unknown("cause", name, at, key=True)
        return ByCause(known, self.causes, beneath)

    def _enter(
        self,
        id: str,
        part: CausePart | GroupPart | IncludePart,
        parent: str | None,
        path: Path,
    ) -> tuple[str, ...]:
        """Take in a cause and all below it; returns its root causes."""
        if not self._is_new(id, path):
            return ()
        below = part.causes if isinstance(part, GroupPart) else {}
        self.paths[id] = path
        self._priors[id] = part.prior
        self.causes[id] = Cause(
            id=id,
            title=part.title or id.rpartition(".")[2].replace("-", " ").capitalize(),
            about=part.about or "",
            parent=parent,
            depth=len(path) // 2 - 1,
            children=tuple(below),
            actions=part.actions if isinstance(part, CausePart) else (),
            line=self.complaints.line(path),
        )
        self.leaves[id] = tuple(
            leaf
            for each, child in below.items()
            for leaf in self._enter(each, child, id, (*path, "causes", each))
        )
        if not below:
            self.leaves[id] = (id,)
        return self.leaves[id]

    def _is_new(self, id: str, path: Path) -> bool:
        if id in self.paths:
            first = self.complaints.line(self.paths[id])
            message = f"'{id}' names a second cause, first on line {first}"
            fix = "rename one of them, wherever it is named."
            self.complaints.note(
                "duplicate-id", path, message, key=True, fix=fix, also=[first]
            )
            return False
        if id == UNKNOWN:
            message = f"'{UNKNOWN}' is the name of the cause that nobody listed"
            fix = "choose another name."
            self.complaints.note("bad-id", path, message, key=True, fix=fix)
        return True

    def _check_kinds(self, top: tuple[str, ...]) -> None:
        """Note where a count and a percentage are compared, if only with a default."""
        said = {
            id: prior.is_percentage
            for id, prior in self._priors.items()
            if prior is not None and prior.is_percentage is not None
        }
        first = next(iter(said), "")
        other = next((id for id in said if said[id] != said[first]), None)
        if other is not None:
            self._note_mixed(other, f"the prior {self._said(other)}", first)
        elif first and said[first]:
            groups = [each.children for each in self.causes.values() if each.children]
            for below in (top, *groups):
                self._check_defaults(below)

    def _check_defaults(self, below: tuple[str, ...]) -> None:
        """Beside percentages, a cause without a prior would count as a certain one."""
        priors = [(each, self._priors[each]) for each in self._compared(below)]
        percentage = next((id for id, said in priors if said and said.value), None)
        silent = next((id for id, said in priors if said is None), None)
        if percentage and silent:
            self._note_mixed(silent, "no prior, which counts as 1,", percentage)

    def _compared(self, below: tuple[str, ...]) -> Iterator[str]:
        """The causes whose priors are compared; a group without one stands aside."""
        for id in below:
            cause = self.causes[id]
            if cause.children and self._priors[id] is None:
                yield from self._compared(cause.children)
            else:
                yield id

    def _note_mixed(self, id: str, has: str, other: str) -> None:
        line = self.causes[other].line
        message = f"'{id}' has {has} and '{other}' {self._said(other)} (line {line})"
        fix = "write all priors of a tree as counts, or all as percentages."
        at = self.paths[id]
        self.complaints.note(
            "mixed-priors", at, message, key=True, fix=fix, also=[line]
        )

    def _said(self, id: str) -> str:
        prior = self._priors[id]
        return f"'{prior.text}'" if prior else ""

    def _set_priors(self, part: TreePart) -> None:
        """Spread the priors of groups over their leaves, then normalise."""
        weights: dict[str, float] = {}
        for id in part.causes:
            weights |= self._weights(id)
        total = math.fsum(weights.values())
        if total == 0:
            message = "every cause has the prior 0"
            self.complaints.note("no-prior", ("causes",), message, key=True)
            return
        scale = (1 - part.unknown) / total
        for id, cause in self.causes.items():
            share = math.fsum(weights[leaf] for leaf in self.leaves[id]) * scale
            self.causes[id] = replace(cause, prior=share)

    def _weights(self, id: str) -> Mapping[str, float]:
        """Relative priors of the root causes under one cause."""
        said, cause = self._priors[id], self.causes[id]
        prior = said and said.value
        if not cause.children:
            return {id: 1.0 if prior is None else prior}
        shares: dict[str, float] = {}
        for child in cause.children:
            if self.causes[child].parent == id:  # else a duplicate, noted before
                shares |= self._weights(child)
        total = math.fsum(shares.values())
        if prior and total == 0:
            message = f"'{id}' has a prior to share, and every cause under it has 0"
            self.complaints.note("no-prior", self.paths[id], message, key=True)
        if prior is None or total == 0:
            return shares
        return {leaf: share * prior / total for leaf, share in shares.items()}
