"""What the package offers, by name: parameters of functions, members of classes."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import troubleshoot as ts

SURFACE = Path(__file__).parent / "golden" / "public.json"


def surface() -> dict[str, object]:
    """Each public name with its parameters, its members, or the kind of its value."""
    return {name: _of(getattr(ts, name)) for name in ts.__all__ if name[0] != "_"}


def _of(value: object) -> object:
    if not callable(value):
        return type(value).__name__
    if not inspect.isclass(value):
        return _parameters(value)
    ours = (x for x in value.__mro__ if x.__module__.startswith("troubleshoot"))
    members = {
        name: _member(inspect.getattr_static(value, name, None))
        for each in ours
        for name in {**getattr(each, "__annotations__", {}), **vars(each)}
        if not name.startswith("_")
    }
    return dict(sorted(members.items()))


def _member(value: object) -> object:
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    return _parameters(value) if inspect.isfunction(value) else "value"


def _parameters(function: object) -> list[str]:
    """The parameters with what is before and behind the star, and which may be left."""
    return [
        f"{each.kind.description}: {each.name}"
        + ("" if each.default is inspect.Parameter.empty else " (optional)")
        for each in inspect.signature(function).parameters.values()
    ]


if __name__ == "__main__":
    text = json.dumps(surface(), indent=1, ensure_ascii=False)
    SURFACE.write_text(f"{text}\n", encoding="utf-8")
