"""Which tests take long, and which need a browser, so that the others can run alone."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Those that most of the time goes to, by `pytest --durations=400 --durations-min=0.3`:
# oracles that try everything, files at the limits, processes, and pages of whole trees.
SLOW = {
    "planner/test_diagnose.py",
    "planner/test_information_bound.py",
    "planner/test_repair.py",
    "rendering/test_pdf.py",
    "session/test_journal.py",
    "session/test_laws.py",
    "session/test_long.py",
    "session/test_plan.py",
    "test_docs.py",
    "tree/test_hostile.py",
    "cli/test_pty.py",
}


def pytest_collection_modifyitems(items):
    """Mark what is slow, and what asks for a browser."""
    for item in items:
        file = item.path.relative_to(HERE).as_posix()
        if file in SLOW:
            item.add_marker(pytest.mark.slow)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
