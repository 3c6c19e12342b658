"""Images on pages: shown where that is possible, named where it is not."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
from click.testing import CliRunner
from rendering.engines import by_node
from tree.test_images import SVG, jpeg, png

import troubleshoot as ts
from troubleshoot.cli import main
from troubleshoot.rendering.interactive import engine
from troubleshoot.rendering.interactive.data import page_data

SHOWS = 'the "fuse", <b>whole</b> & [blown]'
TREE = r"""
format: 1
title: Dark
about: "Of glass: ![glass](more/glass.jpg)"
variables: {what: fuse}
causes:
  fuse: {about: 'Of glass: ![glass](more/glass.jpg)', actions: [swap]}
  bulb: {prior: 2, actions: [bulb]}
questions:
  whole:
    ask: Is it whole?
    how: |
      1. Look:

         ![the "{what}", \<b>whole\</b> & \[blown\]](fuse.png) and `code`

      | a | ![drawn](drawn.svg) |
      |---|---|
      | b | c |
    given: {fuse: no}
actions:
  swap: {do: Swap it., caution: "Hot: ![hot](drawn.svg)", how: "![again](fuse.png)"}
  bulb: {do: Change it.}
escalate: {to: Us}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a tree and its images."""
    folder = tmp_path_factory.mktemp("trees")
    (folder / "more").mkdir()
    (folder / "fuse.png").write_bytes(png(40, 20))
    (folder / "more" / "glass.jpg").write_bytes(jpeg(30, 20))
    (folder / "drawn.svg").write_bytes(SVG % b"<path d='M0 0h8'/>")
    (folder / "t.yaml").write_text(TREE)
    (folder / "t.de.yaml").write_text("title: Dunkel\n")
    return folder


@pytest.fixture(scope="module")
def tree(folder):
    """The tree."""
    return ts.load(folder / "t.yaml")


def of_page(page):
    """The images of an HTML page: what they show, and what they hold."""
    found = re.findall(r'<img src="([^"]*)" alt="([^"]*)"', page)
    assert page.count("<img") == len(found)
    return [
        (html.unescape(alt), b64decode(html.unescape(src).partition(",")[2]))
        for src, alt in found
    ]


def test_html_holds_them(folder, tree):
    """
    Each with its words and its size, and a policy that lets images of the page in.
    """
    page = ts.render(tree, "html")
    found = dict(of_page(page))

    assert found[SHOWS] == (folder / "fuse.png").read_bytes()
    assert found["drawn"] == found["hot"] == (folder / "drawn.svg").read_bytes()
    assert 'width="40" height="20">' in page
    assert "img-src data:" in page
    assert "http" not in "".join(re.findall(r'src="([^"]*)"', page))


def test_the_page_holds_each_once(tree, tmp_path):
    """
    As data, and what stands for them where no program runs.
    """
    page = ts.render(tree, "interactive")
    data = page_data(tree.begin())
    seen = json.dumps(data["questions"] + data["actions"])

    assert page.count("data:image/png") == 1 == page.count("data:image/jpeg")
    assert len(data["images"]) == 2 + 1
    assert json.dumps(SHOWS.replace("fuse", "{what}"))[1:-1] in seen
    assert "[fuse.png: the" in page
    assert "img-src data:" in page

    told = """
    function play({ data }) {
      const model = compile(data);
      tell(model, valuesOf(begin(model)));
      return model.question.get("whole").how;
    }
    """
    (how,) = by_node(
        engine() + told, [{"data": json.loads(json.dumps(data))}], tmp_path
    )
    assert json.dumps(SHOWS)[1:-1] in json.dumps(how)


@pytest.mark.parametrize("to", ["text", "markdown", "svg", "mermaid", "dot"])
def test_what_cannot_show_them_names_them(tree, to):
    """
    Their words are there; Markdown leads to the file.
    """
    page = ts.render(tree, to)
    if to in ("svg", "mermaid", "dot"):  # which tell no more than what is asked
        assert "data:" not in page
        return
    said = re.sub(r"\\(?=[^\w\s])", "", page)

    assert "data:" not in page
    assert SHOWS in re.sub(r"\s+", " ", said)
    if to == "markdown":
        assert "](fuse.png)" in page
        assert "![glass](more/glass.jpg)" in page
        assert r"\<b\>whole" in page
    else:
        assert "[fuse.png: again]" in page
        assert "[more/glass.jpg: glass]" in page


def test_records_name_them_too(tree):
    """
    The terminal, a hand-off, and JSON, which holds what the author wrote.
    """
    session = tree.begin().answer("whole", "no")
    session = session.tried("swap", fixed=False)
    step = session.question("whole")

    assert "![the" in step.to_dict()["how"]
    for to in ("text", "markdown"):
        assert "data:" not in ts.render(session.hand_off(), to)
    again = ts.HandOff.from_json(session.hand_off().to_json())
    assert "<img" not in ts.render(again, "html")
    assert ts.render(again, "text") == ts.render(session.hand_off(), "text")


def test_a_terminal_names_them(folder):
    """
    Where the step says how.
    """
    run = CliRunner().invoke(main, ["next", str(folder / "t.yaml")])

    assert run.exit_code == 0
    assert "[fuse.png: the" in run.output


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("to", [None, "docs/out", "."])
def test_markdown_leads_to_them_from_where_it_is_written(
    folder, tmp_path, monkeypatch, to, language
):
    """
    From the folder of the pages, or from where the command runs, in any language.
    """
    monkeypatch.chdir(tmp_path)
    wish = [*(["--to", to] if to else []), "--language", language]
    run = CliRunner().invoke(main, ["render", str(folder / "t.yaml"), *wish])
    here = tmp_path / (to or ".")
    page = (here / "t.md").read_text() if to else run.output

    assert run.exit_code == 0
    links = re.findall(r"(?<!\\)!\[(?:[^\]]|\\\])*\]\(([^)]*)\)", page)
    assert {Path(here, each).resolve().name for each in links} >= {"fuse.png"}
    assert all(Path(here, each).resolve().is_file() for each in links)


def test_a_better_image_is_read_anew(folder, tmp_path):
    """
    By a registry, which reads a tree again after any of its files was changed.
    """
    shutil.copytree(folder, tmp_path / "trees")
    trees = ts.Registry(tmp_path / "trees")
    before = trees.load("t")
    assert trees.load("t") is before

    (tmp_path / "trees/fuse.png").write_bytes(png(41, 21))
    assert 'width="41" height="21"' in ts.render(trees.load("t"), "html")


@pytest.mark.slow
def test_paper_shows_them(folder, tmp_path):
    """
    A PDF has each image, with its words for those who do not see it.
    """
    pytest.importorskip("typst")
    shutil.copytree(folder, tmp_path / "trees")
    # One that says its size alone is no image for paper.
    (tmp_path / "trees/more/glass.jpg").write_bytes(png(7, 7))
    made = ts.render(ts.load(tmp_path / "trees/t.yaml"), "pdf")
    (tmp_path / "t.pdf").write_bytes(made)

    assert made == ts.render(ts.load(tmp_path / "trees/t.yaml"), "pdf")
    if shutil.which("pdfimages") is None:
        pytest.skip("there is no pdfimages here")
    run = subprocess.run(
        ["pdfimages", "-list", tmp_path / "t.pdf"],  # noqa: S607 - wherever it is
        capture_output=True,
        check=True,
        text=True,
    )
    sizes = {tuple(line.split()[3:5]) for line in run.stdout.splitlines()[2:]}
    assert {("40", "20")} <= sizes
