"""``troubleshoot run``: lead from the symptom to the cause."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from troubleshoot.cli import path, session_text
from troubleshoot.cli.answers_file import play, prepared
from troubleshoot.cli.choose import tree_to_run
from troubleshoot.cli.conversation import talk
from troubleshoot.cli.json_out import dumps
from troubleshoot.cli.next import with_fact
from troubleshoot.cli.options import (
    DEFAULT,
    by_name,
    check_at_hand,
    json_option,
    root_option,
    session_options,
    strategy_option,
    tree_of,
    values_of,
    wording_options,
)
from troubleshoot.cli.parameters import FileName, TreeName
from troubleshoot.cli.prompt import Stopped
from troubleshoot.cli.refused import PROBLEMS, Refused, wrong_options, wrong_usage
from troubleshoot.cli.session_file import Kept
from troubleshoot.cli.several import as_facts
from troubleshoot.cli.terminal import Terminal
from troubleshoot.session import begin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.cli.answers_file import Reply
    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree


EPILOG = """\
Example: troubleshoot run home/no-internet --fact other-devices=no

The end of the input stops a run as 'q' does: what was answered is saved, and the exit
code is 0, or 1 if the last line was no answer.
"""


@click.command(epilog=EPILOG)
@click.argument("tree", metavar="[TREE]", required=False, type=TreeName())
@root_option
@click.option(
    "--answers",
    type=FileName(),
    metavar="FILE",
    help="Play a prepared run: a YAML file with 'question: answer' and "
    "'action: yes' or 'no'. What is not in it is not known.",
)
@click.option(
    "--session",
    "file",
    type=FileName(),
    metavar="FILE",
    help="Keep the session in this file, also when it is finished.  "
    "[default: <tree id>.session.json here, until it is finished]",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Begin anew. A saved session of this tree is lost with the first answer.",
)
@session_options
@wording_options
@strategy_option
@json_option
def command(
    *,
    tree: str | None,
    answers: str | None,
    file: str | None,
    fresh: bool,
    facts: tuple[tuple[str, str], ...],
    by: tuple[str, ...] | None,
    has: tuple[str, ...] | None,
    variables: tuple[tuple[str, str], ...],
    language: str | None,
    audience: str | None,
    strategy: str | None,
    as_json: bool,
) -> None:
    """
    Lead from the symptom to its cause, one question at a time.

    TREE is a file or the name of an included tree, or else what is wrong in the
    customer's words: then the trees that fit best are offered. Without it the
    customer is asked. The session is saved after every answer; the same command goes
    on from there. With --json the result is printed on standard output and the talk
    on standard error.
    """
    terminal = Terminal(err=as_json)
    tree = tree_to_run(terminal, tree)
    loaded = tree_of(tree)
    check_at_hand(loaded, by, has)
    known = Known(
        by_name(facts, "--fact"),
        by,
        has,
        values_of(loaded, variables),
        strategy,
        language,
        audience,
    )
    script = prepared(answers, loaded) if answers is not None else None
    keeper = kept(loaded, file, script)
    lasting = file is not None
    saved = None if fresh else resumed(keeper, loaded, lasting=lasting)
    if saved is None:
        session = begun(loaded, known)
    else:
        session = with_facts(turned(saved, known), known.facts)
    terminal = replace(terminal, words=session.tree.words)
    session_text.begin(terminal, session.tree)
    tell_missing(terminal, session)
    if saved is not None and keeper is not None:
        greet(terminal, saved, known, keeper)
    book = Book(terminal, session, keeper, lasting=lasting, saved=saved)
    hint = " ".join(["troubleshoot run", *map(shlex.quote, again(tree, file))])
    code = talked(book, hint) if script is None else played(book, script)
    if as_json:
        click.echo(dumps(result(book.session)))
    raise click.exceptions.Exit(code)


def again(tree: str, file: str | None) -> list[str]:
    """The arguments that go on with a saved session."""
    return [tree] if file is None else [tree, "--session", file]


def kept(
    tree: Tree, file: str | None, script: Mapping[str, Reply] | None
) -> Kept | None:
    """The file to keep the session in; a prepared run has none by default."""
    if file is None and script is not None:
        return None
    return Kept(file if file is not None else f"{tree.id}.session.json")


@dataclass(frozen=True)
class Known:
    """What the command line says about the session before it begins."""

    facts: Mapping[str, str]
    by: tuple[str, ...] | None
    has: tuple[str, ...] | None
    variables: Mapping[str, str]
    strategy: str | None
    language: str | None = None
    audience: str | None = None


@dataclass
class Book:
    """
    The session as it stands, and the file that it is kept in.

    ``saved`` is the session that the file holds; None as long as that is another, or
    none. A file that is not ``lasting`` goes when the session is finished. ``spoilt``
    tells why the file could not be written.
    """

    terminal: Terminal
    session: Session
    kept: Kept | None
    lasting: bool
    saved: Session | None
    spoilt: str = ""
    wrote: bool = False

    def keep(self, session: Session) -> None:
        """Take note of the session, and write what is new; a failure is said once."""
        self.session = session
        if self.kept is None or self.spoilt or session == self.saved:
            return
        self._write(self.kept, session)

    def settle(self) -> None:
        """Write also where the session stands, for those who replay it."""
        if self.kept is None or self.spoilt or not self.wrote:
            return
        self.session.next_step()
        self._write(self.kept, self.session)

    def _write(self, kept: Kept, session: Session) -> None:
        try:
            if self.saved is None and (aside := kept.set_aside(self.session.tree)):
                moved = self.terminal.words("run_moved_aside", file=aside.name)
                self.terminal.say(moved, dim=True)
            kept.keep(session)
            self.saved, self.wrote = session, True
        except OSError as error:
            self.spoilt = error.strerror or str(error)
            words = self.terminal.words
            warning = words("run_not_saved", file=kept.name, why=self.spoilt)
            self.terminal.say(warning, fg="yellow")

    def close(self) -> None:
        """What happens to the file at the end of the session."""
        if self.lasting:
            self.keep(self.session)  # facts alone may have led to the end
            self.settle()
        if self.kept is None or self.spoilt:
            return
        if self.lasting:
            kept = self.terminal.words("run_kept", file=self.kept.name)
            self.terminal.say(kept, dim=True)
            return
        if self.saved is not None and self.session.next_step().kind != "fixed":
            self.terminal.say(self.terminal.words.run_not_kept, dim=True)
        self.kept.remove()


def begun(tree: Tree, known: Known) -> Session:
    """A new session with what is known."""
    with wrong_options():
        strategy = known.strategy or DEFAULT
        return begin(
            tree,
            as_facts(tree, known.facts),
            by=known.by,
            has=known.has,
            variables=known.variables,
            strategy=strategy,
            language=known.language,
            audience=known.audience,
        )


def turned(saved: Session, known: Known) -> Session:
    """The saved session in the words that are asked for, or in its own."""
    with wrong_options():
        return saved.in_language(known.language, audience=known.audience)


def tell_missing(terminal: Terminal, session: Session) -> None:
    """Say that not all texts are in the language of the session."""
    tree = session.tree
    if missing := tree.wording(tree.language, audience=tree.audience).missing:
        told = terminal.words("run_not_translated", count=len(missing))
        terminal.say(told, dim=True)


def resumed(kept: Kept | None, tree: Tree, *, lasting: bool) -> Session | None:
    """The saved session; a finished one only from a file that is to last."""
    saved = None if kept is None else kept.resumed(tree)
    over = saved is not None and saved.next_step().is_end and not lasting
    return None if over else saved


def greet(terminal: Terminal, saved: Session, known: Known, kept: Kept) -> None:
    """Say that a saved session goes on, and what was said in it."""
    terminal.say()
    terminal.say(terminal.words("run_going_on", file=kept.name), bold=True)
    then = session_text.reworded(saved)
    if kept.is_outdated(saved.tree):
        session_text.edited(terminal, saved, known=then.values())
        terminal.say(terminal.words.run_said_so_far)
    session_text.so_far(terminal, saved, then)
    for option, wanted, has in (
        ("--by", known.by, saved.options.by),
        ("--has", known.has, saved.options.has),
        ("--set", known.variables or None, saved.options.variables),
        ("--strategy", known.strategy, saved.options.strategy),
    ):
        if wanted not in (None, has):
            terminal.say(terminal.words("run_only_fresh", option=option), fg="yellow")


def with_facts(session: Session, facts: Mapping[str, str]) -> Session:
    """The session with these answers, where they are new to it."""
    with wrong_usage("--fact"):
        for name, said in facts.items():
            after = with_fact(session, name, said)
            acted = name not in session.tree.questions
            if acted or path.reply(after, name) != path.reply(session, name):
                session = after
    return session


def talked(book: Book, hint: str) -> int:
    """Talk to the end or to a stop; the exit code."""
    try:
        talk(book.terminal, book.session, book.keep)
    except KeyboardInterrupt:
        book.terminal.say()
        farewell(book, hint)
        raise
    except Stopped as stop:
        farewell(book, hint)
        if stop.why:
            raise Refused(stop.why) from None
    else:
        book.close()
    return PROBLEMS if book.spoilt else 0


def played(book: Book, script: Mapping[str, Reply]) -> int:
    """Play a prepared run; the exit code."""
    session = play(book.terminal, book.session, script)
    book.keep(session)
    book.close()
    return PROBLEMS if book.spoilt else 0


def farewell(book: Book, hint: str) -> None:
    """Save what was said, and say how to go on."""
    if not path.path(book.session):
        book.terminal.say(book.terminal.words.run_nothing_saved)
        return
    book.keep(book.session)
    book.settle()
    if book.kept is not None and not book.spoilt:
        saved = book.terminal.words("run_saved", file=book.kept.name)
        book.terminal.say(saved)
        book.terminal.line(hint)


def result(session: Session) -> dict[str, Any]:
    """The situation at the end, and the path that led there, private answers masked."""
    moves = [path.masked(session.tree, x)._asdict() for x in path.path(session)]
    return session.to_dict() | {"path": moves}
