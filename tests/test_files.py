"""
Whatever a path leads to, reading it ends soon, and in words.

A file is replaced as a whole, and by nothing less.
"""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

import troubleshoot as ts
from troubleshoot import files

ENDLESS = [each for each in ("/dev/zero", "/dev/urandom") if os.path.exists(each)]  # noqa: PTH110 - at import


def _folder(path):
    path.mkdir()


def _socket(path):
    with socket.socket(socket.AF_UNIX) as each:
        each.bind(str(path))


KINDS = {"folder": _folder, "pipe": os.mkfifo, "socket": _socket}


@pytest.fixture(params=KINDS)
def odd(request, tmp_path, monkeypatch):
    """The path of something that is there and no regular file, and its kind."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "odd"
    KINDS[request.param](path.relative_to(tmp_path))
    return path, request.param


def soon(call):
    """What the call raises; it must not wait for somebody to write to a pipe."""
    raised = []

    def run():
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever it is
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return raised[0]


def test_what_is_no_file_is_refused_and_named(odd):
    """
    A folder, a pipe and a socket are never read, and the error says which it is.
    """
    path, kind = odd

    error = soon(lambda: files.read(path, 10))
    assert isinstance(error, files.NotAFile)
    assert kind in error.strerror


@pytest.mark.parametrize("path", ENDLESS)
def test_devices_are_refused(path):
    """
    A device that never ends is not even opened.
    """
    with pytest.raises(files.NotAFile, match="device"):
        files.read(path, 10)


@pytest.mark.parametrize(
    ("size", "read"), [(0, 0), (9, 9), (10, 10), (11, 11), (99, 11)]
)
def test_no_more_is_read_than_one_byte_over_the_limit(tmp_path, size, read):
    """
    A file over the limit is known by one byte more, however large it is.
    """
    file = tmp_path / "file"
    file.write_bytes(b"x" * size)

    assert files.read(file, 10) == b"x" * read


@pytest.mark.parametrize("name", ["x" * 5_000, "nul\0", "half\ud800", "nowhere", ""])
def test_any_text_may_be_asked_for_as_a_file(name):
    """
    A name that no file can have is an ``OSError`` with a sentence, like a missing one.
    """
    assert not files.is_there(name) or name == ""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - of any number
        files.read(name, 10)

    assert caught.value.strerror


READERS = {
    "load": (ts.load, ts.TreeError),
    "journal": (ts.Journal, ts.JournalError),
    "journal read": (ts.Journal.read, ts.JournalError),
    "registry": (lambda path: ts.Registry(path.parent).load("odd"), ts.TreeError),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_refuses_what_is_no_file(odd, reader):
    """
    Trees and journals are read from regular files; all else is an error of ours.
    """
    path, _ = odd
    path = path.rename(path.with_name("odd.yaml"))
    read, expected = READERS[reader]

    assert isinstance(soon(lambda: read(path)), expected)


def test_problems_of_what_is_no_file_are_one(odd):
    """
    ``ts.problems`` says that it cannot be read, and what it is.
    """
    path, kind = odd

    (problem,) = ts.problems(path)
    assert problem.code == "unreadable"
    assert kind in problem.message


def test_a_template_that_is_no_file_is_an_error_in_words(tmp_path):
    """
    A house's template is read like any other file.
    """
    os.mkfifo(tmp_path / "runbook.md.j2")
    small = ts.loads("format: 1\ntitle: T\ncauses: {a: {}, b: {}}\n")

    error = soon(lambda: ts.render(small, "markdown", templates=tmp_path))
    assert isinstance(error, ts.RenderError)
    assert "a pipe" in str(error)


def test_a_new_file_is_for_its_owner(tmp_path):
    """
    A session holds private answers: a new file can be read by its owner alone.
    """
    file = tmp_path / "case.json"
    files.replace(file, b"one")

    assert file.read_bytes() == b"one"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o600])
def test_who_may_read_a_file_may_read_the_next(tmp_path, mode):
    """
    A file that is replaced keeps its permissions.
    """
    file = tmp_path / "case.json"
    file.write_bytes(b"one")
    file.chmod(mode)
    files.replace(file, b"two")

    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_file_is_replaced_in_order(tmp_path, monkeypatch):
    """
    The bytes are on the disk before they get the name, and the name thereafter.
    """
    done = []
    replace, sync = Path.replace, os.fsync

    def synced(handle):
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        done.append("folder" if folder else "file")
        sync(handle)

    def replaced(written, path):
        done.append("name")
        return replace(written, path)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    files.replace(tmp_path / "case.json", b"one")

    assert done == ["file", "name", "folder"]


def test_what_fails_leaves_nothing(tmp_path, monkeypatch):
    """
    When the new bytes cannot be written, the old ones stay, and nothing else.
    """

    def full(_):
        raise OSError(28, "No space left on device")

    file = tmp_path / "case.json"
    file.write_bytes(b"one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.replace(file, b"two")

    assert [each.name for each in tmp_path.iterdir()] == ["case.json"]
    assert file.read_bytes() == b"one"


class TestInside:
    """
    A text of a tree names files inside the folders that are allowed, and no others.
    """

    @pytest.fixture
    def folder(self, tmp_path):
        """A folder of trees in one that holds a secret, and links both ways."""
        (tmp_path / "trees" / "home").mkdir(parents=True)
        (tmp_path / "trees" / "fuse.png").touch()
        (tmp_path / "secret").touch()
        (tmp_path / "trees" / "way-out").symlink_to(tmp_path)
        (tmp_path / "trees" / "home" / "way-in").symlink_to(tmp_path / "trees")
        return (tmp_path / "trees" / "home").resolve()

    @pytest.mark.parametrize(
        "name", ["../fuse.png", "./../fuse.png", "way-in/fuse.png", "x/../../fuse.png"]
    )
    def test_any_way_that_ends_inside_is_one(self, folder, name):
        """
        Where a path ends counts, links followed; the way does not.
        """
        found = files.inside(name, folder, [folder.parent])

        assert found == folder.parent / "fuse.png"

    def test_what_is_not_there_may_be_named(self, folder):
        """
        That there is no such file is said when it is read.
        """
        assert files.inside("a/b.png", folder, [folder]) == folder / "a" / "b.png"

    @pytest.mark.parametrize(
        "name",
        [
            "../../secret",
            "../../nothing",
            "../way-out/secret",
            "way-in/way-out/secret",
            "../way-out/trees-too/x",
            "/etc/passwd",
            "//host/share",
            "C:/secret",
            "file:///etc/passwd",
            "..\\..\\secret",
            "\\secret",
            "a\0b",
            "a\nb",
            "a\u202eb",
            "\ud800",
            " ",
            "",
        ],
    )
    def test_whatever_leads_out_is_refused(self, folder, name):
        """
        Absolute paths, other systems' ones, links that lead out, and odd characters.
        """
        with pytest.raises(files.NotAllowed) as caught:
            files.inside(name, folder, [folder.parent])

        assert caught.value.strerror

    def test_a_sibling_of_the_root_is_outside(self, folder):
        """
        A folder whose name begins as that of the root does is another one.
        """
        (folder.parent / "home-two").mkdir()

        with pytest.raises(files.NotAllowed):
            files.inside("../home-two/x", folder, [folder])
