"""
The dialect of texts: read once into blocks, which every format writes.

A text consists of blocks, one below the other, and of what stands on their lines, so
that a line of code or an item of a list stands on a line of its own wherever the text
is read.

Texts that explain are read as CommonMark, those that ask or tell what to do to the
letter but for lists and code, notes line by line. Raw HTML, headings, rules and
definitions stay text: a document is one file, and its outline is its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from troubleshoot.text import printable
from troubleshoot.tree.told import Told, put_in, put_in_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from troubleshoot.tree.images import ImageFile

Inline: TypeAlias = "Words | Code | Break | Emphasis | Linked | Picture"

Block: TypeAlias = "Paragraph | CodeBlock | Listing | Quotation | Rows"
Blocks: TypeAlias = "tuple[Block, ...]"

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
class Picture:
    """
    An image: what is to be seen on it, its file as the text calls it, and the file.

    ``image`` is None where only the text is known.
    """

    shows: str
    name: str
    image: ImageFile | None = None

    @property
    def words(self) -> str:
        """What stands for it where no image can be."""
        return f"[{self.name}: {self.shows}]" if self.shows else f"[{self.name}]"


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


def rich(text: str) -> Blocks:
    r"""
    A text that explains, such as ``about``, ``how`` or ``why``: CommonMark.

    >>> rich("Wait, *then*:\n1. go")[1].marks
    ('1.',)
    """
    return _told(text, _rich)


@lru_cache(maxsize=2048)
def _rich(text: str) -> Blocks:
    return _read(_common, "\n".join(lines(text)))


def short(text: str) -> Blocks:
    """
    A question, or what to do: one line to the letter, but for its code.

    Of several lines, those of lists, code and tables are their own.
    """
    return _told(text, _short)


@lru_cache(maxsize=2048)
def _short(text: str) -> Blocks:
    within = lines(text.strip(BLANKS))
    if len(within) > 1:
        return _read(_plain, "\n".join(within))
    return tuple(Paragraph(tuple(spans(each))) for each in within)


def _told(text: str, read: Callable[[str], Blocks]) -> Blocks:
    """The blocks of a text; values and images are put in once they are read."""
    if isinstance(text, Told):
        return tuple(_told_block(each, text) for each in read(text.written))
    return read(text)


def _told_block(block: Block, text: Told) -> Block:
    match block:
        case Paragraph():
            return Paragraph(_told_line(block.children, text))
        case CodeBlock():
            lines = (_worded(each, text, code=True) for each in block.lines)
            return replace(block, lines=tuple(lines))
        case Listing():
            items = (tuple(_told_block(x, text) for x in it) for it in block.items)
            return replace(block, items=tuple(items))
        case Quotation():
            return Quotation(tuple(_told_block(x, text) for x in block.blocks))
        case Rows():
            head, *body = (
                tuple(_told_line(each, text) for each in row)
                for row in (block.head, *block.body)
            )
            return Rows(head, tuple(body))


def _told_line(every: Iterable[Inline], text: Told) -> tuple[Inline, ...]:
    return tuple(_told_inline(each, text) for each in every)


def _told_inline(it: Inline, text: Told) -> Inline:  # noqa: PLR0911 - of each kind
    match it:
        case Words():
            return Words(_worded(it.text, text))
        case Code():
            return Code(_worded(it.text, text, code=True))
        case Break():
            return it
        case Emphasis():
            return replace(it, children=_told_line(it.children, text))
        case Linked():
            children = _told_line(it.children, text)
            if text.values is None:
                return replace(it, children=children)
            return Linked(put_in_address(it.address, text.values), children)
        case Picture():
            shows = _worded(it.shows, text)
            return Picture(shows, it.name, text.images.get(it.name))


def _worded(words: str, text: Told, *, code: bool = False) -> str:
    return words if text.values is None else put_in(words, text.values, code=code)


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
    images = {name: it for each in told for name, it in each.images.items()}
    return Told(text, first.values, images, explains=first.explains)


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
                yield Picture(_alone(node), unquote(str(node.attrs["src"])))
            case _:
                yield Words(node.content)


def _alone(node: SyntaxTreeNode) -> str:
    """The words between the brackets of an image, without their markup."""
    every = node.walk() if node.children else ()
    said = (
        " " if x.type.endswith("break") else x.content for x in every if not x.children
    )
    return "".join(said)


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


def pictures(blocks: Iterable[Block]) -> Iterator[Picture]:
    """The images in a text, in their order."""
    for block in blocks:
        match block:
            case Paragraph():
                yield from _pictures(block.children)
            case Listing():
                yield from (x for item in block.items for x in pictures(item))
            case Quotation():
                yield from pictures(block.blocks)
            case Rows():
                rows = (block.head, *block.body)
                yield from (x for row in rows for cell in row for x in _pictures(cell))


def _pictures(every: Iterable[Inline]) -> Iterator[Picture]:
    for each in every:
        if isinstance(each, Picture):
            yield each
        elif isinstance(each, Emphasis | Linked):
            yield from _pictures(each.children)
