"""
How long the pages of a large tree take, format by format.

A tree of causes in groups of ten, with noisy answers and one action for each cause:
seconds to plan it and lay it out, once for all formats, then seconds and bytes of each
page.

    python benchmarks/render.py [--causes N] [--steps N]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from typing import Any

import troubleshoot as ts
from troubleshoot.cli.terminal import so_far
from troubleshoot.errors import TroubleshootError
from troubleshoot.rendering.formats import WRITERS, Layout, RenderRequest
from troubleshoot.rendering.layout import STEPS

EVERY = 1.0  # seconds between two words of progress


def main(*, causes: int, steps: int) -> None:
    """Print a line for the layout and one for each format."""
    tree = ts.loads(json.dumps(generated(causes)))
    print(f"{causes} causes, {len(tree.questions)} questions, at most {steps} steps")
    request = RenderRequest(tree, layout=Layout(steps=steps, progress=Progress()))
    start = time.perf_counter()
    made = request.runbook
    print(f"{'layout':<12}{time.perf_counter() - start:>8.2f} s", end="")
    print(f"   {len(made.steps)} steps, {len(made.closes)} endings")
    for to, write in WRITERS.items():
        start = time.perf_counter()
        try:
            size = f"{len(write(request)):>12,} characters or bytes"
        except TroubleshootError as error:
            size = f"   {error}"
        print(f"{to:<12}{time.perf_counter() - start:>8.2f} s{size}", flush=True)


class Progress:
    """Now and then a line on standard error while a plan is searched for."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def __call__(self, searched: int, lower: float, upper: float) -> None:
        """Say how far the search is."""
        if time.perf_counter() - self.last >= EVERY:
            self.last = time.perf_counter()
            print(f"  {so_far(searched, lower, upper)}", file=sys.stderr)


def generated(causes: int, seed: int = 1) -> dict[str, Any]:
    """A tree with a question for every fifth cause, each about a third of them."""
    rng = random.Random(seed)  # noqa: S311 - the same tree each time
    names = [f"c{i}" for i in range(causes)]
    groups: dict[str, Any] = {}
    for i, name in enumerate(names):
        group = groups.setdefault(f"g{i // 10}", {"title": f"Part {i // 10}"})
        group.setdefault("causes", {})[name] = {
            "title": f"Part {i // 10} has fault {i}",
            "prior": rng.randint(1, 20),
            "actions": [f"a{i}"],
        }
    return {
        "format": 1,
        "title": "A large machine",
        "symptom": "It does not run.",
        "causes": groups,
        "questions": {
            f"q{i}": {
                "ask": f"What does indicator {i} show?",
                "cost": rng.randint(1, 5),
                "given": {
                    each: rng.choice(("yes", "no", "usually yes"))
                    for each in rng.sample(names, causes // 3)
                },
                "otherwise": "no",
            }
            for i in range(causes // 5)
        },
        "actions": {
            f"a{i}": {"do": f"Replace unit {i}.", "cost": 5} for i in range(causes)
        },
        "escalate": {"to": "The maker", "cost": 60},
    }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    arguments.add_argument("--causes", type=int, default=200)
    arguments.add_argument("--steps", type=int, default=STEPS)
    given = arguments.parse_args()
    main(causes=given.causes, steps=given.steps)
