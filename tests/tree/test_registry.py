"""Trees by name alone: which there are, which fit a complaint, and no other file."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import troubleshoot as ts
from troubleshoot.check import problems
from troubleshoot.tree import search
from troubleshoot.tree.load import load, loads
from troubleshoot.tree.named import packs
from troubleshoot.tree.registry import Registry

LEAF = "format: 1\ntitle: {title}\ncauses: {{a: {{prior: 3}}, b: {{}}}}\n"


def tree(title, **more):
    """A tree of this title, and of these further texts."""
    lines = [f"{key}: {value}" for key, value in more.items()]
    return "\n".join([LEAF.format(title=title), *lines])


@pytest.fixture
def folder(tmp_path):
    """A folder of trees, one of them broken."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "tap.yaml").write_text(tree("The tap drips"))
    (tmp_path / "café.yaml").write_text(
        tree("The café machine", symptom="No coffee comes")
    )
    (tmp_path / "broken.yaml").write_text("format: 1\ntitle: Coffee\n")
    return tmp_path


def found(registry, complaint):
    """The names of the trees that fit."""
    return [each.name for each in registry.find(complaint)]


class TestRegistry:
    """
    A name is one of those that are there, and nothing else.
    """

    def test_lists_what_can_be_used(self, folder):
        """
        Each with its title; what is wrong with the others is asked for.
        """
        trees = Registry(folder)

        assert trees.names == ("broken", "café", "home/tap")
        assert [(x.name, x.id, x.title) for x in trees.listed()] == [
            ("café", "caf", "The café machine"),
            ("home/tap", "tap", "The tap drips"),
        ]
        assert {k: it[0].code for k, it in trees.problems().items()} == {
            "broken": "missing-key"
        }

    @pytest.mark.parametrize(
        "name",
        [
            *("../café", "/etc/passwd", "home/../café", "home/tap.yaml", "./café"),
            *("café\0", "C:\\\\x", "home//tap", "", "acme:desk", "home"),
        ],
    )
    def test_refuses_whatever_is_no_name(self, folder, name):
        """
        Paths to trees that are there, too.
        """
        with pytest.raises(ts.UnknownName):
            Registry(folder).load(name)

    def test_reads_a_tree_again_after_a_part_was_changed(self, folder):
        """
        What a tree includes is of the tree.
        """
        main = "format: 1\ntitle: T\ncauses: {p: {include: ./home/tap.yaml}}\n"
        (folder / "main.yaml").write_text(main)
        trees = Registry(folder)
        first = trees.load("main")
        again = trees.load("main")
        (folder / "home" / "tap.yaml").write_text(tree("The tap drips again"))

        assert again is first
        assert trees.load("main").causes["p"].title == "The tap drips again"

    def test_of_included_trees_is_what_is_included(self):
        """
        Their names are those that ``load`` takes.
        """
        trees = Registry()

        assert trees.names == ts.included()
        assert [each.name for each in trees.listed()] == [*ts.included()]
        assert all(load(x.name).title == x.title for x in trees.listed())


class TestFind:
    """
    A complaint finds the trees that have its words, the best first.
    """

    @pytest.mark.parametrize(
        ("complaint", "name"),
        [
            ("web pages don't open", "home/no-internet"),
            ("Pages do not load on my phone", "home/no-internet"),
            ("my print does not stick to the bed", "workshop/3d-print-fails"),
            ("filament", "workshop/3d-print-fails"),
            ("the pod is never ready", "kubernetes/pod-not-ready"),
            ("my container keeps restarting", "kubernetes/pod-not-ready"),
        ],
    )
    def test_in_the_words_of_a_customer(self, complaint, name):
        """
        What everybody says weighs nothing, and words have many forms.
        """
        assert found(Registry(), complaint)[0] == name

    @pytest.mark.parametrize("complaint", ["cafe", "CAFÉ", "cafés", "machines", "coff"])
    def test_without_accents_endings_and_capitals(self, folder, complaint):
        """
        A word is found in other forms, and by its beginning.
        """
        assert found(Registry(folder), complaint) == ["café"]

    def test_a_title_weighs_more_than_a_question(self):
        """
        What a tree is about comes before what it asks.
        """
        ask = "questions: {q: {ask: Is the tap closed?, given: {a: yes}}}"
        trees = [("asks", loads(tree("Wet") + ask)), ("is", loads(tree("The tap")))]

        assert search.best(trees, "tap") == ("is", "asks")

    @pytest.mark.parametrize("complaint", ["", "zzz", "?!", "*", '"'])
    def test_nothing_where_nothing_fits(self, complaint):
        """
        No word, no tree.
        """
        assert Registry().find(complaint) == ()

    @settings(deadline=None, max_examples=60)
    @given(
        st.text() | st.sampled_from(["a AND", 'x" OR "y', "NEAR(a b", "-a", "{t}: x"])
    )
    def test_any_text_is_words(self, complaint):
        """
        Nothing that is typed is a command to the search.
        """
        trees = [("one", loads(tree("The tap drips")))]

        assert search.best(trees, complaint) in ((), ("one",))

    def test_a_python_without_it_says_so(self, monkeypatch):
        """
        In words, as an error of the library.
        """
        monkeypatch.setattr(search, "TOKENS", "tokenize = 'none'")

        with pytest.raises(ts.TroubleshootError, match="cannot be searched here"):
            search.best([], "tap")


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """Install a distribution with packs by their entry points; nothing is installed."""

    def installed(**entries):
        site = tmp_path / "site"
        package = site / "acme_trees"
        (package / "home").mkdir(parents=True)
        (package / "__init__.py").write_text("raise SystemExit('code of a pack ran')")
        (package / "desk.yaml").write_text(
            "format: 1\ntitle: The desk\ncauses: {t: {include: ./home/tap.yaml}}\n"
        )
        (package / "home" / "tap.yaml").write_text(tree("The tap drips"))
        info = site / "acme-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: acme\nVersion: 1\n"
        )
        lines = [f"{name} = {value}" for name, value in entries.items()]
        (info / "entry_points.txt").write_text(
            "\n".join(["[troubleshoot.trees]", *lines, ""])
        )
        monkeypatch.syspath_prepend(str(site))
        return package

    return installed


class TestPacks:
    """
    Trees of installed packages have names; no code of theirs is run.
    """

    def test_are_loaded_by_name(self, pack):
        """
        The name of the pack, a colon, and that of the file in it.
        """
        pack(acme="acme_trees")

        assert load("acme:desk").title == "The desk"
        assert "t.a" in load("acme:desk").causes
        assert load("acme:home/tap").title == "The tap drips"
        assert "acme_trees" not in sys.modules

    def test_are_in_a_registry_that_is_asked_for_them(self, pack):
        """
        And not in any other.
        """
        pack(acme="acme_trees")
        trees = Registry(packs=True)

        assert trees.names[-2:] == ("acme:desk", "acme:home/tap")
        assert found(trees, "dripping tap") == ["acme:home/tap", "acme:desk"]
        assert trees.load("acme:desk").title == "The desk"
        assert Registry().names == ts.included()

    def test_may_be_included(self, pack, tmp_path):
        """
        From wherever the including tree is.
        """
        pack(acme="acme_trees")
        file = tmp_path / "main.yaml"
        file.write_text(
            "format: 1\ntitle: T\ncauses: {p: {include: acme:desk}, x: {}}\n"
        )

        assert problems(file) == ()
        assert "p.t.a" in load(file).causes

    @pytest.mark.parametrize(
        ("entries", "why"),
        [
            ({"acme": "no_such_package"}, "no package with a folder"),
            ({"acme": "no_such_package.trees"}, "no package with a folder"),
            ({"acme": "acme_trees.inner"}, "no package with a folder"),
            ({"acme": "calendar"}, "no package with a folder"),
            ({"Acme!": "acme_trees"}, "small letters"),
        ],
    )
    def test_that_are_broken_say_why(self, pack, entries, why):
        """
        One clear error for whoever names one; the others are as they were.
        """
        pack(**entries)
        (broken,) = packs()

        assert (broken.folder, why in broken.why) == (None, True)
        assert Registry(packs=True).names == ts.included()
        if broken.name == "acme":
            with pytest.raises(ts.TreeError, match="the pack 'acme' cannot be used"):
                load("acme:desk")

    @pytest.mark.parametrize("name", ["acme:../secret", "acme:nothing", "other:desk"])
    def test_have_no_other_files(self, pack, name):
        """
        A name leads to a tree in the folder of the pack.
        """
        pack(acme="acme_trees")

        with pytest.raises(ts.TreeError, match="cannot be read"):
            load(name)
