"""
The decision flow as a Mermaid flowchart, which forges draw where they find it.

Every text is a quoted label in which all that Mermaid, its Markdown or HTML might obey
is a numbered entity.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from troubleshoot.rendering.flow import SAFETY, flow
from troubleshoot.rendering.svg import MORE
from troubleshoot.session.texts import laid, preceded
from troubleshoot.text import NO_BREAK
from troubleshoot.tree.blocks import lines, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troubleshoot.rendering.flow import BoxKind, Flow, Section
    from troubleshoot.rendering.runbook import Runbook
    from troubleshoot.rendering.words import Wished
    from troubleshoot.session.texts import Line


# Punctuation of ASCII, but for what only ever is text; signs from which Mermaid makes
# its own marks for entities; a full stop that may make a list or an address.
SPECIAL: Final = re.compile(
    r"[\"#$%&*+/:;<=>@\[\\\]^_`{|}~\u00b0\u00b6]|(?<!\w)[-']|[-'](?!\w)|\.(?!\s|$)"
)
NUMBER: Final = re.compile(r"(?<=\d)\.")  # "1. " begins a list
LIGATURE: Final = "\N{LATIN SMALL LIGATURE FL}"  # begins such a mark, even as an entity
END: Final = re.compile(r"\bend\b")  # closes a subgraph, in some versions even here
SHAPES: Final[Mapping[BoxKind, tuple[str, str]]] = {
    "urgent": ("[[", "]]"),
    "stop": ("([", "])"),
    "question": ("[", "]"),
    "action": ("[/", "/]"),
    "ending": ("(", ")"),
    "away": (">", "]"),
}
NEW_LINE: Final = "<br/>"
BETWEEN: Final = ", "  # answers that lead to the same place
# Mermaid draws no longer text, nor more links, unless it is told to.
LONGEST: Final = 50_000
MOST: Final = 500
# Characters of a text, until all is short enough.
ROOMS: Final = (LONGEST, 400, 120, 80, 50, 30)


def mermaid(runbook: Runbook, *, language: Wished = None) -> str:
    """
    The decision flow of the runbook as the text of a Mermaid flowchart.

    Long texts are cut where Mermaid would refuse the whole as too long.
    """
    it = flow(runbook, language=language)
    texts = ["\n".join(["flowchart TD", *_lines(it, room), ""]) for room in ROOMS]
    text = next((each for each in texts if len(each) <= LONGEST), texts[1])
    ways = sum(len(section.ways) for section in it.sections)
    if len(text) <= LONGEST and ways <= MOST:
        return text
    return f"%% Needs maxTextSize {2 * len(text)} and maxEdges {ways}\n{text}"


def quoted(text: str, room: int = ROOMS[0], *, mark: str = "") -> str:
    """The text as a label, of at most so many characters, with a word before it."""
    rows = preceded([*laid(short(text))], mark)
    return f'"{NEW_LINE.join(_quoted(each) for each in _cut(rows, room))}"'


def _cut(rows: Iterable[Line], room: int) -> Iterator[str]:
    """The lines as far as there is room for them."""
    for row in rows:
        words = row.text if row.whole else " ".join(row.text.split())
        line = row.lead.replace(" ", NO_BREAK) + words
        if len(line) > room:
            yield line[: room - 1].rstrip() + MORE
            return
        room -= len(line)
        yield line


def _quoted(line: str) -> str:
    line = line.replace(LIGATURE, "fl")
    line = SPECIAL.sub(lambda it: f"#{ord(it[0])};", NUMBER.sub("\N{NULL}", line))
    line = line.replace("\N{NULL}", "#46;")
    return END.sub("#101;nd", line)


def _lines(it: Flow, room: int) -> Iterator[str]:
    yield f"  accTitle: {_bare(it.title)}"
    yield f"  accDescr: {_bare(it.about)}"
    for i, section in enumerate(it.sections, start=1):
        if section.title:
            yield f'  subgraph part{i} ["{_bare(section.title)}"]'
        yield from _section(section, f"p{i}", room)
        if section.title:
            yield "  end"


def _bare(text: str) -> str:
    """The text where a label cannot be quoted."""
    return _quoted(" ".join(" ".join(lines(text)).split()))


def _section(section: Section, part: str, room: int) -> Iterator[str]:
    """Boxes and ways; the names are of this part alone, as endings come in several."""
    for box in section.boxes:
        left, right = SHAPES[box.kind]
        most = LONGEST if box.kind in SAFETY else room
        label = quoted(box.text, most, mark=box.mark)
        yield f"    {part}{box.name}{left}{label}{right}"
    for way in section.ways:
        answers = (
            " ".join([letter, *" ".join(lines(text)).split()]).strip()
            for letter, text in way.rows
        )
        label = quoted(BETWEEN.join(answers), room)
        yield f"    {part}{way.source} -->|{label}| {part}{way.target}"
