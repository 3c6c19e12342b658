from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.cli.prompt import YES_OR_NO, Command, Misheard, Offer, meaning

LIGHTS = Offer((("green", "Steady green"), ("amber", "Blinking amber"), ("d", "Dark.")))
VOLTS = Offer((("none", "less than 10 V"), ("good", "more than 200 V")), unit="V")
HOW_MANY = Offer((("none", "0"), ("one", "1"), ("two", "2")))
PLUGGED_IN = Offer((("yes", "Yes"), ("no", "No")))
PORTS = Offer((("web", "80"), ("mail", "25"), ("one", "3")))
SIZES = Offer((("small", "S"), ("large", "L")))


@pytest.mark.parametrize(
    ("offer", "typed", "meant"),
    [
        (LIGHTS, "1", "green"),
        (LIGHTS, " 02 ", "amber"),
        (LIGHTS, "steady  GREEN", "green"),
        (LIGHTS, "amber", "amber"),
        (LIGHTS, "dark", "d"),
        (LIGHTS, "d", Command.DONT_KNOW),  # the id is not on the screen, the letter is
        (LIGHTS, "I don\u2019t know.", Command.DONT_KNOW),
        (LIGHTS, "?", Command.EXPLAIN),
        (LIGHTS, "Q", Command.QUIT),
        (LIGHTS, "back", Command.UNDO),
        (LIGHTS, "not now", Command.LATER),
        (LIGHTS, "s", Command.STILL_POSSIBLE),
        (SIZES, "s", "small"),  # as it stands on the screen
        (SIZES, "later", Command.LATER),
        (HOW_MANY, "1", "one"),  # the text, not the first answer
        (HOW_MANY, "0", "none"),
        (PORTS, "80", "web"),
        (PORTS, "2", "mail"),  # no answer reads 2
        (VOLTS, "1", "1"),
        (VOLTS, "-2.5 V", "-2.5 v"),
        (VOLTS, "more than 200 V", "good"),
        (YES_OR_NO, "y", "yes"),
        (YES_OR_NO, "2", "no"),
    ],
)
def test_what_is_typed_is_understood(offer, typed, meant):
    """
    The text of an answer, a command, the number or the id of an answer, in this order.
    """
    assert meaning(offer, typed) == meant


@pytest.mark.parametrize(
    ("offer", "typed", "message"),
    [
        (LIGHTS, "", "Please type a number from 1 to 3, or ? for help."),
        (LIGHTS, "4", "There is no answer 4; please type a number from 1 to 3."),
        (LIGHTS, "0", "There is no answer 0; please type a number from 1 to 3."),
        (
            LIGHTS,
            "stedy green",
            (
                "'stedy green' is not one of the answers; please type a number from "
                "1 to 3; did you mean 'steady green'?"
            ),
        ),
        (
            HOW_MANY,
            "3",
            "'3' is not one of the answers; please type one of the answers.",
        ),
        (PLUGGED_IN, "", "Please type 1 or 2 (or yes, no), or ? for help."),
        (YES_OR_NO, "", "Please type y or n, or ? for help."),
        (YES_OR_NO, "maybe", "'maybe' is not one of the answers; please type y or n."),
    ],
)
def test_what_is_not_understood_says_what_can_be_typed(offer, typed, message):
    """
    The message names what was typed and what can be.
    """
    with pytest.raises(Misheard) as caught:
        meaning(offer, typed)

    assert str(caught.value) == message


@pytest.mark.slow
@given(st.sampled_from([LIGHTS, VOLTS, HOW_MANY, SIZES, YES_OR_NO]), st.text())
def test_any_line_is_understood_or_refused(offer, typed):
    """
    Whatever is typed gives an answer, a command, a number or a message.
    """
    try:
        meant = meaning(offer, typed)
    except Misheard as error:
        assert str(error)  # noqa: PT017 - either way is fine
    else:
        assert isinstance(meant, Command | str)
