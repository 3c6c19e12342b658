"""Everything that is wrong with a file: its shape, its names, its tests."""

from __future__ import annotations

import os

from troubleshoot.errors import Problem, TreeError
from troubleshoot.tree.load import linked


def problems(path: str | os.PathLike[str]) -> tuple[Problem, ...]:
    """
    What is wrong with a file, sorted by place; its tests are run if it loads.

    A file that loads may have problems: those of its tests, see ``check.trial``.
    """
    tree, source = linked(path)
    if tree is not None and tree.tests:
        # Sessions need numpy; whoever has no tests does not wait for it.
        from troubleshoot.check.tree_tests import run  # noqa: PLC0415

        run(tree, source)
    return TreeError(source.problems).problems
