"""
What a strategy is, so that a house can bring its own.

    class CheapestFirst:
        name = "cheapest first"

        def choose(self, view):
            worth = {q: x for q, x in view.questions.items() if x.gain_bits > 0}
            return min(worth, key=lambda q: worth[q].cost_min, default=None)

    tree.begin(strategy=CheapestFirst())
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from troubleshoot.arguments import one_of
from troubleshoot.errors import ArgumentError, ArgumentTypeError
from troubleshoot.session.offers import Offers
from troubleshoot.session.situation import BoolArray
from troubleshoot.tree.tree import Tree

STRATEGIES: Final = ("information", "repair", "plan")


class Asking(NamedTuple):
    """What a question is expected to tell about the remedy, and what it costs now."""

    gain_bits: float
    cost_min: float


class Doing(NamedTuple):
    """P(the action fixes the symptom), and what it costs now."""

    chance: float
    cost_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    A session as a strategy sees it; nothing of it can be changed.

    ``belief`` is P(cause) by root cause and "unknown"; ``evidence`` are pairs of a
    question with its answer, or an action with "failed". ``questions`` and ``actions``
    are all that can be chosen now, by id, in the order of the file; costs include the
    setups that are not open.
    """

    tree: Tree
    belief: Mapping[str, float]
    evidence: tuple[tuple[str, str], ...]
    questions: Mapping[str, Asking]
    actions: Mapping[str, Doing]

    def __repr__(self) -> str:
        return f"View({self.tree.id!r}, {len(self.evidence)} pieces of evidence)"


class Strategy(Protocol):
    """
    A rule for what comes next, told apart from others by its name.

    It must be a function of the view alone, or a saved session will not go on as it
    was. Urgent questions, and whatever ends a session at once, come before it.
    """

    @property
    def name(self) -> str:
        """What saved sessions call it."""

    def choose(self, view: View) -> str | None:
        """The id of a step on offer, or None for what "information" recommends."""


def name_of(strategy: str | Strategy) -> str:
    """
    The name of a strategy of ours or of a house's own.

    Raises:
        ArgumentError: there is none of this name, or an own one takes a name of ours.
        ArgumentTypeError: it is neither a name, nor has one and a ``choose``.
    """
    if isinstance(strategy, str):
        return one_of(strategy, "strategy", STRATEGIES, argument="strategy")
    name = getattr(strategy, "name", None)
    if not isinstance(name, str) or not callable(getattr(strategy, "choose", None)):
        raise ArgumentTypeError(
            "a strategy is named by a text, or has a 'name' and a method 'choose'",
            argument="strategy",
        )
    if not name or name in STRATEGIES:
        whose = "belongs to a strategy of ours" if name else "of a strategy is empty"
        raise ArgumentError(f"the name '{name}' {whose}", argument="strategy")
    return name


def view(offers: Offers) -> View:
    """What a strategy sees of a situation."""
    situation = offers.situation
    return View(
        tree=situation.tree,
        belief=MappingProxyType(dict(situation.shares)),
        evidence=tuple((each.step, each.result) for each in situation.state.evidence),
        questions=MappingProxyType(
            {
                offers.questions.ids[i]: Asking(
                    float(situation.gains[i]), float(offers.question_costs[i])
                )
                for i in _places(offers.fresh | offers.put_off)
            }
        ),
        actions=MappingProxyType(
            {
                offers.actions.ids[i]: Doing(
                    float(offers.chances[i]), float(offers.action_costs[i])
                )
                for i in _places(offers.untried | offers.skipped)
            }
        ),
    )


def _places(mask: BoolArray) -> list[int]:
    return [int(i) for i in mask.nonzero()[0]]
