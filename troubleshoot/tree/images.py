"""
Images that texts name: what they are is decided by what they hold, not by their name.

PNG, JPEG and SVG of up to a megabyte are taken, of a size that a screen can show. An
SVG may draw and nothing else: one that could run a script, read another file or grow
by its entities is refused, so that it is as harmless as the others wherever it stands.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator


MAX_BYTES: Final = 1_000_000
MAX_SIDE: Final = 10_000  # pixels
MAX_PIXELS: Final = 25_000_000  # a photograph of a telephone has half of that
MAX_DEPTH: Final = 100  # elements of an SVG in each other

PNG: Final = b"\x89PNG\r\n\x1a\n"
# Start of frame, in all its forms, and the markers that stand without a length.
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
SVG: Final = "{http://www.w3.org/2000/svg}"
LENGTH: Final = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(?:px|pt|mm|cm|in|em|ex|pc)?\s*")
DEFAULT_SIZE: Final = (300, 150)  # of an SVG that says none, in browsers
NOT_DRAWING: Final = frozenset(
    "script foreignobject iframe object embed audio video handler listener".split()  # noqa: SIM905
)
REFERENCE: Final = re.compile(r"url\s*\(\s*[\"']?\s*(?!#)", re.IGNORECASE)
WITHIN: Final = re.compile(r"\s*(?:#|data:image/(?:png|jpeg);base64,)")
OBEYED: Final = re.compile(
    r"@import|expression\s*\(|javascript:|\\", re.IGNORECASE
)  # in a style, where a backslash may hide any word


class BadImage(ValueError):
    """What is in a file is no image that can be shown; the text says why."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """
    An image as it was read: its name in texts, what it is, and its size in pixels.

    ``link`` is how a page that holds no images leads to it, ``file`` where it is, or
    empty where nobody knows.
    """

    name: str
    kind: str
    data: bytes = field(repr=False)
    width: int
    height: int
    link: str
    file: str = ""

    @property
    def uri(self) -> str:
        """The whole image as an address."""
        return f"data:{self.kind};base64,{b64encode(self.data).decode('ascii')}"

    @property
    def ending(self) -> str:
        """How the name of a file with it ends."""
        return {"image/png": "png", "image/jpeg": "jpg"}.get(self.kind, "svg")


def image(name: str, data: bytes) -> ImageFile:
    """
    The image that a file holds.

    Raises:
        BadImage: it holds none, or one that cannot be shown.
    """
    if len(data) > MAX_BYTES:
        raise BadImage(f"it has more than {MAX_BYTES:,} bytes: that is the limit")
    if data.startswith(PNG):
        kind, (width, height) = "image/png", _png(data)
    elif data.startswith(b"\xff\xd8\xff"):
        kind, (width, height) = "image/jpeg", _jpeg(data)
    elif b"<svg" in data.lower() or b":svg" in data.lower():
        kind, (width, height) = "image/svg+xml", _svg(data)
    else:
        raise BadImage("it is no PNG, JPEG or SVG, whatever its name says")
    if not (width > 0 and height > 0):
        raise BadImage("it has no size")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise BadImage(f"it is {width} by {height} pixels, more than can be shown")
    return ImageFile(name, kind, data, width, height, name)


def _png(data: bytes) -> tuple[int, int]:
    """Width and height, once all chunks are there and whole."""
    chunks = dict(_chunks(data))
    if not chunks.keys() >= {b"IHDR", b"IDAT", b"IEND"}:
        raise BadImage("the PNG is cut off or damaged")
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    return width, height


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, kind = len(PNG), b""
    while kind != b"IEND" and at + 12 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        check = data[at + 8 + size : at + 12 + size]
        short = kind == b"IHDR" and size < 13  # noqa: PLR2004 - by the standard
        if short or check != struct.pack(">I", zlib.crc32(kind + body)):
            raise BadImage("the PNG is cut off or damaged")
        yield kind, body
        at += 12 + size


def _jpeg(data: bytes) -> tuple[int, int]:
    """Width and height, from the frame that the segments lead to."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker = data[at + 1]
        if marker == 0xFF or marker in BARE:  # noqa: PLR2004 - a byte that fills
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        if marker in FRAMES and b"\xff\xd9" in data[at:]:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise BadImage("the JPEG is cut off or damaged")


def _svg(data: bytes) -> tuple[int, int]:
    """Width and height, once nothing in it does more than draw."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadImage("the SVG is not UTF-8 text") from None
    if re.search(r"<!(?:doctype|entity)|<\?(?!xml\s)", text, re.IGNORECASE):
        raise BadImage("the SVG has a DOCTYPE, entities or instructions")
    try:
        # Without a DOCTYPE there are no entities to expand, and no files to read.
        root = ET.fromstring(text)  # noqa: S314
    except (ET.ParseError, ValueError, RecursionError):
        raise BadImage("the SVG is not well-formed XML") from None
    if root.tag != f"{SVG}svg":
        raise BadImage("it is no SVG: the outermost element is another one")
    _refuse_more_than_drawing(root)
    return _size(root)


def _refuse_more_than_drawing(root: ET.Element) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadImage(f"the SVG is nested more than {MAX_DEPTH} levels deep")
        for each in level:
            name = str(each.tag).rpartition("}")[2].lower()
            if not str(each.tag).startswith(SVG) and name in ("html", "body"):
                raise BadImage("the SVG holds a page")
            if name in NOT_DRAWING:
                raise BadImage(f"the SVG holds '{name}', and may only draw")
            if name == "style":
                _refuse_style("".join(each.itertext()))
            for key, value in each.attrib.items():
                _refuse_attribute(key.rpartition("}")[2].lower(), value)
        level = [child for each in level for child in each]


def _refuse_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise BadImage(f"the SVG would run what stands under '{name}'")
    if name in ("href", "src") and not WITHIN.match(value):
        raise BadImage("the SVG refers to something outside of it")
    if name == "attributename" and value.strip().lower().endswith("href"):
        raise BadImage("the SVG changes what it refers to")
    if name == "base":
        raise BadImage("the SVG refers to something outside of it")
    _refuse_style(value)


def _refuse_style(text: str) -> None:
    """A style, or the value of an attribute, that leads out of the file."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    if REFERENCE.search(plain) or OBEYED.search(plain):
        raise BadImage("the style of the SVG refers to something outside of it")


def _size(root: ET.Element) -> tuple[int, int]:
    found = [LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
    if all(found):
        width, height = (float(each[1]) for each in found if each)
    else:
        box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
        try:
            width, height = (float(each) for each in box[2:4])
        except ValueError:
            width, height = DEFAULT_SIZE
    if not (math.isfinite(width) and math.isfinite(height)):
        raise BadImage("it has no size")
    return math.ceil(width), math.ceil(height)
