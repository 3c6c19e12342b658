"""
Wordings: how a tree reads in another language or for another audience.

``no-internet.de.yaml`` beside ``no-internet.yaml`` holds texts in German,
``no-internet.customer.yaml`` texts for customers, ``no-internet.de.customer.yaml``
texts for customers in German. They hold texts, each with a mark of the text that it
stands for, and nothing else: a tree in other words decides what it decides.

Of all texts for a place the first counts that is there, in this order, so that the
language wins over the audience: of the language ("de-AT", then "de") the one for the
audience, then the one for everybody; then, in the tree's own language, the one for the
audience, and what the tree says. A name of two or three letters is a language, a longer
one an audience.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from troubleshoot.arguments import a_text
from troubleshoot.catalogue import TAG, in_language, wider
from troubleshoot.errors import ArgumentError, TreeError, nearest
from troubleshoot.tree import keys, told
from troubleshoot.tree.overlays import AUDIENCE, Overlay
from troubleshoot.tree.source import Block, Place, Source
from troubleshoot.tree.syntax import read
from troubleshoot.tree.texts import FIELDS, reworded, texts
from troubleshoot.tree.tree import Tree, as_reworded, once_per_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troubleshoot.errors import Problem
    from troubleshoot.tree.source import Path as Where
    from troubleshoot.tree.texts import TreeText

Key: TypeAlias = tuple[str, ...]

MARK: Final = 8  # hexadecimal digits of it
LEAF: Final = frozenset({"text", "of"})
WARNING: Final = ("caution", "stop")  # fields of texts that warn
YES_NO: Final = {"yes": "say_yes", "no": "say_no"}


class Said(NamedTuple):
    """
    A text of an overlay, and the mark of what it stands for.

    The text is empty where nobody has written it yet, the mark where it stands for
    whatever the tree says.
    """

    text: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """
    How a tree reads in a language, for an audience.

    ``tree`` is the tree in these words. ``missing`` are the texts that nobody has
    written in the language, which read as in the language of the tree; ``stale`` those
    whose source has changed since. Both are named by where they stand, such as
    ``questions/lights/ask``.
    """

    language: str
    audience: str
    tree: Tree = field(repr=False)
    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def wording(tree: Tree, language: str | None = None, audience: str = "") -> Wording:
    """
    How the tree reads in this language, or its own, for this audience.

    Raises:
        ArgumentError: this names no language, or no audience.
        TreeError: a file of texts beside the tree is broken.
    """
    own = tree.original
    tag = own.language if language is None else a_language(language)
    return _wordings(own).of(tag, an_audience(audience) if audience != "" else "")


def a_language(name: str) -> str:
    """The name of a language; ``ArgumentError`` where it is none."""
    if not TAG.fullmatch(a_text(name, "language")):
        raise ArgumentError(
            f"'{name}' is no name of a language, such as 'de' or 'pt-BR'",
            argument="language",
        )
    return name


def an_audience(name: str) -> str:
    """The name of an audience; ``ArgumentError`` where it is none."""
    if not AUDIENCE.fullmatch(a_text(name, "audience")):
        raise ArgumentError(
            f"'{name}' is no name of an audience: four or more small letters, digits "
            "and dashes, such as 'customer'",
            argument="audience",
        )
    return name


def mark(text: str) -> str:
    r"""
    What tells whether a text is still the one that another stands for.

    >>> mark("Is the plug in?") == mark("Is the plug in?\n")
    True
    """
    plain = text.strip().encode("utf-8", "surrogatepass")
    return sha256(plain).hexdigest()[:MARK]


def written(key: Key) -> str:
    """Where a text stands, as people and translators read it."""
    return "/".join(key)


def is_warning(key: Key) -> bool:
    """Whether the text warns of something, so that it must never be missed."""
    return any(each in WARNING for each in key[2:])


# What they say.


class OverlayTexts(NamedTuple):
    """What an overlay says, by where it belongs, and the file with its problems."""

    overlay: Overlay
    said: Mapping[Key, Said]
    source: Source


def texts_of(tree: Tree, overlay: Overlay) -> OverlayTexts:
    """What an overlay says of the tree; what is wrong with it stands in its source."""
    if overlay.data is None:
        source = Source(overlay.file, "")
        source.complain("unreadable", Place(1, 1), "the file cannot be read")
        return OverlayTexts(overlay, {}, source)
    source = read(overlay.data, overlay.file)
    if source.root is None:
        return OverlayTexts(overlay, {}, source)
    reader = _Reader(tree, source, overlay.prefix)
    said = dict(reader.texts((), source.root))
    if overlay.prefix:  # what is wrong with it is told with the tree beside it
        source = Source(overlay.file, "")
        of = f"{overlay.prefix}."
        names = {x.removeprefix(of): x for x in tree.variables if x.startswith(of)}
        said = {
            _grafted(key, overlay.prefix): Said(told.renamed(each.text, names), each.of)
            for key, each in said.items()
        }
    return OverlayTexts(overlay, said, source)


def _grafted(key: Key, prefix: str) -> Key:
    """Where a text of an included file stands in the tree that includes it."""
    room, id, *rest = key
    return (room, f"{prefix}.{id}", *rest)


def _ungrafted(key: Key, prefix: str) -> Key | None:
    """The other way round; None of what is not of this file."""
    if len(key) > 2 and key[1].startswith(f"{prefix}."):  # noqa: PLR2004 - room, id, field
        return (key[0], key[1].removeprefix(f"{prefix}."), *key[2:])
    return None


class _Reader:
    """One pass over an overlay, with the texts of the tree beside it."""

    def __init__(self, tree: Tree, source: Source, prefix: str) -> None:
        self.source = source
        keys = [each.key for each in texts(tree)]
        if prefix:
            keys = [x for each in keys if (x := _ungrafted(each, prefix)) is not None]
        self.keys = {*keys}
        self.variables = () if prefix else tuple(tree.variables)
        self.inner = {key[:end] for key in self.keys for end in range(len(key))}

    def texts(self, path: Key, node: Any) -> Iterator[tuple[Key, Said]]:  # noqa: ANN401
        """The texts at and below a path."""
        if path in self.keys:
            if (said := self.leaf(path, node)) is not None:
                yield path, said
        elif not isinstance(node, Block):
            message = "texts are expected here, each under the name of what it is of"
            self.complain("wrong-type", path, message)
        else:
            for name, below in node.items():
                at = (*path, name)
                if at in self.keys or at in self.inner:
                    yield from self.texts(at, below)
                else:
                    self.stranger(at)

    def leaf(self, path: Key, node: Any) -> Said | None:  # noqa: ANN401
        """The text of one place, with its mark if it has one."""
        text, of = node, ""
        if isinstance(node, Block) and node.keys() <= LEAF:
            text, of = node.get("text", ""), node.get("of", "")
        if isinstance(text, str) and isinstance(of, str):
            self.check_names(path, text)
            return Said(text, of)
        message = "a text, or 'text' with the mark 'of' its source, is expected here"
        self.complain("wrong-type", path, message)
        return None

    def check_names(self, path: Key, text: str) -> None:
        """Note each name in braces that the tree does not declare."""
        if not self.variables or path[0] == "variables":
            return
        for name in dict.fromkeys(told.names(text)):
            if name not in self.variables:
                message = f"no variable is called '{name}', which stands here in braces"
                near = nearest(name, self.variables)
                fix = f"did you mean '{near[0]}'?" if near else ""
                self.complain("unknown-variable", path, message, fix=fix)

    def stranger(self, path: Key) -> None:
        """What is no text of the tree: a key of its logic, or of what it has not."""
        name, fields = path[-1], _fields(path[:-1])
        if fields is None or name in fields:
            message = f"the tree has no text '{written(path)}'"
            self.complain("wording-unused", path, message, severity="warning")
        elif name in keys.ALL:
            message = f"'{name}' is no text, and only texts can read otherwise"
            fix = "take it out: what a tree decides stands in the tree alone."
            self.complain("wording-logic", path, message, fix=fix)
        else:
            near = nearest(name, fields)
            fix = f"did you mean '{near[0]}'?" if near else ""
            message = f"'{name}' is not known here; texts are: {', '.join(fields)}"
            self.complain("unknown-key", path, message, fix=fix)

    def complain(self, code: str, path: Where, message: str, **more: Any) -> None:  # noqa: ANN401
        place = self.source.place(path, key=True)
        self.source.complain(code, place, message, **more)


def _fields(owner: Key) -> tuple[str, ...] | None:
    """The texts that the part at this path may have; None where ids stand."""
    rooms = tuple(each for each in FIELDS if each)
    called = {"roles": "by", "things": "needs"}
    match owner:
        case ():
            own = (called.get(each, each) for each in FIELDS[""])
            return (*own, *rooms, "urgent")
        case ("escalate",):
            return tuple(FIELDS["escalate"])
        case ("urgent", _):
            return tuple(FIELDS["questions"])
        case (room, _) if room in FIELDS:
            return tuple(FIELDS[room])
    return None


@dataclass(frozen=True, eq=False)
class _Wordings:
    """All that the overlays of a tree say."""

    tree: Tree
    every: tuple[OverlayTexts, ...]
    made: dict[tuple[str, str], Wording] = field(default_factory=dict)

    def of(self, language: str, audience: str) -> Wording:
        """The wording of a language and an audience, made once."""
        if (language, audience) not in self.made:
            self.made[language, audience] = self._made(language, audience)
        return self.made[language, audience]

    def _made(self, language: str, audience: str) -> Wording:
        found = _Found(self, language, audience)
        tree = as_reworded(
            reworded(self.tree, found.say), {"language": language, "audience": audience}
        )
        return Wording(
            language, audience, tree, tuple(found.missing), tuple(found.stale)
        )

    def texts(self, language: str, audience: str) -> Mapping[Key, Said]:
        """
        What the overlays of this language and audience say; broken ones raise.

        The one beside the tree itself wins over those of files that it includes.
        """
        found: dict[Key, Said] = {}
        for each in self.every:
            if (each.overlay.language, each.overlay.audience) == (language, audience):
                if each.source.is_broken:
                    raise TreeError(each.source.problems)
                said = {key: x for key, x in each.said.items() if x.text}
                found = {**said, **found}
        return found


class _Found:
    """The texts of a tree as they are found in its overlays, one after the other."""

    def __init__(self, every: _Wordings, language: str, audience: str) -> None:
        own = every.tree.language
        self.words, self.own_words = in_language(language), every.tree.words
        # A tree in German is in its own language for "de-AT" as well.
        self.is_own = own in wider(language)
        tags = [each for each in wider(language) if each != own]
        self.foreign = [
            (every.texts(tag, who), who)
            for tag in tags
            for who in dict.fromkeys((audience, ""))
        ]
        self.for_audience = every.texts("", audience) if audience else {}
        self.missing: list[str] = []
        self.stale: list[str] = []

    def say(self, it: TreeText) -> str:
        """How a text reads."""
        source, own_stale = self.own(it)
        for texts_, who in self.foreign:
            said = texts_.get(it.key, Said(""))
            if said.text:
                of = source if who else it.text
                if said.of in ("", mark(of)):
                    return said.text
                self.stale.append(written(it.key))
                return self.outdated(it, said.text, of)
        if own_stale:
            self.stale.append(written(it.key))
        if self.is_own:
            return source
        return self.untranslated(it, source)

    def own(self, it: TreeText) -> tuple[str, bool]:
        """How it reads in the language of the tree, and whether that is stale."""
        said = self.for_audience.get(it.key, Said(""))
        if not said.text:
            return it.text, False
        is_stale = said.of not in ("", mark(it.text))
        if is_stale and is_warning(it.key):
            return f"{said.text}\n\n{it.text}", True
        return said.text, is_stale

    def outdated(self, it: TreeText, text: str, source: str) -> str:
        """A warning whose source has changed since is shown with its source."""
        if not is_warning(it.key):
            return text
        return f"{text}\n\n{_after(self.words.changed_since, source)}"

    def untranslated(self, it: TreeText, source: str) -> str:
        """The text in the language of the tree; a warning says that it is."""
        if it.key[2:3] == ("answers",):
            word = YES_NO.get(it.key[-1], "")
            if word and it.text == self.own_words(word):
                return self.words(word)
        self.missing.append(written(it.key))
        if is_warning(it.key):
            return _after(self.words.not_translated, source)
        return source


def _after(label: str, text: str) -> str:
    """The text after the label, on lines of its own if it has several."""
    return f"{label}\n\n{text}" if "\n" in text.strip() else f"{label} {text}"


@once_per_tree
def _wordings(tree: Tree) -> _Wordings:
    return _Wordings(tree, tuple(texts_of(tree, each) for each in tree.overlays))


def overlay_problems(tree: Tree, file: str | None = None) -> tuple[Problem, ...]:
    """What is wrong with the files of texts beside a tree, or with one of them."""
    every = _wordings(tree.original)
    found: list[Problem] = []
    for each in every.every:
        if file is None or Path(file) == Path(each.overlay.file):
            _note_stale(every, each)
            found += TreeError(each.source.problems).problems
    return tuple(found)


def _note_stale(every: _Wordings, it: OverlayTexts) -> None:
    """Warn of each text whose source has changed since, where it stands."""
    if it.source.is_broken:
        return
    noted = {each.code for each in it.source.problems}
    if "wording-stale" in noted:
        return
    language, audience = it.overlay.language, it.overlay.audience
    for each in every_text(every.tree, language, audience):
        if each.state == "stale":
            message = f"'{written(each.key)}' stands for a text that has changed since"
            fix = f"mend it, and write 'of: {mark(each.source)}'."
            place = it.source.place(each.key, key=True)
            it.source.complain(
                "wording-stale", place, message, severity="warning", fix=fix
            )


def languages_of(tree: Tree) -> tuple[tuple[str, str], ...]:
    """The languages and audiences that a tree has texts for, its own left out."""
    found = ((each.language, each.audience) for each in tree.original.overlays)
    return tuple(dict.fromkeys(found))


def every_text(tree: Tree, language: str, audience: str) -> Iterator[Translation]:
    """The texts of a tree as an overlay of this language and audience has them."""
    own = tree.original
    every = _wordings(own)
    said = every.texts(language, audience)
    found = _Found(every, own.language, audience if language else "")
    for each in texts(own):
        if not _goes_without_saying(own, each):
            source = found.own(each)[0] if language else each.text
            yield Translation(each.key, source, said.get(each.key, Said("")))


def _goes_without_saying(tree: Tree, it: TreeText) -> bool:
    word = YES_NO.get(it.key[-1], "") if it.key[2:3] == ("answers",) else ""
    return bool(word) and it.text == tree.words(word)


class Translation(NamedTuple):
    """A text to be written in other words: where it stands, its source, and so far."""

    key: Key
    source: str
    said: Said

    @property
    def state(self) -> str:
        """Whether it is "missing", "stale" or "translated"."""
        if not self.said.text:
            return "missing"
        return "translated" if self.said.of in ("", mark(self.source)) else "stale"


def spread(said: Iterable[tuple[Key, Said]]) -> dict[str, Any]:
    """The texts as the nested mappings of an overlay."""
    root: dict[str, Any] = {}
    for key, each in said:
        node = root
        for step in key[:-1]:
            node = node.setdefault(step, {})
        node[key[-1]] = each._asdict() if each.of else each.text
    return root
