from __future__ import annotations

import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.cli.terminal import NO_BREAK, Terminal
from troubleshoot.text import clean, one_line

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x9d\x07\x9c[]0;31mHJ\u202e\u2066\u200f\u2028\r\n\t"),
    )
)


@given(HOSTILE)
def test_nothing_that_a_terminal_obeys_is_left(text):
    """
    A clean text holds no control but line feeds, and nothing that turns direction.
    """
    cleaned = clean(text)

    assert all(
        each == "\n" or unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp")
        for each in cleaned
    )
    assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", cleaned)


@given(HOSTILE)
def test_cleaning_again_changes_nothing(text):
    """
    What is clean stays as it is.
    """
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])))
def test_text_without_controls_is_kept(text):
    """
    Letters, digits, signs and blanks of any script come through.
    """
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1b]52;c;bm8=", "52;c;bm8="),  # without an end, its beginning alone
        ("a\u202eb\u2066c", "abc"),
        ("a\r\nb\u2028c", "a\nb\nc"),
    ],
)
def test_whole_sequences_go(text, shown):
    """
    An escape sequence goes with its parameters, not its first byte alone.
    """
    assert clean(text) == shown


@given(HOSTILE)
def test_one_line_is_one_line(text):
    """
    A text on one line has no line end in it.
    """
    assert len(one_line(text).splitlines()) <= 1


@given(st.floats(0, 1))
def test_a_bar_is_always_as_wide(share):
    """
    A bar has its width for every share, and shows at least one cell above nothing.
    """
    bar = Terminal().bar(share, 10)

    assert len(bar) == 10
    assert (bar.strip("\u00b7.") != "") == (share > 0)


def test_bars_tell_small_shares_apart(monkeypatch):
    """
    Shares of 1, 5 and 11 per cent look different; without blocks, a part of a cell is.
    """
    smooth = [Terminal().bar(each) for each in (0.0, 0.01, 0.05, 0.11, 1.0)]
    monkeypatch.setattr(Terminal, "can", lambda *_: False)

    assert len(set(smooth)) == len(smooth)
    assert [Terminal().bar(x, 4) for x in (0, 0.01, 0.3, 0.5, 1)] == [
        "....",
        "-...",
        "#-..",
        "##..",
        "####",
    ]


def test_no_colour_where_it_is_not_wanted(monkeypatch):
    """
    Colour is for terminals, and ``NO_COLOR`` turns it off there too.
    """
    screen = io.StringIO()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not Terminal().colour

    monkeypatch.setattr(screen, "isatty", lambda: True)
    assert Terminal().colour

    monkeypatch.setenv("NO_COLOR", "1")
    assert not Terminal().colour


def test_what_belongs_together_stays_on_one_line(monkeypatch):
    """
    A time and its unit are never torn apart, and the terminal gets plain blanks.
    """
    monkeypatch.setenv("COLUMNS", "30")

    lines = Terminal().wrapped(f"It takes, as the tree says, 1{NO_BREAK}min.")

    assert lines == ["It takes, as the tree says,", "1 min."]
