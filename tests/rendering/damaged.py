"""Saved files that were damaged, by what was done to them, and some that were not."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from troubleshoot.session import Session
    from troubleshoot.tree.tree import Tree

SIGNED: Final = {"at": "2026-11-25T01:30:59.000Z", "actor": "customer"}
ASKED: Final = {
    "kind": "asked",
    **SIGNED,
    "step": "lamp",
    "bits": 1.0,
    "minutes": 1.0,
}


def session(tree: Tree) -> Session:
    """A session of the kettle with events of every kind."""
    begun = tree.begin({"account": "own", "ohms": 12})
    asked = begun.answer(begun.next_step(), "no").answer("lamp", "yes")
    tried = asked.change("lamp", "no").tried("clean", fixed=True)
    more = tried.change("clean", "failed").not_now("scrap").dont_know("ohms")
    return more.note("It rained.").give_up("No time.").answer("ohms", 400).undo()


def saved(tree: Tree) -> str:
    """Its file, with where it stands."""
    it = session(tree)
    it.next_step()
    return it.to_json()


def damaged(tree: Tree) -> dict[str, str]:
    """Every file of the list, by what is wrong with it."""
    text = saved(tree)
    files = dict(_texts(text))
    for name, change in CHANGES.items():
        value = json.loads(text)
        change(value)
        files[name] = json.dumps(value)
    return files


def _texts(text: str) -> Iterator[tuple[str, str]]:
    yield "nothing", text
    yield "no text", ""
    yield "null", "null"
    yield "a list", "[1]"
    yield "no object", '"format"'
    yield "a format alone", '{"format": 1}'
    yield "cut short", text[: len(text) // 2]
    yield "more behind it", text + "{}"
    yield "a comment", "// saved\n" + text
    yield "a comma at the end", text.rstrip()[:-1].rstrip() + ",}"
    yield "single quotes", text.replace('"', "'")
    yield "a mark before it", "\ufeff" + text
    yield "another blank", text.replace("\n", "\u00a0")
    yield "a control in a text", text.replace("It rained.", "It\train\x01ed.")
    yield "an unknown escape", text.replace("It rained.", "It \\x rained.")
    yield "a short escape", text.replace("It rained.", "It \\u12 rained.")
    yield "half a character", text.replace("It rained.", "It \\ud800 rained.")
    yield "the halves the wrong way", text.replace("It rained.", "\\ude00\\ud83d")
    yield "a whole character", text.replace("It rained.", "\\ud83d\\ude00")
    yield "a key twice", text.replace('"format": 1,', '"format": 1, "format": 1,')
    yield "a key twice, escaped", text.replace("{", '{"\\u0066ormat": 1, ', 1)
    yield "a key twice in an event", text.replace('"kind"', '"at": "", "kind"', 1)
    yield "a prototype", text.replace("{", '{"__proto__": 1, ', 1)
    yield "a number that is none", text.replace('"value": 12.0', '"value": NaN')
    yield "a number without end", text.replace('"value": 12.0', '"value": Infinity')
    yield "a number too large", text.replace('"value": 12.0', '"value": 1e999')
    yield "a whole number too large", text.replace("12.0", "1" + "0" * 400)
    yield "a large number", text.replace('"value": 12.0', '"value": 1e99')
    yield "a number with a zero before it", text.replace("12.0", "012")
    yield "a number with a plus", text.replace("12.0", "+12")
    yield "a number that ends in its point", text.replace("12.0", "12.")
    yield "a whole number", text.replace("12.0", "12")
    yield "a number with an exponent", text.replace("12.0", "1.2E+1")
    yield "a broken format", text.replace('"format": 1', '"format": 1.0')
    yield "a format with an exponent", text.replace('"format": 1', '"format": 1e0')
    yield "a true format", text.replace('"format": 1', '"format": true')
    yield "another format", text.replace('"format": 1', '"format": 2')
    yield "the format as a text", text.replace('"format": 1', '"format": "1"')
    deep = "[" * 90 + "]" * 90
    yield "a hand-off", f'{{"session": {text}}}'
    yield "a hand-off in a hand-off", f'{{"session": {{"session": {text}}}}}'
    yield "a deep hand-off", f'{{"session": {text}, "x": {deep}}}'
    deeper = "[" * 101 + "]" * 101
    yield "too deep a hand-off", f'{{"session": {text}, "x": {deeper}}}'
    deepest = "[" * 50_000 + "]" * 50_000
    yield "far too deep a hand-off", f'{{"session": {text}, "x": {deepest}}}'
    yield "too long", text.replace("It rained.", "x" * 10_000_000)


def _set(*path: str | int, to: Any) -> Callable[[Any], None]:
    def change(saved: Any) -> None:
        *inner, last = path
        for each in inner:
            saved = saved[each]
        saved[last] = to

    return change


def _drop(*path: str | int) -> Callable[[Any], None]:
    def change(saved: Any) -> None:
        *inner, last = path
        for each in inner:
            saved = saved[each]
        del saved[last]

    return change


def _add(place: int, *events: Any) -> Callable[[Any], None]:
    def change(saved: Any) -> None:
        saved["events"][place:place] = events

    return change


def _undone(*events: Any) -> Callable[[Any], None]:
    return _set("undone", to=list(events))


def _at(time: str) -> Callable[[Any], None]:
    return _set("events", 3, "at", to=time)


TOLD: Final = {"kind": "told", **SIGNED, "step": "lamp", "answer": "no"}
DONE: Final = {"kind": "done", **SIGNED, "step": "scrap", "fixed": False}
NOTED: Final = {"kind": "noted", **SIGNED, "text": "x"}

# What is done to the value of the file. The events are: begun, told account, told ohms,
# asked, answered, answered lamp, changed, tried clean, corrected, skipped, answered
# ohms, noted, ended.
CHANGES: Final[dict[str, Callable[[Any], None]]] = {
    "the same tree under another name": _set("tree", "id", to="printer"),
    "another tree": _set("tree", to={
        "id": "printer", "title": "A lamp", "version": "", "fingerprint": "0" * 16}),
    "another title and text": _set("tree", to={
        "id": "lamp", "title": "A desk", "version": "", "fingerprint": "0" * 16}),
    "another title and tree": _set("tree", to=dict.fromkeys(
        ("id", "title", "version", "fingerprint"), "x")),
    "another edition of the tree": _set("tree", "fingerprint", to="0" * 12),
    "no tree": _drop("tree"),
    "a tree without a title": _drop("tree", "title"),
    "a tree with an owner": _set("tree", "owner", to="me"),
    "no library": _drop("library"),
    "another library": _set("library", to="mine"),
    "no texts": _drop("texts"),
    "null texts": _set("texts", to=None),
    "no outcome": _drop("outcome"),
    "another outcome": _set("outcome", to={"kind": "found"}),
    "an outcome of nothing": _set("outcome", to={}),
    "texts of nothing": _set("texts", to={}),
    "no texts of changes": _drop("texts", "changes"),
    "another text of a question": _set("texts", "questions", "lamp", "ask", to="?"),
    "another text of an answer": _set(
        "texts", "questions", "lamp", "answers", "no", to="?"),
    "another unit": _set("texts", "questions", "ohms", "unit", to="kohm"),
    "a question that was not private": _drop(
        "texts", "questions", "account", "private"),
    "another text of an action": _set("texts", "actions", "clean", to="?"),
    "texts of other steps": _set("texts", "actions", "dance", to="?"),
    "texts of another kind": _set("texts", "setups", to={}),
    "a text that is a number": _set("texts", "actions", "clean", to=1),
    "no options": _drop("options"),
    "empty options": _set("options", to={}),
    "null options": _set("options", to={"by": None, "has": None}),
    "by one name": _set("options", "by", to="customer"),
    "by a number": _set("options", "by", to=[1]),
    "by nobody": _set("options", "by", to=[]),
    "another strategy that is known": _set("options", "strategy", to="repair"),
    "an unknown strategy": _set("options", "strategy", to="dice"),
    "a null strategy": _set("options", "strategy", to=None),
    "an unknown option": _set("options", "speed", to=1),
    "an unknown key": _set("more", to=1),
    "no events": _drop("events"),
    "null events": _set("events", to=None),
    "an empty log": _set("events", to=[]),
    "no beginning": _drop("events", 0),
    "two beginnings": _add(3, {"kind": "begun", **SIGNED}),
    "a fact out of order": _add(9, TOLD),
    "a fact more": _add(1, TOLD),
    "a tried action as a fact": _add(1, DONE),
    "a tried action out of order": _add(9, DONE),
    "a fact that is no action": _add(1, {**DONE, "step": "dance"}),
    "an undone tried action": _undone(DONE),
    "a source": _set("events", 4, "source", to="ticket"),
    "a null source": _set("events", 4, "source", to=None),
    "a blank source": _set("events", 4, "source", to=" \u3000\x1c"),
    "a mark as source": _set("events", 4, "source", to="\ufeff"),
    "a source of two lines": _set("events", 4, "source", to="a\nb"),
    "a source with an end": _set("events", 4, "source", to="a\n"),
    "a source with a tab": _set("events", 4, "source", to="a\tb"),
    "a source with a control": _set("events", 4, "source", to="a\x07"),
    "a long source": _set("events", 4, "source", to="\U0001f600" * 100),
    "too long a source": _set("events", 4, "source", to="x" * 101),
    "a source that is a number": _set("events", 4, "source", to=1),
    "a quote": _set("events", 4, "quote", to="It \u202eis\n\x07so"),
    "a quote of the beginning": _set("events", 0, "quote", to="x"),
    "a blank quote": _set("events", 4, "quote", to="\x85 \n"),
    "a mark as quote": _set("events", 4, "quote", to="\ufeff"),
    "a long quote": _set("events", 4, "quote", to="\U0001f600" * 2000),
    "too long a quote": _set("events", 4, "quote", to="x" * 2001),
    "a blank actor": _set("events", 4, "actor", to=" "),
    "a leading cause of none": _set("leading", to={"cause": "x", "belief": 2}),
    "a leading cause without belief": _set("leading", to={"cause": "fuse"}),
    "null leading": _set("leading", to=None),
    "an event that is a text": _add(3, "asked"),
    "an event without a kind": _drop("events", 0, "kind"),
    "an unknown kind": _set("events", 4, "kind", to="guessed"),
    "an unknown key in an event": _set("events", 4, "mood", to="fine"),
    "a field of another event": _set("events", 4, "text", to="fine"),
    "an event without a time": _drop("events", 4, "at"),
    "an event without an actor": _drop("events", 4, "actor"),
    "an actor who is a number": _set("events", 4, "actor", to=1),
    "a question that nothing answers": _add(3, ASKED),
    "a question at the end": _add(99, ASKED),
    "another answer to what was asked": _set("events", 4, "step", to="account"),
    "bits in words": _set("events", 3, "bits", to="1"),
    "null bits": _set("events", 3, "bits", to=None),
    "an unknown question": _set("events", 5, "step", to="wind"),
    "an unknown answer": _set("events", 5, "answer", to="perhaps"),
    "the text of an answer": _set("events", 5, "answer", to="Yes"),
    "a number as answer": _set("events", 5, "answer", to=1),
    "a null value": _set("events", 5, "value", to=None),
    "a value where none is": _set("events", 5, "value", to=3),
    "a value in words": _set("events", 2, "value", to="12"),
    "a value of another answer": _set("events", 2, "value", to=1000),
    "a value with don't know": _set("events", 10, "value", to=1),
    "an unknown action": _set("events", 7, "step", to="dance"),
    "an outcome in words": _set("events", 7, "fixed", to="no"),
    "an outcome as a number": _set("events", 7, "fixed", to=0),
    "an unknown skipped action": _set("events", 9, "step", to="dance"),
    "a note without a text": _drop("events", 11, "text"),
    "a note of something": _set("events", 11, "text", to=1),
    "a note that stands for a fact": _set("events", 11, "stands_for", to="fact"),
    "a note that stands for nothing": _set("events", 11, "stands_for", to=None),
    "a note that stands for an answer": _set("events", 11, "stands_for", to="answer"),
    "an undone beginning": _undone({"kind": "begun", **SIGNED}),
    "an undone fact": _undone(TOLD),
    "an undone question": _undone(ASKED),
    "an undone note": _undone(NOTED),
    "an undone answer of nothing": _undone({**TOLD, "kind": "answered", "step": "x"}),
    "undone by a word": _set("undone", to="all"),
    "nothing undone": _undone(),
    "null undone": _set("undone", to=None),
    "a time in another zone": _at("2026-11-25T03:30:59.123456+02:00"),
    "a time with a blank": _at("2026-11-25 01:30:59Z"),
    "a time before all": _at("0001-01-01T00:00:00+01:00"),
    "a time after all": _at("9999-12-31T23:59:59-01:00"),
    "an early time": _at("0001-01-01T00:00:00Z"),
    "a year of none": _at("0000-01-01T00:00:00Z"),
    "a time without a zone": _at("2026-11-25T01:30:59"),
    "a day that is none": _at("2026-02-30T01:30:59Z"),
    "a leap day": _at("2024-02-29T01:30:59Z"),
    "an hour that is none": _at("2026-02-20T24:00:00Z"),
    "a leap second": _at("2026-02-20T23:59:60Z"),
    "a day alone": _at("2026-02-20"),
    "a week": _at("2026-W08-1T00:00:00Z"),
    "a time in words": _at("noon"),
    "a time without colons": _at("20260220T000000Z"),
    "a small zone": _at("2026-02-20T00:00:00z"),
    "a zone of seconds": _at("2026-02-20T00:00:00+01:00:30"),
    "a fraction with a comma": _at("2026-02-20T00:00:00,5Z"),
    "a fraction of one digit": _at("2026-02-20T00:00:00.5Z"),
    "a time in other digits": _at("\N{FULLWIDTH DIGIT TWO}026-02-20T00:00:00Z"),
    "a time and a line": _at("2026-02-20T00:00:00Z\n"),
}  # fmt: skip


def shaken(tree: Tree, rng: random.Random, times: int) -> Iterator[str]:
    """The file with random values replaced, doubled or taken out."""
    whole = json.loads(saved(tree))
    values = [each for _, _, each in _places(whole)]
    for _ in range(times):
        value = copy.deepcopy(whole)
        for _ in range(rng.randint(1, 2)):
            owner, name, _ = rng.choice(list(_places(value)))
            other = copy.deepcopy(rng.choice([*values, *ODD]))
            if rng.random() < 0.25:
                del owner[name]
            elif isinstance(owner, list) and rng.random() < 0.3:
                owner.insert(name, other)
            else:
                owner[name] = other
        yield json.dumps(value)


ODD: Final = (None, True, 0, -1.5, "", "dont-know", "not-now", [], {}, "told", "fact")


def _places(value: Any) -> Iterator[tuple[Any, Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in list(pairs):
        yield value, name, each
        if isinstance(each, dict | list):
            yield from _places(each)
