"""What the command line says when it cannot do what was asked."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import click

from troubleshoot.errors import AnswerError, ArgumentError, SessionError, UnknownName
from troubleshoot.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator


PROBLEMS: Final = 1
WRONG_USAGE: Final = 2


class Refused(click.ClickException):
    """One clear message on standard error, and the exit code."""

    def __init__(self, message: str, *, code: int = PROBLEMS) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc] # click reads it from the instance

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message, without anything that a terminal would obey."""
        click.echo(f"error: {clean(self.message)}", file=file, err=file is None)


@contextmanager
def wrong_usage(where: str) -> Iterator[None]:
    """Names and answers that do not fit are the fault of ``where``: exit code 2."""
    try:
        yield
    except (UnknownName, AnswerError, ArgumentError, SessionError) as error:
        raise Refused(f"{where}: {error}", code=WRONG_USAGE) from error


@contextmanager
def wrong_options(of: str = "") -> Iterator[None]:
    """The same of all that a session is begun with; a wrong fact names ``--fact``."""
    try:
        yield
    except (UnknownName, AnswerError) as error:
        raise Refused(f"--fact{of}: {error}", code=WRONG_USAGE) from error
    except (ArgumentError, SessionError) as error:
        raise Refused(f"the options{of}: {error}", code=WRONG_USAGE) from error
