"""Who takes the steps, with what, and how they are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from troubleshoot.session.events import Closed
from troubleshoot.session.strategy import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.strategy import Strategy

SOMEBODY: Final = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Closed):
    """
    What a session is begun with.

    None under ``by`` and ``has`` means that everybody and everything is at hand.
    """

    by: tuple[str, ...] | None = None
    has: tuple[str, ...] | None = None
    strategy: str = "information"

    @property
    def actor(self) -> str:
        """Who is said to have done what is recorded."""
        return self.by[0] if self.by else SOMEBODY


def options(
    by: str | Iterable[str] | None,
    has: str | Iterable[str] | None,
    strategy: str | Strategy,
) -> Options:
    """
    Checked options; one name stands for a list of one.

    Raises:
        ValueError: the strategy is not known.
    """
    return Options(by=_names(by), has=_names(has), strategy=name_of(strategy))


def _names(names: str | Iterable[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    return (names,) if isinstance(names, str) else tuple(names)
