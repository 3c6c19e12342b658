"""
Tokens: which step of which session in which state a reply is to.

A token is a digest of the tree, all events and the step; nothing in it is random, so
that the session has the same one wherever it is resumed.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from troubleshoot.session.events import plain
from troubleshoot.session.steps import Ending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.events import Event
    from troubleshoot.session.steps import Step
    from troubleshoot.tree.tree import Tree

LENGTH: Final = 20  # hexadecimal digits


def beginning(tree: Tree) -> bytes:
    """The digest of a session in which nothing has happened."""
    return sha256(f"{tree.id} {tree.fingerprint}".encode()).digest()


def extended(trail: bytes, events: Iterable[Event]) -> bytes:
    """The digest after more events."""
    for event in events:
        said = json.dumps(plain(event), sort_keys=True)
        trail = sha256(trail + said.encode()).digest()
    return trail


def token(trail: bytes, step: Step) -> str:
    """The token of a step of a session with these events."""
    name = "" if isinstance(step, Ending) else step.id
    return sha256(trail + f"{step.kind} {name}".encode()).hexdigest()[:LENGTH]
