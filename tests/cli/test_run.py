from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from troubleshoot.cli.refused import Refused
from troubleshoot.cli.session_file import Kept
from troubleshoot.tree.load import load
from troubleshoot.tree.named import included as names

SAVED = Path("lamp.session.json")

# An action makes the only question worth asking once more.
AGAIN = """\
format: 1
title: Router
unknown: 0%
causes: {a: {title: A, actions: [restart]}, b: {title: B}, c: {title: C}}
questions:
  lights:
    ask: What do the lights show?
    answers: {amber: Amber, green: Green}
    given: {a: usually amber, b: usually green, c: usually amber}
actions:
  restart: {do: Restart the router., changes: [lights]}
"""


def test_a_run_leads_from_symptom_to_fixed(call):
    """
    Question, action, yes: the symptom first, the outcome last, and no file left.
    """
    run = call("run", "lamp.yaml", typed="no\ny\n")

    assert run.exit_code == 0
    assert run.output.startswith("Dark lamp\nThe lamp stays dark.\n")
    assert "== Fixed ==" in run.output
    assert "1 question and 1 action, about 1 min 30 s." in run.output
    assert not SAVED.exists()


def test_caution_stands_before_what_to_do(call):
    """
    The warning is read before the action is.
    """
    run = call("run", "lamp.yaml", typed="yes\n230\nq\n")

    assert run.output.index("It may be hot") < run.output.index("Change the bulb")
    assert run.output.index("Change the bulb") < run.output.index("Is there light now?")


def test_the_ending_says_whom_to_call(call):
    """
    A cause without remedy ends with the cause, how sure it is, and the hand-over.
    """
    run = call("run", "lamp.yaml", typed="1\n0\n")

    assert "The fuse is off" in run.output
    assert "Call: An electrician" in run.output
    assert "Have ready:\n  - the lamp\n" in run.output


@pytest.mark.parametrize("typed", ["1\n", "1\nq\n", "1\nquit", "1"])
def test_end_of_input_saves_and_is_no_answer(call, typed):
    """
    A run that stops is saved as it is, and goes on where it stopped.
    """
    first = call("run", "lamp.yaml", typed=typed)
    events = json.loads(SAVED.read_text())["events"]
    second = call("run", "lamp.yaml", typed="230\ny\n")

    assert first.exit_code == 0
    assert first.output.endswith(
        "Saved in lamp.session.json. To go on:\ntroubleshoot run lamp.yaml\n"
    )
    assert [each["kind"] for each in events] == ["begun", "asked", "answered"]
    assert "Going on with the session saved in lamp.session.json" in second.output
    assert "Is the plug in the socket? -> Yes" in second.output
    assert "== Fixed ==" in second.output
    assert not SAVED.exists()


def test_nothing_answered_leaves_no_file(call):
    """
    Whoever only looks leaves nothing behind.
    """
    run = call("run", "lamp.yaml", typed="")

    assert run.exit_code == 0
    assert "nothing is saved" in run.output
    assert not SAVED.exists()


def test_after_a_repair_the_likeliest_cause_is_named(call):
    """
    What is over needs no bars: the cause that it most likely was, in a sentence.
    """
    run = call("run", "lamp.yaml", typed="2\ny\n")

    assert "Most likely it was: The plug is out (100 %)." in run.output
    assert "\u2588" not in run.output


def test_a_stop_says_whom_to_call(call):
    """
    Who stops for an urgent answer is not left alone.
    """
    with Path("lamp.yaml").open("a") as tree:
        tree.write("urgent: {smoke: {ask: Smoke?, stop: {yes: Pull the plug.}}}\n")

    run = call("run", "lamp.yaml", typed="yes\n")

    assert "== Stop ==\nPull the plug.\n" in run.output
    assert "Call: An electrician\nHave ready:\n  - the lamp\n" in run.output


def test_a_stop_shows_each_command_on_a_line_of_its_own(call):
    """
    What to do at once is shown line by line, without the signs around its code.
    """
    with Path("lamp.yaml").open("a") as tree:
        told = json.dumps("Type:\n\n```sh\ncut --power\nlog out\n```\n")
        tree.write(f"urgent: {{smoke: {{ask: Smoke?, stop: {{yes: {told}}}}}}}\n")

    run = call("run", "lamp.yaml", typed="yes\n")

    lines = [line.strip() for line in run.output.splitlines()]
    assert {"cut --power", "log out"} <= {*lines}
    assert "```" not in run.output


def test_replies_are_repeated_as_they_were_understood(call):
    """
    A number with its band, an action with what came of it.
    """
    run = call("run", "lamp.yaml", typed="1\n230 V\nn\n")

    assert "   Type the number of V itself, or a word:\n" in run.output
    assert "   = 230 V: good (more than 200 V)\n" in run.output
    assert "   = it did not help\n" in run.output


def test_a_narrow_terminal_breaks_between_commands(call, monkeypatch):
    """
    No line is wider than the terminal but the one to be copied.
    """
    monkeypatch.setenv("COLUMNS", "30")
    run = call("run", "lamp.yaml", "--session", "a-long-name.json", typed="1\n")
    *lines, last = run.output.splitlines()

    assert "? why and how  d don't know" in lines
    assert max(map(len, lines)) <= 30
    assert last == "troubleshoot run lamp.yaml --session a-long-name.json"


def test_a_line_that_is_no_answer_is_asked_for_again(call):
    """
    A number out of range and a strange word give a message, and the question stays.
    """
    run = call("run", "lamp.yaml", typed="7\nperhaps\n1\nq\n")

    assert run.exit_code == 0
    assert "There is no answer 7; please type a number from 1 to 2." in run.output
    assert "'perhaps' is not one of the answers" in run.output


def test_input_that_ends_on_a_misheard_line_is_a_problem(call):
    """
    A prepared pipe whose last line is no answer does not look like success.
    """
    call("run", "lamp.yaml", typed="1\n")
    before = SAVED.read_bytes()

    run = call("run", "lamp.yaml", typed="5000 ohm\n")

    assert run.exit_code == 1
    refused = "   That is not one of the answers here. Possible are: a number in V;"
    assert refused in run.output
    assert SAVED.read_bytes() == before


def test_endless_nonsense_ends(call):
    """
    A pipe that never gives an answer does not run for ever.
    """
    run = call("run", "lamp.yaml", typed="hm\n" * 1000)
    assert run.exit_code == 1
    assert run.output.count("> hm") == 10
    assert "error: 10 lines in a row were no answer." in run.output
    assert call("run", "lamp.yaml", typed="x" * 2_000_000).exit_code == 1
    assert call("run", "lamp.yaml", typed="?\n" * 1000).output.count("How:") == 100


def test_from_the_second_time_on_all_that_can_be_typed_is_said(call):
    """
    Who is not understood twice in a row reads every answer and every command.
    """
    once = call("run", "lamp.yaml", typed="hm\n?\nhm\nq\n").output
    twice = " ".join(call("run", "lamp.yaml", typed="hm\nhm\nq\n").output.split())
    action = " ".join(call("run", "lamp.yaml", typed="no\nhm\nhm\nq\n").output.split())

    assert "What can be typed" not in once
    assert "What can be typed: 1 (Yes) or 2 (No). Instead of an answer: ? why" in twice
    assert "What can be typed: y (it helped) or n (it did not). Instead" in action


def test_commands_explain_undo_and_show(call):
    """
    ``?`` says how and why, ``s`` shows bars, ``u`` takes back and asks anew.
    """
    run = call("run", "lamp.yaml", typed="u\n?\ns\n1\nu\nq\n")

    assert "There is nothing to take back." in run.output
    assert "How: Follow the cable to the wall." in run.output
    assert "Why: A plug that is out explains everything." in run.output
    assert "\u2588" in run.output
    assert "Taken back: Is the plug in the socket? -> Yes" in run.output
    assert run.output.count("1. Is the plug in the socket?") == 2


def test_undo_reaches_the_saved_file(call):
    """
    What was taken back is taken back in the file too.
    """
    call("run", "lamp.yaml", typed="1\nu\nq\n")

    assert [x["kind"] for x in json.loads(SAVED.read_text())["events"]] == ["begun"]


def test_dont_know_and_later_end_somewhere(call):
    """
    Only "don't know" and "later" still lead to an ending.
    """
    assert "== " in call("run", "lamp.yaml", typed="d\n" * 20).output
    assert "== " in call("run", "lamp.yaml", "--fresh", typed="l\n" * 20).output


def test_a_named_session_is_kept_when_finished(call):
    """
    With ``--session`` the record stays, and a second run shows its ending.
    """
    first = call("run", "lamp.yaml", "--session", "case.json", typed="2\ny\n")
    kept = Path("case.json").read_bytes()
    second = call("run", "lamp.yaml", "--session", "case.json")

    assert "The session is kept in case.json" in first.output
    assert "== Fixed ==" in second.output
    assert Path("case.json").read_bytes() == kept


def test_a_session_in_which_nothing_happened_is_not_written(call, monkeypatch):
    """
    To look at a saved session leaves the file as it is.
    """
    call("run", "lamp.yaml", typed="1\n")
    monkeypatch.setattr("troubleshoot.files.replace", lambda *_: 1 / 0)

    run = call("run", "lamp.yaml", typed="s\nq\n")

    assert run.exit_code == 0
    assert "Saved in lamp.session.json. To go on:" in run.output


def test_an_edited_tree_is_said(call):
    """
    A session goes on under an edited tree, and the customer knows.
    """
    notice = "The tree has been edited since; the answers still hold."
    call("run", "lamp.yaml", typed="1\n")
    same = call("run", "lamp.yaml")
    edited = Path("lamp.yaml").read_text().replace("prior: 1}", "prior: 3}")
    Path("lamp.yaml").write_text(edited)

    run = call("run", "lamp.yaml")

    assert notice not in same.output
    assert run.output.count(notice) == 1


def test_what_an_edit_left_out_is_said(call):
    """
    A session under a tree that lost a question says which answer is left out, once.
    """
    call("run", "lamp.yaml", typed="1\n")
    edited = Path("lamp.yaml").read_text().replace("  plug:", "  cord:")
    Path("lamp.yaml").write_text(edited)

    run = call("run", "lamp.yaml", typed="1\nq\n")
    again = call("run", "lamp.yaml")

    said = " ".join(run.output.split())
    assert "since; not all answers still hold." in said
    assert "- “Is the plug in the socket?” (Yes) is left out: the tree no" in said
    assert "edited since" not in again.output


def test_fresh_begins_anew(call):
    """
    ``--fresh`` replaces the saved session, with the first answer and not before.
    """
    call("run", "lamp.yaml", typed="1\n")
    before = SAVED.read_bytes()
    call("run", "lamp.yaml", "--fresh", typed="")
    assert SAVED.read_bytes() == before

    run = call("run", "lamp.yaml", "--fresh", typed="2\n")

    assert "Going on" not in run.output
    assert json.loads(SAVED.read_text())["events"][-1]["answer"] == "no"


BROKEN = {
    "empty": b"",
    "not-json": b"{",
    "not-utf-8": b"\xff\xfe{}",
    "a-list": b"[]",
    "no-number": b'{"format": NaN}',
    "deep": b"[" * 100_000,
    "surrogate": b'{"format": 1, "tree": "\\ud800"}',
    "escape": b'{"\\u001b[31m": 1}',
    "other-format": b'{"format": 99}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("verb", ["run", "next"])
def test_a_broken_session_file_is_refused_and_untouched(call, verb, content):
    """
    One message, exit code 1, and the file as it was.
    """
    SAVED.write_bytes(content)

    run = call(verb, "lamp.yaml", "--session", str(SAVED), typed="1\n")

    assert run.exit_code == 1
    assert run.stdout == ""
    assert run.stderr.startswith("error: lamp.session.json: ")
    assert "\x1b" not in run.stderr
    assert SAVED.read_bytes() == content


def test_fresh_puts_a_broken_file_aside(call):
    """
    What is no session is never lost: it gets another name.
    """
    SAVED.write_bytes(b"my notes")

    run = call("run", "lamp.yaml", "--fresh", typed="1\n")

    assert run.exit_code == 0
    assert "is now lamp.session.json.old" in run.output
    assert Path("lamp.session.json.old").read_bytes() == b"my notes"


def test_another_trees_session_is_refused_and_untouched(call):
    """
    A session of another tree is named as such.
    """
    other = Path("lamp.yaml").read_text().replace("Is the plug in", "Is a plug in")
    Path("other.yaml").write_text(other)
    call("run", "other.yaml", "--session", "case.json", typed="1\n")
    before = Path("case.json").read_bytes()

    run = call("run", "lamp.yaml", "--session", "case.json", typed="1\n")

    assert run.exit_code == 1
    assert "other" in run.stderr
    assert Path("case.json").read_bytes() == before


def test_what_is_no_file_is_not_replaced(call):
    """
    A device or a pipe can hold no session, and is left alone.
    """
    run = call("run", "lamp.yaml", "--session", os.devnull, typed="1\n")

    assert run.exit_code == 1
    assert not Path(os.devnull).is_file()


def test_a_file_changed_by_another_run_is_left_alone(call):
    """
    Two runs at once: the second to write stops, and overwrites nothing.
    """
    call("run", "lamp.yaml", typed="1\n")
    kept = Kept(SAVED)
    session = kept.resumed(load("lamp.yaml"))
    assert session is not None
    SAVED.write_text("{}")

    with pytest.raises(Refused, match="another run"):
        kept.keep(session)
    assert SAVED.read_text() == "{}"


def test_a_folder_that_cannot_be_written_does_not_stop_the_run(call, monkeypatch):
    """
    Not being able to save is said once; the customer is led on, the exit code is 1.
    """

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("troubleshoot.files.os.fsync", full)
    run = call("run", "lamp.yaml", typed="1\n230\ny\n")

    assert run.output.count("No space left on device") == 1
    assert "== Fixed ==" in run.output
    assert run.exit_code == 1
    assert list(Path().glob(".lamp*")) == []


def test_prepared_answers_are_played(call):
    """
    ``--answers`` plays questions and actions, and touches no saved session.
    """
    call("run", "lamp.yaml", typed="1\n")
    before = SAVED.read_bytes()
    Path("a.yaml").write_text("plug: yes\nvolts: 230\nnew-bulb: yes\n")

    run = call("run", "lamp.yaml", "--answers", "a.yaml")

    assert run.exit_code == 0
    assert "== Fixed ==" in run.output
    assert SAVED.read_bytes() == before


def test_what_is_not_prepared_is_not_known(call):
    """
    An empty file of answers still leads to an ending.
    """
    Path("a.yaml").write_text("# nothing\n")

    run = call("run", "lamp.yaml", "--answers", "a.yaml")

    assert run.exit_code == 0
    assert "> don't know" in run.output
    assert "== " in run.output


def test_what_was_put_off_twice_is_listed_once(call):
    """
    What is known so far has one line for each step, however often it was put.
    """
    Path("a.yaml").write_text("# nothing\n")

    run = call("run", "home/no-internet", "--answers", "a.yaml")

    talk, known = run.output.split("What is known so far:\n")
    assert talk.count("To try: Restart the router") > 1  # put off, offered again
    assert known.count("Restart the router") == 1


def test_a_question_that_comes_again_says_why(call):
    """
    After an action that changes it: what was done, and what was said before it.
    """
    Path("x.yaml").write_text(AGAIN)

    run = call("run", "x.yaml", typed="1\nn\nq\n")
    told = json.loads(
        call("next", "x.yaml", "--session", "x.session.json", "--json").output
    )

    again = "Look again: “Restart the router” may have changed this. You said: "
    assert f"3. {again}Amber." in " ".join(run.output.split())
    assert told["step"]["again"] == f"{again}Amber."
    assert told["step"]["reason"].startswith(f"{again}Amber.")


def test_a_private_answer_is_masked_where_it_is_asked_again(call):
    """
    Whoever looks on reads that it was said, and not what.
    """
    Path("x.yaml").write_text(AGAIN.replace("    ask:", "    private: true\n    ask:"))

    run = call("run", "x.yaml", typed="1\nn\nq\n")

    assert "may have changed this. You said: (private)." in " ".join(run.output.split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plugg: yes", "did you mean 'plug'"),
        ("plug: yess", "did you mean 'yes'?"),
        ("volts: 5 A", "not in V"),
        ("new-bulb: perhaps", "yes or no"),
        ("plug: yes\nplug: no", "second time"),
        ("plug: [yes]", "question: answer"),
        ("- plug", "question: answer"),
        ("plug: !!python/object:os.system yes", "tag"),
        ("plug: \x1b[31m", "cannot be shown"),
        ("{", "YAML"),
    ],
)
def test_a_wrong_file_of_answers_is_wrong_usage(call, text, message):
    """
    Unknown names and answers are named with the nearest, before anything is played.
    """
    Path("a.yaml").write_text(text)

    run = call("run", "lamp.yaml", "--answers", "a.yaml")

    assert run.exit_code == 2
    assert message in run.stderr
    assert run.stdout == ""
    assert not SAVED.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.yaml"], "there is no tree file 'nowhere.yaml'"),
        (["home/no-internt"], "did you mean 'home/no-internet'?"),
        (["a\x00b"], "holds a NUL"),
        (["lamp.yaml", "--fact", "plugg=yes"], "did you mean 'plug'"),
        (["lamp.yaml", "--fact", "plug=maybe"], "possible are"),
        (["lamp.yaml", "--fact", "volts=1e999"], "possible are"),
        (["lamp.yaml", "--fact", "plug"], "QUESTION=ANSWER"),
        (["lamp.yaml", "--fact", "plug=yes", "--fact", "plug=no"], "two values"),
        (["lamp.yaml", "--answers", "nowhere.yaml"], "cannot be read"),
        (["lamp.yaml", "--by", " "], "empty"),
        (["lamp.yaml", "--frsh"], "--fresh"),
    ],
)
def test_wrong_usage_is_one_message(call, arguments, message):
    """
    Exit code 2, nothing on standard output, nothing saved.
    """
    run = call("run", *arguments)

    assert run.exit_code == 2
    assert message in run.stderr
    assert run.stdout == ""
    assert not SAVED.exists()


def test_facts_are_not_asked_again(call):
    """
    What is known at the start counts, also on the way of an earlier session.
    """
    first = call("run", "lamp.yaml", "--fact", "plug=yes", typed="q\n")
    again = call("run", "lamp.yaml", "--fact", "plug=yes", typed="q\n")
    events = json.loads(SAVED.read_text())["events"]

    assert "Is the plug in the socket? (" not in first.output + again.output
    assert [each["kind"] for each in events] == ["begun", "told"]


def test_a_fact_that_is_no_evidence_is_told_once(call):
    """
    "Don't know" counts on the way of an earlier session too, and not twice.
    """
    arguments = ("run", "lamp.yaml", "--session", "case.json")
    call(*arguments, typed="d\n")
    for _ in range(2):
        call(*arguments, "--fact", "volts=dont-know", typed="q\n")
    events = json.loads(Path("case.json").read_text())["events"]

    said = [(each["step"], each["answer"]) for each in events if "answer" in each]
    assert said == [("plug", "dont-know"), ("volts", "dont-know")]


def test_facts_that_lead_to_the_end_are_kept(call):
    """
    A named session that ends with a fact of the command line has it in its file.
    """
    arguments = ("run", "lamp.yaml", "--session", "case.json")
    call(*arguments, typed="1\n")
    call(*arguments, "--fact", "volts=0")

    events = json.loads(Path("case.json").read_text())["events"]
    assert events[-1]["step"] == "volts"


def test_what_cannot_change_on_the_way_is_said(call):
    """
    A saved session keeps who takes the steps; the way to change it is named.
    """
    first = call("run", "lamp.yaml", "--session", "a b.json", "--by", "me", typed="1\n")
    second = call(
        "run", "lamp.yaml", "--session", "a b.json", "--by", "you", "--fact", "plug=no",
        typed="q\n",
    )  # fmt: skip

    go_on = "To go on:\ntroubleshoot run lamp.yaml --session 'a b.json'\n"
    assert first.output.endswith(go_on)
    assert "--by changes only with --fresh" in second.output
    assert json.loads(Path("a b.json").read_text())["events"][-1]["answer"] == "no"


def test_json_is_alone_on_standard_output(call):
    """
    The talk goes to standard error, the result with its path to standard output.
    """
    run = call("run", "lamp.yaml", "--json", typed="1\n230 V\ny\n")
    result = json.loads(run.stdout)

    assert "Is the plug in the socket?" in run.stderr
    assert result["step"]["outcome"] == "fixed"
    assert result["path"] == [
        {"kind": "answered", "step": "plug", "answer": "yes", "value": None},
        {"kind": "answered", "step": "volts", "answer": "good", "value": 230.0},
        {"kind": "tried", "step": "new-bulb", "answer": "fixed", "value": None},
    ]


def test_hostile_texts_do_not_reach_the_terminal(call):
    """
    Escape codes typed, named or given as facts are not echoed.
    """
    Path("lamp.yaml").write_text(
        Path("lamp.yaml").read_text().replace("Dark lamp", "Dark \u202elamp\u2066")
    )
    run = call("run", "lamp.yaml", typed="\x1b[31mred\x1b]0;x\x07\n\u202e1\nq\n")
    named = call("run", "\x1b[31m.yaml")
    fact = call("run", "lamp.yaml", "--fact", "\x1b[31m=\u202e")

    for text in (run.output, named.output, fact.output):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\u2066" not in text


@pytest.mark.parametrize("name", names())
def test_included_trees_run_without_any_answer(call, name):
    """
    Every included tree comes to an ending when nothing at all is known.
    """
    run = call("run", name, typed="d\n" * 300)

    assert run.exit_code == 0
    assert "== " in run.output


@pytest.mark.slow
def test_bytes_that_are_no_text_are_no_answer(spawn):
    """
    Input in another encoding gives a message, not a fault.
    """
    run = spawn("run", "lamp.yaml", typed=b"\xff\xfe\n1\nq\n")

    assert run.returncode == 0
    assert b"is not one of the answers" in run.stdout
    assert run.stderr == b""


@pytest.mark.slow
def test_an_encoding_without_our_signs_is_enough(spawn):
    """
    Bars and texts are printed in ASCII where there is nothing else.
    """
    run = spawn("run", "lamp.yaml", typed=b"s\nq\n", PYTHONIOENCODING="ascii")

    assert run.returncode == 0
    assert b"###" in run.stdout


@pytest.mark.slow
def test_interrupt_saves_and_says_so(desk, environment):
    """
    Ctrl-C ends with 130, what was answered is in the file, and there is no traceback.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "troubleshoot", "run", "lamp.yaml"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=desk,
        env=environment,
    ) as run:
        assert run.stdin is not None
        run.stdin.write(b"1\n")
        run.stdin.flush()
        wait_for(desk / SAVED)
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=30)

    assert run.returncode == 130
    assert b"Saved in lamp.session.json" in output
    assert errors.strip() == b"Interrupted."
    assert json.loads((desk / SAVED).read_text())["events"][-1]["answer"] == "yes"


@pytest.mark.slow
def test_killed_after_an_answer_loses_nothing(desk, environment):
    """
    A run that is killed outright has saved every answer it took.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "troubleshoot", "run", "lamp.yaml"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=desk,
        env=environment,
    ) as run:
        assert run.stdin is not None
        run.stdin.write(b"1\n")
        run.stdin.flush()
        wait_for(desk / SAVED)
        run.kill()
        run.communicate(timeout=30)

    assert json.loads((desk / SAVED).read_text())["events"][-1]["answer"] == "yes"


def wait_for(file):
    """Wait until a file is there."""
    end = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < end, f"{file} never came"
        time.sleep(0.05)


def test_an_edited_wording_is_told_where_the_answer_is(call):
    """
    What was said stands under its own heading, with how the question read then.
    """
    call("run", "lamp.yaml", typed="1\n")
    edited = Path("lamp.yaml").read_text().replace("Is the plug in", "Is it deep in")
    Path("lamp.yaml").write_text(edited)

    said = " ".join(call("run", "lamp.yaml").output.split())

    assert "; the answers still hold. Said so far: - Is it deep in" in said
    assert "-> Yes (it read “Is the plug in the socket?” then)" in said
    assert said.count("Is it deep in") == 1


def test_why_now_is_told_from_why(call):
    """
    The reason of the author and that of the moment have labels of their own.
    """
    run = call("run", "lamp.yaml", typed="?\nq\n")

    assert "   Why: A plug that is out explains everything.\n" in run.output
    assert "   Why now: Its answer is expected to tell " in run.output


def test_private_answers_are_masked_in_json(call):
    """
    Neither evidence nor path tells what was said to a private question.
    """
    private = (
        Path("lamp.yaml")
        .read_text()
        .replace("    unit: V", "    private: true\n    unit: V")
    )
    Path("lamp.yaml").write_text(private)
    run = call("run", "lamp.yaml", "--json", typed="1\n230 V\ny\n")
    facts = ("--fact", "volts=230 V", "--fact", "plug=yes", "--tried", "new-bulb=no")
    known = json.loads(call("next", "lamp.yaml", "--json", *facts).stdout)

    hidden = {"step": "volts", "answer": "(private)"}
    assert hidden in json.loads(run.stdout)["evidence"]
    assert {**hidden, "kind": "answered", "value": None} in (
        json.loads(run.stdout)["path"]
    )
    assert "good" not in [each["answer"] for each in known["evidence"]]
    assert known["evidence"] == [
        hidden,
        {"step": "plug", "answer": "yes"},
        {"step": "new-bulb", "answer": "failed"},
    ]
