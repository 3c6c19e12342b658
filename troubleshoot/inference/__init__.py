"""Arrays in, arrays out: beliefs, likelihoods, what an answer is worth."""

from __future__ import annotations

__all__ = [
    "bayes",
    "model",
    "tables",
]
