"""
A tree as part of another: what it has is copied below a group that includes it.

Its causes, questions, actions and setups join those of the including file, as values
with their places; each name gets that of the group before it: ``dns.lookup``. What
comes out is the value of one file, and is read as one; its places alone still know the
files apart.

What speaks of a whole session belongs to the including tree: the confidence, the
unknown cause, whom to hand over to. Tests stay behind and are run on the part itself.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from troubleshoot.errors import nearest
from troubleshoot.tree import keys, told, values
from troubleshoot.tree.link import EVERYTHING
from troubleshoot.tree.records import id_of
from troubleshoot.tree.schema import MAX_ID, TreePart
from troubleshoot.tree.source import (
    FILES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Block,
    Items,
)
from troubleshoot.tree.tree import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from troubleshoot.tree.source import Path, Source
    from troubleshoot.tree.tree import Tree


Value: TypeAlias = Any  # of a YAML file
BOTH: Final = ("any", "all")  # under which conditions stand
RECORD: Final = "record"
TITLED: Final = ("by", "needs")  # the keys of people and things, which have titles
AS_IT_IS: Final = ("url", "version", "owner", "tests", "include")  # no texts
ROOMS: Final = ("questions", "urgent", "setups", "actions")


class NotIncluded(Exception):
    """What is named cannot be a part, in the author's words, and how to mend it."""

    def __init__(
        self,
        message: str,
        fix: str = "",
        code: str = "bad-include",
        at: Path = ("include",),
    ) -> None:
        super().__init__(message)
        self.fix = fix
        self.code = code
        self.at = at  # below the group


class Graft(NamedTuple):
    """That a file came along by this name, by way of these files, with these texts."""

    id: str
    name: str
    files: tuple[str, ...]
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Included:
    """
    A file that was read, with its own parts in its value; ``tree`` None: it is broken.

    ``number`` is that of the file in places. ``size`` is in bytes and ``entries`` in
    values, those of its own parts as often as they came along, as ``grafts`` say.
    """

    id: str
    number: int
    source: Source
    tree: Tree | None
    size: int
    entries: int = 0
    depth: int = 0
    grafts: tuple[Graft, ...] = ()

    @property
    def file(self) -> str:
        """Its name in problems."""
        return self.source.file


class Grafting:
    """One file that takes in others, until it is ``finish``ed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.size = len(source.text.encode("utf-8", "surrogatepass"))
        self.entries = measured(source.root)[0]
        self.grafts: list[Graft] = []
        self._groups: dict[Path, Block] = {}  # as they will be
        self._taken: list[Block] = []  # the trees that come along
        self._variables: list[Block] = []  # and theirs
        self._is_percentage = _kind(source.root.get("causes"))
        self.has_variables = bool(source.root.get("variables"))
        self._titles = {key: _titles(source.root, key) for key in TITLED}

    def refuse(self, path: Path, error: NotIncluded) -> None:
        """Say why a group has no part, and go on without."""
        place = self.source.place((*path, *error.at))
        self.source.complain(error.code, place, str(error), fix=error.fix)
        self._leave_out(path)

    def _leave_out(self, path: Path) -> None:
        """Go on as if the group were a cause; names in it are nobody's fault."""
        self.source.absent.add(str(path[-1]))
        group = keys.at(self.source.root, path)
        kept = Block(None)
        for key in ("title", "about", "prior"):
            if key in group:
                kept.put(key, group[key], group.marks_of(key))
        self._groups[path] = kept

    def graft(self, path: Path, group: Block, part: Included) -> None:
        """Take in a part. Raises ``NotIncluded``."""
        if part.tree is None:  # its problems say why
            self._leave_out(path)
            return
        name = str(path[-1])
        self._check_limits(name, part, len(path))
        self._note_twice(path, group, part)
        self.size += part.size
        self.entries += part.entries
        reads = self._reader(path, group, part)
        tree = _Renaming(name, part, reads).tree(self._reliability(part))
        self._set_priors(path, group, part, tree["causes"])
        self._set_titles(tree)
        braces = self.has_variables and not self.source.root.get("variables")
        self._groups[path] = _grown(_with_braces(group) if braces else group, tree)
        self._taken.append(tree)

    def _check_limits(self, name: str, part: Included, depth: int) -> None:
        at_most, limit = "", ""
        if self.size + part.size > MAX_BYTES:
            at_most, limit = "bytes", f"{MAX_BYTES:,}"
        elif self.entries + part.entries > MAX_NODES:
            at_most, limit = "entries", f"{MAX_NODES:,}"
        elif part.depth + depth > MAX_DEPTH:
            at_most, limit = "levels", f"{MAX_DEPTH}"
        if at_most:
            message = f"with '{part.file}' this tree has more than {limit} {at_most}"
            raise NotIncluded(f"{message}: that is the limit", code="too-large")
        names = keys.names(part.source.root).values()
        longest = max((each for some in names for each in some), key=len, default="")
        if len(name) + 1 + len(longest) > MAX_ID:
            message = f"'{name}.{longest}' would have more than {MAX_ID} characters"
            raise NotIncluded(message, "give this group a shorter id.", "bad-id")

    def _note_twice(self, path: Path, group: Block, part: Included) -> None:
        """A file that comes along by two ways is asked about twice."""
        name = str(path[-1])
        texts = tuple(sorted((group.get("with") or {}).items()))
        own = Graft(part.id, name, (self.source.file, part.file), texts)
        below = [
            each._replace(
                name=f"{name}.{each.name}", files=(self.source.file, *each.files)
            )
            for each in part.grafts
        ]
        # With other texts it is about something else: two lamps, each with a plug.
        known = {(each.id, each.texts): each for each in reversed(self.grafts)}
        again = next((x for x in (own, *below) if (x.id, x.texts) in known), None)
        self.grafts += own, *below
        if again:
            first = known[again.id, again.texts]
            self.source.complain(
                "included-twice",
                self.source.place((*path, "include")),
                f"'{again.files[-1]}' comes along twice: as '{first.name}' "
                f"({' → '.join(first.files)}) and as '{again.name}' "
                f"({' → '.join(again.files)})",
                severity="warning",
                fix="include it once, where both would find it.",
            )

    def _reader(self, path: Path, group: Block, part: Included) -> Callable[[str], str]:
        """How texts of a part are written here, where variables have other names."""
        declared = part.source.root.get("variables") or {}
        said = group.get("with") or {}
        for name in said:
            if name not in declared:
                near = nearest(name, declared)
                self.source.complain(
                    "unknown-variable",
                    self.source.place((*path, "with", name), key=True),
                    f"'{part.file}' has no variable '{name}'",
                    why="it is put into texts of the included tree, by its name there.",
                    fix=f"did you mean '{near[0]}'?" if near else "",
                )
        if not declared:
            return told.as_braces if self.has_variables else str
        own = self.source.root.get("variables") or {}
        names, values = {}, Block(None)
        values.mark = group.mark
        for name in declared:
            text = said.get(name, declared[name])
            alias = re.fullmatch(rf"\{{({told.NAME})\}}", said.get(name, ""))
            if alias and alias[1] in own:
                names[name] = alias[1]
                continue
            if alias:
                self.source.complain(
                    "unknown-variable",
                    self.source.place((*path, "with", name)),
                    f"no variable is called '{alias[1]}', which stands here in braces",
                    fix="declare it under 'variables'.",
                )
            names[name] = f"{path[-1]}.{name}"
            values.put(names[name], text, (group.mark, group.mark))
        self._variables.append(values)
        return lambda text: told.renamed(text, names)

    def _reliability(self, part: Included) -> str:
        """What is to be said of every step of a part; nothing where it is the same."""
        default = str(TreePart.model_fields["reliability"].default)
        own, other = (
            str(each.get("reliability") or default)
            for each in (self.source.root, part.source.root)
        )
        try:
            same = values.chance(own) == values.chance(other)
        except values.BadValue:
            same = True  # nothing comes of it: this file is broken
        return "" if same else other

    def _set_priors(
        self, path: Path, group: Block, part: Included, causes: Block
    ) -> None:
        """Priors as the including tree says them, and written as it writes its own."""
        at: Path = (*path, "priors")
        said = group.get("priors") or Block(None)
        named = {id: (within, id) for within, id in _below(causes)}
        for name in said:
            if name in named:
                _set_prior(*named[name], said[name], said.marks_of(name))
            else:
                self._note_unknown(at, name, str(path[-1]), named)
        kinds = {id: _is_percentage(_prior(*each)) for id, each in named.items()}
        own = [it for id, it in kinds.items() if it is not None and id not in said]
        kind = own[0] if own else _kind(causes) or False
        mixed = [each for each in said if kinds.get(each) not in (None, kind)]
        if mixed:
            message = f"'{part.file}' has counts and percentages with these priors"
            fix = "write them as those of the included tree."
            raise NotIncluded(message, fix, "mixed-priors", ("priors", mixed[0]))
        if self._is_percentage is None:
            self._is_percentage = kind
        elif self._is_percentage != kind:
            if "prior" not in group:
                words = "counts", "percentages"
                message = (
                    f"the priors of '{part.file}' are {words[kind]}, and those of this "
                    f"tree {words[self._is_percentage]}"
                )
                fix = f"give '{path[-1]}' a prior, for its causes to share."
                raise NotIncluded(message, fix, "mixed-priors")
            _convert(causes, to_percentages=self._is_percentage)

    def _set_titles(self, tree: Block) -> None:
        """People and things that are known here already keep their titles."""
        for key, known in self._titles.items():
            for titles in _titled(tree, key):
                for name in titles:
                    titles[name] = known.setdefault(name, titles[name])

    def _note_unknown(
        self, at: Path, name: str, group: str, known: Iterable[str]
    ) -> None:
        near = nearest(f"{group}.{name}", known) or nearest(name, known)
        self.source.complain(
            "unknown-cause",
            self.source.place((*at, name), key=True),
            f"'{group}' gives a prior to an unknown cause '{name}'",
            why="every name here is a cause or a group of the included tree.",
            fix=f"did you mean '{near[0]}'?" if near else "",
        )

    def finish(self) -> None:
        """Give the file its value with all parts."""
        if not self._groups:
            return
        root = _copied(self.source.root)
        if self.has_variables and not self.source.root.get("variables"):
            root = _with_braces(root)
        root["causes"] = self._causes(("causes",), root["causes"])
        for room in ROOMS:
            things = [each.get(room) for each in self._taken]
            self._join(root, room, things, fix="choose another name here.")
        for key in TITLED:
            self._join(root, key, [each.get(key) for each in self._taken])
        noted = [each.get(RECORD) for each in self._taken]
        if any(noted) and root.get(RECORD) is not None:
            _set(root, RECORD, _noted(root))
        self._join(root, RECORD, noted)
        self._join(root, "variables", self._variables)
        self._join_sources(root)
        self.source.root = root

    def _join(
        self, root: Block, room: str, more: Iterable[Block | None], *, fix: str = ""
    ) -> None:
        """Put what has names together, that of this file first; none comes twice."""
        own = root.get(room)
        taken = [each for each in more if each]
        if not taken or not isinstance(own, Block | None):
            return
        joined = Block(None) if own is None else _copied(own)
        for each in taken:
            for name, thing in each.items():
                if name not in joined:
                    joined.put(name, thing, each.marks_of(name))
                elif fix:
                    place = self.source.place((room, name), key=True)
                    message = f"'{name}' comes along from an included tree too"
                    self.source.complain("duplicate-id", place, message, fix=fix)
        _set(root, room, joined)

    def _join_sources(self, root: Block) -> None:
        """Name what the knowledge of the parts comes from."""
        own = root.get("sources")
        taken = [each["sources"] for each in self._taken if each.get("sources")]
        if not taken or not isinstance(own, Items | None):
            return
        joined = Items(None)
        joined.extend(own or ())
        joined.marks.extend(own.marks if own else ())
        for some in taken:
            for each, mark in zip(some, some.marks, strict=True):
                if each not in joined:
                    joined.append(each)
                    joined.marks.append(mark)
        _set(root, "sources", joined)

    def _causes(self, path: Path, causes: Block) -> Block:
        """The causes with what was grafted, copied as far as anything changes."""
        grown = _copied(causes)
        for id, cause in causes.items():
            at = (*path, id)
            if at in self._groups:
                grown[id] = self._groups[at]
            elif any(each[: len(at)] == at for each in self._groups):
                grown[id] = _copied(cause)
                grown[id]["causes"] = self._causes((*at, "causes"), cause["causes"])
        return grown


def _copied(block: Block) -> Block:
    """A block with the same entries at the same places, to be changed."""
    copy = Block(None)
    copy.update(block)
    copy.mark, copy.marks, copy.doubled = block.mark, block.marks[:], block.doubled
    return copy


def _set(
    block: Block, key: str, value: Value, marks: tuple[int, int] | None = None
) -> None:
    """Give a key this value; a new one stands where the block does, or there."""
    if key not in block:
        block.put(key, value, marks or (block.mark, block.mark))
        return
    block[key] = value
    if marks:
        at = block.entry(key)
        block.marks[at], block.marks[at + 1] = marks


def _without(block: Block, key: str) -> Block:
    """A block but for one of its entries."""
    rest = Block(None)
    rest.mark = block.mark
    for each in block:
        if each != key:
            rest.put(each, block[each], block.marks_of(each))
    return rest


def _with_braces(root: Block) -> Block:
    """The value of a file that declares no variables, for a tree that has some."""

    def written(value: Value) -> Value:
        if isinstance(value, Block):
            made = _copied(value)
            for key in value:
                made[key] = value[key] if key in AS_IT_IS else written(value[key])
            return made
        if isinstance(value, Items):
            items = Items(None)
            items.mark, items.marks = value.mark, value.marks
            items.extend(map(written, value))
            return items
        return told.as_braces(value) if isinstance(value, str) else value

    made: Block = written(root)
    return made


def _grown(group: Block, tree: Block) -> Block:
    """The group of a file with what another tree has below it."""
    grown = Block(None)
    grown.mark = group.mark
    for key in ("title", "about", "prior"):
        if group.get(key) is not None:
            grown.put(key, group[key], group.marks_of(key))
        elif key != "prior" and tree.get(key) is not None:
            grown.put(key, tree[key], tree.marks_of(key))
    grown.put("causes", tree["causes"], group.marks_of("include"))
    return grown


def _titled(root: Block, key: str) -> Iterator[Block]:
    """Wherever people or things have titles: at the top of a file, and at steps."""
    rooms = [root.get(room) for room in ROOMS]
    steps = [
        each for room in rooms if isinstance(room, Block) for each in room.values()
    ]
    for each in (root, *steps):
        if isinstance(each, Block) and isinstance(each.get(key), Block):
            yield each[key]


def _noted(root: Block) -> Block | None:
    """What a file has noted in any case, by id, whichever way it is written."""
    value = root.get(RECORD)
    if value is None or isinstance(value, Block):
        return value
    made = Block(None)
    made.mark, marks = root.mark, root.marks_of(RECORD)
    for text in value if isinstance(value, Items) else (value,):
        if id_of(text) not in made:
            made.put(id_of(text), in_words(text), marks)
    return made


def _titles(root: Block, key: str) -> dict[str, Value]:
    """The titles of people or things by their names; what is said first counts."""
    found: dict[str, Value] = {}
    for titles in _titled(root, key):
        for name, title in titles.items():
            found.setdefault(name, title)
    return found


def _below(causes: Value) -> Iterator[tuple[Block, str]]:
    """All causes and groups, each in the block that it stands in."""
    for id, cause in causes.items() if isinstance(causes, Block) else ():
        yield causes, id
        if isinstance(cause, Block):
            yield from _below(cause.get("causes"))


def _prior(within: Block, id: str) -> str | None:
    cause = within[id]
    return cause.get("prior") if isinstance(cause, Block) else None


def _set_prior(
    within: Block, id: str, text: str, marks: tuple[int, int] | None = None
) -> None:
    cause = within[id]
    if cause is None:
        cause = within[id] = Block(None)
        cause.mark = within.marks_of(id)[1]
    _set(cause, "prior", text, marks)


def _is_percentage(text: str | None) -> bool | None:
    """Whether a prior is a percentage or a count; None where it says nothing of it."""
    try:
        return None if text is None else values.prior(text).is_percentage
    except (values.BadValue, AttributeError, TypeError):
        return None


def _kind(causes: Value) -> bool | None:
    """Whether priors are percentages, or counts as they are when nothing is said."""
    said = [(_is_percentage(_prior(*each)), each) for each in _below(causes)]
    kinds = [kind for kind, _ in said if kind is not None]
    if kinds:
        return kinds[0]
    silent = any(_is_root(within[id]) for _, (within, id) in said)
    return False if silent else None


def _is_root(cause: Value) -> bool:
    return not (isinstance(cause, Block) and {"causes", "include"} & {*cause})


def _convert(causes: Block, *, to_percentages: bool) -> None:
    """Write priors, which are shared out anyway, as percentages or as counts."""
    said: list[tuple[Block, str, float]] = []
    for within, id in _below(causes):
        text = _prior(within, id)
        if text is None and to_percentages and _is_root(within[id]):
            text = "1"
        if text is not None:
            said.append((within, id, values.prior(text).value))
    most = max((value for _, _, value in said), default=1.0)
    for within, id, value in said:
        if value:
            text = f"{100 * value / most!r}%" if to_percentages else repr(value)
            _set_prior(within, id, text)


class _Renaming:
    """The tree of a part with the name of a group before each of its names."""

    def __init__(
        self, name: str, part: Included, reads: Callable[[str], str] = str
    ) -> None:
        self.name = name
        self.reads = reads  # each text
        self.root = part.source.root
        self.number = part.number
        # The keys of things that hold names, and how.
        self.named: dict[str, Callable[[Value], Value]] = {
            "actions": self.words,
            "setup": self.words,
            "changes": self.changes,
            "given": self.keys,
            "fixes": self.keys,
            "only-if": self.condition,
        }

    def tree(self, reliability: str) -> Block:
        """What comes along; of its steps this much is right, if it is not empty."""
        tree = Block(None)
        for key in ("title", "about", "sources", *TITLED, RECORD):
            value = _noted(self.root) if key == RECORD else self.root.get(key)
            if value is not None:
                tree.put(key, self.plain(value), self.marks(key))
        tree.put("causes", self.causes(self.root["causes"]), self.marks("causes"))
        for room in ROOMS:
            if self.root.get(room) is not None:
                tree.put(room, self.things(self.root[room]), self.marks(room))
        for room, key, value in (
            ("questions", "reliability", reliability),
            ("actions", "reliability", reliability),
            ("actions", "verify", self.root.get("verify")),
            ("questions", "sometimes", self.root.get("sometimes")),
        ):
            for thing in (tree.get(room) or {}).values() if value else ():
                if thing.get(key) is None:
                    _set(
                        thing, key, value, self.marks(key) if key in self.root else None
                    )
        for id, action in (tree.get("actions") or {}).items():
            if action.get("changes") == []:  # all questions of a part that has none
                tree["actions"][id] = _without(action, "changes")
        return tree

    def marks(self, key: str) -> tuple[int, int]:
        one, other = self.root.marks_of(key)
        return self.mark(one), self.mark(other)

    def mark(self, mark: int) -> int:
        """A place of the part, which is in another file from now on."""
        return mark if mark >> FILES else mark | self.number << FILES

    def word(self, name: str) -> str:
        return f"{self.name}.{name}"

    def block(
        self,
        block: Block,
        name: Callable[[str], str],
        value: Callable[[str, Value], Value],
    ) -> Block:
        """A mapping with other names and other values."""
        made = Block(None)
        made.mark = self.mark(block.mark)
        made.update((name(key), value(key, each)) for key, each in block.items())
        made.marks = array("Q", map(self.mark, block.marks))
        return made

    def items(self, items: Items, value: Callable[[Value], Value]) -> Items:
        """A list with other values."""
        made = Items(None)
        made.mark = self.mark(items.mark)
        made.extend(map(value, items))
        made.marks = array("Q", map(self.mark, items.marks))
        return made

    def plain(self, value: Value) -> Value:
        """A value that holds no names."""
        if isinstance(value, Block):
            return self.block(
                value,
                str,
                lambda key, each: each if key == "url" else self.plain(each),
            )
        if isinstance(value, Items):
            return self.items(value, self.plain)
        return self.reads(value) if isinstance(value, str) else value

    def causes(self, causes: Block) -> Block:
        return self.block(causes, self.word, lambda _, each: self.cause(each))

    def cause(self, cause: Block | None) -> Block | None:
        if cause is None:
            return None
        return self.block(
            cause,
            str,
            lambda key, each: (
                self.causes(each) if key == "causes" else self.value(key, each)
            ),
        )

    def things(self, things: Block) -> Block:
        return self.block(
            things, self.word, lambda _, each: self.block(each, str, self.value)
        )

    def value(self, key: str, value: Value) -> Value:
        return self.named.get(key, self.plain)(value)

    def words(self, value: Value) -> Value:
        """A name, or a list of names."""
        if isinstance(value, Items):
            return self.items(value, self.word)
        return None if value is None else self.word(value)

    def changes(self, value: Value) -> Value:
        """Names of questions; all of them are those of the part."""
        every = self.root.get("questions") or {}
        if EVERYTHING not in (value if isinstance(value, Items) else (value,)):
            return self.words(value)
        items = Items(None)
        items.extend(map(self.word, every))
        items.marks.extend([self.marks("actions")[0]] * len(every))
        return items

    def keys(self, value: Value) -> Value:
        """What is said by name."""
        if not isinstance(value, Block):
            return value
        return self.block(value, self.word, lambda _, each: self.plain(each))

    def condition(self, value: Value) -> Value:
        """What is said by name; it may stand below 'any' and 'all'."""
        if isinstance(value, Items):
            return self.items(value, self.condition)
        if not isinstance(value, Block):
            return value
        return self.block(
            value,
            lambda key: key if key in BOTH else self.word(key),
            lambda key, each: self.condition(each) if key in BOTH else self.plain(each),
        )


def measured(value: Value, depth: int = 1) -> tuple[int, int]:
    """How many values there are in a value, itself included, and how deep they go."""
    if not isinstance(value, dict | list):
        return 1, depth
    inner = value.values() if isinstance(value, dict) else value
    inside = [measured(each, depth + 1) for each in inner]
    deepest = max((each for _, each in inside), default=depth)
    return 1 + sum(each for each, _ in inside), deepest
