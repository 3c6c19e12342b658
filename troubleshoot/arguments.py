"""What the arguments of public verbs can be: that, or one sentence that says so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from troubleshoot.errors import (
    ArgumentError,
    ArgumentTypeError,
    did_you_mean,
    nearest,
)


def a_text(value: object, argument: str, what: str = "") -> str:
    """The value, which is a text; ``what`` it is, where that is not the argument."""
    if not isinstance(value, str):
        raise ArgumentTypeError(f"{what or argument} is a text", argument=argument)
    return value


def a_number(
    value: object, argument: str, what: str = "", *, positive: bool = False
) -> float:
    """The value, which is a number that is not negative; infinity is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ArgumentTypeError(f"{what or argument} is a number", argument=argument)
    number = as_float(value)
    if math.isnan(number) or number < 0 or (positive and number == 0):
        least = "more than 0" if positive else "0 or more"
        raise ArgumentError(
            f"{what or argument} is a number of {least}, not {number:g}",
            argument=argument,
        )
    return value if math.isfinite(number) else number


def as_float(value: float) -> float:
    """The number; infinity for a whole one that is too large to be anything else."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def a_mapping(value: object, argument: str) -> Mapping[Any, Any]:
    """The value, which maps names to something."""
    if not isinstance(value, Mapping):
        raise ArgumentTypeError(
            f"{argument} maps names to values, such as a dictionary", argument=argument
        )
    for name in value:
        a_text(name, argument, f"each name in {argument}")
    return value


def a_function(value: object, argument: str) -> Callable[..., Any]:
    """The value, which can be called."""
    if not callable(value):
        raise ArgumentTypeError(f"{argument} is a function", argument=argument)
    return value


def names(value: object, argument: str) -> tuple[str, ...]:
    """The names, of which one stands for a list of one; none is empty."""
    many = (value,) if isinstance(value, str) else value
    if isinstance(many, bytes | bytearray) or not isinstance(many, Iterable):
        raise ArgumentTypeError(
            f"{argument} is a name or a list of names", argument=argument
        )
    found = tuple(a_text(each, argument, f"each name in {argument}") for each in many)
    if not all(each.strip() for each in found):
        raise ArgumentError(f"a name in {argument} is empty", argument=argument)
    return found


def one_of(value: object, what: str, known: Iterable[str], *, argument: str) -> str:
    """The value, which is one of the known names of this kind."""
    listed = tuple(known)
    all_ = " and ".join((", ".join(listed[:-1]), *listed[-1:]))
    if not isinstance(value, str):
        raise ArgumentTypeError(
            f"a {what} is named by a text: {all_}", argument=argument
        )
    if value in listed:
        return value
    near = nearest(value, listed)
    hint = did_you_mean(near) or f"; there are {all_}"
    raise ArgumentError(
        f"there is no {what} '{value}'{hint}", argument=argument, suggestions=near
    )
