"""
Hear somebody out: read lines until one of them is understood.

The end of input is never an answer.
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Final, TypeVar

from troubleshoot.cli.hearing import Misheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.cli.terminal import Terminal

PATIENCE: Final = 100  # lines in a row that are no answer, from anything but a terminal

Heard = TypeVar("Heard")


class Stopped(Exception):
    """The customer leaves; ``misheard`` when the last line was no answer."""

    def __init__(self, *, misheard: bool = False) -> None:
        super().__init__()
        self.misheard = misheard


def listen(
    terminal: Terminal, prompt: str, understand: Callable[[str], Heard | None]
) -> Heard:
    """
    What the first line comes to that is understood, and asks for nothing else.

    Raises:
        Stopped: the customer quit, or the input came to its end.
    """
    misheard = False
    for lines in itertools.count():
        line = terminal.read(prompt)
        if line is None or (lines >= PATIENCE and not sys.stdin.isatty()):
            break
        try:
            after = understand(line)
        except Misheard as error:
            terminal.say(str(error), lead="   ")
            misheard = True
        else:
            if after is not None:
                return after
            misheard = False
    raise Stopped(misheard=misheard)
