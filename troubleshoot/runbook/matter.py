"""What stands before the steps and after them: front, stop box, index, fault table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot._version import __version__
from troubleshoot.runbook.book import Cause, Front, Sign, Stop
from troubleshoot.runbook.remedies import remedies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troubleshoot.runbook.book import Close, Place, Remedy, Step
    from troubleshoot.session.candidates import Offers
    from troubleshoot.session.planning import Named
    from troubleshoot.tree.tree import Question, Tree


LIFT_DIGITS: Final = 9  # sums differ in the last bits elsewhere
NEVER: Final = 1e-6  # P(answer) that is nobody's
TYPICAL: Final = 0.5  # an answer that a cause gives at least so often is a sign of it


def front(offers: Offers, steps: Sequence[Step], closes: Sequence[Close]) -> Front:
    """What the first page says about the tree, and what is taken as known."""
    situation = offers.situation
    tree = situation.tree
    return Front(
        tree=tree.id,
        title=tree.title,
        symptom=tree.symptom,
        about=tree.about,
        version=tree.version,
        fingerprint=tree.fingerprint,
        owner=tree.owner,
        review_by=tree.review_by.isoformat() if tree.review_by else "",
        library=f"troubleshoot {__version__}",
        sources=tree.sources,
        facts=tuple(_facts(offers)),
        by=situation.options.by or (),
        needs=tuple(_needs(steps, closes)),
        unknown=tree.unknown,
        confidence=tree.confidence,
    )


def _facts(offers: Offers) -> Iterator[tuple[str, str]]:
    tree = offers.situation.tree
    for name, answer in offers.situation.state.answers.items():
        question = tree.questions[name]
        if not question.is_urgent:
            yield question.ask, question.answer(answer).text


def _needs(steps: Sequence[Step], closes: Sequence[Close]) -> list[str]:
    """Whom and what the printed steps and remedies take, each once, people first."""
    printed: list[Step | Remedy] = [*steps]
    printed += (remedy for close in closes for remedy in close.remedies)
    people = (who for each in printed for who in each.by)
    things = (thing for each in printed for thing in each.things)
    return list(dict.fromkeys((*people, *things)))


def stops(tree: Tree) -> tuple[Stop, ...]:
    """The urgent questions, in the order of the file."""
    urgent = (each for each in tree.questions.values() if each.is_urgent)
    return tuple(_stop(each) for each in urgent)


def _stop(question: Question) -> Stop:
    stop = question.stop
    return Stop(
        id=question.id,
        text=question.ask,
        how=question.how,
        stops=tuple((x.text, stop[x.id]) for x in question.answers if x.id in stop),
        others=tuple(x.text for x in question.answers if x.id not in stop),
    )


def causes(
    offers: Offers,
    named: Named,
    closes: Sequence[Close],
    paths: Mapping[str, tuple[Place, tuple[str, ...]]],
) -> tuple[Cause, ...]:
    """The root causes in the order of the file, with where to find them."""
    tree = offers.situation.tree
    return tuple(
        Cause(
            id=each.id,
            code=f"C{number}",
            title=each.title,
            about=each.about,
            group=_group(tree, each.id),
            endings=tuple(
                x.number for x in closes if each.id in {y.cause for y in x.suspects}
            ),
            path=(*paths[each.id][1], paths[each.id][0].label),
            remedies=_remedies(offers, named, each.id),
        )
        for number, each in enumerate(tree.root_causes, start=1)
    )


def _remedies(offers: Offers, named: Named, cause: str) -> tuple[Remedy, ...]:
    """What helps against this cause alone."""
    alone = np.array(named.causes) == cause
    return remedies(offers, named, alone.astype(np.float64), alone)


def _group(tree: Tree, cause: str) -> str:
    """The outermost group that a cause is in, empty if there is none."""
    at, above = tree.causes[cause], tree.causes[cause].parent
    while above is not None:
        at, above = tree.causes[above], tree.causes[above].parent
    return at.id if at.is_group else ""


def groups(tree: Tree) -> dict[str, str]:
    """The titles of the groups."""
    return {x.id: x.title for x in tree.causes.values() if x.is_group}


def signs(offers: Offers) -> tuple[Sign, ...]:
    """For each question, which causes each answer is typical of."""
    tree = offers.situation.tree
    asked = (each for each in tree.questions.values() if each.given)
    found = (_sign(offers, each) for each in asked)
    return tuple(each for each in found if any(among for _, among in each.answers))


def _sign(offers: Offers, question: Question) -> Sign:
    model = offers.situation.model
    answers, lifts = [], []
    for each in question.answers:
        likelihood = model.likelihood(question.id, each.id)
        usual = max(float(likelihood @ model.prior), NEVER)
        p = dict(zip(model.causes, likelihood.tolist(), strict=True))
        typical = [
            x.id
            for x in offers.situation.tree.root_causes
            if p[x.id] >= TYPICAL and x.id in question.given
        ]
        answers.append((each.text, tuple(typical)))
        lifts.append(tuple(round(p[x] / usual, LIFT_DIGITS) for x in typical))
    return Sign(
        id=question.id,
        text=question.ask,
        unit=question.unit,
        answers=tuple(answers),
        lifts=tuple(lifts),
    )
