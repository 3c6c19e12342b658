"""Numbers of printed pages, in the words of their language."""

from __future__ import annotations

import pytest

from troubleshoot.rendering import words
from troubleshoot.rendering.words import in_language


def plain(text):
    """The text with each blank as an ordinary one."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("cost", "english", "german"),
    [
        (0, "0 min", "0 min"),
        (0.5, "30 s", "30 s"),
        (5.15, "5 min 9 s", "5 min 9 s"),
        (11.8, "12 min", "12 min"),
        (90.6, "1 h 31 min", "1 h 31 min"),
        (2879.6, "2 days", "2 Tage"),
        (3060, "2 days 3 h", "2 Tage 3 h"),
    ],
)
def test_a_time_is_said_in_the_words_of_the_language(cost, english, german):
    """As everywhere, without "about"; days are called otherwise elsewhere."""
    assert plain(words.minutes(cost, in_language("en"))) == english
    assert plain(words.minutes(cost, in_language("de"))) == german


@pytest.mark.parametrize(
    ("answer", "unit", "english", "german"),
    [
        ("< 30", "s", "less than 30 s", "weniger als 30 s"),
        ("<=0.5", "s", "0.5 s or less", "höchstens 0,5 s"),
        ("> 60", "min", "more than 60 min", "mehr als 60 min"),
        (">= 1", "ohm", "1 ohm or more", "mindestens 1 ohm"),
        ("200..2000", "ms", "200 to 2000 ms", "200 bis 2000 ms"),
        ("-1.5 .. 2", "V", "-1.5 to 2 V", "-1,5 bis 2 V"),
        ("< 30", "", "< 30", "< 30"),
        ("none", "s", "none", "none"),
    ],
)
def test_a_range_is_said_with_its_unit(answer, unit, english, german):
    """A range is in words where its unit is known, and as written elsewhere."""
    assert plain(words.measured(answer, unit, in_language("en"))) == english
    assert plain(words.measured(answer, unit, in_language("de"))) == german


def test_numbers_are_those_of_the_language():
    """The comma is German, and one question is no questions."""
    english, german = in_language("en"), in_language("de")

    assert words.questions(3.71, english) == "3.7 questions"
    assert words.questions(3.71, german) == "3,7 Fragen"
    assert words.questions(1.0, english) == "1 question"
    assert words.questions(1.0, german) == "1 Frage"
    assert words.percent(0.001, german) == "etwa 1\N{NO-BREAK SPACE}%"


def test_no_line_is_broken_before_a_unit():
    """Whatever follows a number stays with it."""
    english = in_language("en")
    for said in (
        words.minutes(5, english),
        words.percent(0.5, english),
        words.measured("1..2", "s", english).removeprefix("1 to "),
    ):
        assert said.split(" ") == [said]
