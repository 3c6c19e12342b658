"""How a saved session would go on another state of its tree, beside how it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from troubleshoot.errors import SessionError
from troubleshoot.session.events import Asked, Remark, is_fact
from troubleshoot.session.keeping import saved
from troubleshoot.session.opening import resume

if TYPE_CHECKING:
    from troubleshoot.session.keeping.carried import Carried
    from troubleshoot.session.keeping.saved import Outcome, Saved
    from troubleshoot.session.session import Session
    from troubleshoot.tree.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    Where a session stood then, and where the same replies lead now.

    ``given`` counts the answers and tried actions that still apply, facts aside;
    ``needed`` how many of them were in when the session first came to its end now.
    """

    then: Outcome
    now: Outcome
    given: int
    needed: int
    carried: tuple[Carried, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether it comes to the same step, or to the same ending and causes."""
        return _gist(self.then) == _gist(self.now)


def _gist(outcome: Outcome) -> tuple[str, str, frozenset[str]]:
    return outcome.kind, outcome.id, frozenset(outcome.causes)


def compared(tree: Tree, text: str, before: Tree | None = None) -> Comparison:
    """
    The saved session on this tree, beside how it stood when it was saved.

    ``before`` is the tree of then, for files that do not say how the session stood.

    Raises:
        OtherTree: the session belongs to another tree.
        SessionError: it cannot be read, or nothing says how it stood.
    """
    found = saved.read(text)
    session = resume(tree, text)
    now = saved.outcome(session.next_step())
    return Comparison(
        then=_then(found, text, before) or _unchanged(tree, found, now),
        now=now,
        given=_replies(session, len(session.events)),
        needed=_replies(session, _first_end(session)),
        carried=session.carried,
    )


def _then(found: Saved, text: str, before: Tree | None) -> Outcome | None:
    if before is None:
        return found.outcome
    return saved.outcome(resume(before, text).next_step())


def _unchanged(tree: Tree, found: Saved, now: Outcome) -> Outcome:
    """The outcome of then where the tree is the same, and so the outcome is."""
    if found.tree.fingerprint != tree.fingerprint:
        raise SessionError(
            "the file does not say how the session stood when it was saved, "
            "which takes the tree of then"
        )
    return now


def _first_end(session: Session) -> int:
    """After how many events the session is at its end, judged after each reply."""
    events = session.events
    for place in range(1, len(events)):
        between = isinstance(events[place - 1], Asked | Remark)
        if between or is_fact(events[place]):
            continue
        if replace(session, events=events[:place]).next_step().is_end:
            return place
    return len(events)


def _replies(session: Session, place: int) -> int:
    """How many answers and tried actions there are up to here, corrections aside."""
    return sum(each.kind in ("answered", "tried") for each in session.events[:place])
