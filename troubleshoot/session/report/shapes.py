"""
A session as JSON: what is known, and what to do next.

The shapes are promised: keys are added, never renamed. Costs are in minutes, gains in
bits, chances fractions of 1.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from troubleshoot.session.serialize import tree_mark
from troubleshoot.text import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session.session import Session


FORMAT: Final = 1  # of every shape that is printed as JSON


def situation(session: Session) -> dict[str, Any]:
    """What is known and what to do next."""
    return {
        "format": FORMAT,
        "tree": asdict(tree_mark(session.tree)),
        "step": session.next_step().to_dict(),
        "belief": dict(session.belief),
        "eliminated": [{"cause": c, "by": by} for c, by in session.eliminated],
        "evidence": list(_evidence(session)),
        "carried": [asdict(each) for each in session.carried],
    }


def _evidence(session: Session) -> Iterator[dict[str, str]]:
    """The answers and tried actions that count, private answers masked."""
    questions = session.tree.questions
    for each in session.offers.situation.state.evidence:
        is_private = each.kind == "question" and questions[each.step].private
        yield {"step": each.step, "answer": MASK if is_private else each.result}
