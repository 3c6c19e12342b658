"""
Loading a large tree beside the bare C parser on the same text.

The parser's event loop alone is the floor: no tree can be had for less. Both are
measured in turn, so that a busy machine slows both; the ratio of the medians counts.

    python benchmarks/load.py [--lines 50000] [--rounds 7]

With ``--by-group`` nothing is compared: seconds and greatest memory of the process for
a tree of 10,000 causes and 1,000 questions that speak of 40 groups, loaded, asked for
its first step, and planned with two and five seconds.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING

import yaml

import troubleshoot as ts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES_PER_CAUSE = 3
LINES_PER_QUESTION = 13
GIVEN_PER_QUESTION = 9


def tree_text(lines: int) -> str:
    """Write a tree of about this many lines; five questions to two causes."""
    units = lines // (5 * LINES_PER_QUESTION + 2 * LINES_PER_CAUSE)
    causes, questions = 2 * units, 5 * units
    return "\n".join(
        [
            "format: 1",
            "title: A generated tree",
            "causes:",
            *(line for i in range(causes) for line in cause_lines(i)),
            "questions:",
            *(line for i in range(questions) for line in question_lines(i, causes)),
            "",
        ]
    )


def cause_lines(i: int) -> Iterator[str]:
    """One root cause."""
    yield f"  cause-{i}:"
    yield f"    title: Part {i} of the machine has worn out"
    yield f"    prior: {1 + i % 17}"


def question_lines(i: int, causes: int) -> Iterator[str]:
    """One question that speaks about a few causes."""
    yield f"  question-{i}:"
    yield f"    ask: Does part {i} of the machine move when it is pushed?"
    yield f"    cost: {10 + i % 50} s"
    yield "    given:"
    for k in range(GIVEN_PER_QUESTION):
        word = ("yes", "no", "usually yes", "rarely yes")[(i + k) % 4]
        yield f"      cause-{(i * 7 + k * 101) % causes}: {word}"


def grouped_text(groups: int = 40, size: int = 250, questions: int = 1_000) -> str:
    """Write a tree whose questions speak of all groups, and a few actions."""
    words = ("yes", "no", "usually yes", "rarely yes")
    lines = ["format: 1", "title: A generated tree", "causes:"]
    for g in range(groups):
        lines += [f"  g{g}:", f"    title: Group {g}", "    causes:"]
        lines += [f"      c{g}-{c}: {{title: Part {c}}}" for c in range(size)]
    lines.append("questions:")
    for q in range(questions):
        said = (f"g{g}: {words[(g * q + g) % 4]}" for g in range(groups))
        lines.append(f"  q{q}: {{ask: Is it {q}?, given: {{{', '.join(said)}}}}}")
    lines.append("actions:")
    lines += [
        f"  a{g}: {{do: Do it., fixes: {{g{g}: usually}}}}" for g in range(groups)
    ]
    return "\n".join([*lines, ""])


def by_group() -> None:
    """Measure a large tree by group, and print."""
    tree = ts.loads(grouped_text())
    work: dict[str, Callable[[], object]] = {
        "load": lambda: ts.loads(grouped_text()),
        "first step": lambda: tree.begin().next_step(),
        "diagnose, 2 s": lambda: ts.plan(tree, "diagnose", seconds=2),
        "repair, 5 s": lambda: ts.plan(tree, "repair", seconds=5),
    }
    for name, call in work.items():
        taken = seconds(call)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
        print(f"{name:<14}{taken:8.1f} s{most:8.0f} MB at most until then")


def bare_loop(text: str) -> int:
    """Run the parser over the text and drop its events; how many there were."""
    parser = getattr(yaml, "CLoader", yaml.Loader)(text)
    events = 0
    while parser.get_event() is not None:
        events += 1
    return events


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="load beside the bare C parser")
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--by-group", action="store_true")
    arguments = parser.parse_args()
    if arguments.by_group:
        by_group()
        return
    text = tree_text(arguments.lines)
    tree = ts.loads(text)
    pairs = [
        (seconds(lambda: bare_loop(text)), seconds(lambda: ts.loads(text)))
        for _ in range(arguments.rounds)
    ]
    bare, load = (statistics.median(column) for column in zip(*pairs, strict=True))
    tracemalloc.start()
    ts.loads(text)
    _, peak = tracemalloc.get_traced_memory()
    print(f"{text.count(chr(10)):,} lines, {len(text) / 1e6:.1f} MB, ", end="")
    print(f"{len(tree.root_causes):,} causes, {len(tree.questions):,} questions")
    print(f"bare parser  {bare * 1000:8.1f} ms  (libyaml: {hasattr(yaml, 'CLoader')})")
    print(f"load         {load * 1000:8.1f} ms  ({peak / 1e6:.0f} MB at most)")
    print(f"ratio        {load / bare:8.2f}")


if __name__ == "__main__":
    main()
