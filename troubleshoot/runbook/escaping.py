"""
Texts of a tree, a customer or an agent as they go into a document: to the letter.

Each format has its own way to keep a text from becoming markup. What comes back is
marked as safe, so that nothing is escaped twice.
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from troubleshoot.session.texts import lines

__all__ = ["in_css", "in_html", "in_markdown", "in_text", "lines"]

CODE: Final = "\x01"  # before a line of code, which a page leaves as it is
NOT_PLAIN: Final = re.compile("[^A-Za-z0-9 .,:_-]")
BLANKS: Final = re.compile(r"[ \t]+")
# What is markup anywhere in a line of Markdown, of a forge's dialect too.
MARKUP: Final = re.compile(r"([\\`*_\[\]<>&~|$])")
# What is markup where a line begins: headings, lists, rules.
OPENING: Final = re.compile(r"^([#+=-]|\d{1,9}(?=[.)](?: |$)))")


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
