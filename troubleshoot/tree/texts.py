"""
Every text of a tree, with whose it is and how it is read, and trees with other texts.

A tree with other texts is the same tree: it decides and believes what the one does that
it was made of, and has its ``id`` and ``fingerprint``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from troubleshoot.text import title_of
from troubleshoot.tree.told import Told
from troubleshoot.tree.tree import Action, Answer, Question, as_reworded

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.source import Path
    from troubleshoot.tree.tree import Tree


Form: TypeAlias = Literal["explains", "tells", "names"]

# How a text is read, by the field that holds it: one that explains is CommonMark, one
# that asks or tells is to the letter but for lists, code and tables, and a name is to
# the letter.
FIELDS: Final[Mapping[str, Mapping[str, Form]]] = {
    "": {
        "title": "names",
        "symptom": "names",
        "about": "explains",
        "sources": "names",
        "verify": "tells",
        "roles": "names",
        "things": "names",
        "variables": "names",
    },
    "causes": {"title": "names", "about": "explains"},
    "questions": {
        "ask": "tells",
        "answers": "names",
        "stop": "tells",
        "why": "explains",
        "how": "explains",
    },
    "setups": {"do": "tells"},
    "actions": {
        "title": "names",
        "do": "tells",
        "verify": "tells",
        "caution": "explains",
        "why": "explains",
        "how": "explains",
    },
    "records": {"title": "names"},
    "watch": {"note": "tells"},
    "escalate": {"to": "names", "bring": "names"},
}

KEYS: Final = {
    "roles": "by",
    "things": "needs",
    "records": "record",
}  # of fields that are called otherwise


@dataclass(frozen=True, slots=True)
class TreeText:
    """
    A text of a tree: where it stands, how it is read, and how it reads.

    ``key`` is ``("questions", "lights", "answers", "green")``, ``("title",)`` or
    ``("escalate", "bring", "0")``: the path in the file, but that a cause stands
    directly under ``causes`` whatever group it is in. An urgent question is under
    ``urgent``.
    """

    key: tuple[str, ...]
    form: Form
    text: str


def texts(tree: Tree) -> tuple[TreeText, ...]:
    """
    The texts of the tree that are not empty, in the order of its parts, as written.

    Names of variables stand in them in braces. Ranges are not among them, as they are
    numbers.
    """
    found: list[TreeText] = []

    def noted(it: TreeText) -> str:
        found.append(it)
        return it.text

    reworded(tree, noted)
    return tuple(found)


def reworded(tree: Tree, say: Callable[[TreeText], str]) -> Tree:
    """
    The tree in which each text reads as ``say`` says; the same one if all read alike.

    An empty text is not asked for, and stays empty. Texts are as they are written, with
    names of variables in braces, in the tree that is returned too, so that
    ``variables.told`` puts values in afterwards.

    >>> from troubleshoot.tree.load import load
    >>> tree = load("home/no-internet")
    >>> loud = reworded(tree, lambda it: it.text.upper())
    >>> loud.title, loud == tree
    ('NO INTERNET AT HOME', True)
    """
    tree = tree.written
    every = _every(tree, partial(_illustrated, say))
    return as_reworded(tree, every) if every else tree


def rewritten(tree: Tree, say: Callable[[TreeText], str]) -> Tree:
    """The same of a tree that is still being made, which is no other one then."""
    every = _every(tree, say)
    return replace(tree, **every) if every else tree


def _illustrated(say: Callable[[TreeText], str], it: TreeText) -> str:
    """What is said in place of a text has its images."""
    said, images = say(it), getattr(it.text, "images", None)
    if not images or isinstance(said, Told):
        return said
    return Told(said, None, images, explains=it.form == "explains")


def _every(tree: Tree, say: Callable[[TreeText], str]) -> dict[str, Any]:
    """The fields of the tree in which a text is another one, with these texts."""
    every = _changes(tree, (), FIELDS[""], say)

    def inherited(it: TreeText) -> str:
        """An action that asks what the tree asks goes on asking that."""
        if it.key[2:] == ("verify",) and it.text == tree.verify:
            verify: str = every.get("verify", it.text)
            return verify
        return say(it)

    for room in ("causes", "questions", "setups", "actions", "records"):
        was = getattr(tree, room)
        told = inherited if room == "actions" else say
        now = {id: _part(each, room, told) for id, each in was.items()}
        if not _is_same(now, was):
            every[room] = now
    for room in ("watch", "escalate"):
        part = getattr(tree, room)
        if changes := _changes(part, (room,), FIELDS[room], say):
            every[room] = replace(part, **changes)
    return every


def _part(it: Any, room: str, say: Callable[[TreeText], str]) -> Any:  # noqa: ANN401
    """The part with other texts."""
    urgent = isinstance(it, Question) and it.is_urgent
    key = ("urgent" if urgent else KEYS.get(room, room), it.id)
    fields = FIELDS[room]
    untitled = isinstance(it, Action) and it.title == title_of(it.do)
    if untitled:  # its title is a part of what it tells, and follows from that
        fields = {name: form for name, form in fields.items() if name != "title"}
    changes = _changes(it, key, fields, say)
    if changes and untitled:
        changes["title"] = ""
    return replace(it, **changes) if changes else it


def _changes(
    it: Any,  # noqa: ANN401 - a tree or a part of one
    key: tuple[str, ...],
    fields: Mapping[str, Form],
    say: Callable[[TreeText], str],
) -> dict[str, Any]:
    """The fields whose texts read otherwise, as they read."""
    found = {}
    for name, form in fields.items():
        was = getattr(it, name)
        at = TreeText((*key, KEYS.get(name, name)), form, "")
        now = _said(was, at, say)
        if not _is_same(now, was):
            found[name] = now
    return found


def _is_same(now: Any, was: Any) -> bool:  # noqa: ANN401 - of a field
    """
    Whether it holds the very texts, or things that do.

    Texts that are equal may still have other images, or other values in them.
    """
    match was:
        case Mapping():
            return all(now[id] is each for id, each in was.items())
        case ((_, _), *_):
            return all(one[0] is two[0] for one, two in zip(now, was, strict=True))
        case tuple():
            return all(one is two for one, two in zip(now, was, strict=True))
    return now is was


def _said(was: Any, at: TreeText, say: Callable[[TreeText], str]) -> Any:  # noqa: ANN401
    """The value of a field, which may hold several texts, with the texts said."""
    match was:
        case str():
            return say(replace(at, text=was)) if was else was
        case Answer():  # a range is no text
            text = was.text if was.range else _said(was.text, at, say)
            return was if text is was.text else replace(was, text=text)
        case Mapping():
            return {id: _said(x, _below(at, id), say) for id, x in was.items()}
        case (Answer(), *_):
            return tuple(_said(x, _below(at, x.id), say) for x in was)
        case ((_, _), *_):  # sources, each with its address
            return tuple(
                (_said(title, _below(at, str(i), "title"), say), url)
                for i, (title, url) in enumerate(was)
            )
    return tuple(_said(x, _below(at, str(i)), say) for i, x in enumerate(was))


def _below(at: TreeText, *key: str) -> TreeText:
    return replace(at, key=(*at.key, *key))


def path_of(
    key: tuple[str, ...], complaints: Complaints, causes: Mapping[str, Path]
) -> Path:
    """Where a text stands in the file."""
    match key:
        case ("causes", id, *rest):
            return (*causes[id], *rest)
        case ("sources", number, name):
            return ("sources", int(number), name)
        case ("escalate", "bring", number):
            return complaints.item(("escalate", "bring"), int(number))
    return key
