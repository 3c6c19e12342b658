"""Images that texts name: which files they are, and what may be in them."""

from __future__ import annotations

import os
import pickle
import struct
import zlib
from contextlib import suppress
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

import troubleshoot as ts
from troubleshoot import files
from troubleshoot.tree.blocks import pictures, rich
from troubleshoot.tree.images import MAX_BYTES, BadImage, image
from troubleshoot.tree.variables import told

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4">%s</svg>'


def png(width=3, height=2, kind=b"IDAT"):
    """A grey PNG of this size."""

    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    signature = b"\x89PNG\r\n\x1a\n"
    chunks = ((b"IHDR", head), (kind, rows), (b"IEND", b""))
    return signature + b"".join(chunk(*each) for each in chunks)


def jpeg(width=3, height=2):
    """As much of a JPEG as says its size."""
    frame = struct.pack(">BBHBHHB", 0xFF, 0xC0, 11, 8, height, width, 1) + b"\x01\x11\0"
    comment = b"\xff\xfe\x00\x06text"
    return b"\xff\xd8" + comment + b"\xff\xff" + frame + b"\xff\xda" + b"\xff\xd9"


def tree(text, variables=""):
    """A tree that explains with this text."""
    lines = "".join(f"      {each}\n" for each in text.split("\n"))
    return (
        f"format: 1\ntitle: T\n{variables}causes: {{a: , b: }}\n"
        f"questions:\n  q:\n    ask: Q?\n    given: {{a: no}}\n    how: |\n{lines}"
    )


@pytest.fixture
def folder(tmp_path):
    """A folder of trees in one that holds a secret image."""
    inner = tmp_path / "trees"
    inner.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (inner / "fuse.png").write_bytes(png())
    return inner


def problem(folder, text, **more):
    """The one problem of a tree in the folder that explains with this text."""
    file = folder / "t.yaml"
    file.write_text(tree(text))
    (found,) = ts.problems(file, **more)
    assert (found.line, found.column) == (8, 10)
    return found


def shown(loaded):
    """The images in the text of the question."""
    return [*pictures(rich(loaded.questions["q"].how))]


class TestContent:
    """
    What an image is, and how large, is what it holds.
    """

    @pytest.mark.parametrize(
        ("data", "kind", "size"),
        [
            (png(3, 2), "image/png", (3, 2)),
            (jpeg(30, 20), "image/jpeg", (30, 20)),
            (SVG % b"<path d='M0 0'/>", "image/svg+xml", (8, 4)),
            (b"\xef\xbb\xbf" + SVG % b"", "image/svg+xml", (8, 4)),
            (
                b"<?xml version='1.0'?><!-- x -->"
                + SVG.replace(b'width="8" height="4"', b'viewBox="0 0 40.5 20"') % b"",
                "image/svg+xml",
                (41, 20),
            ),
            (
                b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
                "image/svg+xml",
                (300, 150),
            ),
        ],
    )
    def test_kind_and_size(self, data, kind, size):
        """Whatever its name is."""
        found = image("x.txt", data)

        assert (found.kind, (found.width, found.height)) == (kind, size)
        assert found.uri.startswith(f"data:{kind};base64,")

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"GIF89a\x01\0\x01\0",
            b"<html><body>svg</body></html>",
            b"%PDF-1.4",
            b"root:x:0:0:root:/root:/bin/bash\n",
            png()[:-1],
            png()[:40],
            png(kind=b"IDAX"),
            png()[:50] + b"x" + png()[51:],
            png(0, 2),
            png(10_001, 1),
            png(6_000, 5_000),
            jpeg()[:14],
            jpeg(0, 2),
            b"\xff\xd8\xff",
            png() + b"\0" * MAX_BYTES,
            SVG[:-6] % b"",
        ],
    )
    def test_what_is_no_image(self, data):
        """Another kind of file, half of one, or one of a size that is none."""
        with pytest.raises(BadImage):
            image("x.png", data)

    @pytest.mark.parametrize(
        "inside",
        [
            b"<script>alert(1)</script>",
            b"<SCRIPT/>",
            b"<rect onload='alert(1)'/>",
            b"<rect ONCLICK='alert(1)'/>",
            b"<foreignObject><p/></foreignObject>",
            b"<image href='http://attacker.test/x.png'/>",
            b"<image href='/etc/passwd'/>",
            b"<image href='fuse.png'/>",
            b"<image href='data:image/svg+xml;base64,AAAA'/>",
            b"<use href='other.svg#x'/>",
            b"<a href='javascript:alert(1)'><path/></a>",
            b"<image xmlns:x='http://www.w3.org/1999/xlink' x:href='file:///x'/>",
            b"<style>@import url(http://attacker.test)</style>",
            b"<style>@\\69mport 'x'</style>",
            b"<style>rect { fill: url(http://attacker.test/#a) }</style>",
            b"<style>rect { fill: u/**/rl(http://attacker.test/#a) }</style>",
            b"<rect style='background: URL( \"//attacker.test\")'/>",
            b"<rect fill='url(other.svg#a)'/>",
            b"<set attributeName='href' to='javascript:alert(1)'/>",
            b"<iframe xmlns='http://www.w3.org/1999/xhtml'/>",
            b"<body xmlns='http://www.w3.org/1999/xhtml'/>",
            b"<rect xml:base='http://attacker.test'/>",
            b"<?xml-stylesheet href='x.css'?>",
            b"<g>" * 101 + b"</g>" * 101,
        ],
    )
    def test_an_svg_draws_and_does_nothing_else(self, inside):
        """Scripts, pages, and whatever is not in the file itself."""
        with pytest.raises(BadImage):
            image("x.svg", SVG % inside)

    @pytest.mark.parametrize(
        "data",
        [
            b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG % b"<text>&a;</text>",
            b'<!DOCTYPE svg SYSTEM "http://attacker.test/x.dtd">' + SVG % b"",
            (SVG % b"<script/>").decode().encode("utf-16"),
            SVG % b"<text>\xff</text>",
            SVG.replace(b"www.w3.org/2000/svg", b"example.org") % b"",
            SVG.replace(b'height="4"', b'height="1e9"') % b"",
            SVG.replace(b'height="4"', b'height="20000"') % b"",
        ],
    )
    def test_entities_and_other_encodings_hide_nothing(self, data):
        """What a reader might take otherwise is refused."""
        try:
            found = image("x.svg", data)
        except BadImage:
            return
        assert (found.width, found.height) == (300, 150)  # a size that is none

    def test_within_an_svg_it_may_refer(self):
        """To its own parts, and to an image that it holds."""
        inside = (
            b"<defs><path id='p'/></defs><use href='#p'/><rect fill='url(#g)'/>"
            b"<image href='data:image/png;base64,AAAA'/><text>a \\ b</text>"
        )
        assert image("x.svg", SVG % inside).width == 8

    @given(st.binary(max_size=60), st.integers(0, 60), st.booleans())
    def test_any_bytes_are_an_image_or_refused(self, data, at, replace):
        """No file makes the reader fall over."""
        for good in (png(), jpeg(), SVG % b"<g/>"):
            rest = good[at + len(data) * replace :]
            with suppress(BadImage):
                image("x", good[:at] + data + rest)


class TestFiles:
    """
    A file inside the folders that are allowed, and no other one is ever read.
    """

    def test_beside_the_tree(self, folder):
        """Alone or below, with what the author says of it."""
        (folder / "more").mkdir()
        (folder / "more" / "a b.txt").write_bytes(SVG % b"")
        file = folder / "t.yaml"
        file.write_text(tree("- *![A _fuse_](fuse.png)*\n\n![B](<more/a b.txt>)"))
        one, two = shown(ts.load(file))

        assert (one.shows, one.name, one.image.kind) == (
            "A fuse",
            "fuse.png",
            "image/png",
        )
        assert (two.shows, two.name) == ("B", "more/a b.txt")
        assert two.image.kind == "image/svg+xml"

    @pytest.mark.parametrize(
        "name",
        [
            "../secret.png",
            "/etc/hostname",
            "//attacker.test/x.png",
            "https://attacker.test/x.png",
            "data:image/png;base64,AAAA",
            "a/../../secret.png",
            "..%2Fsecret.png",
            "link.png",
            "up/secret.png",
            "C:/x.png",
            "%00.png",
        ],
    )
    def test_outside_nothing_is_read(self, folder, name, monkeypatch):
        """Whatever the path, and wherever links lead."""
        (folder / "link.png").symlink_to(folder.parent / "secret.png")
        (folder / "up").symlink_to(folder.parent)
        opened = []
        monkeypatch.setattr(
            files,
            "opened",
            lambda path, *_, was=files.opened: (
                opened.append(str(path)),
                was(path, *_),
            )[1],
        )
        found = problem(folder, f"![x]({name})")

        assert found.code == "no-image"
        assert [each for each in opened if not each.endswith("t.yaml")] == []

    def test_other_folders_may_be_allowed(self, folder):
        """By whoever reads the tree, and by nobody else."""
        file = folder / "t.yaml"
        file.write_text(tree("![x](../secret.png)"))
        allowed = [folder.parent]

        assert "--root" in problem(folder, "![x](../secret.png)").fix
        assert shown(ts.load(file, roots=allowed))[0].image
        assert ts.problems(file, roots=allowed) == ()

    @pytest.mark.parametrize("kind", ["missing", "folder", "device", "pipe", "huge"])
    def test_what_cannot_be_read(self, folder, kind):
        """Nobody waits for a pipe, a device, or a file without an end."""
        name = folder / "x.png"
        match kind:
            case "folder":
                name.mkdir()
            case "device":
                name.symlink_to("/dev/zero")
            case "pipe":
                os.mkfifo(name)
            case "huge":
                with name.open("wb") as file:
                    file.write(png())
                    file.truncate(1 << 40)
        found = problem(folder, "![x](x.png)")

        assert found.code == ("bad-image" if kind == "huge" else "no-image")
        assert "'x.png'" in found.message

    def test_a_slip_is_noticed(self, folder):
        """The image that is meant is named."""
        assert "'fuse.png'" in problem(folder, "![x](fuze.png)").fix

    def test_a_file_that_changes_is_what_was_read(self, folder):
        """A link that is put in its place leads nowhere."""
        path, other = folder / "x.png", folder / "y.png"
        stop = []

        def swap():
            while not stop:
                path.unlink(missing_ok=True)
                path.symlink_to(folder.parent / "secret.txt")
                other.write_bytes(png())
                other.replace(path)

        (folder.parent / "secret.txt").write_text("secret")
        path.write_bytes(png())
        file = folder / "t.yaml"
        file.write_text(tree("![x](x.png)"))
        thread = Thread(target=swap)
        thread.start()
        try:
            for _ in range(50):
                loaded = ts.problems(file)
                assert all("secret" not in str(each) for each in loaded)
        finally:
            stop.append(True)
            thread.join()

    def test_a_text_without_a_file_has_none(self):
        """It is said, and where to put it."""
        with pytest.raises(ts.TreeError) as caught:
            ts.loads(tree("![x](fuse.png)"))

        (found,) = caught.value.problems
        assert found.code == "no-image"
        assert "no file" in found.message

    def test_an_image_without_words_is_a_problem(self, folder):
        """Whoever does not see it has nothing else."""
        for text in ("![](fuse.png)", "![ ](fuse.png)"):
            assert problem(folder, text).code == "no-alt-text"

    def test_there_is_an_end_to_them(self, folder, monkeypatch):
        """A hostile tree does not fill the memory."""
        monkeypatch.setattr("troubleshoot.tree.illustrate.MOST", 3)
        text = "\n".join(f"![x]({'./' * i}fuse.png)" for i in range(5))
        file = folder / "t.yaml"
        file.write_text(tree(text))

        assert {each.code for each in ts.problems(file)} == {"bad-image"}


def test_a_tree_with_images_is_one_value(folder):
    """
    It is sent with them, and they are no part of which tree it is.
    """
    file = folder / "t.yaml"
    file.write_text(tree("![{m}](fuse.png)", "variables: {m: the fuse}\n"))
    loaded = ts.load(file)
    other = told(loaded, {"m": "**X**"})
    parts = pickle.dumps((loaded, other, other.begin()))
    (folder / "fuse.png").unlink()
    sent, told_, session = pickle.loads(parts)  # noqa: S301 - written here

    assert loaded == other == sent == told_ == session.tree
    assert shown(sent) == shown(loaded)
    assert shown(told_) == shown(other) == shown(session.tree) or shown(session.tree)
    assert shown(other)[0].shows == "**X**"
    (folder / "fuse.png").write_bytes(png(5, 5))
    assert ts.load(file).fingerprint == loaded.fingerprint


def test_what_a_part_shows_is_beside_the_part(folder):
    """
    A tree that includes another one shows its images, found from its folder.
    """
    (folder / "net").mkdir()
    (folder / "net" / "lamp.svg").write_bytes(SVG % b"")
    (folder / "net" / "dns.yaml").write_text(tree("![lamp](lamp.svg)"))
    file = folder / "t.yaml"
    file.write_text(
        "format: 1\ntitle: T\ncauses: {dns: {include: ./net/dns.yaml}, c: }\n"
    )
    loaded = ts.load(file)
    (one,) = pictures(rich(loaded.questions["dns.q"].how))
    sent = pickle.loads(pickle.dumps(loaded))  # noqa: S301 - written here

    assert one.image.kind == "image/svg+xml"
    assert [*pictures(rich(sent.questions["dns.q"].how))] == [one]
    assert ts.Registry(folder).load("t") == loaded
