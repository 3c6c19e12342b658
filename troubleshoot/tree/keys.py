"""
The keys of a tree file: which are known where, and what others stand for.

People bring words from other kinds of trees, and put keys one level too deep. What
they meant is said where it is known; where it is not, the known keys are listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from troubleshoot.errors import nearest
from troubleshoot.tree import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel

    from troubleshoot.tree.source import Path

# The words of other trees, and ours for the same thing, the first that is known there.
_OURS: Final[dict[tuple[str, ...], str]] = {
    ("answers",): "options choices responses",
    ("title",): "label name headline heading",
    ("ask", "do", "title"): "text question prompt what",
    ("given",): "next goto then if_yes if_no yes no leads_to likelihoods",
    ("actions", "do", "given"): "solution solutions fix remedy remedies resolution",
    ("causes",): "possible_causes root_cause root_causes faults problems",
    ("prior",): "probability weight frequency likelihood",
    ("cost",): "time duration minutes effort",
    ("by",): "who role roles",
    ("needs",): "tools tool requires",
    ("only-if",): "if when condition conditions depends_on",
    ("why",): "reason explanation rationale",
    ("how",): "instructions instruction howto procedure steps",
    ("about",): "description details",
    ("caution",): "warning warnings danger",
    ("otherwise",): "default else",
    ("do",): "action instruction",
    ("owner",): "author maintainer",
    ("urgent",): "emergency",
    ("fixes",): "solves repairs mends",
}
HABITS: Final[dict[str, tuple[str, ...]]] = {}
for _words, _said in _OURS.items():
    for _each in _said.split():
        HABITS[_each] = (*HABITS.get(_each, ()), *_words)

# What to write instead, where our word alone would not say it.
PATHS: Final = frozenset("next goto then if-yes if-no yes no leads-to".split())  # noqa: SIM905
_INSTEAD: Final = {
    **dict.fromkeys(
        PATHS,
        "say under 'given' which answer each cause leads to; what is asked next is "
        "worked out from that.",
    ),
    **dict.fromkeys(
        ("not-if", "unless"),
        "write 'only-if: {QUESTION: not ANSWER}'.",
    ),
}
STAND_IN: Final = "?"  # for a text or a name that is missing, while the rest is read
ROOMS: Final[dict[str, type[BaseModel]]] = {
    "questions": schema.QuestionPart,
    "urgent": schema.UrgentPart,
    "setups": schema.SetupPart,
    "actions": schema.ActionPart,
    "tests": schema.TestPart,
}

# The models of the mappings that have no names in them, by their key.
WHOLE: Final[dict[str, type[BaseModel]]] = {
    "": schema.TreePart,
    "escalate": schema.EscalatePart,
    "watch": schema.WatchPart,
}

_PARTS: Final[list[type[BaseModel]]] = [
    schema.TreePart,
    schema.SourcePart,
    schema.CausePart,
    schema.GroupPart,
    schema.IncludePart,
    schema.EscalatePart,
    schema.WatchPart,
    schema.RecordPart,
    *ROOMS.values(),
]
ALL: Final = frozenset(
    field.alias or name for each in _PARTS for name, field in each.model_fields.items()
)


def known(root: Any, owner: Path) -> list[str]:  # noqa: ANN401 - any YAML value
    """The keys that the mapping at this path may have; none where they are free."""
    if (part := _part(root, owner)) is None:
        return []
    return [each.alias or name for name, each in part.model_fields.items()]


def _part(root: Any, owner: Path) -> type[BaseModel] | None:  # noqa: ANN401
    """The model of the mapping at a path, None where its keys are names."""
    if owner[-2:-1] == ("record",) and len(owner) in (2, 4):
        return schema.RecordPart
    match owner:
        case () | ("escalate" | "watch",):
            return WHOLE["".join(map(str, owner))]
        case ("sources", _):
            return schema.SourcePart
        case (str(room), _) if room in ROOMS:
            return ROOMS[room]
        case ("causes", *_) if len(owner) % 2 == 0:
            node = at(root, owner)
            said = node if isinstance(node, dict) else {}
            parts: dict[str, type[BaseModel]] = {
                "include": schema.IncludePart,
                "causes": schema.GroupPart,
            }
            return next((it for k, it in parts.items() if k in said), schema.CausePart)
    return None


def at(root: Any, path: Path) -> Any:  # noqa: ANN401 - any YAML value
    """The value at a path, None where the path leads out of the file."""
    node = root
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def names(root: Any) -> dict[str, set[str]]:  # noqa: ANN401 - any YAML value
    """Everything that a file gives a name to, by its kind, however broken it is."""
    rooms = {each: _names(at(root, (each,))) for each in ("causes", *ROOMS)}
    return {
        "cause": rooms["causes"],
        "question": rooms["questions"] | rooms["urgent"],
        "action": rooms["actions"],
        "setup": rooms["setups"],
    }


def _names(block: Any) -> set[str]:  # noqa: ANN401 - any YAML value
    """The ids in a block, and in the blocks of causes inside it; words of a list."""
    if isinstance(block, list):
        return {each for each in block if isinstance(each, str)}
    if not isinstance(block, dict):
        return set()
    inner = (_names(at(each, ("causes",))) for each in block.values())
    return {*block}.union(*inner)


def meaning(key: str, here: Iterable[str], missing: Iterable[str] = ()) -> str | None:
    """The known key that was meant; a missing one is likelier than another."""
    here = list(here)
    ours = [each for each in HABITS.get(key.replace("-", "_"), ()) if each in here]
    found = (*nearest(key, missing), *nearest(key, here), *ours)
    return found[0] if found else None


def instead(key: str) -> str:
    """What to write instead of a key that has no word of ours; mostly empty."""
    return _INSTEAD.get(key.replace("_", "-"), "")


def misplaced(root: Any, path: Path) -> str:  # noqa: ANN401 - any YAML value
    """Where a key that stands too deep belongs, as a sentence; mostly empty."""
    key = path[-1]
    for up in range(1, len(path)):
        owner = path[: -1 - up]
        if key in known(root, owner):
            # Of texts that many things have, nobody knows whose this one is.
            if up > 1 and key in ("title", "about"):
                return ""
            if not owner:
                return f"move '{key}', with all below it, to the left edge."
            levels = "one level" if up == 1 else f"{up} levels"
            return f"move '{key}' {levels} further left, beside '{path[len(owner)]}'."
    return ""


def sunk(root: Any) -> Iterator[Path]:  # noqa: ANN401 - any YAML value
    """The paths of whole blocks, such as 'questions', that stand inside another."""
    for room in ("causes", *ROOMS):
        block = root.get(room)
        if isinstance(block, dict):
            yield from _sunk(root, block, (room,))


def _sunk(root: Any, block: dict[str, Any], path: Path) -> Iterator[Path]:  # noqa: ANN401
    names = known(root, path)
    for key, value in block.items():
        below = (*path, key)
        if not isinstance(value, dict):
            continue
        if key in ("escalate", *ROOMS) and key not in names:
            ours = {*value} & {*known(root, (key, "") if key in ROOMS else (key,))}
            if names or not {*value} & {*known(root, below)} - ours:
                yield below
                continue
        if path[0] == "causes" or len(path) == 1:
            yield from _sunk(root, value, below)


def is_fixed_tree(root: Any, depth: int = 0) -> bool:  # noqa: ANN401
    """Whether a file without causes leads from answer to answer."""
    if isinstance(root, dict):
        if not depth and "causes" in root:
            return False
        if not depth and not ALL & {*root} and any(it[-1:] == "?" for it in root):
            return True
        leads = {each.replace("_", "-") for each, it in root.items() if it is not None}
        if leads & PATHS:
            return True
        root = list(root.values())
    deep = isinstance(root, list) and depth < 6  # noqa: PLR2004 - deep enough to see it
    return deep and any(is_fixed_tree(each, depth + 1) for each in root)
