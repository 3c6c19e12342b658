"""
The decision flow as a picture: SVG that stands alone.

A step is a box with a line for each of its answers, from which a link leads to the
right; so no text lies beside a link, and none is under a box. Sections stand below each
other. Texts are broken into lines without any font: widths are in em, as most sans
serif fonts have them, a little too much rather than too little.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final

from markupsafe import escape

from troubleshoot.rendering.commonmark import lines
from troubleshoot.rendering.flow import SAFETY, flow
from troubleshoot.rendering.sugiyama import Link, Size, layered
from troubleshoot.session.texts import followed, laid, preceded
from troubleshoot.tree.blocks import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from troubleshoot.rendering.flow import Box, BoxKind, Section, Way
    from troubleshoot.rendering.runbook import Runbook
    from troubleshoot.rendering.sugiyama import Layered
    from troubleshoot.rendering.words import Wished
    from troubleshoot.session.texts import Line


FONT: Final = 13.0  # pixels; the other lengths fit it
LINE: Final = 17.0
WIDE: Final = 260.0  # of a box
PAD: Final = 8.0
MARK: Final = 46.0  # for the number of a step, left of its text
LETTER: Final = 20.0  # for the letter of an answer
HEAD_ROOM: Final = WIDE - MARK - PAD
ROOM: Final = WIDE - LETTER - 2 * PAD
SQUEEZED: Final = 'lengthAdjust="spacingAndGlyphs"'
BETWEEN: Final = 14.0
BESIDE: Final = 76.0
MARGIN: Final = 16.0
TITLE: Final = 34.0  # above a section, for its title
TEXT_LINES: Final = 6
ANSWER_LINES: Final = 3

# What is a character for Python, and none for XML, besides those that ``lines`` leaves
# out: lone surrogates, and the last two of each plane.
NO_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")

STYLE: Final = """\
text { font: 13px "Liberation Sans", Arial, Helvetica, sans-serif; fill: #1b1b1b; }
.mark, .text, .title { font-weight: bold; }
.title { font-size: 17px; }
.box { fill: #fff; stroke: #1b1b1b; stroke-width: 1.2; }
.action { fill: #e6e6e6; }
.ending { fill: #f4f4f4; }
.ending + .mark ~ .text, .away + .mark ~ .text { font-weight: normal; }
.urgent, .stop { stroke-width: 3.5; }
.away { stroke-dasharray: 5 3; }
.rule { stroke: #8a8a8a; stroke-width: .8; }
.link { fill: none; stroke: #4a4a4a; stroke-width: 1.2; }
.port, .tip { fill: #4a4a4a; }"""
ROUND: Final[Mapping[BoxKind, float]] = {"ending": 14.0, "stop": 14.0, "action": 0.0}
WIDTHS: Final = {
    **dict.fromkeys(" .,:;!|'`ijlIftr()[]{}/\\-", 0.34),
    **dict.fromkeys("mwMW@%&", 0.93),
    **dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ", 0.74),
}
PLAIN: Final = 0.57
WIDE_LETTERS: Final = 1.05
LONG: Final = 0.8  # of the room; no common font is wider than this by as much
MORE: Final = "\N{HORIZONTAL ELLIPSIS}"


def svg(runbook: Runbook, *, language: Wished = None) -> str:
    """The decision flow of the runbook as an SVG document."""
    it = flow(runbook, language=language)
    y, wide, parts = MARGIN, 0.0, []
    for section in it.sections:
        picture = _Picture(section)
        parts.append(f'<g transform="translate({_px(MARGIN)} {_px(y)})">')
        parts += picture.lines()
        parts.append("</g>")
        y += picture.height + 2 * MARGIN
        wide = max(wide, picture.laid_out.width)
    width, height = wide + 2 * MARGIN, y - MARGIN
    head = f"""\
<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" \
viewBox="0 0 {_px(width)} {_px(height)}" \
width="{_px(width)}" height="{_px(height)}" role="img" \
aria-labelledby="flow-title flow-about">
<title id="flow-title">{in_xml(it.title)}</title>
<desc id="flow-about">{in_xml(it.about)}</desc>
<style>
{STYLE}
</style>
<rect width="{_px(width)}" height="{_px(height)}" fill="#fff"/>"""
    return "\n".join([head, *parts, "</svg>", ""])


def in_xml(text: str) -> str:
    """The text in an element of XML, on one line."""
    line = " ".join(lines(text))
    return str(escape(NO_XML.sub("\N{REPLACEMENT CHARACTER}", line)))


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A box with the lines that its texts are broken into."""

    box: Box
    ways: Sequence[Way]

    @cached_property
    def head(self) -> Sequence[str]:
        """What it says."""
        most = None if self.box.kind in SAFETY else TEXT_LINES
        return wrapped(self.box.text, HEAD_ROOM / FONT, most) or [""]

    @cached_property
    def answers(self) -> Sequence[Sequence[tuple[str, str]]]:
        """For each way out, the lines of its answers, each with its letter if first."""
        room = ROOM / FONT
        return [
            [
                (letter if i == 0 else "", line)
                for letter, text in way.rows
                for i, line in enumerate(wrapped(text, room, ANSWER_LINES) or [""])
            ]
            for way in self.ways
        ]

    @cached_property
    def tops(self) -> Sequence[float]:
        """Where each way begins, and the lower edge."""
        found = [len(self.head) * LINE + 2 * PAD]
        for each in self.answers:
            found.append(found[-1] + len(each) * LINE + PAD)
        return found

    @property
    def size(self) -> Size:
        """What it needs."""
        head = self.tops[0]
        return Size(WIDE, self.tops[-1], head / 2)

    def port(self, way: int) -> float:
        """Where the link of a way leaves."""
        return (self.tops[way] + self.tops[way + 1]) / 2

    def lines(self, x: float, y: float) -> Iterator[str]:
        """The elements of the box at this corner."""
        size, kind = self.size, self.box.kind
        rows = "; ".join(
            f"{letter} {text}".strip() for way in self.ways for letter, text in way.rows
        )
        said = preceded([*laid(short(self.box.text))], self.box.mark)
        said = followed(said, f" ({rows})") if rows else said
        full = "\n".join(in_xml(each.lead + each.text) for each in said)
        yield f'<g transform="translate({_px(x)} {_px(y)})">'
        yield f"<title>{full}</title>"
        yield (
            f'<rect class="box {kind}" width="{_px(size.width)}"'
            f' height="{_px(size.height)}" rx="{_px(ROUND.get(kind, 3.0))}"/>'
        )
        yield _text("mark", PAD, PAD, self.box.mark)
        for i, line in enumerate(self.head):
            yield _text("text", MARK, PAD + i * LINE, line, HEAD_ROOM)
        for top, answers in zip(self.tops, self.answers, strict=False):
            yield f'<path class="rule" d="M0 {_px(top)}H{_px(WIDE)}"/>'
            for i, (letter, line) in enumerate(answers):
                at = top + PAD / 2 + i * LINE
                if letter:
                    yield _text("letter", PAD, at, letter)
                left = PAD + LETTER if self._lettered else PAD
                yield _text("answer", left, at, line, ROOM)
        yield "</g>"

    @property
    def _lettered(self) -> bool:
        return any(letter for way in self.ways for letter, _ in way.rows)


def _px(length: float) -> str:
    """A length, to a tenth of a pixel."""
    return f"{length + 0.0:.1f}".removesuffix(".0")


def _text(kind: str, x: float, top: float, text: str, room: float = inf) -> str:
    """One line of text, below this height; in whatever font, it stays in the room."""
    wide = squeezed(text, room / FONT)
    fit = f' textLength="{_px(wide * FONT)}" {SQUEEZED}' if wide else ""
    at = f'x="{_px(x)}" y="{_px(top + FONT)}"'
    return f'<text class="{kind}" {at}{fit}>{in_xml(text)}</text>'


@dataclass(frozen=True, eq=False)
class _Picture:
    """A section that is being drawn."""

    section: Section

    @cached_property
    def drawn(self) -> Sequence[_Drawn]:
        """The boxes."""
        ways = self.section.ways
        return [
            _Drawn(box, [way for way in ways if way.source == box.name])
            for box in self.section.boxes
        ]

    @cached_property
    def laid_out(self) -> Layered:
        """Where everything is."""
        place = {box.name: i for i, box in enumerate(self.section.boxes)}
        links = [
            Link(i, place[way.target], each.port(n))
            for i, each in enumerate(self.drawn)
            for n, way in enumerate(each.ways)
        ]
        sizes = [each.size for each in self.drawn]
        return layered(sizes, links, between=BETWEEN, beside=BESIDE)

    @property
    def _top(self) -> float:
        return TITLE if self.section.title else 0.0

    @property
    def height(self) -> float:
        """Of the section with its title."""
        return self._top + self.laid_out.height

    def lines(self) -> Iterator[str]:
        """The elements: links first, so that boxes are above them."""
        if self.section.title:
            yield _text("title", 0.0, 0.0, self.section.title)
        yield f'<g transform="translate(0 {_px(self._top)})">'
        for bends in self.laid_out.bends:
            yield f'<path class="link" d="{_curve(bends)}"/>'
            x, y = bends[0]
            yield f'<circle class="port" cx="{_px(x)}" cy="{_px(y)}" r="2.5"/>'
        for x, y in dict.fromkeys(bends[-1] for bends in self.laid_out.bends):
            yield f'<path class="tip" d="M{_px(x)} {_px(y)}l-8 -4v8z"/>'
        for each, (x, y) in zip(self.drawn, self.laid_out.corners, strict=True):
            yield from each.lines(x, y)
        yield "</g>"


def _curve(bends: Sequence[tuple[float, float]]) -> str:
    """Level at each bend: straight through columns, curved between them."""
    parts = [f"M{_px(bends[0][0])} {_px(bends[0][1])}"]
    for (x0, y0), (x1, y1) in pairwise(bends):
        if y0 == y1:
            parts.append(f"H{_px(x1)}")
        else:
            half = (x0 + x1) / 2
            parts.append(
                f"C{_px(half)} {_px(y0)} {_px(half)} {_px(y1)} {_px(x1)} {_px(y1)}"
            )
    return "".join(parts)


def width(text: str) -> float:
    """How wide the text is about, in em."""
    return sum(_width(each) for each in text)


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return WIDE_LETTERS
    return WIDTHS.get(character, PLAIN if character < "\u0530" else WIDE_LETTERS)


def squeezed(text: str, room: float) -> float | None:
    """How wide a line is set that a wider font could push out of the room, in em."""
    wide = width(text)
    return wide if wide > LONG * room else None


def wrapped(
    text: str,
    room: float,
    most: int | None = None,
    *,
    mark: str = "",
    grows: bool = False,
) -> list[str]:
    """
    At most so many lines that fit into the room, the last one cut if need be.

    ``mark`` is a word before it. Nothing is cut from a text that has lines of its own.
    Where the room ``grows``, a line of code is not broken.
    """
    rows = preceded([*laid(short(text))], mark)
    found = [
        line for row in rows for line in _row(row, inf if grows and row.whole else room)
    ]
    if most is None or len(rows) > 1 or len(found) <= most:
        return found
    last = found[most - 1]
    while last and width(last) + width(MORE) > room:
        last = last[:-1]
    return [*found[: most - 1], last.rstrip() + MORE]


def _row(row: Line, room: float) -> Iterator[str]:
    """A line of a text, broken where it has to be."""
    if row.whole:
        yield from _parts(row.lead + row.text, room) if row.text else ("",)
        return
    lead = row.lead
    for line in _lines(row.text.split(), room - width(lead)):
        yield lead + line
        lead = " " * len(lead)


def _lines(words: Iterable[str], room: float) -> Iterator[str]:
    line = ""
    for word in words:
        for part in _parts(word, room):
            longer = f"{line} {part}" if line else part
            if line and width(longer) > room:
                yield line
                longer = part
            line = longer
    if line:
        yield line


def _parts(word: str, room: float) -> Iterator[str]:
    """The word, in parts that fit where it does not fit as a whole."""
    part = ""
    for each in word:
        if part and width(part + each) > room:
            yield part
            part = ""
        part += each
    yield part
