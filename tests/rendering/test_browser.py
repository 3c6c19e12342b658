"""Pages in a real browser: accessible, and blind to what texts would have it do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from itertools import cycle
from xml.etree import ElementTree as ET

import pytest
from rendering import hostile
from rendering.browser import Watched, chromium, violations

import troubleshoot as ts
from troubleshoot.errors import Problem
from troubleshoot.rendering.formats import RenderRequest
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.pages import page
from troubleshoot.rendering.site import IndexEntry, entry, index, pages, under_banner
from troubleshoot.text import printable

INCLUDED = ("home/no-internet", "kubernetes/pod-not-ready", "workshop/3d-print-fails")
# What would be seen if any of it were more than text.
OURS = (
    '<img src="http://attacker.test/x.png" onerror="window.canary=1">',
    "</script><script>window.canary=1</script>",
    "<!--<script>window.canary=1//-->",
    "</title></style><svg onload=window.canary=1>",
    '" onmouseover="window.canary=1" style="background:url(http://attacker.test/)',
    "[here](javascript:window.canary=1)",
    "<http://attacker.test/z>",
    "{{ 7 * 7 }}{% raw %}{# no #}",
    "${window.canary=1}`",
    "]]><script>window.canary=1</script>",
    "&lt;b&gt; &#x3c;b&#x3e;",
    "@import url(http://attacker.test/w.css);",
    '"});window.canary=1;({"',
    "\\u003cscript\\u003ewindow.canary=1",
)


@cache
def hostile_trees():
    """Trees that together hold every text, ours and those of the list."""
    if not hostile.NAUGHTY.exists():
        pytest.skip("the naughty strings are not at hand")
    listed = json.loads(hostile.NAUGHTY.read_text(encoding="utf-8"))
    every = [*OURS, *filter(hostile.fits, listed)]
    return [
        hostile.loaded(hostile.reworded(cycle(part))) for part in hostile.parts(every)
    ]


def to_the_letter(tree):
    """Texts of a tree that stand for themselves, as a page shows them; no ranges."""
    steps = [*tree.questions.values(), *tree.actions.values(), *tree.setups.values()]
    texts = [tree.title, tree.symptom, tree.version, *tree.escalate.bring]
    texts += [getattr(each, "ask", "") or each.do for each in steps]
    words = [each for each in tree.questions.values() if not each.unit]
    texts += [x.text for each in words for x in each.answers]
    texts += [each.title for each in tree.root_causes]
    return [plain(each) for each in texts]


def plain(text):
    """A text as a page shows it, its blanks and line ends as one space."""
    return " ".join(" ".join(map(printable, text.splitlines())).split())


@pytest.fixture(scope="module")
def browser():
    """A browser for the tests of this module."""
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser, tmp_path):
    """
    Open a page from a file; without its policy, so that only escaping protects it.
    """
    context = browser.new_context(bypass_csp=True)
    watched = Watched(context)

    def opened(content, name="page.html"):
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        watched.page.goto(file.as_uri())
        return watched

    yield opened
    context.close()


@cache
def sheet(name):
    """An included tree, laid out."""
    return laid_out(ts.load(name))


def session_of(tree):
    """A session that saw much of a tree."""
    session = tree.begin()
    for n in range(8):
        step = session.next_step()
        match step:
            case ts.Question():
                said = step.answers[-1 if step.urgent else n % len(step.answers)]
                session = session.answer(step, said.id)
            case ts.Action():
                session = session.tried(step, fixed=False)
    return session


def others(tree, sheet):
    """Every other HTML page without scripts that there is of a tree, by what it is."""
    session = session_of(tree)
    order = RenderRequest(tree)
    problem = Problem(code="x", message=tree.title, file="a", line=1, column=1)
    return {
        "transcript": ts.render(session, "html"),
        "hand-off": ts.render(session.hand_off(), "html"),
        "index": index(
            [
                entry(tree, pages("x", order, ("html", "markdown"))),
                IndexEntry("bad", broken="trees/bad.yaml"),
            ]
        ),
        "broken": under_banner("", [problem]),
        "under a banner": under_banner(sheet, [problem]),
    }


class TestAccessible:
    """
    Axe-core finds nothing wrong with any page.
    """

    @pytest.mark.parametrize("name", INCLUDED)
    def test_sheet(self, opened, name):
        """
        The sheet of each included tree, as long as axe-core takes seconds for it.
        """
        made = page(laid_out(ts.load(name), steps=8), "html")

        assert violations(opened(made).page) == []

    def test_other_pages(self, opened):
        """
        The table, the index, a transcript, a hand-off, and a page that is broken.
        """
        tree = ts.load(INCLUDED[0])
        short = page(laid_out(tree, steps=5), "html", language="de")
        made = others(tree, short)
        made["table"] = page(sheet(INCLUDED[0]), "html", form="table")
        found = {what: violations(opened(each).page) for what, each in made.items()}

        assert {what: each for what, each in found.items() if each} == {}


class TestHostileTexts:
    """
    Whatever the texts of a tree hold, a page shows it and does nothing else.
    """

    def is_quiet(self, watched):
        """No dialog, no request, no error, no script of theirs."""
        assert watched.dialogs == []
        assert watched.requests == []
        assert watched.errors == []
        assert watched.page.evaluate("typeof window.canary") == "undefined"

    def test_documents(self, opened):
        """
        On every page: quiet, no script, no picture, no link that would run anything.
        """
        for tree in hostile_trees():
            first = ts.render(tree, "html")
            for made in (first, *others(tree, first).values()):
                watched = opened(made)
                self.is_quiet(watched)
                assert watched.page.evaluate(ACTIVE) == []

    def test_texts_are_shown_to_the_letter(self, opened):
        """
        Every text that stands for itself can be read on the sheet as it was written.
        """
        for tree in hostile_trees():
            watched = opened(ts.render(tree, "html"))
            shown = watched.page.evaluate("document.body.textContent")
            body = " ".join(shown.split())

            assert [each for each in to_the_letter(tree) if each not in body] == []

    def test_picture(self, opened):
        """
        The picture is well formed, quiet, and holds nothing but shapes and texts.
        """
        for tree in hostile_trees():
            svg = str(ts.render(tree, "svg"))
            elements = ET.fromstring(svg).iter()  # noqa: S314 - our own
            tags = {each.tag.rpartition("}")[2] for each in elements}
            watched = opened(svg, "picture.svg")

            self.is_quiet(watched)
            assert tags & {"script", "foreignObject", "image", "a", "use"} == set()

    def test_page_to_click_through(self, opened):
        """
        The page stays quiet from its first step to its ending, and shows the texts.
        """
        for tree in hostile_trees():
            watched = opened(str(ts.render(tree, "interactive")))
            body = " ".join(watched.page.inner_text("body").split())
            assert plain(tree.symptom) in body
            for _ in range(12):
                buttons = watched.page.locator("main button:visible:enabled")
                if not buttons.count():
                    break
                buttons.first.click()
                self.is_quiet(watched)
            self.is_quiet(watched)


# What could act, and does not stand on a page to print; empty when all is well.
ACTIVE = """
Array.from(document.querySelectorAll("*")).flatMap((each) => {
  const found = ["SCRIPT", "IMG", "IFRAME", "OBJECT", "EMBED", "LINK", "BASE", "FORM",
                 "INPUT", "SVG", "svg", "AUDIO", "VIDEO"].includes(each.tagName)
    ? [each.outerHTML] : [];
  for (const { name, value } of each.attributes) {
    if (name.startsWith("on") || name === "src" || name === "style")
      found.push(`${name}=${value}`);
    if (name === "href" && /^(?!(https?|mailto):)[a-z][a-z0-9+.-]*:/i.test(value))
      found.push(`${name}=${value}`);
  }
  return found;
})
"""


class TestPaper:
    """
    On paper no step is broken over two pages.
    """

    @pytest.mark.skipif(not shutil.which("pdftotext"), reason="there is no pdftotext")
    @pytest.mark.parametrize("paper", ["A4", "Letter"])
    @pytest.mark.parametrize("name", INCLUDED)
    def test_steps_are_whole(self, opened, tmp_path, name, paper):
        """
        Each page has as many ends of steps as it has beginnings.
        """
        file = tmp_path / "sheet.pdf"
        made = page(sheet(name), "html", paper=paper)
        opened(made).page.pdf(path=str(file), prefer_css_page_size=True)
        run = subprocess.run(
            ["pdftotext", "-layout", str(file), "-"],  # noqa: S607 - where it is
            capture_output=True,
            check=True,
            env=dict(os.environ),
        )
        sheets = run.stdout.decode().split("\f")
        counts = [
            (
                len(re.findall(r"at most .* from the start", each)),
                len(re.findall(r"Still possible \(", each)),
            )
            for each in sheets
        ]

        assert sum(begun for begun, _ in counts) > 10
        assert [each for each in counts if each[0] != each[1]] == []
