"""A page while its tree is broken: the last good one, under what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from troubleshoot.runbook import house
from troubleshoot.runbook.words import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from troubleshoot.errors import Problem
    from troubleshoot.runbook.words import Language

BEGIN: Final = "<!-- this tree is broken -->"
END: Final = "<!-- what follows was good -->"
_BANNER: Final = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}\n", re.DOTALL)
_BODY: Final = re.compile("<body[^>]*>\n?")


def under_banner(
    page: str,
    problems: Iterable[Problem | str],
    *,
    language: Language = DEFAULT,
    templates: Path | None = None,
) -> str:
    """
    An HTML page with what is wrong above everything, with its tree or its template.

    ``page`` is the last good one, or empty if there never was any.
    """
    banner = house.page(
        "banner" if page else "broken",
        "html",
        language=language,
        templates=templates,
        problems=tuple(problems),
        good=bool(page),
    )
    if not page:
        return banner
    body = _BODY.search(page)
    at = body.end() if body else 0
    return f"{page[:at]}{BEGIN}\n{banner}{END}\n{page[at:]}"


def without_banner(page: str) -> str:
    """The good page that stands under a banner; empty if the page is a banner alone."""
    good = _BANNER.sub("", page, count=1)
    return "" if BEGIN in good else good
