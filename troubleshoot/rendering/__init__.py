"""Documents for people: runbooks, transcripts and hand-offs, in many formats."""

from __future__ import annotations

from troubleshoot.rendering.formats import render

__all__ = ["render"]
