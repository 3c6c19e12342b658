"""How far long work is: one line on standard error that is written over, and goes."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from dataclasses import dataclass, field
from math import isfinite
from typing import Final, Self

import click

from troubleshoot.text import one_line

CHOOSING: Final = "Choosing the next step"
PATIENCE: Final = 1.0  # seconds until work is long, and between two words on it


@dataclass
class Line:
    """
    The line; it says nothing unless somebody sees standard error.

    While it is entered, it also says by itself how long the work takes already.
    """

    about: str = ""
    last: float = field(default_factory=time.monotonic)
    width: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    clock: threading.Thread | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, about: str) -> None:
        """Go on to something else, and say so once it takes long."""
        self.about = one_line(about)
        self._say(self.about)

    def searched(self, situations: int, lower: float, upper: float) -> None:
        """Say how far the search for a plan is."""
        self._say(f"{self.about}: {so_far(situations, lower, upper)}")

    def __enter__(self) -> Self:
        if is_watched():
            self.over.clear()
            self.clock = threading.Thread(target=self._tick, daemon=True)
            self.clock.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        if self.clock is not None:
            self.clock.join()
        self.close()

    def close(self) -> None:
        """Leave no trace, and say nothing until there is something else to say."""
        with self.lock:
            self.about = ""
            if self.width:
                self._write("")
                click.echo("\r", nl=False, err=True)
                self.width = 0
                self.last = time.monotonic() - PATIENCE  # it is long: go on at once

    def _tick(self) -> None:
        """Say how long it takes already, where nothing else is said."""
        begun = time.monotonic()
        while not self.over.wait(PATIENCE / 4):
            if self.about:
                self._say(
                    f"{self.about}: {time.monotonic() - begun:.0f} s; ^C stops it"
                )

    def _say(self, text: str) -> None:
        with self.lock:
            if is_watched() and time.monotonic() - self.last >= PATIENCE:
                self.last = time.monotonic()
                self._write(text)

    def _write(self, text: str) -> None:
        room = shutil.get_terminal_size().columns - 1
        shown = text if len(text) <= room else f"{text[: room - 1]}…"
        click.echo(f"\r{shown.ljust(self.width)}", nl=False, err=True)
        self.width = len(shown)


def is_watched() -> bool:
    """Whether somebody sees standard error."""
    return sys.stderr is not None and sys.stderr.isatty()


def so_far(situations: int, lower: float, upper: float) -> str:
    """How far a search is; it may have a bound long before its first plan."""
    from troubleshoot.text import minutes  # noqa: PLC0415 - a quick start

    least = f"at least {minutes(lower)}"
    between = f"{minutes(lower)} to {minutes(upper)}" if isfinite(upper) else least
    return f"{situations:,} situations looked into; {between} on average"
