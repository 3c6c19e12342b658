"""``troubleshoot render``: trees as pages for people, sessions as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from troubleshoot.cli import check, publish
from troubleshoot.cli.json_out import dumps
from troubleshoot.cli.options import (
    json_option,
    root_option,
    session_options,
    wording_options,
)
from troubleshoot.cli.parameters import AnyName, Count, FolderName, TreeName
from troubleshoot.cli.publish import (
    TROUBLE,
    Edition,
    Failed,
    Sheets,
    ready,
    shape,
    told,
)
from troubleshoot.cli.refused import PROBLEMS, Refused
from troubleshoot.cli.render_options import ALL, FORMS, RenderOptions, reader, refuse
from troubleshoot.cli.terminal import ProgressLine
from troubleshoot.cli.watch import Watch
from troubleshoot.errors import did_you_mean, nearest
from troubleshoot.rendering.layout import STEPS
from troubleshoot.rendering.site import SUFFIXES
from troubleshoot.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from troubleshoot.cli.publish import NamedFile, Opened, Reader, Result, Written


SEVERAL: Final = "several pages need a folder: add --to."


class Formats(click.ParamType[tuple[str, ...]]):
    """One format or several, such as ``html,pdf``."""

    name = "formats"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:
        """The names, each once."""
        if isinstance(value, tuple):
            return value
        known = (*SUFFIXES, "json", ALL)
        names = [clean(each).strip() for each in value.split(",")]
        for name in names:
            if name not in known:
                hint = did_you_mean(nearest(name, known))
                listed = hint or f"; there are {', '.join(known)}"
                self.fail(f"there is no format '{name}'{listed}", param, ctx)
        return tuple(dict.fromkeys(names))


@click.command(
    epilog="Example: troubleshoot render trees/ --to runbooks --format html,pdf"
)
@click.argument("trees", nargs=-1, required=True, metavar="TREE...", type=AnyName())
@root_option
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=FolderName(),
    help="The folder for the pages. Without it, one page goes to standard output.",
)
@click.option(
    "--format",
    "formats",
    type=Formats(),
    default="markdown",
    show_default=True,
    metavar="FORMAT,...",
    help="html, interactive, markdown, text, pdf, svg, mermaid, dot, or all; json "
    "for a session.",
)
@click.option(
    "--form",
    type=click.Choice([*FORMS, *publish.FORMS]),
    default="sheet",
    show_default=True,
    help="A sheet to follow, the fault table alone, or what a session came to.",
)
@click.option(
    "--goal",
    type=click.Choice(["diagnose", "repair"]),
    default="diagnose",
    show_default=True,
    help="The least expected cost until the remedy is known, or until it worked.",
)
@click.option(
    "--paper",
    type=click.Choice(["A4", "Letter"]),
    default="A4",
    show_default=True,
    help="The size of a printed page.",
)
@click.option(
    "--steps",
    type=Count(1),
    default=STEPS,
    show_default=True,
    metavar="N",
    help="How many steps a sheet has at most.",
)
@click.option("--date", default="", metavar="TEXT", help="A date to print on it.")
@wording_options
@click.option(
    "--templates",
    metavar="DIR",
    type=FolderName(exists=True),
    help="A folder of your own templates, which come before the included ones.",
)
@click.option(
    "--tree", metavar="TREE", type=TreeName(), help="The tree of a saved session."
)
@click.option(
    "--watch", is_flag=True, help="Render again whenever a tree is saved; ends on ^C."
)
@session_options
@json_option
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as in Wish
    """
    Make pages of trees, to print or to click through.

    TREE is a file, the name of an included tree, or a folder, whose *.yaml and *.yml
    are all rendered, with an index of them. With --form transcript or hand-off it is
    a saved session, a hand-off or a journal instead. A tree that is broken stops no
    other. The exit code is 1 if a page could not be made.
    """
    chosen = RenderOptions(**options, said=said(ctx))
    with ProgressLine() as line:
        render(chosen, line)


def render(chosen: RenderOptions, line: ProgressLine) -> None:
    """Print the page, or write the pages, once or for as long as trees are saved."""
    opens = reader(chosen, line)
    if chosen.folder is None:
        print_page(chosen, opens, line)
        return
    ready(chosen.folder)
    edition = Edition(chosen.folder, opens, line)
    if chosen.watch and isinstance(opens, Sheets):
        Watch(chosen, edition, opens).follow()
    write(chosen, edition, opens)


def said(ctx: click.Context) -> frozenset[str]:
    """The options that stand on the command line, by their long names."""
    given = click.core.ParameterSource.COMMANDLINE
    return frozenset(
        each.opts[0]
        for each in ctx.command.params
        if ctx.get_parameter_source(str(each.name)) is given
    )


def print_page(chosen: RenderOptions, opens: Reader, line: ProgressLine) -> None:
    """Print the one page that can be made; what is wrong with others is told."""
    sources = chosen.sources()
    if chosen.has_folders:
        refuse(SEVERAL)
    every = [(each.file, one_opened(each, opens, line)) for each in sources]
    good = [(file, opened) for file, opened in every if not opened.problems]
    if sum(len(opened.pages) for _, opened in good) > 1:
        refuse(SEVERAL)
    for _, opened in every:
        tell_problems(opened)
    for file, opened in good:
        print_one(file, opened, line)
    if len(good) < len(every):
        raise click.exceptions.Exit(PROBLEMS)


def one_opened(source: NamedFile, opens: Reader, line: ProgressLine) -> Opened:
    """A source with what is wrong with it."""
    line(source.file)
    try:
        return opens(source)
    except TROUBLE as error:
        raise Refused(with_name(source.file, error)) from error
    finally:
        line.close()


def print_one(file: str, opened: Opened, line: ProgressLine) -> None:
    """Print the only page of a source."""
    line(f"{file}: {opened.pages[0].to}")
    try:
        data = opened.pages[0].content
    except TROUBLE as error:
        raise Refused(with_name(file, error)) from error
    finally:
        line.close()
    click.echo(data, nl=False)


def with_name(file: str, error: Exception) -> str:
    """What went wrong with a file, its name first."""
    message = told(error)
    return message if message.startswith(f"{file}:") else f"{file}: {message}"


def write(chosen: RenderOptions, edition: Edition, opens: Reader) -> None:
    """Write all pages and say so; the exit code is 1 if one is missing."""
    results, sources = [], chosen.sources()
    for number, source in enumerate(sources, start=1):
        counted = f"{number} of {len(sources)}: " if len(sources) > 1 else ""
        results.append(edition.published(source, counted))
        if not chosen.as_json:
            edition.line.close()
            tell(results[-1])
    edition.line.close()
    indexes: list[Written] = []
    failed: list[Failed] = []
    if chosen.has_index and isinstance(opens, Sheets):
        indexes, failed = _index(edition, opens, results)
    if chosen.as_json:
        problems = check.shape([x for each in results for x in each.opened.problems])
        click.echo(dumps(shape(results, indexes, failed, problems["problems"])))
    else:
        tell_files(indexes)
        tell_failed(failed)
        click.echo(summary(results, edition.folder))
    if failed or not all(each.is_good for each in results):
        raise click.exceptions.Exit(PROBLEMS)


def _index(
    edition: Edition, opens: Sheets, results: Sequence[Result]
) -> tuple[list[Written], list[Failed]]:
    """The pages that lead to the others, or why there are none."""
    try:
        return opens.index(edition, results), []
    except TROUBLE as error:
        return [], [Failed("index", "", told(error))]


def tell(result: Result) -> None:
    """Name the files of one source, and on standard error what went wrong."""
    tell_files(result.written)
    tell_problems(result.opened)
    tell_failed(result.failed)


def tell_failed(failed: Iterable[Failed]) -> None:
    """Say of each page why it could not be made."""
    for each in failed:
        about = f"{each.tree}: {each.format}" if each.format else each.tree
        click.echo(f"error: {clean(f'{about}: {each.message}')}\n", err=True)


def tell_files(files: Iterable[Written]) -> None:
    """A line for each file."""
    for each in files:
        click.echo(clean(str(each.path)))


def tell_problems(opened: Opened) -> None:
    """The problems of a tree, as ``check`` prints them."""
    for each in opened.problems:
        click.echo(f"{clean(str(each))}\n", err=True)


def summary(results: Sequence[Result], folder: Path) -> str:
    """One line: how many pages there are now, and of how many sources."""
    files = sum(len(each.written) for each in results)
    bad = sum(not each.is_good for each in results)
    kind = "tree" if any(each.opened.tree for each in results) else "file"
    parts = f"{counted(files, 'page')} of {counted(len(results), kind)}"
    trouble = f"; {bad} could not be rendered" if bad else ""
    return f"{parts} in {clean(str(folder))}{trouble}."
