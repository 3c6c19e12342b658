"""
What ``only-if`` says, as a value.

A claim is about a question, what was answered to it, or that the answer is not known;
or about an action, what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from troubleshoot.conditions import Condition
from troubleshoot.tree.values import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence


DONT_KNOW: Final = "dont-know"
NOT: Final = "not "
FAILED, FIXED, TRIED = "failed", "fixed", "tried"
OUTCOMES: Final = (FAILED, FIXED, TRIED)

Result: TypeAlias = "str | Sequence[str]"
"""An answer; of a question that takes several, those that were given."""


@dataclass(frozen=True, slots=True)
class Claim:
    """
    What was answered to a question, or came of an action: one of ``wanted``.

    Each is written as in a tree: ``green``, ``not green``, ``none``, ``dont-know``;
    ``failed``, ``fixed``, ``tried``, ``not tried``.
    """

    kind: Literal["question", "action"]
    step: str
    wanted: tuple[str, ...]

    @property
    def takes_not_known(self) -> bool:
        """Whether "don't know" will do."""
        return DONT_KNOW in self.wanted

    def admits(self, result: Result) -> bool:
        """Whether an answer that was given will do."""
        given = (result,) if isinstance(result, str) else tuple(result)
        return any(_holds(each, given) for each in self.wanted)

    def admits_outcome(self, *, fixed: bool | None) -> bool:
        """Whether what came of an action will do; None: it was not tried."""
        if fixed is None:
            return self.admits(())
        return self.admits((TRIED, FIXED if fixed else FAILED))

    def __str__(self) -> str:
        wanted = ", ".join(self.wanted)
        return f"{self.step}: {f'[{wanted}]' if len(self.wanted) > 1 else wanted}"


def _holds(wanted: str, given: tuple[str, ...]) -> bool:
    if wanted in given:
        return True
    if wanted == f"{NOT}{NONE}":
        return bool(given) and NONE not in given
    if wanted.startswith(NOT):
        return wanted.removeprefix(NOT) not in given
    return wanted == NONE and not given


OnlyIf: TypeAlias = Condition[Claim]
ALWAYS: Final[OnlyIf] = Condition()


def written(condition: OnlyIf) -> str:
    """
    The condition as an author writes it, on one line.

    >>> on = Claim("question", "power", ("yes",))
    >>> warm = Claim("question", "heat", ("not low",))
    >>> written(Condition(every=False, parts=(on, warm)))
    'any: [{power: yes}, {heat: not low}]'
    """
    if condition.every:
        return ", ".join(map(_written, condition.parts))
    return _written(condition)


def _written(part: Claim | OnlyIf) -> str:
    if isinstance(part, Claim):
        return str(part)
    how = "all" if part.every else "any"
    return f"{how}: [{', '.join(f'{{{_written(each)}}}' for each in part.parts)}]"
