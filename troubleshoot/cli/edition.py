"""Pages in a folder: one source after the other, and what came of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from jinja2 import TemplateError

from troubleshoot.cli.json_text import FORMAT
from troubleshoot.cli.publishing import publish
from troubleshoot.errors import TroubleshootError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from troubleshoot.cli.progress import Line
    from troubleshoot.errors import Problem
    from troubleshoot.runbook.shelf import Page
    from troubleshoot.tree.tree import Tree

TROUBLE = (TroubleshootError, TemplateError, OSError)


@dataclass(frozen=True)
class Source:
    """A tree or a session as it was named, and its pages' name before the dot."""

    file: str
    stem: str


@dataclass(frozen=True, eq=False)
class Opened:
    """The pages that a source gives, and its tree, or its problems."""

    pages: tuple[Page, ...] = ()
    tree: Tree | None = None
    problems: tuple[Problem, ...] = ()


Reader: TypeAlias = Callable[[Source], Opened]


@dataclass(frozen=True)
class Written:
    """A page in the folder; ``changed`` is false for one that was so already."""

    tree: str
    format: str
    path: Path
    bytes: int
    changed: bool


@dataclass(frozen=True)
class Failed:
    """A page that could not be made, and why; of no format when none could."""

    tree: str
    format: str
    message: str


@dataclass(frozen=True, eq=False)
class Result:
    """What came of a source."""

    source: Source
    opened: Opened = field(default_factory=Opened)
    written: tuple[Written, ...] = ()
    failed: tuple[Failed, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every page is there."""
        return not (self.opened.problems or self.failed)

    def why_not(self, format: str) -> tuple[str, ...]:
        """Why there is no page of this format."""
        return tuple(x.message for x in self.failed if x.format in ("", format))

    @property
    def there(self) -> tuple[Page, ...]:
        """The pages that were made."""
        names = {each.path.name for each in self.written}
        return tuple(each for each in self.opened.pages if each.name in names)


@dataclass(frozen=True)
class Edition:
    """A folder for pages, and how a source is opened for them."""

    folder: Path
    reader: Reader
    line: Line

    def published(self, source: Source, counted: str = "") -> Result:
        """
        Write the pages of one source; what goes wrong is said in the result.

        ``counted`` says on the line which of how many it is.
        """
        self.line(f"{counted}{source.file}")
        try:
            opened = self.reader(source)
        except TROUBLE as error:
            return Result(source, failed=(Failed(source.file, "", told(error)),))
        done = [self._page(source.file, each, counted) for each in opened.pages]
        return Result(
            source,
            opened,
            tuple(each for each in done if isinstance(each, Written)),
            tuple(each for each in done if isinstance(each, Failed)),
        )

    def _page(self, file: str, page: Page, counted: str) -> Written | Failed:
        self.line(f"{counted}{file}: {page.to}")
        try:
            return self.put(file, page.to, page.name, page.content)
        except TROUBLE as error:
            return Failed(file, page.to, told(error))

    def put(self, tree: str, to: str, name: str, data: bytes) -> Written:
        """Write one file of the folder."""
        path = self.folder / name
        return Written(tree, to, path, len(data), publish(path, data))


def told(error: Exception) -> str:
    """What went wrong, in one message; a template says where."""
    if isinstance(error, TemplateError):
        name, line = (getattr(error, each, None) for each in ("name", "lineno"))
        where = f" '{name}', line {line}" if name and line else ""
        return f"the template{where}: {error.message or error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the file'}: {error.strerror}"
    return str(error)


def shape(
    results: Iterable[Result],
    indexes: Iterable[Written],
    failed: Iterable[Failed],
    problems: list[Any],
) -> dict[str, Any]:
    """What was written, and what was not, as JSON."""
    listed = list(results)
    return {
        "format": FORMAT,
        "files": [
            {
                "tree": each.tree,
                "format": each.format,
                "file": str(each.path),
                "bytes": each.bytes,
            }
            for each in (*(x for r in listed for x in r.written), *indexes)
        ],
        "problems": problems,
        "failed": [
            {"tree": x.tree, "format": x.format, "message": x.message}
            for x in (*(y for r in listed for y in r.failed), *failed)
        ],
    }
