"""
Where people read and type: what may be printed there, how wide, in which characters.

A text of a tree is never trusted with the terminal: nothing that it holds can move
the cursor, change a colour, or turn the direction of what stands beside it. How far
long work is stands on one line of standard error that is written over, and goes.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import textwrap
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from typing import Any, Final, Self, TextIO

import click

from troubleshoot.catalogue import Catalogue, in_language
from troubleshoot.text import NO_BREAK, clean, duration, one_line

WIDEST: Final = 80
NARROWEST: Final = 24
LONGEST_LINE: Final = 10_000
BLOCKS: Final = "\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588"  # eighths of a cell
CHOOSING: Final = "Choosing the next step"
PATIENCE: Final = 1.0  # seconds until work is long, and between two words on it


@dataclass(frozen=True)
class Terminal:
    """
    Standard output, or standard error with ``err``, as a place for people.

    Colour only on a terminal, and not where ``NO_COLOR`` asks for none. ``words`` are
    those of whoever reads there.
    """

    err: bool = False
    words: Catalogue = field(default_factory=in_language, compare=False, repr=False)

    @property
    def stream(self) -> TextIO:
        """Where the text goes."""
        return sys.stderr if self.err else sys.stdout

    @cached_property
    def colour(self) -> bool:
        """Whether text may be coloured."""
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return not plain and self.stream is not None and self.stream.isatty()

    @cached_property
    def width(self) -> int:
        """Columns to write in."""
        columns = shutil.get_terminal_size().columns
        return max(NARROWEST, min(columns, WIDEST))

    @property
    def is_dialogue(self) -> bool:
        """Whether somebody reads here and types there."""
        ends = (self.stream, sys.stdin)
        return all(each is not None and each.isatty() for each in ends)

    def can(self, characters: str) -> bool:
        """Whether the encoding has these characters."""
        try:
            characters.encode(getattr(self.stream, "encoding", None) or "ascii")
        except UnicodeEncodeError:
            return False
        return True

    def say(self, text: str = "", *, lead: str = "", **style: Any) -> None:  # noqa: ANN401 - what click styles with
        """Print a text, wrapped; ``lead`` is before it, and blanks below the lead."""
        lines = self.wrapped(text, len(lead))
        for number, line in enumerate(lines):
            before = lead if number == 0 else " " * len(lead)
            self._echo((before + self.styled(line, **style)).rstrip())

    def tell(
        self,
        text: str,
        *,
        lead: str = "",
        after: str = "",
        explains: bool = False,
        **style: Any,  # noqa: ANN401 - what click styles with
    ) -> None:
        """
        Print what a tree asks or tells, its lists and code line by line.

        ``after`` are words of ours behind it; ``explains`` is for texts such as
        ``how``, which are CommonMark.
        """
        # Only here, so that asking for help loads neither the session nor a parser.
        from troubleshoot.session.texts import filled, followed, laid  # noqa: PLC0415
        from troubleshoot.tree.blocks import rich, short  # noqa: PLC0415

        kept = "\t".join(clean(each) for each in text.split("\t"))
        lines = followed([*laid((rich if explains else short)(kept))], after)
        for each in filled(lines, self.width, lead=lead):
            shown = each.replace(NO_BREAK, " ").lstrip(" ")
            indent = each[: len(each) - len(shown)]
            self._echo(indent + self.styled(shown, **style))

    def line(self, text: str, *, lead: str = "") -> None:
        """Print a text on one line, however long, such as a row of a drawing."""
        self._echo(lead + clean(text).replace("\n", " "))

    def wrapped(self, text: str, indent: int = 0) -> list[str]:
        """
        The clean text in lines that fit beside an indent; its own ends are kept.

        Nothing breaks at a ``NO_BREAK``, which is printed as a blank.
        """
        room = max(NARROWEST, self.width - indent)
        return [
            line.replace(NO_BREAK, " ")
            for paragraph in clean(text).rstrip().split("\n")
            for line in textwrap.wrap(
                paragraph, room, break_long_words=False, break_on_hyphens=False
            )
            or [""]
        ]

    def styled(self, text: str, **style: Any) -> str:  # noqa: ANN401 - what click styles with
        """The text in this style where there is colour."""
        return click.style(text, **style) if self.colour and style else text

    def bar(self, share: float, cells: int = 12) -> str:
        """A share of 1 as a bar; anything above nothing shows, less than a cell too."""
        smooth = self.can(BLOCKS + "\u00b7")
        parts, empty = (BLOCKS, "\u00b7") if smooth else ("-#", ".")
        pieces = min(cells * len(parts), math.ceil(share * cells * len(parts)))
        full, rest = divmod(pieces, len(parts))
        bar = parts[-1] * full + (parts[rest - 1] if rest else "")
        return bar + empty * (cells - len(bar))

    def read(self, prompt: str) -> str | None:
        """
        The line that is typed after the prompt; None at the end of input.

        What comes from a pipe is printed too, so that the output reads like a talk.
        """
        self._echo(self.styled(prompt, bold=True), nl=False)
        line = sys.stdin.readline(LONGEST_LINE) if sys.stdin else ""
        typed = bool(line) and sys.stdin.isatty()
        if not typed:
            self._echo(one_line(line))
        return line.strip() if line else None

    def _echo(self, text: str, *, nl: bool = True) -> None:
        click.echo(text, nl=nl, err=self.err, color=self.colour)


@dataclass
class ProgressLine:
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
    least = f"at least {duration(lower)}"
    between = f"{duration(lower)} to {duration(upper)}" if isfinite(upper) else least
    return f"{situations:,} situations looked into; {between} on average"
