"""
Why no listed cause fits, and which evidence would be worth checking again.

Throughout this module:
    e_i         is a piece of evidence, e all of it, e_-i all of it but e_i
    conflict    is ``log2(prod_i P(e_i) / P(e))`` in bits, P if the cause is a listed
                one; positive where pieces fit badly together

P leaves the unknown cause out, for it is itself the story that pieces tell no story:
with it the rarest combinations would count as agreeing on what nobody listed.

Source: Jensen, Chamberlain, Nordahl & Jensen (1991), "Analysis in HUGIN of data
conflict".

Ranked are first the pieces without which a listed cause leads again, then the others.
Among each: if one piece alone is a slip, drawn as it comes and not from the story that
the rest tells, then it is ``e_i`` with a chance in proportion to ``P(e_i) P(e_-i)``,
which is to ``2 ** -conflict(e_-i)``. Checking by chance per minute finds the slip at
the least expected cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from troubleshoot.inference import bayes
from troubleshoot.inference.bayes import ALIKE
from troubleshoot.session.analysis import once_per_analysis
from troubleshoot.session.answers import told
from troubleshoot.session.belief import TOLERANCE, leads, with_unknown
from troubleshoot.text import listing, percent
from troubleshoot.tree.tree import AnswerKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.belief import Belief, FloatArray
    from troubleshoot.session.state import Evidence
    from troubleshoot.tree.tree import Answer, Question, Tree


NAMED: Final = 5  # pieces of evidence in a sentence
LEADING: Final = 3  # causes in a story
FEW: Final = 12  # pieces of evidence of which all pairs are looked at


@dataclass(frozen=True, slots=True)
class Suspect:
    """
    A piece of evidence that may be a slip, and the story without it.

    ``text`` is for people, with private answers masked. ``restores`` is how many bits
    of conflict go with it, infinite where a contradiction does; ``chance`` how likely
    it is the one, if one alone is. ``story`` are the likeliest listed causes without
    it, with their belief, and ``unknown_without`` that of the unknown one;
    ``restored`` says that a listed cause leads then. ``cost_min`` is what it costs to
    check again now, in minutes. ``confusable`` are the ids of the answers that are
    easily taken for this one; none where the question is private.
    """

    kind: Literal["question", "action"]
    step: str
    result: AnswerKey = field(repr=False)  # it may be private
    text: str
    restores: float
    chance: float
    cost_min: float
    story: tuple[tuple[str, float], ...]
    unknown_without: float
    restored: bool
    confusable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """
    That the evidence fits no listed cause, and what to check again first.

    ``conflict`` is in bits; ``unknown`` the belief in a cause that is not listed;
    ``contradicted`` whether no listed cause allows all of the evidence, which makes
    the conflict infinite. ``suspects`` come in the order in which to check them. Where
    no single one of them restores a story, ``pair`` are the two that do so together,
    if there are such two.
    """

    conflict: float
    unknown: float
    contradicted: bool
    text: str
    suspects: tuple[Suspect, ...]
    pair: tuple[Suspect, ...] = ()


@once_per_analysis
def evidence_conflict(analysis: Analysis) -> Conflict | None:
    """What does not fit; None while a listed cause leads, or the pieces agree."""
    belief = analysis.belief
    bits = _conflict(belief, sorted(belief.rows))
    if bits <= TOLERANCE or not belief.unknown_leads:
        return None
    suspects = _telling(_suspects(analysis, bits))
    alone = any(each.restored for each in suspects)
    pair = () if alone else _pair(belief, suspects)
    return Conflict(
        conflict=bits,
        unknown=belief.unknown,
        contradicted=math.isinf(bits),
        text=_text(belief, suspects, pair, contradicted=math.isinf(bits)),
        suspects=suspects,
        pair=pair,
    )


def doubt(analysis: Analysis) -> str:
    """Why no listed cause fits, in a few sentences, whether or not pieces conflict."""
    if found := evidence_conflict(analysis):
        return found.text
    if not analysis.belief.unknown_leads:
        return analysis.tree.words.doubt_from_start
    restoring = tuple(each for each in _suspects(analysis) if each.restored)
    return _text(analysis.belief, restoring)


def shared_doubt(analysis: Analysis) -> str:
    """
    The same for a document that is handed on.

    Where a private answer is part of it, the story that the rest tells would tell the
    answer: then only those that are not private are named.
    """
    belief, found = analysis.belief, evidence_conflict(analysis)
    if is_told(belief):
        return doubt(analysis)
    several = len(belief.rows) > 1
    words = belief.tree.words
    contradicted = found is not None and found.contradicted and several
    why = words.doubt_contradicted if contradicted else words.doubt_none_fits
    named = [each for each in _suspects(analysis) if not _is_private(belief, each)]
    if not named:
        return why
    again = words("doubt_check", named=_listed(named, words))
    return " ".join([why, again, *_alike(belief.tree, named)])


def is_told(belief: Belief) -> bool:
    """Whether all of the evidence may be told, as no piece of it is private."""
    return not any(_is_private(belief, each) for each in belief.rows)


def _is_private(belief: Belief, piece: Evidence | Suspect) -> bool:
    return piece.kind == "question" and belief.tree.questions[piece.step].private


def _telling(suspects: tuple[Suspect, ...]) -> tuple[Suspect, ...]:
    """Those that stand out; all where none does."""
    telling = [each for each in suspects if each.restored or each.restores > TOLERANCE]
    return tuple(telling) or suspects


def _suspects(analysis: Analysis, bits: float = 0.0) -> tuple[Suspect, ...]:
    """
    All evidence, the first to check first; ``bits`` are its conflict.

    One posterior per piece. They are computed in the order of their names, so that
    sums round alike in whatever order the evidence came.
    """
    belief = analysis.belief
    pieces = sorted(belief.rows)
    left = [_conflict(belief, _others(belief, each)) for each in pieces]
    every = [
        _suspect(analysis, piece, 0.0 if math.isinf(rest) else bits - rest, chance)
        for piece, rest, chance in zip(pieces, left, _chances(left), strict=True)
    ]
    return tuple(sorted(every, key=_rank))


def _chances(left: Sequence[float]) -> list[float]:
    """Which piece is the slip if one is, by the conflict without it; 0 if none can."""
    least = min(left, default=math.inf)
    if math.isinf(least):
        return [0.0] * len(left)
    weights = [2.0 ** (least - each) for each in left]
    return [each / math.fsum(weights) for each in weights]


def _rank(suspect: Suspect) -> tuple[bool, float, float, str, str]:
    # Rounded, for equals must not be told apart by the last bits of a sum.
    rate = float(f"{suspect.chance / max(suspect.cost_min, TOLERANCE):.{ALIKE}g}")
    name = suspect.kind, suspect.step
    return (not suspect.restored, -rate, suspect.cost_min, *name)


def _suspect(
    analysis: Analysis, piece: Evidence, restores: float, chance: float
) -> Suspect:
    belief, tree = analysis.belief, analysis.tree
    steps = tree.questions if piece.kind == "question" else tree.actions
    p = belief.posterior_given(_others(belief, piece))
    believed = with_unknown(p)
    return Suspect(
        kind=piece.kind,
        step=piece.step,
        result=piece.result,
        text=told(tree, piece.step, piece.result),
        restores=restores,
        chance=chance,
        cost_min=analysis.candidates.cost(steps[piece.step]),
        story=_story(belief, believed),
        unknown_without=float(believed[-1]),
        restored=_agrees(belief, p),
        confusable=tuple(each.id for each in _confusable(tree, piece)),
    )


def _confusable(tree: Tree, piece: Evidence) -> tuple[Answer, ...]:
    if piece.kind == "action" or tree.questions[piece.step].private:
        return ()
    return tree.questions[piece.step].taken_for(piece.result)


def _story(belief: Belief, p: FloatArray) -> tuple[tuple[str, float], ...]:
    """The likeliest listed causes, with their belief."""
    order = np.argsort(-p[:-1], kind="stable")[:LEADING].tolist()
    return tuple((belief.model.causes[i], float(p[i])) for i in order if p[i] > 0)


def _pair(belief: Belief, suspects: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """The two that restore a story together, the likeliest per minute; or none."""
    if len(suspects) > FEW:
        return ()
    rated = [
        (_pair_rank(belief, pair), pair)
        for pair in combinations(suspects, 2)
        if _agrees(belief, belief.posterior_given(_but(belief, pair)))
    ]
    return min(rated, key=lambda each: each[0], default=(0.0, ()))[1]


def _pair_rank(belief: Belief, pair: tuple[Suspect, Suspect]) -> float:
    """``-log2`` of chance per minute, but for a constant."""
    minutes = max(sum(each.cost_min for each in pair), TOLERANCE)
    bits = _conflict(belief, _but(belief, pair)) + math.log2(minutes)
    return round(bits, ALIKE)


def _but(belief: Belief, pair: Sequence[Suspect]) -> list[Evidence]:
    out = {(each.kind, each.step) for each in pair}
    return [x for x in sorted(belief.rows) if (x.kind, x.step) not in out]


def _others(belief: Belief, piece: Evidence) -> list[Evidence]:
    return [each for each in sorted(belief.rows) if each != piece]


def _agrees(belief: Belief, p: FloatArray) -> bool:
    """Whether a posterior allows a cause, and not the unknown one before all."""
    return bool(p.any()) and not leads(belief.model, p)


def _conflict(belief: Belief, pieces: Sequence[Evidence]) -> float:
    listed = belief.model.prior.copy()
    listed[-1] = 0.0
    if not listed.any():
        return 0.0
    rows = [belief.rows[each] for each in pieces]
    return bayes.conflict(listed / listed.sum(), rows)


def _text(
    belief: Belief,
    suspects: Sequence[Suspect],
    pair: Sequence[Suspect] = (),
    *,
    contradicted: bool = False,
) -> str:
    """What does not fit, and what to check again, without blame."""
    several = len(belief.rows) > 1
    words = belief.tree.words
    contradicted = contradicted and several
    sentences = [words.doubt_contradicted if contradicted else words.doubt_none_fits]
    restoring = [each for each in suspects if each.restored]
    named = restoring or suspects
    if restoring:
        sentences.append(_alone(belief, restoring))
    elif suspects:
        sentences.append(_together(suspects, pair, words))
    return " ".join([*sentences, *_alike(belief.tree, named)])


def _alone(belief: Belief, restoring: Sequence[Suspect]) -> str:
    cause, share = restoring[0].story[0]
    words = belief.tree.words
    return words(
        "doubt_without_it" if len(restoring) == 1 else "doubt_without_any",
        named=_listed(restoring, words),
        cause=belief.tree.causes[cause].title,
        percent=percent(share, words),
    )


def _together(
    suspects: Sequence[Suspect], pair: Sequence[Suspect], words: Catalogue
) -> str:
    both = listing((each.text for each in pair), words=words)
    key = "doubt_without_both" if pair else "doubt_no_single"
    return words(key, named=_listed(suspects, words), both=both)


def _listed(suspects: Sequence[Suspect], words: Catalogue) -> str:
    named = [each.text for each in suspects[:NAMED]]
    if (more := len(suspects) - NAMED) > 0:
        named.append(words("more", count=more))
    return listing(named, "or", words)


def _alike(tree: Tree, suspects: Sequence[Suspect]) -> list[str]:
    """What the answers of those in the sentence are easily taken for."""
    return [_taken(tree, each) for each in suspects[:NAMED] if each.confusable]


def _taken(tree: Tree, suspect: Suspect) -> str:
    question, words = tree.questions[suspect.step], tree.words
    held = suspect.result if isinstance(suspect.result, tuple) else [suspect.result]
    return "".join(
        words(
            "taken_for",
            answer=question.answer(each).text,
            others=listing(others, "or", words),
        )
        for each in held
        if (others := _texts(tree, question, each, suspect.confusable))
    )


def _texts(
    tree: Tree, question: Question, said: str, among: Iterable[str]
) -> list[str]:
    """The answers, of these, that this one is easily taken for."""
    alike = question.taken_for(said)
    return [tree.words("quoted", text=x.text) for x in alike if x.id in among]
