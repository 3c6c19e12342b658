"""What comes and goes: a normal answer weighs less, and endings say to watch for it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import random_tree, seeds

import troubleshoot as ts
from troubleshoot.errors import TreeError
from troubleshoot.tree.load import loads
from troubleshoot.tree.values import UNSEEN

TREE = """
format: 1
title: The screen flickers
unknown: 2%
causes: {cable: {prior: 3}, card: {title: The card}, glare: {title: Glare}}
questions:
  wiggle:
    ask: Does it flicker when the cable is moved?
    sometimes: true
    given: {cable: always yes, card: no, glare: no}
  hot:
    ask: Is the card hot?
    given: {card: usually yes, cable: no, glare: no}
"""
WATCHED = TREE.replace(
    "unknown: 2%",
    "sometimes: true\nwatch: {note: Note the time., for: 2 d, times: 1}",
)


def written_out(tree):
    """The file of a tree, its likelihoods as distributions, with what else is said."""
    causes = {each.id: {"prior": each.prior} for each in tree.root_causes}
    questions = {}
    for each in tree.questions.values():
        ids = [x.id for x in each.answers]
        if len(ids) == 1:
            continue
        questions[each.id] = {
            "ask": each.ask,
            "answers": {x: x.upper() for x in ids},
            "given": {
                cause: {
                    x: "always" if p == 1 else "never" if p == 0 else repr(p)
                    for x, p in zip(ids, chances, strict=True)
                }
                for cause, chances in each.given.items()
            },
        }
    return {
        "format": 1,
        "title": "T",
        "reliability": "100%",
        "causes": causes,
        "questions": questions,
    }


class TestWhatComesAndGoesIsAMixture:
    """
    With chance UNSEEN all looks normal under every cause, else it is as it was.
    """

    @settings(max_examples=30, deadline=None)
    @given(seeds)
    def test_belief(self, seed):
        """
        The posterior is that of the mixture, worked out from the plain tree by hand.
        """
        rng = np.random.default_rng(seed)
        drawn = random_tree(rng, causes=4, questions=3, actions=0, spoken=1.0)
        file = written_out(drawn)
        plain = loads(json.dumps(file), file="t.yaml")
        normals = {}
        for id, each in file["questions"].items():
            normals[id] = str(rng.choice([*each["answers"]]))
            each |= {"sometimes": "true", "normal": normals[id]}
        tree = loads(json.dumps(file), file="t.yaml")

        session = tree.begin()
        p = np.array([each.prior for each in tree.root_causes])
        for id, question in plain.questions.items():
            ids = [each.id for each in question.answers]
            place = int(rng.integers(len(ids)))
            rows = np.array([question.given[each.id] for each in tree.root_causes])
            normal = ids[place] == normals[id]
            likelihood = (1 - UNSEEN) * rows[:, place] + UNSEEN * normal
            if not (p * likelihood).sum():
                continue
            p = p * likelihood
            session = session.answer(id, ids[place])
            assert not normal or (likelihood > 0).all()

        found = np.array([session.belief[each.id] for each in tree.root_causes])
        if p.sum():
            assert found / found.sum() == pytest.approx(p / p.sum(), abs=1e-12)


def test_an_answer_that_is_not_normal_weighs_what_it_weighed():
    """
    Among the listed causes, "yes" leads to the same belief with or without it.
    """
    plain = loads(TREE.replace("    sometimes: true\n", ""))
    shares = []
    for tree in (plain, loads(TREE)):
        belief = tree.begin().answer("wiggle", "yes").belief
        listed = np.array([belief[each.id] for each in tree.root_causes])
        shares.append(listed / listed.sum())

    assert shares[0] == pytest.approx(shares[1], abs=1e-12)


def test_a_normal_answer_excludes_nothing():
    """
    A cause that always shows may not have shown; half as likely as it would be.
    """
    session = loads(TREE).begin().answer("wiggle", "no")

    assert session.eliminated == ()
    assert session.belief["cable"] > 0.2
    plain = loads(TREE.replace("    sometimes: true\n", ""))
    assert plain.begin().answer("wiggle", "no").belief["cable"] == 0


def test_the_normal_answer_is_the_one_that_most_causes_lead_to():
    """
    Unless the question says which; without it the question has none.
    """
    tree = loads(TREE)
    assert [x.normal for x in tree.questions.values()] == ["no", ""]
    said = TREE.replace("sometimes: true", "sometimes: true\n    normal: yes")
    assert loads(said).questions["wiggle"].normal == "yes"


def test_a_symptom_that_comes_and_goes_does_so_at_every_question():
    """
    But for those that say otherwise, or take several answers.
    """
    text = WATCHED.replace(
        "    ask: Is the card", "    sometimes: false\n    ask: Is the card"
    )
    assert [x.sometimes for x in loads(WATCHED).questions.values()] == [True, True]
    assert [x.sometimes for x in loads(text).questions.values()] == [True, False]


def test_several_answers_have_no_normal_one():
    """
    That is said where it stands.
    """
    text = TREE.replace(
        "sometimes: true", "sometimes: true\n    several: true"
    ).replace(
        "    given: {cable: always yes, card: no, glare: no}",
        "    answers: {a: A, b: B}\n    given: {cable: a}",
    )
    with pytest.raises(TreeError) as caught:
        loads(text)

    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == ("bad-value", 9)


def ended(tree, **answers):
    """The ending after these answers, all else not known."""
    session = tree.begin()
    for each, said in answers.items():
        session = session.answer(each, said)
    while not (step := session.next_step()).is_end:
        session = session.dont_know(step)
    return session, step


def test_an_ending_says_what_to_watch_for():
    """
    What to note, how long, after how often to go on, and what to ask again then.
    """
    _, end = ended(loads(WATCHED), wiggle="no", hot="no")

    assert end.kind == "narrowed"
    assert end.to_dict()["watch"] == {
        "note": "Note the time.",
        "for_min": 2880.0,
        "times": 1,
        "questions": ("wiggle", "hot"),
    }
    assert end.text.endswith(
        "It comes and goes: watch for it. Note the time. Go on when it has happened "
        "once, or after 2 days."
    )


def test_nothing_is_watched_for_where_it_showed_or_stays():
    """
    One question that comes and goes matters only where it was answered as normal.
    """
    watch = [ended(loads(TREE), wiggle=each)[1].watch for each in ("yes", "no")]
    assert watch[0] is None
    assert watch[1].questions == ("wiggle",)
    assert (watch[1].times, watch[1].for_min) == (3, 7 * 24 * 60)
    plain = loads(TREE.replace("    sometimes: true\n", ""))
    assert ended(plain, wiggle="no")[1].watch is None


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("to", ["text", "markdown", "html"])
def test_documents_say_it(to, language):
    """
    Runbooks and hand-offs have the sentence, in the language of the reader.
    """
    said = {"en": "It comes and goes: watch for it.", "de": "Es kommt und geht"}[
        language
    ]
    tree = loads(WATCHED.replace("title: The s", f"language: {language}\ntitle: The s"))
    session, _ = ended(tree, wiggle="no", hot="no")
    for each in (tree, session.hand_off()):
        shown = " ".join(ts.render(each, to, language=language).split())
        assert said in shown
        assert "Note the time." in shown


def test_a_plan_reckons_with_it():
    """
    Its chances are those of the mixture: a normal answer comes more often.
    """
    tree = loads(TREE)
    plain = loads(TREE.replace("    sometimes: true\n", ""))
    chances = [
        {e.answer: e.probability for e in plan.nodes[0].edges}
        for plan in (ts.plan(replace_only(each)) for each in (tree, plain))
    ]
    assert chances[0]["yes"] == pytest.approx(chances[1]["yes"] / 2, abs=0.02)


def replace_only(tree):
    """The tree with its first question alone."""
    return replace(tree, questions={"wiggle": tree.questions["wiggle"]})
