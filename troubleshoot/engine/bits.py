"""Sets of small numbers as integers: bit i is set when i is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.engine.gain import BoolArray


def ones(bits: int) -> Iterator[int]:
    """The members, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def bits_of(members: Iterable[int]) -> int:
    """The set with these members."""
    bits = 0
    for member in members:
        bits |= 1 << member
    return bits


def union(sets: Iterable[int]) -> int:
    """All members of any of them."""
    found = 0
    for each in sets:
        found |= each
    return found


def mask_of(members: BoolArray) -> int:
    """The set of places that hold True."""
    packed = np.packbits(members, bitorder="little").tobytes()
    return int.from_bytes(packed, "little")


def unpacked(masks: list[int], size: int) -> BoolArray:
    """Sets as rows of an array, shape ``(sets, size)``."""
    width = (size + 7) // 8
    packed = b"".join(mask.to_bytes(width, "little") for mask in masks)
    table = np.frombuffer(packed, dtype=np.uint8).reshape(len(masks), width)
    bits = np.unpackbits(table, axis=1, count=size, bitorder="little")
    return bits.astype(np.bool_)
