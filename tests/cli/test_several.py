"""
Several answers at once, as they are typed.
"""

from __future__ import annotations

import pytest

from troubleshoot.cli.prompt import Command, Misheard, Offer, meaning
from troubleshoot.cli.several import several

LAMPS = Offer(
    (("power", "Power"), ("link", "Link, or both"), ("fault", "Fault and more")),
    several=True,
)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1,3", ("power", "fault")),
        ("3 1", ("power", "fault")),
        ("2", ("link",)),
        ("Power and Link, or both", ("power", "link")),
        ("power und fault", ("power", "fault")),
        ("fault and more & Power.", ("power", "fault")),
        ("link, link; power", ("power", "link")),
        ("none", ()),
        ("None of these", ()),
        ("keine", ()),
        ("?", Command.EXPLAIN),
    ],
)
def test_what_is_typed_is_a_set_of_answers(typed, said):
    """
    Numbers, ids and texts, with commas, blanks or words between; none too.
    """
    assert meaning(LAMPS, typed) == said


@pytest.mark.parametrize("typed", ["", "1,4", "0", "power, lnik", "and"])
def test_what_holds_something_else_is_no_answer(typed):
    """
    One part that is no answer makes the whole none.
    """
    with pytest.raises(Misheard):
        meaning(LAMPS, typed)


def test_long_lines_take_no_time():
    """
    However many ways there are to take a line apart, each place is looked at once.
    """
    words = {"a", "a a", "a a a"}

    assert several("a " * 400 + "b", lambda one: one if one in words else None) is None
    assert several("a " * 2_000, lambda one: one) is None
