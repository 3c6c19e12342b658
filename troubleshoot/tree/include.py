"""
What a tree file includes: other files, found, and read once each.

A group says ``include: ./dns.yaml``. The other file is read, checked and linked on its
own, so that what is wrong in it is said of it, and then grafted under the group.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import ValidationError

from troubleshoot import files
from troubleshoot.errors import nearest
from troubleshoot.tree.graft import Grafting, Included, NotIncluded, measured
from troubleshoot.tree.illustrate import FoundImage, NoImage
from troubleshoot.tree.images import MAX_BYTES as IMAGE_BYTES
from troubleshoot.tree.named import located
from troubleshoot.tree.read_only import ReadOnly
from troubleshoot.tree.schema import ID_PATTERN, IncludePart
from troubleshoot.tree.source import MAX_BYTES, Block, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from troubleshoot.tree.source import Path as At
    from troubleshoot.tree.source import Read
    from troubleshoot.tree.tree import Tree


MAX_CHAIN: Final = 8  # files that include each other in a row, the first one counted
MAX_FILES: Final = 100
IMAGES: Final = (".png", ".jpg", ".jpeg", ".svg")
YAML: Final = (".yaml", ".yml")


class FoundFile(NamedTuple):
    """A file that another one includes: which one it is, and what it holds."""

    id: str  # the same for every way to name it
    file: str  # its name in problems
    data: bytes
    roots: tuple[Path, ...]  # where it may include from


class Disk:
    """Files by what trees call them; ``read`` is what was found, to be sent along."""

    def __init__(self) -> None:
        self.read: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.images: dict[tuple[str, str], FoundImage] = {}

    def find(self, name: str, file: str, roots: tuple[Path, ...]) -> FoundFile:
        """The file that another one calls so. Raises ``NotIncluded``."""
        folder = Path(file).parent
        try:
            if found := located(name):
                path, roots = found.file.resolve(), (found.root,)
                shown = str(found.file)
            else:
                path = files.inside(name, folder, roots)
                shown = os.path.normpath(folder / name)
            data = files.read(path, MAX_BYTES)
        except files.NotAllowed as error:
            fix = "name a file in the folder of this one, or allow its folder: "
            fix += "'--root FOLDER', 'load(…, roots=[…])'."
            raise NotIncluded(f"'{name}': {error.strerror}", fix) from None
        except OSError as error:
            message = f"'{name}' cannot be read: {error.strerror}"
            raise NotIncluded(message, _meant(name, folder)) from None
        self.read[file, name] = shown, data
        return FoundFile(str(path), shown, data, roots)

    def image(self, name: str, file: str, roots: tuple[Path, ...]) -> FoundImage:
        """The image that a text of a file calls so. Raises ``NoImage``."""
        if (file, name) in self.images:
            return self.images[file, name]
        folder = Path(file).parent
        try:
            path = files.inside(name, folder, roots)
            data = files.read(path, IMAGE_BYTES)
            moved = files.inside(name, folder, roots) != path
        except files.NotAllowed as error:
            fix = "put it into the folder of this file, or allow its folder: "
            fix += "'--root FOLDER', 'load(…, roots=[…])'."
            raise NoImage(f"{error.strerror}", fix) from None
        except OSError as error:
            message = f"it cannot be read: {error.strerror}"
            raise NoImage(message, _meant(name, folder, IMAGES)) from None
        if moved:
            raise NoImage("it was put elsewhere while it was read")
        self.images[file, name] = FoundImage(str(path), data)
        return self.images[file, name]


def _meant(name: str, folder: Path, endings: tuple[str, ...] = YAML) -> str:
    """The file beside the one that is not there, in a sentence; mostly empty."""
    try:
        beside = [
            x.name for x in (folder / name).parent.iterdir() if x.suffix in endings
        ]
    except OSError:
        return ""
    near = nearest(Path(name).name, beside)
    way = name.removesuffix(Path(name).name)
    return f"did you mean '{way}{near[0]}'?" if near else ""


class Sent:
    """Files that came along with a text, as ``Disk.read`` has them, or none."""

    def __init__(
        self,
        read: Read,
        images: Mapping[tuple[str, str], FoundImage] = ReadOnly(),
    ) -> None:
        self.read, self.images = read, images

    def image(self, name: str, file: str, _: tuple[Path, ...]) -> FoundImage:
        """The image that a text of a file calls so. Raises ``NoImage``."""
        if (file, name) not in self.images:
            fix = "put the text into a file beside it, and load that."
            raise NoImage("a text that is in no file has no images", fix)
        return self.images[file, name]

    def find(self, name: str, file: str, roots: tuple[Path, ...]) -> FoundFile:
        """The file that another one calls so. Raises ``NotIncluded``."""
        if (file, name) not in self.read:
            fix = "put both into files of one folder, and load the first one."
            raise NotIncluded("a text that is in no file includes nothing", fix)
        shown, data = self.read[file, name]
        return FoundFile(shown, shown, data, roots)


class Chain(NamedTuple):
    """Files that include each other in a row; ``roots`` are those of the last."""

    ids: tuple[str, ...]
    files: tuple[str, ...]
    roots: tuple[Path, ...] = ()


@dataclass(slots=True)
class Inclusion:
    """
    All files that one load reads, each once; ``link`` makes a tree of a file.

    ``parts`` has them by their id; the one that was asked for comes last.
    """

    found: Disk | Sent
    link: Callable[[bytes, str, Inclusion, Chain], tuple[Tree | None, Source]]
    sources: list[Source] = field(default_factory=list)
    parts: dict[str, Included] = field(default_factory=dict)
    _roots: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    _graftings: dict[int, Grafting] = field(default_factory=dict)

    def opened(self, source: Source) -> Source:
        """A file that was just read, as one of all these."""
        source.files, source.read = self.sources, self.found.read
        self.sources.append(source)
        return source

    def enter(self, data: bytes, chain: Chain) -> Included:
        """Read the last file of a chain, and all that it includes."""
        number = len(self.sources)
        self._roots[chain.files[-1]] = chain.roots
        tree, source = self.link(data, chain.files[-1], self, chain)
        grafting = self._graftings.get(number)
        entries, depth = (0, 0) if tree is None else measured(source.root)
        part = Included(
            id=chain.ids[-1],
            number=number,
            source=source,
            tree=tree,
            size=grafting.size if grafting else len(data),
            entries=entries,
            depth=depth,
            grafts=tuple(grafting.grafts) if grafting else (),
        )
        self.parts[part.id] = part
        return part

    def image(self, name: str, file: str) -> FoundImage:
        """The image that a text of a file calls so. Raises ``NoImage``."""
        return self.found.image(name, file, self._roots[file])

    def resolve(self, source: Source, chain: Chain) -> None:
        """Put what a file includes into its value."""
        if "include" not in source.text:
            return  # which is quicker than to look at all causes
        if not (groups := tuple(_groups(source.root))):
            return
        grafting = Grafting(source)
        parts: list[tuple[At, Block, Included]] = []
        for path, block in groups:
            try:
                parts.append((path, block, self.part(block["include"], chain)))
            except NotIncluded as error:
                grafting.refuse(path, error)
        # In a tree that has variables anywhere, braces are read everywhere.
        grafting.has_variables |= any(
            bool(part.source.root.get("variables")) for *_, part in parts if part.tree
        )
        for path, block, part in parts:
            try:
                grafting.graft(path, block, part)
            except NotIncluded as error:
                grafting.refuse(path, error)
        grafting.finish()
        number = next(i for i, each in enumerate(self.sources) if each is source)
        self._graftings[number] = grafting

    def part(self, name: str, chain: Chain) -> Included:
        """What the last file of a chain calls so. Raises ``NotIncluded``."""
        found = self.found.find(name, chain.files[-1], chain.roots)
        row = (*chain.files, found.file)
        if found.id in chain.ids:
            circle = " → ".join(row[chain.ids.index(found.id) :])
            message = f"these files include each other: {circle}"
            raise NotIncluded(message, "take one of them out.", "cycle")
        if len(row) > MAX_CHAIN:
            message = f"more than {MAX_CHAIN} files include each other in a row"
            raise NotIncluded(f"{message}: {' → '.join(row)}", code="too-large")
        if found.id not in self.parts:
            if len(self.sources) >= MAX_FILES:
                message = f"more than {MAX_FILES} files come together here"
                raise NotIncluded(f"{message}: that is the limit", code="too-large")
            below = Chain((*chain.ids, found.id), row, found.roots)
            self.enter(found.data, below)
        return self.parts[found.id]


def _groups(root: Block) -> Iterator[tuple[At, Block]]:
    """The groups of a file that include another, as far as they say so properly."""
    return _groups_below(root.get("causes"), ("causes",))


def _groups_below(causes: object, path: At) -> Iterator[tuple[At, Block]]:
    for id, cause in causes.items() if isinstance(causes, Block) else ():
        if not isinstance(cause, Block):
            continue
        if "include" not in cause:
            yield from _groups_below(cause.get("causes"), (*path, id, "causes"))
        elif re.fullmatch(ID_PATTERN, id) and _is_proper(cause):
            yield (*path, id), cause


def _is_proper(block: Block) -> bool:
    try:
        IncludePart.model_validate(block)
    except ValidationError:
        return False
    return not block.doubled
