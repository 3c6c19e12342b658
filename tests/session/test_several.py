"""
Questions that take any number of answers at once, from the file to the plan.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noisy import optimum_of_noisy
from session.trees import HEAD, tree
from strategies import random_tree, seeds

import troubleshoot as ts
from troubleshoot.catalogue import in_language
from troubleshoot.inference.model import compiled
from troubleshoot.planner.certain import Certain
from troubleshoot.planner.policy import SLIGHT
from troubleshoot.planner.task import Ask, Task
from troubleshoot.session.planning import task as planned
from troubleshoot.session.sets import AnswerSet, branches_in_words, in_words, patterns
from troubleshoot.tree.only_if import Claim
from troubleshoot.tree.tree import Answer, Question

LAMPS = """
unknown: 4%
causes:
  supply: {title: No power, prior: 3, actions: [plug]}
  line: {title: The line is down, prior: 4, actions: [call]}
  board: {title: The board is broken, prior: 2}
  cable: {title: Loose cable, prior: 3}
questions:
  lamps:
    ask: Which lamps are lit?
    several: true
    answers: {power: Power, link: Link, fault: Fault}
    confusable: [[link, fault]]
    given:
      supply: none
      line: [power, fault]
      board: {power: always, fault: often}
      cable: not link
  hum: {ask: Does it hum?, only-if: {lamps: power}, given: {board: yes, line: no}}
actions:
  plug: {do: Plug it in., cost: 1 min}
  call: {do: Call the provider., cost: 20 min, changes: [lamps]}
"""


def lamps(more: str = "") -> ts.Tree:
    """The tree above."""
    return tree(LAMPS + more)


def lamps_of(session: ts.Session) -> object:
    """What was said of the lamps, as it counts."""
    return dict(session.evidence).get("lamps")


# --- numbers ---


def test_what_is_written_is_a_chance_of_each_answer():
    """
    A list says all; a mapping and ``not`` say nothing of the answers they leave out.
    """
    given = lamps().questions["lamps"].given

    assert given["supply"] == (0.02, 0.02, 0.02)
    assert given["line"] == (0.98, 0.02, 0.98)
    assert given["board"] == (1.0, 0.5, 0.65)
    assert given["cable"] == (0.5, 0.02, 0.5)
    assert lamps().questions["lamps"].otherwise == (0.5, 0.5, 0.5)


def test_a_set_by_hand():
    """
    P({power, fault}) is the product over answers; the unknown one is half even.
    """
    model = compiled(lamps())
    row = model.likelihood("lamps", ("power", "fault"))

    listed = [0.02 * 0.98 * 0.02, 0.98**3, 1 * 0.5 * 0.65, 0.5 * 0.98 * 0.5]
    mean = np.array([3, 4, 2, 3]) / 12 @ listed
    assert row == pytest.approx([*listed, mean / 2 + 1 / 16], abs=1e-15)
    # One answer alone is all the sets that it is in.
    power = [0.02, 0.98, 1.0, 0.5]
    mean = np.array([3, 4, 2, 3]) / 12 @ power
    assert model.likelihood("lamps", "power") == pytest.approx(
        [*power, mean / 2 + 0.25]
    )


def test_answers_that_no_cause_tells_apart_tell_nothing_together():
    """
    The gain of a question with a mute answer is that of the question without it.
    """
    given = {"a": (0.9, 0.3), "b": (0.2, 0.3)}
    body = "unknown: 0%\ncauses: {a: {}, b: {}}\nquestions:\n  q:\n    ask: Q?\n"
    both = tree(
        f"{body}    several: true\n    answers: {{x: X, y: Y}}\n    given:\n"
        + "".join(
            f"      {c}: {{x: {p[0]:.0%}, y: {p[1]:.0%}}}\n" for c, p in given.items()
        )
    )
    alone = tree(
        f"{body}    given: {{a: {{yes: 90%, no: 10%}}, b: {{yes: 20%, no: 80%}}}}\n"
    )

    gains = [ts.begin(each).question("q").gain_bits for each in (both, alone)]

    assert gains[0] == pytest.approx(gains[1], abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_plans_are_those_of_all_sets(seed):
    """
    The best plan takes what the best one takes that tells all sets apart.
    """
    rng = np.random.default_rng(seed)
    drawn = random_tree(
        rng, causes=int(rng.integers(2, 4)), questions=2, actions=1, several=0.8
    )
    prior, classes = oracle.prior(drawn), oracle.remedy_classes(drawn)
    names = list(dict.fromkeys(classes.values()))
    asks = tuple(
        Ask(
            question.cost,
            np.array(
                [
                    [*oracle.likelihood(drawn, question.id, each).values()]
                    for each in oracle.outcomes(drawn, question.id)
                ]
            ),
        )
        for question in drawn.questions.values()
    )
    task = Task(
        np.array([*prior.values()]),
        np.array([names.index(classes[each]) for each in prior]),
        asks,
        confidence=drawn.confidence,
        slight=SLIGHT,
    )

    made = ts.plan(drawn, nodes=10_000)

    if Certain.of(planned(ts.begin(drawn).analysis).task):
        # Where no set is common to two causes, a plan ends with the only one left.
        task = replace(task, confidence=1.0)
    assert made.optimal
    assert made.expected_cost == pytest.approx(optimum_of_noisy(task), abs=1e-9)
    assert ts.Plan.from_json(made.to_json()) == made


@settings(deadline=None, max_examples=40)
@given(seeds, st.data())
def test_every_answer_leads_along_one_edge(seed, data):
    """
    The branches of a plan take every set that can be said once, and their chances
    are those of the sets.
    """
    rng = np.random.default_rng(seed)
    drawn = random_tree(rng, causes=3, questions=2, actions=1, several=1.0)
    node = data.draw(st.sampled_from(ts.plan(drawn).nodes))
    if node.kind != "question" or node.id != "1":
        return
    prior = oracle.prior(drawn)
    chances: dict[str, float] = {}
    for each in oracle.outcomes(drawn, node.step):
        row = oracle.likelihood(drawn, node.step, each)
        chance = sum(prior[x] * row[x] for x in prior)
        edges = [edge.text for edge in node.edges if each in edge]
        assert len(edges) == 1 or not chance
        for text in edges:
            chances[text] = chances.get(text, 0.0) + chance

    told = {edge.text: edge.probability for edge in node.edges}
    assert told == pytest.approx(chances, abs=1e-8)


@given(st.integers(2, 4), st.data())
def test_patterns_stand_for_these_sets_and_no_other(size, data):
    """
    Whatever sets lead the same way, the patterns match them alone, none to spare.
    """
    ids = tuple(f"a{i}" for i in range(size))
    question = Question(
        id="q",
        ask="Q?",
        answers=tuple(Answer(id=each, text=each) for each in ids),
        several=True,
    )
    chosen = data.draw(st.sets(st.sampled_from(question.outcomes)))

    found = patterns(question, chosen)

    def matched(some):
        return {x for x in question.outcomes if any(x in each for each in some)}

    assert matched(found) == chosen
    assert all(matched({*found} - {each}) != chosen for each in found)


def test_patterns_in_words():
    """
    A branch is said as people say it, the one with the most to say as the rest.
    """
    question = lamps().questions["lamps"]
    power = AnswerSet(among=("power",))
    dark = AnswerSet(not_among=("power", "link", "fault"))
    link = AnswerSet(among=("link",), not_among=("power",))

    words = in_language()

    assert in_words(question, [power], words) == "Power, whatever else"
    assert in_words(question, [dark], words) == "None of these"
    assert in_words(question, [link], words) == "Link, not Power, whatever else"
    assert in_words(question, [AnswerSet()], words) == "Anything"
    assert (
        in_words(question, [dark, power], words)
        == "None of these; or Power, whatever else"
    )
    assert in_words(question, [power, dark], in_language("de")) == (
        "Power, egal was sonst; oder Keine davon"
    )
    assert branches_in_words(question, [[dark], [power, link, link]], words) == [
        "None of these",
        "Anything else",
    ]


# --- sessions ---


@pytest.mark.parametrize(
    "said",
    [
        ["fault", "power"],
        ("power", "fault"),
        {"power", "fault"},
        frozenset({"Power", "fault"}),
        (each for each in ["POWER", "Fault"]),
        {"power": 1, "fault": 2}.keys(),
        ["power", "power", "fault"],
    ],
)
def test_any_number_of_answers_in_any_order(said):
    """
    What gives ids or texts one after the other is a set of them, in the file's order.
    """
    session = ts.begin(lamps()).answer("lamps", said)

    assert lamps_of(session) == ("power", "fault")


@pytest.mark.parametrize("said", [[], (), set(), "none", "None of these", iter("")])
def test_none_of_them(said):
    """
    That no answer holds can be said in any of these ways.
    """
    assert lamps_of(ts.begin(lamps()).answer("lamps", said)) == ()


def test_one_alone_is_a_list_of_one():
    """
    An id, a text and a choice of the step stand for themselves and no other.
    """
    session = ts.begin(lamps())
    step = session.question("lamps")
    told = [session.answer(step, said) for said in ("power", "Power", step.answers[0])]

    assert [lamps_of(each) for each in told] == [("power",)] * 3
    both = session.answer(step, [step.answers[0], step.answers[2]])
    assert lamps_of(both) == ("power", "fault")


@pytest.mark.parametrize(
    "said",
    [
        "power,fault",
        ["power", "lnik"],
        ["power", "dont-know"],
        ["none"],
        ["power", True],
        [["power"]],
        {"power": True},
        b"power",
        True,
        3,
        None,
    ],
)
def test_what_is_no_list_of_answers_is_refused(said):
    """
    Nothing is coerced: no text with commas, no truth value, no reply among answers.
    """
    with pytest.raises(ts.AnswerError) as caught:
        ts.begin(lamps()).answer("lamps", said)

    assert "any number of these in a list" in str(caught.value)
    assert "None of these" in caught.value.customer


def test_replies_are_no_answer():
    """
    "Don't know" and "not now" are said as to any question.
    """
    session = ts.begin(lamps())

    for said in (ts.DONT_KNOW, "dont-know", ts.NOT_NOW, "Not now"):
        assert lamps_of(session.answer("lamps", said)) is None
    assert session.dont_know("lamps").belief == session.belief


def test_a_step_offers_each_answer_by_itself():
    """
    The step says that it takes several, and how likely each is to be among them.
    """
    step = ts.begin(lamps()).next_step()
    shape = step.to_dict()

    assert step.several
    assert shape["several"]
    assert shape["options"] == shape["answers"]
    p = np.array([3, 4, 2, 3]) / 12 * 0.96
    power = p @ [0.02, 0.98, 1.0, 0.5]
    unknown = 0.04 * (power / 0.96 / 2 + 0.25)
    assert shape["options"][0] == {
        "id": "power",
        "text": "Power",
        "probability": pytest.approx(power + unknown),
        "rules_out": ["supply"],
    }
    assert ts.begin(lamps()).question("hum").to_dict()["options"] == []


def test_schemas_take_what_the_session_takes():
    """
    The JSON Schemas of step and facts take lists, none, single ids and replies.
    """
    import jsonschema  # noqa: PLC0415 - of the tests alone

    step = ts.begin(lamps()).next_step()
    facts = lamps().facts_schema()

    for said in ([], ["power"], ["fault", "power"], "none", "link", "dont-know"):
        jsonschema.validate(said, step.schema())
        jsonschema.validate({"lamps": said}, facts)
    for said in (["lnik"], ["power", "power"], "power,link", True, {"power": True}):
        for schema, value in ((step.schema(), said), (facts, {"lamps": said})):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(value, schema)


def test_reply_change_undo_and_redo():
    """
    A set is replied, changed, taken back and given again as any answer is.
    """
    session = ts.begin(lamps())
    one = session.reply(session.next_step().token, ["power"])
    two = one.change("lamps", ["fault", "power"])

    assert lamps_of(two) == ("power", "fault")
    assert two.change("lamps", ("power", "fault")) is two
    assert lamps_of(two.undo()) == ("power",)
    assert two.undo().redo() == two
    assert lamps_of(two.change("lamps", [])) == ()


def test_a_condition_holds_if_the_answer_is_among_them():
    """
    ``only-if: {lamps: power}`` opens for any set with power in it, and only those.
    """
    session = ts.begin(lamps())

    opened = session.answer("lamps", ["power", "link"]).answer("hum", "yes")
    closed = opened.change("lamps", ["link"])

    assert [each.step for each in closed.set_aside] == ["hum"]
    assert "is “Power”" in closed.set_aside[0].reason
    assert "“Link, not Power or Fault”" in closed.set_aside[0].reason
    for wanted, said, met in (
        ("none", (), True),
        ("none", ("power",), False),
        ("not link", ("power",), True),
        ("not link", ("power", "link"), False),
        ("not none", (), False),
    ):
        assert Claim("question", "lamps", (wanted,)).admits(said) == met


def test_saved_and_resumed():
    """
    Events, texts and facts hold a list of ids; what is read back is the same session.
    """
    session = ts.begin(lamps(), {"lamps": {"fault", "power"}})
    saved = json.loads(session.to_json())

    assert saved["events"][1]["answer"] == ["power", "fault"]
    assert saved["texts"]["questions"]["lamps"]["several"]
    again = ts.resume(lamps(), session.to_json())
    assert again.events == session.events
    assert not again.carried
    assert ts.replay(lamps(), session.to_json()).events == session.events
    assert session.to_dict()["evidence"] == [
        {"step": "lamps", "answer": ["power", "fault"]}
    ]


EDITS = {
    "dropped": ("power: Power, ", "", "no longer has this answer"),
    "meaning changed": ("fault: Fault", "fault: Fault, wifi: Wi-Fi", "of “Wi-Fi”"),
    "answers changed": ("link: Link, ", "", "no longer be answered “Link”"),
    "reworded": ("Power,", "Mains,", "reads “Mains” now"),
}


@pytest.mark.parametrize(("kind", "edit"), EDITS.items())
def test_an_edited_tree_says_what_became_of_the_answers(kind, edit):
    """
    An answer that is gone, or one of which nothing was said, is told of; a set that
    still says all counts on.
    """
    text = ts.begin(lamps(), {"lamps": ["power", "fault"]}).to_json()
    old, new, why = edit
    edited = LAMPS.replace(old, new, 1)
    if kind in ("dropped", "answers changed"):
        gone = "power" if kind == "dropped" else "link"
        edited = (
            edited.replace(f"{gone}: always, ", "")
            .replace(
                "[power, fault]", "[fault]" if gone == "power" else "[power, fault]"
            )
            .replace("not link", "none")
            .replace("lamps: power", "lamps: fault")
            .replace("confusable: [[link, fault]]", "")
        )

    after = ts.resume(tree(edited), text)

    items = [each for each in after.carried if each.id == "lamps"]
    assert [each.kind for each in items] == [kind]
    assert why in items[0].why
    assert (lamps_of(after) is None) == (kind in ("dropped", "meaning changed"))


def test_one_answer_and_several_are_not_taken_for_each_other():
    """
    What was said to a question that took one answer is left out once it takes several.
    """
    one = LAMPS.replace("several: true", "why: So.").replace("none", "power")
    one = one.replace("[power, fault]", "fault").replace(
        "{power: always, fault: often}", "power"
    )
    before = ts.begin(tree(one), {"lamps": "power"})
    after = ts.begin(lamps(), {"lamps": ["power"]})

    for known, text in ((lamps(), before.to_json()), (tree(one), after.to_json())):
        items = ts.resume(known, text).carried
        assert [each.kind for each in items if each.id == "lamps"] == [
            "meaning changed"
        ]


def test_texts_say_what_holds_and_what_does_not():
    """
    Ledger, transcript, hand-off and doubts say the set in words.
    """
    session = ts.begin(lamps()).answer("lamps", ["power", "fault"])
    told = "Power and Fault, not Link"

    assert told in session.ledger.entries[0].text
    assert f"answer: {told}" in session.transcript()
    assert told in session.explain() + session.why("supply")
    assert told in session.hand_off().to_json()
    assert "answer: None of these" in session.change("lamps", []).transcript()


def test_confusable_answers_are_named_one_by_one():
    """
    A lamp that is lit may be taken for one beside it that is not.
    """
    question = lamps().questions["lamps"]

    assert [each.id for each in question.taken_for(("power", "fault"))] == ["link"]
    assert question.taken_for(("link", "fault")) == ()
    assert question.taken_for(("power",)) == ()
    contradiction = LAMPS.replace("unknown: 4%", "unknown: 0%").replace(
        "cable: not link", "cable: {link: always}"
    )
    session = ts.begin(tree(contradiction.replace("hum: {", "hum: {cost: 0.1, ")))
    doubt = session.answer("lamps", ["fault"]).answer("hum", "yes").surprise()
    if doubt is not None and "lamps" in {each.step for each in doubt.suspects}:
        assert "“Fault” is easily taken for “Link”" in doubt.text


def test_private_answers_stay_private():
    """
    A set is masked like any answer, and no error shows what was said.
    """
    secret = tree(LAMPS.replace("several: true", "several: true\n    private: true"))
    session = ts.begin(secret).answer("lamps", ["power", "fault"])

    assert session.to_dict()["evidence"][0]["answer"] == "(private)"
    assert "Fault" not in session.transcript() + session.hand_off().to_json()
    with pytest.raises(ts.AnswerError) as caught:
        session.answer("lamps", ["power", "secret"])
    assert "secret" not in str(caught.value)
    assert caught.value.said is None


def test_probes_give_what_holds():
    """
    Code answers with anything that can be gone through.
    """
    for said in (["power"], {"power"}, (each for each in ("power",)), "power"):
        session = ts.begin(
            lamps(), probes={"lamps": lambda *_, said=said: said}
        ).probe()
        assert lamps_of(session) == ("power",)


def test_an_action_makes_it_stale():
    """
    What an action changes is asked again, and says what was said before.
    """
    session = ts.begin(lamps()).answer("lamps", ["power", "fault"])
    after = session.tried("call", fixed=False)

    assert lamps_of(after) is None
    again = after.question("lamps").again
    assert "You said: Power and Fault, not Link." in again


def test_plans_begin_with_and_follow_sets():
    """
    A plan takes facts and answers that are sets, and a session goes along it.
    """
    made = ts.plan(lamps(), facts={"hum": "no"})
    known = ts.plan(lamps(), facts={"lamps": ["power", "fault"]})
    session = ts.begin(lamps(), strategy="plan")

    assert known.given.facts == (("lamps", ("power", "fault")),)
    assert ts.Plan.from_json(known.to_json()) == known
    first = made.path({"lamps": ["fault", "power"]})
    assert first == made.path({"lamps": ("power", "fault")})
    assert made.path({"lamps": "none"})[0].kind == "question"
    with pytest.raises(ts.AnswerError):
        made.path({"lamps": ["lnik"]})
    step = session.answer("lamps", ["power"]).next_step()
    assert "left" not in step.reason


def test_tests_of_a_tree_answer_with_sets(tmp_path):
    """
    ``tests:`` take none, one answer or a list.
    """
    more = """
tests:
  dark: {answers: {lamps: none}, finds: supply}
  red: {answers: {lamps: [fault, power], hum: no}, finds: line}
  lit: {answers: {lamps: power}, finds: line}
"""
    file = tmp_path / "lamps.yaml"
    file.write_text(HEAD + LAMPS + more)

    found = ts.problems(file)

    assert [each.code for each in found] == ["failing-test"]
    assert "'lit'" in found[0].message
    assert "'lamps: [power]'" in (found[0].fix or "")


def test_every_page_says_the_sets_and_has_boxes_to_tick():
    """
    A step of a sheet has a box per answer, and a row for all sets that lead one way.
    """
    for to in ("markdown", "html", "text"):
        page = " ".join(ts.render(lamps(), to).split())
        assert "☐ Power ☐ Link ☐ Fault" in page
        assert "Power and Fault, not Link" in page
        assert "None of these" in page
    for to in ("mermaid", "dot", "svg"):
        assert "None of these" in " ".join(ts.render(lamps(), to).split())
