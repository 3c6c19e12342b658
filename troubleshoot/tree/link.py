"""
From the shape of a file to a tree: what its names and numbers mean.

Every name is looked up, groups are spread over their root causes (the closer one
wins), likelihoods become distributions, priors are normalised. What does not fit is
noted as a problem with its place; the tree is of use only when there is none.
"""

from __future__ import annotations

import bisect
import graphlib
import math
import zlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from troubleshoot.catalogue import in_language
from troubleshoot.conditions import both
from troubleshoot.tree import keys, values
from troubleshoot.tree.hierarchy import Hierarchy
from troubleshoot.tree.illustrate import Illustrator
from troubleshoot.tree.impossible import Conditions, results_of
from troubleshoot.tree.keys import STAND_IN
from troubleshoot.tree.only_if import ALWAYS
from troubleshoot.tree.problems import Complaints
from troubleshoot.tree.read_only import layers
from troubleshoot.tree.read_only_if import Reader
from troubleshoot.tree.records import Records
from troubleshoot.tree.takes import Takes
from troubleshoot.tree.tree import (
    UNKNOWN,
    Action,
    Answer,
    AnswerKey,
    Escalation,
    Needs,
    Origin,
    Question,
    Setup,
    Tree,
    TreeTest,
    WatchFor,
    fingerprint,
)
from troubleshoot.tree.variables import note_undeclared, plain, told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.tree.illustrate import Images
    from troubleshoot.tree.schema import (
        ActionPart,
        QuestionPart,
        SetupPart,
        TestPart,
        TreePart,
        UrgentPart,
    )
    from troubleshoot.tree.source import Path, Source
    from troubleshoot.tree.values import Range


Meaning: TypeAlias = tuple[bool, tuple[str, ...], float]

KINDS = {
    "causes": "cause",
    "questions": "question",
    "setups": "setup",
    "actions": "action",
}
NO_NEEDS = Needs()
NEAR_RANGES = 8  # that begin at or before a number, and may hold it
MOST_BEHIND = 20  # setups behind a step whose conditions are looked at with its own
MOST_NAMED = 12  # names that one message lists
EVERYTHING = "all"  # under 'changes'
RESERVED = {"dont-know", "not-now"}
# Sets double with each answer: a plan takes 4 times as long with a question of eight
# as with one of two, and 6 times with ten (`benchmarks/several.py`).
MOST_SEVERAL = 8
MOST_CELLS = 2**22  # chances of sets under causes, together 32 MB


def link(
    part: TreePart,
    source: Source,
    *,
    id: str,
    images: Images,
    broken: Collection[Path] = (),
) -> Tree:
    """
    The tree, of this id if it gives none; problems are noted in the source.

    ``images`` has those that its texts name; ``broken`` are the paths that were taken
    out of the file, or mended, before.
    """
    linker = _Linker(part, source)
    linker.excuse(broken)
    tree = linker.tree(part.id or id)
    complaints, paths = linker.complaints, linker.hierarchy.paths
    note_undeclared(tree, complaints, paths)
    illustrator = Illustrator(images, complaints, paths)
    tree = illustrator.illustrated(tree)
    if source.is_broken:
        return tree
    # Speed 1: a tenth larger than the default of zlib, in a third of the time.
    text = zlib.compress(source.whole(), 1)
    origin = Origin(text, fingerprint(source.root), illustrator.sent)
    object.__setattr__(tree, "_origin", origin)
    return told(tree)


class _Linker:
    """One pass over one file; the tables below are filled from the top down."""

    def __init__(self, part: TreePart, source: Source) -> None:
        self.part = part
        self.complaints = Complaints(source)
        self.hierarchy = Hierarchy(part, self.complaints)
        self.takes = Takes(part, self.complaints)
        self.records = Records(part, self.complaints)
        self.words = in_language(part.language)
        self.yes_no = (
            Answer(id="yes", text=self.words.say_yes),
            Answer(id="no", text=self.words.say_no),
        )
        self.answers: dict[str, tuple[Answer, ...]] = {}
        self.by_low: dict[str, list[tuple[Range, int, str]]] = {}
        self.by_id: dict[str, dict[str, Answer]] = {}
        self.unclear: set[Any] = set()  # questions whose answers are broken
        self.broken: Collection[Path] = ()
        self.damaged: set[Path] = set()  # mappings out of which something was taken
        # What texts mean, by the answers of the question, whether it takes
        # several, and how often they are right:
        # most questions share these.
        self.texts: dict[Meaning, dict[str, tuple[float, ...]]] = {}
        self.known = self.complaints.known = {
            "cause": self.hierarchy.paths,
            "question": self.paths("urgent") | self.paths("questions"),
            "setup": self.paths("setups"),
            "action": self.paths("actions"),
        }

    def excuse(self, broken: Collection[Path]) -> None:
        """Who speaks of broken things is not to blame: they were complained of."""
        if not broken:
            return
        self.broken = broken
        self.damaged = {path[:-1] for path in broken}
        self.complaints.excused = keys.names(self.complaints.source.root)
        for room, kind in KINDS.items():
            if (room,) in broken and not self.complaints.excused[kind]:
                self.complaints.unclear.add(kind)
        self.complaints.excused["cause"].add(STAND_IN)
        self.unclear = {
            path[1]
            for path in broken
            if path[:1] in (("questions",), ("urgent",))
            and path[2:3] in ((), ("answers",), ("unit",))
            and len(path) > 1
        }

    def paths(self, room: str) -> dict[str, Path]:
        """Where the things of one room stand."""
        return {id: (room, id) for id in getattr(self.part, room)}

    def tree(self, id: str) -> Tree:
        part = self.part
        self.read_answers()
        self.check_cells()
        questions = self.urgent() | self.questions()
        self.takes.similar_names("by")
        self.takes.similar_names("needs")
        setups = {each: self.setup(each, it) for each, it in part.setups.items()}
        actions = self.actions()
        self.cycles("setups", {k: (v.setup,) for k, v in setups.items() if v.setup})
        self.conditions(questions, actions, setups)
        return Tree(
            id=id,
            title=part.title,
            language=part.language,
            symptom=part.symptom or "",
            about=part.about or "",
            version=part.version or "",
            owner=part.owner or "",
            review_by=part.review_by,
            sources=tuple((each.title, each.url or "") for each in part.sources),
            variables={id: plain(text) for id, text in part.variables.items()},
            confidence=part.confidence,
            reliability=part.reliability,
            unknown=part.unknown,
            waiting=part.waiting,
            sometimes=part.sometimes,
            watch=self.watch(),
            verify=part.verify or "",
            roles=self.takes.titles("by"),
            things=self.takes.titles("needs"),
            records=self.records.items(),
            causes=self.hierarchy.causes,
            questions=questions,
            setups=setups,
            actions=actions,
            escalate=Escalation(
                to=part.escalate.to or "",
                cost=part.escalate.cost,
                bring=part.escalate.bring,
            ),
            first=self.first(),
            tests=tuple(self.test(each, it) for each, it in part.tests.items()),
            file=self.complaints.source.file,
        )

    def first(self) -> tuple[str, ...]:
        """The questions that the author puts first; urgent ones come before them."""
        chosen: dict[str, int] = {}
        for index, name in enumerate(self.part.first):
            at = self.complaints.item(("first",), index)
            if name in self.part.urgent:
                message = f"'{name}' is an urgent question, and comes first anyway"
                fix = "take it out here."
                self.complaints.note("unknown-question", at, message, fix=fix)
            elif name not in self.part.questions:
                self.unknown("question", name, at)
            elif name in chosen:
                message = f"'{name}' stands under 'first' a second time"
                self.complaints.note(
                    "duplicate-id", at, message, fix="keep one of them."
                )
            chosen.setdefault(name, index)
        return tuple(chosen)

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
                if getattr(part, "several", False):
                    self.check_several(id, self.part.questions[id])
                if part.answers is None and not unit:
                    self.answers.setdefault(id, self.yes_no)
                    continue
                texts = part.answers or {each.id: each.text for each in self.yes_no}
                path = (room, id, "answers")
                ranges = self.ranges(texts, path) if unit else {}
                self.answers.setdefault(
                    id,
                    tuple(
                        answer_of(each, text, ranges.get(each), unit or "", self.words)
                        for each, text in texts.items()
                    ),
                )

    def check_several(self, id: str, part: QuestionPart) -> None:
        """Whether the answers of a question can hold in any number at once."""
        path = ("questions", id)
        if ("questions", id, "answers") in self.broken:
            return
        if part.answers is None:
            message = f"'{id}' takes several answers, and lists none"
            fix = "list them under 'answers', or leave 'several' out."
            self.complaints.note("missing-key", (*path, "several"), message, fix=fix)
            return
        if part.unit:
            message = f"'{id}' takes several answers, and a number is one"
            fix = "leave out 'unit' or 'several'."
            self.complaints.note("bad-value", (*path, "unit"), message, fix=fix)
        if values.NONE in part.answers:
            message = f"'{values.NONE}' says already that no answer holds"
            fix = "leave it out: that no answer holds can always be said."
            none = (*path, "answers", values.NONE)
            self.complaints.note("bad-id", none, message, key=True, fix=fix)
        if len(part.answers) > MOST_SEVERAL:
            message = (
                f"'{id}' takes several of {len(part.answers)} answers at once, and "
                f"{MOST_SEVERAL} are the most, for any of their "
                f"{2**MOST_SEVERAL} sets may be said"
            )
            fix = "ask for some of them in a question of their own."
            self.complaints.note(
                "too-large", (*path, "answers"), message, key=True, fix=fix
            )

    def check_cells(self) -> None:
        """Whether the sets of answers of all questions together can be held."""
        causes = 1 + sum(not x.is_group for x in self.hierarchy.causes.values())
        cells = 0
        for id, part in self.part.questions.items():
            if part.several:
                cells += causes * 2 ** min(len(self.answers[id]), MOST_SEVERAL)
            if cells > MOST_CELLS:
                message = (
                    f"with '{id}', the sets of answers that may be said come to "
                    f"{cells:,} under {causes:,} causes, and {MOST_CELLS:,} are most"
                )
                fix = "ask for some of them in questions of one answer each."
                self.complaints.note(
                    "too-large", ("questions", id, "several"), message, fix=fix
                )
                return

    def ranges(self, texts: Mapping[str, str], path: Path) -> dict[str, Range]:
        ranges: dict[str, Range] = {}
        for id, text in texts.items():
            try:
                found = values.number_range(text)
            except values.BadValue as error:
                self.complaints.note(
                    "bad-range", (*path, id), str(error), fix=error.fix
                )
                continue
            ranges[id] = found
        self.overlaps(ranges, texts, path)
        return ranges

    def overlaps(
        self, ranges: Mapping[str, Range], texts: Mapping[str, str], path: Path
    ) -> None:
        """Each range that begins before the ones below it have ended."""
        order = {id: number for number, id in enumerate(texts)}
        below = None
        for id in sorted(ranges, key=lambda each: (ranges[each].low, order[each])):
            if below is not None and values.overlap(ranges[id], ranges[below]):
                first, second = sorted((id, below), key=order.__getitem__)
                line = self.complaints.line((*path, first))
                message = (
                    f"'{texts[second]}' overlaps with '{first}' ('{texts[first]}', "
                    f"line {line})"
                )
                at = (*path, second)
                fix = "write ranges that share no more than an end."
                self.complaints.note("bad-range", at, message, fix=fix, also=[line])
            if below is None or ranges[id].high > ranges[below].high:
                below = id

    def urgent(self) -> dict[str, Question]:
        questions = {}
        for id, part in self.part.urgent.items():
            path = ("urgent", id)
            if id in self.part.questions:
                line = self.complaints.line(("questions", id))
                message = f"'{id}' is a question too, on line {line}"
                fix = "rename one of them, wherever it is named."
                self.complaints.note(
                    "duplicate-id", path, message, key=True, fix=fix, also=[line]
                )
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
            wait=part.wait,
            needs=self.needs(part, ("urgent", id)),
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
        otherwise = values.EVENLY if part.otherwise is None else part.otherwise
        even = values.HALF if part.several else 1 / len(answers)
        given = self.given(part, answers, (*path, "given"))
        usual = self.likelihood(part, otherwise, answers, (*path, "otherwise"))
        usual = usual or (even,) * len(answers)
        sometimes, normal = self.sometimes(id, part), ""
        if sometimes or part.normal is not None:
            normal = self.normal(id, part, given, answers)
        if sometimes:
            given, usual = self.coming_and_going(given, usual, answers.index(normal))
        return Question(
            id=id,
            ask=part.ask,
            why=part.why or "",
            how=part.how or "",
            answers=self.answers[id],
            unit=part.unit or "",
            cost=1.0 if part.cost is None else part.cost,
            wait=part.wait,
            setup=self.setup_name(part.setup, path),
            record=self.records.of(part),
            needs=self.needs(part, path),
            given=given,
            otherwise=usual,
            sometimes=sometimes,
            normal=normal,
            confusable=tuple(
                (one, other)
                for alike in part.confusable
                for at, one in enumerate(alike)
                for other in alike[at + 1 :]
            ),
            private=part.private,
            several=part.several,
            line=self.complaints.line(path),
        )

    def watch(self) -> WatchFor:
        watch, usual = self.part.watch, WatchFor()
        return WatchFor(
            note=watch.note or "",
            minutes=usual.minutes if watch.for_ is None else watch.for_,
            times=watch.times or usual.times,
        )

    def sometimes(self, id: str, part: QuestionPart) -> bool:
        """Whether what is looked for comes and goes; of several at once, none does."""
        if part.several and part.sometimes:
            at = ("questions", id, "sometimes")
            message = (
                f"'{id}' takes several answers, and none of them is the normal one"
            )
            fix = "leave out 'sometimes' or 'several'."
            self.complaints.note("bad-value", at, message, fix=fix)
        said = self.part.sometimes if part.sometimes is None else part.sometimes
        return said and not part.several

    def normal(
        self,
        id: str,
        part: QuestionPart,
        given: Mapping[str, tuple[float, ...]],
        answers: tuple[str, ...],
    ) -> str:
        """The answer when all is well: as it is said, or what most causes lead to."""
        if part.normal is not None:
            said = self.check_answer(id, part.normal, ("questions", id, "normal"))
            return said if said in answers else answers[0]
        leads = [max(chances) for chances in given.values() if chances]
        counts = dict.fromkeys(answers, 0)
        for chances, most in zip(filter(None, given.values()), leads, strict=True):
            if chances.count(most) == 1:
                counts[answers[chances.index(most)]] += 1
        return max(answers, key=counts.__getitem__)

    def coming_and_going(
        self,
        given: Mapping[str, tuple[float, ...]],
        usual: tuple[float, ...],
        normal: int,
    ) -> tuple[Mapping[str, tuple[float, ...]], tuple[float, ...]]:
        """The likelihoods of what shows only sometimes."""
        said = {
            name: values.coming_and_going(chances, normal)
            for name, chances in layers(given)
            if chances
        }
        mixed = self.hierarchy.by_cause(said.items(), ())
        return mixed, values.coming_and_going(usual, normal)

    def given(
        self, part: QuestionPart, answers: tuple[str, ...], path: Path
    ) -> Mapping[str, tuple[float, ...]]:
        """P(answer | root cause), kept by group where it is said of groups."""
        meaning = part.several, answers, self.reliability(path)
        texts = self.texts.setdefault(meaning, {})
        found = []
        for name, value in part.given.items():
            chances = texts.get(value) if type(value) is str else None
            if chances is None and not self.is_deep(name, (*path, name)):
                chances = self.likelihood(part, value, answers, (*path, name))
            found.append((name, chances or ()))
        return self.hierarchy.by_cause(found, path)

    def is_deep(self, name: str, path: Path) -> bool:
        """Whether a name is no cause, but a key that stands one level too deep."""
        if name in self.hierarchy.causes:
            return False
        return bool(keys.misplaced(self.complaints.source.root, path))

    def likelihood(
        self,
        part: QuestionPart,
        value: str | list[str] | dict[str, str],
        answers: tuple[str, ...],
        path: Path,
    ) -> tuple[float, ...] | None:
        """One distribution; None after noting what is wrong with it."""
        reliability = self.reliability(path)
        try:
            if part.several and not isinstance(value, str):
                return values.several(value, answers, reliability)
            if isinstance(value, list):
                self.no_list(value, path)
                return None
            if not isinstance(value, str):
                return values.distribution(value, answers, reliability)
            read = values.several if part.several else values.likelihood
            texts = self.texts.setdefault((part.several, answers, reliability), {})
            texts[value] = read(value, answers, reliability)
            return texts[value]
        except values.UnknownAnswer as error:
            exact = isinstance(value, dict)
            at = (*path, error.answer) if exact else path
            if isinstance(value, list):
                at = (*path, value.index(error.answer))
            self.unknown_answer(str(path[1]), error.answer, at, str(error), key=exact)
        except values.BadValue as error:
            code = "bad-sum" if isinstance(error, values.BadSum) else "bad-value"
            excused = code == "bad-sum" and path in self.damaged
            if path[1] not in self.unclear and not excused:
                self.complaints.note(code, path, str(error), fix=error.fix)
        return None

    def reliability(self, path: Path) -> float:
        """How often what a step comes to is right, by the step or else by the tree."""
        own = getattr(self.part, str(path[0]))[path[1]].reliability
        return self.part.reliability if own is None else float(own)

    def no_list(self, listed: list[str], path: Path) -> None:
        """Note a list where one answer is given and no other."""
        message = "a list of answers stands here, and this question takes one"
        chances = ", ".join(f"{each}: {100 // len(listed)}%" for each in listed)
        fix = "write 'several: true' beside 'answers' if any number of them can hold"
        if listed:
            fix += f", or how likely each is: '{{{chances}}}'"
        self.complaints.note("wrong-type", path, message, fix=f"{fix}.")

    def unknown_answer(
        self, question: str, said: str, path: Path, message: str, *, key: bool
    ) -> None:
        """Note an answer that a question does not have, and the one that was meant."""
        if question in self.unclear:
            return
        if not self.complaints.source.tells("unknown-answer"):
            self.complaints.note("unknown-answer", path, message, key=key)
            return
        answers = self.answers[question]
        ids = [each.id for each in answers]
        texts = [x.id for x in answers if x.text.casefold() == said.casefold()]
        near = texts or self.complaints.nearest(said, ids, "unknown-answer")
        more = f", … ({len(ids)} in all)" if len(ids) > MOST_NAMED else ""
        fix = f"its answers are {', '.join(ids[:MOST_NAMED])}{more}."
        if near:
            fix = f"did you mean '{near[0]}'? {fix[0].upper()}{fix[1:]}"
        deep = keys.misplaced(self.complaints.source.root, path) if key else ""
        self.complaints.note("unknown-answer", path, message, key=key, fix=deep or fix)

    def needs(
        self, part: QuestionPart | UrgentPart | ActionPart | SetupPart, path: Path
    ) -> Needs:
        by, things = self.takes.of(part)
        if not (by or things or part.only_if != {}):
            return NO_NEEDS
        only_if = ALWAYS
        if part.only_if != {}:
            only_if = self.reader.read(part.only_if, (*path, "only-if"))
        return Needs(by=by, things=things, only_if=only_if)

    @cached_property
    def reader(self) -> Reader:
        """What reads the conditions of this file."""
        answers = {id: [x.id for x in them] for id, them in self.answers.items()}
        return Reader(
            self.complaints,
            answers,
            self.part.actions,
            self.check_answer,
            [id for id in answers if self.takes_several(id)],
        )

    def setup(self, id: str, part: SetupPart) -> Setup:
        path = ("setups", id)
        return Setup(
            id=id,
            do=part.do,
            cost=1.0 if part.cost is None else part.cost,
            wait=part.wait,
            setup=self.setup_name(part.setup, path),
            needs=self.needs(part, path),
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
                    reliability = self.reliability(("actions", name))
                    said = values.fixing(values.ALMOST_ALWAYS, reliability)
                    fixes[name][cause.id] = said
                else:
                    at = (*self.hierarchy.paths[cause.id], "actions")
                    self.unknown("action", name, self.complaints.item(at, index))
        return {
            id: self.action(id, part, fixes[id])
            for id, part in self.part.actions.items()
        }

    def action(self, id: str, part: ActionPart, fixes: dict[str, float]) -> Action:
        path = ("actions", id)
        changes = part.changes
        if EVERYTHING in changes:
            changes = tuple(self.part.questions)
        for index, name in enumerate(changes):
            if name not in self.part.questions:
                at = self.complaints.item((*path, "changes"), index)
                self.unknown("question", name, at)
        reliability = self.reliability(path)
        named = [
            (cause, values.fixing(text, reliability))
            for cause, text in part.fixes.items()
        ]
        return Action(
            id=id,
            do=part.do,
            title=part.title or "",
            why=part.why or "",
            how=part.how or "",
            cost=1.0 if part.cost is None else part.cost,
            wait=part.wait,
            setup=self.setup_name(part.setup, path),
            record=self.records.of(part),
            needs=self.needs(part, path),
            fixes=self.hierarchy.by_cause(named, (*path, "fixes"), fixes),
            verify=part.verify or self.part.verify or "",
            caution=part.caution or "",
            risk=part.risk,
            changes=changes,
            line=self.complaints.line(path),
        )

    def test(self, id: str, part: TestPart) -> TreeTest:
        path = ("tests", id)
        answers = {}
        for name, said in part.answers.items():
            at = (*path, "answers", name)
            if name not in self.answers:
                self.unknown("question", name, at, key=True)
                continue
            answers[name] = self.said(name, said, at)
        if part.finds != UNKNOWN and part.finds not in self.hierarchy.causes:
            self.unknown("cause", part.finds, (*path, "finds"))
        return TreeTest(
            id=id,
            answers=answers,
            finds=part.finds,
            within=part.within,
            line=self.complaints.line(path),
        )

    def takes_several(self, question: str) -> bool:
        """Whether any number of its answers can hold at once."""
        part = self.part.questions.get(question)
        return part is not None and part.several

    def said(self, question: str, said: str | list[str], path: Path) -> AnswerKey:
        """What a test answers to a question, by ids."""
        if not self.takes_several(question):
            if not isinstance(said, list):
                return self.check_answer(question, said, path)
            message = f"a list of answers stands here, and '{question}' takes one"
            self.complaints.note("wrong-type", path, message, fix="name one of them.")
            return said[0] if said else ""
        if said == values.NONE:
            return ()
        listed = said if isinstance(said, list) else [said]
        for index, answer in enumerate(listed):
            self.check_answer(question, answer, self.complaints.item(path, index))
        return tuple(each.id for each in self.answers[question] if each.id in listed)

    def check_answer(
        self, question: str, said: str, path: Path, *, key: bool = False
    ) -> str:
        """The id of the answer that was said; a number where there are ranges."""
        answers = self.by_id.get(question)
        if answers is None:
            answers = {each.id: each for each in self.answers[question]}
            self.by_id[question] = answers
        if said in answers:
            return said
        if inside := self.in_range(question, _number(said)):
            return inside
        message = f"'{said}' is not an answer of '{question}'"
        self.unknown_answer(question, said, path, message, key=key)
        return said

    def in_range(self, question: str, number: float) -> str | None:
        """The answer, the first one listed, whose range a number falls into."""
        found = self.by_low.get(question)
        if found is None:
            listed = [
                (x.range, at, x.id) for at, x in enumerate(self.answers[question])
            ]
            ranges = [(x, at, id) for x, at, id in listed if x is not None]
            found = sorted(ranges, key=lambda each: each[0].low)
            self.by_low[question] = found
        end = bisect.bisect_right(found, number, key=lambda each: each[0].low)
        # Ranges share no more than an end, so that few of those below can hold it.
        near = found[max(0, end - NEAR_RANGES) : end]
        return min(((at, id) for x, at, id in near if number in x), default=(0, None))[
            1
        ]

    def unknown(self, kind: str, name: str, path: Path, *, key: bool = False) -> None:
        """Note a name that no setup, action, question or cause has."""
        self.complaints.unknown(kind, name, path, key=key)

    def conditions(
        self,
        questions: Mapping[str, Question],
        actions: Mapping[str, Action],
        setups: Mapping[str, Setup],
    ) -> None:
        """Conditions that can never be met, and steps that wait in a circle."""
        steps: dict[tuple[str, str], Question | Action] = {
            **{("question", id): it for id, it in questions.items()},
            **{("action", id): it for id, it in actions.items()},
        }
        of = {}
        opening = any(each.needs.only_if for each in setups.values())
        for key, step in steps.items():
            found, behind = step.needs.only_if, step.setup if opening else None
            for _ in range(MOST_BEHIND):
                if behind is None:
                    break
                found = both(found, setups[behind].needs.only_if)
                behind = setups[behind].setup
            if found:
                of[key] = found
        results = {
            id: results_of([x.id for x in it.answers], several=it.several)
            if id not in self.unclear
            else ()
            for id, it in questions.items()
        }
        conditions, never = Conditions(of, results), set()
        for key in of:
            if witness := conditions.impossible(key):
                never.add(key)
                self.never(*key, witness)
        if circle := conditions.circle(never):
            self.circle(circle)

    def never(self, kind: str, id: str, witness: tuple[str, ...]) -> None:
        """Note a condition that can never be met, and what contradicts itself."""
        path = self.known[kind][id]
        if keys.at(self.complaints.source.root, (*path, "only-if")) is not None:
            path = (*path, "only-if")
        said = " and ".join(f"'{each}'" for each in witness)
        self.complaints.note(
            "impossible-condition",
            path,
            f"'{id}' waits for {said}, which are never so together",
            key=True,
            fix="take one of them away, or write 'any:' where one is enough.",
        )

    def circle(self, circle: tuple[tuple[str, str], ...]) -> None:
        """Note steps whose conditions wait for each other."""
        paths = [self.known[kind][id] for kind, id in circle]
        shown = [id for _, id in circle]
        first = min(range(len(paths)), key=lambda i: self.complaints.line(paths[i]))
        self.waiting(paths[first], shown, paths, "take one of these conditions away.")

    def cycles(self, room: str, after: Mapping[str, Iterable[str]]) -> None:
        """Things that wait for each other in a circle."""
        try:
            graphlib.TopologicalSorter(after).prepare()
        except graphlib.CycleError as error:
            circle = error.args[1][::-1]
            paths = [self.known[KINDS[room]][each] for each in circle]
            at = (room, circle[-1])
            self.waiting(at, circle, paths, "let one of them need no other.")

    def waiting(self, at: Path, circle: list[str], paths: list[Path], fix: str) -> None:
        """Note a circle."""
        shown = circle
        if len(shown) > MOST_NAMED:
            shown = [*shown[: MOST_NAMED - 1], "…", shown[-1]]
        self.complaints.note(
            "cycle",
            at,
            f"these wait for each other: {' → '.join(shown)}",
            key=True,
            fix=fix,
            also=[self.complaints.line(each) for each in paths][:MOST_NAMED],
        )


def answer_of(
    id: str, text: str, numbers: Range | None, unit: str, words: Catalogue
) -> Answer:
    """An answer; where it is a range of numbers, it reads as these in words."""
    if numbers is None:
        return Answer(id=id, text=text)
    said = numbers.in_words(unit, words)
    return Answer(id=id, text=said, range=numbers, spelled=text)


def _number(text: str) -> float:
    try:
        return values.number(text)
    except ValueError:
        return math.nan
