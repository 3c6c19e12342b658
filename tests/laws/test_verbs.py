"""
Laws of the public verbs: nothing but what is documented, and no half-done move.
"""

from __future__ import annotations

import inspect
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from session.trees import tree

import troubleshoot as ts

TREE = tree()
BEGUN = TREE.begin({"plugged": "yes"}, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
STEPS = (
    BEGUN.question("others"),
    BEGUN.action("put-in"),
    BEGUN.give_up().next_step(),
    TREE.questions["others"],
    TREE.actions["put-in"],
    ts.Question(id=[], text=None, answers=3),
)
NAMES = ("others", "put-in", "plugged", "yes", "no", "fixed", "", "\0", "\ud800")
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.sampled_from((*STEPS, *NAMES, *ts.Reply, TREE, BEGUN, object(), len, int)),
    st.lists(st.sampled_from(NAMES), max_size=3),
    st.sets(st.integers(), max_size=2),
    st.dictionaries(st.one_of(st.sampled_from(NAMES), st.integers()), st.integers()),
)
# Without arguments, or with a loop of their own.
LEFT_OUT = {"begin", "probe_async"}


def public(value):
    """Public verbs of a value by name, with how many arguments each needs."""
    for name in dir(type(value)):
        function = inspect.getattr_static(type(value), name)
        if not name.startswith("_") and inspect.isfunction(function):
            yield name


PLAN = ts.plan(TREE, nodes=5)
VERBS = [(BEGUN, name) for name in public(BEGUN) if name not in LEFT_OUT]
VERBS += [(TREE, name) for name in public(TREE) if name not in LEFT_OUT]
VERBS += [(PLAN, name) for name in public(PLAN)]
VERBS += [(ts.Plan, "from_json"), (ts.HandOff, "from_json")]
VERBS += [(ts.Registry(), "load")]


def arguments(data, function):
    """Something for each argument that is needed, and for some of the others."""
    positional, named = [], {}
    for each in inspect.signature(function).parameters.values():
        needed = each.default is inspect.Parameter.empty
        if needed or data.draw(st.booleans()):
            value = data.draw(ANYTHING)
            if each.kind is each.KEYWORD_ONLY or not needed:
                named[each.name] = value
            else:
                positional.append(value)
    return positional, named


def held(function, positional, named):
    """Whatever comes is a value or an error of ours."""
    try:
        return function(*positional, **named)
    except ts.TroubleshootError as caught:
        error, said = caught, str(caught)
    if isinstance(error, ts.ArgumentError):
        assert error.argument in {*inspect.signature(function).parameters, *named}
    assert said.strip()
    assert "<class" not in said
    return None


class TestVerbs:
    """
    Any value for any argument works as documented or is a ``TroubleshootError``.
    """

    @pytest.mark.parametrize(
        ("value", "name"), VERBS, ids=lambda x: x if isinstance(x, str) else ""
    )
    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(data=st.data())
    def test_of_sessions_and_trees(self, value, name, data):
        """
        Verbs of sessions and trees; the session is as before, and goes on.
        """
        before = BEGUN.events, BEGUN.undone, BEGUN.evidence
        positional, named = arguments(data, getattr(value, name))
        after = held(getattr(value, name), positional, named)

        assert (BEGUN.events, BEGUN.undone, BEGUN.evidence) == before
        if isinstance(after, ts.Session):
            assert ts.resume(TREE, after.to_json()) == after

    @pytest.mark.parametrize("name", ["load", "problems", "Journal", "Registry"])
    @settings(max_examples=40, deadline=None)
    @given(
        value=ANYTHING.filter(
            lambda x: x is not None and not isinstance(x, str | bytes)
        )
    )
    def test_of_files(self, name, value):
        """
        What is no path of a file is refused before anything is read.
        """
        with pytest.raises(ts.TroubleshootError):
            getattr(ts, name)(value)

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_of_journals(self, data):
        """
        A journal refuses what is no session or no tree, empty or not, and stays whole.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "case.journal")
            with ts.Journal(path) as journal:
                if data.draw(st.booleans()):
                    journal.keep(BEGUN)
                for verb in (journal.keep, journal.resume):
                    positional, named = arguments(data, verb)
                    held(verb, positional, named)

                assert journal.resume(TREE) in (BEGUN, None)

    @pytest.mark.parametrize(
        "name",
        ["begin", "duration", "loads", "plan", "render", "replay", "resume"],
    )
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(data=st.data())
    def test_of_the_package(self, name, data):
        """
        The functions of the package; a tree or a session is given now and then.
        """
        function = getattr(ts, name)
        optional = [
            each.name
            for each in inspect.signature(function).parameters.values()
            if each.default is not inspect.Parameter.empty
        ]
        first = data.draw(st.one_of(st.sampled_from([TREE, BEGUN]), ANYTHING))
        second = [data.draw(ANYTHING)] if name in ("replay", "resume") else []
        chosen = data.draw(
            st.dictionaries(st.sampled_from(optional), ANYTHING, max_size=2)
            if optional
            else st.just({})
        )

        held(function, [first, *second], chosen)
