"""
What somebody said: of which step they speak, and which of its answers they mean.

Also how steps, causes and what came of a step read in a sentence, and the event that
corrects what was said before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from troubleshoot.arguments import as_float
from troubleshoot.catalogue import in_language
from troubleshoot.errors import AnswerError, UnknownName, did_you_mean, nearest
from troubleshoot.session.events import Answered, Tried
from troubleshoot.session.steps import (
    Action,
    Choice,
    Ending,
    LikelyCause,
    Question,
    Reply,
    Titled,
)
from troubleshoot.text import (
    REPLIES,
    WORKED,
    listing,
    number,
    reply,
    shortened,
)
from troubleshoot.tree import tree as written
from troubleshoot.tree.tree import AnswerKey, once_per_tree
from troubleshoot.tree.values import NONE, number_range

if TYPE_CHECKING:
    from troubleshoot.catalogue import Catalogue
    from troubleshoot.session.belief import Belief
    from troubleshoot.session.provenance import Signature
    from troubleshoot.session.state import State
    from troubleshoot.tree.tree import Tree


One: TypeAlias = str | float | bool | Reply | Choice
Said: TypeAlias = One | Iterable[str | Choice]

# A comma is as good as a point, but "1,000" and "1.000" may be meant as a thousand.
AMBIGUOUS: Final = re.compile(r"([-+]?[1-9]\d{0,2})[.,](\d{3})(?!\d)")
NUMBER: Final = re.compile(
    r"(?![-+]?[1-9]\d{0,2}[.,]\d{3}(?!\d))"
    r"([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[-+]?\d{1,4})?)\s*(.*)",
    re.IGNORECASE,
)
ALWAYS_POSSIBLE: Final = {
    "dont-know": Reply.DONT_KNOW,
    "not-now": Reply.NOT_NOW,
    **{said: Reply(id) for id, said in REPLIES.items()},
}
SHOWN: Final = 60

OUTCOMES: Final = {"fixed": True, "failed": False}


class Understood(NamedTuple):
    """The answer, or the value of a ``Reply``; the number, if one was said."""

    answer: AnswerKey
    value: float | None = None


def understood(
    question: written.Question, said: object, words: Catalogue | None = None
) -> Understood:
    """
    What was said, as an answer of the question.

    An id or a text of an answer in any case, True and False for yes and no, a number
    or a text such as "250 ms" or "1,5" where the question has a unit, a ``Reply`` or a
    choice. Where the question takes several answers, these or none of them in a list,
    a set or anything else that gives one after the other; one alone is a list of one,
    and ``none`` the empty list. ``words`` are those of the customer: what every
    question takes can be said in them, and a refusal is.

    Raises:
        AnswerError: it is none of these; the message says what is possible.
    """
    words = words or in_language()
    if question.several and not isinstance(said, Reply):
        return Understood(_several(question, said, words))
    match said:
        case Reply():
            return Understood(said.value)
        case Choice():
            return _from_choice(question, said, words)
        case bool():
            return _from_text(question, "yes" if said else "no", words)
        case int() | float():
            return _from_number(question, said, words)
        case str():
            return _from_text(question, said, words)
    raise refusal(question, said, "that", words=words)


def meant(tree: Tree, question: str, said: object) -> Understood:
    """
    What was said to this question of the tree, as ``understood``, in its words.

    Where the tree reads otherwise than it was written, its own texts will do as well.
    """
    asked = tree.questions[question]
    if tree.original is not tree:
        own = _own_texts(tree, asked)
        if isinstance(said, str):
            said = own.get(_plain(said), said)
        elif isinstance(said, list | tuple | set | frozenset):
            said = [own.get(_plain(x), x) if isinstance(x, str) else x for x in said]
    return understood(asked, said, tree.words)


def _own_texts(tree: Tree, asked: written.Question) -> dict[str, str]:
    """Answers by the texts of the tree itself, and by "yes" and "no" in its words."""
    ids = [each.id for each in asked.answers]
    shown = {_plain(each.text) for each in asked.answers} | {*ids}
    own = tree.original.questions[asked.id].answers
    texts = {_plain(each.text): each.id for each in reversed(own)}
    texts |= {_plain(tree.words(f"say_{x}")): x for x in ("yes", "no") if x in ids}
    return {text: id for text, id in texts.items() if text not in shown}


def _several(question: written.Question, said: object, words: Catalogue) -> AnswerKey:
    """The answers that hold, in the order of the file, or the value of a reply."""
    if isinstance(said, str):
        word = said.strip().casefold()
        if word in (NONE, words.none_of_these.casefold()):
            return ()
        if (reply := always_possible(said, words)) is not None:
            return reply.value
    if isinstance(said, str | Choice):
        said = [said]
    if not isinstance(said, Iterable) or isinstance(said, bytes | Mapping):
        raise refusal(question, said, "that", words=words)
    held = {_one_of_several(question, said, each, words) for each in said}
    return tuple(each.id for each in question.answers if each.id in held)


def _one_of_several(
    question: written.Question, said: object, one: object, words: Catalogue
) -> AnswerKey:
    """The id of one answer of those that were said; nothing else stands among them."""
    if isinstance(one, Choice):
        found = _from_choice(question, one, words).answer
    elif isinstance(one, str) and always_possible(one, words) is None:
        found = _from_text(question, one, words).answer
    else:
        shown = f"'{_short(one)}'" if isinstance(one, str) else "one of those said"
        raise refusal(question, said, shown, words=words)
    return found


def always_possible(said: object, words: Catalogue | None = None) -> Reply | None:
    """What can be said to every step, by itself or in words; None if it is not that."""
    if isinstance(said, Reply):
        return said
    if not isinstance(said, str):
        return None
    plain = _plain(said)
    if words is not None:
        for each in Reply:
            if plain == _plain(reply(each.value, words)):
                return each
    return ALWAYS_POSSIBLE.get(plain)


def _plain(said: str) -> str:
    return said.strip().casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _from_choice(
    question: written.Question, said: Choice, words: Catalogue
) -> Understood:
    for each in question.answers:
        if each.id == said.id:
            return Understood(each.id)
    raise refusal(question, said, "a choice of another question", words=words)


def _from_text(question: written.Question, said: str, words: Catalogue) -> Understood:
    wanted = said.strip().casefold()
    # Ids first: the text of one answer may be the id of another.
    ids = {each.id: each.id for each in reversed(question.answers)}
    texts = {each.text.strip().casefold(): each.id for each in question.answers}
    if wanted in texts | ids:
        return Understood((texts | ids)[wanted])
    if question.unit and (id := _by_range(question, wanted)):
        return Understood(id)
    if (always := always_possible(said, words)) is not None:
        return Understood(always.value)
    if question.unit and (both := AMBIGUOUS.match(wanted)):
        raise _two_ways(question, said, both, words)
    if question.unit and (measure := NUMBER.fullmatch(wanted)):
        return _from_measure(question, said, *measure.groups(), words=words)
    raise refusal(question, said, f"'{_short(said)}'", words=words)


def _by_range(question: written.Question, said: str) -> str:
    """The answer whose range was said as it is written in a file; mostly empty."""
    try:
        numbers = number_range(said)
    except ValueError:
        return ""
    return next((each.id for each in question.answers if each.range == numbers), "")


def _from_measure(
    question: written.Question, said: str, digits: str, unit: str, *, words: Catalogue
) -> Understood:
    if unit not in ("", question.unit.strip().casefold()):
        shown = "this" if question.private else f"'{_short(said)}'"
        message = f"{shown} is not in {question.unit}, the unit of '{question.id}'"
        raise refusal(question, said, message=message, words=words)
    return _from_number(question, float(digits.replace(",", ".")), words)


def _from_number(
    question: written.Question, said: float, words: Catalogue
) -> Understood:
    value = as_float(said)
    for answer in question.answers:
        if math.isfinite(value) and answer.range and value in answer.range:
            return Understood(answer.id, value)
    shown = f"{number(value, words)} {question.unit}".rstrip()
    raise _fits_none(question, said, shown, words)


def _fits_none(
    question: written.Question, said: float, number: str, words: Catalogue
) -> AnswerError:
    """No range holds the number: which there are is said to whoever gave it."""
    shown = "this" if question.private else number
    return refusal(
        question,
        said,
        message=f"no answer to '{question.id}' fits {shown}; possible are "
        f"{_possible(question)}",
        customer=""
        if question.private
        else words("refused_number", number=number, answers=_texts(question, words)),
        words=words,
    )


def _two_ways(
    question: written.Question, said: str, both: re.Match[str], words: Catalogue
) -> AnswerError:
    """What may be meant with thousands or with decimals is asked for again."""
    whole, rest = both.groups()
    value = float(f"{whole}.{rest}")
    shown, ways = f"'{_short(said)}'", f"{value:g} or {whole}{rest}"
    asked = listing([number(value, words), f"{whole}{rest}"], "or", words)
    customer = words("refused_two_ways", ways=asked)
    if question.private:
        shown, ways = "this number", "it without what sets off thousands"
        customer = words.refused_two_ways_private
    return refusal(
        question,
        said,
        message=f"{shown} can be read in two ways for '{question.id}': write {ways}",
        customer=customer,
        words=words,
    )


def refusal(
    question: written.Question,
    said: object,
    shown: str = "",
    *,
    message: str = "",
    customer: str = "",
    words: Catalogue | None = None,
) -> AnswerError:
    """
    What was said is no answer: a sentence for developers and one for customers.

    What is said to a private question stands in neither, nor what it looks like.
    """
    private, words = question.private, words or in_language()
    heard = said.strip().casefold() if isinstance(said, str) and not private else ""
    near = nearest(heard, [each.id for each in question.answers]) if heard else ()
    shown = "this" if private else shown
    return AnswerError(
        message
        or f"{shown} is not an answer to '{question.id}'; possible are "
        f"{_possible(question)}{did_you_mean(near)}",
        question=question.id,
        said=None if private else said,
        answers=[(each.id, each.text) for each in question.answers],
        suggestions=near,
        customer=customer or words("refused_answer", answers=_texts(question, words)),
    )


def _possible(question: written.Question) -> str:
    """All that could have been said, by id."""
    ids = [
        f"{each.id} ({each.text})" if each.range else each.id
        for each in question.answers
    ]
    kind = [f"a number in {question.unit}"] if question.unit else []
    if question.several:
        kind, ids = ["any number of these in a list"], [*ids, NONE]
    return ", ".join([*kind, *ids, *(each.value for each in Reply)])


def _texts(question: written.Question, words: Catalogue) -> str:
    """All that could have been said, as a customer reads it."""
    texts = [each.text.rstrip(".") for each in question.answers]
    kind = [words("number_in", unit=question.unit)] if question.unit else []
    texts += [words.none_of_these] * question.several
    return "; ".join([*kind, *texts, words.say_dont_know, reply("not-now", words)])


def _short(text: str) -> str:
    """The text on one line, cut where a message would grow too long."""
    return shortened(" ".join(text.split()), SHOWN)


def step_id(step: object, words: Catalogue | None = None) -> str:
    """The id that names a step; ``AnswerError`` where nothing does."""
    match step:
        case Question() | Action() | written.Question() | written.Action():
            step = step.id
        case Ending():
            raise AnswerError(
                "the session has come to its end: nothing was asked",
                customer=(words or in_language()).refused_over,
            )
    if not isinstance(step, str):
        raise AnswerError("a step is named by itself or by its id")
    return step


def is_action(step: object) -> bool:
    """Whether this is an action, as a session or as a tree has it."""
    return isinstance(step, Action | written.Action)


def is_question(step: object) -> bool:
    """Whether this is a question, as a session or as a tree has it."""
    return isinstance(step, Question | written.Question)


def meant_as_action(tree: Tree, step: object) -> bool:
    """
    Whether an action is meant and no question; a name that both have is the question's.

    Raises:
        UnknownName: there is neither.
        AnswerError: this names no step.
    """
    name = step_id(step, tree.words)
    if is_question(step) or is_action(step):
        return is_action(step)
    if name not in tree.questions and name not in tree.actions:
        raise UnknownName("question or action", name, [*tree.questions, *tree.actions])
    return name not in tree.questions


def question_id(tree: Tree, question: object) -> str:
    """The id of a question of the tree."""
    name = step_id(question, tree.words)
    action = is_action(question) or name in tree.actions
    if action and name not in tree.questions:
        raise AnswerError(
            f"'{name}' is an action: say whether it fixed the symptom", question=name
        )
    return tree.question(name).id


def action_id(tree: Tree, action: object) -> str:
    """The id of an action of the tree."""
    name = step_id(action, tree.words)
    question = is_question(action) or name in tree.questions
    if question and name not in tree.actions:
        raise AnswerError(f"'{name}' is a question: it takes an answer", question=name)
    return tree.action(name).id


@once_per_tree
def titled_causes(tree: Tree) -> tuple[Titled, ...]:
    """The root causes with their titles, in the order of the file."""
    return tuple(Titled(each.id, each.title) for each in tree.root_causes)


def titled_action(action: written.Action) -> Titled:
    """The action with its title."""
    return Titled(action.id, action.title)


def likely(belief: Belief, causes: Iterable[str]) -> tuple[LikelyCause, ...]:
    """These root causes with their titles, and how likely they are now."""
    of, shares = belief.tree.causes, belief.shares
    return tuple(LikelyCause(x, of[x].title, shares[x]) for x in causes)


def told(tree: Tree, step: str, result: AnswerKey) -> str:
    """A question with its answer, or an action with its outcome, for a sentence."""
    words = tree.words
    if isinstance(result, str) and result in WORKED and step in tree.actions:
        text, came = tree.actions[step].title, f"({reply(result, words)})"
    else:
        question = tree.questions[step]
        text = question.ask
        answer = question.in_words(result, words)
        came = words.private if question.private else f"({answer})"
    return f"{words('quoted', text=text)} {came}"


def in_words(
    tree: Tree,
    question: written.Question,
    answer: AnswerKey,
    value: float | None = None,
) -> str:
    """An answer of a question, or what else was said to it, as people read it."""
    if isinstance(answer, str) and answer in REPLIES:
        return reply(answer, tree.words)
    text = question.in_words(answer, tree.words)
    return measured(answer, text, question.unit, value, tree.words)


def measured(
    answer: AnswerKey,
    text: str,
    unit: str,
    value: float | None = None,
    words: Catalogue | None = None,
) -> str:
    """
    The text of an answer; of a range its name first, and the number that was said.

    >>> measured("far", "more than 60 min", "min", 65)
    '65 min: far (more than 60 min)'
    """
    if not unit or not isinstance(answer, str):
        return text
    told = "" if value is None else f"{number(value, words)} {unit}: "
    return f"{told}{answer} ({text})"


def correction(
    tree: Tree, now: State, step: object, said: object, signed: Signature
) -> Answered | Tried:
    """
    The event that says what should have been said to a step.

    Raises:
        UnknownName: there is no such question or action.
        AnswerError: nothing was said to it before, or this is no answer to it.
    """
    if not _is_action(tree, now, step):
        name = question_id(tree, step)
        if ("question", name) not in now.said:
            raise AnswerError(
                f"'{name}' has no answer yet that could be changed: answer() gives one",
                question=name,
            )
        answer, value = meant(tree, name, said)
        return Answered(kind="changed", step=name, answer=answer, value=value, **signed)
    name = action_id(tree, step)
    if ("action", name) not in now.said:
        raise AnswerError(
            f"'{name}' has not been tried yet: tried() says what came of it",
            question=name,
        )
    worked = outcome(name, said, tree.words)
    return Tried(kind="corrected", step=name, fixed=worked, **signed)


def repeats(now: State, event: Answered | Tried) -> bool:
    """Whether the event would change what was said last to what it is already."""
    if event.kind not in ("changed", "corrected") or now.given_up is not None:
        return False
    kind = "question" if isinstance(event, Answered) else "action"
    return _content(now.said[kind, event.step]) == _content(event)


def _content(event: Answered | Tried) -> tuple[object, ...]:
    if isinstance(event, Answered):
        return event.answer, event.value
    return (event.fixed,)


def _is_action(tree: Tree, now: State, step: object) -> bool:
    """Whether an action is meant: of a name that both have, what was replied to."""
    if is_question(step) or meant_as_action(tree, step):
        return not is_question(step)
    name = step_id(step)
    return ("question", name) not in now.said and ("action", name) in now.said


def outcome(action: str, said: object, words: Catalogue | None = None) -> bool:
    """
    Whether the action fixed the symptom: True or False, "fixed" or "failed".

    Raises:
        AnswerError: it is none of these.
    """
    if isinstance(said, bool):
        return said
    word = said.strip().casefold() if isinstance(said, str) else ""
    if word in OUTCOMES:
        return OUTCOMES[word]
    near = nearest(word, OUTCOMES) if word else ()
    raise AnswerError(
        f"this does not say what came of '{action}'; possible are "
        f"{', '.join(OUTCOMES)}{did_you_mean(near)}",
        question=action,
        said=said,
        answers=[(each, reply(each, words)) for each in OUTCOMES],
        suggestions=near,
        customer=(words or in_language()).refused_outcome,
    )
