"""How a session ends, in one value and one plain sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.session.left import as_sure_as_asked, questions_left, remedies_left
from troubleshoot.session.naming import likely, titled_action
from troubleshoot.session.remedies import remedies
from troubleshoot.session.situation import HALF, RULED_OUT, TOLERANCE
from troubleshoot.session.steps import Ending
from troubleshoot.session.views.surprise import doubt
from troubleshoot.text import listing, percent
from troubleshoot.tree.tree import Escalation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.offers import Offers
    from troubleshoot.session.situation import BoolArray, Situation
    from troubleshoot.session.steps import EndingKind
    from troubleshoot.tree.tree import Tree


LIKELY: Final = 0.1  # belief in a cause from which on its remedies are worth a word


def fixed(offers: Offers) -> Ending:
    """An action worked."""
    situation = offers.situation
    worked = tuple(each for each, ok in situation.state.tried.items() if ok)
    causes = situation.ranked(situation.likeliest_class)
    done = " ".join(situation.tree.actions[each].do for each in worked)
    text = f"What helped: {done}"
    return _ending(offers, "fixed", text, causes=causes, actions=worked)


def given_up(offers: Offers) -> Ending:
    """The customer does not want to go on."""
    reason = offers.situation.state.given_up
    causes = offers.situation.ranked()
    text = f"We stop here{_most_likely(offers.situation, causes)}."
    actions = _for_likely_causes(offers, causes)
    return _ending(
        offers, "given up", text, causes=causes, actions=actions, reason=reason or ""
    )


def _for_likely_causes(offers: Offers, causes: Iterable[str]) -> tuple[str, ...]:
    """
    What is worth a try for somebody who breaks off.

    Remedies of likely causes alone; what cannot be undone only where it is as likely
    to help as not.
    """
    shares = offers.situation.shares
    found = remedies(
        offers, (each for each in causes if shares[each] > LIKELY - TOLERANCE)
    )
    at, chances = offers.actions.at, offers.chances
    gentle = offers.reversible | (chances > HALF - TOLERANCE)
    return tuple(each for each in found if gentle[at[each]])


def stop_text(offers: Offers) -> str:
    """What an urgent answer says to do at once; empty when none was given."""
    answers = offers.situation.state.answers
    urgent = [x for x in offers.situation.tree.questions.values() if x.is_urgent]
    stops = (each.stop.get(answers.get(each.id, "")) for each in urgent)
    return next((each for each in stops if each), "")


def stopped(offers: Offers) -> Ending:
    """An urgent answer says to stop."""
    reason = "An urgent question was answered so that everything else must wait."
    return _ending(offers, "stopped", stop_text(offers), reason=reason, confidence=1.0)


def found(offers: Offers, members: BoolArray) -> Ending:
    """One remedy class has reached the confidence."""
    causes = offers.situation.ranked(members)
    reason = f"{as_sure_as_asked(offers)} {remedies_left(offers, causes)}"
    return _found(offers, members, reason)


def _found(offers: Offers, members: BoolArray, reason: str) -> Ending:
    """One remedy class is likelier than everything else."""
    situation = offers.situation
    causes = situation.ranked(members)
    named = listing((_title(situation.tree, each) for each in causes), "or")
    confidence = min(1.0, float(situation.p[members].sum()))
    text = f"The most likely cause ({percent(confidence)}): {named}."
    failed = _failed(offers, causes)
    if failed:
        text += " What was tried for it has not helped so far."
    return _ending(
        offers, "found", text, causes=causes, confidence=confidence, reason=reason
    )


def narrowed(offers: Offers) -> Ending:
    """Several causes are left, and nothing that can be asked separates them."""
    situation = offers.situation
    causes = situation.ranked()
    together = percent(sum(situation.shares[each] for each in causes))
    if len(causes) == 1:
        listed = f"{_title(situation.tree, causes[0])} ({together})"
        other = f"a cause that is not listed ({percent(situation.unknown)})"
        text = f"Nothing left to ask tells whether it is {listed} or {other}."
    else:
        head = _most_likely(situation, causes)
        text = f"Nothing left to ask separates these ({together} together){head}."
    return _ending(
        offers, "narrowed", text, causes=causes, reason=questions_left(offers)
    )


def unknown(offers: Offers) -> Ending:
    """Most likely none of the listed causes."""
    situation = offers.situation
    text = "Most likely it is none of the causes listed here."
    return _ending(
        offers,
        "unknown",
        text,
        confidence=situation.unknown,
        reason=doubt(offers),
    )


def rest(offers: Offers) -> Ending:
    """What is left to say when no step is."""
    situation = offers.situation
    if situation.unlisted:
        return unknown(offers)
    listed = situation.class_belief.copy()
    listed[situation.model.classes[-1]] = 0.0
    alone = np.count_nonzero(listed > RULED_OUT) == 1
    if alone and listed.max() > HALF + TOLERANCE:
        others = f"Every other listed cause is at {percent(RULED_OUT)} or less."
        reason = f"{others} {questions_left(offers)}"
        return _found(offers, situation.likeliest_class, reason)
    return narrowed(offers)


def handed_over(offers: Offers) -> Ending:
    """Nothing was found to do that is worth more than handing over."""
    end = rest(offers)
    causes = tuple(each.id for each in end.causes)
    text = f"Handing over is the best that was found{_likeliest(offers, causes)}."
    reason = "No way on was found that is expected to save what it costs."
    return replace(end, text=text, reason=reason)


def _likeliest(offers: Offers, causes: tuple[str, ...]) -> str:
    if not causes:
        return "; most likely it is none of the causes listed here"
    return _most_likely(offers.situation, causes)


def _title(tree: Tree, cause: str) -> str:
    return tree.causes[cause].title


def _most_likely(situation: Situation, causes: tuple[str, ...]) -> str:
    """The head of the ranking, as the tail of a sentence."""
    head = [
        f"{_title(situation.tree, each)} ({percent(situation.shares[each])})"
        for each in causes[:3]
    ]
    return f"; the most likely: {', '.join(head)}" if head else ""


def _failed(offers: Offers, causes: Iterable[str]) -> bool:
    """Whether something that fixes one of these causes was tried in vain."""
    tree, tried = offers.situation.tree, offers.situation.state.tried
    return any(tree.actions[a].fixes.get(c, 0) > 0 for a in tried for c in causes)


def _ending(
    offers: Offers,
    kind: EndingKind,
    text: str,
    *,
    causes: tuple[str, ...] = (),
    confidence: float | None = None,
    actions: tuple[str, ...] | None = None,
    reason: str = "",
) -> Ending:
    situation = offers.situation
    belief = min(1.0, sum((situation.shares[each] for each in causes), 0.0))
    written, escalate = situation.tree.actions, situation.tree.escalate
    helping = remedies(offers, causes) if actions is None else actions
    return Ending(
        kind=kind,
        text=text,
        reason=reason,
        causes=likely(situation, causes),
        confidence=belief if confidence is None else confidence,
        actions=tuple(titled_action(written[each]) for each in helping),
        escalate=None if escalate == Escalation() else escalate,
    )
