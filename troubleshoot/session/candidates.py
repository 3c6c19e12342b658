"""
Which steps can be offered, at what cost, and how often they were put off.

Costs are in minutes; a setup that is not open yet adds its own, and those of the
setups it stands on. Masks are over the questions of the model (urgent ones are not
among them), or over its actions.

Questions that tell nothing themselves but open a step that is wanted.

A question with ``only-if`` waits for the answers of others. Those are its gates; they
are worth asking only while one of their likely answers can still open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.session.belief import cached_property
from troubleshoot.session.state import chain
from troubleshoot.tree.tree import Needs, once_per_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from troubleshoot.session.belief import BoolArray, FloatArray, Situation
    from troubleshoot.tree.tree import Action, Question, Setup, Tree


WORTH_TRYING: Final = 0.01  # P(fixes); less is no remedy but a pastime
TWICE: Final = 2  # put off or not known so often, a step is not offered again


class Menu:
    """
    The steps of one kind, in the order of the file, with what never changes.

    ``conditioned`` are those whose cost or availability depends on the session: most
    trees have few, and the others cost no time at each step.
    """

    def __init__(self, steps: Sequence[Question | Action]) -> None:
        self.steps = tuple(steps)
        self.ids = tuple(each.id for each in steps)
        self.at = {name: i for i, name in enumerate(self.ids)}
        self.costs = np.array([each.cost for each in steps], dtype=float)
        self.conditioned = [
            i for i, each in enumerate(steps) if each.setup or each.needs != Needs()
        ]

    def mask(self, ids: Iterable[str]) -> BoolArray:
        """True at the steps of these ids."""
        chosen = np.zeros(len(self.ids), dtype=bool)
        chosen[[self.at[each] for each in ids if each in self.at]] = True
        return chosen


@dataclass(frozen=True, eq=False, repr=False)
class Offers:
    """What can be offered in one situation."""

    situation: Situation

    @cached_property
    def questions(self) -> Menu:
        """The questions that are not urgent."""
        return menus(self.situation.tree)[0]

    @cached_property
    def actions(self) -> Menu:
        """The actions."""
        return menus(self.situation.tree)[1]

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
            costs[i] += sum(each.cost for each in self.unopened(menu.steps[i]))
        return costs

    def cost(self, step: Question | Action) -> float:
        """Minutes of the step, with the setups that are not open."""
        return step.cost + sum(each.cost for each in self.unopened(step))

    def unopened(self, step: Question | Action) -> Iterator[Setup]:
        """Setups that the step still has to pay for, the innermost first."""
        opened = self.situation.state.opened
        setups = chain(self.situation.tree, step.setup)
        return (each for each in setups if each.id not in opened)

    def needs(self, step: Question | Action) -> Iterator[Needs]:
        """What the step takes, and what its setups take."""
        yield step.needs
        yield from (each.needs for each in chain(self.situation.tree, step.setup))

    def is_available(self, step: Question | Action) -> bool:
        """Whether who, things and conditions that the step takes are there."""
        met = self.situation.state.answers
        return all(
            self.is_at_hand(each)
            and all(met.get(name) in only for name, only in each.only_if.items())
            for each in self.needs(step)
        )

    def is_at_hand(self, needs: Needs) -> bool:
        """Whether somebody who may take the step is there, with what it takes."""
        by, has = self.situation.options.by, self.situation.options.has
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
        state = self.situation.state
        replied = {*state.answers, *state.dont_know, *state.not_now}
        return self._available(self.questions) & ~self.questions.mask(replied)

    @cached_property
    def put_off(self) -> BoolArray:
        """Questions that can be put and were once put off."""
        state = self.situation.state
        others = {*state.answers, *state.dont_know, *often(state.not_now)}
        chosen = self.questions.mask(state.not_now) & ~self.questions.mask(others)
        return self._available(self.questions) & chosen

    @cached_property
    def not_known(self) -> BoolArray:
        """Questions that can be put and whose answer was once not known."""
        state = self.situation.state
        others = {*state.answers, *often(state.dont_know), *often(state.not_now)}
        chosen = self.questions.mask(state.dont_know) & ~self.questions.mask(others)
        return self._available(self.questions) & chosen

    @cached_property
    def untried(self) -> BoolArray:
        """Actions that can be taken and were neither tried nor put off."""
        state = self.situation.state
        done = self.actions.mask({*state.tried, *state.skipped})
        return self._available(self.actions) & ~done

    @cached_property
    def skipped(self) -> BoolArray:
        """Actions that can be taken and were once put off."""
        state = self.situation.state
        done = self.actions.mask({*state.tried, *often(state.skipped)})
        chosen = self.actions.mask(state.skipped) & ~done
        return self._available(self.actions) & chosen

    @cached_property
    def reversible(self) -> BoolArray:
        """Actions that can be undone, available or not."""
        steps = self.situation.tree.actions.values()
        return self.actions.mask(x.id for x in steps if x.risk != "irreversible")

    @cached_property
    def chances(self) -> FloatArray:
        """P(the action fixes the symptom), by action."""
        model, p = self.situation.model, self.situation.p
        chances = [float(model.fixes(each) @ p) for each in self.actions.ids]
        return np.array(chances, dtype=float)


def often(counts: Mapping[str, int]) -> set[str]:
    """What was replied so often that it is not offered again."""
    return {each for each, count in counts.items() if count >= TWICE}


@once_per_tree
def menus(tree: Tree) -> tuple[Menu, Menu]:
    """Questions and actions of the tree, made once per tree."""
    questions = [each for each in tree.questions.values() if not each.is_urgent]
    return Menu(questions), Menu(list(tree.actions.values()))


def gates(offers: Offers, wanted: Iterable[Question | Action]) -> BoolArray:
    """Questions that the wanted steps wait for, gates of gates included; a mask."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        new = [each for each in _awaited(offers, waiting.pop()) if each.id not in found]
        found.update(each.id for each in new)
        waiting.extend(new)
    return offers.questions.mask(found)


def closed_questions(offers: Offers, gains_more_than: float) -> Iterator[Question]:
    """Questions that would tell something but wait for the answers of others."""
    situation, menu = offers.situation, offers.questions
    for i in menu.conditioned:
        question = situation.tree.questions[menu.ids[i]]
        telling = situation.gains[i] > gains_more_than
        if telling and _is_open(offers, question) and not offers.is_available(question):
            yield question


def closed_actions(offers: Offers, among: BoolArray) -> Iterator[Action]:
    """Those of the untried actions that wait for the answers of questions."""
    state, menu = offers.situation.state, offers.actions
    for i in menu.conditioned:
        action = offers.situation.tree.actions[menu.ids[i]]
        done = action.id in state.tried or action.id in often(state.skipped)
        if among[i] and not done and not offers.is_available(action):
            yield action


def _awaited(offers: Offers, step: Question | Action) -> list[Question]:
    """Questions whose answers the step waits for; none if it cannot be opened."""
    answers = offers.situation.state.answers
    needs = list(offers.needs(step))
    unmet = [
        (offers.situation.tree.questions[name], only)
        for each in needs
        for name, only in each.only_if.items()
        if answers.get(name) not in only
    ]
    hopeful = all(offers.is_at_hand(each) for each in needs) and all(
        _is_open(offers, question) and _can_be(offers, question, only)
        for question, only in unmet
    )
    return [question for question, _ in unmet] if hopeful else []


def _is_open(offers: Offers, question: Question) -> bool:
    """Whether the question may still be put, if not now."""
    state = offers.situation.state
    closed = {*state.answers, *often(state.not_now), *often(state.dont_know)}
    return not question.is_urgent and question.id not in closed


def _can_be(offers: Offers, question: Question, only: Iterable[str]) -> bool:
    model, p = offers.situation.model, offers.situation.p
    return any((model.likelihood(question.id, answer) @ p) > 0 for answer in only)
