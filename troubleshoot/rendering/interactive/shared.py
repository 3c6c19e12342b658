"""
What the engine of the page has from the library: numbers, words, and their order.

Everything here has its owner elsewhere in Python. The page gets it as data, so that no
number, no rule's place and no word of an event is written down twice.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import TypeAdapter

from troubleshoot import conditions, files
from troubleshoot.inference import bayes, model
from troubleshoot.planner import policy, task
from troubleshoot.session import (
    answers,
    belief,
    candidates,
    conflict,
    events,
    provenance,
    recommendation,
    rules,
    serialize,
)
from troubleshoot.session.answers import AMBIGUOUS, NUMBER
from troubleshoot.session.options import SOMEBODY, STRATEGIES
from troubleshoot.session.steps import Reply
from troubleshoot.text import UNPRINTABLE
from troubleshoot.tree import only_if, schema, told, values

if TYPE_CHECKING:
    from collections.abc import Iterator


NUMBERS: Final = {
    "RULED_OUT": bayes.RULED_OUT,
    "TOLERANCE": belief.TOLERANCE,
    "EQUAL": belief.EQUAL,
    "RATED": bayes.ALIKE,
    "USELESS": bayes.USELESS,
    "SLIGHT": policy.SLIGHT,
    "WORTHLESS": task.WORTHLESS,
    "TIE": policy.TIE,
    "REMEDY": model.REMEDY,
    "WORTH_TRYING": candidates.WORTH_TRYING,
    "TWICE": candidates.TWICE,
    "TELLING": rules.TELLING,
    "HALF": bayes.HALF,
    "LIKELY": recommendation.LIKELY,
    "LEADING": conflict.LEADING,
    "FEW": conflict.FEW,
    "FORMAT": serialize.FORMAT,
    "DIGITS": events.DIGITS,
    "LONGEST": files.LARGEST,
    "DEEPEST": serialize.DEEPEST,
    "SHARE_DIGITS": events.DIGITS,
    "LONGEST_NAME": provenance.LONGEST_NAME,
    "LONGEST_QUOTE": provenance.LONGEST_QUOTE,
    "MET": conditions.MET,
    "OPEN": conditions.OPEN,
    "UNMET": conditions.UNMET,
    "MAX_VALUE": schema.MAX_VALUE,
}
WORDS: Final = {
    "DONT_KNOW": Reply.DONT_KNOW.value,
    "NOT_NOW": Reply.NOT_NOW.value,
    "UNKNOWN": model.UNKNOWN,
    "NONE": values.NONE,
    "SOMEBODY": SOMEBODY,
    "PROBE": events.PROBE,
    "SAID": provenance.SAID,
    "MEASURED": provenance.MEASURED,
    "TRIED": only_if.TRIED,
    "NOT": only_if.NOT,
    **{
        ("FIXED" if fixed else "FAILED"): word
        for word, fixed in answers.OUTCOMES.items()
    },
}
# Where ``str.splitlines`` ends a line.
LINE_ENDS: Final = "\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]"
FOR_PEOPLE: Final = ("title", "description", "default")  # of a shape


@cache
def shared() -> dict[str, Any]:
    """All of it, as JSON values."""
    return {
        "numbers": NUMBERS,
        "words": WORDS,
        "before": [_camel(each.__name__.strip("_")) for each in rules.BEFORE],
        "rules": [_camel(each.__name__.strip("_")) for each in rules.RULES],
        "strategies": list(STRATEGIES),
        "kinds": dict(_kinds()),
        "number": NUMBER.pattern,
        "ambiguous": AMBIGUOUS.pattern,
        "moment": events.MOMENT.pattern,
        "unprintable": UNPRINTABLE.pattern,
        "line_ends": LINE_ENDS,
        "line_break": provenance.BREAK.pattern,
        "variables": {
            "words": told.IN_WORDS.pattern,
            "code": told.IN_CODE.pattern,
            "address": told.IN_ADDRESS.pattern,
            "spans": told.CODE.pattern,
        },
        "saved": _saved(),
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.title() for each in others)


def _kinds() -> Iterator[tuple[str, list[str]]]:
    """The kinds of events by the class that holds them."""
    for each in get_args(events.Event):
        kind = TypeAdapter(each).json_schema()["properties"]["kind"]
        yield each.__name__, kind.get("enum") or [kind["const"]]


def _saved() -> dict[str, Any]:
    """The shape of a saved session as JSON Schema; each event says its kind."""
    shape: dict[str, Any] = _bare(TypeAdapter(serialize.Saved).json_schema())
    for name, _ in _kinds():
        event = shape["$defs"][name]
        event["required"] = list(dict.fromkeys(["kind", *event["required"]]))
    return shape


def _bare(shape: Any) -> Any:  # noqa: ANN401 - JSON values
    """A shape without what is said in it for people, names of fields excepted."""
    if isinstance(shape, list):
        return [_bare(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    return {
        name: {field: _bare(each) for field, each in value.items()}
        if name in ("properties", "$defs")
        else _bare(value)
        for name, value in shape.items()
        if name not in FOR_PEOPLE
    }
