"""Records and hand-offs: what the next team reads, and goes on from."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere
from session.trees import clock, tree

import troubleshoot as ts

# A router whose questions know every way not to count: private, conditioned, stale.
ROUTER = """
unknown: 5%
causes:
  line: {title: The line is down, prior: 2}
  box:
    title: The router
    causes:
      hung: {title: The router has hung, prior: 4, about: "It *got stuck*."}
      broken: {title: The router is broken, prior: 1}
      debt: {title: The bill is open, prior: 1}
questions:
  lights: {ask: Is a light on?, given: {box: yes, line: "no", broken: always no}}
  bill:
    ask: Is a bill open?
    private: true
    given: {debt: always yes, line: "no", hung: "no", broken: "no"}
  which-bill:
    ask: Is it last month's?
    only-if: {bill: yes}
    given: {debt: yes}
  ping:
    ask: How long does a ping take?
    unit: ms
    answers: {fast: "< 100", slow: "100..1000", none: "> 1000"}
    given: {line: none, hung: slow, broken: none}
    by: engineer
setups:
  desk: {do: Go to the desk., cost: 2 min}
actions:
  restart:
    do: Restart it.
    cost: 3 min
    setup: desk
    fixes: {hung: usually}
    caution: The phone goes dead.
    risk: disruptive
    verify: Does it work?
    changes: [lights]
  pay: {do: Pay the bill., fixes: {debt: always}}
  swap: {do: Swap it., fixes: {broken: always}, by: engineer, needs: a new router}
escalate: {to: Network team, cost: 90 min, bring: [router model]}
"""

ONE = """
unknown: 10%
causes: {a: {title: A, actions: [act]}, b: {title: B}}
questions: {q: {ask: Is it A?, given: {a: yes, b: no}}}
actions: {act: {do: Act., risk: irreversible, cost: 9 h}}
"""


@pytest.fixture
def router():
    """A session about a router, at a clock that counts."""
    return tree(ROUTER).begin({"lights": "yes"}, by="customer", clock=clock())


class TestRecord:
    """
    Every move of a session, in order.
    """

    def test_moves_come_in_order_with_who_and_when(self, router):
        """
        The record tells what was said and done, by whom, and when.
        """
        session = router.tried("restart", fixed=False).note("Calls from work.")

        fact, action, note = session.record().moves

        assert (fact.kind, fact.text, fact.answer) == ("fact", "Is a light on?", "Yes")
        assert (action.kind, action.answer) == ("action", "it did not help")
        assert (note.kind, note.text) == ("note", "Calls from work.")
        assert {each.actor for each in (fact, action, note)} == {"customer"}
        assert note.at == "2026-11-23T09:00:02.000Z"

    def test_setups_are_paid_for_once(self, router):
        """
        A move takes the minutes of its step, and of setups that it opens first.
        """
        session = router.tried("restart", fixed=False).tried("restart", fixed=False)

        # 3 minutes each, and 2 for the way to the desk, which is gone once.
        assert [x.minutes for x in session.record().moves] == [0.0, 5.0, 3.0]
        assert session.record().minutes == 8.0

    def test_put_off_takes_no_time(self, router):
        """
        "Not now" costs nothing, and "don't know" what the question costs.
        """
        session = router.not_now("restart").not_now("ping").dont_know("ping")
        *_, action, put_off, not_known = session.record().moves

        assert (action.answer, put_off.answer) == ("not now", "not now")
        assert action.minutes == put_off.minutes == 0.0
        assert (not_known.answer, not_known.minutes) == ("don't know", 1.0)

    def test_what_a_move_rules_out_stands_at_the_move(self, router):
        """
        Root causes that an answer excludes are named at this answer.
        """
        (fact,) = router.record().moves

        assert [(each.id, each.text) for each in fact.rules_out] == [
            ("broken", "The router is broken"),
            ("line", "The line is down"),
        ]

    def test_a_changed_answer_stands_for_the_first_one(self, router):
        """
        What a changed answer rules out stands at the change, no longer before it.
        """
        told, changed = router.answer("lights", "no").record().moves

        assert (told.kind, told.rules_out) == ("fact", ())
        assert (changed.kind, changed.answer) == ("changed", "No")

    def test_numbers_carry_their_unit(self, router):
        """
        A number is told with its unit and its range; a range with its unit.
        """
        session = router.answer("ping", 250).answer("ping", "none")

        assert [each.answer for each in session.record().moves[1:]] == [
            "250 ms (100..1000)",
            "> 1000 ms",
        ]

    def test_json_holds_all_of_it(self, router):
        """
        The JSON of a record is versioned, and has every move and the ending.
        """
        value = json.loads(router.give_up("no time").record().to_json())

        assert value["format"] == 1
        assert [each["kind"] for each in value["moves"]] == ["fact", "given up"]
        assert value["ending"]["kind"] == "given up"


class TestNext:
    """
    What the next team does first.
    """

    def test_steps_for_others_are_among_them(self, router):
        """
        The best steps are those of anybody, and say who and what they take.
        """
        session = router.tried("restart", fixed=False)
        steps = {each.id: each for each in session.hand_off().next}

        assert steps["ping"].by == ("engineer",)
        assert steps["ping"].unit == "ms"
        assert len(steps) == 3

    def test_the_first_is_the_next_step(self):
        """
        With everybody there, the first step is the one that the session recommends.
        """
        session = tree(ROUTER).begin()
        first = session.next_step()

        todo = session.hand_off().next[0]

        assert (todo.kind, todo.id, todo.reason) == (first.kind, first.id, first.reason)
        assert [x.probability for x in todo.answers] == pytest.approx(
            [x.probability for x in first.answers], abs=1e-6
        )

    def test_actions_come_with_their_caution(self):
        """
        An action says what to mind, what to do first, and how to tell that it worked.
        """
        session = tree(ROUTER).begin({"lights": "yes", "bill": "no", "ping": "slow"})
        action = session.hand_off().next[0]

        assert (action.id, action.kind, action.risk) == (
            "restart",
            "action",
            "disruptive",
        )
        assert action.caution == "The phone goes dead."
        assert (action.setup, action.minutes) == ("Go to the desk.", 5.0)
        assert action.chance == pytest.approx(0.8, abs=0.05)  # usually, if it hung

    def test_nothing_is_left_after_it_is_fixed(self, router):
        """
        Once an action has helped there is nothing to do next.
        """
        handed = router.tried("restart", fixed=True).hand_off()

        assert handed.ending.kind == "fixed"
        assert handed.next == ()

    def test_what_was_given_up_can_be_taken_up(self, router):
        """
        After the customer gave up the next steps are those that were due.
        """
        handed = router.give_up("no time").note("Calls again.").hand_off()

        assert handed.ending.kind == "given up"
        assert handed.next == router.hand_off().next

    def test_an_ending_names_its_remedies(self):
        """
        When nothing is left to ask, the remedies that were left out come next.
        """
        session = tree(ONE).begin({"q": "yes"}).not_now("act").not_now("act")

        assert session.next_step().is_end
        assert [each.id for each in session.hand_off().next] == ["act"]

    def test_a_step_that_would_come_again_comes_once(self):
        """
        A step that is put off is offered again, and named once all the same.
        """
        steps = [each.id for each in tree(ONE).begin().hand_off().next]

        assert steps == ["q", "act"]

    def test_a_later_action_says_why_it_helps(self):
        """
        An action that is not the first says nothing of what was put off before it.
        """
        first, _, later = tree().begin().hand_off().next

        assert "That is the most per minute" in first.reason
        assert later.id == "put-in"
        assert later.reason.startswith("It helps with a chance of")


class TestStanding:
    """
    What is possible, what is out and by what, and what does not count.
    """

    def test_what_is_possible_comes_with_belief_and_remedy(self, router):
        """
        Causes that are left come first by belief, with what fixes them.
        """
        handed = router.hand_off()
        first = handed.possible[0]

        assert first.cause.id == "hung"
        assert (first.group, first.about) == ("The router", "It *got stuck*.")
        assert [each.id for each in first.remedies] == ["restart"]
        assert first.belief == pytest.approx(router.belief["hung"], abs=1e-6)
        assert handed.unknown == pytest.approx(router.belief["unknown"], abs=1e-6)

    def test_a_remedy_that_was_tried_is_none(self, router):
        """
        What has been tried is not named as a remedy again.
        """
        handed = router.tried("restart", fixed=False).hand_off()
        hung = next(each for each in handed.possible if each.cause.id == "hung")

        assert hung.remedies == ()

    def test_what_is_out_names_the_answer(self, router):
        """
        A cause that is out for certain names the answer that excludes it.
        """
        _, out = router.hand_off().ruled_out

        assert (out.cause.id, out.certain, out.belief) == ("broken", True, 0.0)
        assert [(x.text, x.answer, x.log2_odds) for x in out.by] == [
            ("Is a light on?", "Yes", None)
        ]

    def test_what_is_unlikely_names_failed_actions_too(self):
        """
        A cause that is only unlikely has the weight of what speaks against it.
        """
        session = tree(ROUTER).begin({"lights": "no", "ping": "none"})
        session = session.tried("restart", fixed=False)
        out = {each.cause.id: each for each in session.hand_off().ruled_out}
        weights = {(x.text, x.answer): x.log2_odds for x in out["hung"].by}

        assert not out["hung"].certain
        assert weights["Restart it.", "it did not help"] < 0

    def test_answers_that_do_not_count_are_told(self, router):
        """
        A stale answer is handed on as such, with the action that made it so.
        """
        (left,) = router.tried("restart", fixed=False).hand_off().left_out

        assert (left.step, left.answer) == ("lights", "Yes")
        assert "Restart it." in left.reason

    def test_what_is_not_known_is_told(self, router):
        """
        Questions without an answer and actions put off are told, until they are done.
        """
        session = router.dont_know("ping").not_now("restart").not_now("pay")
        session = session.tried("pay", fixed=False).note("Tired.")

        assert [(x.kind, x.step, x.reply) for x in session.hand_off().not_answered] == [
            ("question", "ping", "don't know"),
            ("action", "restart", "not now"),
        ]

    def test_doubts_come_with_a_contradiction(self):
        """
        Where the answers contradict each other, the hand-off says what to check again.
        """
        body = """
unknown: 5%
causes: {a: {title: A}, b: {title: B}}
questions:
  p: {ask: Is it A?, given: {a: always yes, b: always no}}
  q: {ask: Is it not A?, given: {a: always no, b: always yes}}
actions: {act: {do: Act., fixes: {a: always, b: always}}}
"""
        session = tree(body).begin({"p": "yes", "q": "yes"}).tried("act", fixed=False)
        handed = session.hand_off()

        assert handed.surprise == session.surprise().text
        # Nothing alone explains it: without the action and one answer the rest agrees.
        assert [(x.kind, x.step, x.answer) for x in handed.doubts] == [
            ("action", "act", "it did not help"),
            ("question", "p", "Yes"),
        ]

    def test_escalation_is_told(self, router):
        """
        To whom to hand over, at what cost, and what to bring; none if the tree is mute.
        """
        there = router.hand_off().escalate

        assert (there.to, there.minutes) == ("Network team", 90.0)
        assert there.bring == ("router model",)
        assert tree().begin().hand_off().escalate is None

    def test_notes_are_among_the_steps(self, router):
        """
        Remarks are steps, and can be had alone.
        """
        handed = router.note("Hm.").tried("restart", fixed=False).hand_off()

        assert [each.kind for each in handed.steps] == ["note", "action"]
        assert [each.text for each in handed.notes] == ["Hm."]
        assert handed.minutes == 5.0


class TestPrivate:
    """
    What is private does not leave the session.
    """

    def test_the_answer_is_nowhere(self, router):
        """
        The events of a private question are not in the hand-off, which says so.
        """
        session = (
            router.answer("bill", "yes").answer("bill", "no").answer("bill", "yes")
        )
        handed = session.hand_off()
        events = json.loads(handed.to_json())["session"]["events"]

        assert [each.id for each in handed.withheld] == ["bill"]
        assert {each["kind"] for each in events} == {"begun", "told"}
        assert {each.answer for each in handed.steps} == {"(private)"}

    def test_what_it_rules_out_is_not_told_of_it(self, router):
        """
        Nothing says which causes a private answer speaks against.
        """
        handed = router.answer("bill", "no").hand_off()
        out = {each.cause.id: each for each in handed.ruled_out}

        assert handed.steps[0].rules_out == ()
        assert [(x.step, x.text, x.answer) for x in out["debt"].by] == [
            ("", "", "(private)")
        ]

    def test_what_was_undone_is_not_handed_on(self, router):
        """
        Moves that were undone stay behind, private ones among them.
        """
        handed = router.answer("bill", "yes").undo().hand_off()

        assert "undone" not in json.loads(handed.session)
        assert handed == router.hand_off()

    def test_not_knowing_is_private_as_well(self, router):
        """
        That a private question was not answered is not told either.
        """
        handed = router.dont_know("bill").hand_off()

        assert handed.not_answered == ()
        assert [each.id for each in handed.withheld] == ["bill"]


class TestJson:
    """
    The hand-off as JSON.
    """

    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def test_it_is_read_as_it_was_written(self, data):
        """
        Anywhere in any session, the hand-off survives JSON, and resumes the session.
        """
        session = anywhere(data)
        handed = session.hand_off()
        text = handed.to_json()

        assert ts.HandOff.from_json(text) == handed
        assert ts.resume(session.tree, text) == session
        assert ts.resume(session.tree, handed.session) == session
        assert session.hand_off() == handed

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"format": 2}, "the hand-off has the format '2', and this version"),
            ({"format": True}, "the hand-off has the format 'true'"),
            ({"symptom": 1}, "cannot be read at 'symptom'"),
            ({"surprises": ""}, "cannot be read at 'surprises'"),
            ({"session": {}}, "this is not a saved session"),
        ],
    )
    def test_what_is_none_is_refused(self, router, change, said):
        """
        A text that is no hand-off is refused in one sentence that says where.
        """
        text = json.dumps(json.loads(router.hand_off().to_json()) | change)

        with pytest.raises(ts.SessionError, match=said) as caught:
            ts.HandOff.from_json(text)

        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1}', "null"])
    def test_other_json_is_refused(self, text):
        """
        JSON that is no hand-off at all is told what one looks like.
        """
        with pytest.raises(ts.SessionError, match="this is not a hand-off"):
            ts.HandOff.from_json(text)
