"""A session as people read it: steps, what is still possible, the ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from troubleshoot.cli import path
from troubleshoot.cli.prompt import YES_OR_NO, Command, Offer, Stopped, meaning
from troubleshoot.session import Action, Question
from troubleshoot.session.effort import effort
from troubleshoot.session.steps import takes
from troubleshoot.text import (
    NO_BREAK,
    counted,
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

    from troubleshoot.cli.path import PathStep
    from troubleshoot.cli.terminal import Terminal
    from troubleshoot.session import Ending, Session, Step
    from troubleshoot.session.migrate import Migrated
    from troubleshoot.tree.tree import AnswerKey, Tree


HOW_TO_ANSWER: Final = (
    "Answer with a number or in words, then Enter. Instead of an answer:"
)
INSTEAD: Final = (
    "? why and how",
    "d don't know",
    "l later",
    "u undo",
    "r redo",
    "c change an answer",
    "s still possible",
    "q save, quit",
)
SHOWN: Final = 8  # causes in a list of what is possible
LEAST: Final = 0.005  # belief below this is not worth a line
UNKNOWN: Final = "None of the causes in this list"
RISKS: Final = {
    "none": "",
    "disruptive": "This interrupts what is running.",
    "irreversible": "This cannot be undone.",
}
HEADLINES: Final = {
    "found": "Found",
    "narrowed": "Narrowed down",
    "unknown": "None of the known causes",
    "stopped": "Stop",
    "fixed": "Fixed",
    "given up": "Stopped here",
}


def begin(terminal: Terminal, tree: Tree) -> None:
    """The title, the symptom, and how to answer."""
    terminal.say(tree.title, bold=True)
    if tree.symptom:
        terminal.say(tree.symptom)
    terminal.say()
    terminal.say(HOW_TO_ANSWER)
    terminal.say("  ".join(map(unbroken, INSTEAD)))


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
    verdict = "not all answers still hold." if lost else "the answers still hold."
    terminal.say(f"The tree has been edited since; {verdict}")
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
        read = f" (it read {item.what} then)" if item else ""
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
    after = f" -> {said}{' (set aside)' if aside else ''}{more}"
    style = {"dim": True} if dim else {}
    terminal.tell(asked, lead=lead, after=after, **style)


def put(terminal: Terminal, step: Question | Action, lead: str) -> None:
    """A question with its answers, or an action with what to know before it."""
    blank = " " * len(lead)
    match step:
        case Question():
            if step.again:
                terminal.say(step.again, lead=lead)
                lead = blank
            if step.setup:
                terminal.tell(step.setup, lead=f"{lead}First: ")
                lead = blank
            if taken := takes(step.by, step.needs):
                terminal.say(", ".join(taken), lead=f"{lead}You need: ")
                lead = blank
            time = _time(step.attended_min, step.wait_min)
            terminal.tell(step.text, lead=lead, after=time, bold=True)
            answers(terminal, step, blank)
        case Action():
            titled = says_more(step.title, step.text)
            head = f"To try: {step.title}" if titled else "Something to try"
            time = _time(step.attended_min, step.wait_min)
            terminal.say(f"{head}{time}", lead=lead)
            instructions(terminal, step, blank)
            verify(terminal, step, blank)


def _time(minutes: float, wait: float) -> str:
    if not wait:
        return f" ({unbroken(duration(minutes))})" if minutes else ""
    return f" ({spent(minutes, wait)})"


def offer(step: Question | Action) -> Offer:
    """The answers that can be given to a step."""
    if isinstance(step, Action):
        return YES_OR_NO
    listed = tuple((each.id, each.text) for each in step.answers)
    return Offer(listed, step.unit, several=step.several)


def understood(
    terminal: Terminal, session: Session, step: Question | Action, line: str
) -> Command | AnswerKey | None:
    """
    What a line means at the prompt of a step; None if it only asked, and was told.

    Raises:
        Misheard: it is neither an answer nor a command.
        Stopped: the customer quits.
    """
    match meaning(offer(step), line):
        case Command.QUIT:
            raise Stopped
        case Command.EXPLAIN:
            explanation(terminal, step)
        case Command.STILL_POSSIBLE:
            still_possible(terminal, session)
        case said:
            return said
    return None


def what_can_be_typed(step: Question | Action) -> str:
    """All that is understood at the prompt of a step, in a sentence or two."""
    if isinstance(step, Action):
        said = "y (it helped) or n (it did not)"
    else:
        number = offer(step).numbered
        texts = [
            f"{place} ({each.text})" if number else each.id if step.unit else each.text
            for place, each in enumerate(step.answers, start=1)
        ]
        if step.several:
            said = (
                f"any number of these with commas between: {', '.join(texts)}; or none"
            )
        else:
            unit = [f"a number in {step.unit}"] if step.unit else []
            said = listing([*unit, *texts], "or")
    commands = ", ".join(map(unbroken, INSTEAD))
    return f"What can be typed: {said}. Instead of an answer: {commands}."


def answers(terminal: Terminal, step: Question, blank: str) -> None:
    """The answers, by number unless a number is an answer."""
    offered = offer(step)
    if step.unit:
        terminal.say(f"Type the number of {step.unit} itself, or a word:", lead=blank)
    if step.several:
        how = "such as 1,2" if offered.numbered else "with commas between"
        terminal.say(f"Type all that hold, {how}, or none:", lead=blank)
    for place, each in enumerate(step.answers, start=1):
        mark = f"{place:>2}" if offered.numbered else " -"
        text = f"{each.id} ({each.text})" if step.unit else each.text
        terminal.say(text, lead=f"{blank}{mark}  ")


def instructions(terminal: Terminal, step: Action, blank: str) -> None:
    """What to do: go there first, take care, then the action itself."""
    if step.setup:
        terminal.tell(step.setup, lead=f"{blank}First: ")
    if taken := takes(step.by, step.needs):
        terminal.say(", ".join(taken), lead=f"{blank}You need: ")
    caution(terminal, step.caution, RISKS[step.risk], blank)
    terminal.tell(step.text, lead=blank, bold=True)
    if step.how:
        terminal.tell(step.how, lead=blank, explains=True)


def caution(terminal: Terminal, text: str, risk: str, blank: str) -> None:
    """What to take care of, before the action that it belongs to."""
    if text or risk:
        lead, alarm = f"{blank}Careful: ", {"fg": "yellow", "bold": True}
        terminal.tell(text, lead=lead, after=f" {risk}", explains=True, **alarm)


def verify(terminal: Terminal, step: Action, blank: str) -> None:
    """How to tell that the action worked."""
    terminal.tell(step.verify or "Is the problem gone now?", lead=blank)


def explanation(terminal: Terminal, step: Question | Action) -> None:
    """How to carry the step out, and why this one."""
    if step.how:
        terminal.tell(step.how, lead="   How: ", explains=True)
    if step.why:
        terminal.tell(step.why, lead="   Why: ", explains=True)
    if step.reason:
        terminal.say(step.reason, lead="   Why now: ")


def still_possible(terminal: Terminal, session: Session) -> None:
    """The causes that are not ruled out, the likeliest first, with bars of belief."""
    belief = session.belief
    ranked = sorted(belief, key=lambda each: -belief[each])
    shown = [each for each in ranked if belief[each] > LEAST][:SHOWN]
    terminal.say("Still possible:", lead="   ")
    for cause in shown:
        share(terminal, title(session.tree, cause), belief[cause])
    rest = [each for each in ranked if each not in shown and belief[each] > 0]
    if rest:
        total = percent(sum(belief[each] for each in rest))
        terminal.say(f"and {len(rest)} less likely: {total} together", lead="   ")
    if session.eliminated:
        terminal.say(f"Excluded for certain: {excluded(session)}", lead="   ")


def share(terminal: Terminal, text: str, belief: float) -> None:
    """One cause with its bar."""
    chance = percent(belief).removeprefix("about ")
    terminal.say(text, lead=f"   {terminal.bar(belief)} {chance:>5}  ")


def title(tree: Tree, cause: str) -> str:
    """The title of a cause, listed or not."""
    known: Mapping[str, object] = tree.causes
    return tree.causes[cause].title if cause in known else UNKNOWN


def excluded(session: Session) -> str:
    """The causes that are excluded for certain."""
    titles = [title(session.tree, each) for each, _ in session.eliminated]
    more = f" and {len(titles) - SHOWN} more" if len(titles) > SHOWN else ""
    return "; ".join(titles[:SHOWN]) + more


def advice(terminal: Terminal, session: Session, step: Step) -> None:
    """What to do next and what is still possible, for one look."""
    match step:
        case Question() | Action():
            put(terminal, step, "Next: ")
            explanation(terminal, step)
            terminal.say()
            still_possible(terminal, session)
        case _:
            ending(terminal, session, step)


def ending(terminal: Terminal, session: Session, end: Ending) -> None:
    """The outcome, the causes with how sure, the remedy, whom to call, the time."""
    tree = session.tree
    alarm: dict[str, Any] = {"fg": "red"} if end.kind == "stopped" else {}
    terminal.say(f"== {HEADLINES[end.kind]} ==", bold=True, **alarm)
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
        about, chance = session.tree.causes[cause.id].about, percent(cause.belief)
        terminal.say(f"Most likely it was: {cause.title} ({chance}).")
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
            terminal.say("What helps:", bold=True)
        caution(terminal, step.caution, RISKS[step.risk], "   ")
        who = ", ".join(role(tree, each) for each in step.needs.by)
        by = f" (by: {who})" if who else ""
        title, *deed = headed(step.title, step.do)
        terminal.tell(title, lead=" - ", after=f"{_time(step.cost, step.wait)}{by}")
        for each in deed:
            terminal.tell(each, lead="   ")


def hand_over(terminal: Terminal, session: Session, end: Ending) -> None:
    """Whom to call, what to bring, and what that person need not ask again."""
    noted_down(terminal, session)
    if end.escalate is None:
        return
    when = "If it is still there, call" if end.actions else "Call"
    terminal.say()
    terminal.say(f"{when}: {end.escalate.to or 'whoever helps here'}", bold=True)
    if end.escalate.bring:
        terminal.say("Have ready:")
    for each in end.escalate.bring:
        terminal.say(each, lead="  - ")
    if path.standing(session):
        terminal.say("What is known so far:")
        so_far(terminal, session)


def noted_down(terminal: Terminal, session: Session) -> None:
    """What was noted for whoever goes on, and what was not."""
    items = session.tree.records.values()
    shown = [each for each in items if each.always or each.id in session.recorded]
    if not shown:
        return
    terminal.say()
    terminal.say("Noted:", bold=True)
    for each in shown:
        said = session.recorded.get(each.id, "-")
        terminal.say(f"{each.title}: {said}", lead="  - ")


def time_taken(terminal: Terminal, session: Session) -> None:
    """How many steps it took, and about how long."""
    took = effort(session.tree, session.events)
    parts = [
        counted(number, word)
        for number, word in ((took.questions, "question"), (took.actions, "action"))
        if number
    ]
    if parts:
        terminal.say()
        about = [f", about {rounded(took.minutes)}"] if took.minutes else []
        about += [f", and {rounded(took.wait)} of waiting"] if took.wait else []
        terminal.say(f"{' and '.join(parts)}{''.join(about)}.", dim=True)
