"""
What one undo takes back, and one redo gives again, as a person sees it.

A move is what a person said or did, with the question that was put for it and with what
probes found out behind it: without it, the session is where that person last saw it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.session.events import PROBE, is_given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.session.events import Event


def last_move(events: Sequence[Event]) -> int:
    """How many events the last move has; 0 where no person made one."""
    size = 0
    for event in reversed(events):
        if is_given(event):
            return 0
        size += 1
        if event.actor != PROBE:
            break
    return size + (events[-size - 1].kind == "asked") if size < len(events) else 0


def first_move(undone: Sequence[Event]) -> int:
    """How many of the events that were undone the next redo gives again."""
    if not undone:
        return 0
    size = 2 if undone[0].kind == "asked" else 1
    while size < len(undone) and undone[size].actor == PROBE:
        size += 1
    return size
