"""Sessions and their views sent to other processes, copied, and compared by content."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from copy import copy, deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere
from session.trees import clock, tree

import troubleshoot as ts
from troubleshoot.session.session import now


def sent(value):
    """The value as another process gets it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - written here


class TestSentIsTheSame:
    """
    A session that is copied or pickled is equal, in every view, and goes on alike.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=20)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = replace(anywhere(data), clock=now)
        there = sent(session)

        for each in (copy(session), deepcopy(session), there):
            assert each == session
            assert hash(each) == hash(session)
        assert there.next_step() == session.next_step()
        assert sent(session.ledger) == session.ledger == there.ledger
        assert sent(session.ledger).entries == session.ledger.entries
        for view in (session.belief, session.statuses, session.record()):
            assert sent(view) == view == deepcopy(view)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_a_pool_of_processes(way):
    """
    A worker takes a session and gives back the one after a move.
    """
    session = ts.load("home/no-internet").begin()
    context = multiprocessing.get_context(way)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        there = pool.submit(ts.Session.answer, session, "lights", "dark").result(60)

    assert there.tree == session.tree
    assert there.evidence == (("lights", "dark"),)


def test_a_journal_stays_where_it_is(tmp_path):
    """
    A journal is sent nowhere, and says how to go on.
    """
    with (
        ts.Journal(tmp_path / "case.journal") as journal,
        pytest.raises(ts.JournalError, match="open it there by its path"),
    ):
        pickle.dumps(journal)


def test_a_pickle_beside_its_tree_is_as_small_as_the_text():
    """
    Beside its tree a session takes no more bytes than its saved text.
    """
    session = (
        tree().begin(clock=None).answer("others", "no").tried("new-fuse", fixed=False)
    )
    beside = len(pickle.dumps((session.tree, session))) - len(
        pickle.dumps(session.tree)
    )

    assert beside <= len(session.to_json())


@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("clock", {"clock": clock()}),
        ("probe of 'others'", {"probes": {"others": lambda _: "yes"}}),
    ],
)
def test_what_cannot_be_sent_is_said(what, options):
    """
    A function that no module defines is refused by its part, with what to do instead.
    """
    session = tree().begin(**options)

    assert deepcopy(session) == session
    with pytest.raises(ts.SessionError, match=f"the {what} of this session.*to_json"):
        pickle.dumps(session)
