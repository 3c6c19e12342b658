"""Plans: figures that are true of them, every answer followed, written and read."""

from __future__ import annotations

import json
import pickle
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from included import plan_of
from session.trees import CLASSIC_ROWS, classic, clock, tree

import troubleshoot as ts
from troubleshoot.inference.model import compiled
from troubleshoot.planner.policy import arriving
from troubleshoot.session import planning
from troubleshoot.session.plan import made_of
from troubleshoot.session.planning import task

INCLUDED = ("home/no-internet", "kubernetes/pod-not-ready", "workshop/3d-print-fails")
WALKS = 4_000

# Two noisy questions behind one setup, a condition, actions that may fail, a price.
NOISY = """
unknown: 4%
confidence: 85%
causes:
  a: {title: A, prior: 5, actions: [mend-a]}
  b: {title: B, prior: 3, actions: [mend-b]}
  c: {title: C, prior: 2, actions: [mend-c]}
questions:
  near: {ask: Near?, cost: 2, given: {a: usually yes, b: no, c: often yes}}
  far: {ask: Far?, cost: 1, setup: shed, given: {a: no, b: usually yes, c: yes}}
  deep:
    ask: Deep?
    answers: {low: Low, mid: In between, top: Top}
    setup: shed
    only-if: {far: yes}
    given: {b: usually low, c: usually top}
setups:
  shed: {do: Go to the shed., cost: 3}
actions:
  mend-a: {do: Mend a., cost: 4, fixes: {a: usually}}
  mend-b: {do: Mend b., cost: 6, setup: shed, fixes: {b: 90%, c: rarely}}
  mend-c: {do: Mend c., cost: 3, risk: irreversible, fixes: {c: always}}
escalate: {to: The workshop, cost: 40}
"""


@pytest.fixture(scope="module", params=["diagnose", "repair"])
def noisy(request):
    """A noisy tree and its plan for each goal."""
    knowledge = tree(NOISY)
    return knowledge, ts.plan(knowledge, request.param)


def outcome(rng, model, node, cause):
    """The edge that a cause leads along, by chance."""
    if node.kind == "action":
        chance = model.fixes(node.step)[cause]
        wanted = "fixed" if rng.random() < chance else "failed"
        return next(each for each in node.edges if each.answer == wanted)
    said = model.likelihoods[node.step].answers
    chances = [
        sum(model.likelihood(node.step, x)[cause] for x in said if x in each)
        for each in node.edges
    ]
    # The chances of answers without an edge are nothing but rounding.
    assert sum(chances) == pytest.approx(1.0)
    return node.edges[rng.choice(len(chances), p=np.array(chances) / sum(chances))]


def walked(rng, model, plan, cause):
    """What a case of this cause costs, and how it ends."""
    node, cost = plan.nodes[0], 0.0
    while node.edges:
        cost += node.cost_min
        node = plan.node(outcome(rng, model, node, cause).node)
    return cost + node.cost_min, node.outcome


def asked(named):
    """The questions of a task that somebody may ask."""
    pairs = zip(named.questions, named.task.questions, strict=True)
    return [question.id for question, ask in pairs if not ask.is_closed]


class TestFigures:
    def test_classic(self):
        """
        The optimum of the classic table is 2.18 questions, and proven.
        """
        plan = ts.plan(classic())

        # Pattipati & Alexandridis (1990).
        assert plan.expected_cost == pytest.approx(2.18, abs=1e-9)
        assert plan.lower_bound == plan.expected_cost
        assert plan.gap == 0.0
        assert plan.optimal
        assert plan.expected_questions == pytest.approx(2.18)
        assert plan.worst_cost == 3.0
        assert [each.kind for each in plan.endings] == ["found"]
        assert "proven" in plan.certificate

    def test_expected_cost_is_the_mean_of_walks(self, noisy):
        """
        Sampled cases cost what the plan expects, by cause and in all.
        """
        knowledge, plan = noisy
        model, rng = compiled(knowledge), np.random.default_rng(3)
        causes = rng.choice(len(model.causes), WALKS, p=model.prior)
        walks = [walked(rng, model, plan, cause) for cause in causes]
        costs = np.array([cost for cost, _ in walks])

        # Four standard errors: one seed in 16,000 would fail by chance.
        error = 4 * costs.std() / WALKS**0.5
        assert costs.mean() == pytest.approx(plan.expected_cost, abs=error)
        assert costs.max() <= plan.worst_cost + 1e-9
        for each in plan.endings:
            share = np.mean([kind == each.kind for _, kind in walks])
            assert share == pytest.approx(each.probability, abs=4 * 0.5 / WALKS**0.5)
        for each in plan.causes:
            mine = costs[causes == model.causes.index(each.cause)]
            error = 4 * mine.std() / len(mine) ** 0.5 + 1e-9
            assert mine.mean() == pytest.approx(each.expected_cost, abs=error)

    @pytest.mark.slow
    @pytest.mark.parametrize("goal", ["diagnose", "repair"])
    @pytest.mark.parametrize("name", INCLUDED)
    def test_included_trees_cost_the_mean_of_walks(self, name, goal):
        """
        Cases sampled from an included tree cost what its plan expects.
        """
        knowledge, plan = plan_of(name, goal)
        model, rng = compiled(knowledge), np.random.default_rng(4)

        causes = rng.choice(len(model.causes), WALKS, p=model.prior)
        costs = np.array([walked(rng, model, plan, cause)[0] for cause in causes])

        # Four standard errors: one seed in 16,000 would fail by chance.
        error = 4 * costs.std() / WALKS**0.5
        assert costs.mean() == pytest.approx(plan.expected_cost, abs=error)

    def test_parts_add_up(self, noisy):
        """
        Causes and endings make up the whole; the bound is below the cost.
        """
        _, plan = noisy

        assert sum(x.probability for x in plan.endings) == pytest.approx(1.0)
        assert sum(x.probability for x in plan.causes) == pytest.approx(1.0)
        total = sum(x.probability * x.expected_cost for x in plan.causes)
        assert total == pytest.approx(plan.expected_cost, abs=1e-6)
        asked = sum(x.probability for x in plan.nodes if x.kind == "question")
        assert asked == pytest.approx(plan.expected_questions, abs=1e-6)
        assert 0 <= plan.lower_bound <= plan.expected_cost <= plan.finished_cost
        assert plan.gap == pytest.approx(1 - plan.lower_bound / plan.finished_cost)

    def test_budgets(self):
        """
        No budget, however small, makes the bound untrue; more never makes it worse.
        """
        none, some = (ts.plan(classic(), nodes=each) for each in (0, 1_000))

        assert none.lower_bound <= some.expected_cost <= none.expected_cost
        assert some.optimal
        assert ts.plan(classic(), seconds=0).lower_bound <= 2.18 + 1e-9


def checked(knowledge, plan):
    """Every answer of a plan followed: valid steps, once a path, to an ending."""
    seen: dict[str, frozenset[str]] = {plan.nodes[0].id: frozenset()}
    place = {each.id: i for i, each in enumerate(plan.nodes)}
    for node in plan.nodes:
        before = seen[node.id]
        assert node.step not in before
        if node.kind == "ending":
            assert node.outcome
            assert node.text
            continue
        steps = knowledge.questions if node.kind == "question" else knowledge.actions
        chance = sum(each.probability for each in node.edges)
        assert chance == pytest.approx(1.0, abs=1e-6)
        if node.kind == "question":
            question = steps[node.step]
            assert not question.is_urgent
            if question.several:
                for said in question.outcomes:
                    ways = [any(said in x for x in each.sets) for each in node.edges]
                    assert sum(ways) <= 1  # none for a set that nothing leads to
            else:
                known = {each.id for each in question.answers}
                assert {each.answer for each in node.edges} <= known
        for edge in node.edges:
            assert place[edge.node] > place[node.id]
            arriving = before | {node.step}
            seen[edge.node] = seen.get(edge.node, arriving) & arriving
    assert set(seen) == set(place)


class TestWalkable:
    @pytest.mark.slow
    @pytest.mark.parametrize("goal", ["diagnose", "repair"])
    @pytest.mark.parametrize("name", INCLUDED)
    def test_included_trees(self, name, goal):
        """
        The plan of each included tree is sound, whatever is answered.
        """
        knowledge, plan = plan_of(name, goal)

        checked(knowledge, plan)
        assert 0 <= plan.lower_bound <= plan.expected_cost <= plan.worst_cost

    def test_noisy(self, noisy):
        """
        So is that of a tree with setups, conditions and risks.
        """
        checked(*noisy)

    def test_path(self):
        """
        Answers lead to an ending, or to the first step without one.
        """
        plan = ts.plan(classic())
        row = CLASSIC_ROWS[3]
        answers = {f"t{i + 1}": ("no", "yes")[int(x)] for i, x in enumerate(row)}

        assert plan.path({}) == plan.nodes[:1]
        *steps, end = plan.path(answers)
        assert end.causes == ("s3",)
        assert {each.step for each in steps} <= set(answers)
        assert (*steps, end) == plan.steps("s3")

    def test_path_off_the_plan(self):
        """
        An answer that cannot be given there is refused, and the others are named.
        """
        knowledge = tree(
            "unknown: 0\ncauses: {a: {title: A}, b: {title: B}}\nquestions:\n"
            "  q:\n    ask: Q?\n    answers: {x: X, y: Y, z: Z}\n"
            "    given: {a: always x, b: always y}\n"
        )

        with pytest.raises(ts.AnswerError, match=r"'z' to 'q'.*x, y"):
            ts.plan(knowledge).path({"q": "z"})

    def test_names_that_are_not_there(self):
        """
        Asking for another node or cause names the nearest.
        """
        plan = ts.plan(classic())

        with pytest.raises(ts.UnknownName):
            plan.node("99")
        with pytest.raises(ts.UnknownName, match="did you mean"):
            plan.steps("s33")

    def test_graph(self, noisy):
        """
        The graph has the nodes and edges of the plan, and no cycle.
        """
        networkx = pytest.importorskip("networkx")
        _, plan = noisy
        graph = plan.graph

        assert list(graph) == [each.id for each in plan.nodes]
        assert networkx.is_directed_acyclic_graph(graph)
        answers = sum(len(data["answers"]) for *_, data in graph.edges(data=True))
        assert answers == sum(len(each.edges) for each in plan.nodes)
        assert graph.nodes["1"]["step"] == plan.nodes[0].step

    def test_setups(self):
        """
        What must be done first is said where it is paid for, the outermost first.
        """
        knowledge = tree(
            "unknown: 0\ncauses: {a: {title: A}, b: {title: B}, c: {title: C}}\n"
            "questions:\n"
            "  p: {ask: P?, setup: box, given: {a: always yes, b: always no,"
            " c: always no}}\n"
            "  q: {ask: Q?, setup: box, given: {a: always no, b: always yes,"
            " c: always no}}\n"
            "setups:\n  shed: {do: Go to the shed., cost: 3}\n"
            "  box: {do: Open the box., cost: 2, setup: shed}\n"
        )
        first, *others = [x for x in ts.plan(knowledge).nodes if x.kind == "question"]

        assert first.setup == "Go to the shed. Open the box."
        assert first.cost_min == 6.0
        assert [(each.setup, each.cost_min) for each in others] == [("", 1.0)]


class TestWritten:
    def test_same_to_the_byte(self, noisy):
        """
        The same tree gives the same text, from another object of it too.
        """
        _, plan = noisy

        assert ts.plan(tree(NOISY), plan.goal).to_json() == plan.to_json()

    def test_reading_is_the_inverse(self, noisy):
        """
        What was written is read as an equal plan, which is written alike.
        """
        _, plan = noisy
        again = ts.Plan.from_json(plan.to_json())

        assert again == plan
        assert again.to_json() == plan.to_json()

    def test_what_it_is_made_of_goes_along(self, noisy):
        """
        A plan that is sent to another process is equal and can still be printed.
        """
        _, plan = noisy
        plan.node("1")
        sent = pickle.loads(pickle.dumps(plan))  # noqa: S301 - written here

        assert sent == plan
        assert sent.to_json() == plan.to_json()
        assert made_of(sent).policy == made_of(plan).policy
        assert made_of(sent).named.causes == made_of(plan).named.causes

    def test_what_it_is_made_of_is_not_in_the_text(self, noisy):
        """
        A plan that was read, or changed, has rounded numbers and nothing beside them.
        """
        _, plan = noisy
        for other in (ts.Plan.from_json(plan.to_json()), replace(plan, searched=1)):
            with pytest.raises(ts.PlanError, match="does not hold what it was made of"):
                made_of(other)

    def test_what_it_is_made_of_gives_its_numbers(self, noisy):
        """
        The chances of its nodes are what arrives there, to the last digit written.
        """
        _, plan = noisy
        made = made_of(plan)

        reached = arriving(made.searched, made.policy.nodes)
        for node, joint in zip(plan.nodes, reached, strict=True):
            assert node.probability == pytest.approx(joint.sum(), abs=1e-8)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "not JSON"),
            ("[" * 100_000, "too deeply"),
            ('"\ud800"', "half a character"),
            ('{"format": 1, "format": 1}', "'format' twice"),
            (3, "a plan is a text"),
            ("[]", "'format'"),
            ("{}", "'format'"),
            ('{"format": 2}', "format '2'"),
            ('{"format": true}', "format 'true'"),
            ('{"format": 1}', "cannot be read at"),
        ],
    )
    def test_texts_that_are_no_plan(self, text, words):
        """
        Any other text is refused in one sentence.
        """
        with pytest.raises(ts.PlanError, match=words) as caught:
            ts.Plan.from_json(text)

        assert "\n" not in str(caught.value)

    def test_nodes_that_do_not_fit(self):
        """
        A plan without nodes, with equal ids, or that leads back is refused.
        """
        value = json.loads(ts.plan(classic()).to_json())
        first = value["plan"][0]
        back = {**first, "edges": [{**first["edges"][0], "node": "1"}]}

        for plan, words in (
            ([], "no nodes"),
            ([first, first], "same id"),
            ([back], "from '1' to '1'"),
        ):
            with pytest.raises(ts.PlanError, match=words):
                ts.Plan.from_json(json.dumps({**value, "plan": plan}))


class TestTrusting:
    """
    Plans for paper, where nobody weighs an answer, come about like all others.
    """

    def test_certain_answers_need_no_trust(self):
        """
        Where all answers are certain, and nothing is unknown, it is the same plan.
        """
        analysis = classic().begin().analysis

        assert planning.plan_of(analysis, "diagnose", trusting=True) == ts.plan(
            classic()
        )

    def test_what_is_hardly_ever_said_excludes(self, noisy):
        """
        It is searched with answers at their word, and weighed as the tree says.
        """
        knowledge, free = noisy
        analysis = knowledge.begin().analysis
        plan = planning.plan_of(analysis, free.goal, trusting=True)
        made = made_of(plan)

        assert made.searched.prior[-1] == 0 < made.named.task.prior[-1]
        assert {x.cause for x in plan.causes} == {"a", "b", "c"}
        assert made_of(free).searched is made_of(free).named.task
        (near,) = (x for x in made.searched.questions if x.cost == 2)
        assert near.likelihood[:, 1].tolist() == [0, 1]  # b: no


class TestSituation:
    def test_facts_and_people_count(self):
        """
        What is known is not asked, and what nobody can do is not part of a plan.
        """
        body = NOISY.replace("ask: Near?", "ask: Near?, by: engineer")
        facts = {"far": "no"}
        plan = ts.plan(tree(body), facts=facts, by="customer", has=["ladder"])

        assert not {"far", "deep", "near"} & {each.step for each in plan.nodes}
        assert plan.given.facts == (("far", "no"),)
        assert plan.given.by == ("customer",)
        assert plan.given.has == ("ladder",)

    def test_from_a_session(self):
        """
        A plan from a session begins with its belief, and with the setups it opened.
        """
        session = tree(NOISY).begin(clock=clock()).answer("far", "yes")
        plan = ts.plan(session, "repair")

        assert sum(x.probability for x in plan.causes) == pytest.approx(1.0)
        for each in plan.causes:
            assert each.probability == pytest.approx(session.belief[each.cause])
        assert not any("shed" in each.setup for each in plan.nodes)
        assert "far" not in {each.step for each in plan.nodes}

    def test_replies_that_are_no_answers(self):
        """
        What was not known is not asked; what was put off once is.

        What waits for it can be asked once its answer is as good as known.
        """
        session = tree(NOISY).begin()
        replied = session.dont_know("far").not_now("near")

        assert asked(task(replied.analysis)) == ["near", "deep"]
        assert not task(session.not_now("near").not_now("near").analysis).questions[2:]
        fresh = task(session.not_now("mend-a").analysis, again=False).actions
        assert [each.id for each in fresh] == ["mend-b", "mend-c"]
        assert not task(session.tried("mend-a", fixed=False).analysis).actions[2:]

    def test_chains_of_conditions_that_cannot_be_met(self):
        """
        What waits for a question that nobody can ask waits for what is believed.
        """
        body = NOISY.replace("cost: 1, setup: shed", "by: engineer, setup: shed")
        body += "  # the end\n"
        analysis = tree(body).begin(by="customer").analysis

        assert asked(task(analysis)) == ["near", "deep"]

    def test_urgent_questions_are_no_part_of_it(self):
        """
        A plan begins after them, and what they opened is open.
        """
        body = NOISY.replace("only-if: {far: yes}", "only-if: {smoke: no}")
        body += "urgent:\n  smoke: {ask: Is there smoke?, stop: {yes: Go out.}}\n"
        knowledge = tree(body)

        assert "smoke" not in {each.step for each in ts.plan(knowledge).nodes}
        closed = task(knowledge.begin().analysis).questions
        opened = task(knowledge.begin({"smoke": "no"}).analysis).questions
        assert [each.id for each in closed] == ["near", "far"]
        assert [each.id for each in opened] == ["near", "far", "deep"]

    def test_nothing_to_ask(self):
        """
        A tree without steps has a plan without steps.
        """
        plan = ts.plan(tree("causes: {a: {title: A}, b: {title: B}}\n"))

        assert [each.kind for each in plan.nodes] == ["ending"]
        assert plan.expected_cost == 0.0
        assert plan.nodes[0].outcome == "narrowed"

    def test_endings_say_what_helps(self):
        """
        An ending names causes, how sure it is, and what to do, cheap ones first.
        """
        body = "unknown: 0\ncauses: {a: {title: A, actions: [x, y]}}\nactions:\n"
        body += "  x: {do: X., cost: 5}\n  y: {do: Y., cost: 0}\n"
        end = ts.plan(tree(body)).nodes[0]

        assert end.outcome == "found"
        assert end.causes == ("a",)
        assert end.confidence == 1.0
        assert end.actions == ("y", "x")

    def test_an_end_has_no_plan(self):
        """
        A session that is over has nothing to plan for.
        """
        session = tree(NOISY).begin().give_up()

        with pytest.raises(ts.SessionError, match="given up"):
            ts.plan(session)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"goal": "diagnoze"}, "did you mean 'diagnose'"),
            ({"nodes": -1}, "0 or more"),
            ({"seconds": float("nan")}, "0 or more"),
        ],
    )
    def test_wrong_arguments(self, arguments, words):
        """
        Goals and budgets that there are not are refused.
        """
        with pytest.raises(ValueError, match=words):
            ts.plan(tree(), **arguments)

    def test_a_session_has_its_own_facts(self):
        """
        Facts belong to the session that is planned from.
        """
        with pytest.raises(ValueError, match="its own facts"):
            ts.plan(tree().begin(), facts={"others": "no"})


@pytest.mark.slow
def test_a_plan_costs_less_than_going_by_gain():
    """
    With some budget, the plan of an included tree saves some minutes, and finds
    the cause no less often.
    """
    knowledge = ts.load("home/no-internet")
    by_gain, plan = (ts.plan(knowledge, nodes=nodes) for nodes in (0, 2_000))

    assert plan.finished_cost < 0.96 * by_gain.finished_cost
    found = [
        sum(x.probability for x in each.endings if x.kind == "found")
        for each in (by_gain, plan)
    ]
    assert found[1] > found[0] - 0.01


def test_a_plan_that_breaks_off_says_so(monkeypatch):
    """
    Where a plan is too long to write, the certificate says what is not counted.
    """
    monkeypatch.setattr("troubleshoot.planner.compress.WRITTEN", (200, 200))
    knowledge = ts.load("home/no-internet")
    plan = ts.plan(knowledge, nodes=0)
    kinds = {each.kind for each in plan.endings}

    assert "unfinished" in kinds
    assert "breaks off" in plan.certificate
    assert plan.finished_cost > plan.expected_cost
    assert "might be saved" in plan.certificate
    assert not plan.optimal


def test_seconds_count_from_the_start(monkeypatch):
    """
    What it takes to make the task of a large tree is taken off the seconds.
    """
    now, left = [0.0], []
    make, search = planning.task, planning.policy_of

    def slow(analysis):
        now[0] += 3.0
        return make(analysis)

    def seen(named, goal, *, seconds, **rest):
        left.append(seconds)
        return search(named, goal, seconds=seconds, **rest)

    monkeypatch.setattr(planning.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(planning, "task", slow)
    monkeypatch.setattr(planning, "policy_of", seen)
    for seconds in (2, 5):
        ts.plan(classic(), seconds=seconds)

    assert left == [0.0, 2.0]


def test_memory_grows_with_the_likelihoods():
    """
    A plan takes some times the chances of its tree, and not the square of its causes.
    """
    causes = [f"  c{i}: {{title: C, prior: {1 + i % 7}}}" for i in range(4_000)]
    asked = [f"  q{i}: {{ask: Q?, given: {{c{i}: usually yes}}}}" for i in range(20)]
    rows = ["causes:", *causes, "questions:", *asked]
    knowledge = ts.loads("\n".join(["format: 1", "title: T", *rows]))
    tracemalloc.start()
    ts.plan(knowledge, nodes=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4_000 * 4_000 * 8 / 2
