"""Which tree a session belongs to, and what an edit of numbers did to it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import random_trees

import troubleshoot as ts
from troubleshoot.session.api import compared

BODY = """
format: 1
title: The lamp stays dark
unknown: 1%
causes: {bulb: {title: Bulb}, fuse: {title: Fuse}}
questions:
  others: {ask: Do others work?, given: {bulb: SAID, fuse: OTHER}}
  warm: {ask: Is it warm?, given: {bulb: often yes}}
actions:
  swap: {do: Swap it., fixes: {bulb: usually}}
"""


def lamp(said="yes", other="no", *, file="site-a/lamp.yaml", head=""):
    """The lamp with these likelihoods, in this file."""
    return ts.loads(
        head + BODY.replace("SAID", said).replace("OTHER", other), file=file
    )


def test_the_opposite_of_it_under_the_same_name_is_told():
    """
    A tree of one name, title and steps that believes the opposite says so.
    """
    one, other = lamp("yes", "no"), lamp("no", "yes", file="site-b/lamp.yaml")
    after = ts.resume(other, one.begin({"others": "yes"}).to_json())

    assert after.belief["fuse"] > 0.9
    (item,) = after.carried
    assert (item.kind, item.id, item.holds) == ("numbers changed", "bulb", True)
    assert str(item) == (
        "“Bulb” led with 97 %: it has 2 % now, and “Fuse” leads with 97 %."
    )


def test_numbers_alone():
    """
    An edit of numbers says what it did to the leading cause, before and now.
    """
    session = lamp("often yes", "rarely yes").begin({"others": "yes"})
    after = ts.resume(lamp("usually yes", "rarely yes"), session.to_json())

    (item,) = after.carried
    before, now = (f"{x.belief['bulb']:.0%}"[:-1] for x in (session, after))
    assert before != now
    assert str(item) == f"“Bulb” led with {before} %: it leads with {now} % now."


def test_a_cause_that_is_gone():
    """
    Where the leading cause left the tree, it is told by its id.
    """
    text = lamp().begin({"warm": "yes"}).to_json()
    body = BODY.replace("SAID", "yes").replace("OTHER", "no").replace("bulb", "tube")
    after = ts.resume(ts.loads(body, file="lamp.yaml"), text)

    assert "'bulb' led with" in str(after.carried[-1])
    assert "no longer has this cause" in str(after.carried[-1])


def test_the_tree_itself():
    """
    The same tree, wherever its file is, has nothing to report.
    """
    text = lamp().begin({"others": "yes"}).to_json()

    assert ts.resume(lamp(file="elsewhere/lamp.yaml"), text).carried == ()


class TestARenamedFile:
    def test_that_says_the_same_is_the_same_tree(self):
        """
        A session goes on with it, and says that it was renamed.
        """
        session = lamp().begin({"others": "yes"})
        after = ts.resume(lamp(file="light.yaml"), session.to_json())

        assert after.evidence == session.evidence
        assert [str(each) for each in after.carried] == [
            "'lamp': it is 'light' now, and says the same."
        ]
        assert compared(after.tree, session.to_json()).is_same

    def test_with_the_id_is_the_same_tree_edited_or_not(self):
        """
        Its ``id`` says which tree it is, so an edit is an edit.
        """
        text = lamp().begin({"others": "yes"}).to_json()

        same = ts.resume(lamp(file="light.yaml", head="id: lamp\n"), text)
        assert same.carried == ()
        copy = lamp("usually yes", "no", file="light.yaml", head="id: lamp\n")
        assert [x.kind for x in ts.resume(copy, text).carried] == ["numbers changed"]

    def test_and_edited_says_how_to_make_itself_known(self):
        """
        Without the ``id`` it is another tree, with the line to write if it is not.
        """
        text = lamp().begin({"others": "yes"}).to_json()
        copy = lamp("usually yes", "no", file="light.yaml")

        with pytest.raises(ts.OtherTree, match="'id: lamp' into its file"):
            ts.resume(copy, text)
        with pytest.raises(ts.OtherTree, match="'id: lamp' into its file"):
            compared(copy, text)

    def test_is_kept_on_in_a_journal(self, tmp_path):
        """
        A journal of the tree goes on under its new name.
        """
        path = tmp_path / "case.journal"
        with ts.Journal(path) as journal:
            journal.keep(lamp().begin())
        with ts.Journal(path) as journal:
            session = journal.resume(lamp(file="light.yaml"))
            assert session is not None
            journal.keep(session.answer("others", "yes"))

        assert json.loads(ts.Journal.read(path))["tree"]["id"] == "light"


def test_ids_tell_trees_of_one_name_apart():
    """
    Two trees that say which they are do not take each other's sessions.
    """
    one = lamp(head="id: site-a\n")
    two = lamp("no", "yes", head="id: site-b\n")

    with pytest.raises(ts.OtherTree, match=r"'site-a'.*'site-b'"):
        ts.resume(two, one.begin().to_json())


def test_a_stranger_of_one_name_is_told_what_to_do():
    """
    Without a title or a step in common it is another tree, that needs a name.
    """
    body = BODY.replace("SAID", "yes").replace("OTHER", "no")
    for old, new in (("stays dark", "hums"), ("others", "near")):
        body = body.replace(old, new)
    stranger = ts.loads(body, file="lamp.yaml")

    with pytest.raises(ts.OtherTree, match="need an 'id' of their own"):
        ts.resume(stranger, lamp().begin({"others": "yes"}).to_json())


def test_files_without_leading():
    """
    A file that does not say what led before says at least that there was an edit.
    """
    value = json.loads(lamp().begin({"others": "yes"}).to_json())
    del value["leading"]
    (item,) = ts.resume(lamp("usually yes"), json.dumps(value)).carried

    assert item.kind == "edited"
    assert "does not say what led before" in str(item)


class TestNoOtherBeliefInSilence:
    """
    A session that is resumed on whatever tree believes the same, or says why not.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=40)
    @given(st.data(), random_trees(), random_trees())
    def test_law(self, data, one, other):
        """Any two trees of one name and title, any answers, also of a copy."""
        names = sorted(one.questions) or [""]
        said = data.draw(st.lists(st.sampled_from(names), max_size=3))
        session = one.begin()
        for name in filter(None, said):
            answers = [each.id for each in one.questions[name].answers]
            session = session.answer(name, data.draw(st.sampled_from(answers)))
        after = ts.resume(other, session.to_json())

        if not after.carried:
            assert after.belief == pytest.approx(session.belief, abs=1e-5)
