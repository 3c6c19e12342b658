"""
A tree as one file: with all that it includes, in the values of its author.

What is written loads to an equal tree. Comments are lost, and so are the tests of what
is included, which are of their own files.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from troubleshoot.tree.schema import ID_PATTERN

if TYPE_CHECKING:
    from troubleshoot.tree.graft import Included

WIDEST: Final = 100_000  # columns: a text is on as many lines as it has
TRUTHS: Final = {"true": True, "false": False}
WHOLE: Final = re.compile("0|-?[1-9][0-9]{0,14}")
# What JSON takes as it is, and YAML for the end of a line or for nothing to be shown.
ODD: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class _Dumper(yaml.SafeDumper):
    """Plain scalars are texts, as ``source`` reads them; only ``null`` is nothing."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - PyYAML's
        """A tree file has no references."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if "\r" in text or ODD.search(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:null",
    re.compile("(~|null|Null|NULL|)$"),
    ["~", "n", "N", ""],
)
_Dumper.add_representer(str, _text)


def as_yaml(part: Included) -> str:
    """The tree as YAML."""
    text: str = yaml.dump(
        _value(part),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=WIDEST,
    )
    return text


def as_json(part: Included) -> str:
    """The tree as JSON, which is YAML too: it reads alike here and there."""
    text = json.dumps(_typed(_value(part)), ensure_ascii=False, indent=2)
    return ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _value(part: Included) -> dict[str, Any]:
    """The value of the file and its parts, with the id that its name gave it."""
    root = _plain(part.source.root)
    head = {"format": root.pop("format")}
    if part.tree and re.fullmatch(ID_PATTERN, part.tree.id):
        head["id"] = part.tree.id
    return {**head, **root, **head}


def _typed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with whole numbers and truth values, where they are written alike."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [*map(_typed, value)]
    if value in TRUTHS:
        return TRUTHS[value]
    is_whole = isinstance(value, str) and WHOLE.fullmatch(value)
    return int(value) if is_whole else value


def _plain(value: Any) -> Any:  # noqa: ANN401 - any YAML value
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [*map(_plain, value)] if isinstance(value, list) else value
