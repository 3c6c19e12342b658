"""How a session comes about: begun, or resumed from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from troubleshoot.arguments import a_function, a_mapping
from troubleshoot.errors import ArgumentTypeError, SessionError, UnknownName
from troubleshoot.session.changing import outcome
from troubleshoot.session.events import Answered, Begun, Tried
from troubleshoot.session.keeping import belonging, carry, saved
from troubleshoot.session.options import Options, check_at_hand, options
from troubleshoot.session.probing.probes import SECONDS, Probe, checked
from troubleshoot.session.replies import understood
from troubleshoot.session.session import Session, moment_by, now
from troubleshoot.session.signing import Signature, signature
from troubleshoot.session.strategy import STRATEGIES, Strategy, name_of
from troubleshoot.tree.tree import Tree


def begin(
    tree: Tree,
    facts: Mapping[str, object] | None = None,
    *,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    strategy: str | Strategy = "information",
    clock: Callable[[], datetime] | None = None,
    probes: Mapping[str, Probe] | None = None,
    probe_seconds: float = SECONDS,
) -> Session:
    """
    A new session with this tree.

    Args:
        tree: what is known.
        facts: answers known before the first question, by question id; and actions
            that were tried already, by action id: True, False, "fixed" or "failed".
        by: who takes the steps; steps for others are left out. None: everybody.
        has: the things at hand; steps that need others are left out. None: all.
        strategy: how steps are chosen. "information": most bits per minute first;
            "repair": the least expected cost of repair; "plan": as a plan says; or a
            strategy of your own.
        clock: what time it is, for the log.
        probes: code that answers questions, by question id; see ``Session.probe``.
        probe_seconds: how long each of them may take.

    Raises:
        UnknownName: a fact is of no question or action of the tree, or a probe of no
            question; who takes the steps is nobody that a step is for; or a thing at
            hand is a slip for one that a step needs.
        AnswerError: a fact is no answer to its question, or does not say what came of
            its action.
        ArgumentError: the strategy is not known, a name is empty, or the limit is no
            length of time.
        ArgumentTypeError: an argument is of another kind, such as a probe that is no
            function.
    """
    check_tree(tree)
    chosen = options(by, has, strategy)
    check_at_hand(tree, chosen.by, chosen.has)
    return begun(
        tree,
        {} if facts is None else a_mapping(facts, "facts"),
        chosen,
        None if isinstance(strategy, str) else strategy,
        clock=clock,
        probes=probes,
        probe_seconds=probe_seconds,
    )


def check_tree(tree: object) -> None:
    """Refuse what is no tree, such as the name of one."""
    if not isinstance(tree, Tree):
        raise ArgumentTypeError(
            "a session needs a tree: load() has it from a file", argument="tree"
        )


def check_how(
    tree: Tree,
    strategy: Strategy | None,
    clock: Callable[[], datetime] | None,
    probes: Mapping[str, Probe] | None,
    probe_seconds: float,
) -> None:
    """Refuse what ``resume`` would, whatever the saved session is."""
    check_tree(tree)
    if strategy is not None:
        name_of(strategy)
    if clock is not None:
        a_function(clock, "clock")
    checked(tree, probes, probe_seconds)


def begun(
    tree: Tree,
    facts: Mapping[str, object],
    chosen: Options,
    own: Strategy | None,
    *,
    clock: Callable[[], datetime] | None = None,
    probes: Mapping[str, Probe] | None = None,
    probe_seconds: float = SECONDS,
) -> Session:
    """A new session with these options, whatever the tree needs by now."""
    clock = now if clock is None else a_function(clock, "clock")
    at = moment_by(clock)
    signed = signature(at, chosen.actor, None, None)
    told = [fact(tree, name, said, signed) for name, said in facts.items()]
    return Session(
        tree,
        chosen,
        (Begun(at=at, actor=chosen.actor), *told),
        clock,
        own,
        probes=checked(tree, probes, probe_seconds),
        probe_seconds=probe_seconds,
    )


def fact(tree: Tree, name: str, said: object, signed: Signature) -> Answered | Tried:
    """
    What was known, or already tried, before the session began.

    Raises:
        UnknownName: there is no such question or action.
        AnswerError: this is no answer to it, or does not say what came of it.
    """
    if name in tree.questions:
        return told(tree, name, said, signed)
    if name in tree.actions:
        return done(name, said, signed)
    raise UnknownName("question or action", name, [*tree.questions, *tree.actions])


def told(tree: Tree, name: str, said: object, signed: Signature) -> Answered:
    """An answer as a fact; ``AnswerError`` if the question has no such answer."""
    answer, value = understood(tree.questions[name], said)
    return Answered(kind="told", step=name, answer=answer, value=value, **signed)


def done(name: str, said: object, signed: Signature) -> Tried:
    """An action as a fact; ``AnswerError`` if this is nothing that came of it."""
    return Tried(kind="done", step=name, fixed=outcome(name, said), **signed)


def resume(
    tree: Tree,
    text: str,
    *,
    strategy: Strategy | None = None,
    clock: Callable[[], datetime] | None = None,
    probes: Mapping[str, Probe] | None = None,
    probe_seconds: float = SECONDS,
) -> Session:
    """
    The saved session, to go on with; the tree may have been edited since.

    What still applies to the tree holds; ``session.carried`` says item by item what
    does not, and what reads otherwise now. ``strategy`` is the one it was begun with,
    where that was a house's own; ``probes`` are as for ``begin``. The text may be that
    of a hand-off.

    Raises:
        OtherTree: the session belongs to another tree.
        SessionError: the text is no saved session, or its strategy is not known.
        UnknownName: a probe is of no question of the tree.
        ArgumentError: the limit is no length of time.
        ArgumentTypeError: an argument is of another kind.
    """
    check_tree(tree)
    clock = now if clock is None else a_function(clock, "clock")
    found = saved.read(text)
    belonging.check(tree, found)
    check_strategy(found.options, strategy)
    carriage = carry.carried(tree, found)
    session = Session(
        tree,
        carriage.saved.options,
        carriage.saved.events,
        clock,
        strategy,
        carried=carriage.items,
        undone=carriage.saved.undone,
        probes=checked(tree, probes, probe_seconds),
        probe_seconds=probe_seconds,
    )
    numbers = tuple(belonging.renumbered(session, found))
    return replace(session, carried=session.carried + numbers) if numbers else session


def check_strategy(found: Options, own: Strategy | None) -> None:
    """Refuse a strategy of which only the name is known."""
    known = STRATEGIES if own is None else (name_of(own),)
    if found.strategy not in known:
        raise SessionError(
            f"the saved session has the strategy '{found.strategy}', "
            f"which is none of: {', '.join(known)}"
        )
