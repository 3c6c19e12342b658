"""Two trees of one id: where that is found, and where it is none."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import troubleshoot as ts
from troubleshoot.cli import main
from troubleshoot.tree.identity import same_ids

TREE = """\
format: 1
title: A lamp
id: lamp
causes: {bulb: {}, plug: {}}
questions:
  lit: {ask: Is another lamp lit?, given: {bulb: yes, plug: no}}
"""


@pytest.fixture
def two(tmp_path):
    """Two files that say the same id."""
    found = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for i, each in enumerate(found):
        each.write_text(f"# {i}\n" * i + TREE.replace("A lamp", f"Lamp {i}"))
    return found


def test_both_places_are_told(two):
    """
    The second one is at fault, where it says its id; the first one is named.
    """
    (problem,) = same_ids(ts.load(each) for each in two)

    place = (problem.code, problem.file, problem.line, problem.column)
    assert place == ("same-tree-id", str(two[1]), 4, 5)
    assert f"and of {two[0]}, line 3" in problem.message
    assert problem.severity == "error"


@pytest.mark.parametrize("as_json", [False, True])
def test_check_refuses_the_second(two, as_json):
    """
    Of two files, or of a folder; each alone is well.
    """
    for named in (two, [two[0].parent]):
        run = CliRunner().invoke(
            main, ["check", *map(str, named), *["--json"] * as_json]
        )
        assert run.exit_code == 1
        assert str(two[0]) in run.output
        assert str(two[1]) in run.output
        assert "same-tree-id" in run.output
    for each in two:
        assert CliRunner().invoke(main, ["check", str(each)]).exit_code == 0


def test_pages_are_made_of_the_first(two, tmp_path):
    """
    The second one is a problem like others, and the exit code says so.
    """
    to = str(tmp_path / "out")
    run = CliRunner().invoke(main, ["render", *map(str, two), "--to", to, "--json"])
    told = json.loads(run.stdout)

    assert run.exit_code == 1
    assert [each["code"] for each in told["problems"]] == ["same-tree-id"]
    assert {each["tree"] for each in told["files"]} == {str(two[0]), ""}


def test_a_registry_gives_the_first_that_was_asked_for(two):
    """
    The other is refused, until its id is another, or the first is gone.
    """
    trees = ts.Registry(two[0].parent)
    first = trees.load("a")
    assert trees.load("a") is first

    with pytest.raises(ts.TreeError, match="is the id of two trees"):
        trees.load("b")
    assert [each.name for each in trees.listed()] == ["a"]
    assert list(trees.problems()) == ["b"]

    two[1].write_text(TREE.replace("id: lamp", "id: other-lamp"))
    assert trees.load("b").id == "other-lamp"


def test_one_tree_is_one_however_often_it_is_read(two):
    """
    Read again, edited in between, or renamed.
    """
    before = ts.load(two[0])
    two[0].write_text(TREE.replace("A lamp", "Another lamp"))
    after = ts.load(two[0])
    assert same_ids([before, after, before]) == ()

    session = before.begin({"lit": "no"})
    moved = two[0].rename(two[0].with_name("renamed.yaml"))
    renamed = ts.load(moved)
    assert ts.resume(renamed, session.to_json()).evidence == (("lit", "no"),)


def test_files_of_one_name_are_pointed_out(tmp_path):
    """
    Without an id in either it is a warning: each is used by its path.
    """
    for folder in ("home", "shop"):
        (tmp_path / folder).mkdir()
        text = TREE.replace("id: lamp\n", "").replace("A lamp", folder)
        (tmp_path / folder / "lamp.yaml").write_text(text)
    both = [str(tmp_path / each / "lamp.yaml") for each in ("home", "shop")]

    run = CliRunner().invoke(main, ["check", *both])
    assert run.exit_code == 0
    assert run.output.splitlines()[-1] == "2 files: 1 warning."
    assert f"{both[1]}:1:1: warning: 'lamp' is the id of two trees" in run.output
    assert len(ts.Registry(tmp_path).listed()) == 2
