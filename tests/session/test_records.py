"""Texts that are only noted and handed over, and never evidence."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import troubleshoot as ts
from troubleshoot.errors import TreeError, UnknownName
from troubleshoot.tree.texts import reworded

TREE = """
format: 1
title: The copier prints stripes
record:
  serial: Serial number
  caller: {title: Who called, private: true}
causes:
  drum: {title: The drum is worn, actions: [swap]}
  toner: {title: Toner was spilt, prior: 3}
questions:
  count:
    ask: Are there more than 100,000 pages on the counter?
    record: Counter reading
    given: {drum: usually yes, toner: usually no}
actions:
  swap: {do: Put in a new drum., record: [serial, drum-number]}
escalate: {to: The workshop, bring: [the serial number]}
"""
SECRET = "Mrs Miller"  # noqa: S105


@pytest.fixture
def tree():
    """A tree that wants four texts noted."""
    return ts.loads(TREE)


@pytest.fixture
def noted(tree):
    """A session in which three of them were."""
    session = tree.begin().answer("count", "yes")
    session = session.note("104233", record="counter-reading")
    return session.note("X123", record="serial").note(SECRET, record="caller")


def test_a_title_alone_is_an_id_and_an_id_alone_a_title(tree):
    """
    What is written once is known by both, whichever it was.
    """
    assert [(x.id, x.title, x.private, x.always) for x in tree.records.values()] == [
        ("serial", "Serial number", False, True),
        ("caller", "Who called", True, True),
        ("counter-reading", "Counter reading", False, False),
        ("drum-number", "drum number", False, False),
    ]
    assert tree.actions["swap"].record == ("serial", "drum-number")


def test_what_is_noted_is_no_evidence(tree, noted):
    """
    Belief and next step are those of the session without it.
    """
    without = tree.begin().answer("count", "yes")
    assert noted.belief == without.belief
    assert noted.next_step() == without.next_step()
    assert dict(noted.recorded) == {
        "serial": "X123",
        "caller": SECRET,
        "counter-reading": "104233",
    }


def test_the_last_text_counts_until_it_is_taken_back(noted):
    """
    A text can be noted anew, and undone like any move; saved files know it.
    """
    anew = noted.note("X124", record="serial")
    assert anew.recorded["serial"] == "X124"
    assert anew.undo().recorded["serial"] == "X123"
    assert ts.resume(anew.tree, anew.to_json()).recorded == anew.recorded


def test_nothing_else_can_be_noted_under_an_id(tree):
    """
    A wrong id is refused, with the nearest.
    """
    with pytest.raises(UnknownName) as caught:
        tree.begin().note("X", record="serail")

    assert caught.value.suggestions == ("serial",)


def test_a_step_says_what_to_note_with_it(tree):
    """
    Programs are told with the step, and what is noted so far with the session.
    """
    said = tree.begin().to_dict()
    item = {"id": "counter-reading", "title": "Counter reading"}
    assert said["step"]["record"] == [{**item, "private": False, "always": False}]
    assert [each["text"] for each in said["recorded"]] == [None] * 4


def test_private_texts_leave_the_machine_nowhere(noted):
    """
    JSON, transcript and hand-off mask them, and what is resumed from it has none.
    """
    handed = noted.hand_off()
    shown = [json.dumps(noted.to_dict()), repr(noted), handed.to_json()]
    shown += [ts.render(x, to) for x in (noted, handed) for to in ("markdown", "html")]
    shown += [ts.render(noted), ts.render(handed)]

    assert [each for each in shown if SECRET in each] == []
    assert all("X123" in each for each in shown if not each.startswith("Session("))
    assert SECRET in noted.to_json()
    resumed = ts.resume(noted.tree, handed.to_json())
    assert dict(resumed.recorded) == {"serial": "X123", "counter-reading": "104233"}


def test_a_hand_off_lists_what_is_missing(noted):
    """
    Missing is what is wanted in any case, or with a step that was taken.
    """
    handed = noted.hand_off()
    assert [each.id for each in handed.recorded] == [
        "serial",
        "caller",
        "counter-reading",
    ]
    assert handed.missing == ()
    tried = noted.tried("swap", fixed=False).hand_off()
    assert [each.text for each in tried.missing] == ["drum number"]
    assert "drum number: not noted yet" in ts.render(tried)
    begun = noted.tree.begin().hand_off()
    assert [each.id for each in begun.missing] == ["serial", "caller"]


@pytest.mark.parametrize("to", ["text", "markdown", "html"])
def test_paper_has_room_to_write_them(tree, to):
    """
    Each has a line in the record of the run, and one at its step.
    """
    shown = " ".join(ts.render(tree, to).split())
    for each in ("Serial number", "Who called", "Counter reading", "drum number"):
        assert each in shown
    assert "Counter reading ........" in shown


def test_a_wording_has_the_titles(tree):
    """
    Titles are texts like others.
    """
    loud = reworded(tree, lambda it: it.text.upper())
    assert loud.records["serial"].title == "SERIAL NUMBER"


def test_two_titles_for_one_id_are_a_problem():
    """
    Both places are named.
    """
    text = TREE.replace("record: [serial", "record: {serial: Number}} #")
    with pytest.raises(TreeError) as caught:
        ts.loads(text)

    (problem,) = caught.value.problems
    assert problem.code == "two-titles"
    assert "'Serial number' on line 5" in problem.message


def test_what_an_included_tree_has_noted_comes_along(tmp_path):
    """
    Its texts keep their ids and titles, and whether they are private.
    """
    (tmp_path / "copier.yaml").write_text(TREE)
    (tmp_path / "office.yaml").write_text(
        """
format: 1
title: Nothing works
record: [Room number, serial]
causes: {power: {}, copier: {include: ./copier.yaml}}
"""
    )
    tree = ts.load(tmp_path / "office.yaml")

    assert [(x.id, x.title, x.private) for x in tree.records.values()] == [
        ("room-number", "Room number", False),
        ("serial", "serial", False),
        ("caller", "Who called", True),
        ("counter-reading", "Counter reading", False),
        ("drum-number", "drum number", False),
    ]


def ran(tmp_path, *arguments, typed=None):
    """What the command line says."""
    file = tmp_path / "copier.yaml"
    file.write_text(TREE)
    command = [sys.executable, "-m", "troubleshoot", "run", str(file), *arguments]
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout


def test_the_command_line_asks_for_them_and_takes_nothing_for_an_answer(tmp_path):
    """
    At its step and before handing over; an empty line notes nothing, the end neither.
    """
    told = ran(tmp_path, typed="yes\n104233\nl\nn\n\nX123\n")
    assert "Counter reading (to hand over; Enter for nothing)>" in told
    assert "Counter reading: 104233" in told
    shorter = ran(tmp_path, typed="yes\n")
    assert "Counter reading: " not in shorter


def test_a_prepared_run_notes_what_stands_in_its_file(tmp_path):
    """
    A line of the file names what is to be noted.
    """
    answers = tmp_path / "answers.yaml"
    answers.write_text("count: no\nserial: X999\n")
    assert "Serial number: X999" in ran(tmp_path, "--answers", str(answers))
