"""PyYAML's own parser, for where libyaml is not installed: as libyaml reads."""

from __future__ import annotations

from typing import Any, Final

import yaml

_ENDS: Final = "\0 \t\r\n\x85\u2028\u2029"
_BRACKETS: Final = ",[]{}"


class PureLoader(yaml.Loader):
    """
    Its plain texts may hold a '?' inside braces, as YAML 1.2 and libyaml have it.

    PyYAML's own ends them there, so that '{ask: Is it on?, cost: 1}' is an error.
    """

    def scan_plain(self) -> Any:  # noqa: ANN401 - a token of PyYAML
        """Read one plain text; PyYAML's method but for the '?'."""
        chunks: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        spaces: list[str] | None = []
        while self.peek() != "#":
            length = 0
            while not self._ends_plain(length):
                length += 1
            if length == 0:
                break
            self.allow_simple_key = False
            chunks += [*(spaces or ()), self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return yaml.ScalarToken("".join(chunks), True, start, end)  # noqa: FBT003 - plain

    def _ends_plain(self, length: int) -> bool:
        """Whether the sign so far ahead is none of the text's."""
        sign = self.peek(length)
        inside = _BRACKETS if self.flow_level else ""
        if sign == ":":
            return self.peek(length + 1) in _ENDS + inside
        return sign in _ENDS + inside
