"""
Random trees as values, and the pieces they are made of.

Zeros and ones are drawn on purpose: certain answers, causes without a prior, actions
that never or always work.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from troubleshoot.tree.tree import Action, Answer, Cause, Question, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

seeds = st.integers(min_value=0, max_value=2**32 - 1)


@st.composite
def trees(
    draw: st.DrawFn,
    *,
    most_causes: int = 8,
    most_questions: int = 6,
    several: float = 0.0,
) -> Tree:
    """A small tree: groups left out, for the engine sees root causes only."""
    return random_tree(
        np.random.default_rng(draw(seeds)),
        causes=draw(st.integers(1, most_causes)),
        questions=draw(st.integers(0, most_questions)),
        actions=draw(st.integers(0, 4)),
        spoken=draw(st.sampled_from((0.0, 0.1, 0.5, 1.0))),
        several=draw(st.sampled_from((0.0, several))),
    )


@st.composite
def beliefs(draw: st.DrawFn, causes: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A distribution over causes, some of them often eliminated."""
    return random_belief(np.random.default_rng(draw(seeds)), causes)


def many_trees(
    seed: int, number: int
) -> Iterator[tuple[Tree, np.ndarray[Any, np.dtype[np.float64]]]]:
    """Small trees, each with a belief over its causes and the unknown one."""
    rng = np.random.default_rng(seed)
    for _ in range(number):
        tree = random_tree(
            rng,
            causes=int(rng.integers(1, 12)),
            questions=int(rng.integers(1, 6)),
            actions=int(rng.integers(0, 4)),
            spoken=float(rng.choice([0.0, 0.1, 0.5, 1.0])),
            several=float(rng.choice([0.0, 0.5])),
        )
        yield tree, random_belief(rng, len(tree.causes) + 1)


def random_tree(
    rng: np.random.Generator,
    *,
    causes: int,
    questions: int,
    actions: int = 0,
    spoken: float = 0.5,
    several: float = 0.0,
) -> Tree:
    """
    A tree of this size; each question speaks about this share of the causes.

    ``several`` is the share of questions whose answers hold in any number.
    """
    names = [f"c{i}" for i in range(causes)]
    unknown = float(rng.choice([0.0, 0.03, 0.5]))
    priors = random_belief(rng, causes) * (1 - unknown)
    kinds = [rng.random() < several if several else False for _ in range(questions)]
    asked = [
        (_several if several else _question)(rng, f"q{i}", names, spoken)
        for i, several in enumerate(kinds)
    ]
    done = [_action(rng, f"a{i}", names) for i in range(actions)]
    return plain_tree(
        dict(zip(names, priors.tolist(), strict=True)),
        *asked,
        *done,
        unknown=unknown,
    )


def plain_tree(
    priors: Mapping[str, float], *steps: Question | Action, unknown: float = 0.0
) -> Tree:
    """A tree of root causes with these priors, and these questions and actions."""
    return Tree(
        id="random",
        title="A random tree",
        unknown=unknown,
        causes={
            name: Cause(id=name, title=name.upper(), prior=prior)
            for name, prior in priors.items()
        },
        questions={each.id: each for each in steps if isinstance(each, Question)},
        actions={each.id: each for each in steps if isinstance(each, Action)},
    )


def plain_question(
    name: str,
    given: Mapping[str, tuple[float, ...]],
    *,
    answers: tuple[str, ...] = ("yes", "no"),
    **more: Any,
) -> Question:
    """A question with these likelihoods; what it does not mention answers evenly."""
    more.setdefault("otherwise", (1 / len(answers),) * len(answers))
    return Question(
        id=name,
        ask=f"{name}?",
        answers=tuple(Answer(id=each, text=each) for each in answers),
        given=given,
        **more,
    )


def random_belief(
    rng: np.random.Generator, causes: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A distribution over causes, a random share of which is eliminated."""
    p = rng.dirichlet(np.ones(causes)) * (rng.random(causes) >= rng.random() * 0.9)
    if p.sum() == 0:
        p[rng.integers(causes)] = 1.0
    return np.asarray(p / p.sum())


def _question(
    rng: np.random.Generator, name: str, causes: list[str], spoken: float
) -> Question:
    """Between one and four answers, certain ones among them."""
    answers = tuple(f"x{i}" for i in range(rng.integers(1, 5)))
    about = [cause for cause in causes if rng.random() < spoken]
    return plain_question(
        name,
        {cause: _distribution(rng, len(answers)) for cause in about},
        answers=answers,
        otherwise=_distribution(rng, len(answers)),
        cost=float(rng.choice([0.0, 0.5, 1.0, 5.0])),
    )


def _several(
    rng: np.random.Generator, name: str, causes: list[str], spoken: float
) -> Question:
    """Between two and four answers, each by itself: certain, impossible, even, any."""
    size = int(rng.integers(2, 5))
    answers = tuple(f"x{i}" for i in range(size))
    about = [cause for cause in causes if rng.random() < spoken]
    chances = (0.0, 0.02, 0.3, 0.5, 0.65, 0.98, 1.0)

    def marks() -> tuple[float, ...]:
        return tuple(rng.choice(chances, size).tolist())

    return plain_question(
        name,
        {cause: marks() for cause in about},
        answers=answers,
        otherwise=marks(),
        several=True,
        cost=float(rng.choice([0.0, 0.5, 1.0, 5.0])),
    )


def _distribution(rng: np.random.Generator, answers: int) -> tuple[float, ...]:
    """Sums to 1; now certain, now with an impossible answer, now any."""
    if rng.random() < 0.3:
        certain = int(rng.integers(answers))
        return tuple(float(i == certain) for i in range(answers))
    cuts = np.sort(rng.integers(0, 101, answers - 1)) / 100
    return tuple(b - a for a, b in pairwise([0.0, *cuts.tolist(), 1.0]))


def _action(rng: np.random.Generator, name: str, causes: list[str]) -> Action:
    chances = (0.0, 0.3, 0.5, 0.95, 1.0)
    about = [cause for cause in causes if rng.random() < 0.5]
    return Action(
        id=name,
        do=f"{name}.",
        fixes={cause: float(rng.choice(chances)) for cause in about},
        cost=float(rng.choice([0.5, 1.0, 5.0])),
    )
