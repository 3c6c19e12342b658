"""
The tests of a tree: answers, and the cause that a session must name after them.

A test is played as a session. A question is answered as the test says, and by "don't
know" where it says nothing; an action is put off. The session is over when a remedy
class has reached the confidence, or at its ending. It then *names* the causes of the
likeliest remedy class that are not ruled out, if no other class is as likely; at the
ending "unknown" it names the unknown cause, and after an urgent stop nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.session import DONT_KNOW, Action, Ending, Question
from troubleshoot.session.belief import TOLERANCE
from troubleshoot.text import counted, listing, percent, quoted
from troubleshoot.tree.tree import UNKNOWN, groups_above
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session import Session, Step
    from troubleshoot.session.state import Evidence
    from troubleshoot.session.steps import Reply
    from troubleshoot.tree.source import Source
    from troubleshoot.tree.tree import AnswerKey, Tree, TreeTest


# What all tests of a file may take together, in pairs of cause and question that are
# weighed. A step costs about a millisecond, as much as a hundred thousand pairs, so
# this is a few seconds; what is the same in several tests is played once.
PAIRS_OF_A_STEP: Final = 100_000
MOST_PAIRS: Final = 4_000 * PAIRS_OF_A_STEP
MOST_TOLD: Final = 99  # failing tests described one by one; the rest are one problem
WEIGHTIEST: Final = 3  # answers that speak against the cause, in the message


@dataclass(frozen=True)
class Trial:
    """
    What became of a test.

    ``named`` are the causes named, the likeliest first, and ``share`` the belief in
    them; ``questions`` counts those that are not urgent; ``kind`` is that of the
    ending, "found" where a remedy class has reached the confidence.
    """

    test: TreeTest
    session: Session
    kind: str
    named: tuple[str, ...]
    share: float
    questions: int

    @property
    def finds(self) -> bool:
        """Whether it names the cause, or one of the group before all others."""
        wanted, tree = self.test.finds, self.session.tree
        if wanted == UNKNOWN or not tree.causes[wanted].is_group:
            return wanted in self.named
        first = next((each for each in self.named if each != UNKNOWN), None)
        return first is not None and tree.causes[wanted] in groups_above(tree, first)

    @property
    def in_time(self) -> bool:
        """Whether no more questions were asked than the test allows."""
        return self.test.within is None or self.questions <= self.test.within


def trials(tree: Tree) -> Iterator[Trial]:
    """
    What becomes of each test, in no order, until all have taken what they may.

    Tests that have said the same so far are one session.
    """
    pairs = len(tree.root_causes) * len(tree.questions)
    steps = MOST_PAIRS // (PAIRS_OF_A_STEP + pairs)
    waiting = [(tree.begin(), 0, tree.tests)]
    while waiting and steps > 0:
        session, questions, tests = waiting.pop()
        step = session.next_step()
        steps -= 1
        if isinstance(step, Ending) or _is_sure(session):
            yield from _trials(session, step, questions, tests)
            continue
        questions += isinstance(step, Question) and not step.urgent
        waiting += [
            (_replied(session, step, said), questions, alike)
            for said, alike in _by_reply(step, tests).items()
        ]


def _by_reply(
    step: Question | Action, tests: tuple[TreeTest, ...]
) -> dict[AnswerKey | Reply, tuple[TreeTest, ...]]:
    """The tests by what they say to the step; nothing is said to an action."""
    replies: defaultdict[AnswerKey | Reply, list[TreeTest]] = defaultdict(list)
    for each in tests:
        is_question = isinstance(step, Question)
        said = each.answers.get(step.id, DONT_KNOW) if is_question else DONT_KNOW
        replies[said].append(each)
    return {said: tuple(alike) for said, alike in replies.items()}


def _replied(
    session: Session, step: Question | Action, said: AnswerKey | Reply
) -> Session:
    """The session after this reply; an action is put off."""
    if isinstance(step, Action):
        return session.not_now(step)
    return session.answer(step, said)


def _trials(
    session: Session, step: Step, questions: int, tests: tuple[TreeTest, ...]
) -> Iterator[Trial]:
    """What all of these tests come to, at the last step of their session."""
    kind = step.kind if isinstance(step, Ending) else "found"
    named = _named(session, kind)
    share = min(1.0, sum((session.belief[each] for each in named), 0.0))
    return (Trial(each, session, kind, named, share, questions) for each in tests)


def _is_sure(session: Session) -> bool:
    """Whether a remedy class has reached the confidence."""
    most = session.analysis.belief.class_belief.max()
    return bool(most >= session.tree.confidence - TOLERANCE)


def _named(session: Session, kind: str) -> tuple[str, ...]:
    """The causes that the session names, the likeliest first."""
    if kind == UNKNOWN:
        return (UNKNOWN,)
    belief = session.analysis.belief
    listed = np.delete(belief.class_belief, belief.model.classes[-1])
    first, second = np.sort(np.append(listed, [0.0, 0.0]))[:-3:-1]
    if kind == "stopped" or first <= second + TOLERANCE:
        return ()
    return belief.ranked(belief.likeliest_class)


def run(tree: Tree, source: Source) -> None:
    """Play every test of a tree; note in its file the ones that fail."""
    waiting = {each.id: each for each in tree.tests}
    failing: dict[str, TreeTest] = {}
    for trial in trials(tree):
        test = waiting.pop(trial.test.id)
        if not (trial.finds and trial.in_time):
            failing[test.id] = test
            if len(failing) <= MOST_TOLD:
                _tell(trial, source)
    if more := tuple(failing.values())[MOST_TOLD:]:
        message = f"{len(more):,} more tests fail, this one among them"
        _note(source, more[0], "failing-test", message, "mend the others first.")
    if waiting:
        message = (
            f"{len(waiting):,} of {len(tree.tests):,} tests were not run, this one "
            f"first: together they may take {MOST_PAIRS // PAIRS_OF_A_STEP:,} steps "
            "of sessions, and fewer in a large tree"
        )
        fix = "keep the tests that tell most, or split the tree by symptom."
        _note(source, next(iter(waiting.values())), "too-large", message, fix)


def _tell(trial: Trial, source: Source) -> None:
    """Note that the test fails, what happened, and what to look at."""
    if trial.finds:
        within = counted(trial.test.within or 0, "question")
        message = (
            f"the test '{trial.test.id}' should find '{trial.test.finds}' within "
            f"{within}, but it takes {trial.questions}"
        )
        fix = _sooner(trial)
    else:
        message, fix = _astray(trial), _advice(trial)
    _note(source, trial.test, "failing-test", message, fix)


def _note(source: Source, test: TreeTest, code: str, message: str, fix: str) -> None:
    place = source.place(("tests", test.id), key=True)
    source.complain(code, place, message, fix=fix)


def _astray(trial: Trial) -> str:
    """What the test should find, and what it came to."""
    wanted = trial.test.finds
    should = f"the test '{trial.test.id}' should find '{wanted}', but"
    after = f"after {counted(trial.questions, 'question')}"
    if trial.kind == "stopped":
        return f"{should} an urgent answer ends the session {after}"
    share = sum((trial.session.belief[x] for x in _leaves(trial)), 0.0)
    own = f"{after}; '{wanted}' has {percent(min(1.0, share))}"
    if not trial.named:
        return f"{should} no cause is likelier than all others {own}"
    named = listing((f"'{each}'" for each in trial.named), "or")
    return f"{should} finds {named} ({percent(trial.share)}) {own}"


def _advice(trial: Trial) -> str:
    """Which answers of the test speak against the cause, and what was never asked."""
    hint = "correct the test, or what 'given' says of its answers"
    if against := _against(trial):
        hint += f"; most against '{trial.test.finds}' is {listing(against)}"
    asked = {each for each, _ in trial.session.evidence}
    unasked = tuple(each for each in trial.test.answers if each not in asked)
    return f"{hint}." + (f" It was never asked {quoted(unasked)}." if unasked else "")


def _against(trial: Trial) -> list[str]:
    """The answers that what is named explains best against what should be found."""
    belief = trial.session.analysis.belief
    prior, causes = belief.model.prior, belief.model.causes
    ours = np.where(np.isin(causes, _leaves(trial)), prior, 0.0)
    theirs = np.where(np.isin(causes, trial.named), prior, 0.0)
    if not (ours.any() and theirs.any()):
        return []
    chances = {
        each: (float(row @ ours / ours.sum()), float(row @ theirs / theirs.sum()))
        for each, row in belief.rows.items()
    }
    odds = {
        each: mine / max(other, TOLERANCE) for each, (mine, other) in chances.items()
    }
    heaviest = sorted((x for x in odds if odds[x] < 1), key=odds.__getitem__)
    return [f"'{each.step}: {_said(each)}'" for each in heaviest[:WEIGHTIEST]]


def _said(evidence: Evidence) -> str:
    """An answer as a test writes it."""
    said = evidence.result
    return said if isinstance(said, str) else f"[{', '.join(said)}]" if said else NONE


def _sooner(trial: Trial) -> str:
    asked = (each.step for each in trial.session.events if each.kind == "answered")
    urgent = {x.id for x in trial.session.tree.questions.values() if x.is_urgent}
    names = quoted(tuple(x for x in dict.fromkeys(asked) if x not in urgent), limit=20)
    return f"allow more, or make questions tell more; it was asked {names}."


def _leaves(trial: Trial) -> tuple[str, ...]:
    """The root causes that the test accepts, or the unknown one."""
    wanted = trial.test.finds
    return (UNKNOWN,) if wanted == UNKNOWN else trial.session.tree.leaves(wanted)
