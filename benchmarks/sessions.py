"""
Many sessions of one tree at once: memory per open session, and steps per second.

The trees are generated, with answers that are mostly right. A session is opened, asked
for its next step and answered, as a support tool does; every session then waits for its
customer while the next one is served. Memory is what Python has allocated, not what the
system has handed out; steps per second are wall-clock, over one thread and over two
processes that each hold half of the sessions.

    python benchmarks/sessions.py [--sessions 10000] [--answers 5]
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import troubleshoot as ts

if TYPE_CHECKING:
    from troubleshoot import Session, Tree

SIZES = ((25, 20), (200, 100), (1_000, 300))
CORES = 2


def text(causes: int, questions: int, seed: int = 1) -> str:
    """A tree of so many causes, each question speaking about a tenth of them."""
    chance = random.Random(seed)  # noqa: S311 - test data
    lines = ["format: 1", "title: Generated", "causes:"]
    lines += [f"  c{i}: {{prior: {chance.randint(1, 9)}}}" for i in range(causes)]
    lines.append("questions:")
    for q in range(questions):
        about = chance.sample(range(causes), max(2, causes // 10))
        given = ", ".join(f"c{i}: {chance.choice(('yes', 'no'))}" for i in about)
        lines.append(f"  q{q}: {{ask: 'Is it {q}?', given: {{{given}}}}}")
    return "\n".join(lines)


def opened(tree: Tree, count: int, answers: int) -> list[Session]:
    """So many sessions, each after so many answered steps and asked for the next."""
    chance = random.Random(7)  # noqa: S311 - test data
    sessions = [tree.begin() for _ in range(count)]
    for _ in range(answers):
        for i, session in enumerate(sessions):
            step = session.next_step()
            if isinstance(step, ts.Question):
                sessions[i] = session.answer(step, chance.choice(("yes", "no")))
    for session in sessions:
        session.next_step()
    return sessions


def memory(tree: Tree, count: int, answers: int) -> float:
    """Bytes of each open session, what all share left out."""
    opened(tree, 3, answers)  # what all sessions of a tree share
    gc.collect()
    tracemalloc.start()
    sessions = opened(tree, count, answers)
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size / len(sessions)


def pace(size: tuple[int, int], count: int, answers: int) -> float:
    """Steps per second of one process."""
    tree = ts.loads(text(*size))
    opened(tree, 3, answers)
    start = time.perf_counter()
    opened(tree, count, answers)
    return count * (answers + 1) / (time.perf_counter() - start)


def together(size: tuple[int, int], count: int, answers: int) -> float:
    """Steps per second of two processes with half of the sessions each."""
    half = count // CORES
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(pace, size, half, answers) for _ in range(CORES)]
        return sum(each.result() for each in jobs)


def main() -> None:
    """Print one line per size of tree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=5)
    options = parser.parse_args()
    print("causes x questions   KiB per session   steps/s, one core   two cores")
    for size in SIZES:
        count = options.sessions
        few = max(20, count * 25 // (10 * size[0]))  # the pace needs no more
        tree = ts.loads(text(*size))
        kib = memory(tree, count, options.answers) / 1024
        one, two = (
            pace(size, few, options.answers),
            together(size, few, options.answers),
        )
        name = f"{size[0]:,} x {size[1]:,}"
        print(f"{name:>18} {kib:>17.1f} {one:>19,.0f} {two:>11,.0f}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
