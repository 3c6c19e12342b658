"""Who takes steps and with what; what is said once for all steps."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import troubleshoot as ts

TREE = """
format: 1
title: The copier prints stripes
verify: Is the next copy clean?
by: {service-engineer: A service engineer}
needs: {waste-box: A box for waste toner}
causes:
  drum: {title: The drum is worn, actions: [swap]}
  toner: {title: Toner was spilt, prior: 3, actions: [clean]}
setups:
  there: {do: Go there., by: [customer, service-engineer], needs: room-key}
  inside: {do: Open the cover., setup: there, by: service-engineer, needs: waste-box}
questions:
  spots: {ask: Is there toner?, setup: inside, given: {toner: yes, drum: no}}
  side:
    ask: Left side?
    setup: inside
    by: customer
    needs: [torch, waste-box]
    given: {toner: usually yes}
  door: {ask: Is the door open?, setup: there}
actions:
  clean: {do: Take it up., setup: inside, verify: Is it gone?, changes: all}
  swap: {do: Put in a new drum., setup: inside, changes: [spots]}
"""


@pytest.fixture(scope="module")
def tree():
    """A tree with titles of people and things."""
    return ts.loads(TREE)


def taken(step):
    """Who takes a step, and with what."""
    return step.needs.by, step.needs.things


def test_a_step_has_from_its_setups_what_it_does_not_say(tree):
    """
    Things add up, the step's own first; of people, those said closest count alone.
    """
    engineer = ("service-engineer",)
    assert taken(tree.questions["spots"]) == (engineer, ("waste-box", "room-key"))
    assert taken(tree.questions["side"]) == (
        ("customer",),
        ("torch", "waste-box", "room-key"),
    )
    assert taken(tree.questions["door"]) == (("customer", *engineer), ("room-key",))
    assert taken(tree.setups["inside"]) == (engineer, ("waste-box", "room-key"))


def test_who_cannot_do_the_setup_is_not_asked_what_is_behind_it(tree):
    """
    A step for a customer behind a setup for an engineer needs them both.
    """
    for by, asked in (("customer", False), (["customer", "service-engineer"], True)):
        session, put = tree.begin(by=by), set()
        while not (step := session.next_step()).is_end:
            put.add(step.id)
            said = "dont-know" if step.kind == "question" else "not-now"
            session = session.reply(step.token, said)
        assert ("side" in put) == asked


def test_what_is_said_once_holds_for_every_action(tree):
    """
    ``verify`` of the tree asks where an action asks nothing; ``all`` are all questions.
    """
    assert tree.actions["clean"].verify == "Is it gone?"
    assert tree.actions["swap"].verify == tree.verify == "Is the next copy clean?"
    assert tree.actions["clean"].changes == ("spots", "side", "door")


def test_all_makes_the_answer_of_every_question_stale(tree):
    """
    After ``changes: all`` no answer holds, until it is given again.
    """
    session = tree.begin({"door": "yes", "spots": "yes"}).tried("clean", fixed=False)

    assert [each.step for each in session.set_aside] == ["spots", "door"]
    assert [each.step for each in session.answer("spots", "no").set_aside] == ["door"]


def test_a_question_called_all_does_not_narrow_all():
    """
    ``all`` under ``changes`` is every question, one of that name included.
    """
    text = TREE.replace("  door: {ask", "  all: {ask: All?}\n  door: {ask")
    assert "all" in ts.loads(text).actions["clean"].changes
    assert "door" in ts.loads(text).actions["clean"].changes


def test_programs_get_ids_with_the_titles_beside(tree):
    """
    A step names who and what it takes by id and title, titles made of ids included.
    """
    step = tree.begin({"door": "yes"}).next_step().to_dict()

    assert step["by"] == [{"id": "service-engineer", "title": "A service engineer"}]
    assert step["needs"] == [
        {"id": "waste-box", "title": "A box for waste toner"},
        {"id": "room-key", "title": "room key"},
    ]


@pytest.mark.parametrize("to", ["text", "markdown", "html", "interactive"])
def test_a_document_names_people_and_things_by_title(tree, to):
    """
    No id of a role or a thing is in what people read of a tree.
    """
    shown = " ".join(ts.render(tree, to=to).partition('id="data"')[0].split())

    assert "A service engineer" in shown
    assert "A box for waste toner" in shown
    assert "waste-box" not in shown
    assert "room-key" not in shown


@pytest.mark.parametrize("to", ["text", "markdown", "html"])
def test_a_hand_off_names_people_and_things_by_title(tree, to):
    """
    No id of a role or a thing is in what the next team reads.
    """
    session = tree.begin(by="service-engineer", has=["waste-box", "room-key"])
    shown = " ".join(ts.render(session.hand_off(), to).split())

    assert "A service engineer" in shown
    assert "A box for waste toner" in shown
    assert "waste-box" not in shown
    assert "room-key" not in shown


def test_a_hand_off_without_titles_still_reads(tree):
    """
    One that was saved before it had titles is rendered with the names as they are.
    """
    old = json.loads(tree.begin().hand_off().to_json())
    del old["roles"], old["things"]
    handed = ts.HandOff.from_json(json.dumps(old))

    assert "waste-box" in ts.render(handed)


def test_the_terminal_says_what_a_step_takes(tmp_path):
    """
    Before the question stands who and what it takes, by title.
    """
    file = tmp_path / "copier.yaml"
    file.write_text(TREE)
    command = [sys.executable, "-m", "troubleshoot", "next", str(file)]
    told = subprocess.run(
        [*command, "--fact", "door=yes"], capture_output=True, text=True, check=True
    )

    assert "You need: A service engineer, A box for waste toner, room key" in " ".join(
        told.stdout.split()
    )
