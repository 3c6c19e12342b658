"""
The record of a session: every move in order, with what it ruled out, as data and text.

Answers to private questions are masked in the data, so that no view of it can show
them. All texts are those of the tree as it is now.

As text it is one "word: text" per line. A text of several lines goes on with two blanks
in front, so that no note can pass for an event.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from troubleshoot._version import __version__
from troubleshoot.catalogue import DEFAULT, in_language
from troubleshoot.session.answers import in_words
from troubleshoot.session.conflict import doubt, shared_doubt
from troubleshoot.session.effort import time_by_place
from troubleshoot.session.events import (
    DIGITS,
    PROBE,
    Answered,
    Asked,
    Begun,
    Closed,
    Remark,
    Skipped,
    Tried,
)
from troubleshoot.session.provenance import MEASURED, SAID
from troubleshoot.session.serialize import TreeMark, tree_mark
from troubleshoot.session.steps import Reply
from troubleshoot.session.values import shown
from troubleshoot.text import headed, printable, reply
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.tree import Time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.events import Event
    from troubleshoot.session.gates import Assumed
    from troubleshoot.session.steps import Step
    from troubleshoot.tree.tree import AnswerKey, Question, Tree


MoveKind: TypeAlias = Literal[
    "fact",
    "already tried",
    "question",
    "changed",
    "action",
    "corrected",
    "note",
    "given up",
]

FORMAT: Final = 1
WORDS: Final[Mapping[str, MoveKind]] = {
    "told": "fact",
    "done": "already tried",
    "answered": "question",
    "changed": "changed",
    "tried": "action",
    "corrected": "corrected",
    "skipped": "action",
    "noted": "note",
    "ended": "given up",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdAndText(Closed):
    """A cause, a question or an action by its id, with how it reads."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Closed):
    """
    A fact, an answer, an action, a remark, or the end by the customer.

    "already tried" is an action that was tried before the session; "changed" is an
    answer, "corrected" the outcome of an action, that was said anew. ``text`` is the
    question, the action or the remark, ``title`` that of an action, and ``answer`` what
    was said or came of it. ``minutes`` are those that the tree says it takes, setups
    included, and ``wait`` those of waiting; 0 for what was known already, put off, or
    said anew. ``source`` and ``quote`` are where it is from and how it read there, if
    that was said. ``rules_out`` are root causes.
    """

    kind: MoveKind
    at: str
    actor: str
    text: str
    title: str = ""
    step: str = ""
    answer: str = ""
    minutes: float = 0.0
    wait: float = 0.0
    source: str = ""
    quote: str = ""
    rules_out: tuple[IdAndText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Closed):
    """
    An answer that nobody gave, and that is taken as known: which, and what made it so.

    ``text`` is the question; ``answer`` is as it reads in a sentence.
    """

    step: str
    text: str
    answer: str
    probability: float
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEnding(Closed):
    """How a session ended."""

    kind: str
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    What was said and done with which tree, and how it ended if it did.

    ``actor`` is who began it, and made all moves that name nobody else; ``language``
    is that of its texts, and ``variables`` what those of the tree stand for in them.
    ``assumed`` is what is taken as known at the end of it.
    """

    library: str
    tree: TreeMark
    symptom: str
    begun: str
    actor: str
    moves: tuple[Move, ...]
    ending: RecordedEnding | None
    language: str = DEFAULT
    variables: Mapping[str, str] = field(default_factory=ReadOnly, hash=False)
    assumed: tuple[Taken, ...] = ()

    def __repr__(self) -> str:
        return f"Record({self.tree.id!r}, {len(self.moves)} moves)"

    @property
    def minutes(self) -> float:
        """Minutes that all moves take by the tree."""
        return sum(each.minutes for each in self.moves)

    @property
    def wait(self) -> float:
        """Minutes of waiting besides."""
        return sum(each.wait for each in self.moves)

    def to_json(self) -> str:
        """The record as JSON text, for programs."""
        shape: dict[str, Any] = {"format": FORMAT, **asdict(self)}
        return json.dumps(shape, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def record(analysis: Analysis, step: Step) -> Record:
    """The record of a session, with how it ended if this step says so."""
    return Record(
        library=f"troubleshoot {__version__}",
        tree=tree_mark(analysis.tree),
        symptom=analysis.tree.symptom,
        begun=analysis.events[0].at,
        actor=analysis.events[0].actor,
        moves=tuple(_moves(analysis)),
        ending=ending(analysis, step),
        language=analysis.tree.language,
        variables=shown(analysis.tree, analysis.state.answers),
        assumed=tuple(
            taken(analysis.tree, each) for each in analysis.candidates.gates.assumed
        ),
    )


def taken(tree: Tree, known: Assumed) -> Taken:
    """What is taken as known, with its texts."""
    return Taken(
        step=known.question,
        text=tree.questions[known.question].ask,
        answer=known.told,
        probability=rounded(known.probability),
        because=known.because,
    )


def taken_in_words(known: Taken, words: Catalogue) -> str:
    """The sentence that says so."""
    return words(
        "taken_as", question=known.text, answer=known.answer, because=known.because
    )


def ending(analysis: Analysis, step: Step) -> RecordedEnding | None:
    """How the session ended, if this is its next step; None while it goes on."""
    if not step.is_end:
        return None
    reason = step.reason
    if reason and step.kind == "unknown":  # it may tell a story of private answers
        reason = reason.replace(doubt(analysis), shared_doubt(analysis))
    return RecordedEnding(kind=step.kind, text=step.text, reason=reason)


def cause(tree: Tree, id: str) -> IdAndText:
    """A cause or group with its title."""
    return IdAndText(id=id, text=tree.causes[id].title)


def _moves(analysis: Analysis) -> Iterator[Move]:
    tree, effects = analysis.tree, _effects(analysis)
    taken = time_by_place(tree, analysis.events)
    # What a step rules out stands at its last move, for that is the one that holds.
    last = {_step(each): i for i, each in enumerate(analysis.events)}
    for i, event in enumerate(analysis.events):
        if isinstance(event, Begun | Asked):
            continue
        text, answer = _in_words(tree, event)
        time = taken.get(i, Time(0.0, 0.0))
        yield Move(
            kind=WORDS[event.kind],
            at=event.at,
            actor=event.actor,
            text=text,
            title=_title(tree, event),
            step=_step(event)[1],
            answer=answer,
            minutes=time.minutes,
            wait=time.wait,
            source=event.source or "",
            quote=_quote(tree, event),
            rules_out=effects.get(_step(event), ()) if last[_step(event)] == i else (),
        )


def is_telling(move: Move) -> bool:
    """Whether the source says more than who made the move does."""
    usual = SAID if move.actor != PROBE else MEASURED
    return move.source not in ("", usual)


def _quote(tree: Tree, event: Event) -> str:
    """The words in which it was said; those of a private answer would tell it."""
    private = is_private(tree, *_step(event)) or is_secret(tree, event)
    if event.quote and private:
        return tree.words.private
    return event.quote or ""


def _step(event: Event) -> tuple[str, str]:
    """Kind and id of the step that an event speaks of, empty if it names none."""
    match event:
        case Asked() | Answered():
            return "question", event.step
        case Tried() | Skipped():
            return "action", event.step
    return "", ""


def _effects(analysis: Analysis) -> Mapping[tuple[str, str], tuple[IdAndText, ...]]:
    """
    Root causes that were ruled out or eliminated, by kind and id of the step.

    Those of private questions are left out, as they would tell the answer.
    """
    roots = {each.id for each in analysis.tree.root_causes}
    return {
        (entry.kind, entry.step): tuple(
            cause(analysis.tree, each)
            for each in (*entry.eliminated, *entry.ruled_out)
            if each in roots
        )
        for entry in analysis.ledger.entries
        if not is_private(analysis.tree, entry.kind, entry.step)
    }


def is_private(tree: Tree, kind: str, step: str) -> bool:
    """Whether it is nobody else's business what this step came to."""
    return kind == "question" and tree.questions[step].private


def _in_words(
    tree: Tree, event: Answered | Tried | Skipped | Remark
) -> tuple[str, str]:
    match event:
        case Answered():
            question = tree.questions[event.step]
            return question.ask, said(tree, question, event.answer, event.value)
        case Tried():
            came = reply(outcome(fixed=event.fixed), tree.words)
            return tree.actions[event.step].do, came
        case Skipped():
            return tree.actions[event.step].do, reply(Reply.NOT_NOW.value, tree.words)
    if event.record is None:
        return event.text, ""
    return noted(tree, event), ""


def noted(tree: Tree, event: Remark) -> str:
    """What was noted under its title; a private text is masked."""
    item = tree.records.get(event.record or "")
    if item is None:
        return event.text
    return f"{item.title}: {tree.words.private if item.private else event.text}"


def is_secret(tree: Tree, event: Event) -> bool:
    """Whether what was noted is nobody else's business."""
    if not isinstance(event, Remark) or event.record is None:
        return False
    item = tree.records.get(event.record)
    return item is not None and item.private


def _title(tree: Tree, event: Event) -> str:
    """What the action is called that an event speaks of; empty of all else."""
    return tree.actions[event.step].title if isinstance(event, Tried | Skipped) else ""


def outcome(*, fixed: bool) -> str:
    """What an action came to, in the word of the evidence."""
    return "fixed" if fixed else "failed"


def said(
    tree: Tree, question: Question, answer: AnswerKey, value: float | None = None
) -> str:
    """A reply to a question as people read it; masked if the question is private."""
    if question.private:
        return tree.words.private
    return in_words(tree, question, answer, value)


def rounded(number: float) -> float:
    """Minutes, a chance or bits, to the digits that are the same everywhere."""
    return round(number, DIGITS)


def transcript(record: Record, words: Catalogue | None = None) -> str:
    """The record of a run as text, with how it ended if it did."""
    words = words or in_language(record.language)
    pairs = [
        ("tree", f"{record.tree.id} {record.tree.version}".rstrip()),
        ("title", record.tree.title),
        ("symptom", record.symptom),
        *(("stands for", f"{x}: {said}") for x, said in record.variables.items()),
    ]
    for move in record.moves:
        pairs += _move(move, words)
        pairs += _origin(move, record.actor)
    pairs += (("taken as known", taken_in_words(x, words)) for x in record.assumed)
    if record.ending is not None:
        kind = words(f"record_kind_{record.ending.kind.replace(' ', '_')}")
        pairs.append(("ending", f"{kind}. {record.ending.text}"))
    return "".join(
        _line(words(f"record_{word.replace(' ', '_')}"), text)
        for word, text in pairs
        if text
    )


def _move(move: Move, words: Catalogue) -> Iterator[tuple[str, str]]:
    match move.kind:
        case "action" | "corrected" | "already tried":
            yield move.kind, "\n".join(headed(move.title, move.text))
            # The word by which a transcript is also written by hand.
            word = {
                reply("fixed", words): words.yes,
                reply("failed", words): words.no,
            }
            yield "fixed", word.get(move.answer, move.answer)
        case "note":
            yield "note", move.text
        case "given up":
            yield "given up", move.text or words.without_a_reason
        case word:
            yield word, move.text
            yield "answer", move.answer


def _origin(move: Move, usual: str) -> Iterator[tuple[str, str]]:
    """Who made the move and where it is from, where that goes without saying not."""
    if move.actor != usual:
        yield "by", move.actor
    if is_telling(move):
        yield "source", move.source
    yield "quote", move.quote


def _line(word: str, text: str) -> str:
    first, *more = [printable(each) for each in text.splitlines()] or [""]
    rest = "".join(f"  {each}\n" for each in more)
    return f"{word}: {first}\n{rest}"
