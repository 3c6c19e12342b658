"""``troubleshoot plan``: what to do after every answer, and how good that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import click

from troubleshoot.cli.json_out import dumps
from troubleshoot.cli.options import (
    by_name,
    check_at_hand,
    json_option,
    session_options,
    tree_argument,
    tree_of,
    values_of,
)
from troubleshoot.cli.parameters import Count, Seconds
from troubleshoot.cli.refused import wrong_options
from troubleshoot.cli.several import as_facts
from troubleshoot.cli.terminal import ProgressLine, Terminal
from troubleshoot.session.api import plan
from troubleshoot.session.plan import shape
from troubleshoot.text import one_line, percent, spent
from troubleshoot.tree.variables import told

if TYPE_CHECKING:
    from troubleshoot.session import Plan
    from troubleshoot.session.plan import Goal, PlanNode
    from troubleshoot.tree.tree import Tree


NAMED: Final = 3  # of what may help, before the rest is counted
GOALS: Final = {
    "diagnose": "Goal: to know what is to be done about it.",
    "repair": "Goal: to have it repaired, or handed over.",
}
DEPTH: Final = 3  # steps below each other in the outline


@click.command(epilog="Example: troubleshoot plan home/no-internet --goal repair")
@tree_argument
@click.option(
    "--goal",
    type=click.Choice(list(GOALS)),
    default="diagnose",
    show_default=True,
    help="The least expected cost until the remedy is known, or until it worked.",
)
@click.option(
    "--budget-seconds",
    "seconds",
    type=Seconds(),
    metavar="S",
    help="How long to search at most; results may differ from run to run.",
)
@click.option(
    "--budget-nodes",
    "nodes",
    type=Count(0),
    metavar="N",
    help="How many situations to look into at most.",
)
@session_options
@json_option
def command(
    *,
    tree: str,
    goal: Goal,
    seconds: float | None,
    nodes: int | None,
    facts: tuple[tuple[str, str], ...],
    by: tuple[str, ...] | None,
    has: tuple[str, ...] | None,
    variables: tuple[tuple[str, str], ...],
    as_json: bool,
) -> None:
    """
    Work out what to do after every answer, and prove how good it is.

    Without a budget the same tree gives the same plan, byte for byte. Urgent questions
    come before any plan. TREE is a file or the name of an included tree.
    """
    loaded = tree_of(tree)
    check_at_hand(loaded, by, has)
    values = values_of(loaded, variables)
    line = ProgressLine(f"Planning, {one_line(loaded.title)}")
    with wrong_options(), line:
        made = plan(
            loaded,
            goal,
            facts=as_facts(loaded, by_name(facts, "--fact")),
            by=by,
            has=has,
            variables=values,
            seconds=seconds,
            nodes=nodes,
            progress=line.searched,
        )
    if as_json:
        click.echo(dumps(shape(made)))
    else:
        page(Terminal(), told(loaded, values), made)


def page(terminal: Terminal, tree: Tree, made: Plan) -> None:
    """The certificate, how it may end, and the first steps as an outline."""
    terminal.say(tree.title, bold=True)
    terminal.say(GOALS[made.goal])
    terminal.say()
    terminal.say(made.certificate)
    ends = [f"{each.kind} {percent(each.probability)}" for each in made.endings]
    terminal.say(f"It ends: {', '.join(ends)}.")
    urgent = [each for each in tree.questions.values() if each.is_urgent]
    for number, each in enumerate(urgent):
        if not number:
            terminal.say("Asked before it, whatever the plan:")
        terminal.tell(each.ask, lead="  - ")
    terminal.say()
    Outline(terminal, tree, made).draw(made.nodes[0], 0)
    steps = sum(each.kind != "ending" for each in made.nodes)
    terminal.say()
    terminal.say(f"{steps} steps in all; --json prints them.", dim=True)


@dataclass(frozen=True)
class Outline:
    """The first steps of a plan, those after an answer under it; each step once."""

    terminal: Terminal
    tree: Tree
    plan: Plan
    drawn: set[str] = field(default_factory=set)

    def draw(self, node: PlanNode, depth: int) -> None:
        """A node and, not too deep, what follows."""
        lead = "    " * depth
        if node.kind == "ending":
            self.terminal.say(f"= {node.text}{self._try(node)}", lead=lead)
            return
        number = f"{node.id}. "
        if node.id in self.drawn or depth >= DEPTH:
            before = f"{lead}go on with step {node.id}: "
            self.terminal.tell(node.title or node.text, lead=before)
            return
        self.drawn.add(node.id)
        if node.setup:
            before = f"{lead}{' ' * len(number)}First: "
            self.terminal.tell(node.setup, lead=before)
        time_ = f" ({spent(*node.time)})" if any(node.time) else ""
        named = node.title or node.text
        self.terminal.tell(named, lead=lead + number, after=time_, bold=True)
        for edge in node.edges:
            chance = percent(edge.probability)
            self.terminal.say(f"{edge.text} ({chance}):", lead=f"{lead}  - ")
            self.draw(self.plan.node(edge.node), depth + 1)

    def _try(self, node: PlanNode) -> str:
        """What helps at an ending that says what is wrong, by title, in order."""
        if node.outcome not in ("found", "narrowed"):
            return ""
        titles = [self.tree.actions[each].title for each in node.actions[:NAMED]]
        more = len(node.actions) - len(titles)
        shown = "; ".join([*titles, f"{more} more"] if more else titles)
        return f" To try: {shown}." if titles else ""
