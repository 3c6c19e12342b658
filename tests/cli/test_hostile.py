"""Whatever is typed as a name, a number or a text ends in words, never in a fault."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click
import pytest

from troubleshoot.cli import VERBS, main
from troubleshoot.tree.named import included as names

LONG = "x" * 5_000
VALUES = (
    *("", " ", "\0", "a\0b", LONG, f"{LONG}=y", "\udcff", "\x1b[31mred", "\U0001f4a5"),
    *("folder", "nothing/there", "binary.dat", "lamp.yaml", "lamp.session.json", "-"),
    *("nan", "inf", "-inf", "-1", "1e400", "9" * 5_000, "1.5", "=", "a=b", "plug=no"),
    "my printer does not print",
)
# What each verb takes, so that it works.
WORKS = {
    "run": ["lamp.yaml"],
    "list": ["web", "pages"],
    "next": ["lamp.yaml"],
    "check": ["lamp.yaml"],
    "show": ["lamp.yaml"],
    "plan": ["lamp.yaml"],
    "render": ["lamp.yaml"],
    "replay": ["lamp.yaml", "lamp.session.json"],
    "new": ["new.yaml"],
    "schema": [],
}
ENDS_IN_WORDS = (0, 1, 2)


def places():
    """Every argument and every option with a value: verb, its name, how it is typed."""
    for verb in VERBS:
        command = main.get_command(click.Context(main), verb)
        number = 0
        for each in command.params:
            if isinstance(each, click.Argument):
                yield verb, each.name, number
                number += 1
            elif not each.is_flag:
                yield verb, each.opts[0], None


@pytest.mark.parametrize(("verb", "name", "number"), list(places()))
def test_any_value_ends_in_words(call, verb, name, number):
    """
    Any text for any argument or option: the exit code is 0, 1 or 2, and no fault.
    """
    Path("folder").mkdir()
    Path("binary.dat").write_bytes(b"\xff\x00\x1b[31m")
    call("run", "lamp.yaml", "--session", "lamp.session.json", typed="yes\nq\n")
    assert call(verb, *WORKS[verb]).exit_code in (0, 1)

    for value in VALUES:
        arguments = [*WORKS[verb], name, value]
        if number is not None:
            arguments = [*WORKS[verb]]
            arguments[number] = value
        run = call(verb, *arguments)

        assert run.exit_code in ENDS_IN_WORDS, arguments
        assert "a fault of troubleshoot" not in run.output, arguments
        assert "Traceback" not in run.output, arguments
        assert run.exit_code == 0 or run.output.strip(), arguments
        assert not re.search("[\0\x1b]", run.output), arguments


def test_one_bad_file_keeps_no_other_from_being_checked(call):
    """
    Devices, pipes, folders' files and what is missing are problems among others.
    """
    Path("broken.yaml").write_text("format: 1\ntitel: x\n")
    Path("binary.yaml").write_bytes(b"\xff\xfe")
    os.mkfifo("pipe.yaml")
    bad = ["/dev/zero", "pipe.yaml", "missing.yaml", "binary.yaml", "broken.yaml"]

    told = call("check", bad[0], bad[1], "lamp.yaml", *bad[2:], "--json")
    said = call("check", *bad, "lamp.yaml")

    assert told.exit_code == said.exit_code == 1
    assert {x["file"] for x in json.loads(told.stdout)["problems"]} == {*bad}
    assert said.output.splitlines()[-1].startswith("6 files: ")


@pytest.mark.parametrize("verb", ["run", "next"])
@pytest.mark.parametrize("file", ["/dev/zero", "pipe", "folder"])
def test_what_is_no_file_is_not_read_as_a_session(call, verb, file):
    """
    Neither a device nor a pipe holds a run up, nor does it end in a fault.
    """
    Path("folder").mkdir()
    os.mkfifo("pipe")
    runs = [call(verb, "lamp.yaml", "--session", file)]
    if verb == "run":
        runs.append(call("run", "lamp.yaml", "--answers", file))

    assert all(run.exit_code in (1, 2) for run in runs)
    assert all(file in run.stderr for run in runs)


def test_an_option_is_named_where_it_was_wrong(call):
    """
    What was typed after --tried or after it is refused under its own name.
    """
    arguments = ("--tried", "new-bulb=no", "--fact", "volts=much")
    fact = call("next", "lamp.yaml", *arguments).stderr
    action = call("next", "lamp.yaml", "--tried", "pray=no").stderr

    assert fact.startswith("error: --fact: 'much' is not an answer to 'volts'")
    assert action.startswith("error: --tried: there is no action 'pray'")


@pytest.mark.parametrize("verb", ["run", "next", "plan", "render"])
@pytest.mark.parametrize("said", ["nothing=1", "plug=blue"])
def test_a_wrong_fact_is_refused_by_the_option_that_says_it(call, verb, said):
    """
    The same in every verb that takes facts: what was wrong is found at once.
    """
    run = call(verb, "lamp.yaml", "--fact", said)

    assert run.exit_code == 2
    assert run.stderr.startswith("error: --fact")


@pytest.mark.parametrize("verb", WORKS)
def test_an_interrupt_ends_every_verb_in_words(call, monkeypatch, verb):
    """
    Ctrl-C at work is no fault: exit code 130, and a sentence.
    """
    call("run", "lamp.yaml", "--session", "lamp.session.json", typed="yes\nq\n")
    work = {
        "check": "troubleshoot.cli.check.problems",
        "render": "troubleshoot.cli.publish.linked",
        "list": "troubleshoot.cli.listing.Library",
        "new": "troubleshoot.cli.new.write",
        "schema": "troubleshoot.cli.schema.json_schema",
    }

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    place = work.get(verb, "troubleshoot.cli.options.load")
    monkeypatch.setattr(place, interrupt)
    run = call(verb, *WORKS[verb])

    assert run.exit_code == 130
    assert run.stderr == "\nInterrupted.\n"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "-1", "", "soon"])
def test_a_budget_is_a_time_that_ends(call, value):
    """
    What is no number of seconds is wrong usage, and the message says what is.
    """
    run = call("plan", "lamp.yaml", f"--budget-seconds={value}")

    assert run.exit_code == 2
    assert ("0 or more" in run.output) or ("leave it out for no limit" in run.output)


@pytest.mark.parametrize("value", ["0.5", "nan", "-1", "many", "9" * 5_000])
def test_a_count_is_a_whole_number(call, value):
    """
    Of nodes and of steps, in words and with the least that there can be.
    """
    run = call("plan", "lamp.yaml", f"--budget-nodes={value}")

    assert run.exit_code == 2
    assert "is no whole number, 0 or more." in run.output
    assert len(run.output) < 400


@pytest.mark.parametrize("verb", ["run", "next", "show", "plan"])
def test_a_folder_is_no_tree_and_its_trees_are_named(call, verb):
    """
    Whoever names a folder reads which files there are in it.
    """
    run = call(verb, os.curdir)

    assert run.exit_code == 2
    assert "'.' is a folder; name one of the files in it: lamp.yaml." in run.output


@pytest.mark.parametrize("arguments", [["run", ""], ["run", "zzz"], ["show", "lmap"]])
def test_whoever_names_no_tree_reads_which_there_are(call, arguments):
    """
    With an empty or an unknown name the included ones are named.
    """
    run = call(*arguments)

    assert run.exit_code == 2
    assert all(each in " ".join(run.output.split()) for each in names())


def test_a_complaint_is_answered_with_the_trees_there_are(call):
    """
    A sentence is no name of a file, and the message says what is expected.
    """
    run = call("show", "my printer does not print")

    assert run.exit_code == 2
    assert "'my printer does not print' is no tree: name a file, or an" in run.output
    assert "home/no-internet" in run.output


def test_a_broken_session_is_named_where_it_is_rendered(call):
    """
    The message begins with the file, also where a single page is printed.
    """
    Path("s.json").write_text("{}")

    run = call("render", "s.json", "--form", "hand-off")

    assert run.exit_code == 1
    assert run.output.startswith("error: s.json: ")


def test_a_new_tree_needs_a_folder_that_is_there(call):
    """
    The message names the folder, and what is no file is not written to.
    """
    run = call("new", "nowhere/new.yaml")

    assert run.exit_code == 2
    assert "nowhere/new.yaml: there is no folder 'nowhere'." in run.output
