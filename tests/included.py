"""Plans and runbooks of the included trees, each made once in a run of the tests."""

from __future__ import annotations

from functools import cache

import troubleshoot as ts
from troubleshoot.rendering.layout import laid_out

NODES = 20  # situations looked into: enough for plans of hundreds of steps


@cache
def plan_of(name, goal="diagnose"):
    """The tree of this name, and a plan of it."""
    tree = ts.load(name)
    return tree, ts.plan(tree, goal, nodes=NODES)


@cache
def runbook_of(name):
    """The runbook of the tree of this name, as it is printed."""
    return laid_out(ts.load(name), nodes=NODES)
