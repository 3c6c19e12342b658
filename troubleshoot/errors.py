"""
What can go wrong, as values.

    TroubleshootError
    ├── TreeError (ValueError)         a tree file cannot be used; .problems says why
    ├── UnknownName (LookupError)      a name that the tree does not have; .suggestions
    ├── AnswerError (ValueError)       an answer that the question does not have
    ├── SessionError (ValueError)      a saved session that cannot be read or continued
    │   └── OtherTree                  it belongs to another tree
    ├── JournalError (OSError)         a journal that cannot be read or written; .before
    ├── PlanError (ValueError)         a text that is no plan
    └── RenderError (RuntimeError)     a document that cannot be made here

A caller of the library catches ``TroubleshootError``; each class also inherits the
built-in it resembles.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Something wrong in a tree file: where, what, why, and how to mend it.

    ``line`` and ``column`` count from 1, in code points; ``excerpt`` is the line of
    the file, ``width`` how much of it to underline.
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

    @property
    def headline(self) -> str:
        """The line that stands alone, for editors and CI."""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message} [{self.code}]"

    def __str__(self) -> str:
        lines = [self.headline]
        if self.excerpt:
            lines += _underlined(self.excerpt, self.line, self.column, self.width)
        lines += [f"  {word}: {text}" for word, text in self._advice() if text]
        return "\n".join(lines)

    def _advice(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("why", self.why), ("fix", self.fix)


def _underlined(excerpt: str, line: int, column: int, width: int) -> list[str]:
    """The line and its carets; a long line is shown around the place."""
    start = max(0, column - 60) if column > 80 else 0  # noqa: PLR2004 - a terminal's
    shown = excerpt[start : start + 100].replace("\t", " ")
    carets = "^" * max(1, min(width, len(shown) - (column - 1 - start)))
    margin = " " * 6
    return [
        f"{line:>5} | {shown}",
        f"{margin}| {' ' * (column - 1 - start)}{carets}",
    ]


class TroubleshootError(Exception):
    """Whatever this library raises on purpose."""


class TreeError(TroubleshootError, ValueError):
    """A tree cannot be used; ``problems`` holds all of them, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_by_place))
        super().__init__("\n\n".join(map(str, self.problems)))


def _by_place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.code


class UnknownName(TroubleshootError, LookupError):
    """A name of this kind is not in the tree; ``suggestions`` are the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.suggestions = nearest(name, known)
        super().__init__(f"there is no {kind} {name!r}{did_you_mean(self.suggestions)}")


class AnswerError(TroubleshootError, ValueError):
    """What was said is not an answer to the question, or the step takes none."""


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
    """Up to three known names that look like this one, the likest first."""
    return tuple(difflib.get_close_matches(name, list(known), n=3, cutoff=0.6))


def did_you_mean(suggestions: Iterable[str]) -> str:
    """The tail of a sentence that offers the suggestions; empty without any."""
    names = " or ".join(f"'{each}'" for each in suggestions)
    return f"; did you mean {names}?" if names else ""
