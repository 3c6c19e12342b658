"""Actions that have no title: lists, buttons and diagrams cut one out of their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.text import shortened
from troubleshoot.tree.keys import at

if TYPE_CHECKING:
    from troubleshoot.tree.source import Source
    from troubleshoot.tree.tree import Tree


SHOWN = 60  # characters of what stands in for the title


def titles(tree: Tree, source: Source) -> None:
    """Note every action of a file whose author gives it no title."""
    for action in tree.actions.values():
        path = ("actions", action.id)
        # One with a dot in its id is told of where the file that has it is read, and
        # one that only a cause names has no place of its own.
        own = "." not in action.id and at(source.root, path) is not None
        if own and at(source.root, (*path, "title")) is None:
            shown = shortened(action.title, SHOWN)
            source.complain(
                "missing-action-title",
                source.place(path, key=True),
                f"the action '{action.id}' has no title; '{shown}' stands in for it",
                severity="warning",
                fix="give it a 'title' of two to five words.",
            )
