"""
What the exceptions carry, wherever they are sent.
"""

from __future__ import annotations

import copy
import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from operator import methodcaller

import pytest
from session.trees import tree

import troubleshoot as ts

PROBLEM = ts.Problem(code="x", message="m", file="f", line=1, column=2)
ERRORS = [
    ts.AnswerError("no", question="q", said=3, answers=[("a", "A")], customer="No."),
    ts.ArgumentError("no", argument="goal", suggestions=["repair"]),
    ts.ArgumentTypeError("no", argument="facts"),
    ts.JournalError("no", before="{}"),
    ts.OtherTree("no"),
    ts.PlanError("no"),
    ts.RenderError("no"),
    ts.SessionError("no"),
    ts.StaleStep("no", question="q", customer="No."),
    ts.TreeError([PROBLEM]),
    ts.TroubleshootError("no"),
    ts.UnknownName("cause", "bulp", ["bulb"]),
]
PRIVATE = """
causes: {a: {title: A}, b: {title: B}}
questions:
  q:
    ask: How much is owed?
    unit: EUR
    private: true
    answers: {little: "< 1000", much: ">= 1000"}
    given: {a: little, b: much}
"""


HUGE = 10**400  # more than a float can hold


def test_every_exception_is_tried_here():
    """
    The list above has each public exception.
    """
    public = {
        name
        for name in ts.__all__
        if isinstance(found := getattr(ts, name), type)
        and issubclass(found, BaseException)
    }

    assert {type(each).__name__ for each in ERRORS} == public


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize(
    "sent",
    [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301
    ids=["copy", "deepcopy", "pickle"],
)
def test_exceptions_survive(error, sent):
    """
    An exception keeps its class, its text and its data when it is sent.
    """
    after = sent(error)

    assert type(after) is type(error)
    assert (str(after), after.args) == (str(error), error.args)
    assert vars(after) == vars(error)


def test_a_misspelt_id_leaves_a_pool_alive():
    """
    A worker raises what the library raised, and the pool goes on.
    """
    known = ts.load("home/no-internet")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(ts.UnknownName) as caught:
            pool.submit(methodcaller("question", "lihgts"), known).result()
        assert caught.value.suggestions == ("lights",)
        assert pool.submit(methodcaller("question", "lights"), known).result()


def test_a_refused_answer_carries_all_that_a_host_needs():
    """
    Question, what was said, answers with texts, suggestions, and two sentences.
    """
    with pytest.raises(ts.AnswerError) as caught:
        tree().begin().answer("others", "yess")
    error = caught.value

    assert (error.question, error.said, error.suggestions) == (
        "others",
        "yess",
        ("yes",),
    )
    assert error.answers == (("yes", "Yes"), ("no", "No"))
    assert "'others'" in str(error)
    assert "others" not in error.customer
    assert "Yes; No; I don't know" in error.customer


@pytest.mark.parametrize("said", ["4711 EUR.", "4.711", 4711j, -4711.5, "4711 Dollar"])
def test_what_is_private_stands_in_no_message(said):
    """
    Neither sentence of a refusal has what was said to a private question.
    """
    body = PRIVATE.replace("< 1000", "1..2").replace(">= 1000", "3..4")
    with pytest.raises(ts.AnswerError) as caught:
        tree(body).begin().answer("q", said)
    error = caught.value

    assert error.said is None
    assert "711" not in f"{error} {error.customer} {error!r} {vars(error)}"


@pytest.mark.parametrize("said", ["1.000", "12.500 EUR", "1,000"])
def test_a_number_of_two_readings_is_asked_for_again(said):
    """
    Both readings are named, in both sentences.
    """
    body = PRIVATE.replace("    private: true\n", "")
    with pytest.raises(ts.AnswerError, match="in two ways") as caught:
        tree(body).begin().answer("q", said)

    assert "000" in str(caught.value) or "12500" in str(caught.value)
    assert "two ways" in caught.value.customer


@pytest.mark.parametrize(
    ("call", "builtin"),
    [
        (lambda: ts.load("home/no-internet").begin(strategy="x"), ValueError),
        (lambda: ts.plan(tree(), "mend"), ValueError),
        (lambda: ts.plan(tree(), seconds=-1), ValueError),
        (lambda: ts.plan(tree(), nodes="many"), TypeError),
        (lambda: ts.render(tree(), "docx"), ValueError),
        (lambda: ts.render(tree().begin(), "pdf"), ValueError),
        (lambda: ts.render(tree(), language="tlh"), ValueError),
        (lambda: ts.render(3), TypeError),
        (lambda: tree().begin(["others"]), TypeError),
        (lambda: tree().begin(clock=3), TypeError),
        (lambda: tree().begin(clock=lambda: 3), TypeError),
        (lambda: tree().begin(probes={"others": 3}), TypeError),
        (lambda: tree().begin(probe_seconds=0), ValueError),
        (lambda: tree().begin(probe_seconds="1"), TypeError),
        (lambda: tree().begin(by=""), ValueError),
        (lambda: tree().begin(by=3), TypeError),
        (lambda: tree().begin(has=b"x"), TypeError),
        (lambda: ts.begin("home/no-internet"), TypeError),
        (lambda: tree().cause(3), TypeError),
        (lambda: tree().begin().note(b"x"), TypeError),
        (lambda: tree().begin().why(3), TypeError),
        (lambda: ts.resume(tree(), b"{}"), ValueError),
        (lambda: ts.Journal(3), TypeError),
        (lambda: ts.Journal("\ud800"), OSError),
        (lambda: ts.Journal(os.devnull + "/x"), OSError),
        (lambda: ts.Registry(3), TypeError),
        (lambda: ts.Registry("no such folder"), ValueError),
        (lambda: ts.Registry("x" * 5_000), ValueError),
        (lambda: ts.Registry().load(None), TypeError),
        (lambda: ts.Registry().load([]), TypeError),
        (lambda: ts.duration(HUGE), ValueError),
        (lambda: ts.plan(tree(), seconds=HUGE), ValueError),
        (lambda: ts.plan(tree(), nodes=-HUGE), ValueError),
        (lambda: tree().begin(probe_seconds=HUGE), ValueError),
        (lambda: tree().begin().probe(up_to=-HUGE), ValueError),
    ],
)
def test_every_deliberate_error_is_ours_and_of_its_kind(call, builtin):
    """
    Whoever catches ``TroubleshootError`` or the built-in kind catches it.
    """
    with pytest.raises(ts.TroubleshootError) as caught:
        call()

    assert isinstance(caught.value, builtin)
    assert "<class" not in str(caught.value)


ROLES = """
causes: {a: {title: A, actions: [x]}, b: {title: B}}
questions: {q: {ask: Is it?, by: engineer, needs: ladder, given: {a: yes, b: no}}}
actions: {x: {do: Mend it.}}
"""


@pytest.mark.parametrize("by", ["wizard", "enginer", ["engineer", "wizard"]])
def test_unknown_roles_are_refused(by):
    """
    Where steps are for somebody, who takes them must be named as there.
    """
    with pytest.raises(ts.UnknownName, match="no role"):
        tree(ROLES).begin(by=by)

    for known in ("engineer", "customer", "agent", (), None):
        assert tree(ROLES).begin(by=known).next_step()


def test_slips_for_things_are_refused():
    """
    A slip for a thing is refused with the thing; what no step needs is no slip.
    """
    with pytest.raises(ts.UnknownName) as caught:
        tree(ROLES).begin(has=["ladderr"])

    assert caught.value.suggestions == ("ladder",)
    assert tree(ROLES).begin(has=["ladder", "voltmeter"]).next_step()


def test_a_saved_session_goes_on_without_the_roles_of_its_tree():
    """
    An edit that takes roles out of the tree does not refuse the session.
    """
    text = tree(ROLES).begin(by="engineer", has="ladder").to_json()
    edited = tree(ROLES.replace("engineer", "technician").replace("ladder", "ladders"))

    for verb in (ts.resume, ts.replay):
        assert verb(edited, text).options.by == ("engineer",)


@pytest.mark.parametrize("said", ["no", "yes", None, 0, 1, 1.0, "", [], b"fixed"])
def test_no_verb_coerces(said):
    """
    What does not say whether an action worked is refused, and nothing is recorded.
    """
    session = tree().begin()
    with pytest.raises(ts.AnswerError, match="possible are fixed, failed"):
        session.tried("put-in", fixed=said)

    assert len(session.events) == 1


@pytest.mark.parametrize("said", [True, "fixed", " Fixed "])
def test_tried_takes_the_words_that_change_takes(said):
    """
    True or "fixed": the action worked.
    """
    assert tree().begin().tried("put-in", fixed=said).next_step().kind == "fixed"


def test_a_question_of_the_tree_is_taken_by_its_id():
    """
    Questions and actions of the tree name steps as those of a session do.
    """
    made = tree()
    session = made.begin().answer(made.question("others"), "no")
    session = session.tried(made.action("put-in"), fixed=False)
    session = session.change(made.question("others"), "yes").dont_know(
        made.question("plugged")
    )

    assert [each[0] for each in session.evidence] == ["others", "put-in"]
    with pytest.raises(ts.AnswerError, match="is an action"):
        session.answer(made.action("put-in"), "yes")


@pytest.mark.parametrize(
    ("verb", "step", "said"),
    [
        ("answer", "put-in", "yes"),
        ("change", "others", "yes"),
        ("change", "put-in", True),
        ("answer", "others", "perhaps"),
        ("change", "plugged", "perhaps"),
        ("dont_know", "put-in", None),
    ],
)
def test_an_answer_that_is_refused_names_its_step(verb, step, said):
    """
    Whatever is refused of a step that the tree has, the error carries its id.
    """
    session = tree().begin({"plugged": "yes"})

    with pytest.raises(ts.AnswerError) as caught:
        getattr(session, verb)(step, *([said] if said is not None else []))
    assert caught.value.question == step


def test_not_now_suggests_actions_too():
    """
    A misspelt action that is put off is found among questions and actions.
    """
    with pytest.raises(ts.UnknownName) as caught:
        tree().begin().not_now("put-on")
    assert caught.value.suggestions == ("put-in",)


def test_a_role_that_nobody_has_names_those_there_are():
    """
    Where nothing is near, the message says what to write instead.
    """
    body = "causes: {a: {title: A, actions: [x]}}\n"
    body += "actions: {x: {do: Mend it., by: engineer}}\n"

    with pytest.raises(ts.UnknownName, match="there are agent, customer, engineer"):
        tree(body).begin(by="wizard")


@pytest.mark.parametrize("to", ["text", "markdown", "html", "json"])
def test_an_unknown_language_is_refused_in_every_format(to):
    """
    No format takes a language that there is not, whether or not it has fixed words.
    """
    session = tree().begin()

    for value in (session, session.record(), session.hand_off()):
        with pytest.raises(ts.ArgumentError, match="no words for 'xx'") as caught:
            ts.render(value, to=to, language="xx")
        assert caught.value.argument == "language"


def test_a_registry_is_of_a_folder_that_is_there(tmp_path):
    """
    A folder that is not there is no registry without trees.
    """
    with pytest.raises(ts.ArgumentError, match="there is no folder"):
        ts.Registry(tmp_path / "lamps")
    assert ts.Registry(tmp_path).names == ()


def test_an_empty_journal_refuses_what_a_kept_one_does(tmp_path):
    """
    A probe of no question is refused before the first move, not after it.
    """
    with ts.Journal(tmp_path / "case.journal") as journal:
        with pytest.raises(ts.UnknownName):
            journal.resume(tree(), probes={"pluged": len})
        assert journal.resume(tree()) is None
