"""
Who takes the steps, with what, and by which strategy.

A strategy of one's own is any value with a name and a rule:

    class CheapestFirst:
        name = "cheapest first"

        def choose(self, view):
            worth = {q: x for q, x in view.questions.items() if x.gain_bits > 0}
            return min(worth, key=lambda q: worth[q].cost_min, default=None)

    tree.begin(strategy=CheapestFirst())
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from troubleshoot.arguments import names, one_of
from troubleshoot.errors import ArgumentError, ArgumentTypeError, UnknownName, nearest
from troubleshoot.session.events import Closed
from troubleshoot.tree.read_only import ReadOnly, read_only
from troubleshoot.tree.tree import AnswerKey, Tree, needs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SOMEBODY: Final = "customer"
EVERYWHERE: Final = (SOMEBODY, "agent")  # who may be there with any tree

STRATEGIES: Final = ("information", "repair", "plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Closed):
    """
    What a session is begun with.

    None under ``by`` and ``has`` means that everybody and everything is at hand.
    ``variables`` are what the caller says that they stand for. An empty ``language`` is
    that of the tree; the ``audience`` is that of its texts.
    """

    by: tuple[str, ...] | None = None
    has: tuple[str, ...] | None = None
    strategy: str = "information"
    variables: Mapping[str, str] = field(default_factory=ReadOnly, hash=False)
    language: str = ""
    audience: str = ""

    def __post_init__(self) -> None:
        read_only(self, "variables")

    @property
    def actor(self) -> str:
        """Who is said to have done what is recorded."""
        return self.by[0] if self.by else SOMEBODY

    def worded(self, tree: Tree) -> Options:
        """The same with the language and the audience of this tree."""
        own = tree.language == tree.original.language
        language = "" if own else tree.language
        return replace(self, language=language, audience=tree.audience)


def options(
    by: str | Iterable[str] | None,
    has: str | Iterable[str] | None,
    strategy: str | Strategy,
    variables: Mapping[str, str] | None = None,
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
        variables=variables or ReadOnly(),
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
    needs = [*needs_of(tree)]
    roles = {name for each in needs for name in each.by}
    things = sorted({name for each in needs for name in each.things})
    for name in by or ():
        if roles and name not in (*roles, *EVERYWHERE):
            known = sorted({*roles, *EVERYWHERE})
            raise UnknownName("role", name, known, few=True)
    for name in has or ():
        if name not in things and nearest(name, things):
            raise UnknownName("thing", name, things)


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
    evidence: tuple[tuple[str, AnswerKey], ...]
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
    The name of a strategy of ours or of the caller's own.

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
