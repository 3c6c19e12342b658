"""Mappings that nobody can write to, as values that are shared must be."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, NoReturn, TypeVar

K = TypeVar("K")
V = TypeVar("V")


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


_WRITERS = ("__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem")
for _name in (*_WRITERS, "setdefault", "update"):
    setattr(ReadOnly, _name, ReadOnly._refuse)  # noqa: SLF001 - its own


def read_only(value: object, *names: str) -> None:
    """Close these mappings of a frozen value that is being made, if they are open."""
    for name in names:
        mapping: Mapping[Any, Any] = getattr(value, name)
        if isinstance(mapping, MutableMapping) and not isinstance(mapping, ReadOnly):
            object.__setattr__(value, name, ReadOnly(mapping))
