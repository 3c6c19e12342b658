"""Chances, costs, ranges and likelihoods."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.tree import values

LIGHTS = ("green", "amber", "off")


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("usually", 0.8), ("almost always", 0.95), ("70%", 0.7), ("0.25", 0.25), ("1", 1)],
)
def test_words_percentages_and_fractions_are_one_kind(text, fraction):
    """
    A chance may be written three ways.
    """
    assert values.chance(text) == pytest.approx(fraction)


@pytest.mark.parametrize(
    "text", ["1.5", "-1%", "120%", "nan", "inf", "1e400", "1_0%", "", "y", "usualy"]
)
def test_what_is_no_chance_is_refused(text):
    """
    Numbers outside 0..1 and other spellings of numbers are no chances.
    """
    with pytest.raises(ValueError, match="is not a chance"):
        values.chance(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30 s", 0.5),
        ("1 min", 1),
        ("2 h", 120),
        ("4", 4),
        ("1 h 30 min", 90),
        ("1.5h", 90),
        ("0", 0),
        ("1 d", 1440),
    ],
)
def test_costs_are_minutes(text, minutes):
    """
    A cost is time, read into minutes.
    """
    assert values.cost(text) == pytest.approx(minutes)


@pytest.mark.parametrize("text", ["1:30", "-3", "soon", "3 weeks", "", "1e9", "5 min!"])
def test_what_is_no_cost_is_refused(text):
    """
    1:30 is not ninety, and a cost is never negative.
    """
    with pytest.raises(ValueError, match="is not a cost"):
        values.cost(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("< 100", [99.9, -5], [100, 101]),
        ("<= 100", [100], [100.1]),
        ("> 1000", [1000.1], [1000]),
        (">=1000", [1000], [999]),
        ("100..1000", [100, 1000, 500], [99.9, 1000.1]),
        ("-1.5 .. 2", [-1.5, 0], [2.1]),
    ],
)
def test_ranges_hold_their_numbers(text, inside, outside):
    """
    Ranges include their written ends, except for '<' and '>'.
    """
    found = values.number_range(text)

    assert all(number in found for number in inside)
    assert not any(number in found for number in outside)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Plain: the reliability, and half of the rest for each of the other two.
        ("green", (0.98, 0.01, 0.01)),
        ("always green", (1.0, 0.0, 0.0)),
        ("usually off", (0.1, 0.1, 0.8)),
        ("almost always off", (0.025, 0.025, 0.95)),
        ("not amber", (0.49, 0.02, 0.49)),
        ("never amber", (0.5, 0.0, 0.5)),
        ("70% green", (0.7, 0.15, 0.15)),
        ("evenly", (1 / 3, 1 / 3, 1 / 3)),
    ],
)
def test_likelihood_in_words(text, expected):
    """
    Each form of a likelihood means its distribution.
    """
    assert values.likelihood(text, LIGHTS, 0.98) == pytest.approx(expected)


def test_an_answer_wins_over_a_word():
    """
    A text that is an answer's id is that answer, whatever else it could mean.
    """
    assert values.likelihood("evenly", ("evenly", "not"), 0.9) == pytest.approx(
        (0.9, 0.1)
    )


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ({"green": 0.7, "amber": 0.3}, (0.7, 0.3, 0.0)),
        ({"green": 0.7}, (0.7, 0.15, 0.15)),
        ({"green": 0.5, "amber": 0.25, "off": 0.25 + 5e-7}, (0.5, 0.25, 0.25)),
    ],
)
def test_exact_distributions(chances, expected):
    """
    What is not named shares what is left; a tiny excess is normalised.
    """
    found = values.distribution(chances, LIGHTS)

    assert found == pytest.approx(expected, abs=1e-6)
    assert math.fsum(found) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    "chances", [{"green": 0.7, "amber": 0.2, "off": 0.07}, {"green": 0.9, "amber": 0.2}]
)
def test_a_wrong_sum_is_the_witness(chances):
    """
    The message holds the sum that is not 1.
    """
    with pytest.raises(values.BadSum, match=r"0\.97|1\.1"):
        values.distribution(chances, LIGHTS)


@given(
    st.sampled_from(
        ["green", "not off", "evenly", "33% amber", "rarely green", "never off"]
    ),
    st.floats(0.01, 1),
)
def test_every_likelihood_is_a_distribution(text, reliability):
    """
    Never negative, sums to one.
    """
    found = values.likelihood(text, LIGHTS, reliability)

    assert min(found) >= 0
    assert math.fsum(found) == pytest.approx(1)
