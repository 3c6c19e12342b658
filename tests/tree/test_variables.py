"""Variables: names in braces, put in once, in a tree that declares them."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import troubleshoot as ts
from troubleshoot.tree.texts import texts
from troubleshoot.tree.told import put_in
from troubleshoot.tree.variables import given as values_given
from troubleshoot.tree.variables import told

HEAD = "format: 1\ntitle: T\ncauses: {a: }\n"
TREE = """
format: 1
title: "{model} stays dark"
variables: {model: the lamp, room: here}
causes: {fuse: {title: "Fuse of {model}", about: "In *{room}*."}, bulb: }
questions:
  lit:
    ask: Is {model} lit?
    answers: {yes: "{model} is", no: No}
    how: "Try `switch {model}` and {{model}}."
    given: {fuse: no}
escalate: {to: "Who keeps {model}", bring: "{room}"}
"""


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("{model}", "X1"),
        ("{model}{model} {other}", "X1X1 {other}"),
        ("{{model}} {{model} {model}}", "{model} {model} X1}"),
        ("{{{model}}}", "{X1}"),
        ("a { b } c {} {Model} { model } {1}", "a { b } c {} {Model} { model } {1}"),
        ("${model} $HOME ${HOME}", "${model} $HOME ${HOME}"),
        ("{{ and }}", "{ and }"),
    ],
)
def test_a_name_in_braces_is_a_value_and_two_braces_are_one(written, reads):
    """
    Only what looks like a name is one; a lone brace is a brace.
    """
    assert put_in(written, {"model": "X1"}) == reads


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("ping {model}", "ping X1"),
        ("awk '{{print}}'", "awk '{print}'"),
        ("awk '{print $1}' ${HOME} ${model}", "awk '{print $1}' ${HOME} ${model}"),
        ("docker ps --format '{{.State}}'", "docker ps --format '{{.State}}'"),
        ('{"a": {"b": {}}}', '{"a": {"b": {}}}'),
    ],
)
def test_in_code_braces_keep_their_own_meaning(written, reads):
    """
    There nothing but a name is read, so that commands stay what they are.
    """
    assert put_in(written, {"model": "X1"}, code=True) == reads


@given(st.text("{}ab$`"), st.text("{}ab$`"), st.booleans())
def test_a_value_is_put_in_once(written, value, code):
    """
    Whatever stands in a value is shown: names in it are not read again.
    """
    mark = "\ue000"
    once = put_in(written, {"a": mark, "b": mark}, code=code)

    assert put_in(written, {"a": value, "b": value}, code=code) == once.replace(
        mark, value
    )


def test_a_tree_reads_with_what_it_declares_or_is_told():
    """
    In every text, names and code included; the tree as written is still there.
    """
    tree = ts.loads(TREE)
    other = told(tree, {"model": "X1"})
    question = other.questions["lit"]

    assert tree.title == "the lamp stays dark"
    assert tree.causes["fuse"].about == "In *here*."
    assert (other.title, question.ask) == ("X1 stays dark", "Is X1 lit?")
    assert question.answers[0].text == "X1 is"
    assert question.how == "Try `switch X1` and {model}."
    assert (other.escalate.to, other.escalate.bring) == ("Who keeps X1", ("here",))
    assert other.written.title == "{model} stays dark"
    assert dict(other.values) == {"model": "X1", "room": "here"}
    assert dict(other.variables) == {"model": "the lamp", "room": "here"}
    assert told(other) is tree is told(tree)
    assert texts(other) == texts(tree)


def test_a_tree_with_values_is_the_same_tree():
    """
    It is equal, has the fingerprint of its file, and is sent with its values.
    """
    tree = ts.loads(TREE)
    other = told(tree, {"model": "*X1*"})
    sent = pickle.loads(pickle.dumps(other))  # noqa: S301 - written here

    assert other == tree == sent
    assert other.fingerprint == tree.fingerprint == sent.fingerprint
    assert [sent.title, sent.values] == [other.title, other.values]
    assert sent.questions == other.questions
    assert told(replace(other, confidence=0.5), {"room": "X"}).title == tree.title


def test_without_variables_a_brace_is_a_brace():
    """
    What was valid stays so: such a tree has no names in braces.
    """
    tree = ts.loads(HEAD + "questions: {q: {ask: 'Is {it} {{so}}?'}}")

    assert tree.questions["q"].ask == "Is {it} {{so}}?"
    assert told(tree, {"it": "X"}) is tree


@pytest.mark.parametrize("name", ["modle", "other", "print"], ids=str.upper)
def test_a_name_that_is_not_declared_is_a_problem(name):
    """
    With its place, whatever text it stands in, and what to write instead.
    """
    text = TREE.replace("Fuse of {model}", f"Fuse of {{{name}}}")
    with pytest.raises(ts.TreeError) as caught:
        ts.loads(text)
    (problem,) = caught.value.problems

    assert (problem.code, problem.line) == ("unknown-variable", 5)
    assert text.split("\n")[4][problem.column - 1 :].startswith('"Fuse')
    assert f"'{name}'" in problem.message
    assert f"'{{{{{name}}}}}'" in problem.fix
    assert ("did you mean 'model'?" in problem.fix) == (name == "modle")


def test_every_text_is_looked_at():
    """
    An undeclared name is found in each of them, at its own place.
    """
    text = TREE.replace("{model}", "{modle}").replace("{room}", "{rom}")
    named = [x for x in texts(ts.loads(TREE)) if "{model}" in x.text or "{r" in x.text]
    with pytest.raises(ts.TreeError) as caught:
        ts.loads(text)

    found = {(each.line, each.column) for each in caught.value.problems}
    assert len(found) == len(named) == 8


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"modle": "X"}, ts.UnknownName),
        ({"model": ""}, ts.ArgumentError),
        ({"model": " \n\x1b[31m"}, ts.ArgumentError),
        ({"model": "x" * 201}, ts.ArgumentError),
        ({"model": 5}, ts.ArgumentTypeError),
        ("model=X", ts.ArgumentTypeError),
    ],
)
def test_what_is_no_value_is_refused(values, error):
    """
    A name that the tree does not have, nothing, too much, or no text.
    """
    with pytest.raises(error):
        values_given(ts.loads(TREE), values)


def test_a_value_is_clean_and_on_one_line():
    """
    Nothing in it moves a cursor, begins a line, or sets off code.
    """
    values = {"model": "  X1\x1b[31m\n`rm`\u202e "}

    assert values_given(ts.loads(TREE), values) == {"model": "X1 'rm'"}
