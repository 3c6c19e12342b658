"""
What the evidence says: the belief over causes, and where each of them stands.

Throughout this module:
    p       is a belief over root causes, shape (causes,): in file order, "unknown" last
    L       is a row of likelihoods, shape (causes,): P(evidence | cause)
    names   are causes and groups in the order of the file, then "unknown"

Assumed: a single fault, and answers that are independent given the cause. A belief is
computed from the list of evidence, so the order of evidence does not matter.

Each piece of evidence is weighed against the belief that stood when it came, so that
the prior log odds and the weights of all pieces add up to the log odds of the belief.
Those weights depend on the order, as soon as there are more than two causes.

A cause is eliminated: excluded for certain, by a prior of zero or an answer that it
never leads to; ruled out: its posterior is so small that it no longer counts;
confirmed: an action fixed it; leading: likelier than every other; possible: none of
these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Generic,
    Literal,
    TypeAlias,
    TypeVar,
    overload,
)

import numpy as np
import numpy.typing as npt

from troubleshoot.inference.bayes import (
    HALF,
    RULED_OUT,
    posterior,
    weight_of_evidence,
    worth_naming,
)
from troubleshoot.inference.model import UNKNOWN, Model, compiled
from troubleshoot.tree.read_only import ReadOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self

    from troubleshoot.session.state import Evidence, State
    from troubleshoot.tree.tree import Tree


T = TypeVar("T")

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

TOLERANCE: Final = 1e-12
EQUAL: Final = 12  # digits; beliefs that agree so far differ by rounding alone

SILENT: Final = 1.0  # likelihood of what bears on no cause, an urgent answer

Standing: TypeAlias = Literal[
    "eliminated", "ruled out", "possible", "leading", "confirmed"
]


class cached_property(Generic[T]):  # noqa: N801 - stands for the one of functools
    """
    As ``functools.cached_property``, without its lock.

    Up to Python 3.11 that lock is one for all objects of the class, so one session
    would wait for another. Here two threads may work the same thing out twice.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any]) -> Self | T:
        """Work it out, and leave it where the next look finds it first."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value


@dataclass(frozen=True, eq=False, repr=False)
class Belief:
    """The belief in a state of a session, and what follows from it."""

    tree: Tree
    state: State

    def __reduce__(self) -> tuple[Any, ...]:
        return Belief, (self.tree, self.state)  # the rest is worked out again

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
        return tuple(self.model.causes[i] for i in likeliest_first(p))

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


def likeliest_first(p: FloatArray) -> list[int]:
    """The places of the root causes that count; equals in the order of the file."""
    order = np.argsort(-p.round(EQUAL), kind="stable")
    return [int(i) for i in order[worth_naming(p)[order]]]


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


@dataclass(frozen=True, eq=False)
class Weighing:
    """
    The evidence of a belief weighed piece by piece, in the order of the log.

    Each array is computed at once for all names when it is first asked for.
    """

    belief: Belief

    def __reduce__(self) -> tuple[Any, ...]:
        return Weighing, (self.belief,)

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """The pieces; urgent answers are among them and weigh nothing."""
        return self.belief.state.evidence

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Causes and groups in the order of the file, then "unknown"."""
        return (*self.belief.tree.causes, UNKNOWN)

    @cached_property
    def at(self) -> Mapping[str, int]:
        """The place of each name."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def beliefs(self) -> FloatArray:
        """Belief by name before all evidence and after each, ``(n + 1, names)``."""
        p = np.array([with_unknown(each) for each in self.posteriors])
        # The same but for the rounding of sums.
        p[0], p[-1] = self.belief.model.prior, self.belief.p
        return np.minimum(self._spread(p, p @ self._members.T), 1.0)

    @cached_property
    def excluded(self) -> BoolArray:
        """Whether a name is excluded for certain by then, ``(n + 1, names)``."""
        zero = np.vstack((self.belief.model.prior == 0, self._rows == 0))
        gone = np.logical_or.accumulate(zero, axis=0)
        alive = (~gone) @ self._members.T
        return np.asarray(self._spread(gone, alive == 0), dtype=np.bool_)

    @cached_property
    def log_odds(self) -> FloatArray:
        """
        Bits by which each piece changed the odds of each name, ``(n, names)``.

        ``log2 P(e | c, before) / P(e | not c, before)``. It is ``-inf`` wherever the
        piece excludes, also what was excluded already, and 0 for a group of which
        nothing was left. Of pieces that contradict the others it is -inf or 0: where
        nothing is left there are no odds.
        """
        pairs = zip(self.posteriors, self._rows, strict=False)
        causes = [_weights(p, L) for p, L in pairs]
        bits = self._spread(
            np.array(causes).reshape(self._rows.shape), self._group_weights()
        )
        proves_nothing = self.contradicts[:, None] & ~np.isneginf(bits)
        return np.where(proves_nothing, 0.0, bits)

    @cached_property
    def contradicts(self) -> BoolArray:
        """Whether no cause allows a piece and all before it, ``(n,)``."""
        return np.asarray(~self.posteriors[1:].any(axis=1))

    @cached_property
    def excludes(self) -> BoolArray:
        """Whether a piece excludes a name, or a part of it, ``(n, names)``."""
        never = self._rows == 0
        return np.asarray(self._spread(never, never @ self._members.T > 0), np.bool_)

    def _group_weights(self) -> FloatArray:
        """The same for groups: the causes inside against those outside, as if two."""
        before, inside = self.posteriors[:-1], self._members.T
        joint, outside = before * self._rows, 1.0 - inside
        chance_in = _ratio(joint @ inside, before @ inside)
        chance_out = _ratio(joint @ outside, before @ outside)
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = np.log2(chance_in) - np.log2(chance_out)
        # Nothing inside or nothing outside: no odds to change.
        bits[np.isnan(bits)] = 0.0
        never = ((self._rows > 0) @ inside == 0) | (chance_in == 0)
        return np.where(never, -np.inf, bits)

    @cached_property
    def _rows(self) -> FloatArray:
        """L of each piece, ``(n, causes)``."""
        silent = np.full(len(self.belief.model.prior), SILENT)
        rows = [self.belief.rows.get(each, silent) for each in self.evidence]
        return np.array(rows).reshape(-1, len(silent))

    @cached_property
    def posteriors(self) -> FloatArray:
        """Each p: before all evidence, after each piece; 0 after a contradiction."""
        with np.errstate(divide="ignore"):
            logs = np.log(np.vstack((self.belief.model.prior, self._rows)))
        log_p = np.cumsum(logs, axis=0)
        likeliest = log_p.max(axis=1, keepdims=True)
        weight = np.exp(log_p - np.where(np.isinf(likeliest), 0.0, likeliest))
        total = weight.sum(axis=1, keepdims=True)
        zeros = np.zeros_like(weight)
        return np.asarray(np.divide(weight, total, out=zeros, where=total > 0))

    @cached_property
    def _members(self) -> FloatArray:
        """1 where a root cause is in a group, else 0, ``(groups, causes)``."""
        tree, index = self.belief.tree, self._index
        members = np.zeros((len(self._groups), len(index)))
        for row, group in zip(members, self._groups, strict=True):
            row[[index[each] for each in tree.leaves(group)]] = 1.0
        return members

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {cause: i for i, cause in enumerate(self.belief.model.causes)}

    @cached_property
    def _groups(self) -> tuple[str, ...]:
        return tuple(each for each in self.names if each not in self._index)

    def _spread(
        self, causes: FloatArray | BoolArray, groups: FloatArray | BoolArray
    ) -> FloatArray:
        """Columns of root causes and of groups, in the order of the names."""
        together = np.hstack((causes, groups))
        order = [*self._index, *self._groups]
        place = {name: i for i, name in enumerate(order)}
        return np.asarray(together[:, [place[name] for name in self.names]])


def _weights(p: FloatArray, L: FloatArray) -> FloatArray:  # noqa: N803 - the legend
    """Log odds of one piece for each root cause, certain exclusion first."""
    return np.where(L == 0, -np.inf, weight_of_evidence(p, L))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


@dataclass(frozen=True, slots=True)
class Weight:
    """By how much a piece changed the odds of a cause: log2, ±inf if certain."""

    step: str
    result: str = field(repr=False)  # it may be private
    log_odds: float


@dataclass(frozen=True, slots=True)
class Status:
    """
    A cause or group, its standing and posterior, and the evidence that weighs on it.

    ``by`` has the strongest first; for what is ruled out only what speaks against it,
    for what is eliminated only what excludes it, or a part of a group.
    """

    cause: str
    status: Standing
    posterior: float
    by: tuple[Weight, ...] = ()


def statuses(weighing: Weighing) -> Mapping[str, Status]:
    """Status of every cause and group, in the order of the file."""
    belief = weighing.belief
    leading = _leading(belief)
    confirmed = _confirmed(belief)
    found = {}
    for name in belief.tree.causes:
        i = weighing.at[name]
        leaves = belief.tree.leaves(name)
        posterior = float(weighing.beliefs[-1, i])
        standing = _standing(belief, leaves, posterior, leading, confirmed)
        telling = _telling(weighing, i, standing)
        found[name] = Status(name, standing, posterior, _by(weighing, i, telling))
    return found


def _telling(weighing: Weighing, i: int, standing: Standing) -> BoolArray:
    """Which pieces say most about this standing."""
    log_odds = weighing.log_odds[:, i]
    if standing == "eliminated":
        return weighing.excludes[:, i]
    if standing == "ruled out":
        return log_odds < -TOLERANCE
    return np.abs(log_odds) > TOLERANCE


def _by(weighing: Weighing, i: int, telling: BoolArray) -> tuple[Weight, ...]:
    """These pieces, the heaviest first."""
    bits = weighing.log_odds[:, i]
    order = np.argsort(-np.abs(bits), kind="stable")
    heaviest = order[telling[order]].tolist()
    pieces = [weighing.evidence[k] for k in heaviest]
    return tuple(
        Weight(each.step, each.result, weight)
        for each, weight in zip(pieces, bits[heaviest].tolist(), strict=True)
    )


def _standing(
    belief: Belief,
    leaves: tuple[str, ...],
    posterior: float,
    leading: frozenset[str],
    confirmed: frozenset[str],
) -> Standing:
    if not confirmed.isdisjoint(leaves):
        return "confirmed"
    if all(each in belief.eliminated for each in leaves):
        return "eliminated"
    if posterior <= RULED_OUT:
        return "ruled out"
    return "possible" if leading.isdisjoint(leaves) else "leading"


def _leading(belief: Belief) -> frozenset[str]:
    """The one root cause that is likelier than all others, unlisted ones included."""
    first = int(belief.p.argmax())
    others = np.delete(belief.p, first)
    alone = belief.p[first] > others.max(initial=0.0) + TOLERANCE
    listed = first < len(belief.p) - 1
    return frozenset([belief.model.causes[first]] if alone and listed else [])


def _confirmed(belief: Belief) -> frozenset[str]:
    """The root causes of the likeliest remedy class, once an action has worked."""
    if not any(belief.state.tried.values()):
        return frozenset()
    return frozenset(belief.ranked(belief.likeliest_class))
