"""What a condition asks for, as a part of a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from troubleshoot.conditions import Condition
from troubleshoot.text import listing
from troubleshoot.tree.only_if import DONT_KNOW, NOT
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.tree.only_if import Claim, OnlyIf
    from troubleshoot.tree.tree import Question, Tree


@dataclass(frozen=True, slots=True)
class ClaimTexts:
    """
    A claim with its texts: the question or the action, and what will do.

    ``wanted`` are pairs of a key of the catalogue and an answer, which is empty where
    the words say all: ``condition_answer``, ``condition_not`` and others. Which answer
    to a private question will do is not among them.
    """

    text: str
    wanted: tuple[tuple[str, str], ...]
    is_action: bool = False


Told: TypeAlias = Condition[ClaimTexts]
NOTHING: Final[Told] = Condition()
Said: TypeAlias = Callable[[str, str], str]
"""How an answer is said that stands beside this question."""


def told_condition(tree: Tree, condition: OnlyIf) -> Told:
    """The condition with the texts of the tree in place of ids."""
    return condition.mapped(lambda claim: _texts(tree, claim))


def _texts(tree: Tree, claim: Claim) -> ClaimTexts:
    if claim.kind == "action":
        outcomes = tuple(
            (f"condition_{each.replace(' ', '_')}", "") for each in claim.wanted
        )
        action = tree.actions[claim.step]
        return ClaimTexts(action.title, outcomes, is_action=True)
    question = tree.questions[claim.step]
    if question.private:
        return ClaimTexts(question.ask, (("private", ""),))
    return ClaimTexts(question.ask, tuple(_wanted(question, claim.wanted)))


def _wanted(question: Question, wanted: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    texts = {each.id: each.text for each in question.answers}
    for each in wanted:
        if each in texts:
            yield "condition_answer", texts[each]
        elif each in (DONT_KNOW, NONE):
            yield f"condition_{each.replace('-', '_')}", ""
        elif (without := each.removeprefix(NOT)) in texts:
            yield "condition_not", texts[without]
        else:  # not none, or known
            yield f"condition_not_{without.replace('-', '_')}", ""


def in_words(
    told: Told, words: Catalogue, said: Said = lambda _, answer: answer
) -> str:
    """All of it: '“Is it on?” is “Yes” and “Restart it.” was not tried'."""
    parts = [
        _claim(each, words, said)
        if isinstance(each, ClaimTexts)
        else f"({in_words(each, words, said)})"
        if len(each.parts) > 1
        else in_words(each, words, said)
        for each in told.parts
    ]
    return listing(parts, "and" if told.every else "or", words)


def _claim(claim: ClaimTexts, words: Catalogue, said: Said) -> str:
    if claim.is_action:
        told = [words(key, action=claim.text) for key, _ in claim.wanted]
        return listing(told, "or", words)
    wanted = _wanted_words(claim, words, said)
    return words("condition_is", question=claim.text, wanted=wanted)


def _wanted_words(claim: ClaimTexts, words: Catalogue, said: Said) -> str:
    wanted = [
        words(key, answer=said(claim.text, answer)) for key, answer in claim.wanted
    ]
    return listing(wanted, "or", words)


def wanted_in_words(told: Told, words: Catalogue) -> str:
    """Of a single claim about a question: what will do."""
    [claim] = told.claims()
    return _wanted_words(claim, words, lambda _, answer: answer)
