"""
Checking broken files: what each takes as it grows to twice its size.

A hundred problems of a kind are told one by one and the others counted, so that the
ratio of two sizes is about two, not four.

    python benchmarks/problems.py [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import time

import troubleshoot as ts

HEAD = "format: 1\ntitle: A generated tree\n"
QUESTION = "questions:\n  q:\n    ask: How much is it?\n"


def misspelt(n: int) -> str:
    """Causes, each of them misspelt once."""
    causes = "".join(f"  cause-{i}: {{}}\n" for i in range(n))
    given = "".join(f"      caus-{i}: yes\n" for i in range(n))
    return f"{HEAD}causes:\n{causes}{QUESTION}    given:\n{given}"


def ranges(n: int) -> str:
    """Ranges, each of which overlaps with all others."""
    answers = "".join(f"      r{i}: 1..{i + 2}\n" for i in range(n))
    return f"{HEAD}causes: {{a: }}\n{QUESTION}    unit: cm\n    answers:\n{answers}"


def doubled(n: int) -> str:
    """Keys, each of which stands twice."""
    return f"{HEAD}causes:\n" + "".join(f"  a{i}:\n  a{i}:\n" for i in range(n))


def bad_values(n: int) -> str:
    """Priors that are none."""
    return f"{HEAD}causes:\n" + "".join(f"  a{i}: {{prior: x}}\n" for i in range(n))


def seconds(text: str, rounds: int) -> float:
    """How long it takes to refuse a text, the median of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        try:
            ts.loads(text)
        except ts.TreeError:
            times.append(time.perf_counter() - begun)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="checking broken files")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    for make, n in (
        (misspelt, 3_000),
        (ranges, 5_000),
        (doubled, 5_000),
        (bad_values, 20_000),
    ):
        once, twice = seconds(make(n), rounds), seconds(make(2 * n), rounds)
        print(f"{make.__name__:10} {n:7,}  {once:6.2f} s  twice as many {twice:6.2f} s")


if __name__ == "__main__":
    main()
