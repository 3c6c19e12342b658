"""
Whether what was said still means what it meant, now that the tree was edited.

The texts of then are known where the saved session has them; without them only what
the tree no longer has can be found out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.errors import AnswerError
from troubleshoot.session.events import Answered, Skipped, Tried
from troubleshoot.session.keeping.carried import REPLIES, Carried, answer_texts
from troubleshoot.session.replies import understood
from troubleshoot.text import MASK, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troubleshoot.session.events import Event
    from troubleshoot.session.keeping.carried import Then
    from troubleshoot.session.keeping.saved import QuestionTexts
    from troubleshoot.tree.tree import Question


WORDS: Final = {"action": "an action", "question": "a question"}
PRIVATE: Final = "its answer no longer applies"  # any reason would tell the answer
NOT_PRIVATE: Final = "its answer is no longer private"


def lost(then: Then, event: Event) -> Carried | None:
    """What was said and does not apply to the tree of now, with the reason."""
    match event:
        case Answered(step=id) if question := then.tree.questions.get(id):
            is_reply = event.answer in REPLIES
            return None if is_reply else _answer_lost(then, question, event)
        case Answered(step=id):
            return then.lost(
                event, _gone("question", "action", id in then.tree.actions)
            )
        case Tried(step=id) | Skipped(step=id) if id not in then.tree.actions:
            is_question = id in then.tree.questions
            return then.lost(event, _gone("action", "question", is_question))
    return None


def _gone(kind: str, other: str, is_other: bool) -> str:  # noqa: FBT001 - of two kinds
    now = f", but {WORDS[other]} of this id" if is_other else ""
    return f"the tree no longer has this {kind}{now}"


def _answer_lost(then: Then, question: Question, event: Answered) -> Carried | None:
    if event.answer not in answer_texts(question):
        why = "the question no longer has this answer"
        return then.lost(event, PRIVATE if then.is_private(question.id) else why)
    if why := _other_meaning(then, question, event):
        why = PRIVATE if then.is_private(question.id) else why
        return then.lost(event, why, "meaning changed")
    return None


def _other_meaning(then: Then, question: Question, event: Answered) -> str:
    """Why the answer means something else now, empty if it does not."""
    texts, old = answer_texts(question), then.question(question.id)
    if old is not None and old.unit != question.unit:
        return f"it was answered {_units(old.unit)}, and is now {_units(question.unit)}"
    if event.value is not None:
        return _another(question, event)
    if old and question.unit and old.answers.get(event.answer) != texts[event.answer]:
        return "this answer stands for other numbers now"
    return ""


def _units(unit: str) -> str:
    return f"in {unit}" if unit else "in words"


def _another(question: Question, event: Answered) -> str:
    """Which other answer the number falls into now, empty if none."""
    try:
        now = understood(question, event.value).answer
    except AnswerError:
        return "no answer takes this number now"
    same = now == event.answer
    return "" if same else f"this number falls into “{question.answer(now).text}” now"


# What still holds, and reads or is answered in another way.


def changes(then: Then, events: Iterable[Event]) -> Iterator[Carried]:
    """What is different about the steps that these events speak of."""
    said: dict[str, dict[str, None]] = {}
    done: dict[str, None] = {}
    for event in events:
        match event:
            case Answered():
                said.setdefault(event.step, {})[event.answer] = None
            case Tried() | Skipped():
                done[event.step] = None
    for id, answers in said.items():
        if old := then.question(id):
            yield from _question_changes(then, old, id, answers)
    for id in done:
        yield from _action_changes(then, id)


def _question_changes(
    then: Then, old: QuestionTexts, id: str, said: Iterable[str]
) -> Iterator[Carried]:
    question, what = then.tree.questions[id], then.asked(id)
    if old.ask != question.ask:
        yield Carried(
            kind="reworded", id=id, what=what, why=f"it reads “{question.ask}” now"
        )
    for answer in said:
        yield from _answer_changes(then, old, question, answer)
    if why := _choices(old.answers, answer_texts(question)):
        why = "it has other answers now" if then.is_private(id) else why
        yield Carried(kind="answers changed", id=id, what=what, why=why)
    if old.private != question.private:
        why = "its answer is private now" if question.private else NOT_PRIVATE
        yield Carried(kind="privacy changed", id=id, what=what, why=why)


def _answer_changes(
    then: Then, old: QuestionTexts, question: Question, answer: str
) -> Iterator[Carried]:
    before, now = old.answers.get(answer), answer_texts(question).get(answer)
    if before is None or now is None or before == now:
        return
    hidden = then.is_private(question.id)
    what = f"{then.asked(question.id)} {MASK if hidden else f'({before})'}"
    why = "its answer is worded anew" if hidden else f"the answer reads “{now}” now"
    yield Carried(kind="reworded", id=question.id, what=what, why=why)


def _choices(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """How the answers to choose from differ, empty if they do not."""
    more = [f"“{text}”" for id, text in new.items() if id not in old]
    fewer = [f"“{text}”" for id, text in old.items() if id not in new]
    parts = [
        f"{sentence} {listing(names, 'or')}"
        for sentence, names in (
            ("it can also be answered", more),
            ("it can no longer be answered", fewer),
        )
        if names
    ]
    return listing(parts)


def _action_changes(then: Then, id: str) -> Iterator[Carried]:
    before, now = then.action(id), then.tree.actions[id].do
    if before is not None and before != now:
        yield Carried(
            kind="reworded", id=id, what=f"“{before}”", why=f"it reads “{now}” now"
        )
