"""The decision flow as Mermaid, DOT and SVG: complete, legible, and only text."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import trees

import troubleshoot as ts
from troubleshoot.rendering.commonmark import lines
from troubleshoot.rendering.dot import dot
from troubleshoot.rendering.flow import BOXES, flow, roots, split
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.mermaid import LONGEST, MOST, mermaid, quoted
from troubleshoot.rendering.runbook import Arrival, Target
from troubleshoot.rendering.sugiyama import (
    Link,
    Size,
    _Drawing,
    columns,
    inversions,
    layered,
    rising,
)
from troubleshoot.rendering.svg import FONT, WIDE, svg, width, wrapped

REPOSITORY = Path(__file__).parents[2]
GOLDEN = REPOSITORY / "tests/golden"
REFRESH = bool(os.environ.get("REFRESH_GOLDEN"))
NAUGHTY = REPOSITORY.parent / "shared/data/naughty-strings/blns-two-thirds.json"
WRITERS = {"mmd": mermaid, "dot": dot, "svg": svg}
SVG = "{http://www.w3.org/2000/svg}"
# What Mermaid reads, strictly: nothing but these lines, and every text in quotes with
# nothing in it that is not a letter, an entity or plain punctuation.
LABEL = r'"(?:[^\W_]|[#]\d+;|<br/>|[ ,.!?()\'-]|[^\x00-\x7f])*"'
STUB = re.compile(r"(?<=\d)s\d+$")  # of an ending, the step that it is drawn for
LINE = re.compile(
    rf"""flowchart[ ]TD
    | [ ]{{2}}acc(?:Title|Descr):[ ][^"]*
    | [ ]{{2}}subgraph[ ]part\d+[ ]\[{LABEL}\]
    | [ ]{{2}}end
    | [ ]{{4}}p\d+[sue]\d+(?:[xs]\d+)?
      (?:\[\[|\(\[|\[/|\[|\(|>){LABEL}(?:\]\]|\]\)|/\]|\]|\))
    | [ ]{{4}}p\d+[su]\d+[ ]-->\|{LABEL}\|[ ]p\d+[sue]\d+(?:[xs]\d+)?
    """,
    re.VERBOSE,
)
TEXTS = {"text", "title", "symptom", "stops", "others"}
BLANK = re.compile(r"\s+")


def naughty():
    """The strings that programs trip over, or a test skipped for want of them."""
    if not NAUGHTY.exists():
        pytest.skip("the naughty strings are not beside the repository")
    return [each for each in json.loads(NAUGHTY.read_text("utf-8")) if each.strip()]


def saying(value, text):
    """The value with this text in each field that holds a text of the author."""
    if isinstance(value, tuple):
        return tuple(
            text if isinstance(each, str) else saying(each, text) for each in value
        )
    if not is_dataclass(value):
        return value
    found = {}
    for each in fields(value):
        if each.name == "wanted":  # keys of the catalogue beside answers
            continue
        old = getattr(value, each.name)
        if each.name in TEXTS and old:
            found[each.name] = text if isinstance(old, str) else saying(old, text)
        elif is_dataclass(old) or (
            isinstance(old, tuple) and not all(isinstance(x, str) for x in old)
        ):
            found[each.name] = saying(old, text)
    return replace(value, **found)


def parsed(text):
    """The elements of a picture."""
    return ET.fromstring(text)  # noqa: S314 - we made it


def together(text):
    """A text without its blanks, so that lines may be broken anywhere."""
    return BLANK.sub("", " ".join(lines(text)))


@pytest.fixture(scope="module")
def small():
    """A runbook with a stop box, a step and endings."""
    return laid_out(ts.load(REPOSITORY / "tests/good_trees/every-form.yaml"))


@pytest.fixture(scope="module")
def large():
    """A runbook with many more steps than one picture holds."""
    return laid_out(ts.load(REPOSITORY / "trees/home/no-internet.yaml"), nodes=300)


# The flow.


@settings(max_examples=25, deadline=None)
@given(trees(), st.integers(1, 30))
def test_every_row_is_drawn_once(tree, steps):
    """Each row of the runbook is in one way, and leads where the runbook leads."""
    runbook = laid_out(tree, steps=steps, nodes=200)
    drawn = [
        (way.source, letter, STUB.sub("", way.target))
        for section in flow(runbook, boxes=8).sections
        for way in section.ways
        for letter, _ in way.rows
        if way.source.startswith("s")
    ]

    assert sorted(drawn) == sorted(
        (f"s{step.number}", row.letter, f"{row.to.kind[0]}{row.to.number}")
        for step in runbook.steps
        for row in step.rows
    )


@settings(max_examples=25, deadline=None)
@given(trees(), st.integers(1, 30), st.integers(4, 40))
def test_sections_hold_every_step_once_and_what_they_link(tree, steps, most):
    """Steps are in one section each; the boxes of a section are those of its ways."""
    runbook = laid_out(tree, steps=steps, nodes=200)
    sections = flow(runbook, boxes=most).sections
    own = [
        box.name
        for section in sections
        for box in section.boxes
        if box.kind in {"question", "action"}
    ]

    assert sorted(own) == sorted(f"s{each.number}" for each in runbook.steps)
    for section in sections:
        names = [box.name for box in section.boxes]
        place = {name: i for i, name in enumerate(names)}
        assert len(place) == len(names)
        assert all(place[way.source] < place[way.target] for way in section.ways)
        targets = {way.target for way in section.ways}
        assert all(x in targets or i == 0 or x in own for x, i in place.items())


@pytest.mark.slow
def test_sections_are_no_larger_than_a_page(large):
    """A section has at most so many boxes; each but the first begins where one left."""
    sections = flow(large).sections
    parts = split(large.steps, BOXES)

    assert len(sections) > 1
    assert max(len(each.boxes) for each in sections) <= BOXES
    stubs = {x.name for each in sections for x in each.boxes if x.kind == "away"}
    for part in parts[1:]:
        assert {f"s{x}" for x in roots(large.steps, part)} <= stubs


def test_endings_that_many_steps_lead_to_are_stubs_but_once(small):
    """More links than an eye can follow end at their own stub, with the number."""
    row = next(each for each in small.steps[0].rows if each.to.kind == "ending")

    def drawn(count):
        onward = [
            replace(row, letter="b", to=Target("step", n)) for n in range(2, count + 1)
        ]
        steps = [
            replace(
                small.steps[0],
                number=n,
                came_from=(Arrival(n - 1, "b"),) if n > 1 else (),
                rows=(row, *onward[n - 1 : n]),
            )
            for n in range(1, count + 1)
        ]
        return flow(replace(small, steps=tuple(steps))).sections[0]

    few, many = drawn(4), drawn(5)
    name = f"e{row.to.number}"

    assert {way.target for way in few.ways if way.target.startswith("e")} == {name}
    ends = [way.target for way in many.ways if way.target.startswith("e")]
    assert ends == [f"{name}s{n}" for n in range(1, 5)] + [name]
    stubs = [box for box in many.boxes if box.name.startswith(f"{name}s")]
    assert {(x.kind, x.mark, x.text) for x in stubs} == {
        ("away", f"\N{RIGHTWARDS ARROW} E{row.to.number}", "")
    }


def test_small_neighbours_share_a_section(large):
    """Branches that were cut off the same step are drawn together where they fit."""
    ends = [Target("ending", i) for i in range(1, 6)]
    step = replace(large.steps[0], came_from=())
    branches = [
        replace(
            step,
            number=number,
            came_from=(Arrival(1, "a"),),
            rows=tuple(replace(step.rows[0], to=x) for x in ends[number % 2 :]),
        )
        for number in range(2, 9)
    ]
    rows = tuple(replace(step.rows[0], to=Target("step", x.number)) for x in branches)

    # A branch and its endings are five boxes or six, another one is one box more.
    parts = split([replace(step, rows=rows), *branches], 8)
    assert parts == [[1], [2, 3, 4], [5, 6, 7], [8]]
    assert roots([step, *branches], parts[1]) == [2, 3, 4]


def test_a_section_is_called_after_its_first_steps_and_its_chapter(large):
    """Where all steps of a section are about one group, its title says so."""
    steps = tuple(replace(each, chapter="router") for each in large.steps)
    it = flow(replace(large, steps=steps, groups={"router": "The router"}))

    assert it.sections[0].title == "Step 1: The router"
    assert flow(replace(large, groups={})).sections[0].title == "Step 1"


def test_a_runbook_without_steps_has_its_ending_drawn():
    """A tree that asks nothing is one box, or two where it has a stop box."""
    text = "format: 1\ntitle: T\nsymptom: S\ncauses: {one: {title: One, prior: 1}}"
    [section] = flow(laid_out(ts.loads(text))).sections

    assert [box.kind for box in section.boxes] == ["ending"]
    assert section.ways == ()


def test_endings_name_a_few_causes_and_whom_to_call(small):
    """More than three causes are counted; a hand-over says to whom."""
    many = small.close(1).suspects[:1] * 5
    closes = (
        replace(small.close(1), suspects=many),
        replace(small.close(2), outcome="escalate", suspects=()),
        replace(small.close(2), number=3, outcome="contradiction", suspects=many),
    )
    row = small.steps[0].rows[0]
    rows = (
        replace(row, to=replace(row.to, kind="ending", number=each.number))
        for each in closes
    )
    steps = (replace(small.steps[0], rows=tuple(rows)),)
    [section] = flow(replace(small, steps=steps, closes=closes)).sections
    texts = {box.name: box.text for box in section.boxes}

    title = many[0].title
    assert texts["e1"] == f"Narrowed down: {title}; {title}; {title}; +2"
    assert texts["e2"] == f"Hand over: {small.escalate.to}"
    assert texts["e3"] == "These answers fit no listed cause together"


def test_our_words_are_in_the_language_asked_for(small):
    """A "don't know" row is in German where the document is."""
    assert "Weiß nicht" in svg(small, language="de")


# The layout.


@st.composite
def graphs(draw):
    """Boxes of several heights, and links that lead to later ones."""
    count = draw(st.integers(1, 14))
    heights = draw(st.lists(st.floats(10, 90), min_size=count, max_size=count))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=30
        )
    )
    ends = sorted({(min(x), max(x)) for x in pairs if x[0] != x[1]})
    links = [Link(a, b, draw(st.floats(0, heights[a]))) for a, b in ends]
    return [Size(100, each, each / 2) for each in heights], links


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_boxes_stand_apart_and_links_lead_to_the_right(graph):
    """No two boxes overlap; links begin and end at boxes, and pass none on the way."""
    sizes, links = graph
    it = layered(sizes, links, between=10, beside=50)
    rooms = [
        (x, y, x + size.width, y + size.height)
        for (x, y), size in zip(it.corners, sizes, strict=True)
    ]
    for i, (a, b, c, d) in enumerate(rooms):
        assert min(a, b) >= -1e-9
        assert c <= it.width + 1e-9
        assert d <= it.height + 1e-9
        for e, f, g, h in rooms[:i]:
            assert c <= e or g <= a or d <= f - 10 + 1e-6 or h <= b - 10 + 1e-6

    for link, bends in zip(links, it.bends, strict=True):
        assert bends[0] == (rooms[link.source][2], rooms[link.source][1] + link.port)
        assert bends[-1][0] == rooms[link.target][0]
        for (x0, y0), (x1, y1) in pairwise(bends):
            assert x0 < x1
            inside = [r for r in rooms if r[0] < x1 and x0 < r[2]]
            assert not inside or y0 == y1
            assert all(y0 < r[1] or y0 > r[3] for r in inside)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_order_takes_crossings_away(graph):
    """The order that is kept has no more crossings than the first one."""
    drawing = _Drawing(*graph)
    drawing._depth_first()
    before = drawing.crossings()
    drawing.order()

    assert drawing.crossings() <= before


@given(graphs())
def test_columns_are_the_longest_paths(graph):
    """A box is as many columns from the left as the longest way to it has links."""
    sizes, links = graph
    plain = nx.DiGraph([(x.source, x.target) for x in links])
    plain.add_nodes_from(range(len(sizes)))
    longest = [
        nx.dag_longest_path_length(plain.subgraph(nx.ancestors(plain, i) | {i}))
        for i in range(len(sizes))
    ]

    assert columns(len(sizes), links) == longest


@given(st.lists(st.integers(0, 9), max_size=20))
def test_inversions_are_pairs_in_the_wrong_order(values):
    """Counting them one by one gives the same."""
    slow = sum(a > b for i, a in enumerate(values) for b in values[i:])

    assert inversions(values) == slow


@given(st.lists(st.floats(-100, 100), max_size=12))
def test_rising_is_the_best_rising_approximation(wanted):
    """It is the max-min formula of isotonic regression."""
    n = range(len(wanted))
    slow = [
        max(min(fmean(wanted[a : b + 1]) for b in n if b >= i) for a in n if a <= i)
        for i in n
    ]

    assert rising(wanted) == pytest.approx(slow)


def test_nothing_is_laid_out_as_nothing():
    """No boxes need no room."""
    it = layered([], [], between=1, beside=1)

    assert (it.corners, it.bends, it.width, it.height) == ((), (), 0, 0)


# Letters.


@given(st.text(max_size=80), st.floats(2, 30), st.integers(1, 5))
def test_lines_fit_and_say_all_unless_they_are_cut(text, room, most):
    """
    No line of a text that is one is wider than the room, and they are no more than
    asked for; without the sign for more, nothing is lost.
    """
    text = " ".join(text.split())
    found = wrapped(text, room, most)
    said = together(text)

    assert len(found) <= most
    assert all(width(each) <= room for each in found)
    assert together("".join(found)).removesuffix("…") in said or said == ""
    if len(wrapped(text, room, 999)) <= most:
        assert together("".join(found)) == said


@pytest.mark.parametrize("end", ["\n\n", "\x1e\x1e"])
def test_a_text_with_lines_of_its_own_is_not_cut(end):
    """Steps and commands are all said, however few lines there should be."""
    assert wrapped(f"One{end}Two{end}Three", 20.0, 1) == ["One", "Two", "Three"]


def test_wide_letters_take_more_room():
    """An ideograph is wider than a letter, an accent takes nothing."""
    assert width("中") > width("a") == width("a\N{COMBINING ACUTE ACCENT}")


# The formats.


@pytest.mark.parametrize("ending", WRITERS)
def test_it_is_what_it_was(small, ending):
    """Each format is the golden file, byte for byte."""
    made = WRITERS[ending](small)
    golden = GOLDEN / f"runbook.{ending}"
    if REFRESH:
        golden.write_text(made, encoding="utf-8")

    assert made == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", WRITERS)
def test_it_is_the_same_again(large, ending):
    """Nothing depends on chance."""
    assert WRITERS[ending](large) == WRITERS[ending](large)


def test_mermaid_is_short_enough_to_be_drawn(large):
    """Texts are cut where Mermaid would refuse them as too long."""
    longer = saying(large, "word " * 30)

    assert len(mermaid(large)) <= LONGEST
    assert len(mermaid(longer)) <= LONGEST
    assert "…" in mermaid(longer)


@pytest.mark.slow
def test_mermaid_says_what_it_needs_where_it_is_too_long(large):
    """What cannot be short enough is left in full, under a note that says so."""
    step = large.steps[0]
    rows = tuple(
        replace(step.rows[0], text="word " * 20, to=Target("ending", i + 1))
        for i in range(len(large.closes))
    )
    many = [replace(step, number=i, came_from=(), rows=rows) for i in range(1, 61)]
    huge = mermaid(replace(large, steps=tuple(many)))
    needs = re.match(r"%% Needs maxTextSize (\d+) and maxEdges (\d+)\n", huge)

    assert int(needs[1]) >= len(huge)
    assert int(needs[2]) >= huge.count("-->") > MOST
    assert "word " * 19 in huge


@pytest.mark.slow
def test_mermaid_obeys_no_text(small):
    """Whatever a text holds, each line is one that we wrote, with quoted labels."""
    for text in [*naughty(), "end", "1. one", '"] --> x', "%%{init}%%", "a#quot;b"]:
        for line in mermaid(saying(small, text)).splitlines():
            assert LINE.fullmatch(line), line


def test_mermaid_does_not_take_a_word_for_the_end_of_a_section():
    """The word "end" is never as such in a label, other words are."""
    assert quoted("end of the bend, the end") == '"#101;nd of the bend, the #101;nd"'


@given(st.text().map(lambda x: " ".join(x.splitlines())))
def test_mermaid_says_the_text(text):
    """Its entities decoded, a label is the text."""
    decoded = re.sub(r"#(\d+);", lambda x: chr(int(x[1])), quoted(text, 10_000)[1:-1])

    assert decoded == " ".join(" ".join(lines(text)).split()).replace("ﬂ", "fl")
    assert not re.search(r"\bend\b", quoted(text))


def test_dot_obeys_no_text(small):
    """Graphviz draws every text as it is."""
    if shutil.which("dot") is None:
        pytest.skip("there is no dot here")
    texts = [*naughty(), "\\N \\G \\l", "&amp; &#60;", "<b>x</b>", 'a" ]; b [label="']
    texts = [each for each in texts if len(each) < 60]
    graphs = "\n".join(dot(saying(small, each)) for each in texts)
    run = subprocess.run(
        ["dot", "-Tsvg"],  # noqa: S607 - wherever it is
        input=graphs,
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = re.findall(r"<svg.*?</svg>", run.stdout, re.DOTALL)
    assert len(drawn) == len(texts)
    for text, picture in zip(texts, drawn, strict=True):
        root = parsed(re.sub(r"\sxmlns(:\w+)?=\"[^\"]*\"", "", picture))
        [node] = [x for x in root.iter("g") if x.findtext("title") == "p1s1"]
        said = "".join(x.text or "" for x in node.iter("text"))
        assert together(said) == together(f"1 {text}")


@pytest.mark.slow
def test_svg_shows_every_text_and_runs_nothing(small):
    """It is well formed, says the text, and has no element that could do anything."""
    for text in [*naughty(), "\ufffe\uffff", "]]></style><script>alert(1)</script>"]:
        root = parsed(svg(saying(small, text)))
        tags = {each.tag.removeprefix(SVG) for each in root.iter()}
        assert tags <= {
            "svg",
            "title",
            "desc",
            "style",
            "rect",
            "g",
            "text",
            "path",
            "circle",
        }
        said = {together(each.text or "") for each in root.iter(f"{SVG}title")}
        shown = together(text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"))
        assert shown in said


def test_svg_keeps_texts_within_their_boxes(large):
    """By our estimate, no line of text reaches over the edge of its box."""
    root = parsed(svg(large))
    for each in root.iter(f"{SVG}text"):
        if each.get("class") in {"text", "answer"}:
            assert float(each.get("x")) + width(each.text or "") * FONT <= WIDE


def test_svg_sets_long_lines_to_their_length(large):
    """A line that a wide font could push out of its box is as long as we say."""
    for each in parsed(svg(large)).iter(f"{SVG}text"):
        left, wide = float(each.get("x")), width(each.text or "") * FONT
        if each.get("class") in {"text", "answer"}:
            fixed = float(each.get("textLength", 0))
            assert fixed == pytest.approx(wide, abs=0.1) or left + wide * 1.2 < WIDE


@pytest.mark.parametrize("ending", WRITERS)
def test_what_to_do_for_safety_is_never_cut(small, ending):
    """However long it is, a stop box says all of it, while other texts are cut."""
    long = "word " * 200 + "final"
    stop = replace(small.stops[0], text=long, stops=(("Yes", long),))
    made = WRITERS[ending](replace(small, stops=(stop,)))
    whole = re.sub(r"<title>.*?</title>", "", made)

    assert whole.count("final") == len([long, long])
    assert "final" not in re.sub(
        r"<title>.*?</title>",
        "",
        WRITERS[ending](saying(replace(small, stops=()), long)),
    ).replace(long, "")


def test_svg_has_a_title_and_a_description(small):
    """A screen reader has something to say about it."""
    root = parsed(svg(small))

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == small.front.title
    assert small.front.symptom in root.findtext(f"{SVG}desc")
