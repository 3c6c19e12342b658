"""Mappings that nobody can write to, as values that are shared must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, NoReturn, Protocol, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_WRITERS = ("__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem")


class ReadOnly(dict[K, V]):
    """
    A dictionary that is filled once; ``copy()`` gives one to write to.

    A dictionary still, so that it is as fast, and JSON and ``asdict`` take it; a
    ``MappingProxyType`` survives neither pickle nor deepcopy.

    >>> ReadOnly(a=1)["a"] = 2
    Traceback (most recent call last):
        ...
    TypeError: this mapping cannot be changed; change a copy of it: dict(…)
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping cannot be changed; change a copy of it: dict(…)")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


for _name in (*_WRITERS, "setdefault", "update"):
    setattr(ReadOnly, _name, ReadOnly._refuse)  # noqa: SLF001 - its own


def read_only(value: object, *names: str) -> None:
    """Close these mappings of a frozen value that is being made, if they are open."""
    for name in names:
        mapping: Mapping[Any, Any] = getattr(value, name)
        if isinstance(mapping, MutableMapping) and not isinstance(mapping, ReadOnly):
            object.__setattr__(value, name, ReadOnly(mapping))


class InHierarchy(Protocol):
    """Where a cause stands in the hierarchy."""

    @property
    def parent(self) -> str | None:
        """The group that it stands in."""

    @property
    def children(self) -> tuple[str, ...]:
        """What stands in it."""

    @property
    def depth(self) -> int:
        """How many groups it stands in."""


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
        causes: Mapping[str, InHierarchy],
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
