"""Every construct in every format: what an author can say, and that it can be read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rendering.browser import chromium
from rendering.test_texts import READ, alone, listed
from tree.test_images import png

import troubleshoot as ts
from troubleshoot.cli import main
from troubleshoot.session.texts import flat
from troubleshoot.tree.blocks import rich

Say = Callable[[str], str]

# The texts of a tree, by how they are read.
EXPLAIN = ("about", "cause-about", "why", "how", "caution", "do-why", "do-how")
INSTRUCT = ("ask", "do", "verify", "setup", "urgent", "stop")
ONE_LINE = (
    "title",
    "symptom",
    "group",
    "cause",
    "answer",
    "to",
    "bring",
    "by",
    "needs",
)
EVERYWHERE = (*EXPLAIN, *INSTRUCT, *ONE_LINE)
SENTENCE = "The words of @."


def mark(name: str) -> str:
    """A word that tells the text of this name from all others."""
    return f"K{name.replace('-', '').upper()}k"


def wording_of(say: Say) -> dict[str, Any]:
    """The same texts in a file beside the tree, which holds nothing else."""
    step = {"why": say("why"), "how": say("how")}
    act = {"why": say("do-why"), "how": say("do-how"), "caution": say("caution")}
    return {
        "title": say("title"),
        "symptom": say("symptom"),
        "about": say("about"),
        "by": {"smith": say("by")},
        "needs": {"key": say("needs")},
        "causes": {
            "g": {"title": say("group")},
            "a": {"title": say("cause"), "about": say("cause-about")},
        },
        "questions": {
            "q": {"ask": say("ask"), "answers": {"one": say("answer")}} | step
        },
        "setups": {"there": {"do": say("setup")}},
        "actions": {"act": {"do": say("do"), "verify": say("verify")} | act},
        "urgent": {"u": {"ask": say("urgent"), "stop": {"yes": say("stop")}}},
        "escalate": {"to": say("to"), "bring": {"0": say("bring")}},
    }


def tree_of(say: Say, question: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A tree in which every text is what is said for its name."""
    return {
        "format": 1,
        "title": say("title"),
        "symptom": say("symptom"),
        "about": say("about"),
        "unknown": 0,
        "by": {"smith": say("by")},
        "needs": {"key": say("needs")},
        "causes": {
            "g": {
                "title": say("group"),
                "causes": {
                    "a": {"title": say("cause"), "about": say("cause-about")},
                    "b": {"title": "Another"},
                },
            }
        },
        "questions": {
            "q": {
                "ask": say("ask"),
                "why": say("why"),
                "how": say("how"),
                "answers": {"one": say("answer"), "two": "Something else"},
                "setup": "there",
                "by": ["smith"],
                "needs": ["key"],
                "given": {"a": "always one", "b": "always two"},
                **question,
            }
        },
        "setups": {"there": {"do": say("setup")}},
        "actions": {
            "act": {
                "do": say("do"),
                "why": say("do-why"),
                "how": say("do-how"),
                "caution": say("caution"),
                "verify": say("verify"),
                "fixes": {"a": "usually"},
            },
            "other": {"do": "Change it.", "fixes": {"b": "usually"}},
        },
        "urgent": {"u": {"ask": say("urgent"), "stop": {"yes": say("stop")}}},
        "escalate": {"to": say("to"), "bring": [say("bring")], "cost": 60},
        **more,
    }


@dataclass(frozen=True)
class Construct:
    """
    One thing that an author can say, in all texts where it may stand.

    ``write`` is what the author writes and ``words`` what is read of it in a row, with
    ``@`` for the mark of the text. ``code`` are lines that stand alone, ``items`` those
    of a list. No sign of ``never`` is read anywhere. ``breaks``: a line may end in it.
    ``within`` are parts of a format as it is written, ``differs`` what is read where a
    format shows it otherwise, ``also`` what is read besides. ``question`` is what the
    question has for it and ``more`` the tree; in a ``language`` it is in a file beside.
    """

    name: str
    fields: tuple[str, ...]
    write: str
    words: str
    code: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    breaks: bool = False
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    question: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""

    def file(self, folder: Path) -> Path:
        """A tree with it in all its texts, and plain words in the others."""

        def say(name: str) -> str:
            wanted = self.write if name in self.fields else SENTENCE
            return wanted.replace("@", mark(name))

        def plainly(name: str) -> str:
            return SENTENCE.replace("@", name)

        file = folder / "tree.yaml"
        tree = tree_of(plainly if self.language else say, self.question, **self.more)
        file.write_text(json.dumps(tree), encoding="utf-8")
        (folder / "fuse.png").write_bytes(png())
        if self.language:
            beside = folder / f"tree.{self.language}.yaml"
            beside.write_text(json.dumps(wording_of(say)), encoding="utf-8")
        return file


LINES = ("systemctl  stop foo", "  rm -f /run/*.pid | cat", "echo **x** <b> {y} `z`")
LONG = "Donaudampfschiffahrtsgesellschaft" * 6
VALUE = 'Lux <b>*2*</b> & [x](y) "z"'

CONSTRUCTS = (
    Construct(
        name="plain words",
        fields=EVERYWHERE,
        write="@ is on the left, 3 < 4 & 5 > 4.",
        words="@ is on the left, 3 < 4 & 5 > 4.",
    ),
    Construct(
        name="markup",
        fields=EXPLAIN,
        write="@ is **very** *hot*\\\nand `cat x` helps.",
        words="@ is very hot and cat x helps.",
        never=("**", "*hot", "hot*", "\\"),
        within={
            "html": ("<strong>very</strong>", "<em>hot</em>", "<code>cat x</code>"),
            "markdown": ("`cat x`",),
        },
        differs=dict.fromkeys(("text", "terminal"), "@ is very hot and `cat x` helps."),
    ),
    Construct(
        name="signs where there is no markup",
        fields=(*INSTRUCT, *ONE_LINE),
        write="@ is **not** *bold*, [no](link) and <b>no</b> markup.",
        words="@ is **not** *bold*, [no](link) and <b>no</b> markup.",
    ),
    Construct(
        name="link",
        fields=EXPLAIN,
        write="@ is [told there](https://example.org/x?a=1&b=2).",
        words="@ is told there",
        never=("](", "[told"),
        within={
            "html": ('href="https://example.org/x?a=1&amp;b=2"',),
            "text": ("https://example.org/x?a=1&b=2",),
            "terminal": ("https://example.org/x?a=1&b=2",),
        },
    ),
    Construct(
        name="image",
        fields=EXPLAIN,
        write="@ is as here: ![the fuse, blown](fuse.png)",
        words="@ is as here: [fuse.png: the fuse, blown]",
        never=("![",),
        within={
            "html": ('alt="the fuse, blown"', 'src="data:image/png;base64,'),
            "markdown": ("![the fuse, blown](",),
            "interactive": ('alt="the fuse, blown"', 'src="data:image/png;base64,'),
        },
        differs={
            **dict.fromkeys(("html", "pdf", "interactive"), "@ is as here:"),
            "markdown": "@ is as here: the fuse, blown",
        },
    ),
    Construct(
        name="long word",
        fields=EVERYWHERE,
        write=f"@ is {LONG}.",
        words=f"@ is {LONG}.",
        breaks=True,
        differs={"dot": f"@ is {LONG[:120]}"},  # a box has room for so much
    ),
    Construct(
        name="code block",
        fields=(*EXPLAIN, *INSTRUCT),
        write="@ is done so:\n\n```sh\n" + "\n".join(LINES) + "\n```",
        words="@ is done so:",
        code=LINES,
        never=("```",),
    ),
    Construct(
        name="list",
        fields=(*EXPLAIN, *INSTRUCT),
        write="@ is done so:\n\n1. switch it off\n2. wait a little",
        words="@ is done so:",
        items=("switch it off", "wait a little"),
    ),
    Construct(
        name="table",
        fields=(*EXPLAIN, *INSTRUCT),
        write="@ is so:\n\n|Lamp|Means|\n|-|-|\n|red|a fault|\n|blue|none|",
        words="@ is so:",
        never=("|-",),
    ),
    Construct(
        name="variable",
        fields=EVERYWHERE,
        write="@ is of {model}.",
        words=f"@ is of {VALUE}.",
        never=("{model}",),
        differs={"json": f"@ is of {VALUE}."},
        more={"variables": {"model": VALUE}},
    ),
    Construct(
        name="range",
        fields=("ask",),
        write="@ is measured.",
        words="@ is measured.",
        also=("5 to 60", "more than 60"),
        question={"unit": "min", "answers": {"one": "5..60", "two": "> 60"}},
    ),
    Construct(
        name="several",
        fields=("ask", "answer"),
        write="@ may be one of some.",
        words="@ may be one of some.",
        also=("Something else",),
        question={"several": True, "given": {"a": ["one"], "b": ["two"]}},
    ),
    Construct(
        name="translation",
        fields=EVERYWHERE,
        write="@ heißt <hier> „anders“ & gut.",
        words="@ heißt <hier> „anders“ & gut.",
        never=("The words of",),
        language="de",
    ),
)


@dataclass(frozen=True)
class Shown:
    """A tree in one format: as it is written, and the lines that are read of it."""

    written: str
    lines: tuple[str, ...]

    @property
    def row(self) -> str:
        """All that is read, its blanks and ends of lines as one space."""
        return " ".join(" ".join(self.lines).split())


Show = Callable[[Path, str], Shown]
GOALS = ("diagnose", "repair")  # what one of them does not show, the other does


def document(to: str) -> Show:
    """What is read of a runbook in this format."""

    def show(file: Path, language: str) -> Shown:
        tree, wish = ts.load(file), {"language": language} if language else {}
        pages = [ts.render(tree, to, goal=goal, **wish) for goal in GOALS]
        return Shown(
            "\n".join(pages), tuple(x for page in pages for x in READ[to](page))
        )

    return show


def on_paper(file: Path, language: str) -> Shown:
    """What is read of a PDF."""
    pytest.importorskip("typst")
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext here")
    tree, wish = ts.load(file), {"language": language} if language else {}
    read: list[str] = []
    for goal in GOALS:
        made = ts.render(tree, "pdf", goal=goal, **wish)
        for layout in ("-layout", "-raw"):  # lines as they stand, words as they follow
            run = subprocess.run(
                ["pdftotext", layout, "-", "-"],  # noqa: S607 - wherever it is
                input=made,
                capture_output=True,
                check=True,
            )
            lines = run.stdout.decode().split("\n")
            read += [" ".join(each.split()) for each in lines]
    return Shown("", tuple(read))


def steps(file: Path, language: str) -> Shown:
    """What ``next --json`` says on two ways through the tree, and of stopping."""
    tree, wish = ts.load(file), {"language": language} if language else {}
    said = [tree.begin(**wish).answer("u", "yes").to_dict()]
    for strategy in ("information", "repair"):
        session = tree.begin(strategy=strategy, **wish)
        while not (step := session.next_step()).is_end:
            said.append(session.to_dict())
            if step.kind == "action":
                session = session.tried(step, fixed=False)
            else:
                answer = step.answers[-1 if step.urgent else 0].id
                several = tree.questions[step.id].several
                session = session.answer(step, [answer] if several else answer)
        said += [session.to_dict(), json.loads(session.hand_off().to_json())]
    every = texts(said)
    read = (line for each in every for line in flat(rich(each)))
    return Shown(json.dumps(said, ensure_ascii=False), (*every, *read))


def texts(value: object) -> list[str]:
    """Every text in a JSON value."""
    match value:
        case str():
            return [value]
        case dict():
            return [x for each in value.values() for x in texts(each)]
        case list():
            return [x for each in value for x in texts(each)]
    return []


def terminal(file: Path, language: str) -> Shown:
    """What ``run`` prints on three ways, with an explanation of each step."""
    shown = ""
    wish = ["--language", language] if language else []
    for strategy, typed in (
        ("information", "?\n1\n"),
        ("information", "?\n2\n?\n1\n"),
        ("repair", "?\n2\n?\n2\n?\n2\n"),
    ):
        run = ["run", str(file), "--strategy", strategy, *wish]
        shown += CliRunner().invoke(main, run, input=typed).output
    return Shown(shown, tuple(shown.split("\n")))


def clicked(file: Path, language: str) -> Shown:
    """What a reader sees of the page to click through, on two ways."""
    wish = {"language": language} if language else {}
    page = file.with_suffix(".html")
    made = ts.render(ts.load(file), "interactive", **wish)
    page.write_text(made, encoding="utf-8", newline="")
    with chromium() as browser:
        found = [x for way in WAYS for x in walked(browser, page, way)]
    return Shown("".join(x for x, _ in found), tuple(x for _, y in found for x in y))


WAYS = ((0, 0), (0, 1, 0, 1))  # which of its buttons is pressed at each step


def walked(browser: Any, page: Path, way: tuple[int, ...]) -> Iterator[Any]:
    """What is written and read at each step of a way through the page."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.goto(page.as_uri())
    for place in way:
        boxes = opened.locator("#step input[type=checkbox]:visible")
        if boxes.count():
            boxes.nth(place).check()
            opened.locator("#step button[type=submit]").click()
        else:
            opened.locator("#step button:enabled").nth(place).click()
        opened.evaluate(UNFOLD)
        lines = opened.locator("body").inner_text().split("\n")
        yield opened.locator("main").inner_html(), lines


UNFOLD = "document.querySelectorAll('details').forEach(each => each.open = true)"

ON_PAGES = {*EVERYWHERE}
IN_BOXES = {"ask", "do", "urgent", "stop", "title", "cause", "answer", "to"}
# What a format shows, of which fields.
FORMATS: dict[str, tuple[Show, set[str]]] = {
    "html": (document("html"), ON_PAGES),
    "markdown": (document("markdown"), ON_PAGES),
    "text": (document("text"), ON_PAGES),
    "pdf": (on_paper, ON_PAGES),
    "mermaid": (document("mermaid"), IN_BOXES - {"title"}),
    "dot": (document("dot"), IN_BOXES),
    "svg": (document("svg"), IN_BOXES),
    "json": (steps, ON_PAGES - {"about"}),
    "terminal": (terminal, ON_PAGES - {"about", "by", "needs", "group"}),
    "interactive": (clicked, ON_PAGES - {"about", "group"}),
}
MARKS = {"pdf": pytest.mark.slow, "interactive": pytest.mark.browser}
EVERY = [pytest.param(x, id=x, marks=MARKS.get(x, ())) for x in FORMATS]


def read_as(line: str, to: str) -> str:
    """A line of code as it is read; pdftotext tells no blanks from one."""
    return " ".join(line.split()) if to == "pdf" else line


@pytest.mark.parametrize("to", EVERY)
@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda each: each.name)
def test_every_construct_in_every_format(construct, to, tmp_path):
    """
    Each text of the tree that a format shows is read there with what it says.
    """
    show, shows = FORMATS[to]
    shown = show(construct.file(tmp_path), construct.language)
    row, read = shown.row, construct.words
    if to == "json":  # a program is given what the author wrote
        read = " ".join(construct.write.split())
    read = construct.differs.get(to, read)
    if construct.breaks:
        row, read = ("".join(each.replace("-", "").split()) for each in (row, read))

    marks = {each: mark(each) for each in construct.fields if each in shows}
    missing = [x for x, word in marks.items() if read.replace("@", word) not in row]
    assert missing == []
    assert [x for x in construct.also if x not in row] == []
    assert [x for x in construct.within.get(to, ()) if x not in shown.written] == []
    if to != "json":
        assert [x for x in construct.never if x in row] == []
        assert [
            x for x in construct.code if not alone(read_as(x, to), shown.lines)
        ] == []
        assert [x for x in construct.items if not listed(x, shown.lines)] == []
