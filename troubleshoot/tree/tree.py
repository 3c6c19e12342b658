"""
The diagnostic tree as a value: linked, checked, frozen.

Costs are in minutes; a step may take time besides that nobody has to attend. Chances
are fractions of 1. A cause with causes under it is a
group; priors of root causes are normalised so that together with ``unknown`` they
sum to 1.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from functools import cached_property, lru_cache, wraps
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

import troubleshoot
from troubleshoot.catalogue import DEFAULT, Catalogue, direction, in_language
from troubleshoot.conditions import both
from troubleshoot.errors import ArgumentTypeError, UnknownName
from troubleshoot.text import set_in_words, title_of
from troubleshoot.tree.only_if import ALWAYS, OnlyIf
from troubleshoot.tree.overlays import Overlay
from troubleshoot.tree.read_only import ReadOnly, read_only
from troubleshoot.tree.reply_schema import (
    DRAFT,
    answers_schema,
    numbers_of,
    outcomes_schema,
)
from troubleshoot.tree.values import Range

if TYPE_CHECKING:
    import networkx as nx


if TYPE_CHECKING:
    Graph: TypeAlias = nx.DiGraph[str]
else:
    Graph = Any  # networkx takes no parameters when it runs

Risk = Literal["none", "disruptive", "irreversible"]
UNKNOWN = "unknown"
ID = re.compile("[a-z][a-z0-9-]*")
# What a minute of waiting counts: enough that a long wait is not free, and little
# enough that whoever can do something else meanwhile is not asked otherwise for it.
WAITING = 0.2
WATCHED = 7 * 24 * 60.0  # minutes: a week has every day of the week
TIMES = 3  # what happens together three times is seldom chance
T = TypeVar("T")

AnswerKey: TypeAlias = str | tuple[str, ...]
"""
What is said to a question: the id of its answer; where it takes several at once, the
ids of all that hold, in the order of the file.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A group or a root cause; ``prior`` is P(cause) before any evidence."""

    id: str
    title: str
    about: str = ""
    parent: str | None = None
    depth: int = 0
    children: tuple[str, ...] = ()
    prior: float = 0.0
    actions: tuple[str, ...] = ()
    line: int = 0

    @property
    def is_group(self) -> bool:
        """Whether other causes stand under it."""
        return bool(self.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    One answer of a question; ``range`` where the question takes a number.

    ``text`` is what people read: a range in words, which the file has as ``spelled``.
    """

    id: str
    text: str
    range: Range | None = None
    spelled: str = ""

    @property
    def written(self) -> str:
        """As the file has it."""
        return self.spelled or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a step takes: who does it, with what, and what must be so before."""

    by: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    only_if: OnlyIf = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    Something to find out.

    ``given`` maps each root cause that the question speaks about to its
    P(answer | cause), in the order of ``answers``; the others answer by
    ``otherwise``. An urgent question has no likelihoods but ``stop`` texts.

    Of ``several`` answers any number holds, none too: the chances are those of each
    answer by itself, independent given the cause.
    """

    id: str
    ask: str
    answers: tuple[Answer, ...]
    why: str = ""
    how: str = ""
    unit: str = ""
    cost: float = 1.0
    wait: float = 0.0
    setup: str | None = None
    needs: Needs = Needs()
    record: tuple[str, ...] = ()
    given: Mapping[str, tuple[float, ...]] = field(default_factory=ReadOnly)
    otherwise: tuple[float, ...] = ()
    confusable: tuple[tuple[str, str], ...] = ()
    private: bool = False
    sometimes: bool = False
    normal: str = ""
    several: bool = False
    stop: Mapping[str, str] = field(default_factory=ReadOnly)
    line: int = 0

    def __post_init__(self) -> None:
        read_only(self, "given", "stop")

    @property
    def is_urgent(self) -> bool:
        """Asked before anything else, whatever the gain."""
        return bool(self.stop)

    @property
    def outcomes(self) -> tuple[AnswerKey, ...]:
        """
        All that can be said: each answer, or each set of several answers.

        Bit i of the place of a set says whether answer i is in it.
        """
        ids = tuple(each.id for each in self.answers)
        return _sets(ids) if self.several else ids

    def taken_for(self, said: AnswerKey) -> tuple[Answer, ...]:
        """
        The answers that are easily taken for this one, in their order.

        Of several, those that are not among them and easily taken for one that is.
        """
        held = {said} if isinstance(said, str) else {*said}
        alike = {x for pair in self.confusable if held & {*pair} for x in pair}
        return tuple(x for x in self.answers if x.id in alike - held)

    def in_words(self, said: AnswerKey, words: Catalogue | None = None) -> str:
        """What was said as people read it; of several also which do not hold."""
        if isinstance(said, str):
            return self.answer(said).text
        held = [self.answer(each).text for each in said]
        others = [each.text for each in self.answers if each.id not in said]
        return set_in_words(held, others, words)

    def written(self, said: AnswerKey) -> str:
        """The same as the file has it, for whoever says ranges in other words."""
        return (
            self.answer(said).written if isinstance(said, str) else self.in_words(said)
        )

    def answer(self, id: str) -> Answer:
        """The answer of this id, or ``UnknownName``."""
        for each in self.answers:
            if each.id == id:
                return each
        raise UnknownName("answer", id, [each.id for each in self.answers])


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    Something to do that may fix causes.

    ``title`` is a short form of ``do`` where the author gives none. ``fixes`` maps root
    causes to P(fixes | cause); a cause not in it is never fixed. ``changes`` names the
    questions whose answers are stale afterwards.
    """

    id: str
    do: str
    title: str = ""
    why: str = ""
    how: str = ""
    cost: float = 1.0
    wait: float = 0.0
    setup: str | None = None
    needs: Needs = Needs()
    record: tuple[str, ...] = ()
    fixes: Mapping[str, float] = field(default_factory=ReadOnly)
    verify: str = ""
    caution: str = ""
    risk: Risk = "none"
    changes: tuple[str, ...] = ()
    line: int = 0

    def __post_init__(self) -> None:
        read_only(self, "fixes")
        if not self.title:
            object.__setattr__(self, "title", title_of(self.do))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Something done once, after which the steps that need it are cheap."""

    id: str
    do: str
    cost: float = 1.0
    wait: float = 0.0
    setup: str | None = None
    needs: Needs = Needs()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordItem:
    """A text that is only noted and handed over; ``always`` if at no one step."""

    id: str
    title: str
    private: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFor:
    """
    What to do about a symptom that comes and goes: ``note`` is a sentence, empty for
    ours; go on after so many ``times``, or so many ``minutes``.
    """

    note: str = ""
    minutes: float = WATCHED
    times: int = TIMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """To whom to hand over; ``cost`` None makes handing over the last resort."""

    to: str = ""
    cost: float | None = None
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeTest:
    """Answers, and the cause that they must lead to."""

    id: str
    answers: Mapping[str, AnswerKey]
    finds: str
    within: int | None = None
    line: int = 0

    def __post_init__(self) -> None:
        read_only(self, "answers")


@lru_cache(maxsize=64)
def _sets(ids: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """All sets of these, in the order of ``Question.outcomes``."""
    sets: list[tuple[str, ...]] = [()]
    for id in ids:
        sets += [(*each, id) for each in sets]
    return tuple(sets)


class Telling(NamedTuple):
    """A tree as it was written, and what its variables stand for in its texts."""

    written: Tree
    values: Mapping[str, str]


class Origin(NamedTuple):
    """
    The text that a tree was read from, compressed, and its fingerprint.

    ``images`` are those that the texts of a file call by a name: where, and what.
    """

    text: bytes
    fingerprint: str
    images: Mapping[tuple[str, str], Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """
    A diagnostic tree, safe to share between threads and to send to processes.

    Equal to another with the same ``id`` and ``fingerprint``, whatever their files are
    called and in whichever language their texts are. Mappings keep the order of the
    file and cannot be written to. ``questions`` holds the urgent ones too, first.
    ``unknown`` is the prior of a cause that is not listed. ``roles`` and ``things`` are
    titles of who and what steps take, by id; ``verify`` is the question after an action
    that has none of its own. ``waiting`` is what a minute of waiting counts,
    compared with one that somebody attends.
    """

    id: str
    title: str
    language: str = DEFAULT
    audience: str = ""
    symptom: str = ""
    about: str = ""
    version: str = ""
    owner: str = ""
    review_by: date | None = None
    sources: tuple[tuple[str, str], ...] = ()
    variables: Mapping[str, str] = field(default_factory=ReadOnly)
    confidence: float = 0.9
    reliability: float = 0.98
    unknown: float = 0.03
    waiting: float = WAITING
    sometimes: bool = False
    watch: WatchFor = WatchFor()
    verify: str = ""
    roles: Mapping[str, str] = field(default_factory=ReadOnly)
    things: Mapping[str, str] = field(default_factory=ReadOnly)
    records: Mapping[str, RecordItem] = field(default_factory=ReadOnly)
    causes: Mapping[str, Cause]
    questions: Mapping[str, Question]
    setups: Mapping[str, Setup] = field(default_factory=ReadOnly)
    actions: Mapping[str, Action] = field(default_factory=ReadOnly)
    escalate: Escalation = Escalation()
    first: tuple[str, ...] = ()
    tests: tuple[TreeTest, ...] = ()
    file: str = ""
    # Not carried by ``replace``, which makes a tree that is in no file: where it was
    # read from, the tree whose texts read otherwise here, and, where variables have
    # values, the tree as it was written, with those.
    _origin: Origin | None = field(default=None, init=False, repr=False)
    _reworded: Tree | None = field(default=None, init=False, repr=False)
    _told: Telling | None = field(default=None, init=False, repr=False)
    _overlays: tuple[Overlay, ...] = field(default=(), init=False, repr=False)

    def __post_init__(self) -> None:
        read_only(self, "causes", "questions", "setups", "actions")
        read_only(self, "roles", "things", "records", "variables")

    def __repr__(self) -> str:
        return f"Tree({self.id!r}, {self.title!r})"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Tree):
            return NotImplemented
        return self.id == other.id and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash((self.id, self.title))

    def __copy__(self) -> Tree:
        return self

    def __deepcopy__(self, _: object) -> Tree:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # One that was read from a file travels as its text: see ``load``.
        values = {each: getattr(self, each) for each in _values()}
        return _from_values, (values, self._reworded)

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """The files of texts that stood beside its own file when it was read."""
        return self.original._overlays  # noqa: SLF001 - its own

    def wording(
        self, language: str | None = None, *, audience: str = ""
    ) -> troubleshoot.Wording:
        """
        How the tree reads in this language, or its own, and for this audience.

        ``wording(…).tree`` is the tree in these words, ``missing`` and ``stale`` name
        the texts that are not translated, or whose source has changed since.

        Raises:
            ArgumentError: this names no language, or no audience.
            TreeError: a file of texts beside the tree is broken.
        """
        from troubleshoot.tree.wordings import wording  # noqa: PLC0415 - see ``begin``

        return wording(self, language, audience)

    @property
    def words(self) -> Catalogue:
        """The fixed words in the language of the texts."""
        return in_language(self.language)

    @property
    def direction(self) -> str:
        """Where the lines of the texts begin: "ltr" on the left, "rtl" on the right."""
        return direction(self.language)

    @property
    def written(self) -> Tree:
        """The tree with names of variables in its texts instead of their values."""
        return self if self._told is None else self._told.written

    @property
    def original(self) -> Tree:
        """The tree as its author wrote it: in its own words, without any values."""
        tree = self
        while tree._reworded is not None:
            tree = tree._reworded
        return tree

    @property
    def values(self) -> Mapping[str, str]:
        """What each variable stands for in the texts; empty where none is put in."""
        return ReadOnly() if self._told is None else self._told.values

    @cached_property
    def root_causes(self) -> tuple[Cause, ...]:
        """The leaves, in the order of the file."""
        return tuple(each for each in self.causes.values() if not each.is_group)

    @cached_property
    def fingerprint(self) -> str:
        """
        Sixteen hex digits that change when what the file says changes.

        Its name and its ``id`` say which tree it is and are left out, so that an id
        given later changes nothing.
        """
        if self._reworded is not None:
            return self._reworded.fingerprint
        if self._origin is not None:
            return self._origin.fingerprint
        said = {each: getattr(self, each) for each in _values()}
        return fingerprint({**said, "file": ""})

    @cached_property
    def graph(self) -> Graph:
        """The hierarchy of causes as a networkx graph, groups to causes."""
        import networkx as nx  # noqa: PLC0415 - slow to import, rarely needed

        graph: Graph = nx.DiGraph()
        graph.add_nodes_from(self.causes)
        graph.add_edges_from(
            (cause.parent, cause.id)
            for cause in self.causes.values()
            if cause.parent is not None
        )
        return graph

    def cause(self, id: str) -> Cause:
        """The cause or group of this id, or ``UnknownName``."""
        return _named("cause", id, self.causes)

    def question(self, id: str) -> Question:
        """The question of this id, urgent ones included, or ``UnknownName``."""
        return _named("question", id, self.questions)

    def action(self, id: str) -> Action:
        """The action of this id, or ``UnknownName``."""
        return _named("action", id, self.actions)

    def facts_schema(self) -> dict[str, Any]:
        """The JSON Schema of the facts that a session may begin with."""
        questions = {
            each.id: {
                "title": each.ask,
                **answers_schema(
                    ((x.id, x.text, numbers_of(x.range)) for x in each.answers),
                    several=each.several,
                ),
            }
            for each in self.questions.values()
        }
        actions = {
            each.id: {"title": each.title, **outcomes_schema(put_off=False)}
            for each in self.actions.values()
        }
        return {
            "$schema": DRAFT,
            "title": self.title,
            "type": "object",
            # A question comes before an action of the same id.
            "properties": {**actions, **questions},
            "additionalProperties": False,
        }

    def record_item(self, id: str) -> RecordItem:
        """What is noted under this id, or ``UnknownName``."""
        return _named("record", id, self.records)

    def leaves(self, id: str) -> tuple[str, ...]:
        """The root causes under a group, or the root cause itself."""
        cause = self.cause(id)
        if not cause.is_group:
            return (id,)
        return tuple(leaf for child in cause.children for leaf in self.leaves(child))

    def begin(
        self,
        facts: Mapping[str, object] | None = None,
        *,
        by: str | Iterable[str] | None = None,
        has: str | Iterable[str] | None = None,
        variables: Mapping[str, str] | None = None,
        strategy: str | troubleshoot.Strategy = "information",
        language: str | None = None,
        audience: str | None = None,
        clock: Callable[[], datetime] | None = None,
        probes: Mapping[str, troubleshoot.Probe] | None = None,
        probe_seconds: float = 5.0,
    ) -> troubleshoot.Session:
        """
        A session with this tree; see ``troubleshoot.session.begin``.

        The one import that points upwards: the verb belongs to the value for whoever
        uses it, and to the room above for whoever reads it. Its types are named by
        the package, which fetches them when somebody asks for the hints.
        """
        from troubleshoot.session import begin  # noqa: PLC0415

        return begin(
            self,
            facts,
            by=by,
            has=has,
            variables=variables,
            strategy=strategy,
            language=language,
            audience=audience,
            clock=clock,
            probes=probes,
            probe_seconds=probe_seconds,
        )


class Time(NamedTuple):
    """Minutes that somebody attends, and minutes of waiting besides."""

    minutes: float
    wait: float


def time_of(*steps: Question | Action | Setup) -> Time:
    """What steps and setups take together."""
    return Time(sum(each.cost for each in steps), sum(each.wait for each in steps))


def price(tree: Tree, step: Question | Action | Setup) -> float:
    """Minutes at which a step competes: those of waiting count by their share."""
    return step.cost + tree.waiting * step.wait if step.wait else step.cost


def comes_and_goes(tree: Tree) -> bool:
    """Whether the symptom, or anything that is asked about, comes and goes."""
    return tree.sometimes or any(each.sometimes for each in tree.questions.values())


def needs_of(tree: Tree) -> Iterator[Needs]:
    """What each step of the tree takes, setups included."""
    for steps in (tree.questions, tree.actions, tree.setups):
        yield from (each.needs for each in steps.values())


def role(tree: Tree, id: str) -> str:
    """Who takes a step, as people read it; an id without a title in words."""
    return tree.roles.get(id, in_words(id))


def thing(tree: Tree, id: str) -> str:
    """What a step takes, as people read it; an id without a title in words."""
    return tree.things.get(id, in_words(id))


def in_words(id: str) -> str:
    """An id, its dashes as spaces; what is no id as it is."""
    return id.replace("-", " ") if ID.fullmatch(id) else id


def setups_of(tree: Tree, step: Question | Action | Setup) -> Iterator[Setup]:
    """The setups that a step stands on, the innermost first."""
    while step.setup is not None:
        step = tree.setups[step.setup]
        yield step


def steps_of(tree: Tree) -> Iterator[Question | Action]:
    """All questions, urgent ones first, and then all actions."""
    yield from tree.questions.values()
    yield from tree.actions.values()


def condition_of(tree: Tree, step: Question | Action) -> OnlyIf:
    """What must be so before the step and its setups."""
    found = step.needs.only_if
    for each in setups_of(tree, step):
        found = both(found, each.needs.only_if)
    return found


def fingerprint(content: Mapping[str, Any]) -> str:
    """Sixteen hex digits for what a file says, its ``id`` left out."""
    said = {key: value for key, value in content.items() if key != "id"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(value: Any) -> object:  # noqa: ANN401 - a value of a tree, or a date
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, date) else asdict(value)


def _values() -> tuple[str, ...]:
    return tuple(each.name for each in fields(Tree) if each.init)


def _from_values(values: dict[str, Any], reworded: Tree | None) -> Tree:
    tree = Tree(**values)
    object.__setattr__(tree, "_reworded", reworded)
    return tree


def with_overlays(tree: Tree, overlays: tuple[Overlay, ...]) -> Tree:
    """The tree, just read, with the files of texts that stand beside its own."""
    object.__setattr__(tree.original, "_overlays", overlays)
    return tree


def as_reworded(tree: Tree, texts: Mapping[str, Any]) -> Tree:
    """The tree with these values of fields, which differ in their texts alone."""
    return _from_values(
        {each: texts.get(each, getattr(tree, each)) for each in _values()}, tree
    )


def as_told(tree: Tree, written: Tree, values: Mapping[str, str]) -> Tree:
    """The tree, whose texts have these values in them, with how it was written."""
    if tree is written:  # no text has a name in it
        tree = as_reworded(tree, {})
    object.__setattr__(tree, "_told", Telling(written, values))
    return tree


def once_per_tree(make: Callable[[Tree], T]) -> Callable[[Tree], T]:
    """
    ``make``, called once for each tree; its value lives as long as the tree.

    For this very tree: an equal one may have other lines, or another order of keys.
    """
    return _once(make, lambda tree: tree)


def once_per_logic(make: Callable[[Tree], T]) -> Callable[[Tree], T]:
    """The same for what says nothing of texts: trees that are reworded share it."""
    return _once(make, attrgetter("original"))


def _once(
    make: Callable[[Tree], T], whose: Callable[[Tree], Tree]
) -> Callable[[Tree], T]:
    name, lock = f"{make.__module__}.{make.__qualname__}", Lock()

    @wraps(make)
    def made(tree: Tree) -> T:
        known = vars(tree := whose(tree))
        if name not in known:
            with lock:
                if name not in known:
                    known[name] = make(tree)
        value: T = known[name]
        return value

    return made


def groups_above(tree: Tree, cause: str) -> tuple[Cause, ...]:
    """The groups that a cause or group is in, the widest first."""
    found: list[Cause] = []
    above = tree.causes[cause].parent
    while above is not None:
        found.insert(0, tree.causes[above])
        above = found[0].parent
    return tuple(found)


def _named(kind: str, name: str, known: Mapping[str, T]) -> T:
    if not isinstance(name, str):
        raise ArgumentTypeError(f"a {kind} is named by its id, a text", argument="id")
    try:
        return known[name]
    except KeyError:
        raise UnknownName(kind, name, known) from None
