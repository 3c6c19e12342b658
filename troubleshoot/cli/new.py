"""``troubleshoot new``: a commented tree to begin with."""

from __future__ import annotations

import json
import re
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

# The trees to begin with, each a file in 'starts'.
STARTS: Final = ("groups", "small", "conditions")
LONGEST: Final = 200


@click.command(
    epilog="Example: troubleshoot new printer.yaml --title 'The printer does not print'"
)
@click.argument("file", metavar="FILE", type=FileName())
@click.option(
    "--like",
    type=click.Choice(STARTS),
    default=STARTS[0],
    show_default=True,
    help="What it shows: causes in groups, with chances and costs; as little as will "
    "do; questions that depend on each other.",
)
@click.option(
    "--title",
    metavar="TEXT",
    help="What the tree is about, in place of its own title.",
)
@json_option
def command(*, file: str, like: str, title: str | None, as_json: bool) -> None:
    """Write a commented tree to begin with; a file that exists stays."""
    line = None if title is None else one_line(title)
    if line is not None and not 0 < len(line) <= LONGEST:
        message = f"--title: it takes 1 to {LONGEST} characters."
        raise Refused(message, code=WRONG_USAGE)
    write(file, tree_text(like, line))
    if as_json:
        click.echo(dumps({"format": FORMAT, "file": file}))
    else:
        Terminal().say(f"Written: {file}")
        Terminal().say(f"Try it: troubleshoot run {file}")


def tree_text(like: str, title: str | None = None) -> str:
    """The text of a tree to begin with, under this title or its own."""
    start = resources.files("troubleshoot.cli").joinpath("starts", f"{like}.yaml")
    text = start.read_text("utf-8")
    if title is None:
        return text
    # JSON in quotes is YAML: the title is text whatever it holds.
    quoted = f"title: {json.dumps(title, ensure_ascii=False)}"
    return re.sub("^title: .*$", lambda _: quoted, text, count=1, flags=re.MULTILINE)


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
