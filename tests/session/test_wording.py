"""Numbers and lists as a customer reads them."""

from __future__ import annotations

import pytest

from troubleshoot.session.wording import minutes


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (0, "0 min"),
        (0.5, "30 s"),
        (6.5, "6.5 min"),
        (90, "1.5 h"),
        (60_000, "1,000 h"),
    ],
)
def test_a_cost_has_the_unit_that_fits(cost, text):
    """
    Seconds, minutes or hours; never an exponent.
    """
    assert minutes(cost) == text
