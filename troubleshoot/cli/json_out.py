"""JSON as the command line prints it."""

from __future__ import annotations

import json
from typing import Any, Final

FORMAT: Final = 1  # of every shape printed with --json, as the session room has it


def dumps(value: Any) -> str:  # noqa: ANN401 - any JSON
    """The value as JSON in ASCII: safe in every encoding and on every terminal."""
    return json.dumps(value, indent=2, allow_nan=False)
