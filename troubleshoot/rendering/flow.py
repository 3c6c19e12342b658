"""
The decision flow of a runbook: boxes and the ways between them, for diagrams.

A flow that is too large for one picture is drawn in sections. Each is the part below
one step; a row that leads out of it ends at a stub with the number to go on from.
Endings are drawn in every section that reaches them; where many steps of it reach the
same one, all but the last end at a stub as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from troubleshoot.rendering.words import ending, in_language, said
from troubleshoot.text import headed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.rendering.runbook import Close, PrintedStep, Runbook, Stop
    from troubleshoot.rendering.words import Wished


BoxKind: TypeAlias = Literal["urgent", "stop", "question", "action", "ending", "away"]
"""What a box stands for; "away" is a stub for what is drawn elsewhere."""

BOXES: Final = 40  # in one picture: as many as a page holds and an eye follows
SAFETY: Final = ("urgent", "stop")  # boxes whose texts are never cut
BUNDLE: Final = 4  # links to the same ending that an eye can follow
NAMED: Final = 3  # causes that an ending names; more are counted
ARROW: Final = "\N{RIGHTWARDS ARROW}"


@dataclass(frozen=True, slots=True)
class Box:
    """A step, an ending or a stub: what it is called in print, and what it says."""

    name: str
    kind: BoxKind
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """The rows of one box that lead to the same other, by name: letter and answer."""

    source: str
    target: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What is drawn in one picture, boxes before those that they lead to."""

    title: str
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The decision flow of a runbook, in one section or several."""

    title: str
    about: str
    sections: tuple[Section, ...]


def flow(runbook: Runbook, *, language: Wished = None, boxes: int = BOXES) -> Flow:
    """The decision flow, in sections of at most so many boxes, if the steps allow."""
    fixed = in_language(language)
    drawing = _Drawing(runbook, fixed)
    about = f"{fixed.use_when}: {runbook.front.symptom or runbook.front.title}"
    return Flow(runbook.front.title, about, tuple(drawing.sections(boxes)))


@dataclass(frozen=True, eq=False)
class _Drawing:
    """A runbook whose flow is being drawn."""

    runbook: Runbook
    fixed: Catalogue

    def sections(self, most: int) -> Iterator[Section]:
        """The parts, from the first step on."""
        parts = split(self.runbook.steps, most - 2 * len(self.runbook.stops))
        for i, part in enumerate(parts):
            boxes, ways = self._part([self.runbook.step(number) for number in part])
            if i == 0:
                boxes = [*self._before, *boxes]
                ways = [*self._ways_before, *ways]
            title = self._title(part) if len(parts) > 1 else ""
            yield Section(title, tuple(boxes), tuple(ways))

    def _title(self, part: Sequence[int]) -> str:
        chapters = {self.runbook.step(number).chapter for number in part}
        group = (
            self.runbook.groups.get(chapters.pop(), "") if len(chapters) == 1 else ""
        )
        first = ", ".join(map(str, roots(self.runbook.steps, part)))
        head = f"{self.fixed.step} {first}"
        return f"{head}: {group}" if group else head

    def _part(self, steps: Sequence[PrintedStep]) -> tuple[list[Box], list[Way]]:
        """Some steps and where they lead."""
        inside = {f"s{each.number}" for each in steps}
        ways = list(_stubbed([way for each in steps for way in self._ways(each)]))
        outside = dict.fromkeys(x.target for x in ways if x.target not in inside)
        leaves = [self._leaf(name) for name in sorted(outside, key=_in_order)]
        if not self.runbook.steps:
            leaves = [self._ending(each) for each in self.runbook.closes]
        boxes = (
            Box(f"s{each.number}", each.kind, str(each.number), _named(each))
            for each in steps
        )
        return [*boxes, *leaves], ways

    # Boxes.

    def _leaf(self, name: str) -> Box:
        is_ending, number, source = _in_order(name)
        if source:
            return Box(name, "away", f"{ARROW} E{number}", "")
        if is_ending:
            return self._ending(self.runbook.close(number))
        return Box(name, "away", f"{ARROW} {number}", _named(self.runbook.step(number)))

    def _ending(self, close: Close) -> Box:
        said = ending(self.runbook, close, self.fixed)
        suspects = () if close.outcome == "contradiction" else close.suspects
        titles = [each.title for each in suspects[:NAMED]]
        more = len(suspects) - NAMED
        if more > 0:
            titles.append(f"+{more}")
        if close.outcome == "escalate" and self.runbook.escalate.to:
            titles = [self.runbook.escalate.to]
        text = f"{said}: {'; '.join(titles)}" if titles else said
        return Box(f"e{close.number}", "ending", f"E{close.number}", text)

    # Rows.

    def _ways(self, step: PrintedStep) -> Iterator[Way]:
        """The ways out of a step, one to each place, in the order of the rows."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in step.rows:
            name = f"{row.to.kind[0]}{row.to.number}"
            found.setdefault(name, []).append((row.letter, said(step, row, self.fixed)))
        for name, rows in found.items():
            yield Way(f"s{step.number}", name, tuple(rows))

    # The stop box.

    @cached_property
    def _before(self) -> Sequence[Box]:
        """What comes before the first step, and what ends it all there."""
        return [
            box
            for i, each in enumerate(self.runbook.stops)
            for box in self._stop(i, each)
        ]

    def _stop(self, i: int, stop: Stop) -> Iterator[Box]:
        yield Box(f"u{i + 1}", "urgent", "!", stop.text)
        for j, (_, text) in enumerate(stop.stops):
            yield Box(f"u{i + 1}x{j + 1}", "stop", "\N{MULTIPLICATION X}", text)

    @cached_property
    def _ways_before(self) -> Sequence[Way]:
        first = "s1" if self.runbook.steps else "e1"
        ways = []
        for i, stop in enumerate(self.runbook.stops, start=1):
            last = i == len(self.runbook.stops)
            ways += [
                Way(f"u{i}", f"u{i}x{j}", (("", answer),))
                for j, (answer, _) in enumerate(stop.stops, start=1)
            ]
            rows = tuple(("", answer) for answer in stop.others)
            ways.append(Way(f"u{i}", first if last else f"u{i + 1}", rows))
        return ways


def _named(step: PrintedStep) -> str:
    """What a question asks, or what an action is called."""
    return headed(step.title, step.text)[0]


def _in_order(name: str) -> tuple[bool, int, int]:
    """Steps before endings; a stub for an ending has the step that it is for."""
    number, _, source = name[1:].partition("s")
    return name.startswith("e"), int(number), int(source or 0)


def _stubbed(ways: Sequence[Way]) -> Iterator[Way]:
    """The ways of a section, with stubs in place of endings that many lead to."""
    often = Counter(way.target for way in ways)
    last = {way.target: way.source for way in ways}
    for way in ways:
        many = way.target.startswith("e") and often[way.target] > BUNDLE
        if many and way.source != last[way.target]:
            yield replace(way, target=f"{way.target}{way.source}")
        else:
            yield way


def split(steps: Sequence[PrintedStep], most: int) -> list[list[int]]:
    """
    The numbers of the steps in parts of at most so many boxes, endings included.

    Each part is a step with steps below it, or several such below the same step. Where
    a step and what is below it are too many, the largest branches are cut off.
    """
    below: dict[int, list[list[int]]] = {}
    cut: list[list[int]] = []
    for step in reversed(steps):
        branches = sorted(below.pop(step.number, []), key=len)
        part = _joined([step.number], *branches)
        while branches and _boxes(steps, part) > most:
            cut.append(branches.pop())
            part = _joined([step.number], *branches)
        below.setdefault(_above(step), []).append(part)
    return _packed(steps, sorted([*below.get(0, [[]]), *cut]), most)


def _packed(
    steps: Sequence[PrintedStep], parts: Sequence[list[int]], most: int
) -> list[list[int]]:
    """Small neighbours below the same step in one part."""
    found: list[list[int]] = []
    last = 0  # the step above the part before; nothing is above the first
    for part in parts:
        above = _above(steps[part[0] - 1]) if part else 0
        both = _joined(found[-1], part) if above and above == last else []
        if both and _boxes(steps, both) <= most:
            found[-1] = both
        else:
            found.append(part)
        last = above
    return found


def roots(steps: Sequence[PrintedStep], part: Sequence[int]) -> list[int]:
    """The steps of a part that are not below another of it."""
    return [x for x in part if _above(steps[x - 1]) not in part]


def _above(step: PrintedStep) -> int:
    """The step that is read last before this one, 0 for none."""
    return max((each.step for each in step.came_from), default=0)


def _joined(*parts: Sequence[int]) -> list[int]:
    return sorted(x for part in parts for x in part)


def _boxes(steps: Sequence[PrintedStep], part: Sequence[int]) -> int:
    """How many boxes a part is drawn with."""
    ways = {(number, row.to) for number in part for row in steps[number - 1].rows}
    reached = Counter(to for _, to in ways)
    leaves = [x for x in reached if x.kind == "ending" or x.number not in part]
    endings = (n for x, n in reached.items() if x.kind == "ending")
    return len(part) + len(leaves) + sum(n - 1 for n in endings if n > BUNDLE)
