"""
One HTML file that runs a tree in the reader's browser, without a network.

The page holds the tree as data, a small engine that believes and recommends what this
library does, and its own styles; a content policy lets nothing else run.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from troubleshoot.inference.model import REMEDY
from troubleshoot.rendering.interactive.data import page_data
from troubleshoot.rendering.interactive.shared import shared
from troubleshoot.rendering.templates import environment
from troubleshoot.rendering.words import in_language
from troubleshoot.session import begin
from troubleshoot.session.recommendation import roles, things
from troubleshoot.session.remedies import remedies_of
from troubleshoot.session.steps import takes
from troubleshoot.text import UNPRINTABLE
from troubleshoot.tree.tree import setups_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from troubleshoot.rendering.words import Wished
    from troubleshoot.session.session import Session
    from troubleshoot.tree.tree import Action, Cause, Tree


__all__ = ["engine", "interactive", "source"]

HERE: Final = files(__name__)
ENGINE: Final = (
    "json",
    "model",
    "told",
    "state",
    "belief",
    "gates",
    "candidates",
    "steps",
    "rules",
    "conflict",
    "session",
    "saved",
)
PAGE: Final = (
    "dom",
    "wording",
    "effort",
    "asking",
    "ending",
    "sides",
    "handoff",
    "saving",
    "main",
)
OURS: Final = ("page_", "reason_")  # how the words begin that the page needs
# Besides those, what it says as everybody does.
COMMON: Final = (
    *(
        "and",
        "and_waiting",
        "watch_for_it",
        "watch_note",
        "one_occurrence",
        "many_occurrence",
        "noted",
        "not_noted",
        "none_of_these",
        "not_these",
        "only_waiting",
        "days",
        "decimal",
        "or",
        "private",
        "quoted",
        "condition_answer",
        "condition_none",
        "condition_not",
        "condition_not_none",
        "taken_as",
        "taken_as_known",
        "taken_for",
        "taken_from_the_start",
        "taken_since",
    ),
    *("one_question", "many_question", "one_action", "many_action"),
    *("end_found", "end_tried_in_vain", "doubt_none_fits", "doubt_contradicted"),
)

# What could end a script or begin a comment in it, and what no encoding can hold or an
# editor would obey.
UNSAFE: Final = re.compile(f"[<>&\ud800-\udfff]|{UNPRINTABLE.pattern}")


def interactive(
    tree: Tree,
    *,
    facts: Mapping[str, object] | None = None,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    variables: Mapping[str, str] | None = None,
    language: Wished = None,
    templates: Path | None = None,
) -> str:
    """
    The tree as a page to click through, as HTML text.

    Args:
        tree: what is known.
        facts: answers known before the page is opened, by question id.
        by: who takes the steps; steps for others are left out. None: everybody.
        has: the things at hand; steps that need others are left out. None: all.
        variables: what variables of the tree stand for in its texts, by their names.
        language: of the fixed words: a name, or words of your own by key.
        templates: a folder whose ``interactive.html.j2`` comes before the one included.
    """
    begun = begin(tree, facts, by=by, has=has, variables=variables)
    tree = begun.tree
    data = page_data(begun)
    script = engine() + source("page", PAGE)
    style = (HERE / "page.css").read_text(encoding="utf-8")
    found = environment("html", templates=templates, language=language)
    template = found.get_template("interactive.html.j2")
    return template.render(
        tree=tree,
        policy=_policy(script, style),
        library=data["library"],
        urgent=[each for each in tree.questions.values() if each.is_urgent],
        asked=[each for each in tree.questions.values() if not each.is_urgent],
        causes=[(each, _remedies(begun, each)) for each in tree.root_causes],
        setups=lambda step: [*setups_of(tree, step)][::-1],
        takes=lambda step: takes(roles(tree, step), things(tree, step)),
        private=any(
            each.private
            for room in (tree.questions, tree.records)
            for each in room.values()
        ),
        mark=" · ".join(x for x in (tree.id, tree.version, tree.fingerprint) if x),
        words=_json(_words(language)),
        data=_json(data),
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - files of this package
    )


def engine() -> str:
    """The engine of the page without the page, as JavaScript."""
    return f"const SHARED = {_json(shared())};\n{source('engine', ENGINE)}"


@cache
def source(folder: str, names: tuple[str, ...]) -> str:
    """Files of the page's script, one after the other."""
    paths = (HERE / folder / f"{name}.js" for name in names)
    return "\n".join(each.read_text(encoding="utf-8") for each in paths)


def _policy(script: str, style: str) -> str:
    """What the browser may do: run this script, apply this style, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _words(language: Wished) -> dict[str, str]:
    """The fixed words that the page itself needs while it runs."""
    every = in_language(language).texts
    ours = {
        key.removeprefix(each): text
        for each in OURS
        for key, text in every.items()
        if key.startswith(each)
    }
    return dict(sorted((ours | {key: every[key] for key in COMMON}).items()))


def _remedies(begun: Session, cause: Cause) -> list[Action]:
    """Actions that fix the cause with a chance of a half or more, in order."""
    order = remedies_of(begun.analysis.belief, cause.id)
    actions = [begun.tree.actions[each] for each in order]
    return [each for each in actions if each.fixes.get(cause.id, 0.0) >= REMEDY]


def _json(value: Any) -> Markup:  # noqa: ANN401 - JSON values
    """The value as JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(UNSAFE.sub(lambda it: f"\\u{ord(it[0]):04x}", text))  # noqa: S704
