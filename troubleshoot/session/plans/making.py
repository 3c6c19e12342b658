"""How a plan comes about: from a tree, or from where a session stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from troubleshoot.arguments import a_function, a_number, one_of
from troubleshoot.errors import ArgumentError, SessionError
from troubleshoot.planner.task import Progress
from troubleshoot.session.choosing import over
from troubleshoot.session.offers import Offers
from troubleshoot.session.opening import begin
from troubleshoot.session.plans.plan import GOALS, Goal, Plan
from troubleshoot.session.plans.writing import plan_of
from troubleshoot.session.session import Session
from troubleshoot.tree.tree import Tree


def plan(
    tree: Tree | Session,
    goal: Goal = "diagnose",
    *,
    facts: Mapping[str, object] | None = None,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    seconds: float | None = None,
    nodes: int | None = None,
    progress: Progress | None = None,
) -> Plan:
    """
    What to do after every answer, and how far that is from the best there can be.

    Without a budget the search ends after a fixed number of situations, so that the
    same tree gives the same plan to the byte; with ``seconds`` it may not.

    Args:
        tree: what is known, or a session to plan from where it stands.
        goal: "diagnose", the least expected cost until the remedy is known; or
            "repair", until the symptom is gone or handed over.
        facts: answers known before the first question, by question id.
        by: who takes the steps; steps for others are left out. None: everybody.
        has: the things at hand; steps that need others are left out. None: all.
        seconds: how long to search at most.
        nodes: how many situations to look into at most.
        progress: called now and then with the situations looked into, the lower bound
            and the expected cost so far.

    Raises:
        UnknownName: a fact is of no question of the tree.
        AnswerError: a fact is no answer to its question.
        SessionError: the session is over: fixed, stopped or given up.
        ArgumentError: the goal is not known, a budget is negative or endless, or facts
            and options are given although the session has its own.
    """
    offers = offers_for(
        tree, goal, facts=facts, by=by, has=has, seconds=seconds, nodes=nodes
    )
    if progress is not None:
        a_function(progress, "progress")
    return plan_of(offers, goal, nodes=nodes, seconds=seconds, progress=progress)


def offers_for(
    tree: Tree | Session,
    goal: str,
    *,
    facts: Mapping[str, object] | None = None,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    seconds: float | None = None,
    nodes: int | None = None,
) -> Offers:
    """Where a plan with these arguments begins; it raises what ``plan`` does."""
    _check(goal, seconds, nodes)
    session = _session(tree, facts, by, has)
    if (end := over(session.offers)) is not None:
        raise SessionError(f"the session is over ({end.kind}): nothing is left to plan")
    return session.offers


def _check(goal: str, seconds: float | None, nodes: int | None) -> None:
    one_of(goal, "goal", GOALS, argument="goal")
    for argument, budget in (("seconds", seconds), ("nodes", nodes)):
        if budget is not None and math.isinf(a_number(budget, argument)):
            raise ArgumentError(
                f"{argument} is a budget that comes to an end, not infinity",
                argument=argument,
            )


def _session(
    tree: Tree | Session,
    facts: Mapping[str, object] | None,
    by: str | Iterable[str] | None,
    has: str | Iterable[str] | None,
) -> Session:
    if not isinstance(tree, Session):
        return begin(tree, facts, by=by, has=has)
    for argument, value in (("facts", facts), ("by", by), ("has", has)):
        if value is not None:
            raise ArgumentError(
                "a session has its own facts, 'by' and 'has'", argument=argument
            )
    return tree
