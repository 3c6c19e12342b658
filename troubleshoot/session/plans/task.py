"""
A session's situation as a task for the planner, and which names its indices stand for.

Urgent questions come before any plan and are no part of it; what waits for one that
was not answered cannot be planned for. So is what was not known. An answer that an
action would make stale counts on in a plan: look again where that matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from troubleshoot.planner.policy import SLIGHT
from troubleshoot.planner.task import Act, Ask, Task
from troubleshoot.session.offers import often

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from troubleshoot.planner.task import Conditions
    from troubleshoot.session.offers import Offers
    from troubleshoot.tree.tree import Action, Question, Tree


if TYPE_CHECKING:
    Written: TypeAlias = Question | Action
    Step = TypeVar("Step", Question, Action)


@dataclass(frozen=True, eq=False)
class Named:
    """
    A task, and what its indices stand for.

    ``causes`` are ids, the unknown one last; ``questions`` and ``actions`` are what
    the author wrote, in the order of the file, and ``setups`` their ids.
    """

    task: Task
    causes: tuple[str, ...]
    questions: tuple[Question, ...]
    actions: tuple[Action, ...]
    setups: tuple[str, ...]


def task(offers: Offers, *, again: bool = True) -> Named:
    """
    What is left to do in a situation, as arrays; ``again``: what was put off once too.

    Costs one likelihood per answer of each question that is left.
    """
    situation = offers.situation
    tree, model = situation.tree, situation.model
    questions = _openable(offers, _questions(offers, again=again))
    at = {each.id: i for i, each in enumerate(questions)}
    actions = _hopeful(offers, _actions(offers, again=again), at)
    setups = {name: i for i, name in enumerate(tree.setups)}
    return Named(
        Task(
            prior=situation.p,
            classes=model.classes,
            questions=tuple(_ask(offers, each, at, setups) for each in questions),
            actions=tuple(_act(offers, each, at, setups) for each in actions),
            setups=_setups(tree, setups),
            opened=frozenset(setups[each] for each in situation.state.opened),
            confidence=tree.confidence,
            escalation=tree.escalate.cost,
            slight=SLIGHT,
        ),
        model.causes,
        questions,
        actions,
        tuple(setups),
    )


def _questions(offers: Offers, *, again: bool) -> Sequence[Question]:
    """Those that nobody has replied to, as far as somebody may ask them."""
    state = offers.situation.state
    put_off = often(state.not_now) if again else set(state.not_now)
    closed = {*state.answers, *state.dont_know, *put_off}
    every = offers.situation.tree.questions.values()
    return _at_hand(offers, [each for each in every if not each.is_urgent], closed)


def _actions(offers: Offers, *, again: bool) -> Sequence[Action]:
    """Those that were not tried, as far as somebody may take them."""
    state = offers.situation.state
    put_off = often(state.skipped) if again else set(state.skipped)
    every = offers.situation.tree.actions.values()
    return _at_hand(offers, every, {*state.tried, *put_off})


def _at_hand(
    offers: Offers, steps: Iterable[Step], closed: Container[str]
) -> Sequence[Step]:
    return [
        each
        for each in steps
        if each.id not in closed and all(map(offers.is_at_hand, offers.needs(each)))
    ]


def _openable(offers: Offers, steps: Sequence[Question]) -> tuple[Question, ...]:
    """The questions whose conditions these same questions can still meet."""
    while True:
        ids = {each.id for each in steps}
        kept = _hopeful(offers, steps, ids)
        if len(kept) == len(steps):
            return kept
        steps = kept


def _hopeful(
    offers: Offers, steps: Sequence[Step], questions: Container[str]
) -> tuple[Step, ...]:
    """The steps that wait for nothing but these questions."""
    return tuple(
        each
        for each in steps
        if all(name in questions for name, _ in _unmet(offers, each))
    )


def _unmet(offers: Offers, step: Written) -> list[tuple[str, tuple[str, ...]]]:
    """Questions that the step waits for, each with the answers that will do."""
    answers = offers.situation.state.answers
    return [
        (name, only)
        for needs in offers.needs(step)
        for name, only in needs.only_if.items()
        if answers.get(name) not in only
    ]


def _only_if(offers: Offers, step: Written, at: Mapping[str, int]) -> Conditions:
    questions = offers.situation.tree.questions
    return tuple(
        (
            at[name],
            frozenset(
                i for i, each in enumerate(questions[name].answers) if each.id in only
            ),
        )
        for name, only in _unmet(offers, step)
    )


def _ask(
    offers: Offers,
    question: Question,
    at: Mapping[str, int],
    setups: Mapping[str, int],
) -> Ask:
    model = offers.situation.model
    return Ask(
        cost=question.cost,
        likelihood=np.array(
            [model.likelihood(question.id, each.id) for each in question.answers]
        ),
        setup=setups[question.setup] if question.setup else -1,
        only_if=_only_if(offers, question, at),
    )


def _act(
    offers: Offers,
    action: Action,
    at: Mapping[str, int],
    setups: Mapping[str, int],
) -> Act:
    return Act(
        cost=action.cost,
        fixes=offers.situation.model.fixes(action.id),
        setup=setups[action.setup] if action.setup else -1,
        irreversible=action.risk == "irreversible",
        only_if=_only_if(offers, action, at),
    )


def _setups(tree: Tree, at: Mapping[str, int]) -> tuple[tuple[float, int], ...]:
    return tuple(
        (each.cost, at[each.setup] if each.setup else -1)
        for each in tree.setups.values()
    )
