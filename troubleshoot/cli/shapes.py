"""
A session and its next step as JSON.

The shapes are part of what the command line promises: keys are added, never renamed.
Costs are in minutes, gains in bits, chances fractions of 1.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from troubleshoot.cli.json_text import FORMAT
from troubleshoot.session import Action, Choice, Ending, Question
from troubleshoot.session.wording import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session import Session, Step
    from troubleshoot.tree.tree import Escalation, Tree


def situation(session: Session) -> dict[str, Any]:
    """What is known and what to do next."""
    return {
        "format": FORMAT,
        "tree": identity(session.tree),
        "step": step(session.next_step()),
        "belief": dict(session.belief),
        "eliminated": [{"cause": c, "by": by} for c, by in session.eliminated],
        "evidence": list(evidence(session)),
        "carried": [asdict(each) for each in session.carried],
    }


def evidence(session: Session) -> Iterator[dict[str, str]]:
    """The answers and tried actions that count, private answers masked."""
    questions = session.tree.questions
    for each in session.offers.situation.state.evidence:
        is_private = each.kind == "question" and questions[each.step].private
        yield {"step": each.step, "answer": MASK if is_private else each.result}


def identity(tree: Tree) -> dict[str, str]:
    """Which tree it is, in which state."""
    return {
        "id": tree.id,
        "title": tree.title,
        "version": tree.version,
        "fingerprint": tree.fingerprint,
    }


def step(step: Step) -> dict[str, Any]:
    """A question, an action or an ending."""
    match step:
        case Question():
            return question(step)
        case Action():
            return action(step)
        case Ending():
            return ending(step)


def question(step: Question) -> dict[str, Any]:
    """A question; ``why`` holds the author's reason and the computed one."""
    return {
        "kind": step.kind,
        "id": step.id,
        "text": step.text,
        "answers": [answer(each) for each in step.answers],
        "gain_bits": step.gain_bits,
        "cost_min": step.cost_min,
        "why": why(step),
        "how": step.how,
        "reason": step.reason,
        "setup": step.setup,
        "again": step.again,
        "unit": step.unit,
        "urgent": step.urgent,
        "runners_up": [asdict(each) for each in step.runners_up],
    }


def answer(choice: Choice) -> dict[str, Any]:
    """An answer, how likely it is, and which causes it would rule out."""
    return {
        "id": choice.id,
        "text": choice.text,
        "probability": choice.probability,
        "rules_out": [each.id for each in choice.rules_out],
    }


def action(step: Action) -> dict[str, Any]:
    """An action, with what to know before it and how to tell that it worked."""
    return {
        "kind": step.kind,
        "id": step.id,
        "title": step.title,
        "text": step.text,
        "chance": step.chance,
        "cost_min": step.cost_min,
        "why": why(step),
        "how": step.how,
        "reason": step.reason,
        "setup": step.setup,
        "caution": step.caution,
        "risk": step.risk,
        "verify": step.verify,
        "causes": [each.id for each in step.causes],
        "for": [{"id": each.id, "title": each.title} for each in step.causes],
    }


def ending(step: Ending) -> dict[str, Any]:
    """How the session ends."""
    return {
        "kind": "ending",
        "outcome": step.kind,
        "text": step.text,
        "reason": step.reason,
        "causes": [asdict(each) for each in step.causes],
        "confidence": step.confidence,
        "actions": [asdict(each) for each in step.actions],
        "escalate": escalation(step.escalate),
    }


def escalation(escalate: Escalation | None) -> dict[str, Any] | None:
    """To whom to hand over, at what price, and what to bring."""
    if escalate is None:
        return None
    return {
        "to": escalate.to,
        "cost_min": escalate.cost,
        "bring": list(escalate.bring),
    }


def why(step: Question | Action) -> str:
    """The author's reason, followed by the computed one."""
    return " ".join(each for each in (step.why, step.reason) if each)
