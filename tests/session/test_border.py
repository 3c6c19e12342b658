"""What a session says to the tools around it."""

from __future__ import annotations

import json

import pytest
from session.trees import ids, tree

import troubleshoot as ts
from troubleshoot.session.rules import view

TWENTY = "causes:\n" + "".join(
    f"  c{i}: {{title: Cause {i}, actions: [a{i}]}}\n" for i in range(20)
)
TWENTY += "actions:\n" + "".join(
    f"  a{i}: {{do: Remedy {i}. Then wait.}}\n" for i in range(20)
)


class TestNamed:
    def test_whatever_a_step_names_has_a_title(self):
        """
        Causes and actions of endings, causes of actions and of answers have titles.
        """
        session = tree().begin()
        question, action = session.question("others"), session.action("put-in")
        end = session.give_up().next_step()

        titles = {each.id: each.title for each in session.tree.root_causes}
        named = [*end.causes, *action.causes]
        named += [cause for each in question.answers for cause in each.rules_out]
        assert len(named) > 3
        assert all(each.title == titles[each.id] for each in named)
        assert all(
            x.belief == session.belief[x.id] for x in (*end.causes, *action.causes)
        )

    def test_equal_trees_of_another_order_name_their_own_causes(self):
        """
        What an answer rules out is named by its own tree, whose equal lists causes
        otherwise.
        """
        causes = ["a: {title: A}", "b: {title: B}", "c: {title: C}"]
        body = "questions: {q: {ask: Is it?, given: {a: always yes, b: always no"
        one, other = (
            tree(f"causes: {{{', '.join(each)}}}\n{body}, c: always no}}}}}}\n")
            for each in (causes, causes[::-1])
        )
        assert one == other

        for each in (one, other):
            yes = each.begin().question("q").answers[0]
            assert {x.id for x in yes.rules_out} == {"b", "c"}

    def test_the_title_of_an_action_is_short(self):
        """
        An action is named by the first sentence of what to do.
        """
        step = tree(TWENTY).begin().action("a3")

        assert (step.title, step.text) == ("Remedy 3", "Remedy 3. Then wait.")


class TestGivenUp:
    def test_at_once_nothing_is_proposed(self):
        """
        Where no cause is likely yet, whoever gives up is told to do nothing.
        """
        end = tree(TWENTY).begin().give_up().next_step()

        assert len(end.causes) == 20
        assert end.actions == ()

    @pytest.mark.parametrize("name", ["home/no-internet", "workshop/3d-print-fails"])
    def test_remedies_are_of_likely_causes(self, name):
        """
        Each remedy is of a cause with a tenth of the belief, and can be undone.
        """
        session = ts.load(name).begin()
        end = session.give_up().next_step()

        for each in end.actions:
            fixes = session.tree.actions[each.id].fixes
            assert max(session.belief[cause] for cause in fixes) >= 0.1
            assert session.tree.actions[each.id].risk != "irreversible"
        assert len(end.actions) <= 5

    def test_a_likely_irreversible_remedy_is_named(self):
        """
        What cannot be undone is named once it is as likely to help as not.
        """
        body = "unknown: 10%\ncauses: {a: {title: A, actions: [x]}}\n"
        body += "actions: {x: {do: Wipe it., risk: irreversible}}\n"
        end = tree(body).begin().give_up().next_step()

        assert ids(end.actions) == ("x",)


class TestDictionaries:
    @pytest.mark.parametrize("moves", [0, 1, 2])
    def test_a_session_as_a_dictionary_is_json(self, moves):
        """
        ``to_dict`` survives JSON, and its step is that of the next step.
        """
        begun = tree().begin()
        answered = begun.answer("others", "yes")
        session = [begun, answered, answered.tried("put-in", fixed=False)][moves]
        found = session.to_dict()

        assert json.loads(json.dumps(found)) == found
        assert found["step"] == session.next_step().to_dict()
        assert session.give_up().to_dict()["step"]["kind"] == "ending"

    def test_a_private_question_says_so(self):
        """
        A step says whether its answer is nobody else's business, also in JSON.
        """
        body = "causes: {a: {title: A}, b: {title: B}}\nquestions:\n"
        body += "  q: {ask: Is it?, private: true, given: {a: yes, b: no}}\n"
        step = tree(body).begin().next_step()

        assert step.private
        assert step.to_dict()["private"]
        assert not tree().begin().next_step().private


class TestRepr:
    def test_values_are_one_short_line_without_answers(self):
        """
        Whatever an error tracker prints of a session, no answer stands in it.
        """
        body = "causes: {a: {title: A, actions: [x]}, b: {title: B}}\nquestions:\n"
        body += "  q: {ask: Is it?, private: true, answers: {hiv: Yes., none: No.},"
        body += " given: {a: hiv, b: none}}\nactions: {x: {do: Mend it.}}\n"
        made = tree(body)
        session = made.begin().answer(made.begin().next_step(), "hiv")
        analysis = session.analysis
        values = [
            made,
            session,
            session.record(),
            session.hand_off(),
            ts.plan(made),
            view(analysis),
            analysis,
            analysis.belief,
            analysis.state,
        ]

        shown = [repr(each) for each in values]
        assert shown[:2] == ["Tree('lamp', 'A lamp')", "Session('lamp', 1 move)"]
        assert all("hiv" not in x and "\n" not in x and len(x) < 100 for x in shown)

    def test_nothing_that_a_session_hands_out_shows_a_private_answer(self):
        """
        Log, ledger, statuses, what is set aside and what does not fit: no repr tells
        what was said to a private question, nor the words in which it was.
        """
        body = "causes: {a: {title: A, actions: [x]}, b: {title: B}}\nquestions:\n"
        body += "  q: {ask: Is it?, private: true, answers: {hiv: Yes., none: No.},"
        body += " given: {a: always hiv, b: none}}\n"
        body += "  n: {ask: How many?, private: true, unit: x, only-if: {q: hiv},"
        body += " answers: {low: '< 9', high: '>= 9'}, given: {a: low, b: high}}\n"
        body += "  o: {ask: Or?, given: {a: always yes, b: no}}\n"
        body += "actions: {x: {do: Mend it.}}\n"
        begun = tree(body).begin({"q": "hiv"})
        said = begun.answer("n", 777.25, quote="I said hiv").answer("o", "no")
        sessions = [said, said.change("q", "none"), said.note("hiv").undo()]

        shown = [
            repr(value)
            for each in sessions
            for value in (
                each.events,
                each.undone,
                each.ledger,
                each.ledger.entries,
                dict(each.statuses),
                each.set_aside,
                each.surprise(),
                each.carried,
                each.record().moves,
                each.hand_off().doubts,
                each.hand_off().ruled_out,
            )
        ]
        assert not [x for x in shown if "hiv" in x or "777.25" in x or "high" in x]

    def test_repr_computes_nothing(self):
        """
        The line is at hand at once, however large the tree.
        """
        session = tree().begin()
        repr(session)

        assert "_next_step" not in vars(session)
