"""``troubleshoot replay``: saved sessions on a tree that was edited."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import troubleshoot as ts
from troubleshoot.cli import replay, terminal


@pytest.fixture
def cases(desk):
    """Three sessions with the lamp: found the fuse, fixed by the plug, unfinished."""
    lamp = ts.load("lamp.yaml")
    folder = desk / "cases"
    (folder / "old").mkdir(parents=True)
    for name, session in (
        ("fuse.json", lamp.begin().answer("plug", "yes").answer("volts", 3)),
        ("old/plug.json", lamp.begin({"plug": "no"}).tried("plug-in", fixed=True)),
        ("open.json", lamp.begin().answer("plug", "yes")),
    ):
        session.next_step()
        (folder / name).write_text(session.to_json(), encoding="utf-8")
    return folder


def edit(*edits):
    """Edit the lamp: each old text is replaced by a new one."""
    text = Path("lamp.yaml").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    Path("new.yaml").write_text(text, encoding="utf-8")
    # The name of the file is the tree's id.
    Path("lamp.yaml").rename("old.yaml")
    Path("new.yaml").rename("lamp.yaml")


def test_nothing_changed(call, cases):
    """
    On the tree as it was, every session ends as it did: exit code 0.
    """
    result = call("replay", "lamp.yaml", str(cases))

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{cases}/fuse.json: as before: found: The fuse is off",
        f"{cases}/old/plug.json: as before: fixed",
        f"{cases}/open.json: as before: asks “Which voltage is at the lamp?”",
        "",
        "3 sessions: 3 as before.",
    ]
    assert result.stderr == ""


def test_sessions_that_end_differently(call, cases):
    """
    A session that ends differently is shown with both endings and what was left out.
    """
    edit(("  volts:", "  tension:"))
    result = call("replay", "lamp.yaml", str(cases / "fuse.json"), str(cases / "old"))

    volts = "“Which voltage is at the lamp?”"
    assert result.exit_code == 1
    said = "3 V: none (less than 10 V)"

    assert result.stdout.splitlines() == [
        f"{cases}/fuse.json: differs: then found: The fuse is off; now asks {volts}",
        f"  - {volts} ({said}) is left out: the tree no longer has this question.",
        f"{cases}/old/plug.json: as before: fixed",
        "",
        "2 sessions: 1 as before and 1 differently now.",
    ]


def test_other_words(call, cases):
    """
    What was only reworded is no news for people, and is there for programs.
    """
    edit(("Is the plug in the socket?", "Is it plugged in?"))
    result = call("replay", "lamp.yaml", str(cases / "open.json"))
    value = json.loads(
        call("replay", "lamp.yaml", str(cases / "open.json"), "--json").stdout
    )

    assert result.exit_code == 0
    assert "plugged" not in result.stdout
    assert value["cases"][0]["carried"] == [
        {
            "kind": "reworded",
            "id": "plug",
            "what": "“Is the plug in the socket?”",
            "why": "it reads “Is it plugged in?” now",
        }
    ]


def test_fewer_steps(call, cases):
    """
    A session that would come to its end earlier now says after how many steps.
    """
    edit((PLUG, SURE))
    result = call("replay", "lamp.yaml", str(cases / "fuse.json"))

    assert result.stdout.splitlines()[0] == (
        f"{cases}/fuse.json: as before: found: The fuse is off, after 1 of its 2 steps"
    )
    assert "The end came after 1 of 2 steps." in result.stdout


PLUG = "given: {unplugged: always no, bulb-dead: always yes, fuse-blown: always yes}"
SURE = "given: {unplugged: always no, bulb-dead: always no, fuse-blown: always yes}"


def test_json(call, cases):
    """
    With --json the comparison of each case is printed, and the counts.
    """
    edit(("  volts:", "  tension:"))
    (cases / "bad.json").write_text("[]", encoding="utf-8")
    result = call("replay", "lamp.yaml", str(cases), "--json")

    value = json.loads(result.stdout)
    assert result.exit_code == 1
    assert list(value) == ["format", "tree", "cases", "summary"]
    assert value["tree"]["fingerprint"] == ts.load("lamp.yaml").fingerprint
    assert value["summary"] == {"same": 1, "differs": 2, "failed": 1}
    bad, fuse, *_ = value["cases"]
    assert bad == {
        "file": f"{cases}/bad.json",
        "status": "failed",
        "then": None,
        "now": None,
        "steps": None,
        "carried": [],
        "why": "this is not a saved session: one is an object that has a 'format'",
    }
    assert fuse["status"] == "differs"
    assert (fuse["then"]["kind"], fuse["then"]["causes"]) == ("found", ["fuse-blown"])
    assert (fuse["now"]["kind"], fuse["now"]["id"]) == ("question", "tension")
    assert fuse["steps"] == {"given": 1, "needed": 1}
    assert [each["kind"] for each in fuse["carried"]] == ["dropped", "edited"]


def test_the_tree_of_then(call, cases):
    """
    With --before the old ending is worked out, with the names of the old tree.
    """
    edit(("fuse-blown", "fuse-off"), ("The fuse is off", "No current"), ("plug:", "p:"))
    for file in cases.glob("*.json"):
        value = json.loads(file.read_text(encoding="utf-8"))
        del value["outcome"]
        file.write_text(json.dumps(value), encoding="utf-8")
    Path("then").mkdir()
    Path("old.yaml").rename("then/lamp.yaml")
    files = [str(cases / "fuse.json"), str(cases / "open.json")]
    without = call("replay", "lamp.yaml", *files)
    result = call("replay", "lamp.yaml", *files, "--before", "then/lamp.yaml")

    assert "does not say how the session stood" in without.stdout
    assert "2 cannot be replayed" in without.stdout
    assert without.exit_code == 1
    assert "then found: The fuse is off; now" in result.stdout


def test_without_the_outcome_the_same_tree_says_it(call, cases):
    """
    A file without the outcome, on the very tree it was saved with, ends as before.
    """
    value = json.loads((cases / "fuse.json").read_text(encoding="utf-8"))
    del value["outcome"]
    (cases / "fuse.json").write_text(json.dumps(value), encoding="utf-8")

    assert call("replay", "lamp.yaml", str(cases)).exit_code == 0


def test_names_that_no_tree_has(call, cases):
    """
    What was found then is named by its id where no tree knows it any more.
    """
    edit(("fuse-blown", "fuse-off"), ("bulb-dead", "bulb"), ("  volts:", "  v:"))
    value = json.loads((cases / "old/plug.json").read_text(encoding="utf-8"))
    value["outcome"] = {"kind": "action", "id": "pull"}
    (cases / "old/plug.json").write_text(json.dumps(value), encoding="utf-8")
    result = call("replay", "lamp.yaml", str(cases))

    assert "then found: 'fuse-blown'; now" in result.stdout
    assert "then asks 'volts'; now" in result.stdout
    assert "then proposes 'pull'; now fixed" in result.stdout


def test_hand_offs_and_journals(call, cases):
    """
    Hand-offs and journals are replayed like saved sessions.
    """
    session = ts.load("lamp.yaml").begin().answer("plug", "yes")
    hand_off = {"format": 1, "session": json.loads(session.to_json())}
    (cases / "a.json").write_text(json.dumps(hand_off), encoding="utf-8")
    with ts.Journal(cases / "b.journal") as journal:
        journal.keep(session)
    with ts.Journal(cases / "c.journal"):
        pass
    result = call("replay", "lamp.yaml", str(cases))

    assert f"{cases}/a.json: as before: asks" in result.stdout
    assert f"{cases}/b.journal: as before: asks" in result.stdout
    assert f"{cases}/c.journal: cannot be replayed: the journal is empty" in (
        result.stdout
    )


def test_files_that_cannot_be_read(call, cases):
    """
    A file that cannot be used says why, and the others are replayed.
    """
    (cases / "a.json").write_bytes(b"\xff")
    (cases / "c.json").symlink_to(cases / "nowhere")
    Path("other.yaml").write_bytes(Path("lamp.yaml").read_bytes() + b"about: It.\n")
    text = ts.load("other.yaml").begin().to_json()
    (cases / "d.json").write_text(text, encoding="utf-8")
    files = [str(cases / name) for name in ("a.json", "c.json", "d.json", "open.json")]
    files.insert(0, os.devnull)
    result = call("replay", "lamp.yaml", *files)

    assert result.exit_code == 1
    zeroth, first, second, third, fourth, _, last = result.stdout.splitlines()
    assert zeroth == (
        f"{os.devnull}: cannot be replayed: this is not a file that can hold a session."
    )
    assert first.startswith(f"{cases}/a.json: cannot be replayed: this is no session")
    assert second.startswith(f"{cases}/c.json: cannot be replayed: there is no such")
    assert "the session belongs to the tree 'other'" in third
    assert fourth.startswith(f"{cases}/open.json: as before")
    assert last == ("5 sessions: 1 as before and 4 cannot be replayed.")


def test_a_file_that_the_system_refuses(call, cases, monkeypatch):
    """
    What the system says about a file stands beside its name.
    """

    def refuse(path, name):  # noqa: ARG001 - as it is called
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(replay, "read", refuse)
    result = call("replay", "lamp.yaml", str(cases / "open.json"))

    assert "open.json: cannot be replayed: Permission denied" in result.stdout


def test_wrong_usage(call, desk):
    """
    Names that lead nowhere are wrong usage: exit code 2, nothing on standard output.
    """
    (desk / "empty").mkdir()
    for arguments, words in (
        (("lamp.yaml", "nowhere"), "there is no file or folder 'nowhere'"),
        (("lamp.yaml", "empty"), "there is no *.json or *.journal in the folder"),
        (("lump.yaml", "empty"), "there is no tree file 'lump.yaml'"),
        (("lamp.yaml",), "Missing argument"),
    ):
        result = call("replay", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr
        assert result.stdout == ""


def test_progress(call, cases, monkeypatch):
    """
    A replay that takes long says on a terminal how far it is, and cleans up.
    """
    silent = call("replay", "lamp.yaml", str(cases))
    monkeypatch.setattr(terminal, "PATIENCE", 0.0)
    monkeypatch.setattr(terminal, "is_watched", lambda: True)
    result = call("replay", "lamp.yaml", str(cases))

    assert silent.stderr == ""
    assert "\rReplaying 1 of 3: " in result.stderr
    assert result.stderr.endswith("\r")
    assert result.stdout == silent.stdout


def test_next_says_what_an_edit_did(call, cases):
    """
    ``next`` with a saved session says what no longer applies, for people and programs.
    """
    file = str(cases / "open.json")
    before = call("next", "lamp.yaml", "--session", file)
    edit(("  plug:", "  cord:"))
    text = call("next", "lamp.yaml", "--session", file).stdout
    value = json.loads(call("next", "lamp.yaml", "--session", file, "--json").stdout)

    assert "edited since" not in before.stdout
    assert "The tree has been edited since; not all answers still hold." in text
    assert [(each["kind"], each["id"]) for each in value["carried"]] == [
        ("dropped", "plug"),
        ("edited", "bulb-dead"),
    ]
