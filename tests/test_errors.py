"""What errors say, and that it is safe to print."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import troubleshoot as ts
from troubleshoot.errors import nearest

KEYS = ("ask", "answers", "cost", "setup", "only-if", "plan", "causes", "fixes", "do")
TREE = "format: 1\ntitle: T\ncauses: {a: {}, b: {}}\n"
anything = st.text(
    st.characters() | st.sampled_from("\0\x1b\x9b\r\n\x85\u2028\u202e\u2066\ufeff:#'\"")
)


def harmless(text: str) -> bool:
    """Whether a terminal or a log would obey nothing of it."""
    obeyed = {"Cc", "Cs", "Zl", "Zp"}
    turns = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    kinds = {unicodedata.category(each) for each in text if each != "\t"}
    return not kinds & obeyed and not set(turns) & set(text)


@pytest.mark.parametrize(
    "place",
    [
        *("{}", "{}: x", "by: [{}", "# {}", "title: {}", "causes: {{{}: {{}}}}"),
        "questions: {{q: {{ask: {}}}}}",
        "questions: {{q: {{ask: Q?, given: {{a: {}}}}}}}",
    ],
)
@given(text=anything)
@settings(deadline=None)
def test_a_tree_error_is_safe_to_print(place, text):
    """
    Whatever stands anywhere in a file, each line of the error can be printed.
    """
    for body in (place.format(text), TREE + place.format(text)):
        try:
            ts.loads(body, file=text)
        except ts.TreeError as error:
            for line in str(error).split("\n"):
                assert harmless(line)
            for problem in error.problems:
                assert harmless(problem.headline)


def test_the_value_keeps_what_was_written():
    """
    The excerpt of a problem is the line as it is; only what is printed is not.
    """
    with pytest.raises(ts.TreeError) as caught:
        ts.loads("title: \x1b[31mred\n")

    [problem] = caught.value.problems
    assert problem.excerpt == "title: \x1b[31mred"
    assert "\x1b" not in str(caught.value)
    assert "title: \N{REPLACEMENT CHARACTER}[31mred" in str(problem)


@given(anything)
@settings(deadline=None)
def test_every_error_is_one_safe_line(text):
    """
    An error that says what a customer said prints as one line.
    """
    session = ts.loads(TREE + "questions: {q: {ask: Q?, given: {a: yes}}}").begin()
    for attempt in (
        lambda: session.answer("q", text),
        lambda: session.answer(text, "yes"),
        lambda: session.tree.cause(text),
        lambda: ts.resume(session.tree, text),
    ):
        try:
            attempt()
        except ts.TroubleshootError as error:
            assert harmless(str(error))  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("aks", "ask"),
        ("awnsers", "answers"),
        ("COST", "cost"),
        ("only_if", "only-if"),
        ("fixs", "fixes"),
        *((each, None) for each in ("closes", "steps", "not-if", "learn", "to")),
    ],
)
def test_a_bad_guess_is_worse_than_none(wrong, meant):
    """
    A slip of the finger is guessed, a word with a meaning of its own is not.
    """
    assert nearest(wrong, KEYS)[:1] == ((meant,) if meant else ())


def test_numbers_are_not_slips_of_each_other():
    """
    Another number is another name; the beginning of a name is that name.
    """
    assert nearest("p010", ["p011", "p020"]) == ()
    assert set(nearest("p010", ["p0100", "p0101", "p011"])) == {"p0100", "p0101"}
