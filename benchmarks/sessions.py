"""
Many sessions of one tree at once: memory per open session, and steps per second.

The trees are generated, with answers that are mostly right. A session is opened, asked
for its next step and answered, as a support tool does; every session then waits for its
customer while the next one is served. Memory is what Python has allocated, not what the
system has handed out; steps per second are wall-clock, over one thread and over two
processes that each hold half of the sessions.

With ``--long``, what the length of one session costs instead, as ratios: an answer
beside a note; a line of a journal beside the same bytes written and synchronized by
hand; the text of a session that is to be planned, of which nothing was asked yet,
beside ``json.dumps`` of what it holds; a pickle, but for its tree, beside the text.

    python benchmarks/sessions.py [--sessions 10000] [--answers 5]
    python benchmarks/sessions.py --long
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import pickle
import random
import sys
import tempfile
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import troubleshoot as ts

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import RawIOBase

    from troubleshoot import Session, Tree

SIZES = ((25, 20), (200, 100), (1_000, 300))
CORES = 2
LONG = (25, 2_000)  # causes and questions, of which each is answered once
ANSWERS = (500, 1_000, 2_000)
EVENTS = (15, 1_400)
KEEPS = 31  # of which the median is told
REPEATS = 5  # as above, of what takes longer


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


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """How long it takes, the median of so many times."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return median(found)


def answered(session: Session, count: int) -> Session:
    """The session after so many answers."""
    for i in range(count):
        session = session.answer(f"q{i}", "yes" if i % 2 else "no")
    return session


def noted(session: Session, count: int) -> Session:
    """The session after so many notes."""
    for _ in range(count):
        session = session.note("yes")
    return session


def kept(tree: Tree, folder: Path, events: int) -> tuple[float, float]:
    """Seconds of a line of a journal of so many events, and of its bytes by hand."""
    session = noted(tree.begin(), events - 1)
    path, by_hand = folder / f"{events}.journal", []
    with ts.Journal(path) as journal, (folder / "bytes").open("ab", 0) as floor:
        session = journal.keep(session)
        lines = []
        for _ in range(KEEPS):
            before = path.stat().st_size
            session = session.note("yes")
            lines.append(seconds(partial(journal.keep, session)))
            line = b"x" * (path.stat().st_size - before)
            by_hand.append(seconds(partial(synchronized, floor, line)))
    return median(lines), median(by_hand)


def synchronized(file: RawIOBase, line: bytes) -> None:
    """Write these bytes so that they survive the machine."""
    file.write(line)
    os.fsync(file.fileno())


def long() -> None:
    """Print what the length of a session costs."""
    tree = ts.loads(text(*LONG))
    answered(tree.begin(), 10)  # what all sessions of a tree share
    for count in ANSWERS:
        answers = seconds(partial(answered, tree.begin(), count), REPEATS)
        ratio = answers / seconds(partial(noted, tree.begin(), count), REPEATS)
        print(f"{count:,} answers beside as many notes: {ratio:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        for events in EVENTS:
            line, floor = kept(tree, Path(folder), events)
            print(f"a line of a journal of {events:,} events: {line / floor:.1f}")
    included = ts.load("home/no-internet")
    included.begin(strategy="plan").to_json()  # what all sessions of a tree share
    planned = [included.begin(strategy="plan") for _ in range(KEEPS)]
    saving = median(seconds(each.to_json) for each in planned)
    data = json.loads(planned[0].to_json())
    dumping = seconds(partial(json.dumps, data), KEEPS)
    print(f"the text of a session to be planned: {saving / dumping:.1f}")
    for count in (15, ANSWERS[0]):
        session = answered(tree.begin(), count)
        size = len(pickle.dumps(session)) - len(pickle.dumps(tree))
        ratio = size / len(session.to_json().encode())
        print(f"a pickle of {count:,} answers beside the text: {ratio:.2f}")


def main() -> None:
    """Print one line per size of tree, or per cost of a long session."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=5)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    if options.long:
        long()
        return
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
