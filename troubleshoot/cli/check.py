"""``troubleshoot check``: everything that is wrong with tree files."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from troubleshoot.check import problems
from troubleshoot.cli.json_out import FORMAT, dumps
from troubleshoot.cli.options import json_option, root_option, roots, tree_files
from troubleshoot.cli.parameters import AnyName
from troubleshoot.cli.refused import PROBLEMS
from troubleshoot.cli.terminal import ProgressLine
from troubleshoot.text import clean, counted
from troubleshoot.tree.identity import same_ids
from troubleshoot.tree.load import examine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from troubleshoot.errors import Problem


SEVERAL = 2  # files, from which on two can have one id
# What an editor does not need to see again: the problem's place is enough.
ONLY_IN_TEXT = ("excerpt", "width", "also")


@click.command(epilog="Example: troubleshoot check trees/")
@click.argument("trees", nargs=-1, required=True, metavar="TREE...", type=AnyName())
@root_option
@json_option
def command(*, trees: tuple[str, ...], as_json: bool) -> None:
    """
    Report everything that is wrong with tree files.

    TREE is a file, the name of an included tree, or a folder, whose *.yaml and *.yml
    are all checked, their tests too. The exit code is 1 if there is any error.
    """
    files, allowed = tree_files(trees), roots(trees)
    found: dict[Problem, None] = {}  # one of an included file is found with each
    with ProgressLine() as line:
        for number, file in enumerate(files, start=1):
            line(f"Checking {number:,} of {len(files):,}: {file}")
            every = problems(file, roots=allowed, warnings=True)
            fresh = [x for x in every if x not in found]
            found.update(dict.fromkeys(fresh))
            line.close()
            if not as_json:
                tell(fresh)
    named = [x for x in same(files, allowed) if x not in found]
    found.update(dict.fromkeys(named))
    if not as_json:
        tell(named)
    if as_json:
        click.echo(dumps(shape(found)))
    else:
        click.echo(summary(len(files), tuple(found)))
    if any(each.severity == "error" for each in found):
        raise click.exceptions.Exit(PROBLEMS)


def same(files: Sequence[str], allowed: Iterable[Path]) -> tuple[Problem, ...]:
    """Trees that have one id, where there are several."""
    if len(files) < SEVERAL:
        return ()
    trees = (examine(each, allowed)[0] for each in files)
    return same_ids(each for each in trees if each is not None)


def tell(found: Iterable[Problem]) -> None:
    """Print the problems of one file."""
    for problem in found:
        click.echo(f"{clean(str(problem))}\n")


def shape(found: Iterable[Problem]) -> dict[str, Any]:
    """The problems as JSON; place and texts as the editor needs them."""
    plain = [dataclasses.asdict(each) for each in found]
    kept = [{k: v for k, v in each.items() if k not in ONLY_IN_TEXT} for each in plain]
    return {"format": FORMAT, "problems": kept}


def summary(files: int, found: Sequence[Problem]) -> str:
    """One line: how many files, how many problems of each severity."""
    errors = sum(each.severity == "error" for each in found)
    warnings = len(found) - errors
    parts = [
        counted(number, word)
        for number, word in ((errors, "error"), (warnings, "warning"))
        if number
    ]
    return f"{counted(files, 'file')}: {' and '.join(parts) or 'no problems'}."
