"""
A runbook as a page: Markdown, HTML or plain text, and its fault table alone.

The templates say what stands where, and ``View`` what they would have to work out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from troubleshoot.arguments import one_of
from troubleshoot.runbook import house
from troubleshoot.runbook.view import View
from troubleshoot.runbook.words import DEFAULT, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from troubleshoot.runbook.book import Runbook
    from troubleshoot.runbook.house import Format
    from troubleshoot.runbook.words import Language

Form: TypeAlias = Literal["sheet", "table"]
Paper: TypeAlias = Literal["A4", "Letter"]

TEMPLATES: Final[dict[Form, str]] = {"sheet": "runbook", "table": "table"}


def page(
    runbook: Runbook,
    to: Format = "markdown",
    *,
    language: Language = DEFAULT,
    templates: Path | None = None,
    form: Form = "sheet",
    paper: Paper = "A4",
    date: str = "",
) -> str:
    """
    The runbook, or its fault table, as one page.

    Raises:
        ValueError: there is no such language, form or paper.
    """
    among("form", form, get_args(Form))
    among("paper", paper, get_args(Paper))
    return house.page(
        TEMPLATES[form],
        to,
        templates=templates,
        language=language,
        it=runbook,
        alone=form == "table",
        view=View(runbook, words(language)),
        paper=paper,
        date=date,
    )


def among(what: str, name: str, known: Sequence[str]) -> None:
    """Complain about a name that is not among the known ones."""
    one_of(name, what, known, argument=what)
