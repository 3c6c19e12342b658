"""Arguments and options that several verbs share, and what they turn into."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from troubleshoot.catalogue import TAG
from troubleshoot.cli.parameters import FolderName, TreeName, included, short
from troubleshoot.cli.refused import WRONG_USAGE, Refused, wrong_usage
from troubleshoot.cli.terminal import ProgressLine
from troubleshoot.errors import TreeError, UnknownName, did_you_mean, nearest
from troubleshoot.files import is_there
from troubleshoot.text import one_line
from troubleshoot.tree import variables
from troubleshoot.tree.load import linked, load
from troubleshoot.tree.named import included as names
from troubleshoot.tree.named import located
from troubleshoot.tree.overlays import is_overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from troubleshoot.tree.graft import Included
    from troubleshoot.tree.tree import Tree


LONGEST: Final = 200  # characters of a name that may be misspelt
TREES: Final = (".yaml", ".yml")
SESSIONS: Final = (".json", ".journal")
Command = TypeVar("Command", bound="Callable[..., Any]")
# As troubleshoot.session has them, which is too slow to import for a page of help.
STRATEGIES: Final = ("information", "repair", "plan")
DEFAULT: Final = STRATEGIES[0]

ROOTS: Final = "troubleshoot.roots"  # in click's context

root_option = click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="FOLDER",
    type=FolderName(exists=True),
    expose_value=False,
    callback=lambda ctx, _, folders: ctx.meta.update({ROOTS: folders}),
    help="A folder from which a tree may include others, besides its own. Can be "
    "repeated.",
)


def tree_argument(command: Command) -> Command:
    """The one tree that a verb is about, and where it may include from."""
    one = click.argument("tree", metavar="TREE", type=TreeName())
    return one(root_option(command))


def roots(named: Iterable[str] = ()) -> tuple[Path, ...]:
    """Where trees may include from: what was said, and folders that are named."""
    context = click.get_current_context(silent=True)
    said: tuple[Path, ...] = context.meta.get(ROOTS, ()) if context else ()
    # Path refuses a name that holds NUL.
    return *said, *(Path(each) for each in named if os.path.isdir(each))  # noqa: PTH112


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON on standard output."
)

strategy_option = click.option(
    "--strategy",
    type=click.Choice(STRATEGIES),
    metavar="NAME",
    help="How steps are chosen: information, repair or plan.  [default: information]",
)


class Pair(click.ParamType[tuple[str, str]]):
    """A text such as ``lights=green``."""

    name = "name=value"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """The name and the value, both stripped."""
        if isinstance(value, tuple):
            return value
        name, sign, said = one_line(value).partition("=")
        if not sign or not name.strip() or not said.strip():
            expected = (param and param.metavar) or "NAME=VALUE"
            self.fail(f"'{short(value)}' should read {expected}.", param, ctx)
        return name.strip(), said.strip()


set_option = click.option(
    "--set",
    "variables",
    type=Pair(),
    multiple=True,
    metavar="VARIABLE=TEXT",
    help="What a variable of the tree stands for in its texts. Can be repeated.",
)


def session_options(command: Command) -> Command:
    """What is known before the first question."""
    for option in reversed(
        (
            click.option(
                "--fact",
                "facts",
                type=Pair(),
                multiple=True,
                metavar="QUESTION=ANSWER",
                help="An answer that is known already, or what came of an action that "
                "was tried: fixed or failed. Can be repeated.",
            ),
            click.option(
                "--by",
                multiple=True,
                metavar="WHO",
                callback=_lines,
                help="Who takes the steps, such as 'engineer'. Can be repeated.",
            ),
            click.option(
                "--has",
                multiple=True,
                metavar="THING",
                callback=_lines,
                help="What is at hand, such as 'multimeter'. Can be repeated.",
            ),
            set_option,
        )
    ):
        command = option(command)
    return command


class LanguageName(click.ParamType[str]):
    """The name of a language."""

    name = "language"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The name as it is."""
        if not TAG.fullmatch(value):
            self.fail(
                f"'{short(value)}' is no language, such as de or pt-BR.", param, ctx
            )
        return value


def wording_options(command: Command) -> Command:
    """In which words a tree is read."""
    for option in reversed(
        (
            click.option(
                "--language",
                type=LanguageName(),
                metavar="LANGUAGE",
                help="The language of all that is said, such as de.  [default: that of "
                "the tree]",
            ),
            click.option(
                "--audience",
                metavar="AUDIENCE",
                help="Whom the texts of the tree are for, such as customer.",
            ),
        )
    ):
        command = option(command)
    return command


def _lines(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The texts on one line each; None when there are none, for "no matter which"."""
    lines = tuple(one_line(each) for each in texts)
    if not all(lines):
        raise click.BadParameter("it is empty.", ctx, param)
    return lines or None


def by_name(pairs: Sequence[tuple[str, str]], option: str) -> dict[str, str]:
    """The pairs as a mapping; one name with two values is refused."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            # Not what was said: the question may be private.
            message = f"{option}: '{name}' is given twice, with two values"
            raise Refused(message, code=WRONG_USAGE)
    return found


def check_at_hand(
    tree: Tree, by: Sequence[str] | None, has: Sequence[str] | None
) -> None:
    """Refuse what no step of the tree can mean, by the option that says it."""
    # The session room is slow to import, and a page of help does not need it.
    from troubleshoot.session import options  # noqa: PLC0415

    for option, given in (("--by", {"by": by}), ("--has", {"has": has})):
        try:
            options.check_at_hand(tree, given.get("by"), given.get("has"))
        except UnknownName as error:
            needs = f"no step of this tree needs '{error.name}'"
            message = f"{option}: {needs}{error.hint}"
            raise Refused(message, code=WRONG_USAGE) from error


def values_of(
    tree: Tree, pairs: Sequence[tuple[str, str]], where: str = ""
) -> Mapping[str, str]:
    """What variables of the tree stand for, as it is typed."""
    with wrong_usage(f"--set{where}"):
        return variables.given(tree, by_name(pairs, "--set"))


def tree_of(name: str) -> Tree:
    """The tree of a file or of an included tree's name."""
    refuse_unknown(name)
    with ProgressLine(f"Reading {short(name)}"):
        return load(name, roots=roots())


def file_of(name: str) -> Included:
    """The same with its file, as far as it can be used."""
    refuse_unknown(name)
    with ProgressLine(f"Reading {short(name)}"):
        main, *_ = linked(name, roots())
    if main.tree is None:
        raise TreeError(main.source.problems)
    return main


def refuse_unknown(name: str) -> None:
    """Refuse what is neither a file or folder nor an included tree."""
    if not is_there(name) and not is_name(name):
        raise Refused(no_tree(name), code=WRONG_USAGE)


def is_name(name: str) -> bool:
    """Whether an included tree or a pack's has this name; a broken pack says later."""
    try:
        return located(name) is not None
    except OSError:
        return True


def no_tree(name: str) -> str:
    """That nothing has this name, and what to type instead."""
    if len(name.split()) > 1 and not name.endswith(TREES):
        return (
            f"'{short(name)}' is no tree: name a file, or an included tree that fits "
            f"the complaint; {included()}."
        )
    hint = did_you_mean(nearest(name[:LONGEST], names())) or f"; {included()}"
    return f"there is no tree file '{short(name)}', nor an included tree{hint}"


def tree_files(names: Iterable[str]) -> list[str]:
    """What is named, trees in folders and below them one by one; each file once."""
    return [*dict.fromkeys(x for name in names for x in _within(name, TREES))]


def session_files(names: Iterable[str]) -> list[str]:
    """The same of saved sessions, hand-offs and journals, which are all files."""
    return [*dict.fromkeys(x for name in names for x in _within(name, SESSIONS))]


def _within(name: str, endings: tuple[str, str]) -> list[str]:
    """The file itself, or the files of a folder and the folders in it, sorted."""
    if endings == SESSIONS and not os.path.lexists(name):
        message = f"there is no file or folder '{name}'."
        raise Refused(message, code=WRONG_USAGE)
    if not os.path.isdir(name):  # noqa: PTH112 - Path refuses a name that holds NUL
        return [name]
    within = [
        str(Path(folder, file))
        for folder, _, files in os.walk(name)
        for file in files
        if file.endswith(endings) and not is_overlay(Path(folder, file))
    ]
    if not within:
        kinds = " or ".join(f"*{each}" for each in endings)
        message = f"there is no {kinds} in the folder '{name}'."
        raise Refused(message, code=WRONG_USAGE)
    return sorted(within)
