"""
What a saved session comes to on a tree that was edited since.

Ids decide: what the tree still has holds, however it is worded. What no longer applies
is a remark in its place, so that the log, the transcript and the next file still tell
of it; nothing else is made up. An answer and the corrections of it are one observation:
it holds as it was corrected last, or not at all. What an action that was done had
overtaken does not count again because the tree of now would say otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from troubleshoot.session.events import Answered, Asked, Remark, is_fact
from troubleshoot.session.keeping.belonging import renamed
from troubleshoot.session.keeping.carried import Carried, Then
from troubleshoot.session.keeping.lasting import changes, lost
from troubleshoot.session.keeping.overtaking import (
    came_to_count,
    observations,
    set_aside,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from troubleshoot.session.events import Event
    from troubleshoot.session.keeping.saved import Saved
    from troubleshoot.tree.tree import Tree

UNDONE: Final = {
    "what": "What was undone",
    "why": "it may not be what it was when it is done again",
}
CORRECTED: Final = "it was corrected by an answer that no longer applies"


class Carriage(NamedTuple):
    """The saved session on the tree of now, and what became of the rest of it."""

    saved: Saved
    items: tuple[Carried, ...]


def carried(tree: Tree, found: Saved) -> Carriage:
    """The saved session as far as it applies to this tree, and what does not."""
    then = Then(tree, found.texts)
    gone = _gone(then, found.events)
    events = tuple(_in_order(_rewritten(found.events, gone)))
    items = [
        *renamed(tree, found),
        *_title(tree, found),
        *gone.values(),
        *set_aside(then, found.events, gone),
        *changes(then, events),
    ]
    undone = found.undone
    if undone and (gone or any(lost(then, each) for each in undone)):
        undone = ()
        items.append(Carried(kind="dropped", id=tree.id, **UNDONE))
    return Carriage(replace(found, events=events, undone=undone), tuple(items))


def _title(tree: Tree, found: Saved) -> Iterator[Carried]:
    if (title := found.tree.title) != tree.title:
        why = f"the tree is called “{tree.title}” now"
        yield Carried(kind="reworded", id=tree.id, what=f"“{title}”", why=why)


def _gone(then: Then, events: Sequence[Event]) -> dict[int, Carried]:
    """What does not apply, by its place in the log."""
    found = {i: item for i, each in enumerate(events) if (item := lost(then, each))}
    for answers in observations(events):
        if max(answers) in found:
            # Without its last correction an answer is known to be wrong.
            found |= {i: then.lost(x, CORRECTED) for i, x in answers.items()} | found
    found |= came_to_count(then, events, found) | found
    return dict(sorted(found.items()))


def _rewritten(events: Sequence[Event], gone: Mapping[int, Carried]) -> Iterator[Event]:
    """The log with a remark in place of each event that does not apply."""
    new: dict[int, Event] = {i: _note(events[i], item) for i, item in gone.items()}
    for answers in observations(events):
        if min(answers) in gone and max(answers) not in gone:
            new |= _corrected(answers, gone)
    noted = {i for i, each in new.items() if isinstance(each, Remark)}
    for i, event in enumerate(events):
        if not (isinstance(event, Asked) and i + 1 in noted):
            yield new.get(i, event)


def _corrected(
    answers: Mapping[int, Answered], gone: Mapping[int, Carried]
) -> dict[int, Event]:
    """
    The first correction that applies, in the place of the answer that does not.

    That is what a correction means: the answer as it should have been given then. The
    remark about the answer stands where it was corrected.
    """
    first = min(answers)
    by = next(i for i in answers if i not in gone)
    correction = answers[by]
    meant = replace(answers[first], answer=correction.answer, value=correction.value)
    return {first: meant, by: _note(correction, gone[first])}


def _note(event: Event, item: Carried) -> Remark:
    text = f"The tree was edited. {item}"
    stands_for: Literal["fact"] | None = "fact" if is_fact(event) else None
    return Remark(
        kind="noted",
        at=event.at,
        actor=event.actor,
        source=event.source,
        text=text,
        stands_for=stands_for,
    )


def _in_order(events: Iterable[Event]) -> Iterator[Event]:
    """The events with the facts first, for remarks may stand among them now."""
    begun, *rest = events
    yield begun
    yield from (each for each in rest if is_fact(each))
    yield from (each for each in rest if not is_fact(each))
