"""Answers that contradict each other, and which of them to check again first."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import ClassVar

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere
from session.test_ledger import likelihoods
from session.trees import classic, tree
from strategies import plain_question

import troubleshoot as ts
from troubleshoot.inference.bayes import conflict
from troubleshoot.tree.tree import Cause, Tree

# Three questions that agree about each cause: two against one is a contradiction.
THREE = """
reliability: 99.9%
causes: {a: {title: Left}, b: {title: Right}, c: {title: Middle}}
questions:
  x: {ask: X?, cost: 5 min, given: {a: yes, b: no, c: no}}
  y: {ask: Y?, cost: 1 min, given: {a: yes, b: no, c: no}}
  z: {ask: Z?, cost: 1 min, given: {a: no, b: yes, c: no}}
"""
TWICE = {"x": "yes", "y": "yes"}
PAIRS = """
unknown: 0%
causes: {a: {title: A}, b: {title: B}}
questions:
  x: {ask: X?, cost: 9 min, given: {a: always yes, b: always no}}
  y: {ask: Y?, cost: 9 min, given: {a: always yes, b: always no}}
  z: {ask: Z?, cost: 1 min, given: {a: always yes, b: always no}}
  w: {ask: W?, cost: 1 min, given: {a: always yes, b: always no}}
"""


def product(session, pieces):
    """Prior times likelihoods of these entries, by cause."""
    weight = oracle.prior(session.tree)
    for entry in pieces:
        row = likelihoods(session, entry)
        weight = {name: w * row[name] for name, w in weight.items()}
    return weight


def listed(weight):
    """The mass of the listed causes."""
    return math.fsum(w for name, w in weight.items() if name != "unknown")


def conflict_of(session, pieces):
    """``log2(prod P(e_i) / P(e))`` given that the cause is listed."""
    prior = listed(product(session, []))
    alone = [listed(product(session, [each])) / prior for each in pieces]
    together = listed(product(session, pieces)) / prior
    if together == 0:
        return math.inf
    return sum(map(math.log2, alone)) - math.log2(together)


def weighing(session):
    """The entries that bear on the belief."""
    urgent = {x.id for x in session.tree.questions.values() if x.is_urgent}
    return [
        each
        for each in session.ledger.entries
        if not each.set_aside and each.step not in urgent
    ]


class TestSurpriseAgainstTheDefinition:
    """
    Every number of a surprise is that of the definition, evidence left out by hand.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=150)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = anywhere(data)
        pieces = weighing(session)
        found = session.surprise()
        if found is None:
            leads = session.analysis.belief.unknown_leads
            assert not leads or conflict_of(session, pieces) < 1e-9
            return

        assert found.conflict == pytest.approx(conflict_of(session, pieces), abs=1e-9)
        assert found.unknown == session.belief["unknown"]
        assert found.contradicted == math.isinf(found.conflict)
        assert found.suspects
        for suspect in found.suspects:
            rest = [each for each in pieces if each.step != suspect.step]
            belief = oracle.normalised(product(session, rest))
            left = conflict_of(session, rest)
            if math.isinf(left):
                assert suspect.restores == 0
            else:
                assert suspect.restores == pytest.approx(found.conflict - left)
            for name, share in suspect.story:
                assert share == pytest.approx(belief[name])
            unknown = belief["unknown"] if any(belief.values()) else 1.0
            assert suspect.unknown_without == pytest.approx(unknown)
            if suspect.restored:
                assert suspect.story
            assert 0 <= suspect.chance <= 1 + 1e-12
        assert all(
            one.restored >= other.restored for one, other in pairwise(found.suspects)
        )

    @pytest.mark.slow
    @settings(deadline=None, max_examples=100)
    @given(st.data())
    def test_order_does_not_matter(self, data):
        """The same facts in any order are the same surprise, to the last digit."""
        session = anywhere(data)
        facts = {
            name: data.draw(st.sampled_from([each.id for each in question.answers]))
            for name, question in session.tree.questions.items()
        }
        shuffled = data.draw(st.permutations(list(facts.items())))

        one, two = session.tree.begin(facts), session.tree.begin(dict(shuffled))
        assert one.surprise() == two.surprise()


def test_nothing_surprises_while_the_evidence_fits():
    """
    There is no surprise at the start, nor while a listed cause leads.
    """
    session = tree(THREE).begin()

    assert session.surprise() is None
    assert session.answer("x", "yes").answer("y", "yes").surprise() is None


def test_one_answer_that_no_listed_cause_gives():
    """
    A lone answer contradicts nothing else; without it there is nothing to explain.
    """
    body = """
causes: {a: {title: A}, b: {title: B}}
questions: {x: {ask: X?, given: {a: always yes, b: always yes}}}
"""
    surprise = tree(body).begin({"x": "no"}).surprise()

    assert surprise.contradicted
    assert surprise.text == (
        "No listed cause explains the answers well. Worth checking again, as without "
        "it the rest points to 'A' (48 %): “X?” (No)."
    )


def test_the_cheapest_of_equal_suspects_comes_first():
    """
    Of two answers that are as likely to be slips, the cheaper one is checked first.
    """
    body = """
unknown: 20%
causes: {a: {title: Left}, b: {title: Right}}
questions:
  x: {ask: X?, cost: 5 min, given: {a: yes, b: no}}
  y: {ask: Y?, cost: 1 min, given: {a: no, b: yes}}
"""
    surprise = tree(body).begin({"x": "yes", "y": "yes"}).surprise()

    assert [each.step for each in surprise.suspects] == ["y", "x"]
    assert [each.cost_min for each in surprise.suspects] == [1.0, 5.0]
    assert [each.chance for each in surprise.suspects] == pytest.approx([0.5, 0.5])
    assert all(each.restored for each in surprise.suspects)
    assert surprise.suspects[0].story[0][0] == "a"
    assert surprise.suspects[1].story[0][0] == "b"
    assert surprise.pair == ()
    assert surprise.text.startswith("No listed cause explains the answers well. Worth")
    assert surprise.text.endswith("Without the first it points to 'Left' (78 %).")


def test_rank_is_chance_per_minute():
    """
    Neither the likeliest slip nor the cheapest comes first, but the best bargain.
    """
    table = classic()
    dear = dataclasses.replace(table.questions["t1"], cost=30.0)
    table = dataclasses.replace(table, questions={**table.questions, "t1": dear})
    surprise = table.begin({"t1": "no", "t2": "yes", "t3": "yes"}).surprise()

    # Chances .946, .039 and .015 (see below) for 30, 1 and 1 minutes.
    assert [each.step for each in surprise.suspects] == ["t2", "t1", "t3"]


def test_a_failed_action_can_be_the_suspect():
    """
    What an action did not mend may be what does not fit.
    """
    body = """
unknown: 1%
causes: {a: {title: A}}
questions: {x: {ask: X?, given: {a: always yes}, otherwise: {no: 90%, yes: 10%}}}
actions: {mend: {do: Mend it., cost: 2 min, fixes: {a: always}}}
"""
    session = tree(body).begin({"x": "yes"}).tried("mend", fixed=False)
    suspect = session.surprise().suspects[0]

    assert (suspect.kind, suspect.step, suspect.result) == ("action", "mend", "failed")
    assert suspect.text == "“Mend it” (it did not help)"
    assert suspect.restores == math.inf
    assert session.next_step().reason == session.surprise().text


def test_two_that_are_wrong_together():
    """
    Where no single answer restores a story, all are named, and the cheapest pair.
    """
    facts = {"x": "yes", "y": "yes", "z": "no", "w": "no"}
    surprise = tree(PAIRS).begin(facts).surprise()

    assert surprise.contradicted
    assert {each.step for each in surprise.suspects} == set(facts)
    assert {each.step for each in surprise.pair} == {"z", "w"}
    assert not any(each.restored or each.chance for each in surprise.suspects)
    assert surprise.text == (
        "The answers contradict each other: no listed cause allows all of them. "
        "No single one of them explains it. Worth checking again: “W?” (No), "
        "“Z?” (No), “X?” (Yes) or “Y?” (Yes); "
        "without both “W?” (No) and “Z?” (No) the rest agrees."
    )


def test_three_that_are_wrong_together_are_not_looked_for():
    """
    Where no two restore a story, none are named as if they did.
    """
    body = PAIRS
    for name in ("u", "v"):
        body += f"  {name}: {{ask: {name}?, given: {{a: always yes, b: always no}}}}\n"
    facts = {"x": "yes", "y": "yes", "z": "no", "w": "no", "u": "yes", "v": "no"}
    surprise = tree(body).begin(facts).surprise()

    assert surprise.pair == ()
    assert surprise.text.endswith("or 1 more.")


def test_of_many_pieces_no_pairs_are_looked_at():
    """
    Pairs are looked for among few pieces of evidence only.
    """
    body = PAIRS
    for i in range(10):
        body += f"  q{i}: {{ask: Q?, given: {{a: half the time yes, b: yes}}}}\n"
    facts = {"x": "yes", "y": "yes", "z": "no", "w": "no"}
    dull = {f"q{i}": "yes" for i in range(10)}

    assert tree(body).begin(facts | dull).surprise().pair == ()


def test_a_certain_contradiction_names_its_suspects():
    """
    In the classic table three results fit no system state; each may be the slip.
    """
    session = classic().begin({"t1": "no", "t2": "yes", "t3": "yes"})
    surprise = session.surprise()

    assert surprise.conflict == math.inf
    assert surprise.unknown == 1.0
    assert session.next_step().reason == surprise.text
    assert all(each.restored for each in surprise.suspects)
    # Without t1 it is s5 (.12); without t2 s2 (.02); without t3 s1 (.01).
    assert {x.step: x.story[0][0] for x in surprise.suspects} == {
        "t1": "s5",
        "t2": "s2",
        "t3": "s1",
    }
    # The chance of each is P(e_i) P(e_-i): .73 x .12, .18 x .02, .14 x .01.
    assert {x.step: x.chance for x in surprise.suspects} == pytest.approx(
        {"t1": 0.0876 / 0.0926, "t2": 0.0036 / 0.0926, "t3": 0.0014 / 0.0926}
    )


def test_no_listed_cause_at_all_is_no_conflict():
    """
    Where all belief was in the unknown cause from the start, nothing surprises.
    """
    alone = Tree(
        id="alone",
        title="Alone",
        unknown=1.0,
        causes={"a": Cause(id="a", title="A", prior=0.0)},
        questions={
            name: plain_question(name, {"a": (1.0, 0.0)}) for name in ("x", "y")
        },
    )

    assert alone.begin({"x": "yes", "y": "no"}).surprise() is None


def test_private_answers_are_masked():
    """
    A suspect with a private answer is named without it.
    """
    body = THREE.replace("ask: Z?", "ask: Z?, private: yes")
    surprise = tree(body).begin(TWICE | {"z": "yes"}).surprise()

    assert "“Z?” (private)" in surprise.text
    assert "“Z?” (Yes)" not in surprise.text
    assert "“Z?” (private)" in [each.text for each in surprise.suspects]


def test_the_explanation_tells_the_doubt_while_questions_go_on():
    """
    A surprise is told once: by the ending, or by the explanation before it.
    """
    session = tree(THREE).begin(TWICE | {"z": "yes"})

    assert session.explain().count(session.surprise().text) == 1


def test_conflict_is_the_measure_of_the_engine():
    """
    Two answers that speak for different causes: by hand, log2 of 0.25 / 0.09 bits.
    """
    rows = np.array([[0.9, 0.1], [0.1, 0.9]])
    body = """
unknown: 20%
reliability: 90%
causes: {a: {title: A}, b: {title: B}}
questions:
  x: {ask: X?, given: {a: yes, b: no}}
  y: {ask: Y?, given: {a: no, b: yes}}
"""
    found = tree(body).begin({"x": "yes", "y": "yes"}).surprise()

    assert found.conflict == pytest.approx(math.log2(0.25 / 0.09))
    assert found.conflict == pytest.approx(conflict(np.array([0.5, 0.5]), rows))


class TestConfusable:
    """
    A suspect answer that is easily taken for another says for which.
    """

    BODY = """
reliability: 99.9%
causes: {a: {title: Left}, b: {title: Right}}
questions:
  light:
    ask: Which light?
    answers: {green: Steady green, amber: Blinking amber, red: Red, off: Off}
    confusable: [[green, amber], [amber, red]]
    given: {a: always green, b: always amber}
  hums: {ask: Does it hum?, given: {a: always no, b: always yes}}
  warm: {ask: Is it warm?, given: {a: always no, b: always yes}}
"""
    FACTS: ClassVar = {"light": "green", "hums": "yes", "warm": "yes"}

    def light(self, answer, body=BODY):
        """A session of these facts, and its suspect answer about the light."""
        session = tree(body).begin(self.FACTS | {"light": answer})
        suspects = session.surprise().suspects
        return session, next(each for each in suspects if each.step == "light")

    def test_the_sentence_names_it(self):
        """
        The text of the surprise, of the ending and of the hand-off, and their data.
        """
        session, suspect = self.light("green")
        said = "“Steady green” is easily taken for “Blinking amber”."

        assert suspect.confusable == ("amber",)
        assert session.surprise().text.endswith(f"(Steady green). {said}")
        assert session.next_step().reason.endswith(said)
        handed = session.hand_off()
        assert handed.surprise.endswith(said)
        doubts = {each.step: each.confusable for each in handed.doubts}
        assert doubts["light"] == ("Blinking amber",)
        assert ts.HandOff.from_json(handed.to_json()) == handed
        for to in ("text", "markdown", "html"):
            assert said in " ".join(ts.render(handed, to).split())

    def test_either_way_and_in_the_order_of_the_answers(self):
        """
        Lists hold in each direction, several together, and for no other answer.
        """
        asked = tree(self.BODY).question("light")
        taken = {x.id: [y.id for y in asked.taken_for(x.id)] for x in asked.answers}

        assert taken == {
            "green": ["amber"],
            "amber": ["green", "red"],
            "red": ["amber"],
            "off": [],
        }

    def test_nothing_is_said_where_nothing_is_alike(self):
        """
        Without the key, the surprise is as it was.
        """
        alike = "    confusable: [[green, amber], [amber, red]]\n"
        session, suspect = self.light("green", self.BODY.replace(alike, ""))

        assert suspect.confusable == ()
        assert "easily taken" not in session.surprise().text

    def test_a_private_answer_is_not_told_by_what_it_is_like(self):
        """
        Of a private question neither the answer nor what it is taken for is named.
        """
        body = self.BODY.replace(
            "ask: Which light?", "ask: Which light?\n    private: yes"
        )
        session, suspect = self.light("green", body)

        assert suspect.confusable == ()
        for said in (session.surprise().text, session.hand_off().surprise):
            assert "green" not in said
            assert "amber" not in said

    def test_what_is_shared_names_those_that_are_not_private(self):
        """
        Beside a private answer, what another one is easily taken for is still told.
        """
        body = self.BODY.replace("ask: Does it hum?", "ask: Does it hum?, private: yes")
        session, _ = self.light("green", body)

        said = "“Steady green” is easily taken for “Blinking amber”."
        assert session.hand_off().surprise.endswith(said)
