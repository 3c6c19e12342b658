"""The file that a session is kept in: replaced as a whole, and by nothing less."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from troubleshoot.cli import session_file


def test_a_new_file_is_for_its_owner(tmp_path):
    """
    A session holds private answers: a new file can be read by its owner alone.
    """
    file = tmp_path / "case.json"
    session_file.replace(file, b"one")

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
    session_file.replace(file, b"two")

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
    session_file.replace(tmp_path / "case.json", b"one")

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
        session_file.replace(file, b"two")

    assert [each.name for each in tmp_path.iterdir()] == ["case.json"]
    assert file.read_bytes() == b"one"
