"""Trees in other words: files of texts beside them, and how a text is found."""

from __future__ import annotations

import copy
import pickle

import pytest

import troubleshoot as ts
from troubleshoot.tree.overlays import is_overlay
from troubleshoot.tree.registry import Registry
from troubleshoot.tree.texts import texts
from troubleshoot.tree.wordings import mark

TREE = """\
format: 1
title: A lamp stays dark
causes:
  room: {title: The room, causes: {fuse: {title: The fuse}}}
  plug: {title: The plug is out, actions: [push]}
questions:
  in: {ask: Is the plug in?, given: {plug: no, fuse: yes}}
  light: {ask: Is it dim?, answers: {dim: Dim, off: Off}, given: {fuse: off}}
actions:
  push: {do: Push it in., caution: It may be hot.}
urgent:
  smell: {ask: Does it smell?, stop: {yes: Leave the room.}}
escalate: {to: A friend, bring: [the lamp, a torch]}
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a tree."""
    (tmp_path / "lamp.yaml").write_text(TREE)
    return tmp_path


@pytest.fixture
def wording(folder):
    """The wording of the tree in this folder, once these files stand beside it."""

    def wording(language=None, audience="", **files):
        for name, text in files.items():
            (folder / f"lamp.{name.replace('_', '.')}.yaml").write_text(text)
        return ts.load(folder / "lamp.yaml").wording(language, audience=audience)

    return wording


class TestFallback:
    """
    The text of the language wins over that of the audience, and the nearer over both.
    """

    FILES = {  # noqa: RUF012 - read alone
        "de-AT": "title: at",
        "de": "title: de\nescalate: {to: de}\nactions: {push: {do: de}}",
        "de_customer": "title: de customer\nescalate: {to: de customer}",
        "customer": "title: customer\nquestions: {in: {ask: customer}}",
    }

    @pytest.mark.parametrize(
        ("asked", "reads"),
        [
            ((None, ""), ("A lamp stays dark", "Is the plug in?", "A friend")),
            (("en-GB", "customer"), ("customer", "customer", "A friend")),
            (("de", ""), ("de", "Is the plug in?", "de")),
            (("de", "customer"), ("de customer", "customer", "de customer")),
            (("de-AT", ""), ("at", "Is the plug in?", "de")),
            (("de-AT", "customer"), ("at", "customer", "de customer")),
            (("fr", "customer"), ("customer", "customer", "A friend")),
        ],
    )
    def test_the_first_that_is_there_counts(self, wording, asked, reads):
        """
        Title, question and escalation, each in other files.
        """
        tree = wording(*asked, **self.FILES).tree

        assert (tree.title, tree.questions["in"].ask, tree.escalate.to) == reads

    def test_missing_is_what_is_not_in_the_language(self, wording):
        """
        What falls back is named by where it stands; nothing is missing in one's own.
        """
        found = wording("de-AT", "customer", **self.FILES)

        assert "questions/in/ask" in found.missing
        assert "escalate/bring/1" in found.missing
        assert not {"title", "escalate/to", "actions/push/do"} & {*found.missing}
        assert wording("en", "customer").missing == ()


class TestSameTree:
    """
    A tree in other words is the same tree.
    """

    def test_it_decides_alike(self, wording):
        """
        Id, fingerprint and all numbers are those of the tree.
        """
        found = wording("de", de="title: Eine Lampe").tree

        assert found == found.original
        assert found.fingerprint == found.original.fingerprint
        assert found.begin().belief == found.original.begin().belief
        assert found.language == "de"
        assert found.original.language == "en"

    def test_it_travels_with_its_words(self, wording):
        """
        What receives it has its texts, and can turn to others.
        """
        found = wording("de", de="title: Eine Lampe").tree
        sent = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own

        assert sent.title == copy.copy(found).title == "Eine Lampe"
        assert sent.wording("en").tree.title == "A lamp stays dark"
        assert sent.original.wording("de").tree.title == "Eine Lampe"

    def test_answers_of_yes_and_no_go_without_saying(self, wording):
        """
        What is not written in the tree needs no translation.
        """
        found = wording("de", de="title: Eine Lampe")

        texts_ = [each.text for each in found.tree.questions["in"].answers]
        assert texts_ == ["Ja", "Nein"]
        assert not any("answers/yes" in each for each in found.missing)


class TestWarnings:
    """
    What warns never vanishes.
    """

    def test_not_translated_it_says_so(self, wording):
        """
        The source stands there, after words of the session.
        """
        tree = wording("de", de="title: Eine Lampe").tree

        assert tree.actions["push"].caution == "Nicht übersetzt: It may be hot."
        assert tree.questions["smell"].stop == {
            "yes": "Nicht übersetzt: Leave the room."
        }

    def test_stale_it_stands_with_its_source(self, wording):
        """
        Whoever reads it reads what it says now as well; other stale texts are shown.
        """
        stale = "{text: alt, of: 00000000}"
        found = wording(
            "de",
            de=f"title: {stale}\nactions: {{push: {{caution: {stale}}}}}",
        )

        assert found.stale == ("title", "actions/push/caution")
        assert found.tree.title == "alt"
        assert found.tree.actions["push"].caution == (
            "alt\n\nSeit der Übersetzung geändert, im Original: It may be hot."
        )

    def test_for_an_audience_it_stands_with_its_source_too(self, wording):
        """
        In one language nothing has to be said about it.
        """
        stale = "actions: {push: {caution: {text: old, of: '00000000'}}}"
        found = wording(audience="customer", customer=stale)

        assert found.stale == ("actions/push/caution",)
        assert found.tree.actions["push"].caution == "old\n\nIt may be hot."

    def test_several_blocks_stay_blocks(self, folder, wording):
        """
        A list in a warning that is not translated begins a line of its own.
        """
        listed = TREE.replace("It may be hot.", '"- Hot\\n- Sharp"')
        (folder / "lamp.yaml").write_text(listed)

        caution = wording("de").tree.actions["push"].caution
        assert caution == "Nicht übersetzt:\n\n- Hot\n- Sharp"


class TestFiles:
    """
    A file of texts holds texts.
    """

    @pytest.mark.parametrize(
        ("text", "place", "code"),
        [
            ("causes: {plug: {title: x, prior: 3}}", (1, 27), "wording-logic"),
            ("confidence: 80%", (1, 1), "wording-logic"),
            ("questions:\n  in: {given: {plug: no}}", (2, 8), "wording-logic"),
            ("questions: {in: {aks: x}}", (1, 18), "unknown-key"),
            ("questions: {out: {ask: x}}", (1, 13), "wording-unused"),
            ("questions: {light: {answers: {on: x}}}", (1, 31), "wording-unused"),
            ("actions: {push: {why: x}}", (1, 18), "wording-unused"),
            ("title: [x]", (1, 1), "wrong-type"),
            ("title: {text: x, off: y}", (1, 1), "wrong-type"),
            ("questions: x", (1, 1), "wrong-type"),
            ("title: {text: x, of: '00000000'}", (1, 1), "wording-stale"),
            ("title: x\ntitle: y", (2, 1), "duplicate-key"),
        ],
    )
    def test_what_is_wrong_is_told_where_it_stands(self, folder, text, place, code):
        """
        With the tree, and of the file alone; nothing that is wrong changes the tree.
        """
        (folder / "lamp.de.yaml").write_text(text)

        for path in (folder / "lamp.yaml", folder / "lamp.de.yaml"):
            (found,) = ts.problems(path)
            assert (found.line, found.column) == place
            assert found.code == code
            assert found.file == str(folder / "lamp.de.yaml")
        tree = ts.load(folder / "lamp.yaml")
        if found.severity == "warning":
            tree.wording("de")
            return
        with pytest.raises(ts.TreeError) as caught:
            tree.begin(language="de")
        assert caught.value.problems == (found,)
        tree.begin()

    @pytest.mark.parametrize(
        ("name", "is_one"),
        [
            ("lamp.de.yaml", True),
            ("lamp.customer.yaml", True),
            ("lamp.pt-BR.customer.yaml", True),
            ("lamp.customer.de.yaml", False),
            ("lamp.yaml", False),
            ("lantern.de.yaml", False),
            ("lamp.de.yml", False),
            ("lamp.2.yaml", False),
        ],
    )
    def test_files_of_texts_are_told_from_trees(self, folder, name, is_one):
        """
        By a name that goes on after that of a tree beside it.
        """
        assert is_overlay(folder / name) == is_one

    def test_they_are_no_trees(self, folder):
        """
        Nobody is offered a file of texts as a tree.
        """
        (folder / "lamp.de.yaml").write_text("title: Eine Lampe")

        assert Registry(folder).names == ("lamp",)
        assert all("." not in each for each in ts.included())

    def test_an_unreadable_one_is_told(self, folder):
        """
        A tree that has one goes on in its own words.
        """
        (folder / "lamp.de.yaml").mkdir()

        (found,) = ts.problems(folder / "lamp.yaml")
        assert found.code == "unreadable"
        assert ts.load(folder / "lamp.yaml").begin()

    @pytest.mark.parametrize(
        "arguments", [{"language": "D"}, {"language": 1}, {"audience": "abc"}]
    )
    def test_what_names_no_language_is_refused(self, wording, arguments):
        """
        Two or three letters are a language, four or more an audience.
        """
        with pytest.raises(ts.TroubleshootError):
            wording(**arguments)


def test_a_mark_is_of_the_text_alone():
    """
    Blanks at its ends are those of YAML, and change nothing.
    """
    assert mark("a\n") == mark(" a")
    assert mark("a") != mark("b")
    assert len({mark(str(each)) for each in range(1000)}) == 1000


def test_every_text_can_be_worded(folder):
    """
    A file that rewords each text changes each text.
    """
    tree = ts.load(folder / "lamp.yaml")
    lines = {}
    for each in texts(tree):
        node = lines
        for step in each.key[:-1]:
            node = node.setdefault(step, {})
        node[each.key[-1]] = {"text": each.text.upper(), "of": mark(each.text)}
    (folder / "lamp.en-XX.yaml").write_text(repr(lines).replace("'", '"'))

    found = ts.load(folder / "lamp.yaml").wording("en-XX")
    assert [each.text for each in texts(found.tree)] == [
        each.text.upper() for each in texts(tree)
    ]
    assert found.missing == found.stale == ()


def test_an_included_tree_brings_its_words(folder):
    """
    What stands beside a file that is included is read where that is included.
    """
    (folder / "lamp.de.yaml").write_text("questions: {in: {ask: Steckt er?}}")
    (folder / "house.yaml").write_text(
        "format: 1\ntitle: Dark\ncauses: {lamp: {include: ./lamp.yaml}, out: {}}\n"
    )

    tree = ts.load(folder / "house.yaml")
    assert tree.wording("de").tree.questions["lamp.in"].ask == "Steckt er?"
    (folder / "house.de.yaml").write_text("questions: {lamp.in: {ask: Hier?}}")
    tree = ts.load(folder / "house.yaml")
    assert tree.wording("de").tree.questions["lamp.in"].ask == "Hier?"
    assert ts.problems(folder / "house.yaml") == ()


class TestValues:
    """
    Texts in other words have the variables and the images of the tree.
    """

    TREE = """\
format: 1
title: "{model} stays dark"
variables: {model: the lamp}
causes: {a: {about: "![a fuse](fuse.svg)"}, b: }
"""

    @pytest.fixture
    def tree(self, folder):
        """Such a tree, with German texts beside it."""
        (folder / "fuse.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
        (folder / "lamp.yaml").write_text(self.TREE)
        (folder / "lamp.de.yaml").write_text(
            "title: '{model} bleibt dunkel'\nvariables: {model: die Lampe}\n"
            "causes: {a: {about: '![eine Sicherung](fuse.svg)'}}\n"
        )
        return ts.load(folder / "lamp.yaml")

    def test_values_are_put_into_them(self, tree):
        """
        Those of the language where nobody says others; an image is the same one.
        """
        session = tree.begin(language="de", variables={"model": "Lux"})
        sent = pickle.loads(pickle.dumps(session))  # noqa: S301 - written here

        assert tree.begin(language="de").tree.title == "die Lampe bleibt dunkel"
        assert session.tree.title == sent.tree.title == "Lux bleibt dunkel"
        assert session.in_language("en").tree.title == "Lux stays dark"
        page = ts.render(tree, "interactive", language="de")
        assert "eine Sicherung" in page
        assert "data:image/svg" in page

    def test_a_name_that_is_not_declared_is_a_problem(self, folder, tree):
        """
        In the file of the texts, at its place.
        """
        assert tree.title == "the lamp stays dark"
        (folder / "lamp.de.yaml").write_text("title: '{modle} bleibt dunkel'\n")

        (problem,) = ts.problems(folder / "lamp.yaml")
        assert (problem.code, problem.line) == ("unknown-variable", 1)
        assert problem.file.endswith("lamp.de.yaml")
        assert "'model'" in problem.fix


class TestIncludedTrees:
    """
    The trees that come with the library show how it is done.
    """

    def test_one_is_german_from_end_to_end(self):
        """
        No text of it is missing, and none has changed since it was translated.
        """
        found = ts.load("home/no-internet").wording("de")

        assert found.missing == found.stale == ()
        assert found.tree.title == "Kein Internet zu Hause"

    def test_one_speaks_to_engineers(self):
        """
        In other words than to customers, of the same printer.
        """
        tree = ts.load("home/printer-prints-nothing")
        found = tree.wording(audience="engineer")

        assert found.stale == ()
        assert found.tree.causes["jam"].title == "Media jam or empty tray"
        assert found.tree == tree
