"""
What the parser says, in the author's words, on the line where the fault is.

The parser stops where it can go on no more, often a line below what is wrong; both
parsers say so in words of their own. So the lines themselves are looked at first, and
what the parser says only if they look right.

Texts that a comment cuts are found here as well: a ``#`` after a blank begins a
comment, and a plain text ends before it, so that 'Can colleague #2 print?' would become
'Can colleague'. Numbers, ids and words are often followed by a comment, texts for
people are not; what stands under their keys is looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from troubleshoot.tree.keys import ALL, ROOMS
from troubleshoot.tree.source import (
    ODD_BLANKS,
    Block,
    Items,
    Place,
    build,
    decode,
    in_quotes,
    unpacked,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.tree.source import Source


# What the parser says, and what an author can do about it.
SAID: Final = (
    (
        "mapping values are not allowed",
        "a ':' stands where no new entry can begin",
        "put a text that contains ': ' into quotes, or check the indentation.",
    ),
    (
        "cannot start any token",
        "this character cannot begin a text",
        "indent with spaces, not tabs; quote a text that begins with '@' or '`'.",
    ),
    (
        "could not find expected ':'",
        "a ':' is missing after a key",
        "write 'key: value', with a space after the colon.",
    ),
    (
        "expected <block end>",
        "the entry does not line up with the ones above it",
        "give entries that belong together the same indentation.",
    ),
    (
        "did not find expected key",
        "the entry does not line up with the ones above it",
        "give entries that belong together the same indentation.",
    ),
    (
        "did not find expected '-' indicator",
        "the item does not line up with the ones above it",
        "give the items of a list the same indentation.",
    ),
    ("unexpected end of stream", "a quote is not closed", "close it."),
    ("expected ',' or", "a ',' or a closing bracket is missing", "close the bracket."),
)
_KEY: Final = r"(?P<before>\s*(?:- +)?)(?P<key>[\w-]+)"
_NO_SPACE: Final = re.compile(rf"{_KEY}:(?P<rest>[^\s:/].*)")
_ALONE: Final = re.compile(rf"{_KEY}\s*(?:#.*)?")
_NO_COLON: Final = re.compile(rf"{_KEY} +(?P<rest>[^\s:#].*)")
_ENTRY: Final = re.compile(rf"{_KEY}:\s+(?P<rest>\S.*)")
_SMART: Final = re.compile("[\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb]")
_LEADING: Final = re.compile(
    rf"[ \t]*(?:- *)?(?:[\w-]+:)?[ \t]*(?P<odd>[{ODD_BLANKS}])"
)


NEAR: Final = 3  # lines above, in which braces may have been torn
FAR: Final = 20  # lines above, in which a text of several lines may have begun
MOST_LOOKED: Final = 1_000  # characters of a line; longer ones nobody wrote by hand

# An entry inside braces: its text ends at the next key, or with the braces.
_INSIDE: Final = re.compile(
    r"""[{,]\s*(?P<key>[\w-]+):\s+"""
    r"""(?P<rest>(?:"[^"]*"|'[^']*'|(?![{\["']))[^{}\[\]]*?)"""
    r"""(?=\s*(?:,\s*[\w-]+:\s|[}\]]|$))"""
)
_BAR: Final = re.compile(r"\s*(?:- +)?(?P<key>[\w-]+):\s+(?P<sign>[|>])[+-]?\s*")
_TEXTS: Final = frozenset(
    ("title", "ask", "do", "symptom", "about", "why", "how", "verify", "caution", "to")
)

# Where texts for people stand; ids, words, numbers and ranges may have a comment.
TEXTS: Final = frozenset(
    "title symptom about owner ask do why how verify caution to bring".split()  # noqa: SIM905
)
TEXTS_BY_ID: Final = frozenset({"answers", "stop"})
# Where keys are names and values are words, whatever a cause or a question is called.
WORDS: Final = frozenset({"given", "fixes", "only-if"})
ENTRIES: Final = frozenset({"causes", *ROOMS})
_BLANKS: Final = re.compile(r"[ \t]*")
_COMMENT: Final = re.compile(r"[ \t]+#")
# What is laid out as a comment: two blanks before the sign, and one after it.
_NOTE: Final = re.compile(r"(?:\t|[ \t]{2,})#(?:\s|$)")


class Found(NamedTuple):
    """Something wrong in a line: where, what, and how to mend it."""

    column: int
    message: str
    fix: str
    width: int = 1


def read(data: bytes, file: str) -> Source:
    """
    The value of a YAML file, with places.

    Returns a source whose ``problems`` say what is wrong; its ``root`` is None when
    the file could not be read to the end.
    """
    source = decode(data, file)
    if not source.problems:
        try:
            build(source)
        except yaml.YAMLError as error:
            complain(source, error)
    return source


def complain(source: Source, error: yaml.YAMLError) -> None:
    """Note what is wrong with the YAML."""
    said = str(getattr(error, "problem", None) or getattr(error, "reason", ""))
    mark = getattr(error, "problem_mark", None)
    place = _place(mark)
    opened = _place(getattr(error, "context_mark", None) or mark)
    for number, found in _suspects(source, place, opened):
        at = Place(number, found.column)
        message, fix, width = found.message, found.fix, found.width
        source.complain("yaml-syntax", at, message, fix=fix, width=width)
        return
    message, fix = f"the YAML cannot be read: {said}", ""
    for sign, ours, mend in SAID:
        if sign in said:
            message, fix = ours, mend
            break
    if "end of stream" in said:
        place = opened
    elif "expected ',' or" in said and opened.line < place.line:
        bracket = source.line(opened.line)[opened.column - 1 :][:1]
        message = f"this '{bracket}' is not closed, or a ',' is missing after it"
        place = opened
    source.complain("yaml-syntax", place, message, fix=fix, width=1)


def _place(mark: Any) -> Place:  # noqa: ANN401 - the parser's own mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _suspects(
    source: Source, place: Place, opened: Place
) -> Iterator[tuple[int, Found]]:
    """What is wrong in the lines at which the parser stopped, the likeliest first."""
    above = place.line - 1
    while above > 0 and not source.line(above).split("#")[0].strip():
        above -= 1
    first = max(opened.line, place.line - NEAR)
    yield from _shallow_text(source, place)
    for numbers, looks in (
        ((place.line,), (_tab,)),
        ((above, place.line), (_odd_blank, _no_space)),
        ((above,), (_no_colon,)),
        ((place.line, above), (_smart_quotes, _odd_start, _after_quote)),
        ((place.line, above), (_colon_in_text,)),
        (range(first, place.line + 1), (_comment_in_braces,)),
    ):
        for number in numbers:
            lines = [source.line(each)[:MOST_LOOKED] for each in (number, place.line)]
            yield from ((number, it) for look in looks if (it := look(*lines)))


def _shallow_text(source: Source, place: Place) -> Iterator[tuple[int, Found]]:
    """A text of several lines that begins no deeper than its key."""
    for number in range(place.line - 1, max(0, place.line - FAR), -1):
        bar = _BAR.fullmatch(source.line(number)[:MOST_LOOKED])
        below = source.line(number + 1)[:MOST_LOOKED]
        if not bar or not below.strip() or _ENTRY.fullmatch(below):
            continue
        column = len(below) - len(below.lstrip()) + 1
        if column <= bar.start("key") + 1:
            message = f"the text after '{bar['sign']}' stands no deeper than its key"
            fix = f"indent each of its lines by two blanks more than '{bar['key']}'."
            yield number + 1, Found(column, message, fix, len(below.strip()))


def _tab(line: str, _: str) -> Found | None:
    """A tab among the blanks that a line begins with."""
    found = re.match(" *(?P<tab>\t+)", line)
    if not found:
        return None
    return Found(
        found.start("tab") + 1,
        "a tab stands here, and only spaces indent",
        "replace it by spaces, as many as the lines beside it begin with.",
        len(found["tab"]),
    )


def _entries(line: str) -> Iterator[re.Match[str]]:
    """The keys of a line with their texts, those inside braces too."""
    found = _ENTRY.fullmatch(line)
    if found:
        yield found
    yield from _INSIDE.finditer(line)


def _odd_blank(line: str, _: str) -> Found | None:
    """A blank that only looks like one, where the file needs a plain one."""
    found = _LEADING.match(line)
    if not found:
        return None
    sign = f"U+{ord(found['odd']):04X}"
    message = f"a blank of another kind ({sign}, a no-break space or the like) stands"
    fix = "delete it, and type a plain space."
    return Found(found.start("odd") + 1, f"{message} here", fix)


def _no_space(line: str, _: str) -> Found | None:
    """A key whose value follows at once: 'ask:Does it blink?'."""
    found = _NO_SPACE.fullmatch(line)
    if not found or not (found["key"] in ALL or found["rest"][0] in "{['\""):
        return None
    message = f"a space is missing after '{found['key']}:'"
    fix = f"write '{found['key']}: {found['rest'].strip()}'."
    return Found(found.start("key") + 1, message, fix, len(found["key"]) + 1)


def _no_colon(line: str, below: str) -> Found | None:
    """A key without its colon, alone or before its value."""
    alone, found = _ALONE.fullmatch(line), _NO_COLON.fullmatch(line)
    deeper = len(below) - len(below.lstrip()) > len(line) - len(line.lstrip())
    found = alone if alone and (deeper or alone["key"] in ALL) else found
    if not found or not (found is alone or found["key"] in ALL):
        return None
    message = f"a ':' is missing after '{found['key']}'"
    rest = "" if found is alone else f" {found['rest'].strip()}"
    fix = f"write '{found['key']}:{rest}'."
    return Found(found.start("key") + 1, message, fix, len(found["key"]))


def _smart_quotes(line: str, _: str) -> Found | None:
    """A text in typographic quotes, which are no quotes to YAML."""
    for found in _entries(line):
        if _SMART.match(found["rest"]) and ": " in found["rest"]:
            text = _SMART.sub("", found["rest"].strip())
            message = "these quotes are part of the text, and do not hold it together"
            fix = f"write {found['key']}: {in_quotes(text)}"
            return Found(found.start("rest") + 1, message, fix)
    return None


def _odd_start(line: str, _: str) -> Found | None:
    """A text that begins with a sign of YAML."""
    for found in _entries(line):
        text = found["rest"].strip()
        closed = re.match(r"(\[[^\]]*\]|\{[^}]*\}) *(?=[^\s#,}\]])", text)
        odd = re.match(r"[*&%@`]|[-?](?=\s)", text)
        if found["key"] in ALL and (closed or odd):
            message = f"a text cannot begin with '{text[0]}'"
            fix = f"put it into quotes: {found['key']}: {in_quotes(text)}"
            return Found(found.start("rest") + 1, message, fix)
    return None


def _after_quote(line: str, _: str) -> Found | None:
    """A text that goes on after its closing quote."""
    for found in _entries(line):
        quoted = re.match(r"""("[^"]*"|'[^']*') *(?=[^\s#,}\]])""", found["rest"])
        if quoted:
            message = "the text goes on after its closing quote"
            text = found["rest"].strip()
            text = text[1:-1] if text[-1] == text[0] else text
            whole = f"'{text}'" if "'" not in text else in_quotes(text)
            fix = f"put all of it into other quotes: {found['key']}: {whole}"
            return Found(found.start("rest") + quoted.end() + 1, message, fix)
    return None


def _colon_in_text(line: str, _: str) -> Found | None:
    """A plain text with ': ' in it."""
    for found in _entries(line):
        at = re.search(r":(?=\s|$)", found["rest"])
        if not at or found["rest"][0] in "{['\"|>":
            continue
        text = found["rest"].strip()
        message = "a ':' stands where no new entry can begin"
        fix = f"put the text into quotes: {found['key']}: {in_quotes(text)}"
        second = re.search(r"(?<=\s)[\w-]+$", found["rest"][: at.start()])
        if found.re is _INSIDE and second and _is_key(second[0], found["key"]):
            message = f"a ',' is missing before '{second[0]}:', or quotes are"
            fix = f"write ', {second[0]}:', or {fix}"
        return Found(found.start("rest") + at.start() + 1, message, fix)
    return None


def _is_key(word: str, owner: str) -> bool:
    """Whether a word before a colon may begin an entry, and be no part of a text."""
    return word in ALL or owner not in _TEXTS


def _comment_in_braces(line: str, _: str) -> Found | None:
    """A comment that takes a text and the closing bracket along."""
    found = re.match(r"[^#]*?[{\[][^#}\]]*?\s(?P<sign>#\S.*)", line)
    if not found:
        return None
    message = f"a comment begins here: '{found['sign'].strip()}' is not read"
    fix = "put a text that contains ' #' into quotes."
    return Found(found.start("sign") + 1, message, fix, len(found["sign"]))


def cut_texts(source: Source) -> None:
    """Note each text that a comment follows."""
    if " #" not in source.text and "\t#" not in source.text:
        return
    cuts = (_cut(source, *each) for each in _texts(source.root))
    for place, key, text in sorted(each for each in cuts if each is not None):
        _complain(source, key, text, place)


def _cut(
    source: Source,
    key: str,
    text: str | None,
    mark: int,
) -> tuple[Place, str, str] | None:
    """Where a comment begins that cuts a text, with its key and what is left of it."""
    end = _end(source, text or "", unpacked(mark))
    if end is None:
        return None
    line, start = source.line(end.line), end.column - 1
    found = _COMMENT.match(line, start)
    if not found or _NOTE.match(line, start):
        return None
    return Place(end.line, found.end()), key, text or ""


def _texts(root: Block) -> Iterator[tuple[str, str | None, int]]:
    """Each text for people: its key, itself, and the packed place where it begins."""
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, Items):
            for value, mark in zip(node, node.marks, strict=True):
                if isinstance(value, Block):
                    waiting.append(("", value))
                elif name in TEXTS and not isinstance(value, Items):
                    yield name, value, mark
            continue
        for at, key in enumerate(node.in_turn()):
            value = node[key]
            if isinstance(value, Block | Items):
                # What a test says is answers by id; with a unit there are ranges.
                words = (node is root and key == "tests") or "unit" in node
                words = words and key in ("tests", "answers")
                if not (words or (key in WORDS and name not in ENTRIES)):
                    waiting.append((key, value))
            elif name in TEXTS_BY_ID or key in TEXTS:
                yield key, value, node.marks[2 * at + 1]


def _end(source: Source, text: str, place: Place) -> Place | None:
    """Where a plain text ends; None where the text is in quotes or a block."""
    number, start = place.line, place.column - 1
    line = source.line(number)
    if line[start : start + 1] in ("'", '"', "|", ">"):
        return None
    if line.startswith(text, start):
        return Place(number, start + len(text) + 1)
    for word in text.split():
        while _BLANKS.match(line, start).end() == len(line):  # type: ignore[union-attr] # matches nothing too
            number, start = number + 1, 0
            line = source.line(number)
            if number > place.line + len(text):
                return None
        start = line.find(word, start) + len(word)
        if start < len(word):
            return None
    return Place(number, start + 1)


def _complain(source: Source, key: str, text: str, place: Place) -> None:
    rest = source.line(place.line)[place.column - 1 :].rstrip()
    if not text and rest[1:2].strip() == "":
        return  # nothing is there to be cut, and the comment looks like one
    note = rest[1:2].strip() == ""
    fix = f"write {key}: {in_quotes(f'{text} {rest}'.strip())}"
    source.complain(
        "cut-text",
        place,
        f"a comment ends the text of '{key}' before '{rest}'",
        severity="warning" if note else "error",
        fix=f"{fix}, or two blanks before a comment." if note else fix,
        width=len(rest),
    )
