"""
A session as JSON: what is known, and what to do next.

The shapes are promised: keys are added, never renamed. Costs are in minutes, gains in
bits, chances fractions of 1.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from troubleshoot.session.serialize import tree_mark
from troubleshoot.session.values import shown
from troubleshoot.text import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.gates import Assumed
    from troubleshoot.session.migrate import Migrated
    from troubleshoot.session.steps import Step


FORMAT: Final = 1  # of every shape that is printed as JSON


def known(
    analysis: Analysis, step: Step, carried: Iterable[Migrated]
) -> dict[str, Any]:
    """What is known, what to do next, and what an edit of the tree did."""
    belief = analysis.belief
    return {
        "format": FORMAT,
        "tree": asdict(tree_mark(analysis.tree)),
        "step": step.to_dict(),
        "belief": dict(belief.shares),
        "eliminated": [{"cause": c, "by": by} for c, by in belief.eliminated.items()],
        "evidence": list(_evidence(analysis)),
        "recorded": list(_recorded(analysis)),
        "assumed": [*map(_assumed, analysis.candidates.gates.assumed)],
        **values(analysis),
        "carried": [asdict(each) for each in carried],
    }


def values(analysis: Analysis) -> dict[str, Any]:
    """What variables stand for, of a tree that has any; private answers masked."""
    found = shown(analysis.tree, analysis.state.answers)
    return {"variables": dict(found)} if found else {}


def _assumed(taken: Assumed) -> dict[str, Any]:
    """An answer that is taken as known: an id, or those that it may be."""
    only, *more = taken.answers
    return {
        "question": taken.question,
        "answer": MASK if taken.private else list(taken.answers) if more else only,
        "probability": taken.probability,
        "because": taken.because,
    }


def _evidence(analysis: Analysis) -> Iterator[dict[str, Any]]:
    """
    The answers and tried actions that count, private answers masked.

    Several answers are a list of those that hold.
    """
    questions = analysis.tree.questions
    for each in analysis.state.evidence:
        is_private = each.kind == "question" and questions[each.step].private
        result = [*each.result] if isinstance(each.result, tuple) else each.result
        yield {"step": each.step, "answer": MASK if is_private else result}


def _recorded(analysis: Analysis) -> Iterator[dict[str, Any]]:
    """What the tree wants noted, with what was, private texts masked; null if not."""
    noted = analysis.state.recorded
    for each in analysis.tree.records.values():
        text = MASK if each.private and each.id in noted else noted.get(each.id)
        yield {"id": each.id, "title": each.title, "text": text}
