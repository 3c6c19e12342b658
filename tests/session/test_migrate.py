"""Sessions that go on with a tree that was edited: what holds, what does not, why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import LAMP, clock, random_trees, tree

import troubleshoot as ts
from troubleshoot.session.migrate import OF_THE_TREE, Migrated
from troubleshoot.tree.only_if import ALWAYS

PING = """
causes: {a: {title: A}, b: {title: B}}
questions:
  ping:
    ask: How long?
    unit: ms
    answers: {fast: "< 100", slow: ">= 100"}
    given: {a: fast}
  paid:
    ask: Is the bill paid?
    answers: {fully: In full, partly: In part, never: Not at all}
    private: true
    given: {b: never}
actions:
  wait: {do: Wait an hour., fixes: {a: half the time}}
"""


def edited(body, *edits):
    """The tree of this text after each old text was replaced by a new one."""
    return tree(edit_of(body, *edits))


def edit_of(body, *edits):
    """The text after each old text was replaced by a new one."""
    for old, new in edits:
        assert old in body
        body = body.replace(old, new)
    return body


def resumed(session, *edits, body=LAMP):
    """The session on the tree after these edits."""
    return ts.resume(edited(body, *edits), session.to_json())


def of_steps(session):
    """What was carried, but what became of the tree as a whole and its numbers."""
    return tuple(x for x in session.carried if x.kind not in OF_THE_TREE)


def sentences(session):
    """The same in sentences."""
    return tuple(map(str, of_steps(session)))


def items(session):
    """Kind and id of what was carried."""
    return [(each.kind, each.id) for each in of_steps(session)]


def moves(session):
    """Kind, step and answer of what was said, the remarks left out."""
    return [
        (each.kind, each.step, getattr(each, "answer", None))
        for each in session.events[1:]
        if each.kind not in ("noted", "ended")
    ]


def notes(session):
    """The remarks."""
    return [each.text for each in session.events if each.kind == "noted"]


def test_a_tree_that_is_as_it_was():
    """
    Nothing is reported as long as nothing that was said is touched by an edit.
    """
    session = tree().begin().answer("others", "no")
    after = resumed(session, ("Is the plug in?", "Is it plugged in?"), ("2%", "3%"))

    assert of_steps(after) == ()
    assert after.events == session.events


def test_a_question_that_is_gone():
    """
    An answer to a question that is gone becomes a remark in its place.
    """
    session = tree().begin(clock=clock()).answer("others", "no")
    session = session.answer("plugged", "yes").tried("put-in", fixed=False)
    after = resumed(session, ("others:", "lamps:"))

    assert of_steps(after) == (
        Migrated(
            kind="dropped",
            id="others",
            what="“Do other lamps in the room work?” (No)",
            why="the tree no longer has this question",
        ),
    )
    note, *rest = after.events[1:]
    assert rest == list(session.events[2:])
    assert (note.kind, note.at, note.actor) == (
        "noted",
        session.events[1].at,
        "customer",
    )
    assert note.text == (
        "The tree was edited. “Do other lamps in the room work?” (No) is left out: "
        "the tree no longer has this question."
    )
    assert after.evidence == session.evidence[1:]
    assert note.text in after.transcript()


def test_what_was_asked_goes_with_its_answer():
    """
    A question that was put goes where its answer goes.
    """
    session = tree().begin()
    step = session.next_step()
    session = session.answer(step, "no")
    after = resumed(session, (f"{step.id}:", "lamps:"))

    assert [each.kind for each in after.events] == ["begun", "noted"]


def test_an_answer_that_is_gone():
    """
    An answer that the question no longer has is left out; "don't know" always holds.
    """
    session = tree(PING).begin().answer("ping", "fast")
    other = session.dont_know("ping")
    edit = ('fast: "< 100"', 'quick: "< 100"'), ("{a: fast}", "{a: quick}")
    after = resumed(session, *edit, body=PING)

    assert items(after) == [("dropped", "ping")]
    assert "“How long?” (fast (less than 100 ms))" in of_steps(after)[0].what
    assert of_steps(after)[0].why == "the question no longer has this answer"
    assert after.evidence == ()
    assert moves(resumed(other, *edit, body=PING)) == [
        ("answered", "ping", "dont-know")
    ]


def test_an_action_that_is_gone():
    """
    Actions that are gone are left out, tried or put off.
    """
    session = tree().begin().tried("put-in", fixed=False).not_now("new-fuse")
    after = resumed(session, ("put-in:", "push:"), ("new-fuse:", "on:"))

    gone = "is left out: the tree no longer has this action."
    assert list(map(str, of_steps(after))) == [
        f"“Put the plug in.” (it did not help) {gone}",
        f"“Switch the fuse on.” (not now) {gone}",
    ]
    assert after.evidence == ()
    fixed = tree().begin().tried("put-in", fixed=True)
    assert "(it helped)" in sentences(resumed(fixed, ("put-in:", "push:")))[0]


def test_an_id_that_moved_to_the_other_kind():
    """
    A question whose id is that of an action now is gone, and the other way round.
    """
    session = tree().begin().answer("plugged", "no").tried("put-in", fixed=False)
    after = resumed(
        session, ("plugged:", "x:"), ("put-in:", "plugged:"), ("x:", "put-in:")
    )

    assert [each.why for each in of_steps(after)] == [
        "the tree no longer has this question, but an action of this id",
        "the tree no longer has this action, but a question of this id",
    ]


@pytest.mark.parametrize(
    ("said", "edit", "why"),
    [
        (250, ("100", "500"), "this number falls into “less than 500 ms” now"),
        (250, ('">= 100"', '"100..200"'), "no answer takes this number now"),
        (250, ("unit: ms", "unit: s"), "it was answered in ms, and is now in s"),
        ("slow", ("unit: ms", "unit: s"), "it was answered in ms, and is now in s"),
        ("slow", ("100", "200"), "this answer stands for other numbers now"),
        (
            250,
            (
                '    unit: ms\n    answers: {fast: "< 100", slow: ">= 100"}',
                "    answers: {fast: F, slow: S}",
            ),
            "it was answered in ms, and is now in words",
        ),
    ],
)
def test_an_answer_that_means_something_else(said, edit, why):
    """
    A range or a unit that was edited does not turn one answer into another.
    """
    session = tree(PING).begin().answer("ping", said)
    after = resumed(session, edit, body=PING)

    assert items(after) == [("meaning changed", "ping")]
    assert of_steps(after)[0].why == why
    assert after.evidence == ()


def test_a_number_that_still_falls_into_its_answer():
    """
    A number holds as long as it falls into the same answer, wherever its ends are.
    """
    session = tree(PING).begin().answer("ping", 250)
    after = resumed(session, ("100", "200"), body=PING)

    assert after.evidence == (("ping", "slow"),)
    assert items(after) == [
        ("reworded", "ping"),
    ]


def test_reworded():
    """
    Other words under the same ids hold, and are reported with the old and the new.
    """
    session = (
        tree(PING)
        .begin({"paid": "partly"})
        .answer("ping", "slow")
        .tried("wait", fixed=False)
    )
    after = resumed(
        session,
        ("How long?", "How long does it take?"),
        ("In part", "Half of it"),
        ("Wait an hour.", "Wait two hours."),
        body=PING,
    )

    assert after.events == session.events
    assert list(sentences(after)) == [
        "“Is the bill paid?” (private) still holds: its answer is worded anew.",
        "“How long?” still holds: it reads “How long does it take?” now.",
        "“Wait an hour.” still holds: it reads “Wait two hours.” now.",
    ]
    assert of_steps(ts.resume(after.tree, after.to_json())) == ()


def test_an_answer_in_other_words():
    """
    The answer that was given is reported in both wordings, others are not.
    """
    session = tree(PING).begin().answer("paid", "fully")
    body = PING.replace("private: true", "private: false")
    session = tree(body).begin().answer("paid", "fully")
    after = resumed(session, ("In full", "All"), ("In part", "Some"), body=body)

    assert [str(each) for each in of_steps(after)] == [
        "“Is the bill paid?” (In full) still holds: the answer reads “All” now."
    ]


def test_other_answers_to_choose_from():
    """
    An answer holds when others come and go beside it, and that is reported.
    """
    body = PING.replace("private: true", "private: false")
    session = tree(body).begin().answer("paid", "fully")
    after = resumed(session, ("partly: In part", "half: A half, most: Most"), body=body)
    hidden = ts.resume(
        edited(PING, ("partly: In part", "half: A half")),
        tree(PING).begin().answer("paid", "fully").to_json(),
    )

    assert items(after) == [("answers changed", "paid")]
    assert of_steps(after)[0].why == (
        "it can also be answered “A half” or “Most” and "
        "it can no longer be answered “In part”"
    )
    assert of_steps(hidden)[0].why == "it has other answers now"


def test_privacy():
    """
    A question that became private, or stopped being so, is reported.
    """
    public = PING.replace("private: true", "private: false")
    one = tree(PING).begin().answer("paid", "fully")
    other = tree(public).begin().answer("paid", "fully")

    assert str(of_steps(ts.resume(tree(public), one.to_json()))[0]) == (
        "“Is the bill paid?” still holds: its answer is no longer private."
    )
    assert str(of_steps(ts.resume(tree(PING), other.to_json()))[0]) == (
        "“Is the bill paid?” still holds: its answer is private now."
    )


@pytest.mark.parametrize("private", ["true", "false"])
@pytest.mark.parametrize("edit", [("paid:", "bill:"), ("partly: In", "half: In")])
def test_private_answers_are_in_no_note(private, edit):
    """
    The answer to a question that is private, or was, is neither noted nor reported.
    """
    session = tree(PING).begin().answer("paid", "partly")
    after = resumed(session, edit, ("private: true", f"private: {private}"), body=PING)

    shown = " ".join([*sentences(after), *notes(after), after.transcript()])
    assert items(after) == [("dropped", "paid")]
    assert "“Is the bill paid?” (private)" in shown
    assert of_steps(after)[0].why in (
        "the tree no longer has this question",
        "its answer no longer applies",
    )
    assert "art" not in shown.replace("half", "")
    assert "partly" not in after.to_json()


def test_the_reason_does_not_tell_a_private_answer():
    """
    Why a private answer is left out is said without the answer.
    """
    body = PING.replace("unit: ms\n", "unit: ms\n    private: true\n")
    session = tree(body).begin().answer("ping", 250)
    after = resumed(session, ("100", "500"), body=body)

    assert str(of_steps(after)[0]) == (
        "“How long?” (private) is left out: its answer no longer applies."
    )


def test_files_without_texts():
    """
    Where the texts of then are not known, ids and the texts of now must do.
    """
    session = tree(PING).begin().answer("ping", 250).answer("paid", "partly")
    session = session.tried("wait", fixed=False)
    value = json.loads(session.to_json())
    del value["texts"]
    text = json.dumps(value)

    gone = ts.resume(
        edited(PING, ("ping:", "pong:"), ("paid:", "bill:"), ("wait:", "stay:")), text
    )
    assert [each.what for each in of_steps(gone)] == [
        "'ping' (withheld, for it may have been private)",
        "'paid' (withheld, for it may have been private)",
        "'wait' (it did not help)",
    ]
    moved = ts.resume(edited(PING, ("100", "500"), ("partly:", "half:")), text)
    assert [each.what for each in of_steps(moved)] == [
        "“How long?” (250 ms: slow (500 ms or more))",
        "“Is the bill paid?” (private)",
    ]
    assert of_steps(ts.resume(edited(PING, ("unit: ms", "unit: s")), text)) == ()


def test_another_title():
    """
    A tree may get another title, as long as it has anything of the session.
    """
    lamp = tree()
    text = lamp.begin().answer("others", "no").to_json()
    other = replace(lamp, title="The lamp")

    assert list(map(str, of_steps(ts.resume(other, text)))) == [
        "“A lamp” still holds: the tree is called “The lamp” now."
    ]
    for stranger in (replace(other, questions={}), replace(lamp, id="lump")):
        with pytest.raises(ts.OtherTree):
            ts.resume(stranger, text)


def test_a_correction_that_is_gone_takes_the_answer_with_it():
    """
    An answer that was corrected does not come back when the correction goes.
    """
    body = PING.replace("private: true", "private: false")
    session = tree(body).begin({"paid": "fully"}).answer("ping", 3)
    session = session.answer("paid", "partly")
    after = resumed(session, ("partly:", "half:"), body=body)

    assert items(after) == [("dropped", "paid"), ("dropped", "paid")]
    assert [each.why for each in of_steps(after)] == [
        "it was corrected by an answer that no longer applies",
        "the question no longer has this answer",
    ]
    assert after.evidence == (("ping", "fast"),)


def test_a_correction_of_what_is_gone_stands_in_its_place():
    """
    A correction goes where the answer was that the tree no longer has.
    """
    body = PING.replace("private: true", "private: false")
    session = tree(body).begin(clock=clock())
    session = session.answer("paid", "fully").answer("ping", 3)
    session = session.answer("paid", "partly").answer("paid", "never")
    after = resumed(session, ("fully:", "full:"), ("partly:", "half:"), body=body)

    assert moves(after) == [
        ("answered", "paid", "never"),
        ("answered", "ping", "fast"),
    ]
    assert after.evidence == (("paid", "never"), ("ping", "fast"))
    assert [each.at for each in after.events if each.kind == "noted"] == [
        session.events[3].at,
        session.events[4].at,
    ]
    assert [each.what for each in of_steps(after) if not each.holds] == [
        "“Is the bill paid?” (In full)",
        "“Is the bill paid?” (In part)",
    ]


def test_facts_stay_first():
    """
    The remark on a fact stands behind the other facts, which must come first.
    """
    session = tree().begin({"others": "no", "plugged": "yes"})
    after = resumed(session, ("others:", "lamps:"))

    assert [each.kind for each in after.events] == ["begun", "told", "noted"]
    assert ts.resume(after.tree, after.to_json()) == after


def test_a_plan_is_followed_on_the_edited_tree():
    """
    A strategy goes on with the tree of now.
    """
    session = tree().begin(strategy="plan").answer("others", "no")
    after = resumed(session, ("others:", "lamps:"))

    assert after.options.strategy == "plan"
    assert after.next_step().id in {*after.tree.questions, *after.tree.actions}


def test_what_was_undone():
    """
    Moves that were undone can be done again, unless the tree has lost something.
    """
    session = tree().begin().answer("others", "no").answer("plugged", "no").undo()

    assert resumed(session, ("2%", "3%")).redo() != session
    for edit in (("others:", "lamps:"), ("plugged:", "socket:")):
        after = resumed(session, edit)
        assert after.undone == ()
        assert str(of_steps(after)[-1]).startswith("What was undone is left out: ")


# Laws.


@st.composite
def sessions(draw):
    """A session on a random tree after any moves."""
    session = draw(random_trees()).begin(clock=clock())
    for _ in range(draw(st.integers(0, 8))):
        session = draw(st.sampled_from(possible(session)))(session)
    return session


def possible(session):
    """Moves that can be made with the session."""
    questions = [
        lambda s, q=each, a=answer: s.answer(q.id, a)
        for each in session.tree.questions.values()
        for answer in (*(x.id for x in each.answers), ts.DONT_KNOW, ts.NOT_NOW)
    ]
    actions = [
        lambda s, a=each, f=fixed: s.tried(a, fixed=f)
        for each in session.tree.actions
        for fixed in (True, False)
    ]
    step = session.next_step()
    asked = [
        lambda s, x=each: s.answer(step, x.id)
        for each in (step.answers if isinstance(step, ts.Question) else ())
    ]
    said = [
        lambda s, q=each.step, a=each.answer: s.change(q, a)
        for each in session.events
        if each.kind in ("told", "answered", "changed")
    ]
    done = [
        lambda s, a=each.step, f=fixed: s.change(session.action(a), f)
        for each in session.events
        if each.kind == "tried"
        for fixed in (True, False)
    ]
    undone = [lambda s: s.redo()] if session.undone else []
    undo = [lambda s: s.undo()] if session.events[-1].kind != "begun" else []
    note = [lambda s: s.note("Hm.")]
    return [*questions, *actions, *asked, *said, *done, *undone, *undo, *note]


@st.composite
def cuts(draw, tree_):
    """The tree without some of its questions, answers and actions."""
    questions = {
        id: draw(st.sampled_from((each, each, cut(each), renamed(each))))
        for id, each in tree_.questions.items()
        if draw(st.integers(0, 3))
    }
    questions = {id: ungated(each) for id, each in questions.items()}
    actions = {
        id: replace(
            ungated(each),
            changes=tuple(x for x in each.changes if x in questions),
        )
        for id, each in tree_.actions.items()
        if draw(st.integers(0, 3))
    }
    return replace(tree_, questions=questions, actions=actions)


def cut(question):
    """The question with its first answer under another id."""
    first, *others = question.answers
    if question.is_urgent:
        return question
    return replace(question, answers=(replace(first, id="new"), *others))


def renamed(question):
    """The question in other words."""
    return replace(question, ask="In other words?")


def ungated(step):
    """The step without conditions, which may speak of what was cut."""
    return replace(step, needs=replace(step.needs, only_if=ALWAYS))


class TestNothingIsMadeUp:
    """
    On any edited tree, a session holds what still applies, and notes the rest.
    """

    @pytest.mark.slow
    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_edits(self, data):
        """Questions, answers and actions go, and questions get other words."""
        session = data.draw(sessions())
        other = data.draw(cuts(session.tree))
        after = ts.resume(other, session.to_json())

        lost = [x for x in of_steps(after) if not x.holds and x.id != other.id]
        assert not Counter(moves_without_place(after)) - Counter(
            moves_without_place(session)
        )
        assert len(notes(after)) == len(notes(session)) + len(lost)
        assert len(replies(after)) == len(replies(session)) - len(lost)
        assert after.next_step() is not None
        again = ts.resume(other, after.to_json())
        assert again == after
        assert of_steps(again) == ()


def moves_without_place(session):
    """Step and answer of each reply."""
    return [each[1:] for each in replies(session)]


def replies(session):
    """What was said, without what was asked."""
    return [each for each in moves(session) if each[0] != "asked"]


class TestTheSameTreeChangesNothing:
    """
    On the tree that it was saved with, a session is resumed and replayed exactly.
    """

    @pytest.mark.slow
    @given(sessions())
    @settings(max_examples=60, deadline=None)
    def test_no_edit(self, session):
        """Resumed and re-enacted."""
        after = ts.resume(session.tree, session.to_json())

        assert after == session
        assert after.undone == session.undone
        assert of_steps(after) == ()
        assert ts.replay(session.tree, session.to_json()) == session


# What an action had overtaken.

OVERTAKEN = """
causes: {a: {title: A}, b: {title: B}}
questions:
  q: {ask: Q?, given: {a: yes, b: no}}
  p: {ask: P?, given: {a: yes, b: no}, private: true}
actions:
  do-it: {do: Do it., fixes: {a: half the time}, changes: [q, p]}
"""
RENAMED = ("do-it:", "done:")
HARMLESS = (", changes: [q, p]", "")
DROPPED = "“Q?” (Yes) is left out: “Do it.” was done since, and may have changed it."


def overtaken(*moves):
    """A session in which the action was done after these answers to the question."""
    session = tree(OVERTAKEN).begin()
    for said in moves:
        session = session.answer("q", said)
    return session.tried("do-it", fixed=False)


@pytest.mark.parametrize("edit", [RENAMED, HARMLESS])
def test_what_was_overtaken_does_not_count_again(edit):
    """
    An answer that was stale stays out, though the tree of now would let it count.
    """
    session = resumed(overtaken("yes"), edit, body=OVERTAKEN)

    assert ("q", "yes") not in session.evidence
    assert DROPPED in sentences(session)
    assert f"The tree was edited. {DROPPED}" in notes(session)
    assert ts.replay(session.tree, session.to_json()) == session


def test_a_corrected_answer_is_overtaken_as_a_whole():
    """
    Neither the answer nor the correction of it comes back.
    """
    session = resumed(overtaken("yes", "no"), HARMLESS, body=OVERTAKEN)

    assert session.evidence == (("do-it", "failed"),)
    assert items(session) == [("dropped", "q"), ("dropped", "q")]


def test_what_was_said_after_the_action_counts():
    """
    Only the answer from before the action is left out, also once that is corrected.
    """
    session = overtaken("yes").answer("q", "no").change("do-it", "fixed")
    after = resumed(session, HARMLESS, body=OVERTAKEN)

    assert after.evidence == (("do-it", "fixed"), ("q", "no"))
    assert items(after) == [("dropped", "q")]


def test_no_answer_is_not_overtaken():
    """
    A question that nobody could answer has nothing that may be wrong since.
    """
    after = resumed(overtaken("dont-know"), HARMLESS, body=OVERTAKEN)

    assert of_steps(after) == ()


def test_what_the_edit_overtakes_is_told():
    """
    An action that may change more by the tree of now sets answers aside, and says so.
    """
    body = edit_of(OVERTAKEN, HARMLESS)
    session = tree(body).begin({"q": "yes", "p": "no"}).tried("do-it", fixed=False)
    after = ts.resume(tree(OVERTAKEN), session.to_json())

    assert after.evidence == (("do-it", "failed"),)
    assert [each.step for each in after.set_aside] == ["q", "p"]
    why = "“Do it” was done since, and may have changed it, as the tree says now."
    assert sentences(after) == (
        f"“Q?” (Yes) is set aside: {why}",
        f"“P?” (private) is set aside: {why}",
    )
    assert not any(each.holds for each in of_steps(after))


def test_files_that_do_not_say_what_was_overtaken():
    """
    Without it, the tree of now decides.
    """
    saved = json.loads(overtaken("yes").to_json())
    del saved["texts"]["changes"]

    for edit, known in ((HARMLESS, True), (("Do it", "Try it"), False)):
        after = ts.resume(edited(OVERTAKEN, edit), json.dumps(saved))
        assert (("q", "yes") in after.evidence) == known
        assert all(each.kind == "reworded" for each in of_steps(after))


def test_an_action_that_changes_nothing_any_more_is_so_in_a_journal(tmp_path):
    """
    What an action was said to overtake goes with the tree in a journal as well.
    """
    with ts.Journal(tmp_path / "case.journal") as journal:
        journal.keep(overtaken("yes"))
    with ts.Journal(tmp_path / "case.journal") as journal:
        after = journal.resume(edited(OVERTAKEN, HARMLESS))
        after = journal.keep(after.answer("q", "no"))
        again = journal.resume(after.tree)

    assert again == after
    assert of_steps(again) == ()


def test_the_note_of_a_lost_fact_cannot_be_undone():
    """
    A fact is no move, and neither is what tells that it was left out.
    """
    session = tree().begin({"others": "yes"}).tried("new-bulb", fixed=False)
    after = resumed(session, ("  others:", "  others-now:"))
    again = ts.resume(after.tree, after.to_json())
    before = again.undo()

    assert [each.kind for each in before.events] == ["begun", "noted"]
    with pytest.raises(ts.SessionError, match="nothing to undo"):
        before.undo()
    assert again == after == ts.replay(after.tree, after.to_json())


class TestWhatWasStaleStaysOut:
    """
    No edit of actions makes an answer count that an action had overtaken.
    """

    @pytest.mark.slow
    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_edits(self, data):
        """Actions go, and what they change is drawn anew; what is new is told."""
        session = data.draw(sessions())
        tree_ = session.tree
        questions = list(tree_.questions)
        some = st.sets(st.sampled_from(questions)) if questions else st.just(())
        actions = {
            id: replace(each, changes=tuple(data.draw(some)))
            for id, each in tree_.actions.items()
            if data.draw(st.booleans())
        }
        after = ts.resume(replace(tree_, actions=actions), session.to_json())

        stale = {
            each.step for each in session.set_aside if "said before" in each.reason
        }
        counted = {step for step, _ in session.evidence}
        told = {each.id for each in of_steps(after) if each.kind == "overtaken"}
        assert not stale & {step for step, _ in after.evidence}
        assert {
            each.step for each in after.set_aside if "said before" in each.reason
        } & counted <= told
