"""
From a tree to a numbered document: the plan, cut to a sheet, in the author's words.

Steps are numbered in reading order, so every row leads onwards; endings that say the
same are one. Front page and stop box stand before the steps; the index of causes, the
fault table and the remedies after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot._version import __version__
from troubleshoot.arguments import a_number
from troubleshoot.errors import ArgumentError
from troubleshoot.inference.bayes import ALIKE
from troubleshoot.planner.policy import (
    DONT_KNOW,
    excluded,
    likeliest,
    likeliest_ways,
    longest,
    not_excluded,
)
from troubleshoot.rendering.endings import (
    in_full,
    remedies,
    says,
    suspects,
    taken,
    titles_to_note,
)
from troubleshoot.rendering.runbook import (
    Arrival,
    Close,
    Figures,
    Front,
    ListedCause,
    PrintedStep,
    Row,
    Runbook,
    Sign,
    Stop,
    Target,
)
from troubleshoot.rendering.sheet import sheet
from troubleshoot.session.api import analysis_for
from troubleshoot.session.plan import made_of
from troubleshoot.session.planning import plan_of
from troubleshoot.session.steps import with_words
from troubleshoot.tree.tree import Time, comes_and_goes, groups_above, role, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.policy import BoolArray
    from troubleshoot.planner.task import Progress, Task
    from troubleshoot.rendering.endings import Saying
    from troubleshoot.rendering.runbook import PrintedRemedy
    from troubleshoot.rendering.sheet import Spot
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.plan import Goal, Named, Plan
    from troubleshoot.tree.tree import Question, Tree


STEPS: Final = 40  # in a runbook, at most: what a person is ready to leaf through
MOSTLY: Final = 0.9  # of the belief on listed causes in one group makes a chapter
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
NEVER: Final = 1e-6  # P(answer) that is nobody's
TYPICAL: Final = 0.5  # an answer that a cause gives at least so often is a sign of it


def laid_out(
    tree: Tree,
    *,
    goal: Goal = "diagnose",
    facts: Mapping[str, object] | None = None,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    variables: Mapping[str, str] | None = None,
    steps: int = STEPS,
    seconds: float | None = None,
    nodes: int | None = None,
    progress: Progress | None = None,
) -> Runbook:
    """
    The tree as a runbook with at most so many steps.

    The other arguments, and what they raise, are those of ``troubleshoot.plan``. An
    urgent question with one answer that is no reason to stop counts as answered so:
    whoever reads on has passed the stop box.

    Raises:
        ArgumentError: fewer than one step.
    """
    if a_number(steps, "steps") < 1:
        raise ArgumentError("a runbook has at least one step", argument="steps")
    known = {**_passed(tree), **(facts or {})}
    analysis = analysis_for(
        tree,
        goal,
        facts=known,
        by=by,
        has=has,
        variables=variables,
        seconds=seconds,
        nodes=nodes,
    )
    plan = plan_of(
        analysis, goal, trusting=True, nodes=nodes, seconds=seconds, progress=progress
    )
    return _Layout(analysis, plan, sheet(plan, steps)).runbook


def _passed(tree: Tree) -> dict[str, str]:
    """The answers of whoever was not told to stop, where only one is left."""
    going_on = {
        each.id: [x.id for x in each.answers if x.id not in each.stop]
        for each in tree.questions.values()
        if each.is_urgent
    }
    return {name: left[0] for name, left in going_on.items() if len(left) == 1}


@dataclass(frozen=True, eq=False)
class _Layout:
    """A sheet that is being put into words."""

    analysis: Analysis
    plan: Plan
    spots: Sequence[Spot]

    @property
    def named(self) -> Named:
        """What the plan is made of, by name."""
        return made_of(self.plan).named

    @property
    def _trusting(self) -> Task:
        """The task in which answers are taken at their word."""
        return made_of(self.plan).searched

    @cached_property
    def runbook(self) -> Runbook:
        """The whole of it."""
        tree = self.analysis.tree
        steps, closes = tuple(self._steps()), tuple(self._closes())
        listed = causes(self.analysis, self.named, closes, self._paths)
        helping = [x.remedies for x in listed] + [x.remedies for x in closes]
        names = dict.fromkeys(each.id for among in helping for each in among)
        return Runbook(
            front=front(self.analysis, steps, closes),
            figures=self._figures(closes),
            stops=stops(tree),
            steps=steps,
            closes=closes,
            causes=listed,
            remedies=in_full(self.analysis, self.named, names),
            signs=signs(self.analysis),
            groups=groups(tree),
            escalate=tree.escalate,
            watch=tree.watch if comes_and_goes(tree) else None,
        )

    # Numbers.

    @cached_property
    def _number(self) -> Mapping[int, int]:
        """Of the spots that are steps."""
        steps = (i for i, spot in enumerate(self.spots) if spot.kind != "ending")
        return {i: number for number, i in enumerate(steps, start=1)}

    @cached_property
    def _sayings(self) -> Mapping[Saying, list[int]]:
        """What the endings say, each with its spots."""
        found: dict[Saying, list[int]] = {}
        for i, spot in enumerate(self.spots):
            if spot.kind == "ending":
                saying = says(self.named.task, spot, self._standing[i])
                found.setdefault(saying, []).append(i)
        return found

    @cached_property
    def _places(self) -> Mapping[int, Target]:
        """Where each spot is printed."""
        endings = {
            i: Target("ending", number)
            for number, among in enumerate(self._sayings.values(), start=1)
            for i in among
        }
        return endings | {i: Target("step", n) for i, n in self._number.items()}

    # Rows.

    @cached_property
    def _rows(self) -> Mapping[int, tuple[Row, ...]]:
        """The rows of each spot that is a step."""
        return {i: tuple(self._rows_of(i)) for i in self._number}

    def _rows_of(self, i: int) -> Iterator[Row]:
        spot = self.spots[i]
        if spot.kind == "action":
            yield from self._outcomes(i)
            return
        answers = self.named.questions[spot.step].answers
        told = [(answer, to) for answer, to in spot.edges if answer != DONT_KNOW]
        if self.named.questions[spot.step].several:
            yield from self._sets(i, told)
        else:
            for answer, child in told:
                yield Row(
                    letter=_letter(answer),
                    answer=answers[answer].id,
                    text=answers[answer].written,
                    to=self._places[child],
                    rules_out=self._rules_out(i, answer),
                )
        for answer, child in spot.edges:
            if answer == DONT_KNOW:
                yield self._row("?", "dont-know", child, ())

    def _sets(self, i: int, told: Sequence[tuple[int, int]]) -> Iterator[Row]:
        """One row for all sets of answers that lead to the same place."""
        ways = [(answer, self._places[child]) for answer, child in told]
        found = self.named.sets(self.spots[i].step, ways, self.analysis.tree.words)
        for place, (to, some, sets, text) in enumerate(found):
            out = [self._rules_out(i, each) for each in some]
            yield Row(
                letter=_letter(place),
                answer="",
                text=text,
                to=to,
                rules_out=tuple(x for x in out[0] if all(x in each for each in out)),
                sets=sets,
            )

    def _outcomes(self, i: int) -> Iterator[Row]:
        for answer, child in sorted(self.spots[i].edges, reverse=True):
            out = () if answer else self._rules_out(i, answer)
            letter, name = ("a", "fixed") if answer else ("b", "failed")
            yield self._row(letter, name, child, out)

    def _row(self, letter: str, name: str, child: int, out: tuple[str, ...]) -> Row:
        to = self._places[child]
        return Row(letter=letter, answer=name, text="", to=to, rules_out=out)

    @cached_property
    def _arrivals(self) -> Mapping[Target, tuple[Arrival, ...]]:
        """The rows that lead to each place."""
        found: dict[Target, list[Arrival]] = {}
        for i, number in self._number.items():
            for row in self._rows[i]:
                found.setdefault(row.to, []).append(Arrival(number, row.letter))
        return {place: tuple(each) for place, each in found.items()}

    # Steps.

    def _steps(self) -> Iterator[PrintedStep]:
        for i, number in self._number.items():
            spot = self.spots[i]
            step = self.named.step(spot.kind, spot.step)
            setups = [self.named.setups[each] for each in spot.opens]
            by, things = taken(self.analysis.tree, step, *setups)
            yield with_words(
                PrintedStep,
                step,
                number=number,
                kind=spot.kind,
                setups=tuple(each.do for each in setups),
                by=by,
                things=things,
                to_note=titles_to_note(self.analysis.tree, step),
                to_tick=self._to_tick(spot),
                minutes=self._times[i].minutes,
                wait=self._times[i].wait,
                worst=self._worst[i] + sum(self._times[i]),
                rows=self._rows[i],
                came_from=self._arrivals.get(Target("step", number), ()),
                possible=self._listed(self._standing[i]),
                chapter=self._chapter(spot),
            )

    def _to_tick(self, spot: Spot) -> tuple[str, ...]:
        """The answers of which any number may hold, in the order of the file."""
        if spot.kind != "question":
            return ()
        question = self.named.questions[spot.step]
        return tuple(x.text for x in question.answers) if question.several else ()

    @cached_property
    def _worst(self) -> Mapping[int, float]:
        """Minutes of the longest way to each spot, waiting included."""
        edges = {i: spot.edges for i, spot in enumerate(self.spots)}
        return longest(edges, lambda i: sum(self._times[i]))

    @cached_property
    def _times(self) -> Sequence[Time]:
        """What each spot takes by the clock; nothing, of an ending."""
        return [self._time(each) for each in self.spots]

    def _time(self, spot: Spot) -> Time:
        if spot.kind == "ending":
            return Time(0.0, 0.0)
        setups = [self.named.setups[each] for each in spot.opens]
        return time_of(self.named.step(spot.kind, spot.step), *setups)

    @cached_property
    def _standing(self) -> Sequence[BoolArray]:
        """Which causes are not crossed out at each spot."""
        return not_excluded(self._trusting, self.spots)

    def _rules_out(self, i: int, answer: int) -> tuple[str, ...]:
        """Causes that are crossed out by an answer, and were not before."""
        out = excluded(self._trusting, self.spots[i], answer)
        return self._listed(self._standing[i] & out)

    def _listed(self, among: BoolArray) -> tuple[str, ...]:
        """The listed ones of these causes, in the order of the file."""
        return tuple(self.named.causes[i] for i in np.flatnonzero(among[:-1]).tolist())

    def _chapter(self, spot: Spot) -> str:
        """The outermost group that has nearly all belief in listed causes."""
        tree = self.analysis.tree
        p = dict(zip(self.named.causes[:-1], _share(spot.word)[:-1], strict=True))
        for group in tree.causes.values():
            if group.is_group and group.parent is None:
                inside = sum(p[each] for each in tree.leaves(group.id))
                if inside >= MOSTLY * sum(p.values()) > 0:
                    return group.id
        return ""

    # Endings.

    def _closes(self) -> Iterator[Close]:
        for number, (saying, among) in enumerate(self._sayings.items(), start=1):
            outcome, _ = saying
            joint = sum((self.spots[i].joint for i in among), start=self._nothing)
            left = np.any([self._standing[i] for i in among], axis=0)
            named, confidence = suspects(self.analysis, self.named, saying, joint, left)
            opened = [self.spots[i].opened for i in among] or [frozenset[int]()]
            yield Close(
                number=number,
                outcome=outcome,
                suspects=named,
                confidence=confidence,
                remedies=()
                if outcome == "fixed"
                else remedies(
                    self.analysis,
                    self.named,
                    joint,
                    np.isin(self.named.causes, [x.cause for x in named]),
                    opened=frozenset.intersection(*opened),
                ),
                came_from=self._arrivals.get(Target("ending", number), ()),
                worst=max((self._worst[i] for i in among), default=0.0),
                probability=float(sum(self.spots[i].sure.sum() for i in among)),
            )

    @property
    def _nothing(self) -> FloatArray:
        return np.zeros_like(self.named.task.prior)

    # Figures.

    def _figures(self, closes: Sequence[Close]) -> Figures:
        plan = self.plan
        chances = [float(spot.sure.sum()) for spot in self.spots]
        pairs = list(zip(self.spots, chances, strict=True))
        timed = list(zip(self._times, chances, strict=True))
        return Figures(
            typical=sum(x.minutes * p for x, p in timed),
            typical_wait=sum(x.wait * p for x, p in timed),
            worst=max(each.worst for each in closes),
            questions=sum(p for spot, p in pairs if spot.kind == "question"),
            expected_cost=plan.finished_cost,
            lower_bound=plan.lower_bound,
            gap=plan.gap,
            optimal=plan.optimal,
            cut=sum(x.probability for x in closes if x.outcome == "cut"),
            goal=plan.goal,
            first=() if plan.first_costs is None else self._put_first(),
            first_costs=plan.first_costs or 0.0,
        )

    def _put_first(self) -> tuple[str, ...]:
        """The questions that the author puts first, as far as they are asked here."""
        asked = {each.id: each.ask for each in self.named.questions}
        return tuple(asked[x] for x in self.analysis.tree.first if x in asked)

    @cached_property
    def _paths(self) -> Mapping[str, tuple[Target, tuple[str, ...]]]:
        """Where each cause most likely ends, and the rows that lead there, as codes."""
        ways = likeliest_ways(self.named.task, self.spots)
        return {
            name: (self._places[way[-1]], tuple(self._code(i, cause) for i in way[:-1]))
            for cause, (name, way) in enumerate(
                zip(self.named.causes[:-1], ways[:-1], strict=True)
            )
        }

    def _code(self, i: int, cause: int) -> str:
        """The row of a spot that a cause most likely leads to."""
        answer = int(likeliest(self.named.task, self.spots[i])[cause])
        return Arrival(self._number[i], self._row_of(i, answer)).code

    def _row_of(self, i: int, answer: int) -> str:
        """The letter of the row that an answer at a spot stands in."""
        spot, rows = self.spots[i], self._rows[i]
        if spot.kind == "action":
            return rows[1 - answer].letter
        if not self.named.questions[spot.step].several:
            return rows[answer].letter
        said = self.named.outcomes[spot.step][answer][0]
        return next(x.letter for x in rows if any(said in sets for sets in x.sets))


def _letter(place: int) -> str:
    return LETTERS[place] if place < len(LETTERS) else f"({place + 1})"


def _share(joint: FloatArray) -> FloatArray:
    """The belief where so much arrives."""
    total = joint.sum()
    return np.asarray(joint / total if total > 0 else joint)


def front(
    analysis: Analysis, steps: Sequence[PrintedStep], closes: Sequence[Close]
) -> Front:
    """What the first page says about the tree, and what is taken as known."""
    tree = analysis.tree
    return Front(
        tree=tree.id,
        title=tree.title,
        symptom=tree.symptom,
        about=tree.about,
        version=tree.version,
        fingerprint=tree.fingerprint,
        owner=tree.owner,
        review_by=tree.review_by.isoformat() if tree.review_by else "",
        library=f"troubleshoot {__version__}",
        sources=tree.sources,
        facts=tuple(_facts(analysis)),
        by=tuple(role(tree, each) for each in analysis.options.by or ()),
        needs=tuple(_needs(steps, closes)),
        to_note=tuple(each.title for each in tree.records.values()),
        unknown=tree.unknown,
        confidence=tree.confidence,
    )


def _facts(analysis: Analysis) -> Iterator[tuple[str, str]]:
    tree = analysis.tree
    for name, answer in analysis.state.answers.items():
        question = tree.questions[name]
        if not question.is_urgent:
            yield question.ask, question.written(answer)


def _needs(steps: Sequence[PrintedStep], closes: Sequence[Close]) -> list[str]:
    """Whom and what the printed steps and remedies take, each once, people first."""
    printed: list[PrintedStep | PrintedRemedy] = [*steps]
    printed += (remedy for close in closes for remedy in close.remedies)
    people = (who for each in printed for who in each.by)
    things = (thing for each in printed for thing in each.things)
    return list(dict.fromkeys((*people, *things)))


def stops(tree: Tree) -> tuple[Stop, ...]:
    """The urgent questions, in the order of the file."""
    urgent = (each for each in tree.questions.values() if each.is_urgent)
    return tuple(_stop(each) for each in urgent)


def _stop(question: Question) -> Stop:
    stop = question.stop
    return with_words(
        Stop,
        question,
        stops=tuple((x.text, stop[x.id]) for x in question.answers if x.id in stop),
        others=tuple(x.text for x in question.answers if x.id not in stop),
    )


def causes(
    analysis: Analysis,
    named: Named,
    closes: Sequence[Close],
    paths: Mapping[str, tuple[Target, tuple[str, ...]]],
) -> tuple[ListedCause, ...]:
    """The root causes in the order of the file, with where to find them."""
    tree = analysis.tree
    return tuple(
        ListedCause(
            id=each.id,
            code=f"C{number}",
            title=each.title,
            about=each.about,
            group=next((x.id for x in groups_above(tree, each.id)), ""),
            endings=tuple(
                x.number for x in closes if each.id in {y.cause for y in x.suspects}
            ),
            path=(*paths[each.id][1], paths[each.id][0].label),
            remedies=_remedies(analysis, named, each.id),
        )
        for number, each in enumerate(tree.root_causes, start=1)
    )


def _remedies(
    analysis: Analysis, named: Named, cause: str
) -> tuple[PrintedRemedy, ...]:
    """What helps against this cause alone."""
    alone = np.array(named.causes) == cause
    return remedies(analysis, named, alone.astype(np.float64), alone)


def groups(tree: Tree) -> dict[str, str]:
    """The titles of the groups."""
    return {x.id: x.title for x in tree.causes.values() if x.is_group}


def signs(analysis: Analysis) -> tuple[Sign, ...]:
    """For each question, which causes each answer is typical of."""
    tree = analysis.tree
    asked = (each for each in tree.questions.values() if each.given)
    found = (_sign(analysis, each) for each in asked)
    return tuple(each for each in found if any(among for _, among in each.answers))


def _is_typical(question: Question, chance: float) -> bool:
    """Whether an answer is a sign of a cause; of several, half says nothing."""
    return chance > TYPICAL if question.several else chance >= TYPICAL


def _sign(analysis: Analysis, question: Question) -> Sign:
    model = analysis.belief.model
    answers, lifts = [], []
    for each in question.answers:
        likelihood = model.likelihood(question.id, each.id)
        usual = max(float(likelihood @ model.prior), NEVER)
        p = dict(zip(model.causes, likelihood.tolist(), strict=True))
        typical = [
            x.id
            for x in analysis.tree.root_causes
            if x.id in question.given and _is_typical(question, p[x.id])
        ]
        answers.append((each.written, tuple(typical)))
        lifts.append(tuple(round(p[x] / usual, ALIKE) for x in typical))
    return with_words(
        Sign,
        question,
        answers=tuple(answers),
        lifts=tuple(lifts),
    )
