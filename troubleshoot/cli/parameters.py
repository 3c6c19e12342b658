"""Names and numbers as they are typed: what can be none is refused in words."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from troubleshoot.text import one_line, shortened
from troubleshoot.tree.named import included as names
from troubleshoot.tree.overlays import is_overlay

SHOWN: Final = 60  # characters of what was typed
FEW: Final = 5  # files of a folder that are named

T = TypeVar("T")


def short(text: str) -> str:
    """What was typed, on one line and not too long for a message."""
    return shortened(one_line(text), SHOWN)


def included() -> str:
    """The names of the included trees, as the end of a sentence."""
    return f"included are {', '.join(names())}"


class Typed(click.ParamType[T]):
    """What is typed, or a sentence that says why it cannot be meant."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> T:
        """The value of the text."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return] # a default, converted already
        try:
            return self.value(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def value(self, text: str) -> T:
        """The value of the text; ``ValueError`` with a sentence if it has none."""
        raise NotImplementedError


class FileName(Typed[str]):
    """The name of a file, there or not."""

    name = "file"

    def value(self, text: str) -> str:
        """The name as it is."""
        refuse_no_name(text, "a file")
        if Path(text).is_dir():
            raise ValueError(f"'{short(text)}' is a folder; a file is expected.")
        return text


class FolderName(Typed[Path]):
    """The name of a folder, which ``exists`` or may be made."""

    name = "folder"

    def __init__(self, *, exists: bool = False) -> None:
        self.exists = exists

    def value(self, text: str) -> Path:
        """The name as a path."""
        refuse_no_name(text, "a folder")
        folder = Path(text)
        if self.exists and not folder.exists():
            raise ValueError(f"there is no folder '{short(text)}'.")
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"'{short(text)}' is a file; a folder is expected.")
        return folder


class AnyName(Typed[str]):
    """The name of a file or a folder."""

    name = "file or folder"

    def value(self, text: str) -> str:
        """The name as it is."""
        refuse_no_name(text, "a file or a folder")
        return text

    def get_missing_message(
        self,
        param: click.Parameter,  # noqa: ARG002 - click's
        ctx: click.Context | None,  # noqa: ARG002 - click's
    ) -> str:
        """What can be named."""
        return "Name a file or a folder, or several of them."


class TreeName(Typed[str]):
    """The name of one tree: a file, or one that is included."""

    name = "tree"

    def value(self, text: str) -> str:
        """The name as it is."""
        try:
            refuse_no_name(text, "a file or an included tree")
        except ValueError as error:
            raise ValueError(f"{error} {included().capitalize()}.") from None
        if Path(text).is_dir():
            raise ValueError(f"'{short(text)}' is a folder; {_trees_in(text)}.")
        return text

    def get_missing_message(
        self,
        param: click.Parameter,  # noqa: ARG002 - click's
        ctx: click.Context | None,  # noqa: ARG002 - click's
    ) -> str:
        """What a tree is, and which there are."""
        return f"TREE is a file or the name of an included tree; {included()}."


def refuse_no_name(text: str, kind: str) -> None:
    """``ValueError`` with a sentence where no file can have this name."""
    if not text.strip():
        raise ValueError(f"it is empty; {kind} is expected.")
    if "\0" in text:
        raise ValueError(f"'{short(text)}' holds a NUL, which no name can.")
    try:
        os.stat(text)  # noqa: PTH116 - Path swallows what is asked for here
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            size = f"{len(text):,} characters"
            message = f"'{short(text)}' is too long for a name ({size})."
            raise ValueError(message) from None
    except ValueError:
        raise ValueError(f"'{short(text)}' is no name of a file here.") from None


def _trees_in(folder: str) -> str:
    """Which trees are in a folder, to name one of them."""
    inside = sorted(Path(folder).glob("*.y*ml"))
    trees = (each for each in inside if each.suffix in (".yaml", ".yml"))
    found = [str(each) for each in trees if not is_overlay(each)]
    if not found:
        return "the file of a tree is expected"
    shown = [short(each) for each in found[:FEW]]
    more = [f"{len(found) - FEW} more"] if len(found) > FEW else []
    return f"name one of the files in it: {', '.join([*shown, *more])}"


class Seconds(Typed[float]):
    """A time in seconds that comes to an end."""

    name = "seconds"

    def value(self, text: str) -> float:
        """The number."""
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isnan(number) or number < 0:
            raise ValueError(f"'{short(text)}' is no number of seconds, 0 or more.")
        if math.isinf(number):
            message = f"'{short(text)}' seconds never end; leave it out for no limit."
            raise ValueError(message)
        return number


class Count(Typed[int]):
    """A whole number that is not too small."""

    name = "number"

    def __init__(self, least: int) -> None:
        self.least = least

    def value(self, text: str) -> int:
        """The number."""
        try:
            number = int(text)
        except ValueError:
            number = self.least - 1
        if number < self.least:
            message = f"'{short(text)}' is no whole number, {self.least} or more."
            raise ValueError(message)
        return number
