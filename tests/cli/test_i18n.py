"""``troubleshoot i18n``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from troubleshoot.catalogue import in_language

pytestmark = pytest.mark.usefixtures("desk")

GERMAN = 'title: {text: Die Lampe, of: "00000000"}\n'


def test_from_a_tree_to_translators_and_back(call):
    """
    What was translated is kept, by whichever way it came.
    """
    Path("lamp.de.yaml").write_text(GERMAN)
    assert call("i18n", "extract", "lamp.yaml", "--language", "de", "-o", "x.po")
    text = Path("x.po").read_text()
    assert 'msgstr "Die Lampe"' in text

    Path("x.po").write_text(text.replace("#, fuzzy\n", ""))
    call("i18n", "extract", "lamp.yaml", "--language", "de", "-o", "x.po")
    assert "#, fuzzy" not in Path("x.po").read_text()
    run = call("i18n", "compile", "x.po")

    assert run.exit_code == 0
    assert run.output == "lamp.de.yaml: 1 text.\n"
    status = call("i18n", "status", "lamp.yaml", "--json")
    (found,) = json.loads(status.output)["wordings"]
    assert status.exit_code == 1
    assert found["language"] == "de"
    assert found["translated"] == 1
    assert found["stale"] == []
    assert "title" not in found["missing"]


def test_status_is_fine_where_all_is_translated(call):
    """
    The exit code is 1 for what is missing or stale, and 0 else.
    """
    assert call("i18n", "status", "lamp.yaml").exit_code == 0
    run = call("i18n", "extract", "lamp.yaml", "--language", "de")
    Path("lamp.de.yaml").write_text(run.output.replace("text: ''", "text: x"))
    assert call("i18n", "status", "lamp.yaml").exit_code == 0
    Path("lamp.customer.yaml").write_text(GERMAN)
    run = call("i18n", "status", "lamp.yaml")

    assert run.exit_code == 1
    assert "customer: 0 of" in run.output
    assert "  stale: title\n" in run.output


def test_wrong_usage(call):
    """
    In one sentence each.
    """
    Path("bad.po").write_text("msgid")

    assert call("i18n", "extract", "lamp.yaml").exit_code == 2
    assert call("i18n", "extract", "lamp.yaml", "--language", "D").exit_code == 2
    assert call("i18n", "compile", "none.po").exit_code == 2
    assert call("i18n", "compile", "bad.po").exit_code == 1


def test_a_run_in_german_says_nothing_in_english(call):
    """
    What is typed is understood in German, and all of ours is said in it.
    """
    Path("lamp.de.yaml").write_text("title: Die Lampe\n")
    lines = "?\nm\nquatsch\nw\nz\nä\n1\n\ns\n" + "ja\n" * 9
    run = call("run", "lamp.yaml", "--language", "de", "--fresh", typed=lines)
    english = {x for x in in_language("en").texts.values() if len(x.split()) > 2}
    german = {*in_language("de").texts.values()}

    assert run.output.startswith("Die Lampe\n")
    assert "Noch möglich:" in run.output
    said = " ".join(run.output.split())
    assert [each for each in english - german if each in said] == []
