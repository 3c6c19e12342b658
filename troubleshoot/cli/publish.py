"""
Pages in a folder: one tree, session or hand-off after the other, and what came of each.

Others read the pages while they are written: at any moment a file is what it was before
or what it is now, and one that would not change is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jinja2 import TemplateError

from troubleshoot import files
from troubleshoot.cli.json_out import FORMAT
from troubleshoot.cli.refused import WRONG_USAGE, Refused
from troubleshoot.cli.replay import text_of
from troubleshoot.cli.several import as_facts
from troubleshoot.errors import SessionError, TreeError, TroubleshootError
from troubleshoot.rendering import render
from troubleshoot.rendering.formats import RenderRequest
from troubleshoot.rendering.site import (
    INDEXES,
    IndexEntry,
    Page,
    entry,
    index,
    named,
    pages,
    under_banner,
    without_banner,
)
from troubleshoot.session import HandOff, Session, resume
from troubleshoot.tree import variables
from troubleshoot.tree.identity import same_ids
from troubleshoot.tree.illustrate import files_of
from troubleshoot.tree.load import linked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.cli.terminal import ProgressLine
    from troubleshoot.errors import Problem
    from troubleshoot.rendering.formats import Layout, Look
    from troubleshoot.tree.tree import Tree


TROUBLE = (TroubleshootError, TemplateError, OSError)
LARGEST: Final = 100_000_000  # bytes of a page that was published
BANNERS: Final = ("html", "interactive")  # pages on which something can be said
FORMS: Final = ("transcript", "hand-off")
SUFFIXES: Final = {"html": ".html", "markdown": ".md", "text": ".txt", "json": ".json"}
OPTIONS: Final = frozenset({"--tree"})  # of which a runbook knows nothing
NEEDS_TREE: Final = "add --tree with the tree of the session"


@dataclass(frozen=True)
class NamedFile:
    """A tree or a session as it was named, and its pages' name before the dot."""

    file: str
    stem: str


@dataclass(frozen=True, eq=False)
class Opened:
    """The pages that a source gives, and its tree, or its problems."""

    pages: tuple[Page, ...] = ()
    tree: Tree | None = None
    problems: tuple[Problem, ...] = ()
    parts: tuple[str, ...] = ()  # files that the tree includes or shows


Reader: TypeAlias = Callable[[NamedFile], Opened]


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

    source: NamedFile
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
    line: ProgressLine

    def published(self, source: NamedFile, counted: str = "") -> Result:
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
        """Write one file of the folder, unless it is so already."""
        path = self.folder / name
        changed = not path.is_file() or files.read(path, len(data)) != data
        if changed:
            files.replace(path, data, mode=0o666)  # for whoever may read other files
        return Written(tree, to, path, len(data), changed)


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


@dataclass(frozen=True)
class Sheets:
    """How the runbook of a tree is made."""

    formats: tuple[str, ...]
    language: str | None
    audience: str | None
    templates: Path | None
    layout: Layout
    look: Look
    roots: tuple[Path, ...] = ()
    folder: Path = field(default_factory=Path)  # where its pages go
    known: dict[str, Tree] = field(default_factory=dict)  # by file, as read last

    def __call__(self, source: NamedFile) -> Opened:
        """The pages of a tree, or what is wrong with its file."""
        main, *others = linked(source.file, self.roots)
        tree, parts = main.tree, tuple(each.file for each in others)
        if tree is None:
            problems = TreeError(main.source.problems).problems
            return Opened(problems=problems, parts=parts)
        if twice := self._twice(source.file, tree):
            return Opened(problems=twice, parts=parts)
        tree = variables.told(tree, variables.given(tree, self.layout.get("variables")))
        parts = (*parts, *files_of(tree))
        typed = self.layout.get("facts") or {}
        facts = as_facts(tree, {name: str(said) for name, said in typed.items()})
        layout: Layout = {**self.layout, "facts": facts}
        request = RenderRequest(
            tree,
            self.language,
            self.templates,
            layout,
            self.look,
            self.audience,
            self.folder,
        )
        try:
            _ = request.words
        except TreeError as error:  # in a file of texts beside the tree
            return Opened(problems=error.problems, parts=parts)
        return Opened(pages(source.stem, request, self.formats), tree, parts=parts)

    def _twice(self, file: str, tree: Tree) -> tuple[Problem, ...]:
        """Why there are no pages where another tree says the same id."""
        self.known[file] = tree
        others = [each for other, each in self.known.items() if other != file]
        return tuple(x for x in same_ids([*others, tree]) if x.severity == "error")

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
                before = edition.folder / name
                good = files.read(before, LARGEST) if before.is_file() else b""
                page = under_banner(
                    without_banner(good.decode(errors="replace")),
                    problems,
                    language=self.language,
                    templates=self.templates,
                )
                kept.append(edition.put(source.file, to, name, page.encode()))
        return kept


def listed(result: Result) -> IndexEntry:
    """What the index says of a tree; a broken one goes by the name of its file."""
    if result.opened.tree is None:
        return IndexEntry(result.source.stem, broken=result.source.file)
    return entry(result.opened.tree, result.there)


@dataclass(frozen=True)
class Cases:
    """How a file with a session or a hand-off is opened."""

    form: str
    formats: tuple[str, ...]
    tree: Tree | None
    language: str | None
    audience: str | None
    templates: Path | None

    def __call__(self, source: NamedFile) -> Opened:
        """The pages of one file."""
        value = self._value(source.file)
        fixed: dict[str, Any] = {"language": self.language, "templates": self.templates}
        if isinstance(value, Session):
            fixed["audience"] = self.audience
        return Opened(
            tuple(
                Page(
                    to,
                    f"{source.stem}.{self.form}{SUFFIXES[to]}",
                    partial(render, value, to, **fixed),
                )
                for to in self.formats
            )
        )

    def _value(self, file: str) -> Session | HandOff:
        """What is rendered: a hand-off holds all its texts, the rest needs a tree."""
        text = text_of(file)
        if self.tree is not None:
            session = resume(
                self.tree, text, language=self.language, audience=self.audience
            )
            return session.hand_off() if self.form == "hand-off" else session
        try:
            return HandOff.from_json(text)
        except SessionError as error:
            message = f"{error}\nIf it is a saved session, {NEEDS_TREE}."
            raise SessionError(message) from error


def ready(folder: Path) -> None:
    """Make the folder if it is not there; ``Refused`` if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        message = f"'{folder}' cannot be a folder for the pages: {why}"
        raise Refused(message, code=WRONG_USAGE) from error
