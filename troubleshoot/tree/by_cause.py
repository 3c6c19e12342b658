"""What is said of causes and groups, by root cause, without writing it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from troubleshoot.tree.read_only import ReadOnly

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Cause

V = TypeVar("V")


class ByCause(Mapping[str, V]):
    """
    Root cause → what is said of it, or else of the closest group that it stands in.

    A question that speaks of forty groups stays forty entries, though ten thousand
    root causes stand under them. Read-only; pickled as a plain mapping.

    Args:
        said: by cause or group, as it is written.
        causes: all causes of the tree.
        beneath: by root cause, for those of which nothing is said.
    """

    __slots__ = ("_beneath", "_causes", "said")

    def __init__(
        self,
        said: Mapping[str, V],
        causes: Mapping[str, Cause],
        beneath: Mapping[str, V] | None = None,
    ) -> None:
        self.said = ReadOnly(said)
        self._causes = causes
        self._beneath = ReadOnly(beneath or {})

    def __getitem__(self, id: str) -> V:
        cause = self._causes.get(id)
        if cause is None or cause.children:
            raise KeyError(id)
        name: str | None = id
        while name is not None:
            if name in self.said:
                return self.said[name]
            name = self._causes[name].parent
        return self._beneath[id]

    def __iter__(self) -> Iterator[str]:
        return (
            id
            for id, cause in self._causes.items()
            if not cause.children and id in self
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self.said or self._beneath)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __copy__(self) -> ByCause[V]:
        return self

    def __deepcopy__(self, _: object) -> ByCause[V]:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnly, (dict(self),)

    def layers(self) -> Iterator[tuple[str, V]]:
        """What is said, from the top down: what comes later is closer, and wins."""
        yield from self._beneath.items()
        yield from sorted(self.said.items(), key=lambda it: self._causes[it[0]].depth)


def layers(mapping: Mapping[str, V]) -> Iterator[tuple[str, V]]:
    """The layers of what is said by cause, however it is held."""
    held = mapping.layers() if isinstance(mapping, ByCause) else mapping.items()
    yield from held
