"""
Texts of a tree, a customer or an agent as they go into a document: to the letter.

Each format has its own way to keep a text from becoming markup. What comes back is
marked as safe, so that nothing is escaped twice.
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from troubleshoot.text import printable

NOT_PLAIN: Final = re.compile("[^A-Za-z0-9 .,:_-]")
BLANKS: Final = re.compile(r"[ \t]+")
# What is markup anywhere in a line of Markdown, of a forge's dialect too.
MARKUP: Final = re.compile(r"([\\`*_\[\]<>&~|$])")
# What is markup where a line begins: headings, lists, rules.
OPENING: Final = re.compile(r"^([#+=-]|\d{1,9}(?=[.)](?: |$)))")


def lines(text: str) -> list[str]:
    """The lines of a text without what a page or a terminal would obey."""
    return [printable(each) for each in text.splitlines()]


def in_html(text: str) -> Markup:
    """The text in HTML, in an element or in an attribute."""
    return Markup("\n").join(escape(each) for each in lines(text))


def in_css(text: str) -> Markup:
    """The text as a string of CSS, on one line, with most signs by their numbers."""
    line = " ".join(lines(text)).encode("utf-8", "replace").decode()
    shown = NOT_PLAIN.sub(lambda each: f"\\{ord(each[0]):x} ", line)
    return Markup(f'"{shown}"')  # noqa: S704 - nothing is left that CSS or HTML obeys


def in_markdown(text: str) -> Markup:
    """The text in Markdown, on one line."""
    line = BLANKS.sub(" ", " ".join(lines(text))).strip()
    return Markup(OPENING.sub(_opening, MARKUP.sub(r"\\\1", line)))  # noqa: S704


def _opening(found: re.Match[str]) -> str:
    """A number before its dot stays; the dot is what makes a list of it."""
    return f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}"


def in_text(text: str) -> Markup:
    """The text in a plain text, on one line."""
    return Markup(" ".join(lines(text)))  # noqa: S704 - a plain text has no markup
