"""Saved sessions and hand-offs as documents: the transcript, or the hand-off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from troubleshoot.cli.edition import Opened, Source
from troubleshoot.cli.replay import text_of
from troubleshoot.errors import SessionError
from troubleshoot.runbook import render
from troubleshoot.runbook.shelf import Page
from troubleshoot.session import HandOff, resume

if TYPE_CHECKING:
    from pathlib import Path

    from troubleshoot.runbook.words import Language
    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree

FORMS: Final = ("transcript", "hand-off")
SUFFIXES: Final = {"html": ".html", "markdown": ".md", "text": ".txt", "json": ".json"}
OPTIONS: Final = frozenset({"--tree"})  # of which a runbook knows nothing
NEEDS_TREE: Final = "add --tree with the tree of the session"


@dataclass(frozen=True)
class Cases:
    """How a file with a session or a hand-off is opened."""

    form: str
    formats: tuple[str, ...]
    tree: Tree | None
    language: Language
    templates: Path | None

    def __call__(self, source: Source) -> Opened:
        """The pages of one file."""
        value = self._value(source.file)
        fixed = {"language": self.language, "templates": self.templates}
        return Opened(
            tuple(
                Page(
                    to,
                    f"{source.stem}.{self.form}{SUFFIXES[to]}",
                    partial(render, value, to, **fixed),
                )
                for to in self.formats
            )
        )

    def _value(self, file: str) -> Session | HandOff:
        """What is rendered: a hand-off holds all its texts, the rest needs a tree."""
        text = text_of(file)
        if self.tree is not None:
            session = resume(self.tree, text)
            return session.hand_off() if self.form == "hand-off" else session
        try:
            return HandOff.from_json(text)
        except SessionError as error:
            message = f"{error}\nIf it is a saved session, {NEEDS_TREE}."
            raise SessionError(message) from error
