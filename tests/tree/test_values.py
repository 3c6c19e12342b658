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
    "text",
    [
        "1.5",
        "-1%",
        "120%",
        "nan",
        "inf",
        "1e400",
        "1e-400",
        "0.01e-999%",
        "1_0%",
        "",
        "y",
        "usualy",
    ],
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
        ("5 mins", 5),
        ("1h 30m", 90),
        ("1,5 h", 90),
        ("PT5M", 5),
        ("P1DT1H30M", 1530),
        ("5 Min.", 5),
    ],
)
def test_costs_are_minutes(text, minutes):
    """
    A cost is time, read into minutes.
    """
    assert values.cost(text) == pytest.approx(minutes)


@pytest.mark.parametrize(
    "text",
    ["1:30", "-3", "soon", "3 weeks", "", "1e9", "5 min!", "1,500 s", "5-10 min", "P"],
)
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
        ("100% green", (0.98, 0.01, 0.01)),
        ("0% green", (0.0, 0.5, 0.5)),
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
        # 0.02 is 1 - reliability: what the answers that are not named have at least.
        ({"green": "70%", "amber": "30%"}, (0.686, 0.294, 0.02)),
        ({"green": "70%", "amber": "29%"}, (0.98 * 70 / 99, 0.98 * 29 / 99, 0.02)),
        ({"green": "70%", "amber": "28%"}, (0.7, 0.28, 0.02)),
        ({"green": "70%"}, (0.7, 0.15, 0.15)),
        ({"green": "100%"}, (0.98, 0.01, 0.01)),
        ({"green": "1"}, (0.98, 0.01, 0.01)),
        ({"green": "99.9%"}, (0.98, 0.01, 0.01)),
        ({"green": "100%", "off": "0%"}, (0.98, 0.02, 0.0)),
        ({"green": "100%", "amber": "0%", "off": "0.0"}, (1.0, 0.0, 0.0)),
        ({"green": "always"}, (1.0, 0.0, 0.0)),
        ({"green": "always", "amber": "never"}, (1.0, 0.0, 0.0)),
        ({"green": "always", "amber": "never", "off": "0"}, (1.0, 0.0, 0.0)),
        ({"green": "never"}, (0.0, 0.5, 0.5)),
        ({"green": "0%", "amber": "never"}, (0.0, 0.0, 1.0)),
        ({"green": "50%", "amber": "25%", "off": "25.00005%"}, (0.5, 0.25, 0.25)),
        ({}, (1 / 3, 1 / 3, 1 / 3)),
    ],
)
def test_exact_distributions(chances, expected):
    """
    What is not named shares what is left, and keeps room; an excess is normalised.
    """
    found = values.distribution(chances, LIGHTS, 0.98)

    assert found == pytest.approx(expected, abs=1e-6)
    assert math.fsum(found) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    "chances",
    [{"green": "0.7", "amber": "0.2", "off": "0.07"}, {"green": "0.9", "amber": "0.2"}],
)
def test_a_wrong_sum_is_the_witness(chances):
    """
    The message holds the sum that is not 100 %, and how much is wrong.
    """
    with pytest.raises(values.BadSum, match=r"97 %, 3 too few|110 %, 10 too many"):
        values.distribution(chances, LIGHTS, 0.98)


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


CHANCES = st.one_of(
    st.integers(1, 100).map("{}%".format),
    st.floats(1e-9, 1).map("{:.12f}".format),
    st.sampled_from([*values.WORDS_OF_CHANCE]),
    st.sampled_from(["0%", "0", "0.0", "100%", "1", "1.0"]),
)
EXCLUDING = {"always", "never", "0%", "0", "0.0"}


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), CHANCES),
    st.floats(0.01, 0.999999),
)
def test_nothing_excludes_but_the_words_that_say_so(said, reliability):
    """
    An answer is impossible only as ``never`` or 0, or beside what is ``always``.
    """
    try:
        found = values.distribution(said, ("a", "b", "c", "d", "e"), reliability)
    except values.BadSum:
        return
    chances = dict(zip("abcde", found, strict=True))

    assert math.fsum(found) == pytest.approx(1, abs=1e-12)
    if "always" not in said.values():
        impossible = {answer for answer, chance in chances.items() if chance == 0}
        assert impossible == {
            answer for answer, text in said.items() if text in EXCLUDING
        }
        unnamed = [chances[each] for each in chances if each not in said]
        least = 1 - reliability if unnamed else 0
        assert math.fsum(unnamed) >= least - 1e-12


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), CHANCES, min_size=2),
    st.floats(0.01, 0.999999),
)
def test_the_named_make_room_in_proportion(said, reliability):
    """
    What is said of named answers keeps its ratios, however much is left to others.
    """
    try:
        found = values.distribution(said, ("a", "b", "c", "d"), reliability)
    except values.BadSum:
        return
    chances = dict(zip("abcd", found, strict=True))
    wanted = {answer: values.chance(text) for answer, text in said.items()}

    for one in said:
        for other in said:
            left = chances[one] * wanted[other]
            assert left == pytest.approx(chances[other] * wanted[one], abs=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("always", 1.0), ("100%", 0.98), ("1", 0.98), ("99%", 0.98), ("rarely", 0.1)],
)
def test_an_action_that_failed_excludes_only_what_it_always_fixes(text, expected):
    """
    That an action did not help is no surer than any other answer.
    """
    assert values.fixing(text, 0.98) == expected


@pytest.mark.parametrize("text", ["101%", "150 %", "1e3%"])
def test_a_percentage_over_all_is_no_prior(text):
    """
    A count may be any number, a percentage not.
    """
    with pytest.raises(ValueError, match="more than 100%"):
        values.prior(text)


@pytest.mark.parametrize(
    ("read", "text", "fix"),
    [
        (
            values.cost,
            "5-10 min",
            "write the time it usually takes, such as '7 min 30 s'.",
        ),
        (values.cost, "10 s to 2 min", "such as '1 min 5 s'."),
        (values.cost, "about 5 min", "write '5 min'."),
        (values.cost, "1:30", "write '1 h 30 min' or '1 min 30 s'."),
        (values.cost, "3 weeks", "use s, min, h or d."),
        (values.chance, "80", "write '80%'."),
        (values.chance, "0,8", "write '0.8', with a point."),
        (values.chance, "mostly", "did you mean 'usually'?"),
        (values.chance, "usualy", "did you mean 'usually'?"),
        (values.chance, "maybe", ""),
        (values.prior, "6,5", "write '6.5', with a point."),
        (values.number_range, "5-10", "write '5..10'."),
        (values.number_range, "10+", "write '>= 10'."),
        (values.number_range, "9..4", "write '4..9'."),
    ],
)
def test_a_value_that_is_refused_says_what_to_write(read, text, fix):
    """
    What was meant is said where it is clear, and nothing where it is not.
    """
    with pytest.raises(values.BadValue) as caught:
        read(text)

    assert caught.value.fix.endswith(fix)
    assert bool(fix) == bool(caught.value.fix)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("half the time", "write 'half the time green' or"),
        ("80%", "write '80% green' or '80% amber'"),
        ("80", "write '80% green', for example."),
        ("not", "write 'not green' or"),
        ("green usually", "write 'usually green'."),
        ("green or off", "'{green: 50%, off: 50%}'"),
    ],
)
def test_half_a_likelihood_says_its_other_half(text, fix):
    """
    A chance without an answer, or the wrong way round, is not taken for an answer.
    """
    with pytest.raises(values.BadValue) as caught:
        values.likelihood(text, LIGHTS, 0.98)

    assert fix in caught.value.fix
