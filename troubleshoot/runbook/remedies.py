"""Which actions help, in the order to try them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.runbook.book import Remedy
from troubleshoot.session.situation import TOLERANCE
from troubleshoot.session.wording import listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.task import Act
    from troubleshoot.session.offers import Offers
    from troubleshoot.session.plans.task import Named
    from troubleshoot.tree.tree import Action, Tree

LIKELY: Final = 0.05  # to help; what is less likely only makes a list on paper long


def remedies(
    offers: Offers,
    named: Named,
    weights: FloatArray,
    *,
    opened: frozenset[int] = frozenset(),
) -> tuple[Remedy, ...]:
    """
    The actions worth trying against weighted causes, the most efficient one first.

    Each is chosen for the case that those before it did not help; what cannot be
    undone comes last. One is listed once it is likely enough, given that.
    """
    found: list[Remedy] = []
    left = dict(enumerate(named.task.actions))
    p = weights
    while left and (total := float(p.sum())) > TOLERANCE:
        chances = {i: float(act.fixes @ p) / total for i, act in left.items()}
        i = _most_efficient(named, left, chances, opened)
        if chances[i] < LIKELY:
            break  # as are all others, for a hopeless one is chosen last
        act = left.pop(i)
        found.append(_remedy(offers.situation.tree, named, i, opened, chances[i]))
        opened = named.task.opened_after(act, opened)
        p = p * (1.0 - act.fixes)
    return tuple(found)


def _most_efficient(
    named: Named,
    left: Mapping[int, Act],
    chances: Mapping[int, float],
    opened: frozenset[int],
) -> int:
    def rank(i: int) -> tuple[bool, bool, float, int]:
        minutes = max(named.task.minutes(left[i], opened), 1e-9)
        hopeless = chances[i] < LIKELY
        return hopeless, left[i].irreversible, -round(chances[i] / minutes, 12), i

    return min(left, key=rank)


def _remedy(
    tree: Tree, named: Named, i: int, opened: frozenset[int], chance: float
) -> Remedy:
    action, act = named.actions[i], named.task.actions[i]
    new = _chain(named, act.setup, opened)
    return Remedy(
        id=action.id,
        text=action.do,
        how=action.how,
        verify=action.verify,
        caution=action.caution,
        risk=action.risk,
        setups=tuple(tree.setups[named.setups[each]].do for each in new),
        by=action.needs.by,
        things=action.needs.things,
        only_if=_conditions(tree, action),
        minutes=named.task.minutes(act, opened),
        chance=chance,
    )


def _chain(named: Named, setup: int, opened: frozenset[int]) -> list[int]:
    found = []
    while setup >= 0:
        if setup not in opened:
            found.append(setup)
        setup = named.task.setups[setup][1]
    return found[::-1]


def _conditions(tree: Tree, action: Action) -> tuple[tuple[str, str], ...]:
    """Questions, each with the answers without which the action is not for you."""
    return tuple(
        (
            tree.questions[name].ask,
            listing([tree.questions[name].answer(x).text for x in answers], "or"),
        )
        for name, answers in action.needs.only_if.items()
    )
