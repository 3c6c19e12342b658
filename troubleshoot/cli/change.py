"""
Change what was said before: pick it from a list, and say it anew.

Nothing is changed until the new answer is there; Enter goes back at any point.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from troubleshoot.cli import path, session_text
from troubleshoot.cli.prompt import Command, Misheard, Stopped, commands, listen
from troubleshoot.errors import AnswerError
from troubleshoot.session import DONT_KNOW, NOT_NOW, Action
from troubleshoot.session.belief import EQUAL
from troubleshoot.text import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.cli.path import PathStep
    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Question, Session
    from troubleshoot.session.state import SetAside
    from troubleshoot.tree.tree import AnswerKey


BACK: Final = ("", "n", "no", "0", *Command.UNDO.value, *Command.CHANGE.value)


def changed(terminal: Terminal, session: Session) -> Session | None:
    """The session with an answer changed, or as it was; None without any answer."""
    moves = offered(session)
    if not moves:
        terminal.say(terminal.words.run_nothing_yet, lead="   ")
        return None
    words = terminal.words
    terminal.say(words.run_change_which)
    doubtful = len(suspects(session))
    for number, move in enumerate(moves, start=1):
        mark = f"  <- {words.run_worth_checking}" if number <= doubtful else ""
        session_text.told(terminal, session, move, more=mark, lead=f"{number:>4}  ")
    typed = words("run_change_typed", count=len(moves))
    heard_ = partial(picked, moves, words)
    chosen = listen(terminal, words.run_change_prompt, heard_, typed=typed)
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


def picked(
    moves: Sequence[PathStep], words: Catalogue, line: str
) -> tuple[PathStep, ...]:
    """The move of this number; none where the customer goes back."""
    typed = line.strip().casefold()
    command = commands(words).get(typed)
    if command is Command.QUIT:
        raise Stopped
    if typed in BACK or command in (Command.UNDO, Command.CHANGE):
        return ()
    numbered = {str(i): each for i, each in enumerate(moves, start=1)}
    if typed in numbered:
        return (numbered[typed],)
    raise Misheard(words("run_change_please", count=len(moves)))


def said_anew(terminal: Terminal, session: Session, move: PathStep) -> Session:
    """The session after a new answer to this step, or as it was."""
    step = as_step(session, move)
    terminal.say()
    session_text.put(terminal, step, "   ")
    words = terminal.words
    before = path.in_words(session.tree, move)[1]
    terminal.say(words("run_change_so_far", said=before), lead="   ")
    prompt = words.run_outcome if isinstance(step, Action) else "> "
    typed = f"{session_text.what_can_be_typed(step, words)} {words.run_enter_back}"
    heard_ = partial(answered, terminal, session, step)
    after = listen(terminal, prompt, heard_, typed=typed)
    if after is session:
        terminal.say(words.run_stays, lead="   ")
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
            raise Misheard(terminal.words.run_outcome_please)
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
            gone = terminal.words("run_no_longer", asked=asked, why=each.reason)
            terminal.say(gone, lead="   ")
    for step, each in was.items():
        if step not in aside and step != path.path(after)[-1].step:
            again_ = terminal.words("run_counts_again", asked=shown(before, each))
            terminal.say(again_, lead="   ")
    terminal.say(difference(before, after), lead="   ")


def difference(before: Session, after: Session) -> str:
    """What the change did to the cause that is likeliest, in one sentence."""
    if before.belief == after.belief:
        return after.tree.words.run_no_difference
    led = {"now": leader(after), "before": leader(before)}
    return after.tree.words("run_leads", **led)


def leader(session: Session) -> str:
    """The cause that is likelier than every other, and how likely it is."""
    belief = {name: round(share, EQUAL) for name, share in session.belief.items()}
    most = max(belief.values())
    first, *others = (name for name, share in belief.items() if share == most)
    chance = percent(session.belief[first], session.tree.words)
    if others:
        return session.tree.words.run_no_single
    return f"{session_text.title(session.tree, first)}, {chance}"


def by_step(session: Session) -> dict[str, SetAside]:
    """The answers that are set aside, by their questions."""
    return {each.step: each for each in session.set_aside}


def shown(session: Session, aside: SetAside) -> str:
    """An answer that is set aside, in words."""
    move = next(x for x in reversed(path.path(session)) if x.step == aside.step)
    asked, said = path.in_words(session.tree, move)
    return f"{asked} -> {said}"
