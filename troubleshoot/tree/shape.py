"""
What is wrong with the shape of a file, in the author's words.

pydantic finds it; here its errors get a place, our words, and a mend. What is broken
is then taken out, so that the names in all the rest are still looked up: whoever
mends a file wants to know everything at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from troubleshoot.tree import keys, schema
from troubleshoot.tree.problems import MAIN
from troubleshoot.tree.schema import TreePart
from troubleshoot.tree.source import Block, in_quotes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic_core import ErrorDetails

    from troubleshoot.tree.source import Place, Source


if TYPE_CHECKING:
    Path = tuple[Any, ...]

A_MAPPING: Final = "a mapping ('key: value') is expected here"
_EXPECTED: Final = {
    "string_type": "a text is expected here",
    "model_type": A_MAPPING,
    "model_attributes_type": A_MAPPING,
    "dict_type": A_MAPPING,
    "list_type": "a list is expected here",
    "tuple_type": "a word or a list of words is expected here",
    "string_too_short": "the text is empty",
}
_CODES: Final = {"string_too_short": "bad-value", "string_too_long": "too-large"}
_DIGITS: Final = "zero one two three four five six seven eight nine ten".split()  # noqa: SIM905
# What stands in for something that is missing, while the rest is looked at.
_STAND_INS: Final[dict[str, Any]] = {
    "format": "1",
    "causes": {"nothing-listed": None},
    "stop": {"yes": keys.STAND_IN},
    "answers": {},
}
_BY_ID: Final = ("answers", "fixes", "given")
BESIDE: Final = ("causes", "actions")  # keys of causes that include nothing
TEXTS_BY_ID: Final = (("answers",), ("stop",))
MOST_SCRAPS: Final = 40  # parts of one text that its commas tear off
MOST_BLANKS: Final = 20  # beside a comma
MOST_SHOWN: Final = 3  # items of a list that a message writes anew
# Errors held at once; past them nobody asks for what the rest of the file holds.
MOST_ERRORS: Final = 10_000
LARGE: Final = 100_000  # characters of a file that might have so many
_ROUNDS: Final = 6  # taking one thing out may leave another one empty


@dataclass(frozen=True, slots=True)
class Shape:
    """
    The file as models, without what is ``broken``: the paths that were taken out.

    ``part`` is None where nothing is left to look at.
    """

    part: TreePart | None
    broken: frozenset[Path] = field(default_factory=frozenset)


def shape(source: Source) -> Shape:
    """The file as models; its problems are noted in the source."""
    if len(source.text) > LARGE and _has_many_errors(source.root):
        _report_in_parts(source)
        return Shape(None)
    try:
        return Shape(TreePart.model_validate(source.root))
    except ValidationError as error:
        if keys.is_fixed_tree(source.root):
            fixed_tree(source)
            return Shape(None)
        report = _Report(source, error.errors(include_url=False))
    report.write()
    return _rest(source, report)


def _has_many_errors(root: Any) -> bool:  # noqa: ANN401 - any YAML value
    """Whether more is wrong in a file than may be held at once."""
    count = 0
    for part in _parts(root):
        try:
            TreePart.model_validate(part)
        except ValidationError as error:
            count += error.error_count()
        if count > MOST_ERRORS:
            return True
    return False


def _report_in_parts(source: Source) -> None:
    """The problems of a file with very many of them, looked at part by part."""
    told: set[tuple[str, Path]] = set()
    for part in _parts(source.root):
        try:
            TreePart.model_validate(part)
        except ValidationError as error:
            found = error.errors(include_url=False)
            _Report(source, [*_own(source.root, found, told)]).write()


def _own(
    root: Any,  # noqa: ANN401 - any YAML value
    errors: Iterable[ErrorDetails],
    told: set[tuple[str, Path]],
) -> Iterator[ErrorDetails]:
    """The errors of a part that are errors of the file too, each of them once."""
    for error in errors:
        path, kind = _path(error["loc"], root), error["type"]
        if kind == "missing" or _is_short(error):
            value = keys.at(root, path)
            least = error.get("ctx", {}).get("min_length", 0)
            is_there = kind == "missing" and value is not None
            if is_there or (kind != "missing" and len(value or ()) >= least):
                continue
            if (kind, path) in told:
                continue
            told.add((kind, path))
        yield error


def _parts(block: Any) -> Iterator[Any]:  # noqa: ANN401 - any YAML value
    """A mapping or list cut into parts of so many values that errors fit in memory."""
    if isinstance(block, list):
        for first in range(0, max(len(block), 1), MOST_ERRORS):
            yield block[first : first + MOST_ERRORS]
        return
    part: dict[str, Any] = {}
    size = 0
    for key, value in block.items():
        own = _size(value)
        if own > MOST_ERRORS:
            yield from ({key: each} for each in _parts(value))
            continue
        if part and size + own > MOST_ERRORS:
            yield part
            part, size = {}, 0
        part[key] = value
        size += own
    yield part


def _size(value: Any) -> int:  # noqa: ANN401 - any YAML value
    """How many values there are in a value, itself included."""
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


def fixed_tree(source: Source) -> None:
    """Say that a file is a tree of another kind."""
    source.complain(
        "fixed-tree",
        source.place((), key=True),
        "this is a fixed tree, in which each answer leads to the next step",
        fix="list what may be wrong under 'causes', and say under 'given' of each "
        "question which answer each cause leads to.",
    )


class _Report:
    """All errors of one file; a missing and a misspelt key become one problem."""

    def __init__(self, source: Source, errors: list[ErrorDetails]) -> None:
        self.source = source
        self.sunk = tuple(keys.sunk(source.root))
        self.errors = [(each, _path(each["loc"], source.root)) for each in errors]
        self.missing: dict[Path, list[str]] = {}
        for each, path in self.errors:
            if each["type"] == "missing":
                self.missing.setdefault(path[:-1], []).append(path[-1])
        self.explained: set[Path] = set()
        self.renamed: dict[Path, str] = {}
        self.suggested: set[Path] = set()

    def write(self) -> None:
        for path in self.sunk:
            self.sunken(path)
        own = [(each, it) for each, it in self.errors if not self.is_sunk(it)]
        inner = {path[:-1] for _, path in own}
        own = [(each, it) for each, it in own if not _is_short(each) or it not in inner]
        if any(not path[:-1] for _, path in own):
            self.flat()
        for error, path in own:
            if error["type"] == "extra_forbidden" and path not in self.explained:
                self.unknown_key(path)
        for error, path in own:
            if path in self.explained:
                continue
            if error["type"] == "missing":
                self.missing_key(path)
            elif error["type"] != "extra_forbidden":
                self.other(error, path)

    def is_sunk(self, path: Path) -> bool:
        """Whether a path leads into a block that stands too deep."""
        return any(path[: len(each)] == each for each in self.sunk)

    def sunken(self, path: Path) -> None:
        key = path[-1]
        self.complain(
            "unknown-key",
            path,
            f"'{key}' stands inside '{path[-2]}'",
            key=True,
            fix=f"move '{key}', with all below it, to the left edge.",
        )

    def flat(self) -> None:
        """Say which blocks are empty since what belongs to them is not indented."""
        known, room = keys.known(self.source.root, ()), ""
        for key, value in self.source.root.items():
            if key in known:
                room = key if key in MAIN and value is None else ""
            elif room:
                if (room,) not in self.explained:
                    said = f"'{key}' stands at the left edge, and '{room}' is empty"
                    fix = f"indent '{key}' and what follows it, as part of '{room}'."
                    self.complain("wrong-type", (key,), said, key=True, fix=fix)
                self.explained |= {(room,), (key,), (key, "[key]")}

    def complain(
        self, code: str, path: Path, message: str, *, key: bool = False, fix: str = ""
    ) -> None:
        place = self.source.place(path, key=key)
        self.source.complain(code, place, message, fix=fix)

    def unknown_key(self, path: Path) -> None:
        tells = self.source.tells("unknown-key")
        if tells and self.spoilt(path):
            return
        key, owner = path[-1], path[:-1]
        where = f"'{owner[-1]}'" if owner else "a tree"
        message = f"'{key}' is not a key of {where}"
        fix = self.meant(path) if tells else ""
        self.complain("unknown-key", path, message, key=True, fix=fix)

    def meant(self, path: Path) -> str:
        """What to write instead of a key that is not known."""
        key, owner = path[-1], path[:-1]
        if "include" in (keys.at(self.source.root, owner) or ()) and key in BESIDE:
            return f"move '{key}' to a cause or a group beside '{owner[-1]}'."
        if fix := keys.misplaced(self.source.root, path) or self.nested(path):
            return fix
        if key == "include":
            return "write it below the id of a group, under 'causes'."
        here = keys.known(self.source.root, owner)
        word = keys.meaning(key, here, self.missing.get(owner, ()))
        if word and word in self.missing.get(owner, ()):
            self.explained.add((*owner, word))
        if fix := keys.instead(key):
            return fix
        return f"did you mean '{word}'?" if word else f"known here: {', '.join(here)}."

    def nested(self, path: Path) -> str:
        """Where a whole entry belongs that stands inside another; mostly empty."""
        owner, value = path[:-1], keys.at(self.source.root, path)
        if not owner or owner[0] not in MAIN or not isinstance(value, dict):
            return ""
        if owner[0] == "causes" and {*value} <= {*keys.known({}, ("causes", ""))}:
            group = f"a group: 'causes: {{{path[-1]}: …}}'"
            return f"write what '{owner[-1]}' consists of as {group}."
        ours = {*keys.known(self.source.root, owner)}
        if MAIN[owner[0]] not in value or {*value} - ours:
            return ""
        where = f"one level further left, beside '{owner[-1]}'"
        return f"move '{path[-1]}', with all below it, {where}."

    def missing_key(self, path: Path) -> None:
        key, owner = path[-1], path[:-1]
        where = f"'{owner[-1]}'" if owner else "the tree"
        example = {"format": "format: 1"}.get(key, f"{key}: …")
        self.source.complain(
            "missing-key",
            self.source.place(owner, key=True),
            f"{where} has no '{key}'",
            why=f"'{key}' cannot be guessed.",
            fix=f"add '{example}'.",
        )

    def other(self, error: ErrorDetails, path: Path) -> None:
        kind = error["type"]
        if _is_of_key(kind, path):
            at = path[:-1]
            if not (self.source.tells("bad-id") and self.spoilt(at)):
                slug = self.bad_id(str(at[-1]), self.source.place(at, key=True), at)
                self.renamed[at] = slug
            return
        if kind == "string_pattern_mismatch":
            self.bad_id(str(error["input"]), self.source.place(path), path)
            return
        code, message = _CODES.get(kind, "wrong-type"), _EXPECTED.get(kind)
        fix = ""
        if self.source.tells(code) and self.spoilt(path):
            return
        if message is None:
            code, message, fix = self.in_words(error, path)
        elif self.source.tells(code):
            message, fix = self.instead(message, error["input"], path)
        self.complain(code, path, message, fix=fix)

    def in_words(self, error: ErrorDetails, path: Path) -> tuple[str, str, str]:
        """Code, message and fix of an error that has its own words or a count."""
        kind, context = error["type"], error.get("ctx", {})
        if kind == "string_too_long":
            most = context["max_length"]
            return "too-large", f"the text has more than {most:,} characters", ""
        if kind == "literal_error":
            return "bad-value", f"{context['expected']} is expected here", ""
        if _is_short(error):
            least = context["min_length"]
            what = "entry is" if least == 1 else "entries are"
            message = f"'{path[-1]}' is too short: {least} {what} expected"
            return "missing-key", message, ""
        if kind == "unknown-format":
            return kind, error["msg"], f"write 'format: {schema.FORMATS[-1]}'."
        if not ("read" in context and self.source.tells(kind)):
            return kind, error["msg"], ""
        deep = keys.misplaced(self.source.root, path)
        return kind, error["msg"], deep or _fix(context["read"], error["input"])

    def instead(self, message: str, value: Any, path: Path) -> tuple[str, str]:  # noqa: ANN401
        """What to say and to write where the value is of another type."""
        if path[0] in MAIN and len(path) % 2 == 0:
            entry = keys.known(self.source.root, path)
            if path[-1] in entry and not isinstance(value, dict):
                fix = f"indent '{path[-1]}' deeper, below the id that it belongs to."
                return f"'{path[-1]}' stands where an id is expected", fix
        if fix := keys.misplaced(self.source.root, path):
            return message, fix
        return _as_mapping(message, value, path)

    def bad_id(self, key: str, place: Place, path: Path) -> str:
        """Complain of an id; returns the one that is suggested."""
        slug = _slug(key)
        siblings = keys.at(self.source.root, path[:-1])
        taken = siblings if isinstance(siblings, dict) else ()
        first, count = slug, 1
        while slug in taken or (*path[:-1], slug) in self.suggested:
            count += 1
            slug = f"{first}-{count}"
        self.suggested.add((*path[:-1], slug))
        message = f"'{key}' is not an id"
        fix = f"write it as '{slug}'."
        self.source.complain("bad-id", place, message, fix=fix)
        return slug

    def glued(self, path: Path) -> bool:
        """Whether the space after a colon is missing; it is said if so."""
        value = keys.at(self.source.root, path)
        key, name = False, self.on_its_line(path, str(value))
        if value is None or ":" in str(path[-1]):
            key, name = True, str(path[-1])
        found = re.match(r"([\w-]+):(\S.*)", name)
        inside = key and len(path) > 1
        if not found or not (inside or found[1] in keys.ALL):
            return False
        message = f"a space is missing after '{found[1]}:'"
        fix = f"write '{found[1]}: {found[2]}'."
        if found[2][0] in "{[":
            fix = f"write '{found[1]}: {found[2][0]}'."
        place = self.source.place(path, key=key)
        width = len(found[1]) + 1
        self.source.complain("yaml-syntax", place, message, fix=fix, width=width)
        self.explained |= {path, (*path, "[key]")}
        return True

    def on_its_line(self, path: Path, text: str) -> str:
        """What of a text stands on its first line, where the parser read on."""
        place = self.source.place(path)
        first = self.source.line(place.line)[place.column - 1 :].rstrip()
        return first if first and text.startswith(f"{first} ") else text

    def spoilt(self, path: Path) -> bool:
        """Whether YAML read something else than was meant; it is said if so."""
        return self.torn(path) or self.glued(path)

    def torn(self, path: Path) -> bool:
        """Whether a text inside braces was torn at its comma; it is said if so."""
        found = _torn(self.source, path)
        if not found:
            return False
        key, text, parts = found
        owner = path[:-1]
        first = (*owner, parts[0])
        self.explained |= {(*owner, each) for each in parts}
        self.explained |= {(*owner, each, "[key]") for each in parts}
        is_decimal = re.fullmatch(r"\d+,\d+( *[a-z%]+)?", text)
        shown = text.replace(",", ".") if is_decimal else in_quotes(text)
        rest = text.removeprefix(str(keys.at(self.source.root, (*owner, key))))
        rest = rest.removeprefix(",").strip()
        message = f"a comma ends a text inside braces: '{key}' ends before '{rest}'"
        self.complain("cut-text", first, message, key=True, fix=f"write {key}: {shown}")
        return True


def _fix(read: Callable[[str], Any], text: str) -> str:
    """What to write instead of a text that its reader does not take."""
    try:
        read(text)
    except ValueError as error:
        return getattr(error, "fix", "")
    return ""


def _is_short(error: ErrorDetails) -> bool:
    """Whether something has too few entries, as it has when one of them is wrong."""
    return error["type"] in ("too_short", "dict_too_short")


def _torn(source: Source, path: Path) -> tuple[str, str, list[str]] | None:
    """The key of a text with a comma in it, the text whole, and its torn-off parts."""
    block = keys.at(source.root, path[:-1])
    if not isinstance(block, Block) or path[-1] not in block:
        return None
    texts = path[-2:-1] in TEXTS_BY_ID or keys.known(source.root, path[:-1])
    if not (texts or path[-1][:1].isdigit()) or not _is_scrap(source, path):
        return None
    names = list(block)
    first = last = names.index(path[-1])
    lowest, highest = max(0, first - MOST_SCRAPS), min(len(names), last + MOST_SCRAPS)
    while first > lowest and _is_scrap(source, (*path[:-1], names[first])):
        first -= 1
    while last + 1 < highest and _is_scrap(source, (*path[:-1], names[last + 1])):
        last += 1
    text = block[names[first]]
    if not isinstance(text, str):
        return None
    parts = names[first + 1 : last + 1]
    if not texts and not (text[-1:].isdigit() and parts[0][:1].isdigit()):
        return None
    for each in parts:
        place = source.place((*path[:-1], each), key=True)
        close = source.line(place.line)[place.column - 2 : place.column - 1] == ","
        text += f"{',' if close else ', '}{each}"
    return names[first], text, parts


def _is_scrap(source: Source, path: Path) -> bool:
    """Whether a key stands between commas inside braces, without a colon."""
    if keys.at(source.root, path) is not None:
        return False
    place = source.place(path, key=True)
    line, start = source.line(place.line), place.column - 1
    end = start + len(str(path[-1]))
    before = line[max(0, start - MOST_BLANKS) : start].rstrip()
    after = line[end : end + MOST_BLANKS].lstrip()
    return before.endswith(",") and after[:1] in (",", "}")


def _plain(text: str) -> str:
    """The text without quotes where it needs none, inside braces too."""
    plain = re.fullmatch(r"[^\W\d][\w .!?()/-]*", text) and ": " not in text
    return text if plain else in_quotes(text)


def _as_mapping(message: str, value: Any, path: Path) -> tuple[str, str]:  # noqa: ANN401
    """What to write instead of a list or a text where entries have ids."""
    key, room = path[-1], path[0]
    if message != A_MAPPING or room == "tests":
        return message, ""
    if isinstance(value, str):
        return message, _in_braces(key, value, path)
    if not isinstance(value, list) or key not in (*_BY_ID, *MAIN):
        return message, ""
    entries = [_entry(key, each) for each in value[:MOST_SHOWN]]
    shown = ", ".join(each for each in entries if each)
    end = ", …" if len(value) > MOST_SHOWN else ""
    needs = (
        "'key: value' is expected"
        if key == "given"
        else "each of its entries needs an id"
    )
    said = f"'{key}' is a list here, and {needs}"
    return said, f"write '{key}: {{{shown}{end}}}'." if shown else ""


def _in_braces(key: str, value: str, path: Path) -> str:
    """What to write for a text that stands alone where a mapping is expected."""
    if path[0] == "sources" and len(path) > 1:
        url = f"title: …, url: {in_quotes(value)}" if "://" in value else ""
        return f"write '{{{url or f'title: {_plain(value)}'}}}'."
    if len(path) % 2 == 0 and path[0] in MAIN:
        return f"write '{key}: {{{MAIN[path[0]]}: {_plain(value)}}}'."
    if key in MAIN:
        return f"write '{key}: {{{_slug(value)}: {{{MAIN[key]}: {_plain(value)}}}}}'."
    firsts = {"stop": "yes", "escalate": "to", "given": "CAUSE"}
    if key in firsts:
        return f"write '{key}: {{{firsts[key]}: {_plain(value)}}}'."
    return f"write '{key}: {{{value}: usually}}'." if key == "fixes" else ""


def _entry(key: str, item: Any) -> str:  # noqa: ANN401 - any YAML value
    """An item of a list as an entry with an id; empty where it holds no text."""
    text = _main_text(item)
    if not text and key in _BY_ID and isinstance(item, dict):
        pairs = [(each, it) for each, it in item.items() if isinstance(it, str)]
        return ", ".join(f"{each}: {_plain(it)}" for each, it in pairs)
    if not text or key == "given":
        return ""
    if key == "answers":
        return f"{_slug(text)}: {_plain(text)}"
    if key == "fixes":
        return f"{text}: usually"
    if isinstance(item, dict):
        return f"{_slug(text)}: {{…}}"
    main = "" if _slug(text) == text else f"{MAIN[key]}: {_plain(text)}"
    return f"{_slug(text)}: {{{main}}}"


def _main_text(item: Any) -> str:  # noqa: ANN401 - any YAML value
    """The text of an item of a list, in whatever form."""
    if isinstance(item, dict):
        told = ("id", "text", "title", "label", "name", "ask", "do")
        item = next((item[each] for each in told if each in item), None)
    return item if isinstance(item, str) and item else ""


def _slug(text: str) -> str:
    """An id made of a text."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").lower())
    marks = "".join(each for each in plain if not unicodedata.combining(each))
    slug = re.sub("[^a-z0-9]+", "-", marks).strip("-")[:40].strip("-")
    if slug.isdigit() and int(slug) < len(_DIGITS):
        return _DIGITS[int(slug)]
    return slug if slug[:1].isalpha() else f"a{slug or '1'}"


def _path(location: tuple[int | str, ...], root: Any) -> Path:  # noqa: ANN401
    """A pydantic location without the tags of unions, which no file has as keys."""
    path: Path = ()
    for each in location:
        node = keys.at(root, path) if each in schema.TAGS else None
        if each not in schema.TAGS or (isinstance(node, dict) and each in node):
            path = (*path, each)
    return path


def _is_of_key(kind: str, path: Path) -> bool:
    """Whether an error is about a key, not about its value."""
    return path[1:][-1:] == ("[key]",) and kind.startswith("string_")


def _rest(source: Source, report: _Report) -> Shape:
    """What is left of the file without all that is broken."""
    copy = _copied(source.root)
    broken: set[Path] = set()
    for path in report.sunk:
        _raise(copy, path)
        source.moved[str(path[-1])] = path[:-1]
        broken.add(path)
    for path, slug in report.renamed.items():
        source.renamed[slug] = str(path[-1])
        _rename(copy, path, slug)
        broken.add(path)
    for _ in range(_ROUNDS):
        try:
            return Shape(TreePart.model_validate(copy), frozenset(broken))
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                broken.add(_mend(copy, _path(each["loc"], copy), each["type"]))
    return Shape(None)


def _copied(value: Any) -> Any:  # noqa: ANN401 - any YAML value
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [*map(_copied, value)] if isinstance(value, list) else value


def _raise(copy: dict[str, Any], path: Path) -> None:
    """Move a block to the left edge, unless there is one of its name."""
    block = keys.at(copy, path[:-1]).pop(path[-1])
    copy.setdefault(path[-1], block)


def _rename(copy: dict[str, Any], path: Path, slug: str) -> None:
    block = keys.at(copy, path[:-1])
    if isinstance(block, dict) and path[-1] in block:
        block[slug] = block.pop(path[-1])


def _mend(copy: dict[str, Any], path: Path, kind: str) -> Path:
    """Take out what is wrong at a path, or put in what is missing; the path of it."""
    if kind == "missing":
        keys.at(copy, path[:-1])[path[-1]] = _STAND_INS.get(path[-1], keys.STAND_IN)
        return path
    path = path[:-1] if _is_of_key(kind, path) else path
    while path and not (
        isinstance(path[-1], str) and isinstance(keys.at(copy, path[:-1]), dict)
    ):
        path = path[:-1]
    if path:
        keys.at(copy, path[:-1]).pop(path[-1], None)
    return path
