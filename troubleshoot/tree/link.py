"""
From the shape of a file to a tree: what its names and numbers mean.

Every name is looked up, groups are spread over their root causes (the closer one
wins), likelihoods become distributions, priors are normalised. What does not fit is
noted as a problem with its place; the tree is of use only when there is none.
"""

from __future__ import annotations

import graphlib
import math
from typing import TYPE_CHECKING, Any

from troubleshoot.errors import did_you_mean, nearest
from troubleshoot.tree import values
from troubleshoot.tree.schema import GroupPart
from troubleshoot.tree.tree import (
    UNKNOWN,
    Action,
    Answer,
    Cause,
    Escalation,
    Needs,
    Question,
    Range,
    Setup,
    Tree,
    TreeTest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.tree.schema import (
        ActionPart,
        CausePart,
        QuestionPart,
        SetupPart,
        TestPart,
        TreePart,
        UrgentPart,
    )
    from troubleshoot.tree.source import Source

    Path = tuple[str | int, ...]

YES_NO = {"yes": "Yes", "no": "No"}


def link(part: TreePart, source: Source, *, id: str) -> Tree:
    """The tree; problems are noted in the source."""
    return _Linker(part, source).tree(id)


class _Linker:
    """One pass over one file; the tables below are filled from the top down."""

    def __init__(self, part: TreePart, source: Source) -> None:
        self.part = part
        self.source = source
        self.causes: dict[str, Cause] = {}
        self.paths: dict[str, Path] = {}
        self.parts: dict[str, CausePart | GroupPart] = {}
        self.leaves: dict[str, tuple[str, ...]] = {}
        self.answers: dict[str, tuple[Answer, ...]] = {}

    def tree(self, id: str) -> Tree:
        part = self.part
        for each, cause in part.causes.items():
            self.cause(each, cause, None, ("causes", each))
        self.set_priors()
        self.read_answers()
        questions = self.urgent() | self.questions()
        setups = {each: self.setup(each, it) for each, it in part.setups.items()}
        actions = self.actions()
        self.cycles("setups", {k: (v.setup,) for k, v in setups.items() if v.setup})
        self.cycles("questions", {k: v.needs.only_if for k, v in questions.items()})
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
            causes=self.causes,
            questions=questions,
            setups=setups,
            actions=actions,
            escalate=Escalation(
                to=part.escalate.to or "",
                cost=part.escalate.cost,
                bring=part.escalate.bring,
            ),
            tests=tuple(self.test(each, it) for each, it in part.tests.items()),
            file=self.source.file,
            content=self.source.root,
        )

    # Causes and priors

    def cause(
        self,
        id: str,
        part: CausePart | GroupPart,
        parent: str | None,
        path: Path,
    ) -> tuple[str, ...]:
        """Enter a cause and all below it; returns its root causes."""
        place = self.source.place(path, key=True)
        if id in self.paths:
            first = self.source.place(self.paths[id], key=True)
            message = f"'{id}' names a second cause, first on line {first.line}"
            self.complain("duplicate-id", path, message, key=True)
            return ()
        if id == UNKNOWN:
            message = f"'{UNKNOWN}' is the name of the cause that nobody listed"
            self.complain("bad-id", path, message, key=True, fix="choose another name.")
        children = tuple(part.causes) if isinstance(part, GroupPart) else ()
        self.paths[id] = path
        self.parts[id] = part
        self.causes[id] = Cause(
            id=id,
            title=part.title or id.replace("-", " ").capitalize(),
            about=part.about or "",
            parent=parent,
            depth=(len(path) - 2) // 2,
            children=children,
            actions=() if isinstance(part, GroupPart) else part.actions,
            line=place.line,
        )
        self.leaves[id] = (id,)
        if isinstance(part, GroupPart):
            self.leaves[id] = tuple(
                leaf
                for each, child in part.causes.items()
                for leaf in self.cause(each, child, id, (*path, "causes", each))
            )
        return self.leaves[id]

    def set_priors(self) -> None:
        """Spread the priors of groups over their leaves, then normalise."""
        weights: dict[str, float] = {}
        for id in self.part.causes:
            weights |= self.weights(id)
        total = math.fsum(weights.values())
        if total == 0:
            message = "every cause has the prior 0"
            self.complain("no-prior", ("causes",), message, key=True)
            return
        scale = (1 - self.part.unknown) / total
        for id, cause in self.causes.items():
            share = math.fsum(weights[leaf] * scale for leaf in self.leaves[id])
            object.__setattr__(cause, "prior", share)  # not yet seen by anybody

    def weights(self, id: str) -> dict[str, float]:
        """Relative priors of the root causes under one cause."""
        part = self.parts[id]
        if not isinstance(part, GroupPart):
            return {id: 1.0 if part.prior is None else part.prior}
        shares: dict[str, float] = {}
        for child in part.causes:
            if self.causes[child].parent == id:
                shares |= self.weights(child)
        total = math.fsum(shares.values())
        if part.prior is None or total == 0:
            return shares
        return {leaf: share * part.prior / total for leaf, share in shares.items()}

    # Questions

    def read_answers(self) -> None:
        """The answers of every question, urgent ones included."""
        for room, parts in (
            ("urgent", self.part.urgent),
            ("questions", self.part.questions),
        ):
            for id, part in parts.items():
                unit = getattr(part, "unit", None)
                texts = part.answers or YES_NO
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
                self.complain("bad-range", (*path, id), str(error))
                continue
            for other, earlier in ranges.items():
                if values.overlap(found, earlier):
                    message = f"'{text}' overlaps with '{other}' ('{texts[other]}')"
                    self.complain("bad-range", (*path, id), message)
            ranges[id] = found
        return ranges

    def urgent(self) -> dict[str, Question]:
        questions = {}
        for id, part in self.part.urgent.items():
            path = ("urgent", id)
            if id in self.part.questions:
                message = f"'{id}' is a question too"
                self.complain("duplicate-id", path, message, key=True)
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
            line=self.source.place(("urgent", id), key=True).line,
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
        known: dict[str, tuple[float, ...] | None] = {}
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
            otherwise=self.likelihood(otherwise, answers, (*path, "otherwise"), known)
            or (1 / len(answers),) * len(answers),
            confusable=tuple(
                (one, other)
                for alike in part.confusable
                for at, one in enumerate(alike)
                for other in alike[at + 1 :]
            ),
            private=part.private,
            line=self.source.place(path, key=True).line,
        )

    def given(
        self, part: Mapping[str, Any], answers: tuple[str, ...], path: Path
    ) -> dict[str, tuple[float, ...]]:
        """P(answer | root cause): groups first, then what stands closer."""
        texts: dict[str, tuple[float, ...] | None] = {}
        spread: dict[str, tuple[float, ...]] = {}
        found = []
        for name, value in part.items():
            cause = self.causes.get(name)
            if cause is None:
                self.unknown_cause(name, (*path, name))
                continue
            chances = texts.get(value) if type(value) is str else None
            if chances is None:
                chances = self.likelihood(value, answers, (*path, name), texts)
            if chances is None:
                continue
            if cause.children:
                found.append((cause.depth, name, chances))
            else:
                spread[name] = chances
        for _, name, chances in sorted(found, reverse=True):
            for leaf in self.leaves[name]:
                spread.setdefault(leaf, chances)
        return spread

    def likelihood(
        self,
        value: str | Mapping[str, float],
        answers: tuple[str, ...],
        path: Path,
        known: dict[str, tuple[float, ...] | None],
    ) -> tuple[float, ...] | None:
        """One distribution; what a text means is kept in ``known``."""
        try:
            if not isinstance(value, str):
                return values.distribution(value, answers)
            known[value] = values.likelihood(value, answers, self.part.reliability)
            return known[value]
        except values.UnknownAnswer as error:
            fix = f"its answers are {', '.join(answers)}."
            exact = not isinstance(value, str)
            at = (*path, error.answer) if exact else path
            self.complain("unknown-answer", at, str(error), key=exact, fix=fix)
        except values.BadSum as error:
            self.complain("bad-sum", path, str(error))
        except ValueError as error:
            self.complain("bad-value", path, str(error))
        return None

    # Steps

    def needs(self, part: QuestionPart | ActionPart, path: Path) -> Needs:
        only_if: dict[str, tuple[str, ...]] = {}
        for name, wanted in part.only_if.items():
            at = (*path, "only-if", name)
            if name not in self.answers:
                self.unknown("question", name, self.answers, at, key=True)
                continue
            for index, answer in enumerate(wanted):
                listed = isinstance(self.value(at), list)
                self.check_answer(name, answer, (*at, index) if listed else at)
            only_if[name] = wanted
        return Needs(by=part.by, things=part.needs, only_if=only_if)

    def value(self, path: Path) -> Any:  # noqa: ANN401 - any value of the file
        node = self.source.root
        for step in path:
            node = node[step]
        return node

    def setup(self, id: str, part: SetupPart) -> Setup:
        path = ("setups", id)
        return Setup(
            id=id,
            do=part.do,
            cost=1.0 if part.cost is None else part.cost,
            setup=self.setup_name(part.setup, path),
            needs=Needs(by=part.by, things=part.needs),
            line=self.source.place(path, key=True).line,
        )

    def setup_name(self, name: str | None, path: Path) -> str | None:
        if name is not None and name not in self.part.setups:
            self.unknown("setup", name, self.part.setups, (*path, "setup"))
            return None
        return name

    def actions(self) -> dict[str, Action]:
        fixes: dict[str, dict[str, float]] = {id: {} for id in self.part.actions}
        for cause in self.causes.values():
            for index, name in enumerate(cause.actions):
                if name in fixes:
                    fixes[name][cause.id] = values.ALMOST_ALWAYS
                else:
                    at = (*self.paths[cause.id], "actions")
                    listed = isinstance(self.value(at), list)
                    at = (*at, index) if listed else at
                    self.unknown("action", name, self.part.actions, at)
        return {
            id: self.action(id, part, fixes[id])
            for id, part in self.part.actions.items()
        }

    def action(self, id: str, part: ActionPart, fixes: dict[str, float]) -> Action:
        path = ("actions", id)
        for index, name in enumerate(part.changes):
            if name not in self.part.questions:
                listed = isinstance(self.value((*path, "changes")), list)
                at = (*path, "changes", index) if listed else (*path, "changes")
                self.unknown("question", name, self.part.questions, at)
        return Action(
            id=id,
            do=part.do,
            why=part.why or "",
            how=part.how or "",
            cost=1.0 if part.cost is None else part.cost,
            setup=self.setup_name(part.setup, path),
            needs=self.needs(part, path),
            fixes=fixes | self.fixes(part.fixes, (*path, "fixes")),
            verify=part.verify or "",
            caution=part.caution or "",
            risk=part.risk,
            changes=part.changes,
            line=self.source.place(path, key=True).line,
        )

    def fixes(self, part: Mapping[str, float], path: Path) -> dict[str, float]:
        found = []
        for name, chance in part.items():
            if name in self.causes:
                found.append((self.causes[name].depth, name, chance))
            else:
                self.unknown_cause(name, (*path, name))
        found.sort(key=lambda each: each[0])
        return {leaf: chance for _, name, chance in found for leaf in self.leaves[name]}

    def test(self, id: str, part: TestPart) -> TreeTest:
        path = ("tests", id)
        answers = {}
        for name, said in part.answers.items():
            at = (*path, "answers", name)
            if name not in self.answers:
                self.unknown("question", name, self.answers, at, key=True)
                continue
            answers[name] = self.check_answer(name, said, at)
        if part.finds != UNKNOWN and part.finds not in self.causes:
            self.unknown("cause", part.finds, self.causes, (*path, "finds"))
        return TreeTest(
            id=id,
            answers=answers,
            finds=part.finds,
            within=part.within,
            line=self.source.place(path, key=True).line,
        )

    # Complaints

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
        self.complain("unknown-answer", path, message + near, key=key, fix=fix)
        return said

    def unknown_cause(self, name: str, path: Path) -> None:
        self.unknown("cause", name, self.causes, path, key=True)

    def unknown(
        self,
        kind: str,
        name: str,
        known: Iterable[str],
        path: Path,
        *,
        key: bool = False,
    ) -> None:
        """A name that nothing has, with the nearest that something does."""
        near = nearest(name, known)
        line = ""
        if near and kind == "cause":
            line = f" (line {self.causes[near[0]].line})"
        fix = f"did you mean '{near[0]}'{line}?" if near else ""
        owner = path[path.index("actions") - 1] if path[0] == "causes" else path[1]
        message = f"'{owner}' speaks of an unknown {kind} '{name}'"
        self.complain(f"unknown-{kind}", path, message, key=key, fix=fix)

    def complain(
        self, code: str, path: Path, message: str, *, key: bool = False, fix: str = ""
    ) -> None:
        place = self.source.place(path, key=key)
        self.source.complain(code, place, message, fix=fix)

    def cycles(self, room: str, after: Mapping[str, Iterable[str]]) -> None:
        """Things that wait for each other in a circle."""
        try:
            graphlib.TopologicalSorter(after).prepare()
        except graphlib.CycleError as error:
            circle = error.args[1]
            message = f"these wait for each other: {' → '.join(circle[::-1])}"
            at = next(each for each in circle if each in getattr(self.part, room))
            self.complain("cycle", (room, at), message, key=True)


def _number(text: str) -> float:
    try:
        return values.number(text)
    except ValueError:
        return math.nan
