"""
Variables: names in braces, for which a text says what they stand for in a session.

Only a tree that declares variables has any: in another one a brace is a brace. There
``{model}`` stands for a value, ``{{`` and ``}}`` for a brace. Between backticks, and in
blocks of code, nothing but ``{model}`` and ``{{model}}`` is read, since braces have a
meaning of their own there; after a dollar sign it never is.

A value is put in once, and is plain text wherever it stands: what looks like markup or
like another name in it is shown as it is. For that a text remembers how it was written,
and is read as blocks before the values are put in.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

from troubleshoot.arguments import a_mapping, a_text
from troubleshoot.errors import ArgumentError, UnknownName
from troubleshoot.text import one_line
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.schema import MAX_VALUE
from troubleshoot.tree.texts import reworded, texts
from troubleshoot.tree.tree import as_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.source import Path
    from troubleshoot.tree.texts import TreeText
    from troubleshoot.tree.tree import Tree


REMEMBERED: Final = 16  # trees with values, per tree
MADE: Final = f"{__name__}.told"  # under which they are kept
NAME: Final = r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*"
IN_WORDS: Final = re.compile(rf"(\{{\{{)|(\}}\}})|(?<!\$)\{{({NAME})\}}")
IN_CODE: Final = re.compile(rf"(?<!\{{)\{{(\{{{NAME}\}})\}}()|(?<![$])\{{({NAME})\}}")
MARKUP: Final = re.compile(r"[\\*_\[\]<>&|~]")  # of CommonMark, wherever it stands
OPENING: Final = re.compile(r"^(\d*)([-+=#.)])")  # where a line begins
BRACE: Final = re.compile("[{}]")
CODE: Final = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|^(?: {4}|\t)[^\n]*", re.MULTILINE | re.DOTALL
)
# As CommonMark writes braces in an address.
IN_ADDRESS: Final = re.compile(rf"%7B({NAME})%7D")

_lock: Final = Lock()


class Told(str):
    """
    A text with its values put in, which knows how it was written.

    A text like others, but for those who read it as blocks. In one that ``explains``,
    which is CommonMark also for whoever reads the text alone, values are escaped.
    """

    __slots__ = ("explains", "values", "written")

    explains: bool
    values: Mapping[str, str]
    written: str

    def __new__(
        cls, written: str, values: Mapping[str, str], *, explains: bool = False
    ) -> Self:
        """The text as it reads."""
        said = {x: escaped(values[x]) for x in values} if explains else values
        told = super().__new__(cls, _read(written, said, values))
        told.written, told.values, told.explains = written, values, explains
        return told

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.written, self.values, self.explains)


def _again(written: str, values: Mapping[str, str], explains: bool) -> Told:  # noqa: FBT001 - for pickle
    return Told(written, values, explains=explains)


def escaped(value: str) -> str:
    """The value as CommonMark, wherever it stands in a paragraph."""
    return OPENING.sub(r"\1\\\2", MARKUP.sub(r"\\\g<0>", value))


def _read(written: str, values: Mapping[str, str], in_code: Mapping[str, str]) -> str:
    """The text as it reads where nobody reads blocks."""
    return _by_code(
        written,
        lambda words: put_in(words, values),
        lambda code: put_in(code, in_code, code=True),
    )


def put_in(text: str, values: Mapping[str, str], *, code: bool = False) -> str:
    """
    The text with its values, each put in once; an unknown name stays.

    >>> put_in("Is {model} on? {{model}} is one.", {"model": "X1"})
    'Is X1 on? {model} is one.'
    """

    def said(found: re.Match[str]) -> str:
        opened, closed, name = found.groups()
        if name is None:
            return (opened or closed)[: None if code else 1]
        return values.get(name, found[0])

    return (IN_CODE if code else IN_WORDS).sub(said, text)


def put_in_address(address: str, values: Mapping[str, str]) -> str:
    """The address with its values, of which none can lead elsewhere."""

    def said(found: re.Match[str]) -> str:
        known = found[1] in values
        return quote(values[found[1]], safe="") if known else found[0]

    return IN_ADDRESS.sub(said, address)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """
    The text with variables that are called otherwise.

    >>> renamed("Is {model} on, or `{{model}}`?", {"model": "lamp.model"})
    'Is {lamp.model} on, or `{{model}}`?'
    """

    def said(found: re.Match[str]) -> str:
        return f"{{{names[found[3]]}}}" if found[3] in names else found[0]

    return _by_code(text, lambda it: IN_WORDS.sub(said, it), partial(IN_CODE.sub, said))


def as_braces(text: str) -> str:
    """
    The text that reads, in a tree with variables, as this one does in another.

    >>> as_braces("Type {x} or `awk {print}`.")
    'Type {{x}} or `awk {{print}}`.'
    """

    def said(found: re.Match[str]) -> str:
        return f"{{{found[0]}}}" if found[3] else found[0]

    return _by_code(
        text, lambda it: BRACE.sub(r"\g<0>\g<0>", it), partial(IN_CODE.sub, said)
    )


def _by_code(text: str, words: Callable[[str], str], code: Callable[[str], str]) -> str:
    """The text with its words and its code made anew."""
    found: list[str] = []
    end = 0
    for each in CODE.finditer(text):
        found += words(text[end : each.start()]), code(each[0])
        end = each.end()
    return "".join((*found, words(text[end:])))


def names(text: str) -> Iterator[str]:
    """The names in a text, which stand for values."""
    return (found[3] for found in IN_WORDS.finditer(text) if found[3])


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
    return Told(written, values, explains=it.form == "explains")


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
                _path(it.key, complaints, causes),
                f"no variable is called '{name}', which stands here in braces",
                fix=f"{meant} variables are {known}; write '{{{{{name}}}}}' for the "
                "braces themselves.",
            )


def _path(
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
