"""How far long work is: one line on standard error that is written over, and goes."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

import click

from troubleshoot.session.wording import minutes
from troubleshoot.text import one_line

PATIENCE: Final = 1.0  # seconds until work is long, and between two words on it


@dataclass
class Line:
    """The line; it says nothing unless somebody sees standard error."""

    about: str = ""
    last: float = field(default_factory=time.monotonic)
    width: int = 0

    def __call__(self, about: str) -> None:
        """Go on to something else, and say so once it takes long."""
        self.about = one_line(about)
        self._say(self.about)

    def searched(self, situations: int, lower: float, upper: float) -> None:
        """Say how far the search for a plan is."""
        self._say(f"{self.about}: {so_far(situations, lower, upper)}")

    def close(self) -> None:
        """Leave no trace."""
        if self.width:
            self._write("")
            click.echo("\r", nl=False, err=True)
            self.width = 0
            self.last = time.monotonic() - PATIENCE  # the work is long: go on at once

    def _say(self, text: str) -> None:
        watched = sys.stderr is not None and sys.stderr.isatty()
        if watched and time.monotonic() - self.last >= PATIENCE:
            self.last = time.monotonic()
            self._write(text)

    def _write(self, text: str) -> None:
        click.echo(f"\r{text.ljust(self.width)}", nl=False, err=True)
        self.width = len(text)


def so_far(situations: int, lower: float, upper: float) -> str:
    """How far a search is; it may have a bound long before its first plan."""
    least = f"at least {minutes(lower)}"
    between = f"{minutes(lower)} to {minutes(upper)}" if isfinite(upper) else least
    return f"{situations:,} situations looked into; {between} on average"
