"""Random sessions as lists of moves, and what the library says after each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troubleshoot.rendering.interactive.data import page_data

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Question, Tree


NO_ANSWERS = ("dont-know", "not-now")


class Play:
    """
    A session that is played at random, and its moves for another engine.

    Some customers know most answers and stick to the steps, others do neither; with
    some, one cause is behind all that they say.
    """

    def __init__(
        self,
        tree: Tree,
        rng: random.Random,
        by: str | None = None,
        facts: float = 0.1,
    ) -> None:
        self.rng, self.tree = rng, tree
        self.silent = rng.choice((0.05, 0.25, 0.6))
        self.wanders = rng.choice((0.0, 0.2))
        self.cause = rng.choice([None, *(each.id for each in tree.root_causes)])
        told = [each for each in tree.questions if rng.random() < facts]
        done = [each for each in tree.actions if rng.random() < facts]
        self.facts: dict[str, object] = {each: self._reply(each) for each in told}
        self.facts |= dict.fromkeys(done, False)
        self.session = tree.begin(self.facts, by=by)
        self.data = page_data(self.session)
        self.moves: list[list[Any]] = []
        self.seen = [self._seen()]

    def go(self, moves: int) -> Play:
        """So many moves, most of them to the step that is recommended."""
        for _ in range(moves):
            before = len(self.moves)
            self._move()
            if len(self.moves) > before:
                self.seen.append(self._seen())
        return self

    def make(self, moves: Iterable[tuple[str, str | None, Any]]) -> Play:
        """These moves."""
        for move in moves:
            self._make(*move)
            self.seen.append(self._seen())
        return self

    def asked(self) -> dict[str, Any]:
        """What the other engine is asked to play."""
        return {"data": self.data, "moves": self.moves}

    def _seen(self) -> dict[str, Any]:
        return {
            "p": list(self.session.belief.values()),
            "step": said(self.session),
            "surprise": surprising(self.session),
            "assumed": [
                [each.question, [*each.answers], each.probability]
                for each in self.session.ledger.assumed
            ],
        }

    def _move(self) -> None:
        moves = list(self._other_moves())
        step = self.session.next_step()
        if moves and (step.is_end or self.rng.random() < self.wanders):
            self._make(*self.rng.choice(moves))
        elif step.kind == "question":
            self._make("answer", step.id, self._reply(step.id))
        elif step.kind == "action":
            self._try(step.id)

    def _try(self, action: str) -> None:
        if self.rng.random() < 0.2:
            self._make("skip", action, None)
        else:
            self._make("tried", action, self.rng.random() < 0.1)

    def _other_moves(self) -> Iterator[tuple[str, str | None, Any]]:
        events, step = self.session.events, self.session.next_step()
        if step.is_end:
            for each in step.actions:
                yield "tried", each.id, self.rng.random() < 0.2
        for each in {x.step for x in events if x.kind in ("told", "answered")}:
            yield "change", each, self._reply(each)
        for each in {x.step for x in events if x.kind in ("tried", "done")}:
            yield "correct", each, self.rng.random() < 0.3
        if self.tree.questions:
            other = self.rng.choice(list(self.tree.questions))
            yield "tell", other, self._reply(other)
        if events[-1].kind not in ("begun", "told", "done"):
            yield "undo", None, None
        if self.session.undone:
            yield from (("redo", None, None),) * 3
        if self.rng.random() < 0.1:
            yield "give up", None, "No time."
            yield "note", None, "A remark."

    def _reply(self, question: str) -> str | list[str]:
        asked = self.tree.questions[question]
        if self.rng.random() < self.silent:
            return self.rng.choice(NO_ANSWERS)
        if asked.several:
            return self._some(asked)
        even = [1.0] * len(asked.answers)
        chances = asked.given.get(self.cause, asked.otherwise or even)
        chosen = self.rng.choices(asked.answers, chances if self.cause else even)
        return chosen[0].id

    def _some(self, asked: Question) -> list[str]:
        """The answers that hold of several, in any order."""
        half = [0.5] * len(asked.answers)
        said = asked.given.get(self.cause or "", asked.otherwise or half)
        pairs = zip(asked.answers, said if self.cause else half, strict=True)
        held = [each.id for each, chance in pairs if self.rng.random() < chance]
        self.rng.shuffle(held)
        return held

    def _make(self, verb: str, step: str | None, what: Any) -> None:
        self.session = played(self.session, verb, step, what)
        if isinstance(what, list):  # the page has boxes, in the order of the file
            listed = [each.id for each in self.tree.questions[str(step)].answers]
            what = [each for each in listed if each in what]
        self.moves.append([verb, step, what])


def played(session: Session, verb: str, step: str | None, what: Any) -> Session:
    """The session after one move."""
    moves = {
        "answer": lambda: session.answer(session.next_step(), what),
        "tell": lambda: session.answer(step, what),
        "change": lambda: session.change(step, what),
        "correct": lambda: session.change(step, what),
        "tried": lambda: session.tried(step, fixed=what),
        "skip": lambda: session.not_now(session.action(step)),
        "give up": lambda: session.give_up(what),
        "note": lambda: session.note(what, record=step),
        "undo": session.undo,
        "redo": session.redo,
    }
    return moves[verb]()


def said(session: Session) -> list[Any]:
    """The next step, in what both engines must agree on."""
    step = session.next_step()
    if step.is_end:
        causes, actions = ([x.id for x in xs] for xs in (step.causes, step.actions))
        return [step.kind, causes, actions, step.confidence]
    worth = step.gain_bits if step.kind == "question" else step.chance
    return [step.kind, step.id, step.cost_min, worth]


def surprising(session: Session) -> list[Any] | None:
    """What does not fit, as the steps to check again."""
    found = session.surprise()
    if found is None:
        return None
    both = (found.suspects, found.pair)
    return [
        [[each.step, each.restored, [*each.confusable]] for each in some]
        for some in both
    ]
