"""
What authors write as CommonMark (about, how, why), in HTML or as plain text.

Raw HTML, headings and rules stay text, and an image is what stands for it in words: a
document is one file, and its outline is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from troubleshoot.runbook.escaping import in_html, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

LONGEST: Final = 20_000  # characters; longer texts are taken to the letter
OURS: Final = ("heading", "lheading", "hr", "html_block", "html_inline")

_parser: Final = MarkdownIt("commonmark", {"html": False}).disable(OURS)


def html(text: str) -> Markup:
    """The text as HTML blocks."""
    text = "\n".join(lines(text))
    if len(text) > LONGEST:
        return Markup("<p>{}</p>").format(in_html(text))
    tokens = _parser.parse(text)
    for each in tokens:
        each.children = each.children and [_without_image(x) for x in each.children]
    # The parser escapes all text, as raw HTML is off.
    return Markup(_parser.renderer.render(tokens, _parser.options, {}))  # noqa: S704


def plain(text: str) -> str:
    """The words of the text on one line, without its markup."""
    if len(text) > LONGEST:
        return text
    return " ".join("".join(_words(_parser.parse(text))).split())


def _without_image(token: Token) -> Token:
    if token.type != "image":
        return token
    return token.copy(type="text", tag="", children=None)


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "inline":
                yield "".join(_inline(token.children or ()))
            case "list_item_open":
                yield f"{token.info}{token.markup} " if token.info else "- "
            case "fence" | "code_block":
                yield token.content
        yield "" if token.nesting == 1 else " "


def _inline(tokens: Iterable[Token]) -> Iterator[str]:
    address = ""
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield " "
            case "link_open":
                address = str(token.attrs["href"])
            case "link_close" if token.info != "auto":
                yield f" ({address})"
            case _:
                yield token.content
