"""
What no policy can beat: lower bounds on the expected cost of telling causes apart.

Throughout this module:
    w     is the weight of each cause (or group of causes), non-negative; a bound is
          in minutes times weight, so it is expected minutes where they sum to 1
    c     is the cost of each question in minutes, setups left out
    rows  is which answer each cause leads to, shape (questions, causes)
    live  is a set of atoms, as in ``certain``

Assumed by every bound: answers are certain, a question is asked at most once on a
path, and a policy goes on until what is left cannot or need not be told apart.
Conditions and setups only make policies dearer, so leaving them out keeps a bound true.
"""

from __future__ import annotations

from bisect import insort
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.inference.bayes import plogp
from troubleshoot.planner.task import mask_of, ones, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.certain import Certain, Questions


IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

# What halving or doubling these changes: `python benchmarks/constants.py bounds`.
SMALL = 1_500  # cells of a table whose cheapest cover is looked for
COVERS = 500  # partial covers looked at before the exact one is given up
PRICES = 9  # prices of a bit among the costs of the questions; any price is a bound
DEARER = (1.5, 2.5, 5.0, 10.0)  # and prices above them, relative to the dearest
FEW = 3  # atoms that are not worth an array
COVERED = 10_000_000  # cells up to which the certificate bound is worth its time
SHARPENED = 128  # groups up to which the ordered bound is worth its time


def huffman(w: Sequence[float], *, arity: int = 2) -> float:
    """
    Fewest expected questions with ``arity`` answers that tell all groups apart.

    A policy is a prefix code of what it tells apart, and Huffman's code is the
    shortest. Only groups that every policy must tell apart may count as different:
    merge the others first, or it is no bound. Times the cheapest cost: minutes.

    >>> round(huffman([0.70, 0.01, 0.02, 0.10, 0.05, 0.12]), 12)
    1.59

    Source: Huffman (1952), "A method for the construction of minimum-redundancy
    codes".
    """
    if len(w) < 2:  # noqa: PLR2004 - nothing to tell apart
        return 0.0
    queue = [0.0] * (-(len(w) - 1) % (arity - 1)) + sorted(w)
    total, at = 0.0, 0
    while len(queue) - at > 1:
        joined = sum(islice(queue, at, at + arity))
        at += arity
        total += joined
        insort(queue, joined, lo=at)
    return total


def ordered(w: Sequence[float], c: Sequence[float]) -> float:
    """
    Least expected cost if the k-th yes/no question of a path were the k-th cheapest.

    ``min sum_i w_i (c_1 + … + c_{l_i})`` over lengths with ``sum_i 2^-l_i <= 1``: with
    equal costs Huffman's bound, else a better one, as no question is asked twice. It
    is a purchase of coins: the l-th question of cause i is worth ``2^-l`` and costs
    ``w_i c_l``; coins worth ``len(w) - 1`` must be bought.

    Few levels are built. All below them count as one coin more of the last worth,
    which they are not worth together, at the price of the first: the bound only sinks.

    >>> ordered([0.5, 0.25, 0.25], [3.0, 1.0, 2.0])
    2.0

    Source: Larmore & Hirschberg (1990), "A fast algorithm for optimal length-limited
    Huffman codes"; ascending costs make a path buy its coins in order.
    """
    n = len(w)
    if n < 2 or not len(c):  # noqa: PLR2004 - nothing to tell apart, or nothing to ask
        return 0.0
    ascending = sorted(c)[: n - 1]
    depth = n.bit_length() + 3
    coins = [x * price for price in ascending[depth : depth + 1] for x in w]
    coins.sort()
    for level, price in enumerate(reversed(ascending[:depth])):
        if level:
            coins = [a + b for a, b in zip(coins[::2], coins[1::2], strict=False)]
        coins += [x * price for x in w]
        coins.sort()
    return sum(coins[: 2 * (n - 1)])


class InformationBounds:
    """
    Bounds by what the answers can tell at most, for many sets of causes at once.

    Let question q be asked in situations of total weight ``x_q <= W``. What it tells
    there is at most ``g_q(x_q) = x_q h(m_q / x_q)`` bits, where ``m_q`` is the weight
    behind its rarer answer, h the entropy of two outcomes, and at most ``x_q`` bits;
    with more answers, at most ``H(q)`` and ``x_q log2(answers)``. Together the
    questions must tell H(groups). So for every price of a bit

        ``price H - sum_q max_x (price g_q(x) - c_q x)  <=  sum_q c_q x_q``.

    A question that is cheap but tells little, or that speaks of few causes, is
    charged for what it leaves open; Huffman's bound takes it for a perfect one.

    Source: Lagrangian duality; the gain is concave in x. With ``r = c / price`` and
    ``t = 1 - 2^-r`` the maximum is ``-price m log2(2^r - 1)`` where ``m <= t W``.
    """

    def __init__(
        self, w: FloatArray, groups: IntArray, rows: IntArray, c: FloatArray
    ) -> None:
        self._w = w
        alone = len(set(groups.tolist())) == len(w)
        self._groups = None if alone else _one_hot(groups)
        self._cost = np.maximum(c, 1e-12)
        self._prices = _prices(self._cost)
        answers = rows.max(axis=1, initial=0) + 1
        binary = answers <= 2  # noqa: PLR2004 - yes and no
        self._rarer = (rows[binary] == 1).T.astype(np.float64)
        self._binary = self._cost[binary]
        self._many = [
            (_one_hot(row), minutes, bits)
            for row, minutes, bits in zip(
                rows[~binary],
                self._cost[~binary],
                np.log2(answers[~binary]),
                strict=True,
            )
        ]

    def bounds(self, live: BoolArray) -> FloatArray:
        """A lower bound for each set of causes, ``(sets, causes) → (sets,)``."""
        weight = live * self._w
        total = weight.sum(axis=1)
        p = weight / np.where(total > 0, total, 1.0)[:, None]
        grouped = p if self._groups is None else p @ self._groups
        bits = -plogp(grouped).sum(axis=1)
        yes = p @ self._rarer
        m = np.clip(np.minimum(yes, 1.0 - yes), 0.0, 0.5)
        told = -plogp(m) - plogp(1.0 - m)
        many = [-plogp(p @ one_hot).sum(axis=1) for one_hot, _, _ in self._many]
        best = np.zeros(len(live))
        for price in self._prices:
            surplus = self._surplus(price, m, told) + self._surplus_of_many(price, many)
            np.maximum(best, price * bits - surplus, out=best)
        return np.asarray(best * total)

    def _surplus(self, price: float, m: FloatArray, told: FloatArray) -> FloatArray:
        """``sum_q max_x (price g_q(x) - c_q x)`` over the yes/no questions."""
        c = self._binary
        r = np.minimum(c / price, 1.0)
        t = 1.0 - np.exp2(-r)
        unspent = -np.log2(np.expm1(r * np.log(2.0)))
        surplus = np.where(m <= t, price * unspent * m, price * told - c)
        return np.asarray(np.where(c < price, surplus, 0.0).sum(axis=1))

    def _surplus_of_many(self, price: float, told: Sequence[FloatArray]) -> FloatArray:
        """The same over the questions with more answers."""
        zero = np.zeros(1)
        return sum(
            (
                bits * max(0.0, price - minutes / most)
                for bits, (_, minutes, most) in zip(told, self._many, strict=True)
            ),
            start=zero,
        )


def certificate(
    w: FloatArray,
    rows: IntArray,
    c: FloatArray,
    apart: BoolArray,
    *,
    setups: Sequence[frozenset[int]] = (),
    setup_costs: Sequence[float] = (),
) -> float:
    """
    What each cause must pay at least to be told from all that it must be told from.

    ``sum_i w_i min { c(Q) : Q separates i from every j with apart[i, j] }``: the path
    of cause i is such a set Q, with each setup on it paid once. The cheapest set is
    found exactly while that is quick, and otherwise bounded from below, setups left
    out, by sharing the cost of each question among the causes that it separates.

    Args:
        w: weights, shape ``(causes,)``.
        rows: the answer each cause leads to, shape ``(questions, causes)``.
        c: minutes, setups left out, shape ``(questions,)``.
        apart: which causes every policy must tell apart, ``(causes, causes)``.
        setups: those that each question opens; none when left out.
        setup_costs: minutes of each setup.

    Source: the set-cover bound of Pattipati & Alexandridis (1990); the shares are a
    feasible dual of the covering programme (Chvátal 1979).
    """
    needs = list(setups) or [frozenset[int]()] * len(c)
    total = 0.0
    for i in range(len(w)):
        separates = (rows != rows[:, i, None]) & apart[i]
        total += float(w[i]) * _cheapest_cover(
            separates[:, apart[i]], c, needs, setup_costs
        )
    return total


def _cheapest_cover(
    covers: BoolArray,
    c: FloatArray,
    needs: Sequence[frozenset[int]],
    setup_costs: Sequence[float],
) -> float:
    """Minutes of the cheapest questions that cover every column, or fewer."""
    shares = _shares(covers, c)
    if covers.size > SMALL:
        return float(shares.sum())
    useful = np.flatnonzero(covers.any(axis=1))
    search = _Cover(
        [mask_of(covers[q]) for q in useful],
        [float(c[q]) for q in useful],
        [needs[q] for q in useful.tolist()],
        setup_costs,
        shares.tolist(),
    )
    exact = search.cheapest()
    return float(shares.sum()) if exact is None else exact


def _shares(covers: BoolArray, c: FloatArray) -> FloatArray:
    """For each column the least share of a question that covers it, ``(columns,)``."""
    size = covers.sum(axis=1)
    share = np.divide(c, size, out=np.full(len(c), np.inf), where=size > 0)
    least = np.where(covers, share[:, None], np.inf).min(axis=0, initial=np.inf)
    return np.asarray(np.where(np.isfinite(least), least, 0.0))


class _Cover:
    """The cheapest cover by branching on the column that fewest questions cover."""

    def __init__(
        self,
        masks: list[int],
        costs: list[float],
        needs: list[frozenset[int]],
        setup_costs: Sequence[float],
        shares: list[float],
    ) -> None:
        self._masks, self._costs, self._needs = masks, costs, needs
        self._setup_costs, self._shares = setup_costs, shares
        columns = range(len(shares))
        self._by_column = [
            sorted(
                (q for q, mask in enumerate(masks) if mask >> j & 1),
                key=lambda q: (costs[q] / masks[q].bit_count(), q),
            )
            for j in columns
        ]
        self._hardest = sorted(columns, key=lambda j: (len(self._by_column[j]), j))
        self._left = COVERS
        self._best = float("inf")

    def cheapest(self) -> float | None:
        """Its minutes; None when it was not found in time."""
        self._extend((1 << len(self._shares)) - 1, 0.0, frozenset())
        return None if self._left < 0 else self._best

    def _extend(self, missing: int, paid: float, opened: frozenset[int]) -> None:
        self._left -= 1
        if not missing:
            self._best = min(self._best, paid)
        rest = sum(x for j, x in enumerate(self._shares) if missing >> j & 1)
        if not missing or self._left < 0 or paid + rest >= self._best:
            return
        column = next(j for j in self._hardest if missing >> j & 1)
        for q in self._by_column[column]:
            new = self._needs[q] - opened
            price = self._costs[q] + sum(self._setup_costs[s] for s in sorted(new))
            self._extend(missing & ~self._masks[q], paid + price, opened | new)


def _one_hot(labels: IntArray) -> FloatArray:
    return np.eye(int(labels.max(initial=0)) + 1)[labels]


def _prices(c: FloatArray) -> list[float]:
    """Prices of a bit to try: among the costs, and above."""
    if not len(c):
        return []
    among = np.sort(c)[np.linspace(0, len(c) - 1, PRICES).astype(np.intp)]
    above = c.max() * np.array(DEARER)
    return sorted({*among.tolist(), *above.tolist()})


class SetBounds:
    """
    Bounds of the sets met so far, each worked out once.

    A quick bound, many sets at once, and a sharper one that is worked out on demand.
    """

    def __init__(self, certain: Certain) -> None:
        self.certain = certain
        self._quick: dict[int, float] = {}
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
        for live in set(sets) - self._quick.keys():
            if self.certain.is_one_class(live):
                self._quick[live] = 0.0
            elif live.bit_count() <= FEW:
                self._quick[live] = self._sharpened(live, questions)
            else:
                many.append(live)
        self._quick.update(zip(many, self._told(many, questions), strict=True))

    def quick(self, live: int) -> float:
        """The quick bound of a set that was assessed."""
        return self._quick[live]

    def sharp(self, live: int, questions: Questions) -> float:
        """A slower bound, the better one in most cases."""
        if live not in self._sharp:
            self._sharp[live] = self._sharpened(live, questions)
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
        bounds = InformationBounds(
            certain.w, certain.groups, certain.rows[some], self._c[some]
        )
        return list(bounds.bounds(unpacked(sets, len(self._w))).tolist())

    def _sharpened(self, live: int, questions: Questions) -> float:
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
        sharp = self._sharpened(live, questions)
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
