"""The elimination ledger against exact arithmetic, and the stories told from it."""

from __future__ import annotations

import copy
import math
import re
from fractions import Fraction

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere
from session.trees import LAMP, tree
from strategies import plain_question

import troubleshoot as ts
from troubleshoot.session.report.explain import ratio, share
from troubleshoot.tree.tree import Cause, Tree

CERTAINLY = LAMP.replace("given: {room: no", "given: {room: always no")
GATED = """
causes: {a: {title: A}, b: {title: B}}
questions:
  x: {ask: X?, given: {a: yes, b: no}}
  y: {ask: Y?, given: {a: yes, b: no}, only-if: {x: yes}}
  z: {ask: Z?, given: {a: yes, b: no}}
actions:
  shake: {do: Shake it., fixes: {a: rarely}, changes: [z]}
"""


def likelihoods(session, entry):
    """P(evidence | cause) of an entry, by the definitions; urgent answers say 1."""
    known = session.tree
    if entry.kind == "action":
        fixes = known.actions[entry.step].fixes
        chances = {name: fixes.get(name, 0.0) for name in session.belief}
        fixed = entry.result == "fixed"
        return {name: p if fixed else 1.0 - p for name, p in chances.items()}
    if known.questions[entry.step].is_urgent:
        return dict.fromkeys(session.belief, 1.0)
    return oracle.likelihood(known, entry.step, entry.result)


def masses(session, entries):
    """Prior times likelihoods as exact fractions, before each entry and after all."""
    weight = {name: Fraction(p) for name, p in oracle.prior(session.tree).items()}
    yield dict(weight)
    for entry in entries:
        row = likelihoods(session, entry)
        weight = {name: w * Fraction(row[name]) for name, w in weight.items()}
        yield dict(weight)


def odds(session, mass, name):
    """The odds of a cause or group against all others; None without both."""
    leaves = ("unknown",) if name == "unknown" else session.tree.leaves(name)
    inside = sum(mass[each] for each in leaves)
    outside = sum(mass.values()) - inside
    return inside / outside if inside > 0 and outside > 0 else None


def log2(number):
    """Of a fraction of any size."""
    return math.log2(number.numerator) - math.log2(number.denominator)


def holding(session):
    """The entries that count."""
    return [each for each in session.ledger.entries if not each.set_aside]


class TestTheLedgerAgainstTheDefinition:
    """
    Beliefs and log odds of every entry are those of exact arithmetic.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_belief(self, data):
        """After each entry: the normalised products, group sums included."""
        session = anywhere(data)
        entries = holding(session)
        after = list(masses(session, entries))[1:]

        for entry, mass in zip(entries, after, strict=True):
            total = sum(mass.values())
            if not total:
                assert entry.belief["unknown"] == 1.0
                continue
            for name in (*session.tree.causes, "unknown"):
                leaves = (name,) if name == "unknown" else session.tree.leaves(name)
                exact = float(sum(mass[each] for each in leaves) / total)
                assert entry.belief[name] == pytest.approx(exact, abs=1e-12)

    @pytest.mark.slow
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_log_odds(self, data):
        """Of each entry: the ratio of the odds after and before it."""
        session = anywhere(data)
        entries = holding(session)
        steps = list(masses(session, entries))

        for entry, before, after in zip(entries, steps, steps[1:], strict=False):
            for name in (*session.tree.causes, "unknown"):
                was, is_ = (odds(session, each, name) for each in (before, after))
                if was is not None and is_ is not None:
                    exact = log2(is_ / was)
                    assert entry.log_odds[name] == pytest.approx(exact, abs=1e-7)

    @pytest.mark.slow
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_standing(self, data):
        """The last belief is that of the session; eliminations are all recorded."""
        session = anywhere(data)
        entries = session.ledger.entries
        last = entries[-1].belief if entries else session.ledger.prior

        assert {name: last[name] for name in session.belief} == session.belief
        assert dict(session.ledger.standing) == dict(session.statuses)
        for name, status in session.statuses.items():
            assert status.posterior == last[name]
            assert status.status != "eliminated" or last[name] == 0
        recorded = {(c, x.step) for x in entries for c in x.eliminated}
        leaves = {x.id for x in session.tree.root_causes}
        gone = {pair for pair in session.eliminated if pair[1] != "prior"}
        assert {pair for pair in recorded if pair[0] in leaves} == gone

    @pytest.mark.slow
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_numbers_are_numbers(self, data):
        """Never NaN; the story of every cause can be told."""
        session = anywhere(data)

        for entry in session.ledger.entries:
            assert not any(math.isnan(each) for each in entry.log_odds.values())
        for name in (*session.tree.causes, "unknown"):
            assert not re.search(r"\b(nan|inf)\b", session.why(name))


def test_groups_agree_with_exact_arithmetic():
    """
    A group has the odds of its causes together, also once they go one by one.
    """
    body = """
unknown: 0%
causes:
  g: {title: G, causes: {a: {title: A}, b: {title: B}}}
  c: {title: C}
questions:
  x: {ask: X?, given: {a: always no, b: yes, c: yes}}
  y: {ask: Y?, given: {b: always no, a: yes, c: yes}}
  z: {ask: Z?, given: {g: yes, c: no}}
"""
    session = tree(body).begin({"x": "yes", "y": "yes", "z": "yes"})
    first, second, third = session.ledger.entries

    assert first.log_odds["g"] == pytest.approx(math.log2(0.5))
    assert (first.eliminated, second.eliminated) == (("a",), ("g", "b"))
    assert second.log_odds["g"] == -math.inf
    assert third.log_odds["g"] == 0.0
    assert [each.step for each in session.statuses["g"].by] == ["y", "x"]
    assert session.statuses["g"].status == "eliminated"


def test_the_books_balance():
    """
    Prior log odds and all entries add up to the log odds of the belief.
    """
    session = tree().begin({"others": "yes", "plugged": "no"})
    session = session.tried("new-bulb", fixed=False)

    for name in ("room", "lamp", "bulb", "unknown"):
        prior, now = session.ledger.prior[name], session.ledger.entries[-1].belief[name]
        total = sum(each.log_odds[name] for each in session.ledger.entries)
        before, after = (math.log2(p / (1 - p)) for p in (prior, now))
        assert before + total == pytest.approx(after)


def test_an_entry_says_when_by_whom_and_what():
    """
    An entry has the words, the time and the actor, what it ruled out, what came back.
    """
    session = tree().begin({"others": "yes"}, by="agent").answer("plugged", "no")
    first, second = session.ledger.entries

    assert first.text == "“Do other lamps in the room work?” (Yes)"
    assert first.actor == "agent"
    assert first.at == session.events[1].at
    assert (first.kind, first.step, first.result) == ("question", "others", "yes")
    assert first.ruled_out == ("room", "fuse")
    assert second.ruled_out == ()
    failed = session.tried("put-in", fixed=False).tried("new-bulb", fixed=False)
    third, fourth = failed.ledger.entries[2:]
    assert third.eliminated == ("plug",)
    assert fourth.back == ("room", "fuse")


def test_an_urgent_answer_weighs_nothing():
    """
    An urgent answer stands in the ledger and changes nothing.
    """
    body = LAMP + "urgent:\n  smoke: {ask: Smoke?, stop: {yes: Out.}}\n"
    session = tree(body).begin({"smoke": "no"})
    (entry,) = session.ledger.entries

    assert set(entry.log_odds.values()) == {0.0}
    assert entry.belief == session.ledger.prior


def test_a_correction_stands_where_the_first_answer_stood():
    """
    The ledger is kept under what holds now.
    """
    session = tree().begin().answer("others", "yes").answer("plugged", "no")
    corrected = session.answer("others", "no")

    said = [(each.step, each.result) for each in corrected.ledger.entries]
    assert said == [("others", "no"), ("plugged", "no")]


def test_what_is_set_aside_stands_where_it_came():
    """
    A pointless and a stale answer are listed with the reason, and do nothing.
    """
    session = tree(GATED).begin({"x": "yes", "y": "yes", "z": "yes"})
    session = session.answer("x", "no").tried("shake", fixed=False)
    entries = session.ledger.entries

    assert [each.step for each in entries] == ["x", "y", "z", "shake"]
    assert [bool(each.set_aside) for each in entries] == [False, True, True, False]
    for aside in entries[1:3]:
        assert aside.belief == entries[0].belief
        assert set(aside.log_odds.values()) == {0.0}
        assert aside.eliminated == aside.ruled_out == aside.back == ()
    assert "X?" in entries[1].set_aside
    assert "“Shake it”" in entries[2].set_aside


def test_private_answers_are_masked_in_ledger_and_story():
    """
    Neither the text of an entry nor a story tells a private answer.
    """
    body = LAMP.replace("ask: Is the plug in?", "ask: Is the plug in?, private: yes")
    session = tree(body).begin({"plugged": "no"})

    assert session.ledger.entries[0].text == "“Is the plug in?” (private)"
    assert "(private)" in session.why("plug")
    assert "(No)" not in session.why("plug")


def test_many_causes_and_answers_are_weighed_at_once():
    """
    A thousand causes and fifty answers are one pass: a matrix, not a loop of loops.
    """
    causes = {
        name: Cause(id=name, title=name, prior=1 / 1000)
        for name in (f"c{i}" for i in range(1000))
    }
    given_ = dict.fromkeys(list(causes)[:500], (0.9, 0.1))
    questions = {f"q{i}": plain_question(f"q{i}", given_) for i in range(50)}
    big = Tree(id="big", title="Big", unknown=0.0, causes=causes, questions=questions)
    weighing = big.begin(dict.fromkeys(questions, "yes")).ledger.weighing

    assert weighing.log_odds.shape == (50, 1001)
    assert np.isfinite(weighing.log_odds[:, :-1]).all()


class TestWhy:
    def test_a_cause(self):
        """
        Where it began, what each answer did and who said it, where it stands.
        """
        session = tree().begin({"others": "yes"}, by="agent").answer("plugged", "no")

        assert session.why("plug") == (
            "'The plug is out' began at 24 %.\n"
            "“Do other lamps in the room work?” (Yes), said by agent: "
            "1.5 times as likely with this cause as without; 24 % became 33 %.\n"
            "“Is the plug in?” (No), said by agent: "
            "34 times as likely with this cause as without; 33 % became 94 %.\n"
            "Now it leads, at 94 %.\n"
            "Nothing that is left to ask would change this."
        )

    def test_what_would_change_it(self):
        """
        The best question on it is named, with what its answers would lead to.
        """
        last = tree().begin().why("fuse").splitlines()[-1]

        assert last == (
            "What tells most about it now: “Do other lamps in the room work?” (1 min). "
            "“No” would make it 92 %, “Yes” 0.7 %."
        )

    def test_a_question_that_costs_nothing_has_no_price(self):
        """
        Minutes are said where there are some.
        """
        body = LAMP.replace("others: {", "others: {cost: 0, ")

        assert "work?”. “No” would" in tree(body).begin().why("fuse")

    def test_an_answer_that_cannot_be_is_not_named(self):
        """
        Of the answers only those count that are possible now.
        """
        body = """
unknown: 0%
causes: {a: {title: A}, b: {title: B}}
questions:
  x:
    ask: X?
    answers: {one: One, two: Two, three: Three}
    given: {a: always one, b: {one: 50%, two: 50%, three: 0%}}
"""
        last = tree(body).begin().why("a").splitlines()[-1]

        assert last.endswith("“One” would make it 67 %, “Two” 0 %.")

    def test_eliminated(self):
        """
        An answer that excludes says so; what comes after it cannot help.
        """
        body = CERTAINLY + "  again: {do: Look again., fixes: {fuse: always}}\n"
        session = tree(body).begin({"others": "yes", "plugged": "yes"})
        session = session.tried("again", fixed=False)

        _, story = session.why("fuse").split("\n", 1)
        assert story == (
            "“Do other lamps in the room work?” (Yes), said by customer: "
            "never so with this cause, which excludes it.\n"
            "“Is the plug in?” (Yes), said by customer: 1.5 times as likely with this "
            "cause as without, but it was excluded already.\n"
            "“Look again” (it did not help), done by customer: "
            "never so with this cause, which also excludes it.\n"
            "Now it is eliminated, for certain.\n"
            "Only another answer to what excluded it can bring it back."
        )

    def test_proven(self):
        """
        An answer that only this cause allows proves it; an action that works confirms.
        """
        body = """
unknown: 0%
causes: {a: {title: A}, b: {title: B}}
questions: {x: {ask: X?, given: {a: yes, b: always no}}}
actions: {mend: {do: Mend it., fixes: {a: always}}}
"""
        session = tree(body).begin({"x": "yes"})

        assert "never so without this cause, which proves it." in session.why("a")
        mended = session.tried("mend", fixed=True)
        assert "Now it is confirmed, at 100 %: an action fixed it." in mended.why("a")

    def test_what_says_nothing_is_counted(self):
        """
        Answers that hardly bear on a cause are not listed one by one.
        """
        body = "unknown: 0%\ncauses: {a: {title: A}, b: {title: B}}\nquestions:\n"
        half = "half the time yes"
        body += f"  dull: {{ask: Dull?, given: {{a: {half}, b: {half}}}}}\n"
        for i in range(9):
            body += (
                f"  q{i}: {{ask: Q{i}?, given: {{a: often yes, b: sometimes yes}}}}\n"
            )
        facts = {f"q{i}": "yes" for i in range(9)}
        dull = tree(body).begin({"dull": "yes"})

        assert dull.why("a").splitlines()[1] == (
            "Nothing that was said tells much about it."
        )
        some = dull.answer("q0", "yes").why("a").splitlines()
        assert some[2] == "Nothing else that was said tells much about it."
        all_ = tree(body).begin(facts).why("a").splitlines()
        assert all_[7] == "3 more weighed less."

    def test_what_is_set_aside_is_told(self):
        """
        The story names what does not count, and why.
        """
        session = tree(GATED).begin({"x": "no", "y": "yes"})

        assert "“Y?” (Yes) is set aside. It applies only if" in session.why("a")

    def test_groups_and_the_unknown(self):
        """
        Groups have a story, and so has the cause that nobody listed.
        """
        session = tree().begin({"others": "no"})

        assert session.why("lamp").startswith("'The lamp' began at 74 %.")
        assert "Now it is possible, at 6 %." in session.why("lamp")
        assert session.why("unknown").startswith("A cause that is not listed began")
        assert "\nNow it is at 3 %.\n" in session.why("unknown")

    def test_the_unknown_leads(self):
        """
        That no listed cause fits well is part of its story.
        """
        facts = {f"q{i}": "no" for i in range(3)}
        body = "causes: {a: {title: A}, b: {title: B}}\nquestions:\n"
        for name in facts:
            body += f"  {name}: {{ask: Q?, given: {{a: yes, b: yes}}}}\n"

        assert "leads: no listed cause fits well." in tree(body).begin(facts).why(
            "unknown"
        )

    def test_wrong_name(self):
        """
        A misspelt cause names the nearest.
        """
        with pytest.raises(ts.UnknownName) as caught:
            tree().begin().why("fuze")

        assert caught.value.suggestions == ("fuse",)


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (1.0, "twice as likely with this cause as without"),
        (2.0, "4 times as likely with this cause as without"),
        (-1.0, "2 times less likely with this cause than without"),
        (-5.64, "50 times less likely with this cause than without"),
        (5000.0, "over 1000 times as likely with this cause as without"),
    ],
)
def test_log_odds_in_words(bits, words):
    """
    Log odds are ratios in words, without more digits than anybody needs.
    """
    assert ratio(bits) == words


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "0 %"),
        (1e-9, "under 0.1 %"),
        (0.004, "0.4 %"),
        (0.0099, "about 1 %"),
        (0.5, "50 %"),
    ],
)
def test_small_shares(chance, words):
    """
    A share below one per cent has a tenth, and is never rounded to nothing.
    """
    assert share(chance) == words


CONTRARY = """
causes:
  g: {title: G, causes: {a: {title: A}, b: {title: B}}}
  c: {title: C}
questions:
  x: {ask: X?, given: {g: yes, c: no}}
actions:
  one: {do: Do one., fixes: {a: always}}
  two: {do: Do two., fixes: {b: always}}
"""


@pytest.mark.parametrize("later", [False, True])
def test_contradictory_evidence_proves_nothing(later):
    """
    What no cause allows with the rest excludes what was left, in ledger and story.
    """
    session = tree(CONTRARY).begin().tried("one", fixed=True).tried("two", fixed=True)
    session = session.answer("x", "yes") if later else session
    first, second, *others = session.ledger.entries
    stories = {name: session.why(name) for name in ("g", "a", "b", "unknown")}

    assert (first.contradicts, second.contradicts) == (False, True)
    assert all(each.contradicts for each in others)
    assert (first.log_odds["g"], second.log_odds["g"]) == (math.inf, -math.inf)
    assert second.log_odds["b"] == 0.0
    assert second.belief["g"] == 0.0
    assert second.belief["unknown"] == 1.0
    for name, story in stories.items():
        assert "“Do two” (it helped), done by customer: no cause allows" in story
        assert ("1 more cannot be weighed" in story) == later
        assert ("which proves it" in story) == (name in ("g", "a"))
        assert "no listed cause allows all that was said." in story
    assert "Now it is at 100 %, for nothing else is left" in stories["unknown"]
    assert "Now it is eliminated: no" in stories["b"]


def test_a_cause_that_is_no_text_is_refused():
    """
    What cannot be an id is refused in words.
    """
    with pytest.raises(TypeError, match="a cause is named by its id"):
        tree().begin().why(None)


def test_ledgers_are_values():
    """
    Two ledgers of one log are equal, and nothing else is; a copy is the same.
    """
    session = tree(LAMP).begin()
    ledger = session.ledger

    assert ledger == ts.resume(session.tree, session.to_json()).ledger
    assert hash(ledger) == hash(copy.deepcopy(ledger))
    assert copy.deepcopy(ledger) is ledger
    assert ledger != "a ledger"
