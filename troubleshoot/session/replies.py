"""What somebody said to a question, understood as one of its answers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from troubleshoot.errors import AnswerError, did_you_mean, nearest
from troubleshoot.session.steps import Choice, Reply

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Question

Said: TypeAlias = str | float | bool | Reply | Choice

# A comma is as good as a point, but "1,000" may be meant as a thousand.
NUMBER: Final = re.compile(
    r"(?![-+]?[1-9]\d{0,2},\d{3}(?!\d))"
    r"([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[-+]?\d{1,4})?)\s*(.*)",
    re.IGNORECASE,
)
ALWAYS_POSSIBLE: Final = {
    "dont-know": Reply.DONT_KNOW,
    "don't know": Reply.DONT_KNOW,
    "not-now": Reply.NOT_NOW,
    "not now": Reply.NOT_NOW,
}
SHOWN: Final = 60


class Understood(NamedTuple):
    """The id of an answer or the value of a ``Reply``; the number, if one was said."""

    answer: str
    value: float | None = None


def understood(question: Question, said: object) -> Understood:
    """
    What was said, as an answer of the question.

    An id or a text of an answer in any case, True and False for yes and no, a number
    or a text such as "250 ms" or "1,5" where the question has a unit, a ``Reply`` or a
    choice.

    Raises:
        AnswerError: it is none of these; the message says what is possible.
    """
    match said:
        case Reply():
            return Understood(said.value)
        case Choice():
            return Understood(question.answer(said.id).id)
        case bool():
            return _from_text(question, "yes" if said else "no")
        case int() | float():
            return _from_number(question, said)
        case str():
            return _from_text(question, said)
    raise AnswerError(_possible(question, "that"))


def _from_text(question: Question, said: str) -> Understood:
    wanted = said.strip().casefold()
    # Ids first: the text of one answer may be the id of another.
    ids = {each.id: each.id for each in reversed(question.answers)}
    texts = {each.text.strip().casefold(): each.id for each in question.answers}
    if wanted in texts | ids:
        return Understood((texts | ids)[wanted])
    if wanted.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") in ALWAYS_POSSIBLE:
        return Understood(ALWAYS_POSSIBLE[wanted.replace("\u2019", "'")].value)
    if question.unit and (number := NUMBER.fullmatch(wanted)):
        return _from_measure(question, said, *number.groups())
    raise AnswerError(_possible(question, f"'{_short(said)}'", said))


def _from_measure(question: Question, said: str, number: str, unit: str) -> Understood:
    if unit not in ("", question.unit.strip().casefold()):
        raise AnswerError(
            f"'{_short(said)}' is not in {question.unit}, the unit of '{question.id}'"
        )
    return _from_number(question, float(number.replace(",", ".")))


def _from_number(question: Question, said: float) -> Understood:
    try:
        number = float(said)
    except OverflowError:
        number = math.inf
    for answer in question.answers:
        if math.isfinite(number) and answer.range and number in answer.range:
            return Understood(answer.id, number)
    raise AnswerError(_possible(question, f"{number:g} {question.unit}".rstrip()))


def _possible(question: Question, shown: str, said: str = "") -> str:
    """The sentence that says what could have been said."""
    ids = [each.id for each in question.answers]
    shown_ids = [
        f"{each.id} ({each.text})" if each.range else each.id
        for each in question.answers
    ]
    names = ", ".join([*shown_ids, *(each.value for each in Reply)])
    hint = did_you_mean(nearest(said.strip().casefold(), ids)) if said else ""
    kind = f"a number in {question.unit}, " if question.unit else ""
    return (
        f"{shown} is not an answer to '{question.id}'; possible are {kind}{names}{hint}"
    )


def _short(text: str) -> str:
    """The text on one line, cut where a message would grow too long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
