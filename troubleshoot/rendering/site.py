"""
Many trees as the pages of one folder, with an index of them.

Everything here is names and contents; whoever wants files writes them. While a tree is
broken, its page is the last good one, under what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal

from troubleshoot.errors import ArgumentError, did_you_mean, nearest
from troubleshoot.rendering.formats import WRITERS
from troubleshoot.rendering.templates import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from troubleshoot.errors import Problem
    from troubleshoot.rendering.formats import RenderRequest
    from troubleshoot.rendering.pages import Form
    from troubleshoot.rendering.words import Wished
    from troubleshoot.tree.tree import Tree


INDEX: Final = "index"
SUFFIXES: Final = {
    "html": ".html",
    "interactive": ".interactive.html",
    "markdown": ".md",
    "text": ".txt",
    "pdf": ".pdf",
    "svg": ".svg",
    "mermaid": ".mmd",
    "dot": ".dot",
}
TABLES: Final = (
    "html",
    "markdown",
    "text",
    "pdf",
)  # what the fault table is written in
INDEXES: Final[dict[Literal["html", "markdown"], str]] = {
    "html": "index.html",
    "markdown": "index.md",
}
BEGIN: Final = "<!-- this tree is broken -->"
END: Final = "<!-- what follows was good -->"
_BANNER: Final = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}\n", re.DOTALL)
_BODY: Final = re.compile("<body[^>]*>\n?")


@dataclass(frozen=True, eq=False)
class Page:
    """A file to be: its name in the folder, and its content once it is asked for."""

    to: str
    name: str
    made: Callable[[], str | bytes]

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file."""
        made = self.made()
        return made.encode() if isinstance(made, str) else made


@dataclass(frozen=True)
class IndexEntry:
    """A line of the index; ``links`` are format and file name, ``broken`` says why."""

    title: str
    symptom: str = ""
    version: str = ""
    review_by: str = ""
    owner: str = ""
    links: tuple[tuple[str, str], ...] = ()
    broken: str = ""


def pages(
    stem: str, request: RenderRequest, formats: Iterable[str]
) -> tuple[Page, ...]:
    """
    The pages of a tree, which is laid out once, for the first that is made.

    Raises:
        ValueError: there is no such format, or not for the fault table.
    """
    form = request.look.get("form", "sheet")
    known = TABLES if form == "table" else tuple(WRITERS)
    return tuple(
        Page(_known(to, known), named(stem, to, form), partial(WRITERS[to], request))
        for to in formats
    )


def named(stem: str, to: str, form: Form = "sheet") -> str:
    """What the file of a page is called."""
    return f"{stem}{'.table' if form == 'table' else ''}{SUFFIXES[to]}"


def _known(to: str, known: Sequence[str]) -> str:
    if to not in known:
        hint = did_you_mean(nearest(to, known)) or f"; there are {', '.join(known)}"
        raise ArgumentError(f"there is no format '{to}' for this{hint}")
    return to


def entry(tree: Tree, links: Iterable[Page] = ()) -> IndexEntry:
    """What the index says of a tree, with links to these pages."""
    return IndexEntry(
        title=tree.title,
        symptom=tree.symptom,
        version=tree.version,
        review_by=tree.review_by.isoformat() if tree.review_by else "",
        owner=tree.owner,
        links=tuple((each.to, each.name) for each in links),
    )


def index(
    entries: Iterable[IndexEntry],
    to: Literal["html", "markdown"] = "html",
    *,
    language: Wished = None,
    templates: Path | None = None,
) -> str:
    """The page that leads to the others, by title."""
    listed = sorted(entries, key=lambda each: (each.title.casefold(), each.links))
    return filled(INDEX, to, templates=templates, language=language, entries=listed)


def stems(files: Sequence[str]) -> list[str]:
    """
    What the pages of each tree are called, before the dot.

    That is the name of its file in plain letters; where two are alike, that of its
    folder stands before it, and a number behind it if it has to. An index stays free.

    >>> stems(["home/wifi.yaml", "office/Wi-Fi.yaml", "office/wifi.yaml"])
    ['wifi', 'wi-fi', 'office-wifi']
    """
    taken, found = {INDEX}, []
    for file in files:
        path = PurePath(file)
        short = slug(path.stem) or "tree"
        long = slug(f"{path.parent.name}-{short}")
        numbered = (f"{short}-{n}" for n in range(2, len(files) + 3))
        stem = next(each for each in (short, long, *numbered) if each not in taken)
        taken.add(stem)
        found.append(stem)
    return found


def slug(text: str) -> str:
    """The text in small letters, digits and hyphens, which every system can name."""
    return re.sub("[^a-z0-9]+", "-", text.casefold()).strip("-")


def under_banner(
    page: str,
    problems: Iterable[Problem | str],
    *,
    language: Wished = None,
    templates: Path | None = None,
) -> str:
    """
    An HTML page with what is wrong above everything, with its tree or its template.

    ``page`` is the last good one, or empty if there never was any.
    """
    banner = filled(
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
