"""A session as people read it: steps, what is still possible, the ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from troubleshoot.cli import path
from troubleshoot.cli.prompt import Command, Offer, Stopped, meaning, yes_or_no
from troubleshoot.session import Action, Question
from troubleshoot.session.effort import effort
from troubleshoot.session.steps import takes
from troubleshoot.text import (
    NO_BREAK,
    duration,
    headed,
    listing,
    percent,
    rounded,
    says_more,
    spent,
)
from troubleshoot.tree.tree import role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.cli.path import PathStep
    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Ending, Session, Step
    from troubleshoot.session.migrate import Migrated
    from troubleshoot.tree.tree import AnswerKey, Risk, Tree


INSTEAD: Final = ("explain", "dont_know", "later", "undo", "redo", "change")
INSTEAD_TOO: Final = ("still_possible", "quit")
SHOWN: Final = 8  # causes in a list of what is possible
LEAST: Final = 0.005  # belief below this is not worth a line


def begin(terminal: Terminal, tree: Tree) -> None:
    """The title, the symptom, and how to answer."""
    terminal.say(tree.title, bold=True)
    if tree.symptom:
        terminal.say(tree.symptom)
    terminal.say()
    terminal.say(terminal.words.run_how_to_answer)
    terminal.say("  ".join(map(unbroken, instead(terminal.words))))


def instead(words: Catalogue) -> list[str]:
    """What can be typed instead of an answer: a letter, and what it does."""
    return [words(f"run_{each}") for each in (*INSTEAD, *INSTEAD_TOO)]


def unbroken(text: str) -> str:
    """The text, to stand on one line."""
    return text.replace(" ", NO_BREAK)


def edited(
    terminal: Terminal, session: Session, *, known: Iterable[Migrated] = ()
) -> None:
    """
    Say that the tree is no longer what it was, and what that did to the answers.

    What is ``known`` stands elsewhere.
    """
    elsewhere = tuple(known)
    items = [each for each in session.carried if each not in elsewhere]
    lost = any(not each.holds for each in session.carried)
    words = terminal.words
    terminal.say(words.run_edited_lost if lost else words.run_edited)
    for each in items:
        terminal.say(str(each), lead="  - ")


def reworded(session: Session) -> dict[str, Migrated]:
    """The items that say no more than that a step reads otherwise now, by its id."""
    tree = session.tree
    now = {each.id: each.ask for each in tree.questions.values()}
    now |= {each.id: each.do for each in tree.actions.values()}
    return {
        each.id: each
        for each in session.carried
        if each.kind == "reworded"
        and each.why == f"it reads “{now.get(each.id, '')}” now"
    }


def so_far(
    terminal: Terminal, session: Session, then: Mapping[str, Migrated] | None = None
) -> None:
    """
    The questions and actions so far, one line each, with what came of them.

    ``then`` are items about steps that read otherwise then.
    """
    for move in path.standing(session):
        item = (then or {}).get(move.step)
        read = f" ({terminal.words('run_read_then', text=item.what)})" if item else ""
        told(terminal, session, move, more=read, lead="  - ", dim=True)


def told(
    terminal: Terminal,
    session: Session,
    move: PathStep,
    *,
    more: str,
    lead: str,
    dim: bool = False,
) -> None:
    """Print what was asked or done with what came of it, and whether that counts."""
    asked, said = path.in_words(session.tree, move)
    aside = (move.step, move.answer) in {
        (each.step, each.result) for each in session.set_aside
    }
    aside_ = f" ({terminal.words.run_set_aside})" if aside else ""
    after = f" -> {said}{aside_}{more}"
    style = {"dim": True} if dim else {}
    terminal.tell(asked, lead=lead, after=after, **style)


def put(terminal: Terminal, step: Question | Action, lead: str) -> None:
    """A question with its answers, or an action with what to know before it."""
    blank, words = " " * len(lead), terminal.words
    match step:
        case Question():
            if step.again:
                terminal.say(step.again, lead=lead)
                lead = blank
            if step.setup:
                terminal.tell(step.setup, lead=f"{lead}{words.page_first} ")
                lead = blank
            if taken := takes(step.by, step.needs):
                terminal.say(", ".join(taken), lead=f"{lead}{words.run_you_need} ")
                lead = blank
            time = _time(step.attended_min, step.wait_min, words)
            terminal.tell(step.text, lead=lead, after=time, bold=True)
            answers(terminal, step, blank)
        case Action():
            titled = says_more(step.title, step.text)
            head = words("run_try", title=step.title) if titled else words.run_something
            time = _time(step.attended_min, step.wait_min, words)
            terminal.say(f"{head}{time}", lead=lead)
            instructions(terminal, step, blank)
            verify(terminal, step, blank)


def _time(minutes: float, wait: float, words: Catalogue) -> str:
    if not wait:
        return f" ({unbroken(duration(minutes, words))})" if minutes else ""
    return f" ({spent(minutes, wait, words)})"


def offer(step: Question | Action, words: Catalogue) -> Offer:
    """The answers that can be given to a step."""
    if isinstance(step, Action):
        return yes_or_no(words)
    listed = tuple((each.id, each.text) for each in step.answers)
    return Offer(listed, step.unit, several=step.several, words=words)


def understood(
    terminal: Terminal, session: Session, step: Question | Action, line: str
) -> Command | AnswerKey | None:
    """
    What a line means at the prompt of a step; None if it only asked, and was told.

    Raises:
        Misheard: it is neither an answer nor a command.
        Stopped: the customer quits.
    """
    match meaning(offer(step, terminal.words), line):
        case Command.QUIT:
            raise Stopped
        case Command.EXPLAIN:
            explanation(terminal, step)
        case Command.STILL_POSSIBLE:
            still_possible(terminal, session)
        case said:
            return said
    return None


def what_can_be_typed(step: Question | Action, words: Catalogue) -> str:
    """All that is understood at the prompt of a step, in a sentence or two."""
    if isinstance(step, Action):
        said = words.run_type_outcome
    else:
        number = offer(step, words).numbered
        texts = [
            f"{place} ({each.text})" if number else each.id if step.unit else each.text
            for place, each in enumerate(step.answers, start=1)
        ]
        if step.several:
            said = words("run_type_several", answers=", ".join(texts))
        else:
            unit = [words("number_in", unit=step.unit)] if step.unit else []
            said = listing([*unit, *texts], "or", words)
    commands = ", ".join(map(unbroken, instead(words)))
    return words("run_what_can_be_typed", said=said, commands=commands)


def answers(terminal: Terminal, step: Question, blank: str) -> None:
    """The answers, by number unless a number is an answer."""
    words = terminal.words
    offered = offer(step, words)
    if step.unit:
        terminal.say(words("run_type_number", unit=step.unit), lead=blank)
    if step.several:
        key = "run_type_all" if offered.numbered else "run_type_all_words"
        terminal.say(words(key), lead=blank)
    for place, each in enumerate(step.answers, start=1):
        mark = f"{place:>2}" if offered.numbered else " -"
        text = f"{each.id} ({each.text})" if step.unit else each.text
        terminal.say(text, lead=f"{blank}{mark}  ")


def instructions(terminal: Terminal, step: Action, blank: str) -> None:
    """What to do: go there first, take care, then the action itself."""
    if step.setup:
        terminal.tell(step.setup, lead=f"{blank}{terminal.words.page_first} ")
    if taken := takes(step.by, step.needs):
        terminal.say(", ".join(taken), lead=f"{blank}{terminal.words.run_you_need} ")
    caution(terminal, step.caution, risk(step.risk, terminal.words), blank)
    terminal.tell(step.text, lead=blank, bold=True)
    if step.how:
        terminal.tell(step.how, lead=blank, explains=True)


def risk(of: Risk, words: Catalogue) -> str:
    """What a risk means, in a sentence; empty for none."""
    return "" if of == "none" else words(f"run_{of}")


def caution(terminal: Terminal, text: str, risk: str, blank: str) -> None:
    """What to take care of, before the action that it belongs to."""
    if text or risk:
        lead = f"{blank}{terminal.words.page_careful} "
        alarm: dict[str, Any] = {"fg": "yellow", "bold": True}
        terminal.tell(text, lead=lead, after=f" {risk}", explains=True, **alarm)


def verify(terminal: Terminal, step: Action, blank: str) -> None:
    """How to tell that the action worked."""
    terminal.tell(step.verify or terminal.words.run_verify, lead=blank)


def explanation(terminal: Terminal, step: Question | Action) -> None:
    """How to carry the step out, and why this one."""
    if step.how:
        terminal.tell(step.how, lead=f"   {terminal.words.how}: ", explains=True)
    if step.why:
        terminal.tell(step.why, lead=f"   {terminal.words.why}: ", explains=True)
    if step.reason:
        terminal.say(step.reason, lead=f"   {terminal.words.reason_now}: ")


def still_possible(terminal: Terminal, session: Session) -> None:
    """The causes that are not ruled out, the likeliest first, with bars of belief."""
    belief = session.belief
    ranked = sorted(belief, key=lambda each: -belief[each])
    shown = [each for each in ranked if belief[each] > LEAST][:SHOWN]
    words = terminal.words
    terminal.say(f"{words.still_possible}:", lead="   ")
    for cause in shown:
        share(terminal, title(session.tree, cause), belief[cause])
    rest = [each for each in ranked if each not in shown and belief[each] > 0]
    if rest:
        total = percent(sum(belief[each] for each in rest), words)
        less = words("run_less_likely", count=len(rest), percent=total)
        terminal.say(less, lead="   ")
    if session.eliminated:
        gone = words("run_excluded", causes=excluded(session))
        terminal.say(gone, lead="   ")


def share(terminal: Terminal, text: str, belief: float) -> None:
    """One cause with its bar."""
    about = terminal.words("about", it="")
    chance = percent(belief, terminal.words).removeprefix(about)
    terminal.say(text, lead=f"   {terminal.bar(belief)} {chance:>5}  ")


def title(tree: Tree, cause: str) -> str:
    """The title of a cause, listed or not."""
    known: Mapping[str, object] = tree.causes
    return tree.causes[cause].title if cause in known else tree.words.run_unlisted


def excluded(session: Session) -> str:
    """The causes that are excluded for certain."""
    titles = [title(session.tree, each) for each, _ in session.eliminated]
    words, left = session.tree.words, len(titles) - SHOWN
    more = f" {words('and_more', count=left)}" if left > 0 else ""
    return "; ".join(titles[:SHOWN]) + more


def advice(terminal: Terminal, session: Session, step: Step) -> None:
    """What to do next and what is still possible, for one look."""
    match step:
        case Question() | Action():
            put(terminal, step, f"{terminal.words.run_next}: ")
            explanation(terminal, step)
            terminal.say()
            still_possible(terminal, session)
        case _:
            ending(terminal, session, step)


def ending(terminal: Terminal, session: Session, end: Ending) -> None:
    """The outcome, the causes with how sure, the remedy, whom to call, the time."""
    tree = session.tree
    alarm: dict[str, Any] = {"fg": "red"} if end.kind == "stopped" else {}
    headline = terminal.words(f"run_end_{end.kind.replace(' ', '_')}")
    terminal.say(f"== {headline} ==", bold=True, **alarm)
    if end.kind == "stopped":
        terminal.tell(end.text, **alarm)
    else:
        terminal.say(end.text)
    if end.reason and end.kind in ("unknown", "narrowed"):
        terminal.say(end.reason)
    if end.kind == "fixed":
        mended(terminal, session, end)
    else:
        causes(terminal, session, end)
        remedies(terminal, tree, (each.id for each in end.actions))
        hand_over(terminal, session, end)
    time_taken(terminal, session)


def mended(terminal: Terminal, session: Session, end: Ending) -> None:
    """What it most likely was, now that it is over."""
    for cause in end.causes[:1]:
        about = session.tree.causes[cause.id].about
        chance = percent(cause.belief, terminal.words)
        was = terminal.words("run_mended", cause=cause.title, percent=chance)
        terminal.say(was)
        if about:
            terminal.tell(about, explains=True)


def causes(terminal: Terminal, session: Session, end: Ending) -> None:
    """The causes that the ending names, with what they are."""
    named = end.causes[:SHOWN]
    if not named:
        return
    terminal.say()
    for cause in named:
        share(terminal, cause.title, cause.belief)
    about = session.tree.causes[named[0].id].about
    if about and end.kind == "found":
        terminal.tell(about, lead="   ", explains=True)


def remedies(terminal: Terminal, tree: Tree, actions: Iterable[str]) -> None:
    """What is left to do, each with its caution before it."""
    for number, name in enumerate(actions):
        step = tree.actions[name]
        if not number:
            terminal.say()
            terminal.say(f"{terminal.words.helps}:", bold=True)
        caution(terminal, step.caution, risk(step.risk, terminal.words), "   ")
        who = ", ".join(role(tree, each) for each in step.needs.by)
        by = f" ({terminal.words('run_by', who=who)})" if who else ""
        title, *deed = headed(step.title, step.do)
        time = _time(step.cost, step.wait, terminal.words)
        terminal.tell(title, lead=" - ", after=f"{time}{by}")
        for each in deed:
            terminal.tell(each, lead="   ")


def hand_over(terminal: Terminal, session: Session, end: Ending) -> None:
    """Whom to call, what to bring, and what that person need not ask again."""
    noted_down(terminal, session)
    if end.escalate is None:
        return
    words = terminal.words
    when = words.run_call_if if end.actions else words.run_call
    terminal.say()
    terminal.say(f"{when}: {end.escalate.to or words.run_whoever}", bold=True)
    if end.escalate.bring:
        terminal.say(words.page_have_ready)
    for each in end.escalate.bring:
        terminal.say(each, lead="  - ")
    if path.standing(session):
        terminal.say(words.run_known_so_far)
        so_far(terminal, session)


def noted_down(terminal: Terminal, session: Session) -> None:
    """What was noted for whoever goes on, and what was not."""
    items = session.tree.records.values()
    shown = [each for each in items if each.always or each.id in session.recorded]
    if not shown:
        return
    terminal.say()
    terminal.say(terminal.words.run_noted, bold=True)
    for each in shown:
        said = session.recorded.get(each.id, "-")
        terminal.say(f"{each.title}: {said}", lead="  - ")


def time_taken(terminal: Terminal, session: Session) -> None:
    """How many steps it took, and about how long."""
    took = effort(session.tree, session.events)
    words = terminal.words
    parts = [
        words.counted(number, word)
        for number, word in ((took.questions, "question"), (took.actions, "action"))
        if number
    ]
    if parts:
        terminal.say()
        spent_ = rounded(took.minutes, words)
        about = [words("run_about", minutes=spent_)] if took.minutes else []
        waited = rounded(took.wait, words)
        about += [words("run_waiting", minutes=waited)] if took.wait else []
        told = ", ".join([listing(parts, "and", words), *about])
        terminal.say(f"{told}.", dim=True)
