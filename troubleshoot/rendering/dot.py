"""
The decision flow in DOT, for Graphviz and what reads its files.

Every text is a quoted string without HTML, in which backslashes, quotes and the
ampersands of entities stand for themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.rendering.flow import SAFETY, flow
from troubleshoot.rendering.svg import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troubleshoot.rendering.flow import Box, BoxKind, Flow, Section
    from troubleshoot.rendering.runbook import Runbook
    from troubleshoot.rendering.words import Wished


ESCAPED: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;"})
ROOM: Final = 18.0  # em in a box
BESIDE: Final = 13.0  # em beside a link
MOST: Final = 6  # lines of one text
LOOKS: Final[Mapping[BoxKind, str]] = {
    "urgent": "shape=box, penwidth=3",
    "stop": "shape=box, style=rounded, penwidth=3",
    "question": "shape=box",
    "action": 'shape=box, style=filled, fillcolor="#e6e6e6"',
    "ending": 'shape=box, style="rounded,filled", fillcolor="#f4f4f4"',
    "away": "shape=box, style=dashed",
}


def dot(runbook: Runbook, *, language: Wished = None) -> str:
    """The decision flow of the runbook as a DOT graph."""
    return "\n".join([*_lines(flow(runbook, language=language)), ""])


def quoted(
    texts: Iterable[tuple[str, str]], room: float = ROOM, most: int | None = MOST
) -> str:
    """
    The texts as one string, each from a new line on, aligned on the left.

    Each is a pair of a word before it, or none, and the text.
    """
    shown = [
        line
        for mark, text in texts
        for line in wrapped(text, room, most, mark=mark, grows=True)
    ]
    return '"' + "".join(f"{each.translate(ESCAPED)}\\l" for each in shown) + '"'


def _lines(it: Flow) -> Iterator[str]:
    yield "digraph runbook {"
    yield f"  label={_title(it.title)}; labelloc=t; rankdir=LR; newrank=true;"
    yield '  node [fontname="Helvetica", fontsize=11, margin="0.12,0.07"];'
    yield '  edge [fontname="Helvetica", fontsize=10];'
    for i, section in enumerate(it.sections, start=1):
        yield f"  subgraph cluster_{i} {{"
        style = "solid" if section.title else "invis"
        yield f"    label={_title(section.title)}; style={style};"
        yield from _section(section, f"p{i}")
        yield "  }"
    yield "}"


def _title(text: str) -> str:
    return quoted([("", text)])


def _section(section: Section, part: str) -> Iterator[str]:
    """Boxes and ways; the names are of this part alone, as endings come in several."""
    for box in section.boxes:
        yield f"    {part}{box.name} [label={_label(box)}, {LOOKS[box.kind]}];"
    for way in section.ways:
        label = quoted(way.rows, BESIDE)
        yield f"    {part}{way.source} -> {part}{way.target} [label={label}];"


def _label(box: Box) -> str:
    most = None if box.kind in SAFETY else MOST
    return quoted([(box.mark, box.text)], most=most)
