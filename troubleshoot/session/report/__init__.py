"""What a session tells: the ledger, the reasons, the transcript, the hand-over."""

from __future__ import annotations

__all__ = [
    "as_json",
    "explain",
    "handoff",
    "handoff_contents",
    "ledger",
    "transcript",
]
