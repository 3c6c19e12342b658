"""Everything that is wrong with a file: its shape, its names, its tests."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from troubleshoot.check.titles import titles
from troubleshoot.errors import Problem, TreeError
from troubleshoot.tree.load import linked
from troubleshoot.tree.overlays import of_tree
from troubleshoot.tree.wordings import overlay_problems


def problems(
    path: str | os.PathLike[str],
    *,
    roots: Iterable[str | os.PathLike[str]] = (),
    warnings: bool = False,
) -> tuple[Problem, ...]:
    """
    What is wrong with a file and those it includes, sorted by place.

    The tests of each that loads are run, as it stands alone: one that loads may have
    problems, see ``check.tree_tests``, and those of the files of texts beside it; of
    such a file its own alone. With ``warnings``, what works but would be better
    otherwise is told too, as ``troubleshoot check`` tells it. ``roots`` are those of
    ``troubleshoot.load``.
    """
    # What is no path is refused where it is read.
    is_path = isinstance(path, str | os.PathLike)
    if is_path and (of := of_tree(Path(path))) is not None:
        tree = linked(of, roots)[0].tree
        return () if tree is None else overlay_problems(tree, str(path))
    main, *parts = linked(path, roots)
    for part in (main, *parts):
        if warnings and part.tree is not None:
            titles(part.tree, part.source)
        if part.tree is not None and part.tree.tests:
            # Sessions need numpy; whoever has no tests does not wait for it.
            from troubleshoot.check.tree_tests import run  # noqa: PLC0415

            run(part.tree, part.source)
    found = TreeError(main.source.problems).problems
    return found if main.tree is None else found + overlay_problems(main.tree)
