"""Sessions in another language: what they say, what they understand, what is kept."""

from __future__ import annotations

import json

import pytest

import troubleshoot as ts

TREE = """\
format: 1
title: A lamp stays dark
causes:
  plug: {title: The plug is out, actions: [push]}
  bulb: {title: The bulb is burnt, actions: [swap]}
questions:
  in: {ask: Is the plug in?, given: {plug: no, bulb: yes}}
  warm:
    ask: How warm is the bulb?
    unit: degrees
    answers: {cold: "< 30", hot: ">= 30"}
    given: {bulb: cold}
actions:
  push: {do: Push it in.}
  swap: {do: Change the bulb., caution: It may be hot.}
"""
GERMAN = """\
title: Eine Lampe bleibt dunkel
causes:
  plug: {title: Der Stecker ist draußen}
  bulb: {title: Die Birne ist durchgebrannt}
questions:
  in: {ask: Steckt der Stecker?}
"""


@pytest.fixture
def tree(tmp_path):
    """A tree with texts in German and for children."""
    (tmp_path / "lamp.yaml").write_text(TREE)
    (tmp_path / "lamp.de.yaml").write_text(GERMAN)
    (tmp_path / "lamp.child.yaml").write_text("questions: {in: {ask: Is it in?}}")
    return ts.load(tmp_path / "lamp.yaml")


class TestWhatIsSaid:
    """
    All that a session says is in its language.
    """

    def test_steps_reasons_and_stories(self, tree):
        """
        Texts of the tree and sentences of ours, numbers too.
        """
        session = tree.begin(language="de")
        step = session.next_step()
        told = session.answer(step, "nein")

        assert step.text == "Steckt der Stecker?"
        assert [each.text for each in step.answers] == ["Ja", "Nein"]
        assert step.reason.startswith("Die Antwort sagt im Mittel 0,8")
        assert "„Der Stecker ist draußen“ begann bei 48 %." in told.why("plug")
        assert "Frage: Steckt der Stecker?\nAntwort: Nein\n" in told.transcript()

    def test_a_region_is_spoken_to_in_its_language(self, tree):
        """
        What there is of its language is used, and the page may say which region it is.
        """
        session = tree.begin(language="de-AT")

        assert session.next_step().text == "Steckt der Stecker?"
        assert 'lang="de-AT"' in ts.render(session, "html")

    def test_for_an_audience(self, tree):
        """
        An audience has its words in the language of the tree.
        """
        assert tree.begin(audience="child").next_step().text == "Is it in?"

    def test_the_language_of_the_tree_is_that_of_the_session(self):
        """
        A tree in German needs no more than to say so.
        """
        tree = ts.loads(TREE.replace("causes:", "language: de\ncauses:", 1))
        step = tree.begin().next_step()

        assert [each.text for each in step.answers] == ["Ja", "Nein"]
        assert step.reason.startswith("Die Antwort")

    def test_a_language_that_nobody_speaks_is_refused(self, tree):
        """
        There must be words of ours, or texts of the tree.
        """
        with pytest.raises(ts.ArgumentError, match=r"no words for 'tlh'.*: de, en"):
            tree.begin(language="tlh")
        with pytest.raises(ts.ArgumentError, match="no words for 'tlh'"):
            ts.render(tree, "markdown", language="tlh")
        with pytest.raises(ts.ArgumentError, match="no name of a language"):
            tree.begin(language="Deutsch")


class TestWhatIsUnderstood:
    """
    What can be read can be said, and what the tree says itself.
    """

    @pytest.mark.parametrize("said", ["ja", "Ja", "yes", "Yes", True])
    def test_an_answer_in_either_language(self, tree, said):
        """
        The id, the text in the language, and the one of the tree.
        """
        session = tree.begin(language="de").answer("in", said)

        assert session.evidence == (("in", "yes"),)

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("weiß nicht", ts.DONT_KNOW),
            ("don't know", ts.DONT_KNOW),
            ("Jetzt nicht", ts.NOT_NOW),
            ("not now", ts.NOT_NOW),
        ],
    )
    def test_what_every_question_takes(self, tree, said, meant):
        """
        In the language of the session, and in English as everywhere.
        """
        session = tree.begin(language="de")

        assert session.answer("in", said).events[-1].answer == meant.value

    def test_a_refusal_is_in_the_language_of_the_customer(self, tree):
        """
        The sentence for developers stays in English.
        """
        with pytest.raises(ts.AnswerError) as caught:
            tree.begin(language="de").answer("in", "vielleicht")

        assert caught.value.customer == (
            "Das ist hier keine der Antworten. Möglich sind: Ja; Nein; Weiß ich nicht; "
            "jetzt nicht."
        )
        assert str(caught.value).startswith("'vielleicht' is not an answer to 'in'")

    def test_facts_are_understood_too(self, tree):
        """
        In whichever words they are known.
        """
        session = tree.begin({"in": "nein", "push": "failed"}, language="de")

        assert session.evidence == (("in", "no"), ("push", "failed"))


class TestWhatIsKept:
    """
    A session goes on in the language that it was begun in.
    """

    def test_resumed_it_speaks_as_before(self, tree):
        """
        And nothing is taken for an edit of the tree.
        """
        session = tree.begin(language="de", audience="child").answer("in", "ja")
        again = ts.resume(tree, session.to_json())

        assert again == session
        assert again.carried == ()
        assert again.next_step() == session.next_step()
        assert again.tree.title == "Eine Lampe bleibt dunkel"

    def test_it_can_turn_to_another_language(self, tree):
        """
        By a verb, or where it is resumed; what was said stays.
        """
        german = tree.begin(language="de").answer("in", "ja")
        english = german.in_language("en")
        resumed = ts.resume(tree, german.to_json(), language="en")

        assert english == resumed
        assert english != german
        assert english.next_step().text == "Change the bulb."
        assert english.next_step().token == german.next_step().token
        assert english.in_language("de") == german
        assert german.in_language(audience="child").options.language == "de"

    def test_a_session_in_ones_own_language_is_saved_as_ever(self, tree):
        """
        Files of before and files of now are alike.
        """
        options = json.loads(tree.begin(language="en").to_json())["options"]

        assert options == json.loads(tree.begin().to_json())["options"]
        assert not options.keys() & {"language", "audience"}

    def test_replayed_it_is_the_same(self, tree):
        """
        Event by event, in its language.
        """
        session = tree.begin(language="de").answer("in", "ja")

        assert ts.replay(tree, session.to_json()) == session


class TestDocuments:
    """
    A document is in the language asked for, or in that of the session.
    """

    def test_a_session_is_told_in_any_language(self, tree):
        """
        Texts and all, since they are looked up when it is told.
        """
        session = tree.begin(language="de").answer("in", "nein")

        assert "| Steckt der Stecker? | Nein |" in ts.render(session, "markdown")
        assert "question: Is the plug in?\nanswer: No" in ts.render(
            session, language="en"
        )

    def test_what_was_handed_over_stays_as_it_was_said(self, tree):
        """
        Its fixed words alone are of the language asked for.
        """
        handed = tree.begin(language="de").answer("in", "nein").hand_off()
        page = ts.render(handed, "markdown", language="en")

        assert ts.render(handed, "markdown").startswith("# Übergabe: Eine Lampe")
        assert page.startswith("# Hand-off: Eine Lampe")
        with pytest.raises(ts.ArgumentError, match="said for its audience"):
            ts.render(handed, audience="child")

    def test_a_runbook_in_another_language(self, tree):
        """
        Texts of the tree and fixed words; own words change one of them.
        """
        page = ts.render(tree, "markdown", language="de")

        assert "Eine Lampe bleibt dunkel" in page
        assert "Nicht übersetzt: It may be hot." in page
        assert "Is it in?" in ts.render(tree, "markdown", audience="child")
        assert ts.render(tree, "markdown", language="en") == ts.render(tree, "markdown")
