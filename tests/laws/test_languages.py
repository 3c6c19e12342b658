"""Whatever a session says, it says in its language."""

from __future__ import annotations

import random
import re

import pytest

import troubleshoot as ts
from troubleshoot.catalogue import in_language

LONG = 3  # words from which on a piece of a sentence is one of ours alone


def pieces(language):
    """The pieces of sentences between their blanks, where they have several words."""
    split = (re.split("{.*?}", x) for x in in_language(language).texts.values())
    bare = (each.strip(" .,:;()“”„'") for one in split for each in one)
    return {each for each in bare if len(each.split()) >= LONG}


ENGLISH = pieces("en") - pieces("de")


@pytest.mark.parametrize("seed", range(3))
def test_a_german_session_says_nothing_in_english(seed):
    """
    Steps, reasons, stories, records and documents of a tree that is all in German.
    """
    chance = random.Random(seed)  # noqa: S311 - a walk, and no secret
    tree = ts.load("home/no-internet")
    session = tree.begin({"burning-smell": "no", "lifeline-lost": "no"}, language="de")
    said = []
    while not (step := session.next_step()).is_end:
        said += [step.reason, session.explain()]
        session = walked(session, step, chance)
    stories = [session.why(each.id) for each in tree.root_causes]
    handed = session.hand_off()
    documents = [ts.render(session, to) for to in ("text", "markdown", "html")]
    documents += [ts.render(handed, to) for to in ("text", "markdown", "html")]
    text = "\n".join(
        [*said, step.text, step.reason, session.explain(), *stories, *documents]
    )

    spaced = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    assert [each for each in sorted(ENGLISH) if each in spaced] == []


def walked(session, step, chance):
    """The session after a reply that was drawn."""
    if isinstance(step, ts.Action):
        return session.tried(step, fixed=False)
    if (drawn := chance.random()) < 0.2:
        return session.dont_know(step) if drawn < 0.1 else session.not_now(step)
    answer = chance.choice(step.answers).id
    return session.answer(step, [answer] if step.several else answer)
