"""Answers that were given and do not count now, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from troubleshoot.text import MASK, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session.state import State
    from troubleshoot.tree.tree import Tree


@dataclass(frozen=True, slots=True)
class SetAside:
    """
    An answer that is left out of the evidence.

    One that no longer applies comes back by itself when it does again; one that an
    action has overtaken is asked for anew. ``reason`` is a sentence for people.
    """

    step: str
    result: str = field(repr=False)  # it may be private
    reason: str


def set_aside(tree: Tree, now: State) -> tuple[SetAside, ...]:
    """What no longer applies, then what is stale; each in the order it was said."""
    return (*_pointless(tree, now), *_stale(tree, now))


def _pointless(tree: Tree, now: State) -> Iterator[SetAside]:
    for question, answer in now.pointless.items():
        gate = now.spoilt_by[question]
        reason = _other_way(tree, now, question, gate)
        yield SetAside(question, answer, reason)


def _other_way(tree: Tree, now: State, question: str, gate: str) -> str:
    asked = tree.questions[gate]
    if gate in now.pointless:
        return f"It applies only after “{asked.ask}”, and that is set aside as well."
    if asked.private:
        return f"It applies only after another answer to “{asked.ask}” {MASK}."
    wanted = tree.questions[question].needs.only_if[gate]
    needed = listing((f"“{asked.answer(each).text}”" for each in wanted), "or")
    said = asked.answer(now.answers[gate]).text
    return f"It applies only if “{asked.ask}” is {needed}, and the answer is “{said}”."


def _stale(tree: Tree, now: State) -> Iterator[SetAside]:
    for question, answer in now.stale.items():
        action = tree.actions[now.stale_by[question]]
        reason = f"It was said before “{action.do}”, which may have changed it."
        yield SetAside(question, answer, reason)
