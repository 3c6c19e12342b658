"""``troubleshoot show``: the causes of a tree and how likely each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from troubleshoot.cli.json_out import FORMAT, dumps
from troubleshoot.cli.options import (
    file_of,
    json_option,
    set_option,
    tree_argument,
    tree_of,
    values_of,
)
from troubleshoot.cli.terminal import Terminal
from troubleshoot.text import counted
from troubleshoot.tree.resolved import as_json as as_json_file
from troubleshoot.tree.resolved import as_yaml
from troubleshoot.tree.variables import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.tree.tree import Cause, Tree


class Branches(NamedTuple):
    """What stands before a cause: below others, the last one, and under each."""

    fork: str
    last: str
    down: str
    blank: str


DRAWN = Branches("\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ", "   ")
TYPED = Branches("|- ", "`- ", "|  ", "   ")


@click.command(epilog="Example: troubleshoot show home/no-internet")
@tree_argument
@set_option
@click.option(
    "--resolved",
    is_flag=True,
    help="Print the tree as one file, with all that it includes, as YAML or JSON.",
)
@json_option
def command(
    *,
    tree: str,
    variables: tuple[tuple[str, str], ...],
    resolved: bool,
    as_json: bool,
) -> None:
    """
    Show the causes of a tree and how likely each is before the first question.

    TREE is a file or the name of an included tree.
    """
    if resolved:
        whole = file_of(tree)
        click.echo(as_json_file(whole) if as_json else as_yaml(whole), nl=as_json)
        return
    loaded = tree_of(tree)
    loaded = told(loaded, values_of(loaded, variables))
    if as_json:
        click.echo(dumps(shape(loaded)))
    else:
        draw(Terminal(), loaded)


def tops(tree: Tree) -> tuple[str, ...]:
    """The causes and groups that stand under no other."""
    return tuple(each.id for each in tree.causes.values() if each.parent is None)


def shape(tree: Tree) -> dict[str, Any]:
    """The tree of causes as JSON; priors are fractions of 1."""
    return {
        "format": FORMAT,
        "id": tree.id,
        "title": tree.title,
        "symptom": tree.symptom,
        "version": tree.version,
        **({"variables": dict(tree.values)} if tree.values else {}),
        "causes": [cause(tree, each) for each in tops(tree)],
        "unknown": tree.unknown,
        "questions": list(tree.questions),
        "actions": list(tree.actions),
        "titles": {each.id: each.title for each in tree.actions.values()},
    }


def cause(tree: Tree, name: str) -> dict[str, Any]:
    """A cause or a group, with what stands under it."""
    of = tree.causes[name]
    return {
        "id": of.id,
        "title": of.title,
        "prior": of.prior,
        "actions": list(of.actions),
        "causes": [cause(tree, each) for each in of.children],
    }


def draw(terminal: Terminal, tree: Tree) -> None:
    """Print title, symptom, the tree of causes, and what else the tree has."""
    branches = DRAWN if terminal.can("".join(DRAWN)) else TYPED
    terminal.say(tree.title, bold=True)
    terminal.say(tree.symptom)
    terminal.say()
    for before, each in drawn(tree, tops(tree), branches, ""):
        row = f"{each.title} [{each.id}]{helping(tree, each)}"
        terminal.line(row, lead=f"{per_cent(each.prior)}  {before}")
    terminal.line("a cause that is not listed", lead=f"{per_cent(tree.unknown)}  ")
    terminal.say()
    terminal.say(counts(tree))


def helping(tree: Tree, cause: Cause) -> str:
    """What the cause names as its remedies, by title; empty where it names none."""
    titles = "; ".join(tree.actions[each].title for each in cause.actions)
    return f": {titles}" if titles else ""


def per_cent(prior: float) -> str:
    """The prior with one digit, so that rare causes can be told apart."""
    return f"{prior:>7.1%}".replace("%", " %")


def drawn(
    tree: Tree, names: Iterable[str], branches: Branches, before: str
) -> Iterator[tuple[str, Cause]]:
    """Each cause with the branches before it, groups before what is in them."""
    *others, last = names
    for name in (*others, last):
        is_last = name == last
        yield before + (branches.last if is_last else branches.fork), tree.causes[name]
        if children := tree.causes[name].children:
            under = before + (branches.blank if is_last else branches.down)
            yield from drawn(tree, children, branches, under)


def counts(tree: Tree) -> str:
    """How much there is of everything, in one line."""
    causes = counted(len(tree.root_causes), "root cause")
    questions = counted(len(tree.questions), "question")
    return f"{causes}, {questions}, {counted(len(tree.actions), 'action')}."
