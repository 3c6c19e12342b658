"""
P(answer | cause) of one question, stored only for the causes it speaks about.

Answers of all questions under all causes, as one matrix.

Throughout this module:
    p   is a belief, shape (causes,)
    M   is the matrix, shape (causes, columns + questions): P(answer | cause) of the
        leading answers, then H(answer | cause) of each question. A cause is a row,
        so that taking the live causes copies contiguous memory
    J   is P(answer and remedy class), shape (classes, columns)

Answers of all questions, where most causes answer most questions alike.

Throughout this module:
    p      is a belief, shape (causes,)
    base   is what a cause answers that the question does not speak about, shape
           (columns + questions,): P(answer) of the leading answers, then H(answer)
    delta  is the difference from it of a cause that the question does speak about
    J      is P(answer and remedy class), one number per class, question and answer

Time follows the stored cells, not causes times questions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.inference.bayes import BoolArray, FloatArray, IntArray, Leading, plogp

if TYPE_CHECKING:
    from collections.abc import Iterator


ALONE = 2  # a cause and the unknown one


class Shared:
    """Equal arrays are one, for questions that speak about the same causes."""

    def __init__(self) -> None:
        self._seen: dict[bytes, IntArray] = {}

    def __call__(self, array: IntArray) -> IntArray:
        """The array, or one that was equal to it."""
        key = blake2b(array.tobytes(), person=array.dtype.str.encode()).digest()
        return self._seen.setdefault(key, array)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """
    How the causes answer one question.

    What is said of many causes at once, as of a group, is one column.

    Args:
        answers: their ids.
        otherwise: P(answer) for every cause that is not in ``causes``, shape
            ``(answers,)``, sums to 1.
        causes: indices of the causes that the question speaks about, shape ``(n,)``.
        said: P(answer | cause) of those, shape ``(answers, k)``, columns sum to 1.
        which: the column of each of them, shape ``(n,)``, integers of any size.
    """

    answers: tuple[str, ...]
    otherwise: FloatArray
    causes: IntArray
    said: FloatArray
    which: IntArray

    @property
    def leading(self) -> int:
        """How many answers are stored: all but the last, and a lone one itself."""
        return max(len(self.answers) - 1, 1)

    @property
    def given(self) -> FloatArray:
        """P(answer | cause) of the causes it speaks about, shape (answers, n)."""
        return self.said.T[self.which].T

    @property
    def entropies(self) -> FloatArray:
        """H(answer | cause) in bits of the causes it speaks about, shape (n,)."""
        # How eight or more numbers are added depends on where they stand in memory;
        # so it is settled here, or results would not be the same to the bit.
        said = np.array(self.said, order="C" if len(self.causes) <= ALONE else "F")
        return np.asarray(-plogp(said).sum(axis=0))[self.which]

    @property
    def entropy_otherwise(self) -> float:
        """H(answer | cause) in bits of all other causes."""
        return -float(plogp(self.otherwise).sum())

    def row(self, answer: int, causes: int) -> FloatArray:
        """P(answer | cause) for all causes, shape ``(causes,)``."""
        row = np.full(causes, self.otherwise[answer])
        row[self.causes] = self.said[answer, self.which]
        return row

    def with_unknown(self, prior: FloatArray) -> Likelihood:
        """
        The same with the cause that nobody listed, as the last one.

        It answers half like the population (the mean weighted with the prior) and
        half evenly, so that it wins when the answers form a combination that no
        listed cause attests.

        Args:
            prior: P(cause) of the listed causes, shape ``(causes,)``, any sum.
        """
        total = prior.sum()
        share = prior[self.causes] / total if total > 0 else np.zeros(len(self.causes))
        mean = self.given @ share + self.otherwise * (1.0 - share.sum())
        unknown = 0.5 * mean + 0.5 / len(self.answers)
        return replace(
            self,
            causes=np.append(self.causes, len(prior)),
            said=np.column_stack((self.said, unknown)),
            which=small(np.append(self.which, self.said.shape[1])),
        )

    def sharing(self, shared: Shared) -> Likelihood:
        """The same, of arrays that equal ones of other questions are one with."""
        return replace(self, causes=shared(self.causes), which=shared(self.which))


def small(places: IntArray) -> IntArray:
    """The same numbers in as few bits as the largest of them needs."""
    return places.astype(np.min_scalar_type(places.max(initial=0)))


def informative_cells(likelihoods: tuple[Likelihood, ...]) -> int:
    """How many pairs of question and cause are stored."""
    return sum(len(each.causes) for each in likelihoods)


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


@dataclass(frozen=True, eq=False)
class Cells:
    """Differences from the base as (cause, column, delta), by cause."""

    cause: IntArray
    column: IntArray
    delta: FloatArray

    def of(self, causes: IntArray) -> Cells:
        """The cells of these causes only; time follows what is taken."""
        start = np.searchsorted(self.cause, causes, side="left")
        count = np.searchsorted(self.cause, causes, side="right") - start
        before = np.cumsum(count) - count
        at = np.repeat(start - before, count) + np.arange(count.sum())
        return self.at(at)

    def onto(self, size: int, p: FloatArray) -> FloatArray:
        """``sum_c p(c) delta(c, column)`` of each column, shape (size,)."""
        sums = np.bincount(self.column, p[self.cause] * self.delta, size)
        return sums.astype(np.float64, copy=False)

    def at(self, places: IntArray | BoolArray) -> Cells:
        """The cells at these places."""
        return Cells(self.cause[places], self.column[places], self.delta[places])


@dataclass(frozen=True, eq=False)
class Sums:
    """
    Cells in the order of their place in a result, to be added up per place.

    Five times as fast as ``Cells.onto``, once they are sorted.
    """

    cause: IntArray
    delta: FloatArray
    starts: IntArray
    places: IntArray

    def onto(self, size: int, p: FloatArray) -> FloatArray:
        """``sum_c p(c) delta(c, column)`` of each column, shape (size,)."""
        sums = np.zeros(size)
        sums[self.places] = self.of(p)
        return sums

    def of(self, p: FloatArray) -> FloatArray:
        """``sum_c p(c) delta(c, place)`` of each place that has cells."""
        return np.asarray(np.add.reduceat(p[self.cause] * self.delta, self.starts))


@dataclass(frozen=True, eq=False)
class Pairs:
    """
    Remedy classes of several causes with the questions that speak about them.

    ``joint`` has one place per number of J; ``classes`` and ``columns`` say which.
    ``first`` is where each pair begins in J, ``question`` and ``of`` are its question
    and its class.
    """

    joint: Sums
    classes: IntArray
    columns: IntArray
    first: IntArray
    question: IntArray
    of: IntArray


@dataclass(frozen=True, eq=False)
class Sparse:
    """
    The base and the cells of some causes.

    ``linear`` are the cells that need no more than a sum; of causes that share their
    class only the answers do, and those stand in ``shared`` too. ``total`` is
    ``linear`` again, in the order in which it is summed.
    """

    leading: Leading
    classes: IntArray
    base: FloatArray
    linear: Cells
    shared: Cells
    total: Sums | Cells
    pairs: Pairs

    def restricted(self, live: IntArray) -> Sparse:
        """The same with the cells of the live causes only."""
        linear, shared = self.linear.of(live), self.shared.of(live)
        pairs = _pairs(self.leading, self.classes, shared)
        # Left unsorted: sorting takes longer than summing a few times.
        return replace(self, linear=linear, shared=shared, total=linear, pairs=pairs)

    def sums(self, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """P(leading answer), shape (columns,), and H(A | remedy class), (questions,)"""
        both = self.base * p.sum() + self.total.onto(len(self.base), p)
        answers, noise = both[: self.leading.columns], both[self.leading.columns :]
        if len(self.pairs.first):
            noise += self._surplus(p)
        return answers, noise

    def _surplus(self, p: FloatArray) -> FloatArray:
        """What the pairs add to H(A | remedy class) over the base, (questions,)."""
        pairs, columns = self.pairs, self.leading.columns
        mass = np.bincount(self.classes, p).astype(np.float64)
        base = mass[pairs.classes] * self.base[pairs.columns]
        joint = (base + pairs.joint.of(p))[None, :]
        own = Leading(pairs.first, joint.shape[1])
        bits = own.entropy(joint, mass[pairs.of])[0]
        surplus = bits - mass[pairs.of] * self.base[columns + pairs.question]
        questions = len(self.base) - columns
        return np.bincount(pairs.question, surplus, questions).astype(np.float64)


def sparse(
    leading: Leading, classes: IntArray, likelihoods: tuple[Likelihood, ...]
) -> Sparse:
    """The base and the cells of all causes."""
    answers = [each.otherwise[: each.leading] for each in likelihoods]
    noise = [each.entropy_otherwise for each in likelihoods]
    base = np.concatenate([*answers, noise])
    cells = _cells(leading, likelihoods)
    crowded = (np.bincount(classes)[classes] > 1)[cells.cause]
    answer = cells.column < leading.columns
    linear, shared = cells.at(answer | ~crowded), cells.at(answer & crowded)
    pairs = _pairs(leading, classes, shared)
    total = _sums(linear, linear.column)
    return Sparse(leading, classes, base, linear, shared, total, pairs)


def _cells(leading: Leading, likelihoods: tuple[Likelihood, ...]) -> Cells:
    """Every stored cell of every question, by cause."""
    cause, column, delta = [], [], []
    for q, (first, each) in enumerate(zip(leading.first, likelihoods, strict=True)):
        answers = each.given - each.otherwise[:, None]
        noise = each.entropies - each.entropy_otherwise
        places = [*range(first, first + each.leading), leading.columns + q]
        cause.append(np.tile(each.causes, len(places)))
        column.append(np.repeat(places, len(each.causes)))
        delta.append(np.concatenate([*answers[: each.leading], noise]))
    cells = Cells(*map(np.concatenate, (cause, column, delta)))
    return cells.at(np.argsort(cells.cause, kind="stable"))


def _pairs(leading: Leading, classes: IntArray, cells: Cells) -> Pairs:
    """The cells of causes that share their class, by class and question."""
    columns = max(leading.columns, 1)
    joint = _sums(cells, classes[cells.cause] * columns + cells.column)
    classes, places = np.divmod(joint.places, columns)
    question = np.searchsorted(leading.first, places, side="right") - 1
    first = _changes(classes * columns + question)
    return Pairs(joint, classes, places, first, question[first], classes[first])


def _sums(cells: Cells, place: IntArray) -> Sums:
    order = np.argsort(_small(place), kind="stable")
    place = place[order]
    starts = _changes(place)
    return Sums(cells.cause[order], cells.delta[order], starts, place[starts])


def _small(place: IntArray) -> IntArray:
    """The same numbers, in sixteen bits if they fit: numpy sorts those by radix."""
    fits = len(place) > 0 and place.max() <= np.iinfo(np.uint16).max
    return place.astype(np.uint16) if fits else place


def _changes(sorted_values: IntArray) -> IntArray:
    """Where each run of equal values begins."""
    new = np.ones(len(sorted_values), dtype=np.bool_)
    new[1:] = sorted_values[1:] != sorted_values[:-1]
    return np.flatnonzero(new)
