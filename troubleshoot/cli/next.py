"""``troubleshoot next``: what to do next, without a conversation."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from troubleshoot.cli import session_text
from troubleshoot.cli.json_out import dumps
from troubleshoot.cli.options import (
    DEFAULT,
    Pair,
    by_name,
    check_at_hand,
    json_option,
    session_options,
    strategy_option,
    tree_argument,
    tree_of,
    values_of,
    wording_options,
)
from troubleshoot.cli.parameters import FileName
from troubleshoot.cli.refused import WRONG_USAGE, Refused, wrong_options, wrong_usage
from troubleshoot.cli.session_file import decoded, read
from troubleshoot.cli.several import as_fact, as_facts
from troubleshoot.cli.terminal import CHOOSING, ProgressLine, Terminal
from troubleshoot.errors import SessionError
from troubleshoot.session import begin, resume
from troubleshoot.session.answers import outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree


Pairs: TypeAlias = "Sequence[tuple[str, str]]"
Values: TypeAlias = "Mapping[str, str]"
InTurn: TypeAlias = "Sequence[tuple[str, Values]]"
WORKED = {"yes": True, "no": False}
OPTIONS = {"facts": "--fact", "tried": "--tried"}
TYPED = f"{__name__}.typed"


class InOrder(click.Command):
    """A command that keeps the names of its options in the order they are typed in."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and leave the names under ``TYPED`` in ``ctx.meta``."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[TYPED] = [each.name for each in order]
        return super().parse_args(ctx, args)


@click.command(
    cls=InOrder,
    epilog="Example: troubleshoot next home/no-internet --fact other-devices=no --json",
)
@tree_argument
@session_options
@wording_options
@click.option(
    "--tried",
    type=Pair(),
    multiple=True,
    metavar="ACTION=yes|no",
    help="An action that was tried, and whether it worked; the facts after it "
    "were seen after it. Can be repeated.",
)
@strategy_option
@click.option(
    "--session",
    "file",
    type=FileName(),
    metavar="FILE",
    help="Go on from a saved session, which is only read.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    tree: str,
    facts: tuple[tuple[str, str], ...],
    by: tuple[str, ...] | None,
    has: tuple[str, ...] | None,
    variables: tuple[tuple[str, str], ...],
    tried: tuple[tuple[str, str], ...],
    strategy: str | None,
    file: str | None,
    language: str | None,
    audience: str | None,
    as_json: bool,
) -> None:
    """
    Say what to do next, given what is known.

    Nothing is remembered between two calls: each names all that is known, in the
    order in which it came about. An action can make earlier answers outdated; a
    --fact that follows its --tried is an answer from afterwards. TREE is a file or
    the name of an included tree.
    """
    loaded = tree_of(tree)
    check_at_hand(loaded, by, has)
    known, later = in_order(ctx.meta[TYPED], facts, tried)
    with wrong_options(), ProgressLine(CHOOSING):
        session = opened(
            loaded,
            file,
            known,
            by=by,
            has=has,
            variables=values_of(loaded, variables),
            strategy=strategy,
        ).in_language(language, audience=audience)
        for option, said in later:
            session = after(session, option, said)
        session.next_step()
    if as_json:
        click.echo(dumps(session.to_dict()))
    else:
        terminal = Terminal(words=session.tree.words)
        if session.carried:
            session_text.edited(terminal, session)
        session_text.advice(terminal, session, session.next_step())


def in_order(typed: Iterable[str], facts: Pairs, tried: Pairs) -> tuple[Values, InTurn]:
    """The facts before any action, then what follows, by option, as it was typed."""
    left = {"facts": iter(facts), "tried": iter(tried)}
    pairs = [(OPTIONS[name], next(left[name])) for name in typed if name in left]
    runs = [
        (option, by_name([pair for _, pair in run], option))
        for option, run in groupby(pairs, key=itemgetter(0))
    ]
    if runs and runs[0][0] == "--fact":
        return runs[0][1], runs[1:]
    return {}, runs


def after(session: Session, option: str, said: Values) -> Session:
    """The session after answers, or after actions that were tried."""
    with wrong_usage(option):
        for name, value in said.items():
            if option == "--fact":
                session = with_fact(session, name, value)
            else:
                session = session.tried(name, fixed=worked(name, value))
    return session


def with_fact(session: Session, name: str, said: str) -> Session:
    """The session with this answer, or with an action that was tried, if it is new."""
    tree = session.tree
    if name in tree.questions or name not in tree.actions:
        return session.answer(name, as_fact(tree, name, said))
    fixed = outcome(name, said)
    known = (name, "fixed" if fixed else "failed") in session.evidence
    return session if known else session.tried(name, fixed=fixed)


def worked(action: str, said: str) -> bool:
    """Whether the action worked; anything but yes and no is refused."""
    if said not in WORKED:
        message = f"--tried: '{action}' worked, yes or no? '{said}' is neither."
        raise Refused(message, code=WRONG_USAGE)
    return WORKED[said]


def opened(
    tree: Tree,
    file: str | None,
    facts: Values,
    *,
    by: tuple[str, ...] | None,
    has: tuple[str, ...] | None,
    variables: Values,
    strategy: str | None,
) -> Session:
    """A new session with these facts, or the saved one with these answers."""
    if file is None:
        return begin(
            tree,
            as_facts(tree, facts),
            by=by,
            has=has,
            variables=variables,
            strategy=strategy or DEFAULT,
        )
    if by or has or variables or strategy:
        message = (
            "--by, --has, --set and --strategy belong to the saved session; leave them "
            "out."
        )
        raise Refused(message, code=WRONG_USAGE)
    return after(saved(tree, file), "--fact", facts)


def saved(tree: Tree, file: str) -> Session:
    """The session in a file."""
    data = read(Path(file), file)
    if data is None:
        raise Refused(f"{file}: there is no such file.", code=WRONG_USAGE)
    try:
        return resume(tree, decoded(data))
    except SessionError as error:
        raise Refused(f"{file}: {error}") from error
