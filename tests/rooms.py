"""The rooms of the package, each module with the first sentence of its docstring."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "troubleshoot"
PAGE = ROOT / "docs/explanation/architecture.md"
SECTION = re.compile(r"(?s)(?<=\n## Rooms\n\n).*?(?=\n## )")

# In the order of the page, from the ground up.
PURPOSE = {
    "": "the ground: words for people, problems and exceptions, files, arguments",
    "tree": "what an author writes, from the text of a file to a `Tree`",
    "inference": "arithmetic on beliefs, arrays in and arrays out",
    "planner": "from a task in numbers to a policy with a proven bound",
    "session": "one run: a log of events, what follows from it, what to do next",
    "session/report": "what a session tells: programs, the customer, the next team",
    "check": "what is wrong with a tree although its parts can be read",
    "rendering": "documents for people: a runbook as a value, one writer per format",
    "rendering/interactive": "what the page to click through has from the library; "
    "its own program is beside it in `engine/*.js` and `page/*.js`",
    "cli": "one module per verb, thin: parse, call, print",
}


def rooms() -> str:
    """The section of the page."""
    return "\n".join(_room(name, purpose) for name, purpose in PURPOSE.items())


def _room(name: str, purpose: str) -> str:
    paths = sorted((PACKAGE / name).glob("[a-z]*.py"))
    rows = (f"| `{path.stem}` | {_sentence(path)} |" for path in paths)
    title = f"`{name}`: {purpose}" if name else purpose[0].upper() + purpose[1:]
    return "\n".join([f"### {title}\n", "| module | |", "|---|---|", *rows, ""])


def _sentence(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(said.split("\n\n")[0].split())
    return first.replace("``", "`").rstrip(".:").replace("|", "\\|")


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(SECTION.sub(lambda _: rooms(), page), encoding="utf-8")
