"""
Which tree a session belongs to, and what became of its numbers.

A tree is known by its ``id`` and by the fingerprint of what it says. What says the same
is the same tree, whatever its file is called; of one id, what says something else is an
edit as long as it has the title or a step of the session, and what the edit did to the
leading cause is told. Everything else is another tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.errors import OtherTree
from troubleshoot.session.keeping.carried import Carried
from troubleshoot.text import percent
from troubleshoot.tree.tree import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.events import Event
    from troubleshoot.session.keeping.saved import Saved
    from troubleshoot.session.session import Session
    from troubleshoot.tree.tree import Tree


DIGITS: Final = 6  # to which the belief in a file can be compared


def check(tree: Tree, found: Saved) -> None:
    """
    Refuse a tree that is not that of the session.

    Raises:
        OtherTree: the message says how a copy under another name is made known as one.
    """
    if found.tree.fingerprint == tree.fingerprint:
        return
    names = (
        f"the session belongs to the tree '{found.tree.id}' ({found.tree.title}), and "
        f"this one is '{tree.id}' ({tree.title})"
    )
    if found.tree.id != tree.id:
        raise OtherTree(
            f"{names}; if it is the same tree under a new name, "
            f"write 'id: {found.tree.id}' into its file"
        )
    if found.tree.title != tree.title and not has_any(tree, found.events):
        raise OtherTree(
            f"{names}, which has none of its steps: "
            "two trees of one name need an 'id' of their own"
        )


def has_any(tree: Tree, events: Iterable[Event]) -> bool:
    """Whether the tree has any of the steps that these events speak of."""
    return any(
        getattr(each, "step", None) in steps
        for each in events
        for steps in (tree.questions, tree.actions)
    )


def renamed(tree: Tree, found: Saved) -> Iterator[Carried]:
    """The item about a tree that says the same under another name."""
    if found.tree.id != tree.id:
        why = f"it is '{tree.id}' now, and says the same"
        yield Carried(kind="renamed", id=tree.id, what=f"'{found.tree.id}'", why=why)


def renumbered(session: Session, found: Saved) -> Iterator[Carried]:
    """
    What an edit did to the leading cause, so that none goes by in silence.

    That the numbers did it is sure only where everything that was said still holds.
    """
    if found.tree.fingerprint == session.tree.fingerprint:
        return
    before = found.leading
    if before is None:
        if not session.carried:
            yield _edited(session, "the file does not say what led before")
    elif (before.cause, before.belief) != _rounded(session.leading):
        held = all(each.holds for each in session.carried)
        yield Carried(
            kind="numbers changed" if held else "edited",
            id=before.cause,
            what=f"{_cause(session.tree, before.cause)} led with "
            f"{percent(before.belief)}",
            why=_now(session, before.cause),
        )
    elif not session.carried:
        yield _edited(session, "as it did before")


def _rounded(leading: tuple[str, float]) -> tuple[str, float]:
    return leading[0], round(leading[1], DIGITS)


def _edited(session: Session, tail: str) -> Carried:
    what = f"The tree “{session.tree.title}” was edited"
    why = f"{_leads(session)} now, {tail}"
    return Carried(kind="edited", id=session.tree.id, what=what, why=why)


def _leads(session: Session) -> str:
    leading, belief = session.leading
    return f"{_cause(session.tree, leading)} leads with {percent(belief)}"


def _now(session: Session, before: str) -> str:
    """Where the cause stands that led before, and which leads."""
    if before == session.leading[0]:
        return f"it leads with {percent(session.leading[1])} now"
    if before in session.belief:
        share = percent(session.belief[before])
        return f"it has {share} now, and {_leads(session)}"
    return f"the tree no longer has this cause, and {_leads(session)}"


def _cause(tree: Tree, id: str) -> str:
    if id in tree.causes:
        return f"“{tree.causes[id].title}”"
    return "a cause that is not listed" if id == UNKNOWN else f"'{id}'"
