"""What reasons and endings say is so, checked against what the session holds."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import begun, reply
from session.trees import tree

import troubleshoot as ts
from troubleshoot.inference.model import compiled
from troubleshoot.text import percent

CLOSE = 1e-9


def shares(session):
    """Belief per remedy class of listed causes, and in the unknown cause."""
    classes = np.array(compiled(session.tree).classes)
    p = np.array(list(session.belief.values()))
    mass = np.bincount(classes, p)
    return np.delete(mass, classes[-1]), p[-1]


def open_questions(session):
    """What can be put now, by id: those nobody replied to, and those put off once."""
    analysis = session.analysis
    return {
        name: (
            float(analysis.belief.gains[i]),
            float(analysis.candidates.question_costs[i]),
        )
        for i, name in enumerate(analysis.candidates.questions.ids)
        if analysis.candidates.fresh[i] or analysis.candidates.put_off[i]
    }


def tells(session, name):
    """Bits of a question about the remedy, from its answers alone."""
    model = compiled(session.tree)
    p = np.array(list(session.belief.values()))
    rows = [model.likelihood(name, x) for x in session.tree.question(name).outcomes]
    joint = np.array([np.bincount(model.classes, row * p) for row in rows])
    total = np.bincount(model.classes, p)
    inside = joint / np.outer(joint.sum(axis=1), total).clip(1e-300)
    bits = np.where(joint > 0, joint * np.log2(np.where(joint > 0, inside, 1)), 0)
    return float(bits.sum())


def _rate(worth):
    gain, cost = worth
    return np.inf if cost <= 0 else gain / cost


def most_per_minute(session, among):
    """The best rate among these, and every question's own."""
    worth = {name: open_questions(session)[name] for name in among}
    return max((_rate(x) for x in worth.values() if x[0] > CLOSE), default=0.0)


def holds(session, step, sentence):  # a table, kept whole
    """Whether this sentence about the step is so; None where nobody checks it here."""
    listed, unknown = shares(session)
    state = session.analysis.state
    at = open_questions(session)
    for pattern, check in (
        (
            r"That is as sure as this tree asks for",
            lambda: listed.max() >= session.tree.confidence - CLOSE,
        ),
        (
            r"Every other listed cause is at",
            lambda: np.sort(listed)[:-1].max(initial=0) <= 0.01 + CLOSE,
        ),
        (r"No question is left that could tell more", lambda: not _could_tell(session)),
        (r"“(.*)” could still tell more", lambda: bool(_could_tell(session))),
        (r"No action of this tree helps", lambda: not _helping(session, step)),
        (
            r"All that may help against it was tried",
            lambda: _helping(session, step) <= set(state.tried),
        ),
        (
            r"What may still help against it",
            lambda: not _helping(session, step) <= set(state.tried),
        ),
        (r"Most likely it is none of the causes", lambda: unknown > 0.5),
        (
            r"That was likely from the start",
            lambda: unknown <= compiled(session.tree).prior[-1] + CLOSE,
        ),
        (r"Nothing left to ask", lambda: all(x[0] <= CLOSE for x in at.values())),
        (
            r"It is the remedy for|It may help against",
            lambda: listed.max() >= max(unknown, session.tree.confidence) - CLOSE,
        ),
        (
            r"That is the most per minute of what can be asked now",
            lambda: _rate(at[step.id]) >= most_per_minute(session, at) * (1 - 1e-6),
        ),
        (r"of what was not put off", lambda: step.id not in state.not_now),
        (
            r"now it tells most per minute of what can be asked",
            lambda: (
                step.id in state.not_now
                and _rate(at[step.id]) >= most_per_minute(session, at) * (1 - 1e-6)
            ),
        ),
        (r"It was put off before", lambda: step.id in {*state.not_now, *state.skipped}),
        (
            r"What can still be asked tells little more",
            lambda: all(x[0] < 0.05 for x in at.values()),
        ),
        (
            r"no other that can be asked tells more",
            lambda: all(x[0] <= CLOSE for x in at.values()),
        ),
        (r"Nothing that can be undone is left", lambda: _nothing_gentle(session)),
        (r"It tells nothing more", lambda: tells(session, step.id) <= 1e-6),
        (
            r"Its answer is expected to tell",
            lambda: abs(tells(session, step.id) - step.gain_bits) < 1e-6,
        ),
        (r"It helps with a chance of (.*)", lambda: percent(step.chance) in sentence),
        (
            r"It comes first, for safety",
            lambda: step.urgent and bool(session.tree.question(step.id).stop),
        ),
    ):
        if re.search(pattern, sentence):
            return bool(check())
    return None


def _could_tell(session):
    """Questions without an answer that counts which would tell something."""
    answered = session.analysis.state.answers
    names = compiled(session.tree).likelihoods
    return [x for x in names if x not in answered and tells(session, x) > CLOSE]


def _helping(session, step):
    causes = {each.id for each in step.causes}
    actions = session.tree.actions.values()
    return {a.id for a in actions if any(a.fixes.get(c, 0) > 0 for c in causes)}


def _nothing_gentle(session):
    """Whether no action that can be undone, is on offer, and is worth its price."""
    analysis, price = session.analysis, session.tree.escalate.cost
    for i, name in enumerate(analysis.candidates.actions.ids):
        chance, cost = (
            analysis.candidates.chances[i],
            analysis.candidates.action_costs[i],
        )
        worth = chance >= 0.01 and (price is None or chance * price > cost)
        gentle = session.tree.actions[name].risk != "irreversible"
        if (
            worth
            and gentle
            and (analysis.candidates.untried[i] or analysis.candidates.skipped[i])
        ):
            return False
    return True


def sentences(step):
    """What is said about a step, sentence by sentence."""
    said = f"{step.text if step.is_end else ''} {step.reason}"
    return [x.strip() for x in re.split(r"(?<=[.])\s+", said) if x.strip()]


class TestEverySentenceIsSo:
    """
    Each sentence of a reason or an ending is true of the session that says it.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=150)
    @given(st.data())
    def test_law(self, data):
        """Any tree, any replies, up to the ending."""
        session = begun(data)
        for _ in range(60):
            step = session.next_step()
            for each in sentences(step):
                assert holds(session, step, each) is not False, (each, step)
            if step.is_end:
                break
            session = reply(data, session, step)

    def test_the_checks_cover_what_is_said(self):
        """Of the sentences of the rules, hardly any is not checked."""
        session = tree().begin()

        said = sentences(session.next_step())

        assert [holds(session, session.next_step(), x) for x in said] == [True, True]


class TestAnEndingSaysWhatIsBelieved:
    """
    An ending is "unknown" if and only if the unknown cause is likelier than all others
    together; what it names otherwise is likelier than what it does not name.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=150)
    @given(st.data())
    def test_law(self, data):
        """Any tree, any replies."""
        session = begun(data)
        for _ in range(60):
            step = session.next_step()
            if step.is_end:
                break
            session = reply(data, session, step)

        listed, unknown = shares(session)
        if step.kind in ("found", "narrowed", "unknown"):
            assert (step.kind == "unknown") == (unknown > 0.5 + 1e-12)
        if step.kind in ("found", "narrowed"):
            named = sum(session.belief[each.id] for each in step.causes)
            assert step.confidence == np.float64(step.confidence)
            assert named > sum(listed) / 2 - CLOSE
        if step.kind == "found":
            sure = max(listed) >= session.tree.confidence - CLOSE
            assert sure or max(listed) > 0.5

    def test_many_weak_questions(self):
        """
        A hundred causes that twenty weak questions hardly tell apart are narrowed.

        The session and the plan say the same, with the share of all of them.
        """
        causes = "".join(f"  c{i}: {{}}\n" for i in range(100))
        given = ", ".join(f"c{i}: 52% yes" for i in range(0, 100, 2))
        asked = "".join(f"  q{i}: {{ask: Q?, given: {{{given}}}}}\n" for i in range(20))
        weak = tree(f"causes:\n{causes}questions:\n{asked}")
        session = weak.begin()
        while not (step := session.next_step()).is_end:
            session = session.answer(step, "yes")

        assert step.kind == "narrowed"
        assert len(step.causes) == 50  # those that "yes" speaks for
        assert step.confidence > 0.6
        assert f"({percent(step.confidence)} together)" in step.text
        assert [each.kind for each in ts.plan(weak).endings] == ["narrowed"]
