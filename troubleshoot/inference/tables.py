"""
Answers of all questions under all causes, in the form in which they are summed fastest.

Throughout this module:
    p      is a belief, shape (causes,), or many, shape (beliefs, causes)
    r      is a remedy class; all causes of a class are one thing to find
    J      is P(answer and remedy class), shape (classes, columns)
    M      is the dense matrix, shape (causes, columns + questions): P(answer | cause)
           of the leading answers, then H(answer | cause) of each question. A cause is
           a row, so that taking the live causes copies contiguous memory
    base   is what a cause answers that the question does not speak about, shape
           (columns + questions,), in the columns of M
    delta  is the difference from it of a cause that the question does speak about

What a question tells is ``I(R; A) = H(A) - sum_r P(r) H(A | r)``. A class of one cause
adds a number that no belief changes, times its belief; only classes of several cost
logarithms. A dense table is one pass over M, a sparse one follows the stored deltas; a
batch table keeps every answer, and looks at many beliefs at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from troubleshoot.inference.bayes import (
    AnswerColumns,
    BoolArray,
    FloatArray,
    IntArray,
    plogp,
    useful,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


ALONE = 2  # a cause and the unknown one
AT_ONCE = 2**20  # numbers of a table that are filled at a time: 8 MB beside it
# Numbers of J at a time, so that their logarithms stay in the cache; four times as many
# take a fifth longer (`benchmarks/next_step.py --forms`).
IN_CACHE = 2**17


class Interned:
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
        answers: their ids; where several hold at once, the sets of them, in the order
            of ``sets_of``.
        otherwise: P(answer) for every cause that is not in ``causes``, shape
            ``(answers,)``, sums to 1.
        causes: indices of the causes that the question speaks about, shape ``(n,)``.
        said: P(answer | cause) of those, shape ``(answers, k)``, columns sum to 1.
        which: the column of each of them, shape ``(n,)``, integers of any size.
    """

    answers: tuple[str | tuple[str, ...], ...]
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

    def sharing(self, seen: Interned) -> Likelihood:
        """The same, of arrays that equal ones of other questions are one with."""
        return replace(self, causes=seen(self.causes), which=seen(self.which))


def sets_of(marks: FloatArray) -> FloatArray:
    """
    P(set of answers | cause), each answer being in it or not by itself.

    ``P(S | c) = prod_{a in S} P(a | c) prod_{a not in S} (1 - P(a | c))``

    Args:
        marks: P(answer is among them | cause), shape ``(answers, causes)``.

    Returns:
        Shape ``(2 ** answers, causes)``; bit i of the place of a set says whether
        answer i is in it.

    >>> sets_of(np.array([[0.5], [0.25]])).ravel().tolist()
    [0.375, 0.375, 0.125, 0.125]
    """
    sets = np.ones((1, marks.shape[1]))
    for each in marks:
        sets = np.concatenate([sets * (1.0 - each), sets * each])
    return sets


def small(places: IntArray) -> IntArray:
    """The same numbers in as few bits as the largest of them needs."""
    return places.astype(np.min_scalar_type(places.max(initial=0)))


def informative_cells(likelihoods: Sequence[Likelihood]) -> int:
    """How many pairs of question and cause are stored."""
    return sum(len(each.causes) for each in likelihoods)


@dataclass(frozen=True)
class RowBlock:
    """Remedy classes of one size, whose causes stand one after the other in M."""

    start: int
    classes: int
    size: int

    @property
    def stop(self) -> int:
        """The row after the last one."""
        return self.start + self.classes * self.size


@dataclass(frozen=True, eq=False)
class DenseTable:
    """
    M for some causes: those alone in their class first, then the others by class.

    ``rows`` names the cause of each row, ``classes`` the class of every cause, in
    or out of M.
    """

    columns: AnswerColumns
    classes: IntArray
    rows: IntArray
    blocks: tuple[RowBlock, ...]
    matrix: FloatArray

    @classmethod
    def of(cls, classes: IntArray, likelihoods: Sequence[Likelihood]) -> DenseTable:
        """M for all causes, filled some questions at a time: it takes only its size."""
        columns = _leading(likelihoods)
        rows, blocks = _arranged(classes, columns.count)
        place = np.argsort(rows)
        matrix = np.empty((len(rows), columns.count + len(likelihoods)))
        step = max(1, AT_ONCE // len(rows))
        for q in range(0, len(likelihoods), step):
            some, first = likelihoods[q : q + step], columns.first[q]
            answers = np.concatenate([_answers(each, place) for each in some])
            matrix[:, first : first + len(answers)] = answers.T
            noise = np.stack([_noise(each, place) for each in some])
            matrix[:, columns.count + q : columns.count + q + len(some)] = noise.T
        return cls(columns, classes, rows, blocks, matrix)

    def restricted(self, live: IntArray) -> DenseTable:
        """The same with the rows of the live causes only."""
        row = np.empty(len(self.classes), dtype=np.intp)
        row[self.rows] = np.arange(len(self.rows))
        order, blocks = _arranged(self.classes[live], self.columns.count)
        rows = live[order]
        matrix = self.matrix.take(row[rows], axis=0)
        return DenseTable(self.columns, self.classes, rows, blocks, matrix)

    def sums(self, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """
        P(leading answer), shape (columns,), and H(A | remedy class), (questions,).

        One pass over M, which is two matrix-vector products, when all classes hold a
        single cause; the others cost logarithms of their joint with the answers.
        """
        p = p[self.rows]
        columns = self.columns.count
        alone = self.blocks[0].start if self.blocks else len(p)
        both = p[:alone] @ self.matrix[:alone]
        answers, noise = both[:columns], both[columns:]
        for block in self.blocks:
            joint, mass = self._joint(block, p)
            answers += joint.sum(axis=0)
            noise += self.columns.entropy(joint, mass[:, None]).sum(axis=0)
        return answers, noise

    def _joint(self, block: RowBlock, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """J and P(class) of the classes in the block."""
        shape = (block.classes, block.size)
        weights = p[block.start : block.stop].reshape(shape)
        rows = self.matrix[block.start : block.stop].reshape(*shape, -1)
        joint = weights[:, None, :] @ rows[:, :, : self.columns.count]
        return joint[:, 0, :], weights.sum(axis=1)


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


def _arranged(classes: IntArray, columns: int) -> tuple[IntArray, tuple[RowBlock, ...]]:
    """The order of causes by size of their class and class, and the blocks in it."""
    size = np.bincount(classes)[classes]
    order = np.lexsort((classes, size))
    sizes, starts, causes = np.unique(
        size[order], return_index=True, return_counts=True
    )
    found = zip(sizes.tolist(), starts.tolist(), causes.tolist(), strict=True)
    blocks = (_cut(RowBlock(at, n // size, size), columns) for size, at, n in found)
    return order, tuple(block for cut in blocks for block in cut if block.size > 1)


def _cut(block: RowBlock, columns: int) -> Iterator[RowBlock]:
    """The block in pieces whose joint fits the cache."""
    step = max(1, IN_CACHE // max(columns, 1))
    for done in range(0, block.classes, step):
        start = block.start + done * block.size
        yield RowBlock(start, min(step, block.classes - done), block.size)


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Differences from the base as (cause, column, delta), by cause."""

    cause: IntArray
    column: IntArray
    delta: FloatArray

    def of(self, causes: IntArray) -> Coordinates:
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

    def at(self, places: IntArray | BoolArray) -> Coordinates:
        """The cells at these places."""
        return Coordinates(self.cause[places], self.column[places], self.delta[places])


@dataclass(frozen=True, eq=False)
class CompressedColumns:
    """
    Coordinates in the order of their place in a result, to be added up per place.

    Five times as fast as ``Coordinates.onto``, once they are sorted.
    """

    cause: IntArray
    delta: FloatArray
    starts: IntArray
    places: IntArray

    @classmethod
    def of(cls, cells: Coordinates, place: IntArray) -> CompressedColumns:
        """The cells, each added up at its place."""
        # In few bits, for numpy sorts those by radix.
        order = np.argsort(small(place), kind="stable")
        place = place[order]
        starts = _changes(place)
        return cls(cells.cause[order], cells.delta[order], starts, place[starts])

    def onto(self, size: int, p: FloatArray) -> FloatArray:
        """``sum_c p(c) delta(c, column)`` of each column, shape (size,)."""
        sums = np.zeros(size)
        sums[self.places] = self.sums(p)
        return sums

    def sums(self, p: FloatArray) -> FloatArray:
        """``sum_c p(c) delta(c, place)`` of each place that has cells."""
        return np.asarray(np.add.reduceat(p[self.cause] * self.delta, self.starts))


@dataclass(frozen=True, eq=False)
class SharedClasses:
    """
    Remedy classes of several causes with the questions that speak about them.

    ``joint`` has one place per number of J; ``classes`` and ``columns`` say which.
    ``first`` is where each pair begins in J, ``question`` and ``owner`` are its
    question and its class.
    """

    joint: CompressedColumns
    classes: IntArray
    columns: IntArray
    first: IntArray
    question: IntArray
    owner: IntArray

    @classmethod
    def of(
        cls, columns: AnswerColumns, classes: IntArray, cells: Coordinates
    ) -> SharedClasses:
        """The cells of causes that share their class, by class and question."""
        count = max(columns.count, 1)
        joint = CompressedColumns.of(cells, classes[cells.cause] * count + cells.column)
        classes, places = np.divmod(joint.places, count)
        question = np.searchsorted(columns.first, places, side="right") - 1
        first = _changes(classes * count + question)
        return cls(joint, classes, places, first, question[first], classes[first])


@dataclass(frozen=True, eq=False)
class SparseTable:
    """
    The base and the cells of some causes.

    ``linear`` are the cells that need no more than a sum; of causes that share their
    class only the answers do, and those stand in ``shared`` too. ``total`` is
    ``linear`` again, in the order in which it is summed.
    """

    columns: AnswerColumns
    classes: IntArray
    base: FloatArray
    linear: Coordinates
    shared: Coordinates
    total: CompressedColumns | Coordinates
    pairs: SharedClasses

    @classmethod
    def of(cls, classes: IntArray, likelihoods: Sequence[Likelihood]) -> SparseTable:
        """The base and the cells of all causes."""
        columns = _leading(likelihoods)
        answers = [each.otherwise[: each.leading] for each in likelihoods]
        noise = [each.entropy_otherwise for each in likelihoods]
        base = np.concatenate([*answers, noise])
        cells = _cells(columns, likelihoods)
        crowded = (np.bincount(classes)[classes] > 1)[cells.cause]
        answer = cells.column < columns.count
        linear, shared = cells.at(answer | ~crowded), cells.at(answer & crowded)
        pairs = SharedClasses.of(columns, classes, shared)
        total = CompressedColumns.of(linear, linear.column)
        return cls(columns, classes, base, linear, shared, total, pairs)

    def restricted(self, live: IntArray) -> SparseTable:
        """The same with the cells of the live causes only."""
        linear, shared = self.linear.of(live), self.shared.of(live)
        pairs = SharedClasses.of(self.columns, self.classes, shared)
        # Left unsorted: sorting takes longer than summing a few times.
        return replace(self, linear=linear, shared=shared, total=linear, pairs=pairs)

    def sums(self, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """P(leading answer), shape (columns,), and H(A | remedy class), (questions,)"""
        both = self.base * p.sum() + self.total.onto(len(self.base), p)
        answers, noise = both[: self.columns.count], both[self.columns.count :]
        if len(self.pairs.first):
            noise += self._surplus(p)
        return answers, noise

    def _surplus(self, p: FloatArray) -> FloatArray:
        """What the pairs add to H(A | remedy class) over the base, (questions,)."""
        pairs, count = self.pairs, self.columns.count
        mass = np.bincount(self.classes, p).astype(np.float64)
        base = mass[pairs.classes] * self.base[pairs.columns]
        joint = (base + pairs.joint.sums(p))[None, :]
        own = AnswerColumns(pairs.first, joint.shape[1], leading=True)
        bits = own.entropy(joint, mass[pairs.owner])[0]
        surplus = bits - mass[pairs.owner] * self.base[count + pairs.question]
        questions = len(self.base) - count
        return np.bincount(pairs.question, surplus, questions).astype(np.float64)


def _cells(columns: AnswerColumns, likelihoods: Sequence[Likelihood]) -> Coordinates:
    """Every stored cell of every question, by cause."""
    cause, column, delta = [], [], []
    for q, (first, each) in enumerate(zip(columns.first, likelihoods, strict=True)):
        answers = each.given - each.otherwise[:, None]
        noise = each.entropies - each.entropy_otherwise
        places = [*range(first, first + each.leading), columns.count + q]
        cause.append(np.tile(each.causes, len(places)))
        column.append(np.repeat(places, len(each.causes)))
        delta.append(np.concatenate([*answers[: each.leading], noise]))
    cells = Coordinates(*map(np.concatenate, (cause, column, delta)))
    return cells.at(np.argsort(cells.cause, kind="stable"))


@dataclass(frozen=True, eq=False)
class BatchTable:
    """
    Every answer under all causes, for many beliefs at once.

    ``likelihood`` is P(answer | cause), shape (columns, causes). ``noise`` is
    H(answer | cause) of causes alone in their class, 0 for the others, shape
    (questions, causes); ``shared`` are the causes of each other class.
    """

    columns: AnswerColumns
    likelihood: FloatArray
    noise: FloatArray
    shared: tuple[IntArray, ...]

    @classmethod
    def of(cls, classes: IntArray, likelihoods: Sequence[FloatArray]) -> BatchTable:
        """The table of questions given as P(answer | cause), (answers, causes) each."""
        columns = AnswerColumns.of(len(each) for each in likelihoods)
        none = np.zeros((0, len(classes)))
        L = np.concatenate(likelihoods or [none])  # noqa: N806
        size = np.bincount(classes)
        noise = np.empty((len(likelihoods), len(classes)))
        step = max(1, AT_ONCE // max(1, len(L)))
        for start in range(0, len(classes), step):
            some = slice(start, start + step)
            noise[:, some] = columns.by_question(-plogp(L[:, some]).T).T
        return cls(
            columns=columns,
            likelihood=L,
            noise=noise * (size[classes] == 1),
            shared=tuple(
                np.flatnonzero(classes == r) for r in np.flatnonzero(size > 1)
            ),
        )

    def gains(self, p: FloatArray) -> FloatArray:
        """
        Expected information gain of each question about the remedy class, in bits.

        Of many beliefs, ``(…, causes) → (…, questions)``: two matrix products, and
        one with logarithms for each class of several causes.
        """
        L, whole = self.likelihood, np.ones(1)  # noqa: N806
        bits = self.columns.entropy(p @ L.T, whole) - p @ self.noise.T
        for members in self.shared:
            among = p[..., members]
            mass = among.sum(axis=-1, keepdims=True)
            bits = bits - self.columns.entropy(among @ L[:, members].T, mass)
        return useful(bits)


Table: TypeAlias = DenseTable | SparseTable


def gains(table: Table, p: FloatArray) -> FloatArray:
    """
    Expected information gain of each question about the remedy class, in bits.

    ``I(R; A) = H(A) - sum_r P(r) H(A | r)``; never negative, exactly 0 for a question
    that tells nothing.

    Returns:
        Shape ``(questions,)``.
    """
    answers, noise = table.sums(p)
    answer_entropy = table.columns.entropy(answers[None, :], p.sum(keepdims=True))
    return useful(answer_entropy[0] - noise)


def _leading(likelihoods: Sequence[Likelihood]) -> AnswerColumns:
    return AnswerColumns.of((each.leading for each in likelihoods), leading=True)


def _changes(sorted_values: IntArray) -> IntArray:
    """Where each run of equal values begins."""
    new = np.ones(len(sorted_values), dtype=np.bool_)
    new[1:] = sorted_values[1:] != sorted_values[:-1]
    return np.flatnonzero(new)
