"""Texts of several lines, as every format and the terminal write them."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rendering.hostile import loaded

import troubleshoot as ts
from troubleshoot.cli.terminal import Terminal
from troubleshoot.session.texts import flat, nodes
from troubleshoot.tree.blocks import in_turn, rich, short

PARSER = MarkdownIt("commonmark").enable("table")
SIGNS = "abcXYZ019 !#$%&'()*+,-./:;<=>?@[]^_`{|}\\\"\u00e4"
# Every field of a tree that may have lines of its own, by what it is in a page.
FIELDS = ("how", "why", "about", "caution", "do", "ask", "verify", "setup", "stop")
DRAWN = ("do", "ask", "stop")


@st.composite
def texts(draw):
    """A text with code and a list, and the lines that are to stand alone."""
    lines = draw(st.lists(st.text(SIGNS, max_size=50), min_size=1, max_size=4))
    code = [f"c{i} {each}".rstrip() for i, each in enumerate(lines)]
    code[-1] = f"  {code[-1]}"
    # Short enough for a box: longer ones go on in a line of their own.
    items = draw(st.lists(st.text("abc XYZ.,", max_size=15), min_size=1, max_size=4))
    items = [" ".join(f"i{n} {each}".split()) for n, each in enumerate(items)]
    mark = draw(st.sampled_from(["1.", "3)", "-", "*"]))
    listed = [f"{mark} {each}" for each in items]
    fenced = ["~~~~ sh", *code, "~~~~"]
    first, second = draw(st.permutations([fenced, listed]))
    lead = draw(st.sampled_from([["Do this:", ""], []]))
    behind = draw(st.sampled_from([["", "Then go on."], []]))
    return "\n".join([*lead, *first, "", *second, *behind]), code, items


def telling(text, fields=FIELDS):
    """A tree with the text in these fields, and plain words in the others."""
    say = {each: text if each in fields else f"The {each}." for each in FIELDS}
    step = {"how": say["how"], "why": say["why"], "setup": "there"}
    return loaded(
        {
            "format": 1,
            "title": "Texts",
            "about": say["about"],
            "causes": {
                "a": {"title": "A", "about": say["about"]},
                "b": {"title": "B"},
            },
            "questions": {"q": {"ask": say["ask"], "given": {"a": "yes"}} | step},
            "setups": {"there": {"do": say["setup"]}},
            "actions": {
                "act": {
                    "do": say["do"],
                    "how": say["how"],
                    "caution": say["caution"],
                    "verify": say["verify"],
                    "setup": "there",
                    "fixes": {"a": "always"},
                },
                "other": {"do": "Change it.", "fixes": {"b": "always"}},
            },
            "urgent": {"u": {"ask": "Is it hot?", "stop": {"yes": say["stop"]}}},
        }
    )


# Elements that stand on lines of their own.
ALONE = {"p", "li", "ul", "ol", "pre", "br", "h1", "h2", "h3", "td", "th", "tr"}
ALONE |= {"dt", "dd", "div", "table"}


class Read(HTMLParser):
    """What is read on an HTML page, line by line, blanks in code as they are."""

    def __init__(self, page):
        super().__init__()
        self.text, self.depth = "", 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, _attrs):
        """A block begins on a line of its own."""
        self.depth += tag == "code"
        self.text += "\n" if tag in ALONE else ""

    def handle_endtag(self, tag):
        """A block ends with its line."""
        self.depth -= tag == "code"
        self.text += "\n" if tag in ALONE else ""

    def handle_data(self, data):
        """Line ends are blanks, but in code."""
        self.text += data if self.depth else re.sub(r"[\n ]+", " ", data)


def in_html(page):
    """The lines that are read on an HTML page."""
    return Read(page).text.split("\n")


def in_markdown(page):
    """The lines that are read where a forge shows the Markdown."""
    found = []
    for token in PARSER.parse(page):
        if token.type == "fence":
            found += token.content.split("\n")
        line = ""
        for each in token.children or ():
            if each.type in ("softbreak", "hardbreak") or each.content == "<br>":
                found.append(line)
                line = ""
            else:
                line += each.content
        found.append(line)
    return found


def in_text(page):
    """The lines of a plain text."""
    return page.split("\n")


def in_mermaid(page):
    """The lines of the labels of a flowchart."""
    labels = [x.split("<br/>") for x in re.findall(r'"([^"]*)"', page)]
    return [
        re.sub(r"#(\d+);", lambda x: chr(int(x[1])), line.replace("#101;nd", "end"))
        for label in labels
        for line in label
    ]


def in_dot(page):
    """The lines of the labels of a graph."""
    labels = re.findall(r'label="((?:[^"\\]|\\.)*)"', page)
    signs = [x for each in labels for x in re.findall(r"\\.|[^\\]", each)]
    shown = "".join("\n" if x == "\\l" else x[-1] for x in signs)
    return shown.replace("&amp;", "&").split("\n")


def in_svg(page):
    """The titles of boxes, line by line."""
    root = ET.fromstring(page)  # noqa: S314 - we wrote it
    every = root.iter("{http://www.w3.org/2000/svg}title")
    return [line for each in every for line in (each.text or "").split("\n")]


READ = {
    "html": in_html,
    "markdown": in_markdown,
    "text": in_text,
    "mermaid": in_mermaid,
    "dot": in_dot,
    "svg": in_svg,
}


def alone(line, lines):
    """Whether a line stands alone among these, after nothing but blanks."""
    ends = (each.replace("\N{NO-BREAK SPACE}", " ") for each in lines)
    return any(x.endswith(line) and not x.removesuffix(line).strip() for x in ends)


def listed(item, lines):
    """Whether an item stands alone, after nothing but its mark."""
    ends = (each.replace("\N{NO-BREAK SPACE}", " ").strip() for each in lines)
    return any(re.fullmatch(rf"(\d+[.)]|[-*+])? ?{re.escape(item)}", x) for x in ends)


def check(text, code, items, lines):
    """Each line of code stands alone and unchanged, each item on a line of its own."""
    assert [each for each in code if not alone(each, lines)] == [], text
    assert [each for each in items if not listed(each, lines)] == [], text


class TestLinesStandAlone:
    """
    Every line of code stands alone and unchanged, every item on a line of its own.
    """

    @pytest.mark.parametrize("to", READ)
    @pytest.mark.parametrize("field", FIELDS)
    @settings(deadline=None, max_examples=6)
    @given(drawn=texts())
    def test_sheet(self, drawn, field, to):
        """
        On a sheet and in a diagram, whatever field the text is of.
        """
        text, code, items = drawn
        if to in ("mermaid", "dot", "svg") and field not in DRAWN:
            return
        goal = "repair" if field == "do" else "diagnose"
        page = ts.render(telling(text, [field]), to, goal=goal)

        check(text, code, items, READ[to](page))

    @pytest.mark.parametrize("to", ["html", "markdown", "text"])
    @settings(deadline=None, max_examples=20)
    @given(drawn=texts())
    def test_fault_table(self, drawn, to):
        """
        In the cells of a fault table.
        """
        text, code, items = drawn
        page = ts.render(telling(text, ["do"]), to, form="table")

        if to != "markdown":  # a cell shows code with a bar in other signs
            check(text, code, items, READ[to](page))
        else:
            check(
                text,
                [x.strip() for x in code if "`" not in x and "|" not in x],
                items,
                READ[to](page),
            )

    @pytest.mark.parametrize("to", ["html", "markdown", "text"])
    @pytest.mark.parametrize("field", sorted({*FIELDS} - {"about"}))
    @settings(deadline=None, max_examples=6)
    @given(drawn=texts())
    def test_hand_off(self, drawn, field, to):
        """
        In a hand-off.
        """
        text, code, items = drawn
        begun = telling(text, [field]).begin()
        session = begun if field == "stop" else begun.answer("u", "no")
        page = ts.render(session.hand_off(), to)

        check(text, code, items, READ[to](page))

    @pytest.mark.parametrize("explains", [True, False])
    @settings(deadline=None, max_examples=50)
    @given(drawn=texts())
    def test_terminal(self, drawn, explains):
        """
        In a terminal, however narrow.
        """
        text, code, items = drawn
        shown = []
        terminal = Terminal()
        object.__setattr__(terminal, "_echo", shown.append)
        terminal.tell(text, lead=" - ", after=" (2 min)", explains=explains)

        check(text, code, items, shown)

    @settings(deadline=None)
    @given(drawn=texts())
    def test_data(self, drawn):
        """
        As data for other pages.
        """
        text, code, items = drawn
        found = [x for x in walked(nodes(rich(text))) if isinstance(x, str)]

        check(text, code, items, [y for x in found for y in x.split("\n")])


def walked(every):
    """Each node with those in it."""
    for each in every:
        yield each
        if not isinstance(each, str):
            yield from walked(each["children"])


def test_one_line_is_to_the_letter():
    """A question or an action of one line has no markup but for its code."""
    for text in ("1. floor", "> 5 V", "Delete *.tmp and *.log", "C:\\_x", "# 3", "<b>"):
        assert flat(short(text)) == [text]


def test_texts_in_turn():
    """Several texts are one sentence after the other, or below each other."""
    assert in_turn(["Go.", " ", "Look."]) == "Go. Look."
    assert flat(short(in_turn(["Go.", "Open:\n1. a\n2. b", "Look."]))) == [
        *("Go.", "Open:", "1. a", "2. b", "Look."),
    ]


def test_what_cannot_be_shown_is_named():
    """A table is shown row by row."""
    page = "|Lamp|Means|\n|-|-|\n|red|fault|"
    for to in ("html", "markdown", "text"):
        lines = READ[to](ts.render(telling(page, ["how"]), to))
        assert any("red" in each for each in lines)
        assert not any("Lamp" in each and "red" in each for each in lines)


@pytest.mark.slow
def test_on_paper():
    """In a PDF too, where a line has room."""
    pytest.importorskip("typst")
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext here")
    text = "Do:\n\n```\nsystemctl stop foo\nrm -f  /run/foo.pid | cat\n```\n"
    text += "\n1. one\n2. two\n"
    for field in FIELDS:
        made = ts.render(telling(text, [field]), "pdf")
        run = subprocess.run(
            ["pdftotext", "-layout", "-", "-"],  # noqa: S607 - wherever it is
            input=made,
            capture_output=True,
            check=True,
        )
        lines = [" ".join(each.split()) for each in run.stdout.decode().split("\n")]
        code = ["systemctl stop foo", "rm -f /run/foo.pid | cat"]
        check(field, code, [], lines)
        assert any(each.endswith("1. one") for each in lines)
        assert any(each.endswith("2. two") for each in lines)
