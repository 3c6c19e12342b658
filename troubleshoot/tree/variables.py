"""
Variables: names in braces, for which a text says what they stand for in a session.

Only a tree that declares variables has any: in another one a brace is a brace. How
a name is found in a text, and what becomes of it, is in ``told``.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from troubleshoot.arguments import a_mapping, a_text
from troubleshoot.errors import ArgumentError, UnknownName
from troubleshoot.text import one_line
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.schema import MAX_VALUE
from troubleshoot.tree.texts import path_of, reworded, texts
from troubleshoot.tree.told import BRACE, NO_IMAGES, Told, names
from troubleshoot.tree.tree import as_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.source import Path
    from troubleshoot.tree.texts import TreeText
    from troubleshoot.tree.tree import Tree


REMEMBERED: Final = 16  # trees with values, per tree
MADE: Final = f"{__name__}.told"  # under which they are kept
_lock: Final = Lock()


def told(tree: Tree, values: Mapping[str, str] | None = None) -> Tree:
    """
    The tree with these values in its texts, and else with what it declares.

    What was put in before is forgotten. A tree is made once for the values used last,
    since many sessions share them.
    """
    written = tree.written
    if not written.variables:
        return tree
    every = ReadOnly({**written.variables, **(values or {})})
    key = tuple(every.items())
    with _lock:
        known: OrderedDict[object, Tree] = vars(written).setdefault(MADE, OrderedDict())
        if key not in known:
            known[key] = as_told(
                reworded(written, partial(_said, every)), written, every
            )
        known.move_to_end(key)
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return known[key]


def _said(values: Mapping[str, str], it: TreeText) -> str:
    """A text with values; what is put in does not stand in for itself."""
    written: str = getattr(it.text, "written", it.text)
    if it.key[0] == "variables" or not BRACE.search(written):
        return it.text
    images = getattr(it.text, "images", NO_IMAGES)
    return Told(written, values, images, explains=it.form == "explains")


def given(tree: Tree, values: object) -> Mapping[str, str]:
    """
    What a caller says that variables of the tree stand for, clean and on one line.

    A backtick is an apostrophe then, since backticks set off code.

    Raises:
        UnknownName: the tree does not declare this variable.
        ArgumentError: a value is empty or too long.
        ArgumentTypeError: this is no mapping, or a value no text.
    """
    found = {}
    for name, value in a_mapping({} if values is None else values, "variables").items():
        if name not in tree.variables:
            raise UnknownName("variable", name, tree.variables, few=True)
        found[name] = plain(a_text(value, "variables", f"the value of '{name}'"))
        if not found[name]:
            raise ArgumentError(f"the value of '{name}' is empty", argument="variables")
        if len(found[name]) > MAX_VALUE:
            raise ArgumentError(
                f"the value of '{name}' has more than {MAX_VALUE} characters",
                argument="variables",
            )
    return found


def plain(value: str) -> str:
    """The value as it may stand in any text."""
    return one_line(value).replace("`", "'")


def note_undeclared(
    tree: Tree, complaints: Complaints, causes: Mapping[str, Path]
) -> None:
    """Note each name in a text that no variable has; ``causes`` are their paths."""
    if not tree.variables:
        return
    known = ", ".join(tree.variables)
    for it in texts(tree):
        if it.key[0] == "variables":
            continue
        for name in dict.fromkeys(names(it.text)):
            if name in tree.variables:
                continue
            near = complaints.nearest(name, tree.variables, "unknown-variable")
            meant = f"did you mean '{near[0]}'? The" if near else "the"
            complaints.note(
                "unknown-variable",
                path_of(it.key, complaints, causes),
                f"no variable is called '{name}', which stands here in braces",
                fix=f"{meant} variables are {known}; write '{{{{{name}}}}}' for the "
                "braces themselves.",
            )
