"""
Choosing among steps by what they bring per minute.

Throughout this module:
    gains       what each step brings (bits, or P(fixes)), shape (steps,)
    costs       minutes of each step, shape (steps,)
    candidates  which steps may be chosen, shape (steps,)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray

BoolArray: TypeAlias = npt.NDArray[np.bool_]

WORTHLESS = 1e-9  # what brings no more is never chosen
SLIGHT = 0.05  # bits; where no question tells more, it is time to act
TIE = 1e-9  # relative; values that close are equal, and the first one wins


def best(gains: FloatArray, costs: FloatArray, candidates: BoolArray) -> int | None:
    """
    The step that brings most per minute, the first one in a tie.

    What is free beats all that costs, and among free steps the greatest gain wins.
    None when no candidate is worth choosing.

    >>> best(np.array([0.9, 0.5]), np.array([3.0, 1.0]), np.array([True, True]))
    1
    """
    worth = candidates & (gains > WORTHLESS)
    free = worth & (costs <= 0)
    if free.any():
        return _first_greatest(gains, free)
    return _first_greatest(_per_minute(gains, costs), worth)


def ranking(gains: FloatArray, costs: FloatArray, candidates: BoolArray) -> list[int]:
    """
    The steps worth choosing in the order in which ``best`` would take them.

    Calls ``best`` once per step it returns.
    """
    order: list[int] = []
    left = candidates.copy()
    while (i := best(gains, costs, left)) is not None:
        order.append(i)
        left[i] = False
    return order


def _first_greatest(values: FloatArray, among: BoolArray) -> int | None:
    if not among.any():
        return None
    greatest = values[among].max()
    return int(np.flatnonzero(among & (values >= greatest * (1 - TIE)))[0])


def _per_minute(gains: FloatArray, costs: FloatArray) -> FloatArray:
    return np.divide(gains, costs, out=np.zeros_like(gains), where=costs > 0)
