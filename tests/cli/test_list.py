"""Trees that fit a complaint: listed, and offered by ``run``."""

from __future__ import annotations

import json

import pytest

from troubleshoot.tree.named import included


def test_all_trees_are_listed(call):
    """
    Without words there are all, with those of a folder by their files.
    """
    run = call("list", "--folder", ".")

    assert run.exit_code == 0
    lines = [each for each in run.output.splitlines() if not each.startswith(" ")]
    assert [each.partition(": ")[0] for each in lines] == [*included(), "./lamp.yaml"]
    assert "./lamp.yaml: Dark lamp\n    The lamp stays dark." in run.output


def test_the_best_comes_first(call):
    """
    Words are those of the customer, quoted or not.
    """
    run = call("list", "--json", "--folder", ".", "my", "lamp", "is dark!")

    trees = json.loads(run.output)
    assert trees == {
        "format": 1,
        "trees": [
            {
                "name": "./lamp.yaml",
                "id": "lamp",
                "title": "Dark lamp",
                "symptom": "The lamp stays dark.",
            }
        ],
        "left_out": [],
    }


def test_nothing_found_says_how_to_go_on(call):
    """
    That is no error.
    """
    run = call("list", "zzz")

    assert run.exit_code == 0
    assert "No tree has a word of 'zzz'. 'troubleshoot list' names all" in run.output


def test_a_broken_tree_is_left_out_and_named(call, desk):
    """
    One broken file hides no other.
    """
    (desk / "broken.yaml").write_text("format: 1\n")
    run = call("list", "--folder", ".", "lamp")

    assert run.exit_code == 0
    assert "./lamp.yaml: Dark lamp" in run.output
    assert "broken.yaml is left out: it has 2 problems" in run.output


@pytest.mark.parametrize(
    "arguments", [["web pages do not open"], ["--fresh", "internet"]]
)
def test_a_complaint_is_offered_the_trees_that_fit(call, arguments):
    """
    The tree that is picked is run.
    """
    run = call("run", *arguments, typed="No internet at home\nq\n")

    assert run.exit_code == 0
    assert "  No internet at home [home/no-internet]" in run.output
    assert "None of these" in run.output
    assert "\n1. " in run.output


def test_who_names_nothing_is_asked(call):
    """
    What is wrong is asked for, and then the tree.
    """
    run = call("run", typed="\nweb pages do not open\n1\nq\n")

    assert run.exit_code == 0
    assert "What is wrong? > " in run.output
    assert "Please say in a few words what is wrong" in run.output
    assert "[home/no-internet]" in run.output


def test_at_most_three_are_offered(call, desk):
    """
    And that none of them fits.
    """
    for each in "abcde":
        (desk / f"{each}.yaml").write_text("format: 1\ntitle: T\ncauses: {a: {}}\n")
    run = call("run", "bed pod web", typed="None of these\n")

    assert run.exit_code == 0
    assert "  4  None of these" in run.output
    assert "Then no tree fits." in run.output


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("", 0, "No tree was chosen."),
        ("q\n", 0, "No tree was chosen."),
        ("web pages\n", 0, "No tree was chosen."),
        ("web pages\nq\n", 0, "No tree was chosen."),
        ("web pages\n7\n", 1, "the input ended with a line that is no answer"),
        ("web pages\n" + "7\n" * 20, 1, "10 lines in a row were no answer"),
        ("zzz\n", 2, "No tree has a word of 'zzz'"),
    ],
)
def test_a_pipe_ends_as_in_every_conversation(call, typed, code, said):
    """
    The end of input is no answer, and nonsense comes to an end.
    """
    run = call("run", typed=typed)

    assert (run.exit_code, said in " ".join(run.output.split())) == (code, True)


@pytest.mark.parametrize("name", ["nowhere.yaml", "home/no-internt", "./lmap"])
def test_a_slip_in_a_name_is_no_complaint(call, name):
    """
    What looks like a file or a name is told apart from words.
    """
    run = call("run", name)

    assert run.exit_code == 2
    assert "there is no tree file" in run.output
