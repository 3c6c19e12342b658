"""What somebody said to a question, understood as one of its answers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from troubleshoot.arguments import as_float
from troubleshoot.errors import AnswerError, did_you_mean, nearest
from troubleshoot.session.steps import Choice, Reply

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Question

Said: TypeAlias = str | float | bool | Reply | Choice

# A comma is as good as a point, but "1,000" and "1.000" may be meant as a thousand.
AMBIGUOUS: Final = re.compile(r"([-+]?[1-9]\d{0,2})[.,](\d{3})(?!\d)")
NUMBER: Final = re.compile(
    r"(?![-+]?[1-9]\d{0,2}[.,]\d{3}(?!\d))"
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
            return _from_choice(question, said)
        case bool():
            return _from_text(question, "yes" if said else "no")
        case int() | float():
            return _from_number(question, said)
        case str():
            return _from_text(question, said)
    raise refusal(question, said, "that")


def always_possible(said: object) -> Reply | None:
    """What can be said to every step, by itself or in words; None if it is not that."""
    if isinstance(said, Reply):
        return said
    if not isinstance(said, str):
        return None
    plain = said.strip().casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return ALWAYS_POSSIBLE.get(plain)


def _from_choice(question: Question, said: Choice) -> Understood:
    for each in question.answers:
        if each.id == said.id:
            return Understood(each.id)
    raise refusal(question, said, "a choice of another question")


def _from_text(question: Question, said: str) -> Understood:
    wanted = said.strip().casefold()
    # Ids first: the text of one answer may be the id of another.
    ids = {each.id: each.id for each in reversed(question.answers)}
    texts = {each.text.strip().casefold(): each.id for each in question.answers}
    if wanted in texts | ids:
        return Understood((texts | ids)[wanted])
    if (reply := always_possible(said)) is not None:
        return Understood(reply.value)
    if question.unit and (both := AMBIGUOUS.match(wanted)):
        raise _two_ways(question, said, both)
    if question.unit and (number := NUMBER.fullmatch(wanted)):
        return _from_measure(question, said, *number.groups())
    raise refusal(question, said, f"'{_short(said)}'")


def _from_measure(question: Question, said: str, number: str, unit: str) -> Understood:
    if unit not in ("", question.unit.strip().casefold()):
        shown = "this" if question.private else f"'{_short(said)}'"
        message = f"{shown} is not in {question.unit}, the unit of '{question.id}'"
        raise refusal(question, said, message=message)
    return _from_number(question, float(number.replace(",", ".")))


def _from_number(question: Question, said: float) -> Understood:
    number = as_float(said)
    for answer in question.answers:
        if math.isfinite(number) and answer.range and number in answer.range:
            return Understood(answer.id, number)
    raise refusal(question, said, f"{number:g} {question.unit}".rstrip())


def _two_ways(question: Question, said: str, number: re.Match[str]) -> AnswerError:
    """What may be meant with thousands or with decimals is asked for again."""
    whole, rest = number.groups()
    ways = f"{float(f'{whole}.{rest}'):g} or {whole}{rest}"
    shown = f"'{_short(said)}'"
    if question.private:
        shown, ways = "this number", "it without what sets off thousands"
    return refusal(
        question,
        said,
        message=f"{shown} can be read in two ways for '{question.id}': write {ways}",
        customer=f"That can be read in two ways. Please write {ways}.",
    )


def refusal(
    question: Question,
    said: object,
    shown: str = "",
    *,
    message: str = "",
    customer: str = "",
) -> AnswerError:
    """
    What was said is no answer: a sentence for developers and one for customers.

    What is said to a private question stands in neither, nor what it looks like.
    """
    private = question.private
    words = said.strip().casefold() if isinstance(said, str) and not private else ""
    near = nearest(words, [each.id for each in question.answers]) if words else ()
    shown = "this" if private else shown
    return AnswerError(
        message
        or f"{shown} is not an answer to '{question.id}'; possible are "
        f"{_possible(question)}{did_you_mean(near)}",
        question=question.id,
        said=None if private else said,
        answers=[(each.id, each.text) for each in question.answers],
        suggestions=near,
        customer=customer
        or f"That is not one of the answers here. Possible are: {_texts(question)}.",
    )


def _possible(question: Question) -> str:
    """All that could have been said, by id."""
    ids = [
        f"{each.id} ({each.text})" if each.range else each.id
        for each in question.answers
    ]
    kind = [f"a number in {question.unit}"] if question.unit else []
    return ", ".join([*kind, *ids, *(each.value for each in Reply)])


def _texts(question: Question) -> str:
    """All that could have been said, as a customer reads it."""
    texts = [each.text.rstrip(".") for each in question.answers]
    kind = [f"a number in {question.unit}"] if question.unit else []
    return "; ".join([*kind, *texts, "I don't know", "not now"])


def _short(text: str) -> str:
    """The text on one line, cut where a message would grow too long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
