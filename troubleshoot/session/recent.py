"""
The arithmetic of the sessions that were used last.

A session that waits for its customer keeps its events and its next step; beliefs and
gains, which grow with the tree, are kept for the sessions used last, and worked out
again where they are asked for later.
"""

from __future__ import annotations

import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.session.session import Session

T = TypeVar("T")

KEPT: Final = 64  # values of all sessions together
_recent: Final[deque[object]] = deque(maxlen=KEPT)


def recent(session: Session, name: str, make: Callable[[], T]) -> T:
    """What ``make`` made for this session, while it is remembered, or makes now."""
    known: dict[str, Any] = session.__dict__
    reference = known.get(name)
    value: T | None = None if reference is None else reference()
    if value is None:
        value = make()
        known[name] = weakref.ref(value)
        _recent.append(value)
    return value
