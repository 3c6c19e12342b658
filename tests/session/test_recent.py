from __future__ import annotations

import gc
import pickle
import weakref

from session.trees import LAMP, tree

import troubleshoot as ts
from troubleshoot.session import session as session_module

TREE = tree(LAMP)


def test_what_waits_keeps_no_arithmetic():
    """
    The arithmetic of a session goes once enough others were used; its step stays.
    """
    session = TREE.begin()
    step = session.next_step()
    arithmetic = weakref.ref(session.analysis)

    others = [TREE.begin() for _ in range(session_module.KEPT)]
    for each in others:
        assert each.next_step() == step
    gc.collect()

    assert arithmetic() is None
    assert session.next_step() is step
    assert session.belief == others[0].belief


def test_what_is_used_is_worked_out_once():
    """
    As long as a session is remembered, its arithmetic is the same object.
    """
    session = TREE.begin()

    assert session.analysis is session.analysis
    assert session.ledger is session.ledger


def test_a_session_travels_to_another_process():
    """
    A used session is pickled with its tree, and goes on the same.
    """
    session = TREE.begin()
    session = session.answer(session.next_step(), ts.DONT_KNOW)
    step = session.next_step()

    there = pickle.loads(pickle.dumps(session))  # noqa: S301 - our own
    assert there.events == session.events
    assert there.next_step() == step
