from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.catalogue import in_language
from troubleshoot.text import (
    digits,
    duration,
    headed,
    numbers_in_words,
    rounded,
    shortened,
    title_of,
)
from troubleshoot.tree.values import number_range


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


READ = "Press Reset on the page, then wait"
SEEN = "Run rm -rf /tmp/x and see a lamp"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Put in a new bulb.", "Put in a new bulb"),
        ("1. Open it.\n2. Close it.", "Open it"),
        ("- Wait:\n", "Wait"),
        ("Set e.g.5 to 3.5 volts", "Set e.g.5 to 3.5 volts"),
        ("word " * 20, "word " * 11 + "word…"),
        ("x" * 100, "x" * 59 + "…"),
        (
            "Let the hot end cool, unplug the printer and clear all its ribs of dust.",
            "Let the hot end cool, unplug the printer…",
        ),
        ("Press **Reset** on [the page](https://a.b/c), *then* wait.", READ),
        ("Run `rm -rf /tmp/x` and see ![a lamp](lamp.png).", SEEN),
        ("```sh\nsystemctl stop foo\n```", "systemctl stop foo"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
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


@given(st.text())
def test_a_title_is_short_and_one_line(text):
    """
    Whatever a text is, its title fits on a button, and says something if the text does.
    """
    title = title_of(text)

    assert len(title) <= 60
    assert len(title.splitlines()) <= 1


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=30))
def test_a_title_ends_after_a_whole_word(words):
    """
    The words of a title are those that the text begins with.
    """
    title = title_of(" ".join(words))

    assert title.rstrip("…").split() == words[: len(title.rstrip("…").split())]
    assert title.endswith("…") == (len(" ".join(words)) > 60)


@pytest.mark.parametrize(
    ("title", "text", "shown"),
    [
        ("Restart it", "Pull the plug.", ("Restart it", "Pull the plug.")),
        ("Pull the plug", "Pull the plug.", ("Pull the plug.",)),
        ("", "Pull the plug.", ("Pull the plug.",)),
    ],
)
def test_a_title_stands_over_what_it_does_not_begin(title, text, shown):
    """
    A short form of a text is not said twice.
    """
    assert headed(title, text) == shown
    assert headed(title_of(text), text) == (text,)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("< 5", "less than 5 min"),
        ("<= 5", "5 min or less"),
        ("5..60", "5 to 60 min"),
        ("5 .. 5", "5 min"),
        ("> 60", "more than 60 min"),
        (">=60", "60 min or more"),
        ("-1.50..0.5", "-1.5 to 0.5 min"),
        ("> 1e6", "more than 1000000 min"),
    ],
)
def test_a_range_is_said_as_people_say_it(written, words):
    """
    Ends that belong to it and ends that do not are told apart in words.
    """
    assert number_range(written).in_words("min") == words
    assert number_range(written).in_words("") == words.replace(" min", "")


def test_words_of_ones_own_stand_before_the_number():
    """
    A translation says where the number goes, or leaves it behind its words.
    """
    german = in_language("de")
    own = replace(german, texts={**german.texts, "at_least": "minst"})

    said = [
        numbers_in_words(0.5, float("inf"), unit="s", words=each)
        for each in (german, own)
    ]
    assert said == ["mindestens 0,5 s", "minst 0,5 s"]
    assert numbers_in_words(0.5, 1, unit="s", words=own) == "0,5 bis 1 s"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_digits_are_those_of_the_number(number):
    """
    What is written is read as the same number.
    """
    assert float(digits(number)) == number
