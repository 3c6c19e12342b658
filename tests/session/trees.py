"""
Trees for the tests of sessions: written by hand, or drawn at random.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from hypothesis import strategies as st

import troubleshoot as ts
from troubleshoot.conditions import Condition
from troubleshoot.tree.only_if import ALWAYS, Claim
from troubleshoot.tree.tree import (
    Action,
    Answer,
    Cause,
    Escalation,
    Needs,
    Question,
    Setup,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CERTAIN = "unknown: 0%\nconfidence: 100%\n"
HEAD = "format: 1\ntitle: A lamp\nsymptom: It stays dark.\n"

# Two causes, one plain question and one action each: every rule has something to do.
LAMP = """
unknown: 2%
causes:
  room:
    title: The room
    causes:
      fuse: {title: The fuse is out, prior: 1}
  lamp:
    title: The lamp
    causes:
      bulb: {title: The bulb is broken, prior: 2}
      plug: {title: The plug is out, prior: 1}
questions:
  others: {ask: Do other lamps in the room work?, given: {room: no, lamp: yes}}
  plugged: {ask: Is the plug in?, given: {plug: no, bulb: yes, fuse: yes}}
actions:
  new-bulb: {do: Change the bulb., cost: 3 min, fixes: {bulb: 95%}}
  put-in: {do: Put the plug in., cost: 1 min, fixes: {plug: always}}
  new-fuse: {do: Switch the fuse on., cost: 2 min, fixes: {fuse: 95%}}
"""

# Pattipati & Alexandridis (1990): priors of s0..s5, and their results in t1..t5.
CLASSIC_PRIORS = (70, 1, 2, 10, 5, 12)
CLASSIC_ROWS = ("00000", "01001", "00110", "10011", "11000", "11110")


def tree(body: str = LAMP) -> Tree:
    """The tree of this text, under the head that all share."""
    return ts.loads(HEAD + body, file="lamp.yaml")


def classic() -> Tree:
    """The classic table of test sequencing: certain answers, a complete list."""
    causes = "\n".join(
        f"  s{i}: {{title: System state {i}, prior: {prior}}}"
        for i, prior in enumerate(CLASSIC_PRIORS)
    )
    questions = "\n".join(
        f"  t{j + 1}: {{ask: Does test {j + 1} fail?, given: {{{_column(j)}}}}}"
        for j in range(5)
    )
    return tree(f"{CERTAIN}causes:\n{causes}\nquestions:\n{questions}\n")


def _column(j: int) -> str:
    words = {"0": "always no", "1": "always yes"}
    return ", ".join(f"s{i}: {words[row[j]]}" for i, row in enumerate(CLASSIC_ROWS))


def clock() -> Callable[[], datetime]:
    """A clock that is a second later each time it is read."""
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    ticks = count()
    return lambda: start + timedelta(seconds=next(ticks))


def shares(size: int) -> st.SearchStrategy[tuple[float, ...]]:
    """Distributions of this size, with certainties among them."""
    weights = st.lists(
        st.sampled_from((0, 0, 1, 2, 5, 30)), min_size=size, max_size=size
    ).filter(any)
    return weights.map(lambda all_: tuple(each / sum(all_) for each in all_))


@st.composite
def random_trees(draw: st.DrawFn) -> Tree:
    """Small trees in which every feature that a session knows may occur."""
    causes = [f"c{i}" for i in range(draw(st.integers(1, 5)))]
    unknown = draw(st.sampled_from((0.0, 0.03, 0.3)))
    priors = draw(shares(len(causes)))
    names = [f"q{i}" for i in range(draw(st.integers(0, 5)))]
    setups = {
        "shed": Setup(id="shed", do="Go to the shed.", cost=4.0),
        "box": Setup(id="box", do="Open the box.", cost=1.0, setup="shed"),
    }
    questions = {
        name: draw(_questions(name, causes, names[:i])) for i, name in enumerate(names)
    }
    if draw(st.booleans()):
        urgent = Question(
            id="smoke", ask="Smoke?", answers=YES_NO, stop={"yes": "Out."}
        )
        questions = {"smoke": urgent, **questions}
    actions = {
        name: draw(_actions(name, causes, names, tuple(f"a{j}" for j in range(i))))
        for i, name in enumerate(f"a{i}" for i in range(draw(st.integers(0, 4))))
    }
    return Tree(
        id="random",
        title="Random",
        unknown=unknown,
        causes={
            name: Cause(id=name, title=name, prior=prior * (1 - unknown))
            for name, prior in zip(causes, priors, strict=True)
        },
        questions=questions,
        setups=setups,
        actions=actions,
        escalate=Escalation(cost=draw(st.sampled_from((None, 0.0, 30.0)))),
    )


YES_NO = (Answer(id="yes", text="Yes"), Answer(id="no", text="No"))
COSTS = st.sampled_from((0.0, 0.5, 1.0, 20.0))
SETUPS = st.sampled_from((None, None, "shed", "box"))


@st.composite
def _needs(draw: st.DrawFn, names: list[str], actions: tuple[str, ...] = ()) -> Needs:
    by = draw(st.sampled_from(((), (), ("engineer",), ("customer", "engineer"))))
    return Needs(by=by, only_if=draw(conditions(names, actions)))


@st.composite
def conditions(draw: st.DrawFn, names: list[str], actions: tuple[str, ...], deep=1):
    """Conditions on these steps, of every form; mostly none, or on one question."""
    if not names or draw(st.integers(0, 2)):
        return ALWAYS
    parts = draw(st.lists(_parts(names, actions, deep), min_size=1, max_size=2))
    return Condition(draw(st.booleans()), tuple(parts))


@st.composite
def _parts(draw: st.DrawFn, names: list[str], actions: tuple[str, ...], deep: int):
    if deep and not draw(st.integers(0, 4)):
        nested = draw(conditions(names, actions, deep - 1))
        if nested:
            return nested
    if actions and not draw(st.integers(0, 2)):
        outcome = st.sampled_from(("failed", "tried", "not tried", "not failed"))
        return Claim("action", draw(st.sampled_from(actions)), (draw(outcome),))
    wanted = st.sampled_from((("yes",), ("no",), ("not yes",), ("no", "dont-know")))
    return Claim("question", draw(st.sampled_from(names)), draw(wanted))


@st.composite
def _questions(draw: st.DrawFn, name: str, causes: list[str], before: list[str]):
    answers = (*YES_NO, Answer(id="often", text="Often"))[: draw(st.integers(2, 3))]
    spoken = draw(st.lists(st.sampled_from(causes), unique=True))
    several = draw(st.sampled_from((False, False, False, True)))
    marks = st.tuples(*[st.sampled_from((0.0, 0.02, 0.3, 0.5, 1.0))] * len(answers))
    said = marks if several else shares(len(answers))
    even = 0.5 if several else 1 / len(answers)
    return Question(
        id=name,
        ask=f"{name}?",
        answers=answers,
        confusable=(("yes", "often"),) if len(answers) > len(YES_NO) else (),
        cost=draw(COSTS),
        setup=draw(SETUPS),
        needs=draw(_needs(before)),
        given={each: draw(said) for each in spoken},
        otherwise=(even,) * len(answers),
        several=several,
    )


@st.composite
def _actions(
    draw: st.DrawFn,
    name: str,
    causes: list[str],
    names: list[str],
    before: tuple[str, ...] = (),
):
    fixed = draw(st.lists(st.sampled_from(causes), unique=True))
    changed = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    return Action(
        id=name,
        do=f"Do {name}.",
        cost=draw(COSTS),
        setup=draw(SETUPS),
        needs=draw(_needs(names, before)),
        fixes={each: draw(st.sampled_from((0.1, 0.8, 1.0))) for each in fixed},
        risk=draw(st.sampled_from(("none", "disruptive", "irreversible"))),
        changes=tuple(changed),
    )


def ids(named):
    """The ids of causes or actions that a step names."""
    return tuple(each.id for each in named)
