"""Saved sessions: written, read, resumed with an edited tree, and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session.trees import LAMP, clock, tree

import troubleshoot as ts

SUITE = Path(__file__).parents[3] / "shared" / "data" / "json-test-suite"
DEEP = 100_000

BEGUN = {"kind": "begun", "at": "2026-11-23T09:00:00Z", "actor": "customer"}
ANSWER = {**BEGUN, "kind": "answered", "step": "others", "answer": "no"}


def saved(**changes):
    """The JSON value of a small session, with these parts in place of its own."""
    session = tree().begin(clock=clock()).answer("others", "no")
    return {**json.loads(session.to_json()), **changes}


def refused(text, tree_=None):
    """The sentence with which this text is refused."""
    with pytest.raises(ts.SessionError) as caught:
        ts.resume(tree_ or tree(), text)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    for word in ("Traceback", "NoneType", "class '", "pydantic", "dict"):
        assert word not in message
    return message


def test_shape():
    """
    The saved form says format, library, tree, options and events.
    """
    value = saved()

    assert list(value) == ["format", "library", "tree", "options", "events"]
    assert value["format"] == 1
    assert value["library"].startswith("troubleshoot ")
    assert list(value["tree"]) == ["id", "title", "version", "fingerprint"]
    assert value["options"] == {"by": None, "has": None, "strategy": "information"}
    assert value["events"][0] == {**BEGUN, "at": "2026-11-23T09:00:00.000Z"}


def test_resume_goes_on():
    """
    A resumed session equals the saved one, and goes on under a clock of its own.
    """
    lamp = tree()
    session = lamp.begin({"plugged": "yes"}, by="agent", has=("meter",), clock=clock())
    session = session.answer(session.next_step(), "no").tried("put-in", fixed=False)

    resumed = ts.resume(lamp, session.to_json(), clock=clock())
    assert resumed == session
    assert resumed.next_step() == session.next_step()
    assert resumed.note("x").events[-1].at == "2026-11-23T09:00:00.000Z"


def test_replay_re_enacts():
    """
    A replay goes through all verbs and comes to the saved session.
    """
    lamp = tree()
    session = lamp.begin({"plugged": "yes"}, by="agent", clock=clock())
    session = session.answer(session.next_step(), "no").answer("others", "yes")
    session = session.dont_know("others").not_now("put-in").note("Hm.")
    session = session.tried("put-in", fixed=False).not_now("others").give_up("Bye.")

    assert ts.replay(lamp, session.to_json()) == session
    assert ts.replay(lamp, session.undo().to_json()) == session.undo()


def test_replay_on_another_tree():
    """
    A replay works on any tree that has the names; bits are those of that tree.
    """
    session = tree().begin()
    session = session.answer(session.next_step(), "no")
    other = tree(
        LAMP.replace("given: {room: no", "given: {room: often").replace(
            "often", "usually no"
        )
    )

    again = ts.replay(other, session.to_json())
    assert again.tree is other
    assert again.evidence == session.evidence
    assert again.events[1].bits < session.events[1].bits


def test_replay_names_what_the_tree_does_not_have():
    """
    A replay on a tree without the names says which are missing.
    """
    text = tree().begin().answer("others", "no").to_json()

    with pytest.raises(ts.SessionError, match="question 'others'"):
        ts.replay(tree(LAMP.replace("others:", "lamps:")), text)


def test_replay_of_a_number_out_of_range():
    """
    A replay that cannot repeat a reply says so in one sentence.
    """
    body = "causes: {a: {title: A}}\nquestions:\n"
    body += '  p: {ask: P?, unit: ms, answers: {low: "< 5", high: ">= 5"}}\n'
    text = tree(body).begin().answer("p", 7).to_json()

    with pytest.raises(ts.SessionError, match="re-enacted: 7 ms is not"):
        ts.replay(tree(body.replace('">= 5"', '"5..6"')), text)


def test_another_tree():
    """
    A session of another tree is refused by both names.
    """
    text = tree().begin().to_json()

    with pytest.raises(ts.OtherTree, match=r"'lamp'.*'other'"):
        ts.resume(
            ts.loads("format: 1\ntitle: T\nsymptom: S\n" + LAMP, file="other.yaml"),
            text,
        )


def test_an_edited_tree_that_still_has_everything():
    """
    A session goes on with an edited tree as long as its events still apply.
    """
    text = tree().begin().answer("others", "no").to_json()
    edited = tree(LAMP.replace("Is the plug in?", "Is it plugged in?"))

    resumed = ts.resume(edited, text)
    assert resumed.evidence == (("others", "no"),)
    assert json.loads(resumed.to_json())["tree"]["fingerprint"] == edited.fingerprint


def test_an_edited_tree_that_lost_something():
    """
    What no longer applies is named item by item.
    """
    session = tree().begin().answer("others", "no").answer("plugged", "no")
    session = session.tried("put-in", fixed=False)
    edited = LAMP.replace(
        "others: {ask: Do other lamps in the room work?",
        "others: {ask: Who?, answers: {me: I, you: You}",
    )
    edited = edited.replace("given: {room: no, lamp: yes}", "given: {room: me}")
    edited = edited.replace("plugged:", "socket:").replace("put-in:", "push-in:")

    message = refused(session.to_json(), tree(edited))
    assert message == (
        "the tree 'lamp' no longer has the answer 'no' of 'others', "
        "the question 'plugged' and the action 'put-in'"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "line 1, column 2"),
        ("\ufeff{}", "not JSON"),
        ("[]", "not a saved session"),
        ("{}", "not a saved session"),
        ('"format"', "not a saved session"),
        ('{"format": 2}', "format '2', and this version reads format 1"),
        ('{"format": true}', "format 'true'"),
        ('{"format": "1"}', "format"),
        ('{"format": 1}', "'library': this is missing"),
        ('{"format": 1, "format": 1}', "'format' twice"),
        ('{"format": NaN}', "NaN"),
        ('{"format": -Infinity}', "-Infinity"),
        ('{"format": 1e999}', "too large"),
        ('{"format": ' + "9" * 5000 + "}", "too large"),
        ('{"format": "\\ud800"}', "half a character"),
        ('{"format": "\ud800"}', "half a character"),
        ("[" * DEEP, "too deeply"),
        ('{"a":' * DEEP, "too deeply"),
        (" " * 10_000_001, "longer than"),
        (None, "a text"),
        (b"{}", "a text"),
    ],
)
def test_texts_that_are_no_session(text, words):
    """
    Any text that is no session is refused in one sentence.
    """
    assert words in refused(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"events": []}, "begin once"),
        ({"events": [BEGUN, BEGUN]}, "begin once"),
        ({"events": [ANSWER]}, "begin once"),
        ({"events": [BEGUN, ANSWER, {**ANSWER, "kind": "told"}]}, "facts"),
        ({"events": [BEGUN, {**BEGUN, "kind": "danced"}]}, "not known"),
        ({"events": [{"at": "x"}]}, "'kind'"),
        ({"events": [{**BEGUN, "extra": 1}]}, "not known here"),
        ({"events": [{**BEGUN, "actor": 7}]}, "a text"),
        ({"events": [{**BEGUN, "at": "yesterday"}]}, "time"),
        ({"events": [{**BEGUN, "at": "2026-11-23T09:00:00"}]}, "zone"),
        ({"events": [{**BEGUN, "at": "0001-01-01T00:00:00+23:00"}]}, "time"),
        ({"events": [BEGUN, {**BEGUN, "kind": "tried", "step": "put-in"}]}, "missing"),
        (
            {"events": [BEGUN, {**BEGUN, "kind": "tried", "step": "a", "fixed": 1}]},
            "true or false",
        ),
        (
            {
                "events": [
                    BEGUN,
                    {
                        **BEGUN,
                        "kind": "asked",
                        "step": "others",
                        "bits": 1,
                        "minutes": 1,
                    },
                ]
            },
            "nothing answers 'others'",
        ),
        ({"events": {}}, "a list"),
        ({"tree": []}, "an object"),
        ({"tree": {"id": "lamp"}}, "missing"),
        ({"options": {"by": "me"}}, "options.by"),
        ({"options": {"strategy": "dance"}}, "strategy 'dance'"),
        ({"options": {"speed": 3}}, "not known here"),
        ({"surplus": 1}, "not known here"),
    ],
)
def test_json_that_is_no_session(changes, words):
    """
    A session file with a wrong part is refused by place and in words.
    """
    assert words in refused(json.dumps(saved(**changes)))


def test_json_test_suite():
    """
    No file of the suite, valid or not, is taken for a session or does harm.
    """
    if not SUITE.is_dir():
        pytest.skip("the JSON test suite is not here")
    for file in sorted(SUITE.glob("*.json")):
        refused(file.read_bytes().decode("utf-8", "surrogateescape"))


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(json.dumps)
)
def test_any_text(text):
    """
    Any text is refused with a ``SessionError``.
    """
    refused(text)


@given(st.data())
def test_any_session_with_one_part_replaced(data):
    """
    A session file with any part replaced by anything resumes or is refused.
    """
    value = saved()
    holder = data.draw(
        st.sampled_from([value, value["tree"], value["options"], *value["events"]])
    )
    key = data.draw(st.sampled_from(sorted(holder)))
    holder[key] = data.draw(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.lists(st.text())
        | st.floats(allow_nan=False, allow_infinity=False)
    )
    lamp = tree()

    try:
        session = ts.resume(lamp, json.dumps(value))
    except ts.SessionError:
        return
    assert ts.resume(lamp, session.to_json()) == session


NUMBERS = """
causes: {a: {title: A}, b: {title: B}}
questions:
  ping:
    ask: How long?
    unit: ms
    answers: {fast: "< 100", slow: ">= 100"}
    given: {a: fast}
"""


def test_a_number_that_means_something_else_now_is_reported():
    """
    A tree whose ranges were edited does not turn one answer into another in silence.
    """
    text = tree(NUMBERS).begin().answer("ping", 250).to_json()

    assert ts.resume(tree(NUMBERS), text).evidence == (("ping", "slow"),)
    with pytest.raises(ts.SessionError, match="250 as the answer 'slow' of 'ping'"):
        ts.resume(tree(NUMBERS.replace("100", "500")), text)
    with pytest.raises(ts.SessionError, match="250 as the answer"):
        ts.resume(tree(NUMBERS.replace('">= 100"', '"100..200"')), text)


def test_a_tree_of_the_same_file_name_but_another_title_is_another_tree():
    """
    Two files of one name are told apart by their titles.
    """
    one = ts.loads("format: 1\ntitle: One\ncauses: {a: }\n", file="x/net.yaml")
    two = ts.loads("format: 1\ntitle: Two\ncauses: {a: }\n", file="y/net.yaml")

    with pytest.raises(ts.OtherTree, match="One"):
        ts.resume(two, one.begin().to_json())
