"""The texts of a tree: all of them are found, and other ones make the same tree."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest

import troubleshoot as ts
from troubleshoot.inference.model import compiled
from troubleshoot.tree import tree as parts
from troubleshoot.tree.texts import FIELDS, reworded, texts

EVERY = "tests/good_trees/every-form.yaml"
PARTS = {
    "": parts.Tree,
    "causes": parts.Cause,
    "questions": parts.Question,
    "setups": parts.Setup,
    "actions": parts.Action,
    "records": parts.RecordItem,
    "watch": parts.WatchFor,
    "escalate": parts.Escalation,
}
# What holds words that are no texts: names that others use, and what says which tree
# it is.
NO_TEXTS = {
    *(
        "id",
        "language",
        "audience",
        "file",
        "version",
        "owner",
        "parent",
        "children",
        "setup",
        "unit",
        "risk",
    ),
    *("actions", "changes", "confusable", "needs", "record", "given", "fixes", "tests"),
    *("first", "normal"),
}


def loud(tree):
    """The tree with all texts in capitals."""
    return reworded(tree, lambda it: it.text.upper())


@pytest.mark.parametrize("room", PARTS)
def test_what_may_hold_a_text_is_one_or_is_known_not_to_be(room):
    """
    Each field of a tree or its parts that may hold words is decided on.
    """
    part = PARTS[room]
    wordy = {each.name for each in fields(part) if "str" in str(each.type)}
    held = set() if room else {*PARTS}

    assert {*FIELDS[room]} <= {each.name for each in fields(part)}
    assert wordy - held - NO_TEXTS == {*FIELDS[room]} - {"answers"}


def test_texts_stand_where_their_keys_say():
    """
    The key of a text is its path in the file, the groups of causes left out.
    """
    tree = ts.loads(
        """
format: 1
title: A lamp
sources: [{title: The manual, url: "https://example.org"}]
causes: {wiring: {title: Wiring, causes: {fuse: {title: The fuse}}}}
questions:
  volts: {ask: How much?, unit: V, answers: {low: "< 5", high: ">= 5"}}
  dark: {ask: Dark?, answers: {a: All, b: Half}, how: Look.}
urgent: {smoke: {ask: Smoke?, stop: {yes: Leave.}}}
escalate: {to: Us, bring: [a fuse, a lamp]}
"""
    )

    assert {".".join(each.key): each.text for each in texts(tree)} == {
        "title": "A lamp",
        "sources.0.title": "The manual",
        "causes.wiring.title": "Wiring",
        "causes.fuse.title": "The fuse",
        "urgent.smoke.ask": "Smoke?",
        "urgent.smoke.answers.yes": "Yes",
        "urgent.smoke.answers.no": "No",
        "urgent.smoke.stop.yes": "Leave.",
        "questions.volts.ask": "How much?",
        "questions.dark.ask": "Dark?",
        "questions.dark.answers.a": "All",
        "questions.dark.answers.b": "Half",
        "questions.dark.how": "Look.",
        "escalate.to": "Us",
        "escalate.bring.0": "a fuse",
        "escalate.bring.1": "a lamp",
    }


def test_other_texts_are_the_same_tree():
    """
    It is equal, shares its model, decides alike, and is sent with its texts.
    """
    tree = ts.load(EVERY)
    other = loud(tree)
    sent = pickle.loads(pickle.dumps(other))  # noqa: S301 - written here

    assert other == tree == sent
    assert other.fingerprint == tree.fingerprint == sent.fingerprint
    assert compiled(other) is compiled(tree)
    assert compiled(loud(other)) is compiled(tree)
    assert {x.text for x in texts(other)} == {x.text.upper() for x in texts(tree)}
    assert texts(sent) == texts(other)
    assert other.begin().next_step().id == tree.begin().next_step().id
    assert dict(other.begin().belief) == dict(tree.begin().belief)


def test_the_same_texts_make_no_other_tree():
    """
    Where nothing reads otherwise, it is the very tree.
    """
    tree = ts.load(EVERY)

    assert reworded(tree, lambda it: it.text) is tree.written


def test_what_is_said_once_is_one_text():
    """
    An action that asks what the tree asks follows it; titles stand where all read them.
    """
    tree = ts.loads(
        """
format: 1
title: A lamp
verify: Is there light?
needs: {bulb: A bulb}
causes: {burnt: {actions: [swap, shake]}}
actions:
  swap: {do: Swap it., needs: bulb}
  shake: {do: Shake it., verify: "Is it on?", by: {aid: A helper}}
"""
    )
    said = {each.key: each.text for each in texts(tree)}
    heard = loud(tree)

    assert said["verify",] == "Is there light?"
    assert ("actions", "swap", "verify") not in said
    assert said["actions", "shake", "verify"] == "Is it on?"
    assert (said["needs", "bulb"], said["by", "aid"]) == ("A bulb", "A helper")
    assert [x.verify for x in heard.actions.values()] == [
        "IS THERE LIGHT?",
        "IS IT ON?",
    ]
    assert heard.things == {"bulb": "A BULB"}
