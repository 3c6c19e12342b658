"""A small tree in which much of a runbook occurs, and its like in hostile words."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import troubleshoot as ts

NAUGHTY = Path(__file__).parents[3] / "shared/data/naughty-strings/blns-two-thirds.json"

# Much of what a runbook can hold; certain answers, so that its plan is proven.
KETTLE = {
    "format": 1,
    "title": "Kettle",
    "symptom": "My kettle stays cold.",
    "version": "2026.11",
    "owner": "Kitchen desk",
    "review-by": "2027-05-01",
    "unknown": 0,
    "sources": [{"title": "Kettles", "url": "https://example.org/kettles"}],
    "causes": {
        "power": {
            "title": "Power",
            "causes": {
                "socket": {
                    "title": "The socket is dead",
                    "about": "No current comes *out* of it.",
                    "prior": 3,
                    "actions": ["fuse"],
                },
                "cord": {"title": "The cord is broken", "actions": ["replace"]},
            },
        },
        "kettle": {
            "title": "The kettle",
            "causes": {
                "element": {"title": "The element is burnt out", "prior": 2},
                "switch": {"title": "The switch is worn", "actions": ["mend"]},
            },
        },
    },
    "questions": {
        "lamp": {
            "ask": "Does a lamp work in the same socket?",
            "why": "It tells the socket from the kettle.",
            "how": "Take a lamp that worked *elsewhere*.",
            "cost": "1 min",
            "needs": ["lamp"],
            "given": {
                "socket": "always no",
                "cord": "always yes",
                "kettle": "always yes",
            },
        },
        "light": {
            "ask": "What does the light show?",
            "answers": {"off": "No light", "on": "Steady light"},
            "cost": "30 s",
            "given": {
                "power": "always off",
                "switch": "always off",
                "element": "always on",
            },
        },
        "ohms": {
            "ask": "What does a meter show over the cord?",
            "answers": {"low": "< 1", "high": ">= 1"},
            "unit": "ohm",
            "cost": "2 min",
            "setup": "open",
            "by": "engineer",
            "given": {"cord": "always high", "switch": "always low"},
        },
    },
    "setups": {"open": {"do": "Unplug the kettle and open its base.", "cost": "4 min"}},
    "actions": {
        "fuse": {
            "do": "Switch the fuse back on.",
            "how": "It is in the *grey* box.",
            "caution": "Keep dry hands.",
            "verify": "Does the lamp work now?",
            "cost": "2 min",
        },
        "replace": {"do": "Replace the cord.", "cost": "10 min", "setup": "open"},
        "mend": {"do": "Replace the switch.", "risk": "irreversible", "cost": "20 min"},
    },
    "urgent": {
        "smell": {
            "ask": "Is there a burning smell?",
            "stop": {"yes": "Unplug it and do not use it."},
        }
    },
    "escalate": {"to": "Repair shop", "bring": ["model", "age"]},
}
# Where a tree holds texts of its author, at any depth; the others are names or numbers.
TEXTS = {
    *("title", "symptom", "owner", "about", "ask", "why", "how", "do", "caution"),
    *("verify", "to", "url", "version", "unit"),
}
LISTS = {"bring", "needs"}
NUMERIC = {"answers", "unit"}


def kettle():
    """The tree in its own words."""
    return loaded(KETTLE)


def loaded(value):
    """The tree of this data: JSON is YAML."""
    return ts.loads(json.dumps(value, ensure_ascii=False), file="kettle.yaml")


def reworded(texts, value=KETTLE, key=""):
    """The data of the tree with the next text in the place of each of its own."""
    match value:
        case dict() if key in {"answers", "stop"}:
            value = {name: next(texts) for name in value}
        case dict() if "unit" in value:  # whose answers are ranges
            rest = {name: x for name, x in value.items() if name not in NUMERIC}
            value = {**value, **reworded(texts, rest), "unit": next(texts)}
        case dict():
            value = {name: reworded(texts, x, name) for name, x in value.items()}
        case list() if key in LISTS:
            value = [next(texts) for _ in value]
        case list():
            value = [reworded(texts, x, key) for x in value]
        case str() if key in TEXTS:
            value = next(texts)
    return value


def fits(text):
    """Whether a tree can hold this text at all."""
    try:
        loaded({**KETTLE, "title": text, "owner": text})
    except ts.TreeError:
        return False
    return bool(text.strip())


def hostile_trees():
    """Trees that together hold every naughty string that a tree can hold."""
    every = [x for x in json.loads(NAUGHTY.read_text(encoding="utf-8")) if fits(x)]
    return [loaded(reworded(cycle(part))) for part in parts(every)]


def parts(every, size=30):
    """The strings by as many as a tree has places for."""
    return [every[i : i + size] for i in range(0, len(every), size)]
