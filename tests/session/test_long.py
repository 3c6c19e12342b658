"""Long sessions: a move costs with the tree, whatever the length of its log."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import anywhere, reply
from session.trees import clock, tree

import troubleshoot as ts
from troubleshoot.session import state as states
from troubleshoot.session.events import last_move

LONG = 400


def taken(move, session, times):
    """How many events were gone through, in all, by so many moves."""
    seen = []
    take, correct = states._take, states._correct

    def counted(real):
        return lambda *given: seen.append(given[-1]) or real(*given)

    with (
        patch.object(states, "_take", counted(take)),
        patch.object(states, "_correct", counted(correct)),
    ):
        for i in range(times):
            session = move(session, i)
            assert session.belief
    return len(seen)


@pytest.mark.parametrize(
    "move",
    [
        lambda it, i: it.answer("others", "yes" if i % 2 else "no"),
        lambda it, i: it.change("others", "yes" if i % 2 else "no"),
        lambda it, _: it.tried("new-fuse", fixed=False),
        lambda it, i: it.change("new-fuse", "fixed" if i % 2 else "failed"),
        lambda it, _: it.not_now("new-bulb"),
        lambda it, i: it.note(f"{i}"),
        lambda it, i: it.as_(f"agent:{i}").answer("plugged", "yes" if i % 2 else "no"),
    ],
    ids=["answer", "change", "tried", "corrected", "skipped", "note", "as_"],
)
def test_a_move_goes_through_the_new_events_alone(move):
    """
    As many events are gone through as are new, however many there are already.
    """
    session = tree().begin({"others": "yes"}, clock=clock())
    session = session.tried("new-fuse", fixed=False)
    assert session.belief

    assert taken(move, session, LONG) <= LONG + 1


def test_a_replay_goes_through_the_log_once():
    """
    Re-enacting a session goes through as many events as it has.
    """
    session = tree().begin(clock=clock())
    for i in range(LONG):
        session = session.answer("others", "yes" if i % 2 else "no")
    text = session.to_json()

    def move(_, __):
        return ts.replay(session.tree, text)

    assert taken(move, session, 1) <= 2 * LONG + 2


class TestHandedOnIsWorkedOut:
    """
    The state that is handed on from move to move is that of the whole log.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anything said, corrected, given up and taken back."""
        session = anywhere(data)
        for _ in range(data.draw(st.integers(0, 4))):
            session = self.moved(data, session)
        raw = states.folded(session.tree, session.events)

        assert session._raw == raw
        assert session.evidence == tuple(
            (x.step, x.result)
            for x in states.state(session.tree, session.events).evidence
        )

    def moved(self, data, session):
        """The session after a correction, the end, a probe's answer or an undo."""
        said = sorted({(x, y) for x, y in session._raw.said})
        match data.draw(
            st.sampled_from(["change", "probe", "give up", "undo", "reply"])
        ):
            case "change" if said:
                kind, step = data.draw(st.sampled_from(said))
                if kind == "action":
                    fixed = data.draw(st.booleans())
                    return session.change(session.action(step), fixed)
                answers = [each.id for each in session.question(step).answers]
                reply_ = data.draw(
                    st.sampled_from([*answers, ts.DONT_KNOW, ts.NOT_NOW])
                )
                return session.change(session.question(step), reply_)
            case "give up":
                return session.give_up()
            case "undo" if last_move(session.events):
                return session.undo()
            case "probe":
                return session.as_("probe")
        step = session.next_step()
        return session if step.is_end else reply(data, session, step)
