"""
What formats make of the blocks of a text: data, or lines.

For pages that are made elsewhere blocks are plain data: a node is a text or an element
with its ``tag``, as HTML calls it, and its ``children``; ``href`` is where an ``a``
leads to, ``start`` the first number of an ``ol``, ``src`` the data of an ``img`` that
shows what ``alt`` says. For paper, a terminal, or a label of a picture they are lines.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

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
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from troubleshoot.tree.blocks import Block, Blocks, Inline

Node: TypeAlias = "str | dict[str, Any]"

INDENT: Final = "  "  # before code
HELD: Final = "\x00"  # a blank at which no line is broken; no text has it by then
# Code with what leans on it, and per cent.
WHOLE: Final = re.compile(r"[^\s`]*`[^`]+`[^\s`]*|[^\s`]*\d %[^\s`]*")


def nodes(blocks: Iterable[Block], *, tight: bool = False) -> list[Node]:
    """
    Blocks as data that JSON can hold; in a tight list paragraphs are bare words.

    >>> from troubleshoot.tree.blocks import rich
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
        case Picture():
            return _picture(it)


def _picture(it: Picture) -> Node:
    if it.image is None:
        return it.words
    size = {"width": it.image.width, "height": it.image.height}
    return element("img", [], src=it.image.uri, alt=it.shows, **size)


def _listing(it: Listing) -> Node:
    items = [element("li", nodes(each, tight=it.tight)) for each in it.items]
    if it.start is None:
        return element("ul", items)
    return element("ol", items, **({} if it.start == 1 else {"start": it.start}))


def _table(it: Rows) -> Node:
    head = element("tr", [element("th", inline(each)) for each in it.head])
    body = [element("tr", [element("td", inline(x)) for x in each]) for each in it.body]
    return element("table", [head, *body])


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

    >>> from troubleshoot.tree.blocks import rich
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
        case Picture():
            return it.words


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
