"""
``only-if`` read: a mapping holds if all its entries hold, a list if one of them does.

``any`` and ``all`` take lists of mappings, so that conditions can stand in each other.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from troubleshoot.conditions import Condition
from troubleshoot.tree.only_if import (
    ALWAYS,
    DONT_KNOW,
    FAILED,
    FIXED,
    NOT,
    OUTCOMES,
    TRIED,
    Claim,
)
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from troubleshoot.tree.only_if import OnlyIf
    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.source import Path


COMBINED: Final = ("any", "all")
# What people write for an outcome.
_MEANT: Final = {
    "no": FAILED,
    "false": FAILED,
    "fail": FAILED,
    "yes": FIXED,
    "true": FIXED,
    "works": FIXED,
    "worked": FIXED,
    "done": TRIED,
    "untried": f"{NOT}{TRIED}",
    "not-tried": f"{NOT}{TRIED}",
    "not done": f"{NOT}{TRIED}",
}


class Reader:
    """
    Conditions out of a file; what is wrong with them is noted.

    ``answers`` are the answers of each question, ``several`` the questions that take
    more than one; ``check`` notes an answer that is none, and gives its id.
    """

    def __init__(
        self,
        complaints: Complaints,
        answers: Mapping[str, Sequence[str]],
        actions: Collection[str],
        check: Callable[[str, str, Path], str],
        several: Collection[str] = (),
    ) -> None:
        self.complaints, self.answers, self.actions = complaints, answers, actions
        self.check, self.several = check, several

    def read(self, value: Any, path: Path) -> OnlyIf:  # noqa: ANN401 - any YAML value
        """The condition at a path."""
        if isinstance(value, dict):
            return self._all(value, path)
        if isinstance(value, list):
            return self._of_list("any", value, path)
        said = "'only-if' maps questions to the answers that must have been given"
        fix = "write 'only-if: {QUESTION: ANSWER}'."
        if isinstance(value, str) and value in self.answers:
            fix = f"write 'only-if: {{{value}: {self.answers[value][0]}}}'."
        elif isinstance(value, str) and value in self.actions:
            fix = f"write 'only-if: {{{value}: {FAILED}}}'."
        self.complaints.note("wrong-type", path, said, key=value is None, fix=fix)
        return ALWAYS

    def _all(self, value: dict[str, Any], path: Path) -> OnlyIf:
        parts = [self._entry(name, it, (*path, name)) for name, it in value.items()]
        return Condition(parts=tuple(each for each in parts if each))

    def _of_list(self, how: str, value: list[Any], path: Path) -> OnlyIf:
        if not value:
            said = "the list is empty, so that nothing could ever hold"
            fix = f"list what must hold, as in '{how}: [{{QUESTION: ANSWER}}]'."
            self.complaints.note("bad-value", path, said, fix=fix)
        parts: list[Claim | OnlyIf] = []
        for index, each in enumerate(value):
            at = (*path, index)
            if isinstance(each, dict) and each:
                part = self._all(each, at)
                parts.append(part.parts[0] if len(part.parts) == 1 else part)
            else:
                parts.append(ALWAYS)
                said = f"each entry of '{how}' is a mapping of questions to answers"
                fix = "write '{QUESTION: ANSWER}'."
                self.complaints.note("wrong-type", at, said, fix=fix)
        if how == "any" and not all(parts):
            return ALWAYS  # nobody knows what the broken one would leave open
        return Condition(how == "all", tuple(each for each in parts if each))

    def _entry(
        self,
        name: str,
        value: Any,  # noqa: ANN401 - any YAML value
        path: Path,
    ) -> Claim | OnlyIf:
        known = name in self.answers or name in self.actions
        if name in COMBINED and not (known and _words(value)):
            return self._combined(name, value, path)
        words = _words(value)
        if not known:
            self._unknown(name, path)
            return ALWAYS
        if not words:
            self._no_words(name, value, path)
            return ALWAYS
        read = self._answer if name in self.answers else self._outcome
        wanted = [
            read(name, each, self.complaints.item(path, i))
            for i, each in enumerate(words)
        ]
        if not all(wanted):
            return ALWAYS
        return Claim(
            "question" if name in self.answers else "action", name, tuple(wanted)
        )

    def _combined(self, name: str, value: Any, path: Path) -> OnlyIf:  # noqa: ANN401
        if isinstance(value, list):
            return self._of_list(name, value, path)
        said = f"'{name}' takes a list of mappings of questions to answers"
        each = value if isinstance(value, dict) else {}
        shown = [f"{{{key}: {it}}}" for key, it in each.items() if isinstance(it, str)]
        shown = shown if shown and len(shown) == len(each) else ["{QUESTION: ANSWER}"]
        fix = f"write '{name}: [{', '.join(shown)}]'."
        self.complaints.note("wrong-type", path, said, fix=fix)
        return ALWAYS

    def _unknown(self, name: str, path: Path) -> None:
        complaints = self.complaints
        if name not in complaints.excused.get("action", ()):
            known = (*self.answers, *self.actions)
            near = complaints.nearest(name, known, "unknown-question")
            if near and near[0] in self.actions and near[0] not in self.answers:
                line = complaints.line(complaints.known["action"][near[0]])
                said = f"'{path[1]}' speaks of an unknown question or action '{name}'"
                fix = f"did you mean '{near[0]}' (line {line})?"
                complaints.note("unknown-question", path, said, key=True, fix=fix)
                return
            complaints.unknown("question", name, path, key=True)

    def _no_words(self, name: str, value: Any, path: Path) -> None:  # noqa: ANN401
        is_question = name in self.answers
        what = "an answer, or a list of answers," if is_question else "an outcome"
        first = self.answers[name][0] if is_question else FAILED
        said = f"{what} is expected here"
        if isinstance(value, list) and not value:
            said = "the list is empty, so that nothing could ever hold"
        fix = f"write '{name}: {first}'."
        self.complaints.note("wrong-type", path, said, key=value is None, fix=fix)

    def _answer(self, question: str, said: str, path: Path) -> str:
        """An answer, or what is not to be one, in its normal form; empty if none."""
        answers = self.answers[question]
        if said in answers or said == DONT_KNOW:
            return said
        word = _plain(said)
        if question in self.several and word == NONE:
            return NONE
        if word.startswith(NOT) and word != NOT:
            without = word.removeprefix(NOT)
            if without == DONT_KNOW or (question in self.several and without == NONE):
                return f"{NOT}{without}"
            known = self._known(question, without, path)
            return known and f"{NOT}{known}"
        return self._known(question, word, path)

    def _known(self, question: str, said: str, path: Path) -> str:
        if said in self.answers[question]:
            return said
        if _plain(said).replace("'", "").replace(" ", "-") == DONT_KNOW:
            self._note_answer(question, said, path, f"write '{DONT_KNOW}'.")
            return ""
        owners = self._owners.get(said, ())
        if len(owners) == 1 and self.complaints.source.tells("unknown-answer"):
            fix = f"it is one of '{owners[0]}': write '{owners[0]}: {said}'."
            self._note_answer(question, said, path, fix)
            return ""
        found = self.check(question, said, path)
        return found if found in self.answers[question] else ""

    @cached_property
    def _owners(self) -> Mapping[str, Sequence[str]]:
        """The questions that have an answer, by its id."""
        found: dict[str, list[str]] = {}
        for question, answers in self.answers.items():
            for each in answers:
                found.setdefault(each, []).append(question)
        return found

    def _note_answer(self, question: str, said: str, path: Path, fix: str) -> None:
        message = f"'{said}' is not an answer of '{question}'"
        self.complaints.note("unknown-answer", path, message, fix=fix)

    def _outcome(self, action: str, said: str, path: Path) -> str:
        word = _plain(said)
        negated = word.startswith(NOT)
        outcome = word.removeprefix(NOT)
        if outcome in OUTCOMES:
            return word
        meant = _MEANT.get(word) or _MEANT.get(outcome, FAILED)
        if negated and word not in _MEANT and not meant.startswith(NOT):
            meant = f"{NOT}{meant}"
        message = f"'{action}' is an action, and '{said}' is nothing that comes of one"
        fix = f"write '{action}: {meant}'; an action is failed, fixed or tried."
        self.complaints.note("unknown-outcome", path, message, fix=fix)
        return ""


def _words(value: Any) -> list[str]:  # noqa: ANN401 - any YAML value
    """The words of a word or a list of words; none where it is something else."""
    words = [value] if isinstance(value, str) else value
    if isinstance(words, list) and all(isinstance(x, str) and x for x in words):
        return words
    return []


def _plain(text: str) -> str:
    """With single blanks, a straight apostrophe, and small letters in "not"."""
    plain = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return NOT + plain[len(NOT) :] if plain[: len(NOT)].casefold() == NOT else plain
