"""
Texts of a tree, a customer or an agent in HTML and Markdown.

Each format has its own way to keep a text from becoming markup. What comes back is
marked as safe, so that nothing is escaped twice. ``html`` and ``markdown`` write what
authors explain as blocks; where there is room for nothing but lines, such as a heading
or a cell of a table, ``phrase`` and ``cell`` write lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from troubleshoot.session.texts import inline, laid, nodes, worded
from troubleshoot.text import NO_BREAK
from troubleshoot.tree.blocks import (
    Break,
    Code,
    CodeBlock,
    Emphasis,
    Linked,
    Listing,
    Paragraph,
    Picture,
    Quotation,
    Rows,
    Words,
    lines,
    noted,
    rich,
    short,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from troubleshoot.session.texts import Line, Node
    from troubleshoot.tree.blocks import Block, Blocks, Inline


__all__ = ["in_css", "in_html", "in_markdown", "in_text", "lines"]

CODE: Final = "\x01"  # before a line of code, which a page leaves as it is
NOT_PLAIN: Final = re.compile("[^A-Za-z0-9 .,:_-]")
BLANKS: Final = re.compile(r"[ \t]+")
# What is markup anywhere in a line of Markdown, of a forge's dialect too.
MARKUP: Final = re.compile(r"([\\`*_\[\]<>&~|$])")
# What is markup where a line begins: headings, lists, rules.
OPENING: Final = re.compile(r"^([#+=-]|\d{1,9}(?=[.)](?: |$)))")
BLOCK: Final = frozenset({"p", "pre", "ul", "ol", "li", "blockquote", "table", "tr"})
HOLDERS: Final = frozenset({"ul", "ol", "blockquote", "table"})  # of other blocks
ATTRIBUTES: Final = ("href", "start", "src", "alt", "width", "height")
TICKS: Final = re.compile("`+")
LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#._-]+")
BULLETS: Final = ("*", "+")  # ours are hyphens: two lists of one mark would be one
ENDS: Final = (".", ")")


def in_html(text: str) -> Markup:
    """The text in HTML, in an element or in an attribute."""
    return Markup("\n").join(escape(each) for each in lines(text))


def in_css(text: str) -> Markup:
    """The text as a string of CSS, on one line, with most signs by their numbers."""
    line = " ".join(lines(text)).encode("utf-8", "replace").decode()
    shown = NOT_PLAIN.sub(lambda each: f"\\{ord(each[0]):x} ", line)
    return Markup(f'"{shown}"')  # noqa: S704 - nothing is left that CSS or HTML obeys


def in_markdown(text: str, *, begins: bool = True, whole: bool = True) -> Markup:
    """The text in Markdown, on one line, or a part of it that may not begin it."""
    line = BLANKS.sub(" ", " ".join(lines(text)))
    line = MARKUP.sub(r"\\\1", line.strip() if whole else line)
    return Markup(OPENING.sub(_opening, line) if begins else line)  # noqa: S704


def _opening(found: re.Match[str]) -> str:
    """A number before its dot stays; the dot is what makes a list of it."""
    return f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}"


def in_text(text: str) -> Markup:
    """The text in a plain text, on one line."""
    return Markup(" ".join(lines(text)))  # noqa: S704 - a plain text has no markup


# HTML.


def html(text: str, *, images: bool = True) -> Markup:
    """The text as HTML blocks, with its images or with what stands for them."""
    blocks = rich(text if images else str(text))
    return Markup("").join(_element(each) for each in nodes(blocks))


def phrase(text: str, *, explains: bool = False) -> Markup:
    """A question or what to do in HTML, where blocks cannot stand: in lines."""
    blocks = rich(text) if explains else short(text)
    match blocks:
        case (Paragraph(children),):
            return Markup("").join(_element(each) for each in inline(children))
    return _in_lines([*laid(blocks)], _line)


def _line(line: Line) -> Markup:
    lead = escape(line.lead.replace(" ", NO_BREAK))
    if line.whole:
        return Markup("{}<code>{}</code>").format(lead, line.text)
    return Markup("").join([lead, *map(_element, inline(spans(line.text)))])


def _element(node: Node) -> Markup:
    if isinstance(node, str):
        return escape(node)
    tag = node["tag"]
    if tag in ("br", "img"):  # which hold nothing
        end = "\n" if tag == "br" else ""
        return Markup("<{}{}>{}").format(tag, _attributes(node), end)
    opened = Markup("<{}{}>{}").format(
        tag, _attributes(node), "\n" if tag in HOLDERS else ""
    )
    inner = Markup("").join(_element(each) for each in node["children"])
    closed = Markup("</{}>{}").format(tag, "\n" if tag in BLOCK else "")
    return opened + inner + closed


def _attributes(node: dict[str, Any]) -> Markup:
    known = (each for each in ATTRIBUTES if each in node)
    return Markup("").join(Markup(' {}="{}"').format(x, node[x]) for x in known)


# Markdown.


def markdown(blocks: Blocks, margin: str = "", *, strong: bool = False) -> Markup:
    """
    The text as Markdown, from where its line is on; lines after it have the margin.

    What is not a paragraph has empty lines around it, whatever stands beside it.
    ``strong`` is for a text of one line alone.
    """
    written = f"\n{margin}".join(_below(blocks))
    if not blocks:
        return Markup("")
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        around = "**" if strong and "\n" not in written else ""
        return Markup(f"{around}{written}{around}")  # noqa: S704 - all is escaped
    ends = (blocks[0], blocks[-1])
    before, after = (
        "" if isinstance(each, Paragraph) else f"\n\n{margin}" for each in ends
    )
    return Markup(before + written + after)  # noqa: S704 - all is escaped


def cell(text: str, *, explains: bool = False, note: bool = False) -> Markup:
    """A question or what to do in a cell of a table, in lines."""
    blocks = (noted if note else rich if explains else short)(text)
    return _in_lines([*laid(blocks)], _in_cell)


def _in_lines(lines: Sequence[Line], write: Callable[[Line], Markup]) -> Markup:
    """What is not a paragraph shares its lines with no word beside it."""
    if not lines:
        return Markup("")
    written = [write(each) for each in lines]
    before, after = ([Markup("")] if x.own else [] for x in (lines[0], lines[-1]))
    return Markup("<br>").join([*before, *written, *after])


def _in_cell(line: Line) -> Markup:
    lead = in_markdown(line.lead)
    shown = _code(line.text) if line.whole else _spelled(spans(line.text))
    if "|" in line.text:
        shown = in_markdown(line.text)
    return Markup(" ").join(x for x in (lead, shown) if x)


def _below(blocks: Sequence[Block], *, tight: bool = False) -> list[str]:
    """The lines of blocks below each other."""
    found: list[str] = []
    last: str | None = None
    for block in blocks:
        if found and not tight:
            found.append("")
        written, last = _written(block, last)
        found += written
    return found


def _written(block: Block, last: str | None) -> tuple[list[str], str | None]:
    """The lines of a block, and the mark of a list, not to be that of the next one."""
    match block:
        case Paragraph():
            return list(_lines(block.children)), None
        case CodeBlock():
            return _fenced(block), None
        case Listing():
            kinds = BULLETS if block.start is None else ENDS
            kind = kinds[1] if last == kinds[0] else kinds[0]
            return list(_listed(block, kind)), kind
        case Quotation():
            return [f"> {each}".rstrip() for each in _below(block.blocks)], None
        case Rows():
            return list(_table(block)), None


def _lines(children: Iterable[Inline]) -> Iterator[str]:
    """The lines of a paragraph, each but the last with a mark that it ends there."""
    pieces: list[list[Inline]] = [[]]
    for each in _loose(children):
        if isinstance(each, Break):
            pieces.append([])
        else:
            pieces[-1].append(each)
    *most, last = [x for x in map(_spelled, pieces) if x] or [Markup("")]
    yield from (f"{each}\\" for each in most)
    yield str(last)


def _loose(children: Iterable[Inline]) -> Iterator[Inline]:
    """What is on the lines without emphasis, and addresses in brackets."""
    for each in children:
        match each:
            case Emphasis():
                yield from _loose(each.children)
            case Linked():
                yield from _loose(each.children)
                if worded(each.children) != each.address:
                    yield Words(f" ({each.address})")
            case _:
                yield each


def _spelled(children: Iterable[Inline]) -> Markup:
    """Words and code on one line."""
    found = Markup("")
    for each in children:
        if isinstance(each, Code):
            found += _code(each.text)
        elif isinstance(each, Picture) and each.image is not None:
            found += _linked(each.shows, each.image.link)
        else:
            found += in_markdown(worded((each,)), begins=not found, whole=False)
    return Markup(found.strip())  # noqa: S704 - it is


def _linked(shows: str, link: str) -> Markup:
    """An image that stands in a file of its own."""
    said = in_markdown(shows, begins=False)
    return Markup(f"![{said}]({quote(link)})")  # noqa: S704 - nothing ends it


def _code(text: str) -> Markup:
    """Code between marks that are not in it."""
    if not text.strip():
        return in_markdown(text)
    marks = _marks(text, 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return Markup(f"{marks}{room}{text}{room}{marks}")  # noqa: S704 - nothing ends it


def _marks(text: str, least: int) -> str:
    """Backticks of a number that does not stand in the text."""
    runs = {len(each) for each in TICKS.findall(text)}
    return "`" * next(n for n in range(least, len(text) + 9) if n not in runs)


def _fenced(block: CodeBlock) -> list[str]:
    longest = max((len(x) for x in TICKS.findall("\n".join(block.lines))), default=0)
    marks = "`" * max(3, longest + 1)
    language = block.language.split(" ")[0]
    known = language if LANGUAGE.fullmatch(language) else ""
    return [marks + known, *(f"{CODE}{each}" for each in block.lines), marks]


def _listed(block: Listing, kind: str) -> Iterator[str]:
    for i, (mark, item) in enumerate(zip(block.marks, block.items, strict=True)):
        if i and not block.tight:
            yield ""
        lead = f"{mark[:-1]}{kind} "
        first, *others = _below(item, tight=block.tight) or [""]
        yield f"{lead}{first}".rstrip()
        yield from (f"{' ' * len(lead)}{each}" if each else "" for each in others)


def _table(block: Rows) -> Iterator[str]:
    first, *others = [
        " | ".join(str(_cell(x)) for x in row) for row in (block.head, *block.body)
    ]
    yield f"| {first} |"
    yield f"|{'---|' * len(block.head)}"
    yield from (f"| {each} |" for each in others)


def _cell(children: Iterable[Inline]) -> Markup:
    said = worded(children).replace("\n", " ")
    return in_markdown(said) if "|" in said else _spelled(spans(said))


# By the text, for templates.


def explained(text: str, margin: str = "") -> Markup:
    """An explanation in Markdown."""
    return markdown(rich(text), margin)


def told(text: str, margin: str = "", *, strong: bool = False) -> Markup:
    """A question or what to do in Markdown."""
    return markdown(short(text), margin, strong=strong)


def remembered(text: str, margin: str = "") -> Markup:
    """A note in Markdown."""
    return markdown(noted(text), margin)
