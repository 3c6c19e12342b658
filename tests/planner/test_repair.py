"""Plans of repair: known answers, and all figures against dynamic programming."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import permutations, product

import numpy as np
import pytest
from noisy import standing

from troubleshoot.conditions import Condition
from troubleshoot.planner import repair_policy, repair_state
from troubleshoot.planner.action_order import best_order, best_prefix
from troubleshoot.planner.policy import Node, policy
from troubleshoot.planner.repair import repair
from troubleshoot.planner.task import Act, Ask, Task, Wanted

SEEDS = range(500)
POSSIBLE = 1e-12
KINDS = {
    "perfect actions": {"questions": 0, "noisy": False, "imperfect": False},
    "imperfect actions": {"questions": 0},
    "questions": {"noisy": False, "imperfect": False},
    "questions with noise": {},
    "setups": {"setups": 3, "questions": 2},
    "setups alone": {"setups": 3, "questions": 0, "actions": 5},
    "conditions": {"conditions": True, "questions": 3, "actions": 3},
    "irreversible": {"irreversible": 0.5, "questions": 2},
    "everything": {
        "setups": 2,
        "conditions": True,
        "irreversible": 0.3,
        "causes": 3,
        "actions": 3,
    },
}


def task(prior, actions, questions=(), setups=(), escalation=None):
    """A task about listed causes; the unknown one has no prior."""
    return Task(
        prior=np.array([*prior, 0.0]),
        classes=np.arange(len(prior) + 1),
        questions=tuple(
            Ask(cost, np.array([[*row, 1 / len(rows)] for row in rows]))
            for cost, rows in questions
        ),
        actions=tuple(
            Act(cost, np.array([*fixes, 0.0]), setup) for cost, fixes, setup in actions
        ),
        setups=tuple(setups),
        escalation=escalation,
    )


def random_task(seed, *, causes=4, questions=2, actions=4, setups=0, **kind):
    """A small task; costs are often equal or nothing, chances often 0 or 1."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.full(causes + 1, rng.choice([0.3, 1.0])))
    if rng.random() < 0.5:
        prior[-1] = 0.0
    n = rng.integers(1, setups + 1) if setups else 0
    return Task(
        prior=prior / prior.sum(),
        classes=np.arange(causes + 1),
        questions=tuple(
            Ask(
                _cost(rng) * 0.4,
                _likelihood(rng, causes + 1, noisy=kind.get("noisy", True)),
                int(rng.integers(-1, n)),
                _conditions(rng, i, questions, actions)
                if kind.get("conditions")
                else Condition(),
                is_closed=bool(kind.get("conditions") and rng.random() < 0.1),
            )
            for i in range(questions)
        ),
        actions=tuple(
            Act(
                _cost(rng),
                _fixes(rng, causes, imperfect=kind.get("imperfect", True)),
                int(rng.integers(-1, n)),
                bool(rng.random() < kind.get("irreversible", 0.0)),
                _conditions(rng, questions, questions, actions)
                if kind.get("conditions")
                else Condition(),
            )
            for _ in range(actions)
        ),
        setups=tuple((_cost(rng), int(rng.integers(-1, s))) for s in range(n)),
        opened=frozenset({0} if n and rng.random() < 0.2 else ()),
        escalation=None if rng.random() < 0.4 else float(rng.choice([0, 2, 5, 10, 30])),
        confidence=float(rng.choice([0.6, 0.9, 1.0])),
    )


def _cost(rng):
    return float(rng.choice([0.0, 1.0, 1.0, 2.0, rng.uniform(0, 6)]))


def _likelihood(rng, causes, *, noisy):
    answers = int(rng.integers(2, 4))
    certain = np.eye(answers)[:, rng.integers(0, answers, causes)]
    if not noisy or rng.random() < 0.3:
        return certain
    return 0.9 * certain + 0.1 * rng.dirichlet(np.ones(answers), causes).T


def _fixes(rng, causes, *, imperfect):
    fixes = (rng.random(causes) < 0.5).astype(float)
    if imperfect:
        fixes *= rng.choice([1.0, 0.9, 0.3, rng.random()], causes)
    return np.append(fixes, 0.0)


def _conditions(rng, i, questions, actions=0, depth=1):
    """Conditions on steps other than the i-th question, cycles included."""
    others = [(q, False) for q in range(questions) if q != i]
    others += [(a, True) for a in range(actions)]
    if not others or rng.random() < 0.5:
        return Condition()

    def part():
        if depth and rng.random() < 0.2:
            nested = _conditions(rng, i, questions, actions, depth - 1)
            return nested or part()
        step, is_action = others[rng.integers(len(others))]
        if not is_action:
            return Wanted(step, frozenset({int(rng.integers(0, 2))}))
        some = rng.choice([-1, 0, 1], rng.integers(1, 3), replace=False)
        return Wanted(step, frozenset(some.tolist()), is_action=True)

    return Condition(
        bool(rng.random() < 0.7), tuple(part() for _ in range(rng.integers(1, 3)))
    )


def optimum(task):  # noqa: C901, PLR0915 - one definition, read in one go
    """Least expected cost of repair, over all sets of evidence."""
    price = task.escalation
    steps = [*task.questions, *task.actions]
    asked = len(task.questions)

    def rows(step):
        if step < asked:
            return steps[step].likelihood
        return (1 - steps[step].fixes)[None, :]

    def at(claim):
        return claim.step + (asked if claim.is_action else 0)

    def stands(part, answers, p):
        return standing(task, part, p, answers)

    def behind(step):
        found, near = set(), {step}
        while near:
            new = {at(x) for each in near for x in steps[each].only_if.claims()}
            near = new - found
            found |= new
        return found

    def supported(results):
        """Whether the gates can have come to these results, each after its own."""
        done = {x for x in results if x in before}
        while True:
            more = {
                x
                for x in results
                if x not in done
                and stands(
                    steps[x].only_if,
                    {each: results[each] for each in done if each in results},
                    None,
                )
            }
            if not more:
                return len(done) == len(results)
            done |= more

    before = set()

    def chance(p, answers, action):
        """P(fixes) of an action if all that it waits for goes well, if it can."""
        if not steps[action].only_if.parts:
            return p @ steps[action].fixes
        best = 0.0
        before.clear()
        before.update(answers)
        gates = sorted(behind(action) - set(answers) - {action})
        options = [[None, *range(len(rows(g)))] for g in gates]
        for results in product(*options):
            told = {g: a for g, a in zip(gates, results, strict=True) if a is not None}
            told_all = answers | told
            if stands(steps[action].only_if, told_all, None) is not True:
                continue
            if not supported(told_all):
                continue
            joint = p * steps[action].fixes
            for g, a in told.items():
                joint = joint * rows(g)[a]
            best = max(best, joint.sum())
        return best

    def steps_closed(step):
        return step < asked and steps[step].is_closed

    def relevant(left, p):
        """What may matter where only these actions may fix."""
        live = p > 0
        differ = any(np.ptp(steps[a].fixes[live]) > POSSIBLE for a in left)
        telling = {
            q
            for q in range(asked)
            if differ and (np.ptp(rows(q)[:, live], axis=1) > POSSIBLE).any()
        }
        kept = {*left} | telling
        return kept.union(*(behind(x) for x in kept))

    @cache
    def cost(evidence, *, gentle):  # noqa: C901
        answers = dict(evidence)
        p = task.prior
        for step, answer in sorted(evidence):
            p = p * rows(step)[answer]
        p = p / p.sum()
        opened = set(task.opened)
        for step in answers:
            if steps[step].setup >= 0:
                opened = opened.union(task.chains[steps[step].setup])
        left = [
            a
            for a in range(asked, len(steps))
            if a not in answers
            and not (gentle and steps[a].irreversible)
            and chance(p, answers, a) > POSSIBLE
        ]
        open_ = {
            step
            for step in range(len(steps))
            if step not in answers
            and not steps_closed(step)
            and stands(steps[step].only_if, answers, p)
        }
        if price is None:
            if not left:
                return 0.0
            open_ &= relevant(left, p)
            if not open_:  # nothing can be done
                return 0.0
            allowed = all(steps[x].irreversible for x in left) or all(
                x >= asked and steps[x].irreversible for x in open_
            )
        else:
            irreversible = any(steps[a].irreversible for a in left)
            allowed = not gentle and (
                not irreversible or cost(evidence, gentle=True) >= price - 1e-9
            )
        best = np.inf if price is None else price
        for step in sorted(open_):
            if step >= asked and steps[step].irreversible and (gentle or not allowed):
                continue
            total = task.minutes(steps[step], frozenset(opened))
            for answer, share in enumerate(rows(step) @ p):
                if share > POSSIBLE:
                    total += share * cost(evidence | {(step, answer)}, gentle=gentle)
            best = min(best, total)
        return best

    return float(cost(frozenset(), gentle=False))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_optimum_is_that_of_dynamic_programming(kind):
    """The plan costs what the best of all plans costs, and says that it is proven."""
    for seed in SEEDS:
        given = random_task(seed, **KINDS[kind])

        plan = repair(given)

        assert plan.expected_cost == pytest.approx(optimum(given), abs=1e-7), seed
        assert plan.optimal


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_bounds_enclose_the_optimum_at_every_budget(kind):
    """However early the search ends, its bounds are true, and never get worse."""
    for seed in SEEDS[::4]:
        given = random_task(seed, **KINDS[kind])
        best = repair(given).expected_cost

        plans = [repair(given, nodes=nodes) for nodes in (0, 1, 4)]

        lower = [plan.lower_bound for plan in plans]
        assert lower == pytest.approx(sorted(lower)), seed
        assert lower[-1] <= best + 1e-9, seed
        assert best - 1e-9 <= min(plan.expected_cost for plan in plans), seed


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_plan_without_any_time_is_whole(kind):
    """Where not even a first policy can be sought, the plan still leads to an end."""
    for seed in SEEDS[::4]:
        given = random_task(seed, **KINDS[kind])

        plan = repair(given, seconds=0, clock=lambda: 0.0)

        assert plan.expanded == 0
        assert plan.lower_bound <= repair(given).expected_cost + 1e-9, seed
        assert sum(p for _, p in plan.endings) == pytest.approx(1), seed


def test_best_order_of_actions_that_overlap():
    """The example of figure 1 in the paper on the printer system SACSO."""
    # Jensen et al. (2001): A3, A1 costs 1 + 1 * 0.45; P/C sorted anew costs 1.50
    prior = (0.20, 0.25, 0.40, 0.15)
    actions = [(1, (1, 1, 0, 0), -1), (1, (0, 1, 1, 0), -1), (1, (0, 0, 1, 1), -1)]

    plan = repair(task(prior, actions))

    assert plan.expected_cost == pytest.approx(1.45, abs=1e-12)
    assert steps_tried(plan) == [2, 0]
    assert plan.optimal
    assert repair(task(prior, actions), nodes=0).expected_cost == pytest.approx(1.5)


def test_question_that_does_not_pay_is_not_asked():
    """The example of figure 2 in Lin (2014): three actions are better than asking."""
    prior = (0.5, 0.25, 0.25)
    actions = [(1, row, -1) for row in np.eye(3)]
    question = (1, ((0.5, 1, 0), (0.5, 0, 1)))

    plan = repair(task(prior, actions, [question]))

    assert plan.expected_cost == pytest.approx(1.75, abs=1e-12)  # 1 + 1/2 + 1/4
    assert plan.expected_questions == 0


def test_question_forced_between_actions_costs_what_lin_says():
    """The policy of the same example with the question second: 1 + 1/2 + 1/2 = 2."""
    actions = [(1, row, -1) for row in np.eye(3)]
    given = task((0.5, 0.25, 0.25), actions, [(1, ((0.5, 1, 0), (0.5, 0, 1)))])
    fixed = Node("ending", ending="fixed")
    forced = [
        Node("action", 0, edges=((0, 1), (1, 4)), cost=1.0),
        Node("question", 0, edges=((0, 2), (1, 3)), cost=1.0),
        Node("action", 1, edges=((1, 4),), cost=1.0),
        Node("action", 2, edges=((1, 4),), cost=1.0),
        fixed,
    ]

    plan = policy(given, forced, lower_bound=0.0, expanded=0)

    assert plan.expected_cost == pytest.approx(2.0, abs=1e-12)
    assert dict(plan.endings) == {"fixed": pytest.approx(1.0)}


def test_setup_is_paid_when_its_actions_are_worth_it():
    """What is outside and likely enough comes before the cover is opened."""
    prior = (0.20, 0.25, 0.40, 0.15)
    actions = [
        (1, (1, 0, 0, 0), 0),
        (1, (0, 1, 0, 0), 0),
        (5, (0, 0, 1, 0), -1),
        (1, (0, 0, 0, 1), -1),
    ]

    plan = repair(task(prior, actions, setups=[(2, -1)]))

    # 1 + .85 * 3 + .60 * 1 + .40 * 5
    assert plan.expected_cost == pytest.approx(6.15, abs=1e-12)
    assert steps_tried(plan) == [3, 1, 0, 2]
    assert plan.expanded == 0


def test_handing_over_competes_with_every_action():
    """The best prefix of the order, where the threshold of the textbook stops early."""
    prior = (0.6, 0.1, 0.3)
    actions = [(6, (1, 0, 0), -1), (1, (0, 1, 0), -1)]

    # P/C order: both 0.1 per minute; 6 + .4 * 1 + .3 * 9.5 beats 9.5 at once
    plan = repair(task(prior, actions, escalation=9.5))

    assert plan.expected_cost == pytest.approx(6 + 0.4 + 0.3 * 9.5)
    assert dict(plan.endings)["escalate"] == pytest.approx(0.3)


def test_no_step_at_all_is_a_plan():
    """Without an action there is nothing to ask for either."""
    question = (1, ((1, 0), (0, 1)))

    free = repair(task((0.5, 0.5), [], [question]))
    priced = repair(task((0.5, 0.5), [], [question], escalation=7.0))

    assert (free.expected_cost, len(free.nodes), free.optimal) == (0, 1, True)
    assert (priced.expected_cost, len(priced.nodes), priced.optimal) == (7, 1, True)


def test_look_then_repair_are_two_steps():
    """A look that is cheap enough comes first, and the repair follows its answer."""
    actions = [(10, (1, 0), -1), (10, (0, 1), -1)]
    look = (1, ((1, 0), (0, 1)))

    plan = repair(task((0.5, 0.5), actions, [look]))

    # 1 + 10; without the look 10 + 10 / 2
    assert plan.expected_cost == pytest.approx(11)
    assert plan.nodes[0].kind == "question"


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("conditions", 658),  # a gate is left although it cannot fix anything
        ("everything", 1808),  # and is no reversible action that may fix
        ("everything", 958),  # what is known opens a gate, and is said otherwise then
        ("conditions", 1583),  # what is known opens an action against other causes
        ("conditions", 2206),
        ("everything", 2094),
    ],
)
def test_gates_that_results_alone_would_not_open(kind, seed):
    """What may become as good as known counts, and what is only waited for does not."""
    given = random_task(seed, **KINDS[kind])

    plan = repair(given)

    assert plan.expected_cost == pytest.approx(optimum(given), abs=1e-9)
    assert plan.optimal


def test_irreversible_action_waits_for_reversible_ones_that_pay():
    """It would be cheaper first, and comes second; where it is alone it comes first."""
    prior = np.array([0.9, 0.1, 0.0])
    wipe = Act(1, np.array([1.0, 0.0, 0.0]), irreversible=True)
    swap = Act(5, np.array([0.5, 1.0, 0.0]))
    dear = Act(50, np.array([0.5, 1.0, 0.0]))

    def first(*actions):
        plan = repair(Task(prior, np.arange(3), actions=actions, escalation=20.0))
        return plan.nodes[0].step

    assert first(wipe, swap) == 1
    assert first(wipe, dear) == 0


def test_same_budget_gives_the_same_plan():
    """The plan depends on the task and the number of situations, on nothing else."""
    given = random_task(7, causes=6, questions=5, actions=6, setups=2)

    assert repair(given, nodes=20) == repair(given, nodes=20)


def test_seconds_are_those_of_the_clock():
    """The search ends when the clock says so, and progress was told until then."""
    given = random_task(2, causes=9, questions=9, actions=9)
    ticks, told = iter(range(10**6)), []

    plan = repair(
        given,
        seconds=250,
        clock=lambda: next(ticks),
        progress=lambda *figures: told.append(figures),
    )

    assert 100 < plan.expanded < 250
    assert [expanded for expanded, *_ in told] == [100]
    assert all(lower <= upper for _, lower, upper in told)


@pytest.mark.slow
def test_a_thousand_causes_have_a_plan_at_once():
    """Where the optimum is out of reach there is a plan, and a bound that is true."""
    given = large_task(1000, 40, 50, 100.0)

    plan = repair(given, nodes=100)

    assert 0 < plan.lower_bound < plan.expected_cost < 100
    assert sum(p for _, p in plan.endings) == pytest.approx(1)


def large_task(causes, questions, actions, escalation):
    """A task that is hopeless: each cause has one action that fixes it, most times."""
    rng = np.random.default_rng(5)
    fixes = [np.arange(causes) % actions == i for i in range(actions)]
    return Task(
        prior=np.append(rng.dirichlet(np.ones(causes)) * 0.97, 0.03),
        classes=np.arange(causes + 1),
        questions=tuple(
            Ask(1.0, np.array([row, 1 - row]))
            for row in rng.choice([0.02, 0.5, 0.98], (questions, causes + 1))
        ),
        actions=tuple(Act(9.0, np.append(0.9 * row, 0.0)) for row in fixes),
        escalation=escalation,
    )


@pytest.mark.slow
@pytest.mark.parametrize("escalation", [None, 400.0])
def test_first_plan_asks_what_pays_at_once(escalation):
    """Without any search, questions save what trying all actions would cost."""
    given = large_task(60, 30, 60, escalation)
    alone = repair(replace(given, questions=()), nodes=0)

    plan = repair(given, nodes=0)

    assert plan.expanded == 0
    assert plan.expected_cost < 0.7 * alone.expected_cost
    assert plan.lower_bound <= plan.expected_cost


@pytest.mark.parametrize("seconds", [0, 4])
def test_clock_ends_the_first_plan_too(seconds):
    """Where the time is over before the search begins, the actions alone are a plan."""
    given = large_task(60, 30, 60, 400.0)
    alone = repair(replace(given, questions=()), nodes=0)
    ticks = iter(range(10**6))

    plan = repair(given, seconds=seconds, clock=lambda: next(ticks))

    assert plan.expected_questions == 0
    assert plan.expected_cost == pytest.approx(alone.expected_cost)


@pytest.mark.parametrize(("escalation", "cut"), [(None, "unfinished"), (500, "")])
def test_plan_that_is_too_large_is_cut_off_where_it_matters_least(
    monkeypatch, escalation, cut
):
    """It says where it goes no further, or hands over there if that has a price."""
    given = large_task(20, 12, 20, escalation)
    whole = repair(given, nodes=0)
    monkeypatch.setattr(repair_policy, "WRITTEN", (200, 200))

    plan = repair(given, nodes=0)

    endings = dict(plan.endings)
    assert len(whole.nodes) > len(plan.nodes) > 100
    assert sum(endings.values()) == pytest.approx(1)
    assert endings.get(cut, 0.0) < 0.3
    assert (cut in endings) == (cut != "")
    assert plan.finished_cost >= whole.finished_cost
    assert plan.lower_bound <= whole.expected_cost
    assert not plan.optimal


def test_actions_alone_where_a_plan_cut_off_is_worse(monkeypatch):
    """Of a plan that breaks off early and one of actions alone, the cheaper one."""
    given = large_task(20, 12, 20, None)
    monkeypatch.setattr(repair_policy, "WRITTEN", (8, 8))

    plan = repair(given, nodes=0)

    alone = repair(replace(given, questions=()), nodes=0)
    assert plan.finished_cost <= alone.finished_cost


@pytest.mark.parametrize("escalation", [None, 8.0])
def test_order_of_blocks_is_the_best_of_all(escalation):
    """No order of any of the actions is cheaper than the best prefix of the blocks."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        setups = [(_cost(rng), int(rng.integers(-1, s))) for s in range(3)]
        chances = dict(enumerate(rng.dirichlet(np.ones(5))[:4].tolist()))
        costs, setup = [_cost(rng) for _ in range(4)], rng.integers(-1, 3, 4).tolist()

        def cost(order, chances=chances, costs=costs, setup=setup, setups=setups):
            opened, minutes = set(), []
            for action in order:
                minutes.append(costs[action])
                s = setup[action]
                while s >= 0 and s not in opened:
                    minutes[-1] += setups[s][0]
                    opened.add(s)
                    s = setups[s][1]
            return best_prefix([chances[a] for a in order], minutes, escalation)[1]

        order = best_order(chances, costs, setup, setups, lambda _: False)

        least = min(cost(other) for other in permutations(range(4)))
        assert cost(order) == pytest.approx(least), seed


def steps_tried(plan):
    """The actions along the path on which all fail."""
    found, node = [], plan.nodes[0]
    while node.kind == "action":
        found.append(node.step)
        node = plan.nodes[dict(node.edges).get(0, len(plan.nodes) - 1)]
        if node.kind == "ending":
            break
    return found


@pytest.mark.parametrize("causes", [1, 7, 40])
def test_kinds_are_the_columns_that_differ(causes):
    """
    Causes that every step treats alike are one kind, in the order of their columns.
    """
    rng = np.random.default_rng(20261129)
    for _ in range(20):
        tables = [rng.choice([-0.0, 0.0, 0.5, 1.0], (n, causes)) for n in (2, 1)]

        first, kind = repair_state._kinds(tables, causes)

        # The obvious way, which takes several times their size.
        _, expected, which = np.unique(
            np.concatenate(tables), axis=1, return_index=True, return_inverse=True
        )
        assert first.tolist() == expected.tolist()
        assert kind.tolist() == which.reshape(-1).tolist()
