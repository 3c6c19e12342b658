"""
What happened in a session, one frozen value per event.

``at`` is the time in UTC as ISO 8601 text, ``actor`` who said or did it, ``source``
where it is from ("ticket", "measured") if that was said, and ``quote`` how it read
there. The log of events is all that a session remembers; everything else is computed
from it. What was said stands in no ``repr``, as logs and error trackers print it.

A move, which one undo takes back and one redo gives again, is what a person said or
did, with the question that was put for it and with what probes found out behind it:
without it, the session is where that person last saw it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from troubleshoot.tree.tree import AnswerKey

if TYPE_CHECKING:
    from collections.abc import Sequence


PROBE: Final = "probe"  # the actor where code has answered
DIGITS: Final = 6  # of bits, minutes and beliefs that are recorded; last bits differ

# As RFC 3339 writes it: of the forms of ISO 8601 those that all readers take alike.
MOMENT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]"
    r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:[.]([0-9]{1,6}))?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)


class Closed:
    """What has no other fields than its own, when it is read from a file."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Closed):
    """When it was said or done, by whom, where it is from, and how it read there."""

    at: str
    actor: str
    source: str | None = None
    quote: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Signed):
    """The session began."""

    kind: Literal["begun"] = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Signed):
    """A question was put, for its expected bits at its minutes then."""

    kind: Literal["asked"] = "asked"
    step: str
    bits: float
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Signed):
    """
    A question was answered: as a fact (told), when it came up, or corrected (changed).

    ``answer`` is the id of an answer, "dont-know" or "not-now"; of a question that
    takes several, the ids of those that hold. ``value`` is the number that was said,
    where the question takes one.
    """

    kind: Literal["told", "answered", "changed"]
    step: str
    answer: AnswerKey = field(repr=False)
    value: float | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Signed):
    """
    An action was tried, or what came of it was told wrong (corrected).

    "done" is one that was tried before the session began, as a fact.
    """

    kind: Literal["done", "tried", "corrected"] = "tried"
    step: str
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(Signed):
    """An action was put off."""

    kind: Literal["skipped"] = "skipped"
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark(Signed):
    """
    Something was noted, or the session was given up for a reason.

    ``record`` is the id of what the tree wants noted, if the text is that.

    ``stands_for`` is "fact" where an edit of the tree left out a fact and this tells
    of it: it can be undone no more than the fact could.
    """

    kind: Literal["noted", "ended"]
    text: str = field(repr=False)
    record: str | None = None
    stands_for: Literal["fact"] | None = None


Event: TypeAlias = Begun | Asked | Answered | Tried | Skipped | Remark


def is_fact(event: Event) -> bool:
    """Whether it was known, or already tried, before the session began."""
    return event.kind in ("told", "done")


def is_given(event: Event) -> bool:
    """Whether the session began with it, so that it is no move to take back."""
    lost = isinstance(event, Remark) and event.stands_for == "fact"
    return lost or event.kind == "begun" or is_fact(event)


def stamp(moment: datetime) -> str:
    """The moment in UTC as ISO 8601 text, to the millisecond."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The moment of a stamp; ``ValueError`` when it is none or has no zone."""
    if not MOMENT.fullmatch(text):
        raise ValueError("this is no time with a zone")
    return datetime.fromisoformat(text).astimezone(UTC)


def plain(event: Event) -> dict[str, Any]:
    """The event as it is written to JSON; what is None is left out."""
    pairs = ((each.name, getattr(event, each.name)) for each in fields(event))
    return {name: value for name, value in pairs if value is not None}


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
