"""Which tree to run: the one that is named, or one that fits the complaint."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import click

from troubleshoot.cli.library import Library
from troubleshoot.cli.listing import nothing
from troubleshoot.cli.options import TREES, is_name, no_tree
from troubleshoot.cli.prompt import Command, Misheard, Offer, Stopped, listen, meaning
from troubleshoot.cli.refused import WRONG_USAGE, Refused
from troubleshoot.cli.terminal import ProgressLine, Terminal
from troubleshoot.files import is_there
from troubleshoot.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.tree.registry import Listed

MOST: Final = 3  # trees to choose from
NONE: Final = "none"


def tree_to_run(terminal: Terminal, said: str | None) -> str:
    """The name of the tree that is meant; the customer is asked where none is named."""
    if said is not None and (is_there(said) or is_name(said) or _is_path(said)):
        return said
    try:
        complaint = said or listen(terminal, "What is wrong? > ", _complaint)
        return _chosen(terminal, complaint, said)
    except Stopped as stop:
        if stop.why:
            raise Refused(stop.why) from None
        terminal.say("No tree was chosen.")
        raise click.exceptions.Exit(0) from None


def _is_path(said: str) -> bool:
    """Whether a name that nothing has is a slip rather than a complaint."""
    return said.endswith(TREES) or (" " not in said.strip() and "/" in said)


def _complaint(line: str) -> str:
    if line.casefold() in Command.QUIT.value:
        raise Stopped
    if not line:
        raise Misheard("Please say in a few words what is wrong, or q to stop.")
    return line


def _chosen(terminal: Terminal, complaint: str, said: str | None) -> str:
    """The tree that the customer picks among those that fit."""
    with ProgressLine("Looking for trees"):
        found = Library().find(complaint)[:MOST]
    if not found:
        if said is not None and len(said.split()) == 1:
            raise Refused(no_tree(said), code=WRONG_USAGE)
        raise Refused(nothing(one_line(complaint)), code=WRONG_USAGE)
    terminal.say("These trees fit best:", bold=True)
    answers = [(each.name, each.title) for each in found] + [(NONE, "None of these")]
    offer = Offer(tuple(answers))
    _list(terminal, found, len(answers))
    typed = f"What can be typed: a number from 1 to {len(answers)}, or q to stop."
    name = listen(terminal, "> ", partial(_picked, offer), typed=typed)
    if name == NONE:
        terminal.say(
            "Then no tree fits. 'troubleshoot list' names all there are, and "
            "'troubleshoot run FILE' takes one of your own."
        )
        raise click.exceptions.Exit(0)
    return name


def _list(terminal: Terminal, found: Sequence[Listed], last: int) -> None:
    for number, each in enumerate(found, start=1):
        terminal.say(f"{one_line(each.title)} [{each.name}]", lead=f"  {number}  ")
        if each.symptom:
            terminal.say(one_line(each.symptom), lead="     ", dim=True)
    terminal.say("None of these", lead=f"  {last}  ")


def _picked(offer: Offer, line: str) -> str:
    """The name of the tree that is picked, or none."""
    meant = meaning(offer, line)
    if meant is Command.QUIT:
        raise Stopped
    if not isinstance(meant, str):
        raise Misheard("Please type the number of what fits best, or q to stop.")
    return meant
