"""
Conditions: all or any of some claims, weighed in three values.

What a claim is, and how it stands, its owner says: a tree speaks of answers by their
ids, a plan by their numbers. A claim is met, unmet for good as things stand, or open;
"all" is the least of its parts and "any" the greatest, for numbers and arrays alike.

Source: Kleene (1952), "Introduction to Metamathematics", § 64, for the three values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


MET: Final = 1
OPEN: Final = 0
UNMET: Final = -1

C = TypeVar("C")
D = TypeVar("D")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Condition(Generic[C]):
    """
    All of some parts, or any one of them; a part is a claim or a condition.

    The empty one asks for nothing: it is false as a truth value, and always met.

    >>> Condition(parts=("dry", Condition(every=False, parts=("warm", "lit")))).truth(
    ...     {"dry": MET, "warm": UNMET, "lit": OPEN}.__getitem__
    ... )
    0
    """

    every: bool = True
    parts: tuple[C | Condition[C], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    def claims(self) -> Iterator[C]:
        """All claims in it, however deep."""
        for each in self.parts:
            if isinstance(each, Condition):
                yield from each.claims()
            else:
                yield each

    def truth(
        self,
        of: Callable[[C], Any],
        least: Callable[[Iterable[Any]], Any] = min,
        most: Callable[[Iterable[Any]], Any] = max,
    ) -> Any:  # noqa: ANN401 - whatever ``of`` gives: a number, or an array of them
        """How it stands, where a claim stands as ``of`` says."""
        if not self.parts:
            return MET
        values = [
            each.truth(of, least, most) if isinstance(each, Condition) else of(each)
            for each in self.parts
        ]
        return least(values) if self.every else most(values)

    def rest(self, of: Callable[[C], D | int]) -> Condition[D] | int:
        """
        What is left to wait for: met, unmet, or a condition on what is open.

        ``of`` gives ``MET``, ``UNMET`` or what stands for a claim that is open.
        """
        parts = [
            each.rest(of) if isinstance(each, Condition) else of(each)
            for each in self.parts
        ]
        decides = UNMET if self.every else MET
        if not parts or decides in parts:
            return decides if parts else MET
        waiting = tuple(each for each in parts if not isinstance(each, int))
        return Condition(self.every, waiting) if waiting else -decides

    def mapped(self, of: Callable[[C], D | Condition[D]]) -> Condition[D]:
        """The same with other claims in their places."""
        return Condition(
            self.every,
            tuple(
                each.mapped(of) if isinstance(each, Condition) else of(each)
                for each in self.parts
            ),
        )


def both(one: Condition[C], other: Condition[C]) -> Condition[C]:
    """What asks for all that either asks for."""
    if not (one and other):
        return one or other
    parts = [*(one.parts if one.every else (one,))]
    parts += other.parts if other.every else (other,)
    return Condition(parts=tuple(parts))


def in_order(waits_for: Mapping[K, Iterable[K]]) -> list[K]:
    """Each after what it waits for, as far as nothing waits in a circle."""
    order: dict[K, None] = {}
    for first in waits_for:
        stack, entered = [first], set[K]()
        while stack:
            each = stack[-1]
            if each in order or each in entered:
                order[stack.pop()] = None
                continue
            entered.add(each)
            stack += [
                x
                for x in waits_for[each]
                if x in waits_for and x not in order and x not in entered
            ]
    return list(order)


def settled(
    order: Sequence[K],
    truth: Callable[[K, Mapping[K, Any]], Any],
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other),
) -> dict[K, Any]:
    """
    How things stand each of which may hang on the others: all are open at first.

    ``truth`` says how one stands, going by all. What becomes met or unmet stays so: the
    three values are monotone, and the result is the same in every order.
    """
    found: dict[K, Any] = dict.fromkeys(order, OPEN)
    while True:
        before = dict(found)
        for each in order:
            found[each] = truth(each, found)
        if all(same(before[each], found[each]) for each in order):
            return found
