"""
Hear somebody out: read lines until one of them is understood.

The end of input is never an answer.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, TypeVar

from troubleshoot.cli.hearing import Misheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.cli.terminal import Terminal

# Lines in a row from anything but a terminal: that are no answer, and that only ask.
PATIENCE: Final = 10
QUESTIONS: Final = 100

Heard = TypeVar("Heard")


class Stopped(Exception):
    """The customer leaves; ``why`` where that is a problem, such as no answer."""

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why


def listen(
    terminal: Terminal,
    prompt: str,
    understand: Callable[[str], Heard | None],
    *,
    typed: str = "",
) -> Heard:
    """
    What the first line comes to that is understood, and asks for nothing else.

    From the second line in a row on that is not, ``typed`` says what can be typed.

    Raises:
        Stopped: the customer quit, or the input came to its end or made no sense.
    """
    misheard = asked = 0
    while (line := terminal.read(prompt)) is not None:
        try:
            after = understand(line)
        except Misheard as error:
            misheard += 1
            terminal.say(str(error), lead="   ")
            if misheard > 1 and typed:
                terminal.say(typed, lead="   ")
            _lose_patience(misheard, PATIENCE)
        else:
            if after is not None:
                return after
            misheard, asked = 0, asked + 1
            _lose_patience(asked, QUESTIONS)
    raise Stopped("the input ended with a line that is no answer." if misheard else "")


def _lose_patience(lines: int, most: int) -> None:
    """``Stopped`` where a program goes on to type what is no answer."""
    if lines >= most and not sys.stdin.isatty():
        raise Stopped(f"{lines} lines in a row were no answer.")
