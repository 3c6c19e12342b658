"""The trees that a command can name or find: included ones, packs', and folders'."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from troubleshoot.text import counted
from troubleshoot.tree.named import packs
from troubleshoot.tree.registry import Registry
from troubleshoot.tree.search import best

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from troubleshoot.tree.registry import Listed


class Library:
    """Trees of several registries, each by what ``load`` takes for it."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        named = Registry(packs=True)
        self._from = {name: (named, name) for name in named.names}
        for folder in folders:
            inside = Registry(folder)
            self._from |= {
                os.path.join(folder, f"{name}.yaml"): (inside, name)  # noqa: PTH118 - './x' stays
                for name in inside.names
            }
        registries = {id(each): each for each, _ in self._from.values()}.values()
        self._listed = {
            (registry, each.name): each
            for registry in registries
            for each in registry.listed()
        }
        self._broken = {
            (registry, name): found
            for registry in registries
            for name, found in registry.problems().items()
        }

    def listed(self) -> tuple[Listed, ...]:
        """The trees that can be used, in the order of their names."""
        return tuple(
            replace(self._listed[at], name=name)
            for name, at in self._from.items()
            if at in self._listed
        )

    def find(self, complaint: str) -> tuple[Listed, ...]:
        """Those that have a word of the complaint, the best first."""
        listed = {each.name: each for each in self.listed()}
        trees = (
            (name, registry.load(own))
            for name, (registry, own) in self._from.items()
            if name in listed
        )
        return tuple(listed[name] for name in best(trees, complaint))

    def broken(self) -> dict[str, str]:
        """Why each of the others cannot be used, and each pack that cannot."""
        trees = {
            name: f"it has {counted(len(self._broken[at]), 'problem')}; "
            "'troubleshoot check' says which"
            for name, at in self._from.items()
            if at in self._broken
        }
        return trees | {f"pack {x.name}": x.why for x in packs() if x.folder is None}
