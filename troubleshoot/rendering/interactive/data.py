"""
A tree as plain data for the browser: its texts, and the numbers of its model.

Likelihoods are stored sparse: what a cause answers that the question does not speak
about, and exceptions as pairs of a distribution with the places of its causes. Numbers
are those of the model to the last bit, so that the page believes what the library does.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from troubleshoot._version import __version__
from troubleshoot.inference.model import compiled
from troubleshoot.session.events import is_fact, plain
from troubleshoot.session.recommendation import roles, things
from troubleshoot.session.serialize import chosen, question_texts, tree_mark
from troubleshoot.session.steps import takes, words
from troubleshoot.session.texts import laid, nodes
from troubleshoot.text import says_more
from troubleshoot.tree.blocks import Paragraph, rich, short
from troubleshoot.tree.tree import Escalation, groups_above, price
from troubleshoot.tree.values import HALF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.inference.model import Model
    from troubleshoot.inference.tables import Likelihood
    from troubleshoot.session.events import Event
    from troubleshoot.session.session import Session
    from troubleshoot.tree.tree import (
        Action,
        Cause,
        Needs,
        Question,
        Setup,
        Tree,
    )
    from troubleshoot.tree.values import Range


EXPLAINS: Final = ("why", "how", "caution")
FACT: Final = ("kind", "step", "answer", "value", "fixed")


def page_data(session: Session) -> dict[str, Any]:
    """All that a page knows which begins where this session stands, as JSON values."""
    return _with_images(_data(session))


def _with_images(data: dict[str, Any]) -> dict[str, Any]:
    """The data with each image once, wherever it is shown."""
    images: dict[str, int] = {}

    def filed(value: Any) -> Any:  # noqa: ANN401 - JSON values
        match value:
            case {"tag": "img", "src": str(src)}:
                return {**value, "src": images.setdefault(src, len(images))}
            case dict():
                return {name: filed(each) for name, each in value.items()}
            case list():
                return [filed(each) for each in value]
        return value

    # Numbers of the model are no texts, and there are many of them.
    texts = {name: filed(data[name]) for name in ("causes", "questions", "actions")}
    return {**data, **texts, "images": list(images)}


def _data(session: Session) -> dict[str, Any]:
    """The same with each image where it is shown."""
    # The page puts in values of variables, as they may change with each answer.
    tree, options = session.tree.written, session.options
    model = compiled(tree)
    mark = tree_mark(tree.original)
    return {
        "library": f"troubleshoot {__version__}",
        "tree": {
            "id": mark.id,
            "title": mark.title,
            "version": mark.version,
            "fingerprint": mark.fingerprint,
        },
        "title": tree.title,
        "symptom": tree.symptom,
        "variables": dict(tree.variables),
        "original": _original(tree),
        "options": {
            **chosen(options),
            "by": _names(options.by),
            "has": _names(options.has),
        },
        "facts": [_fact(each) for each in session.events if is_fact(each)],
        "confidence": tree.confidence,
        "first": list(tree.first),
        "prior": model.prior.tolist(),
        "classes": model.classes.tolist(),
        "causes": [_cause(tree, each) for each in tree.root_causes],
        "questions": [_question(tree, model, each) for each in tree.questions.values()],
        "actions": [_action(tree, model, each) for each in tree.actions.values()],
        "setups": [_setup(tree, each) for each in tree.setups.values()],
        "records": [asdict(each) for each in tree.records.values()],
        "sometimes": tree.sometimes,
        "watch": {
            "note": tree.watch.note,
            "minutes": tree.watch.minutes,
            "times": tree.watch.times,
        },
        "escalate": _escalation(tree.escalate),
        "lines": dict(_in_lines(tree)),
    }


def _original(tree: Tree) -> dict[str, Any] | None:
    """How steps read in the words of the tree itself, which saved sessions hold."""
    if tree.language == tree.original.language and not tree.audience:
        return None
    own = tree.original
    return {
        "questions": {x.id: question_texts(x) for x in own.questions.values()},
        "actions": {x.id: x.do for x in own.actions.values()},
    }


def _in_lines(tree: Tree) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    """Texts that ask or tell what to do and have lines of their own, with these."""
    for text in _told(tree):
        match blocks := short(text):
            case () | (Paragraph(),):
                continue
        yield text, [(each.lead, each.text, each.whole) for each in laid(blocks)]


def _told(tree: Tree) -> Iterator[str]:
    for question in tree.questions.values():
        yield question.ask
        yield from question.stop.values()
    for action in tree.actions.values():
        yield from (action.do, action.verify)
    yield from (each.do for each in tree.setups.values())


def _names(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def _fact(event: Event) -> dict[str, Any]:
    kept = plain(event)
    return {name: kept[name] for name in FACT if name in kept}


def _cause(tree: Tree, cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.id,
        "title": cause.title,
        "about": nodes(rich(cause.about)),
        "groups": [each.title for each in groups_above(tree, cause.id)],
    }


def _question(tree: Tree, model: Model, question: Question) -> dict[str, Any]:
    return {
        **_words(question),
        "answers": [
            {
                "id": each.id,
                "text": each.text,
                "written": each.written,
                "range": _range(each.range),
            }
            for each in question.answers
        ],
        "confusable": question.confusable,
        "sometimes": question.sometimes,
        "normal": question.normal,
        "stop": dict(question.stop),
        **_time(tree, question),
        "setup": question.setup,
        "needs": _needs(question.needs),
        "takes": takes(roles(tree, question), things(tree, question)),
        "record": list(question.record),
        **({} if question.is_urgent else _likelihoods(tree, model, question)),
    }


def _likelihoods(tree: Tree, model: Model, question: Question) -> dict[str, Any]:
    found = model.likelihoods[question.id]
    return _marks(tree, question, found) if question.several else _numbers(found)


def _marks(tree: Tree, question: Question, likelihood: Likelihood) -> dict[str, Any]:
    """
    P(answer is among them), whose products are the chances of sets of several answers.

    Those of the cause that nobody listed are no products: they are there by set, in
    the order of ``Question.outcomes``. ``joined`` is how several are said as one.
    """
    ids = [each.id for each in tree.root_causes]
    even = (HALF,) * len(question.answers)
    said = ((question.given[x], i) for i, x in enumerate(ids) if x in question.given)
    return {
        "otherwise": question.otherwise or even,
        "given": _gathered(said),
        "unknown": likelihood.said[:, likelihood.which[-1]].tolist(),
        "joined": {"and": tree.words("and"), "none": tree.words.none_of_these},
    }


def _words(step: Question | Action) -> dict[str, Any]:
    """What the author says of a step, what explains it as blocks."""
    said = words(step)
    return said | {key: nodes(rich(said[key])) for key in EXPLAINS if key in said}


def _range(numbers: Range | None) -> dict[str, Any] | None:
    if numbers is None:
        return None
    return {
        "low": _end(numbers.low),
        "high": _end(numbers.high),
        "low_open": numbers.low_open,
        "high_open": numbers.high_open,
    }


def _end(number: float) -> float | None:
    """JSON has no infinity: an end that is None is far away."""
    return number if math.isfinite(number) else None


def _numbers(likelihood: Likelihood) -> dict[str, Any]:
    columns = map(tuple, likelihood.given.T.tolist())
    return {
        "otherwise": likelihood.otherwise.tolist(),
        "given": _gathered(zip(columns, likelihood.causes.tolist(), strict=True)),
    }


def _action(tree: Tree, model: Model, action: Action) -> dict[str, Any]:
    fixes = model.fixes(action.id).tolist()
    return {
        **_words(action),
        "titled": says_more(action.title, action.do),
        "warning": [each.lead + each.text for each in laid(rich(action.caution))],
        "changes": list(action.changes),
        **_time(tree, action),
        "setup": action.setup,
        "needs": _needs(action.needs),
        "takes": takes(roles(tree, action), things(tree, action)),
        "record": list(action.record),
        "fixes": _gathered((x, i) for i, x in enumerate(fixes) if x),
    }


def _gathered(pairs: Iterable[tuple[Any, int]]) -> list[tuple[Any, list[int]]]:
    """Each value once, with the places where it stands."""
    found: dict[Any, list[int]] = {}
    for value, place in pairs:
        found.setdefault(value, []).append(place)
    return list(found.items())


def _setup(tree: Tree, setup: Setup) -> dict[str, Any]:
    return {
        "id": setup.id,
        "do": setup.do,
        **_time(tree, setup),
        "setup": setup.setup,
        "needs": _needs(setup.needs),
    }


def _time(tree: Tree, step: Question | Action | Setup) -> dict[str, float]:
    """What a step takes by the clock, and the price at which it competes."""
    return {"cost": step.cost, "wait": step.wait, "price": price(tree, step)}


def _needs(needs: Needs) -> dict[str, Any]:
    return {
        "by": list(needs.by),
        "things": list(needs.things),
        "only_if": asdict(needs.only_if) if needs.only_if else None,
    }


def _escalation(escalate: Escalation) -> dict[str, Any] | None:
    if escalate == Escalation():
        return None
    return {"to": escalate.to, "cost": escalate.cost, "bring": list(escalate.bring)}
