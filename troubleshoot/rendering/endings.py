"""
What an ending says: which endings are one, whom they suspect, and what helps in which
order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from troubleshoot.inference.bayes import ALIKE
from troubleshoot.planner import action_order
from troubleshoot.rendering.runbook import NamedCause, PrintedOutcome, PrintedRemedy
from troubleshoot.session.belief import TOLERANCE
from troubleshoot.session.condition_words import told_condition
from troubleshoot.session.planning import not_ruled_out
from troubleshoot.session.steps import with_words
from troubleshoot.tree.tree import condition_of, role, thing, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.state import BoolArray
    from troubleshoot.planner.task import Task
    from troubleshoot.rendering.sheet import Spot
    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.plan import Named
    from troubleshoot.tree.tree import Action, Question, Setup, Tree


Saying: TypeAlias = tuple[PrintedOutcome, frozenset[int]]
"""An outcome, and the remedy classes that it is about."""

# What halving or doubling these changes: `python benchmarks/constants.py paper`.
MENTIONED: Final = 0.15  # a class that is likelier makes an ending one of its own
HOPELESS: Final = 0.05  # P(it helps); what is less likely only makes a list long


def says(task: Task, spot: Spot, left: BoolArray) -> Saying:
    """
    What is said at an ending; spots that say the same are printed once.

    ``left`` are the causes that are not crossed out there, shape (causes,).
    """
    ending = spot.ending
    outcome: PrintedOutcome = "cut"
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
    analysis: Analysis,
    named: Named,
    saying: Saying,
    joint: FloatArray,
    left: BoolArray,
) -> tuple[tuple[NamedCause, ...], float]:
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
    order, confidence = not_ruled_out(p)
    causes = analysis.tree.causes
    found = tuple(
        NamedCause(
            cause=named.causes[i],
            title=causes[named.causes[i]].title,
            about=causes[named.causes[i]].about,
            share=round(float(p[i]), ALIKE),
        )
        for i in order
    )
    return found, confidence


def remedies(
    analysis: Analysis,
    named: Named,
    weights: FloatArray,
    against: BoolArray,
    *,
    opened: frozenset[int] = frozenset(),
) -> tuple[PrintedRemedy, ...]:
    """
    The actions worth trying against some causes, in the order to try them.

    ``weights`` are those of all causes, ``against`` marks those that matter, both of
    shape (causes,). Each chance is for the case that those before it did not help. One
    is listed only if it is likely enough, given that.
    """
    found: list[PrintedRemedy] = []
    p = weights
    for i in action_order.remedies(named.task, weights, against, opened):
        total, act = float(p.sum()), named.task.actions[i]
        if total <= TOLERANCE or (chance := float(act.fixes @ p) / total) < HOPELESS:
            continue
        found.append(_remedy(analysis.tree, named, i, opened, chance))
        opened = named.task.opened_after(act, opened)
        p = np.asarray(p * (1.0 - act.fixes))
    return tuple(found)


def in_full(
    analysis: Analysis, named: Named, names: Iterable[str]
) -> tuple[PrintedRemedy, ...]:
    """These actions for whoever comes from anywhere, with all that they stand on."""
    at = {each.id: i for i, each in enumerate(named.actions)}
    tree, opened = analysis.tree, named.task.opened
    return tuple(_remedy(tree, named, at[each], opened, 0.0) for each in names)


def _remedy(
    tree: Tree, named: Named, i: int, opened: frozenset[int], chance: float
) -> PrintedRemedy:
    action, act = named.actions[i], named.task.actions[i]
    every = named.task.opens(act, named.task.opened)
    setups = [named.setups[each] for each in every]
    by, things = taken(tree, action, *setups)
    new = [x for x, each in zip(setups, every, strict=True) if each not in opened]
    time = time_of(action, *new)
    return with_words(
        PrintedRemedy,
        action,
        setups=tuple(each.do for each in new),
        done=tuple(
            x.do for x, each in zip(setups, every, strict=True) if each in opened
        ),
        by=by,
        things=things,
        to_note=titles_to_note(tree, action),
        only_if=told_condition(tree, condition_of(tree, action)),
        minutes=time.minutes,
        wait=time.wait,
        chance=chance,
    )


def titles_to_note(tree: Tree, step: Question | Action) -> tuple[str, ...]:
    """What is to be noted with a step."""
    return tuple(tree.records[each].title for each in step.record)


def taken(
    tree: Tree, *steps: Question | Action | Setup
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is needed for a step and its setups, and with what, as people read it."""
    by = dict.fromkeys(role(tree, x) for step in steps for x in step.needs.by)
    things = dict.fromkeys(thing(tree, x) for step in steps for x in step.needs.things)
    return tuple(by), tuple(things)
