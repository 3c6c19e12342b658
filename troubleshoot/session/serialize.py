"""
A session as JSON, written and read, and how any JSON text is read here.

The reader is strict, because files come from anywhere: a text means one thing, or it is
refused in one sentence. Texts, names and numbers of a session are checked here; whether
they mean anything to a tree is decided where the tree is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from troubleshoot._version import __version__
from troubleshoot.errors import AnswerError, PlanError, SessionError, TroubleshootError
from troubleshoot.files import LARGEST
from troubleshoot.session.events import (
    DIGITS,
    Answered,
    Asked,
    Begun,
    Closed,
    Event,
    Remark,
    Skipped,
    Tried,
    is_fact,
    moment,
    plain,
    stamp,
)
from troubleshoot.session.options import Options
from troubleshoot.session.provenance import signature
from troubleshoot.session.steps import words
from troubleshoot.text import listing, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.steps import Step
    from troubleshoot.tree.tree import Question, Tree


T = TypeVar("T")

FORMAT: Final = 1  # of every JSON text that is written here

Log: TypeAlias = tuple[
    Annotated[
        Begun | Asked | Answered | Tried | Skipped | Remark,
        Field(discriminator="kind"),
    ],
    ...,
]

# Options that say nothing where they are empty.
OWN: Final = ("variables", "language", "audience")

DEEPEST: Final = 100  # lists and objects in each other
SHOWN: Final = 60
SURROGATE: Final = re.compile("[\ud800-\udfff]")
MESSAGES: Final = {
    "missing": "this is missing",
    "extra_forbidden": "this is not known here",
    "unexpected_keyword_argument": "this is not known here",
    "dataclass_type": "this should be an object",
    "tuple_type": "this should be a list",
    "string_type": "this should be a text",
    "float_type": "this should be a number",
    "bool_type": "this should be true or false",
    "union_tag_not_found": "an event needs a 'kind'",
    "union_tag_invalid": "this kind of event is not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeMark(Closed):
    """Which tree a session belongs to."""

    id: str
    title: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTexts(Closed):
    """How a question and all its answers read, and what else gives them meaning."""

    ask: str
    answers: Mapping[str, str]
    unit: str = ""
    private: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Closed):
    """
    How the steps of a session read when it was written, by their ids.

    ``changes`` are the questions whose answers an action that was tried may have
    changed; files of versions that did not write them have none.
    """

    questions: Mapping[str, QuestionTexts] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Closed):
    """
    Where a session stood: the ending, or the step that came next.

    ``kind`` is "question", "action" or that of an ending, ``id`` that of the step;
    ``causes`` and ``confidence`` are those of the ending.
    """

    kind: str
    id: str = ""
    causes: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading(Closed):
    """The likeliest cause, "unknown" for one that is not listed, and its belief."""

    cause: str
    belief: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Saved(Closed):
    """
    What a saved session holds; ``undone`` are moves that were taken back.

    ``texts`` and ``leading`` are None in files of versions that did not write them;
    ``outcome`` is None as well where nobody had asked for the next step.
    """

    format: Literal[1]
    library: str
    tree: TreeMark
    options: Options
    events: Log
    undone: Log = ()
    texts: Texts | None = None
    leading: Leading | None = None
    outcome: Outcome | None = None


_reader: Final = TypeAdapter(Saved)


def written(
    tree: Tree,
    options: Options,
    events: Iterable[Event],
    *,
    leading: tuple[str, float],
    undone: Iterable[Event] = (),
    outcome: Outcome | None = None,
) -> str:
    """The session as JSON text that ``read`` takes back."""
    events, undone = tuple(events), tuple(undone)
    cause, belief = leading
    saved = {
        "format": FORMAT,
        "library": f"troubleshoot {__version__}",
        "tree": asdict(tree_mark(tree.original)),
        "options": chosen(options),
        "events": [plain(each) for each in events],
        "texts": texts(tree.original, (*events, *undone)),
        "leading": {"cause": cause, "belief": round(belief, DIGITS)},
    }
    if undone:
        saved["undone"] = [plain(each) for each in undone]
    if outcome is not None:
        saved["outcome"] = asdict(outcome)
    return json.dumps(saved, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def chosen(options: Options) -> dict[str, Any]:
    """The options as JSON; what says nothing is left out."""
    every = asdict(options) | {"variables": dict(options.variables)}
    return {name: it for name, it in every.items() if name not in OWN or it}


def texts(tree: Tree, events: Iterable[Event]) -> dict[str, Any]:
    """The ``Texts`` of the steps that these events speak of, as JSON."""
    found: dict[str, Any] = {"questions": {}, "actions": {}}
    for event in events:
        if isinstance(event, Answered):
            question = tree.questions[event.step]
            found["questions"][question.id] = question_texts(question)
        elif isinstance(event, Tried | Skipped):
            found["actions"][event.step] = tree.actions[event.step].do
        if isinstance(event, Tried):
            # Of every one, also without any: what is missing is not known.
            changes = found.setdefault("changes", {})
            changes[event.step] = list(tree.actions[event.step].changes)
    return found


def question_texts(question: Question) -> dict[str, Any]:
    """How a question reads, as JSON."""
    said = words(question)
    return {
        "ask": said["ask"],
        "answers": {each.id: each.written for each in question.answers},
        **{name: said[name] for name in ("unit", "private", "several") if said[name]},
    }


def outcome(step: Step) -> Outcome:
    """What a next step comes to, for a comparison with another one."""
    if not step.is_end:
        return Outcome(kind=step.kind, id=step.id)
    confidence = round(step.confidence, DIGITS)
    causes = tuple(each.id for each in step.causes)
    return Outcome(kind=step.kind, causes=causes, confidence=confidence)


def tree_mark(tree: Tree) -> TreeMark:
    """What tells this tree from others."""
    return TreeMark(
        id=tree.id,
        title=tree.title,
        version=tree.version,
        fingerprint=tree.fingerprint,
    )


def read(text: str) -> Saved:
    """
    The saved session in this text.

    A hand-off, which has its session under the key "session", is read as that.

    Raises:
        SessionError: it is not one; the message is one sentence.
    """
    value = SAVED.parsed(text)
    if isinstance(value, dict) and "events" not in value and "session" in value:
        value = value["session"]
    saved = SAVED.validated(_reader, SAVED.checked(value))
    log = (*saved.events, *saved.undone)
    stamped = tuple(_checked(i, each) for i, each in enumerate(log))
    size = len(saved.events)
    events, undone = stamped[:size], stamped[size:]
    _check_order(events)
    _check_order((events[0], *undone))
    if any(is_fact(each) for each in undone):
        raise SessionError("the facts of the saved session cannot be undone")
    return replace(saved, events=events, undone=undone)


def _checked(i: int, event: Event) -> Event:
    """The event under its time in UTC, once its signature is checked."""
    try:
        signature(event.at, event.actor, event.source, event.quote)
        return replace(event, at=stamp(moment(event.at)))
    except AnswerError as error:
        raise SessionError(f"event {i} of the saved session: {error}") from None
    except (ValueError, OverflowError):
        raise SessionError(
            f"event {i} of the saved session has no time with a zone: {shown(event.at)}"
        ) from None


def _check_order(events: tuple[Event, ...]) -> None:
    """A log begins once, its facts follow, and who is asked answers next."""
    kinds = [each.kind for each in events]
    if kinds[:1] != ["begun"] or kinds.count("begun") > 1:
        raise SessionError("the events of the saved session must begin once")
    facts = sum(map(is_fact, events))
    if not all(map(is_fact, events[1 : facts + 1])):
        raise SessionError("the facts of the saved session must come first")
    for asked, reply in zip(events, (*events[1:], None), strict=True):
        if not isinstance(asked, Asked):
            continue
        if not isinstance(reply, Answered) or reply.step != asked.step:
            raise SessionError(
                f"nothing answers {shown(asked.step)}, which the saved session asked"
            )


@dataclass(frozen=True, slots=True)
class StrictJSON:
    """
    Reads one kind of JSON text: what it is called, and the error that refuses others.

    ``longest`` is how many characters it may have.
    """

    what: str
    error: type[SessionError | PlanError] = SessionError
    longest: float = math.inf

    def parsed(self, text: object) -> object:
        """The JSON value; refuses what a second reader might take differently."""
        if not isinstance(text, str):
            raise self.error(f"a {self.what} is a text")
        if len(text) > self.longest:
            raise self.error(
                f"the {self.what} is longer than {self.longest:,} characters"
            )
        try:
            value = json.loads(
                text,
                object_pairs_hook=self._without_duplicates,
                parse_constant=self._refused,
                parse_float=self._finite,
                parse_int=self._small,
            )
            decoded = json.dumps(value, ensure_ascii=False)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise self.error(
                f"the {self.what} is not JSON: {error.msg} at {place}"
            ) from None
        except RecursionError:
            raise self._too_deep() from None
        if _is_deep(value):
            raise self._too_deep()
        # An escape may hide half a character, which no file can hold.
        if SURROGATE.search(text) or SURROGATE.search(decoded):
            raise self.error(f"the {self.what} holds half a character (a surrogate)")
        return value

    def checked(self, value: object, *needed: str) -> dict[str, Any]:
        """The object, once it has the format of now and the keys that are needed."""
        keys = ("format", *needed)
        if not isinstance(value, dict) or not value.keys() >= {*keys}:
            named = listing(f"a '{each}'" for each in keys)
            raise self.error(
                f"this is not a {self.what}: one is an object that has {named}"
            )
        if type(value["format"]) is not int or value["format"] != FORMAT:
            raise self.error(
                f"the {self.what} has the format {shown(json.dumps(value['format']))}, "
                f"and this version reads format {FORMAT}"
            )
        return value

    def validated(self, reader: TypeAdapter[T], value: object) -> T:
        """What the reader makes of the value."""
        try:
            return reader.validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            first = error.errors(
                include_url=False, include_context=False, include_input=False
            )[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        message = MESSAGES.get(first["type"], first["msg"])
        raise self.error(f"the {self.what} cannot be read at {shown(place)}: {message}")

    def _too_deep(self) -> TroubleshootError:
        levels = f"more than {DEEPEST} levels"
        return self.error(f"the {self.what} is nested too deeply, {levels}")

    def _without_duplicates(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise self.error(f"the {self.what} says {shown(name)} twice")
            found[name] = value
        return found

    def _refused(self, word: str) -> float:
        raise self.error(f"the {self.what} holds {word}, which is not a number in JSON")

    def _finite(self, digits: str) -> float:
        if math.isfinite(number := float(digits)):
            return number
        raise self.error(f"the {self.what} holds {shown(digits)}, which is too large")

    def _small(self, digits: str) -> int:
        self._finite(digits)
        return int(digits)


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(DEEPEST + 1):
        level = [x for each in level for x in _inside(each)]
    return bool(level)


def _inside(value: object) -> Iterable[object]:
    """What stands in a list or an object, its other values, and nothing in others."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def shown(text: str) -> str:
    """The text on one line, in quotes, cut where a message would grow too long."""
    return f"'{shortened(' '.join(text.split()), SHOWN)}'"


SAVED: Final = StrictJSON("saved session", longest=LARGEST)
