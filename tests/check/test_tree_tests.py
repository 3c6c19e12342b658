"""The tests of a tree, as check runs them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import seeds

import troubleshoot as ts
from troubleshoot.check import tree_tests
from troubleshoot.check.tree_tests import trials

LAMP = """\
format: 1
title: Dark lamp
unknown: 2%
causes:
  room: {causes: {fuse: {prior: 1}, cable: {prior: 1}}}
  lamp: {causes: {bulb: {prior: 2}, plug: {prior: 1}}}
questions:
  others: {ask: Do other lamps work?, given: {room: no, lamp: yes}}
  plugged: {ask: Is the plug in?, given: {plug: no, bulb: yes}}
  fuse-in: {ask: Is the fuse in?, given: {fuse: no, cable: yes}, only-if: {others: no}}
actions:
  call: {do: Call somebody., fixes: {room: always}}
  new-bulb: {do: Change the bulb., fixes: {bulb: always}}
  put-in: {do: Put it in., fixes: {plug: always}}
urgent:
  smoke: {ask: Is there smoke?, stop: {yes: Leave.}}
tests:
"""


@pytest.fixture
def failures(tmp_path):
    """What check says of the lamp with these tests, one a line."""

    def of(*tests: str, head: str = LAMP) -> list[str]:
        file = tmp_path / "lamp.yaml"
        file.write_text(head + "".join(f"  t{i}: {it}\n" for i, it in enumerate(tests)))
        return [f"{x.message} | {x.fix} [{x.code}]" for x in ts.problems(file)]

    return of


@pytest.mark.parametrize(
    "test",
    [
        "{answers: {others: yes, plugged: no}, finds: plug}",
        "{answers: {others: yes, plugged: no}, finds: lamp}",
        "{answers: {others: yes, plugged: no}, finds: plug, within: 2}",
        # One remedy for both, so nothing more is asked.
        "{answers: {others: no}, finds: fuse, within: 1}",
        "{answers: {others: no}, finds: cable}",
        "{answers: {others: no, plugged: no, fuse-in: no}, finds: room, within: 1}",
        "{answers: {smoke: no, others: no}, finds: room, within: 1}",
    ],
)
def test_answers_that_lead_to_the_cause_pass(failures, test):
    """
    A cause of the likeliest remedy class is found, and the group of the likeliest.
    """
    assert failures(test) == []


SAID = {
    "{answers: {others: yes, plugged: no}, finds: bulb}": """
        finds 'plug' (92 %) after 2 questions; 'bulb' has 4 %
        most against 'bulb' is 'plugged: no'.
    """,
    "{answers: {others: no, plugged: no}, finds: lamp}": """
        should find 'lamp', but finds 'fuse' or 'cable' (95 %) after 1 question
        most against 'lamp' is 'others: no'.
        It was never asked 'plugged'.
    """,
    "{answers: {others: yes, plugged: no}, finds: plug, within: 1}": """
        should find 'plug' within 1 question, but it takes 2
        it was asked 'others' and 'plugged'.
    """,
    "{answers: {smoke: yes}, finds: plug}": """
        should find 'plug', but an urgent answer ends the session after 0 questions
    """,
    "{answers: {}, finds: room}": """
        but no cause is likelier than all others after 2 questions; 'room' has 39 %
    """,
}


@pytest.mark.parametrize("test", SAID)
def test_a_failing_test_says_what_happened(failures, test):
    """
    What it comes to, how sure that is, what speaks against it, what was never asked.
    """
    (told,) = failures(test)

    assert [x for x in SAID[test].strip().splitlines() if x.strip() not in told] == []
    assert told.endswith("[failing-test]")


def test_equally_likely_causes_are_not_found(failures):
    """
    Where nothing tells two causes apart, neither of them passes.
    """
    head = "format: 1\ntitle: T\ncauses: {a: {}, b: {}}\ntests:\n"

    found = failures(*(f"{{answers: {{}}, finds: {x}}}" for x in "ab"), head=head)

    assert ["no cause is likelier than all others" in each for each in found] == [1, 1]


def test_the_unknown_cause_can_be_expected(failures):
    """
    Answers that no listed cause gives find "unknown".
    """
    head = "format: 1\ntitle: T\ncauses: {a: {}, b: {}}\nquestions:\n"
    for each in "pqr":
        head += f"  {each}: {{ask: Q?, given: {{a: always no, b: always no}}}}\n"
    answers = "{answers: {p: yes, q: yes, r: yes}, finds: unknown}"

    assert failures(answers, head=head + "tests:\n") == []
    assert failures("{answers: {p: no}, finds: unknown}", head=head + "tests:\n")


def test_tests_stay_bounded(failures, monkeypatch):
    """
    Tests past the limit on work are errors, and failing ones past the first 99 counted.
    """
    many = ["{answers: {others: yes, plugged: no}, finds: bulb}"] * 300
    assert [each.split("|")[0] for each in failures(*many)][-1] == (
        "201 more tests fail, this one among them "
    )

    monkeypatch.setattr(tree_tests, "MOST_PAIRS", 5 * tree_tests.PAIRS_OF_A_STEP)
    ok = "{answers: {others: yes, plugged: no}, finds: plug}"
    assert failures(ok) == []
    *_, left = failures(ok, "{answers: {others: no}, finds: room}")

    assert left.startswith("1 of 2 tests were not run, this one first: together they")
    assert left.endswith("[too-large]")


class TestATestIsASession:
    """
    What a test comes to is what a session with its answers comes to, played by hand.
    """

    @pytest.mark.slow
    @given(seeds)
    @settings(deadline=None, max_examples=30)
    def test_law(self, seed):
        """The same belief after as many questions, at the same kind of end."""
        rng = np.random.default_rng(seed)
        tests = "".join(
            f"  t{i}: {{answers: {{{_said(rng)}}}, finds: bulb}}\n" for i in range(4)
        )
        tree = ts.loads(LAMP.replace("prior: 2", f"prior: {rng.random():.3f}") + tests)

        for each in trials(tree):
            session, kind, questions = _by_hand(tree, each.test.answers)

            assert (kind, questions) == (each.kind, each.questions)
            assert session.belief == each.session.belief


def _by_hand(tree, answers):
    """The session to its end, its kind, and how many questions were put."""
    session, questions = tree.begin(), 0
    while not (step := session.next_step()).is_end:
        if max(_classes(session)) >= tree.confidence:
            return session, "found", questions
        if step.kind == "action":
            session = session.not_now(step)
        else:
            questions += step.id != "smoke"
            session = session.answer(step, answers.get(step.id, ts.DONT_KNOW))
    return session, step.kind, questions


def _classes(session: ts.Session) -> list[float]:
    belief = session.belief
    return [belief["fuse"] + belief["cable"], belief["bulb"], belief["plug"]]


def _said(rng: np.random.Generator) -> str:
    names = ("others", "plugged", "fuse-in")
    said = [f"{x}: {rng.choice(['yes', 'no'])}" for x in names if rng.random() < 0.7]
    return ", ".join(said)
