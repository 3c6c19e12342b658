"""The cases in ``tests/cases`` come out alike in the library and on the page."""

from __future__ import annotations

import json

import pytest
from rendering import cases
from rendering.engines import by_node, differences, players, whole

CASES = {each.stem: cases.read(each) for each in cases.FILES}
EVENTS = {"told", "asked", "answered", "changed", "tried", "corrected", "skipped"}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """What the page says of each case."""
    asked = [cases.asked(each) for each in CASES.values()]
    told = by_node(players(), asked, tmp_path_factory.mktemp("cases"))
    return dict(zip(CASES, told, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_library_comes_to_what_is_written(name):
    """
    Steps, saved file, and what becomes of it on edited trees, are as the case says.
    """
    case = CASES[name]
    expected = {key: case[key] for key in ("steps", "saved", "edits")}

    assert differences(expected, cases.outcome(case)) == []


@pytest.mark.parametrize("name", CASES)
def test_the_page_comes_to_what_is_written(name, page):
    """
    So does the page, and the library makes of its file what it makes of its own.
    """
    case, told = CASES[name], page[name]

    steps = [cases.rounded(each["step"]) for each in told["seen"]]
    assert differences(case["steps"], steps) == []
    assert differences(case["saved"], whole(told["written"])) == []
    edits = [cases.after(case, each, told["written"]) for each in case["edits"]]
    assert differences(case["edits"], edits) == []


def test_cases_have_moves_of_every_kind():
    """
    Every kind of event occurs in them, every ending that a session comes to, undone
    moves, numbers and private answers, and every kind of what an edit does.
    """
    saved = [each["saved"] for each in CASES.values()]
    events = [event for each in saved for event in each["events"]]
    endings = {step[0] for each in CASES.values() for step in each["steps"]}
    edits = [edit for each in CASES.values() for edit in each["edits"]]

    assert {each["kind"] for each in events} >= EVENTS | {"begun", "noted", "ended"}
    assert endings >= {"found", "narrowed", "unknown", "stopped", "fixed", "given up"}
    assert any("undone" in each for each in saved)
    assert any("value" in each for each in events)
    assert '"private": true' in json.dumps(saved)
    assert {item[0] for edit in edits for item in edit["carried"]} >= {
        "dropped",
        "meaning changed",
        "overtaken",
        "reworded",
        "answers changed",
        "privacy changed",
    }
