"""Trees as runbooks: how a tree is opened for its pages, and the index of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from troubleshoot import files
from troubleshoot.cli.edition import Opened
from troubleshoot.runbook.rendering import Order
from troubleshoot.runbook.shelf import INDEXES, Entry, entry, index, named, pages
from troubleshoot.runbook.watching import under_banner, without_banner
from troubleshoot.tree.load import examine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from troubleshoot.cli.edition import Edition, Result, Source, Written
    from troubleshoot.runbook.rendering import Layout, Look
    from troubleshoot.runbook.words import Language


LARGEST: Final = 100_000_000  # bytes of a page that was published
BANNERS: Final = ("html", "interactive")  # pages on which something can be said


@dataclass(frozen=True)
class Sheets:
    """How the runbook of a tree is made."""

    formats: tuple[str, ...]
    language: Language
    templates: Path | None
    layout: Layout
    look: Look

    def __call__(self, source: Source) -> Opened:
        """The pages of a tree, or what is wrong with its file."""
        tree, problems = examine(source.file)
        if tree is None:
            return Opened(problems=problems)
        order = Order(tree, self.language, self.templates, self.layout, self.look)
        return Opened(pages(source.stem, order, self.formats), tree)

    def index(self, edition: Edition, results: Iterable[Result]) -> list[Written]:
        """Write the pages that lead to the others."""
        entries = [listed(each) for each in results]
        made = partial(index, entries, language=self.language, templates=self.templates)
        return [
            edition.put("", to, name, made(to=to).encode())
            for to, name in INDEXES.items()
        ]

    def keep(self, edition: Edition, result: Result) -> list[Written]:
        """Write over its last good pages what is wrong with a tree or a page now."""
        source, form = result.source, self.look.get("form", "sheet")
        kept = []
        for to in self.formats:
            problems = result.opened.problems or result.why_not(to)
            if to in BANNERS and problems:
                name = named(source.stem, to, form)
                good = without_banner(_text(edition.folder / name))
                page = under_banner(
                    good, problems, language=self.language, templates=self.templates
                )
                kept.append(edition.put(source.file, to, name, page.encode()))
        return kept


def _text(path: Path) -> str:
    """A page that was published before, "" if there is none."""
    if not path.is_file():
        return ""
    return files.read(path, LARGEST).decode(errors="replace")


def listed(result: Result) -> Entry:
    """What the index says of a tree; a broken one goes by the name of its file."""
    if result.opened.tree is None:
        return Entry(result.source.stem, broken=result.source.file)
    return entry(result.opened.tree, result.there)
