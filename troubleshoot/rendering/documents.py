"""Transcripts and hand-offs, rendered for people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from troubleshoot.errors import ArgumentError
from troubleshoot.inference.bayes import RULED_OUT
from troubleshoot.rendering.templates import filled
from troubleshoot.rendering.words import in_language, percent
from troubleshoot.session.report.handoff import HandOff
from troubleshoot.session.report.transcript import (
    is_telling,
    taken_in_words,
    transcript,
)
from troubleshoot.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.rendering.templates import Format
    from troubleshoot.rendering.words import Language
    from troubleshoot.session.report.handoff import Likely, Remedy, RuledOut, ToDo
    from troubleshoot.session.report.transcript import (
        IdAndText,
        Move,
        Record,
        RecordedEnding,
    )


To: TypeAlias = Literal["text", "markdown", "html", "json"]

LEADING: Final = 3  # causes named on the first screen
FEW: Final = 3  # causes named at an answer, before the others are counted
OVER: Final = ("fixed", "stopped")


@dataclass(frozen=True, slots=True)
class Share:
    """A cause by its title, empty for one that is not listed, and its belief."""

    text: str
    belief: float


@dataclass(frozen=True, slots=True)
class Number:
    """How a remedy is named, and the cause at which it is described, by its id."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True)
class Blame:
    """Evidence, empty for none, and the causes that it speaks against most."""

    text: str
    answer: str
    certain: bool
    causes: tuple[RuledOut, ...]


def render(
    value: Session | Record | HandOff,
    to: To = "text",
    *,
    language: Language | None = None,
    audience: str | None = None,
    templates: Path | None = None,
) -> str:
    """
    A hand-off, or the transcript of a session or of its record, as a document.

    ``language`` is that of the document, such as "de", or words of your own by key;
    None is the language of the session. A session is told in it, for the ``audience``
    if one is named; of a record or a hand-off it is that of the fixed words alone, as
    all else in it was said before. ``templates`` is a folder whose templates come
    before those of this library, by their names.

    Raises:
        ArgumentError: there is no such format or language, or an audience of what was
            said already.
    """
    record = _spoken(value, language, audience)
    fixed = in_language(language, record.language)
    match to, record:
        case "json", _:
            return record.to_json()
        case (("text" | "markdown" | "html"), HandOff()):
            return _hand_off(record, to, fixed, templates)
        case "text", _:
            return transcript(record, fixed)
        case (("markdown" | "html"), _):
            return _transcript(record, to, fixed, templates)
    raise ArgumentError(
        f"there is no format '{to}'; there are text, markdown, html, json",
        argument="to",
    )


def _spoken(
    value: Session | Record | HandOff, language: Language | None, audience: str | None
) -> Record | HandOff:
    """The record of a session in this language, or what was told already."""
    if isinstance(value, Session):
        if isinstance(language, str) or audience is not None:
            named = language if isinstance(language, str) else None
            value = value.in_language(named, audience=audience)
        return value.record()
    if audience is not None:
        raise ArgumentError(
            "what is handed on was said for its audience: name it where the session is",
            argument="audience",
        )
    return value


def _hand_off(it: HandOff, to: Format, fixed: Catalogue, templates: Path | None) -> str:
    return filled(
        "handoff",
        to,
        templates=templates,
        language=fixed,
        it=it,
        status=_status(fixed, it.ending),
        reason=_reason(it),
        fixed=it.ending is not None and it.ending.kind == "fixed",
        solved=it.ending is not None and it.ending.kind in OVER,
        leading=_leading(it),
        out=_by_reason(it.ruled_out),
        kinds=_kinds(fixed),
        left={each.step for each in it.left_out},
        who=_who(fixed, it),
        told=_told(it.variables),
        alone=_alone(it),
        remedies=_numbered(it),
        capped=partial(_capped, fixed),
        origin=_origin,
        likely=partial(_likely, fixed),
        taken=partial(taken_in_words, words=fixed),
        takes=partial(_takes, it),
    )


def _transcript(
    it: Record, to: Format, fixed: Catalogue, templates: Path | None
) -> str:
    return filled(
        "transcript",
        to,
        templates=templates,
        language=fixed,
        it=it,
        status=_status(fixed, it.ending),
        kinds=_kinds(fixed),
        left=(),
        told=_told(it.variables),
        alone="",
        origin=_origin,
        taken=partial(taken_in_words, words=fixed),
    )


def _told(values: Mapping[str, str]) -> str:
    """What variables stand for, on one line."""
    return "; ".join(f"{name}: {text}" for name, text in values.items())


def _status(fixed: Catalogue, ending: RecordedEnding | None) -> str:
    kind = "open" if ending is None else ending.kind.replace(" ", "_")
    return str(getattr(fixed, f"outcome_{kind}"))


def _reason(it: HandOff) -> str:
    """Why it ended, unless that has a section of its own."""
    if it.ending is None or it.ending.reason == it.surprise:
        return ""
    return it.ending.reason


def _kinds(fixed: Catalogue) -> Mapping[str, str]:
    """What to say before a move that is not a question or an action as such."""
    return {
        "fact": fixed.fact,
        "already tried": fixed.already_tried,
        "changed": fixed.changed,
        "corrected": fixed.changed,
        "note": fixed.note,
        "given up": fixed.given_up,
    }


def _origin(move: Move) -> str:
    """Where a move is from and how it read there, in brackets; empty if as usual."""
    source = move.source if is_telling(move) else ""
    quote = f"“{move.quote}”" if move.quote else ""
    parts = ": ".join(each for each in (source, quote) if each)
    return f" ({parts})" if parts else ""


def _leading(it: HandOff) -> list[Share]:
    """What is most likely, a cause that is not listed included."""
    listed = [Share(each.cause.text, each.belief) for each in it.possible]
    every = sorted([*listed, Share("", it.unknown)], key=lambda each: -each.belief)
    return [each for each in every if each.belief > RULED_OUT][:LEADING]


def _by_reason(ruled_out: Iterable[RuledOut]) -> list[Blame]:
    """What is out, by the evidence that weighs most against it."""
    found: dict[tuple[str, str, bool], list[RuledOut]] = {}
    for each in ruled_out:
        text, answer = (each.by[0].text, each.by[0].answer) if each.by else ("", "")
        found.setdefault((text, answer, each.certain), []).append(each)
    return [Blame(*reason, tuple(causes)) for reason, causes in found.items()]


def _who(fixed: Catalogue, it: HandOff) -> str:
    """Who was there, and with what; anybody where nothing was said."""
    who = _titles(it.roles, it.by) if it.by is not None else fixed.anybody
    if it.has is None:
        return who
    return f"{who} ({fixed.things}: {_titles(it.things, it.has)})"


def _takes(it: HandOff, step: ToDo | Remedy) -> str:
    """Who and what a step takes."""
    taken = (_titles(it.roles, step.by), _titles(it.things, step.needs))
    return ", ".join(each for each in taken if each)


def _titles(known: Iterable[IdAndText], ids: Iterable[str]) -> str:
    """Titles in a row; of a hand-off that has none, the ids."""
    titles = {each.id: each.text for each in known}
    return ", ".join(titles.get(each, each) for each in ids)


def _alone(it: HandOff) -> str:
    """Who made all moves, if it was one alone; else empty."""
    actors = {each.actor for each in it.steps}
    return actors.pop() if len(actors) == 1 else ""


def _numbered(it: HandOff) -> Mapping[str, Number]:
    """A name for each remedy, in the order in which they are first met."""
    found: dict[str, Number] = {}
    for each in it.possible:
        for x in each.remedies:
            found.setdefault(x.id, Number(f"R{len(found) + 1}", each.cause.id))
    return found


def _capped(fixed: Catalogue, named: Sequence[IdAndText]) -> str:
    """The first few by name, the others by their number; one more is named as well."""
    few = len(named) if len(named) <= FEW + 1 else FEW
    texts = [each.text for each in named[:few]]
    more = len(named) - few
    return "; ".join([*texts, fixed.and_more.format(count=more)] if more else texts)


def _likely(fixed: Catalogue, then: Sequence[Likely]) -> str:
    """Causes with their belief."""
    return "; ".join(
        f"{each.cause.text or fixed.not_listed} ({percent(each.belief, fixed)})"
        for each in then
    )
