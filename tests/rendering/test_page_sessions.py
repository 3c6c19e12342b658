"""What the page saves and opens is what the library saves and opens."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from rendering.damaged import damaged, shaken
from rendering.engines import HERE, by_node, differences, players
from rendering.plays import Play
from rendering.test_interactive import KETTLE
from session.trees import random_trees, tree

import troubleshoot as ts
from troubleshoot.rendering.interactive import PAGE, engine, source
from troubleshoot.rendering.interactive.data import page_data
from troubleshoot.rendering.interactive.shared import NUMBERS, shared
from troubleshoot.session.steps import EndingKind
from troubleshoot.tree.only_if import ALWAYS

REOPEN = "\nconst play = (asked) => reopen(asked);"
ENGINE = HERE.parents[1] / "troubleshoot/rendering/interactive/engine"


@pytest.fixture(scope="module")
def kettle():
    """A tree with everything that a page can be asked to show."""
    return tree(KETTLE)


def random_plays(count):
    """Random sessions in trees in which all may occur that a session knows."""
    found = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(random_trees())
    def collect(tree):
        rng = random.Random(len(found))  # noqa: S311 - the same sessions each time
        found.append(Play(tree, rng, by="customer").go(12))

    collect()
    return found


@pytest.fixture(scope="module")
def plays():
    """Random sessions, played by the library."""
    return random_plays(150)


def reopened(asked, folder):
    """What the page makes of these files: pairs of the data of a page and a text."""
    script = players().replace("function play(", "function played(") + REOPEN
    return by_node(script, [{"data": x, "text": y} for x, y in asked], folder)


class TestFiles:
    """
    A file means the same to the page and to the library, or neither takes it.
    """

    @pytest.mark.slow
    def test_page_writes_what_it_opens_as_the_library_does(self, plays, tmp_path):
        """
        A session that was opened is saved as it was, times and undone moves included.
        """
        texts = [each.session.to_json() for each in plays]
        data = [each.data for each in plays]

        told = reopened(zip(data, texts, strict=True), tmp_path)

        for text, each in zip(texts, told, strict=True):
            ours, theirs = json.loads(text), json.loads(each["written"])
            assert differences(ours, theirs) == []

    @pytest.mark.slow
    def test_damaged_files_are_refused_by_both(self, kettle, tmp_path):
        """
        Each file of a list of damaged ones is read alike, or refused by both.
        """
        files = damaged(kettle)
        data = page_data(kettle.begin())

        told = reopened([(data, text) for text in files.values()], tmp_path)

        differing = {
            name: (ours, theirs)
            for (name, text), page in zip(files.items(), told, strict=True)
            if (ours := library_reads(kettle, text)) != (theirs := page_reads(page))
        }
        assert differing == {}

    def test_the_list_has_files_of_every_outcome(self, kettle):
        """
        Some are opened, some of an edited tree, some of another one, most are none.
        """
        outcomes = {library_reads(kettle, text) for text in damaged(kettle).values()}

        assert {each[0] for each in outcomes} == {
            "opened",
            "edited_tree",
            "other_tree",
            "not_a_session",
        }

    @pytest.mark.slow
    def test_shaken_files_are_refused_by_both(self, kettle, tmp_path):
        """
        With values replaced at random: the page opens what the library resumes without
        a word, and no more.
        """
        rng = random.Random(1)  # noqa: S311 - the same files each time
        files = list(shaken(kettle, rng, 1500))
        data = page_data(kettle.begin())

        told = reopened([(data, text) for text in files], tmp_path)

        for text, page in zip(files, told, strict=True):
            ours, theirs = library_reads(kettle, text), page_reads(page)
            # Texts that were tampered with but change nothing are no other session,
            # and no page needs to open them.
            tampered = ours[0] == "opened" and theirs[0] == "edited_tree"
            assert ours == theirs or (tampered and not has_own_texts(kettle, text)), (
                text
            )


def library_reads(tree, text):
    """What the library makes of a file: opened with this belief, or why it is not."""
    try:
        session = ts.resume(tree, text)
    except ts.OtherTree:
        return ("other_tree",)
    except ts.SessionError:
        return ("not_a_session",)
    saved = json.loads(text)
    mark = saved.get("session", saved)["tree"]
    kinds = {each.kind for each in session.carried} - {"renamed"}
    if kinds or mark["fingerprint"] != tree.fingerprint:
        return ("edited_tree",)
    belief = tuple(round(each, 9) for each in session.belief.values())
    return "opened", belief, len(session.events), len(session.undone)


def page_reads(told):
    """The same of what the page makes of it."""
    if "refused" in told:
        return (told["refused"],)
    saved = json.loads(told["written"])
    belief = tuple(round(each, 9) for each in told["p"])
    return "opened", belief, len(saved["events"]), len(saved.get("undone", ()))


def has_own_texts(tree, text):
    """Whether the texts of the file are those of the tree, where it has any."""
    now = json.loads(ts.resume(tree, text).to_json())["texts"]
    then = json.loads(text).get("texts") or {}
    return all(
        then.get(kind, {}).get(id, each) == each
        for kind, texts in now.items()
        for id, each in texts.items()
    )


def edited(tree, rng):
    """The tree after an edit: changes or a question gone, answers renamed, numbers."""
    edits = (without_changes, with_changes, without_question, renamed, with_numbers)
    return rng.choice(edits)(tree, rng)


def without_changes(tree, _):
    """No action changes any answer."""
    actions = {id: replace(x, changes=()) for id, x in tree.actions.items()}
    return replace(tree, actions=actions)


def with_changes(tree, rng):
    """Each action changes one answer."""
    names = list(tree.questions)
    actions = {
        id: replace(x, changes=(rng.choice(names),) if names else ())
        for id, x in tree.actions.items()
    }
    return replace(tree, actions=actions)


def without_question(tree, rng):
    """One question is gone, and what asked for its answer asks no more."""
    if not tree.questions:
        return tree
    gone = rng.choice(list(tree.questions))
    questions = {id: open_(x, gone) for id, x in tree.questions.items() if id != gone}
    actions = {
        id: replace(open_(x, gone), changes=tuple(y for y in x.changes if y != gone))
        for id, x in tree.actions.items()
    }
    return replace(tree, questions=questions, actions=actions)


def open_(step, gone):
    """The step without a condition that speaks of this question."""
    only_if = step.needs.only_if
    if gone in {claim.step for claim in only_if.claims()}:
        only_if = ALWAYS
    return replace(step, needs=replace(step.needs, only_if=only_if))


def renamed(tree, rng):
    """The first answer of a question has another id, and another text."""
    if not tree.questions:
        return tree
    chosen = rng.choice(list(tree.questions.values()))
    first, *others = chosen.answers
    answers = (replace(first, id="renamed", text="Renamed"), *others)
    stop = {id: x for id, x in chosen.stop.items() if id != first.id}
    changed = replace(chosen, ask="Anew?", answers=answers, stop=stop)
    return replace(tree, questions={**tree.questions, chosen.id: changed})


def with_numbers(tree, _):
    """The priors are the other way round."""
    priors = [each.prior for each in tree.root_causes]
    causes = {
        each.id: replace(each, prior=prior)
        for each, prior in zip(tree.root_causes, reversed(priors), strict=True)
    }
    return replace(tree, causes={**tree.causes, **causes})


class TestEditedTrees:
    """
    What the page saved goes on as what the library saved, whatever became of the tree.
    """

    @pytest.mark.slow
    def test_resuming_what_the_page_saved_is_resuming_what_the_library_saved(
        self, plays, tmp_path
    ):
        """
        After any edit: the same items are carried, with the same belief and next step.
        """
        rng = random.Random(2)  # noqa: S311 - the same edits each time
        told = by_node(players(), [each.asked() for each in plays], tmp_path)

        kinds = set()
        for play, each in zip(plays, told, strict=True):
            for _ in range(3):
                now = edited(play.tree, rng)
                ours = ts.resume(now, play.session.to_json())
                theirs = ts.resume(now, each["written"])
                assert theirs.carried == ours.carried
                assert dict(theirs.belief) == dict(ours.belief)
                assert theirs.next_step() == ours.next_step()
                kinds |= {item.kind for item in ours.carried}
        assert kinds >= {"dropped", "overtaken", "reworded", "answers changed"}

    def test_what_was_overtaken_stays_so_when_changes_are_deleted(
        self, kettle, tmp_path
    ):
        """
        An answer that an action overtook does not count again, and that is said.
        """
        play = Play(kettle, random.Random(0), facts=0)  # noqa: S311
        play.make([("tell", "ohms", "right"), ("tried", "clean", False)])
        (told,) = by_node(players(), [play.asked()], tmp_path)

        now = tree(KETTLE.replace(", changes: [ohms]", ""))
        session = ts.resume(now, told["written"])
        assert "ohms" not in dict(session.evidence)
        assert ["was done since" in each.why for each in session.carried] == [True]


class TestUndo:
    """
    The page takes back what the library takes back.
    """

    @pytest.mark.parametrize("last", ["begun", "told", "noted"])
    def test_what_a_session_began_with_stays(self, kettle, last, tmp_path):
        """
        Neither the beginning nor facts are undone, nor a note that stands for one.
        """
        lost = tree(KETTLE.replace("account:", "tariff:", 1))
        facts = {} if last == "begun" else {"account": "own"}
        text = kettle.begin(facts).to_json()
        session = ts.resume(lost if last == "noted" else kettle, text)
        assert session.events[-1].kind == last

        data = page_data(session.tree.begin())
        asked = [{"data": data, "text": session.to_json()}]
        play = "\nconst play = (x) => canUndo(resumed(compile(x.data), x.text));"
        script = players().replace("function play(", "function played(") + play
        assert by_node(script, asked, tmp_path) == [False]
        with pytest.raises(ts.SessionError):
            session.undo()


# Numbers that are no constants: what is counted, and how time is written.
PLAIN = {"0", "1", "2"}
LITERAL = re.compile(r"(?<![\w.$])\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
PATTERN = (
    r"[=(]\s*/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\n\\*])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\n\\])*/"
)
ASIDE = re.compile(rf"//[^\n]*|/\*.*?\*/|{PATTERN}|\"[^\"\n]*\"|`[^`]*`", re.DOTALL)


class TestShared:
    """
    Numbers, words and the order of rules are written down once, in Python.
    """

    def test_no_name_is_declared_twice(self):
        """
        The files of the page are one program, in which a name means one thing.
        """
        code = engine() + source("page", PAGE)
        names = re.findall(
            r"(?m)^(?:async )?(?:function\*?|const|let|class) (\w+)", code
        )

        assert [each for each in names if names.count(each) > 1] == []

    def test_no_number_stands_in_the_engine_twice(self):
        """
        In the files of the engine each number but 0, 1 and 2 stands once, and none is
        one of the library's.
        """
        code = "\n".join(x.read_text(encoding="utf-8") for x in ENGINE.glob("*.js"))
        found = [x for x in LITERAL.findall(ASIDE.sub("", code)) if x not in PLAIN]

        assert len(found) == len(set(found)), found
        values = {float(each.replace("_", "")) for each in found}
        assert values.isdisjoint(map(float, NUMBERS.values()))

    def test_every_number_is_used(self):
        """
        What the library hands over, the page reads; it declares none of it itself.
        """
        code = engine().split("\n", 1)[1] + source("page", PAGE)

        for name in (*NUMBERS, *shared()["words"]):
            assert len(re.findall(rf"\b{name}\b", code)) > 1, name
            assert not re.search(rf"\b(?:const|let) {name}\b", code), name

    def test_rules_come_in_the_order_of_the_library(self, tmp_path):
        """
        The engine goes through the same rules in the same order.
        """
        play = "\nconst play = () => RULES.map((each) => each.name);"

        rules = [*shared()["before"], *shared()["rules"]]
        assert by_node(engine() + play, [0], tmp_path) == [rules]

    def test_no_kind_of_event_is_the_page_s_own(self):
        """
        Every word that the engine uses as the kind of an event is one of the library.
        """
        code = "\n".join(x.read_text(encoding="utf-8") for x in ENGINE.glob("*.js"))
        known = {kind for kinds in shared()["kinds"].values() for kind in kinds}
        used = re.findall(r'kind(?: ===| !==|:) "([\w-]+)"', code)

        assert set(used) <= known | {"question", "action", *get_args(EndingKind)}
