"""
The texts of a tree: how they are read, and what every format makes of them.

A text consists of blocks, one below the other, and of what stands on their lines. Every
format writes these same values, so that a line of code or an item of a list stands on a
line of its own wherever the text is read.

Texts that explain are read as CommonMark, those that ask or tell what to do to the
letter but for lists and code, notes line by line. Raw HTML, headings, rules and
definitions stay text, and an image is what stands for it in words: a document is one
file, and its outline is its own.

For pages that are made elsewhere blocks are plain data: a node is a text or an element
with its ``tag``, as HTML calls it, and its ``children``; ``href`` is where an ``a``
leads to, ``start`` the first number of an ``ol``. For paper, a terminal, or a label of
a picture they are lines.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from troubleshoot.text import printable
from troubleshoot.tree.variables import Told, put_in, put_in_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Inline: TypeAlias = "Words | Code | Break | Emphasis | Linked"

Block: TypeAlias = "Paragraph | CodeBlock | Listing | Quotation | Rows"
Blocks: TypeAlias = "tuple[Block, ...]"

Node: TypeAlias = "str | dict[str, Any]"

LONGEST: Final = 20_000  # characters; longer texts are taken to the letter
OURS: Final = ("heading", "lheading", "hr", "html_block", "html_inline", "reference")
TO_THE_LETTER: Final = (
    *("blockquote", "emphasis", "link", "image", "autolink", "entity", "escape"),
)
DEEPEST: Final = 16  # nested blocks; the parser leaves out what is deeper than twenty
BLANKS: Final = " \t\r\n"
SPAN: Final = re.compile(r"`([^`\s](?:[^`]*[^`\s])?)`")

_common: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable(OURS)
_plain: Final = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable([*OURS, *TO_THE_LETTER])
)

INDENT: Final = "  "  # before code
HELD: Final = "\x00"  # a blank at which no line is broken; no text has it by then
# Code with what leans on it, and per cent.
WHOLE: Final = re.compile(r"[^\s`]*`[^`]+`[^\s`]*|[^\s`]*\d %[^\s`]*")


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they are read, without any markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """What is typed as it stands, on a line with other words."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line that the author wants there."""


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words that are stressed; ``strong`` is more."""

    children: tuple[Inline, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """Words that lead to an address."""

    address: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that flow."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code, each alone and unchanged, blanks at their ends aside."""

    lines: tuple[str, ...]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """
    Items, each of blocks, with the mark that the author wrote before it: "1." or "-".

    ``tight`` where there is no room between the items.
    """

    marks: tuple[str, ...]
    items: tuple[Blocks, ...]
    tight: bool = True

    @property
    def start(self) -> int | None:
        """The first number; None where items are not numbered."""
        number = self.marks[0][:-1]
        return int(number) if number else None


@dataclass(frozen=True, slots=True)
class Quotation:
    """What somebody else says."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: its head, and the rows below it, each with as many cells."""

    head: tuple[tuple[Inline, ...], ...]
    body: tuple[tuple[tuple[Inline, ...], ...], ...]


def nodes(blocks: Iterable[Block], *, tight: bool = False) -> list[Node]:
    """
    Blocks as data that JSON can hold; in a tight list paragraphs are bare words.

    >>> from troubleshoot.session.texts import rich
    >>> nodes(rich("Run `ls`"))
    [{'tag': 'p', 'children': ['Run ', {'tag': 'code', 'children': ['ls']}]}]
    """
    found: list[Node] = []
    for block in blocks:
        match block:
            case Paragraph() if tight:
                found += inline(block.children)
            case Paragraph():
                found.append(element("p", inline(block.children)))
            case CodeBlock():
                text = "".join(f"{each}\n" for each in block.lines)
                found.append(element("pre", [element("code", [text])]))
            case Listing():
                found.append(_listing(block))
            case Quotation():
                found.append(element("blockquote", nodes(block.blocks)))
            case Rows():
                found.append(_table(block))
    return found


def inline(every: Iterable[Inline]) -> list[Node]:
    """What stands on a line, as data."""
    return [_inline_node(each) for each in every]


def element(tag: str, children: list[Node], **more: Any) -> Node:  # noqa: ANN401 - JSON values
    """A node with its children."""
    return {"tag": tag, **more, "children": children}


def _inline_node(it: Inline) -> Node:
    match it:
        case Words():
            return it.text
        case Code():
            return element("code", [it.text])
        case Break():
            return element("br", [])
        case Emphasis():
            return element("strong" if it.strong else "em", inline(it.children))
        case Linked():
            return element("a", inline(it.children), href=it.address)


def _listing(it: Listing) -> Node:
    items = [element("li", nodes(each, tight=it.tight)) for each in it.items]
    if it.start is None:
        return element("ul", items)
    return element("ol", items, **({} if it.start == 1 else {"start": it.start}))


def _table(it: Rows) -> Node:
    head = element("tr", [element("th", inline(each)) for each in it.head])
    body = [element("tr", [element("td", inline(x)) for x in each]) for each in it.body]
    return element("table", [head, *body])


def rich(text: str) -> Blocks:
    r"""
    A text that explains, such as ``about``, ``how`` or ``why``: CommonMark.

    >>> rich("Wait, *then*:\n1. go")[1].marks
    ('1.',)
    """
    return _with_values(text, _rich)


@lru_cache(maxsize=2048)
def _rich(text: str) -> Blocks:
    return _read(_common, "\n".join(lines(text)))


def short(text: str) -> Blocks:
    """
    A question, or what to do: one line to the letter, but for its code.

    Of several lines, those of lists, code and tables are their own.
    """
    return _with_values(text, _short)


@lru_cache(maxsize=2048)
def _short(text: str) -> Blocks:
    within = lines(text.strip(BLANKS))
    if len(within) > 1:
        return _read(_plain, "\n".join(within))
    return tuple(Paragraph(tuple(spans(each))) for each in within)


def _with_values(text: str, read: Callable[[str], Blocks]) -> Blocks:
    """The blocks of a text; values of variables are put in once they are read."""
    if isinstance(text, Told):
        return _told(read(text.written), text.values)
    return read(text)


def _told(blocks: Blocks, values: Mapping[str, str]) -> Blocks:
    return tuple(_told_block(each, values) for each in blocks)


def _told_block(block: Block, values: Mapping[str, str]) -> Block:
    match block:
        case Paragraph():
            return Paragraph(_told_line(block.children, values))
        case CodeBlock():
            lines = (put_in(each, values, code=True) for each in block.lines)
            return replace(block, lines=tuple(lines))
        case Listing():
            items = tuple(_told(each, values) for each in block.items)
            return replace(block, items=items)
        case Quotation():
            return Quotation(_told(block.blocks, values))
        case Rows():
            head, *body = (
                tuple(_told_line(each, values) for each in row)
                for row in (block.head, *block.body)
            )
            return Rows(head, tuple(body))


def _told_line(
    every: Iterable[Inline], values: Mapping[str, str]
) -> tuple[Inline, ...]:
    return tuple(_told_inline(each, values) for each in every)


def _told_inline(it: Inline, values: Mapping[str, str]) -> Inline:
    match it:
        case Words():
            return Words(put_in(it.text, values))
        case Code():
            return Code(put_in(it.text, values, code=True))
        case Break():
            return it
        case Emphasis():
            return replace(it, children=_told_line(it.children, values))
        case Linked():
            address = put_in_address(it.address, values)
            return Linked(address, _told_line(it.children, values))


def noted(text: str) -> Blocks:
    """What somebody noted: to the letter, with its own ends of lines."""
    within = lines(text.strip(BLANKS))
    return (_letter(within),) if any(within) else ()


def in_turn(texts: Iterable[str]) -> str:
    """
    One text of several: in a row, or below each other where one has lines of its own.

    >>> in_turn(["Go there.", "Open it."])
    'Go there. Open it.'
    """
    every = [each for each in texts if each.strip()]
    between = "\n\n" if any("\n" in each.strip() for each in every) else " "
    told = [each for each in every if isinstance(each, Told)]
    if not told:
        return between.join(each.strip() for each in every)
    written = (x.written if isinstance(x, Told) else x for x in every)
    text, first = between.join(each.strip() for each in written), told[0]
    return Told(text, first.values, explains=first.explains)


def lines(text: str) -> list[str]:
    """The lines of a text without what a page or a terminal would obey."""
    return [printable(each) for each in text.splitlines()]


def spans(text: str) -> Iterator[Inline]:
    """
    A text on one line to the letter, with its code.

    >>> [*spans("Run `ls`.")]
    [Words(text='Run '), Code(text='ls'), Words(text='.')]
    """
    for i, piece in enumerate(SPAN.split(" ".join(lines(text)))):
        if piece:
            yield Code(piece) if i % 2 else Words(piece)


def _letter(within: Iterable[str]) -> Paragraph:
    found: list[Inline] = []
    for line in within:
        found += [Break(), Words(line)] if found else [Words(line)]
    return Paragraph(tuple(found))


def _read(parser: MarkdownIt, text: str) -> Blocks:
    if len(text) > LONGEST:
        return (_letter(text.splitlines()),)
    tokens = parser.parse(text)
    if any(each.level > DEEPEST for each in tokens):
        return (_letter(text.splitlines()),)
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Blocks:
    return tuple(_block(each) for each in nodes)


def _block(node: SyntaxTreeNode) -> Block:
    match node.type:
        case "fence" | "code_block":
            content = node.content.removesuffix("\n")
            ends = tuple(each.rstrip() for each in content.split("\n"))
            return CodeBlock(ends, node.info.strip())
        case "bullet_list" | "ordered_list":
            items = tuple(_blocks(each.children) for each in node.children)
            marks = tuple(f"{each.info}{each.markup}" for each in node.children)
            return Listing(marks, items, tight=_is_tight(node))
        case "blockquote":
            return Quotation(_blocks(node.children))
        case "table":
            head, *body = (_row(row) for part in node.children for row in part.children)
            return Rows(head, tuple(body))
    return Paragraph(_inline(node))


def _is_tight(listing: SyntaxTreeNode) -> bool:
    parts = (each for item in listing.children for each in item.children)
    return all(each.hidden for each in parts if each.type == "paragraph")


def _row(row: SyntaxTreeNode) -> tuple[tuple[Inline, ...], ...]:
    return tuple(_inline(cell) for cell in row.children)


def _inline(node: SyntaxTreeNode) -> tuple[Inline, ...]:
    """What stands in a paragraph or a cell."""
    inline = (each.token for each in node.children if each.token)
    tokens = [x for each in inline for x in each.children or ()]
    return tuple(_joined(_each(SyntaxTreeNode(tokens).children)))


def _each(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Inline]:
    for node in nodes:
        match node.type:
            case "softbreak":
                yield Words(" ")
            case "hardbreak":
                yield Break()
            case "code_inline":
                yield Code(node.content)
            case "em" | "strong":
                inner = tuple(_joined(_each(node.children)))
                yield Emphasis(inner, strong=node.type == "strong")
            case "link":
                inner = tuple(_joined(_each(node.children)))
                yield Linked(str(node.attrs["href"]), inner)
            case "image":
                yield Words(node.content or str(node.attrs["src"]))
            case _:
                yield Words(node.content)


def _joined(every: Iterable[Inline]) -> Iterator[Inline]:
    """Neighbouring words as one."""
    words = ""
    for each in every:
        if isinstance(each, Words):
            words += each.text
            continue
        if words:
            yield Words(words)
        words = ""
        yield each
    if words:
        yield Words(words)


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line of a text: what stands before it, and its words.

    ``own`` lines begin on a line of their own, ``whole`` ones are never broken.
    """

    lead: str
    text: str
    own: bool = True
    whole: bool = False


def laid(blocks: Iterable[Block]) -> Iterator[Line]:
    r"""
    The lines of a text, without its markup but for that of code on a line.

    >>> from troubleshoot.session.texts import rich
    >>> [each.lead + each.text for each in laid(rich("Do *it*:\n1. `ls`\n2. - a"))]
    ['Do it:', '1. `ls`', '2. - a']
    """
    for block in blocks:
        match block:
            case Paragraph():
                pieces = worded(block.children).split("\n")
                yield from (Line("", each, own=False) for each in pieces)
            case CodeBlock():
                yield from (Line(INDENT, each, whole=True) for each in block.lines)
            case Listing():
                for mark, item in zip(block.marks, block.items, strict=True):
                    yield from _led(laid(item), f"{mark} ")
            case Quotation():
                for each in laid(block.blocks):
                    lead = INDENT if each.whole else "> "
                    yield replace(each, lead=lead + each.lead, own=True)
            case Rows():
                rows = (block.head, *block.body)
                yield from (Line("", " | ".join(map(worded, each))) for each in rows)


def _led(lines: Iterable[Line], lead: str) -> Iterator[Line]:
    """Lines, the first after a lead and the others below it."""
    first, *others = [*lines] or [Line("", "", own=False)]
    if first.whole or not first.text:  # code stands below its mark, never beside it
        yield Line("", lead.rstrip())
        others = [first, *others] if first.text else others
    else:
        yield replace(first, lead=lead + first.lead, own=True)
    blank = " " * len(lead)
    for each in others:
        yield replace(each, lead=blank + each.lead, own=True)


def worded(inline: Iterable[Inline]) -> str:
    """Words with their own ends of lines, addresses in brackets, code in backticks."""
    return "".join(_word(each) for each in inline)


def _word(it: Inline) -> str:
    match it:
        case Words():
            return it.text
        case Code():  # where a command begins and ends must be seen
            return f"`{it.text}`"
        case Break():
            return "\n"
        case Emphasis():
            return worded(it.children)
        case Linked():
            said = worded(it.children)
            return said if said == it.address else f"{said} ({it.address})"


def flat(blocks: Blocks) -> list[str]:
    """The lines of a text where there is room for nothing but lines."""
    return [each.lead + each.text for each in laid(blocks)]


def preceded(lines: Sequence[Line], words: str) -> list[Line]:
    """The lines with words before them; not beside a line that is to stand alone."""
    if not words:
        return [*lines]
    if lines and not lines[0].own:
        return [replace(lines[0], text=f"{words} {lines[0].text}"), *lines[1:]]
    return [Line("", words), *lines]


def followed(lines: Sequence[Line], words: str) -> list[Line]:
    """The lines with words behind them; not beside a line that is to stand alone."""
    if lines and not lines[-1].own:
        return [*lines[:-1], replace(lines[-1], text=f"{lines[-1].text}{words}")]
    return [*lines, *([Line("", words.strip())] if words.strip() else [])]


def filled(
    lines: Sequence[Line], width: int, *, lead: str = "", margin: str | None = None
) -> list[str]:
    """
    The lines after a lead, broken at the width; all but the first after a margin.

    A line that is to stand alone is not beside a lead with words. `Code` is not broken
    where it fits on a line of its own, so that it can be copied.
    """
    margin = " " * len(lead) if margin is None else margin
    found = []
    if lead.strip() and lines and lines[0].own:
        found, lead = [lead.rstrip()], margin
    for each in lines:
        found += _broken(each, width, lead, margin)
        lead = margin
    return found


def _broken(line: Line, width: int, lead: str, margin: str) -> list[str]:
    if line.whole:
        return [" " * len(lead + line.lead) + line.text]
    below = margin + " " * len(line.lead)
    shown = WHOLE.sub(lambda x: _held(x[0], width - len(below)), line.text)
    broken = textwrap.wrap(
        shown,
        width,
        initial_indent=lead + line.lead,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [each.replace(HELD, " ") for each in broken] or [lead.rstrip()]


def _held(code: str, room: int) -> str:
    """The code with blanks at which no line is broken, if there is room for it."""
    return code.replace(" ", HELD) if len(code) <= room else code
