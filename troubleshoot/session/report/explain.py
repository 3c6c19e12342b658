"""
Why the next step is what it is, and the story of one cause, in sentences.

The story says where a cause began, what each answer did, and where it stands. A ratio
in it is a Bayes factor: how likely an answer is with the cause, over how likely it is
without, as things stood when it came. It multiplies the odds of the cause.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from troubleshoot.errors import ArgumentTypeError, UnknownName
from troubleshoot.inference.bayes import expected_information_gain
from troubleshoot.inference.model import UNKNOWN
from troubleshoot.session.answers import told
from troubleshoot.session.conflict import evidence_conflict
from troubleshoot.session.steps import Question
from troubleshoot.text import bits, duration, percent, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.belief import BoolArray, FloatArray, Status
    from troubleshoot.session.candidates import CandidateSteps
    from troubleshoot.session.report.ledger import Entry
    from troubleshoot.session.steps import Step
    from troubleshoot.tree import tree as written


HEAVIEST: Final = 2  # pieces of evidence named per cause

HARDLY: Final = 0.15  # bits; less changes the odds by a tenth
NAMED: Final = 6  # pieces of evidence in a story, the strongest
CERTAIN: Final = 1e-9  # bits; a cause whose belief is 0 or 1 has no more to tell
FINE: Final = (0.001, 0.0095)  # shares that are said with a tenth of a per cent
HUGE: Final = 20.0  # bits; more is said alike
TWICE: Final = (1.95, 2.05)
TENTHS: Final = 10  # ratios from here on are said without tenths
MOST: Final = 1000  # ratios from here on are said as "over 1000"


def explanation(analysis: Analysis, step: Step) -> str:
    """The reason for this next step, what it could change, and what is settled."""
    lines = [*_step(step), *_doubt(analysis, step), *_settled(analysis)]
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
            f"for {duration(each.cost_min)}"
        )


def _doubt(analysis: Analysis, step: Step) -> Iterator[str]:
    """What does not fit, unless the step has said so itself."""
    conflict = evidence_conflict(analysis)
    if conflict and conflict.text not in step.reason:
        yield f"Doubt: {conflict.text}"


def _settled(analysis: Analysis) -> Iterator[str]:
    """What is excluded, and by which evidence."""
    for cause in analysis.tree.root_causes:
        status = analysis.statuses[cause.id]
        unlikely = status.status == "ruled out" and status.by
        if unlikely or status.status == "eliminated":
            why = _because(analysis, status)
            yield f"{status.status.capitalize()}: {cause.title}{why}"


def _because(analysis: Analysis, status: Status) -> str:
    heaviest = [
        f"{told(analysis.tree, each.step, each.result)}, {_log_odds(each.log_odds)}"
        for each in status.by[:HEAVIEST]
    ]
    return f", by {'; '.join(heaviest)}" if heaviest else ", from the start"


def _log_odds(odds: float) -> str:
    return f"{odds:+.1f} bits" if math.isfinite(odds) else "for certain"


class Tells(NamedTuple):
    """A question, bits it is expected to tell about a cause, and minutes."""

    question: written.Question
    bits: float
    minutes: float


def story(analysis: Analysis, cause: str) -> str:
    """
    The story of a cause, a group or "unknown", one thing to a line.

    Raises:
        UnknownName: there is no such cause.
        ArgumentTypeError: this is no id.
    """
    if not isinstance(cause, str):
        raise ArgumentTypeError(
            "a cause is named by its id, a text; 'unknown' is one as well",
            argument="cause",
        )
    names = (*analysis.tree.causes, UNKNOWN)
    if cause not in names:
        raise UnknownName("cause", cause, names)
    lines = [
        _began(analysis, cause),
        *_evidence(analysis, cause),
        _stands(analysis, cause),
        *_could_change(analysis, cause),
    ]
    return "\n".join(printable(each) for each in lines)


def _title(analysis: Analysis, cause: str) -> str:
    if cause == UNKNOWN:
        return "a cause that is not listed"
    return f"'{analysis.tree.causes[cause].title}'"


def _began(analysis: Analysis, cause: str) -> str:
    title = _title(analysis, cause)
    before = share(analysis.ledger.prior[cause])
    return f"{title[0].upper()}{title[1:]} began at {before}."


def _evidence(analysis: Analysis, cause: str) -> Iterator[str]:
    """What said most about it, in the order in which it came; the rest is counted."""
    entries = analysis.ledger.entries
    contradicts = [each for each in entries if each.contradicts]
    entries = tuple(each for each in entries if not each.contradicts)
    yield from _weighed(analysis, entries, cause)
    if contradicts:
        yield _contradicted(contradicts)
    for each in analysis.ledger.entries:
        if each.set_aside:
            yield f"{each.text} is set aside. {each.set_aside}"


def _contradicted(entries: Sequence[Entry]) -> str:
    """What fits nothing, and that what came after it weighs nothing any more."""
    first, *later = entries
    told = f"{_said(first)}: no cause allows this and all that came before."
    return f"{told} {len(later)} more cannot be weighed after that." if later else told


def _weighed(analysis: Analysis, entries: Sequence[Entry], cause: str) -> Iterator[str]:
    weights = [abs(each.log_odds[cause]) for each in entries]
    telling = [i for i, weight in enumerate(weights) if weight >= HARDLY]
    named = sorted(sorted(telling, key=lambda i: -weights[i])[:NAMED])
    excluded = False
    for i in named:
        before = (entries[i - 1].belief if i else analysis.ledger.prior)[cause]
        yield _did(entries[i], before, cause, excluded=excluded)
        excluded |= entries[i].log_odds[cause] == -math.inf
    if lighter := len(telling) - len(named):
        yield f"{lighter} more weighed less."
    elif len(telling) < len(entries):
        yield f"Nothing {'else ' * bool(named)}that was said tells much about it."


def _said(entry: Entry) -> str:
    verb = "said" if entry.kind == "question" else "done"
    return f"{entry.text}, {verb} by {entry.actor}"


def _did(entry: Entry, before: float, cause: str, *, excluded: bool) -> str:
    """What one piece of evidence did, by whom it was said, and what it led to."""
    said = _said(entry)
    bits, after = entry.log_odds[cause], entry.belief[cause]
    if bits == -math.inf:
        again = "also " if excluded else ""
        return f"{said}: never so with this cause, which {again}excludes it."
    if bits == math.inf:
        return f"{said}: never so without this cause, which proves it."
    if excluded or not before:
        return f"{said}: {ratio(bits)}, but it was excluded already."
    return f"{said}: {ratio(bits)}; {share(before)} became {share(after)}."


def ratio(bits: float) -> str:
    """
    Log odds in words.

    >>> ratio(1.0)
    'twice as likely with this cause as without'
    >>> ratio(-3.17)
    '9 times less likely with this cause than without'
    """
    times = 2.0 ** min(abs(bits), HUGE)
    if bits < 0:
        return f"{_times(times)} times less likely with this cause than without"
    much = "twice" if TWICE[0] < times < TWICE[1] else f"{_times(times)} times"
    return f"{much} as likely with this cause as without"


def share(chance: float) -> str:
    """
    The chance in per cent, as fine as small changes need.

    >>> share(0.0042), share(0.00001), share(0.42)
    ('0.4 %', 'under 0.1 %', '42 %')
    """
    if FINE[0] <= chance < FINE[1]:
        return f"{chance * 100:.1f} %"
    return "under 0.1 %" if 0 < chance < FINE[0] else percent(chance)


def _times(times: float) -> str:
    if times >= MOST:
        return f"over {MOST}"
    return f"{times:.0f}" if times >= TENTHS else f"{times:.1f}".removesuffix(".0")


def _stands(analysis: Analysis, cause: str) -> str:
    belief = share(_belief(analysis, cause))
    if analysis.belief.contradicted:
        return _left_over(cause)
    if cause == UNKNOWN:
        leads = ", and leads: no listed cause fits well"
        return f"Now it is at {belief}{leads * analysis.belief.unknown_leads}."
    match analysis.statuses[cause].status:
        case "eliminated":
            return "Now it is eliminated, for certain."
        case "confirmed":
            return f"Now it is confirmed, at {belief}: an action fixed it."
        case "leading":
            return f"Now it leads, at {belief}."
        case standing:
            return f"Now it is {standing}, at {belief}."


def _left_over(cause: str) -> str:
    """Where a cause stands once the answers contradict each other."""
    if cause == UNKNOWN:
        why = "no listed cause allows all that was said"
        return f"Now it is at 100 %, for nothing else is left: {why}."
    return "Now it is eliminated: no listed cause allows all that was said."


def _belief(analysis: Analysis, cause: str) -> float:
    if cause == UNKNOWN:
        return analysis.belief.unknown
    return analysis.statuses[cause].posterior


def _could_change(analysis: Analysis, cause: str) -> Iterator[str]:
    """The question that tells most about it per minute, and what its answers do."""
    candidates = analysis.candidates
    inside = _inside(analysis, cause)
    if cause != UNKNOWN and analysis.statuses[cause].status == "eliminated":
        yield "Only another answer to what excluded it can bring it back."
        return
    best = max(
        _tells(candidates, inside),
        key=lambda x: x.bits / max(x.minutes, CERTAIN),
        default=None,
    )
    if best is None:
        yield "Nothing that is left to ask would change this."
        return
    price = f" ({duration(best.minutes)})" if best.minutes else ""
    yield (
        f"What tells most about it now: “{best.question.ask}”{price}. "
        f"{_effects(candidates, best.question, inside)}."
    )


def _inside(analysis: Analysis, cause: str) -> BoolArray:
    leaves = [cause] if cause == UNKNOWN else analysis.tree.leaves(cause)
    return np.isin(analysis.belief.model.causes, leaves)


def _tells(candidates: CandidateSteps, inside: BoolArray) -> Iterator[Tells]:
    """Each question that can be put and tells something about these causes."""
    belief = candidates.belief
    open_ = candidates.fresh | candidates.put_off | candidates.not_known
    p = np.array([belief.p[inside].sum(), belief.p[~inside].sum()])
    if not p.all():
        return
    for i in np.flatnonzero(open_).tolist():
        question = belief.tree.questions[candidates.questions.ids[i]]
        joint = _joint(candidates, question, inside)
        bits = expected_information_gain(p, joint / p)
        if bits > CERTAIN:
            yield Tells(question, bits, float(candidates.question_costs[i]))


def _joint(
    candidates: CandidateSteps, question: written.Question, inside: BoolArray
) -> FloatArray:
    """P(answer, these causes) and P(answer, the others), ``(answers, 2)``."""
    model, p = candidates.belief.model, candidates.belief.p
    rows = [p * model.likelihood(question.id, each.id) for each in question.answers]
    return np.array([[row[inside].sum(), row[~inside].sum()] for row in rows])


def _effects(
    candidates: CandidateSteps, question: written.Question, inside: BoolArray
) -> str:
    """The answers that speak most for and against these causes, and the belief then."""
    joint = _joint(candidates, question, inside)
    after = [
        (float(within / (within + without)), answer.text)
        for answer, (within, without) in zip(question.answers, joint, strict=True)
        if within + without > 0
    ]
    (most, yes), (least, no) = max(after), min(after)
    return f"“{yes}” would make it {share(most)}, “{no}” {share(least)}"
