"""
A plan: what to do in every situation, as a value, with how good that is.

Costs are in minutes and include the setups that a step is the first to need; chances
are fractions of 1. Numbers are rounded where they come about, so that a plan is the
same to the byte on every machine, and after writing and reading. The reader is strict:
any text is a plan or one ``PlanError`` with one sentence. A plan that was made here and
not read has beside it what it was made of, ``Exact``, for whoever cuts it for paper.

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, TypeVar

from pydantic import TypeAdapter

from troubleshoot._version import __version__
from troubleshoot.arguments import a_mapping, a_text
from troubleshoot.errors import AnswerError, PlanError, UnknownName
from troubleshoot.session.belief import cached_property
from troubleshoot.session.events import Closed
from troubleshoot.session.serialize import FORMAT, StrictJSON, TreeMark
from troubleshoot.session.sets import AnswerSet, branches_in_words, patterns
from troubleshoot.text import duration, percent
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.tree import AnswerKey, Time
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    import networkx as nx

    from troubleshoot.catalogue import Catalogue
    from troubleshoot.planner.policy import Policy
    from troubleshoot.planner.task import Task
    from troubleshoot.tree.tree import Action, Question, Setup


if TYPE_CHECKING:
    Written: TypeAlias = Question | Action
    Graph: TypeAlias = nx.DiGraph[str]
else:
    Graph = object  # networkx takes no parameters when it runs

Goal: TypeAlias = Literal["diagnose", "repair"]
Kind: TypeAlias = Literal["question", "action", "ending"]
Outcome: TypeAlias = Literal[
    "found", "narrowed", "unknown", "fixed", "escalate", "unfinished", ""
]
"""
How a plan ends: ``escalate`` hands over, ``unfinished`` is where the budget ended.
Empty at a step.
"""

SAME: Final = 1e-6  # minutes; less is rounding
GOALS: Final[tuple[Goal, ...]] = ("diagnose", "repair")

T = TypeVar("T")

Outcomes: TypeAlias = tuple[tuple[AnswerKey, ...], ...]
"""Of each answer of a question in a task: the answer, or the sets of several."""

PLANNED: Final = StrictJSON("plan", PlanError)


@dataclass(frozen=True, eq=False)
class Named:
    """
    A task, and what its indices stand for.

    ``causes`` are ids, the unknown one last; ``questions``, ``actions`` and ``setups``
    are what the author wrote, in the order of the file. ``outcomes`` are what each
    answer of each question in the task stands for: one answer, or sets of several.
    """

    task: Task
    causes: tuple[str, ...]
    questions: tuple[Question, ...]
    actions: tuple[Action, ...]
    setups: tuple[Setup, ...]
    outcomes: tuple[Outcomes, ...]

    def step(self, kind: str, step: int) -> Written:
        """A question or an action, by its index."""
        return self.questions[step] if kind == "question" else self.actions[step]

    def sets(
        self, step: int, ways: Iterable[tuple[int, T]], words: Catalogue
    ) -> tuple[tuple[T, list[int], tuple[AnswerSet, ...], str], ...]:
        """
        Where the answers of a question lead that takes several, each way once.

        With the answers of the task that lead there, the sets that they stand for, and
        these in words. ``ways`` are pairs of an answer and where it leads.
        """
        question, outcomes = self.questions[step], self.outcomes[step]
        answers: dict[T, list[int]] = {}
        for answer, to in ways:
            answers.setdefault(to, []).append(answer)
        sets = [
            patterns(question, (x for each in some for x in outcomes[each]))
            for some in answers.values()
        ]
        texts = branches_in_words(question, sets, words)
        return tuple(zip(answers.keys(), answers.values(), sets, texts, strict=True))

    def text(self, kind: str, step: int) -> str:
        """What the question asks, or what is to do."""
        return self.questions[step].ask if kind == "question" else self.actions[step].do


@dataclass(frozen=True, eq=False)
class Exact:
    """
    What a plan was made of, and the policy that it says in words, not rounded.

    ``searched`` is the task as the plan takes its answers, ``named.task`` as the tree
    does: they differ where answers are taken at their word.
    """

    named: Named
    searched: Task
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEdge(Closed):
    """
    An answer, P(answer) where it is given, and the id of the node that it leads to.

    The answers to an action are "failed" and "fixed". An answer that cannot be given
    there, as far as the tree knows, has no edge. Of a question that takes several
    answers at once, ``answer`` is empty, ``sets`` are all that lead here, and ``text``
    says them.
    """

    answer: str
    text: str
    probability: float
    node: str
    sets: tuple[AnswerSet, ...] = ()

    def __contains__(self, said: object) -> bool:
        """Whether this answer, or this tuple of several, leads along it."""
        if isinstance(said, tuple):
            return any(said in each for each in self.sets)
        return not self.sets and said == self.answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode(Closed):
    """
    One situation of a plan, and what to do in it.

    ``step`` is the id of the question or action, empty at an ending; ``title`` is that
    of an action; ``setup`` what to do first. ``cost_min`` is what it competes with, in
    which waiting counts by its share; ``attended_min`` and ``wait_min`` are by the
    clock, and a plan that was saved before there was waiting has neither.
    ``probability`` is P(the plan comes here). ``causes`` are root causes that are not
    ruled out here, the likeliest first, and ``confidence`` the belief that it is one of
    them; where the ending is "unknown", that it is none of those listed. ``actions`` of
    an ending are what helps. ``answers`` are the ids of those that a question has,
    where it takes several.
    """

    id: str
    kind: Kind
    step: str = ""
    title: str = ""
    text: str
    setup: str = ""
    cost_min: float = 0.0
    attended_min: float = 0.0
    wait_min: float = 0.0
    outcome: Outcome = ""
    probability: float
    causes: tuple[str, ...] = ()
    confidence: float
    actions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    edges: tuple[PlanEdge, ...] = ()

    @property
    def time(self) -> Time:
        """Minutes that somebody attends, and minutes of waiting."""
        if not self.wait_min:
            return Time(self.cost_min, 0.0)
        return Time(self.attended_min, self.wait_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCause(Closed):
    """
    What the plan comes to if this is the cause.

    ``expected_cost`` is over all answers it may lead to; ``path`` are the ids of the
    nodes under the likeliest answer at each.
    """

    cause: str
    title: str
    probability: float
    expected_cost: float
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEnding(Closed):
    """How a plan may end, and P(it ends so)."""

    kind: Outcome
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Closed):
    """
    What a plan begins with: answers and tried actions, who is there, and with what.

    None under ``by`` and ``has`` means that everybody and everything is at hand.
    """

    facts: tuple[tuple[str, AnswerKey], ...] = ()
    by: tuple[str, ...] | None = None
    has: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Plan(Closed):
    """
    What to do in every situation, and its certificate.

    The first of ``nodes`` is where it begins; edges lead to later nodes only, and equal
    situations are one node. No plan can cost less than ``lower_bound``; ``gap`` says
    how much of ``finished_cost`` might be saved at most, as a fraction of it. That is
    the expected cost, or what it comes to at most when all that is left is asked where
    the plan is unfinished. ``optimal``: proven that no plan is better. ``searched``
    counts the situations that were looked into for it.

    Urgent questions come before it and are no part of it. ``first_costs`` are the
    minutes that it takes more, on average, than the best plan found for the free order;
    None where the author puts nothing first. ``optimal`` and the bounds are of the
    plans that begin so.
    """

    goal: Goal
    tree: TreeMark
    given: Given
    expected_cost: float
    finished_cost: float
    lower_bound: float
    gap: float
    optimal: bool
    expected_questions: float
    worst_cost: float
    first_costs: float | None = None
    endings: tuple[PlanEnding, ...]
    searched: int
    nodes: tuple[PlanNode, ...]
    causes: tuple[PlanCause, ...]
    # Neither compared, nor written, nor carried by ``replace``: see ``made_of``.
    _exact: ClassVar[Exact | None] = None

    def __repr__(self) -> str:
        return f"Plan({self.tree.id!r}, goal={self.goal!r}, {len(self.nodes)} nodes)"

    @property
    def certificate(self) -> str:
        """How good the plan is, in one sentence."""
        return (
            f"On average {duration(self.expected_cost)} and "
            f"{self.expected_questions:.1f} questions, at worst "
            f"{duration(self.worst_cost)}; {self._unfinished}{self._proof}."
            f"{self._first}"
        )

    @property
    def _first(self) -> str:
        if self.first_costs is None:
            return ""
        more = duration(self.first_costs) if self.first_costs > SAME else "nothing"
        return (
            f" What the author puts first costs {more} more than the free order would."
        )

    @property
    def _proof(self) -> str:
        if self.optimal:
            return "proven: no plan takes less on average"
        return (
            f"no plan takes less than {duration(self.lower_bound)} on average, "
            f"so that {percent(self.gap)} might be saved at most"
        )

    @property
    def _unfinished(self) -> str:
        for each in self.endings:
            if each.kind == "unfinished":
                cost = duration(self.finished_cost)
                return (
                    f"it breaks off in {percent(each.probability)} of cases and, when "
                    f"all that is left is asked there, takes at most {cost}; "
                )
        return ""

    def node(self, id: str) -> PlanNode:
        """The node of this id, or ``UnknownName``."""
        if a_text(id, "id", "the id of a node") not in self._nodes:
            raise UnknownName("node", id, self._nodes)
        return self._nodes[id]

    def path(self, answers: Mapping[str, AnswerKey]) -> tuple[PlanNode, ...]:
        """
        The nodes that these answers lead through, from the first one on.

        ``answers`` are ids of answers by question, "failed" or "fixed" by action, and
        lists of ids where a question takes several; what the plan does not ask for is
        not looked at. The last node is an ending, or the first one without an answer.

        Raises:
            AnswerError: an answer that the plan does not foresee there.
        """
        said = {
            step: tuple(each)
            if isinstance(each, list | tuple | set | frozenset)
            else a_text(each, "answers", "each answer in answers")
            for step, each in a_mapping(answers, "answers").items()
        }
        return tuple(self._walked(said))

    def steps(self, cause: str) -> tuple[PlanNode, ...]:
        """
        The nodes under the likeliest answers if this is the cause.

        Raises:
            UnknownName: the plan knows no such cause, or excludes it from the start.
        """
        paths = {each.cause: each.path for each in self.causes}
        if a_text(cause, "cause", "the id of a cause") not in paths:
            raise UnknownName("cause", cause, paths)
        return tuple(map(self.node, paths[cause]))

    @cached_property
    def graph(self) -> Graph:
        """
        The plan as a networkx graph.

        Nodes are ids, with ``kind``, ``step``, ``text`` and ``probability``; an edge
        has ``answers``, the ids of those that lead along it.
        """
        import networkx as nx  # noqa: PLC0415 - slow to import, rarely needed

        graph: Graph = nx.DiGraph()
        for each in self.nodes:
            graph.add_node(
                each.id,
                kind=each.kind,
                step=each.step,
                text=each.text,
                probability=each.probability,
            )
        for each in self.nodes:
            for edge in each.edges:
                before = graph.get_edge_data(each.id, edge.node, {"answers": ()})
                answers = (*before["answers"], edge.answer or edge.text)
                graph.add_edge(each.id, edge.node, answers=answers)
        return graph

    def to_json(self) -> str:
        """The plan as text, the same to the byte for equal plans."""
        return written(self)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """
        The plan that ``to_json`` wrote.

        Raises:
            PlanError: the text is no plan; the message is one sentence.
        """
        return read(cls, text)

    @cached_property
    def _nodes(self) -> Mapping[str, PlanNode]:
        return ReadOnly({each.id: each for each in self.nodes})

    def _walked(self, answers: Mapping[str, AnswerKey]) -> Iterator[PlanNode]:
        node = self.nodes[0]
        while node.step in answers:
            yield node
            node = self.node(_followed(node, answers[node.step]))
        yield node


def making(plan: Plan, exact: Exact) -> Plan:
    """The plan, with what it was made of."""
    vars(plan)["_exact"] = exact
    return plan


def made_of(plan: Plan) -> Exact:
    """
    What the plan was made of.

    Raises:
        PlanError: it was read from a text, which holds rounded numbers alone.
    """
    if plan._exact is None:  # noqa: SLF001 - its own module
        raise PlanError("a plan that was read does not hold what it was made of")
    return plan._exact  # noqa: SLF001


def _followed(node: PlanNode, answer: AnswerKey) -> str:
    if node.answers and isinstance(answer, str):  # one of them alone
        answer = () if answer == NONE else (answer,)
    strange = {*answer} - {*node.answers} if isinstance(answer, tuple) else ()
    for edge in node.edges:
        if answer in edge and not strange:
            return edge.node
    known = ", ".join(each.answer or each.text for each in node.edges)
    shown = answer if isinstance(answer, str) else ", ".join(answer)
    raise AnswerError(
        f"the plan does not foresee '{shown}' to '{node.step}' there, only: {known}"
    )


def shape(plan: Plan) -> dict[str, Any]:
    """
    The plan as JSON values; keys are added under this format, never renamed.

    ``nodes`` is how many there are, and ``plan`` the nodes themselves.
    """
    values = asdict(plan)
    nodes = values.pop("nodes")
    causes = values.pop("causes")
    return {
        "format": FORMAT,
        "library": f"troubleshoot {__version__}",
        **values,
        "nodes": len(nodes),
        "plan": nodes,
        "causes": causes,
    }


def written(plan: Plan) -> str:
    """The plan as JSON text in ASCII that ``read`` takes back."""
    return json.dumps(shape(plan), indent=2, allow_nan=False) + "\n"


def read(kind: type[Plan], text: str) -> Plan:
    """
    The plan in this text.

    Raises:
        PlanError: it is none; the message is one sentence.
    """
    values = PLANNED.checked(PLANNED.parsed(text))
    inner = {k: v for k, v in values.items() if k not in ("format", "library")}
    inner["nodes"] = inner.pop("plan", None)
    plan = PLANNED.validated(TypeAdapter(kind), inner)
    _check_edges(plan)
    return plan


def _check_edges(plan: Plan) -> None:
    """A plan begins somewhere, names are told apart, and edges lead on."""
    place = {each.id: i for i, each in enumerate(plan.nodes)}
    if not plan.nodes or len(place) < len(plan.nodes):
        raise PlanError("the plan has no nodes, or two of the same id")
    for i, node in enumerate(plan.nodes):
        for edge in node.edges:
            if place.get(edge.node, -1) <= i:
                raise PlanError(
                    f"the plan leads from '{node.id}' to '{edge.node}', "
                    "which is no later node"
                )
