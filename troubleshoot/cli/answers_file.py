"""
A run prepared in a file: what to answer, what came of actions, and what to note.

    other-devices: no
    lights: amber
    ping-time: 250
    restart-router: yes
    lamps: [power, fault]
    serial: X123

The file is read like a tree: plain yes and no are words, a name stands there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from troubleshoot import files
from troubleshoot.cli import path, session_text
from troubleshoot.cli.refused import WRONG_USAGE, Refused, wrong_usage
from troubleshoot.cli.several import as_fact
from troubleshoot.cli.terminal import CHOOSING, ProgressLine
from troubleshoot.errors import UnknownName, did_you_mean, nearest
from troubleshoot.session import NOT_NOW, Action, Ending, begin
from troubleshoot.text import one_line
from troubleshoot.tree.source import MAX_BYTES, Block
from troubleshoot.tree.syntax import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Question, Session, Step
    from troubleshoot.tree.tree import Tree


# One answer, or those of several that hold.
Reply: TypeAlias = "str | list[str] | tuple[str, ...]"

LINES: Final = "each line should read 'question: answer'."
WORKED: Final = {"yes": True, "no": False, NOT_NOW.value: None}


def prepared(file: str, tree: Tree) -> dict[str, Reply]:
    """The answers in a file, each of which the tree has; ``Refused`` otherwise."""
    answers = {
        name: as_fact(tree, name, said) if isinstance(said, str) else said
        for name, said in _mapping(file).items()
    }
    with wrong_usage(file):
        for name, said in answers.items():
            _fits(tree, name, said)
    return answers


def _mapping(file: str) -> dict[str, str | list[str]]:
    try:
        source = read(files.read(file, MAX_BYTES), file)
    except OSError as error:
        message = f"{file}: the file cannot be read: {error.strerror}"
        raise Refused(message, code=WRONG_USAGE) from error
    if source.problems:
        raise Refused("\n".join(map(str, source.problems)), code=WRONG_USAGE)
    root = Block(None) if source.root is None else source.root
    if not isinstance(root, Block) or not all(
        isinstance(each, str)
        or (isinstance(each, list) and all(isinstance(x, str) for x in each))
        for each in root.values()
    ):
        raise Refused(f"{file}: {LINES}", code=WRONG_USAGE)
    return dict(root)


def _fits(tree: Tree, name: str, said: Reply) -> None:
    """``UnknownName`` or ``AnswerError`` where the tree does not have it."""
    if name in tree.actions and isinstance(said, str) and said in WORKED:
        return
    is_step = name in tree.questions or name in tree.actions
    if name in tree.records and not is_step and isinstance(said, str):
        return
    question = tree.questions.get(name)
    if question and (question.several or isinstance(said, str)):
        begin(tree).answer(name, said)
        return
    if not isinstance(said, str):
        raise Refused(f"'{name}': {LINES}", code=WRONG_USAGE)
    if name not in tree.actions:
        known = [*tree.questions, *tree.actions, *tree.records]
        raise UnknownName("question or action", name, known)
    hint = did_you_mean(nearest(said, WORKED))
    message = f"'{said}' does not say whether '{name}' worked: yes or no{hint}"
    raise Refused(message, code=WRONG_USAGE)


def play(terminal: Terminal, session: Session, answers: Mapping[str, Reply]) -> Session:
    """
    The session at its ending, each step answered from the file.

    A question without an entry is "don't know", an action without one "not now". What
    is to be noted is noted first.
    """
    for item in session.tree.records.values():
        said = answers.get(item.id)
        if isinstance(said, str) and item.id not in session.recorded:
            session = session.note(said, record=item.id)
    while not isinstance(step := chosen(session), Ending):
        terminal.say()
        session_text.put(terminal, step, f"{path.number(session)}. ")
        session = _after(session, step, answers.get(step.id))
        shown = path.last_in_words(session)[1]
        terminal.say(f"> {one_line(shown)}", bold=True)
    terminal.say()
    session_text.ending(terminal, session, step)
    return session


def chosen(session: Session) -> Step:
    """The next step; that it is being chosen is said where it takes long."""
    with ProgressLine(CHOOSING):
        return session.next_step()


def _after(session: Session, step: Question | Action, said: Reply | None) -> Session:
    """The session after what the file says to a step, if anything."""
    if isinstance(step, Action):
        fixed = WORKED.get(said) if isinstance(said, str) else None
        if fixed is None:
            return session.not_now(step)
        return session.tried(step, fixed=fixed)
    # An action of the same id may be what the entry is about.
    if said is None or (step.id in session.tree.actions and said in WORKED):
        return session.dont_know(step)
    return session.answer(step, said)
