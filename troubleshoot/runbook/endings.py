"""What an ending says: which endings are one, and whom they suspect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from troubleshoot.runbook.book import Outcome, Suspect
from troubleshoot.session.belief import standing

if TYPE_CHECKING:
    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.state import BoolArray
    from troubleshoot.planner.task import Task
    from troubleshoot.render.sheet import Spot
    from troubleshoot.session.candidates import Offers
    from troubleshoot.session.planning import Named


Saying: TypeAlias = tuple[Outcome, frozenset[int]]
"""An outcome, and the remedy classes that it is about."""

DIGITS: Final = 9  # of a share; sums differ in the last bits elsewhere
MENTIONED: Final = 0.15  # a class that is likelier makes an ending one of its own


def says(task: Task, spot: Spot, left: BoolArray) -> Saying:
    """
    What is said at an ending; spots that say the same are printed once.

    ``left`` are the causes that are not crossed out there, shape (causes,).
    """
    ending = spot.ending
    outcome: Outcome = "cut"
    if ending != "unfinished" and ending != "":  # noqa: PLR1714 - read by type checkers
        outcome = ending
    mass = np.bincount(task.classes, np.where(left, spot.joint, 0.0))
    mass[task.unknown_class] = 0.0
    match outcome:
        case "found":
            return outcome, frozenset([int(mass.argmax())])
        case "narrowed" | "cut":
            likely = np.flatnonzero(mass > MENTIONED * spot.joint.sum())
            return outcome, frozenset(likely.tolist())
    return outcome, frozenset()


def suspects(
    offers: Offers,
    named: Named,
    saying: Saying,
    joint: FloatArray,
    left: BoolArray,
) -> tuple[tuple[Suspect, ...], float]:
    """
    Whom an ending names, the likeliest first, and how sure it is of that.

    Only of those ``left``, which nobody who comes there has crossed out.
    """
    (outcome, classes), total = saying, float(joint.sum())
    if total <= 0 or outcome == "fixed":
        return (), 0.0
    if outcome in ("unknown", "contradiction"):
        return (), float(joint[-1]) / total
    p = np.where(left, joint, 0.0)[:-1] / total
    if outcome == "found":
        p = np.where(np.isin(named.task.classes[:-1], list(classes)), p, 0.0)
    stands = standing(p)
    order = [i for i in np.argsort(-p.round(12), kind="stable").tolist() if stands[i]]
    causes = offers.situation.tree.causes
    found = tuple(
        Suspect(
            cause=named.causes[i],
            title=causes[named.causes[i]].title,
            about=causes[named.causes[i]].about,
            share=round(float(p[i]), DIGITS),
        )
        for i in order
    )
    return found, min(1.0, round(float(p[stands].sum()), DIGITS))
