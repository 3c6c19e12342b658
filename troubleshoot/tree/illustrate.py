"""
Texts with the images that they name: found, read and checked, or what is wrong.

An image is a file inside the folder of the tree, or inside another one that is allowed;
which file a name means, and what it holds, is asked of whoever reads the tree.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from troubleshoot.tree.images import BadImage, ImageFile, image
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.texts import path_of, reworded, rewritten
from troubleshoot.tree.told import Told
from troubleshoot.tree.variables import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.tree.problems import Complaints
    from troubleshoot.tree.source import Path
    from troubleshoot.tree.texts import TreeText
    from troubleshoot.tree.tree import Tree


MARK: Final = "!["  # without it a text has no image, and need not be parsed
MOST: Final = 100  # images of a tree
MOST_BYTES: Final = 20_000_000  # of all of them together


class NoImage(ValueError):
    """An image cannot be had; the text says why, ``fix`` what to do."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class FoundImage(NamedTuple):
    """What a name means: which file it is, and what it holds."""

    file: str
    data: bytes


class Images(Protocol):
    """Whoever has the files that texts name."""

    def image(self, name: str, file: str) -> FoundImage:
        """The image that a text of this file calls so. Raises ``NoImage``."""


def files_of(tree: Tree) -> tuple[str, ...]:
    """The files of the images that the tree was read with."""
    origin = tree.original._origin  # noqa: SLF001 - where it was read from
    return () if origin is None else tuple(it.file for it in origin.images.values())


def linked_from(tree: Tree, folder: FilePath) -> Tree:
    """The tree whose images are found from this folder by pages that hold none."""

    def say(it: TreeText) -> str:
        images: Mapping[str, ImageFile] = getattr(it.text, "images", {})
        if not images:
            return it.text
        moved = {name: _linked_from(each, folder) for name, each in images.items()}
        return Told(str(it.text), None, ReadOnly(moved), explains=it.form == "explains")

    return told(reworded(tree, say), tree.values)


def _linked_from(image: ImageFile, folder: FilePath) -> ImageFile:
    if not image.file:
        return image
    try:
        way = os.path.relpath(image.file, folder.resolve())
    except ValueError:  # on another drive
        return replace(image, link=FilePath(image.file).as_uri())
    return replace(image, link=FilePath(way).as_posix())


class Illustrator:
    """One pass over the texts of a tree."""

    def __init__(
        self, found: Images, complaints: Complaints, causes: Mapping[str, Path]
    ) -> None:
        self.found = found
        self.complaints = complaints
        self.causes = causes
        self.read: dict[tuple[str, str], ImageFile] = {}
        self.asked: set[tuple[str, str]] = set()
        self.bytes = 0

    @property
    def sent(self) -> Mapping[tuple[str, str], FoundImage]:
        """The images as whoever has no files needs them."""
        found = ((key, FoundImage(it.file, it.data)) for key, it in self.read.items())
        return ReadOnly(found)

    def illustrated(self, tree: Tree) -> Tree:
        """The tree whose texts have their images; what is wrong is noted."""
        return rewritten(tree, self.text)

    def text(self, it: TreeText) -> str:
        """The text with its images, as far as they are in order."""
        if MARK not in it.text or it.form != "explains":
            return it.text
        # The parser takes its time to load, and most trees have no image.
        from troubleshoot.tree.blocks import pictures, rich  # noqa: PLC0415

        path = path_of(it.key, self.complaints, self.causes)
        images = {}
        for each in pictures(rich(it.text)):
            if not each.shows.strip():
                self.note(
                    "no-alt-text",
                    path,
                    f"nothing says what is to be seen on '{each.name}'",
                    f"write it between the brackets: '![…]({each.name})'.",
                )
            if known := self.image(each.name, path):
                images[each.name] = known
        if not images:
            return it.text
        return Told(it.text, None, ReadOnly(images), explains=True)

    def image(self, name: str, path: Path) -> ImageFile | None:
        """The image, which is read once, and complained of once."""
        file = self.complaints.source.file_of(path)
        key = (file, name)
        if key in self.asked:
            return self.read.get(key)
        self.asked.add(key)
        try:
            self.read[key] = self.checked(name, file)
        except NoImage as error:
            self.note("no-image", path, f"'{name}': {error}", error.fix)
        except BadImage as error:
            fix = "save it as PNG, JPEG or plain SVG, smaller than 1 MB."
            self.note("bad-image", path, f"'{name}': {error}", fix)
        return self.read.get(key)

    def checked(self, name: str, file: str) -> ImageFile:
        """The image of a file; ``NoImage`` or ``BadImage`` where there is none."""
        if len(self.asked) > MOST or self.bytes > MOST_BYTES:
            most = f"{MOST} images or {MOST_BYTES:,} bytes of images"
            raise BadImage(f"the tree has more than {most}: that is the limit")
        found = self.found.image(name, file)
        self.bytes += len(found.data)
        link = name
        if file != self.complaints.source.file:  # a part, which has its own folder
            own = FilePath(self.complaints.source.file).parent
            link = FilePath(
                os.path.relpath(FilePath(file).parent / name, own)
            ).as_posix()
        return replace(image(name, found.data), link=link, file=found.file)

    def note(self, code: str, path: Path, message: str, fix: str) -> None:
        """Note a problem of a text."""
        self.complaints.note(code, path, message, fix=fix)
