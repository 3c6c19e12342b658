"""
A plan as JSON, written and read.

The reader is strict: any text is a plan or one ``PlanError`` with one sentence.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from troubleshoot._version import __version__
from troubleshoot.errors import PlanError

if TYPE_CHECKING:
    from troubleshoot.session.plans.plan import Plan

FORMAT: Final = 1


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
    if not isinstance(text, str):
        raise PlanError("a plan is a text")
    try:
        values = from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError) as error:
        raise PlanError(f"the plan is not JSON: {error}") from None
    try:
        plan = TypeAdapter(kind).validate_json(json.dumps(_inner(values)), strict=True)
    except ValidationError as error:
        raise PlanError(_sentence(error)) from None
    _check_edges(plan)
    return plan


def _inner(values: object) -> dict[str, Any]:
    """The fields of a plan, once the format is checked."""
    if not isinstance(values, dict) or "format" not in values:
        raise PlanError("this is not a plan: one is an object that has a 'format'")
    if type(values["format"]) is not int or values["format"] != FORMAT:
        raise PlanError(
            f"the plan has the format {json.dumps(values['format'])[:60]}, "
            f"and this version reads format {FORMAT}"
        )
    inner = {k: v for k, v in values.items() if k not in ("format", "library")}
    inner["nodes"] = inner.pop("plan", None)
    return inner


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(map(str, first[0]["loc"])) or "the whole"
    return f"the plan cannot be read at '{place[:60]}': {first[0]['msg']}"


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
