"""Transcripts and hand-offs as documents: what they say, and that they only say it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from itertools import chain, cycle, repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from session.test_handoff import ROUTER
from session.trees import clock, tree

import troubleshoot as ts
from troubleshoot.catalogue import languages
from troubleshoot.rendering import commonmark
from troubleshoot.rendering.words import in_language
from troubleshoot.session.texts import flat
from troubleshoot.text import printable
from troubleshoot.tree.blocks import rich

GOLDEN = Path(__file__).parent.parent / "golden"
REFRESH = bool(os.environ.get("REFRESH_GOLDEN"))
ENDINGS = {"html": "html", "markdown": "md", "text": "txt", "json": "json"}
NAUGHTY = Path(__file__).parents[3] / "shared/data/naughty-strings/blns-two-thirds.json"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKUP = st.text("#*_-+=|`~<>&[](){}!\\\"'.:/$1a \n\t").filter(str.strip)
VOID = {"br", "meta"}
# What an author's CommonMark may come to, besides what our templates hold.
COMMONMARK = {"p", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "blockquote"}
COMMONMARK |= {"table", "tr", "th", "td", "br"}
# Fields of a hand-off that are texts, and those of them that are CommonMark.
TEXTS = {"text", "title", "symptom", "surprise", "reason", "answer", "setup", "verify"}
TEXTS |= {"group", "version", "to", "reply"}
RICH = {"how", "why", "caution"}


def session():
    """A session with a router in which everything of a hand-off occurs."""
    begun = tree(ROUTER).begin({"lights": "yes"}, by="customer", clock=clock())
    said = begun.answer("bill", "no").dont_know("ping").note("Calls from *work*.")
    return said.tried("restart", fixed=False)


@pytest.fixture
def handed():
    """The hand-off of the session with the router."""
    return session().hand_off()


def hostile(value, texts, names=TEXTS):
    """The value with the next of these texts in each of the fields of these names."""
    if isinstance(value, tuple):
        return tuple(
            next(texts) if isinstance(each, str) else hostile(each, texts, names)
            for each in value
        )
    if not is_dataclass(value):
        return value
    every = {each.name for each in fields(value)}
    step = {"title", "text"} <= every
    changed = {
        each: next(texts)
        if each in names
        else hostile(getattr(value, each), texts, names)
        for each in (x.name for x in fields(value))
        if not (step and each == "title")
    }
    if step:  # it has a name, which is no beginning of its text
        changed["title"] = f"Name {changed['text']}"
    return replace(value, **changed)


def signed(handed, *actors):
    """The hand-off with these actors in turn."""
    names = cycle(actors)
    steps = tuple(replace(each, actor=next(names)) for each in handed.steps)
    return replace(handed, steps=steps)


class Page(HTMLParser):
    """An HTML page: its tags, its attributes, and the texts under each tag."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], set()
        self.addresses = []
        self.texts = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note the tag and its attributes."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the tag, which must be the one that is open."""
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data):
        """Note the text under the tag that is open."""
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


def structure(text):
    """The tokens of a Markdown text, texts and breaks aside."""
    return [
        (inner.type, inner.nesting)
        for token in PARSER.parse(text)
        for inner in [token, *(token.children or [])]
        if inner.type not in ("text", "inline", "code_inline")
    ]


def naughty():
    """Strings that broke programs before, by twenty; none where they are not there."""
    if not NAUGHTY.exists():
        return [pytest.param([], marks=pytest.mark.skip("no naughty strings here"))]
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    return [strings[i : i + 20] for i in range(0, len(strings), 20)]


def check_html(handed, texts):
    """The page is that of calm texts, but for the texts; CommonMark adds its own."""
    bold = hostile(signed(handed, *texts[:1]), cycle(texts))
    page = Page(ts.render(bold, "html"))
    calm = Page(ts.render(hostile(signed(handed, "x"), repeat("x")), "html"))
    shown = "".join(chain(*page.texts.values()))

    assert page.open == []
    assert [each for each in page.tags if each != "code"] == calm.tags
    assert page.attributes == calm.attributes
    assert [each for each in texts if bare(clean(each)) not in bare(shown)] == []


def check_rich(handed, texts):
    """What authors may write as CommonMark adds its own tags, and no other."""
    page = Page(ts.render(hostile(handed, cycle(texts), TEXTS | RICH), "html"))
    calm = Page(ts.render(hostile(handed, repeat("x"), TEXTS | RICH), "html"))

    assert page.open == []
    assert set(page.tags) <= set(calm.tags) | COMMONMARK
    assert page.attributes <= calm.attributes | {"href", "start", "title"}
    assert not [each for each in page.addresses if "script:" in each]


def check_markdown(handed, texts):
    """The structure is that of calm texts, and each text is there."""
    page = ts.render(
        hostile(signed(handed, *texts[:1]), cycle(texts)),
        "markdown",
    )
    calm = ts.render(hostile(signed(handed, "x"), repeat("x")), "markdown")
    inline = [each for each in PARSER.parse(page) if each.type == "inline"]
    shown = "\n".join("".join(x.content for x in each.children) for each in inline)

    assert structure(page) == structure(calm)
    assert [x for x in texts if bare(one_line(x)) not in bare(shown)] == []


def check_text(handed, texts):
    """Nothing is in a plain text that a terminal would obey."""
    page = ts.render(hostile(handed, cycle(texts), TEXTS | RICH), "text")

    assert [x for x in page.splitlines() if x != printable(x)] == []


def clean(text):
    """The text as an HTML page shows it."""
    return "\n".join(map(printable, text.splitlines()))


def bare(text):
    """The text without backticks, which are not seen where they stand for code."""
    return re.sub(r"[ \t]+", " ", text.replace("`", "")).strip()


def one_line(text):
    """The text as a Markdown page shows it."""
    return re.sub(r"[ \t]+", " ", clean(text).replace("\n", " ")).strip()


class TestHostileTexts:
    """
    A text is shown to the letter in every format, whatever it is.
    """

    @pytest.mark.parametrize("texts", naughty())
    def test_naughty_strings_are_shown(self, handed, texts):
        """
        Strings that broke programs before are shown, and change nothing else.
        """
        # An empty text is left out of a page, so that its structure is another.
        on_a_line = [" ".join(each.splitlines()) for each in texts]
        telling = [each for each in on_a_line if one_line(each)]

        check_html(handed, telling)
        check_rich(handed, texts)
        check_markdown(handed, telling)
        check_text(handed, texts)

    @pytest.mark.slow
    @settings(deadline=None, max_examples=50)
    @given(st.lists(MARKUP, min_size=1, max_size=30))
    def test_markup_is_shown(self, texts):
        """
        Anything that looks like markup is a text like any other.
        """
        handed = session().hand_off()

        on_a_line = [" ".join(each.split("\n")) for each in texts]
        check_html(handed, on_a_line)
        check_rich(handed, texts)
        check_markdown(handed, on_a_line)

    def test_a_number_at_the_beginning_stays(self):
        """
        What would begin a list, a heading or a rule is escaped, versions are not.
        """
        shown = ["1. one", "2026.11", "# head", "---", "- dash", "10) ten", "*a*"]

        assert [str(commonmark.in_markdown(each)) for each in shown] == [
            r"1\. one",
            "2026.11",
            r"\# head",
            r"\---",
            r"\- dash",
            r"10\) ten",
            r"\*a\*",
        ]


class TestCommonMark:
    """
    Authors may use CommonMark in how and why, and no more than that.
    """

    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("*Off* and **on**", "<p><em>Off</em> and <strong>on</strong></p>\n"),
            ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
            ("# Not a heading", "<p># Not a heading</p>\n"),
            (
                "![the lamp](http://e.org/x.png)",
                "<p>[http://e.org/x.png: the lamp]</p>\n",
            ),
            ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n"),
            ("[x](https://e.org)", '<p><a href="https://e.org">x</a></p>\n'),
        ],
    )
    def test_html_holds_what_is_meant(self, text, html):
        """
        Emphasis and links become HTML; raw HTML and headings do not.
        """
        assert str(commonmark.html(text)) == html

    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("*Off* and **on**\nhere", ["Off and on here"]),
            ("1. one\n2. two\n\n- a", ["1. one", "2. two", "- a"]),
            ("See [this](https://e.org).", ["See this (https://e.org)."]),
            ("<https://e.org>", ["https://e.org"]),
            ("![the lamp](x.png) is `on -a`", ["[x.png: the lamp] is `on -a`"]),
            ("![](x.png)", ["[x.png]"]),
            ("    code\n\n---", ["  code", "---"]),
            ("```\nfence\n```", ["  fence"]),
            ("1.\n   ```\n   a\n   ```", ["1.", "     a"]),
            ("> said\n>\n> - so", ["> said", "> - so"]),
            ("|a|b|\n|-|-|\n|c|d|", ["a | b", "c | d"]),
            ("[1]: power", ["[1]: power"]),
            ("a\\\nb", ["a", "b"]),
        ],
    )
    def test_plain_text_holds_the_words(self, text, plain):
        """
        Without markup the words are left, with numbers, addresses and ends of lines.
        """
        assert flat(rich(text)) == plain

    def test_a_very_long_text_is_taken_to_the_letter(self):
        """
        Texts longer than an author would write are not parsed.
        """
        text = "*" * 20_001

        assert str(commonmark.html(text)) == f"<p>{text}</p>\n"
        assert flat(rich(text)) == [text]

    def test_a_deep_text_is_taken_to_the_letter(self):
        """
        What the parser would leave out, as too deep, is not lost.
        """
        assert flat(rich(">" * 30 + " deep")) == [">" * 30 + " deep"]


class TestDocuments:
    """
    What the documents say.
    """

    @pytest.mark.parametrize("to", ENDINGS)
    def test_a_hand_off_reads_as_it_should(self, handed, to):
        """
        The hand-off of a small session is the golden file, to the byte.
        """
        text = ts.render(handed, to).replace(ts.__version__, "VERSION")
        golden = GOLDEN / f"handoff.{ENDINGS[to]}"
        if REFRESH:
            golden.write_text(text, encoding="utf-8")

        assert text == golden.read_text(encoding="utf-8")

    def test_plain_text_fits_eighty_columns(self, handed):
        """
        No line of the plain text is longer than a terminal is wide.
        """
        assert max(map(len, ts.render(handed, "text").splitlines())) <= 80

    @pytest.mark.parametrize("to", ["html", "markdown", "text"])
    def test_the_first_screen_says_what_to_do(self, handed, to):
        """
        The problem, what is most likely and the next step come before all details.
        """
        page = ts.render(handed, to)
        order = ["It stays dark.", "Most likely", "Do next", "Still possible"]
        places = [page.index(each) for each in order]

        assert places == sorted(places)
        assert page.index(handed.next[0].text) < page.index("Still possible")

    def test_who_did_it_all_is_said_once(self, handed):
        """
        One actor is named once, and several at each line.
        """
        several = signed(handed, "Ann", "Bob")

        for to in ("html", "markdown", "text"):
            once, each = ts.render(signed(handed, "Ann"), to), ts.render(several, to)
            assert once.count("Ann") == 1
            assert "All by: Ann" in once
            assert (each.count("Ann"), each.count("Bob")) == (3, 2)  # a note as well
            assert "All by" not in each

    def test_remedies_are_described_once_with_their_caution(self):
        """
        A remedy is told with minutes and caution, at one cause; the others refer to it.
        """
        body = """
causes:
  a: {title: Aa, actions: [one, two]}
  b: {title: Bb, actions: [one]}
questions: {q: {ask: Is it A?, given: {a: yes, b: no}}}
setups: {up: {do: Climb up.}}
actions:
  one: {do: Do one., cost: 9 min, setup: up, caution: Mind it., risk: irreversible}
  two: {do: Do two., needs: rope}
"""
        handed = tree(body).begin().hand_off()

        for to in ("html", "markdown", "text"):
            page = re.sub(r"<[^>]+>|\*", "", ts.render(handed, to))
            page = " ".join(page[page.index("Still possible") :].split())
            assert page.count("Do one.") == 1
            assert "R1: Do two. (1 min; Needs: rope)" in page
            assert "or R2: Do one. (10 min)" in page
            assert "Careful: Mind it. This cannot be undone." in page
            assert "First: Climb up." in page
            assert page.count("see above") == 1

    def test_long_lists_are_cut(self):
        """
        Causes that an answer rules out are counted from the fifth on, not named.
        """
        causes = ", ".join(f"c{i}: {{title: T{i}}}" for i in range(9))
        given = ", ".join(f"c{i}: always {'no' if i else 'yes'}" for i in range(9))
        body = f"""
unknown: 1%
causes: {{{causes}}}
questions: {{q: {{ask: Is it so?, given: {{{given}}}}}}}
"""
        for to in ("html", "markdown", "text"):
            page = ts.render(tree(body).begin().hand_off(), to)
            assert "Rules out: T1; T2; T3; and 5 more" in page

    def test_commands_are_whole(self):
        """
        A command keeps its borders, and is not broken where a line has room for it.
        """
        command = "`kubectl -n NAMESPACE get pods --selector app=x_y -o wide`"
        how = f"As somebody who may do so, run {command}, then wait; {'very ' * 9}long"
        body = f"""
causes: {{a: {{title: A}}, b: {{title: B}}}}
questions: {{q: {{ask: Is it A?, how: "{how}: `{"x " * 50}`", given: {{a: yes}}}}}}
"""
        handed = tree(body).begin().hand_off()

        assert any(command in x for x in ts.render(handed, "text").splitlines())
        assert command in ts.render(handed, "markdown")
        assert f"<code>{command.strip('`')}</code>" in ts.render(handed, "html")

    def test_nobody_in_particular_is_anybody(self):
        """
        Where nobody said who is there, anybody may be.
        """
        for to in ("html", "markdown", "text"):
            page = ts.render(tree().begin().hand_off(), to)
            assert "Who was there: anybody" in page
            assert "percentages change" not in page

    def test_private_answers_change_the_figures(self, handed):
        """
        Who resumes a hand-off is told where figures will change.
        """
        for to in ("html", "markdown", "text"):
            page = " ".join(ts.render(handed, to).split())
            assert "the percentages change when it is resumed" in page

    def test_what_stops_is_said_at_the_answer(self):
        """
        A question of safety says what its answer means, and no chance of it.
        """
        handed = ts.load("home/no-internet").begin().hand_off()
        stop = next(each.stop for each in handed.next[0].answers if each.stop)

        for to in ("html", "markdown", "text"):
            page = " ".join(re.sub(r"<[^>]+>", "", ts.render(handed, to)).split())
            assert f"then stop. {stop}" in page.replace("&#39;", "'")

    def test_urgent_steps_are_marked(self):
        """
        A question of safety says that it is one.
        """
        session = ts.load("home/no-internet").begin()

        for to in ("html", "markdown", "text"):
            assert "Safety first: " in ts.render(session.hand_off(), to)

    def test_doubts_and_things_are_told(self, handed):
        """
        What contradicts, and who was there with what, is in every format.
        """
        body = """
unknown: 5%
causes: {a: {title: A}, b: {title: B}}
questions:
  p: {ask: Is it A?, given: {a: always yes, b: always no}}
  q: {ask: Is it not A?, given: {a: always no, b: always yes}}
"""
        facts = {"p": "yes", "q": "yes"}
        handed = tree(body).begin(facts, by="customer", has="ladder").hand_off()

        for to in ("html", "markdown", "text"):
            page = ts.render(handed, to)
            assert "What does not fit" in page
            assert "customer (At hand: ladder)" in page

    def test_a_reason_is_said_once(self):
        """
        Why it ended is on the first screen, unless a section of its own says it.
        """
        given_up = session().give_up("no time").hand_off()
        odd = replace(given_up, surprise="no time")

        for to in ("html", "markdown", "text"):
            assert ts.render(given_up, to).count("no time") == 2
            assert ts.render(odd, to).count("no time") == 1

    def test_nothing_done_is_said(self):
        """
        A session that only began says that nothing was done.
        """
        begun = tree().begin()

        for to in ("html", "markdown", "text"):
            assert "Nothing yet." in ts.render(begun.hand_off(), to)
        for to in ("html", "markdown"):
            assert "Nothing yet." in ts.render(begun, to)

    def test_what_is_solved_has_no_next_step(self):
        """
        Once it is fixed, nothing is still possible, and nothing is to be done.
        """
        handed = tree().begin().tried("put-in", fixed=True).hand_off()

        for to in ("html", "markdown", "text"):
            page = ts.render(handed, to)
            assert "Solved" in page
            assert "Still possible" not in page
            assert "Do next" not in page
            assert "hand over" not in page

    def test_a_transcript_is_rendered_from_session_or_record(self):
        """
        A session and its record give the same transcript, in every format.
        """
        talk = session().give_up("no time")

        assert ts.render(talk) == ts.render(talk.record()) == talk.transcript()
        for to in ("html", "markdown", "json"):
            assert ts.render(talk, to) == ts.render(talk.record(), to)
        assert Page(ts.render(talk, "html")).open == []
        assert "Given up: no time" in ts.render(talk, "markdown")

    def test_private_answers_are_in_no_document(self):
        """
        What a private question was answered is in no format of no document.
        """
        body = ROUTER.replace(
            "private: true", "private: true\n    answers: {yes: Sixpence, no: Guinea}"
        )
        talk = tree(body).begin(clock=clock()).answer("bill", "yes")

        for to in ENDINGS:
            assert "Sixpence" not in ts.render(talk, to)
        handed = talk.hand_off()
        for to in ("html", "markdown", "text"):
            assert handed.steps[0].answer == "(private)"
            first = ts.render(handed, to)
            assert "Sixpence" not in first
            assert "Private, not handed on" in first

    def test_unknown_formats_are_refused(self, handed):
        """
        A format that there is not is refused with those that there are.
        """
        with pytest.raises(ValueError, match="there is no format 'pdf'"):
            ts.render(handed, "pdf")


class TestWords:
    """
    The fixed words, in the language asked for.
    """

    def test_every_language_is_complete(self):
        """
        Each included language has a word for each key.
        """
        keys = {language: set(in_language(language).texts) for language in languages()}

        assert set(keys) == {"en", "de"}
        assert keys["de"] == keys["en"]

    def test_german_speaks_german(self, handed):
        """
        In German no English fixed word is left.
        """
        page = ts.render(handed, "markdown", language="de")
        english = in_language("en").texts.values()
        german = set(in_language("de").texts.values())
        heads = [each.lstrip("# ") for each in page.splitlines() if each[:1] == "#"]

        assert page.startswith("# Übergabe: A lamp")
        assert 'lang="de"' in ts.render(handed, "html", language="de")
        assert set(heads) & set(english) - german == set()

    def test_own_words_come_before_ours(self, handed):
        """
        One word can be said otherwise; the others stay.
        """
        page = ts.render(handed, language={"handoff": "Shift change"})

        assert page.startswith("Shift change: A lamp")
        assert "Most likely" in page

    def test_wrong_words_are_refused(self, handed):
        """
        A language without words, and a word that no document has, are refused.
        """
        with pytest.raises(ValueError, match="no words for 'tlh'; there are for: de"):
            ts.render(handed, language="tlh")
        with pytest.raises(ValueError, match="did you mean 'handoff'"):
            ts.render(handed, language={"handof": "x"})

    def test_own_templates_come_before_ours(self, handed, tmp_path):
        """
        One template can be replaced, and may lean on the others.
        """
        own = tmp_path / "handoff.md.j2"
        own.write_text("Hello {{ it.tree.title }} {{ it.symptom }}", encoding="utf-8")
        strange = replace(handed, symptom="*x*")

        page = ts.render(strange, "markdown", templates=tmp_path)

        assert page == "Hello A lamp \\*x\\*\n"
        assert ts.render(handed, templates=tmp_path) == ts.render(handed)


def test_what_cannot_be_rendered_is_refused():
    """
    What is neither a tree nor a session is refused in words.
    """
    with pytest.raises(TypeError, match="this cannot be rendered"):
        ts.render(3)
