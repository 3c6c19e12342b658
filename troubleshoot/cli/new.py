"""``troubleshoot new``: a small commented tree to begin with."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Final

import click

from troubleshoot.cli.json_out import FORMAT, dumps
from troubleshoot.cli.options import json_option
from troubleshoot.cli.parameters import FileName
from troubleshoot.cli.refused import WRONG_USAGE, Refused
from troubleshoot.cli.terminal import Terminal
from troubleshoot.text import one_line

TITLE: Final = "A lamp that stays dark"
LONGEST: Final = 200


@click.command(
    epilog="Example: troubleshoot new printer.yaml --title 'The printer does not print'"
)
@click.argument("file", metavar="FILE", type=FileName())
@click.option(
    "--title",
    default=TITLE,
    show_default=True,
    metavar="TEXT",
    help="What the tree is about.",
)
@json_option
def command(*, file: str, title: str, as_json: bool) -> None:
    """Write a small commented tree to begin with; a file that exists stays."""
    line = one_line(title)
    if not 0 < len(line) <= LONGEST:
        message = f"--title: it takes 1 to {LONGEST} characters."
        raise Refused(message, code=WRONG_USAGE)
    write(file, tree_text(line))
    if as_json:
        click.echo(dumps({"format": FORMAT, "file": file}))
    else:
        Terminal().say(f"Written: {file}")
        Terminal().say(f"Try it: troubleshoot run {file}")


def tree_text(title: str) -> str:
    """The text of the tree under this title."""
    template = resources.files("troubleshoot.cli").joinpath("new.yaml")
    # JSON in quotes is YAML: the title is text whatever it holds.
    quoted = f"title: {json.dumps(title, ensure_ascii=False)}"
    return template.read_text("utf-8").replace(f"title: {TITLE}", quoted, 1)


def write(file: str, text: str) -> None:
    """Write a new file; one that is there is not touched."""
    try:
        with Path(file).open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except FileExistsError as error:
        raise Refused(f"{file}: the file is there already; it stays.") from error
    except FileNotFoundError as error:
        message = f"{file}: there is no folder '{Path(file).parent}'."
        raise Refused(message, code=WRONG_USAGE) from error
    except OSError as error:
        raise Refused(f"{file}: {error.strerror or error}") from error
