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

from troubleshoot.catalogue import in_language
from troubleshoot.errors import ArgumentTypeError, UnknownName
from troubleshoot.inference.bayes import expected_information_gain
from troubleshoot.inference.model import UNKNOWN
from troubleshoot.session.answers import told
from troubleshoot.session.conflict import evidence_conflict
from troubleshoot.session.steps import Action, Question
from troubleshoot.text import bits, decimal, duration, percent, printable, quoted, spent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troubleshoot.catalogue import Catalogue
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
    words = analysis.tree.words
    lines = [*_step(step, words), *_doubt(analysis, step), *_settled(analysis)]
    return "\n".join(printable(each) for each in lines)


def _step(step: Step, words: Catalogue) -> Iterator[str]:
    kind = words(f"explain_{step.kind.replace(' ', '_')}")
    yield f"{kind}: {step.title if isinstance(step, Action) else step.text}"
    if step.reason:
        yield f"  {words('explain_why', reason=step.reason)}"
    if isinstance(step, Question):
        yield from _answers(step, words)
        yield from _runners_up(step, words)
    else:
        for each in step.causes:
            yield f"  {each.title}: {percent(each.belief, words)}"


def _answers(step: Question, words: Catalogue) -> Iterator[str]:
    for each in step.answers:
        titles = [cause.title for cause in each.rules_out]
        effect = words.explain_rules_out_none
        if titles:
            effect = words("explain_rules_out", causes=quoted(titles, words=words))
        if not step.urgent:
            yield f"  {each.text} ({percent(each.probability, words)}): {effect}"


def _runners_up(step: Question, words: Catalogue) -> Iterator[str]:
    for each in step.runners_up:
        told = words(
            "explain_runner_up",
            question=each.id,
            bits=bits(each.gain_bits, words),
            minutes=duration(each.cost_min, words),
        )
        yield f"  {told}"


def _doubt(analysis: Analysis, step: Step) -> Iterator[str]:
    """What does not fit, unless the step has said so itself."""
    conflict = evidence_conflict(analysis)
    if conflict and conflict.text not in step.reason:
        yield analysis.tree.words("explain_doubt", doubt=conflict.text)


def _settled(analysis: Analysis) -> Iterator[str]:
    """What is excluded, and by which evidence."""
    for cause in analysis.tree.root_causes:
        status = analysis.statuses[cause.id]
        unlikely = status.status == "ruled out" and status.by
        if unlikely or status.status == "eliminated":
            yield _because(analysis, status, cause.title)


def _because(analysis: Analysis, status: Status, title: str) -> str:
    words = analysis.tree.words
    heaviest = [
        f"{told(analysis.tree, each.step, each.result)}, "
        f"{_log_odds(each.log_odds, words)}"
        for each in status.by[:HEAVIEST]
    ]
    key = "explain_eliminated" if status.status == "eliminated" else "explain_unlikely"
    if not heaviest:
        return words(f"{key}_from_start", cause=title)
    return words(key, cause=title, by="; ".join(heaviest))


def _log_odds(odds: float, words: Catalogue) -> str:
    if not math.isfinite(odds):
        return words.for_certain
    return words("bits", count=decimal(f"{odds:+.1f}", words))


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
    words = analysis.tree.words
    if cause == UNKNOWN:
        return words.not_listed
    return words("named", text=analysis.tree.causes[cause].title)


def _began(analysis: Analysis, cause: str) -> str:
    words = analysis.tree.words
    before = share(analysis.ledger.prior[cause], words)
    return words("story_began", cause=_title(analysis, cause), percent=before)


def _evidence(analysis: Analysis, cause: str) -> Iterator[str]:
    """What said most about it, in the order in which it came; the rest is counted."""
    entries = analysis.ledger.entries
    contradicts = [each for each in entries if each.contradicts]
    entries = tuple(each for each in entries if not each.contradicts)
    yield from _weighed(analysis, entries, cause)
    words = analysis.tree.words
    if contradicts:
        yield _contradicted(contradicts, words)
    for each in analysis.ledger.entries:
        if each.set_aside:
            yield words("story_set_aside", told=each.text, why=each.set_aside)


def _contradicted(entries: Sequence[Entry], words: Catalogue) -> str:
    """What fits nothing, and that what came after it weighs nothing any more."""
    first, *later = entries
    told = words("story_contradicted", said=_said(first, words))
    more = words("story_not_weighed", count=len(later))
    return f"{told} {more}" if later else told


def _weighed(analysis: Analysis, entries: Sequence[Entry], cause: str) -> Iterator[str]:
    words = analysis.tree.words
    weights = [abs(each.log_odds[cause]) for each in entries]
    telling = [i for i, weight in enumerate(weights) if weight >= HARDLY]
    named = sorted(sorted(telling, key=lambda i: -weights[i])[:NAMED])
    excluded = False
    for i in named:
        before = (entries[i - 1].belief if i else analysis.ledger.prior)[cause]
        yield _did(entries[i], before, cause, words, excluded=excluded)
        excluded |= entries[i].log_odds[cause] == -math.inf
    if lighter := len(telling) - len(named):
        yield words("story_lighter", count=lighter)
    elif len(telling) < len(entries):
        yield words.story_nothing_else if named else words.story_nothing


def _said(entry: Entry, words: Catalogue) -> str:
    key = "story_said_by" if entry.kind == "question" else "story_done_by"
    return words(key, told=entry.text, actor=entry.actor)


def _did(
    entry: Entry, before: float, cause: str, words: Catalogue, *, excluded: bool
) -> str:
    """What one piece of evidence did, by whom it was said, and what it led to."""
    said = _said(entry, words)
    bits, after = entry.log_odds[cause], entry.belief[cause]
    if bits == -math.inf:
        return words("story_excludes_too" if excluded else "story_excludes", said=said)
    if bits == math.inf:
        return words("story_proves", said=said)
    if excluded or not before:
        return words("story_excluded_before", said=said, ratio=ratio(bits, words))
    return words(
        "story_became",
        said=said,
        ratio=ratio(bits, words),
        before=share(before, words),
        after=share(after, words),
    )


def ratio(bits: float, words: Catalogue | None = None) -> str:
    """
    Log odds in words.

    >>> ratio(1.0)
    'twice as likely with this cause as without'
    >>> ratio(-3.17)
    '9 times less likely with this cause than without'
    """
    words = words or in_language()
    times = 2.0 ** min(abs(bits), HUGE)
    if bits < 0:
        return words("ratio_less", times=_times(times, words))
    if TWICE[0] < times < TWICE[1]:
        return words.ratio_twice
    return words("ratio_more", times=_times(times, words))


def share(chance: float, words: Catalogue | None = None) -> str:
    """
    The chance in per cent, as fine as small changes need.

    >>> share(0.0042), share(0.00001), share(0.42)
    ('0.4 %', 'under 0.1 %', '42 %')
    """
    words = words or in_language()
    if FINE[0] <= chance < FINE[1]:
        return f"{decimal(f'{chance * 100:.1f}', words)} %"
    if 0 < chance < FINE[0]:
        return words("share_under", percent=f"{decimal('0.1', words)} %")
    return percent(chance, words)


def _times(times: float, words: Catalogue) -> str:
    if times >= MOST:
        return words("over", count=MOST)
    if times >= TENTHS:
        return f"{times:.0f}"
    return decimal(f"{times:.1f}".removesuffix(".0"), words)


def _stands(analysis: Analysis, cause: str) -> str:
    words = analysis.tree.words
    belief = share(_belief(analysis, cause), words)
    if analysis.belief.contradicted:
        return words.story_left_over if cause == UNKNOWN else words.story_all_gone
    if cause == UNKNOWN:
        leads = analysis.belief.unknown_leads
        return words("story_unknown_leads" if leads else "story_unknown", at=belief)
    standing = analysis.statuses[cause].status.replace(" ", "_")
    return words(f"story_{standing}", at=belief)


def _belief(analysis: Analysis, cause: str) -> float:
    if cause == UNKNOWN:
        return analysis.belief.unknown
    return analysis.statuses[cause].posterior


def _could_change(analysis: Analysis, cause: str) -> Iterator[str]:
    """The question that tells most about it per minute, and what its answers do."""
    candidates = analysis.candidates
    inside = _inside(analysis, cause)
    if cause != UNKNOWN and analysis.statuses[cause].status == "eliminated":
        yield analysis.tree.words.story_only_another
        return
    best = max(
        _tells(candidates, inside),
        key=lambda x: x.bits / max(x.minutes, CERTAIN),
        default=None,
    )
    if best is None:
        yield analysis.tree.words.story_nothing_left
        return
    words = analysis.tree.words
    asked = words("quoted", text=best.question.ask)
    time = candidates.time(best.question)
    price = f" ({spent(*time, words)})" if any(time) else ""
    effects = _effects(candidates, best.question, inside)
    yield words("story_tells_most", question=f"{asked}{price}", effects=effects)


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
    words = candidates.belief.tree.words
    return words(
        "story_effects",
        yes=yes,
        most=share(most, words),
        no=no,
        least=share(least, words),
    )
