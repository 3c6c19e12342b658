"""
From the shape of a file to a tree: what its names and numbers mean.

Every name is looked up, groups are spread over their root causes (the closer one
wins), likelihoods become distributions, priors are normalised. What does not fit is
noted as a problem with its place; the tree is of use only when there is none.
"""

from __future__ import annotations

import graphlib
import math
import zlib
from typing import TYPE_CHECKING, Any

from troubleshoot.errors import did_you_mean, nearest
from troubleshoot.tree import values
from troubleshoot.tree.complaints import Complaints
from troubleshoot.tree.hierarchy import Hierarchy
from troubleshoot.tree.tree import (
    UNKNOWN,
    Action,
    Answer,
    Escalation,
    Needs,
    Origin,
    Question,
    Range,
    Setup,
    Tree,
    TreeTest,
    fingerprint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.tree.schema import (
        ActionPart,
        QuestionPart,
        SetupPart,
        TestPart,
        TreePart,
        UrgentPart,
    )
    from troubleshoot.tree.source import Path, Source

YES_NO = (Answer(id="yes", text="Yes"), Answer(id="no", text="No"))
NO_NEEDS = Needs()
RESERVED = {"dont-know", "not-now"}


def link(part: TreePart, source: Source, *, id: str) -> Tree:
    """The tree, of this id if it gives none; problems are noted in the source."""
    tree = _Linker(part, source).tree(part.id or id)
    # Speed 1: a tenth larger than the default of zlib, in a third of the time.
    text = zlib.compress(source.text.encode("utf-8", "surrogatepass"), 1)
    object.__setattr__(tree, "_origin", Origin(text, fingerprint(source.root)))
    return tree


class _Linker:
    """One pass over one file; the tables below are filled from the top down."""

    def __init__(self, part: TreePart, source: Source) -> None:
        self.part = part
        self.complaints = Complaints(source)
        self.hierarchy = Hierarchy(part, self.complaints)
        self.answers: dict[str, tuple[Answer, ...]] = {}
        # What texts mean, by the answers of the question: most questions share them.
        self.texts: dict[tuple[str, ...], dict[str, tuple[float, ...]]] = {}
        self.known: dict[str, Mapping[str, Path]] = {
            "cause": self.hierarchy.paths,
            "question": self.paths("urgent") | self.paths("questions"),
            "setup": self.paths("setups"),
            "action": self.paths("actions"),
        }

    def paths(self, room: str) -> dict[str, Path]:
        """Where the things of one room stand."""
        return {id: (room, id) for id in getattr(self.part, room)}

    def tree(self, id: str) -> Tree:
        part = self.part
        self.read_answers()
        questions = self.urgent() | self.questions()
        setups = {each: self.setup(each, it) for each, it in part.setups.items()}
        actions = self.actions()
        self.cycles("setups", {k: (v.setup,) for k, v in setups.items() if v.setup})
        waiting = {k: v.needs.only_if for k, v in questions.items() if v.needs.only_if}
        self.cycles("questions", waiting)
        return Tree(
            id=id,
            title=part.title,
            symptom=part.symptom or "",
            about=part.about or "",
            version=part.version or "",
            owner=part.owner or "",
            review_by=part.review_by,
            sources=tuple((each.title, each.url or "") for each in part.sources),
            confidence=part.confidence,
            reliability=part.reliability,
            unknown=part.unknown,
            causes=self.hierarchy.causes,
            questions=questions,
            setups=setups,
            actions=actions,
            escalate=Escalation(
                to=part.escalate.to or "",
                cost=part.escalate.cost,
                bring=part.escalate.bring,
            ),
            tests=tuple(self.test(each, it) for each, it in part.tests.items()),
            file=self.complaints.source.file,
        )

    # Questions

    def read_answers(self) -> None:
        """The answers of every question, urgent ones included."""
        for room, parts in (
            ("urgent", self.part.urgent),
            ("questions", self.part.questions),
        ):
            for id, part in parts.items():
                unit = getattr(part, "unit", None)
                for each in RESERVED & set(part.answers or ()):
                    message = f"'{each}' is an answer of every question already"
                    at = (room, id, "answers", each)
                    self.complaints.note("bad-id", at, message, key=True)
                if part.answers is None and not unit:
                    self.answers.setdefault(id, YES_NO)
                    continue
                texts = part.answers or {each.id: each.text for each in YES_NO}
                path = (room, id, "answers")
                ranges = self.ranges(texts, path) if unit else {}
                self.answers.setdefault(
                    id,
                    tuple(
                        Answer(id=each, text=text, range=ranges.get(each))
                        for each, text in texts.items()
                    ),
                )

    def ranges(self, texts: Mapping[str, str], path: Path) -> dict[str, Range]:
        ranges: dict[str, Range] = {}
        for id, text in texts.items():
            try:
                found = values.number_range(text)
            except ValueError as error:
                self.complaints.note("bad-range", (*path, id), str(error))
                continue
            for other, earlier in ranges.items():
                if values.overlap(found, earlier):
                    message = f"'{text}' overlaps with '{other}' ('{texts[other]}')"
                    self.complaints.note("bad-range", (*path, id), message)
            ranges[id] = found
        return ranges

    def urgent(self) -> dict[str, Question]:
        questions = {}
        for id, part in self.part.urgent.items():
            path = ("urgent", id)
            if id in self.part.questions:
                message = f"'{id}' is a question too"
                self.complaints.note("duplicate-id", path, message, key=True)
            for answer in part.stop:
                self.check_answer(id, answer, (*path, "stop", answer), key=True)
            questions[id] = self.urgent_question(id, part)
        return questions

    def urgent_question(self, id: str, part: UrgentPart) -> Question:
        return Question(
            id=id,
            ask=part.ask,
            why=part.why or "",
            how=part.how or "",
            answers=self.answers[id],
            cost=1.0 if part.cost is None else part.cost,
            needs=Needs(by=part.by, things=part.needs),
            stop=part.stop,
            line=self.complaints.line(("urgent", id)),
        )

    def questions(self) -> dict[str, Question]:
        return {id: self.question(id, it) for id, it in self.part.questions.items()}

    def question(self, id: str, part: QuestionPart) -> Question:
        path = ("questions", id)
        answers = tuple(each.id for each in self.answers[id])
        for index, alike in enumerate(part.confusable):
            for at, answer in enumerate(alike):
                self.check_answer(id, answer, (*path, "confusable", index, at))
        otherwise = part.otherwise or values.EVENLY
        return Question(
            id=id,
            ask=part.ask,
            why=part.why or "",
            how=part.how or "",
            answers=self.answers[id],
            unit=part.unit or "",
            cost=1.0 if part.cost is None else part.cost,
            setup=self.setup_name(part.setup, path),
            needs=self.needs(part, path),
            given=self.given(part.given, answers, (*path, "given")),
            otherwise=self.likelihood(otherwise, answers, (*path, "otherwise"))
            or (1 / len(answers),) * len(answers),
            confusable=tuple(
                (one, other)
                for alike in part.confusable
                for at, one in enumerate(alike)
                for other in alike[at + 1 :]
            ),
            private=part.private,
            line=self.complaints.line(path),
        )

    def given(
        self, part: Mapping[str, Any], answers: tuple[str, ...], path: Path
    ) -> Mapping[str, tuple[float, ...]]:
        """P(answer | root cause), kept by group where it is said of groups."""
        texts = self.texts.setdefault(answers, {})
        found = []
        for name, value in part.items():
            chances = texts.get(value) if type(value) is str else None
            if chances is None:
                chances = self.likelihood(value, answers, (*path, name)) or ()
            found.append((name, chances))
        return self.hierarchy.by_cause(found, path)

    def likelihood(
        self, value: str | Mapping[str, str], answers: tuple[str, ...], path: Path
    ) -> tuple[float, ...] | None:
        """One distribution; None after noting what is wrong with it."""
        try:
            if not isinstance(value, str):
                return values.distribution(value, answers, self.part.reliability)
            texts = self.texts.setdefault(answers, {})
            texts[value] = values.likelihood(value, answers, self.part.reliability)
            return texts[value]
        except values.UnknownAnswer as error:
            fix = f"its answers are {', '.join(answers)}."
            exact = not isinstance(value, str)
            at = (*path, error.answer) if exact else path
            self.complaints.note("unknown-answer", at, str(error), key=exact, fix=fix)
        except values.BadSum as error:
            self.complaints.note("bad-sum", path, str(error))
        except ValueError as error:
            self.complaints.note("bad-value", path, str(error))
        return None

    # Steps

    def needs(self, part: QuestionPart | ActionPart, path: Path) -> Needs:
        if not (part.by or part.needs or part.only_if):
            return NO_NEEDS
        only_if: dict[str, tuple[str, ...]] = {}
        for name, wanted in part.only_if.items():
            at = (*path, "only-if", name)
            if name not in self.answers:
                self.unknown("question", name, at, key=True)
                continue
            for index, answer in enumerate(wanted):
                self.check_answer(name, answer, self.complaints.item(at, index))
            only_if[name] = wanted
        return Needs(by=part.by, things=part.needs, only_if=only_if)

    def setup(self, id: str, part: SetupPart) -> Setup:
        path = ("setups", id)
        return Setup(
            id=id,
            do=part.do,
            cost=1.0 if part.cost is None else part.cost,
            setup=self.setup_name(part.setup, path),
            needs=Needs(by=part.by, things=part.needs),
            line=self.complaints.line(path),
        )

    def setup_name(self, name: str | None, path: Path) -> str | None:
        if name is not None and name not in self.part.setups:
            self.unknown("setup", name, (*path, "setup"))
            return None
        return name

    def actions(self) -> dict[str, Action]:
        fixes: dict[str, dict[str, float]] = {id: {} for id in self.part.actions}
        for cause in self.hierarchy.causes.values():
            for index, name in enumerate(cause.actions):
                if name in fixes:
                    fixes[name][cause.id] = self.fixing(values.ALMOST_ALWAYS)
                else:
                    at = (*self.hierarchy.paths[cause.id], "actions")
                    self.unknown("action", name, self.complaints.item(at, index))
        return {
            id: self.action(id, part, fixes[id])
            for id, part in self.part.actions.items()
        }

    def action(self, id: str, part: ActionPart, fixes: dict[str, float]) -> Action:
        path = ("actions", id)
        for index, name in enumerate(part.changes):
            if name not in self.part.questions:
                at = self.complaints.item((*path, "changes"), index)
                self.unknown("question", name, at)
        named = [(cause, self.fixing(text)) for cause, text in part.fixes.items()]
        return Action(
            id=id,
            do=part.do,
            why=part.why or "",
            how=part.how or "",
            cost=1.0 if part.cost is None else part.cost,
            setup=self.setup_name(part.setup, path),
            needs=self.needs(part, path),
            fixes=self.hierarchy.by_cause(named, (*path, "fixes"), fixes),
            verify=part.verify or "",
            caution=part.caution or "",
            risk=part.risk,
            changes=part.changes,
            line=self.complaints.line(path),
        )

    def fixing(self, text: str) -> float:
        return values.fixing(text, self.part.reliability)

    def test(self, id: str, part: TestPart) -> TreeTest:
        path = ("tests", id)
        answers = {}
        for name, said in part.answers.items():
            at = (*path, "answers", name)
            if name not in self.answers:
                self.unknown("question", name, at, key=True)
                continue
            answers[name] = self.check_answer(name, said, at)
        if part.finds != UNKNOWN and part.finds not in self.hierarchy.causes:
            self.unknown("cause", part.finds, (*path, "finds"))
        return TreeTest(
            id=id,
            answers=answers,
            finds=part.finds,
            within=part.within,
            line=self.complaints.line(path),
        )

    def check_answer(
        self, question: str, said: str, path: Path, *, key: bool = False
    ) -> str:
        """The id of the answer that was said; a number where there are ranges."""
        answers = self.answers[question]
        ids = [each.id for each in answers]
        if said in ids:
            return said
        for answer in answers:
            if answer.range is not None and _number(said) in answer.range:
                return answer.id
        message = f"'{said}' is not an answer of '{question}'"
        fix = f"its answers are {', '.join(ids)}."
        near = did_you_mean(nearest(said, ids))
        self.complaints.note("unknown-answer", path, message + near, key=key, fix=fix)
        return said

    def unknown(self, kind: str, name: str, path: Path, *, key: bool = False) -> None:
        """Note a name that no setup, action, question or cause has."""
        self.complaints.unknown(kind, name, self.known[kind], path, key=key)

    def cycles(self, room: str, after: Mapping[str, Iterable[str]]) -> None:
        """Things that wait for each other in a circle."""
        try:
            graphlib.TopologicalSorter(after).prepare()
        except graphlib.CycleError as error:
            circle = error.args[1]
            message = f"these wait for each other: {' → '.join(circle[::-1])}"
            at = next(each for each in circle if each in getattr(self.part, room))
            self.complaints.note("cycle", (room, at), message, key=True)


def _number(text: str) -> float:
    try:
        return values.number(text)
    except ValueError:
        return math.nan
