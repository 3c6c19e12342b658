"""
How texts are read: those that explain as CommonMark, those that ask or tell what to
do to the letter but for lists and code, notes line by line.

Raw HTML, headings, rules and definitions stay text, and an image is what stands for it
in words: a document is one file, and its outline is its own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from troubleshoot.session.texts.blocks import (
    Break,
    Code,
    CodeBlock,
    Emphasis,
    Linked,
    Listing,
    Paragraph,
    Quotation,
    Rows,
    Words,
)
from troubleshoot.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.texts.blocks import Block, Blocks, Inline


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


@lru_cache(maxsize=2048)
def rich(text: str) -> Blocks:
    r"""
    A text that explains, such as ``about``, ``how`` or ``why``: CommonMark.

    >>> rich("Wait, *then*:\n1. go")[1].marks
    ('1.',)
    """
    return _read(_common, "\n".join(lines(text)))


@lru_cache(maxsize=2048)
def short(text: str) -> Blocks:
    """
    A question, or what to do: one line to the letter, but for its code.

    Of several lines, those of lists, code and tables are their own.
    """
    within = lines(text.strip(BLANKS))
    if len(within) > 1:
        return _read(_plain, "\n".join(within))
    return tuple(Paragraph(tuple(spans(each))) for each in within)


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
    every = [each.strip() for each in texts if each.strip()]
    return ("\n\n" if any("\n" in each for each in every) else " ").join(every)


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
