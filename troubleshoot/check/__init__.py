"""What is wrong with a tree file, and whether what it knows leads where it should."""

from __future__ import annotations

from troubleshoot.check.problems import problems

__all__ = ["problems"]
