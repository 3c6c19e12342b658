"""
Plain text for templates: texts that keep their lines, and lines of 80 columns.

A template joins texts with words before it breaks them into lines, so a text of several
lines carries marks that no text of a tree has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from troubleshoot.rendering.commonmark import CODE, in_text
from troubleshoot.session.texts import Line, filled, laid
from troubleshoot.tree.blocks import noted, rich, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.tree.blocks import Blocks


WIDTH: Final = 80  # columns of plain text
END: Final = "\x02"  # of a line
LEAD: Final = "\x03"  # ends what stands before a line


def explained(text: str) -> str:
    """An explanation, marked."""
    return marked(rich(text))


def brief(text: str, *, explains: bool = False) -> str:
    """A question or what to do, marked."""
    return marked(rich(text) if explains else short(text))


def remembered(text: str) -> str:
    """A note, marked."""
    return marked(noted(text))


def marked(blocks: Blocks) -> str:
    """
    The lines of a text as one, to be joined with others before it is ``wrapped``.

    What is not a paragraph shares its lines with no word beside it.
    """
    lines = [*laid(blocks)]
    if not lines:
        return ""
    before, after = (END if each.own else "" for each in (lines[0], lines[-1]))
    return before + END.join(_marked(each) for each in lines) + after


def _marked(line: Line) -> str:
    code = CODE if line.whole else ""
    return f"{line.lead}{LEAD}{code}{line.text}" if line.own else line.text


def shown(text: str) -> Markup:
    """A text to the letter, or the lines of one that is marked."""
    return wrapped(text) if END in text or LEAD in text else in_text(text)


def wrapped(text: str, lead: str = "", margin: str | None = None) -> Markup:
    """The text in lines after a lead; the following ones are set in by the margin."""
    lines = [*_lines(text)] or [Line("", "", own=False)]
    margin = None if margin is None else str(margin)
    broken = filled(lines, WIDTH, lead=str(lead), margin=margin)
    return Markup("\n").join(Markup(each) for each in broken)  # noqa: S704 - plain text


def _lines(text: str) -> Iterator[Line]:
    for part in text.split(END):
        lead, mark, words = part.rpartition(LEAD)
        code = CODE if words.startswith(CODE) else ""
        said = code + str(in_text(words.removeprefix(CODE)))
        if mark or said.strip():
            yield Line(
                str(in_text(lead)),
                said if code else said.strip(),
                own=bool(mark),
                whole=bool(code),
            )
