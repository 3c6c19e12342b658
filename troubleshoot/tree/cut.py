"""
Texts that a comment cuts.

A ``#`` after a blank begins a comment, and a plain text ends before it: 'Can colleague
#2 print?' would become 'Can colleague'. Numbers, ids and words are often followed by a
comment, texts for people are not; what stands under their keys is looked at here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from troubleshoot.tree.keys import ROOMS
from troubleshoot.tree.source import Block, Items, Place, in_quotes, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.tree.source import Source

# Where texts for people stand; ids, words, numbers and ranges may have a comment.
TEXTS: Final = frozenset(
    "title symptom about owner ask do why how verify caution to bring".split()  # noqa: SIM905
)
TEXTS_BY_ID: Final = frozenset({"answers", "stop"})
# Where keys are names and values are words, whatever a cause or a question is called.
WORDS: Final = frozenset({"given", "fixes", "only-if"})
ENTRIES: Final = frozenset({"causes", *ROOMS})
_BLANKS: Final = re.compile(r"[ \t]*")
_COMMENT: Final = re.compile(r"[ \t]+#")
# What is laid out as a comment: two blanks before the sign, and one after it.
_NOTE: Final = re.compile(r"(?:\t|[ \t]{2,})#(?:\s|$)")


def cut_texts(source: Source) -> None:
    """Note each text that a comment follows."""
    if " #" not in source.text and "\t#" not in source.text:
        return
    cuts = (_cut(source, *each) for each in _texts(source.root))
    for place, key, text in sorted(each for each in cuts if each is not None):
        _complain(source, key, text, place)


def _cut(
    source: Source,
    key: str,
    text: str | None,
    mark: int,
) -> tuple[Place, str, str] | None:
    """Where a comment begins that cuts a text, with its key and what is left of it."""
    end = _end(source, text or "", unpacked(mark))
    if end is None:
        return None
    line, start = source.line(end.line), end.column - 1
    found = _COMMENT.match(line, start)
    if not found or _NOTE.match(line, start):
        return None
    return Place(end.line, found.end()), key, text or ""


def _texts(root: Block) -> Iterator[tuple[str, str | None, int]]:
    """Each text for people: its key, itself, and the packed place where it begins."""
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, Items):
            for value, mark in zip(node, node.marks, strict=True):
                if isinstance(value, Block):
                    waiting.append(("", value))
                elif name in TEXTS and not isinstance(value, Items):
                    yield name, value, mark
            continue
        for at, key in enumerate(node.in_turn()):
            value = node[key]
            if isinstance(value, Block | Items):
                # What a test says is answers by id; with a unit there are ranges.
                words = (node is root and key == "tests") or "unit" in node
                words = words and key in ("tests", "answers")
                if not (words or (key in WORDS and name not in ENTRIES)):
                    waiting.append((key, value))
            elif name in TEXTS_BY_ID or key in TEXTS:
                yield key, value, node.marks[2 * at + 1]


def _end(source: Source, text: str, place: Place) -> Place | None:
    """Where a plain text ends; None where the text is in quotes or a block."""
    number, start = place.line, place.column - 1
    line = source.line(number)
    if line[start : start + 1] in ("'", '"', "|", ">"):
        return None
    if line.startswith(text, start):
        return Place(number, start + len(text) + 1)
    for word in text.split():
        while _BLANKS.match(line, start).end() == len(line):  # type: ignore[union-attr] # matches nothing too
            number, start = number + 1, 0
            line = source.line(number)
            if number > place.line + len(text):
                return None
        start = line.find(word, start) + len(word)
        if start < len(word):
            return None
    return Place(number, start + 1)


def _complain(source: Source, key: str, text: str, place: Place) -> None:
    rest = source.line(place.line)[place.column - 1 :].rstrip()
    if not text and rest[1:2].strip() == "":
        return  # nothing is there to be cut, and the comment looks like one
    note = rest[1:2].strip() == ""
    fix = f"write {key}: {in_quotes(f'{text} {rest}'.strip())}"
    source.complain(
        "cut-text",
        place,
        f"a comment ends the text of '{key}' before '{rest}'",
        severity="warning" if note else "error",
        fix=f"{fix}, or two blanks before a comment." if note else fix,
        width=len(rest),
    )
