"""
Translations on their way: texts of a tree as a file to fill in, and back.

A file of texts as YAML is what stands beside a tree. As gettext (``.po``) it is what
translators work with: the context of an entry says where its text stands, what is fuzzy
is stale, and the reference names the line of the tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from troubleshoot.errors import ArgumentError, RenderError
from troubleshoot.tree.load import linked
from troubleshoot.tree.overlays import SUFFIX, Overlay
from troubleshoot.tree.source import Source
from troubleshoot.tree.tree import groups_above
from troubleshoot.tree.wordings import (
    Said,
    Translation,
    a_language,
    an_audience,
    every_text,
    mark,
    spread,
    texts_of,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

    from troubleshoot.tree.source import Path as Where
    from troubleshoot.tree.tree import Tree
    from troubleshoot.tree.wordings import Key

PO: Final = ".po"
UNKNOWN: Final = "00000000"  # the mark of a source that nobody knows any more
MARKED: Final = re.compile(r"of: ([0-9a-f]{8})")
HEAD: Final = """\
# Texts of {tree}: {words}.
# Each stands for the text of the tree that 'of' is a mark of, and is written here as it
# reads there where it is missing or has changed since.
"""


@dataclass(frozen=True, slots=True)
class ToTranslate:
    """All texts of a tree in the words of a language, an audience, or both, so far."""

    tree: str
    language: str
    audience: str
    texts: tuple[Translation, ...]

    @property
    def name(self) -> str:
        """What the file of these texts is called beside that of the tree."""
        parts = (self.tree, self.language, self.audience)
        return ".".join(each for each in parts if each) + SUFFIX


def to_translate(tree: Tree, language: str = "", audience: str = "") -> ToTranslate:
    """
    The texts of a tree with what stands for them so far.

    Raises:
        ArgumentError: neither a language nor an audience is named, or this is none.
        TreeError: the file of texts beside the tree is broken.
    """
    if not language and not audience:
        raise ArgumentError(
            "other words are of a language, of an audience, or of both",
            argument="language",
        )
    found = every_text(
        tree, language and a_language(language), audience and an_audience(audience)
    )
    stem = Path(tree.original.file).stem
    return ToTranslate(stem, language, audience, tuple(found))


def known_too(it: ToTranslate, said: Mapping[Key, Said]) -> ToTranslate:
    """The same with these texts, which win over those known so far."""
    texts = (
        replace_said(each, said[each.key]) if each.key in said else each
        for each in it.texts
    )
    return replace(it, texts=tuple(texts))


def replace_said(it: Translation, said: Said) -> Translation:
    """The translation with another text, if it is one."""
    return it._replace(said=said) if said.text else it


# YAML.


def as_yaml(it: ToTranslate) -> str:
    """The texts as the file that stands beside the tree."""
    words = " for ".join(each for each in (it.language, it.audience) if each)
    shown = {each.key: each for each in it.texts}
    root = spread((key, Said("", "x")) for key in shown)
    body = "\n".join(_lines(root, shown, ()))
    return f"{HEAD.format(tree=it.tree + SUFFIX, words=words)}{body}\n"


def _lines(
    node: Mapping[str, Any], shown: Mapping[Key, Translation], path: Key
) -> Iterator[str]:
    blank = "  " * len(path)
    for name, below in node.items():
        at = (*path, name)
        if at in shown:
            yield from (f"{blank}{each}" for each in _leaf(name, shown[at]))
        else:
            yield f"{blank}{_scalar(name)}:"
            yield from _lines(below, shown, at)


def _leaf(name: str, it: Translation) -> Iterator[str]:
    if it.state != "translated":
        yield from (f"# {each}".rstrip() for each in it.source.strip().splitlines())
    yield f"{_scalar(name)}:"
    first, *more = _scalar(it.said.text).split("\n")
    yield f"  text: {first}"
    yield from (f"  {each}".rstrip() for each in more)
    yield f'  of: "{it.said.of if it.said.text and it.said.of else mark(it.source)}"'


def _scalar(text: str) -> str:
    """The text as YAML, of several lines as a block where that can hold it."""
    style = "|" if "\n" in text else None
    made = yaml.safe_dump(text, allow_unicode=True, width=2**30, default_style=style)
    return made.removesuffix("\n...\n").rstrip("\n")


def read_yaml(tree: Tree, text: str, file: str) -> Mapping[Key, Said]:
    """The texts in such a file, as far as they can be read."""
    found = texts_of(tree.original, Overlay("", "", file, text.encode()))
    return found.said


# gettext.


def _polib() -> ModuleType:
    try:
        import polib  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise RenderError(
            "gettext files take polib: pip install 'troubleshoot[i18n]'"
        ) from None
    return polib


def as_po(it: ToTranslate, tree: Tree) -> str:
    """The texts as a gettext file, in the order of the tree."""
    polib = _polib()
    made = polib.POFile(wrapwidth=88)
    made.metadata = {
        "Project-Id-Version": f"{tree.id} {tree.version}".strip(),
        "Language": it.language or tree.original.language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Tree": it.tree,
        "X-Language": it.language,
        "X-Audience": it.audience,
    }
    lines = _Places(tree.original)
    for each in it.texts:
        stale = each.state == "stale"
        entry = polib.POEntry(
            msgctxt=written(each.key),
            msgid=each.source,
            msgstr=each.said.text,
            occurrences=[(Path(tree.original.file).name, str(lines.line(each.key)))],
            flags=["fuzzy"] if stale else [],
            comment=f"of: {each.said.of}" if stale else "",
        )
        made.append(entry)
    return f"{made}\n"


class _Places:
    """Where texts stand in the file of their tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        file = Path(tree.file)
        is_there = tree.file and file.is_file()
        self.source = linked(file)[0].source if is_there else Source("", "")

    def line(self, key: Key) -> int:
        """The line of a text."""
        path: Where = key
        if key[0] == "causes":
            above = [each.id for each in groups_above(self.tree, key[1])]
            path = tuple(x for id in (*above, key[1]) for x in ("causes", id))
            path = (*path, *key[2:])
        elif key[0] == "sources" or key[:2] == ("escalate", "bring"):
            path = tuple(int(each) if each.isdecimal() else each for each in key)
        return self.source.place(path).line


def read_po(text: str) -> tuple[ToTranslate, Mapping[Key, Said]]:
    """
    What a gettext file says, and of which tree, language and audience.

    Raises:
        ArgumentError: it is no gettext file of a tree.
        RenderError: polib is not installed.
    """
    polib = _polib()
    try:
        found = polib.pofile(text, encoding="utf-8")
    except (OSError, UnicodeError, ValueError) as error:
        said = str(error).partition("(")[0].strip()
        raise ArgumentError(
            f"this is no gettext file: {said}", argument="text"
        ) from None
    head = found.metadata
    entries: dict[Key, Said] = {}
    texts: list[Translation] = []
    for each in found:
        if each.obsolete or not each.msgctxt:
            continue
        key = tuple(each.msgctxt.split("/"))
        entries[key] = Said(each.msgstr, _mark_of(each))
        texts.append(Translation(key, each.msgid, entries[key]))
    if "X-Tree" not in head:
        raise ArgumentError(
            "this gettext file does not say of which tree it is: 'X-Tree' is missing",
            argument="text",
        )
    language, audience = head.get("X-Language", ""), head.get("X-Audience", "")
    return ToTranslate(head["X-Tree"], language, audience, tuple(texts)), entries


def _mark_of(entry: Any) -> str:  # noqa: ANN401 - of polib
    """The mark of what the text stands for: of what is fuzzy, not of what is there."""
    if "fuzzy" not in entry.flags:
        return mark(entry.msgid)
    if found := MARKED.search(entry.comment or ""):
        return found[1]
    before = entry.previous_msgid
    return mark(before) if before else UNKNOWN


def compiled(it: ToTranslate) -> str:
    """A file of texts with those that are translated alone."""
    texts: Iterable[Translation] = (each for each in it.texts if each.said.text)
    return as_yaml(replace(it, texts=tuple(texts)))
