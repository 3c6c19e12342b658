"""
What there is to run, by name: ``nox -l`` lists it, ``.ci/run`` runs all of it.

Every session runs in the environment that nox itself is installed in
(``pip install -e '.[dev,browser]'``), so that nothing is installed twice.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["lint", "types", "tests", "coverage", "browser", "wheel"]

PYTHON = sys.executable
ARITHMETIC_AND_SESSIONS = ",".join(
    f"*/troubleshoot/{room}/*" for room in ("session", "inference", "planner")
)


def run(session: nox.Session, module: str, *arguments: str) -> None:
    """Run a module of this environment, with what was given after ``--``."""
    session.run(PYTHON, "-m", module, *arguments)


@nox.session
def fast(session: nox.Session) -> None:
    """Nine in ten tests: all but the slow ones and those of a browser."""
    chosen = ("-n", "auto", "-m", "not slow and not browser")
    run(session, "pytest", "-q", *chosen, *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests that need no browser."""
    run(session, "pytest", "-q", "-n", "auto", "-m", "not browser", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Every example of the documentation."""
    run(session, "pytest", "-q", "tests/test_docs.py", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Pages in a browser; they skip with a reason where there is none."""
    run(session, "pytest", "-q", "-n", "auto", "-m", "browser", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Format and lint."""
    run(session, "ruff", "format", "--check", ".")
    run(session, "ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, ours and those of user code."""
    run(session, "mypy")
    run(session, "pyright", "--pythonpath", PYTHON, "tests/typing")


@nox.session
def coverage(session: nox.Session) -> None:
    """The branches of arithmetic and sessions are tested by tests close to them."""
    close = (
        ("tests/session",),
        ("tests/inference", "tests/planner", "tests/laws"),
        (
            "tests/check",
            "tests/rendering/test_order.py",
            "tests/rendering/test_texts.py",
            "tests/test_errors.py",
            "tests/test_files.py",
            "tests/test_refusals.py",
        ),
    )

    def measured(tests: tuple[str, ...]) -> None:
        run(session, "coverage", "run", "--parallel-mode", "-m", "pytest", "-q", *tests)

    run(session, "coverage", "erase")
    # Side by side: measuring takes three times as long as running.
    with ThreadPoolExecutor() as pool:
        list(pool.map(measured, close))
    run(session, "coverage", "combine", "--quiet")
    report = ("--show-missing", "--skip-covered", "--fail-under=99")
    run(session, "coverage", "report", *report, f"--include={ARITHMETIC_AND_SESSIONS}")


@nox.session
def bench(session: nox.Session) -> None:
    """The quick benchmarks; read ratios, never times."""
    for script in ("load.py", "next_step.py", "sessions.py"):
        session.run(PYTHON, f"benchmarks/{script}", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel, installed and used outside the checkout."""
    with tempfile.TemporaryDirectory() as room:
        run(session, "build", "--outdir", f"{room}/dist", ".")
        session.run(PYTHON, "-m", "venv", f"{room}/elsewhere")
        python = f"{room}/elsewhere/bin/python"
        built = str(next(Path(room, "dist").glob("*.whl")))
        session.run(python, "-m", "pip", "install", "--quiet", built, external=True)
        answers = str(Path("docs/answers/no-internet.yaml").resolve())
        session.chdir(room)
        for arguments in (
            ("--version",),
            ("check", "home/no-internet"),
            ("check", "home/printer-prints-nothing"),
            ("list", "printer"),
            ("run", "home/no-internet", "--answers", answers),
        ):
            session.run(python, "-m", "troubleshoot", *arguments, external=True)
