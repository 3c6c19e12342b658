"""The catalogue of words and sentences that customers read."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

from troubleshoot.catalogue import Catalogue, blanks, in_language, known, languages

PACKAGE = Path(__file__).parents[1] / "troubleshoot"
# Keys that are put together where they are used begin so.
MADE = (
    *(
        "condition_",
        "ends_",
        "explain_",
        "many_",
        "one_",
        "outcome_",
        "plan_end_",
        "record_",
    ),
    *("reply_", "story_", "sure_", "tells_", "as_", "page_outcome_", "run_", "typed_"),
)


def test_every_language_has_all_sentences_with_the_same_blanks():
    """
    What is said in one language can be said in each, of the same things.
    """
    english = in_language().texts
    for each in languages():
        texts = in_language(each).texts
        assert texts.keys() == english.keys()
        assert {k: blanks(x) for k, x in texts.items()} == {
            k: blanks(x) for k, x in english.items()
        }


def test_every_sentence_is_said_somewhere():
    """
    The catalogue holds nothing that nobody says.
    """
    kinds = ("*.py", "*.js", "*.j2", "*.typ")
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for kind in kinds
        for path in PACKAGE.rglob(kind)
    )
    used = set(re.findall(r"\w+", source))
    silent = [
        key
        for key in in_language().texts
        if not key.startswith(MADE)
        and not key.endswith(("_likely", "_at_most"))
        and not used & {key, key.removeprefix("page_"), key.removeprefix("reason_")}
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [("de", "de"), ("de-AT", "de"), ("en-GB", "en"), ("fr", ""), ("deu", "")],
)
def test_the_nearest_language_is_found(asked, found):
    """
    A language of a region is said in its language, any other in English.
    """
    assert known(asked) == found
    assert in_language(asked).language == asked
    assert in_language(asked).texts == in_language(found or "en").texts


def test_a_blank_is_filled_once():
    """
    What is put into a sentence is never a sentence with blanks itself.
    """
    words = in_language("de")

    assert words("record_tree") == "Baum"
    assert words("quoted", text="{text} {other}") == "„{text} {other}“"
    with pytest.raises(KeyError):
        words("quoted", other="x")
    with pytest.raises(AttributeError, match="no word 'quotd'"):
        _ = words.quotd


def test_a_catalogue_can_be_copied_and_sent():
    """
    It comes with its words, as whoever sends a session expects.
    """
    sent = copy.copy(in_language("de"))

    assert isinstance(sent, Catalogue)
    assert sent.language == "de"
    assert sent.careful == "Achtung"
