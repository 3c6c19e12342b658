"""Why no listed cause fits, and which evidence would be worth checking again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.session.situation import leads, with_unknown
from troubleshoot.session.wording import listing, told

if TYPE_CHECKING:
    from troubleshoot.session.offers import Offers
    from troubleshoot.session.situation import Situation
    from troubleshoot.session.state import Evidence


def suspects(offers: Offers) -> tuple[Evidence, ...]:
    """
    Evidence whose removal alone would restore a consistent story.

    The cheapest to check again first. One posterior per piece of evidence.
    """
    situation = offers.situation
    restoring = [each for each in situation.rows if _restores(situation, each)]
    return tuple(sorted(restoring, key=lambda each: (_cost(offers, each), each)))


def _restores(situation: Situation, evidence: Evidence) -> bool:
    others = [each for each in situation.rows if each != evidence]
    p = situation.posterior_given(others)
    return bool(p.any()) and not leads(situation.model, with_unknown(p))


def _cost(offers: Offers, evidence: Evidence) -> float:
    tree = offers.situation.tree
    steps = tree.questions if evidence.kind == "question" else tree.actions
    return offers.cost(steps[evidence.step])


def surprise(offers: Offers) -> str:
    """Why no listed cause fits, and which evidence would be worth checking again."""
    tree = offers.situation.tree
    doubts = [told(tree, each.step, each.result) for each in suspects(offers)]
    if offers.situation.contradicted:
        text = "The answers contradict each other: no listed cause allows all of them"
        rows = sorted(offers.situation.rows)
        evidence = [told(tree, each.step, each.result) for each in rows]
        return f"{text}. {_check_again(doubts or evidence, alone=bool(doubts))}"
    text = "No listed cause explains the answers well."
    return f"{text} {_check_again(doubts, alone=True)}".rstrip()


def _check_again(doubts: list[str], *, alone: bool) -> str:
    if not doubts:
        return ""
    each = "any one of these alone" if len(doubts) > 1 else "this one"
    without = f"without {each} the rest agrees" if alone else "they do not agree"
    return f"Worth checking again, as {without}: {listing(doubts, 'or')}."
