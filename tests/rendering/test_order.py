"""What helps, in which order, and what it stands on: the same wherever it is said."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import random_trees

import troubleshoot as ts
from troubleshoot.inference.model import REMEDY
from troubleshoot.rendering.endings import remedies as on_paper
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.words import in_language
from troubleshoot.session import recommendation
from troubleshoot.session.api import analysis_for
from troubleshoot.session.planning import task
from troubleshoot.tree.tree import Needs, setups_of

NODES = 60
often = settings(max_examples=60, deadline=None)
setups = {"shed": "Go to the shed.", "box": "Open the box."}


def everybody(tree_):
    """The tree without what keeps an action from being tried at once."""
    actions = {
        name: replace(each, needs=Needs()) for name, each in tree_.actions.items()
    }
    return replace(tree_, questions={}, actions=actions)


def in_sequence(part, whole):
    """Whether one list stands in another, in its order."""
    left = iter(whole)
    return all(each in left for each in part)


class TestOneOrder:
    """
    The same situation has the same order of remedies, whoever says it.
    """

    @pytest.mark.slow
    @given(random_trees())
    @often
    def test_ending_plan_and_paper(self, drawn):
        """
        An ending of a session, of a plan and of a sheet, hopeless remedies aside.
        """
        tree_ = everybody(drawn)
        analysis = analysis_for(tree_, "diagnose", facts={}, by=None, has=None)
        end = recommendation.narrowed(analysis)
        said = [each.id for each in end.actions]
        named = [each.id for each in end.causes]
        plan = ts.plan(tree_, nodes=NODES)
        last = plan.nodes[0]
        of = task(analysis)
        against = np.isin(of.causes, named)
        printed = [x.id for x in on_paper(analysis, of, of.task.prior, against)]

        if set(last.causes) == set(named):
            assert list(last.actions) == said
        assert in_sequence(printed, said)

    @pytest.mark.slow
    @given(random_trees())
    @often
    def test_for_a_cause(self, drawn):
        """
        The remedies of a cause in a hand-off and in a fault table.
        """
        tree_ = everybody(drawn)
        handed = tree_.begin().hand_off()
        book = laid_out(tree_, nodes=NODES)
        table = {each.id: [x.id for x in each.remedies] for each in book.causes}
        for each in handed.possible:
            likely = [x.id for x in each.remedies]
            fixes = [tree_.actions[x].fixes[each.cause.id] for x in likely]

            assert all(chance >= REMEDY for chance in fixes)
            both = set(likely) & set(table[each.cause.id])
            in_table = [x for x in table[each.cause.id] if x in both]
            assert [x for x in likely if x in both] == in_table

    @pytest.mark.slow
    @given(random_trees(), st.sampled_from(("diagnose", "repair")))
    @often
    def test_each_is_the_best_that_is_left(self, drawn, goal):
        """
        Each remedy of an ending on paper is the most efficient of those below it, but
        for what cannot be undone, which is below; its chance is that it helps then.
        """
        for close in laid_out(drawn, goal=goal, nodes=NODES, steps=5).closes:
            risky = [x.risk == "irreversible" for x in close.remedies]
            assert risky == sorted(risky)
            for before, after in zip(close.remedies, close.remedies[1:], strict=False):
                same = (before.risk == "irreversible") == (after.risk == "irreversible")
                if same and not after.setups and not before.setups:
                    # What follows can only lose by the failure of what is before it,
                    # where it helps against the same causes, or gain where it does not.
                    fails = 1.0 - before.chance
                    at_best = after.chance * fails / max(after.minutes, 1e-12)
                    own = before.chance / max(before.minutes, 1e-12)
                    assert at_best <= own * (1 + 1e-6) + 1e-9


class TestWhatItStandsOn:
    """
    Whoever comes to a remedy from anywhere finds what has to be done before it.
    """

    @pytest.mark.slow
    @given(random_trees(), st.sampled_from(("diagnose", "repair")))
    @often
    def test_remedies(self, drawn, goal):
        """
        In its own place all its setups are to do; at an ending none is left out.
        """
        book = laid_out(drawn, goal=goal, nodes=NODES, steps=6)
        whole = {each.id: each for each in book.remedies}
        for among in (*book.closes, *book.causes):
            for each in among.remedies:
                action = drawn.actions[each.id]
                all_of_it = [x.do for x in setups_of(drawn, action)][::-1]

                assert list(whole[each.id].setups) == all_of_it
                assert whole[each.id].done == ()
                assert sorted((*each.done, *each.setups)) == sorted(all_of_it)

    @pytest.mark.slow
    @given(random_trees(), st.sampled_from(("diagnose", "repair")))
    @often
    def test_steps(self, drawn, goal):
        """
        What a step or an ending takes for done is done on every way to it.
        """
        book = laid_out(drawn, goal=goal, nodes=NODES, steps=6)
        ways = [(("step", 1) if book.steps else ("ending", 1), frozenset())]
        seen = set()
        while ways:
            (kind, number), done = ways.pop()
            if (kind, number, done) in seen:
                continue
            seen.add((kind, number, done))
            if kind == "ending":
                for each in book.close(number).remedies[:1]:
                    assert set(each.done) <= done
                continue
            step = book.step(number)
            written = drawn.questions if step.kind == "question" else drawn.actions
            needed = {x.do for x in setups_of(drawn, written[step.id])}
            assert needed <= done | set(step.setups)
            after = done | set(step.setups)
            ways += [((x.to.kind, x.to.number), after) for x in step.rows]

    @pytest.mark.slow
    @pytest.mark.parametrize("form", ["sheet", "table"])
    @pytest.mark.parametrize("to", ["html", "markdown", "text"])
    @given(drawn=random_trees())
    @settings(max_examples=15, deadline=None)
    def test_pages(self, drawn, to, form):
        """
        In every place where a remedy is told, so is its setup, before it.
        """
        page = " ".join(ts.render(drawn, to, form=form, nodes=NODES, steps=4).split())
        plain = re.sub("<[^>]*>", " ", page)
        for name, action in drawn.actions.items():
            if action.setup is None:
                continue
            for found in re.finditer(rf"Do {name}\.", plain):
                around = plain[max(0, found.start() - 300) : found.end() + 300]
                assert setups[action.setup] in around


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
@given(drawn=random_trees())
@settings(max_examples=20, deadline=None)
def test_an_order_is_said_of_what_is_in_order(drawn, language):
    """
    "Try in this order" stands above the remedies of an ending, and nowhere else.
    """
    page = ts.render(drawn, "text", nodes=NODES, language=language)
    book = laid_out(drawn, nodes=NODES)
    word, lines = in_language(language), page.splitlines()
    begins = word.in_turn[:25]
    many = [each for each in book.closes if len(each.remedies) > 1]

    assert sum(begins in each for each in lines) == len(many)
    for kind in ("narrowed", "cut", "found", "escalate"):
        assert "order" not in getattr(in_language("en"), f"sure_{kind}")
        assert "Reihenfolge" not in getattr(in_language("de"), f"sure_{kind}")


def test_an_ending_on_paper_says_no_more_than_the_sheet_knows():
    """
    A sheet ends where no question is worth asking, and some may still be left.
    """
    assert "no question worth asking" in in_language("en").sure_narrowed
    assert "keine Frage, die sich lohnt" in in_language("de").sure_narrowed
