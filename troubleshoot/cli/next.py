"""``troubleshoot next``: what to do next, without a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from troubleshoot.cli import shapes, words
from troubleshoot.cli.json_text import dumps
from troubleshoot.cli.keeping import decoded, read
from troubleshoot.cli.options import (
    Pair,
    by_name,
    json_option,
    session_options,
    tree_argument,
    tree_of,
)
from troubleshoot.cli.refused import WRONG_USAGE, Refused, wrong_usage
from troubleshoot.cli.terminal import Terminal
from troubleshoot.errors import SessionError
from troubleshoot.session import begin, resume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree

WORKED = {"yes": True, "no": False}


@click.command(
    epilog="Example: troubleshoot next home/no-internet --fact other-devices=no --json"
)
@tree_argument
@session_options
@click.option(
    "--tried",
    type=Pair(),
    multiple=True,
    metavar="ACTION=yes|no",
    help="An action that was tried, and whether it worked. Can be repeated.",
)
@click.option(
    "--strategy",
    default="information",
    show_default=True,
    metavar="NAME",
    help="How steps are chosen.",
)
@click.option(
    "--session",
    "file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Go on from a saved session, which is only read.",
)
@json_option
def command(
    *,
    tree: str,
    facts: tuple[tuple[str, str], ...],
    by: tuple[str, ...] | None,
    has: tuple[str, ...] | None,
    tried: tuple[tuple[str, str], ...],
    strategy: str,
    file: str | None,
    as_json: bool,
) -> None:
    """
    Say what to do next, given what is known.

    Nothing is remembered between two calls: each names all that is known. TREE is a
    file or the name of an included tree.
    """
    loaded = tree_of(tree)
    known = by_name(facts, "--fact")
    outcomes = worked(by_name(tried, "--tried"))
    with wrong_usage("the options"):
        session = opened(loaded, file, known, by=by, has=has, strategy=strategy)
        for action, fixed in outcomes.items():
            session = session.tried(action, fixed=fixed)
    if as_json:
        click.echo(dumps(shapes.situation(session)))
    else:
        words.advice(Terminal(), session, session.next_step())


def worked(tried: Mapping[str, str]) -> dict[str, bool]:
    """Whether each action worked; anything but yes and no is refused."""
    for action, said in tried.items():
        if said not in WORKED:
            message = f"--tried: '{action}' worked, yes or no? '{said}' is neither."
            raise Refused(message, code=WRONG_USAGE)
    return {action: WORKED[said] for action, said in tried.items()}


def opened(
    tree: Tree,
    file: str | None,
    facts: Mapping[str, str],
    *,
    by: tuple[str, ...] | None,
    has: tuple[str, ...] | None,
    strategy: str,
) -> Session:
    """A new session with these facts, or the saved one with these answers."""
    if file is None:
        try:
            return begin(tree, facts, by=by, has=has, strategy=strategy)
        except ValueError as error:
            raise Refused(str(error), code=WRONG_USAGE) from error
    if by or has:
        message = "--by and --has belong to the saved session; leave them out."
        raise Refused(message, code=WRONG_USAGE)
    session = saved(tree, file)
    for question, answer in facts.items():
        session = session.answer(question, answer)
    return session


def saved(tree: Tree, file: str) -> Session:
    """The session in a file."""
    data = read(Path(file), file)
    if data is None:
        raise Refused(f"{file}: there is no such file.", code=WRONG_USAGE)
    try:
        return resume(tree, decoded(data))
    except SessionError as error:
        raise Refused(f"{file}: {error}") from error
