"""
Change what was said before: pick it from a list, and say it anew.

Nothing is changed until the new answer is there; Enter goes back at any point.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from troubleshoot.cli import path, session_text
from troubleshoot.cli.prompt import Command, Misheard, Stopped, listen
from troubleshoot.errors import AnswerError
from troubleshoot.session import DONT_KNOW, NOT_NOW, Action
from troubleshoot.session.belief import EQUAL
from troubleshoot.text import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.cli.path import PathStep
    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Question, Session
    from troubleshoot.session.state import SetAside
    from troubleshoot.tree.tree import AnswerKey


BACK: Final = ("", "n", "no", "0", *Command.UNDO.value, *Command.CHANGE.value)
DOUBTFUL: Final = "  <- worth checking again"


def changed(terminal: Terminal, session: Session) -> Session | None:
    """The session with an answer changed, or as it was; None without any answer."""
    moves = offered(session)
    if not moves:
        terminal.say("Nothing has been answered yet.", lead="   ")
        return None
    terminal.say("What should be changed? Type its number, or Enter to go back.")
    doubtful = len(suspects(session))
    for number, move in enumerate(moves, start=1):
        mark = DOUBTFUL if number <= doubtful else ""
        session_text.told(terminal, session, move, more=mark, lead=f"{number:>4}  ")
    typed = (
        f"What can be typed: a number from 1 to {len(moves)}, q to save and quit, or "
        "Enter alone to go back."
    )
    chosen = listen(terminal, "change> ", partial(picked, moves), typed=typed)
    return said_anew(terminal, session, chosen[0]) if chosen else session


def offered(session: Session) -> tuple[PathStep, ...]:
    """Everything that was said, what is worth checking again first."""
    first = suspects(session)
    return (*first, *(each for each in path.replies(session) if each not in first))


def suspects(session: Session) -> tuple[PathStep, ...]:
    """What does not fit the rest, in the order in which to check it again."""
    said = {(x.kind in path.DONE, x.step): x for x in path.replies(session)}
    surprise = session.surprise()
    found = surprise.suspects if surprise else ()
    return tuple(said[each.kind == "action", each.step] for each in found)


def picked(moves: Sequence[PathStep], line: str) -> tuple[PathStep, ...]:
    """The move of this number; none where the customer goes back."""
    typed = line.strip().casefold()
    if typed in Command.QUIT.value:
        raise Stopped
    if typed in BACK:
        return ()
    numbered = {str(i): each for i, each in enumerate(moves, start=1)}
    if typed in numbered:
        return (numbered[typed],)
    raise Misheard(
        f"Please type a number from 1 to {len(moves)}, or press Enter to go back."
    )


def said_anew(terminal: Terminal, session: Session, move: PathStep) -> Session:
    """The session after a new answer to this step, or as it was."""
    step = as_step(session, move)
    terminal.say()
    session_text.put(terminal, step, "   ")
    terminal.say(f"So far: {path.in_words(session.tree, move)[1]}", lead="   ")
    prompt = "y/n> " if isinstance(step, Action) else "> "
    typed = f"{session_text.what_can_be_typed(step)} Enter alone goes back."
    heard_ = partial(answered, terminal, session, step)
    after = listen(terminal, prompt, heard_, typed=typed)
    if after is session:
        terminal.say("It stays as it was.", lead="   ")
    else:
        terminal.say(path.last_in_words(after)[1], lead="   = ", dim=True)
        consequences(terminal, session, after)
    return after


def as_step(session: Session, move: PathStep) -> Question | Action:
    """What was asked or done, to be put again; not recommended, so without a reason."""
    if move.kind in path.DONE:
        return replace(session.action(move.step), reason="")
    return replace(session.question(move.step), reason="", again="")


def answered(
    terminal: Terminal, session: Session, step: Question | Action, line: str
) -> Session | None:
    """The session after a line to a step that is put again; None if it only showed."""
    if not line.strip():
        return session
    match session_text.understood(terminal, session, step, line):
        case Command.UNDO | Command.REDO | Command.CHANGE:
            return session
        case Command.DONT_KNOW | Command.LATER if isinstance(step, Action):
            raise Misheard("Please type y or n, or press Enter to go back.")
        case Command.DONT_KNOW:
            return again(session, step, DONT_KNOW.value)
        case Command.LATER:
            return again(session, step, NOT_NOW.value)
        case str() | tuple() as said:
            return again(session, step, said)
    return None


def again(session: Session, step: Question | Action, said: AnswerKey) -> Session:
    """The session after a new answer; ``Misheard`` where a number fits none."""
    if isinstance(step, Action):
        return session.change(step, said == "yes")
    try:
        if step.id in session.analysis.state.stale:
            return session.answer(step.id, said)  # it may be different now
        return session.change(step.id, said)
    except AnswerError as error:
        raise Misheard(error.customer) from None


def consequences(terminal: Terminal, before: Session, after: Session) -> None:
    """Say which other answers count no longer, and which do again."""
    aside, was = by_step(after), by_step(before)
    for step, each in aside.items():
        if step not in was:
            asked = shown(after, each)
            terminal.say(f"No longer counts: {asked}. {each.reason}", lead="   ")
    for step, each in was.items():
        if step not in aside and step != path.path(after)[-1].step:
            terminal.say(f"Counts again: {shown(before, each)}", lead="   ")
    terminal.say(difference(before, after), lead="   ")


def difference(before: Session, after: Session) -> str:
    """What the change did to the cause that is likeliest, in one sentence."""
    if before.belief == after.belief:
        return "This changes nothing about what is likely."
    return f"Leads now: {leader(after)}; before: {leader(before)}."


def leader(session: Session) -> str:
    """The cause that is likelier than every other, and how likely it is."""
    belief = {name: round(share, EQUAL) for name, share in session.belief.items()}
    most = max(belief.values())
    first, *others = (name for name, share in belief.items() if share == most)
    if others:
        return "no single cause"
    return (
        f"{session_text.title(session.tree, first)}, {percent(session.belief[first])}"
    )


def by_step(session: Session) -> dict[str, SetAside]:
    """The answers that are set aside, by their questions."""
    return {each.step: each for each in session.set_aside}


def shown(session: Session, aside: SetAside) -> str:
    """An answer that is set aside, in words."""
    move = next(x for x in reversed(path.path(session)) if x.step == aside.step)
    asked, said = path.in_words(session.tree, move)
    return f"{asked} -> {said}"
