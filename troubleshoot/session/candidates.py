"""
Which steps can be offered, at what cost, and how often they were put off.

Costs are in minutes, in which waiting counts by its share; a setup that is not open yet
adds its own, and those of the setups it stands on. Masks are over the questions of the
model (urgent ones are not among them), or over its actions.

A step with ``only-if`` waits for the answers of questions. Those are its gates: they
may tell nothing themselves, but open a step that is wanted, and are worth asking only
while one of their answers can still open it, and is not known already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.conditions import MET
from troubleshoot.session.belief import cached_property
from troubleshoot.session.gates import Gates
from troubleshoot.tree.tree import (
    Action,
    Needs,
    Question,
    once_per_logic,
    price,
    setups_of,
    time_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from troubleshoot.session.belief import Belief, BoolArray, FloatArray
    from troubleshoot.session.options import Options
    from troubleshoot.tree.tree import Setup, Time, Tree


WORTH_TRYING: Final = 0.01  # P(fixes); less is no remedy but a pastime
TWICE: Final = 2  # put off or not known so often, a step is not offered again


class Menu:
    """
    The steps of one kind, in the order of the file, with what never changes.

    ``conditioned`` are those whose cost or availability depends on the session: most
    trees have few, and the others cost no time at each step.
    """

    def __init__(self, tree: Tree, steps: Sequence[Question | Action]) -> None:
        self.steps = tuple(steps)
        self.ids = tuple(each.id for each in steps)
        self.at = {name: i for i, name in enumerate(self.ids)}
        self.costs = np.array([price(tree, each) for each in steps], dtype=float)
        self.conditioned = [
            i for i, each in enumerate(steps) if each.setup or each.needs != Needs()
        ]

    def mask(self, ids: Iterable[str]) -> BoolArray:
        """True at the steps of these ids."""
        chosen = np.zeros(len(self.ids), dtype=bool)
        chosen[[self.at[each] for each in ids if each in self.at]] = True
        return chosen


@dataclass(frozen=True, eq=False, repr=False)
class CandidateSteps:
    """What can be offered under a belief, by whom and with what is at hand."""

    belief: Belief
    options: Options

    @cached_property
    def questions(self) -> Menu:
        """The questions that are not urgent."""
        return menus(self.belief.tree)[0]

    @cached_property
    def actions(self) -> Menu:
        """The actions."""
        return menus(self.belief.tree)[1]

    @cached_property
    def question_costs(self) -> FloatArray:
        """Minutes by question, with the setups that are not open."""
        return self._costs(self.questions)

    @cached_property
    def action_costs(self) -> FloatArray:
        """Minutes by action, with the setups that are not open."""
        return self._costs(self.actions)

    def _costs(self, menu: Menu) -> FloatArray:
        costs = menu.costs.copy()
        for i in menu.conditioned:
            costs[i] += self._setups(menu.steps[i])
        return costs

    def cost(self, step: Question | Action) -> float:
        """Minutes of the step, with the setups that are not open."""
        return price(self.belief.tree, step) + self._setups(step)

    def _setups(self, step: Question | Action) -> float:
        tree = self.belief.tree
        return sum(price(tree, each) for each in self.unopened(step))

    def time(self, step: Question | Action) -> Time:
        """What the step takes by the clock, with the setups that are not open."""
        return time_of(step, *self.unopened(step))

    def unopened(self, step: Question | Action) -> Iterator[Setup]:
        """Setups that the step still has to pay for, the innermost first."""
        opened = self.belief.state.opened
        setups = setups_of(self.belief.tree, step)
        return (each for each in setups if each.id not in opened)

    def needs(self, step: Question | Action) -> Iterator[Needs]:
        """What the step takes, and what its setups take."""
        yield step.needs
        yield from (each.needs for each in setups_of(self.belief.tree, step))

    def is_available(self, step: Question | Action) -> bool:
        """Whether who, things and conditions that the step takes are there."""
        at_hand = all(map(self.is_at_hand, self.needs(step)))
        return at_hand and self.gates.truth(step) == MET

    @cached_property
    def gates(self) -> Gates:
        """How the conditions of the steps stand."""
        return Gates(self.belief)

    def is_at_hand(self, needs: Needs) -> bool:
        """Whether somebody who may take the step is there, with what it takes."""
        by, has = self.options.by, self.options.has
        someone = not needs.by or by is None or not set(by).isdisjoint(needs.by)
        return someone and (has is None or set(has).issuperset(needs.things))

    def _available(self, menu: Menu) -> BoolArray:
        usable = np.ones(len(menu.ids), dtype=bool)
        for i in menu.conditioned:
            usable[i] = self.is_available(menu.steps[i])
        return usable

    @cached_property
    def fresh(self) -> BoolArray:
        """Questions that can be put and have not been replied to."""
        state = self.belief.state
        replied = {*state.answers, *state.dont_know, *state.not_now}
        return self._available(self.questions) & ~self.questions.mask(replied)

    @cached_property
    def put_off(self) -> BoolArray:
        """Questions that can be put and were once put off."""
        state = self.belief.state
        others = {*state.answers, *state.dont_know, *often(state.not_now)}
        chosen = self.questions.mask(state.not_now) & ~self.questions.mask(others)
        return self._available(self.questions) & chosen

    @cached_property
    def not_known(self) -> BoolArray:
        """Questions that can be put and whose answer was once not known."""
        state = self.belief.state
        others = {*state.answers, *often(state.dont_know), *often(state.not_now)}
        chosen = self.questions.mask(state.dont_know) & ~self.questions.mask(others)
        return self._available(self.questions) & chosen

    @cached_property
    def untried(self) -> BoolArray:
        """Actions that can be taken and were neither tried nor put off."""
        state = self.belief.state
        done = self.actions.mask({*state.tried, *state.skipped})
        return self._available(self.actions) & ~done

    @cached_property
    def skipped(self) -> BoolArray:
        """Actions that can be taken and were once put off."""
        state = self.belief.state
        done = self.actions.mask({*state.tried, *often(state.skipped)})
        chosen = self.actions.mask(state.skipped) & ~done
        return self._available(self.actions) & chosen

    @cached_property
    def reversible(self) -> BoolArray:
        """Actions that can be undone, available or not."""
        steps = self.belief.tree.actions.values()
        return self.actions.mask(x.id for x in steps if x.risk != "irreversible")

    @cached_property
    def chances(self) -> FloatArray:
        """P(the action fixes the symptom), by action."""
        model, p = self.belief.model, self.belief.p
        chances = [float(model.fixes(each) @ p) for each in self.actions.ids]
        return np.array(chances, dtype=float)


def often(counts: Mapping[str, int]) -> set[str]:
    """What was replied so often that it is not offered again."""
    return {each for each, count in counts.items() if count >= TWICE}


@once_per_logic
def menus(tree: Tree) -> tuple[Menu, Menu]:
    """Questions and actions of the tree, made once per tree."""
    questions = [each for each in tree.questions.values() if not each.is_urgent]
    return Menu(tree, questions), Menu(tree, list(tree.actions.values()))


@once_per_logic
def urgent_questions(tree: Tree) -> tuple[Question, ...]:
    """The urgent ones, made once per tree."""
    return tuple(each for each in tree.questions.values() if each.is_urgent)


def gates(candidates: CandidateSteps, wanted: Iterable[Question | Action]) -> BoolArray:
    """Questions that the wanted steps wait for, gates of gates included; a mask."""
    return candidates.questions.mask(
        each.id for each in _behind(candidates, wanted) if isinstance(each, Question)
    )


def gate_actions(candidates: CandidateSteps, wanted: Iterable[Action]) -> BoolArray:
    """The same with actions; a mask."""
    return candidates.actions.mask(
        each.id for each in _behind(candidates, wanted) if isinstance(each, Action)
    )


def _behind(
    candidates: CandidateSteps, wanted: Iterable[Question | Action]
) -> list[Question | Action]:
    """All that the wanted steps wait for."""
    found: dict[tuple[type, str], Question | Action] = {}
    waiting = list(wanted)
    while waiting:
        for each in _awaited(candidates, waiting.pop()):
            if (type(each), each.id) not in found:
                found[type(each), each.id] = each
                waiting.append(each)
    return list(found.values())


def closed_questions(
    candidates: CandidateSteps, gains_more_than: float
) -> Iterator[Question]:
    """Questions that would tell something but wait for the answers of others."""
    belief, menu = candidates.belief, candidates.questions
    for i in menu.conditioned:
        question = belief.tree.questions[menu.ids[i]]
        telling = belief.gains[i] > gains_more_than
        if (
            telling
            and _is_open(candidates, question)
            and not candidates.is_available(question)
        ):
            yield question


def closed_urgent(candidates: CandidateSteps) -> Iterator[Question]:
    """Urgent questions that wait for the answers of others."""
    state = candidates.belief.state
    closed = {*state.answers, *state.dont_know, *often(state.not_now)}
    for question in urgent_questions(candidates.belief.tree):
        waits = question.needs.only_if and question.id not in closed
        if waits and not candidates.is_available(question):
            yield question


def closed_actions(candidates: CandidateSteps, among: BoolArray) -> Iterator[Action]:
    """Those of the untried actions that wait for the answers of questions."""
    menu = candidates.actions
    for i in menu.conditioned:
        action = candidates.belief.tree.actions[menu.ids[i]]
        untried = among[i] and _is_untried(candidates, action)
        if untried and not candidates.is_available(action):
            yield action


def _awaited(
    candidates: CandidateSteps, step: Question | Action
) -> list[Question | Action]:
    """What the step waits for; nothing if it cannot be opened."""

    def can(each: Question | Action) -> bool:
        if not _at_hand(candidates, each):
            return False
        if isinstance(each, Question):
            return _is_open(candidates, each)
        return _is_untried(candidates, each)

    return candidates.gates.awaited(step, can) if _at_hand(candidates, step) else []


def _at_hand(candidates: CandidateSteps, step: Question | Action) -> bool:
    return all(map(candidates.is_at_hand, candidates.needs(step)))


def _is_open(candidates: CandidateSteps, question: Question) -> bool:
    """Whether the question may still be put, if not now."""
    state = candidates.belief.state
    closed = {*state.answers, *often(state.not_now), *often(state.dont_know)}
    return not question.is_urgent and question.id not in closed


def _is_untried(candidates: CandidateSteps, action: Action) -> bool:
    """Whether the action may still be taken, if not now."""
    state = candidates.belief.state
    return action.id not in state.tried and action.id not in often(state.skipped)
