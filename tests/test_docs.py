"""
The examples of the documentation, run page by page.

A ``python`` block is executed, with doctest prompts compared. In a ``console`` block
each line after ``$`` is a command, and what follows is what it prints; a line of
``...`` stands for any lines. A ``yaml`` block that begins with ``# file.yaml`` is
saved under this name, for the commands after it. Whole trees in other ``yaml`` blocks
must load. ``sh`` blocks are for the reader's own machine: ``.ci/run`` runs them.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

import troubleshoot as ts

if TYPE_CHECKING:
    from sybil import Example

REPOSITORY = Path(__file__).parent.parent
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_UDIFF
PROGRAM = """\
#!/bin/sh
exec '{python}' -c 'from troubleshoot.cli import main; main()' "$@"
"""


def run_console(example: Example) -> str | None:
    """Run each command of a block; the first difference, or None."""
    for session in ("\n" + example.parsed).split("\n$ ")[1:]:
        command, _, expected = session.partition("\n")
        run = subprocess.run(
            ["/bin/sh", "-c", command],
            check=False,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        difference = compared(expected, run.stdout)
        if difference:
            return f"$ {command}\n{difference}"
    return None


def compared(expected: str, output: str) -> str | None:
    """How the output differs from what the page shows, None if it does not."""
    checker = doctest.OutputChecker()
    want = expected.rstrip() + "\n" if expected.strip() else ""
    if checker.check_output(want, output, FLAGS) or want == output:
        return None
    return checker.output_difference(doctest.Example("", want), output, FLAGS)


def keep_yaml(example: Example) -> None:
    """Save the block if it names a file, load it if it is a whole tree."""
    text = example.parsed
    first = text.partition("\n")[0]
    if first.startswith("# ") and first.endswith(".yaml"):
        Path(first.removeprefix("# ")).write_text(text, encoding="utf-8")
    elif "format: 1\n" in text and "causes:" in text:
        ts.loads(text)


def keep_answers(example: Example) -> None:
    """Save the block under the name in its first line, which must be a comment."""
    first, _, _ = example.parsed.partition("\n")
    Path(first.removeprefix("# ")).write_text(example.parsed, encoding="utf-8")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Empty directory where ``troubleshoot`` is a command."""
    program = tmp_path / "bin" / "troubleshoot"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "trees").symlink_to(REPOSITORY / "trees")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_on_the_page_runs(page, desk):
    """What the page shows is what happens."""
    sybil = Sybil(
        parsers=[
            PythonCodeBlockParser(doctest_optionflags=FLAGS),
            CodeBlockParser(language="console", evaluator=run_console),
            CodeBlockParser(language="yaml", evaluator=keep_yaml),
            CodeBlockParser(language="text", evaluator=keep_answers),
        ],
    )

    for example in sybil.parse(page).examples():
        example.evaluate()

    assert Path.cwd() == desk
