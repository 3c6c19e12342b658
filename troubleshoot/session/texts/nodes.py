"""
Blocks as plain data, for pages that are made elsewhere: in a browser, by a printer.

A node is a text or an element: its ``tag``, as HTML calls it, and its ``children``;
``href`` is where an ``a`` leads to, ``start`` the first number of an ``ol``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.texts.blocks import Block, Inline

Node: TypeAlias = "str | dict[str, Any]"


def nodes(blocks: Iterable[Block], *, tight: bool = False) -> list[Node]:
    """
    Blocks as data that JSON can hold; in a tight list paragraphs are bare words.

    >>> from troubleshoot.session.texts.reading import rich
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
    return [_inline(each) for each in every]


def element(tag: str, children: list[Node], **more: Any) -> Node:  # noqa: ANN401 - JSON values
    """A node with its children."""
    return {"tag": tag, **more, "children": children}


def _inline(it: Inline) -> Node:
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
