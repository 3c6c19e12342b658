"""A plan as a numbered document: where its rows lead, and what it says of itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import classic, random_trees, tree
from strategies import trees

import troubleshoot as ts
from troubleshoot.catalogue import in_language
from troubleshoot.inference.model import compiled
from troubleshoot.planner.task import HARDLY
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.runbook import Target
from troubleshoot.rendering.sheet import DOUBT
from troubleshoot.session.api import analysis_for
from troubleshoot.session.condition_words import in_words
from troubleshoot.session.plan import made_of
from troubleshoot.session.planning import plan_of
from troubleshoot.tree.named import included_folder

GOALS = ("diagnose", "repair")
LIMITS = (1, 2, 5, 60)
NODES = 60
TREES = [included_folder() / f"{each}.yaml" for each in ts.included()]


def passed(tree_):
    """What whoever begins with step 1 has answered."""
    return {"smoke": "no"} if "smoke" in tree_.questions else {}


def book(tree_, goal, limit):
    """The tree, the goal, and its runbook with so many steps."""
    return tree_, goal, limit, laid_out(tree_, goal=goal, steps=limit, nodes=NODES)


books = st.builds(
    book,
    st.one_of(trees(), random_trees()),
    st.sampled_from(GOALS),
    st.sampled_from(LIMITS),
)
often = settings(max_examples=50, deadline=None)


def places(runbook):
    """Every step and ending, by its place."""
    steps = {Target("step", x.number): x for x in runbook.steps}
    return steps | {Target("ending", x.number): x for x in runbook.closes}


def first(runbook):
    """Where the reader begins."""
    return Target("step", 1) if runbook.steps else Target("ending", 1)


class TestReading:
    """
    A reader who follows the rows from step 1 on gets everywhere, and never goes back.
    """

    @pytest.mark.slow
    @given(books)
    @often
    def test_numbers(self, made):
        """
        Steps and endings are numbered from 1 on, and there are no more than the limit.
        """
        *_, limit, runbook = made

        assert len(runbook.steps) <= limit
        for every in (runbook.steps, runbook.closes):
            assert [x.number for x in every] == list(range(1, len(every) + 1))

    @pytest.mark.slow
    @given(books)
    @often
    def test_onwards(self, made):
        """
        A row leads to a later step or to an ending that there is.
        """
        *_, runbook = made
        there = places(runbook)
        for step in runbook.steps:
            for row in step.rows:
                assert row.to in there
                assert row.to.kind == "ending" or row.to.number > step.number

    @pytest.mark.slow
    @given(books)
    @often
    def test_both_ways(self, made):
        """
        "You came from" names the rows that lead there, all of them and no other.
        """
        *_, runbook = made
        leading = {}
        for step in runbook.steps:
            for row in step.rows:
                leading.setdefault(row.to, []).append(f"{step.number}{row.letter}")
        for place, each in places(runbook).items():
            codes = [x.code for x in each.came_from]
            assert codes == leading.get(place, [])
            assert codes or place == first(runbook)

    @pytest.mark.slow
    @given(books)
    @often
    def test_every_row(self, made):
        """
        A question has a row for each answer and for whoever does not know it.
        """
        tree_, *_, runbook = made
        for step in runbook.steps:
            answers = [row.answer for row in step.rows]
            letters = [row.letter for row in step.rows]
            assert len(set(letters)) == len(letters)
            if step.kind == "question":
                question = tree_.questions[step.id]
                taken = [row_of(step, x).letter for x in question.outcomes]
                listed = [] if question.several else [x.id for x in question.answers]
                assert answers == (listed or [""] * len({*taken})) + ["dont-know"]
            else:
                assert answers == ["fixed", "failed"]

    @pytest.mark.slow
    @given(books)
    @often
    def test_nothing_twice(self, made):
        """
        On no way from the front to an ending is the same step taken twice.
        """
        *_, runbook = made
        before = {place: set() for place in places(runbook)}
        for place, step in places(runbook).items():
            if place.kind == "step":
                assert step.id not in before[place]
                for row in step.rows:
                    before[row.to] |= before[place] | {step.id}


class TestThePlan:
    """
    By hand from step 1, one reaches the ending of the plan.
    """

    @pytest.mark.slow
    @given(books)
    @often
    def test_all_causes_and_answers(self, made):
        """
        Whatever the cause answers, the sheet ends as the plan does unless it is cut.
        """
        follow(*made)

    @pytest.mark.slow
    @pytest.mark.parametrize("goal", GOALS)
    @pytest.mark.parametrize("file", TREES, ids=lambda file: file.stem)
    def test_included_trees(self, file, goal):
        """
        So it is with the trees that come with the library.
        """
        tree_ = ts.load(file)
        assert follow(*book(tree_, goal, 60)) > len(tree_.root_causes)


def follow(tree_, goal, limit, runbook):
    """Walk the rows and the plan together under all answers; how many were taken."""
    analysis = analysis_for(tree_, goal, facts=passed_by(tree_))
    plan = plan_of(analysis, goal, trusting=True, nodes=NODES)
    named, policy = made_of(plan).named, made_of(plan).policy
    there = places(runbook)
    waiting, seen = [(first(runbook), 0)], set()
    while waiting:
        pair = waiting.pop()
        if pair in seen:
            continue
        seen.add(pair)
        at, node = there[pair[0]], policy.nodes[pair[1]]
        if pair[0].kind == "ending":
            if at.outcome != "cut":
                assert at.outcome == node.ending
            continue
        among = named.questions if node.kind == "question" else named.actions
        assert (at.kind, at.id) == (node.kind, among[node.step].id)
        for answer, child in node.edges:
            names = (
                (("failed", "fixed")[answer],)
                if node.kind == "action"
                else named.outcomes[node.step][answer]
            )
            waiting += [(row_of(at, each).to, child) for each in names]
    assert len(runbook.steps) <= limit
    return len(seen)


def row_of(step, said):
    """The row of an answer, or of a set of several, of which there is one."""
    [row] = [x for x in step.rows if said == x.answer or any(said in y for y in x.sets)]
    return row


def chance_of(model, step, row):
    """P(the answer of a row, or one of its sets of several | cause)."""
    if not row.sets:
        return model.likelihood(step.id, row.answer)
    sets = model.likelihoods[step.id].answers
    here = [x for x in sets if row_of(step, x) is row]
    return sum(model.likelihood(step.id, each) for each in here)


def passed_by(tree_):
    """The answers of whoever was not told to stop, where there is one such answer."""
    urgent = (x for x in tree_.questions.values() if x.is_urgent)
    left = {x.id: [y.id for y in x.answers if y.id not in x.stop] for x in urgent}
    return {name: only[0] for name, only in left.items() if len(only) == 1}


class TestFigures:
    """
    The figures of a runbook are those of all its ways, weighed one by one.
    """

    @pytest.mark.slow
    @given(books)
    @often
    def test_against_every_way(self, made):
        """
        Typical minutes, questions, and the chance of every ending are exact.
        """
        tree_, goal, _, runbook = made
        analysis = analysis_for(tree_, goal, facts=passed(tree_))
        model, p = analysis.belief.model, analysis.belief.p
        found = {"minutes": 0.0, "questions": 0.0}
        ends = dict.fromkeys((x.number for x in runbook.closes), 0.0)
        worst = [0.0]

        def walk(place, weights, spent):
            if place.kind == "ending":
                ends[place.number] += weights.sum()
                worst.append(spent)
                return
            step = runbook.step(place.number)
            found["minutes"] += weights.sum() * step.minutes
            found["questions"] += weights.sum() * (step.kind == "question")
            for row in step.rows:
                if row.answer == "dont-know":
                    chance = 0.0
                elif step.kind == "question":
                    chance = chance_of(model, step, row)
                else:
                    fixes = model.fixes(step.id)
                    chance = fixes if row.answer == "fixed" else 1.0 - fixes
                walk(row.to, weights * chance, spent + step.minutes)

        walk(first(runbook), p, 0.0)

        assert found["minutes"] == pytest.approx(runbook.figures.typical)
        assert found["questions"] == pytest.approx(runbook.figures.questions)
        assert max(worst) == pytest.approx(runbook.figures.worst)
        for close in runbook.closes:
            assert ends[close.number] == pytest.approx(close.probability, abs=1e-9)

    @pytest.mark.slow
    @given(books)
    @often
    def test_running_minutes(self, made):
        """
        The worst time of a step is its own on top of the worst that leads there.
        """
        *_, runbook = made
        for step in runbook.steps:
            before = [runbook.step(x.step).worst for x in step.came_from]
            assert step.worst == pytest.approx(max(before, default=0) + step.minutes)


class TestCauses:
    """
    Whoever knows the cause finds it in the index, and the way to it in the steps.
    """

    @pytest.mark.slow
    @given(books)
    @often
    def test_index(self, made):
        """
        Every root cause is there, with the endings that name it.
        """
        tree_, *_, runbook = made

        assert [x.id for x in runbook.causes] == [x.id for x in tree_.root_causes]
        for cause in runbook.causes:
            naming = [
                x.number
                for x in runbook.closes
                if cause.id in {y.cause for y in x.suspects}
            ]
            assert list(cause.endings) == naming

    @pytest.mark.slow
    @given(books)
    @often
    def test_likeliest_way(self, made):
        """
        Its codes are rows that lead on from one another, to the ending that is named.
        """
        *_, runbook = made
        rows = {f"{x.number}{y.letter}": y.to for x in runbook.steps for y in x.rows}
        for cause in runbook.causes:
            *codes, ending = cause.path
            at = first(runbook)
            for code in codes:
                assert code[:-1].rstrip("(") == at.label or code.startswith(at.label)
                at = rows[code]
            assert at.label == ending

    @pytest.mark.slow
    @given(books)
    @often
    def test_ruled_out(self, made):
        """
        A row rules out causes that were possible, and what its answer says at its word.
        """
        tree_, *_, runbook = made
        for step in runbook.steps:
            for row in step.rows:
                assert set(row.rules_out) <= set(step.possible)
                if step.kind == "action" or row.answer == "dont-know":
                    continue
                out = {
                    name
                    for name in step.possible
                    if at_word(tree_, step, row, name) == 0
                }
                # Of several answers, sets that tell the same are taken together.
                told_apart = not tree_.questions[step.id].several
                assert set(row.rules_out) == out or (
                    not told_apart and set(row.rules_out) <= out
                )

    @pytest.mark.slow
    @given(books)
    @often
    def test_what_is_crossed_out_stays_so(self, made):
        """
        Possible is what a row leaves that leads there; at first, what the facts leave.
        """
        tree_, goal, _, runbook = made
        believed = analysis_for(tree_, goal, facts=passed(tree_)).belief.shares
        for place, each in places(runbook).items():
            left = {name for row in each.came_from for name in leaves(runbook, row)}
            if place == Target("step", 1):
                every = [x.id for x in runbook.causes if believed[x.id] > 0]
                assert list(each.possible) == every
            elif place.kind == "step":
                assert set(each.possible) == left
            elif each.came_from:
                assert {x.cause for x in each.suspects} <= left


def at_word(tree_, step, row, cause):
    """P(what a row stands for | cause) when what is hardly ever said is never said."""
    model, question = compiled(tree_), tree_.questions[step.id]
    among = model.causes.index(cause)
    likely = {x: model.likelihood(step.id, x)[among] for x in question.outcomes}
    few = max(likely.values()) <= HARDLY
    return sum(
        chance
        for said, chance in likely.items()
        if row_of(step, said) is row and (chance > HARDLY or few)
    )


def leaves(runbook, arrival):
    """The causes that whoever takes a row has not crossed out."""
    step = runbook.step(arrival.step)
    row = next(x for x in step.rows if x.letter == arrival.letter)
    return set(step.possible) - set(row.rules_out)


class TestEndings:
    """
    An ending says what it is, and no more than it knows.
    """

    @pytest.mark.slow
    @given(books)
    @often
    def test_chances(self, made):
        """
        The chance of the first remedy is that of all who come there, whatever ails
        them, when one in twenty does not know an answer.
        """
        tree_, goal, _, runbook = made
        analysis = analysis_for(tree_, goal, facts=passed(tree_))
        model = analysis.belief.model
        ends = {x.number: np.zeros(len(model.causes)) for x in runbook.closes}

        def walk(place, weights):
            if place.kind == "ending":
                ends[place.number] += weights
                return
            step = runbook.step(place.number)
            for row in step.rows:
                if step.kind == "action":
                    fixes = model.fixes(step.id)
                    chance = fixes if row.answer == "fixed" else 1.0 - fixes
                elif row.answer == "dont-know":
                    chance = DOUBT
                else:
                    chance = chance_of(model, step, row) * (1 - DOUBT)
                walk(row.to, weights * chance)

        walk(first(runbook), analysis.belief.p)

        for close in runbook.closes:
            for remedy in close.remedies[:1]:
                arrived = ends[close.number]
                chance = model.fixes(remedy.id) @ arrived / arrived.sum()
                assert remedy.chance == pytest.approx(chance)

    @pytest.mark.slow
    @given(books)
    @often
    def test_what_is_said(self, made):
        """
        Suspects stand in order, and their shares sum to the confidence.
        """
        *_, runbook = made
        for close in runbook.closes:
            shares = [x.share for x in close.suspects]
            assert all(a >= b - 1e-9 for a, b in pairwise(shares))
            if close.suspects:
                assert sum(shares) == pytest.approx(close.confidence)
            if close.outcome in ("fixed", "unknown", "contradiction"):
                assert not close.remedies
            ids = [x.id for x in close.remedies]
            assert len(set(ids)) == len(ids)

    @given(books)
    @often
    def test_what_cannot_be_undone_comes_last(self, made):
        """
        No remedy that can be undone stands behind one that cannot.
        """
        *_, runbook = made
        for close in runbook.closes:
            risks = [x.risk == "irreversible" for x in close.remedies]
            assert risks == sorted(risks)


def test_a_complete_list_is_found():
    """
    With certain answers every cause of the classic table ends as found, with certainty.
    """
    runbook = laid_out(classic())

    assert {x.outcome for x in runbook.closes if x.probability} == {"found"}
    assert runbook.figures.cut == 0
    # The optimum that Pattipati and Alexandridis give.
    assert runbook.figures.questions == pytest.approx(2.18)
    for cause in runbook.causes:
        close = runbook.close(int(cause.path[-1].removeprefix("E")))
        assert [x.cause for x in close.suspects] == [cause.id]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("causes:\n  a: {title: A}\n", "found"),
        ("causes:\n  a: {title: A}\n  b: {title: B}\n", "narrowed"),
    ],
    ids=["one cause", "nothing to ask"],
)
def test_nothing_to_do(body, outcome):
    """
    A tree without questions and actions is one ending.
    """
    runbook = laid_out(tree(body))

    assert not runbook.steps
    assert [x.outcome for x in runbook.closes] == [outcome]


def test_no_room():
    """
    A runbook without steps is none.
    """
    with pytest.raises(ValueError, match="at least one step"):
        laid_out(classic(), steps=0)


def test_conditions_of_a_remedy():
    """
    A remedy that is not for everybody says for whom it is.
    """
    made = tree(
        "causes:\n  a: {title: A, actions: [do]}\n"
        "questions:\n  old: {ask: Is it old?, given: {}}\n"
        "actions:\n  do: {do: Do it., only-if: {old: yes}}\n"
    )
    (remedy,) = laid_out(made).causes[0].remedies

    assert in_words(remedy.only_if, in_language()) == "“Is it old?” is “Yes”"
    german = in_words(remedy.only_if, in_language("de"))
    assert german == "„Is it old?“ „Yes“ ist"


def test_chapters():
    """
    Once nearly all belief is in one group the rest is a chapter about it.
    """
    made = tree(
        "unknown: 0%\n"
        "causes:\n"
        "  one: {title: One, causes: {a: {title: A}, b: {title: B}}}\n"
        "  two: {title: Two, causes: {c: {title: C}, d: {title: D}}}\n"
        "questions:\n"
        "  which: {ask: Which?, given: {one: always yes, two: always no}}\n"
        "  left: {ask: Left?, given: {a: always yes, b: always no}}\n"
        "  right: {ask: Right?, given: {c: always yes, d: always no}}\n"
    )
    runbook = laid_out(made)

    told = {x.id: x.chapter for x in runbook.steps[:3]}
    assert told == {"which": "", "left": "one", "right": "two"}


def test_facts_are_on_the_front():
    """
    What is taken as known is said before the first step, and not asked again.
    """
    runbook = laid_out(tree(), facts={"others": "no"})

    assert runbook.front.facts == (("Do other lamps in the room work?", "No"),)
    assert "others" not in {x.id for x in runbook.steps}


def test_what_is_needed():
    """
    A step takes what its setup takes, too, and the front names all that is printed.
    """
    made = tree(
        "causes:\n  a: {title: A, actions: [do]}\n  b: {title: B}\n"
        "questions:\n  look: {ask: Look?, setup: open, given: {a: yes, b: no}}\n"
        "  far: {ask: Far?, needs: [ladder], only-if: {look: no}, given: {}}\n"
        "setups:\n  open: {do: Open it., by: engineer, needs: [key]}\n"
        "actions:\n  do: {do: Do it., needs: [spare part]}\n"
    )
    runbook = laid_out(made)

    assert (runbook.step(1).by, runbook.step(1).things) == (("engineer",), ("key",))
    assert runbook.front.needs == ("engineer", "key", "spare part")
