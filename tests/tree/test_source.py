"""Reading YAML with places."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.tree import source as source_module
from troubleshoot.tree.pure_parser import PureLoader
from troubleshoot.tree.source import Place
from troubleshoot.tree.syntax import read


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def parser(request, monkeypatch):
    """Every claim holds with either parser."""
    loader = PureLoader if request.param == "pure" else yaml.CLoader
    monkeypatch.setattr(source_module, "Parser", loader)


def value(text: str) -> object:
    """What a text is read as; it must have no problem."""
    source = read(text.encode(), "t.yaml")
    assert source.problems == []
    return source.root


@pytest.mark.parametrize(
    "word",
    ["yes", "no", "on", "off", "1.10", "1:30", "0o14", "2001-01-01", ".nan", "1_000"],
)
def test_plain_scalars_stay_text(word):
    """
    What YAML 1.1 would turn into something else is the word that was written.
    """
    assert value(f"a: {word}\nb: [{word}]") == {"a": word, "b": [word]}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_plain_nothing_is_none(nothing):
    """
    An empty value is nothing; in quotes it is text.
    """
    assert value(f"a: {nothing}\nb: '{nothing}'") == {"a": None, "b": nothing}


def test_places_count_code_points_from_one():
    """
    Keys and values have line and column in code points, in block and flow form.
    """
    text = "имя: значение\n症状: {键: 值, 😀: [x, y]}\n"
    source = read(text.encode(), "t.yaml")

    assert source.place(["имя"], key=True) == Place(1, 1)
    assert source.place(["имя"]) == Place(1, 6)
    assert source.place(["症状", "键"]) == Place(2, 9)
    assert source.place(["症状", "😀"], key=True) == Place(2, 12)
    assert source.place(["症状", "😀", 1]) == Place(2, 19)


def test_byte_order_mark_and_line_ends_do_not_shift_places():
    """
    A byte order mark is no character, and CRLF is one line end.
    """
    source = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "t.yaml")

    assert source.place(["b"]) == Place(2, 4)
    assert source.root == {"a": "1", "b": "2"}


def test_duplicate_key_names_both_lines_and_keeps_places():
    """
    A second key of the same name is a problem, and later places stay right.
    """
    source = read(b"a: 1\nb: 2\na: 3\nc: 4\n", "t.yaml")

    [problem] = source.problems
    assert (problem.code, problem.line) == ("duplicate-key", 3)
    assert "line 1" in problem.message
    assert source.place(["c"]) == Place(4, 4)
    assert source.place(["a"]) == Place(3, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("[" * 65 + "]" * 65, "64"),
        ("a: " + "x" * 100_001, "100,000"),
        ("x" * 100_001 + ": a", "100,000"),
        ("[" + "x," * 200_001 + "]", "200,000"),
        ("#" * 5_000_001, "5,000,000"),
    ],
    ids=["depth", "scalar", "key", "entries", "bytes"],
)
def test_limits_are_named(text, limit, request):
    """
    What is too large is refused with the limit in the message.
    """
    if "pure" in request.node.name and "key" in request.node.name:
        pytest.skip("the pure parser refuses long keys by its own limit")
    [problem] = read(text.encode(), "t.yaml").problems

    if "key" in request.node.name:  # libyaml may refuse a long key before we do
        assert problem.code in ("too-large", "yaml-syntax")
    else:
        assert problem.code == "too-large"
        assert limit in problem.message


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"a: \xff", (1, 4)), (b"ok\n\xc3\xa9\xed\xa0\x80", (2, 2)), (b"\x80", (1, 1))],
)
def test_bad_bytes_have_a_place(data, place):
    """
    Bytes that are not UTF-8 are named with line and column, surrogates too.
    """
    [problem] = read(data, "t.yaml").problems

    assert problem.code == "not-utf-8"
    assert (problem.line, problem.column) == place


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    """
    Whatever the bytes, reading ends with a value or with problems.
    """
    source = read(data, "t.yaml")

    assert all(problem.headline in str(problem) for problem in source.problems)
    if source.problems:
        assert {problem.file for problem in source.problems} == {"t.yaml"}
        assert min(problem.line for problem in source.problems) >= 1


@given(
    st.recursive(
        st.text("abyesno01: #-'\"\n\té中😀", max_size=12),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("abcé中", min_size=1), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_what_yaml_writes_is_read_back(data):
    """
    Texts, lists and mappings survive being written with quotes and read.
    """
    text = yaml.safe_dump(data, default_style='"', allow_unicode=True)

    assert read(text.encode(), "t.yaml").root == data


def test_a_question_mark_may_stand_inside_braces():
    """
    A text in braces goes on after its question mark, or ends with it.
    """
    assert value("q: {ask: Is it on? Say so, why: Why ?}") == {
        "q": {"ask": "Is it on? Say so", "why": "Why ?"}
    }


def test_a_doubled_key_keeps_the_places_of_all_others():
    """
    However often keys are doubled, each other one is found where it stands.
    """
    source = read(b"a: 1\nb: 2\na: 3\nc: 4\na: 5\nb: 6\nd: 7\n", "t.yaml")

    lines = {key: source.place([key]).line for key in "abcd"}
    assert lines == {"a": 5, "b": 6, "c": 4, "d": 7}
