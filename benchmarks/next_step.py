"""
What a next step costs beside the arithmetic that it cannot do without.

``Model.gains`` beside two plain matrix-vector products of causes x questions in the
same process, called in turn; medians, as ratios. Binary answers, every cause alone in
its remedy class. Targets: at most 3 when dense; time follows the informative cells,
and shrinks with the live causes.

    python benchmarks/next_step.py [--quick]
    python benchmarks/next_step.py --forms   what chose the constants of ``inference``
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from troubleshoot.inference import tables
from troubleshoot.inference.model import Model
from troubleshoot.inference.tables import DenseTable, Likelihood, SparseTable, gains

# One thread: on a busy machine two of them wait for each other, and only that is
# measured. It is read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


Work = Callable[[], object]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

SIZES = ((1_000, 1_000), (10_000, 1_000))
FEW = 0.01  # share of informative cells
LIVE = 0.1  # share of live causes


def main(*, quick: bool) -> None:
    """Print a table of ratios."""
    rounds = 5 if quick else 41
    print(f"{'causes x questions':>20}  {'case':<34}{'ms':>9}{'ratio':>8}")
    for causes, questions in SIZES:
        rows = measured(causes, questions, rounds)
        plain = rows["two matrix-vector products"]
        for case, seconds in rows.items():
            size = f"{causes:,} x {questions:,}"
            ratio = seconds / plain
            print(f"{size:>20}  {case:<34}{seconds * 1e3:>9.3f}{ratio:>8.2f}")


def measured(causes: int, questions: int, rounds: int) -> dict[str, float]:
    """Median seconds of each case at one size."""
    rng = np.random.default_rng(20261101)
    dense, few = (random_model(rng, causes, questions, x) for x in (1.0, FEW))
    p, some = dense.prior, few_live(rng, dense.prior)
    plain = rng.random((questions, causes + 1)), rng.random((questions, causes + 1))
    work: dict[str, Work] = {
        "two matrix-vector products": lambda: (plain[0] @ p, plain[1] @ p),
        "dense": lambda: dense.gains(p),
        "dense, 10 % live, first time": lambda: first_time(dense, some),
        "dense, 10 % live, again": lambda: dense.gains(some),
        "1 % informative": lambda: few.gains(p),
        "1 %, 10 % live, first time": lambda: first_time(few, some),
        "1 %, 10 % live, again": lambda: few.gains(some),
    }
    return medians(work, rounds)


def random_model(
    rng: np.random.Generator, causes: int, questions: int, informative: float
) -> Model:
    """Yes/no questions, each speaking about a share of the causes at random."""
    prior = rng.dirichlet(np.ones(causes + 1))
    spoken = max(1, round(causes * informative))
    likelihoods = {}
    for q in range(questions):
        about = np.sort(rng.choice(causes, spoken, replace=False))
        yes = rng.random(spoken)
        likelihoods[f"q{q}"] = Likelihood(
            answers=("yes", "no"),
            otherwise=np.array([0.5, 0.5]),
            causes=about,
            said=np.array([yes, 1 - yes]),
            which=np.arange(spoken),
        )
    names = [f"c{c}" for c in range(causes)]
    return Model.from_arrays(
        causes=names, prior=prior, questions=likelihoods, actions={}
    )


def few_live(
    rng: np.random.Generator, p: FloatArray, share: float = LIVE
) -> FloatArray:
    """The belief after most causes were eliminated."""
    left = np.where(rng.random(len(p)) < share, p, 0.0)
    return np.asarray(left / left.sum())


def first_time(model: Model, p: FloatArray) -> FloatArray:
    """Gains as right after an elimination: nothing is remembered of the live set."""
    model.forget()
    return model.gains(p)


def forms(rounds: int) -> None:
    """Where one form of a table becomes faster than another: milliseconds."""
    rng, causes, questions = np.random.default_rng(20261101), 2_000, 500
    print("informative cells: all causes, then a tenth of them")
    for share in (0.05, 0.1, 0.15, 0.2, 0.3):
        model = random_model(rng, causes, questions, share)
        given = model.classes, tuple(model.likelihoods.values())
        table, other = DenseTable.of(*given), SparseTable.of(*given)
        p, some = model.prior, few_live(rng, model.prior)
        live = np.flatnonzero(some)
        work: dict[str, Work] = {
            "dense": partial(gains, table, p),
            "sparse": partial(gains, other, p),
            "dense of few": partial(gains, table.restricted(live), some),
            "sparse of few": partial(gains, other.restricted(live), some),
        }
        print(f"{share:>8.0%}", *in_words(medians(work, rounds)))
    model = random_model(rng, causes, questions, 1.0)
    table = DenseTable.of(model.classes, tuple(model.likelihoods.values()))
    print("live causes: passing over all, copying the live rows, passing over the copy")
    for share in (0.1, 0.2, 0.25, 0.3, 0.5):
        some = few_live(rng, model.prior, share)
        live = np.flatnonzero(some)
        work = {
            "all": partial(gains, table, some),
            "copied": partial(copied, table, live, some),
            "again": partial(gains, table.restricted(live), some),
        }
        print(f"{share:>8.0%}", *in_words(medians(work, rounds)))
    print("numbers of J at a time, two causes to a class")
    for power in (13, 15, 17, 19):
        tables.IN_CACHE = 2**power
        pairs = np.arange(causes + 1) // 2
        table = DenseTable.of(pairs, tuple(model.likelihoods.values()))
        work = {f"2^{power}": partial(gains, table, model.prior)}
        print(" " * 8, *in_words(medians(work, rounds)))


def copied(table: DenseTable, live: IntArray, p: FloatArray) -> FloatArray:
    """Gains by a copy of the live rows that is made for them."""
    return gains(table.restricted(live), p)


def in_words(seconds: dict[str, float]) -> list[str]:
    """Each case with its milliseconds."""
    return [f"{case} {each * 1e3:.2f}" for case, each in seconds.items()]


def medians(work: dict[str, Work], rounds: int) -> dict[str, float]:
    """Median seconds of each, one round of all after the other."""
    times: dict[str, list[float]] = {case: [] for case in work}
    for _ in range(rounds):
        for case, call in work.items():
            call()  # warm caches: what ran before it has filled them with its own
            start = time.perf_counter()
            call()
            times[case].append(time.perf_counter() - start)
    return {case: statistics.median(each) for case, each in times.items()}


if __name__ == "__main__":
    if "--forms" in sys.argv[1:]:
        forms(rounds=21)
    else:
        main(quick="--quick" in sys.argv[1:])
