"""``troubleshoot list``: the trees there are, or those that fit a complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from troubleshoot.cli.json_out import FORMAT, dumps
from troubleshoot.cli.library import Library
from troubleshoot.cli.options import json_option
from troubleshoot.cli.parameters import FolderName
from troubleshoot.cli.terminal import ProgressLine, Terminal
from troubleshoot.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from troubleshoot.tree.registry import Listed

EPILOG = "Example: troubleshoot list web pages do not open"


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[WORDS]...")
@click.option(
    "--folder",
    "folders",
    multiple=True,
    metavar="FOLDER",
    type=FolderName(exists=True),
    help="List the trees of this folder and those below it too. Can be repeated.",
)
@json_option
def command(
    *, words: tuple[str, ...], folders: tuple[Path, ...], as_json: bool
) -> None:
    """
    List the trees there are, or those that fit a complaint, the best first.

    WORDS are those of the customer. They are looked for in titles, symptoms, causes
    and questions; any of them will do. The trees are the included ones, those of
    packs that are installed, and those of each FOLDER.
    """
    with ProgressLine("Reading the trees"):
        library = Library(folders)
        complaint = one_line(" ".join(words))
        found = library.find(complaint) if words else library.listed()
    if as_json:
        click.echo(dumps(shape(found, library.broken())))
        return
    terminal = Terminal()
    show(terminal, found)
    if not found:
        terminal.say(nothing(complaint) if words else "There are no trees.")
    errors = Terminal(err=True)
    for name, why in library.broken().items():
        errors.line(f"{name} is left out: {why}")


def shape(found: Iterable[Listed], broken: dict[str, str]) -> dict[str, Any]:
    """The trees as JSON, in their order, and what is left out."""
    return {
        "format": FORMAT,
        "trees": [
            {"name": x.name, "id": x.id, "title": x.title, "symptom": x.symptom}
            for x in found
        ],
        "left_out": [{"name": name, "why": why} for name, why in broken.items()],
    }


def show(terminal: Terminal, found: Iterable[Listed]) -> None:
    """Each tree by name and title, and its symptom below."""
    for each in found:
        terminal.line(f"{each.name}: {one_line(each.title)}")
        if each.symptom:
            terminal.say(one_line(each.symptom), lead="    ", dim=True)


def nothing(complaint: str) -> str:
    """That no tree fits, and how to go on."""
    return (
        f"No tree has a word of '{complaint}'. 'troubleshoot list' names all there "
        "are, '--folder' adds those of a folder, and 'troubleshoot new' begins one."
    )
