"""How long something takes, as one says it."""

from __future__ import annotations

from typing import Final

SHORT: Final = 10  # minutes, up to which seconds are worth a word
HOUR: Final = 60  # seconds in a minute, minutes in an hour


def duration(minutes: float) -> str:
    """
    The minutes in words, "about" where seconds, or minutes beside hours, are left out.

    >>> duration(0.5), duration(4 / 3), duration(17.8), duration(90), duration(700)
    ('30 s', '1 min 20 s', 'about 18 min', '1 h 30 min', 'about 12 h')
    """
    if minutes < HOUR - 0.5:
        return _parts(minutes * HOUR, "min", "s")
    return _parts(minutes, "h", "min")


def _parts(amount: float, large: str, small: str) -> str:
    """An amount of the small unit, of which 60 are a large one."""
    whole, rest = divmod(max(1, round(amount)), HOUR)
    if rest and whole >= SHORT:
        return f"about {round(amount / HOUR):,} {large}"
    parts = [f"{n:,} {unit}" for n, unit in ((whole, large), (rest, small)) if n]
    return " ".join(parts)
