"""What is to be rendered, by the options of the command line, or why it cannot be."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from troubleshoot.catalogue import known as known_language
from troubleshoot.cli import publish
from troubleshoot.cli.options import (
    SESSIONS,
    by_name,
    check_at_hand,
    refuse_unknown,
    roots,
    session_files,
    tree_files,
    tree_of,
    values_of,
)
from troubleshoot.cli.publish import NamedFile, Sheets
from troubleshoot.cli.refused import WRONG_USAGE, Refused, wrong_options
from troubleshoot.cli.several import as_facts
from troubleshoot.rendering.formats import Layout, Look
from troubleshoot.rendering.site import SUFFIXES, TABLES, stems
from troubleshoot.session import begin
from troubleshoot.tree.load import examine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from troubleshoot.cli.publish import Reader
    from troubleshoot.cli.terminal import ProgressLine
    from troubleshoot.rendering.pages import Form, Paper
    from troubleshoot.session.plan import Goal


FORMS: Final[Mapping[str, Form]] = {"sheet": "sheet", "table": "table"}
ALL: Final = "all"
CLICKED: Final = "interactive"
# Options of which a page to click through knows nothing.
PRINTED: Final = frozenset({"--goal", "--paper", "--steps", "--date"})
# Options of which a session knows nothing.
SHEET_OPTIONS: Final = frozenset(
    {
        "--goal",
        "--paper",
        "--steps",
        "--date",
        "--fact",
        "--by",
        "--has",
        "--set",
        "--watch",
    }
)


@dataclass(frozen=True, kw_only=True)
class RenderOptions:
    """The options, parsed; ``said`` are those that stand on the command line."""

    trees: tuple[str, ...]
    folder: Path | None
    formats: tuple[str, ...]
    form: str
    goal: Goal
    paper: Paper
    steps: int
    date: str
    language: str | None
    audience: str | None
    templates: Path | None
    tree: str | None
    watch: bool
    facts: tuple[tuple[str, str], ...]
    by: tuple[str, ...] | None
    has: tuple[str, ...] | None
    variables: tuple[tuple[str, str], ...]
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

    def sources(self) -> list[NamedFile]:
        """The files that are named, and those in folders, each once."""
        files = (tree_files if self.of_trees else session_files)(self.trees)
        pairs = zip(files, stems(files), strict=True)
        return [NamedFile(file, stem) for file, stem in pairs]


def reader(chosen: RenderOptions, line: ProgressLine) -> Reader:
    """How each file is opened; ``Refused`` if what is wished for does not fit."""
    _refuse_contradictions(chosen)
    return sheets(chosen, line) if chosen.of_trees else _cases(chosen)


def refuse(message: str) -> NoReturn:
    """End with wrong usage."""
    raise Refused(message, code=WRONG_USAGE)


def _refuse_contradictions(chosen: RenderOptions) -> None:
    if chosen.watch and chosen.as_json:
        refuse("--json is said once, and --watch goes on: leave one of them out.")
    for option, asked in (("--watch", chosen.watch), ("--json", chosen.as_json)):
        if asked and chosen.folder is None:
            refuse(f"{option} is for pages in a folder: add --to.")
    if chosen.folder is None and "pdf" in chosen.formats and sys.stdout.isatty():
        refuse("a PDF is nothing to read on a terminal: add --to.")
    for option in sorted(chosen.said & PRINTED) if chosen.formats == (CLICKED,) else ():
        refuse(f"{option} is for pages of steps; the {CLICKED} page asks by itself.")
    of_other = publish.OPTIONS if chosen.of_trees else SHEET_OPTIONS
    for option in sorted(chosen.said & of_other):
        forms = publish.FORMS if chosen.of_trees else FORMS
        wanted = " or ".join(f"--form {each}" for each in forms)
        refuse(f"{option} is for {wanted}.")


def sheets(chosen: RenderOptions, line: ProgressLine) -> Sheets:
    """How trees are opened."""
    for name in chosen.trees:
        if name.endswith(SESSIONS):
            refuse(f"'{name}' looks like a saved session: add --form transcript.")
        refuse_unknown(name)
    form = FORMS[chosen.form]
    known = TABLES if form == "table" else tuple(SUFFIXES)
    facts = by_name(chosen.facts, "--fact")
    _refuse_unfit(chosen, facts)
    layout = Layout(
        goal=chosen.goal,
        facts=facts,
        by=chosen.by,
        has=chosen.has,
        variables=by_name(chosen.variables, "--set"),
        steps=chosen.steps,
    )
    return Sheets(
        formats=_formats(chosen, known),
        language=chosen.language,
        audience=chosen.audience,
        templates=chosen.templates,
        layout={**layout, "progress": line.searched},
        roots=roots(chosen.trees),
        folder=chosen.folder or Path(),
        look=Look(paper=chosen.paper, form=form, date=chosen.date),
    )


def _refuse_unfit(chosen: RenderOptions, facts: Mapping[str, str]) -> None:
    """Refuse facts and people that a tree does not know, before anything is written."""
    foreign = chosen.language is not None and not known_language(chosen.language)
    worded = foreign or chosen.audience
    if not (facts or chosen.by or chosen.has or chosen.variables or worded):
        return
    for source in chosen.sources():
        tree, _ = examine(source.file, roots(chosen.trees))
        if tree is not None:
            check_at_hand(tree, chosen.by, chosen.has)
            values_of(tree, chosen.variables, f" for {source.file}")
            with wrong_options(f" for {source.file}"):
                begin(
                    tree,
                    as_facts(tree, facts),
                    by=chosen.by,
                    has=chosen.has,
                    language=chosen.language,
                    audience=chosen.audience,
                )


def _formats(chosen: RenderOptions, known: Sequence[str]) -> tuple[str, ...]:
    """The formats that are wished for; all are those that there are for the form."""
    if ALL in chosen.formats:
        return tuple(known)
    for each in chosen.formats:
        if each not in known:
            listed = ", ".join(known)
            refuse(f"--form {chosen.form} has no format '{each}'; it has {listed}.")
    return chosen.formats


def _cases(chosen: RenderOptions) -> publish.Cases:
    """How sessions are opened."""
    tree = None if chosen.tree is None else tree_of(chosen.tree)
    if tree is None and chosen.form == "transcript":
        refuse(f"a transcript takes the texts of a tree: {publish.NEEDS_TREE}.")
    return publish.Cases(
        form=chosen.form,
        formats=_formats(chosen, tuple(publish.SUFFIXES)),
        tree=tree,
        language=chosen.language,
        audience=chosen.audience,
        templates=chosen.templates,
    )
