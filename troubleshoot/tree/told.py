"""
A text as it is told: with values for the names in braces, and the images that it names.

``{model}`` stands for a value, ``{{`` and ``}}`` for a brace. Between backticks, and in
blocks of code, nothing but ``{model}`` and ``{{model}}`` is read, since braces have a
meaning of their own there; after a dollar sign it never is.

A value is put in once, and is plain text wherever it stands: what looks like markup or
like another name in it is shown as it is. For that a text remembers how it was written,
and is read as blocks before the values are put in.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

from troubleshoot.tree.read_only import ReadOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from troubleshoot.tree.images import ImageFile


NO_IMAGES: Final[Mapping[str, ImageFile]] = ReadOnly()
NAME: Final = r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*"
IN_WORDS: Final = re.compile(rf"(\{{\{{)|(\}}\}})|(?<!\$)\{{({NAME})\}}")
IN_CODE: Final = re.compile(rf"(?<!\{{)\{{(\{{{NAME}\}})\}}()|(?<![$])\{{({NAME})\}}")
MARKUP: Final = re.compile(r"[\\*_\[\]<>&|~]")  # of CommonMark, wherever it stands
BRACE: Final = re.compile("[{}]")
OPENING: Final = re.compile(r"^(\d*)([-+=#.)])")  # where a line begins
CODE: Final = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|^(?: {4}|\t)[^\n]*", re.MULTILINE | re.DOTALL
)
# As CommonMark writes braces in an address.
IN_ADDRESS: Final = re.compile(rf"%7B({NAME})%7D")


class Told(str):
    """
    A text with its values put in and its images, which knows how it was written.

    A text like others, but for those who read it as blocks. ``values`` are None where a
    brace is a brace; ``images`` are those that it may name. In a text that
    ``explains``, which is CommonMark also for whoever reads the text alone, values are
    escaped.
    """

    __slots__ = ("explains", "images", "values", "written")

    explains: bool
    images: Mapping[str, ImageFile]
    values: Mapping[str, str] | None
    written: str

    def __new__(
        cls,
        written: str,
        values: Mapping[str, str] | None,
        images: Mapping[str, ImageFile],
        *,
        explains: bool = False,
    ) -> Self:
        """The text as it reads."""
        told = super().__new__(cls, _read(written, values, explains=explains))
        told.written, told.values, told.images = written, values, images
        told.explains = explains
        return told

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.written, self.values, self.images, self.explains)


def _again(*args: Any) -> Told:  # noqa: ANN401 - as a text was sent
    return Told(*args[:3], explains=args[3])


def escaped(value: str) -> str:
    """The value as CommonMark, wherever it stands in a paragraph."""
    return OPENING.sub(r"\1\\\2", MARKUP.sub(r"\\\g<0>", value))


def _read(written: str, values: Mapping[str, str] | None, *, explains: bool) -> str:
    """The text as it reads where nobody reads blocks."""
    if values is None:
        return written
    in_words = {x: escaped(values[x]) for x in values} if explains else values
    return _by_code(
        written,
        lambda words: put_in(words, in_words),
        lambda code: put_in(code, values, code=True),
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
