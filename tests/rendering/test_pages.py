"""Runbooks as Markdown, HTML and text: what they say, and that they only say it."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path

import pytest
from included import runbook_of
from markdown_it import MarkdownIt
from rendering.hostile import KETTLE, NAUGHTY, hostile_trees, kettle, loaded, reworded
from session.trees import CERTAIN, tree

import troubleshoot as ts
from troubleshoot.rendering import site
from troubleshoot.rendering.formats import WRITERS
from troubleshoot.rendering.layout import laid_out
from troubleshoot.rendering.pages import RunbookView, page
from troubleshoot.rendering.runbook import Sign
from troubleshoot.rendering.words import in_language
from troubleshoot.text import printable
from troubleshoot.tree.named import included_folder

GOLDEN = Path(__file__).parent.parent / "golden"
REFRESH = bool(os.environ.get("REFRESH_GOLDEN"))
ENDINGS = {"html": "html", "markdown": "md", "text": "txt"}
PARSER = MarkdownIt("commonmark").enable(["table"])
VOID = {"br", "img", "meta"}
TREES = [included_folder() / f"{each}.yaml" for each in ts.included()]


class Reading(HTMLParser):
    """An HTML page as it is read: its words, its headings, its links, its elements."""

    def __init__(self, text):
        super().__init__()
        self.words, self.headings, self.open = [], [], []
        self.links, self.ids, self.tags = [], [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note what it is, and that it runs nothing."""
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        self.ids += [value for name, value in attrs if name == "id"]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        """Close the tag, which must be the one that is open."""
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data):
        """Note what is read."""
        if "style" not in self.open:
            self.words.append(data)


@pytest.fixture(scope="module")
def runbook():
    """The kettle, laid out."""
    return laid_out(kettle())


@pytest.fixture(scope="module")
def trees():
    """Trees in the words of the naughty strings."""
    if not NAUGHTY.exists():
        pytest.skip("the naughty strings are not here")
    return hostile_trees()


def markdown_words(text):
    """What a reader sees of a Markdown page."""
    found = []
    for token in PARSER.parse(text):
        assert token.type not in ("html_block", "fence", "code_block")
        for each in token.children or ():
            breaks = each.type == "softbreak" or each.content == "<br>"
            assert breaks or each.type not in ("html_inline", "image")
            found.append(" " if breaks else each.content)
        found.append(" ")
    return "".join(found)


def spaced(text):
    """The text with each run of blanks as one."""
    return " ".join(text.split())


class TestGolden:
    """
    A page is the same to the byte, and reviewed as text.
    """

    @pytest.mark.parametrize("to", ENDINGS)
    @pytest.mark.parametrize(
        ("name", "look"),
        [
            ("runbook", {"date": "2026-11-24"}),
            ("runbook-de", {"language": "de"}),
            ("table", {"form": "table", "paper": "Letter"}),
        ],
    )
    def test_kettle(self, runbook, to, name, look):
        """
        The pages of the kettle are those in the golden files.
        """
        file = GOLDEN / f"{name}.{ENDINGS[to]}"
        # The version of the library is in the page, and changes on its own.
        made = page(runbook, to, **look).replace(runbook.front.library, "LIBRARY")
        if REFRESH:
            file.write_text(made, encoding="utf-8", newline="\n")

        assert made == file.read_bytes().decode()

    @pytest.mark.parametrize("to", ENDINGS)
    def test_again(self, to):
        """
        The same tree makes the same page.
        """
        assert ts.render(kettle(), to) == ts.render(kettle(), to)


class TestHtml:
    """
    The HTML page is well formed, and every link leads somewhere.
    """

    @pytest.mark.slow
    @pytest.mark.parametrize("form", ["sheet", "table"])
    @pytest.mark.parametrize("file", TREES, ids=lambda file: file.stem)
    def test_included_trees(self, file, form):
        """
        Elements nest, ids are unique, links within the page have their target,
        headings go down one level at a time.
        """
        made = Reading(page(runbook_of(str(file)), "html", form=form))

        assert not made.open
        assert len(set(made.ids)) == len(made.ids)
        assert {x for x in made.links if x[0] == "#"} <= {f"#{x}" for x in made.ids}
        before = [0, *made.headings]
        assert all(b <= a + 1 for a, b in zip(before, made.headings, strict=False))
        assert made.headings.count(1) == 1

    @pytest.mark.parametrize("paper", ["A4", "Letter"])
    def test_paper(self, runbook, paper):
        """
        The page is for the paper that is asked for.
        """
        assert f"@page {{ size: {paper}; }}" in page(runbook, "html", paper=paper)

    def test_page_numbers_stand_alone(self, runbook):
        """
        What a browser cannot count is in a rule without anything else.
        """
        rules = page(runbook, "html").split("}")
        counting = [rule for rule in rules if "target-counter" in rule]

        assert len(counting) == 1
        assert counting[0].count(";") == 1


class TestText:
    """
    Plain text is for 80 columns.
    """

    @pytest.mark.slow
    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("file", TREES, ids=lambda file: file.stem)
    def test_columns(self, file, language):
        """
        No line is longer, unless it is one word.
        """
        made = page(runbook_of(str(file)), "text", language=language)
        long = [line for line in made.splitlines() if len(line) > 80]

        assert all(len(line.split()) == 1 for line in long)


class TestMarkdown:
    """
    Markdown links to its own headings as a forge names them.
    """

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_links(self, runbook, language):
        """
        Every link has its heading.
        """
        tokens = PARSER.parse(page(runbook, language=language))
        inline = [each for each in tokens if each.type == "inline"]
        heading = [
            tokens[i + 1].content
            for i, each in enumerate(tokens)
            if each.type == "heading_open"
        ]
        slugs = {x.lower().replace(" ", "-") for x in heading}
        links = {
            each.attrs["href"]
            for token in inline
            for each in token.children
            if each.type == "link_open"
        }

        assert {x for x in links if x.startswith("#")} <= {f"#{x}" for x in slugs}
        assert len(heading) == len(set(heading))


class TestWhatIsSaid:
    """
    The page says what the runbook knows, and no more.
    """

    @pytest.mark.slow
    @pytest.mark.parametrize("to", ENDINGS)
    def test_proven_only_where_it_is(self, to):
        """
        The order is called proven only if it is.
        """
        proven = ts.render(kettle(), to)
        assert "Proven" in proven

        cut_short = ts.render(ts.load(TREES[0]), to, nodes=1)
        assert "proven" not in cut_short.lower()

    @pytest.mark.parametrize("to", ENDINGS)
    def test_nothing_to_order(self, to):
        """
        A tree without questions is one ending, and says that nothing is ordered.
        """
        made = ts.render(tree("causes:\n  a: {title: Only one}\n"), to)

        assert "There is nothing to put in order." in made
        assert "Only one" in made
        assert "Step 1" not in made.replace("Begin at step 1", "")

    @pytest.mark.parametrize("to", ENDINGS)
    def test_cut(self, to):
        """
        A runbook that breaks off says so on the front and at the ending.
        """
        made = spaced(ts.render(kettle(), to, steps=1))

        assert "it breaks off" in made
        assert in_language().ends_cut in made

    @pytest.mark.parametrize("to", ENDINGS)
    def test_caution_comes_first(self, to):
        """
        Whoever reads downwards is warned before the step, each time.
        """
        made = spaced(ts.render(kettle(), to))
        warned = [x.start() for x in re.finditer("Keep dry hands", made)]
        told = [
            x.start() for x in re.finditer("Switch the fuse back on(?! for C)", made)
        ]
        for at in told:
            heading = to == "html" and made[:at].endswith("</span> ")
            assert heading or any(at - 400 < x < at for x in warned)

    @pytest.mark.parametrize("to", ENDINGS)
    def test_facts(self, to):
        """
        What is known already stands on the front and is asked no more.
        """
        made = ts.render(kettle(), to, facts={"light": "off"}, by="customer")

        assert "This is known already" in made
        assert "(customer)" in made
        assert made.count("What does the light show?") <= 1 + 4  # in the fault table

    @pytest.mark.parametrize("to", ENDINGS)
    def test_actions_are_steps_of_a_repair(self, to):
        """
        A runbook for repair says what to do, and leads on where it did not help.
        """
        made = ts.render(kettle(), to, goal="repair")

        assert "It did not help" in made
        assert in_language().sure_fixed in spaced(made)

    @pytest.mark.parametrize("to", ENDINGS)
    def test_many_causes(self, to):
        """
        A strip of many causes shows those that are left alone.
        """
        causes = "".join(f"  c{i}: {{title: Cause {i}}}\n" for i in range(50))
        given = ", ".join(
            f"c{i}: always {'no' if i < 45 else 'yes'}" for i in range(50)
        )
        more = ", ".join(f"c{i}: always {'no' if i < 48 else 'yes'}" for i in range(50))
        made = ts.render(
            tree(
                f"{CERTAIN}causes:\n{causes}questions:\n"
                f"  q: {{ask: First?, given: {{{given}}}}}\n"
                f"  r: {{ask: Second?, given: {{{more}}}}}\n"
            ),
            to,
        )

        assert "C46" in made
        assert "<s " not in made

    @pytest.mark.parametrize("to", ENDINGS)
    def test_conditions(self, to):
        """
        A remedy that is not for everybody says so before it is told.
        """
        made = ts.render(
            tree(
                "causes:\n  a: {title: A, actions: [do]}\n"
                "questions:\n  old: {ask: Is it old?, given: {}}\n"
                "actions:\n  do: {do: Do it., risk: disruptive, only-if: {old: yes}}\n"
            ),
            to,
        )

        assert "Only if" in made
        assert "This interrupts something." in made


class TestWhatHelps:
    """
    An ending says all that a remedy takes, where it stands in full.
    """

    @pytest.fixture
    def handy(self):
        """A tree with a remedy that takes a person, a thing and two setups."""
        return tree(
            "causes:\n  a: {title: A, actions: [mend]}\n"
            "setups:\n  go: {do: Go there}\n  open: {do: Open it, setup: go}\n"
            "actions:\n"
            "  mend: {do: Mend it., setup: open, by: engineer, needs: [rope]}\n"
        )

    @pytest.mark.parametrize("to", ENDINGS)
    def test_who_and_with_what(self, handy, to):
        """
        Who does it and with what is told with it, and what comes first in sentences.
        """
        made = ts.render(handy, to)
        made = spaced("".join(Reading(made).words) if to == "html" else made)
        close = made[made.index("Ending E1" if to != "text" else "E1.") :]
        close = close[: close.index("Remedies")]

        assert "Go there. Open it." in close
        assert "Needs: engineer, rope" in close

    @pytest.mark.parametrize("to", ENDINGS)
    def test_what_comes_first_is_told_once(self, to):
        """
        What takes many words before a remedy stands in the fault table once, and others
        name the remedy that tells it, with what they need more; a few are said again.
        """
        far = "Walk to the cabinet behind the garage and open it."
        causes = "".join(f"  {x}: {{title: {x}, actions: [{x}]}}\n" for x in "abcde")
        setups = {"a": "far", "b": "far", "c": "deep", "d": "near", "e": "near"}
        actions = "".join(
            f"  {x}: {{do: Mend {x}., setup: {setup}, fixes: {{{x}: always}}}}\n"
            for x, setup in setups.items()
        )
        known = tree(
            f"causes:\n{causes}"
            f"setups:\n  far: {{do: {far}}}\n  near: {{do: Knock.}}\n"
            "  deep: {do: Lift the lid., setup: far}\n"
            f"actions:\n{actions}"
        )
        made = ts.render(known, to, form="table")
        made = spaced("".join(Reading(made).words) if to == "html" else made)
        told = re.findall(r"First: ([\w. ]*?) ?Mend (\w)", made)
        said = {action: first for first, action in told}

        assert made.count(far) == 1
        assert said["a"] == far
        assert said["b"] == "As for R1."
        assert said["c"] == "As for R1. Lift the lid."
        assert made.count("First: Knock.") == 2

    @pytest.mark.parametrize("to", ENDINGS)
    def test_less_sure_than_wanted(self, runbook, to):
        """
        A cause is found where it is as sure as the tree wants it, likely elsewhere.
        """
        doubtful = [replace(x, confidence=0.5) for x in runbook.closes]
        made = replace(runbook, closes=tuple(doubtful))

        assert "Cause found: " in page(runbook, to)
        assert "Cause found: " not in page(made, to)
        assert "Most likely: " in page(made, to)
        assert "Am wahrscheinlichsten: " in page(made, to, language="de")


class TestChapters:
    """
    Steps stand under the heading of what the rest is about.
    """

    @pytest.mark.parametrize(
        ("own", "headings"),
        [
            ("aab", ["A", "", "B"]),
            (" aa  b", ["", "A", "", "again", "", "B"]),
            ("aabaa", ["A", "", "", "", ""]),
            ("aa aa ", ["A", "", "", "", "", "again"]),
        ],
    )
    def test_heading(self, runbook, own, headings):
        """
        A chapter ends with a heading, and a single step in between has none.
        """
        [step, *_] = runbook.steps
        steps = [
            replace(step, number=i, chapter=each.strip())
            for i, each in enumerate(own, start=1)
        ]
        made = replace(runbook, steps=tuple(steps), groups={"a": "A", "b": "B"})
        view = RunbookView(made, in_language({"chapter_several": "again"}))

        assert [view.chapter(each) for each in steps] == headings


class TestSigns:
    """
    The fault table names the answers that tell most for a cause.
    """

    @pytest.mark.parametrize(("weak", "second"), [(2.5, "Weak?"), (1.5, "Third?")])
    def test_the_likelier_than_usual_come_first(self, runbook, weak, second):
        """
        The first is the one that tells most; a second one must tell something, too.
        """
        one, *rest = (each.id for each in runbook.causes)
        signs = (
            sign("Weak?", (one, *rest[:1]), (weak, 1.0)),
            sign("Strong?", (one,), (4.0,)),
            sign("Third?", (one,), (2.0,)),
        )
        view = RunbookView(replace(runbook, signs=signs), in_language())

        shown = [each.text for each in view.signs(runbook.causes[0])]
        assert shown == ["Strong?", second]

    def test_a_weak_answer_stands_alone(self, runbook):
        """
        Where nothing tells much, the best answer there is stands by itself.
        """
        one = runbook.causes[0].id
        signs = (sign("Weak?", (one,), (1.5,)), sign("Weaker?", (one,), (1.2,)))
        view = RunbookView(replace(runbook, signs=signs), in_language())

        assert [each.text for each in view.signs(runbook.causes[0])] == ["Weak?"]


def sign(text, among, lifts):
    """A question whose "yes" is typical of some causes."""
    return Sign(id=text, text=text, unit="", answers=(("yes", among),), lifts=(lifts,))


class TestPrinted:
    """
    What a browser prints at the edge of each page.
    """

    def test_each_page_says_where_it_is_from(self, runbook):
        """
        Number, version and fingerprint are on each page.
        """
        made = page(runbook, "html")

        assert (
            f'content: "kettle, version 2026.11, {runbook.front.fingerprint}"' in made
        )
        assert "counter(pages)" in made

    def test_a_version_stays_a_string(self, runbook):
        """
        Whatever it holds, it ends neither the string nor the style.
        """
        front = replace(runbook.front, version='1"; } </style> \\')
        made = page(replace(runbook, front=front), "html")

        assert "1\\22 \\3b  \\7d  \\3c \\2f style\\3e  \\5c , " in made

    def test_narrow_screens(self, runbook):
        """
        Where columns have no room, each cell says what stands in it.
        """
        made = page(runbook, "html", language="de")
        index = site.index([site.entry(kettle())], language="de")

        assert 'data-label="Schließt aus">C3</td>' in made
        assert 'data-label="Wahrscheinlichster Weg">' in made
        assert 'data-label="Version">2026.11</td>' in index
        assert "<h1>Anleitungen</h1>" in index
        assert all(".stacked td" in each for each in (made, index))

    @pytest.mark.parametrize("to", ENDINGS)
    def test_nothing_is_said_twice(self, runbook, to):
        """
        When to use it is told where the tree says more than its symptom.
        """
        front = replace(runbook.front, about="")
        assert "Use it when" not in page(replace(runbook, front=front), to)

        front = replace(runbook.front, about="It is cold.")
        assert "Use it when" in page(replace(runbook, front=front), to)


class TestToTheLetter:
    """
    Whatever the texts of a tree hold, the page shows it and nothing more.
    """

    @pytest.mark.slow
    def test_html(self, trees):
        """
        The HTML page stays well formed and holds every title literally.
        """
        usual = Reading(ts.render(kettle(), "html")).tags
        rich = {"p", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "blockquote"}
        for each in trees:
            made = Reading(ts.render(each, "html"))
            shown = bare("".join(made.words))
            assert not made.open
            assert made.tags <= usual | rich | {"s", "caption", "br"}
            for text in titles(each):
                assert bare(text) in shown

    @pytest.mark.slow
    def test_markdown(self, trees):
        """
        A reader of the Markdown page sees every title literally.
        """
        for each in trees:
            shown = spaced(markdown_words(ts.render(each, "markdown")))
            for text in titles(each):
                assert bare(text) in bare(shown)

    @pytest.mark.slow
    def test_text(self, trees):
        """
        The text page holds nothing that a terminal would obey.
        """
        for each in trees:
            made = ts.render(each, "text")
            assert all(printable(line) == line for line in made.splitlines())
            assert "\x1b" not in made

    def test_own_marks(self):
        """
        Marks of Markdown, of templates and of HTML stay marks.
        """
        marks = ["# a", "- b", "1. c", "{{ d }}", "{% e %}", "<i>f</i>", "|g|", "`h`"]
        made = loaded(reworded(cycle(marks)))
        shown = spaced(markdown_words(ts.render(made, "markdown")))
        html = spaced("".join(Reading(ts.render(made, "html")).words))
        for text in titles(made):
            assert bare(text) in bare(shown)
            assert bare(text) in bare(html)

    def test_code(self):
        """
        Code in a question is code in HTML, and to the letter elsewhere.
        """
        made = loaded(reworded(cycle(["Run `a <b> *c*` & `d`, not `"])))

        html = "Run <code>a &lt;b&gt; *c*</code> &amp; <code>d</code>, not `"
        assert f"</span> {html}</h3>" in ts.render(made, "html")
        assert "Run `a <b> *c*` & `d`, not `" in spaced(ts.render(made, "text"))


def bare(text):
    """The text without backticks, which are not seen where they stand for code."""
    return spaced(text.replace("`", ""))


def titles(tree_):
    """What a tree says to the letter, as a page shows it."""
    every = [x.title for x in tree_.root_causes]
    every += [x.ask for x in tree_.questions.values() if not x.is_urgent]
    every += [*tree_.escalate.bring, tree_.escalate.to]
    lines = (printable(" ".join(each.splitlines())) for each in every)
    return [spaced(each) for each in lines]


class TestRender:
    """
    ``troubleshoot.render`` makes a runbook of a tree, and refuses what it cannot.
    """

    def test_what_is_asked_for(self):
        """
        Wrong names are refused, with the right ones.
        """
        for wish, said in (
            ({"to": "htm"}, "no format 'htm'; did you mean 'html'?"),
            ({"form": "tabel"}, "no form 'tabel'; did you mean 'table'?"),
            ({"paper": "A5"}, "no paper 'A5'; there are A4 and Letter"),
            ({"stpes": 3}, "takes no 'stpes'; did you mean 'steps'?"),
            ({"language": "fr"}, "no words for 'fr'"),
            ({"to": "x"}, "there are dot, html"),
            ({"foo": 1}, "a runbook takes no 'foo'"),
        ):
            with pytest.raises(ValueError, match=re.escape(said)):
                ts.render(kettle(), **wish)

    def test_a_session_has_no_steps_to_limit(self):
        """
        What decides a runbook is refused for a transcript.
        """
        with pytest.raises(ValueError, match="'steps' is for the runbook of a tree"):
            ts.render(kettle().begin(), "html", steps=3)

    def test_own_words(self):
        """
        Own words have the blanks of ours filled, and no others.
        """
        made = ts.render(kettle(), language={"figures_text": "{typical} oder {worst}"})
        assert "2 min 56 s oder 7 min 30 s" in made

        with pytest.raises(ValueError, match="nothing fills 'tpical' in the word"):
            ts.render(kettle(), language={"figures_text": "{tpical}"})

    def test_own_template(self, tmp_path):
        """
        One page can be replaced alone.
        """
        (tmp_path / "runbook.txt.j2").write_text("{{ it.front.title }}: ours\n")

        assert ts.render(kettle(), templates=tmp_path) == "Kettle: ours\n"

    @pytest.mark.parametrize("to", [each for each in WRITERS if each != "pdf"])
    def test_every_format(self, to):
        """
        Every format is a text with the title or the first question in it.
        """
        made = ts.render(kettle(), to)
        assert isinstance(made, str)
        assert KETTLE["title"] in made or "Does a lamp" in made

    def test_pdf(self):
        """
        A PDF is bytes.
        """
        pytest.importorskip("typst")
        assert ts.render(kettle(), "pdf").startswith(b"%PDF")


def test_texts_are_commonmark_where_authors_write_it(runbook):
    """
    Emphasis in about and how is emphasis in HTML, and words elsewhere.
    """
    assert "<em>grey</em>" in page(runbook, "html")
    assert "the grey box" in page(runbook, "text")
    assert "the grey box" in page(runbook, "markdown")
