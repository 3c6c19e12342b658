"""
The talk with a customer: put a step, hear the answer, until an ending or a stop.

Works on lines alone, so a terminal, a pipe, a screen reader and a serial line are
the same to it. The end of input is never an answer.
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Final

from troubleshoot.cli import path, words
from troubleshoot.cli.hearing import Command, Misheard, heard
from troubleshoot.errors import AnswerError, SessionError
from troubleshoot.session import Action, Ending

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Question, Session

PATIENCE: Final = 100  # lines in a row that are no answer, from anything but a terminal


class Stopped(Exception):
    """The customer leaves; ``misheard`` when the last line was no answer."""

    def __init__(self, *, misheard: bool = False) -> None:
        super().__init__()
        self.misheard = misheard


def talk(
    terminal: Terminal, session: Session, keep: Callable[[Session], None]
) -> Session:
    """
    The session at its ending; every answer goes to ``keep`` before the next question.

    Raises:
        Stopped: the customer quit, or the input came to its end.
    """
    while True:
        step = session.next_step()
        terminal.say()
        if isinstance(step, Ending):
            words.ending(terminal, session, step)
            after = second_thought(terminal, session)
        else:
            words.put(terminal, step, f"{len(path.path(session)) + 1}. ")
            after = turn(terminal, session, step)
        if after is None:
            return session
        session = after
        keep(session)


def second_thought(terminal: Terminal, session: Session) -> Session | None:
    """The session without its last answer, if somebody at a terminal takes it back."""
    if not terminal.is_dialogue or not path.path(session):
        return None
    terminal.say()
    prompt = "Enter to finish, u to take the last answer back> "
    while (line := terminal.read(prompt)) is not None:
        typed = line.casefold()
        if typed in ("", *Command.QUIT.value):
            break
        if typed not in Command.UNDO.value:
            terminal.say("Please press Enter, or type u.", lead="   ")
        elif before := undone(terminal, session):
            return before
    return None


def turn(terminal: Terminal, session: Session, step: Question | Action) -> Session:
    """The session after what the customer says to one step."""
    misheard = False
    for lines in itertools.count():
        line = terminal.read("y/n> " if isinstance(step, Action) else "> ")
        if line is None or (lines >= PATIENCE and not sys.stdin.isatty()):
            raise Stopped(misheard=misheard)
        try:
            after = said(terminal, session, step, heard(words.offer(step), line))
        except Misheard as error:
            terminal.say(str(error), lead="   ")
            misheard = True
        else:
            if after is not None:
                return after
            misheard = False
    raise Stopped


def said(
    terminal: Terminal, session: Session, step: Question | Action, what: Command | str
) -> Session | None:
    """The session after an answer or a command, None if it only showed something."""
    match what:
        case Command.QUIT:
            raise Stopped
        case Command.EXPLAIN:
            words.explanation(terminal, step)
        case Command.STILL_POSSIBLE:
            words.still_possible(terminal, session)
        case Command.UNDO:
            return undone(terminal, session)
        case Command.DONT_KNOW if not isinstance(step, Action):
            return session.dont_know(step)
        case Command.LATER | Command.DONT_KNOW:
            # Whether it helped is not known: the action is offered once more, later.
            return session.not_now(step)
        case str():
            return answered(terminal, session, step, what)
    return None


def undone(terminal: Terminal, session: Session) -> Session | None:
    """The session without its last move."""
    try:
        before = session.undo()
    except SessionError:
        terminal.say("There is nothing to take back.", lead="   ")
        return None
    asked, reply = path.in_words(session.tree, path.path(session)[-1])
    terminal.say(f"Taken back: {asked} -> {reply}", lead="   ")
    return before


def answered(
    terminal: Terminal, session: Session, step: Question | Action, answer: str
) -> Session:
    """The session after an answer, which is shown in words."""
    if isinstance(step, Action):
        after = session.tried(step, fixed=answer == "yes")
    else:
        after = replied(session, step, answer)
    shown = path.in_words(session.tree, path.path(after)[-1])[1]
    terminal.say(shown, lead="   = ", dim=True)
    return after


def replied(session: Session, step: Question, answer: str) -> Session:
    """The session after an answer; ``Misheard`` where a number fits none."""
    try:
        return session.answer(step, answer)
    except AnswerError:
        sentence = f"'{answer}' {step.unit} is not among the answers above."
        raise Misheard(sentence) from None
