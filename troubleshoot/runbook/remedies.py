"""Which actions help, in the order to try them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.runbook.book import Remedy
from troubleshoot.session.situation import TOLERANCE
from troubleshoot.session.wording import listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.evidence import BoolArray
    from troubleshoot.engine.task import Act
    from troubleshoot.session.offers import Offers
    from troubleshoot.session.plans.task import Named
    from troubleshoot.tree.tree import Action, Question, Setup, Tree

LIKELY: Final = 0.05  # to help; what is less likely only makes a list on paper long


def remedies(
    offers: Offers,
    named: Named,
    weights: FloatArray,
    against: BoolArray,
    *,
    opened: frozenset[int] = frozenset(),
) -> tuple[Remedy, ...]:
    """
    The actions worth trying against some causes, the most efficient one first.

    ``weights`` are those of all causes, ``against`` marks those that matter, both of
    shape (causes,). Each is chosen for the case that those before it did not help, and
    so is its chance; what cannot be undone comes last. One is listed once it is likely
    enough, given that.
    """
    found: list[Remedy] = []
    actions = enumerate(named.task.actions)
    left = {i: x for i, x in actions if (x.fixes * weights)[against].any()}
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
    chain = _chain(named, act.setup, opened)
    setups = [tree.setups[named.setups[each]] for each in chain]
    by, things = taken(action, *setups)
    return Remedy(
        id=action.id,
        text=action.do,
        how=action.how,
        verify=action.verify,
        caution=action.caution,
        risk=action.risk,
        setups=tuple(each.do for each in setups),
        by=by,
        things=things,
        only_if=_conditions(tree, action),
        minutes=named.task.minutes(act, opened),
        chance=chance,
    )


def taken(*steps: Question | Action | Setup) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is needed for a step and its setups, and with what, each once."""
    by = dict.fromkeys(x for step in steps for x in step.needs.by)
    things = dict.fromkeys(x for step in steps for x in step.needs.things)
    return tuple(by), tuple(things)


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
