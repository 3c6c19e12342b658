"""The page that plays a tree: it believes what the library does, and does no more."""

from __future__ import annotations

import json
import random
import re
from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from unicodedata import category

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from rendering.browser import Watched, chromium, violations
from rendering.engines import by_node, differences, players, whole
from rendering.plays import Play
from session.test_gates import PUMP, SPILT
from session.trees import random_trees, tree
from strategies import plain_tree, random_tree

import troubleshoot as ts
from troubleshoot.cli.session_text import time_taken
from troubleshoot.cli.terminal import Terminal
from troubleshoot.inference.model import compiled
from troubleshoot.rendering.commonmark import lines
from troubleshoot.rendering.interactive import engine, interactive, source
from troubleshoot.rendering.interactive.data import page_data
from troubleshoot.session.answers import understood
from troubleshoot.session.effort import effort
from troubleshoot.session.events import plain
from troubleshoot.text import UNPRINTABLE, rounded
from troubleshoot.tree.tree import Action, Answer, Question

HERE = Path(__file__).parent
NAUGHTY = HERE.parents[2] / "shared/data/naughty-strings/blns-two-thirds.json"
SHIPPED = ("home/no-internet", "kubernetes/pod-not-ready", "workshop/3d-print-fails")
AGREE = 1e-9  # what a belief may differ by
MOVES = 20

SCRAP = """
causes: {element: {title: The element is broken}}
actions:
  scrap: {do: Scrap the kettle., risk: irreversible, fixes: {element: always}}
"""

# Everything that a page can be asked to show.
KETTLE = """
confidence: 80%
unknown: 5%
causes:
  supply:
    title: The supply
    causes:
      fuse: {title: The fuse is out, prior: 3, about: It protects the cable.}
      socket: {title: The socket is dead, prior: 1}
  kettle:
    title: The kettle
    causes:
      base: {title: The base has no contact, prior: 2}
      element: {title: The element is broken, prior: 2}
setups:
  at-the-box: {do: Go to the fuse box., cost: 2 min}
questions:
  lamp:
    ask: Does a lamp in the same socket work?
    why: It tells the supply apart from the kettle.
    how: Plug in a lamp that works elsewhere.
    cost: 1 min
    given: {supply: no, kettle: yes}
  ohms:
    ask: How much resistance does the element have?
    unit: ohm
    answers: {low: "< 10", right: "10..100", high: "> 100"}
    cost: 3 min
    only-if: {lamp: yes}
    given: {element: high, base: right}
  account:
    ask: Which account pays the power?
    private: true
    answers: {own: My own account, other: Another account}
    given: {fuse: usually own}
actions:
  switch-on:
    do: Switch the fuse on.
    cost: 1 min
    setup: at-the-box
    caution: Keep your hands dry.
    fixes: {fuse: 95%}
    verify: Does the kettle heat now?
  clean: {do: Clean the base., fixes: {base: 80%}, changes: [ohms]}
  scrap: {do: Scrap the kettle., risk: irreversible, fixes: {element: always}}
urgent:
  smoke: {ask: Is there smoke?, stop: {yes: Pull the plug and stand back.}}
escalate: {to: The electrician, bring: [model, photo]}
"""

# Texts of several lines, with all that is markup in them.
RICH = """
unknown: 0%
causes: {a: {title: A, about: "*One*."}, b: {title: B}}
questions:
  show:
    ask: |
      What does it show?

      ```
      ls  -l /run
      du
      ```
    answers: {nothing: Nothing, some: Something}
    how: |
      1. Open a shell.
      2. Type.

      Then **carefully**, as it says [there](notes.txt) or
      [elsewhere](https://example.test/a):

      ```sh
      systemctl stop foo
        rm /run/x
      ```

      | light | do |
      |---|---|
      | red | stop |
    given: {a: nothing, b: some}
actions:
  press:
    do: |
      Do this:

      1. Press it.
      2. Let go.
    caution: "Mind:\\n\\n- Unplug it.\\n- Wait."
    fixes: {b: 90%}
"""

# Of two answers that contradict each other, one is private.
ALIKE = """
reliability: 99.9%
unknown: 5%
causes: {a: {title: Left}, b: {title: Right}}
questions:
  lamp:
    ask: Which light?
    answers: {green: Green, amber: Amber, red: Red, off: "Off"}
    confusable: [[green, amber, red]]
    given: {a: always green, b: always amber}
  hums: {ask: Does it hum?, given: {a: always no, b: always yes}}
"""

CONTRARY = """
unknown: 5%
causes: {fuse: {title: The fuse}, bulb: {title: The bulb}}
questions:
  room:
    ask: Whose room is it?
    private: true
    answers: {own: My own room, other: Another room}
    given: {fuse: always own, bulb: always other}
  light: {ask: Is there light?, given: {fuse: always no, bulb: always yes}}
"""


SMALL = "causes: {fuse: {title: The fuse}, bulb: {title: The bulb}}\n"


def many(count):
    """A tree of so many causes, each with a remedy."""
    causes = "".join(f"  c{i}: {{title: Cause {i}}}\n" for i in range(count))
    fixes = "".join(
        f"  a{i}: {{do: Remedy {i}., fixes: {{c{i}: 90%}}}}\n" for i in range(count)
    )
    even = "even: {ask: Is it even?, given: {c0: yes, c1: no}}"
    return tree(
        f"causes:\n{causes}questions:\n  {even}\nactions:\n{fixes}"
        "escalate: {to: The electrician}\n"
    )


# What random sessions hardly ever come to, and what is said in them.
RARE = (
    # Most likely nothing that is listed, though nothing has spoken for that.
    ("unknown: 60%\n" + SMALL,),
    # Not known, known, overtaken: then it is asked as if for the first time.
    (
        """
causes: {fuse: {title: The fuse}, bulb: {title: The bulb}}
questions:
  light: {ask: Is there light?, given: {fuse: no, bulb: usually no}}
  sound: {ask: Is there a sound?, given: {fuse: no, bulb: yes}}
actions: {wait: {do: Wait., fixes: {fuse: rarely}, changes: [light, sound]}}
""",
        ("tell", "sound", "dont-know"),
        ("tell", "sound", "yes"),
        ("tried", "wait", False),
        ("tell", "light", "no"),
    ),
)


@pytest.fixture(scope="module")
def kettle():
    """A tree with everything that a page can be asked to show."""
    return tree(KETTLE)


def random_plays():
    """Hundreds of sessions, in trees of all kinds."""
    for name in SHIPPED:
        yield from (_played(ts.load(name), i, "customer") for i in range(15))
    for i in range(120):
        rng = np.random.default_rng(i)
        sizes = {"causes": int(rng.integers(1, 9)), "questions": int(rng.integers(7))}
        spoken = float(rng.choice([0.0, 0.1, 0.5, 1.0]))
        made = random_tree(rng, **sizes, actions=int(rng.integers(5)), spoken=spoken)
        yield _played(made, i, None)
    yield from _plays_with_conditions()
    yield from (_made(*each) for each in RARE)


def _made(body, *moves):
    return Play(tree(body), random.Random(0), facts=0).make(moves)  # noqa: S311


def _played(tree, seed, by):
    rng = random.Random(seed)  # noqa: S311 - the same sessions each time
    return Play(tree, rng, by=by if seed % 2 else None).go(rng.randint(3, MOVES))


def _plays_with_conditions():
    found = []

    @settings(
        max_examples=300,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(random_trees())
    def collect(tree):
        found.append(_played(tree, len(found), "customer"))

    collect()
    return found


@pytest.fixture(scope="module")
def plays():
    """The sessions, played by the library."""
    return list(random_plays())


@pytest.fixture(scope="module")
def script():
    """The engine of the page with a player for moves."""
    return players()


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests."""
    with chromium() as found:
        yield found


def by_chromium(script, asked, browser):
    """What the engine says in the browser."""
    page = browser.new_page()
    # As text, for the driver takes long to carry so many numbers one by one.
    told = "JSON.stringify(JSON.parse(asked).map(play))"
    run = f"(asked) => {{ {script}; return {told}; }}"
    return json.loads(page.evaluate(run, json.dumps(asked)))


def agrees(play, told):
    """Every belief, every next step and the whole saved file of a session agree."""
    assert len(play.seen) == len(told["seen"])
    for here, there in zip(play.seen, told["seen"], strict=True):
        assert there["p"] == pytest.approx(here["p"], rel=0, abs=AGREE), play.moves
        assert there["step"] == _near(here["step"])
        assert there["surprise"] == here["surprise"], play.moves
        assert there["assumed"] == [*map(_near, here["assumed"])], play.moves
    ours, theirs = whole(play.session.to_json()), whole(told["written"])
    assert differences(ours, theirs) == [], play.moves


def _near(step):
    *exact, number = step
    if isinstance(exact[-1], float):
        exact[-1] = pytest.approx(exact[-1], rel=0, abs=AGREE)
    return [*exact, pytest.approx(number, rel=0, abs=AGREE)]


@pytest.mark.slow
class TestEngine:
    """
    The engine in JavaScript plays every session as the library does.
    """

    def test_node_agrees_with_the_library(self, plays, script, tmp_path):
        """
        Hundreds of random sessions: beliefs to 1e-9, steps and events exactly.
        """
        told = by_node(script, [each.asked() for each in plays], tmp_path)

        for play, each in zip(plays, told, strict=True):
            agrees(play, each)

    def test_chromium_agrees_with_the_library(self, plays, script, browser):
        """
        The same in the browser, where readers run it.
        """
        told = by_chromium(script, [each.asked() for each in plays], browser)

        for play, each in zip(plays, told, strict=True):
            agrees(play, each)

    def test_the_library_goes_on_from_what_the_engine_saves(
        self, plays, script, tmp_path
    ):
        """
        A session that the page saved has the same belief and next step here.
        """
        told = by_node(script, [each.asked() for each in plays], tmp_path)

        for play, each in zip(plays, told, strict=True):
            resumed = ts.resume(play.tree, each["written"])
            assert resumed.carried == ()
            assert dict(resumed.belief) == dict(play.session.belief)
            undone = [each.kind for each in play.session.undone]
            assert [each.kind for each in resumed.undone] == undone

    def test_sessions_are_of_every_kind(self, plays):
        """
        Every ending and every kind of event occurs in what is compared.
        """
        endings = {each["step"][0] for play in plays for each in play.seen}
        kinds = {event.kind for play in plays for event in play.session.events}

        assert endings >= {"found", "narrowed", "unknown"}
        assert endings >= {"stopped", "fixed", "given up"}
        assert kinds >= {"told", "asked", "answered", "changed", "tried", "corrected"}
        assert kinds >= {"skipped", "noted", "ended"}
        surprises = [x["surprise"] for play in plays for x in play.seen]
        taken = [x[2] for found in surprises if found for x in found[0]]
        assert {len(each) for each in taken} == {0, 1}
        assumed = [len(x["assumed"]) for play in plays for x in play.seen]
        assert {0, 1, 2} <= {*assumed}

    def test_the_effort_is_that_of_the_library(self, plays, tmp_path):
        """
        Questions, actions and minutes of every session are counted alike.
        """
        count = "const play = ({data, events}) => effortOf(compile(data), events);"
        asked = [
            {"data": x.data, "events": [plain(each) for each in x.session.events]}
            for x in plays
        ]
        own = engine() + source("page", ("effort",)) + count

        for play, told in zip(plays, by_node(own, asked, tmp_path), strict=True):
            took = effort(play.tree, play.session.events)
            assert told["minutes"] == pytest.approx(took.minutes, abs=1e-5)
            assert (told["questions"], told["actions"]) == took[:2]

    def test_what_measured_costs_nothing_on_the_page_either(self, kettle, tmp_path):
        """
        An answer of a probe takes nobody's minutes in the library nor on the page.
        """
        session = kettle.begin(probes={"lamp": lambda _: "yes"}).probe(up_to=1)
        assert session.evidence == (("lamp", "yes"),)
        count = "const play = ({data, events}) => effortOf(compile(data), events);"
        own = engine() + source("page", ("effort",)) + count
        events = [plain(each) for each in session.events]
        asked = [{"data": page_data(kettle.begin()), "events": events}]

        assert by_node(own, asked, tmp_path) == [
            {"questions": 0, "actions": 0, "minutes": 0, "wait": 0}
        ]


# What a reader may type where a number is wanted.
TYPED = """
12|12.5|12,5|12,50 OHM|.5|,5|+1,5|-1,5|1,5e1|1,234|0,123|1234,567|1,23|100,000|1,000.5
1.000,5|1,2,3|1.2.3|1 000|1e400|1e99999|,|.|e1|ohm|12 ohms|12ohm|nan|inf|0x10|high|> 100
1.000|12.500|12.5000|0.125|1,5 ohm|9,99|10|100,1|1,000e2|12,|12.|--1|1,-|1,,5|1.,5
"""


class TestReplies:
    """
    What is typed on the page is understood as the library understands it.
    """

    def test_numbers_are_those_of_the_library(self, kettle, tmp_path):
        """
        The same answer and the same number, or refused by both.
        """
        typed = [each for line in TYPED.split("\n") for each in line.split("|") if each]
        question = next(
            x for x in page_data(kettle.begin())["questions"] if x["id"] == "ohms"
        )
        play = f"const play = (said) => understood({json.dumps(question)}, said);"

        told = by_node(engine() + play, typed, tmp_path)

        assert dict(zip(typed, told, strict=True)) == {
            each: heard(kettle, each) for each in typed
        }


class TestNumbers:
    """
    Numbers as the page says them.
    """

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", ["0 %", "below 1 %", "about 1 %", "2 %", "about 99 %", "100 %"]),
            ("de", ["0 %", "unter 1 %", "etwa 1 %", "2 %", "etwa 99 %", "100 %"]),
        ],
    )
    def test_small_chances_are_below(self, kettle, language, said, tmp_path):
        """
        Less than one per cent is said to be less, and one per cent is not.
        """
        fixed = json.dumps(list(parts(interactive(kettle, language=language)))[1][1])
        page = f"const document = {{getElementById: () => ({{textContent: {fixed}}})}};"
        play = "const play = (chance) => percent(chance);"
        chances = [0, 0.0099, 0.01, 0.02, 0.9999, 1]

        script = page + source("page", ("wording",)) + play
        assert by_node(script, chances, tmp_path) == said

    def test_times_are_those_of_the_command_line(self, kettle, tmp_path):
        """
        Seconds, minutes, hours and days are rounded and named alike.
        """
        fixed = json.dumps(list(parts(interactive(kettle)))[1][1])
        page = f"const document = {{getElementById: () => ({{textContent: {fixed}}})}};"
        times = [0, 0.05, 0.5, 1, 4 / 3, 5.2, 9.99, 10.4, 10.5, 59.4, 59.6, 61, 90, 599]
        times += [700.3, 2879, 2879.6, 3060, 60_090]
        play = "const play = (minutes) => duration(minutes);"

        told = by_node(page + source("page", ("wording",)) + play, times, tmp_path)

        assert told == [rounded(each) for each in times]


def heard(kettle, typed):
    """What the library understands; None where it refuses."""
    try:
        found = understood(kettle.questions["ohms"], typed)
    except ts.AnswerError:
        return None
    number = {} if found.value is None else {"value": found.value}
    return {"answer": found.answer, **number}


class TestData:
    """
    The data of the page are the numbers of the model.
    """

    @pytest.mark.parametrize("name", SHIPPED)
    def test_likelihoods_are_those_of_the_model(self, name):
        """
        Spread out again from JSON, each row is the row of the model to the last bit.
        """
        model = compiled(ts.load(name))
        data = json.loads(json.dumps(page_data(ts.load(name).begin())))

        for question in (each for each in data["questions"] if not each["urgent"]):
            for a, answer in enumerate(question["answers"]):
                row = np.full(len(model.prior), question["otherwise"][a])
                for chances, causes in question["given"]:
                    row[causes] = chances[a]
                expected = model.likelihood(question["id"], answer["id"])
                # Of several answers the unknown cause has chances of sets alone.
                told = slice(None, -1 if question.get("several") else None)
                assert row[told].tolist() == expected[told].tolist()

    def test_facts_are_told_from_the_start(self, kettle, script, tmp_path):
        """
        Facts given when the page is made are known in it.
        """
        session = kettle.begin({"ohms": 12, "lamp": "yes"})
        asked = [{"data": page_data(session), "moves": []}]

        (told,) = by_node(script, asked, tmp_path)

        assert told["seen"][0]["p"] == pytest.approx([*session.belief.values()])
        assert told["events"][1] == {
            "kind": "told",
            "step": "ohms",
            "answer": "right",
            "value": 12,
        }


PART = re.compile(r"<(script|style)([^>]*)>(.*?)</(?:script|style)", re.DOTALL)


def parts(page):
    """The scripts and styles of a page, each with its kind, as a browser reads it."""
    for tag, attributes, text in PART.findall(page):
        kind = re.search('type="(.*?)"', attributes)
        yield (kind[1] if kind else tag), text


class TestPage:
    """
    The page as a file.
    """

    @pytest.mark.parametrize("name", SHIPPED)
    def test_page_is_the_same_each_time(self, name):
        """
        Two pages of a tree are equal to the byte.
        """
        assert interactive(ts.load(name)) == interactive(ts.load(name))

    def test_policy_allows_its_own_script_and_style_alone(self, kettle):
        """
        The policy names the hashes of what is in the page, and nothing from outside.
        """
        page = interactive(kettle)
        found = list(parts(page))
        hashes = {
            kind: f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
            for kind, text in found
        }
        policy = re.search('Content-Security-Policy" content="(.*?)"', page)

        assert unescape(policy[1]) == (
            f"default-src 'none'; script-src {hashes['module']}; "
            f"style-src {hashes['style']}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        )
        assert [kind for kind, _ in found] == [
            "style",
            "application/json",
            "application/json",
            "module",
        ]

    def test_page_loads_nothing(self, kettle):
        """
        No address of anything is in the page.
        """
        page = interactive(kettle)

        assert re.findall(r"(?:https?:)?//[a-z]", page.replace("// ", "")) == []
        assert re.findall(r'(?:src|href)="([^"]*)"', page) == ["data:,"]

    def test_page_can_be_read_without_scripts(self, kettle):
        """
        All that is asked and done stands in it, with what is to be minded before it.
        """
        page = interactive(kettle)
        plain_part = page[: page.index("</noscript>")]

        for text in (  # of each kind
            "A lamp",
            "It stays dark.",
            "Pull the plug and stand back.",
            "Does a lamp in the same socket work?",
            "The socket is dead",
            "Keep your hands dry.",
            "Go to the fuse box.",
            "This cannot be undone.",
            "Does the kettle heat now?",
            "The electrician",
            "photo",
        ):
            assert text in plain_part
        before = ("Keep your hands dry.", "Go to the fuse box.", "Switch the fuse on.")
        places = [plain_part.index(each) for each in before]
        assert places == sorted(places)

    def test_fixed_words_are_translated(self, kettle):
        """
        The words of the page come in the language asked for, or in own words.
        """
        german = interactive(kettle, language="de")
        own = interactive(kettle, language={"page_start": "Go!"})

        assert '<html lang="de">' in german
        assert "Weiß ich nicht" in german
        assert '"start":"Go!"' in own

    def test_a_house_can_bring_its_own_page(self, kettle, tmp_path):
        """
        A template of the same name in a folder of own templates comes before ours.
        """
        own = tmp_path / "interactive.html.j2"
        own.write_text("{{ tree.title }}: {{ policy | length > 0 }}", encoding="utf-8")

        assert interactive(kettle, templates=tmp_path) == "A lamp: True"

    def test_no_text_ends_the_script_it_stands_in(self):
        """
        Ends of elements, comments and halves of characters in a text stay text.
        """
        made = random_tree(np.random.default_rng(1), causes=2, questions=1)
        hostile = "</script><!--<script>\u2028\ud800&amp;"

        found = list(parts(interactive(replace(made, symptom=hostile))))

        assert [kind for kind, _ in found][1:3] == ["application/json"] * 2
        assert json.loads(found[2][1])["symptom"] == hostile


SEVERAL = """
causes: {supply: {prior: 3}, line: {prior: 4}, board: {}, cable: {prior: 3}}
questions:
  lamps:
    ask: Which lamps are lit?
    several: true
    answers: {power: Power, link: Link, fault: Fault}
    given:
      supply: none
      line: [power, fault]
      board: {power: always, fault: often}
      cable: not link
  smells:
    ask: What can be smelt?
    several: true
    answers: {gas: Gas, smoke: Smoke}
  hum: {ask: Does it hum?, given: {board: yes, line: no, cable: no}}
"""


@pytest.fixture
def opened(browser, tmp_path):
    """
    Opens the page of a tree; in the end, it did nothing that it should not do.

    ``beside`` is a page of the same reader, who has both open.
    """
    contexts, watched = [], []

    def open_(made, *, width=1280, scheme="light", beside=None, **more):
        context = beside and beside.context
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
                accept_downloads=True,
            )
            context.set_default_timeout(10_000)
            contexts.append(context)
        file = tmp_path / "page.html"
        file.write_text(interactive(made, **more), encoding="utf-8", newline="")
        found = Watched(context)
        watched.append(found)
        found.page.goto(file.as_uri())
        return found.page

    yield open_

    for each in watched:
        assert each.quiet, (each.requests, each.dialogs, each.errors)
    for each in contexts:
        each.close()


def press(page, *names):
    """The buttons of these names, one after the other."""
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def shown(page):
    """What the step says."""
    return page.locator("#step").inner_text()


def said(page):
    """The record beside the step, a line per move."""
    return [" ".join(x.split()) for x in page.locator("#path li").all_inner_texts()]


def saved(page, button):
    """The text of the file that a button saves."""
    with page.expect_download() as download:
        press(page, button)
    return Path(download.value.path()).read_text(encoding="utf-8")


def handed(page):
    """The text of the hand-off."""
    return page.get_by_label("What was found out so far").input_value()


def tab_to(page, name):
    """The tab key until the button of this name has the focus; as a reader would."""
    for _ in range(60):
        focused = page.evaluate("document.activeElement.textContent")
        if focused == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name!r}")


NOTING = """
format: 1
title: The copier prints stripes
sometimes: true
needs: {box: A box}
record: {caller: {title: Who called, private: true}}
causes: {drum: {prior: 3}, toner: {title: Toner}, paper: {title: Paper}}
questions:
  count:
    ask: Are there many pages on the counter?
    cost: 5 min
    wait: 20 min
    needs: box
    record: Counter reading
    given: {drum: usually yes, toner: no, paper: no}
"""


def to_action(page):
    """The first action of the kettle: the fuse."""
    press(page, "Start", "No", "No", "My own account")


class TestReader:
    """
    A reader at the page, in Chromium.
    """

    def test_what_is_to_be_noted_has_a_field(self, opened):
        """
        A text stays once it is noted; a private one is masked where it is handed over.
        """
        page = opened(ts.loads(NOTING))
        press(page, "Start")
        assert "You need: A box" in shown(page)
        assert "5 min, and 20 min of waiting" in shown(page)
        page.get_by_label("Counter reading").fill("104233")
        press(page, "Note it")
        assert page.get_by_label("Counter reading").count() == 0
        press(page, "No")
        assert "It comes and goes: watch for it." in shown(page)
        page.get_by_label("Who called").fill("Mrs Miller")
        press(page, "Note it")

        assert said(page)[0] == "Counter reading: 104233"
        page.locator("#handoff summary").click()
        assert "Counter reading: 104233" in handed(page)
        assert "Who called: (private)" in handed(page)
        assert "Mrs Miller" not in handed(page)

    def test_whole_run_by_keyboard(self, kettle, opened):
        """
        From the start to the end with the tab and enter keys alone.
        """
        page = opened(kettle)
        for name in ("Start", "No", "No", "My own account", "Yes, it is fixed"):
            tab_to(page, name)
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "heading"

        assert shown(page).startswith("How it ended\n\nSolved")

    def test_steps_are_those_of_the_library(self, kettle, opened):
        """
        Page and library put the same steps, and know the same at the end.
        """
        page, session = opened(kettle), kettle.begin()
        press(page, "Start")
        for _ in range(9):
            step = session.next_step()
            if step.is_end:
                break
            assert page.locator("#heading").inner_text() == step.text
            if step.kind == "question":
                press(page, step.answers[-1].text)
                session = session.answer(step, step.answers[-1].id)
            else:
                press(page, "No, not fixed")
                session = session.tried(step, fixed=False)

        assert step.is_end
        resumed = ts.resume(kettle, saved(page, "Save the session (JSON)"))
        assert resumed.evidence == session.evidence
        assert resumed.next_step() == step

    def test_several_answers_are_boxes_and_one_button(self, opened):
        """
        Boxes are ticked by mouse and keyboard; the button says what it will say.
        """
        made = tree(SEVERAL)
        page = opened(made)
        page.get_by_text("What do you already know?").click()
        group = page.get_by_role("group", name="What can be smelt?")
        group.get_by_label("Gas").first.check()
        group.get_by_role("button", name="These and no others").click()
        assert said(page) == ["What can be smelt? Gas, not Smoke"]
        assert violations(page) == []

        press(page, "Start")
        assert page.locator("#heading").inner_text() == "Which lamps are lit?"
        for box in ("Power", "Fault"):
            page.locator("#step").get_by_label(box).focus()
            page.keyboard.press("Space")
        assert violations(page) == []
        page.keyboard.press("Enter")

        told = "Which lamps are lit? Power and Fault, not Link"
        assert said(page)[-1].startswith(told)
        page.evaluate("document.getElementById('handoff').open = true")
        text = saved(page, "Save the session (JSON)")
        known = made.begin({"smells": ["gas"]}).answer("lamps", ["power", "fault"])
        resumed = ts.resume(made, text)
        assert resumed.evidence == known.evidence
        assert resumed.next_step() == known.next_step()

        press(page, "Back")
        press(page, "None of these")
        assert said(page)[-1].startswith("Which lamps are lit? None of these")

    def test_urgent_questions_come_first_and_stop(self, kettle, opened):
        """
        An urgent question is marked as such, and its answer stops everything.
        """
        page = opened(kettle)
        press(page, "Start")

        assert shown(page).startswith("Safety first\n\nIs there smoke?")
        press(page, "Yes")
        assert "Pull the plug and stand back." in shown(page)
        assert "The electrician" in shown(page)

    def test_facts_come_before_the_first_question(self, kettle, opened):
        """
        What is picked at the start is known, searched for, and can be taken back.
        """
        page = opened(kettle)
        page.get_by_text("What do you already know?").click()
        page.get_by_label("Search the questions").first.fill("LAMP")
        group = page.get_by_role("group", name="Does a lamp in the same socket work?")
        group.get_by_role("button", name="Yes").first.click()

        assert said(page) == ["Does a lamp in the same socket work? Yes"]
        assert page.evaluate("document.activeElement.textContent") == "Yes"
        page.keyboard.press("Enter")
        assert said(page) == []
        page.keyboard.press("Enter")
        press(page, "Start", "No")
        assert "lamp" not in page.locator("#heading").inner_text()

    def test_what_was_tried_before_counts_from_the_start(self, kettle, opened):
        """
        An action that did not help is picked at the start, and can be taken back.
        """
        page = opened(kettle)
        page.get_by_text("What have you already tried?").click()
        page.get_by_label("Search what can be done").fill("base")
        group = page.get_by_role("group", name="Clean the base")
        button = group.get_by_role("button", name="I did this already")
        button.click()
        assert said(page) == ["Clean the base It did not help before we began"]
        button.click()
        assert said(page) == []
        button.click()
        press(page, "Start")

        resumed = ts.resume(kettle, json_of(page))
        session = kettle.begin({"clean": "failed"})
        assert dict(resumed.belief) == dict(session.belief)
        assert [each.kind for each in resumed.events] == ["begun", "done"]
        assert "Clean the base: It did not help (before we began)" in handed(page)
        press(page, "Change: Clean the base", "Yes, it is fixed")
        assert shown(page).startswith("How it ended\n\nSolved")

    def test_to_say_the_same_again_is_no_change(self, kettle, opened):
        """
        An answer that is changed to itself leaves the record as it was.
        """
        page = opened(kettle)
        press(page, "Start", "No", "No")
        before = json_of(page)
        press(page, "Change: Does a lamp in the same socket work?")
        page.locator("#step").get_by_role("button", name="No", exact=True).click()

        assert json_of(page) == before

    def test_numbers_are_answers(self, kettle, opened):
        """
        A number in the unit is an answer; anything else says what is possible.
        """
        page = opened(kettle, facts={"smoke": "no", "lamp": "yes", "account": "own"})
        press(page, "Start")
        field = page.get_by_label("A number in ohm")
        field.fill("plenty")
        press(page, "OK")
        assert "A number in ohm is expected" in page.get_by_role("alert").inner_text()
        assert field.get_attribute("aria-invalid") == "true"

        field.fill("4700 Ohm")
        page.keyboard.press("Enter")
        assert "4700 ohm (more than 100 ohm)" in said(page)[-1]
        session = ts.resume(kettle, json_of(page))
        assert session.events[-1].value == 4700
        press(page, "Change: How much resistance does the element have?")
        field.fill("1,5")
        page.keyboard.press("Enter")
        assert "1.5 ohm (less than 10 ohm)" in said(page)[-1]

    def test_cautions_stand_before_the_action(self, kettle, opened):
        """
        Caution and what comes first stand before the action, and are read with it.
        """
        page = opened(kettle, width=360)
        to_action(page)

        text = shown(page)
        order = ["Keep your hands dry.", "Go to the fuse box.", "Switch the fuse on."]
        assert [text.index(each) for each in order] == sorted(map(text.index, order))
        described = page.locator("#heading").get_attribute("aria-describedby")
        assert "hands dry" in page.locator(f"#{described}").inner_text()
        assert page.get_by_text("Keep your hands dry.").is_visible()
        assert page.locator(".caution").bounding_box()["y"] >= 0

    def test_why_is_told(self, kettle, opened):
        """
        The author's reason and what the answer is expected to tell are under a fold.
        """
        page = opened(kettle, facts={"smoke": "no"})
        press(page, "Start")
        page.get_by_text("Why this?").click()

        assert "It tells the supply apart from the kettle." in shown(page)
        assert "bits for 1 min" in shown(page)

    def test_moves_can_be_taken_back_and_made_again(self, kettle, opened):
        """
        Back and forward lead through the moves, and before the first to the facts.
        """
        page = opened(kettle)
        press(page, "Start", "No", "I don\N{RIGHT SINGLE QUOTATION MARK}t know")
        assert said(page)[1].endswith(
            "I don\N{RIGHT SINGLE QUOTATION MARK}t know Change"
        )
        before = said(page)
        press(page, "Back", "Back")
        assert said(page) == []
        press(page, "Forward again", "Forward again")
        assert said(page) == before
        press(page, "Back", "Back", "Back")
        assert shown(page).startswith("Find the cause step by step")

    def test_any_answer_can_be_changed(self, kettle, opened):
        """
        A changed answer counts in its place, and what no longer applies says so.
        """
        page = opened(kettle, facts={"smoke": "no", "account": "own"})
        press(page, "Start", "Yes")
        assert "How much resistance" in shown(page)
        press(page, "more than 100 ohm", "Change: Does a lamp in the same socket work?")
        assert (
            page.get_by_role("button", name="Yes", exact=True).get_attribute(
                "aria-pressed"
            )
            == "true"
        )
        press(page, "No")

        assert said(page)[2] == "Does a lamp in the same socket work? No Change"
        assert "does not count: it no longer applies" in said(page)[3]
        session = ts.resume(kettle, json_of(page))
        assert dict(session.evidence)["lamp"] == "no"
        assert "ohms" not in dict(session.evidence)

    def test_the_outcome_of_an_action_can_be_changed(self, kettle, opened):
        """
        An action that was said not to help may have helped after all.
        """
        page = opened(kettle)
        to_action(page)
        press(page, "No, not fixed", "Change: Switch the fuse on", "Keep it as it is")
        press(page, "Change: Switch the fuse on", "Yes, it is fixed")

        assert shown(page).startswith("How it ended\n\nSolved")

    def test_not_now_comes_again(self, kettle, opened):
        """
        What is put off is offered once more.
        """
        page = opened(kettle)
        to_action(page)
        press(page, "Not now")
        session = ts.resume(kettle, json_of(page))

        assert session.events[-1].kind == "skipped"
        assert page.locator("#heading").inner_text() == session.next_step().text

    def test_stopping_is_an_ending_that_can_be_taken_back(self, kettle, opened):
        """
        Who stops is shown what is known, and can go on.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Stop here")
        assert "Stopped, not solved" in shown(page)
        assert page.locator("#handoff").get_attribute("open") is not None
        press(page, "Back")
        assert page.get_by_role("button", name="Stop here").is_visible()

    def test_a_remedy_of_an_ending_can_be_reported(self, kettle, opened):
        """
        What may help has its minutes, and whether it helped is said as to any action.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Stop here")
        fuse = page.get_by_role("group", name="Switch the fuse on: Does the kettle")
        assert "Takes about 3 min." in shown(page)
        fuse.get_by_role("button", name="No, not fixed").click()

        session = kettle.begin().answer("smoke", "no").give_up()
        session = session.tried("switch-on", fixed=False)
        resumed = ts.resume(kettle, json_of(page))
        assert dict(resumed.belief) == dict(session.belief)
        assert page.locator("#heading").inner_text() == session.next_step().text
        press(page, "Stop here")
        assert page.get_by_text("Something else you know?").is_visible()
        page.get_by_role("group", name="Clean the base").get_by_text("Yes").click()
        assert shown(page).startswith("How it ended\n\nSolved")
        assert page.get_by_text("Something else you know?").is_hidden()

    def test_something_else_can_be_told_at_any_time(self, kettle, opened):
        """
        A question that was not put can be answered all the same.
        """
        page = opened(kettle)
        press(page, "Start", "No")
        page.get_by_text("Something else you know?").click()
        group = page.get_by_role("group", name="How much resistance").first
        group.get_by_role("button", name="less than 10").click()

        assert (
            "How much resistance does the element have? less than 10 ohm"
            in said(page)[1]
        )

    def test_search_takes_all_words_in_any_order(self, kettle, opened):
        """
        A question is found by words of it and of its answers, wherever they stand.
        """
        page = opened(kettle)
        page.get_by_text("What do you already know?").click()
        search = page.get_by_label("Search the questions").first
        asked = page.locator("#known legend")
        for typed, found in {
            "  socket LAMP ": ["Does a lamp in the same socket work?"],
            "own pays": ["Which account pays the power?"],
            "lamp pays": [],
        }.items():
            search.fill(typed)
            assert asked.all_inner_texts() == found

    def test_what_was_said_is_marked_in_the_list(self, kettle, opened):
        """
        The answers that hold are pressed, and a search ends when the list is opened.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Yes")
        summary = page.get_by_text("Something else you know?")
        summary.click()
        lamp = page.locator("#else").get_by_role("group", name="Does a lamp").last
        pressed = lamp.get_by_role("button", pressed=True)
        assert pressed.all_inner_texts() == ["Yes"]
        page.locator("#more").fill("zzz")
        summary.click()
        summary.click()
        page.locator("#else legend").first.wait_for()
        assert page.locator("#more").input_value() == ""
        press(page, "Change: Does a lamp in the same socket work?")
        page.locator("#step").get_by_role("button", name="No", exact=True).click()
        assert pressed.all_inner_texts() == ["No"]

    def test_a_reload_goes_on(self, kettle, opened):
        """
        What was said is there after a reload, what was taken back too.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Yes", "Back")
        before = (shown(page), said(page))
        page.reload()

        assert (shown(page), said(page)) == before
        assert page.get_by_role("button", name="Forward again").is_visible()

    def test_pages_of_other_readers_keep_other_sessions(self, kettle, opened):
        """
        Who takes the steps, with what, and what is known, each make another page.
        """
        page = opened(kettle, by="customer")
        press(page, "Start", "No")

        for more in ({}, {"by": "customer", "has": ()}, {"facts": {"lamp": "no"}}):
            other = opened(kettle, beside=page, **more)
            assert shown(other).startswith("Find the cause step by step")
        again = opened(kettle, beside=page, by="customer")
        assert said(again) == ["Is there smoke? No Change"]

    def test_starting_again_asks_first_and_forgets(self, kettle, opened):
        """
        Nothing is lost by a slip; what is forgotten is gone after a reload too.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Start again", "No, keep going")
        assert len(said(page)) == 1
        press(page, "Start again", "Yes, start again")
        assert page.evaluate("localStorage.length") == 0
        page.reload()

        assert said(page) == []
        assert shown(page).startswith("Find the cause step by step")

    def test_starting_again_forgets_every_page_of_the_tree(self, kettle, opened):
        """
        What other pages of the tree kept is gone too, and nothing of other trees.
        """
        page = opened(kettle, by="customer")
        press(page, "Start", "No")
        other = opened(kettle, beside=page)
        press(other, "Start")
        other.evaluate("localStorage.setItem('troubleshoot:lam:1', 'x')")
        press(other, "Start again", "Yes, start again")

        left = other.evaluate("Object.keys(localStorage)")
        assert left == ["troubleshoot:lam:1"]

    def test_two_windows_show_one_session(self, kettle, opened):
        """
        What is said in one window is shown in the other, and so is starting again.
        """
        page = opened(kettle)
        other = opened(kettle, beside=page)
        press(page, "Start", "No")
        other.locator("#path li").wait_for()
        assert shown(other) == shown(page)
        press(other, "Start again", "Yes, start again")
        page.get_by_text("Find the cause step by step").wait_for()

        assert said(page) == []
        assert page.evaluate("localStorage.length") == 0

    def test_a_saved_session_can_be_opened(self, kettle, opened, tmp_path):
        """
        A session that the library saved goes on here, as does its hand-off.
        """
        session = kettle.begin({"smoke": "no"}).answer("lamp", "yes")
        for text in (session.to_json(), session.hand_off().to_json()):
            file = tmp_path / "session.json"
            file.write_text(text, encoding="utf-8")
            page = opened(kettle)
            page.get_by_text("Go on with a saved session").click()
            page.get_by_label("The file of a session").set_input_files(file)

            page.get_by_text("What was said").wait_for()
            page.locator("#path li").nth(1).wait_for()
            assert page.locator("#heading").inner_text() == session.next_step().text

    def test_where_moves_are_from_is_shown(self, kettle, opened, tmp_path):
        """
        Source and quote stand beside what was said; the quote of a private answer is
        masked in the hand-off and on paper.
        """
        session = kettle.begin().answer(
            "smoke", "no", source="ticket", quote="No smoke"
        )
        session = session.answer("account", "own", quote="It is mine.")
        session = session.note("It rained.", source="ticket").answer("lamp", "no")
        file = tmp_path / "session.json"
        file.write_text(session.to_json(), encoding="utf-8")
        page = opened(kettle)
        page.get_by_text("Go on with a saved session").click()
        page.get_by_label("The file of a session").set_input_files(file)
        page.locator("#path li").nth(3).wait_for()

        assert said(page)[0] == "Is there smoke? No ticket: “No smoke” Change"
        assert said(page)[1].endswith("My own account “It is mine.” Change")
        assert said(page)[2:] == [
            "Note: It rained. ticket",
            "Does a lamp in the same socket work? No Change",
        ]
        assert "Is there smoke? No (ticket: “No smoke”)\n" in handed(page)
        assert "It is mine." not in handed(page)
        assert ts.resume(kettle, json_of(page)).events == session.events
        page.emulate_media(media="print")
        assert "It is mine." not in page.locator("body").inner_text()

    def test_facts_leave_a_session_by_whom_and_with_what_it_began(
        self, kettle, opened, tmp_path
    ):
        """
        A fact that is told to a session that was opened does not change who is there.
        """
        file = tmp_path / "session.json"
        file.write_text(kettle.begin(by="agent", has=()).to_json(), encoding="utf-8")
        page = opened(kettle)
        page.get_by_text("Go on with a saved session").click()
        page.get_by_label("The file of a session").set_input_files(file)
        press(page, "Back")
        page.get_by_text("What do you already know?").click()
        press(page, "My own account", "Start")

        session = ts.resume(kettle, json_of(page))
        assert (session.options.by, session.options.has) == (("agent",), ())
        assert dict(session.evidence) == {"account": "own"}

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "This is not a saved session"),
            (b"\xff\xfe", "This is not a saved session"),
            (b'{"format": 1}', "This is not a saved session"),
            ("other", "This session belongs to another tree"),
            ("edited", "This session does not fit this version of the tree"),
        ],
    )
    def test_what_is_no_session_of_the_tree_is_refused(
        self, kettle, opened, tmp_path, data, said
    ):
        """
        Another tree's session, an edited one's, and any other file: each in a sentence.
        """
        others = {
            "other": ts.load("home/no-internet"),
            "edited": tree(KETTLE.replace("usually own", "usually other")),
        }
        file = tmp_path / "session.json"
        text = others[data].begin().to_json() if data in others else ""
        file.write_bytes(text.encode() or data)
        page = opened(kettle)
        page.get_by_text("Go on with a saved session").click()
        page.get_by_label("The file of a session").set_input_files(file)

        page.get_by_text(said).wait_for()

    def test_the_hand_off_says_what_is_taken_as_known(self, opened):
        """
        As the library says it, until somebody has answered.
        """
        session = tree(PUMP).begin()
        [taken] = session.ledger.assumed
        page = opened(session.tree)
        press(page, "Start")
        page.locator("#handoff summary").click()

        assert f"Taken as known:\n- {taken.sentence}" in handed(page)
        press(page, "Change: Has it power?", "Yes")
        assert "Taken as known" not in handed(page)

    def test_the_hand_off_names_nothing_private_that_made_it_so(self, opened):
        """
        The question alone would tell the answer.
        """
        page = opened(tree(SPILT))
        press(page, "Start", "Yes")
        page.locator("#handoff summary").click()

        because = "because (private) makes it 100 % likely."
        assert f"“Does it smell?” is taken as “Yes”, {because}" in handed(page)

    def test_private_answers_stay_out_of_the_hand_off(self, kettle, opened):
        """
        The text, and the paper, mask them; the saved session holds them and says so.
        """
        page = opened(kettle)
        to_action(page)
        page.locator("#handoff summary").click()
        text = page.get_by_label("What was found out so far").input_value()

        assert "Which account pays the power? (private)" in text
        assert "My own account" not in text
        assert saved(page, "Save the text") == text
        button = page.get_by_role("button", name="Save the session (JSON)")
        assert button.get_attribute("aria-describedby") == "private"
        assert "private answers too" in page.locator("#private").inner_text()
        assert '"own"' in saved(page, "Save the session (JSON)")
        assert "My own account" in page.locator("#path").inner_text()
        page.emulate_media(media="print")
        assert "My own account" not in page.locator("body").inner_text()
        assert "(private)" in page.locator("#path").inner_text()

    def test_private_answers_that_do_not_fit_are_masked_on_paper(self, opened):
        """
        What is worth checking again is masked on paper where it is private.
        """
        page = opened(tree(CONTRARY), facts={"room": "own", "light": "yes"})
        press(page, "Start")
        assert "Whose room is it? My own room" in shown(page)

        page.emulate_media(media="print")
        assert "My own room" not in page.locator("body").inner_text()
        assert "Whose room is it? (private)" in shown(page)

    @pytest.mark.parametrize(
        ("language", "taken"),
        [
            ("en", "“Green” is easily taken for “Amber” or “Red”."),
            ("de", "„Green“ wird leicht verwechselt mit „Amber“ oder „Red“."),
        ],
    )
    def test_an_answer_that_is_easily_taken_for_others_says_so(
        self, opened, language, taken
    ):
        """
        What is worth checking again names what it may have been taken for.
        """
        made = tree(ALIKE)
        page = opened(made, facts={"lamp": "green", "hums": "yes"}, language=language)
        page.locator("main button").first.click()

        assert made.begin({"lamp": "green", "hums": "yes"}).surprise() is not None
        assert taken in shown(page)

    def test_hand_off_is_copied(self, kettle, opened):
        """
        The text comes to the clipboard, and the page says so.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Stop here", "Copy the text")

        page.get_by_text("Copied.").wait_for()
        field = page.get_by_label("What was found out so far")
        page.evaluate("getSelection().removeAllRanges()")
        assert "Stopped, not solved" in field.input_value()

    def test_hand_off_is_plain(self, kettle, opened):
        """
        It says how it stands, what is likely, what was said, and whom to call.
        """
        page = opened(kettle)
        press(page, "Start", "No", "No", "I don\N{RIGHT SINGLE QUOTATION MARK}t know")
        page.locator("#handoff summary").click()
        text = page.get_by_label("What was found out so far").input_value()

        for each in (
            "Hand-off: A lamp",
            "Symptom: It stays dark.",
            "How it ended: Not solved yet",
            "- The fuse is out (",
            "- Does a lamp in the same socket work? No",
            "- The electrician",
            "model, photo",
            kettle.fingerprint,
        ):
            assert each in text

    def test_hand_off_warns_before_what_may_help(self, kettle, opened):
        """
        Caution, risk and what comes first stand before a remedy, and its minutes after.
        """
        page = opened(kettle)
        press(page, "Start", "No", "Stop here")
        lines = handed(page).splitlines()

        first = "First: Go to the fuse box."
        careful = "Careful: Keep your hands dry."
        assert f"- {careful} {first} Switch the fuse on. (3 min)" in lines
        assert "Scrap the kettle" not in "".join(lines)  # nobody gives up for that

        page = opened(tree(SCRAP))
        press(page, "Start", "Stop here")
        lines = handed(page).splitlines()
        assert "- This cannot be undone. Scrap the kettle. (1 min)" in lines

    def test_hand_off_of_who_stopped_is_short(self, opened):
        """
        It has the outcome without what is said to the reader, and five remedies.
        """
        page = opened(many(8))
        press(page, "Start", "Stop here")
        text = handed(page)

        assert "How it ended: Stopped, not solved\n\n" in text
        assert [f"Remedy {i}." in text for i in range(8)] == [True] * 5 + [False] * 3

    def test_hand_off_says_what_is_ruled_out_and_what_is_next(self, kettle, opened):
        """
        Causes stand beside what rules them out, a private answer as its mask alone.
        """
        made = tree(CONTRARY + "  wet: {ask: Is it wet?, given: {fuse: usually yes}}\n")
        page = opened(made, facts={"room": "own"})
        press(page, "Start")
        page.locator("#handoff summary").click()
        assert "Ruled out, and by what:\n- The bulb: (private)\n" in handed(page)

        page = opened(kettle, facts={"smoke": "no", "lamp": "yes"})
        press(page, "Start")
        page.locator("#handoff summary").click()
        text = handed(page)
        by = "Does a lamp in the same socket work? Yes"
        assert f"- The socket is dead: {by}\n" in text
        assert "Best next step:\n- How much resistance does the element" in text

    def test_hand_off_tells_notes_from_answers(self, kettle, opened, tmp_path):
        """
        A remark, and the reason why somebody stopped, stand behind what they are.
        """
        session = kettle.begin().note("It rained.").give_up("No time.")
        file = tmp_path / "session.json"
        file.write_text(session.to_json(), encoding="utf-8")
        page = opened(kettle)
        page.get_by_text("Go on with a saved session").click()
        page.get_by_label("The file of a session").set_input_files(file)
        page.locator("#path li").nth(1).wait_for()

        assert "- Note: It rained.\n- Stopped here. No time.\n" in handed(page)

    def test_what_private_answers_rule_out_is_masked_on_paper(self, opened):
        """
        On paper not even the question stands beside what a private answer rules out.
        """
        page = opened(tree(CONTRARY), facts={"room": "own"})
        page.locator("#possible details summary").click()
        ruled_out = page.locator("#possible dl")
        assert ruled_out.inner_text() == "Whose room is it? My own room\nThe bulb"

        page.emulate_media(media="print")
        assert ruled_out.inner_text() == "(private)\nThe bulb"

    def test_an_ending_shows_the_first_of_many(self, opened):
        """
        Three causes and three remedies, the hand-over before them; on paper all.
        """
        page = opened(many(8), width=360)
        press(page, "Start", "Stop here")
        text = shown(page)
        assert [f"Cause {i}" in text for i in range(5)] == [True] * 3 + [False] * 2
        assert [f"Remedy {i}." in text for i in range(5)] == [True] * 3 + [False] * 2
        assert text.index("The electrician") < text.index("Remedy 0.")
        assert "More that may help: 5" in text

        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        text = shown(page)
        assert all(f"Cause {i}" in text and f"Remedy {i}." in text for i in range(8))
        assert "More that may help" not in text

    def test_paper_says_when_it_was(self, kettle, opened, tmp_path):
        """
        The record on paper has the times of the first and of the last entry.
        """
        ticks = (f"2026-11-25T0{hour}:30:59.000Z" for hour in range(1, 9))
        clock = lambda: datetime.fromisoformat(next(ticks))  # noqa: E731
        session = kettle.begin(clock=clock).answer("smoke", "no").give_up()
        file = tmp_path / "session.json"
        file.write_text(session.to_json(), encoding="utf-8")
        page = opened(kettle)
        page.get_by_text("Go on with a saved session").click()
        page.get_by_label("The file of a session").set_input_files(file)
        page.locator("#path li").nth(1).wait_for()
        assert page.get_by_text("Begun").is_hidden()

        page.emulate_media(media="print")
        times = page.locator("#times").inner_text()
        assert times == (
            "Begun: 2026-11-25 01:30 UTC · Last entry: 2026-11-25 03:30 UTC"
        )

    def test_the_ending_says_what_it_took(self, kettle, opened):
        """
        Questions, actions and minutes are counted as `troubleshoot run` counts them.
        """
        page = opened(kettle, facts={"ohms": 500})
        to_action(page)
        press(page, "No, not fixed", "Stop here")

        session = ts.resume(kettle, json_of(page))
        spoken = []
        terminal = SimpleNamespace(
            say=lambda *said, **_: spoken.extend(said), words=Terminal().words
        )
        time_taken(terminal, session)
        assert spoken == ["3 questions and 1 action, about 6 min."]
        assert spoken[0] in shown(page)

    def test_a_question_that_comes_again_says_why(self, opened):
        """
        What was done since, and what was said before, as in the command line.
        """
        body = """
unknown: 0%
causes: {a: {title: A, actions: [cure]}, b: {title: B}, c: {title: C}}
questions: {x: {ask: X?, given: {a: usually yes, b: usually no, c: usually yes}}}
actions: {cure: {do: Cure it., changes: [x]}}
"""
        page = opened(tree(body))
        press(page, "Start", "Yes", "No, not fixed")

        session = tree(body).begin().answer("x", "yes").tried("cure", fixed=False)
        assert "“Cure it”" in session.next_step().again
        assert session.next_step().again in shown(page)

    def test_owner_and_review_stand_in_the_footer(self, kettle, opened):
        """
        Who looks after the tree, and until when it is to be reviewed, if it says so.
        """
        made = replace(kettle, owner="The workshop", review_by=date(2027, 3, 1))
        footer = opened(made).locator("footer").inner_text()
        assert "Owner: The workshop" in footer
        assert "Review by: 2027-03-01" in footer
        assert "Owner" not in opened(kettle).locator("footer").inner_text()

    def test_what_stands_in_backticks_is_code(self, kettle, opened):
        """
        Code in questions, answers and hints is set as code; a lone backtick stays.
        """
        lamp = replace(
            kettle.questions["lamp"],
            ask="Does `lamp <b>` work?",
            how="Run `on --all`, or press `.\n\nThen `wait`.",
            answers=(Answer(id="yes", text="It says `on`"), Answer(id="no", text="No")),
        )
        questions = {**kettle.questions, "lamp": lamp}
        page = opened(replace(kettle, questions=questions), facts={"smoke": "no"})
        press(page, "Start")

        codes = page.locator("#step code").all_inner_texts()
        assert codes == ["lamp <b>", "on --all", "wait", "on"]
        assert page.locator("#heading").inner_text() == "Does lamp <b> work?"
        assert "or press `." in shown(page)
        press(page, "It says on", "Change: Does lamp <b> work?")
        assert "Does `lamp <b>` work? It says `on`" in handed(page)

    def test_texts_are_shown_as_blocks(self, opened):
        """
        Paragraphs, lists, code, emphasis, tables and links of texts that explain are
        elements; each line of what is asked or to do stands on a line of its own.
        """
        page = opened(tree(RICH))
        press(page, "Start")
        step = page.locator("#step")
        heading = page.locator("#heading")
        assert heading.inner_text().split("\n")[0] == "What does it show?"
        lines = heading.evaluate("each => each.innerText.split('\\n')")
        assert [x.strip() for x in lines if x.strip()][1:] == ["ls  -l /run", "du"]
        assert step.locator(".how ol > li").all_inner_texts() == [
            "Open a shell.",
            "Type.",
        ]
        assert (
            step.locator(".how pre").inner_text() == "systemctl stop foo\n  rm /run/x\n"
        )
        assert step.locator(".how strong").inner_text() == "carefully"
        assert step.locator(".how td").all_inner_texts() == ["red", "stop"]
        link = step.locator(".how a")
        assert link.get_attribute("href") == "https://example.test/a"
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert "there (notes.txt)" in step.inner_text()
        press(page, "Something")
        caution = page.locator(".caution")
        assert caution.locator("li").all_inner_texts() == ["Unplug it.", "Wait."]
        press(page, "Stop here")

        lines = handed(page).splitlines()
        place = lines.index("  1. Press it.")
        assert lines[place - 4 : place + 3] == [
            "- Careful: Mind:",
            "  - Unplug it.",
            "  - Wait.",
            "  Do this:",
            "  1. Press it.",
            "  2. Let go.",
            "  (1 min)",
        ]
        place = lines.index("- What does it show?")
        assert lines[place + 1 : place + 4] == [
            "    ls  -l /run",
            "    du",
            "  Something",
        ]

    def test_a_browser_that_keeps_nothing_says_so_once(self, kettle, opened):
        """
        Where storage is refused, the reader learns that a reload loses the answers.
        """
        page = opened(kettle)
        warning = page.locator("#not-kept")
        assert warning.inner_text() == ""
        page.evaluate("() => { Storage.prototype.setItem = () => { throw Error(); }; }")
        press(page, "Start", "No")

        assert "a reload will lose the answers" in warning.inner_text()

    def test_changes_are_told_to_a_screen_reader(self, kettle, opened):
        """
        A quiet live region says what is left after each move.
        """
        page = opened(kettle)
        press(page, "Start", "No", "No")

        assert "The most likely: The fuse is out" in page.locator("#live").inner_text()
        assert page.locator("#live").get_attribute("role") == "status"

    def test_a_leading_cause_that_is_not_listed_is_told(self, opened):
        """
        The live region names the likeliest cause, be it one that nobody listed.
        """
        light = "light: {ask: Is there light?, given: {bulb: yes, fuse: usually yes}}"
        made = tree("unknown: 50%\n" + SMALL + f"questions:\n  {light}\n")
        page = opened(made)
        press(page, "Start", "No")
        first = page.locator("#possible .name").first.inner_text()
        share = page.locator("#possible .share").first.inner_text()

        assert first == "A cause that is not listed"
        live = page.locator("#live").inner_text()
        assert f"Most likely ({share}) it is a cause that is not listed." in live

    def test_bars_are_seen_in_the_colours_of_the_reader(self, kettle, opened):
        """
        Where the reader's own colours are forced upon the page, bars are filled.
        """
        page = opened(kettle)
        page.emulate_media(forced_colors="active")
        colour = "each => getComputedStyle(each).backgroundColor"
        bar = page.locator(".bar").first

        filled = bar.locator(".filled").evaluate(colour)
        assert filled == page.locator("body").evaluate("x => getComputedStyle(x).color")
        assert filled != page.locator("html").evaluate(colour)

    def test_what_is_ruled_out_says_by_what(self, kettle, opened):
        """
        Causes that are ruled out stand under the answer that weighs most against them.
        """
        page = opened(
            kettle, facts={"smoke": "no", "lamp": "yes", "ohms": 500, "account": "own"}
        )
        page.locator("#possible details summary").click()

        text = page.locator("#possible dl").inner_text()
        assert "Does a lamp in the same socket work? Yes\nThe socket is dead" in text

    @pytest.mark.parametrize("width", [360, 768, 1280])
    @pytest.mark.parametrize("name", SHIPPED)
    def test_nothing_is_wider_than_the_page(self, name, width, opened):
        """
        No page has to be moved sideways, on a telephone neither.
        """
        page = opened(ts.load(name), width=width)
        press(page, "Start")

        assert page.evaluate("document.documentElement.scrollWidth") <= width

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_everybody_can_use_it(self, kettle, opened, scheme):
        """
        axe-core finds nothing wrong at the start, at a question, an action, an ending.
        """
        page = opened(kettle, scheme=scheme)
        page.get_by_text("What do you already know?").click()
        assert violations(page) == []
        press(page, "Start")
        assert violations(page) == []
        press(page, "No")
        assert violations(page) == []
        press(page, "No", "My own account")
        assert violations(page) == []
        press(page, "Change: Is there smoke?")
        assert violations(page) == []
        press(page, "Keep it as it is", "Stop here")
        assert violations(page) == []


def json_of(page):
    """The session as the page saves it."""
    page.locator("#handoff").evaluate("each => { each.open = true; }")
    return saved(page, "Save the session (JSON)")


def naughty():
    """Texts that break things, and ours that would run if anything did."""
    ours = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(2)>',
        "</script><script>alert(3)</script>",
        "javascript:alert(4)",
        "{{ 7 * 7 }} ${7 * 7} {word}",
        "<!-- <![CDATA[ ]]> -->",
        "</textarea></noscript><iframe src='http://example.test/'>",
    ]
    if not NAUGHTY.exists():
        return ours
    theirs = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    return ours + [each for each in theirs if each.strip()]


def everything(page):
    """All texts of a page, shown or not, values of fields and of attributes."""
    return page.evaluate(
        """() => [...document.querySelectorAll("html, body, body *:not(script)")]
            .flatMap((x) => [
                ...[...x.childNodes].filter((y) => y.nodeType === 3).map((y) => y.data),
                ...[...x.attributes].map((y) => y.value),
                x.value ?? "",
            ])
            .join(" ")"""
    )


class TestHostile:
    """
    Texts of a tree are shown to the letter, and nothing of them is run.
    """

    def test_any_text_is_shown_and_nothing_runs(self, opened):
        """
        Questions, answers, causes and actions with every naughty text.
        """
        texts = naughty()
        page = opened(_tree_of(texts))
        page.get_by_text("What do you already know?").click()
        names = page.locator("#possible .name").evaluate_all(
            "all => all.map(each => each.textContent)"
        )

        clean = [*("\n".join(lines(x)) for x in texts), "A cause that is not listed"]
        assert sorted(x.rstrip("\n") for x in names) == sorted(clean)
        assert page.locator("iframe, img").count() == 0
        press(page, "Start", "Stop here")
        page.reload()
        assert page.locator("iframe, img").count() == 0
        assert texts[0] in shown(page)

    def test_nothing_that_is_obeyed_stands_in_the_page(self, opened, tmp_path):
        """
        Controls and turns of direction are replaced wherever a text of a tree, or of a
        session, is shown; the saved session has them as they are.
        """
        found = [chr(i) for i in range(0x2FFFF) if UNPRINTABLE.match(chr(i))]
        obeyed = [each for each in found if category(each) != "Cs"]
        hostile = "".join(f"a{each}b" for each in obeyed)
        made = _tree_of([hostile, f"{hostile} too"])
        said = (
            made.begin({"q0": "yes"}).answer("q1", "no").note(hostile).give_up(hostile)
        )
        said.next_step()
        file = tmp_path / "session.json"
        file.write_text(said.to_json(), encoding="utf-8")
        page = opened(made)
        source = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert not UNPRINTABLE.search(source)
        page.get_by_text("Go on with a saved session").click()
        assert not UNPRINTABLE.search(everything(page))
        page.get_by_label("The file of a session").set_input_files(file)
        page.locator("#path li").nth(3).wait_for()
        page.get_by_text("Something else you know?").click()

        assert not UNPRINTABLE.search(everything(page))
        assert "a\N{REPLACEMENT CHARACTER}b" in everything(page)
        assert json_of(page) == said.to_json()
        press(page, "Back", "Back")
        assert shown(page)
        assert not UNPRINTABLE.search(everything(page))

    def test_any_text_stays_a_text_without_scripts(self, browser, tmp_path):
        """
        The part for readers without scripts holds no element that a text brings along,
        and no link that runs anything.
        """
        file = tmp_path / "page.html"
        file.write_text(interactive(_tree_of(naughty())), encoding="utf-8")
        context = browser.new_context(java_script_enabled=False)
        page = Watched(context)
        page.page.goto(file.as_uri())

        assert page.page.locator("iframe, img").count() == 0
        links = page.page.locator("a").evaluate_all("all => all.map((a) => a.href)")
        schemes = {each.partition(":")[0] for each in links}
        assert schemes <= {"http", "https", "mailto", "file"}  # it is a file itself
        assert "<script>alert(1)</script>" in page.page.locator("body").inner_text()
        assert page.quiet
        context.close()


def _tree_of(texts):
    """A tree in which each of these texts is that of a cause and of its steps."""
    even = dict.fromkeys((f"c{i}" for i in range(len(texts))), 1 / len(texts))
    made = plain_tree(even)
    answers = (Answer(id="yes", text=texts[0]), Answer(id="no", text=texts[1]))
    questions = {
        f"q{i}": Question(
            id=f"q{i}",
            ask=text,
            why=text,
            how=text,
            answers=answers,
            given={f"c{i}": (0.98, 0.02)},
            otherwise=(0.02, 0.98),
        )
        for i, text in enumerate(texts)
    }
    actions = {
        f"a{i}": Action(id=f"a{i}", do=text, caution=text, fixes={f"c{i}": 0.9})
        for i, text in enumerate(texts)
    }
    causes = {
        name: replace(each, title=text, about=text)
        for (name, each), text in zip(made.causes.items(), texts, strict=True)
    }
    changed = {"causes": causes, "questions": questions, "actions": actions}
    return replace(made, title=texts[0], symptom=texts[1], **changed)
