"""
What actions had overtaken when a session was saved, and what by the tree of now.

What was done was done, and an answer from before it may be wrong since, whatever became
of the action in the tree. So an answer that was stale stays out, and one that becomes
stale by an edit is told of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.session.events import Answered, Tried
from troubleshoot.session.keeping.carried import REPLIES, SET_ASIDE, Carried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from troubleshoot.session.events import Event
    from troubleshoot.session.keeping.carried import Then

    Observation: TypeAlias = Mapping[int, Answered]

MAYBE: Final = "and may have changed it"


def observations(events: Sequence[Event]) -> list[Observation]:
    """Every answer with the corrections of it, by their places in the log."""
    latest: dict[str, dict[int, Answered]] = {}
    found: list[Observation] = []
    for i, event in enumerate(events):
        if not isinstance(event, Answered):
            continue
        if event.kind != "changed" or event.step not in latest:
            latest[event.step] = {}
            found.append(latest[event.step])
        latest[event.step][i] = event
    return found


def came_to_count(
    then: Then, events: Sequence[Event], gone: Mapping[int, Carried]
) -> dict[int, Carried]:
    """What was stale and would count again by the tree of now, by place in the log."""
    was = overtaken(events, then.changes)
    now = overtaken(events, then.changes_now)
    return {
        i: then.lost(event, f"{then.done(was[place])} was done since, {MAYBE}")
        for place, answers in _by_place(events).items()
        if place in was and place not in now and max(answers) not in gone
        for i, event in answers.items()
    }


def set_aside(
    then: Then, events: Sequence[Event], gone: Mapping[int, Carried]
) -> Iterator[Carried]:
    """What counted and is stale by the tree of now."""
    was = overtaken(events, then.changes)
    now = overtaken(events, then.changes_now)
    for place, answers in _by_place(events).items():
        event = answers[max(answers)]
        if place in now and place not in was and max(answers) not in gone:
            action = then.tree.actions[now[place]].do
            why = f"“{action}” was done since, {MAYBE}, as the tree says now"
            yield Carried(kind=SET_ASIDE, id=event.step, what=then.told(event), why=why)


def overtaken(
    events: Sequence[Event], changes: Callable[[str], tuple[str, ...]]
) -> dict[int, str]:
    """The answers that an action overtook, by their places, and the first that did."""
    places = _by_place(events)
    latest: dict[str, int] = {}
    found: dict[int, str] = {}
    tried: set[str] = set()
    for i, event in enumerate(events):
        if i in places:
            latest[places[i][i].step] = i
        elif isinstance(event, Tried) and not _corrects(event, tried):
            tried.add(event.step)
            # What was done before the session began is older than any answer in it.
            for question in changes(event.step) if event.kind != "done" else ():
                place = latest.get(question)
                if place is not None and _is_answer(places[place]):
                    found.setdefault(place, event.step)
    return found


def _by_place(events: Sequence[Event]) -> dict[int, Observation]:
    """The observations by the place of the first answer, where they count."""
    return {min(each): each for each in observations(events)}


def _is_answer(observation: Observation) -> bool:
    return observation[max(observation)].answer not in REPLIES


def _corrects(event: Tried, tried: set[str]) -> bool:
    """Whether it says what came of an action in the place of an earlier event."""
    return event.kind == "corrected" and event.step in tried
