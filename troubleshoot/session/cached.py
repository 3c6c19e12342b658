"""A property worked out once per object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 - stands for the one of functools
    """
    As ``functools.cached_property``, without its lock.

    Up to Python 3.11 that lock is one for all objects of the class, so one session
    would wait for another. Here two threads may work the same thing out twice.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any]) -> Self | T:
        """Work it out, and leave it where the next look finds it first."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value
