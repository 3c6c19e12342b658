from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from troubleshoot._version import __version__
from troubleshoot.cli import VERBS, main
from troubleshoot.cli.new import STARTS
from troubleshoot.tree.load import load, loads
from troubleshoot.tree.named import included_folder

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_is_its_line_in_the_list(verb):
    """
    The list of verbs says what each verb says of itself, and each has an example.
    """
    command = main.get_command(click.Context(main), verb)

    assert command is not None
    assert (command.help or "").strip().startswith(VERBS[verb].removesuffix("."))
    assert (command.epilog or "").startswith(f"Example: troubleshoot {verb} ")
    verbs = (command, *getattr(command, "commands", {}).values())
    assert any("--json" in each.opts for one in verbs for each in one.params)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["schema"]])
def test_the_start_waits_for_nothing(spawn, arguments):
    """
    Neither numpy nor networkx nor jinja2 is imported for what does not need them.
    """
    code = (
        "import contextlib, sys; from troubleshoot.cli import main\n"
        f"with contextlib.suppress(SystemExit): main({arguments!r})\n"
        "light = {'numpy', 'networkx', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(', '.join(light) or None)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=REPOSITORY
    )

    assert spawn("--version").stdout.decode().split()[-1] == __version__
    assert run.returncode == 0, run.stderr


def test_a_misspelt_verb_names_the_nearest(call):
    """
    Wrong usage, with the verb that was meant.
    """
    run = call("nxt")

    assert run.exit_code == 2
    assert "did you mean 'next'?" in run.stderr


def test_whatever_fails_is_one_message(call, monkeypatch):
    """
    Not even a fault of our own shows a traceback.
    """
    monkeypatch.setattr("troubleshoot.tree.load.examine", lambda _: 1 / 0)

    run = call("show", "lamp.yaml")

    assert run.exit_code == 1
    assert run.stderr.startswith("error: a fault of troubleshoot itself")


def test_a_reader_that_leaves_is_no_fault(desk, environment):
    """
    Output into a closed pipe ends without a message.
    """
    command = f"{sys.executable} -m troubleshoot schema | head -c 1"
    run = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        check=True,
        cwd=desk,
        env=environment,
    )

    assert run.stdout == b"{"
    assert run.stderr == b""


# next


def test_next_has_the_promised_shape(call):
    """
    The keys that other tools lean on, and the author's why before the computed one.
    """
    result = json.loads(call("next", "lamp.yaml", "--json").stdout)
    step = result["step"]

    assert {"step", "belief", "eliminated", "evidence"} <= set(result)
    assert step["kind"] == "question"
    assert step["id"] == "plug"
    assert {"id", "text", "probability"} <= set(step["answers"][0])
    assert step["cost_min"] == 1
    assert step["gain_bits"] > 0
    assert step["why"].startswith("A plug that is out explains everything. ")
    assert sum(result["belief"].values()) == pytest.approx(1)


def test_next_after_facts_and_actions(call):
    """
    Facts and tried actions count as evidence, eliminated causes name their answer.
    """
    arguments = ("--fact", "plug=yes", "--fact", "volts=230", "--tried", "new-bulb=no")
    result = json.loads(call("next", "lamp.yaml", *arguments, "--json").stdout)

    assert {"step": "new-bulb", "answer": "failed"} in result["evidence"]
    assert {"cause": "unplugged", "by": "plug"} in result["eliminated"]
    assert result["step"]["kind"] == "ending"
    assert {"outcome", "causes", "confidence", "actions", "escalate"} <= set(
        result["step"]
    )
    assert result["step"]["escalate"]["bring"] == ["the lamp"]


def test_next_takes_an_answer_from_after_an_action(call):
    """
    An action overtakes the facts before it, not those after it on the command line.
    """
    text = Path("lamp.yaml").read_text()
    changes = "cost: 30 s, changes: [volts]}"
    Path("lamp.yaml").write_text(text.replace("cost: 30 s}", changes))
    before = ("next", "lamp.yaml", "--json", "--fact=volts=0", "--tried", "plug-in=no")
    failed = {"step": "plug-in", "answer": "failed"}

    overtaken = json.loads(call(*before).stdout)
    seen_again = json.loads(call(*before, "--fact", "volts=230").stdout)
    twice = call(*before, "--fact", "volts=230", "--fact", "volts=3")

    assert overtaken["evidence"] == [failed]
    assert seen_again["evidence"] == [failed, {"step": "volts", "answer": "good"}]
    assert twice.exit_code == 2


def test_a_fact_with_two_values_is_refused_without_them(call):
    """
    What was said is not repeated, since the question may be private.
    """
    result = call("next", "lamp.yaml", "--fact", "volts=230", "--fact", "volts=3")

    assert result.exit_code == 2
    assert "'volts' is given twice" in result.stderr
    assert "230" not in result.stderr


@pytest.mark.parametrize("verb", ["next", "run"])
def test_a_slip_in_what_is_at_hand_is_refused(call, verb):
    """
    Who takes steps is somebody that steps are for; a thing is no slip for another.
    """
    needs = "cost: 30 s, by: engineer, needs: multimeter}"
    text = Path("lamp.yaml").read_text().replace("cost: 30 s}", needs)
    Path("lamp.yaml").write_text(text)

    who = call(verb, "lamp.yaml", "--by", "enginer")
    what = call(verb, "lamp.yaml", "--has", "Multimeter")

    assert who.exit_code == what.exit_code == 2
    assert "no step of this tree needs 'enginer'; did you mean 'engineer'?" in (
        who.stderr
    )
    assert "did you mean 'multimeter'?" in what.stderr
    for other in (("--by", "engineer"), ("--by", "agent"), ("--has", "voltmeter")):
        assert call(verb, "lamp.yaml", *other).exit_code == 0
    assert call(verb, "lamp.yaml", "--by", "wizard").exit_code == 2


def test_next_proposes_an_action(call):
    """
    An action has its own shape, with the caution.
    """
    result = json.loads(call("next", "lamp.yaml", "--fact", "plug=no", "--json").stdout)

    assert result["step"]["kind"] == "action"
    assert result["step"]["id"] == "plug-in"


def test_next_for_people(call):
    """
    Without ``--json`` the step, why, and what is still possible.
    """
    run = call("next", "lamp.yaml")

    assert "Next: Is the plug in the socket?" in run.output
    assert "Still possible:" in run.output


def test_next_reads_a_saved_session_and_leaves_it(call):
    """
    ``--session`` goes on from a file without writing it.
    """
    call("run", "lamp.yaml", "--session", "case.json", typed="1\n")
    before = Path("case.json").read_bytes()

    result = json.loads(
        call("next", "lamp.yaml", "--session", "case.json", "--json").stdout
    )

    assert result["step"]["id"] == "volts"
    assert Path("case.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fact", "volts=-inf"], "possible are"),
        (["--fact", "nothing=1"], "there is no question or action 'nothing'"),
        (["--tried", "plug-inn=no"], "did you mean 'plug-in'?"),
        (["--tried", "plug-in=maybe"], "'maybe' is neither"),
        (["--strategy", "random"], "information"),
        (["--session", "nowhere.json"], "there is no such file"),
        (["--session", "nowhere.json", "--by", "me"], "belong to the saved session"),
    ],
)
def test_next_refuses_what_the_tree_does_not_have(call, arguments, message):
    """
    One message, exit code 2, nothing on standard output.
    """
    run = call("next", "lamp.yaml", *arguments)

    assert run.exit_code == 2
    assert message in run.stderr
    assert run.stdout == ""


def test_a_broken_tree_is_a_problem(call):
    """
    The problems of the tree, and exit code 1.
    """
    Path("bad.yaml").write_text("title: x\n")

    run = call("next", "bad.yaml")

    assert run.exit_code == 1
    assert "bad.yaml:1:1" in run.stderr


# check


def test_check_counts_and_prints_all(call):
    """
    Every problem of every file in a folder, then a count; exit code 1.
    """
    Path("sub").mkdir()
    Path("sub/bad.yml").write_text("format: 1\nformat: 1\n")
    Path("sub/notes.txt").write_text("not a tree")

    run = call("check", ".")

    assert run.exit_code == 1
    assert "sub/bad.yml:2:1: error: 'format' stands here a second time" in run.output
    assert run.output.splitlines()[-1].startswith("2 files: ")


def test_check_is_content_with_good_trees(call):
    """
    Exit code 0, by file, by folder and by the name of an included tree.
    """
    run = call("check", "lamp.yaml", "home/no-internet", str(included_folder()))

    assert run.exit_code == 0
    assert run.output.endswith("no problems.\n")


def test_check_as_json(call):
    """
    The promised keys of each problem.
    """
    Path("bad.yaml").write_text("format: 1\nformat: 1\n")

    run = call("check", "bad.yaml", "nowhere.yaml", "--json")
    problems = json.loads(run.stdout)["problems"]

    assert run.exit_code == 1
    assert {each["code"] for each in problems} >= {"duplicate-key", "unreadable"}
    assert set(problems[0]) == {
        "code", "severity", "file", "line", "column", "message", "why", "fix",
    }  # fmt: skip


def test_check_of_hostile_files(call):
    """
    Escape codes in a file do not reach the terminal.
    """
    Path("bad.yaml").write_bytes(b"title: \x1b[31mred\x1b]0;x\x07 \xe2\x80\xae\n")
    Path("worse.yaml").write_bytes(b'format: 1\n"\\e[31m": \xe2\x80\xae\n')
    Path("zero.yaml").write_bytes(bytes(100))

    run = call("check", "bad.yaml", "worse.yaml", "zero.yaml")

    assert run.exit_code == 1
    assert "\x1b" not in run.output
    assert "\u202e" not in run.output


def test_check_of_an_empty_folder_is_wrong_usage(call):
    """
    A folder without trees is probably not the one that was meant.
    """
    Path("empty").mkdir()

    assert call("check", "empty").exit_code == 2


# schema, show, new


def test_schema_is_json(call):
    """
    The schema is printed as it is.
    """
    assert json.loads(call("schema").stdout)["$schema"].startswith(
        "https://json-schema"
    )


def test_show_draws_causes_with_priors(call):
    """
    Groups before what is in them, each with its prior.
    """
    run = call("show", "home/no-internet")

    assert "  10.9 %  \u2502  \u251c\u2500 Outage in the area [outage]" in run.output
    assert "   3.0 %  a cause that is not listed" in run.output


def test_show_in_ascii(spawn):
    """
    Branches are typed where the encoding has none.
    """
    run = spawn("show", "home/no-internet", PYTHONIOENCODING="ascii")

    assert b"|  |- Outage in the area" in run.stdout


def test_show_as_json(call):
    """
    The causes nested as in the file, with priors that sum to 1 with the unknown one.
    """
    result = json.loads(call("show", "lamp.yaml", "--json").stdout)

    assert [each["id"] for each in result["causes"]] == list(load("lamp.yaml").causes)
    total = sum(each["prior"] for each in result["causes"]) + result["unknown"]
    assert total == pytest.approx(1)


def test_a_new_tree_checks_and_runs(call):
    """
    What ``new`` writes has no problems, and leads to an ending.
    """
    assert call("new", "first.yaml", "--title", 'A "new": one # here').exit_code == 0
    checked = call("check", "first.yaml")
    run = call("run", "first.yaml", typed="2\n1\n2\n2\ny\n")

    assert checked.exit_code == 0, checked.output
    assert load("first.yaml").title == 'A "new": one # here'
    assert "== Fixed ==" in run.output


@pytest.mark.parametrize("like", STARTS)
def test_every_start_checks_without_a_warning(call, like):
    """
    Each tree to begin with is one that nobody has to mend first.
    """
    assert call("new", "first.yaml", "--like", like).exit_code == 0
    checked = call("check", "first.yaml", "--json")

    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["problems"] == []
    own = load("first.yaml").title
    assert call("new", "other.yaml", "--like", like, "--title", "Ours").exit_code == 0
    assert load("other.yaml").title == "Ours" != own


@pytest.mark.parametrize(
    "title", ["no", "1", "- x", "\x1b[31mred", "\u00e4\u4e2d", "a\\b"]
)
def test_a_new_tree_takes_any_title(call, title):
    """
    Whatever the title holds, the file loads.
    """
    assert call("new", "first.yaml", "--title", title).exit_code == 0
    assert load("first.yaml").title


def test_new_as_json_names_the_file(call):
    """
    Scripts learn where the tree is; a title that is none is wrong usage.
    """
    written = json.loads(call("new", "first.yaml", "--json").stdout)

    assert written == {"format": 1, "file": "first.yaml"}
    assert call("new", "second.yaml", "--title", " ").exit_code == 2


def test_new_never_overwrites(call):
    """
    A file that is there stays as it is.
    """
    before = Path("lamp.yaml").read_bytes()

    run = call("new", "lamp.yaml")

    assert run.exit_code == 1
    assert "stays" in run.stderr
    assert Path("lamp.yaml").read_bytes() == before
    assert call("new", "no/such/folder.yaml").exit_code == 2


def test_a_tree_is_shown_as_one_file_with_its_parts(call, desk):
    """
    What is printed loads to an equal tree, as YAML and as JSON.
    """
    text = "format: 1\ntitle: Room\ncauses: {lamp: {include: ./lamp.yaml}, tv: {}}\n"
    (desk / "room.yaml").write_text(text)
    tree = load("room.yaml")
    printed = call("show", "room.yaml", "--resolved").output
    as_json = call("show", "room.yaml", "--resolved", "--json").output

    assert loads(printed) == loads(as_json) == tree
    assert json.loads(as_json)["questions"]["lamp.plug"]["ask"]
    assert call("show", "nothing.yaml", "--resolved").exit_code == 2
