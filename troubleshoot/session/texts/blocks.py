"""
What a text consists of: blocks, one below the other, and what stands on their lines.

Every format writes these same values, so that a line of code or an item of a list
stands on a line of its own wherever the text is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


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


Inline: TypeAlias = "Words | Code | Break | Emphasis | Linked"


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


Block: TypeAlias = "Paragraph | CodeBlock | Listing | Quotation | Rows"
Blocks: TypeAlias = "tuple[Block, ...]"
