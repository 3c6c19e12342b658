"""
What a session took by its tree: questions, actions and minutes, the same in every view.

What holds is counted, that is the log with its corrections made. A question that was
answered or not known and an action that was tried take their minutes, and those of the
setups that they are the first to open. "Not now" takes none, nor do facts and answers
of probes, which no person goes and looks for; a correction takes no more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from troubleshoot import text
from troubleshoot.arguments import a_number
from troubleshoot.errors import ArgumentError
from troubleshoot.session.events import DIGITS, PROBE, Answered, Tried
from troubleshoot.session.state import revisions
from troubleshoot.session.steps import Reply
from troubleshoot.tree.tree import Time, setups_of, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.session.events import Event
    from troubleshoot.tree.tree import Tree


class Effort(NamedTuple):
    """How many questions were answered, actions tried, minutes taken and waited."""

    questions: int
    actions: int
    minutes: float
    wait: float = 0.0


def effort(tree: Tree, events: Iterable[Event]) -> Effort:
    """What all events took together."""
    log = tuple(events)
    taken = time_by_place(tree, log)
    tried = sum(isinstance(log[place], Tried) for place in taken)
    return Effort(
        len(taken) - tried,
        tried,
        sum(each.minutes for each in taken.values()),
        sum(each.wait for each in taken.values()),
    )


def time_by_place(tree: Tree, events: Iterable[Event]) -> Mapping[int, Time]:
    """
    The time that was taken, by the place in the log where it was first.

    An answer that was put off at first stands where it was given.
    """
    log, opened = tuple(events), set[str]()
    taken: dict[int, Time] = {}
    for places in revisions(log):
        first, last = log[places[0]], log[places[-1]]
        if is_taken(last, first):
            place = next(each for each in places if is_taken(log[each], first))
            time = _time(tree, last, opened)
            taken[place] = Time(*(round(each, DIGITS) for each in time))
    return dict(sorted(taken.items()))


def is_taken(event: Event, first: Event) -> TypeGuard[Answered | Tried]:
    """Whether an event, said at first or to correct the first, took its time."""
    match event:
        case Tried():
            return first.kind != "done"
        case Answered():
            known = first.kind == "told" or event.actor == PROBE
            return not known and event.answer != Reply.NOT_NOW.value
    return False


def _time(tree: Tree, event: Answered | Tried, opened: set[str]) -> Time:
    """The time of a step with the setups that it opens, which are then open."""
    steps = tree.actions if isinstance(event, Tried) else tree.questions
    step = steps[event.step]
    new = [each for each in setups_of(tree, step) if each.id not in opened]
    opened.update(each.id for each in new)
    return time_of(step, *new)


def duration(minutes: float) -> str:
    """
    The minutes in words: "30 s", "about 18 min", "1 h 30 min".

    Raises:
        ArgumentError: it is no length of time.
        ArgumentTypeError: it is no number.
    """
    if math.isinf(a_number(minutes, "minutes", "a duration")):
        raise ArgumentError("a duration is a number of minutes", argument="minutes")
    return text.duration(minutes)
