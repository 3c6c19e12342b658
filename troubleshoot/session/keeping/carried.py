"""What became of a saved session on a tree that was edited, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from troubleshoot.session.events import Answered, Skipped, Tried
from troubleshoot.text import MASK

if TYPE_CHECKING:
    from troubleshoot.session.keeping.saved import QuestionTexts, Texts
    from troubleshoot.tree.tree import Question, Tree


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
REPLIES: Final = {"dont-know": "don't know", "not-now": "not now"}
WITHHELD: Final = "(withheld, for it may have been private)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """
    What an edit of the tree did to one thing in a saved session.

    "dropped" and "meaning changed" are left out, and noted; "overtaken" is set aside,
    for an action that was done since may have changed it; the other kinds still hold.
    ``id`` is that of the question, the action or the tree, ``what`` how it read when
    it was said, private answers masked, and ``why`` what is different now. Of "numbers
    changed" and "edited" they are the cause that led, and what leads now.

    >>> print(Carried(kind="dropped", id="q", what="“Q?” (Yes)", why="it is gone"))
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
        """How the question read."""
        return self.texts.questions.get(id) if self.texts else None

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
            return f"{text} (not now)"
        return f"{text} ({'it helped' if event.fixed else 'it did not help'})"

    def lost(self, event: Said, why: str, kind: Kind = "dropped") -> Carried:
        """The item about something that does not apply."""
        return Carried(kind=kind, id=event.step, what=self.told(event), why=why)

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
        texts = answer_texts(now) | dict(then.answers if then else {})
        said = texts.get(event.answer, event.answer)
        unit = then.unit if then else now.unit if now else ""
        return f"({said if event.value is None else f'{event.value:g} {unit}: {said}'})"

    def is_private(self, id: str) -> bool:
        """Whether the question was private then, or is now."""
        then, now = self.question(id), self.tree.questions.get(id)
        return bool((then and then.private) or (now and now.private))


def _either(id: str, then: str | None, now: str | None) -> str:
    text = then if then is not None else now
    return f"'{id}'" if text is None else f"“{text}”"


def answer_texts(question: Question | None) -> dict[str, str]:
    """The texts of the answers by their ids."""
    return {each.id: each.text for each in question.answers} if question else {}
