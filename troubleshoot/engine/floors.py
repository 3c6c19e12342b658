"""
First lower bounds of sets of causes, each worked out once.

Throughout this module:
    live  is a set of atoms
    c     is the cost of each question in minutes, setups left out
    costs are minutes times the weight of the set

A quick bound, many sets at once, and a sharper one that is worked out on demand.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.bits import ones, unpacked
from troubleshoot.engine.bounds import Information, certificate, huffman, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.engine.certain import Certain, Questions

FEW = 3  # atoms that are not worth an array
COVERED = 10_000_000  # cells up to which the certificate bound is worth its time
SHARPENED = 128  # groups up to which the ordered bound is worth its time


class Floors:
    """What no policy can beat, of the sets met so far."""

    def __init__(self, certain: Certain) -> None:
        self.certain = certain
        self._floor: dict[int, float] = {}
        self._sharp: dict[int, float] = {}
        self._mass: dict[int, float] = {}
        self._c = np.array([ask.cost for ask in certain.task.questions])
        self._cost: list[float] = self._c.tolist()
        self._arity = max((len(a) for a in certain.answers), default=2)
        self._w: list[float] = certain.w.tolist()
        self._group: list[int] = certain.groups.tolist()
        self._alone = len(set(self._group)) == len(self._group)

    def assess(self, sets: Iterable[int], questions: Questions) -> None:
        """Work out the quick bounds of sets."""
        many = []
        for live in set(sets) - self._floor.keys():
            if self.certain.is_one_class(live):
                self._floor[live] = 0.0
            elif live.bit_count() <= FEW:
                self._floor[live] = self._sharp_floor(live, questions)
            else:
                many.append(live)
        self._floor.update(zip(many, self._told(many, questions), strict=True))

    def quick(self, live: int) -> float:
        """The quick bound of a set that was assessed."""
        return self._floor[live]

    def sharp(self, live: int, questions: Questions) -> float:
        """A slower bound, the better one in most cases."""
        if live not in self._sharp:
            self._sharp[live] = self._sharp_floor(live, questions)
        return self._sharp[live]

    def weight(self, live: int) -> float:
        """P(one of the set)."""
        if live not in self._mass:
            self._mass[live] = sum(self._w[i] for i in ones(live))
        return self._mass[live]

    def _told(self, sets: list[int], questions: Questions) -> list[float]:
        """Bounds by what the questions can tell."""
        if not sets:
            return []
        certain, some = self.certain, list(questions)
        bounds = Information(
            certain.w, certain.groups, certain.rows[some], self._c[some]
        )
        return list(bounds.bounds(unpacked(sets, len(self._w))).tolist())

    def _sharp_floor(self, live: int, questions: Questions) -> float:
        """Huffman's bound of a set, with the costs of the questions that split it."""
        weights = self._weights(live)
        few = len(weights).bit_length() + 4  # as many as the ordered bound looks at
        c = list(islice(self._costs_of_splits(live, questions), few))
        if len(weights) < 2 or not c:  # noqa: PLR2004 - nothing to tell apart
            return 0.0
        if self._arity > 2 or c[0] == c[-1] or len(weights) > SHARPENED:  # noqa: PLR2004
            return c[0] * huffman(weights, arity=self._arity)
        return ordered(weights, c)

    def _costs_of_splits(self, live: int, questions: Questions) -> Iterator[float]:
        """Minutes of the questions that split a set, ascending."""
        for q in questions:
            # A list: a generator costs more than the few products it saves.
            if all([live & ~mask for _, mask in self.certain.answers[q]]):  # noqa: C419
                yield self._cost[q]

    def _weights(self, live: int) -> list[float]:
        """Weights of the groups in a set."""
        w = self._w
        if self._alone:
            return [w[i] for i in ones(live)]
        found: dict[int, float] = {}
        for i in ones(live):
            found[self._group[i]] = found.get(self._group[i], 0.0) + w[i]
        return list(found.values())

    def certified(self, live: int, questions: Questions) -> float:
        """The best bound there is, for the set of all atoms; 0 if it takes too long."""
        certain, task = self.certain, self.certain.task
        n = len(self._w)
        if n * n * len(self._c) > COVERED:
            return 0.0
        sharp = self._sharp_floor(live, questions)
        paths = certificate(
            certain.w,
            certain.rows,
            self._c,
            certain.apart,
            setups=[
                task.opened_after(ask, task.opened) - task.opened
                for ask in task.questions
            ],
            setup_costs=[minutes for minutes, _ in task.setups],
        )
        return max(sharp, paths)
