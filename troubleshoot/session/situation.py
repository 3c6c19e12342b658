"""
A session's state with the arithmetic on it: belief, gains, what rules out what.

Throughout this module:
    p   is the belief, shape (causes,); root causes in file order, "unknown" last
    L   is a row of likelihoods, shape (causes,): P(evidence | cause)

Assumed: a single fault, and answers that are independent given the cause. All is
computed from the list of evidence, so the order of evidence does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.inference.bayes import posterior
from troubleshoot.inference.model import Model, compiled
from troubleshoot.session.cached import cached_property
from troubleshoot.session.state import corrected, state
from troubleshoot.tree.read_only import ReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.session.events import Event
    from troubleshoot.session.options import Options
    from troubleshoot.session.state import Evidence, State
    from troubleshoot.session.strategy import Strategy
    from troubleshoot.tree.tree import Tree


FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

RULED_OUT: Final = 0.01  # a posterior up to this rules a cause out, not for good
HALF: Final = 0.5  # of the belief; more than all the rest together
TOLERANCE: Final = 1e-12
EQUAL: Final = 12  # digits; beliefs that agree so far differ by rounding alone
RATED: Final = 9  # digits; rates per minute that agree so far are the same


@dataclass(frozen=True, eq=False, repr=False)
class Situation:
    """
    Tree, options and state, and what follows from them.

    ``log`` is what the state comes from; ``own`` is a house's own strategy.
    """

    tree: Tree
    options: Options
    state: State
    log: tuple[Event, ...] = ()
    own: Strategy | None = None

    @property
    def origin(self) -> tuple[Tree, Options, tuple[Event, ...], Strategy | None]:
        """What all of it follows from."""
        return self.tree, self.options, self.log, self.own

    def __reduce__(self) -> tuple[Any, ...]:
        return worked_out, self.origin

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The log as it would be, had everything been said right at first."""
        return corrected(self.log)

    @cached_property
    def model(self) -> Model:
        """The tree as arrays."""
        return compiled(self.tree)

    @cached_property
    def rows(self) -> Mapping[Evidence, FloatArray]:
        """L of each piece of evidence that bears on the belief, in log order."""
        weighed = (each for each in self.state.evidence if self._bears(each))
        return {each: self._row(each) for each in weighed}

    def _bears(self, evidence: Evidence) -> bool:
        if evidence.kind == "action":
            return True
        return not self.tree.questions[evidence.step].is_urgent

    def _row(self, evidence: Evidence) -> FloatArray:
        if evidence.kind == "question":
            return self.model.likelihood(evidence.step, evidence.result)
        fixes = self.model.fixes(evidence.step)
        return fixes if evidence.result == "fixed" else 1.0 - fixes

    def posterior_given(self, evidence: Iterable[Evidence]) -> FloatArray:
        """Posterior under this part of the evidence; all zero if contradictory."""
        # Sorted, so that sums of logarithms round alike in whatever order it came.
        rows = [self.rows[each] for each in sorted(evidence)]
        if not rows:
            return self.model.prior
        with np.errstate(divide="ignore"):
            return posterior(self.model.prior, np.log(np.array(rows)))

    @cached_property
    def contradicted(self) -> bool:
        """Whether no cause at all, listed or not, allows the evidence."""
        return not self.posterior_given(self.rows).any()

    @cached_property
    def p(self) -> FloatArray:
        """The belief; all of it is on the unknown cause after a contradiction."""
        return with_unknown(self.posterior_given(self.rows))

    @property
    def unknown(self) -> float:
        """Belief that the cause is not listed."""
        return float(self.p[-1])

    @property
    def leading(self) -> tuple[str, float]:
        """The likeliest cause or "unknown", the first of equals, and its belief."""
        place = int(self.p.round(EQUAL).argmax())
        return self.model.causes[place], float(self.p[place])

    @cached_property
    def class_belief(self) -> FloatArray:
        """Belief per remedy class, shape (classes,)."""
        return self.model.class_belief(self.p)

    @cached_property
    def unknown_leads(self) -> bool:
        """Whether no listed remedy class is as likely as a cause that is not listed."""
        return leads(self.model, self.p)

    @cached_property
    def unlisted(self) -> bool:
        """Whether a cause that is not listed is likelier than all listed together."""
        return self.unknown > HALF + TOLERANCE

    @cached_property
    def gains(self) -> FloatArray:
        """Bits about the remedy class by question, in the order of the model."""
        return self.model.gains(self.p)

    @cached_property
    def eliminated(self) -> Mapping[str, str]:
        """Root causes that are certainly excluded, by which step or the "prior"."""
        excluded = dict.fromkeys(self._causes_at(self.model.prior == 0), "prior")
        for evidence, row in self.rows.items():
            for cause in self._causes_at(row == 0):
                excluded.setdefault(cause, evidence.step)
        order = self.model.causes
        return {cause: excluded[cause] for cause in order if cause in excluded}

    def _causes_at(self, which: BoolArray) -> list[str]:
        return [self.model.causes[i] for i in np.flatnonzero(which[:-1])]

    def ranked(self, among: BoolArray | None = None) -> tuple[str, ...]:
        """Root causes that stand, the likeliest first; ties as in the file."""
        p = self.p[:-1] if among is None else np.where(among, self.p, 0.0)[:-1]
        stands = standing(p)
        order = np.argsort(-p.round(EQUAL), kind="stable")
        return tuple(self.model.causes[i] for i in order if stands[i])

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """The belief by root cause, and "unknown"."""
        return ReadOnly(zip(self.model.causes, self.p.tolist(), strict=True))

    @cached_property
    def likeliest_class(self) -> BoolArray:
        """Mask of the causes in the likeliest listed remedy class."""
        listed = self.class_belief.copy()
        listed[self.model.classes[-1]] = 0.0
        return np.asarray(self.model.classes == int(listed.argmax()))


def standing(p: FloatArray) -> BoolArray:
    """
    Which root causes count: those that are not ruled out.

    Where these have no more than half of the belief in listed causes, all that are
    not eliminated: many that are unlikely are together likely.
    """
    likely = p > RULED_OUT
    enough = p[likely].sum() > HALF * p.sum()
    return np.asarray(likely if enough else p > 0)


def worked_out(
    tree: Tree, options: Options, log: tuple[Event, ...], own: Strategy | None
) -> Situation:
    """The situation of this log."""
    return Situation(tree, options, state(tree, log), log, own)


def leads(model: Model, p: FloatArray) -> bool:
    """Whether the unknown cause is likelier than every remedy class and its prior."""
    listed = model.class_belief(p)
    listed[model.classes[-1]] = 0.0
    likelier = p[-1] > listed.max() + TOLERANCE
    return bool(likelier and p[-1] > model.prior[-1] + TOLERANCE)


def with_unknown(p: FloatArray) -> FloatArray:
    """The posterior, or certainty of an unknown cause where it is all zero."""
    if p.any():
        return p
    certain = np.zeros_like(p)
    certain[-1] = 1.0
    return certain
