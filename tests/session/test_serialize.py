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
SAVED = Path(__file__).parents[1] / "saved"
DEEP = 100_000

BEGUN = {"kind": "begun", "at": "2026-11-23T09:00:00Z", "actor": "customer"}
ANSWER = {**BEGUN, "kind": "answered", "step": "others", "answer": "no"}

NUMBERS = """
causes: {a: {title: A}, b: {title: B}}
questions:
  ping:
    ask: How long?
    unit: ms
    answers: {fast: "< 100", slow: ">= 100"}
    given: {a: fast}
"""
ACTION = """
  paid: {ask: Paid?, private: true}
actions: {wait: {do: Wait.}}
"""


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
    The saved form says format, library, tree, options, events, texts and leading.
    """
    value = saved()

    assert list(value) == [
        "format",
        "library",
        "tree",
        "options",
        "events",
        "texts",
        "leading",
    ]
    assert value["format"] == 1
    assert value["library"].startswith("troubleshoot ")
    assert list(value["tree"]) == ["id", "title", "version", "fingerprint"]
    assert value["options"] == {"by": None, "has": None, "strategy": "information"}
    assert value["events"][0] == {**BEGUN, "at": "2026-11-23T09:00:00.000Z"}


def test_texts_of_the_steps():
    """
    The saved form says how each step and its answers read, of no step but those said.
    """
    session = tree(NUMBERS + ACTION).begin({"paid": "yes"}).not_now("wait")
    texts = json.loads(session.answer("ping", 7).dont_know("ping").to_json())["texts"]

    assert texts == {
        "questions": {
            "paid": {
                "ask": "Paid?",
                "answers": {"yes": "Yes", "no": "No"},
                "private": True,
            },
            "ping": {
                "ask": "How long?",
                "answers": {"fast": "< 100", "slow": ">= 100"},
                "unit": "ms",
            },
        },
        "actions": {"wait": "Wait."},
    }


def test_outcome():
    """
    The saved form says where the session stood, at a step or at which ending, once the
    session was asked; and never asks itself.
    """
    session = tree().begin().answer("others", "no")
    assert "outcome" not in json.loads(session.to_json())
    step = session.next_step()
    over = session.tried("new-fuse", fixed=True)
    over.next_step()

    assert json.loads(session.to_json())["outcome"] == {
        "kind": step.kind,
        "id": step.id,
        "causes": [],
        "confidence": 0.0,
    }
    assert json.loads(over.to_json())["outcome"] == {
        "kind": "fixed",
        "id": "",
        "causes": [each.id for each in over.next_step().causes],
        "confidence": round(over.next_step().confidence, 6),
    }


def test_no_outcome_of_a_strategy_of_ones_own():
    """
    A house's own strategy, which may fail, is not asked when a session is saved.
    """

    class Broken:
        name = "broken"

        def choose(self, view):  # noqa: ARG002 - of a strategy
            raise RuntimeError("out of order")

    session = tree().begin(strategy=Broken())

    assert "outcome" not in json.loads(session.to_json())


@pytest.mark.parametrize(
    "file", sorted(SAVED.glob("before-texts-*.json")), ids=lambda file: file.stem
)
def test_files_of_the_version_before_texts(file):
    """
    Sessions that were saved without texts and outcome resume as they were.
    """
    heating = ts.load(SAVED / "heating.yaml")
    text = file.read_text(encoding="utf-8")

    session = ts.resume(heating, text)
    kept = {"events", "tree", "options", "library", "format"}
    value = json.loads(session.to_json())
    assert {key: value[key] for key in kept} == json.loads(text)
    assert session.carried == ()
    assert ts.replay(heating, text) == session


def test_a_hand_off_is_read_as_its_session():
    """
    A hand-off holds the session under a key, and is resumed as that.
    """
    lamp = tree()
    session = lamp.begin().answer("others", "no")
    hand_off = {"format": 7, "session": json.loads(session.to_json()), "title": "A"}

    assert ts.resume(lamp, json.dumps(hand_off)) == session
    assert "a saved session" in refused('{"session": 3}')


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
    session = tree().begin().answer("others", "no").answer("others", "yes")
    session = session.tried("put-in", fixed=False).answer("plugged", "no")
    edited = LAMP.replace("others:", "lamps:").replace("put-in:", "push:")
    edited = edited.replace(
        "plugged: {ask: Is the plug in?, given: {plug: no, bulb: yes, fuse: yes}}",
        "plugged: {ask: Where is the plug?, answers: {in: In, out: Out}}",
    )

    with pytest.raises(ts.SessionError) as caught:
        ts.replay(tree(edited), session.to_json())
    assert str(caught.value) == (
        "the tree 'lamp' does not have the question 'others', the action 'put-in' "
        "and the answer 'no' of 'plugged'"
    )


def test_replay_of_a_number_out_of_range():
    """
    A replay that cannot repeat a reply says so in one sentence.
    """
    body = "causes: {a: {title: A}}\nquestions:\n"
    body += '  p: {ask: P?, unit: ms, answers: {low: "< 5", high: ">= 5"}}\n'
    text = tree(body).begin().answer("p", 7).to_json()

    with pytest.raises(ts.SessionError, match="re-enacted: no answer to 'p' fits 7 ms"):
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
        ({"undone": [BEGUN]}, "begin once"),
        ({"undone": [{**ANSWER, "kind": "told"}]}, "cannot be undone"),
        ({"texts": []}, "an object"),
        ({"texts": {"questions": {"q": {"ask": "Q?"}}}}, "texts.questions.q.answers"),
        ({"texts": {"actions": {"a": 3}}}, "a text"),
        ({"outcome": {"id": "q"}}, "outcome.kind"),
    ],
)
def test_json_that_is_no_session(changes, words):
    """
    A session file with a wrong part is refused by place and in words.
    """
    assert words in refused(json.dumps(saved(**changes)))


@pytest.mark.slow
def test_json_test_suite():
    """
    No file of the suite, valid or not, is taken for a session or does harm.
    """
    if not SUITE.is_dir():
        pytest.skip("the JSON test suite is not here")
    for file in sorted(SUITE.glob("*.json")):
        refused(file.read_bytes().decode("utf-8", "surrogateescape"))


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_a_tree_of_the_same_file_name_but_another_title_is_another_tree():
    """
    Two files of one name are told apart by their titles.
    """
    one = ts.loads("format: 1\ntitle: One\ncauses: {a: }\n", file="x/net.yaml")
    two = ts.loads("format: 1\ntitle: Two\ncauses: {a: }\n", file="y/net.yaml")

    with pytest.raises(ts.OtherTree, match="One"):
        ts.resume(two, one.begin().to_json())
