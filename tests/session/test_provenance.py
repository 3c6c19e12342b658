"""Who made a move and where it is from; facts that are actions; equal answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere
from session.trees import clock, tree

import troubleshoot as ts

LAMP = """

causes:
  bulb: {title: Bulb, prior: 3}
  fuse: {title: Fuse}
questions:
  others: {ask: Do others work?, given: {bulb: yes, fuse: no}}
  pin: {ask: The PIN?, private: true, given: {bulb: yes, fuse: no}}
  hours: {ask: How old?, unit: h, answers: {young: "< 10", old: ">= 10"}}
setups:
  open: {do: Open it., cost: 5}
actions:
  swap: {do: Swap the bulb., fixes: {bulb: usually}, changes: [others], setup: open}
  reset: {do: Reset the fuse., fixes: {fuse: usually}}
"""
TICKET = {"source": "ticket", "quote": "I already\nrestarted it"}
VERBS = {
    "answer": lambda it, **by: it.answer("others", "no", **by),
    "question": lambda it, **by: it.answer(it.question("others"), "no", **by),
    "change": lambda it, **by: it.change("hours", 3, **by),
    "dont_know": lambda it, **by: it.dont_know("others", **by),
    "not_now": lambda it, **by: it.not_now("others", **by),
    "skipped": lambda it, **by: it.not_now("reset", **by),
    "tried": lambda it, **by: it.tried("reset", fixed=False, **by),
    "note": lambda it, **by: it.note("Hm.", **by),
    "give_up": lambda it, **by: it.give_up(**by),
}


def begun(**facts):
    """A session with the lamp, in which the hours are known."""
    return tree(LAMP).begin({"hours": 12, **facts}, clock=clock())


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
class TestEveryVerb:
    def test_takes_source_and_quote(self, verb):
        """
        A move carries actor, source and quote, through a file and a replay.
        """
        session = verb(begun().as_("agent:ann"), **TICKET)
        event = session.events[-1]

        assert (event.actor, event.source, event.quote) == (
            "agent:ann",
            "ticket",
            "I already\nrestarted it",
        )
        assert ts.resume(session.tree, session.to_json()) == session
        assert ts.replay(session.tree, session.to_json()) == session

    def test_leaves_out_what_was_not_said(self, verb):
        """
        Without source and quote an event is written as it always was.
        """
        event = json.loads(verb(begun()).to_json())["events"][-1]

        assert not {"source", "quote"} & event.keys()
        assert event["actor"] == "customer"

    @pytest.mark.parametrize(
        "by",
        [
            {"source": ""},
            {"source": " "},
            {"source": 3},
            {"source": "a\nb"},
            {"source": "a\n"},
            {"source": "a\tb"},
            {"source": "a\x1b[31m"},
            {"source": "x" * 101},
            {"source": "\ud800"},
            {"quote": ""},
            {"quote": b"x"},
            {"quote": "x" * 2_001},
        ],
        ids=lambda by: f"{by}"[:20],
    )
    def test_refuses_what_cannot_be_kept(self, verb, by):
        """
        A source or a quote that is none is an AnswerError.
        """
        session = begun()
        with pytest.raises(ts.AnswerError, match=r"a source|a quote"):
            verb(session, **by)


@pytest.mark.parametrize("actor", ["", "\n", None, 7, "a\x00b", "x" * 101, "a\u202eb"])
def test_an_actor_is_a_name(actor):
    """
    What names nobody is refused, and nothing is signed with it.
    """
    with pytest.raises(ts.AnswerError, match="an actor"):
        begun().as_(actor)


@pytest.mark.parametrize(
    ("key", "value"),
    [("source", "a\u202eb"), ("source", ""), ("quote", "x" * 2_001), ("quote", " ")],
)
def test_files_are_held_to_the_same(key, value):
    """
    What a verb refuses, no saved session brings in.
    """
    kept = json.loads(begun().note("Hm.").to_json())
    kept["events"][-1][key] = value

    with pytest.raises(ts.SessionError, match=f"event 2 of the saved session: a {key}"):
        ts.resume(tree(LAMP), json.dumps(kept))


def test_views_tell_who_and_where_from():
    """
    Transcript, record and hand-off tell what is not as usual, and no private quote.
    """
    session = begun().answer("others", "no").as_("agent:ann")
    session = session.answer("pin", "yes", source="ticket", quote="It is 1234")
    session = session.tried("reset", fixed=False, **TICKET)
    hand_off = session.hand_off()

    lines = session.transcript().splitlines()
    assert lines[3:18] == [
        "fact: How old?",
        "answer: 12 h: old (10 h or more)",
        "question: Do others work?",
        "answer: No",
        "question: The PIN?",
        "answer: (private)",
        "by: agent:ann",
        "source: ticket",
        "quote: (private)",
        "action: Reset the fuse.",
        "fixed: no",
        "by: agent:ann",
        "source: ticket",
        "quote: I already",
        "  restarted it",
    ]
    assert (session.record().actor, hand_off.actor) == ("customer", "customer")
    assert [each.source for each in hand_off.steps] == ["", "ticket", "ticket"]
    for to in ("text", "markdown", "html", "json"):
        for value in (session, hand_off):
            page = ts.render(value, to)
            assert "ticket" in page
            assert "agent:ann" in page
            assert "1234" not in page
    assert ts.HandOff.from_json(hand_off.to_json()) == hand_off


class TestEqualAnswersAreNoChange:
    """
    What holds already is not recorded when it is said again, so nothing becomes of it.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anywhere, each answer that counts or does not apply, each outcome."""
        session = anywhere(data)
        said = {}
        for each in session.events:
            if each.kind in ("told", "answered", "changed"):
                said["question", each.step] = each
            if each.kind in ("tried", "corrected"):
                said["action", each.step] = each
        stale = {x.step for x in session.set_aside if "may have" in x.reason}

        for (kind, step), event in said.items():
            if kind == "action":
                assert session.change(session.action(step), event.fixed) is session
                again = session.tried(step, fixed=event.fixed)
                assert len(again.events) == len(session.events) + 1
                continue
            reply = event.answer if event.value is None else event.value
            question = session.question(step)
            assert session.change(question, reply) is session
            holds = reply not in ("dont-know", "not-now") and step not in stale
            assert (session.answer(step, reply) is session) == holds
            assert (session.answer(question, reply) is session) == holds

    def test_a_number_is_more_than_its_band(self):
        """
        Another number in the same band is another answer.
        """
        session = begun()

        assert session.answer("hours", 12) is session
        assert session.answer("hours", 13).events[-1].value == 13
        assert session.answer("hours", "old").events[-1].value is None

    def test_after_giving_up_it_takes_the_session_up_again(self):
        """
        To say it once more after giving up is a move: the session goes on.
        """
        session = begun().give_up()

        assert session.answer("hours", 12).next_step().kind != "given up"


class TestFactsThatAreActions:
    @pytest.mark.parametrize(
        ("said", "fixed"),
        [(True, True), (False, False), ("fixed", True), (" Failed ", False)],
    )
    def test_are_written_as_done(self, said, fixed):
        """
        An action that was tried before is a fact, and evidence as if it were tried now.
        """
        session = begun(swap=said)
        event = json.loads(session.to_json())["events"][-1]

        assert (event["kind"], event["step"], event["fixed"]) == ("done", "swap", fixed)
        now = begun().tried("swap", fixed=fixed)
        assert session.belief == pytest.approx(now.belief)
        assert session.evidence == now.evidence
        assert ts.resume(session.tree, session.to_json()) == session
        assert ts.replay(session.tree, session.to_json()) == session

    def test_are_as_things_are_now(self):
        """
        They open no setup, make no fact stale, cost no minutes and cannot be undone.
        """
        session = begun(others="no", swap="failed")

        assert ("others", "no") in session.evidence
        assert session.set_aside == ()
        assert session.record().minutes == 0
        assert session.action("swap").setup
        with pytest.raises(ts.SessionError, match="nothing to undo"):
            session.undo()

    def test_can_be_corrected_and_tried_again(self):
        """
        A correction counts in place of the fact; a trial now counts beside no other.
        """
        session = begun(others="no", swap="failed")

        assert ("swap", "fixed") in session.change("swap", "fixed").evidence
        assert session.change("swap", "failed") is session
        again = session.tried("swap", fixed=False)
        assert [each.step for each in again.set_aside] == ["others"]
        assert again.evidence.count(("swap", "failed")) == 1

    def test_read_as_tried_before(self):
        """
        Transcripts and hand-offs say that it was already tried.
        """
        session = begun(swap="failed")
        page = ts.render(session.hand_off(), "text")

        assert "already tried: Swap the bulb.\nfixed: no" in session.transcript()
        assert "Already tried before: Swap the bulb. it did not help" in page
        assert [each.kind for each in session.hand_off().facts] == [
            "fact",
            "already tried",
        ]

    def test_need_a_step_and_an_outcome(self):
        """
        A name that neither has, and an outcome that is none, are refused in words.
        """
        with pytest.raises(ts.UnknownName, match=r"question or action 'swop'.*'swap'"):
            begun(swop="failed")
        with pytest.raises(ts.AnswerError, match="what came of 'swap'"):
            begun(swap="no")

    def test_come_before_everything_else(self):
        """
        A file with a fact among the moves is refused, and one with a fact undone.
        """
        session = begun(swap="failed").note("Hm.")
        late, undone = (json.loads(session.to_json()) for _ in range(2))
        late["events"].append(late["events"].pop(2))
        undone["undone"] = [undone["events"].pop(2)]

        with pytest.raises(ts.SessionError, match="must come first"):
            ts.resume(session.tree, json.dumps(late))
        with pytest.raises(ts.SessionError, match="cannot be undone"):
            ts.resume(session.tree, json.dumps(undone))

    def test_plans_begin_with_them(self):
        """
        A plan of the session begins after what was tried before it.
        """
        given_facts = {"hours": 12, "swap": "failed"}
        session = tree(LAMP).begin(given_facts, strategy="plan")

        assert "left" not in session.next_step().reason
        other = tree(LAMP).begin({"hours": 12}, strategy="plan")
        assert other.next_step().reason != ""


def test_leading():
    """
    A saved session says which cause was likeliest, to six digits, and how likely.
    """
    session = begun().answer("others", "yes")
    cause, belief = max(session.belief.items(), key=lambda each: each[1])

    assert json.loads(session.to_json())["leading"] == {
        "cause": cause,
        "belief": round(belief, 6),
    }


def test_saving_does_not_decide(monkeypatch):
    """
    A file is written without asking for the next step, which may take long.
    """
    session = tree(LAMP).begin(strategy="plan").tried("reset", fixed=False)
    monkeypatch.setattr("troubleshoot.session.rules.next_step", None)

    assert session.to_json()
