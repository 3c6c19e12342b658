"""
The examples of the documentation, run page by page.

A ``python`` block is executed, with doctest prompts compared. In a ``console`` block
each line after ``$`` is a command, and what follows is what it prints; a line of
``...`` stands for any lines; ``REFRESH_DOCS=1 pytest tests/test_docs.py`` rewrites
the blocks that have none. A ``yaml`` block that begins with ``# file.yaml`` is
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
REFRESH = bool(os.environ.get("REFRESH_DOCS"))
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_UDIFF
PROGRAM = """\
#!/bin/sh
exec '{python}' -m troubleshoot "$@"
"""


def run_console(example: Example) -> str | None:
    """Run each command of a block; the first difference, or None."""
    for session in ("\n" + example.parsed).split("\n$ ")[1:]:
        command, _, expected = session.partition("\n")
        output = printed_by(command)
        if REFRESH and "..." not in expected.splitlines():
            refresh(Path(example.path), f"$ {command}\n", expected, output)
        elif difference := compared(expected, output):
            return f"$ {command}\n{difference}"
    return None


def printed_by(command: str) -> str:
    """What a command of the shell prints, on whichever stream; nobody types."""
    run = subprocess.run(
        ["/bin/sh", "-c", command],
        check=False,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    # What holds a number and its unit together is a blank to whoever reads the page.
    return run.stdout.replace("\N{NO-BREAK SPACE}", " ")


def refresh(page: Path, command: str, old: str, new: str) -> None:
    """Put what a command prints now in place of what it printed then."""
    text = page.read_text(encoding="utf-8")
    lines = [line.rstrip() for line in new.splitlines()]
    shown = "".join(f"{line}\n" for line in lines).rstrip("\n")
    ending = "\n" if shown and old.endswith("\n") else ""
    fresh = text.replace(command + old, command + shown + ending, 1)
    page.write_text(fresh, encoding="utf-8")


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
    if example.path.endswith("problems.md"):
        return  # trees that are broken on purpose, each with its own test
    first = text.partition("\n")[0]
    if first.startswith("# ") and first.endswith(".yaml"):
        Path(first.removeprefix("# ")).write_text(text, encoding="utf-8")
    elif "format: 1\n" in text and "causes:" in text:
        ts.loads(text)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Empty directory where ``troubleshoot`` is a command."""
    program = tmp_path / "bin" / "troubleshoot"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "docs").symlink_to(REPOSITORY / "docs")
    (tmp_path / "trees").symlink_to(REPOSITORY / "trees")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(ts.__file__).parent.parent))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_on_the_page_runs(page, desk):
    """What the page shows is what happens."""
    sybil = Sybil(
        parsers=[
            PythonCodeBlockParser(doctest_optionflags=FLAGS),
            CodeBlockParser(language="console", evaluator=run_console),
            CodeBlockParser(language="yaml", evaluator=keep_yaml),
        ],
    )

    for example in sybil.parse(page).examples():
        example.evaluate()

    assert Path.cwd() == desk
