"""
A runbook as data: numbered steps and endings, whatever the format.

Costs are in minutes; ``minutes`` are those that somebody attends, ``wait`` those of
waiting besides, and the certificate of a plan counts these by their share. Chances
fractions of 1. Causes are named by id, in the strip of causes by ``ListedCause.code``.
Texts are the author's own words; fixed words come from the writer of a format, in its
language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from troubleshoot.session.condition_words import NOTHING
from troubleshoot.session.sets import AnswerSet  # noqa: TC001 - read by pydantic
from troubleshoot.session.steps import ActionWords, QuestionWords

if TYPE_CHECKING:
    from troubleshoot.session.condition_words import Told
    from troubleshoot.tree.tree import Escalation, WatchFor


PrintedOutcome: TypeAlias = Literal[
    "found", "narrowed", "unknown", "fixed", "escalate", "cut", "contradiction"
]
"""
How a path of a runbook ends. "cut": the runbook goes no further here; "contradiction":
the answers fit no listed cause.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row leads: a step (``7``) or an ending (``E2``)."""

    kind: Literal["step", "ending"]
    number: int

    @property
    def label(self) -> str:
        """As it is printed."""
        return str(self.number) if self.kind == "step" else f"E{self.number}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row that leads here: the number of its step, and its letter."""

    step: int
    letter: str

    @property
    def code(self) -> str:
        """As it is written in the record of a run: ``3b``."""
        return f"{self.step}{self.letter}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One answer of a step, and where it leads.

    ``answer`` is the id of the answer, "dont-know", "failed" or "fixed"; ``text`` the
    author's words, empty where the words are ours. ``rules_out`` are causes that are
    still possible at the step and no longer after it. Where a question takes several
    answers, ``answer`` is empty, and ``sets`` are all that lead there.
    """

    letter: str
    answer: str
    text: str
    to: Target
    rules_out: tuple[str, ...] = ()
    sets: tuple[AnswerSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedStep(QuestionWords, ActionWords):
    """
    One question or action.

    ``setups`` is what to do first, the outermost first. ``minutes`` and ``wait``
    include them; ``worst`` is the longest way, waiting included, from the beginning to
    the end of this step.
    ``possible`` are the causes not ruled out when it begins, ``to_note`` what is noted
    with it, ``to_tick`` the texts of answers of which any number may hold. ``chapter``
    is the id of the group that the rest is about, empty while it is about several.
    """

    number: int
    kind: Literal["question", "action"]
    setups: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    to_note: tuple[str, ...] = ()
    to_tick: tuple[str, ...] = ()
    minutes: float = 0.0
    wait: float = 0.0
    worst: float = 0.0
    rows: tuple[Row, ...] = ()
    came_from: tuple[Arrival, ...] = ()
    possible: tuple[str, ...] = ()
    chapter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCause:
    """A cause that an ending names: how likely it is there, and what it is."""

    cause: str
    title: str
    about: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRemedy(ActionWords):
    """
    An action that an ending proposes.

    ``chance`` is P(it helps) when those before it did not; ``minutes`` includes
    ``setups``, those that are not done by then; ``done`` are the others that it stands
    on, done on all ways of this runbook to here. ``only_if`` is what must
    be so before it is taken.
    """

    setups: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    to_note: tuple[str, ...] = ()
    only_if: Told = NOTHING
    minutes: float = 0.0
    wait: float = 0.0
    chance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """
    Where paths end: how sure, what helps, in the order to try, and whom to call.

    ``confidence`` is the belief that the cause is one of those named; for "unknown" and
    "contradiction", which name none, that it is none of those listed.
    """

    number: int
    outcome: PrintedOutcome
    suspects: tuple[NamedCause, ...] = ()
    confidence: float = 0.0
    remedies: tuple[PrintedRemedy, ...] = ()
    came_from: tuple[Arrival, ...] = ()
    worst: float = 0.0
    probability: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An urgent question, and the answers that end everything, with what to do."""

    id: str
    text: str
    how: str
    stops: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    How good the order is.

    ``typical``, with ``typical_wait`` besides, ``worst``, waiting included, and
    ``questions`` are those of the steps as they are printed,
    when every answer is known; ``cut`` is P(they go no further than a list). The rest
    is the certificate of the plan that they are cut from, which takes every answer at
    its word. ``first`` are the questions that the author puts first, and
    ``first_costs`` what that takes more than the free order.
    """

    typical: float
    typical_wait: float
    worst: float
    questions: float
    expected_cost: float
    lower_bound: float
    gap: float
    optimal: bool
    cut: float
    goal: Literal["diagnose", "repair"]
    first: tuple[str, ...] = ()
    first_costs: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCause:
    """
    A root cause, for the strip, the index and the fault table.

    ``endings`` are the numbers of those that name it, ``path`` the codes of the rows
    that it most likely leads to.
    """

    id: str
    code: str
    title: str
    about: str
    group: str
    endings: tuple[int, ...] = ()
    path: tuple[str, ...] = ()
    remedies: tuple[PrintedRemedy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """
    A question in the fault table: what each cause most likely answers, by id.

    ``lifts`` say, for each cause of each answer, how many times likelier the answer is
    under it than on average.
    """

    id: str
    text: str
    unit: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    lifts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """
    What stands before the first step.

    ``by`` are those whom the runbook is for, empty for everybody; ``needs`` the people
    and things that its steps and remedies take, ``to_note`` the titles of all that is
    noted and handed over.
    """

    tree: str
    title: str
    symptom: str
    about: str
    version: str
    fingerprint: str
    owner: str
    review_by: str
    library: str
    sources: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    by: tuple[str, ...]
    needs: tuple[str, ...]
    to_note: tuple[str, ...]
    unknown: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """
    A tree laid out to be read from the front to the END mark.

    ``remedies`` are all that causes and endings name, for whoever comes to them from
    anywhere: none of their setups is done. ``watch`` is what to do about a symptom that
    comes and goes, None of one that stays.
    """

    front: Front
    figures: Figures
    stops: tuple[Stop, ...]
    steps: tuple[PrintedStep, ...]
    closes: tuple[Close, ...]
    causes: tuple[ListedCause, ...]
    remedies: tuple[PrintedRemedy, ...]
    signs: tuple[Sign, ...]
    groups: dict[str, str]
    escalate: Escalation
    watch: WatchFor | None = None

    def step(self, number: int) -> PrintedStep:
        """The step of this number, from 1 on."""
        return self.steps[number - 1]

    def close(self, number: int) -> Close:
        """The ending of this number, from 1 on."""
        return self.closes[number - 1]
