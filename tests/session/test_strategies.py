"""Strategies: repair, a plan that is followed and left, and a house's own."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import (
    CLASSIC_PRIORS,
    CLASSIC_ROWS,
    classic,
    clock,
    random_trees,
    tree,
)

import troubleshoot as ts
from troubleshoot.cli.options import STRATEGIES as OFFERED
from troubleshoot.session import rules
from troubleshoot.session.options import STRATEGIES, Asking, Doing

LONG = 200  # more steps than any of the drawn trees can take

# Jensen et al. (2001), figure 1: two actions are enough, and no question is left.
SACSO = """
unknown: 0
causes:
  one: {title: One, prior: 20}
  two: {title: Two, prior: 25}
  three: {title: Three, prior: 40}
  four: {title: Four, prior: 15}
actions:
  a1: {do: A1., fixes: {one: always, two: always}}
  a2: {do: A2., fixes: {two: always, three: always}}
  a3: {do: A3., fixes: {three: always, four: always}}
"""
PRICED = """
unknown: 4%
causes:
  a: {title: A, prior: 1, actions: [mend-a]}
  b: {title: B, prior: 1, actions: [mend-b]}
questions:
  look: {ask: Look?, cost: 1, given: {a: yes, b: no}}
actions:
  mend-a: {do: Mend a., cost: 9}
  mend-b: {do: Mend b., cost: 9}
escalate: {to: Us, cost: 60}
"""
TWICE = PRICED.replace(
    "actions:\n",
    "  again: {ask: Look again?, cost: 2, given: {a: yes, b: no}}\nactions:\n",
)
SMOKE = "urgent:\n  smoke: {ask: Is there smoke?, stop: {yes: Go out.}}\n"


class CheapestFirst:
    """The example of the docs."""

    name = "cheapest first"

    def choose(self, view):
        """The cheapest question that tells anything."""
        worth = {q: x for q, x in view.questions.items() if x.gain_bits > 0}
        return min(worth, key=lambda q: worth[q].cost_min, default=None)


class Always:
    """The same step, whatever is on offer."""

    name = "always"

    def __init__(self, step):
        self.step = step

    def choose(self, view):
        """Look at everything, choose one."""
        self.view = view
        return self.step


def names():
    """The names of our strategies, and strategies of houses."""
    return st.sampled_from((*STRATEGIES, CheapestFirst()))


class TestLaws:
    @pytest.mark.slow
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_every_session_ends(self, data):
        """
        Under each strategy every session ends, whatever is replied.
        """
        strategy = data.draw(names())
        session = data.draw(random_trees()).begin(strategy=strategy, clock=clock())
        for _ in range(LONG):
            step = session.next_step()
            if step.is_end:
                break
            assert step.reason
            if step.kind == "action":
                said = data.draw(st.sampled_from((True, False, None)))
                session = (
                    session.not_now(step)
                    if said is None
                    else session.tried(step, fixed=said)
                )
            else:
                ids = [each.id for each in step.answers]
                said = st.sampled_from((*ids, *ids, ts.DONT_KNOW, ts.NOT_NOW))
                session = session.answer(step, data.draw(said))
        assert session.next_step().is_end

    @pytest.mark.parametrize("strategy", STRATEGIES)
    def test_urgent_questions_and_ends_come_first(self, strategy):
        """
        No strategy comes before what is urgent, or goes on after an end.
        """
        session = tree(PRICED + SMOKE).begin(strategy=strategy)

        assert session.next_step().id == "smoke"
        assert session.answer("smoke", "yes").next_step().kind == "stopped"
        going = session.answer("smoke", "no")
        assert going.give_up().next_step().kind == "given up"
        assert going.tried("mend-a", fixed=True).next_step().kind == "fixed"

    @pytest.mark.parametrize("strategy", STRATEGIES)
    def test_saved_sessions_keep_the_name(self, strategy):
        """
        A session goes on under the strategy that it was begun with.
        """
        knowledge = tree(PRICED)
        session = knowledge.begin(strategy=strategy, clock=clock())
        session = session.answer(session.next_step(), "no")

        assert json.loads(session.to_json())["options"]["strategy"] == strategy
        for again in (ts.resume, ts.replay):
            back = again(knowledge, session.to_json())
            assert back == session
            assert back.next_step() == session.next_step()

    def test_the_command_line_offers_all(self):
        """
        The names that the command line knows are ours.
        """
        assert OFFERED == STRATEGIES


class TestRepair:
    def test_sacso(self):
        """
        The best pair of actions comes first, not the most efficient action.
        """
        session = tree(SACSO).begin(strategy="repair")
        first = session.next_step()
        second = session.tried(first, fixed=False).next_step()

        # Jensen et al. (2001): A3, then A1, for an expected cost of 1.45.
        assert (first.id, second.id) == ("a3", "a1")
        assert "1 min 27 s on average" in first.reason  # 1.45 min
        assert "chance of 55 %" in first.reason

    def test_a_question_that_pays(self):
        """
        A cheap question comes before costly actions; its reason has bits and minutes.
        """
        session = tree(PRICED).begin(strategy="repair")
        step = session.next_step()

        assert step.id == "look"
        assert "bits" in step.reason
        assert "cheapest way to a repair" in step.reason
        assert session.answer(step, "no").next_step().id == "mend-b"

    def test_a_question_that_does_not_pay(self):
        """
        A question that costs more than it saves is not asked.
        """
        body = PRICED.replace("ask: Look?, cost: 1", "ask: Look?, cost: 30")

        assert tree(body).begin().next_step().id == "look"
        assert tree(body).begin(strategy="repair").next_step().kind == "action"

    def test_handing_over(self):
        """
        Handing over ends the session where it is cheaper than any step.
        """
        body = PRICED.replace("cost: 60", "cost: 2")
        end = tree(body).begin(strategy="repair").next_step()

        assert end.kind == "narrowed"
        assert end.text.startswith("Handing over is the best")
        # The search has an end, so nothing is said of every step that there is.
        assert end.reason == (
            "No way on was found that is expected to save what it costs."
        )
        assert end.escalate.to == "Us"

    def test_handing_over_the_unknown(self):
        """
        When no listed cause leads, that is how it ends.
        """
        body = PRICED.replace("4%", "30%").replace("cost: 60", "cost: 20")
        session = tree(body).begin(strategy="repair").tried("mend-a", fixed=False)
        session = session.tried("mend-b", fixed=False)

        end = session.next_step()
        assert end.kind == "unknown"

    def test_what_was_put_off_comes_last(self):
        """
        A step that was put off is offered again before handing over.
        """
        session = tree(SACSO).begin(strategy="repair").not_now("a3")
        second = session.next_step()
        session = session.tried(second, fixed=False)

        assert second.id != "a3"
        while (step := session.next_step()).id != "a3":
            session = session.tried(step, fixed=False)
        assert step.kind == "action"

    def test_pastimes(self):
        """
        Without a price of handing over, what hardly ever helps is not proposed.
        """
        body = "causes: {a: {title: A}, b: {title: B}}\nactions:\n"
        body += "  rub: {do: Rub it., fixes: {a: 1%}}\n"

        assert tree(body).begin(strategy="repair").next_step().kind == "narrowed"

    def test_contradictions(self):
        """
        Answers that contradict each other end as unknown.
        """
        facts = {"t1": "yes", "t2": "no", "t3": "no", "t4": "no", "t5": "yes"}
        end = classic().begin(facts, strategy="repair").next_step()

        assert end.kind == "unknown"


class TestPlan:
    def test_classic(self):
        """
        Who follows the plan asks 2.18 questions on average.
        """
        diagnostic, total = classic(), 0.0
        for prior, row in zip(CLASSIC_PRIORS, CLASSIC_ROWS, strict=True):
            session = diagnostic.begin(strategy="plan")
            while not (step := session.next_step()).is_end:
                assert "no plan takes less" in step.reason
                session = session.answer(step, row[int(step.id[1]) - 1] == "1")
            assert step.kind == "found"
            total += prior / 100 * len(session.evidence)

        # Pattipati & Alexandridis (1990).
        assert total == pytest.approx(2.18, abs=1e-12)

    def test_one_plan_for_a_tree(self, monkeypatch):
        """
        The plan is made once for tree, options and facts, and again for others.
        """
        made = []
        plan_of = rules.plan_of
        monkeypatch.setattr(
            rules,
            "plan_of",
            lambda *given, **more: made.append(1) or plan_of(*given, **more),
        )
        diagnostic = classic()
        for _ in range(2):
            session = diagnostic.begin(strategy="plan")
            session.answer(session.next_step(), "no").next_step()
        assert len(made) == 1

        diagnostic.begin({"t1": "no"}, strategy="plan").next_step()
        diagnostic.begin(by="me", strategy="plan").next_step()
        assert len(made) == 3
        for i in range(rules.REMEMBERED):
            diagnostic.begin(by=f"x{i}", strategy="plan").next_step()
        diagnostic.begin(strategy="plan").next_step()
        assert len(made) == 3 + rules.REMEMBERED + 1

    @pytest.mark.parametrize(
        ("leave", "why"),
        [
            (lambda s: s.dont_know("t2"), "has no answer"),
            (lambda s: s.not_now("t2"), "has no answer"),
            (lambda s: s.answer("t5", "no"), "does not foresee “Does test 5 fail?”"),
            (lambda s: s.answer("t1", "yes"), "does not foresee “Does test 1 fail?”"),
        ],
    )
    def test_leaving_is_said(self, leave, why):
        """
        What is not on the plan leaves it for "information", with the reason.
        """
        session = leave(classic().begin(strategy="plan"))
        step = session.next_step()

        assert step.reason.startswith("The plan was left")
        assert why in step.reason
        assert "bits" in step.reason
        other = leave(classic().begin()).next_step()
        assert step.id == other.id

    def test_answers_without_an_edge(self):
        """
        An answer that no cause allows leaves the plan, and the end names it.
        """
        body = (
            "unknown: 0\nconfidence: 100%\n"
            "causes: {a: {title: A}, b: {title: B}, c: {title: C}}\nquestions:\n"
            "  q:\n    ask: Q?\n    answers: {x: X, y: Y, z: Z}\n"
            "    given: {a: always x, b: always y, c: always y}\n"
            "  r: {ask: R?, cost: 2, given: {b: always yes, c: always no}}\n"
        )
        session = tree(body).begin(strategy="plan").answer("q", "z")

        assert session.next_step().kind == "unknown"

    def test_a_changed_fact_begins_another(self):
        """
        A changed fact is followed by the plan that it would have had at first.
        """
        session = classic().begin({"t1": "no"}, strategy="plan").answer("t1", "yes")

        at_first = classic().begin({"t1": "yes"}, strategy="plan").next_step()
        assert session.next_step() == at_first
        assert "next step of a plan" in at_first.reason
        forgotten = classic().begin({"t1": "no"}, strategy="plan").dont_know("t1")
        never_known = classic().begin({"t1": ts.DONT_KNOW}, strategy="plan")
        assert forgotten.next_step() == never_known.next_step()

    def test_a_changed_answer_may_stay_on_it(self):
        """
        Another answer to a question of the plan takes the other way.
        """
        session = classic().begin(strategy="plan")
        first = session.next_step()
        session = session.answer(first, "no").answer(first.id, "yes")

        assert "next step of a plan" in session.next_step().reason

    def test_after_the_end_of_it(self):
        """
        When the plan has come to its end, the other rules go on to the remedy.
        """
        session = tree(PRICED).begin(strategy="plan").answer("look", "yes")
        action = session.next_step()

        assert action.id == "mend-a"
        assert "plan" not in action.reason
        assert "plan" not in session.tried(action, fixed=False).next_step().reason

    def test_urgent_answers_are_part_of_where_it_begins(self):
        """
        An answer to an urgent question does not leave the plan.
        """
        session = tree(PRICED + SMOKE).begin(strategy="plan").answer("smoke", "no")

        assert "next step of a plan" in session.next_step().reason

    def test_a_plan_that_breaks_off(self, monkeypatch):
        """
        Where a plan goes no further, that is said, and the rules go on.
        """
        knowledge = tree("confidence: 99%\n" + PRICED)
        plan = ts.plan(knowledge)
        nodes = [
            {**each, "outcome": "unfinished"} if each["kind"] == "ending" else each
            for each in json.loads(plan.to_json())["plan"]
        ]
        broken = json.dumps({**json.loads(plan.to_json()), "plan": nodes})
        monkeypatch.setattr(
            rules, "plan_of", lambda *_, **__: ts.Plan.from_json(broken)
        )
        session = knowledge.begin(strategy="plan").answer("look", "yes")

        assert "goes no further" in session.next_step().reason

    def test_a_plan_that_has_forgotten(self, monkeypatch):
        """
        A plan that would ask on is left where the session knows enough already.
        """
        careful = ts.plan(tree("confidence: 99.9%\n" + TWICE))
        monkeypatch.setattr(rules, "plan_of", lambda *_, **__: careful)
        session = tree(TWICE).begin(strategy="plan")
        first = session.next_step()

        assert "next step of a plan" in first.reason
        assert session.answer(first, "yes").next_step().id == "mend-a"

    def test_what_might_be_saved(self, monkeypatch):
        """
        The reason of a step says how good the plan is when that is not proven.
        """
        plan = json.loads(ts.plan(tree(PRICED)).to_json())
        changes = {"optimal": False, "gap": 0.25, "finished_cost": 90}
        weak = json.dumps({**plan, **changes})
        monkeypatch.setattr(rules, "plan_of", lambda *_, **__: ts.Plan.from_json(weak))

        reason = tree(PRICED).begin(strategy="plan").next_step().reason
        assert "takes at most 1 h 30 min on average" in reason
        assert "no plan can save more than 25 % of it" in reason


class TestOwn:
    def test_it_chooses(self):
        """
        A house's own strategy chooses the step, and the reason names it.
        """
        body = PRICED.replace(
            "look:", "dear: {ask: D?, cost: 9, given: {a: no}}\n  look:"
        )
        step = tree(body).begin(strategy=CheapestFirst()).next_step()

        assert step.id == "look"
        assert "The strategy 'cheapest first' chose it." in step.reason

    def test_it_may_pass(self):
        """
        None leaves the choice to "information".
        """
        knowledge = tree(PRICED)
        step = knowledge.begin(strategy=Always(None)).next_step()

        assert step == knowledge.begin().next_step()

    def test_it_sees_what_is_on_offer(self):
        """
        The view has the belief, the evidence, and what can be chosen at which price.
        """
        own = Always("mend-a")
        session = tree(PRICED).begin(strategy=own).answer("look", "yes")
        step = session.next_step()

        assert step.id == "mend-a"
        assert isinstance(own.view, ts.View)
        assert dict(own.view.belief) == dict(session.belief)
        assert own.view.evidence == (("look", "yes"),)
        assert dict(own.view.questions) == {}
        assert own.view.actions["mend-a"] == Doing(step.chance, 9.0)
        tree(PRICED).begin(strategy=own).next_step()
        assert own.view.questions["look"] == Asking(pytest.approx(0.79, abs=0.2), 1.0)
        with pytest.raises(TypeError):
            own.view.belief["a"] = 1.0

    def test_it_cannot_choose_what_is_not_on_offer(self):
        """
        A step that is not on offer is refused by name.
        """
        session = tree(PRICED).begin(strategy=Always("dance"))

        with pytest.raises(ts.SessionError, match="'always' chose 'dance'"):
            session.next_step()

    def test_names_are_told_apart(self):
        """
        An own strategy cannot take a name of ours.
        """
        own = Always(None)
        own.name = "plan"

        with pytest.raises(ValueError, match="'plan' belongs"):
            tree().begin(strategy=own)

    def test_saved(self):
        """
        A saved session names it, and goes on where it is brought along.
        """
        knowledge, own = tree(PRICED), CheapestFirst()
        session = knowledge.begin(strategy=own).answer("look", "no")
        text = session.to_json()

        assert ts.resume(knowledge, text, strategy=own) == session
        assert ts.replay(knowledge, text, strategy=own) == session
        with pytest.raises(ts.SessionError, match="'cheapest first', which is none"):
            ts.resume(knowledge, text)
        with pytest.raises(ts.SessionError, match="none of: always"):
            ts.resume(knowledge, text, strategy=Always(None))


def test_repair_of_a_large_tree_goes_by_information(monkeypatch):
    """
    Past a stated size no repair is looked for, and the reason says so.
    """
    plain = tree().begin().next_step()
    monkeypatch.setattr("troubleshoot.session.rules.REPAIR_SIZE", 10)
    monkeypatch.setattr("troubleshoot.session.rules.task", None)

    step = tree().begin(strategy="repair").next_step()

    assert step.id == plain.id
    assert step.reason == (
        f"The tree is too large to look for the cheapest repair. {plain.reason}"
    )


@pytest.mark.parametrize("budget", [math.nan, math.inf, -math.inf, -1])
@pytest.mark.parametrize("argument", ["seconds", "nodes"])
def test_budgets_come_to_an_end(argument, budget):
    """
    A budget that is no number, negative or endless is refused.
    """
    with pytest.raises(ts.TroubleshootError, match=argument):
        ts.plan(tree(), **{argument: budget})
