"""
What somebody typed at a prompt, understood as an answer or as a command.

The text of an answer wins over a command, a command over the number and the id of an
answer: what is on the screen can always be typed as it stands there. Lines are read
until one of them is understood; the end of input is never an answer.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar

from troubleshoot.catalogue import Catalogue, in_language
from troubleshoot.cli.several import several
from troubleshoot.errors import nearest
from troubleshoot.text import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.tree.tree import AnswerKey


T = TypeVar("T")

# Lines in a row from anything but a terminal: that are no answer, and that only ask.
PATIENCE: Final = 10
QUESTIONS: Final = 100
SHOWN: Final = 40


class Command(Enum):
    """What can be typed instead of an answer; the first letter, or in words."""

    EXPLAIN = ("?", "h", "help", "why", "how")
    UNDO = ("u", "undo", "back")
    REDO = ("r", "redo")
    CHANGE = ("c", "change", "change an answer")
    DONT_KNOW = ("d", "don't know", "dont know", "dont-know", "i don't know")
    LATER = ("l", "later", "not now", "not-now")
    STILL_POSSIBLE = ("s", "status", "still possible")
    QUIT = ("q", "quit", "exit", "bye")


COMMANDS: Final = {word: each for each in Command for word in each.value}


class Misheard(Exception):
    """What was typed is neither; the message says what can be."""


@dataclass(frozen=True)
class Offer:
    """
    The answers: ids with texts; the unit, if a number is asked for.

    They are ``listed`` on the screen unless the prompt alone names them. Of ``several``
    any number can be said at once.
    """

    answers: tuple[tuple[str, str], ...]
    unit: str = ""
    listed: bool = True
    several: bool = False
    words: Catalogue = field(default_factory=in_language, compare=False, repr=False)

    @property
    def numbered(self) -> bool:
        """Whether answers are chosen by number: not where it could mean another."""
        places = {str(i): text for i, (_, text) in enumerate(self.answers, start=1)}
        return not self.unit and all(
            places.get(_plain(text), text) == text for text in places.values()
        )


def yes_or_no(words: Catalogue) -> Offer:
    """What can be said to an action, in these words."""
    said = (("yes", words.say_yes), ("no", words.say_no))
    return Offer(said, listed=False, words=words)


YES_OR_NO: Final = yes_or_no(in_language())


def commands(words: Catalogue) -> Mapping[str, Command]:
    """What can be typed instead of an answer, in these words and in English."""
    named = {
        _plain(word): each
        for each in Command
        for word in words(f"typed_{each.name.casefold()}").split(",")
    }
    return COMMANDS | named


def meaning(offer: Offer, typed: str) -> Command | AnswerKey:
    """
    The command, the id of the answer, or a number where one is asked for.

    Of several answers the ids of those that were typed.

    Raises:
        Misheard: it is none of these.
    """
    said = _plain(typed)
    by_text = {_plain(text): id_ for id_, text in reversed(offer.answers)}
    known = commands(offer.words)
    if said in known and said not in by_text:
        return known[said]
    if offer.several:
        return _several(offer, typed, by_text)
    if said in by_text:
        return by_text[said]
    return _one(offer, typed, by_text)


def _one(offer: Offer, typed: str, by_text: dict[str, str]) -> str:
    """The answer that is no text on the screen: by number, by id, or a number."""
    said, ids = _plain(typed), [id_ for id_, _ in offer.answers]
    if offer.numbered and said.isdecimal():
        return _by_number(ids, said, offer.words)
    if said in ids:
        return said
    if ids == ["yes", "no"]:
        letters = {"y": "yes", "n": "no", offer.words.run_y: "yes"}
        letters |= {_plain(offer.words(f"say_{each}")): each for each in ids}
        if said in letters:
            return letters[said]
    if offer.unit and re.match(r"[-+.]?\d", said):
        return said
    raise Misheard(_what_can_be_typed(offer, typed, by_text))


def _several(offer: Offer, typed: str, by_text: Mapping[str, str]) -> AnswerKey:
    """The answers that were typed, by number, id or text."""
    ids = [id_ for id_, _ in offer.answers]

    def one(text: str) -> str | None:
        said = _plain(text)
        if said in by_text or said in ids:
            return by_text.get(said, said)
        if offer.numbered and said.isdecimal() and 1 <= int(said[:SHOWN]) <= len(ids):
            return ids[int(said[:SHOWN]) - 1]
        return None

    found = several(one_line(typed), one)
    if found is None:
        raise Misheard(_what_can_be_typed(offer, typed, dict(by_text)))
    return tuple(each for each in ids if each in found)


def _by_number(ids: Sequence[str], said: str, words: Catalogue) -> str:
    number = int(said[:SHOWN])
    if not 1 <= number <= len(ids):
        raise Misheard(words("run_no_such_number", number=said[:SHOWN], count=len(ids)))
    return ids[number - 1]


def _what_can_be_typed(offer: Offer, typed: str, texts: dict[str, str]) -> str:
    words = offer.words
    if not typed.strip():
        return words("run_please_type", kind=_kind(offer))
    shown = shortened(one_line(typed), SHOWN)
    near = nearest(_plain(typed[:SHOWN]), texts)[:1]
    hint = words("run_meant", text=near[0]) if near else "."
    return words("run_not_understood", typed=shown, kind=_kind(offer), hint=hint)


def _kind(offer: Offer) -> str:
    ids, words = [id_ for id_, _ in offer.answers], offer.words
    if not offer.listed:
        return words.run_kind_outcome
    if offer.several:
        return words.run_kind_numbers if offer.numbered else words.run_kind_all
    if offer.unit:
        return words("run_kind_unit", unit=one_line(offer.unit))
    if offer.numbered and set(ids) == {"yes", "no"}:
        said = ", ".join(words(f"say_{each}").casefold() for each in ids)
        return words("run_kind_yes_no", said=said)
    if offer.numbered:
        return words("run_kind_number", count=len(offer.answers))
    return words.run_kind_answer


def _plain(text: str) -> str:
    """The text as it is compared: one line, small letters, plain quotes, no end."""
    text = one_line(text).casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return text.rstrip(".!") or text


class Stopped(Exception):
    """The customer leaves; ``why`` where that is a problem, such as no answer."""

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why


def listen(
    terminal: Terminal,
    prompt: str,
    understand: Callable[[str], T | None],
    *,
    typed: str = "",
) -> T:
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
