"""Who takes the steps, with what, and how they are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from troubleshoot.arguments import names
from troubleshoot.errors import UnknownName, nearest
from troubleshoot.session.events import Closed
from troubleshoot.session.strategy import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.session.strategy import Strategy
    from troubleshoot.tree.tree import Tree

SOMEBODY: Final = "customer"
EVERYWHERE: Final = (SOMEBODY, "agent")  # who may be there with any tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Closed):
    """
    What a session is begun with.

    None under ``by`` and ``has`` means that everybody and everything is at hand.
    """

    by: tuple[str, ...] | None = None
    has: tuple[str, ...] | None = None
    strategy: str = "information"

    @property
    def actor(self) -> str:
        """Who is said to have done what is recorded."""
        return self.by[0] if self.by else SOMEBODY


def options(
    by: str | Iterable[str] | None,
    has: str | Iterable[str] | None,
    strategy: str | Strategy,
) -> Options:
    """
    Checked options; one name stands for a list of one.

    Raises:
        ArgumentError: the strategy is not known, or a name is empty or no text.
    """
    return Options(
        by=None if by is None else names(by, "by"),
        has=None if has is None else names(has, "has"),
        strategy=name_of(strategy),
    )


def check_at_hand(
    tree: Tree, by: Sequence[str] | None, has: Sequence[str] | None
) -> None:
    """
    Refuse names that can only be meant for others.

    Where steps of the tree are for somebody, ``by`` names those, a customer or an
    agent. What is at hand may be more than any step needs, but not a slip for that.

    Raises:
        UnknownName: of a role or a thing; the nearest that a step needs are suggested.
    """
    needs = [
        each.needs
        for steps in (tree.questions, tree.actions, tree.setups)
        for each in steps.values()
    ]
    roles = {name for each in needs for name in each.by}
    things = sorted({name for each in needs for name in each.things})
    for name in by or ():
        if roles and name not in (*roles, *EVERYWHERE):
            known = sorted({*roles, *EVERYWHERE})
            raise UnknownName("role", name, known, few=True)
    for name in has or ():
        if name not in things and nearest(name, things):
            raise UnknownName("thing", name, things)
