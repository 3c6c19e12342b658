"""
The record of a session as text: one "word: text" per line.

A text of several lines goes on with two blanks in front, so that no note can pass for
an event. Answers to private questions are masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.session.views.record import is_telling
from troubleshoot.text import WORKED, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session.views.record import Move, Record


def transcript(record: Record) -> str:
    """The record of a run as text, with how it ended if it did."""
    pairs = [
        ("tree", f"{record.tree.id} {record.tree.version}".rstrip()),
        ("title", record.tree.title),
        ("symptom", record.symptom),
    ]
    for move in record.moves:
        pairs += _move(move)
        pairs += _origin(move, record.actor)
    if record.ending is not None:
        pairs.append(("ending", f"{record.ending.kind}. {record.ending.text}"))
    return "".join(_line(word, text) for word, text in pairs if text)


def _move(move: Move) -> Iterator[tuple[str, str]]:
    match move.kind:
        case "action" | "corrected" | "already tried":
            yield move.kind, move.text
            yield "fixed", _fixed(move.answer)
        case "note":
            yield "note", move.text
        case "given up":
            yield "given up", move.text or "without a reason"
        case word:
            yield word, move.text
            yield "answer", move.answer


def _origin(move: Move, usual: str) -> Iterator[tuple[str, str]]:
    """Who made the move and where it is from, where that goes without saying not."""
    if move.actor != usual:
        yield "by", move.actor
    if is_telling(move):
        yield "source", move.source
    yield "quote", move.quote


def _fixed(answer: str) -> str:
    """The word after an action, by which a transcript is also written by hand."""
    return {WORKED["fixed"]: "yes", WORKED["failed"]: "no"}.get(answer, answer)


def _line(word: str, text: str) -> str:
    first, *more = [printable(each) for each in text.splitlines()] or [""]
    rest = "".join(f"  {each}\n" for each in more)
    return f"{word}: {first}\n{rest}"
