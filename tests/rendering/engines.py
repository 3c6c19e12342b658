"""The engine of the page, run beside the library, and what both have to agree on."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from troubleshoot.rendering.interactive import engine

HERE = Path(__file__).parent
RECORDED = 2e-6  # what numbers that are rounded to six digits may differ by

# What makes a program for node of the engine and its player.
NODE = """
import fs from "fs";
const [, , from, to] = process.argv;
const asked = JSON.parse(fs.readFileSync(from));
fs.writeFileSync(to, JSON.stringify(asked.map(play)));
"""


def players() -> str:
    """The engine of the page with a player for moves and files."""
    return engine() + (HERE / "play.js").read_text(encoding="utf-8")


def by_node(script: str, asked: list[Any], folder: Path) -> list[Any]:
    """What the engine says in node."""
    if not shutil.which("node"):
        pytest.skip("there is no node")
    program, heard, told = (folder / x for x in ("run.mjs", "in.json", "out.json"))
    program.write_text(script + NODE, encoding="utf-8")
    heard.write_text(json.dumps(asked), encoding="utf-8")
    subprocess.run(["node", program, heard, told], check=True)  # noqa: S607 - any node
    told_: list[Any] = json.loads(told.read_text(encoding="utf-8"))
    return told_


def whole(text: str) -> Any:
    """A saved file without the times and the version of what wrote it."""
    saved = json.loads(text)
    del saved["library"]
    for event in (*saved["events"], *saved.get("undone", ())):
        del event["at"]
    return saved


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two JSON values differ, the order of keys counted; numbers as recorded."""
    numbers = (int, float)
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return [f"{at}: {list(one)} and {list(other)}"]
        pairs = ((one[name], other[name], f"{at}.{name}") for name in one)
        return [found for pair in pairs for found in differences(*pair)]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        both = enumerate(zip(one, other, strict=True))
        return [x for i, pair in both for x in differences(*pair, f"{at}.{i}")]
    if type(one) in numbers and type(other) in numbers:
        same = math.isclose(one, other, rel_tol=0, abs_tol=RECORDED)
    else:
        same = one == other and type(one) is type(other)
    return [] if same else [f"{at}: {one!r} and {other!r}"]
