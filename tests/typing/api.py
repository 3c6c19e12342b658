"""What a user of the library writes; only type-checked, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_type

import troubleshoot as ts

if TYPE_CHECKING:
    from pathlib import Path


def ask(text: str, answers: tuple[str, ...]) -> str:
    """Put a question to somebody."""
    print(text, *answers)  # noqa: T201 - a program that talks
    return input()


def loop(file: Path) -> str:
    """From a symptom to its root cause."""
    tree = ts.load(file)
    session = tree.begin(facts={"other-devices": "no", "wifi": True}, by="customer")
    assert_type(tree, ts.Tree)
    assert_type(session, ts.Session)
    while not (step := session.next_step()).is_end:
        match step:
            case ts.Question():
                assert_type(step.gain_bits, float)
                said = ask(step.text, tuple(each.text for each in step.answers))
                session = session.answer(step, said or ts.DONT_KNOW)
            case ts.Action():
                session = session.tried(step, fixed=ask(step.text, ()) == "yes")
            case ts.Ending():
                break
    return session.to_json()


def exhaustive(session: ts.Session) -> str:
    """Every step is one of three; a checker sees that nothing is left out."""
    match session.next_step():
        case ts.Question(text=text, answers=answers):
            return f"{text} {len(answers)}"
        case ts.Action(text=text, chance=chance):
            return f"{text} {chance:.0%}"
        case ts.Ending(kind=kind, causes=causes, confidence=confidence):
            return f"{kind} {causes} {confidence:.0%}"


def replies(session: ts.Session, step: ts.Question, action: ts.Action) -> ts.Session:
    """All that can be said."""
    session = session.answer("ping-time", 250)
    session = session.answer("ping-time", "250 ms")
    session = session.answer("other-devices", False)  # noqa: FBT003 - yes or no
    session = session.answer(step, ts.NOT_NOW)
    session = session.dont_know(step).not_now(step).not_now(action)
    return session.note("The customer calls from work.").undo().give_up("No time.")


def views(tree: ts.Tree, session: ts.Session) -> None:
    """Whatever a session tells about itself."""
    assert_type(session.belief, Mapping[str, float])
    assert_type(session.explain(), str)
    assert_type(session.transcript(), str)
    assert_type(ts.resume(tree, session.to_json()), ts.Session)
    assert_type(ts.replay(tree, session.to_json()), ts.Session)
    assert_type(ts.begin(tree, {"lights": "green"}, has=("ladder",)), ts.Session)
    leading = max(session.statuses.values(), key=lambda each: each.posterior)
    assert_type(leading.cause, str)


def looks(question: ts.Question) -> bool:
    """A probe that blocks."""
    return bool(question.text)


async def awaits(question: ts.Question) -> str | None:
    """A probe that is awaited, and may have no answer."""
    return question.answers[0].id if question.answers else None


async def probed(tree: ts.Tree, file: Path) -> ts.Session:
    """A session in which code answers questions."""
    session = tree.begin(probes={"wifi": looks, "lights": awaits}, probe_seconds=0.5)
    assert_type(session.probe(up_to=0.5), ts.Session)
    assert_type(await session.probe_async(), ts.Session)
    with ts.Journal(file) as journal:
        assert_type(journal.resume(tree, probes={"lights": awaits}), ts.Session | None)
    return ts.resume(tree, session.to_json(), probes={"wifi": looks})


class Cheapest:
    """A strategy of a house's own."""

    name = "cheapest"

    def choose(self, view: ts.View) -> str | None:
        """The question that takes least time."""
        asked = view.questions
        return min(asked, key=lambda each: asked[each].cost_min, default=None)


def plans(tree: ts.Tree) -> str:
    """What to do after every answer, and sessions that choose otherwise."""
    plan = ts.plan(tree, "repair", facts={"lights": "green"}, seconds=2.5)
    assert_type(plan, ts.Plan)
    assert_type(plan.expected_cost, float)
    assert_type(plan.optimal, bool)
    session = tree.begin(strategy=Cheapest())
    assert_type(ts.resume(tree, session.to_json(), strategy=Cheapest()), ts.Session)
    assert_type(ts.plan(session).path({})[0].text, str)
    assert_type(ts.Plan.from_json(plan.to_json()), ts.Plan)
    return plan.certificate


def handed_over(tree: ts.Tree, session: ts.Session) -> str:
    """A page for the next team, and the session that they go on from."""
    handed = session.hand_off()
    assert_type(handed, ts.HandOff)
    assert_type(handed.next[0].minutes, float)
    assert_type(handed.possible[0].cause.text, str)
    assert_type(ts.resume(tree, ts.render(handed, to="json")), ts.Session)
    assert_type(ts.HandOff.from_json(handed.to_json()), ts.HandOff)
    assert_type(session.record().moves[0].rules_out[0].id, str)
    return ts.render(session, to="markdown", language={"handoff": "Shift change"})


def broken(text: str) -> tuple[str, ...]:
    """Each problem of a text, as data."""
    try:
        ts.loads(text, file="mine.yaml")
    except ts.TreeError as error:
        return tuple(f"{each.line}: {each.code}" for each in error.problems)
    except ts.TroubleshootError:
        raise
    assert_type(ts.problems("mine.yaml"), tuple[ts.Problem, ...])
    return ()
