"""Values of variables on pages: plain text in every format, put in once."""

from __future__ import annotations

import html
import json
import re

import pytest
from rendering.engines import by_node

import troubleshoot as ts
from troubleshoot.rendering.interactive import engine
from troubleshoot.rendering.interactive.data import page_data
from troubleshoot.session.texts import laid, nodes
from troubleshoot.tree.blocks import rich, short
from troubleshoot.tree.texts import reworded

TREE = """
format: 1
id: lamps
title: "{model} stays dark"
symptom: It is dark in {room}.
variables: {model: the lamp, room: the room, pin: none}
causes:
  fuse:
    title: "Fuse of {model}"
    about: "A *{model}* part, `{room}`."
    actions: [swap]
  bulb: {title: "The bulb", prior: 2, actions: [bulb]}
questions:
  model:
    ask: Which lamp is {model}?
    answers: {x1: "X1 **new**", x2: "[X2](http://x2.example) {room}"}
    given: {fuse: usually x1}
  pin: {ask: "Which PIN?", private: true, answers: {a: "1234", b: "5678"}}
  warm:
    ask: Is `test {model}` fine in {room}, {{model}} and {pin}?
    how: |
      Of {model}, {{ and }}, *{room}*, [{model}](https://lamp.example/{model}?a={room}):

      ```sh
      check {model} --format '{{.State}}' ${model} {{room}}
      ```

      1. {model}

         | lamp | {room} |
         |---|---|
         | {model} | b |
    given: {fuse: no}
actions:
  swap:
    do: |
      Swap the fuse of {model}:
      1. Open it.
      2. `rm {room}`
    caution: Mind **{model}**.
    verify: Is {model} lit?
    fixes: {fuse: usually}
  bulb: {do: "Change the bulb.", fixes: {bulb: usually}}
escalate: {to: "Keeper of {model}", bring: ["{room}", "{model}"]}
"""
HOSTILE = [
    "**bold** _it_ ~~s~~",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[link](javascript:alert(1)) ![i](x.png)",
    "{room} {{model}} }}",
    "`code` ``",
    "| a | b |",
    "1. # - > ***",
    "\\* &amp; &#42; $x$ \\",
    '"]; x [label="',
    "a\n\nb\r\n    c",
]
FORMATS = ["html", "interactive", "markdown", "text", "svg", "mermaid", "dot"]


def shown(value):
    """How a value reads wherever it stands."""
    return " ".join(value.replace("`", "'").split())


def reading(page, to):
    """The page as it reads, without the escapes of its format."""
    if to == "markdown":
        page = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", page)
    if to in ("html", "svg"):
        page = html.unescape(re.sub(r"<[^<>]*>", "", page))
    if to == "mermaid":
        named = {"quot": '"', "amp": "&", "lt": "<", "gt": ">"}
        page = re.sub(r"#(\w+);", lambda x: named.get(x[1]) or chr(int(x[1])), page)
    if to == "dot":
        page = re.sub(r"\\(.)", r"\1", page)
    return re.sub(r"\s+", " ", page)


class TestPlainEverywhere:
    """
    Whatever a value is, it reads the same in every format and is markup in none.
    """

    @pytest.mark.parametrize("to", [x for x in FORMATS if x != "interactive"])
    @pytest.mark.parametrize("value", HOSTILE)
    def test_law(self, value, to):
        """Letter by letter, backticks aside."""
        tree = ts.loads(TREE)
        facts = {"pin": "a"}
        plain = ts.render(tree, to, variables={"model": "MODEL"}, facts=facts)
        page = ts.render(tree, to, variables={"model": value}, facts=facts)
        words = re.sub("[^a-z0-9]", "", shown(value))[:6]

        assert words in re.sub("[^a-z0-9]", "", reading(page, to))
        if to == "html":
            tags = re.compile(r"<(?!br>)/?\w+")
            assert tags.findall(page) == tags.findall(plain)
            assert shown(value) in reading(page, to)
        if to == "text":
            assert f"check {shown(value)} --format '{{{{.State}}}}' ${{model}}" in page
            assert "{room}\n" in page

    @pytest.mark.parametrize("value", HOSTILE)
    def test_blocks_have_the_shape_of_what_is_written(self, value):
        """
        A value adds no block and no emphasis, and ends none.
        """
        how = (
            ts.loads(TREE).begin(variables={"model": value}).tree.questions["warm"].how
        )
        plain = (
            ts.loads(TREE).begin(variables={"model": "M"}).tree.questions["warm"].how
        )

        def bare(node):
            if isinstance(node, str):
                return "text"
            return node["tag"], [bare(x) for x in node["children"]]

        assert [*map(bare, nodes(rich(how)))] == [*map(bare, nodes(rich(plain)))]

    def test_an_address_leads_where_it_led(self):
        """
        A value is a part of an address, and never its kind or its host.
        """
        how = "[a]({model}) [b](https://h.example/{model})"
        text = TREE.replace("caution: Mind **{model}**.", f"caution: '{how}'")
        tree = ts.loads(text).begin(variables={"model": "javascript:x/../?#"}).tree
        (paragraph,) = nodes(rich(tree.actions["swap"].caution))
        first, _, second = paragraph["children"]

        assert first["href"] == "javascript%3Ax%2F..%2F%3F%23"
        assert second["href"] == "https://h.example/javascript%3Ax%2F..%2F%3F%23"


SEEN = """
function play({ data, told }) {
  const model = compile(data);
  let session = begin(model);
  for (const [step, reply] of told) session = answer(session, step, reply);
  tell(model, valuesOf(session));
  const { causes, questions, actions, escalate, title, symptom, lines } = model;
  return {
    title, symptom, lines, escalate,
    causes: [...causes.values()].slice(0, -1).map((x) => [x.title, x.about]),
    questions: questions.map((x) => [x.ask, x.how, x.answers.map((y) => y.text)]),
    actions: actions.map((x) => [x.do, x.verify, x.caution, x.warning]),
    written: JSON.parse(written(session)),
  };
}
"""


def of_library(session):
    """What the page should read."""
    tree = session.tree

    def lines(text):
        return [[x.lead, x.text, x.whole] for x in laid(short(text))]

    def texts(text):
        return [each.lead + each.text for each in laid(rich(text))]

    return {
        "title": tree.title,
        "symptom": tree.symptom,
        "lines": {tree.actions["swap"].do: lines(tree.actions["swap"].do)},
        "escalate": {
            "to": tree.escalate.to,
            "cost": None,
            "bring": list(tree.escalate.bring),
        },
        "causes": [[x.title, nodes(rich(x.about))] for x in tree.root_causes],
        "questions": [
            [x.ask, nodes(rich(x.how)), [y.text for y in x.answers]]
            for x in tree.questions.values()
        ],
        "actions": [
            [x.do, x.verify, nodes(rich(x.caution)), texts(x.caution)]
            for x in tree.actions.values()
        ],
    }


def test_the_page_puts_in_what_the_library_does(tmp_path):
    """
    The same values, in every text, whoever says them; and both save the same.
    """
    tree = ts.loads(TREE)
    cases = [
        (value, told)
        for value in (None, *HOSTILE)
        for told in ((), (("model", "x1"),), (("model", "x2"), ("pin", "a")))
    ]
    sessions = []
    asked = []
    for value, told in cases:
        session = tree.begin(variables=value and {"model": value})
        asked.append({"data": json.loads(json.dumps(page_data(session))), "told": told})
        for step, reply in told:
            session = session.answer(step, reply)
        sessions.append(session)

    for session, seen in zip(
        sessions, by_node(engine() + SEEN, asked, tmp_path), strict=True
    ):
        written = seen.pop("written")
        saved = json.loads(session.to_json())
        assert seen == of_library(session)
        assert written["options"] == saved["options"]
        assert written["texts"] == saved["texts"]
        assert written["tree"] == saved["tree"]
        assert ts.resume(tree, json.dumps(written)).tree.title == session.tree.title


LEFT = """
function play({ data }) {
  const model = compile(data);
  tell(model, valuesOf(begin(model)));
  const left = [];
  const walk = (value, at) => {
    if (typeof value === "string" && value.includes("{place}")) left.push(at);
    if (value instanceof Map) {
      for (const [name, each] of value) walk(each, `${at}.${name}`);
    } else if (value && typeof value === "object") {
      for (const [name, each] of Object.entries(value)) {
        if (name !== "written" && value !== data) walk(each, `${at}.${name}`);
      }
    }
  };
  // Lines are found by the text that they are of.
  walk({ ...model, data: null, keys: Object.keys(model.lines) }, "model");
  return left;
}
"""


def test_the_page_puts_them_into_every_text(tmp_path):
    """
    No text of the tree that the page shows is left with a name in it.
    """
    every = ts.load("tests/good_trees/every-form.yaml")
    tree = reworded(every, lambda it: it.text + " {place}" * (it.key[0] != "variables"))
    data = json.loads(json.dumps(page_data(tree.begin())))

    assert json.dumps(data).count("{place}") > 20
    assert by_node(engine() + LEFT, [{"data": data}], tmp_path) == [[]]
