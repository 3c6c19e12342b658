"""
What is wrong with the shape of a file, in the author's words.

pydantic finds it; here its errors get a place, our words, and a mend.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from troubleshoot.errors import nearest
from troubleshoot.tree import schema
from troubleshoot.tree.schema import MAX_TEXT, TreePart

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from troubleshoot.tree.source import Place, Source

# Words by habit of other trees, and ours for the same thing.
HABITS: Final = {
    "options": "answers",
    "choices": "answers",
    "label": "title",
    "name": "title",
    "text": "ask",
    "question": "ask",
    "next": "given",
    "if_yes": "given",
    "if_no": "given",
    "if-yes": "given",
    "if-no": "given",
    "solution": "actions",
    "solutions": "actions",
    "fix": "actions",
    "possible_causes": "causes",
    "possible-causes": "causes",
    "root_cause": "causes",
    "root-cause": "causes",
    "probability": "prior",
    "weight": "prior",
    "time": "cost",
}
_EXPECTED: Final = {
    "string_type": "a text is expected here",
    "model_type": "a mapping ('key: value') is expected here",
    "model_attributes_type": "a mapping ('key: value') is expected here",
    "dict_type": "a mapping ('key: value') is expected here",
    "list_type": "a list is expected here",
    "tuple_type": "a word or a list of words is expected here",
    "string_too_short": "the text is empty",
    "string_too_long": f"the text has more than {MAX_TEXT:,} characters",
}
_CODES: Final = {"string_too_short": "bad-value", "string_too_long": "too-large"}


def shape(source: Source) -> TreePart | None:
    """The file as models, or None with the problems noted in the source."""
    try:
        return TreePart.model_validate(source.root)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        _Report(source, errors).write()
        return None


class _Report:
    """All errors of one file; a missing and a misspelt key become one problem."""

    def __init__(self, source: Source, errors: list[ErrorDetails]) -> None:
        self.source = source
        self.errors = [(each, _path(each["loc"])) for each in errors]
        self.missing = {path for each, path in self.errors if each["type"] == "missing"}
        self.explained: set[tuple[Any, ...]] = set()

    def write(self) -> None:
        for error, path in self.errors:
            if error["type"] == "extra_forbidden":
                self.unknown_key(path)
        for error, path in self.errors:
            if error["type"] == "missing" and path not in self.explained:
                self.missing_key(path)
            elif error["type"] not in ("missing", "extra_forbidden"):
                self.other(error, path)

    def unknown_key(self, path: tuple[Any, ...]) -> None:
        key, owner = path[-1], path[:-1]
        known = _known_keys(self.source, owner)
        wanted = [each[-1] for each in self.missing if each[:-1] == owner]
        meant = self.meaning(key, known, wanted)
        place = self.source.place(path, key=True)
        if key == "include":
            message = "'include' is not supported by this version"
            fix = "copy the causes of the other file in here."
            self.source.complain("not-supported", place, message, fix=fix)
            return
        if meant:
            self.explained.add((*owner, meant))
        where = f"'{owner[-1]}'" if owner else "a tree"
        fix = (
            f"did you mean '{meant}'?" if meant else f"known here: {', '.join(known)}."
        )
        message = f"'{key}' is not a key of {where}"
        self.source.complain("unknown-key", place, message, fix=fix)

    @staticmethod
    def meaning(key: str, known: list[str], wanted: list[str]) -> str | None:
        """Our word for a key: what is missing first, then habits, then the nearest."""
        habit = HABITS.get(key)
        if habit == "ask" and habit not in known:
            habit = next((each for each in ("do", "title") if each in known), None)
        if habit == "actions" and habit not in known:
            habit = next((each for each in ("do", "given") if each in known), None)
        if habit in known:
            return habit
        near = nearest(key, wanted) or nearest(key.replace("_", "-"), known)
        return near[0] if near else None

    def missing_key(self, path: tuple[Any, ...]) -> None:
        key, owner = path[-1], path[:-1]
        where = f"'{owner[-1]}'" if owner else "the tree"
        example = {"format": "format: 1"}.get(key, f"{key}: …")
        self.source.complain(
            "missing-key",
            self.source.place(owner, key=True),
            f"{where} has no '{key}'",
            why=f"'{key}' cannot be guessed.",
            fix=f"add '{example}'.",
        )

    def other(self, error: ErrorDetails, path: tuple[Any, ...]) -> None:
        kind = error["type"]
        if path[-1:] == ("[key]",):
            self.bad_id(path[-2], self.source.place(path[:-1], key=True))
            return
        place = self.source.place(path)
        if kind == "string_pattern_mismatch":
            self.bad_id(error["input"], place)
            return
        code, message = _CODES.get(kind, "wrong-type"), _EXPECTED.get(kind)
        if message is None:
            code, message = _in_words(error, path)
        self.source.complain(code, place, message)

    def bad_id(self, key: object, place: Place) -> None:
        slug = re.sub("[^a-z0-9]+", "-", str(key).lower()).strip("-")
        fix = f"write it as '{slug}'." if re.match("[a-z]", slug) else ""
        self.source.complain("bad-id", place, f"'{key}' is not an id", fix=fix)


def _in_words(error: ErrorDetails, path: tuple[Any, ...]) -> tuple[str, str]:
    """Code and message of an error that has its own words or a count."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return "bad-value", f"{context['expected']} is expected here"
    if kind in ("too_short", "dict_too_short"):
        least = context["min_length"]
        what = "entry is" if least == 1 else "entries are"
        return "missing-key", f"'{path[-1]}' is too short: {least} {what} expected"
    return kind, error["msg"]


def _path(location: tuple[int | str, ...]) -> tuple[Any, ...]:
    """A pydantic location without the tags of unions."""
    return tuple(each for each in location if each not in schema.TAGS)


def _known_keys(source: Source, owner: tuple[Any, ...]) -> list[str]:
    """The keys that the mapping at this path may have."""
    rooms: dict[str, type[BaseModel]] = {
        "questions": schema.QuestionPart,
        "urgent": schema.UrgentPart,
        "setups": schema.SetupPart,
        "actions": schema.ActionPart,
        "tests": schema.TestPart,
    }
    part: type[BaseModel] = TreePart
    if owner and owner[0] == "causes":
        node = source.root
        for step in owner:
            node = node[step]
        is_group = "causes" in node
        part = schema.GroupPart if is_group else schema.CausePart
    elif owner and owner[0] == "sources":
        part = schema.SourcePart
    elif owner == ("escalate",):
        part = schema.EscalatePart
    elif owner:
        part = rooms[owner[0]]
    return [each.alias or name for name, each in part.model_fields.items()]
