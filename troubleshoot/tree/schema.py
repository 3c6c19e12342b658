"""
The shape of a tree file as pydantic models, and the JSON Schema made from them.

Scalars arrive as text and are typed here by the field that holds them. What names
mean is not decided here but in ``link``.
"""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from troubleshoot.catalogue import DEFAULT, TAG
from troubleshoot.tree import values
from troubleshoot.tree.tree import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: Final = ("1",)
ID_PATTERN: Final = "^[a-z][a-z0-9-]*$"
# Things of an included tree have the ids of the groups before their own.
DOTTED: Final = "^[a-z][a-z0-9-]*([.][a-z][a-z0-9-]*)*$"
MAX_ID: Final = 200
MAX_TEXT: Final = 20_000
MAX_VALUE: Final = 200  # characters of a value of a variable
TAGS: Final = frozenset(
    {
        "<cause>",
        "<group>",
        "<include>",
        "<text>",
        "<list>",
        "<chances>",
        "<names>",
        "<titles>",
        "<record>",
    }
)

# What an editor takes for a number or a truth value is text to us.
_SCALAR: Final = {"type": ["string", "number", "boolean"]}

_ONE_OR_MORE: Final = {
    "anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]
}

_COST: Final = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": "^([0-9.,]+ *[A-Za-z]*[.]? *)+$"},
        {"type": "string", "pattern": "^P([0-9.,]+D)?(T([0-9.,]+[HMS])+)?$"},
    ]
}

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT),
    WithJsonSchema({**_SCALAR, "minLength": 1, "maxLength": MAX_TEXT}),
]
ShortText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_VALUE),
    WithJsonSchema({**_SCALAR, "minLength": 1, "maxLength": MAX_VALUE}),
]
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=MAX_ID)]
DottedId = Annotated[str, StringConstraints(pattern=DOTTED, max_length=MAX_ID)]
Texts = Annotated[
    Annotated[tuple[Text, ...], Field(min_length=1)],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(_ONE_OR_MORE),
]


# What conditions consist of: ``only_if`` reads them, which knows the names in them.
CLAIMS: Final = "Claims"
_WAYS: Final = {
    "type": "array",
    "items": {"$ref": f"#/$defs/{CLAIMS}", "minProperties": 1},
    "minItems": 1,
}
_ONE_WAY: Final = "Condition"
OnlyIfPart = Annotated[Any, WithJsonSchema({"$comment": _ONE_WAY})]


def _typed(
    read: Callable[[str], Any], schema: dict[str, Any], expected: str
) -> tuple[PlainValidator, WithJsonSchema]:
    """The annotations of a field whose text ``read`` turns into a value."""

    def validate(value: object) -> object:
        if not isinstance(value, str):
            raise PydanticCustomError("wrong-type", f"{expected} is expected here")
        try:
            return read(value)
        except PydanticCustomError:
            raise
        except ValueError as error:
            said = str(error).replace("{", "{{").replace("}", "}}")
            raise PydanticCustomError("bad-value", said, {"read": read}) from None

    return PlainValidator(validate), WithJsonSchema(schema)


def _format(text: str) -> int:
    if text not in FORMATS:
        raise PydanticCustomError(
            "unknown-format",
            "format '{text}' is unknown; this version understands {known}",
            {"text": text, "known": ", ".join(FORMATS)},
        )
    return int(text)


def _chance_text(text: str) -> str:
    values.chance(text)
    return text


def _chance_but(never: float, why: str) -> Callable[[str], float]:
    """What reads a chance that cannot be this one."""

    def read(text: str) -> float:
        value = values.chance(text)
        if value == never:
            raise ValueError(why)
        return value

    return read


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a date such as 2027-05-01") from None


def _language(text: str) -> str:
    if not TAG.fullmatch(text):
        raise ValueError(f"'{text}' is no name of a language, such as 'de' or 'pt-BR'")
    return text


def _within(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 10_000):  # noqa: PLR2004
        raise ValueError(f"'{text}' is not a number of questions, from 1 up")
    return int(text)


def _times(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 10_000):  # noqa: PLR2004
        raise ValueError(f"'{text}' is not a number of times, from 1 up")
    return int(text)


def _truth(text: str) -> bool:
    if text not in ("true", "false", "yes", "no"):
        raise ValueError(f"'{text}' is neither 'true' nor 'false'")
    return text in ("true", "yes")


def _chance_schema(least: float = 0) -> dict[str, Any]:
    return {
        "anyOf": [
            {"type": "number", "minimum": least, "maximum": 1},
            {"type": "string", "pattern": r"^[0-9.eE+-]+ *%?$"},
            {"enum": list(values.WORDS_OF_CHANCE)},
        ]
    }


_PRIOR: Final = {
    "anyOf": [{"type": "number", "minimum": 0}, *_chance_schema()["anyOf"][1:]]
}

Chance = Annotated[float, *_typed(values.chance, _chance_schema(), "a chance")]
# A chance whose words still matter: 'always' excludes, '100%' does not.
ChanceText = Annotated[str, *_typed(_chance_text, _chance_schema(), "a chance")]
Prior = Annotated[values.Prior, *_typed(values.prior, _PRIOR, "a number")]
Cost = Annotated[float, *_typed(values.cost, _COST, "a cost")]
_confidence = _chance_but(0, "a confidence of 0 would name a cause before any question")
_reliability = _chance_but(0, "a reliability of 0 would make every answer a wrong one")
_unknown = _chance_but(1, "the unknown cause leaves nothing for the listed ones")
Confidence = Annotated[float, *_typed(_confidence, _chance_schema(), "a chance")]
Reliability = Annotated[float, *_typed(_reliability, _chance_schema(), "a chance")]
UnknownPrior = Annotated[float, *_typed(_unknown, _chance_schema(), "a chance")]
LanguageTag = Annotated[
    str,
    *_typed(
        _language,
        {"type": "string", "pattern": f"^{TAG.pattern}$"},
        "the name of a language",
    ),
]
Day = Annotated[date, *_typed(_date, {"type": "string", "format": "date"}, "a date")]
Times = Annotated[int, *_typed(_times, {"type": "integer", "minimum": 1}, "a number")]
Within = Annotated[int, *_typed(_within, {"type": "integer", "minimum": 1}, "a number")]
Truth = Annotated[
    bool, *_typed(_truth, {"enum": [True, False, "yes", "no"]}, "'true' or 'false'")
]
Format = Annotated[
    int, *_typed(_format, {"enum": [int(each) for each in FORMATS]}, "a number")
]


def _kind_of_given(value: object) -> str | None:
    if isinstance(value, str):
        return "<text>"
    if isinstance(value, list):
        return "<list>"
    return "<chances>" if isinstance(value, dict) else None


Given = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[list[Text], Tag("<list>")]
    | Annotated[dict[str, ChanceText], Tag("<chances>")],
    Discriminator(
        _kind_of_given,
        custom_error_type="wrong-type",
        custom_error_message="an answer, or answers with their chances, is expected "
        "here",
    ),
]


Titles = dict[Text, Text]
"""Ids, each with the title that people read."""

Names = Annotated[
    Annotated[Texts, Tag("<names>")] | Annotated[Titles, Tag("<titles>")],
    Discriminator(lambda it: "<titles>" if isinstance(it, dict) else "<names>"),
]


# An answer, or of a question that takes several those that hold.
Said = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[list[Text], Tag("<list>")],
    Discriminator(
        lambda value: _kind_of_given(None if isinstance(value, dict) else value),
        custom_error_type="wrong-type",
        custom_error_message="an answer, or a list of answers, is expected here",
    ),
]


class Part(BaseModel):
    """A mapping of the file; unknown keys are problems, never left out."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.rstrip("_").replace("_", "-"),
    )


class RecordPart(Part):
    """A text that is only noted and handed over."""

    title: Text
    private: Truth = False


Recorded = dict[
    Id,
    Annotated[
        Annotated[Text, Tag("<text>")] | Annotated[RecordPart, Tag("<record>")],
        Discriminator(lambda it: "<text>" if isinstance(it, str) else "<record>"),
    ],
]
"""What is noted, by id, with its title."""

Records = Annotated[
    Annotated[Texts, Tag("<names>")] | Annotated[Recorded, Tag("<titles>")],
    Discriminator(lambda it: "<titles>" if isinstance(it, dict) else "<names>"),
]


class SourcePart(Part):
    """A page that the knowledge comes from."""

    title: Text
    url: Text | None = None


class CausePart(Part):
    """A root cause."""

    title: Text | None = None
    about: Text | None = None
    prior: Prior | None = None
    actions: Texts = ()


class GroupPart(Part):
    """A cause with causes under it."""

    title: Text | None = None
    about: Text | None = None
    prior: Prior | None = None
    causes: Annotated[dict[DottedId, CauseOrGroup], Field(min_length=1)]


class IncludePart(Part):
    """A group whose causes, questions and actions another tree has."""

    title: Text | None = None
    about: Text | None = None
    prior: Prior | None = None
    include: Text
    priors: dict[str, Prior] = {}
    with_: dict[str, ShortText] = {}


def _kind_of_cause(value: object) -> str:
    if isinstance(value, IncludePart) or (
        isinstance(value, dict) and "include" in value
    ):
        return "<include>"
    if isinstance(value, GroupPart) or (isinstance(value, dict) and "causes" in value):
        return "<group>"
    return "<cause>"


# 'outage:' with nothing after it is a cause too: BeforeValidator makes it one.
_Cause = Annotated[
    CausePart,
    BeforeValidator(
        lambda value: {} if value is None else value,
        json_schema_input_type=CausePart | None,
    ),
]
CauseOrGroup = Annotated[
    Annotated[_Cause, Tag("<cause>")]
    | Annotated[GroupPart, Tag("<group>")]
    | Annotated[IncludePart, Tag("<include>")],
    Discriminator(_kind_of_cause),
]


class StepPart(Part):
    """What questions, actions and setups have in common."""

    why: Text | None = None
    how: Text | None = None
    cost: Cost | None = None
    wait: Cost = 0.0
    setup: Text | None = None
    record: Records = ()
    by: Names = ()
    needs: Names = ()
    only_if: OnlyIfPart = {}


_NO_LIST: Final = {"not": {"type": "array"}}

# Where several answers can hold they are listed and no numbers; elsewhere one is given.
_SEVERAL: Final[dict[str, Any]] = {
    "if": {"required": ["several"], "properties": {"several": {"enum": [True, "yes"]}}},
    "then": {"required": ["answers"], "properties": {"unit": False}},
    "else": {
        "properties": {
            "given": {"additionalProperties": _NO_LIST},
            "otherwise": _NO_LIST,
        }
    },
}


class QuestionPart(StepPart):
    """Something to find out."""

    model_config = ConfigDict(json_schema_extra=_SEVERAL)

    ask: Text
    answers: Annotated[dict[Id, Text], Field(min_length=2)] | None = None
    unit: Text | None = None
    confusable: list[Annotated[list[Text], Field(min_length=2)]] = []
    reliability: Reliability | None = None
    given: dict[str, Given] = {}
    otherwise: Given | None = None
    private: Truth = False
    sometimes: Truth | None = None
    normal: Text | None = None
    several: Truth = False


class UrgentPart(Part):
    """Something that is asked before anything else."""

    ask: Text
    why: Text | None = None
    how: Text | None = None
    answers: Annotated[dict[Id, Text], Field(min_length=2)] | None = None
    cost: Cost | None = None
    wait: Cost = 0.0
    by: Names = ()
    needs: Names = ()
    only_if: OnlyIfPart = {}
    stop: Annotated[dict[str, Text], Field(min_length=1)]


class SetupPart(Part):
    """Something done once, after which what needs it is cheap."""

    do: Text
    cost: Cost | None = None
    wait: Cost = 0.0
    setup: Text | None = None
    by: Names = ()
    needs: Names = ()
    only_if: OnlyIfPart = {}


class ActionPart(StepPart):
    """Something to do that may fix causes."""

    title: Text | None = None
    do: Text
    reliability: Reliability | None = None
    fixes: dict[str, ChanceText] = {}
    verify: Text | None = None
    caution: Text | None = None
    risk: Literal["none", "disruptive", "irreversible"] = "none"
    changes: Texts = ()


class WatchPart(Part):
    """What to do about a symptom that comes and goes, until it shows."""

    note: Text | None = None
    for_: Cost | None = None
    times: Times | None = None


class EscalatePart(Part):
    """To whom to hand over, and what that costs."""

    to: Text | None = None
    cost: Cost | None = None
    bring: Texts = ()


class TestPart(Part):
    """Answers, and the cause that they must lead to."""

    __test__ = False

    answers: dict[str, Said]
    finds: Text
    within: Within | None = None


class TreePart(Part):
    """A diagnostic tree, format 1."""

    format_: Format
    id: Id | None = None
    title: Text
    language: LanguageTag = DEFAULT
    symptom: Text | None = None
    about: Text | None = None
    version: Text | None = None
    owner: Text | None = None
    review_by: Day | None = None
    sources: list[SourcePart] = []
    variables: dict[DottedId, ShortText] = {}
    confidence: Confidence = 0.9
    reliability: Reliability = 0.98
    unknown: UnknownPrior = 0.03
    first: Texts = ()
    waiting: Chance = WAITING
    sometimes: Truth = False
    watch: WatchPart = WatchPart()
    verify: Text | None = None
    by: Titles = {}
    needs: Titles = {}
    record: Records = ()
    causes: Annotated[dict[DottedId, CauseOrGroup], Field(min_length=1)]
    questions: dict[DottedId, QuestionPart] = {}
    setups: dict[DottedId, SetupPart] = {}
    actions: dict[DottedId, ActionPart] = {}
    urgent: dict[DottedId, UrgentPart] = {}
    escalate: EscalatePart = EscalatePart()
    tests: dict[Id, TestPart] = {}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a tree file, for editors."""
    schema = _closed(TreePart.model_json_schema(by_alias=True, mode="validation"))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Diagnostic tree",
    }
    text = resources.files("troubleshoot.tree").joinpath("descriptions.yaml")
    described = yaml.safe_load(text.read_text("utf-8"))
    parts = {"TreePart": schema, **schema["$defs"]}
    for part, keys in parts.items():
        for base in globals()[part].__mro__:
            for key, said in described.get(base.__name__, {}).items():
                keys["properties"][key].update(said)
    schema["$defs"][CLAIMS] = _claims(described[CLAIMS])
    return {**head, **schema}


def _claims(described: dict[str, Any]) -> dict[str, Any]:
    """A mapping of questions and actions to answers; 'any' may be a question too."""
    combined = {"anyOf": [_WAYS, _ONE_OR_MORE]}
    return {
        "type": "object",
        "properties": {key: {**combined, **said} for key, said in described.items()},
        "additionalProperties": _ONE_OR_MORE,
    }


def _closed(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """Ids are checked by pattern; a key that does not match it is an error too."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {
        key: _closed(value)
        for key, value in schema.items()
        if key != "default" and not (key == "title" and isinstance(value, str))
    }
    if closed.get("$comment") == _ONE_WAY:
        return {"anyOf": [{"$ref": f"#/$defs/{CLAIMS}"}, _WAYS]}
    if "patternProperties" in closed:
        closed["additionalProperties"] = False
    return closed
