"""What is to be rendered, by the options of the command line, or why it cannot be."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from troubleshoot.cli import publish
from troubleshoot.cli.check import tree_files
from troubleshoot.cli.options import by_name, check_at_hand, refuse_unknown, tree_of
from troubleshoot.cli.publish import Sheets, Source
from troubleshoot.cli.refused import WRONG_USAGE, Refused, wrong_options
from troubleshoot.cli.replay import session_files
from troubleshoot.rendering.formats import Layout, Look
from troubleshoot.rendering.site import SUFFIXES, TABLES, stems
from troubleshoot.session import begin
from troubleshoot.tree.load import examine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from troubleshoot.cli.publish import Reader
    from troubleshoot.cli.terminal import Line
    from troubleshoot.rendering.pages import Form, Paper
    from troubleshoot.session.plan import Goal


FORMS: Final[Mapping[str, Form]] = {"sheet": "sheet", "table": "table"}
ALL: Final = "all"
CLICKED: Final = "interactive"
# Options of which a page to click through knows nothing.
PRINTED: Final = frozenset({"--goal", "--paper", "--steps", "--date"})
# Options of which a session knows nothing.
SHEET_OPTIONS: Final = frozenset(
    {"--goal", "--paper", "--steps", "--date", "--fact", "--by", "--has", "--watch"}
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The options, parsed; ``said`` are those that stand on the command line."""

    trees: tuple[str, ...]
    folder: Path | None
    formats: tuple[str, ...]
    form: str
    goal: Goal
    paper: Paper
    steps: int
    date: str
    language: str
    templates: Path | None
    tree: str | None
    watch: bool
    facts: tuple[tuple[str, str], ...]
    by: tuple[str, ...] | None
    has: tuple[str, ...] | None
    as_json: bool
    said: frozenset[str]

    @property
    def of_trees(self) -> bool:
        """Whether runbooks are wanted, and not what came of sessions."""
        return self.form in FORMS

    @property
    def has_index(self) -> bool:
        """Whether there may be more than one tree to choose from."""
        return self.of_trees and (len(self.trees) > 1 or self.has_folders)

    @property
    def has_folders(self) -> bool:
        """Whether a folder is among what is named."""
        return any(map(os.path.isdir, self.trees))

    def sources(self) -> list[Source]:
        """The files that are named, and those in folders, each once."""
        within = tree_files if self.of_trees else session_files
        files = list(dict.fromkeys(x for each in self.trees for x in within(each)))
        pairs = zip(files, stems(files), strict=True)
        return [Source(file, stem) for file, stem in pairs]


def reader(wish: Wish, line: Line) -> Reader:
    """How each file is opened; ``Refused`` if what is wished for does not fit."""
    _refuse_contradictions(wish)
    return sheets(wish, line) if wish.of_trees else _cases(wish)


def refuse(message: str) -> NoReturn:
    """End with wrong usage."""
    raise Refused(message, code=WRONG_USAGE)


def _refuse_contradictions(wish: Wish) -> None:
    if wish.watch and wish.as_json:
        refuse("--json is said once, and --watch goes on: leave one of them out.")
    for option, asked in (("--watch", wish.watch), ("--json", wish.as_json)):
        if asked and wish.folder is None:
            refuse(f"{option} is for pages in a folder: add --to.")
    if wish.folder is None and "pdf" in wish.formats and sys.stdout.isatty():
        refuse("a PDF is nothing to read on a terminal: add --to.")
    for option in sorted(wish.said & PRINTED) if wish.formats == (CLICKED,) else ():
        refuse(f"{option} is for pages of steps; the {CLICKED} page asks by itself.")
    of_other = publish.OPTIONS if wish.of_trees else SHEET_OPTIONS
    for option in sorted(wish.said & of_other):
        forms = publish.FORMS if wish.of_trees else FORMS
        wanted = " or ".join(f"--form {each}" for each in forms)
        refuse(f"{option} is for {wanted}.")


# Trees.


def sheets(wish: Wish, line: Line) -> Sheets:
    """How trees are opened."""
    for name in wish.trees:
        if name.endswith((".json", ".journal")):
            refuse(f"'{name}' looks like a saved session: add --form transcript.")
        refuse_unknown(name)
    form = FORMS[wish.form]
    known = TABLES if form == "table" else tuple(SUFFIXES)
    facts = by_name(wish.facts, "--fact")
    _refuse_unfit(wish, facts)
    layout = Layout(
        goal=wish.goal, facts=facts, by=wish.by, has=wish.has, steps=wish.steps
    )
    return Sheets(
        formats=_formats(wish, known),
        language=wish.language,
        templates=wish.templates,
        layout={**layout, "progress": line.searched},
        look=Look(paper=wish.paper, form=form, date=wish.date),
    )


def _refuse_unfit(wish: Wish, facts: Mapping[str, str]) -> None:
    """Refuse facts and people that a tree does not know, before anything is written."""
    if not (facts or wish.by or wish.has):
        return
    for source in wish.sources():
        tree, _ = examine(source.file)
        if tree is not None:
            check_at_hand(tree, wish.by, wish.has)
            with wrong_options(f" for {source.file}"):
                begin(tree, facts, by=wish.by, has=wish.has)


def _formats(wish: Wish, known: Sequence[str]) -> tuple[str, ...]:
    """The formats that are wished for; all are those that there are for the form."""
    if ALL in wish.formats:
        return tuple(known)
    for each in wish.formats:
        if each not in known:
            listed = ", ".join(known)
            refuse(f"--form {wish.form} has no format '{each}'; it has {listed}.")
    return wish.formats


# Sessions.


def _cases(wish: Wish) -> publish.Cases:
    """How sessions are opened."""
    tree = None if wish.tree is None else tree_of(wish.tree)
    if tree is None and wish.form == "transcript":
        refuse(f"a transcript takes the texts of a tree: {publish.NEEDS_TREE}.")
    return publish.Cases(
        form=wish.form,
        formats=_formats(wish, tuple(publish.SUFFIXES)),
        tree=tree,
        language=wish.language,
        templates=wish.templates,
    )
