"""
What authors write as CommonMark (about, how, why), in HTML or as plain text.

Raw HTML, headings and rules stay text, and an image is what stands for it in words: a
document is one file, and its outline is its own.
"""

from __future__ import annotations

import re
from itertools import cycle
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from troubleshoot.runbook.escaping import in_html, in_markdown, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

LONGEST: Final = 20_000  # characters; longer texts are taken to the letter
OURS: Final = ("heading", "lheading", "hr", "html_block", "html_inline")

# Code in Markdown that is escaped to the letter, and what is escaped in it; code with a
# bar stays so, for in a table the bar would end the cell.
CODE: Final = re.compile(r"\\`((?:[^`\\|]|\\[^`\\|])+)\\`")
SPAN: Final = re.compile(r"`([^`\s](?:[^`]*[^`\s])?)`")
ESCAPED: Final = re.compile(r"\\([^A-Za-z0-9\s])")

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


def spans(text: str) -> list[tuple[str, str]]:
    """
    The pieces of a text that is no CommonMark but for its code, each "text" or "code".

    >>> spans("Run `ls`.")
    [('text', 'Run '), ('code', 'ls'), ('text', '.')]
    """
    pieces = zip(cycle(("text", "code")), SPAN.split(" ".join(lines(text))))
    return [(kind, piece) for kind, piece in pieces if piece]


def coded(text: str) -> Markup:
    """The text in HTML, with its code as code and nothing else of CommonMark."""
    code = Markup("<code>{}</code>")
    return Markup("").join(
        code.format(piece) if kind == "code" else escape(piece)
        for kind, piece in spans(text)
    )


def plain(text: str) -> str:
    """The words of the text on one line, without its markup but for that of code."""
    if len(text) > LONGEST:
        return text
    return " ".join("".join(_words(_parser.parse(text))).split())


def markdown(text: str) -> Markup:
    """The words of the text on one line of Markdown, in which code is code."""
    shown = in_markdown(plain(text))
    return Markup(CODE.sub(_code, shown))  # noqa: S704 - code has no markup


def _code(found: re.Match[str]) -> str:
    return "`" + ESCAPED.sub(r"\1", found[1]) + "`"


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
            case "code_inline":  # where a command begins and ends must be seen
                yield f"`{token.content}`"
            case _:
                yield token.content
