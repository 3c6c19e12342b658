"""
Who says or does something, where it is from, how it read there, and to which step.

A token tells which step of which session in which state a reply is to. It is a digest
of the tree, all events and the step; nothing in it is random, so that the session has
the same one wherever it is resumed.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypedDict

from troubleshoot.errors import AnswerError
from troubleshoot.session.events import plain
from troubleshoot.session.steps import Ending
from troubleshoot.text import UNPRINTABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.events import Event
    from troubleshoot.session.steps import Step
    from troubleshoot.tree.tree import Tree


BREAK: Final = re.compile("[\t\n]")  # the rest of them is unprintable
LONGEST_NAME: Final = 100  # characters
LONGEST_QUOTE: Final = 2_000
EXAMPLES: Final = "such as 'agent:ann' or 'ticket'"
SAID: Final = "said"  # where answers are from, unless another source is named
MEASURED: Final = "measured"  # where the answers of probes are from

LENGTH: Final = 20  # hexadecimal digits


class Signature(TypedDict):
    """What all events have; see ``events``."""

    at: str
    actor: str
    source: str | None
    quote: str | None


def of(event: Event) -> Signature:
    """The signature of an event."""
    return {
        "at": event.at,
        "actor": event.actor,
        "source": event.source,
        "quote": event.quote,
    }


def signature(at: str, actor: str, source: object, quote: object) -> Signature:
    """
    A checked signature.

    Raises:
        AnswerError: the source or the quote is no text that can be kept.
    """
    return {
        "at": at,
        "actor": actor,
        "source": None if source is None else name(source, "a source"),
        "quote": None if quote is None else quoted(quote),
    }


def name(value: object, what: str) -> str:
    """
    A name of an actor or a source, on one line.

    Raises:
        AnswerError: it is none.
    """
    if not isinstance(value, str) or not value.strip():
        raise AnswerError(f"{what} is a text that is not empty, {EXAMPLES}")
    if len(value) > LONGEST_NAME:
        raise AnswerError(f"{what} has at most {LONGEST_NAME} characters")
    if UNPRINTABLE.search(value) or BREAK.search(value) or value != whole(value):
        raise AnswerError(f"{what} is one line without control characters")
    return value


def quoted(value: object) -> str:
    """
    The words in which something was said, where it is from.

    Raises:
        AnswerError: they are no text, empty or too long.
    """
    if not isinstance(value, str) or not value.strip():
        raise AnswerError("a quote is a text that is not empty")
    if len(value) > LONGEST_QUOTE:
        raise AnswerError(f"a quote has at most {LONGEST_QUOTE:,} characters")
    return whole(value)


def whole(text: str) -> str:
    """The text with halves of characters replaced, which no file could hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def beginning(tree: Tree) -> bytes:
    """The digest of a session in which nothing has happened."""
    return sha256(f"{tree.id} {tree.fingerprint}".encode()).digest()


def extended(trail: bytes, events: Iterable[Event]) -> bytes:
    """The digest after more events."""
    for event in events:
        said = json.dumps(plain(event), sort_keys=True)
        trail = sha256(trail + said.encode()).digest()
    return trail


def token(trail: bytes, step: Step) -> str:
    """The token of a step of a session with these events."""
    name = "" if isinstance(step, Ending) else step.id
    return sha256(trail + f"{step.kind} {name}".encode()).hexdigest()[:LENGTH]
