"""
A runbook as a page: Markdown, HTML or plain text, and its fault table alone.

The templates say what stands where. ``RunbookView`` works out for all of them the codes
and strips, which remedies there are, and which signs tell most.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, get_args

from troubleshoot.arguments import one_of
from troubleshoot.inference.bayes import ALIKE
from troubleshoot.rendering import words
from troubleshoot.rendering.templates import filled
from troubleshoot.rendering.words import ending, in_language
from troubleshoot.session.condition_words import in_words
from troubleshoot.session.plan import SAME
from troubleshoot.tree.blocks import in_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.rendering.runbook import (
        Close,
        ListedCause,
        NamedCause,
        PrintedRemedy,
        PrintedStep,
        Row,
        Runbook,
        Target,
    )
    from troubleshoot.rendering.templates import Format
    from troubleshoot.rendering.words import Wished


STRIP: Final = 40  # causes, beyond which a strip shows those that are left alone
SHOWN: Final = 6  # suspects of an ending by title; the others are named by their codes
FEW: Final = 2  # remedies that an ending prints itself; more are looked up
TWICE: Final = 2.0  # how much likelier than usual a second sign must be
TELLING: Final = 2  # signs of a cause in the fault table
MORE: Final = "\N{HORIZONTAL ELLIPSIS}"
STOPS: Final = (".", "!", "?", ":")  # a text with one of them at its end is a sentence
TO: Final = "\N{EN DASH}"
RUN: Final = 3  # neighbours in a list of codes are joined from so many on
# Endings at which what comes and goes may not have shown.
HIDDEN: Final = ("narrowed", "unknown", "contradiction")
BOXES: Final = 8  # in the record of a run, at least
BRIEF: Final = 40  # characters of what comes first that are said again, not looked up
TEMPLATES: Final[dict[Form, str]] = {"sheet": "runbook", "table": "table"}

Form: TypeAlias = Literal["sheet", "table"]
Paper: TypeAlias = Literal["A4", "Letter"]


@dataclass(frozen=True)
class TypicalAnswer:
    """An answer that a cause typically leads to."""

    text: str
    answer: str


@dataclass(frozen=True, eq=False)
class RunbookView:
    """A runbook with what its templates ask for; ``word`` are the fixed words."""

    runbook: Runbook
    word: Catalogue

    @property
    def order(self) -> str:
        """How good the order of the steps is; proven only where it is."""
        known, word = self.runbook.figures, self.word
        if known.expected_cost <= 0:
            return str(word.order_none)
        said = word.order_proven if known.optimal else word.order_bound
        said = said.format(
            cost=self.minutes(known.expected_cost),
            bound=self.minutes(known.lower_bound),
            gap=self.percent(known.gap),
        )
        parts = [said, word.order_shortened if known.cut else "", self._put_first]
        return " ".join(str(each) for each in parts if each)

    @property
    def _put_first(self) -> str:
        """What the author puts first, and what that costs; empty for nothing."""
        known, word = self.runbook.figures, self.word
        if not known.first:
            return ""
        named = "; ".join(word("quoted", text=each) for each in known.first)
        if known.first_costs <= SAME:
            return word("order_first_free", questions=named)
        cost = self.minutes(known.first_costs)
        return word("order_first", questions=named, cost=cost)

    @property
    def titles(self) -> Sequence[str]:
        """What the runbook covers: its groups."""
        return [title for title, _ in self.groups if title]

    blank: ClassVar[str] = "........"

    @property
    def blanks(self) -> str:
        """A line for each step of the longest way."""
        return " ".join([self.blank] * self.boxes)

    def minutes(self, cost: float) -> str:
        """A time in the words of the page."""
        return words.minutes(cost, self.word)

    def taking(self, minutes: float, wait: float) -> str:
        """A time with its waiting, in the words of the page."""
        return words.spent(minutes, wait, self.word)

    def percent(self, chance: float) -> str:
        """A chance in the words of the page."""
        return words.percent(chance, self.word)

    @property
    def time(self) -> str:
        """What the whole takes, and how often it breaks off."""
        known, word = self.runbook.figures, self.word
        said = word.figures_text.format(
            typical=self.taking(known.typical, known.typical_wait),
            questions=words.questions(known.questions, word),
            worst=self.minutes(known.worst),
        )
        if not known.cut:
            return str(said)
        return f"{said} {word.cut_text.format(chance=self.percent(known.cut))}"

    def revision(self, date: str) -> Sequence[tuple[str, str]]:
        """What is known of the document, each with what it is; a date can be added."""
        front, word = self.runbook.front, self.word
        pairs = (
            (word.id, front.tree),
            (f"{word.version[:1].upper()}{word.version[1:]}", front.version),
            (word.date, date or self.blank),
            (word.review_by, front.review_by),
            (word.owner, front.owner),
            (word.fingerprint, front.fingerprint),
            (word.library, front.library),
        )
        return [pair for pair in pairs if pair[1]]

    def document(self, date: str) -> str:
        """What each page says of the document that it is from."""
        front = self.runbook.front
        version = f"{self.word.version} {front.version}" if front.version else ""
        about = (front.tree, version, front.fingerprint, date)
        return ", ".join(each for each in about if each)

    # Codes.

    @cached_property
    def _causes(self) -> Mapping[str, tuple[int, ListedCause]]:
        """Each cause by id, with its place in the index."""
        return {x.id: (i, x) for i, x in enumerate(self.runbook.causes)}

    def cause(self, name: str) -> ListedCause:
        """The cause of this id."""
        return self._causes[name][1]

    def codes(self, names: Iterable[str]) -> list[str]:
        """The codes of causes; neighbours are joined: C2, C5 to C9."""
        runs: list[list[int]] = []
        for i in sorted(self._causes[name][0] for name in names):
            if runs and runs[-1][-1] == i - 1:
                runs[-1].append(i)
            else:
                runs.append([i])
        return [code for run in runs for code in self._joined(run)]

    def _joined(self, run: Sequence[int]) -> list[str]:
        codes = [self.runbook.causes[i].code for i in run]
        return codes if len(codes) < RUN else [f"{codes[0]}{TO}{codes[-1]}"]

    def strip(self, step: PrintedStep) -> Sequence[tuple[str, bool]]:
        """The codes of all causes, each with whether it is still possible."""
        standing = set(step.possible)
        every = [(x.code, x.id in standing) for x in self.runbook.causes]
        return every if len(every) <= STRIP else [each for each in every if each[1]]

    # Steps.

    @cached_property
    def _chapters(self) -> Sequence[str]:
        """The chapter of each step; a single step interrupts none."""
        found = [""]
        own = [each.chapter for each in self.runbook.steps]
        for chapter, after in zip(own, [*own[1:], None], strict=False):
            found.append(found[-1] if after == found[-1] else chapter)
        return found

    def chapter(self, step: PrintedStep) -> str:
        """The title of the chapter that begins with this step, empty for none."""
        before, chapter = self._chapters[step.number - 1 : step.number + 1]
        if chapter == before:
            return ""
        return self.runbook.groups.get(chapter, "") or str(self.word.chapter_several)

    def place(self, to: Target) -> str:
        """Where a row leads, in words: Step 7, Ending E2."""
        word = self.word.step if to.kind == "step" else self.word.ending_word
        return f"{word} {to.label}"

    def came_from(self, each: PrintedStep | Close) -> str:
        """A sentence that names the rows that lead here; empty at the first step."""
        codes = ", ".join(x.code for x in each.came_from)
        return f"{self.word.came_from} {codes}." if codes else ""

    def spent(self, step: PrintedStep) -> str:
        """How long a step takes, and how long it has taken by its end at most."""
        spent, worst = self.taking(step.minutes, step.wait), self.minutes(step.worst)
        return f"{self.word.step_time.format(minutes=spent, worst=worst)}."

    def to_note(self, each: PrintedStep | PrintedRemedy) -> str:
        """What is to be noted with it, each with a place to write it."""
        return "; ".join(f"{title} {self.blank}" for title in each.to_note)

    def to_tick(self, step: PrintedStep) -> str:
        """A box for each of several answers, to see at once which row it is."""
        return "   ".join(f"☐ {text}" for text in step.to_tick)

    def risk(self, each: PrintedStep | PrintedRemedy) -> str:
        """A warning of what an action does beside helping, empty for nothing."""
        return str(getattr(self.word, each.risk)) if each.risk != "none" else ""

    def said(self, step: PrintedStep, row: Row) -> str:
        """The answer of a row; where the author has no words for it, in ours."""
        return words.said(step, row, self.word)

    def first(self, each: PrintedStep | PrintedRemedy) -> str:
        """What comes before it, in sentences, or below each other."""
        return _sentences(each.setups)

    def done(self, remedy: PrintedRemedy) -> str:
        """What is done by then by whoever came along the steps."""
        return _sentences(remedy.done)

    @cached_property
    def _units(self) -> Mapping[str, str]:
        """In what the answers to a question are measured."""
        units = {each.text: each.unit for each in self.runbook.signs}
        return units | {each.text: each.unit for each in self.runbook.steps}

    def answer(self, question: str, answer: str) -> str:
        """An answer where its question stands beside it."""
        return words.measured(answer, self._units.get(question, ""), self.word)

    def anchor(self, word: str, number: int | str) -> str:
        """What a forge makes of the heading of a step or an ending, to link to it."""
        heading = f"{word} {number}".strip().lower()
        return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")

    @cached_property
    def boxes(self) -> int:
        """How many steps the longest way has, for the record of a run."""
        longest: dict[int, int] = defaultdict(int)
        for step in self.runbook.steps:
            for row in step.rows:
                if row.to.kind == "step":
                    further = longest[step.number] + 1
                    longest[row.to.number] = max(longest[row.to.number], further)
        return max(BOXES, 1 + max(longest.values(), default=0))

    # Endings.

    def title(self, close: Close) -> str:
        """What an ending is called, with the causes that are found."""
        said = ending(self.runbook, close, self.word)
        if close.outcome != "found":
            return said
        return f"{said}: {'; '.join(each.title for each in close.suspects)}"

    def watch(self, close: Close) -> str:
        """What to watch for, where what comes and goes may not have shown."""
        watch, word = self.runbook.watch, self.word
        if watch is None or close.outcome not in HIDDEN:
            return ""
        return word(
            "watch_for_it",
            note=watch.note or word.watch_note,
            times=word.counted(watch.times, "occurrence"),
            time=self.minutes(watch.minutes),
        )

    def helps(self, remedy: PrintedRemedy) -> str:
        """How long a remedy takes, and how likely it is to help."""
        chance = self.percent(remedy.chance)
        said = self.word.helps_chance.format(chance=chance)
        return f"{self.taking(remedy.minutes, remedy.wait)}; {said}"

    @cached_property
    def remedies(self) -> Mapping[str, tuple[str, PrintedRemedy]]:
        """Each action that helps anywhere, by id, with its code: R1, R2, …"""
        every = enumerate(self.runbook.remedies, start=1)
        return {each.id: (f"R{i}", each) for i, each in every}

    def shown(self, every: Sequence[NamedCause]) -> Sequence[NamedCause]:
        """The suspects that an ending names by their titles."""
        return every if len(every) == SHOWN + 1 else every[:SHOWN]

    def rest(self, every: Sequence[NamedCause]) -> Sequence[NamedCause]:
        """Those that it names by their codes alone."""
        return every[len(self.shown(every)) :]

    def shares(self, suspects: Sequence[NamedCause]) -> list[str]:
        """Suspects by their codes, with how likely they are."""
        return [
            f"{self.cause(x.cause).code} ({self.percent(x.share)})" for x in suspects
        ]

    def numbers(self, cause: ListedCause) -> list[str]:
        """The endings where a cause most often ends up; a last one says: and others."""
        often = sorted(cause.endings, key=lambda x: (-self._share(x, cause), x))
        shown = [f"E{each}" for each in sorted(often[:SHOWN])]
        return [*shown, MORE] if len(often) > SHOWN else shown

    def _share(self, number: int, cause: ListedCause) -> float:
        """P(the cause, the ending), to the digits that are the same everywhere."""
        close = self.runbook.close(number)
        share = sum(x.share for x in close.suspects if x.cause == cause.id)
        return round(close.probability * share, ALIKE)

    def in_full(self, close: Close) -> bool:
        """Whether its remedies are few enough to be printed where they are needed."""
        return 0 < len(close.remedies) <= FEW

    def code(self, remedy: PrintedRemedy) -> str:
        """What a remedy is called: R3."""
        return self.remedies[remedy.id][0]

    def targets(self, remedy: PrintedRemedy, close: Close) -> list[str]:
        """The codes of the suspects of an ending that a remedy may help against."""
        return self.codes(
            each.cause
            for each in close.suspects
            if remedy.id in {x.id for x in self.cause(each.cause).remedies}
        )

    def conditions(self, remedy: PrintedRemedy) -> str:
        """What must be so before a remedy is taken."""
        return in_words(remedy.only_if, self.word, self.answer)

    # The fault table.

    @cached_property
    def groups(self) -> Sequence[tuple[str, Sequence[ListedCause]]]:
        """The causes by the title of their group, empty where there is none."""
        found: dict[str, list[ListedCause]] = {}
        for each in self.runbook.causes:
            found.setdefault(each.group, []).append(each)
        return [(self.runbook.groups.get(x, ""), among) for x, among in found.items()]

    def first_use(self, remedy: PrintedRemedy) -> str:
        """The code of the first cause that a remedy helps against: it is told there."""
        return next(
            each.code
            for each in self.runbook.causes
            if remedy.id in {x.id for x in each.remedies}
        )

    def told(self, cause: ListedCause) -> Sequence[PrintedRemedy]:
        """The remedies of a cause that the fault table has not told before it."""
        return [
            self.remedies[x.id][1]
            for x in cause.remedies
            if self.first_use(x) == cause.code
        ]

    def told_before(self, cause: ListedCause) -> str:
        """Its other remedies, each with the cause where it is told: R6 (C7)."""
        return ", ".join(
            f"{self.code(x)} ({self.first_use(x)})"
            for x in cause.remedies
            if self.first_use(x) != cause.code
        )

    def first_told(self, remedy: PrintedRemedy) -> str:
        """What comes before it in the table: As for R1, where that is long."""
        return self._first_told[remedy.id]

    @cached_property
    def _first_told(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        told: dict[tuple[str, ...], str] = {}
        for each in (x for cause in self.runbook.causes for x in self.told(cause)):
            found[each.id] = _sentences(self._as_told(each.setups, told))
            told.setdefault(each.setups, self.code(each))
        return found

    def _as_told(
        self, setups: tuple[str, ...], told: Mapping[tuple[str, ...], str]
    ) -> Sequence[str]:
        """Setups, of which the first ones may be those of a remedy told before."""
        for n in range(len(setups), 0, -1):
            code = told.get(setups[:n], "")
            if code and len(_sentences(setups[:n])) > BRIEF:
                return (self.word.as_for.format(code=code), *setups[n:])
        return setups

    def signs(self, cause: ListedCause) -> Sequence[TypicalAnswer]:
        """
        The answers that tell most for a cause: much likelier under it than usual.

        A second one is said only where it tells something by itself.
        """
        ranked = sorted(self._signs(cause), key=lambda pair: -pair[0])
        told = [sign for lift, sign in ranked[1:TELLING] if lift >= TWICE]
        return [sign for _, sign in ranked[:1]] + told

    def _signs(self, cause: ListedCause) -> Iterator[tuple[float, TypicalAnswer]]:
        for each in self.runbook.signs:
            for (answer, among), lifts in zip(each.answers, each.lifts, strict=True):
                if cause.id in among and len(among) < len(self._causes):
                    sign = TypicalAnswer(each.text, self.answer(each.text, answer))
                    yield lifts[among.index(cause.id)], sign


def _sentences(texts: Iterable[str]) -> str:
    stripped = (each.strip() for each in texts)
    return in_turn(x if "\n" in x or x.endswith(STOPS) else f"{x}." for x in stripped)


def page(
    runbook: Runbook,
    to: Format = "markdown",
    *,
    language: Wished = None,
    templates: Path | None = None,
    form: Form = "sheet",
    paper: Paper = "A4",
    date: str = "",
) -> str:
    """
    The runbook, or its fault table, as one page.

    Raises:
        ValueError: there is no such language, form or paper.
    """
    among("form", form, get_args(Form))
    among("paper", paper, get_args(Paper))
    return filled(
        TEMPLATES[form],
        to,
        templates=templates,
        language=language,
        it=runbook,
        alone=form == "table",
        view=RunbookView(runbook, in_language(language)),
        paper=paper,
        date=date,
    )


def among(what: str, name: str, known: Sequence[str]) -> None:
    """Complain about a name that is not among the known ones."""
    one_of(name, what, known, argument=what)
