"""Pages that are made again whenever their tree is saved."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from troubleshoot.cli.publish import TROUBLE, told
from troubleshoot.cli.refused import Refused
from troubleshoot.rendering import templates
from troubleshoot.text import clean, counted
from troubleshoot.tree.named import located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from troubleshoot.cli.publish import Edition, NamedFile, Result, Sheets
    from troubleshoot.cli.render_options import RenderOptions


# When a file was written, its size, and which file it is: an editor may replace it.
Stamp: TypeAlias = tuple[int, int, int]
Stamps: TypeAlias = "Mapping[str, Stamp]"

EVERY: Final = 0.5  # seconds between two looks


def settled(look: Callable[[], Stamps]) -> Iterator[Stamps]:
    """
    The files as they are, and then each change of them once two looks agree on it.

    So a file that an editor is just replacing or still writing is left in peace.
    """
    known = last = look()
    yield known
    while True:
        time.sleep(EVERY)
        now = look()
        if now == last != known:
            known = now
            yield known
        last = now


@dataclass
class Watch:
    """Trees that are rendered as they are saved, and what came of each so far."""

    chosen: RenderOptions
    edition: Edition
    sheets: Sheets
    results: dict[NamedFile, Result] = field(default_factory=dict)

    def follow(self) -> None:
        """Render all trees, then whatever changes; only an interrupt ends it."""
        before: Stamps = {}
        for now in settled(self.look):
            self.render(before, now)
            before = now

    def look(self) -> Stamps:
        """The files that are there: the trees, and own templates."""
        sources = self._sources()
        files = [each.file for each in sources]
        parts = [part for each in sources for part in self._parts(each)]
        return dict(_stamps([*files, *parts, *self._templates()]))

    def render(self, before: Stamps, now: Stamps) -> None:
        """Render the trees that are not as before, all of them with new templates."""
        sources = self._sources()
        trees = {x.file for x in sources}
        trees |= {part for each in sources for part in self._parts(each)}
        mine = set(self._templates()) | (before.keys() - trees)
        fresh = any(before.get(each) != now.get(each) for each in mine)
        if fresh:
            templates.anew()
        for source in sources:
            same = before.get(source.file) == now.get(source.file)
            for each in self._parts(source):  # of which nothing was known before
                same &= before.get(each, now.get(each)) == now.get(each)
            if source not in self.results or fresh or not same:
                self._render(source)
        self.results = {each: self.results[each] for each in sources}
        if self.chosen.has_index:
            self._trying(lambda: self.sheets.index(self.edition, self.results.values()))

    def _render(self, source: NamedFile) -> None:
        result = self.results[source] = self.edition.published(source)
        self.edition.line.close()
        for each in result.failed:
            say(": ".join(filter(None, (each.tree, each.format, each.message))))
        if not result.is_good:
            self._trying(lambda: self.sheets.keep(self.edition, result))
        if result.opened.problems:
            for problem in result.opened.problems:
                say(f"{problem}\n")
            say(f"{source.file}: broken; its pages stay as they last were.")
        elif result.written:
            changed = sum(each.changed for each in result.written)
            say(f"{source.file}: {counted(changed, 'page')} changed.")

    def _trying(self, act: Callable[[], object]) -> None:
        """Do it, or say why not: the watch goes on."""
        try:
            act()
        except TROUBLE as error:
            say(told(error))

    def _parts(self, source: NamedFile) -> tuple[str, ...]:
        """The files that a tree included when it was last rendered."""
        known = self.results.get(source)
        return known.opened.parts if known else ()

    def _sources(self) -> list[NamedFile]:
        try:
            return self.chosen.sources()
        except Refused:
            return []  # a folder whose last tree went

    def _templates(self) -> list[str]:
        if self.chosen.templates is None:
            return []
        return [str(each) for each in self.chosen.templates.rglob("*")]


def _stamps(files: Iterable[str]) -> Iterator[tuple[str, Stamp]]:
    for file in files:
        try:
            named = located(file)
            found = (named.file if named else Path(file)).stat()
        except (OSError, ValueError):
            continue
        yield file, (found.st_mtime_ns, found.st_size, found.st_ino)


def say(text: str) -> None:
    """Say on standard error what was done."""
    click.echo(clean(text), err=True)
