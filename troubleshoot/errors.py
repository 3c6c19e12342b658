"""
What can go wrong, as values.

    TroubleshootError
    ├── TreeError (ValueError)         a tree file cannot be used; .problems says why
    ├── UnknownName (LookupError)      a name that the tree does not have; .suggestions
    ├── AnswerError (ValueError)       no answer to this step; .question, .said,
    │   │                              .answers, .suggestions, .customer
    │   └── StaleStep                  a reply to a step that is not on any more
    ├── ArgumentError (ValueError)     an argument that is none of what it can be
    │   └── ArgumentTypeError (TypeError)  it is of another kind; .argument
    ├── SessionError (ValueError)      a saved session that cannot be read or continued
    │   └── OtherTree                  it belongs to another tree
    ├── JournalError (OSError)         a journal that cannot be read or written; .before
    ├── PlanError (ValueError)         a text that is no plan
    └── RenderError (RuntimeError)     a document that cannot be made here

A caller of the library catches ``TroubleshootError``; each class also inherits the
built-in it resembles. What they hold may come from anybody: the values keep it as it
was written, their texts (``str``) are safe to print and to log.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Literal

from troubleshoot.text import printable

Severity = Literal["error", "warning"]

# A longer name is no slip of the finger, and comparing it takes its square.
LONGEST_NAME: Final = 100
SHORT: Final = 3
NUMBERS: Final = re.compile(r"\d+")
ALIKE: Final = 0.75  # 'closes' is no 'causes' (0.67), 'repare' is 'repair' (0.83)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Something wrong in a tree file: where, what, why, and how to mend it.

    ``line`` and ``column`` count from 1, in code points; ``excerpt`` is the line of
    the file as it is, ``width`` how much of it to underline; ``also`` are further
    lines that belong to it, with their texts.
    """

    code: str
    message: str
    file: str
    line: int
    column: int
    severity: Severity = "error"
    why: str = ""
    fix: str = ""
    excerpt: str = ""
    width: int = 1
    also: tuple[tuple[int, str], ...] = ()

    @property
    def headline(self) -> str:
        """The line that stands alone, for editors and CI."""
        place = f"{self.file}:{self.line}:{self.column}"
        return printable(f"{place}: {self.severity}: {self.message} [{self.code}]")

    def __str__(self) -> str:
        lines = [self.headline]
        if self.excerpt:
            # The line with its carets, among the others that belong to it.
            own = _underlined(self.excerpt, self.line, self.column, self.width)
            shown = {number: _numbered(number, text) for number, text in self.also}
            parts = {**shown, self.line: own}
            lines += [line for number in sorted(parts) for line in parts[number]]
        advice = ("why", self.why), ("fix", self.fix)
        lines += [f"  {word}: {text}" for word, text in advice if text]
        return "\n".join(map(printable, lines))


def _numbered(line: int, text: str, start: int = 0) -> list[str]:
    """A line of a file behind its number, from this column on."""
    # Sign for sign, so that what stands below a sign stays below it.
    shown = printable(text[start : start + 100].replace("\t", " "))
    return [f"{line:>5} | {shown}"]


def _underlined(excerpt: str, line: int, column: int, width: int) -> list[str]:
    """The line and its carets; a long line is shown around the place."""
    start = max(0, column - 60) if column > 80 else 0  # noqa: PLR2004 - a terminal's
    room = len(excerpt[start : start + 100]) - (column - 1 - start)
    carets = "^" * max(1, min(width, room))
    margin = " " * 6
    return [
        *_numbered(line, excerpt, start),
        f"{margin}| {' ' * (column - 1 - start)}{carets}",
    ]


class TroubleshootError(Exception):
    """
    Whatever this library raises on purpose; its text is one line, safe to log.

    It survives pickle and copy with what it carries, so that a worker can raise it.
    """

    def __str__(self) -> str:
        return printable(super().__str__())

    def __reduce__(self) -> tuple[Callable[..., BaseException], tuple[Any, ...]]:
        return _again, (type(self), self.args, {**self.__dict__})


def _again(
    kind: type[TroubleshootError], args: tuple[Any, ...], held: dict[str, Any]
) -> TroubleshootError:
    """An error as it was, whatever its class is made from."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(held)
    return error


class TreeError(TroubleshootError, ValueError):
    """A tree cannot be used; ``problems`` holds all of them, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(problems, key=attrgetter("file", "line", "column", "code"))
        )
        super().__init__("\n\n".join(map(str, self.problems)))

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.problems))


class UnknownName(TroubleshootError, LookupError):
    """
    A name of this kind is not in the tree; ``suggestions`` are the nearest.

    ``hint`` is the tail of the sentence: what may be meant or, of kinds that have
    ``few`` names, all there are.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, few: bool = False
    ) -> None:
        all_ = tuple(known)
        self.kind = kind
        self.name = name
        self.suggestions = nearest(name, all_)
        listed = f"; there are {', '.join(all_)}" if few else ""
        self.hint = did_you_mean(self.suggestions) or listed
        super().__init__(f"there is no {kind} {name!r}{self.hint}")


class AnswerError(TroubleshootError, ValueError):
    """
    What was said is not an answer to the step, or the step takes none.

    ``question`` is the id of the step, ``said`` what was said (None where that is
    private), ``answers`` are pairs of id and text, ``suggestions`` the nearest ids.
    The text is for developers and speaks of ids; ``customer`` is a sentence for whoever
    was asked, and speaks of texts.
    """

    def __init__(
        self,
        message: str,
        *,
        question: str = "",
        said: object = None,
        answers: Iterable[tuple[str, str]] = (),
        suggestions: Iterable[str] = (),
        customer: str = "That cannot be said here.",
    ) -> None:
        self.question = question
        self.said = said
        self.answers = tuple(answers)
        self.suggestions = tuple(suggestions)
        self.customer = customer
        super().__init__(message)


class StaleStep(AnswerError):
    """A reply to a step that is not on any more, or that is of another session."""


class ArgumentError(TroubleshootError, ValueError):
    """An argument is none of what it can be; ``suggestions`` are the nearest."""

    def __init__(
        self, message: str, *, argument: str = "", suggestions: Iterable[str] = ()
    ) -> None:
        self.argument = argument
        self.suggestions = tuple(suggestions)
        super().__init__(message)


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument is of another kind than it can be, such as a number for a text."""


class SessionError(TroubleshootError, ValueError):
    """A saved session cannot be read or continued."""


class OtherTree(SessionError):
    """The session was begun with another tree."""


class JournalError(TroubleshootError, OSError):
    """
    A journal cannot be read or written, or holds another session.

    ``before`` is the session as far as a damaged journal holds it, as text that
    ``troubleshoot.resume`` takes; None where there is none.
    """

    def __init__(self, message: str, *, before: str | None = None) -> None:
        self.before = before
        super().__init__(message)


class PlanError(TroubleshootError, ValueError):
    """A text is no plan."""


class RenderError(TroubleshootError, RuntimeError):
    """A document cannot be made: what makes it is not installed, or does not work."""


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """
    Up to three known names that may have been meant by this one, the likest first.

    A bad guess is worse than none: a slip of the finger is one, and a beginning; a
    name of other letters is not, nor one of another number.
    """
    if len(name) > LONGEST_NAME:
        return ()
    alike = [each for each in known if is_alike(name, each)]
    one = _plain(name)
    return tuple(sorted(alike, key=lambda it: _unlikeness(one, _plain(it))))[:3]


def is_alike(name: str, known: str) -> bool:
    """Whether a name is another one with a slip in it, or the beginning of it."""
    one, other = _plain(name), _plain(known)
    return (len(one) >= SHORT and other.startswith(one)) or is_slip(one, other)


def is_slip(name: str, known: str) -> bool:
    """Whether a slip of the finger makes one of these names of the other."""
    one, other = _plain(name), _plain(known)
    longer = max(len(one), len(other))
    most = max(1, longer // 3)
    # From the cheapest to the dearest: most names are nothing like each other.
    if (
        abs(len(one) - len(other)) > most
        or longer > LONGEST_NAME
        or not _same_signs(_digits(one), _digits(other))
        or (longer <= SHORT and not _same_signs(one, other))
        or len({*one} ^ {*other}) > 2 * most
    ):
        return False
    slips = _slips(one, other)
    return slips <= 1 or (slips <= most and _likeness(one, other) >= ALIKE)


def _unlikeness(one: str, other: str) -> tuple[int, float]:
    return _slips(one, other), -_likeness(one, other)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")


def _same_signs(one: str, other: str) -> bool:
    """Whether nothing but order and number of signs differs: 'to' is not 'do'."""
    if len(one) != len(other):
        return bool(one) == bool(other)  # a number that is put behind is meant
    return sorted(one) == sorted(other)


def _digits(name: str) -> str:
    return "".join(NUMBERS.findall(name))


def _slips(one: str, other: str) -> int:
    """Letters left out, put in, mistaken or swapped: the optimal string alignment."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                least = min(least, older[j - 2] + 1)
            row.append(least)
    return row[-1]


def did_you_mean(suggestions: Iterable[str]) -> str:
    """The tail of a sentence that offers the suggestions; empty without any."""
    names = " or ".join(f"'{each}'" for each in suggestions)
    return f"; did you mean {names}?" if names else ""
