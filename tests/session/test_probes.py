"""Probes: code that answers questions, with a limit, once per evidence."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from contextvars import ContextVar
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import clock, random_trees, tree

import troubleshoot as ts
from troubleshoot.session.probes import PROBE, SECONDS, ran

SHORT = 0.05  # seconds, the limit of what must come too late
LONG = 30.0  # seconds, the limit of what must not

HOUSE = """
unknown: 2%
causes:
  line: {title: The line, prior: 3}
  router: {title: The router, prior: 2}
  device: {title: The device, prior: 1}
questions:
  others:
    ask: Do others work?
    cost: 1
    given: {line: no, router: no, device: yes}
  ping: {ask: How long?, unit: ms, cost: 10 s, answers: {fast: "< 100", slow: ">= 100"},
    given: {line: slow, router: fast, device: fast}}
  lost: {ask: Are pings lost?, cost: 10 s, only-if: {ping: slow},
    given: {line: yes, router: no}}
  name: {ask: Who are you?, private: true, cost: 20, given: {device: yes, line: no}}
actions:
  restart: {do: Restart it., fixes: {router: usually, line: usually},
    changes: [ping, others]}
"""
SMOKE = "urgent:\n  smoke: {ask: Is there smoke?, cost: 2, stop: {yes: Go out.}}\n"


class Counted:
    """A probe that counts its calls, and says what it is told to."""

    def __init__(self, *said):
        self.said = list(said)
        self.calls = []

    def __call__(self, question):
        """What it is told to say next."""
        self.calls.append(question)
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]


def house(probes, *, seconds=LONG, body=HOUSE, **options):
    """A session with the tree above and these probes."""
    return tree(body).begin(
        probes=probes, probe_seconds=seconds, clock=clock(), **options
    )


def notes(session):
    """The texts of all remarks."""
    return [each.text for each in session.events if each.kind == "noted"]


def replies(session):
    """Questions with what was said to them, and by whom."""
    kinds = ("answered", "told", "changed")
    return [(x.step, x.answer, x.actor) for x in session.events if x.kind in kinds]


async def slowly(_question, said="slow"):
    """An asynchronous probe."""
    await asyncio.sleep(0)
    return said


def probed(session, how, **options):
    """The session after its probes, by either verb."""
    if how == "sync":
        return session.probe(**options)
    return asyncio.run(session.probe_async(**options))


both = pytest.mark.parametrize("how", ["sync", "async"])


class TestWhen:
    @both
    def test_best_next(self, how):
        """
        A probe answers the question that comes next, and a person is asked the rest.
        """
        ping = Counted("slow")
        session = probed(house({"ping": ping}), how)

        assert replies(session) == [("ping", "slow", PROBE)]
        assert session.next_step().id != "ping"
        assert [each.id for each in ping.calls] == ["ping"]
        assert ping.calls[0] == house({}).next_step()

    @both
    def test_not_otherwise(self, how):
        """
        The probe of a question that is not the best next step is not called.
        """
        others = Counted("yes")
        session = house({"others": others})

        assert session.next_step().id == "ping"
        assert probed(session, how) is session
        assert others.calls == []

    @both
    def test_cheap_ones_at_the_start(self, how):
        """
        All probes of cheap questions are called first, and what they open next.
        """
        told = {name: Counted(said) for name, said in CHEAP.items()}
        session = probed(house(told), how, up_to=0.5)

        # "ping" opens "lost"; the others cost more, and one of them comes next.
        assert [each for each, *_ in replies(session)][:2] == ["ping", "lost"]
        order = house(told, by="customer").probe(up_to=1)
        assert [each for each, *_ in replies(order)][:3] == ["others", "ping", "lost"]

    def test_cheap_urgent_ones_first(self):
        """
        Of the cheap ones, urgent questions come first; nothing does after a stop.
        """
        ping, smoke = Counted("slow"), Counted("yes")
        written = tree(HOUSE + SMOKE)
        last = dict(reversed(written.questions.items()))
        session = replace(written, questions=last).begin(
            probes={"ping": ping, "smoke": smoke}
        )

        assert [*last][-1] == "smoke"
        assert session.probe(up_to=9).next_step().kind == "stopped"
        assert ping.calls == []

    def test_what_was_replied_to_is_not_cheap(self):
        """
        At the start, no probe is called for what somebody has replied to.
        """
        ping = Counted("slow")
        session = house({"ping": ping, "lost": ping}, facts={"others": "no"})

        session = session.not_now("ping").probe(up_to=1)
        assert ping.calls == []
        assert session.answer("ping", "fast").probe(up_to=1).next_step().id != "lost"
        assert ping.calls == []

    def test_setups_cost(self):
        """
        A question that needs a trip first is as dear as both.
        """
        body = HOUSE.replace("    cost: 1\n", "    cost: 1\n    setup: trip\n")
        body += "setups: {trip: {do: Go., cost: 5}}\n"
        session = house({"others": lambda _: "no"}, body=body)

        assert session.probe(up_to=5.9).evidence == ()
        assert session.probe(up_to=6).evidence == (("others", "no"),)


CHEAP = {"others": "no", "ping": "slow", "lost": "yes", "name": "yes"}


class TestWhat:
    @both
    @pytest.mark.parametrize(
        "probe",
        [
            lambda _: "slow",
            lambda _: ">= 100",
            lambda _: 250,
            lambda q: q.answers[1],
            slowly,
            partial(slowly, said=250.5),
            lambda q: slowly(q, "slow"),
        ],
    )
    def test_whatever_answer_takes(self, how, probe):
        """
        A probe returns what answer() takes, and may be asynchronous.
        """
        session = probed(house({"ping": probe}), how)

        assert session.evidence[0] == ("ping", "slow")
        assert notes(session) == []

    def test_number_is_kept(self):
        """
        The number that was measured stands in the log.
        """
        session = house({"ping": lambda _: 250}).probe()

        assert session.events[-1].value == 250
        assert "250 ms" in session.transcript()

    @both
    def test_context_of_the_caller(self, how):
        """
        A probe sees the context variables of who calls for it.
        """
        ticket = ContextVar("ticket", default=0)
        ticket.set(250)
        session = probed(house({"ping": lambda _: ticket.get()}), how)

        assert session.events[-1].value == 250

    def test_not_now(self):
        """
        What a probe puts off comes again later, and then to a person.
        """
        body = HOUSE[: HOUSE.index("actions:")]
        ping = Counted(ts.NOT_NOW)
        session = house({"ping": ping}, body=body).probe()
        assert session.next_step().id == "others"

        session = session.dont_know("others").dont_know("name").probe()
        assert session.next_step().id == "ping"
        assert len(ping.calls) == 1
        assert notes(session) == []

    def test_who(self):
        """
        Every view says that it was a probe.
        """
        session = house({"ping": lambda _: "slow"}).probe()
        handed = session.hand_off()

        assert [each.actor for each in session.record().moves] == [PROBE]
        assert [each.actor for each in session.events] == ["customer", PROBE, PROBE]
        assert "answer: slow (100 ms or more)\nby: probe\n" in session.transcript()
        assert [each.actor for each in handed.steps] == [PROBE]
        assert "All by: probe" in ts.render(handed, to="text")
        assert [each.actor for each in session.ledger.entries] == [PROBE]


class Mute(Exception):
    """An error that cannot say what it is."""

    def __str__(self):
        raise ValueError


def failing(error):
    """A probe that raises this."""

    def probe(_question):
        raise error

    return probe


def failing_later(error):
    """An asynchronous probe that raises this."""

    async def probe(_question):
        await asyncio.sleep(0)
        raise error

    return probe


class TestTrouble:
    @both
    @pytest.mark.parametrize("kind", [failing, failing_later])
    @pytest.mark.parametrize(
        ("error", "note"),
        [
            (OSError("no route"), "failed: no route"),
            (TimeoutError("it hung"), "failed: it hung"),
            (KeyError(), "failed."),
            (Mute(), "failed."),
            (SystemExit(3), "failed: 3"),
            (asyncio.CancelledError(), "failed."),
            (ValueError("a\nb\x1b[2Jc"), "failed: a b\ufffd[2Jc"),
            (ValueError("x" * 999), f"failed: {'x' * 200}…"),
            (ValueError("\ud800"), "failed: \ufffd"),
        ],
    )
    def test_failure(self, how, kind, error, note):
        """
        A probe that fails does not know, and the reason is noted on one line.
        """
        session = probed(house({"ping": kind(error)}), how)

        assert replies(session) == [("ping", "dont-know", PROBE)]
        assert notes(session) == [f"The probe of 'ping' {note}"]
        assert session.belief == house({}).belief

    @both
    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            ("perhaps", "'perhaps' is not"),
            (None, "that is not"),
            (1e999, "no answer to 'ping' fits inf ms"),
        ],
    )
    def test_nonsense(self, how, said, shown):
        """
        What is no answer to the question counts as not known, and is noted.
        """
        session = probed(house({"ping": lambda _: said}), how)
        (note,) = notes(session)

        assert replies(session) == [("ping", "dont-know", PROBE)]
        assert note.startswith(f"The probe of 'ping' gave no answer: {shown}")

    def test_deliberate(self):
        """
        A probe that says "I don't know" is in no trouble.
        """
        session = house({"ping": lambda _: ts.DONT_KNOW}).probe()

        assert replies(session) == [("ping", "dont-know", PROBE)]
        assert notes(session) == []

    @pytest.mark.parametrize(
        ("probe", "note"),
        [
            (lambda _: "Jane Doe", "gave no answer."),
            (failing(ValueError("Jane Doe")), "failed."),
        ],
    )
    def test_private(self, probe, note):
        """
        A remark about a private question never says what the probe said.
        """
        session = house({"name": probe}).probe(up_to=60)

        assert notes(session) == [f"The probe of 'name' {note}"]
        assert "Jane" not in session.to_json()

    @both
    def test_time_out(self, how):
        """
        A probe that takes too long does not know; what it says later never counts.
        """
        go, done = threading.Event(), threading.Event()

        def probe(_question):
            go.wait(LONG)
            done.set()
            return "slow"

        session = probed(house({"ping": probe}, seconds=SHORT), how)
        before = session.events
        go.set()

        assert done.wait(LONG)
        assert notes(session) == ["The probe of 'ping' took longer than 0.05 s."]
        assert replies(session) == [("ping", "dont-know", PROBE)]
        assert session.events is before

    def test_late_result_in_a_running_loop(self):
        """
        A result that comes too late is dropped by a loop that still runs.
        """
        go, errors = threading.Event(), []

        async def host():
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, error: errors.append(error))
            begun = house({"ping": lambda _: go.wait(LONG)}, seconds=SHORT)
            session = await begun.probe_async()
            go.set()
            threads = [x for x in threading.enumerate() if "probe" in x.name]
            # Otherwise a probe that hangs would keep the process alive.
            assert all(each.daemon for each in threads)
            await asyncio.to_thread(lambda: [x.join(LONG) for x in threads])
            await asyncio.sleep(0)
            return session

        assert replies(asyncio.run(host())) == [("ping", "dont-know", PROBE)]
        assert errors == []

    @both
    def test_time_out_of_a_coroutine(self, how):
        """
        An asynchronous probe is cancelled at the limit, while the host goes on.
        """
        cancelled = threading.Event()

        async def probe(_question):
            try:
                await asyncio.sleep(LONG)
            except asyncio.CancelledError:
                cancelled.set()
                raise

        async def host(begun):
            session = await begun.probe_async()
            await asyncio.sleep(0)
            assert cancelled.is_set()
            return session

        # Long enough for the probe to have begun on a busy machine.
        begun = house({"ping": probe}, seconds=0.5)
        session = begun.probe() if how == "sync" else asyncio.run(host(begun))

        assert notes(session) == ["The probe of 'ping' took longer than 0.5 s."]
        assert cancelled.wait(LONG / 3)

    def test_coroutine_that_goes_on(self):
        """
        An asynchronous probe that does not heed being cancelled is left behind.
        """
        go = asyncio.Event()

        async def probe(_question):
            while not go.is_set():
                try:
                    await go.wait()
                except asyncio.CancelledError:
                    continue
            return "slow"

        async def host():
            session = await house({"ping": probe}, seconds=SHORT).probe_async()
            go.set()
            return session

        assert replies(asyncio.run(host())) == [("ping", "dont-know", PROBE)]

    @both
    def test_coroutine_that_blocks_its_maker(self, how):
        """
        The time to make a coroutine counts as well.
        """

        def probe(question):
            time.sleep(2 * SHORT)
            return question.id

        session = probed(house({"ping": probe}, seconds=SHORT), how)
        assert notes(session) == ["The probe of 'ping' took longer than 0.05 s."]

    @both
    @pytest.mark.parametrize("kind", [failing, failing_later])
    def test_keyboard(self, how, kind):
        """
        Who wants everything to end is obeyed.
        """
        session = house({"ping": kind(KeyboardInterrupt())})

        with pytest.raises(KeyboardInterrupt):
            probed(session, how)

    @both
    def test_no_thread_left(self, how, monkeypatch):
        """
        A machine without a thread to spare is a failure of the probe.
        """
        session = house({"ping": lambda _: "slow"})
        start = threading.Thread.start

        def refuse(thread):
            if thread.name == "troubleshoot-probe":
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", refuse)

        assert notes(probed(session, how)) == [
            "The probe of 'ping' failed: can't start new thread"
        ]


class TestOnce:
    def test_not_known(self):
        """
        A probe that does not know is not called again; a person may be asked.
        """
        body = """
causes: {a: {title: A}, b: {title: B}}
questions: {q: {ask: Q?, given: {a: yes, b: no}}}
"""
        probe = Counted(ts.DONT_KNOW)
        session = house({"q": probe}, body=body).probe().probe(up_to=9)

        assert session.next_step().id == "q"
        assert len(probe.calls) == 1

    def test_resumed(self, tmp_path):
        """
        A session that is resumed does not call again what was called before.
        """
        ping = Counted(ts.DONT_KNOW)
        session = house({"ping": ping}).probe()
        again = ts.resume(session.tree, session.to_json(), probes={"ping": ping})
        with ts.Journal(tmp_path / "case.journal") as journal:
            journal.keep(session)
            kept = journal.resume(session.tree, probes={"ping": ping}, probe_seconds=9)

        assert again.probe(up_to=9) == session
        assert kept.probe(up_to=9) == session
        assert kept.probe_seconds == 9
        assert len(ping.calls) == 1

    def test_undone(self):
        """
        What was taken back with a move is not looked up again until another is made.
        """
        ping = Counted("slow")
        seen = house({"ping": ping}).note("Seen.")
        session = seen.probe().undo().probe()

        assert "ping" not in dict(session.evidence)
        assert session.redo().evidence == (("ping", "slow"),)
        assert len(ping.calls) == 1

    def test_nobody_is_shown_what_they_never_saw(self):
        """
        Undo goes back to the step that a person replied to, past all probes since.
        """
        session = house({"ping": Counted("slow")}).probe()
        with pytest.raises(ts.SessionError, match="nothing to undo"):
            session.undo()
        step = session.next_step()
        after = session.not_now(step).as_("probe").note("Looked.").as_("customer")

        assert after.undo() == session
        assert after.undo().next_step() == step
        assert after.undo().redo() == after

    def test_changed(self):
        """
        Where a person corrects a probe, it does not object.
        """
        ping = Counted("slow")
        session = house({"ping": ping}).probe().change("ping", ts.DONT_KNOW)

        assert session.probe(up_to=9).events == session.events
        assert len(ping.calls) == 1

    def test_again_after_an_action(self):
        """
        What an action may have changed is probed again, once.
        """
        ping = Counted("slow", "fast")
        session = house({"ping": ping}).probe().tried("restart", fixed=False)
        after = session.probe(up_to=1)

        assert after.evidence == (("restart", "failed"), ("ping", "fast"))
        assert after.probe(up_to=1) == after
        assert len(ping.calls) == 2

    def test_correction_is_no_action(self):
        """
        That an action was told wrong changes nothing about the device.
        """
        session = house({"ping": lambda _: ts.DONT_KNOW})
        session = session.tried("restart", fixed=False).probe(up_to=1)

        assert ran(session) == {"ping"}
        assert ran(session.change("restart", said=True)) == {"ping"}
        assert ran(session.tried("restart", fixed=False)) == set()


class TestUrgent:
    @both
    @pytest.mark.parametrize(
        ("said", "note"),
        [
            (ts.DONT_KNOW, "leaves it to a person."),
            (ts.NOT_NOW, "leaves it to a person."),
            ("perhaps", "gave no answer: 'perhaps' is not an answer to 'smoke'"),
        ],
    )
    def test_left_to_a_person(self, how, said, note):
        """
        An urgent question that no probe can answer is put to a person at once.
        """
        smoke, ping = Counted(said), Counted("slow")
        session = house({"smoke": smoke, "ping": ping}, body=HOUSE + SMOKE)
        session = probed(probed(session, how), how)

        assert session.next_step().id == "smoke"
        assert replies(session) == []
        assert notes(session)[0].startswith(f"The probe of 'smoke' {note}")
        assert (len(smoke.calls), ping.calls) == (1, [])

    def test_answered(self):
        """
        An urgent question that a probe answers is settled.
        """
        session = house({"smoke": lambda _: False}, body=HOUSE + SMOKE).probe()

        assert session.evidence == (("smoke", "no"),)
        assert session.next_step().id == "ping"

    def test_undone_remark(self):
        """
        A remark that is taken back does not call its probe again.
        """
        smoke = Counted(ts.DONT_KNOW)
        seen = house({"smoke": smoke}, body=HOUSE + SMOKE).note("Seen.")
        session = seen.probe().undo().probe()

        assert session.next_step().id == "smoke"
        assert len(smoke.calls) == 1

    def test_somebody_else_remarks(self):
        """
        Only a probe's own remark says that it was called.
        """
        smoke = Counted(False)  # noqa: FBT003 - what the probe says
        session = house({"smoke": smoke}, body=HOUSE + SMOKE)

        session.note("The probe of 'smoke' leaves it to a person.").probe()
        assert len(smoke.calls) == 1


class TestHost:
    def test_coroutine_inside_a_loop(self):
        """
        Who has a loop and an asynchronous probe is told how to await it.
        """

        async def host(probe):
            return house({"ping": probe}).probe()

        class Waiting:
            def __await__(self):
                yield

        for probe in (slowly, lambda _: Waiting()):
            with pytest.raises(ts.SessionError, match=r"await session.probe_async\(\)"):
                asyncio.run(host(probe))

    def test_plain_probe_inside_a_loop(self):
        """
        A plain probe works inside a loop, which stands still meanwhile.
        """

        async def host():
            return house({"ping": lambda _: "slow"}).probe()

        assert asyncio.run(host()).evidence == (("ping", "slow"),)

    def test_loop_goes_on(self):
        """
        Neither a probe that blocks nor a step that takes long holds up the loop.
        """
        calls = []

        class Slow:
            name = "slow"

            def choose(self, view):
                calls.append(threading.current_thread())
                time.sleep(SHORT)
                return "ping" if "ping" in view.questions else "others"

        def probe(_question):
            time.sleep(SHORT)
            return "slow"

        gaps = []

        async def tick():
            while True:
                before = time.perf_counter()
                await asyncio.sleep(0.001)
                gaps.append(time.perf_counter() - before)

        async def host():
            ticking = asyncio.create_task(tick())
            session = house({"ping": probe}, strategy=Slow())
            session = await session.probe_async()
            ticks = len(gaps)
            step = session.next_step()
            ticking.cancel()
            return ticks, step

        ticks, step = asyncio.run(host())

        # Three sleeps of 50 ms; a loop that stood still would tick thrice or so.
        assert ticks > 15
        assert step.id == "others"
        assert len(calls) == 2
        assert threading.main_thread() not in calls

    def test_no_move_holds_up_the_loop(self):
        """
        What a probe said is taken into the session aside of the loop as well.
        """
        threads = []

        def now():
            threads.append(threading.current_thread())
            return clock()()

        session = tree(HOUSE).begin(probes={"ping": lambda _: "slow"}, clock=now)
        threads.clear()

        assert len(asyncio.run(session.probe_async()).events) == 3
        assert threads
        assert threading.main_thread() not in threads

    def test_cancelled_host(self):
        """
        Who cancels the host cancels the probe.
        """
        log = []

        async def host():
            begun = asyncio.Event()

            async def probe(_question):
                begun.set()
                try:
                    await asyncio.sleep(LONG)
                except asyncio.CancelledError:
                    log.append("cancelled")

            task = asyncio.create_task(house({"ping": probe}).probe_async())
            await begun.wait()
            task.cancel()
            await asyncio.wait({task})
            return task.cancelled()

        assert asyncio.run(host())
        assert log == ["cancelled"]


class TestBegin:
    def test_unknown_question(self):
        """
        A probe of a question that the tree does not have names the nearest.
        """
        with pytest.raises(ts.UnknownName) as caught:
            house({"pign": slowly})
        assert caught.value.suggestions == ("ping",)

        saved = house({}).to_json()
        with pytest.raises(ts.UnknownName):
            ts.resume(tree(HOUSE), saved, probes={"pign": slowly})

    def test_no_function(self):
        """
        A probe that cannot be called is refused at once.
        """
        with pytest.raises(TypeError, match="the probe of 'ping' is no function"):
            house({"ping": "slow"})

    @pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
    def test_no_time(self, seconds):
        """
        The limit is a length of time.
        """
        with pytest.raises(ValueError, match="more than 0, not"):
            house({}, seconds=seconds)

    def test_one_limit(self):
        """
        Every verb that takes probes has the same limit unless it is told otherwise.
        """
        verbs = (ts.begin, ts.Tree.begin, ts.resume, ts.Journal.resume)
        found = {inspect.signature(x).parameters["probe_seconds"] for x in verbs}

        assert {each.default for each in found} == {SECONDS}

    def test_not_saved(self):
        """
        Probes are no part of what a session is, nor of its file.
        """
        session = house({"ping": slowly})

        assert session == replace(session, probes={}, probe_seconds=1)
        assert "probe" not in session.to_json()
        assert ts.resume(session.tree, session.to_json()).probes == {}


def plans(data, drawn):
    """What the probes of some questions say or do, drawn at random."""
    found = {}
    for question in drawn.questions.values():
        ids = [each.id for each in question.answers]
        said = [*ids, ts.DONT_KNOW, ts.NOT_NOW, "nonsense", OSError("gone"), None]
        found[question.id] = data.draw(st.sampled_from(said))
    return {name: each for name, each in found.items() if each is not None}


def probe_for(plan):
    """The probe that says or does this."""
    return failing(plan) if isinstance(plan, Exception) else lambda _: plan


def played(data, session, how):
    """The session after some steps in which a person takes turns with probes."""
    for _ in range(data.draw(st.integers(0, 5))):
        session = probed(session, how, up_to=data.draw(st.sampled_from((None, 1))))
        step = session.next_step()
        if step.is_end:
            break
        if step.kind == "action":
            session = session.tried(step, fixed=False)
        else:
            ids = [each.id for each in step.answers]
            said = data.draw(st.sampled_from((*ids, ts.DONT_KNOW, ts.NOT_NOW)))
            session = session.answer(step, said)
    return session


class TestAProbeIsSomebodyWhoAnswers:
    """
    A session with probes is what the same replies by a person come to.

    But for what a person has to go and open: a probe opens nothing, so what comes
    next may cost more.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=50)
    @given(st.data(), st.sampled_from(("sync", "async")))
    def test_law(self, data, how):
        """Any tree, probes that say or do anything, a person in between."""
        drawn = data.draw(random_trees())
        said = plans(data, drawn)
        probes = {name: probe_for(plan) for name, plan in said.items()}
        session = played(data, drawn.begin(probes=probes, clock=clock()), how)

        by_hand = tuple(replace(each, actor="customer") for each in session.events)
        other = replace(session, events=by_hand, probes={})
        assert other.belief == session.belief
        assert other.evidence == session.evidence
        if not drawn.setups:
            assert other.next_step() == session.next_step()
        text = session.to_json()
        assert ts.replay(drawn, text) == session
        resumed = ts.resume(drawn, text, probes=probes, clock=session.clock)
        assert resumed == session
        assert replies(resumed.probe()) == replies(session.probe())


class TestNoProbeIsCalledTwice:
    """
    Between two actions, no probe is called twice.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=50)
    @given(st.data())
    def test_law(self, data):
        """Any tree, probes that say or do anything, a person in between."""
        drawn = data.draw(random_trees())
        calls = []

        def counting(name, plan):
            def probe(question):
                calls.append(name)
                return probe_for(plan)(question)

            return probe

        said = plans(data, drawn)
        probes = {name: counting(name, plan) for name, plan in said.items()}
        session = played(data, drawn.begin(probes=probes, clock=clock()), "sync")

        tried = [each.step for each in session.events if each.kind == "tried"]
        for name in said:
            changed = sum(name in drawn.actions[each].changes for each in tried)
            assert calls.count(name) <= 1 + changed


class TestSideBySide:
    """
    Cheap probes that are coroutines are awaited together, and answer in the order of
    the file, as if one after another.
    """

    BODY = """
causes: {a: {title: A}, b: {title: B}}
questions:
  one: {ask: One?, cost: 1 min, given: {a: often yes}}
  two: {ask: Two?, cost: 1 min, given: {a: often yes}}
  three: {ask: Three?, cost: 1 min, given: {a: often yes}}
"""

    @both
    def test_all_run_at_once(self, how):
        """
        Each of three waits until all have begun, and the last answers first.
        """
        begun, order, everybody = [], [], asyncio.Event()

        async def probe(question):
            begun.append(question.id)
            if len(begun) == 3:
                everybody.set()
            await everybody.wait()
            await asyncio.sleep(0.05 * (3 - begun.index(question.id)))
            order.append(question.id)
            return "yes"

        probes = dict.fromkeys(("three", "two", "one"), probe)
        session = probed(tree(self.BODY).begin(probes=probes), how, up_to=9)

        assert sorted(begun) == ["one", "three", "two"]
        assert order == [*reversed(begun)]
        answered = [x.step for x in session.events if x.kind == "answered"]
        assert answered == ["one", "two", "three"]

    def test_both_verbs_write_the_same(self):
        """
        Whatever each comes to, both verbs leave the same events, in the same order.
        """

        async def fails(_question):
            raise OSError("no line")

        async def hangs(_question):
            await asyncio.Event().wait()

        probes = {"three": slowly, "two": fails, "one": hangs}
        one, two = (house(probes, body=self.BODY, seconds=SHORT) for _ in range(2))

        said = one.probe(up_to=9).events
        assert said == asyncio.run(two.probe_async(up_to=9)).events
        assert [each.kind for each in said].count("noted") == len(probes)

    def test_one_that_blocks_holds_up_no_answer_that_is_there(self):
        """
        Who blocks the loop is left behind, and what others have said counts.
        """
        blocked = threading.Event()

        async def blocks(_question):
            await asyncio.sleep(SHORT / 2)
            blocked.wait(LONG)

        async def quick(_question):
            return "yes"

        probes = {"one": quick, "two": blocks}
        session = house(probes, body=self.BODY, seconds=SHORT).probe(up_to=9)
        blocked.set()

        assert replies(session) == [("one", "yes", PROBE), ("two", "dont-know", PROBE)]

    def test_inside_a_loop_they_are_refused(self):
        """
        Where a loop is running, several are refused as one is.
        """

        async def host():
            house(dict.fromkeys(("one", "two"), slowly), body=self.BODY).probe(up_to=9)

        with pytest.raises(ts.SessionError, match=r"await session.probe_async\(\)"):
            asyncio.run(host())

    @both
    def test_others_are_called_one_by_one(self, how):
        """
        Of functions nobody can tell what they share, so none runs beside another.
        """
        running, most = [], []

        def probe(question):
            running.append(question.id)
            most.append(len(running))
            time.sleep(0.02)
            running.remove(question.id)
            return "yes"

        probes = dict.fromkeys(("one", "two", "three"), probe)
        probed(tree(self.BODY).begin(probes=probes), how, up_to=9)

        assert most == [1, 1, 1]
