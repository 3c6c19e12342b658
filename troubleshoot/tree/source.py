"""
YAML text to plain values that remember their places.

Plain scalars stay text: ``no`` is the word, ``1.10`` keeps its zero, ``1:30`` is not
ninety. What a field means is decided where fields are known, not here. Only a plain
nothing (empty, ``~``, ``null``) is None.

The parser's event stream is read in one loop with an explicit stack, so that depth,
references and size can be refused at the first bad event.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import yaml

from troubleshoot.errors import Problem
from troubleshoot.tree.codes import WHY
from troubleshoot.tree.pure_parser import PureLoader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from troubleshoot.errors import Severity


if TYPE_CHECKING:
    Path = tuple[str | int, ...]

MAX_BYTES: Final = 5_000_000
MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000
MAX_SCALAR: Final = 100_000
MOST_OF_A_KIND: Final = 100  # problems that are told one by one; nobody reads more
# Bits of a packed place: its column, its line, and then which file it is in.
COLUMNS: Final = 24
FILES: Final = 48

NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)

# Problems that quote the line where they are, and what else may be said of them.
QUOTING: Final = {
    "yaml-syntax": "the YAML cannot be read from here on",
    "cut-text": "a text is cut here",
    "wrong-type": "",
    "bad-value": "",
}

# Blanks that YAML takes for letters, though nobody sees a difference.
ODD_BLANKS: Final = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000"
_ODD_BLANK: Final = re.compile(f"[{ODD_BLANKS}]")

# Without libyaml PyYAML is slower; events and places are the same.
Parser: Any = getattr(yaml, "CLoader", PureLoader)

# Files that others name: by whom and how, what each is called here, and what it holds.
Read: TypeAlias = "Mapping[tuple[str, str], tuple[str, bytes]]"
NOTHING_READ: Final[Read] = {}

NO_ORDER: Final[Mapping[str, int]] = {}  # one for all blocks: most need none


class Place(NamedTuple):
    """Line and column, from 1, in code points; ``file`` is a number in ``Source``."""

    line: int
    column: int
    file: int = 0


def packed(mark: Any) -> int:  # noqa: ANN401 - the parser's own mark
    """A place in eight bytes: a large file has a million of them."""
    number: int = mark.line << COLUMNS | mark.column
    return number


def unpacked(number: int) -> Place:
    """The place that was packed."""
    line = number % (1 << FILES) >> COLUMNS
    return Place(line + 1, number % (1 << COLUMNS) + 1, number >> FILES)


class Block(dict[str, Any]):
    """
    A mapping; ``marks`` holds where each key and each value begins, in turn.

    ``doubled`` are the keys that stood there already when they came, each with how
    many entries came before it.
    """

    __slots__ = ("doubled", "mark", "marks", "order")

    def __init__(self, mark: Any) -> None:  # noqa: ANN401 - the parser's own mark
        super().__init__()
        self.mark = packed(mark) if mark else 0
        self.marks = array("Q")
        self.order: Mapping[str, int] = NO_ORDER
        self.doubled: Sequence[tuple[int, str]] = ()

    def put(self, key: str, value: Any, marks: tuple[int, int]) -> None:  # noqa: ANN401
        """Add an entry at the end, which stands at these places."""
        self[key] = value
        self.marks.extend(marks)

    def marks_of(self, key: str) -> tuple[int, int]:
        """Where a key and its value begin."""
        at = self.entry(key)
        return self.marks[at], self.marks[at + 1]

    def entry(self, key: str) -> int:
        """The index of a key's mark, of the last one; its value's is the next."""
        if len(self.order) != len(self):
            self.order = {each: 2 * at for at, each in enumerate(self.in_turn())}
        return self.order[key]

    def in_turn(self) -> Iterator[str]:
        """The keys as they stand in the file, the doubled ones each time."""
        doubled = iter([*self.doubled, (-1, "")])
        at, again = next(doubled)
        for entries, key in enumerate(self):
            while at == entries:
                yield again
                at, again = next(doubled)
            yield key
        yield from (key for before, key in self.doubled if before == len(self))


class Items(list[Any]):
    """A list; ``marks`` holds where each item begins."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Any) -> None:  # noqa: ANN401 - the parser's own mark
        super().__init__()
        self.mark = packed(mark) if mark else 0
        self.marks = array("Q")


class Unreadable(Exception):
    """Reading cannot go on; the problem has been noted."""


@dataclass(slots=True)
class Source:
    """
    One file: its name, its text, its value with places, what is wrong so far.

    A broken file is looked at as if some of it were mended: ``moved`` says inside
    which path a block stands that belongs to the left edge, ``renamed`` which id is
    written otherwise.

    Where trees are parts of others, ``files`` are all of them, the one that was asked
    for first: a place says in which it is. Of parts that could not be had, nobody knows
    the names: those that begin as one of ``absent`` may be right.
    """

    file: str
    text: str
    root: Any = None
    moved: dict[str, Path] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    files: list[Source] = field(default_factory=list)
    read: Read = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    _noted: list[Problem] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _lines: list[str] | None = None

    @property
    def problems(self) -> list[Problem]:
        """What is wrong; past the most of a kind, one problem counts the others."""
        by_place = sorted(self._noted, key=lambda each: (each.line, each.column))
        last = {each.code: each for each in by_place}
        of_parts = [each for part in self.parts for each in part.problems]
        return (
            of_parts
            + self._noted
            + [
                replace(
                    last[code],
                    message=f"and {count - MOST_OF_A_KIND:,} more of this kind",
                    fix="mend those that are shown, and check again.",
                    also=(),
                )
                for code, count in self._counts.items()
                if count > MOST_OF_A_KIND
            ]
        )

    @property
    def parts(self) -> list[Source]:
        """The files of the trees that are parts of this one; of a part, none."""
        return self.files[1:] if self.files and self.files[0] is self else []

    @property
    def is_broken(self) -> bool:
        """Whether there is any error; a warning is none."""
        own = any(each.severity == "error" for each in self._noted)
        return own or any(each.is_broken for each in self.parts)

    def hide(self) -> None:
        """Quote no line of the file: it may never have been meant to be shown."""
        self._noted = [
            replace(
                each,
                message=QUOTING.get(each.code) or each.message,
                excerpt="",
                fix="" if each.code in QUOTING else each.fix,
                also=(),
            )
            for each in self._noted
        ]

    def whole(self) -> bytes:
        """The text with those of its parts, as one that ``taken_apart`` divides."""
        own = self.text.encode("utf-8", "surrogatepass")
        parts = (
            (*(each.encode("utf-8", "surrogatepass") for each in (*by, file)), data)
            for by, (file, data) in self.read.items()
        )
        return b"\0".join([own, *(each for part in parts for each in part)])

    def tells(self, code: str) -> bool:
        """Whether one more problem of this kind is told; else it is counted alone."""
        return self._counts[code] < MOST_OF_A_KIND

    def line(self, number: int) -> str:
        """The text of one line, counted from 1; empty past the end."""
        if self._lines is None:
            self._lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", self.text)
        return self._lines[number - 1] if number <= len(self._lines) else ""

    def complain(
        self,
        code: str,
        place: Place,
        message: str,
        *,
        severity: Severity = "error",
        fix: str = "",
        why: str | None = None,
        width: int | None = None,
        also: Iterable[int] = (),
    ) -> None:
        """Note a problem at a place; ``also`` are further lines to show."""
        if place.file and severity == "warning":
            return  # a part is looked at on its own, and warned of there
        told = self.tells(code)
        self._counts[code] += 1
        if not told:
            return
        file = self.files[place.file] if place.file else self
        excerpt = file.line(place.line)
        if width is None:
            width = _token_width(excerpt, place.column)
            start = place.column - 1
            if odd := _ODD_BLANK.search(excerpt, start, start + width):
                fix = (
                    f"in column {odd.start() + 1} stands a blank of another kind "
                    f"(U+{ord(odd[0]):04X}); type a plain space."
                )
        self._noted.append(
            Problem(
                code=code,
                message=message,
                file=file.file,
                line=place.line,
                column=place.column,
                severity=severity,
                why=WHY[code] if why is None else why,
                fix=fix,
                excerpt=excerpt,
                width=width,
                also=tuple((each, file.line(each)) for each in sorted({*also})),
            )
        )

    def place(self, path: Path, *, key: bool = False) -> Place:
        """
        Where the value at a path begins, or its key.

        A path that leads out of the file ends at the last thing that is there.
        """
        node = self.root
        place = unpacked(getattr(self.root, "mark", 0))
        steps = self.written(path)
        for depth, step in enumerate(steps, start=1):
            if isinstance(node, Block) and step in node:
                wants_key = key and depth == len(steps)
                at = node.entry(str(step)) + (not wants_key)
                place = unpacked(node.marks[at])
            elif isinstance(node, Items) and isinstance(step, int) and step < len(node):
                place = unpacked(node.marks[step])
            else:
                break
            node = node[step]
        return place

    def file_of(self, path: Path) -> str:
        """The name of the file in which the value at a path stands."""
        number = self.place(path).file
        return self.files[number].file if number else self.file

    def written(self, path: Path) -> Path:
        """The path as it stands in the file, where blocks or ids are broken."""
        if not self.moved and not self.renamed:
            return path
        if path and path[0] in self.moved:
            path = (*self.moved[str(path[0])], *path)
        node, steps = self.root, []
        for step in path:
            known = isinstance(node, Items) or (
                isinstance(node, Block) and step in node
            )
            steps.append(step if known else self.renamed.get(str(step), step))
            try:
                node = node[steps[-1]]
            except (LookupError, TypeError):
                node = None
        return tuple(steps)


def taken_apart(whole: bytes, file: str) -> tuple[bytes, str, Read]:
    """The text of a file, its name, and its parts; a NUL stands in none of them."""
    own, *parts = whole.split(b"\0")
    names = [each.decode("utf-8", "surrogatepass") for each in parts]
    rows = zip(names[::4], names[1::4], names[2::4], parts[3::4], strict=True)
    return own, file, {(by, name): (shown, data) for by, name, shown, data in rows}


def in_quotes(text: str) -> str:
    """The text as it may stand anywhere in a file."""
    return json.dumps(text, ensure_ascii=False)


def _token_width(excerpt: str, column: int) -> int:
    """How much to underline: a quoted text, or up to what ends a plain one."""
    rest = excerpt[column - 1 :]
    found = re.match(
        r"""'[^']*'|"[^"]*"|[^ \t:,#\[\]{}]+(?: +[^ \t:,#\[\]{}]+)*""", rest
    )
    return len(found[0]) if found else 1


def decode(data: bytes, file: str) -> Source:
    """Bytes to text: size, UTF-8, and characters that may stand in a text."""
    source = Source(file, "")
    if len(data) > MAX_BYTES:
        message = f"the file has more than {MAX_BYTES:,} bytes: that is the limit"
        source.complain("too-large", Place(1, 1), message)
        return source
    try:
        source.text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _complain_of_byte(source, data, error.start)
        return source
    if found := UNPRINTABLE.search(source.text):
        before = source.text[: found.start()].split("\n")
        place = Place(len(before), len(before[-1]) + 1)
        message = f"the character U+{ord(found[0]):04X} cannot be shown"
        source.complain("control-character", place, message, fix="remove it.", width=1)
    return source


def _complain_of_byte(source: Source, data: bytes, at: int) -> None:
    before = data[:at].decode("utf-8-sig").split("\n")
    source.text = "\n".join(before)
    place = Place(len(before), len(before[-1]) + 1)
    message = f"the byte 0x{data[at]:02x} is not UTF-8"
    source.complain("not-utf-8", place, message, fix="save the file as UTF-8.", width=1)


def build(source: Source) -> None:
    """Read the value, with places; what the parser cannot read is its ``YAMLError``."""
    with suppress(Unreadable):
        source.root = _Builder(source).build()


class _Builder:
    """The loop over events: ``top`` is the open container, ``key`` its pending key."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Any = None
        self.stack: list[Any] = []
        self.nodes = 0
        self.documents = 0

    def build(self) -> Any:  # noqa: ANN401, C901, PLR0912, PLR0915 - one hot loop, kept whole
        """The root value; problems that do not stop the reading go to the source."""
        next_event = Parser(self.source.text).get_event
        stack, scalar_event = self.stack, yaml.ScalarEvent
        top: Any = None
        top_is_block = False
        key: str | None = None
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar_event:
                value = event.value
                if event.tag is not None or event.anchor is not None:
                    self.refuse_feature(event)
                if top_is_block and key is None:
                    key = value
                    if (
                        key in top
                        or key == "<<"
                        or len(key) > MAX_SCALAR
                        or len(top) > MAX_NODES
                    ):
                        self.odd_key(top, event, key)
                    mark = event.start_mark
                    top.marks.append(mark.line << COLUMNS | mark.column)
                    continue
                if value in NOTHING and not event.style:
                    value = None
                elif len(value) > MAX_SCALAR:
                    self.stop(event, f"a text of more than {MAX_SCALAR:,} characters")
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                value = self.container(event, top, key)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.count(event, len(top))
                top, key = stack.pop()
                top_is_block = type(top) is Block
                continue
            elif kind is yaml.AliasEvent:
                self.refuse_feature(event)
                raise Unreadable
            elif kind is yaml.StreamEndEvent:
                return self.root
            else:
                self.document(event)
                continue
            if top_is_block:
                top[key] = value
                mark = event.start_mark
                top.marks.append(mark.line << COLUMNS | mark.column)
                key = None
            elif top is None:
                self.root = value
            else:
                top.append(value)
                if len(top) > MAX_NODES:
                    self.count(event, len(top))
                mark = event.start_mark
                top.marks.append(mark.line << COLUMNS | mark.column)
            if kind is not scalar_event:
                stack.append((top, key))
                top, key, top_is_block = value, None, type(value) is Block

    def odd_key(self, top: Block, event: Any, key: str) -> None:  # noqa: ANN401 - an event
        """A second key of the same name, or one that is no name, is a problem."""
        if len(top) > MAX_NODES:
            self.count(event, len(top))
        elif len(key) > MAX_SCALAR:
            self.stop(event, f"a text of more than {MAX_SCALAR:,} characters")
        elif key in top:
            self.doubled_key(top, event, key)
        elif not event.style:
            self.refuse_feature(event)
            raise Unreadable

    def doubled_key(self, top: Block, event: Any, key: str) -> None:  # noqa: ANN401
        """Complain of it; the later value is the one that counts from here on."""
        self.count(event, 1)
        also, since = [], ""
        if self.source.tells("duplicate-key"):  # a look-up takes as long as the block
            also = [unpacked(top.marks[top.entry(key)]).line]
            since = f", first on line {also[0]}"
        if not isinstance(top.doubled, list):
            top.doubled = []
        top.doubled.append((len(top), key))
        top.order = NO_ORDER
        message = f"'{key}' stands here a second time{since}"
        fix = "keep one of them, or give this one another name."
        place = _place(event)
        self.source.complain("duplicate-key", place, message, fix=fix, also=also)

    def container(self, event: Any, top: Any, key: str | None) -> Block | Items:  # noqa: ANN401
        """Open a mapping or a list."""
        self.count(event, 1)
        if event.tag is not None or event.anchor is not None:
            self.refuse_feature(event)
        if type(top) is Block and key is None:
            fix = "a key is one word; write it without brackets or '?'."
            message = "a list or a mapping stands where a key is expected"
            self.source.complain("yaml-feature", _place(event), message, fix=fix)
            raise Unreadable
        if len(self.stack) >= MAX_DEPTH:
            self.stop(event, f"nested more than {MAX_DEPTH} levels deep")
        block = type(event) is yaml.MappingStartEvent
        return Block(event.start_mark) if block else Items(event.start_mark)

    def count(self, event: Any, nodes: int) -> None:  # noqa: ANN401 - an event
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self.stop(event, f"more than {MAX_NODES:,} entries")

    def stop(self, event: Any, what: str) -> None:  # noqa: ANN401 - an event
        self.source.complain("too-large", _place(event), f"{what}: that is the limit")
        raise Unreadable

    def refuse_feature(self, event: Any) -> None:  # noqa: ANN401 - an event
        """Tags, anchors, aliases and merge keys are not part of the format."""
        place = _place(event)
        if isinstance(event, yaml.AliasEvent):
            what, fix = f"the reference '*{event.anchor}'", "write the value out."
        elif event.anchor is not None:
            what, fix = f"the anchor '&{event.anchor}'", "remove it."
        elif event.tag is not None:
            what, fix = "a type tag ('!…')", "remove it; put a text into quotes."
        else:
            what, fix = "the merge key '<<'", "write the entries out."
        message = f"{what} is not part of a tree file"
        self.source.complain("yaml-feature", place, message, fix=fix)

    def document(self, event: Any) -> None:  # noqa: ANN401 - an event
        """Stream and document marks: only one document may start."""
        if isinstance(event, yaml.DocumentStartEvent):
            if self.documents:
                message = "a second document begins here"
                fix = "remove the '---', or move what follows to its own file."
                place = _place(event)
                self.source.complain("second-document", place, message, fix=fix)
                raise Unreadable
            self.documents = 1


def _place(event: Any) -> Place:  # noqa: ANN401 - an event
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
