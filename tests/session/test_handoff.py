"""Records and hand-offs: what the next team reads, and goes on from."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere
from session.trees import clock, tree

import troubleshoot as ts
from troubleshoot.session.report.handoff_contents import _to_do

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


# What follows a private answer, and what follows that.
GATED = """
causes: {a: {title: A}, b: {title: B}}
questions:
  p: {ask: P?, private: yes, given: {a: yes, b: no}}
  g: {ask: G?, only-if: {p: yes}, given: {a: yes, b: no}}
  f: {ask: F?, only-if: {g: yes}, given: {a: yes, b: no}}
"""

# Two against one.
THREE = """
reliability: 99.9%
causes: {a: {title: Left}, b: {title: Right}, c: {title: Middle}}
questions:
  x: {ask: X?, cost: 5 min, given: {a: yes, b: no, c: no}}
  y: {ask: Y?, cost: 1 min, given: {a: yes, b: no, c: no}}
  z: {ask: Z?, cost: 1 min, given: {a: no, b: yes, c: no}}
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
            "250 ms: slow (100 to 1000 ms)",
            "none (more than 1000 ms)",
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

        assert (todo.kind, todo.id) == (first.kind, first.id)
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


def asks(cost, sure):
    """A session with one question of this cost, and this P(answer) if it is A."""
    body = f"""
unknown: 0%
causes: {{a: {{title: A}}, b: {{title: B}}}}
questions: {{q: {{ask: Is it A?, cost: {cost}, given: {{a: {{yes: {sure}%}},
  b: {{yes: 50%}}}}}}}}
"""
    return tree(body).begin()


class TestWords:
    """
    What a step is worth, for readers who count in minutes and not in bits.
    """

    @pytest.mark.parametrize(
        ("cost", "sure", "said"),
        [
            ("15 s", 70, "Its answer is expected to tell little, but takes only 15 s."),
            ("9 min", 70, "Its answer is expected to tell little, and takes 9 min."),
            ("0 min", 95, "Its answer is expected to tell something, and costs no ti"),
            ("2 min", 50, "It tells nothing more as things stand."),
        ],
    )
    def test_reasons_are_words(self, cost, sure, said):
        """
        Why a question is asked is said without bits.
        """
        session = asks(cost, sure)
        asked = _to_do(session.analysis, session.question("q"))
        steps = session.hand_off().next or [asked]

        assert said in steps[0].reason
        assert "bits" not in steps[0].reason

    def test_much_is_much(self):
        """
        A question that decides tells much.
        """
        (first, *_) = tree(ONE).begin().hand_off().next

        assert "Its answer is expected to tell much, and takes 1 min." in first.reason

    def test_answers_say_what_follows(self):
        """
        The likeliest causes after an answer are those of the session after it.
        """
        session = tree(ROUTER).begin()
        todo = session.hand_off().next[0]

        for each in todo.answers:
            after = session.answer(todo.id, each.id).belief
            best = sorted(after.values())[-2:][::-1]
            named = [(x.cause.id, x.belief) for x in each.then]
            assert [x for _, x in named] == pytest.approx(
                [x for x in best if x > 0.01], abs=1e-6
            )
            assert all(after[id] == pytest.approx(x, abs=1e-6) for id, x in named)

    def test_an_answer_that_cannot_come_is_followed_by_nothing(self):
        """
        No cause is likely after an answer that no cause allows.
        """
        body = """
unknown: 0%
causes: {a: {title: A}, b: {title: B}}
questions:
  q: {ask: Is it A?, given: {a: always yes, b: always no}}
  r: {ask: Is it so?, given: {a: always yes, b: always yes}}
"""
        session = tree(body).begin()
        answers = {
            x.id: x for x in _to_do(session.analysis, session.question("r")).answers
        }

        assert answers["no"].then == ()
        assert [x.cause.id for x in answers["yes"].then] == ["a", "b"]

    def test_what_is_not_listed_may_be_the_likeliest(self):
        """
        A cause that nobody listed is named by no text of the tree.
        """
        session = tree(ROUTER).begin({"lights": "yes", "bill": "no"})
        session = session.tried("restart", fixed=False)
        ping = _to_do(session.analysis, session.question("ping"))
        fast = ping.answers[0].then[0]

        assert (fast.cause.id, fast.cause.text) == ("unknown", "")

    def test_an_answer_that_stops_says_so(self):
        """
        What an urgent answer says to do at once stands at the answer.
        """
        session = ts.load("home/no-internet").begin()
        first = session.hand_off().next[0]
        written = session.tree.questions[first.id].stop

        assert {x.id: x.stop for x in first.answers if x.stop} == written
        assert all(each.then == () for each in first.answers)


class TestLater:
    """
    The other open questions, in the order to ask them.
    """

    def test_all_that_is_open_is_named_once(self):
        """
        Next, later and put off are all questions that tell something, each once.
        """
        session = ts.load("home/no-internet").begin(by="customer")
        handed = session.hand_off()
        ids = [x.id for x in handed.next] + [x.id for x in handed.later]

        assert len(set(ids)) == len(ids) > 5

    def test_urgent_ones_come_first(self):
        """
        A question of safety is the first of the others.
        """
        names = ("smoke", "sparks", "fire", "water")
        urgent = "".join(f"  {x}: {{ask: {x}?, stop: {{yes: Run.}}}}\n" for x in names)
        body = f"{ROUTER}urgent:\n{urgent}"
        handed = tree(body).begin().hand_off()

        assert [each.id for each in handed.next] == ["smoke", "sparks", "fire"]
        assert handed.later[0].id == "water"

    def test_rates_fall(self):
        """
        What tells most per minute comes first.
        """
        session = tree(ROUTER).begin()
        later = session.hand_off().later
        steps = [session.question(each.id) for each in later]
        rates = [each.gain_bits / each.cost_min for each in steps]

        assert rates == sorted(rates, reverse=True)
        assert [each.minutes for each in later] == [each.cost_min for each in steps]

    def test_nothing_is_open_after_it_is_fixed(self, router):
        """
        Once an action has helped there is nothing to ask.
        """
        assert router.tried("restart", fixed=True).hand_off().later == ()


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

    def test_remedies_say_what_to_mind(self):
        """
        A remedy comes with minutes, caution, risk, and who and what it takes.
        """
        possible = tree(ROUTER).begin().hand_off().possible
        found = {x.id: x for each in possible for x in each.remedies}

        assert (found["restart"].caution, found["restart"].risk) == (
            "The phone goes dead.",
            "disruptive",
        )
        assert found["restart"].minutes == 5.0  # 3 and 2 for the way to the desk
        assert found["restart"].setup == "Go to the desk."
        assert (found["swap"].by, found["swap"].needs) == (
            ("engineer",),
            ("a new router",),
        )

    def test_what_cannot_be_undone_comes_last(self):
        """
        Of two remedies the one that can be undone comes first.
        """
        body = ONE.replace("actions: [act]", "actions: [act, other]").replace(
            "cost: 9 h}", "cost: 9 h}, other: {do: Other.}"
        )
        (first, *_) = tree(body).begin({"q": "yes"}).hand_off().possible

        assert [each.id for each in first.remedies] == ["other", "act"]

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
        assert weights["Restart it", "it did not help"] < 0

    def test_answers_that_do_not_count_are_told(self, router):
        """
        A stale answer is handed on as such, with the action that made it so.
        """
        (left,) = router.tried("restart", fixed=False).hand_off().left_out

        assert (left.step, left.answer) == ("lights", "Yes")
        assert "“Restart it”" in left.reason

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

    def test_what_was_put_off_says_how(self, router):
        """
        A step that was put off can be taken from the hand-off alone.
        """
        question, action = (
            router.not_now("ping").not_now("restart").hand_off().not_answered
        )

        assert (question.minutes, question.unit) == (1.0, "ms")
        assert question.answers == (
            "less than 100 ms",
            "100 to 1000 ms",
            "more than 1000 ms",
        )
        assert (action.minutes, action.risk) == (5.0, "disruptive")
        assert action.caution == "The phone goes dead."

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

    def test_what_a_private_answer_sets_aside_stays_so(self):
        """
        An answer that a private one sets aside does not come back on resuming.
        """
        session = tree(GATED).begin().answer("p", "yes").answer("g", "yes")
        session = session.answer("f", "yes").change("p", "no")
        handed = session.hand_off()
        theirs = ts.resume(session.tree, handed.to_json())

        assert session.evidence == (("p", "no"),)
        assert theirs.evidence == theirs.set_aside == handed.left_out == ()
        assert [each.id for each in handed.withheld] == ["p", "g", "f"]
        assert {each.answer for each in handed.steps} == {"(private)"}
        assert {each.kind for each in theirs.events} == {"begun"}

    @pytest.mark.slow
    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def test_resuming_adds_no_evidence(self, data):
        """
        What counts after resuming a hand-off counted before, in any session.
        """
        session = anywhere(data)
        private = data.draw(st.sets(st.sampled_from([*session.tree.questions, ""])))
        questions = {
            id: dataclasses.replace(each, private=id in private)
            for id, each in session.tree.questions.items()
        }
        hidden = dataclasses.replace(session.tree, questions=questions)
        session = dataclasses.replace(session, tree=hidden)
        theirs = ts.resume(hidden, session.hand_off().to_json())

        assert set(theirs.evidence) <= set(session.evidence)
        assert not private & {step for step, _ in theirs.evidence}

    def test_no_story_tells_a_private_answer(self):
        """
        What the rest points to is not said where a private answer is part of it.
        """
        session = tree(THREE.replace("ask: Z?", "ask: Z?, private: yes")).begin(
            {"x": "yes", "y": "yes", "z": "yes"}
        )
        handed = session.hand_off()

        assert "points to" in session.surprise().text
        assert "points to" not in handed.surprise
        assert "Z?" not in handed.surprise
        assert "“X?”" in handed.surprise
        assert {each.step for each in handed.doubts} <= {"x", "y"}
        assert not any(each.restored for each in handed.doubts)

    def test_a_contradiction_of_private_answers_is_told_without_them(self):
        """
        Where all evidence is private, only that it contradicts itself is told.
        """
        body = THREE.replace("?, cost", "?, private: yes, cost").replace(
            "reliability: 99.9%", "unknown: 0%"
        )
        body = body.replace("a: yes", "a: always yes").replace("b: no", "b: always no")
        body = body.replace("a: no", "a: always no").replace("c: no", "c: always no")
        session = tree(body).begin({"x": "yes", "z": "yes"})
        handed = session.hand_off()

        assert session.surprise().contradicted
        assert handed.surprise.endswith("no listed cause allows all of them.")
        assert handed.doubts == ()

    def test_no_ending_tells_a_private_answer(self):
        """
        The reason of an ending has no such story either, in record and hand-off.
        """
        session = tree(THREE.replace("ask: Z?", "ask: Z?, private: yes")).begin(
            {"x": "yes", "y": "yes", "z": "yes"}
        )

        assert session.next_step().kind == "unknown"
        assert "points to" in session.next_step().reason
        assert "points to" not in session.record().ending.reason
        assert session.hand_off().ending == session.record().ending


class TestJson:
    """
    The hand-off as JSON.
    """

    @pytest.mark.slow
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
