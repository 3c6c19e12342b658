"""Texts of a tree on their way to translators and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import troubleshoot as ts
from troubleshoot.tree.translations import (
    as_po,
    as_yaml,
    compiled,
    known_too,
    read_po,
    read_yaml,
    to_translate,
)
from troubleshoot.tree.wordings import Said, Translation, mark

TREE = ts.load("home/no-internet")

words = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n"),
    min_size=1,
    max_size=40,
).filter(lambda each: each.strip())


def with_texts(data):
    """Texts of the tree with what was drawn for some of them, stale here and there."""
    blank = to_translate(TREE, "tlh", "tester")
    said = {}
    for each in data.draw(st.lists(st.sampled_from(blank.texts), max_size=6)):
        of = data.draw(st.sampled_from([mark(each.source), "0a1b2c3d"]))
        said[each.key] = Said(data.draw(words), of)
    return known_too(blank, said)


def told(texts):
    """What is said, as it is compared: blanks at the ends are those of YAML."""
    return {
        each.key: (each.said.text, each.said.of)
        for each in texts.texts
        if each.said.text
    }


class TestRoundTrip:
    """
    What is written is read again, text and mark, in either format.
    """

    @settings(deadline=None, max_examples=25)
    @given(st.data())
    def test_yaml(self, data):
        """
        The file that stands beside the tree.
        """
        texts = with_texts(data)

        again = read_yaml(TREE, as_yaml(texts), "again.yaml")
        assert {k: tuple(x) for k, x in again.items() if x.text} == told(texts)

    @settings(deadline=None, max_examples=25)
    @given(st.data())
    def test_gettext(self, data):
        """
        What translators have.
        """
        texts = with_texts(data)

        again, said = read_po(as_po(texts, TREE))
        assert told(again) == told(texts)
        assert again.name == texts.name == "no-internet.tlh.tester.yaml"
        assert {k: tuple(x) for k, x in said.items() if x.text} == told(texts)

    @settings(deadline=None, max_examples=25)
    @given(st.data())
    def test_there_and_back(self, data):
        """
        What is made of the one when it comes back as the other.
        """
        texts = with_texts(data)

        again = read_yaml(TREE, compiled(read_po(as_po(texts, TREE))[0]), "a.yaml")
        assert {k: tuple(x) for k, x in again.items()} == told(texts)


def test_a_gettext_file_says_where_and_what():
    """
    Context, reference, and fuzzy for what is stale.
    """
    title = TREE.title
    stale = {("title",): Said("Alt", "0a1b2c3d")}
    made = as_po(known_too(to_translate(TREE, "tlh"), stale), TREE)
    entry = made.split("\n\n")[1]

    assert entry.splitlines() == [
        "#. of: 0a1b2c3d",
        f"#: no-internet.yaml:{line('title: ')}",
        "#, fuzzy",
        'msgctxt "title"',
        f'msgid "{title}"',
        'msgstr "Alt"',
    ]


def line(beginning):
    """The line of the file that begins so."""
    with open(TREE.file, encoding="utf-8") as file:  # noqa: PTH123 - one line
        return next(i for i, x in enumerate(file, start=1) if x.startswith(beginning))


def test_what_is_fuzzy_is_stale_by_what_stood_there_before():
    """
    Tools that update a file keep the text that an entry was translated from.
    """
    made = as_po(to_translate(TREE, "tlh"), TREE)
    fuzzy = made.replace(
        f'msgctxt "title"\nmsgid "{TREE.title}"\nmsgstr ""',
        '#, fuzzy\n#| msgid "Before"\n'
        f'msgctxt "title"\nmsgid "{TREE.title}"\nmsgstr "Davor"',
    )

    assert read_po(fuzzy)[1]["title",] == Said("Davor", mark("Before"))


@pytest.mark.parametrize("text", ["msgid", "", 'msgid ""\nmsgstr "X: y\\n"\n'])
def test_what_is_no_gettext_file_of_a_tree_is_refused(text):
    """
    In one sentence.
    """
    with pytest.raises(ts.ArgumentError, match="gettext file"):
        read_po(text)


def test_a_translation_says_how_it_stands():
    """
    Missing, stale or translated; what has no mark is never stale.
    """
    said = [Said(""), Said("x", "0"), Said("x", mark("s")), Said("x")]

    assert [Translation(("title",), "s", each).state for each in said] == [
        *("missing", "stale", "translated", "translated"),
    ]
