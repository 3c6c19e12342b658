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
    own = at(source.root, ("actions",)) or ()
    for action in (each for each in tree.actions.values() if each.id in own):
        path = ("actions", action.id)
        if at(source.root, (*path, "title")) is None:
            shown = shortened(action.title, SHOWN)
            source.complain(
                "missing-action-title",
                source.place(path, key=True),
                f"the action '{action.id}' has no title; '{shown}' stands in for it",
                severity="warning",
                fix="give it a 'title' of two to five words.",
            )
