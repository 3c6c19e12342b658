"""
Answers of all questions under all causes, as one matrix.

Throughout this module:
    p   is a belief, shape (causes,)
    M   is the matrix, shape (causes, columns + questions): P(answer | cause) of the
        leading answers, then H(answer | cause) of each question. A cause is a row,
        so that taking the live causes copies contiguous memory
    J   is P(answer and remedy class), shape (classes, columns)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.gain import IntArray, Leading
    from troubleshoot.engine.likelihood import Likelihood

BLOCK = 2**20  # numbers of M that are filled at a time
SLAB = 2**17  # numbers of J at a time, so that their logarithms stay in the cache


@dataclass(frozen=True)
class Slab:
    """Remedy classes of one size, whose causes stand one after the other in M."""

    start: int
    classes: int
    size: int

    @property
    def stop(self) -> int:
        """The row after the last one."""
        return self.start + self.classes * self.size


@dataclass(frozen=True, eq=False)
class Dense:
    """
    M for some causes: those alone in their class first, then the others by class.

    ``rows`` names the cause of each row, ``classes`` the class of every cause, in
    or out of M.
    """

    leading: Leading
    classes: IntArray
    rows: IntArray
    slabs: tuple[Slab, ...]
    matrix: FloatArray

    def restricted(self, live: IntArray) -> Dense:
        """The same with the rows of the live causes only."""
        row = np.empty(len(self.classes), dtype=np.intp)
        row[self.rows] = np.arange(len(self.rows))
        order, slabs = _arranged(self.classes[live], self.leading.columns)
        rows = live[order]
        matrix = self.matrix.take(row[rows], axis=0)
        return Dense(self.leading, self.classes, rows, slabs, matrix)

    def sums(self, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """
        P(leading answer), shape (columns,), and H(A | remedy class), (questions,).

        One pass over M, which is two matrix-vector products, when all classes hold a
        single cause; the others cost logarithms of their joint with the answers.
        """
        p = p[self.rows]
        columns = self.leading.columns
        alone = self.slabs[0].start if self.slabs else len(p)
        both = p[:alone] @ self.matrix[:alone]
        answers, noise = both[:columns], both[columns:]
        for slab in self.slabs:
            joint, mass = self._joint(slab, p)
            answers += joint.sum(axis=0)
            noise += self.leading.entropy(joint, mass[:, None]).sum(axis=0)
        return answers, noise

    def _joint(self, slab: Slab, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """J and P(class) of the classes in the slab."""
        shape = (slab.classes, slab.size)
        weights = p[slab.start : slab.stop].reshape(shape)
        rows = self.matrix[slab.start : slab.stop].reshape(*shape, -1)
        joint = weights[:, None, :] @ rows[:, :, : self.leading.columns]
        return joint[:, 0, :], weights.sum(axis=1)


def dense(
    leading: Leading, classes: IntArray, likelihoods: tuple[Likelihood, ...]
) -> Dense:
    """M for all causes, filled some questions at a time: it takes only its size."""
    rows, slabs = _arranged(classes, leading.columns)
    place = np.argsort(rows)
    matrix = np.empty((len(rows), leading.columns + len(likelihoods)))
    step = max(1, BLOCK // len(rows))
    for q in range(0, len(likelihoods), step):
        some, first = likelihoods[q : q + step], leading.first[q]
        answers = np.concatenate([_answers(each, place) for each in some])
        matrix[:, first : first + len(answers)] = answers.T
        noise = np.stack([_noise(each, place) for each in some])
        matrix[:, leading.columns + q : leading.columns + q + len(some)] = noise.T
    return Dense(leading, classes, rows, slabs, matrix)


def _answers(each: Likelihood, place: IntArray) -> FloatArray:
    """P(leading answer | cause) of a question, shape (leading, causes)."""
    stored = slice(0, each.leading)
    table = np.empty((each.leading, len(place)))
    table[:] = each.otherwise[stored, None]
    table[:, place[each.causes]] = each.said[stored, each.which]
    return table


def _noise(each: Likelihood, place: IntArray) -> FloatArray:
    """H(answer | cause) of a question, shape (causes,)."""
    noise = np.full(len(place), each.entropy_otherwise)
    noise[place[each.causes]] = each.entropies
    return noise


def _arranged(classes: IntArray, columns: int) -> tuple[IntArray, tuple[Slab, ...]]:
    """The order of causes by size of their class and class, and the slabs in it."""
    size = np.bincount(classes)[classes]
    order = np.lexsort((classes, size))
    sizes, starts, causes = np.unique(
        size[order], return_index=True, return_counts=True
    )
    found = zip(sizes.tolist(), starts.tolist(), causes.tolist(), strict=True)
    slabs = (_cut(Slab(at, n // size, size), columns) for size, at, n in found)
    return order, tuple(slab for cut in slabs for slab in cut if slab.size > 1)


def _cut(slab: Slab, columns: int) -> Iterator[Slab]:
    """The slab in pieces whose joint fits the cache."""
    step = max(1, SLAB // max(columns, 1))
    for done in range(0, slab.classes, step):
        start = slab.start + done * slab.size
        yield Slab(start, min(step, slab.classes - done), slab.size)
