"""
Questions that tell nothing themselves but open a step that is wanted.

A question with ``only-if`` waits for the answers of others. Those are its gates; they
are worth asking only while one of their likely answers can still open it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.session.offers import often

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.offers import Offers
    from troubleshoot.session.situation import BoolArray
    from troubleshoot.tree.tree import Action, Question


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
