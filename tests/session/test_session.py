"""The verbs of a session, and what it says of where it stands."""

from __future__ import annotations

import json
import math
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from session.trees import LAMP, classic, clock, tree

import troubleshoot as ts
from troubleshoot.session.belief import Weight
from troubleshoot.session.events import last_move

# Embeddings, overrides and isolates, with what ends them.
BIDIRECTIONAL = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "naughty-strings"

PING = """
causes: {line: {title: The line}, server: {title: The server}}
questions:
  ping:
    ask: How long does a ping take?
    unit: ms
    private: true
    answers: {fast: "< 100", slow: "100..1000"}
    given: {line: slow, server: fast}
  blink: {ask: Which colour?, answers: {red: "Dark red", green: Green}}
actions:
  wait: {do: Wait., cost: 3 min, fixes: {line: often}, changes: [ping]}
"""


class TestAnswer:
    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            ("red", "red"),
            ("  RED ", "red"),
            ("dark RED", "red"),
            (ts.DONT_KNOW, "dont-know"),
            (ts.NOT_NOW, "not-now"),
            ("dont-know", "dont-know"),
            ("Don\u2019t know", "dont-know"),
            ("Not now", "not-now"),
        ],
    )
    def test_texts(self, said, answer):
        """
        An answer is an id or a text in any case, or what can always be said.
        """
        session = tree(PING).begin().answer("blink", said)

        assert session.events[-1].answer == answer

    @pytest.mark.parametrize(
        ("said", "answer", "value"),
        [
            (250, "slow", 250.0),
            (99.9, "fast", 99.9),
            ("250 ms", "slow", 250.0),
            ("1e2MS", "slow", 100.0),
            (" 7 ", "fast", 7.0),
            ("1,5", "fast", 1.5),
            ("-,5e1 ms", "fast", -5.0),
            ("0,125", "fast", 0.125),
            ("999,25", "slow", 999.25),
            ("slow", "slow", None),
        ],
    )
    def test_numbers(self, said, answer, value):
        """
        A question with a unit takes a number, alone or with its unit.
        """
        event = tree(PING).begin().answer("ping", said).events[-1]

        assert (event.answer, event.value) == (answer, value)

    @pytest.mark.parametrize(
        "said", [2000, math.nan, math.inf, 10**400, "3 s", "soon", "", None, [], True]
    )
    def test_what_is_no_number_of_the_question(self, said):
        """
        A number out of every range, in another unit, or none at all is refused.
        """
        with pytest.raises(ts.AnswerError, match="ping"):
            tree(PING).begin().answer("ping", said)

    @pytest.mark.parametrize(
        "said",
        [
            "1,000",
            "1.000",
            "12.500",
            "-12,500 ms",
            "1,000.5",
            "1.000,5",
            "1,2,3",
            ",",
            "1,5 s",
        ],
    )
    def test_thousands_are_not_guessed(self, said):
        """
        A comma or a point is a decimal sign, unless it may as well set off thousands.
        """
        with pytest.raises(ts.AnswerError, match="ping"):
            tree(PING).begin().answer("ping", said)

    @pytest.mark.parametrize("said", ["gren", 3, True, "250 ms", "x" * 500])
    def test_refusals_say_what_is_possible(self, said):
        """
        The message of a refusal names the answers, and stays short.
        """
        with pytest.raises(ts.AnswerError) as caught:
            tree(PING).begin().answer("blink", said)

        assert "possible are red, green, dont-know, not-now" in str(caught.value)
        assert len(str(caught.value)) < 200

    def test_refusals_suggest(self):
        """
        A misspelt answer is met with the nearest one.
        """
        with pytest.raises(ts.AnswerError, match="did you mean 'green'"):
            tree(PING).begin().answer("blink", "gren")

    def test_yes_and_no(self):
        """
        True and False answer a question of yes and no; a choice answers as itself.
        """
        session = tree().begin()
        step = session.next_step()

        assert session.answer("others", said=True).evidence == (("others", "yes"),)
        assert session.answer("others", said=False).evidence == (("others", "no"),)
        assert session.answer(step, step.answers[1]).evidence == (("others", "no"),)

    def test_steps_of_the_wrong_kind(self):
        """
        A question is not tried, an action not answered, an ending neither.
        """
        session = tree().begin()
        end = session.give_up().next_step()

        with pytest.raises(ts.AnswerError, match="is an action"):
            session.answer("put-in", "yes")
        with pytest.raises(ts.AnswerError, match="is an action"):
            session.answer(session.action("put-in"), "yes")
        with pytest.raises(ts.AnswerError, match="is a question"):
            session.tried("others", fixed=True)
        with pytest.raises(ts.AnswerError, match="is a question"):
            session.tried(session.question("others"), fixed=True)
        with pytest.raises(ts.AnswerError, match="end"):
            session.answer(end, "yes")
        with pytest.raises(ts.AnswerError, match="its id"):
            session.answer(None, "yes")

    def test_unknown_names_suggest_the_nearest(self):
        """
        Misspelt questions and actions are met with the nearest names.
        """
        session = tree().begin()

        for verb in (
            lambda: session.answer("othres", "yes"),
            lambda: session.not_now("othres"),
            lambda: session.question("othres"),
            lambda: tree().begin({"othres": "yes"}),
        ):
            with pytest.raises(ts.UnknownName) as caught:
                verb()
            assert caught.value.suggestions == ("others",)
        with pytest.raises(ts.UnknownName, match="put-in"):
            session.tried("putin", fixed=True)
        with pytest.raises(ts.UnknownName, match="put-in"):
            session.action("putin")

    def test_answering_again_replaces(self):
        """
        A second answer to a question takes the place of the first; the others stay.
        """
        session = tree().begin().answer("plugged", "no").answer("others", "no")

        after = session.answer("plugged", "yes")
        assert after.events[-1].kind == "changed"
        assert after.evidence == (("plugged", "yes"), ("others", "no"))
        other = tree().begin().answer("others", "no").answer("plugged", "yes")
        assert dict(after.belief) == dict(other.belief)
        assert after.dont_know("plugged").evidence == (("others", "no"),)

    def test_trying_again_replaces(self):
        """
        What an action did last counts, and only once.
        """
        once = tree().begin().tried("put-in", fixed=False)

        twice = once.tried("put-in", fixed=True).tried("put-in", fixed=False)
        assert dict(twice.belief) == dict(once.belief)


class TestLog:
    def test_events(self):
        """
        The log keeps who did what when; a question that was put is logged as asked.
        """
        session = tree().begin({"plugged": "yes"}, by=("agent", "x"), clock=clock())
        session = session.answer(session.next_step(), "no").note("Hm.")
        session = session.tried("put-in", fixed=False).not_now("new-bulb").give_up()

        kinds = [each.kind for each in session.events]
        assert kinds == (
            ["begun", "told", "asked", "answered", "noted", "tried", "skipped", "ended"]
        )
        assert {each.actor for each in session.events} == {"agent"}
        assert session.events[0].at == "2026-11-23T09:00:00.000Z"
        assert session.events[2].bits > 0
        assert session.events[2].minutes == 1.0

    def test_the_clock_of_the_machine(self):
        """
        Without a clock the machine's is used, in UTC.
        """
        assert tree().begin().events[0].at.endswith("Z")

    def test_the_actor_is_the_customer(self):
        """
        When nobody is named, the customer did it.
        """
        assert tree().begin(by=()).events[0].actor == "customer"

    def test_undo(self):
        """
        Undo drops the last move with what was asked, until nothing is left.
        """
        start = tree().begin({"plugged": "yes"})
        moves = [
            start.answer(start.next_step(), "no"),
            start.dont_know("others"),
            start.not_now("put-in"),
            start.tried("put-in", fixed=True),
            start.note("Hm."),
            start.give_up("No time."),
            start.answer("plugged", "no"),
        ]

        assert all(each != start and each.undo() == start for each in moves)
        with pytest.raises(ts.SessionError, match="nothing to undo"):
            start.undo()

    def test_sessions_are_values(self):
        """
        Sessions with equal trees, options and events are equal, and can be keys.
        """
        lamp = tree()
        one, two = (lamp.begin(clock=clock()).answer("others", "no") for _ in "12")

        assert one == two
        assert len({one, two}) == 1
        assert one == tree().begin(clock=clock()).answer("others", "no")
        assert one != lamp.begin(by="engineer", clock=clock()).answer("others", "no")

    def test_unknown_strategies_are_named(self):
        """
        A strategy that is not known is refused, and the known ones are named.
        """
        with pytest.raises(ValueError, match="'repare'; did you mean 'repair'"):
            tree().begin(strategy="repare")


class TestBelief:
    def test_by_hand(self):
        """
        Two causes, one answer: posteriors and bits worked out by hand.
        """
        body = "unknown: 0%\ncauses: {a: {title: A, prior: 3}, b: {title: B}}\n"
        body += "questions: {x: {ask: X?, given: {a: {yes: 80%}, b: {yes: 40%}}}}\n"
        session = tree(body).begin()

        # P(yes) = 3/4 * 0.8 + 1/4 * 0.4 = 0.7; P(a | yes) = 0.6 / 0.7
        after = session.answer("x", "yes")
        assert after.belief["a"] == pytest.approx(6 / 7, abs=1e-12)
        # I = H(0.7) - 3/4 H(0.8) - 1/4 H(0.4)
        bits = _h(0.7) - 0.75 * _h(0.8) - 0.25 * _h(0.4)
        assert session.question("x").gain_bits == pytest.approx(bits, abs=1e-12)
        assert session.question("x").answers[0].probability == pytest.approx(0.7)

    def test_a_failed_action_is_evidence(self):
        """
        A failed action leaves its cause the share that the action does not fix.
        """
        body = "unknown: 0%\ncauses: {a: {title: A}, b: {title: B}}\n"
        body += "actions: {x: {do: X., fixes: {a: 75%}}}\n"

        after = tree(body).begin().tried("x", fixed=False)
        assert after.belief["a"] == pytest.approx(0.25 / 1.25, abs=1e-12)

    def test_beliefs_cannot_be_changed(self):
        """
        What a session says cannot be changed by whoever reads it.
        """
        with pytest.raises(TypeError):
            tree().begin().belief["plug"] = 1.0

    def test_long_evidence_rules_out_without_eliminating(self):
        """
        A posterior that rounds to zero under long evidence is not certain.
        """
        body = "unknown: 0%\nreliability: 99.999999%\n"
        body += "causes: {a: {title: A}, b: {title: B}}\nquestions:\n"
        for i in range(60):
            body += f"  q{i}: {{ask: Q?, given: {{a: yes, b: no}}}}\n"
        session = tree(body).begin({f"q{i}": "yes" for i in range(60)})

        assert session.belief["b"] == 0.0
        assert session.eliminated == ()
        assert session.statuses["b"].status == "ruled out"


class TestStatuses:
    def test_one_rule(self):
        """
        Every cause and group has its standing, with what weighs on it.
        """
        body = LAMP.replace("given: {room: no", "given: {room: always no")
        session = tree(body).begin({"others": "yes", "plugged": "no"})

        status = session.statuses
        assert list(status) == ["room", "fuse", "lamp", "bulb", "plug"]
        assert status["fuse"].status == "eliminated"
        assert status["fuse"].by == (Weight("others", "yes", -math.inf),)
        assert status["room"].status == "eliminated"
        assert status["room"].by == (Weight("others", "yes", -math.inf),)
        assert status["plug"].status == "leading"
        assert status["lamp"].status == "leading"
        assert status["lamp"].posterior == pytest.approx(
            status["bulb"].posterior + status["plug"].posterior
        )
        assert session.eliminated == (("fuse", "others"),)

    def test_ruled_out_names_what_weighed_most(self):
        """
        A cause that is ruled out has the evidence against it, the heaviest first.
        """
        session = tree().begin({"others": "yes", "plugged": "no"})
        session = session.tried("new-fuse", fixed=False)

        fuse = session.statuses["fuse"]
        assert fuse.status == "ruled out"
        assert [each.step for each in fuse.by] == ["others", "new-fuse", "plugged"]
        odds = [each.log_odds for each in fuse.by]
        assert odds == sorted(odds)
        assert all(each < 0 for each in odds)

    def test_nobody_leads_in_a_tie(self):
        """
        Of causes that are equally likely none leads, nor does any behind the unknown.
        """
        even = "causes: {a: {title: A}, b: {title: B}}\n"

        for body in (
            even,
            "unknown: 80%\n" + even.replace("title: A", "title: A, prior: 2"),
        ):
            statuses = tree(body).begin().statuses
            assert {each.status for each in statuses.values()} == {"possible"}

    def test_a_prior_of_zero_eliminates(self):
        """
        A cause with a prior of zero is eliminated by its prior.
        """
        body = "causes: {a: {title: A, prior: 0}, b: {title: B}}\n"
        session = tree(body).begin()

        assert session.eliminated == (("a", "prior"),)
        assert "Eliminated: A, from the start" in session.explain()


class TestTexts:
    def test_explanation(self):
        """
        The explanation gives the reason, what each answer does, and the runners-up.
        """
        text = tree().begin().explain()

        assert text.startswith("Question: Do other lamps in the room work?\n  why: ")
        assert "Yes (74 %): would rule out 'The fuse is out'" in text
        assert "runner-up: 'plugged'" in text

    def test_explanation_of_actions_and_elimination(self):
        """
        Once an action is proposed its causes are named, and what excluded the others.
        """
        session = classic().begin({"t1": "yes"})
        assert (
            "Eliminated: System state 0, by “Does test 1 fail?” (Yes), for certain"
            in session.explain()
        )

        text = tree().begin({"others": "yes", "plugged": "no"}).explain()
        assert text.startswith("Action: Put the plug in\n")
        assert "The plug is out: 9" in text

    def test_transcript(self):
        """
        The transcript reads as the run went, and masks private answers.
        """
        session = tree(PING).begin({"ping": 250}, clock=clock())
        session = session.answer("blink", "red").answer("blink", "green")
        session = session.dont_know("blink").not_now("wait")
        session = session.note("two\nlines").tried("wait", fixed=True)

        assert session.transcript() == (
            "tree: lamp\ntitle: A lamp\nsymptom: It stays dark.\n"
            "fact: How long does a ping take?\nanswer: (private)\n"
            "question: Which colour?\nanswer: Dark red\n"
            "changed: Which colour?\nanswer: Green\n"
            "changed: Which colour?\nanswer: don't know\n"
            "action: Wait.\nfixed: not now\n"
            "note: two\n  lines\n"
            "action: Wait.\nfixed: yes\n"
            "ending: fixed. What helped: Wait.\n"
        )

    def test_transcript_with_numbers_and_reasons(self):
        """
        A number stands with its unit; giving up has its reason.
        """
        body = PING.replace("    private: true\n", "")
        session = tree(body).begin().answer("ping", 250)

        assert "answer: 250 ms: " in session.transcript()
        assert "given up: Bye.\n" in session.give_up("Bye.").transcript()
        assert "given up: without a reason\n" in session.give_up().transcript()

    @pytest.mark.slow
    def test_naughty_notes(self):
        """
        Whatever is noted can be saved and resumed, and obeys nothing in a terminal.
        """
        if not NAUGHTY.is_dir():
            pytest.skip("the list of naughty strings is not here")
        (file,) = NAUGHTY.glob("*.json")
        lamp = tree()
        for note in json.loads(file.read_text(encoding="utf-8")):
            session = lamp.begin().note(note).give_up(note)
            assert ts.resume(lamp, session.to_json()) == session
            assert ts.replay(lamp, session.to_json()) == session
            assert _harmless(session.transcript())
            assert _harmless(session.explain())

    @pytest.mark.parametrize(
        "note", ["\ud800", "a\udfffb", "\ud83d\ude00", "\x00\x1b[2J"]
    )
    def test_broken_notes(self, note):
        """
        Halves of characters and control codes in a note do no harm.
        """
        lamp = tree()
        session = lamp.begin().note(note)

        text = session.to_json()
        assert text.encode()
        assert ts.resume(lamp, text) == session
        assert _harmless(session.transcript())


def _harmless(text: str) -> bool:
    """Whether a terminal has nothing to obey in the text, nor a reader to miss."""
    kinds = {each: unicodedata.category(each) for each in set(text) - {"\n", "\t"}}
    return not any(kind in ("Cc", "Cs", "Zl", "Zp") for kind in kinds.values()) and (
        BIDIRECTIONAL.isdisjoint(text)
    )


def _h(p: float) -> float:
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def test_private_answers_are_masked_in_every_reason():
    """
    Neither the transcript, the explanation nor the reason of an ending tells them.
    """
    masked = "private: yes, answers: {up: Secret, down: Down}"
    body = f"""
unknown: 0%
causes: {{a: {{title: A}}, b: {{title: B}}}}
questions:
  x: {{ask: X?, {masked}, given: {{a: always up, b: always down}}}}
  y: {{ask: Y?, {masked}, given: {{a: always down, b: always up}}}}
"""
    session = tree(body).begin({"x": "up"})
    contradicted = session.answer("y", "up")

    for text in (
        session.explain(),
        contradicted.explain(),
        contradicted.transcript(),
        contradicted.next_step().reason,
    ):
        assert "(private)" in text
        assert "Secret" not in text
        assert "up" not in text


def test_an_id_wins_over_the_text_of_another_answer():
    """
    Where the text of one answer is the id of another, what is said is the id.
    """
    body = """
causes: {x: {title: X}, y: {title: Y}}
questions:
  lamp:
    ask: What?
    answers: {dark: "Off", off: "On, then off"}
    given: {x: dark, y: off}
"""
    session = tree(body).begin()
    step = session.next_step()

    assert session.answer("lamp", "off").evidence == (("lamp", "off"),)
    for choice in step.answers:
        assert session.answer(step, choice).evidence == (("lamp", choice.id),)


@pytest.mark.parametrize("verb", ["note", "give_up"])
def test_a_remark_that_is_no_text_is_refused(verb):
    """
    What is no text is refused in words.
    """
    with pytest.raises(TypeError, match="a remark is a text"):
        getattr(tree().begin(), verb)(3)


def test_a_time_that_utc_does_not_have():
    """
    A clock that tells such a time is refused in words.
    """
    late = datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))

    with pytest.raises(ts.ArgumentError, match="UTC does not have"):
        tree(LAMP).begin(clock=lambda: late)


def test_what_is_no_strategy():
    """
    A strategy without a name is refused, whatever the session is.
    """
    with pytest.raises(ts.ArgumentTypeError, match="named by a text"):
        tree(LAMP).begin(strategy=object())


def test_nothing_happened():
    """
    Of no events there is no last move.
    """
    assert last_move(()) == 0
