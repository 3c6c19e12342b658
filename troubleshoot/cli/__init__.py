"""
The command line: parse, call, print.

Each verb is a module of this room with a ``command``, imported when it is picked, so
that ``troubleshoot --version`` waits for nothing.

Exit codes: 0 fine, 1 problems found, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import sys
from importlib import import_module
from typing import Any, Final

import click

from troubleshoot._version import __version__
from troubleshoot.cli.refused import Refused
from troubleshoot.errors import TroubleshootError, did_you_mean, nearest

__all__ = ["main"]

INTERRUPTED: Final = 130

# The first line of each verb's help; a test keeps the two alike.
VERBS: Final = {
    "run": "Lead from the symptom to its cause, one question at a time.",
    "list": "List the trees there are, or those that fit a complaint.",
    "next": "Say what to do next, given what is known.",
    "check": "Report everything that is wrong with tree files.",
    "show": "Show the causes of a tree and how likely each is.",
    "plan": "Work out what to do after every answer, and prove how good it is.",
    "render": "Make pages of trees, to print or to click through.",
    "i18n": "Keep the texts of trees in other words.",
    "replay": "Say which saved sessions end differently on a tree that was edited.",
    "new": "Write a commented tree to begin with.",
    "schema": "Print the JSON Schema of tree files, for editors.",
}


MODULES: Final = {"list": "listing"}  # else 'list' would be a module in this one


class Verbs(click.Group):
    """The verbs, each imported when it is picked; failures as one clear message."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        cmd_name: str,
    ) -> click.Command | None:
        """The command of a verb."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"troubleshoot.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, its name and the arguments left; a misspelt one is named."""
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            hint = did_you_mean(nearest(name, VERBS))
            ctx.fail(f"there is no command '{name}'{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        formatter: click.HelpFormatter,
    ) -> None:
        """List the verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        """Run the verb that was picked; whatever goes wrong ends in one message."""
        accept_any_text()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None
        except TroubleshootError as error:
            raise Refused(str(error)) from error
        except Exception as error:
            # A reader that left, such as `head`: click ends quietly.
            is_pipe = isinstance(error, OSError) and error.errno == errno.EPIPE
            if is_pipe or sys.flags.dev_mode:
                raise
            raise Refused(unexpected(error)) from error


def accept_any_text() -> None:
    """Replace what a stream's encoding does not have, rather than fail on it."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def unexpected(error: Exception) -> str:
    """The message for what no other message foresaw."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    if isinstance(error, MemoryError | RecursionError):
        return "this is too large for the memory at hand."
    return (
        f"a fault of troubleshoot itself, please report it: {error}\n"
        "'python -X dev -m troubleshoot …' shows where it happened."
    )


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="Try: troubleshoot run home/no-internet",
)
@click.version_option(__version__, prog_name="troubleshoot")
def main() -> None:
    """
    From a symptom to its root cause, the most telling question first.

    A tree file says what can be wrong, what can be asked and what can be done.
    """
