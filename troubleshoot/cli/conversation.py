"""
The talk with a customer: put a step, hear the answer, until an ending or a stop.

Works on lines alone, so a terminal, a pipe, a screen reader and a serial line are
the same to it. The end of input is never an answer.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from troubleshoot.cli import path, session_text
from troubleshoot.cli.answers_file import chosen
from troubleshoot.cli.change import changed
from troubleshoot.cli.prompt import Command, Misheard, Stopped, commands, listen
from troubleshoot.errors import AnswerError, SessionError
from troubleshoot.session import Action, Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Question, Session
    from troubleshoot.tree.tree import AnswerKey, RecordItem


def talk(
    terminal: Terminal, session: Session, keep: Callable[[Session], None]
) -> Session:
    """
    The session at its ending; every answer goes to ``keep`` before the next question.

    Raises:
        Stopped: the customer quit, or the input came to its end.
    """
    doubted, passed = False, set[str]()  # what nobody wanted to note
    while True:
        step = chosen(session)
        terminal.say()
        if isinstance(step, Ending):
            session = recorded(terminal, session, wanted(session, step), passed, keep)
            session_text.ending(terminal, session, step)
            after = second_thought(terminal, session)
        else:
            doubted = doubt(terminal, session, doubted=doubted)
            session_text.put(terminal, step, f"{path.number(session)}. ")
            after = turn(terminal, session, step)
        if after is None:
            return session
        is_taken = len(after.events) > len(session.events)
        session = after
        keep(session)
        if is_taken and not isinstance(step, Ending):
            session = recorded(
                terminal, session, noted_with(session, step), passed, keep
            )


def wanted(session: Session, end: Ending) -> tuple[RecordItem, ...]:
    """What is to be noted before handing over; nothing where nobody takes over."""
    if end.kind in ("fixed", "stopped"):
        return ()
    return tuple(each for each in session.tree.records.values() if each.always)


def noted_with(session: Session, step: Question | Action) -> tuple[RecordItem, ...]:
    """What is to be noted with a step that was taken; nothing once all is well."""
    state = session.analysis.state
    if isinstance(step, Action):
        return step.record if state.tried.get(step.id) is False else ()
    return step.record if step.id in state.answers else ()


def recorded(
    terminal: Terminal,
    session: Session,
    items: Iterable[RecordItem],
    passed: set[str],
    keep: Callable[[Session], None],
) -> Session:
    """The session with what the customer notes; an empty line notes nothing."""
    for item in items:
        if item.id in passed or item.id in session.recorded:
            continue
        line = terminal.read(terminal.words("run_record", title=item.title)) or ""
        if not line.strip():
            passed.add(item.id)
            continue
        session = session.note(line.strip(), record=item.id)
        keep(session)
    return session


def doubt(terminal: Terminal, session: Session, *, doubted: bool) -> bool:
    """Say once that the answers fit nothing, and which to check; whether they do."""
    surprise = session.surprise()
    if surprise is not None and not doubted:
        terminal.say(surprise.text, fg="yellow")
        terminal.say(terminal.words.run_doubt, fg="yellow")
        terminal.say()
    return surprise is not None


def second_thought(terminal: Terminal, session: Session) -> Session | None:
    """The session with something taken back or changed; None where that is the end."""
    doubtful = session.surprise() is not None
    if not path.path(session) or not (terminal.is_dialogue or doubtful):
        return None
    terminal.say()
    prompt = terminal.words.run_finish
    try:
        typed = terminal.words.run_finish_typed
        heard_ = partial(thought, terminal, session)
        return listen(terminal, prompt, heard_, typed=typed)
    except Stopped:
        return None


def thought(terminal: Terminal, session: Session, line: str) -> Session | None:
    """The session after what is said at an ending; ``Stopped`` where nothing is."""
    command = commands(terminal.words).get(line.casefold())
    if not line or command is Command.QUIT:
        raise Stopped
    if command not in BACK_AGAIN:
        raise Misheard(terminal.words.run_finish_please)
    return BACK_AGAIN[command](terminal, session)


def turn(terminal: Terminal, session: Session, step: Question | Action) -> Session:
    """The session after what the customer says to one step."""
    words = terminal.words
    prompt = words.run_outcome if isinstance(step, Action) else "> "
    heard_ = partial(said, terminal, session, step)
    typed = session_text.what_can_be_typed(step, words)
    return listen(terminal, prompt, heard_, typed=typed)


def said(
    terminal: Terminal, session: Session, step: Question | Action, line: str
) -> Session | None:
    """The session after an answer or a command, None if it only showed something."""
    match session_text.understood(terminal, session, step, line):
        case Command.UNDO | Command.REDO | Command.CHANGE as command:
            return BACK_AGAIN[command](terminal, session)
        case Command.DONT_KNOW if not isinstance(step, Action):
            return session.dont_know(step)
        case Command.LATER | Command.DONT_KNOW:
            # Whether it helped is not known: the action is offered once more, later.
            return session.not_now(step)
        case str() | tuple() as answer:
            return answered(terminal, session, step, answer)
    return None


def undone(terminal: Terminal, session: Session) -> Session | None:
    """The session without its last move, and without the remarks after it."""
    if not (moves := path.path(session)):
        terminal.say(terminal.words.run_no_undo, lead="   ")
        return None
    before = session
    try:
        while path.path(before) == moves:
            before = before.undo()
    except SessionError:  # all that was said are facts, known before the first question
        terminal.say(terminal.words.run_no_undo, lead="   ")
        return None
    back = terminal.words("run_taken_back", move=moved(session))
    terminal.say(back, lead="   ")
    return before


def redone(terminal: Terminal, session: Session) -> Session | None:
    """The session with the move that was taken back last."""
    try:
        after = session.redo()
    except SessionError:
        terminal.say(terminal.words.run_no_redo, lead="   ")
        return None
    terminal.say(terminal.words("run_done_again", move=moved(after)), lead="   ")
    return after


def moved(session: Session) -> str:
    """The last move in words."""
    asked, reply = path.last_in_words(session)
    return f"{asked} -> {reply}"


BACK_AGAIN: Final = {
    Command.UNDO: undone,
    Command.REDO: redone,
    Command.CHANGE: changed,
}


def answered(
    terminal: Terminal, session: Session, step: Question | Action, answer: AnswerKey
) -> Session:
    """The session after an answer, which is shown in words."""
    try:
        if isinstance(step, Action):
            after = session.tried(step, fixed=answer == "yes")
        else:
            after = session.answer(step, answer)
    except AnswerError as error:  # a number that fits none
        raise Misheard(error.customer) from None
    terminal.say(path.last_in_words(after)[1], lead="   = ", dim=True)
    return after
