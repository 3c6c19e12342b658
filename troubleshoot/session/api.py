"""
How sessions and plans come about.

A session is begun, resumed from a file, re-enacted event by event, or compared with how
it went on another state of its tree; a plan starts from a tree, or from where a session
stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from troubleshoot.arguments import a_function, a_mapping, a_number, one_of
from troubleshoot.errors import (
    ArgumentError,
    ArgumentTypeError,
    SessionError,
    TroubleshootError,
    UnknownName,
)
from troubleshoot.planner.task import Progress
from troubleshoot.session import migrate, serialize
from troubleshoot.session.analysis import Analysis
from troubleshoot.session.answers import meant, outcome
from troubleshoot.session.events import (
    Answered,
    Asked,
    Begun,
    Event,
    Remark,
    Skipped,
    Tried,
    is_fact,
    moment,
)
from troubleshoot.session.migrate import Migrated
from troubleshoot.session.options import (
    STRATEGIES,
    Options,
    Strategy,
    check_at_hand,
    name_of,
    options,
)
from troubleshoot.session.plan import GOALS, Goal, Plan
from troubleshoot.session.planning import plan_of
from troubleshoot.session.probes import SECONDS, Probe, checked
from troubleshoot.session.provenance import Signature, of, signature
from troubleshoot.session.rules import over
from troubleshoot.session.session import (
    Session,
    alike,
    in_words,
    moment_by,
    now,
)
from troubleshoot.session.steps import Reply
from troubleshoot.text import listing
from troubleshoot.tree.schema import MAX_VALUE
from troubleshoot.tree.tree import Tree
from troubleshoot.tree.variables import given, plain

if TYPE_CHECKING:
    from troubleshoot.session.serialize import Outcome, Saved
    from troubleshoot.tree.tree import AnswerKey, Question


def begin(
    tree: Tree,
    facts: Mapping[str, object] | None = None,
    *,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    variables: Mapping[str, str] | None = None,
    strategy: str | Strategy = "information",
    language: str | None = None,
    audience: str | None = None,
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
        variables: what variables of the tree stand for in its texts, by their names.
        strategy: how steps are chosen. "information": most bits per minute first;
            "repair": the least expected cost of repair; "plan": as a plan says; or a
            strategy of your own.
        language: of all that the session says, such as "de"; texts of the tree are as
            its wordings say. None: the language of the tree.
        audience: whom the texts of the tree are for, such as "customer". None: nobody
            in particular.
        clock: what time it is, for the log.
        probes: code that answers questions, by question id; see ``Session.probe``.
        probe_seconds: how long each of them may take.

    Raises:
        UnknownName: a fact is of no question or action of the tree, or a probe of no
            question; the tree does not declare a variable; who takes the steps is
            nobody that a step is for; or a thing at hand is a slip for one that a step
            needs.
        AnswerError: a fact is no answer to its question, or does not say what came of
            its action.
        ArgumentError: the strategy is not known, a name is empty, the value of a
            variable is empty or too long, there are neither words nor texts in the
            language, or the limit is no length of time.
        TreeError: a file of texts beside the tree is broken.
        ArgumentTypeError: an argument is of another kind, such as a probe that is no
            function.
    """
    check_tree(tree)
    chosen = options(by, has, strategy, given(tree, variables))
    check_at_hand(tree, chosen.by, chosen.has)
    tree = in_words(tree, language, audience)
    return begun(
        tree,
        {} if facts is None else a_mapping(facts, "facts"),
        chosen.worded(tree),
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
        return done(tree, name, said, signed)
    raise UnknownName("question or action", name, [*tree.questions, *tree.actions])


def told(tree: Tree, name: str, said: object, signed: Signature) -> Answered:
    """An answer as a fact; ``AnswerError`` if the question has no such answer."""
    answer, value = meant(tree, name, said)
    return Answered(kind="told", step=name, answer=answer, value=value, **signed)


def done(tree: Tree, name: str, said: object, signed: Signature) -> Tried:
    """An action as a fact; ``AnswerError`` if this is nothing that came of it."""
    worked = outcome(name, said, tree.words)
    return Tried(kind="done", step=name, fixed=worked, **signed)


def resume(
    tree: Tree,
    text: str,
    *,
    strategy: Strategy | None = None,
    language: str | None = None,
    audience: str | None = None,
    clock: Callable[[], datetime] | None = None,
    probes: Mapping[str, Probe] | None = None,
    probe_seconds: float = SECONDS,
) -> Session:
    """
    The saved session, to go on with; the tree may have been edited since.

    What still applies to the tree holds; ``session.carried`` says item by item what
    does not, and what reads otherwise now. ``strategy`` is the one it was begun with,
    where that was your own; ``probes`` are as for ``begin``. It goes on in the language
    and for the audience that it was begun in, unless another ``language`` or
    ``audience`` is named. The text may be that of a hand-off.

    Raises:
        OtherTree: the session belongs to another tree.
        SessionError: the text is no saved session, or its strategy is not known.
        UnknownName: a probe is of no question of the tree.
        ArgumentError: the limit is no length of time.
        ArgumentTypeError: an argument is of another kind.
    """
    check_tree(tree)
    clock = now if clock is None else a_function(clock, "clock")
    found = serialize.read(text)
    migrate.check(tree.original, found)
    check_strategy(found.options, strategy)
    migration = migrate.migrated(tree.original, found)
    values, gone = kept_values(tree, found.options.variables)
    session = Session(
        reading(tree, found.options),
        replace(migration.saved.options, variables=values),
        migration.saved.events,
        clock,
        strategy,
        carried=(*migration.items, *gone),
        undone=migration.saved.undone,
        probes=checked(tree, probes, probe_seconds),
        probe_seconds=probe_seconds,
    )
    numbers = tuple(migrate.renumbered(session.analysis.belief, migration.items, found))
    if numbers:
        session = replace(session, carried=session.carried + numbers)
    if language is None and audience is None:
        return session
    return session.in_language(language, audience=audience)


def reading(tree: Tree, chosen: Options) -> Tree:
    """The tree in the words of a saved session."""
    if not chosen.language and not chosen.audience:
        return tree
    return in_words(tree, chosen.language or None, chosen.audience)


def kept_values(
    tree: Tree, values: Mapping[str, str]
) -> tuple[Mapping[str, str], list[Migrated]]:
    """The values of variables that the tree declares, and what came of the others."""
    known = {name: plain(each)[:MAX_VALUE] for name, each in values.items()}
    return (
        {name: each for name, each in known.items() if name in tree.variables and each},
        [
            Migrated(
                kind="dropped",
                id=name,
                what=f"What {serialize.shown(name)} stands for",
                why="the tree does not declare this variable",
            )
            for name in values
            if name not in tree.variables
        ],
    )


def check_strategy(found: Options, own: Strategy | None) -> None:
    """Refuse a strategy of which only the name is known."""
    known = STRATEGIES if own is None else (name_of(own),)
    if found.strategy not in known:
        raise SessionError(
            f"the saved session has the strategy '{found.strategy}', "
            f"which is none of: {', '.join(known)}"
        )


def plan(
    tree: Tree | Session,
    goal: Goal = "diagnose",
    *,
    facts: Mapping[str, object] | None = None,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    variables: Mapping[str, str] | None = None,
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
        variables: what variables of the tree stand for in its texts, by their names.
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
    analysis = analysis_for(
        tree,
        goal,
        facts=facts,
        by=by,
        has=has,
        variables=variables,
        seconds=seconds,
        nodes=nodes,
    )
    if progress is not None:
        a_function(progress, "progress")
    return plan_of(analysis, goal, nodes=nodes, seconds=seconds, progress=progress)


def analysis_for(
    tree: Tree | Session,
    goal: str,
    *,
    facts: Mapping[str, object] | None = None,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    variables: Mapping[str, str] | None = None,
    seconds: float | None = None,
    nodes: int | None = None,
) -> Analysis:
    """Where a plan with these arguments begins; it raises what ``plan`` does."""
    _check(goal, seconds, nodes)
    session = _session(tree, facts=facts, by=by, has=has, variables=variables)
    if (end := over(session.analysis)) is not None:
        raise SessionError(f"the session is over ({end.kind}): nothing is left to plan")
    return session.analysis


def _check(goal: str, seconds: float | None, nodes: int | None) -> None:
    one_of(goal, "goal", GOALS, argument="goal")
    for argument, budget in (("seconds", seconds), ("nodes", nodes)):
        if budget is not None and math.isinf(a_number(budget, argument)):
            raise ArgumentError(
                f"{argument} is a budget that comes to an end, not infinity",
                argument=argument,
            )


def _session(tree: Tree | Session, **chosen: Any) -> Session:  # noqa: ANN401
    """The session, or a new one with these arguments of ``begin``."""
    if not isinstance(tree, Session):
        return begin(tree, **chosen)
    for argument, value in chosen.items():
        if value is not None:
            raise ArgumentError(
                "a session has its own facts, 'by', 'has' and variables",
                argument=argument,
            )
    return tree


def replay(tree: Tree, text: str, *, strategy: Strategy | None = None) -> Session:
    """
    The saved session re-enacted event by event, under its own times.

    With the same tree it is the session that was saved; with another it is what the
    same answers come to there, bits and minutes included. ``strategy`` is the one it
    was begun with, where that was one of your own.

    Raises:
        SessionError: the text is no saved session, or an event cannot be re-enacted.
    """
    found = serialize.read(text)
    check_strategy(found.options, strategy)
    tree = reading(tree, found.options)
    lost = list(dict.fromkeys(_lost(tree, (*found.events, *found.undone))))
    if lost:
        raise SessionError(f"the tree '{tree.id}' does not have {listing(lost)}")
    try:
        return _reenacted(tree, found, strategy or found.options.strategy)
    except TroubleshootError as error:
        raise SessionError(f"the session cannot be re-enacted: {error}") from None


def _lost(tree: Tree, events: Iterable[Event]) -> Iterator[str]:
    """What the events speak of and the tree does not have."""
    for event in events:
        match event:
            case Answered() | Asked() if event.step not in tree.questions:
                yield f"the question '{event.step}'"
            case Tried() | Skipped() if event.step not in tree.actions:
                yield f"the action '{event.step}'"
            case Answered():
                yield from _answers_lost(tree.questions[event.step], event.answer)


def _answers_lost(question: Question, answer: AnswerKey) -> Iterator[str]:
    """What was said to a question, and it does not take."""
    if answer in {each.value for each in Reply}:
        return
    if isinstance(answer, tuple) != question.several:
        many = "one answer alone" if question.several else "several answers"
        yield f"{many} to '{question.id}'"
        return
    ids = {each.id for each in question.answers}
    for each in answer if isinstance(answer, tuple) else (answer,):
        if each not in ids:
            yield f"the answer '{each}' of '{question.id}'"


def _reenacted(tree: Tree, found: serialize.Saved, strategy: str | Strategy) -> Session:
    session = begun(
        tree,
        {},
        replace(found.options, strategy=name_of(strategy)),
        None if isinstance(strategy, str) else strategy,
    )
    session = replace(session, events=tuple(_given(tree, found.events)))
    asked: Asked | None = None
    for event in found.events[len(session.events) :]:
        session = _again(session, event, asked)
        asked = event if isinstance(event, Asked) else None
    return replace(session, clock=now, speaker=None, undone=found.undone)


def _given(tree: Tree, events: Iterable[Event]) -> Iterator[Event]:
    """How it began, and the facts, understood anew."""
    for event in events:
        match event:
            case Begun():
                yield event
            case Answered(kind="told"):
                yield told(tree, event.step, _said(event), of(event))
            case Tried(kind="done"):
                yield done(tree, event.step, event.fixed, of(event))


def _again(session: Session, event: Event, asked: Asked | None) -> Session:
    """The session after the verb that the event records, under its signature."""
    session = alike(session, clock=_clock(event), speaker=event.actor)
    after = _verb(session, event, asked.step if asked else None)
    if after is session and not isinstance(event, Asked):
        # What was said already was recorded once more by earlier versions.
        asked_again = () if asked is None else (asked,)
        return replace(session, events=(*session.events, *asked_again, event))
    return after


def _verb(session: Session, event: Event, asked: str | None) -> Session:
    signed = {"source": event.source, "quote": event.quote}
    match event:
        case Answered():
            return _answered(session, event, asked, **signed)
        case Tried(kind="corrected"):
            return session.change(session.action(event.step), event.fixed, **signed)
        case Tried():
            return session.tried(event.step, fixed=event.fixed, **signed)
        case Skipped():
            return session.not_now(session.action(event.step), **signed)
        case Remark():
            return _remark(session, event, **signed)
    return session


def _remark(session: Session, event: Remark, **signed: str | None) -> Session:
    if event.stands_for:
        return replace(session, events=(*session.events, event))
    if event.kind == "noted":
        known = event.record if event.record in session.tree.records else None
        return session.note(event.text, record=known, **signed)
    return session.give_up(event.text, **signed)


def _answered(
    session: Session, event: Answered, asked: str | None, **signed: str | None
) -> Session:
    if asked:
        return session.answer(session.question(asked), _said(event), **signed)
    if event.kind == "changed":
        return session.change(event.step, _said(event), **signed)
    return session.answer(event.step, _said(event), **signed)


def _said(event: Answered) -> AnswerKey | float:
    return event.answer if event.value is None else event.value


def _clock(event: Event) -> Callable[[], datetime]:
    at = moment(event.at)
    return lambda: at


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    Where a session stood then, and where the same replies lead now.

    ``given`` counts the answers and tried actions that still apply, facts aside;
    ``needed`` how many of them were in when the session first came to its end now.
    """

    then: Outcome
    now: Outcome
    given: int
    needed: int
    carried: tuple[Migrated, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether it comes to the same step, or to the same ending and causes."""
        return _gist(self.then) == _gist(self.now)


def _gist(outcome: Outcome) -> tuple[str, str, frozenset[str]]:
    return outcome.kind, outcome.id, frozenset(outcome.causes)


def compared(tree: Tree, text: str, before: Tree | None = None) -> Comparison:
    """
    The saved session on this tree, beside how it stood when it was saved.

    ``before`` is the tree of then, for files that do not say how the session stood.

    Raises:
        OtherTree: the session belongs to another tree.
        SessionError: it cannot be read, or nothing says how it stood.
    """
    found = serialize.read(text)
    session = resume(tree, text)
    now = serialize.outcome(session.next_step())
    return Comparison(
        then=_then(found, text, before) or _unchanged(tree, found, now),
        now=now,
        given=_replies(session, len(session.events)),
        needed=_replies(session, _first_end(session)),
        carried=session.carried,
    )


def _then(found: Saved, text: str, before: Tree | None) -> Outcome | None:
    if before is None:
        return found.outcome
    return serialize.outcome(resume(before, text).next_step())


def _unchanged(tree: Tree, found: Saved, now: Outcome) -> Outcome:
    """The outcome of then where the tree is the same, and so the outcome is."""
    if found.tree.fingerprint != tree.fingerprint:
        raise SessionError(
            "the file does not say how the session stood when it was saved, "
            "which takes the tree of then"
        )
    return now


def _first_end(session: Session) -> int:
    """After how many events the session is at its end, judged after each reply."""
    events = session.events
    for place in range(1, len(events)):
        between = isinstance(events[place - 1], Asked | Remark)
        if between or is_fact(events[place]):
            continue
        if replace(session, events=events[:place]).next_step().is_end:
            return place
    return len(events)


def _replies(session: Session, place: int) -> int:
    """How many answers and tried actions there are up to here, corrections aside."""
    return sum(each.kind in ("answered", "tried") for each in session.events[:place])
