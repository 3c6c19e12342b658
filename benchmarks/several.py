"""
How long steps and plans take with questions of several answers, by how many there are.

    python benchmarks/several.py

Chose ``MOST_SEVERAL`` in ``troubleshoot/tree/link.py``.
"""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np

import troubleshoot as ts
from troubleshoot.rendering.interactive import interactive
from troubleshoot.tree.tree import Action, Answer, Cause, Question, Tree

CAUSES = 25
QUESTIONS = 10  # of which one takes several answers, the others yes or no
SPOKEN = 0.6  # share of the causes that a question speaks about
WORDS = (0.02, 0.3, 0.5, 0.65, 0.8, 0.98)


def tree(answers: int, seed: int = 1) -> Tree:
    """A tree with a question that takes several of so many answers."""
    rng = np.random.default_rng(seed)
    names = [f"c{i}" for i in range(CAUSES)]
    questions = {}
    for i in range(QUESTIONS):
        several = not i
        ids = [f"a{j}" for j in range(answers)] if several else ["yes", "no"]
        chances = rng.choice(WORDS, (CAUSES, len(ids)))
        if not several:
            chances[:, 1] = 1 - chances[:, 0]
        questions[f"q{i}"] = Question(
            id=f"q{i}",
            ask=f"Q{i}?",
            answers=tuple(Answer(id=each, text=each.upper()) for each in ids),
            given={
                name: tuple(row)
                for name, row in zip(names, chances.tolist(), strict=True)
                if rng.random() < SPOKEN
            },
            otherwise=(0.5,) * len(ids),
            several=several,
        )
    actions = {
        f"r{i}": Action(id=f"r{i}", do=f"R{i}.", cost=5.0, fixes={name: 0.9})
        for i, name in enumerate(names)
    }
    return Tree(
        id="several",
        title="Several",
        causes={
            name: Cause(id=name, title=name, prior=0.97 / CAUSES) for name in names
        },
        questions=questions,
        actions=actions,
    )


def main() -> None:
    """A line for each number of answers."""
    print("answers  model  step  diagnose  repair  page kB  gap")
    for answers in (2, 3, 4, 6, 8, 10):
        made, watch = tree(answers), [time.perf_counter()]
        session = ts.begin(made)
        session.next_step()
        watch.append(time.perf_counter())
        session.answer("q0", ["a0"]).answer("q1", "yes").next_step()
        watch.append(time.perf_counter())
        plan = ts.plan(made)
        watch.append(time.perf_counter())
        ts.plan(made, "repair")
        watch.append(time.perf_counter())
        first, step, diagnose, repair = (b - a for a, b in pairwise(watch))
        size = len(interactive(made)) / 1000
        print(
            f"{answers:7}  {first:5.2f}  {step:4.2f}  {diagnose:8.1f}  {repair:6.1f}  "
            f"{size:7.0f}  {plan.gap:.0%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
