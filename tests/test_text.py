from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.text import duration, rounded, shortened, title_of


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (0.001, "1 s"),
        (0.5, "30 s"),
        (1, "1 min"),
        (1.33, "1 min 20 s"),
        (9.999, "10 min"),
        (10.5, "about 11 min"),
        (17.8, "about 18 min"),
        (20, "20 min"),
        (59.4, "about 59 min"),
        (59.7, "1 h"),
        (75, "1 h 15 min"),
        (700, "about 12 h"),
        (2879, "about 48 h"),
        (2879.6, "2 days"),
        (3060, "2 days 3 h"),
        (60_090, "about 42 days"),
        (6e6, "about 4,167 days"),
    ],
)
def test_a_time_is_said_as_one_says_it(minutes, words):
    """
    Seconds beside a few minutes, minutes beside a few hours, and never a decimal.
    """
    assert duration(minutes) == words
    assert rounded(minutes) == words.removeprefix("about ")


@given(st.floats(1, 1e6))
def test_no_time_is_far_off(minutes):
    """
    What is said is within a twentieth of what is meant.
    """
    units = {"s": 1 / 60, "min": 1, "h": 60, "days": 24 * 60}
    parts = re.findall(r"([\d,]+) (s|min|h|days)", duration(minutes))
    said = sum(int(number.replace(",", "")) * units[unit] for number, unit in parts)

    assert said == pytest.approx(minutes, rel=0.05)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Put in a new bulb.", "Put in a new bulb"),
        ("1. Open it.\n2. Close it.", "Open it"),
        ("- Wait:\n", "Wait"),
        ("Set e.g.5 to 3.5 volts", "Set e.g.5 to 3.5 volts"),
        ("word " * 20, "word " * 11 + "word…"),
        ("x" * 100, "x" * 59 + "…"),
        ("", ""),
    ],
)
def test_a_long_text_has_a_short_title(text, title):
    """
    The first sentence, without its number or full stop, cut after whole words.
    """
    assert title_of(text) == title
    assert len(title_of(text)) <= 60


def test_a_text_is_cut_only_where_it_is_too_long():
    """
    A text of the limit stays whole; of a longer one the limit is shown.
    """
    assert shortened("paper jam", 9) == "paper jam"
    assert shortened("paper jams", 9) == "paper jam…"
