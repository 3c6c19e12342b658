"""
A tree as arrays, and what one step asks of them.

Throughout this module:
    p   is a belief, shape (causes,); root causes in the order of the file, then the
        unknown cause, which is always there, with prior 0 where the list is complete

Assumed: a single fault, and answers that are independent given the cause.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from troubleshoot.errors import UnknownName
from troubleshoot.inference.tables import (
    DenseTable,
    Interned,
    Likelihood,
    SparseTable,
    Table,
    gains,
    informative_cells,
    sets_of,
    small,
)
from troubleshoot.tree.read_only import layers
from troubleshoot.tree.tree import groups_above, once_per_logic
from troubleshoot.tree.values import HALF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from troubleshoot.inference.bayes import BoolArray, FloatArray, IntArray
    from troubleshoot.tree.tree import Action, AnswerKey, Question, Tree


AnyArray = TypeVar("AnyArray", bound=npt.NDArray[np.generic])

UNKNOWN = "unknown"
REMEDY = 0.5  # P(fixes) that makes an action the remedy of a cause
# `benchmarks/next_step.py --forms`: the share of informative cells under which adding
# up those alone is faster, and that of live causes under which copying their rows is
# faster than passing over all.
FEW_CELLS = 0.15
FEW_LIVE = 0.25
REMEMBERED = 4  # live sets whose copies are kept: together at most one more table
ROUNDING = 1e-14  # a last answer no likelier than this is what rounding left over


@dataclass(frozen=True, eq=False)
class Model:
    """
    Causes, questions and actions of a tree as arrays; safe to share between threads.

    Args:
        causes: ids of root causes, then "unknown".
        prior: P(cause), shape ``(causes,)``, sums to 1.
        classes: remedy class of each cause, shape ``(causes,)``, numbered by their
            first cause; the last one is that of the unknown cause.
        likelihoods: of each question that is not urgent, by id.
        fixing: P(fixes | cause) of each action, by id, shape ``(causes,)`` each.
    """

    causes: tuple[str, ...]
    prior: FloatArray
    classes: IntArray
    likelihoods: Mapping[str, Likelihood]
    fixing: Mapping[str, FloatArray]
    _copies: OrderedDict[bytes, Table] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def from_arrays(
        cls,
        *,
        causes: Sequence[str],
        prior: FloatArray,
        questions: Mapping[str, Likelihood],
        actions: Mapping[str, FloatArray],
    ) -> Model:
        """
        A model without a tree, for those who have numbers already.

        Args:
            causes: ids of the listed causes.
            prior: P(cause) of those and of the unknown cause, shape
                ``(listed + 1,)``, sums to 1.
            questions: likelihoods of the listed causes; those of the unknown cause
                follow from them, see ``Likelihood.with_unknown``.
            actions: P(fixes | cause) of the listed causes, shape ``(listed,)``.
        """
        fixing = {id_: _frozen(np.append(fixes, 0.0)) for id_, fixes in actions.items()}
        listed, shared = prior[:-1], Interned()
        return cls(
            causes=(*causes, UNKNOWN),
            prior=_frozen(prior.astype(np.float64)),
            classes=_frozen(remedy_classes(list(fixing.values()), len(prior))),
            likelihoods={
                id_: likelihood.with_unknown(listed).sharing(shared)
                for id_, likelihood in questions.items()
            },
            fixing=fixing,
        )

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of the questions that are not urgent, in the order of the file."""
        return tuple(self.likelihoods)

    @property
    def actions(self) -> tuple[str, ...]:
        """Ids of the actions, in the order of the file."""
        return tuple(self.fixing)

    def likelihood(self, question: str, answer: AnswerKey) -> FloatArray:
        """
        P(answer | cause), shape ``(causes,)``; ``UnknownName`` for a strange id.

        Of a question that takes several answers, the id of one stands for all sets
        that it is in.
        """
        if question not in self.likelihoods:
            raise UnknownName("question", question, self.likelihoods)
        found = self.likelihoods[question]
        if answer in found.answers:
            return found.row(found.answers.index(answer), len(self.causes))
        sets = [i for i, each in enumerate(found.answers) if _has(each, answer)]
        if not sets:
            raise UnknownName("answer", str(answer), map(str, found.answers))
        rows = [found.row(i, len(self.causes)) for i in sets]
        return np.asarray(np.sum(rows, axis=0))

    def fixes(self, action: str) -> FloatArray:
        """P(action fixes | cause), shape ``(causes,)``; 0 for the unknown cause."""
        if action not in self.fixing:
            raise UnknownName("action", action, self.fixing)
        return self.fixing[action]

    def class_belief(self, p: FloatArray) -> FloatArray:
        """P(remedy class), shape ``(classes,)``."""
        return np.asarray(np.bincount(self.classes, p), dtype=np.float64)

    def gains(self, p: FloatArray) -> FloatArray:
        """
        Expected information gain of each question about the remedy class, in bits.

        ``tables.gains``, over the informative cells and the live causes if those are
        few. Shape ``(questions,)``.
        """
        return gains(self._table_for(p), p)

    def answer_probabilities(self, p: FloatArray) -> tuple[FloatArray, ...]:
        """P(answer) of each question, one array of shape ``(answers,)`` for each."""
        answers, _ = self._table_for(p).sums(p)
        columns = self.table.columns
        last = p.sum() - columns.by_question(answers)
        last[last < ROUNDING] = 0.0
        each = np.split(np.maximum(answers, 0.0), columns.first[1:])
        return tuple(
            np.append(some, rest) if len(likelihood.answers) > 1 else some
            for some, rest, likelihood in zip(
                each, last, self.likelihoods.values(), strict=False
            )
        )

    @cached_property
    def table(self) -> Table:
        """All likelihoods in the form in which they are summed fastest."""
        likelihoods = tuple(self.likelihoods.values())
        few = FEW_CELLS * len(self.causes) * len(likelihoods)
        form = SparseTable if informative_cells(likelihoods) < few else DenseTable
        return form.of(self.classes, likelihoods)

    def forget(self) -> None:
        """Drop the copies made for live sets; they are made again when needed."""
        with self._lock:
            self._copies.clear()

    def _table_for(self, p: FloatArray) -> Table:
        """The table of the live causes where they are few, else that of all."""
        live: BoolArray = p > 0
        if np.count_nonzero(live) > FEW_LIVE * len(p):
            return self.table
        return self._copy_of(live)

    def _copy_of(self, live: BoolArray) -> Table:
        """The table of these causes only, remembered for the sets used last."""
        key = np.packbits(live).tobytes()
        with self._lock:
            table = self._copies.pop(key, None)
        if table is None:
            table = self.table.restricted(np.flatnonzero(live))
        with self._lock:
            self._copies[key] = table
            if len(self._copies) > REMEMBERED:
                self._copies.popitem(last=False)
        return table


def _has(outcome: AnswerKey, answer: AnswerKey) -> bool:
    return isinstance(outcome, tuple) and answer in outcome


def remedy_classes(fixes: Sequence[FloatArray], causes: int) -> IntArray:
    """
    Number of the remedy class of each cause, in the order of their first causes.

    Two causes are in one class if and only if the same actions, at least one, fix
    them with a chance of one half or more. A cause without such an action is alone.
    """
    remedies = np.array(fixes).reshape(len(fixes), causes) >= REMEDY
    alone = np.where(remedies.any(axis=0), -1, np.arange(causes))
    packed = np.packbits(remedies, axis=0).T
    keys = zip(map(bytes, packed), alone.tolist(), strict=True)
    number: dict[tuple[bytes, int], int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], np.intp)


@once_per_logic
def compiled(tree: Tree) -> Model:
    """The model of the tree, the same one as long as the tree lives."""
    under, shared = _under(tree), Interned()
    priors = [cause.prior for cause in tree.root_causes]
    return Model.from_arrays(
        causes=tuple(each.id for each in tree.root_causes),
        prior=np.array([*priors, tree.unknown]),
        questions={
            question.id: _likelihood(question, under, len(priors)).sharing(shared)
            for question in tree.questions.values()
            if not question.is_urgent
        },
        actions={
            action.id: _fixing(action, under, len(priors))
            for action in tree.actions.values()
        },
    )


def _under(tree: Tree) -> dict[str, IntArray]:
    """Indices of the root causes under each cause, itself if it is one."""
    under: dict[str, list[int]] = {}
    for i, cause in enumerate(tree.root_causes):
        for each in (cause, *groups_above(tree, cause.id)):
            under.setdefault(each.id, []).append(i)
    return {name: np.array(indices, np.intp) for name, indices in under.items()}


def _likelihood(
    question: Question, under: Mapping[str, IntArray], causes: int
) -> Likelihood:
    answers = question.outcomes
    said = list(layers(question.given))
    which = np.full(causes, len(said), np.min_scalar_type(len(said)))
    for column, (name, _) in enumerate(said):
        which[under[name]] = column
    spoken = np.flatnonzero(which < len(said))
    columns = np.array([chances for _, chances in said], dtype=np.float64)
    marks = len(question.answers)
    even = (HALF if question.several else 1.0 / marks,) * marks
    rows = columns.reshape(-1, marks).T
    otherwise = np.array(question.otherwise or even, dtype=np.float64)
    if question.several:
        rows, otherwise = sets_of(rows), sets_of(otherwise[:, None])[:, 0]
    return Likelihood(
        answers=answers,
        otherwise=otherwise,
        causes=spoken,
        said=rows,
        which=small(which[spoken]),
    )


def _fixing(action: Action, under: Mapping[str, IntArray], causes: int) -> FloatArray:
    """P(fixes | cause) of each listed cause, 0 for those that are not named."""
    fixing = np.zeros(causes)
    for name, chance in layers(action.fixes):
        fixing[under[name]] = chance
    return fixing


def _frozen(array: AnyArray) -> AnyArray:
    """The array, closed to changes."""
    array.flags.writeable = False
    return array
