"""``troubleshoot replay``: which saved sessions would end differently now."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click

from troubleshoot.cli.json_out import FORMAT, dumps
from troubleshoot.cli.options import json_option, session_files, tree_argument, tree_of
from troubleshoot.cli.parameters import AnyName, TreeName
from troubleshoot.cli.refused import PROBLEMS, Refused
from troubleshoot.cli.session_file import decoded, read
from troubleshoot.cli.terminal import ProgressLine, Terminal
from troubleshoot.errors import SessionError, TroubleshootError
from troubleshoot.session import Journal
from troubleshoot.session.api import Comparison, compared
from troubleshoot.session.serialize import tree_mark
from troubleshoot.text import counted, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.session.serialize import Outcome
    from troubleshoot.tree.tree import Tree


Verdict: TypeAlias = Literal["same", "differs", "failed"]
COUNTED: Final[dict[Verdict, str]] = {
    "same": "as before",
    "differs": "differently now",
    "failed": "cannot be replayed",
}


@dataclass(frozen=True)
class Case:
    """A file, and what came of the session in it; ``why`` there is no comparison."""

    file: str
    comparison: Comparison | None = None
    why: str = ""

    @property
    def status(self) -> Verdict:
        """Whether it ends as it did."""
        if self.comparison is None:
            return "failed"
        return "same" if self.comparison.is_same else "differs"


@click.command(
    epilog="Example: troubleshoot replay printer.yaml closed-cases/ --before old.yaml"
)
@tree_argument
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=AnyName())
@click.option(
    "--before",
    metavar="TREE",
    type=TreeName(),
    help="The tree of then; how a session stood is worked out with it, and not read "
    "from the file.",
)
@json_option
def command(
    *, tree: str, paths: tuple[str, ...], before: str | None, as_json: bool
) -> None:
    """
    Say which saved sessions end differently on a tree that was edited.

    Each is carried over to the tree, and its replies are played again. TREE is a
    file or the name of an included tree. PATH is a saved session, a hand-off or a
    journal, or a folder, whose *.json and *.journal are all replayed. The exit code
    is 1 if any session ends differently or cannot be replayed.
    """
    loaded = tree_of(tree)
    old = None if before is None else tree_of(before)
    cases = replayed(loaded, session_files(paths), old)
    if as_json:
        click.echo(dumps(shape(loaded, cases)))
    else:
        page(Terminal(), Names(loaded, old), cases)
    if any(each.status != "same" for each in cases):
        raise click.exceptions.Exit(PROBLEMS)


def replayed(tree: Tree, files: Sequence[str], before: Tree | None) -> list[Case]:
    """What comes of each file, one after the other; a bad one stops no other."""
    cases = []
    with ProgressLine() as line:
        for number, file in enumerate(files, start=1):
            line(f"Replaying {number:,} of {len(files):,}: {file}")
            cases.append(case(tree, file, before))
    return cases


def case(tree: Tree, file: str, before: Tree | None) -> Case:
    """What comes of one file."""
    try:
        return Case(file, compared(tree, text_of(file), before))
    except Refused as error:
        return Case(file, why=error.message.removeprefix(f"{file}: "))
    except OSError as error:
        return Case(file, why=error.strerror or str(error))
    except TroubleshootError as error:
        return Case(file, why=str(error))


def text_of(file: str) -> str:
    """The saved session in a file, as text."""
    if file.endswith(".journal"):
        text = Journal.read(file)
        if text is None:
            raise SessionError("the journal is empty")
        return text
    data = read(Path(file), file)
    if data is None:
        raise SessionError("there is no such file")
    return decoded(data)


@dataclass(frozen=True)
class Names:
    """What ids are called, by the tree of now and, failing that, the one of then."""

    tree: Tree
    before: Tree | None

    def outcome(self, outcome: Outcome) -> str:
        """Where a session stands, in a few words."""
        causes = listing([self._cause(each) for each in outcome.causes])
        match outcome.kind:
            case "question":
                return f"asks {self._question(outcome.id)}"
            case "action":
                return f"proposes {self._action(outcome.id)}"
            case "found" | "narrowed":
                return f"{outcome.kind}: {causes}"
        return outcome.kind

    def _cause(self, id: str) -> str:
        found = self._of("causes", id)
        return found.title if found else f"'{id}'"

    def _question(self, id: str) -> str:
        found = self._of("questions", id)
        return f"“{found.ask}”" if found else f"'{id}'"

    def _action(self, id: str) -> str:
        found = self._of("actions", id)
        return f"“{found.title}”" if found else f"'{id}'"

    def _of(self, kind: str, id: str) -> Any:  # noqa: ANN401 - what has this id
        trees = [each for each in (self.tree, self.before) if each is not None]
        return next((x[id] for x in (getattr(t, kind) for t in trees) if id in x), None)


def page(terminal: Terminal, names: Names, cases: Sequence[Case]) -> None:
    """A line for each case with what was left out of it, and a summary."""
    for each in cases:
        terminal.line(f"{each.file}: {verdict(names, each)}")
        for item in each.comparison.carried if each.comparison else ():
            if not item.holds:
                terminal.line(str(item), lead="  - ")
    terminal.say()
    terminal.say(summary(cases), bold=True)


def verdict(names: Names, case: Case) -> str:
    """What came of one case, in a few words."""
    if case.comparison is None:
        return f"cannot be replayed: {case.why}"
    found = case.comparison
    now = names.outcome(found.now)
    fewer = f", after {found.needed} of its {found.given} steps"
    tail = fewer if found.needed < found.given else ""
    if found.is_same:
        return f"as before: {now}{tail}"
    return f"differs: then {names.outcome(found.then)}; now {now}{tail}"


def summary(cases: Sequence[Case]) -> str:
    """One line: how many sessions came to what, and how many steps they needed."""
    counts = Counter(each.status for each in cases)
    parts = [f"{counts[each]} {word}" for each, word in COUNTED.items() if counts[each]]
    compared_ = [each.comparison for each in cases if each.comparison]
    needed = sum(each.needed for each in compared_)
    given = sum(each.given for each in compared_)
    fewer = f" The end came after {needed} of {given} steps." * (needed < given)
    return f"{counted(len(cases), 'session')}: {listing(parts)}.{fewer}"


def shape(tree: Tree, cases: Iterable[Case]) -> dict[str, Any]:
    """The cases as JSON, and how many there are of each status."""
    listed = list(cases)
    counts = Counter(each.status for each in listed)
    return {
        "format": FORMAT,
        "tree": asdict(tree_mark(tree)),
        "cases": [case_shape(each) for each in listed],
        "summary": {status: counts[status] for status in COUNTED},
    }


def case_shape(case: Case) -> dict[str, Any]:
    """One case as JSON."""
    found = case.comparison
    return {
        "file": case.file,
        "status": case.status,
        "then": asdict(found.then) if found else None,
        "now": asdict(found.now) if found else None,
        "steps": {"given": found.given, "needed": found.needed} if found else None,
        "carried": [asdict(each) for each in found.carried] if found else [],
        "why": case.why,
    }
