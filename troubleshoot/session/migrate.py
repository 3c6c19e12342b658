"""
What a saved session comes to on a tree that was edited since, item by item.

A tree is known by its ``id`` and by the fingerprint of what it says. What says the same
is the same tree, whatever its file is called; of one id, what says something else is an
edit as long as it has the title or a step of the session. All else is another tree.

Ids decide: what the tree still has holds, however it is worded, as far as the texts
that were saved tell that it still means what it meant. What no longer applies is a
remark in its place, so that the log, the transcript and the next file still tell of it;
nothing else is made up. An answer and the corrections of it are one observation: it
holds as it was corrected last, or not at all.

What was done was done, whatever became of the action in the tree: an answer that it had
overtaken stays out, and one that is overtaken by an edit is told of, as is what the
edit did to the leading cause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from troubleshoot.errors import AnswerError, OtherTree
from troubleshoot.session.answers import measured, understood
from troubleshoot.session.events import (
    DIGITS,
    Answered,
    Asked,
    Remark,
    Skipped,
    Tried,
    is_fact,
)
from troubleshoot.text import MASK, REPLIES, WORKED, listing, percent, set_in_words
from troubleshoot.tree.tree import UNKNOWN
from troubleshoot.tree.values import BadValue, number_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.session.belief import Belief
    from troubleshoot.session.events import Event
    from troubleshoot.session.serialize import QuestionTexts, Saved, Texts
    from troubleshoot.tree.tree import AnswerKey, Question, Tree


Kind: TypeAlias = Literal[
    "dropped",
    "meaning changed",
    "overtaken",
    "reworded",
    "answers changed",
    "privacy changed",
    "numbers changed",
    "edited",
    "renamed",
]
Said: TypeAlias = Answered | Tried | Skipped
LEFT_OUT: Final = ("dropped", "meaning changed")
SET_ASIDE: Final = "overtaken"
OF_THE_TREE: Final = ("numbers changed", "edited", "renamed")
WITHHELD: Final = "(withheld, for it may have been private)"


WORDS: Final = {"action": "an action", "question": "a question"}
PRIVATE: Final = "its answer no longer applies"  # any reason would tell the answer
NOT_PRIVATE: Final = "its answer is no longer private"

MAYBE: Final = "and may have changed it"

UNDONE: Final = {
    "what": "What was undone",
    "why": "it may not be what it was when it is done again",
}
CORRECTED: Final = "it was corrected by an answer that no longer applies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """
    What an edit of the tree did to one thing in a saved session.

    "dropped" and "meaning changed" are left out, and noted; "overtaken" is set aside,
    for an action that was done since may have changed it; the other kinds still hold.
    ``id`` is that of the question, the action or the tree, ``what`` how it read when
    it was said, private answers masked, and ``why`` what is different now. Of "numbers
    changed" and "edited" they are the cause that led, and what leads now.

    >>> print(Migrated(kind="dropped", id="q", what="“Q?” (Yes)", why="it is gone"))
    “Q?” (Yes) is left out: it is gone.
    """

    kind: Kind
    id: str
    what: str
    why: str

    @property
    def holds(self) -> bool:
        """Whether it still counts."""
        return self.kind not in (*LEFT_OUT, SET_ASIDE)

    def __str__(self) -> str:
        if self.kind in OF_THE_TREE:
            return f"{self.what}: {self.why}."
        verdict = "still holds" if self.holds else "is left out"
        verdict = "is set aside" if self.kind == SET_ASIDE else verdict
        return f"{self.what} {verdict}: {self.why}."


@dataclass(frozen=True)
class Then:
    """The tree of now, and the texts of then as far as they were saved."""

    tree: Tree
    texts: Texts | None

    def question(self, id: str) -> QuestionTexts | None:
        """How the question read, its ranges in words."""
        then = self.texts.questions.get(id) if self.texts else None
        if then is None or not then.unit:
            return then
        said = {
            x: _range_in_words(text, then.unit, self.tree.words)
            for x, text in then.answers.items()
        }
        return replace(then, answers=said)

    def action(self, id: str) -> str | None:
        """How the action read."""
        return self.texts.actions.get(id) if self.texts else None

    def changes(self, action: str) -> tuple[str, ...]:
        """Which answers it may have changed, by the tree of then if that is known."""
        if self.texts and action in self.texts.changes:
            return self.texts.changes[action]
        return self.changes_now(action)

    def changes_now(self, action: str) -> tuple[str, ...]:
        """Which answers it may have changed, by the tree of now."""
        now = self.tree.actions.get(action)
        return tuple(now.changes) if now else ()

    def done(self, action: str) -> str:
        """The action as it read then."""
        now = self.tree.actions.get(action)
        return _either(action, self.action(action), now.do if now else None)

    def told(self, event: Said) -> str:
        """What was said, as it read then; a private answer is masked."""
        if isinstance(event, Answered):
            return f"{self.asked(event.step)} {self._answer(event)}"
        text = self.done(event.step)
        if isinstance(event, Skipped):
            return f"{text} ({REPLIES['not-now']})"
        return f"{text} ({WORKED['fixed' if event.fixed else 'failed']})"

    def lost(self, event: Said, why: str, kind: Kind = "dropped") -> Migrated:
        """The item about something that does not apply."""
        return Migrated(kind=kind, id=event.step, what=self.told(event), why=why)

    def asked(self, id: str) -> str:
        """The question as it read then."""
        then, now = self.question(id), self.tree.questions.get(id)
        return _either(id, then.ask if then else None, now.ask if now else None)

    def _answer(self, event: Answered) -> str:
        if event.answer in REPLIES:
            return f"({REPLIES[event.answer]})"
        then, now = self.question(event.step), self.tree.questions.get(event.step)
        if then is None and now is None:
            return WITHHELD
        if self.is_private(event.step):
            return MASK
        texts = dict(then.answers) if then else answer_texts(now)
        if isinstance(event.answer, str):
            texts = answer_texts(now) | texts
        said = _in_words(texts, event.answer)
        unit = then.unit if then else now.unit if now else ""
        return f"({measured(event.answer, said, unit, event.value, self.tree.words)})"

    def is_private(self, id: str) -> bool:
        """Whether the question was private then, or is now."""
        then, now = self.question(id), self.tree.questions.get(id)
        return bool((then and then.private) or (now and now.private))


def _in_words(texts: Mapping[str, str], answer: AnswerKey) -> str:
    """An answer by these texts, or those that hold where there may be several."""
    if isinstance(answer, str):
        return texts.get(answer, answer)
    held = [texts.get(each, each) for each in answer]
    return set_in_words(held, [text for id, text in texts.items() if id not in answer])


def _either(id: str, then: str | None, now: str | None) -> str:
    text = then if then is not None else now
    return f"'{id}'" if text is None else f"“{text}”"


def answer_texts(question: Question | None) -> dict[str, str]:
    """The texts of the answers by their ids."""
    return {each.id: each.text for each in question.answers} if question else {}


def check(tree: Tree, found: Saved) -> None:
    """
    Refuse a tree that is not that of the session.

    Raises:
        OtherTree: the message says how a copy under another name is made known as one.
    """
    if found.tree.fingerprint == tree.fingerprint:
        return
    names = (
        f"the session belongs to the tree '{found.tree.id}' ({found.tree.title}), and "
        f"this one is '{tree.id}' ({tree.title})"
    )
    if found.tree.id != tree.id:
        raise OtherTree(
            f"{names}; if it is the same tree under a new name, "
            f"write 'id: {found.tree.id}' into its file"
        )
    if found.tree.title != tree.title and not has_any(tree, found.events):
        raise OtherTree(
            f"{names}, which has none of its steps: "
            "two trees of one name need an 'id' of their own"
        )


def has_any(tree: Tree, events: Iterable[Event]) -> bool:
    """Whether the tree has any of the steps that these events speak of."""
    return any(
        getattr(each, "step", None) in steps
        for each in events
        for steps in (tree.questions, tree.actions)
    )


def renamed(tree: Tree, found: Saved) -> Iterator[Migrated]:
    """The item about a tree that says the same under another name."""
    if found.tree.id != tree.id:
        why = f"it is '{tree.id}' now, and says the same"
        yield Migrated(kind="renamed", id=tree.id, what=f"'{found.tree.id}'", why=why)


def renumbered(
    belief: Belief, items: Sequence[Migrated], found: Saved
) -> Iterator[Migrated]:
    """
    What an edit did to the leading cause, so that none goes by in silence.

    ``items`` are what else became of the session. That the numbers did it is sure only
    where everything that was said still holds.
    """
    if found.tree.fingerprint == belief.tree.fingerprint:
        return
    before, (cause, share) = found.leading, belief.leading
    if before is None:
        if not items:
            yield _edited(belief, "the file does not say what led before")
    elif (before.cause, before.belief) != (cause, round(share, DIGITS)):
        held = all(each.holds for each in items)
        yield Migrated(
            kind="numbers changed" if held else "edited",
            id=before.cause,
            what=f"{_cause(belief.tree, before.cause)} led with "
            f"{percent(before.belief)}",
            why=_now(belief, before.cause),
        )
    elif not items:
        yield _edited(belief, "as it did before")


def _edited(belief: Belief, tail: str) -> Migrated:
    what = f"The tree “{belief.tree.title}” was edited"
    why = f"{_leads(belief)} now, {tail}"
    return Migrated(kind="edited", id=belief.tree.id, what=what, why=why)


def _leads(belief: Belief) -> str:
    cause, share = belief.leading
    return f"{_cause(belief.tree, cause)} leads with {percent(share)}"


def _now(belief: Belief, before: str) -> str:
    """Where the cause stands that led before, and which leads."""
    if before == belief.leading[0]:
        return f"it leads with {percent(belief.leading[1])} now"
    if before in belief.shares:
        share = percent(belief.shares[before])
        return f"it has {share} now, and {_leads(belief)}"
    return f"the tree no longer has this cause, and {_leads(belief)}"


def _cause(tree: Tree, id: str) -> str:
    if id in tree.causes:
        return f"“{tree.causes[id].title}”"
    return "a cause that is not listed" if id == UNKNOWN else f"'{id}'"


def lost(then: Then, event: Event) -> Migrated | None:
    """What was said and does not apply to the tree of now, with the reason."""
    match event:
        case Answered(step=id) if question := then.tree.questions.get(id):
            is_reply = event.answer in REPLIES
            return None if is_reply else _answer_lost(then, question, event)
        case Answered(step=id):
            return then.lost(
                event, _no_longer("question", "action", id in then.tree.actions)
            )
        case Tried(step=id) | Skipped(step=id) if id not in then.tree.actions:
            is_question = id in then.tree.questions
            return then.lost(event, _no_longer("action", "question", is_question))
    return None


def _no_longer(kind: str, other: str, is_other: bool) -> str:  # noqa: FBT001 - of two kinds
    now = f", but {WORDS[other]} of this id" if is_other else ""
    return f"the tree no longer has this {kind}{now}"


def _answer_lost(then: Then, question: Question, event: Answered) -> Migrated | None:
    answers = event.answer if isinstance(event.answer, tuple) else (event.answer,)
    if not answer_texts(question).keys() >= {*answers}:
        why = "the question no longer has this answer"
        return then.lost(event, PRIVATE if then.is_private(question.id) else why)
    if why := _other_meaning(then, question, event):
        why = PRIVATE if then.is_private(question.id) else why
        return then.lost(event, why, "meaning changed")
    return None


def _other_meaning(then: Then, question: Question, event: Answered) -> str:
    """Why the answer means something else now, empty if it does not."""
    texts, old = answer_texts(question), then.question(question.id)
    if isinstance(event.answer, tuple) != question.several:
        one, many = "one answer", "any number of answers"
        return f"it takes {many if question.several else one} at once now"
    if isinstance(event.answer, tuple):
        more = _added(old.answers, texts) if old is not None else []
        return f"nothing was said of {listing(more, 'or')}" if more else ""
    if old is not None and old.unit != question.unit:
        return f"it was answered {_units(old.unit)}, and is now {_units(question.unit)}"
    if event.value is not None:
        return _another(question, event)
    if old and question.unit and old.answers.get(event.answer) != texts[event.answer]:
        return "this answer stands for other numbers now"
    return ""


def _range_in_words(text: str, unit: str, words: Catalogue) -> str:
    """A range as it was saved, as people say it."""
    try:
        return number_range(text).in_words(unit, words)
    except BadValue:
        return text


def _units(unit: str) -> str:
    return f"in {unit}" if unit else "in words"


def _another(question: Question, event: Answered) -> str:
    """Which other answer the number falls into now, empty if none."""
    try:
        now = understood(question, event.value).answer
    except AnswerError:
        return "no answer takes this number now"
    same = now == event.answer
    return "" if same else f"this number falls into “{question.in_words(now)}” now"


# What still holds, and reads or is answered in another way.


def changes(then: Then, events: Iterable[Event]) -> Iterator[Migrated]:
    """What is different about the steps that these events speak of."""
    said: dict[str, dict[str, None]] = {}
    done: dict[str, None] = {}
    for event in events:
        match event:
            case Answered():
                every = event.answer if isinstance(event.answer, tuple) else ()
                one = [event.answer] if isinstance(event.answer, str) else []
                said.setdefault(event.step, {}).update(dict.fromkeys([*every, *one]))
            case Tried() | Skipped():
                done[event.step] = None
    for id, answers in said.items():
        if old := then.question(id):
            yield from _question_changes(then, old, id, answers)
    for id in done:
        yield from _action_changes(then, id)


def _question_changes(
    then: Then, old: QuestionTexts, id: str, said: Iterable[str]
) -> Iterator[Migrated]:
    question, what = then.tree.questions[id], then.asked(id)
    if old.ask != question.ask:
        yield Migrated(
            kind="reworded", id=id, what=what, why=f"it reads “{question.ask}” now"
        )
    for answer in said:
        yield from _answer_changes(then, old, question, answer)
    if why := _choices(old.answers, answer_texts(question)):
        why = "it has other answers now" if then.is_private(id) else why
        yield Migrated(kind="answers changed", id=id, what=what, why=why)
    if old.private != question.private:
        why = "its answer is private now" if question.private else NOT_PRIVATE
        yield Migrated(kind="privacy changed", id=id, what=what, why=why)


def _answer_changes(
    then: Then, old: QuestionTexts, question: Question, answer: str
) -> Iterator[Migrated]:
    before, now = old.answers.get(answer), answer_texts(question).get(answer)
    if before is None or now is None or before == now:
        return
    hidden = then.is_private(question.id)
    what = f"{then.asked(question.id)} {MASK if hidden else f'({before})'}"
    why = "its answer is worded anew" if hidden else f"the answer reads “{now}” now"
    yield Migrated(kind="reworded", id=question.id, what=what, why=why)


def _choices(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """How the answers to choose from differ, empty if they do not."""
    more, fewer = _added(old, new), _added(new, old)
    parts = [
        f"{sentence} {listing(names, 'or')}"
        for sentence, names in (
            ("it can also be answered", more),
            ("it can no longer be answered", fewer),
        )
        if names
    ]
    return listing(parts)


def _added(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """The texts of answers that are new."""
    return [f"“{text}”" for id, text in new.items() if id not in old]


def _action_changes(then: Then, id: str) -> Iterator[Migrated]:
    before, now = then.action(id), then.tree.actions[id].do
    if before is not None and before != now:
        yield Migrated(
            kind="reworded", id=id, what=f"“{before}”", why=f"it reads “{now}” now"
        )


if TYPE_CHECKING:
    Observation: TypeAlias = Mapping[int, Answered]


def observations(events: Sequence[Event]) -> list[Observation]:
    """Every answer with the corrections of it, by their places in the log."""
    latest: dict[str, dict[int, Answered]] = {}
    found: list[Observation] = []
    for i, event in enumerate(events):
        if not isinstance(event, Answered):
            continue
        if event.kind != "changed" or event.step not in latest:
            latest[event.step] = {}
            found.append(latest[event.step])
        latest[event.step][i] = event
    return found


def came_to_count(
    then: Then, events: Sequence[Event], gone: Mapping[int, Migrated]
) -> dict[int, Migrated]:
    """What was stale and would count again by the tree of now, by place in the log."""
    was = overtaken(events, then.changes)
    now = overtaken(events, then.changes_now)
    return {
        i: then.lost(event, f"{then.done(was[place])} was done since, {MAYBE}")
        for place, answers in _by_place(events).items()
        if place in was and place not in now and max(answers) not in gone
        for i, event in answers.items()
    }


def set_aside(
    then: Then, events: Sequence[Event], gone: Mapping[int, Migrated]
) -> Iterator[Migrated]:
    """What counted and is stale by the tree of now."""
    was = overtaken(events, then.changes)
    now = overtaken(events, then.changes_now)
    for place, answers in _by_place(events).items():
        event = answers[max(answers)]
        if place in now and place not in was and max(answers) not in gone:
            action = then.tree.actions[now[place]].title
            why = f"“{action}” was done since, {MAYBE}, as the tree says now"
            yield Migrated(
                kind=SET_ASIDE, id=event.step, what=then.told(event), why=why
            )


def overtaken(
    events: Sequence[Event], changes: Callable[[str], tuple[str, ...]]
) -> dict[int, str]:
    """The answers that an action overtook, by place, and the first that did."""
    places = _by_place(events)
    latest: dict[str, int] = {}
    found: dict[int, str] = {}
    tried: set[str] = set()
    for i, event in enumerate(events):
        if i in places:
            latest[places[i][i].step] = i
        elif isinstance(event, Tried):
            if event.kind == "corrected" and event.step in tried:
                continue
            tried.add(event.step)
            # What was done before the session began is older than any answer in it.
            for question in changes(event.step) if event.kind != "done" else ():
                place = latest.get(question)
                if place is not None and _is_answer(places[place]):
                    found.setdefault(place, event.step)
    return found


def _by_place(events: Sequence[Event]) -> dict[int, Observation]:
    """The observations by the place of the first answer, where they count."""
    return {min(each): each for each in observations(events)}


def _is_answer(observation: Observation) -> bool:
    return observation[max(observation)].answer not in REPLIES


class Migration(NamedTuple):
    """The saved session on the tree of now, and what became of the rest of it."""

    saved: Saved
    items: tuple[Migrated, ...]


def migrated(tree: Tree, found: Saved) -> Migration:
    """The saved session as far as it applies to this tree, and what does not."""
    then = Then(tree, found.texts)
    gone = _gone(then, found.events)
    events = tuple(_in_order(_rewritten(found.events, gone)))
    items = [
        *renamed(tree, found),
        *_title(tree, found),
        *gone.values(),
        *set_aside(then, found.events, gone),
        *changes(then, events),
    ]
    events = tuple(_in_order_of_file(tree, each) for each in events)
    undone = tuple(_in_order_of_file(tree, each) for each in found.undone)
    if undone and (gone or any(lost(then, each) for each in undone)):
        undone = ()
        items.append(Migrated(kind="dropped", id=tree.id, **UNDONE))
    return Migration(replace(found, events=events, undone=undone), tuple(items))


def _in_order_of_file(tree: Tree, event: Event) -> Event:
    """The event with several answers in the order in which the tree has them now."""
    if not isinstance(event, Answered) or not isinstance(event.answer, tuple):
        return event
    question = tree.questions.get(event.step)
    listed = [each.id for each in question.answers] if question else event.answer
    return replace(event, answer=tuple(x for x in listed if x in event.answer))


def _title(tree: Tree, found: Saved) -> Iterator[Migrated]:
    if (title := found.tree.title) != tree.title:
        why = f"the tree is called “{tree.title}” now"
        yield Migrated(kind="reworded", id=tree.id, what=f"“{title}”", why=why)


def _gone(then: Then, events: Sequence[Event]) -> dict[int, Migrated]:
    """What does not apply, by its place in the log."""
    found = {i: item for i, each in enumerate(events) if (item := lost(then, each))}
    for answers in observations(events):
        if max(answers) in found:
            # Without its last correction an answer is known to be wrong.
            found |= {i: then.lost(x, CORRECTED) for i, x in answers.items()} | found
    found |= came_to_count(then, events, found) | found
    return dict(sorted(found.items()))


def _rewritten(
    events: Sequence[Event], gone: Mapping[int, Migrated]
) -> Iterator[Event]:
    """The log with a remark in place of each event that does not apply."""
    new: dict[int, Event] = {i: _note(events[i], item) for i, item in gone.items()}
    for answers in observations(events):
        if min(answers) in gone and max(answers) not in gone:
            new |= _corrected(answers, gone)
    noted = {i for i, each in new.items() if isinstance(each, Remark)}
    for i, event in enumerate(events):
        if not (isinstance(event, Asked) and i + 1 in noted):
            yield new.get(i, event)


def _corrected(
    answers: Mapping[int, Answered], gone: Mapping[int, Migrated]
) -> dict[int, Event]:
    """
    The first correction that applies, in the place of the answer that does not.

    That is what a correction means: the answer as it should have been given then. The
    remark about the answer stands where it was corrected.
    """
    first = min(answers)
    by = next(i for i in answers if i not in gone)
    correction = answers[by]
    meant = replace(answers[first], answer=correction.answer, value=correction.value)
    return {first: meant, by: _note(correction, gone[first])}


def _note(event: Event, item: Migrated) -> Remark:
    text = f"The tree was edited. {item}"
    stands_for: Literal["fact"] | None = "fact" if is_fact(event) else None
    return Remark(
        kind="noted",
        at=event.at,
        actor=event.actor,
        source=event.source,
        text=text,
        stands_for=stands_for,
    )


def _in_order(events: Iterable[Event]) -> Iterator[Event]:
    """The events with the facts first, for remarks may stand among them now."""
    begun, *rest = events
    yield begun
    yield from (each for each in rest if is_fact(each))
    yield from (each for each in rest if not is_fact(each))
