"""
Cases that the library and the page both play: ``tests/cases/*.json``.

Each has a tree, how a session with it begins, moves, and what must come of them: the
step after each move, the whole saved file, and what becomes of that file on edits of
the tree. ``python -m rendering.cases`` in ``tests`` writes that anew, to be reviewed as
any other change.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rendering.engines import whole
from rendering.plays import played, said

import troubleshoot as ts
from troubleshoot.rendering.interactive.data import page_data

if TYPE_CHECKING:
    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree


FOLDER: Final = Path(__file__).parents[1] / "cases"
FILES: Final = sorted(FOLDER.glob("*.json"))
DIGITS: Final = 6  # of minutes, bits and chances


def read(file: Path) -> dict[str, Any]:
    """The case in a file."""
    case: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return case


def tree_of(case: dict[str, Any], patch: dict[str, Any] | None = None) -> Tree:
    """The tree of a case, after an edit of it."""
    return ts.loads(json.dumps(_patched(case["tree"], patch or {})), file="case.yaml")


def _patched(value: Any, patch: Any) -> Any:
    """The value after a JSON merge patch (RFC 7396): null takes out."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for name, each in patch.items():
        found[name] = _patched(found.get(name), each)
    return {name: each for name, each in found.items() if each is not None}


def begun(case: dict[str, Any]) -> Session:
    """The session before its first move."""
    return tree_of(case).begin(case["facts"], by=case["by"], has=case["has"])


def asked(case: dict[str, Any]) -> dict[str, Any]:
    """What the page is asked to play."""
    return {"data": page_data(begun(case)), "moves": case["moves"]}


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """What comes of a case in the library."""
    session, steps = begun(case), []
    steps.append(step_of(session))
    for move in case["moves"]:
        session = played(session, *move)
        steps.append(step_of(session))
    text = session.to_json()
    return {
        "steps": steps,
        "saved": whole(text),
        "edits": [after(case, each, text) for each in case["edits"]],
    }


def step_of(session: Session) -> list[Any]:
    """The next step, its numbers rounded."""
    return rounded(said(session))


def rounded(step: list[Any]) -> list[Any]:
    """The step with its numbers as they are written."""
    return [
        float(round(each, DIGITS)) if isinstance(each, int | float) else each
        for each in step
    ]


def after(case: dict[str, Any], edit: dict[str, Any], text: str) -> dict[str, Any]:
    """The edit with what becomes of a saved file on the tree after it."""
    session = ts.resume(tree_of(case, edit["patch"]), text)
    carried = [[each.kind, each.id, str(each)] for each in session.carried]
    return {
        "patch": edit["patch"],
        "carried": carried,
        "step": step_of(session),
    }


def main() -> None:
    """Writes what comes of each case."""
    for file in FILES:
        case = read(file)
        case |= outcome(case)
        text = json.dumps(case, indent=1, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
