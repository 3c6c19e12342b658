from __future__ import annotations

import json
from pathlib import Path

import pytest

import troubleshoot as ts

KEYS = (
    "goal",
    "expected_cost",
    "lower_bound",
    "gap",
    "optimal",
    "expected_questions",
    "worst_cost",
    "nodes",
    "endings",
)


@pytest.mark.parametrize("goal", ["diagnose", "repair"])
def test_json_has_the_promised_keys(call, goal):
    """
    The certificate, the number of nodes, and the plan itself, which can be read back.
    """
    run = call("plan", "lamp.yaml", "--goal", goal, "--json")
    result = json.loads(run.stdout)

    assert set(KEYS) <= set(result)
    assert result["format"] == 1
    assert result["goal"] == goal
    assert result["nodes"] == len(result["plan"])
    assert {"kind", "probability"} == set(result["endings"][0])
    assert ts.Plan.from_json(run.stdout) == ts.plan(ts.load("lamp.yaml"), goal)
    assert run.stderr == ""


@pytest.mark.slow
def test_same_to_the_byte(spawn):
    """
    Two processes print the same plan.
    """
    first, second = (spawn("plan", "lamp.yaml", "--json").stdout for _ in range(2))

    assert first
    assert first == second


def test_page(call):
    """
    For people: the certificate in one sentence, how it ends, the steps as an outline.
    """
    run = call("plan", "lamp.yaml")

    lines = run.stdout.splitlines()
    assert run.exit_code == 0
    assert lines[0] == "Dark lamp"
    assert "no plan takes less" in " ".join(lines)
    assert any(line.startswith("It ends: found") for line in lines)
    assert "1. Is the plug in the socket? (1 min)" in lines
    assert any(line.startswith("    = The most likely cause") for line in lines)


@pytest.mark.slow
def test_page_of_a_large_plan(call, desk):
    """
    Urgent questions are named, setups said, and what is deep or drawn is referred to.
    """
    run = call("plan", "home/no-internet", "--goal", "repair", "--budget-nodes", "20")

    assert desk.is_dir()
    assert "Asked before it, whatever the plan:" in run.stdout
    assert "First: " in run.stdout
    assert "go on with step " in run.stdout
    assert "so that" in run.stdout


def test_facts_and_people(call):
    """
    What is known is not asked, and the plan says what it began with.
    """
    run = call("plan", "lamp.yaml", "--fact", "plug=yes", "--by", "me", "--json")
    result = json.loads(run.stdout)

    assert result["given"] == {"facts": [["plug", "yes"]], "by": ["me"], "has": None}
    assert "plug" not in {each["step"] for each in result["plan"]}


@pytest.mark.parametrize("budget", [["--budget-seconds", "0"], ["--budget-nodes", "0"]])
def test_no_budget_is_a_plan_too(call, budget):
    """
    A plan without any search is sound, with a bound that holds.
    """
    result = json.loads(call("plan", "lamp.yaml", *budget, "--json").stdout)

    assert 0 <= result["lower_bound"] <= result["expected_cost"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--goal", "win"], "diagnose"),
        (["--budget-nodes", "-1"], "-1"),
        (["--budget-seconds", "soon"], "soon"),
        (["--fact", "nothing=1"], "there is no question or action 'nothing'"),
        (["--fact", "plug=blue"], "possible are"),
    ],
)
def test_wrong_usage(call, arguments, message):
    """
    One message, exit code 2, nothing on standard output.
    """
    run = call("plan", "lamp.yaml", *arguments)

    assert run.exit_code == 2
    assert message in run.stderr
    assert run.stdout == ""


def test_a_session_that_is_stopped_has_no_plan(call, desk):
    """
    After an urgent answer that says stop there is nothing to plan.
    """
    body = (desk / "lamp.yaml").read_text()
    body += "urgent:\n  smell: {ask: Does it smell?, stop: {yes: Unplug it.}}\n"
    (desk / "smell.yaml").write_text(body)

    run = call("plan", "smell.yaml", "--fact", "smell=yes")

    assert run.exit_code == 2
    assert "stopped" in run.stderr


@pytest.mark.parametrize("strategy", ["information", "repair", "plan"])
def test_strategies_of_next_and_run(call, strategy):
    """
    Both verbs take the strategies, and a saved run keeps its own.
    """
    options = ("lamp.yaml", "--strategy", strategy)
    step = json.loads(call("next", *options, "--json").stdout)["step"]
    call("run", *options, "--session", "case.json", typed="1\n")
    text = Path("case.json").read_text(encoding="utf-8")
    saved = json.loads(text)

    assert step["kind"] in {"question", "action"}
    assert saved["options"]["strategy"] == strategy


def test_the_strategy_belongs_to_the_saved_session(call):
    """
    ``next`` refuses another one, and ``run`` says that it stays.
    """
    call("run", "lamp.yaml", "--session", "case.json", typed="1\n")

    refused = call("next", "lamp.yaml", "--session", "case.json", "--strategy", "plan")
    stays = call("run", "lamp.yaml", "--session", "case.json", "--strategy", "plan")

    assert refused.exit_code == 2
    assert "--strategy" in refused.stderr
    assert "--strategy changes only with --fresh" in stays.stdout
