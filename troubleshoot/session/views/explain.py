"""Why the next step is what it is, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from troubleshoot.session.naming import told
from troubleshoot.session.steps import Question
from troubleshoot.text import bits, minutes, percent, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session.session import Session
    from troubleshoot.session.statuses import Status
    from troubleshoot.session.steps import Step


HEAVIEST: Final = 2  # pieces of evidence named per cause


def explanation(session: Session) -> str:
    """The reason for the next step, what it could change, and what is settled."""
    step = session.next_step()
    lines = [*_step(step), *_doubt(session, step), *_settled(session)]
    return "\n".join(printable(each) for each in lines)


def _step(step: Step) -> Iterator[str]:
    yield f"{step.kind.capitalize()}: {step.text}"
    if step.reason:
        yield f"  why: {step.reason}"
    if isinstance(step, Question):
        yield from _answers(step)
        yield from _runners_up(step)
    else:
        for each in step.causes:
            yield f"  {each.title}: {percent(each.belief)}"


def _answers(step: Question) -> Iterator[str]:
    for each in step.answers:
        titles = [cause.title for cause in each.rules_out]
        effect = f"would rule out {quoted(titles)}" if titles else "rules nothing out"
        if not step.urgent:
            yield f"  {each.text} ({percent(each.probability)}): {effect}"


def _runners_up(step: Question) -> Iterator[str]:
    for each in step.runners_up:
        yield (
            f"  runner-up: '{each.id}', {bits(each.gain_bits)} "
            f"for {minutes(each.cost_min)}"
        )


def _doubt(session: Session, step: Step) -> Iterator[str]:
    """What does not fit, unless the step has said so itself."""
    surprise = session.surprise()
    if surprise and surprise.text not in step.reason:
        yield f"Doubt: {surprise.text}"


def _settled(session: Session) -> Iterator[str]:
    """What is excluded, and by which evidence."""
    for cause in session.tree.root_causes:
        status = session.statuses[cause.id]
        unlikely = status.status == "ruled out" and status.by
        if unlikely or status.status == "eliminated":
            why = _because(session, status)
            yield f"{status.status.capitalize()}: {cause.title}{why}"


def _because(session: Session, status: Status) -> str:
    heaviest = [
        f"{told(session.tree, each.step, each.result)}, {_log_odds(each.log_odds)}"
        for each in status.by[:HEAVIEST]
    ]
    return f", by {'; '.join(heaviest)}" if heaviest else ", from the start"


def _log_odds(odds: float) -> str:
    return f"{odds:+.1f} bits" if math.isfinite(odds) else "for certain"
