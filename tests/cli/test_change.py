"""Changing earlier answers in a run, and what is said when the answers fit nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HOUSE = """\
format: 1
title: No web
symptom: Pages do not open.
confidence: 99.9%
causes:
  line: {title: The line is down, prior: 3}
  router: {title: The router hangs, prior: 2}
  device: {title: This device is set wrong}
questions:
  others: {ask: Do others work?, given: {line: no, router: no, device: yes}}
  lights:
    ask: Which light?
    only-if: {others: no}
    answers: {green: Green, amber: Amber}
    given: {line: amber, router: green}
  volts:
    ask: Which voltage?
    unit: V
    cost: 9 min
    only-if: {lights: amber}
    answers: {low: "< 10", high: ">= 10"}
    given: {line: usually low, router: usually high}
  age:
    ask: Is it old?
    cost: 60 min
    given: {line: usually yes, router: often yes, device: sometimes yes}
actions:
  restart: {do: Restart it., fixes: {router: often}, changes: [volts]}
"""

STUBBORN = """\
format: 1
title: Nothing fits
symptom: It fails.
unknown: 5%
confidence: 99.99%
causes: {a: {title: It is A}, b: {title: It is B}, c: {title: It is C}}
questions:
  one: {ask: One?, given: {a: yes, b: no, c: no}}
  two: {ask: Two?, given: {a: yes, b: no, c: no}}
  three: {ask: Three?, given: {a: no, b: yes, c: no}}
  four: {ask: Four?, given: {a: no, b: yes, c: no}}
  five: {ask: Five?, cost: 30 min, given: {a: no, b: no, c: yes}}
"""

HOUSE_SAVED = Path("house.session.json")
LIST = "What should be changed? Type its number, or Enter to go back."


@pytest.fixture
def house(call):
    """A run with the tree above, this typed."""
    Path("house.yaml").write_text(HOUSE, encoding="utf-8")
    return lambda typed, *options: call("run", "house.yaml", *options, typed=typed)


def events():
    """The events in the saved session, as (kind, step, answer)."""
    saved = json.loads(HOUSE_SAVED.read_text())["events"]
    return [
        (x["kind"], x["step"], x.get("answer", x.get("fixed")))
        for x in saved
        if x["kind"] not in ("begun", "asked")
    ]


def test_any_answer_can_be_picked_and_changed(house):
    """
    ``c`` lists what was said, by number; what no longer counts is said with its reason.
    """
    run = house("no\namber\nc\n1\nyes\nq\n")

    assert f"{LIST}\n   1  Do others work? -> No\n   2  Which light? -> Amber\n" in (
        run.output
    )
    assert "   So far: No\n> yes\n   = Yes\n" in run.output
    said = " ".join(run.output.split())
    assert (
        "No longer counts: Which light? -> Amber. It applies only if “Do others work?” "
        "is “No”, and the answer is “Yes”."
    ) in said
    assert events()[-1] == ("changed", "others", "yes")


def test_what_applies_again_is_said(house):
    """
    An answer comes back with the one that it hung on; an answer aside is marked so.
    """
    run = house("no\namber\nc\n1\nyes\nc\n1\nno\nq\n")

    assert "   2  Which light? -> Amber (set aside)\n" in run.output
    assert "   Counts again: Which light? -> Amber\n" in run.output


@pytest.mark.parametrize("back", ["", "n", "back", "u", "c", "0"])
def test_going_back_from_the_list_changes_nothing(house, back):
    """
    Enter and the words for back put the question again.
    """
    run = house(f"no\nc\n{back}\nq\n")

    assert run.output.count("2. Which light?") == 2
    assert events() == [("answered", "others", "no")]


@pytest.mark.parametrize("back", ["", "back", "r", "c"])
def test_going_back_from_the_question_changes_nothing(house, back):
    """
    Whoever looks at an answer again may leave it as it was.
    """
    run = house(f"no\nc\n1\n{back}\nq\n")

    assert "   It stays as it was.\n" in run.output
    assert events() == [("answered", "others", "no")]


@pytest.mark.parametrize(
    "typed", ["no\nc\nq\n", "no\nc\n", "no\nc\n1\nq\n", "no\nc\n1"]
)
def test_leaving_on_the_way_saves_what_was_there(house, typed):
    """
    To quit, or the end of input, in the middle of a change changes nothing.
    """
    run = house(typed)

    assert run.exit_code == 0
    assert "Saved in house.session.json" in run.output
    assert events() == [("answered", "others", "no")]


@pytest.mark.parametrize("typed", ["7", "-1", "x", "1" * 5000, "\x1b[31m"])
def test_what_is_not_on_the_list_is_asked_for_again(house, typed):
    """
    The message says which numbers there are.
    """
    run = house(f"no\nc\n{typed}\n1\nyes\nq\n")

    wrong = "   Please type a number from 1 to 1, or press Enter to go back.\n"
    assert wrong in run.output
    assert events()[-1] == ("changed", "others", "yes")


def test_every_kind_of_reply_can_be_the_new_one(house):
    """
    A number, "don't know", "later", and what came of an action; help works on the way.
    """
    run = house(
        "no\namber\n5\nc\n3\n?\ns\n5000000 Ohm\n50\nc\n3\nd\nc\n3\nl\nc\n3\nlow\nq\n"
    )

    assert "   That is not one of the answers here. Possible are: a number in V;" in (
        run.output
    )
    assert "Still possible:" in run.output
    changes = [each[2] for each in events() if each[1] == "volts"]
    assert changes == ["low", "high", "dont-know", "not-now", "low"]


def test_what_came_of_an_action_can_be_changed(house):
    """
    An action takes y or n; the answers that it has overtaken stay set aside.
    """
    facts = ("--fact", "others=no", "--fact", "lights=green")
    run = house("n\nc\n3\nd\ny\n", *facts)

    assert "   3  Restart it -> it did not help\n" in run.output
    assert "Please type y or n, or press Enter to go back." in run.output
    assert "== Fixed ==" in run.output


def test_what_is_stale_is_answered_anew(house):
    """
    An answer that an action has overtaken, picked from the list, counts from now on.
    """
    facts = [f"--fact={each}" for each in ("others=no", "lights=amber", "volts=99")]
    first = house("c\nq\n", *facts, "--session", str(HOUSE_SAVED))
    assert "-> 99 V: high (10 V or more)" in first.output
    saved = json.loads(HOUSE_SAVED.read_text())
    at = saved["events"][0]["at"]
    saved["events"].append(
        {"kind": "tried", "step": "restart", "fixed": False, "at": at, "actor": "x"}
    )
    HOUSE_SAVED.write_text(json.dumps(saved))

    run = house("c\n3\n3\nq\n", "--session", str(HOUSE_SAVED))
    assert "-> 99 V: high (10 V or more) (set aside)" in run.output
    assert events()[-1] == ("answered", "volts", "low")


def test_nothing_to_change_or_redo(house):
    """
    At the beginning there is nothing to change, to take back, or to do again.
    """
    run = house("c\nu\nr\nq\n")

    for each in ("been answered yet", "to take back", "to redo"):
        assert (
            f"   Nothing has {each}." in run.output or f"nothing {each}" in run.output
        )
    assert not HOUSE_SAVED.exists()


def test_redo(house):
    """
    What was taken back is done again, also after a night.
    """
    house("no\namber\nu\nu\nq\n", "--session", str(HOUSE_SAVED))

    run = house("r\nr\nr\nq\n", "--session", str(HOUSE_SAVED))
    assert "   Done again: Do others work? -> No\n" in run.output
    assert "   Done again: Which light? -> Amber\n" in run.output
    assert "   There is nothing to redo.\n" in run.output
    assert events()[-1] == ("answered", "lights", "amber")


def test_a_change_counts_as_no_question(house):
    """
    The time and the number of steps are those of the steps, not of slips.
    """
    run = house("no\ngreen\nc\n1\nno\nc\n1\nno\ny\n")

    assert "2 questions and 1 action" in run.output


@pytest.mark.parametrize("first", ["d", "l", "no"])
def test_whatever_is_corrected_counts_once(house, first):
    """
    A "don't know" that became an answer is one question, and one line of what is known.
    """
    house(f"{first}\nc\n1\nno\ngreen\nq\n")

    again = house("q\n")
    said = again.output.split("begins anew.")[1]
    assert said.count("Do others work?") == 1
    assert "  - Do others work? -> No\n" in said


def test_surprise_is_said_once_and_offered(call):
    """
    When the answers fit nothing, it is said once, and the doubtful ones lead the list.
    """
    Path("odd.yaml").write_text(STUBBORN, encoding="utf-8")
    facts = [f"--fact={x}=yes" for x in ("one", "two", "three", "four")]

    run = call("run", "odd.yaml", *facts, typed="c\n\nc\n1\nno\nq\n")
    said = " ".join(run.output.split())
    assert said.count("Type c to check one of them again") == 1
    assert "<- worth checking again" in run.output


def test_surprise_at_the_end_can_be_mended_on_a_pipe(call):
    """
    An ending that no listed cause explains offers the change on a pipe as well.
    """
    Path("odd.yaml").write_text(STUBBORN, encoding="utf-8")
    facts = [f"--fact={x}=yes" for x in ("one", "two", "three", "four", "five")]

    plain = call("run", "odd.yaml", *facts, typed="")
    assert "== None of the known causes ==" in plain.output
    assert plain.exit_code == 0
    run = call("run", "odd.yaml", *facts, typed="hm\nr\nc\n1\nno\n\n")
    assert "Please press Enter, or type c or u." in run.output
    assert run.exit_code == 0
    assert run.output.count("== ") > plain.output.count("== ")


def test_an_unsolved_session_says_how_to_keep_the_next(house):
    """
    A hand-over that goes with the window is not lost without a word.
    """
    sentence = "This session is not kept; next time, --session FILE keeps it."
    unsolved = house("no\namber\nlow\n" + "n\n" * 5)
    solved = house("no\ngreen\ny\n")

    assert sentence in unsolved.output
    assert sentence not in solved.output


def test_a_remark_is_no_move_to_take_back(house):
    """
    ``u`` takes the last answer back, also where a remark stands after it in the log.
    """
    house("no\nq\n")
    saved = json.loads(HOUSE_SAVED.read_text())
    signed = {"at": saved["events"][0]["at"], "actor": "x"}
    saved["events"].append({"kind": "noted", "text": "Hm.", **signed})
    HOUSE_SAVED.write_text(json.dumps(saved))

    run = house("u\nu\nq\n")
    assert "   Taken back: Do others work? -> No\n" in run.output
    assert "   There is nothing to take back.\n" in run.output


def test_what_a_change_did_is_said(house):
    """
    The likeliest cause after the change and before it, or that all stays as it was.
    """
    other = house("no\namber\nc\n2\ngreen\nq\n").output
    same = house("c\n1\nno\nq\n").output

    assert (
        "   Leads now: The router hangs, 94 %; before: The line is down, 96 %.\n"
        in other
    )
    assert "   It stays as it was.\n" in same


def test_no_single_cause_leads_in_a_tie(call):
    """
    Of causes that are equally likely none is named.
    """
    Path("nothing.yaml").write_text(STUBBORN, encoding="utf-8")
    run = call("run", "nothing.yaml", typed="yes\nc\n1\nd\nq\n")

    assert "   Leads now: no single cause; before: It is A, " in run.output


def test_facts_are_no_moves_to_take_back(house):
    """
    Where only facts were said, there is nothing to take back, and the run goes on.
    """
    run = house("u\nq\n", "--fact", "others=no")

    assert run.exit_code == 0
    assert "   There is nothing to take back.\n> q" in run.output
