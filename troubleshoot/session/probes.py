"""
Questions that code answers instead of a person.

A probe is called with the question, as the step that it is now, and returns what
``Session.answer`` takes. It is called when its question comes next, or at the start if
the question is cheap; and not again until an action may have changed the answer. A
probe that fails, hangs or talks nonsense does not know, and a remark says why.

It is called with a time limit. Python cannot stop a thread: what is late is left behind
in a thread of its own, which does not keep the process alive, and what comes of it
later reaches nobody. Where a host has an event loop, that goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import Field, dataclass, replace
from functools import partial
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX, Thread
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
)

from troubleshoot.arguments import a_mapping, a_number
from troubleshoot.errors import (
    ArgumentError,
    ArgumentTypeError,
    SessionError,
    TroubleshootError,
)
from troubleshoot.session import rules
from troubleshoot.session.answers import Said, understood
from troubleshoot.session.events import PROBE, Answered, Event, Remark, Tried
from troubleshoot.session.provenance import MEASURED
from troubleshoot.session.steps import DONT_KNOW, Question, Reply
from troubleshoot.text import printable, shortened
from troubleshoot.tree import tree as written
from troubleshoot.tree.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.session.analysis import Analysis
    from troubleshoot.session.steps import Step


Probe: TypeAlias = (
    Callable[[Question], Said | None] | Callable[[Question], Awaitable[Said | None]]
)

SECONDS: Final = 5.0
SHOWN: Final = 200  # characters of what a probe says about its failure


class Probed(Protocol):
    """What probes need of a session, which stands above them."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def tree(self) -> Tree:
        """What is known."""

    @property
    def events(self) -> Sequence[Event]:
        """The log."""

    @property
    def undone(self) -> Sequence[Event]:
        """What was taken back last."""

    @property
    def probes(self) -> Mapping[str, Probe]:
        """Code that answers, by question."""

    @property
    def probe_seconds(self) -> float:
        """How long each of them may take."""

    @property
    def speaker(self) -> str | None:
        """Who says what is said, if it is not who does by default."""

    @property
    def analysis(self) -> Analysis:
        """What follows from the log."""

    def next_step(self) -> Step:
        """What to do next."""

    def question(self, id: str, /) -> Question:
        """The question of this id, as it would be asked now."""

    def as_(self, actor: str, /) -> Self:
        """The same; what is said from here on is by this actor."""

    def note(self, text: str, /) -> Self:
        """After a remark."""

    def answer(self, question: Question, said: Said, /, *, source: str) -> Self:
        """After an answer."""


S = TypeVar("S", bound=Probed)


def checked(
    tree: Tree, probes: Mapping[str, Probe] | None, seconds: float
) -> dict[str, Probe]:
    """
    The probes, each of a question of the tree.

    Raises:
        UnknownName: a probe is of no question of the tree.
        ArgumentTypeError: a probe cannot be called, or the limit is no number.
        ArgumentError: the limit is no length of time.
    """
    found = {} if probes is None else dict(a_mapping(probes, "probes"))
    for name, each in found.items():
        if not callable(tree.question(name) and each):
            raise ArgumentTypeError(
                f"the probe of '{name}' is no function", argument="probes"
            )
    seconds = a_number(seconds, "probe_seconds", positive=True)
    if seconds > TIMEOUT_MAX:
        raise ArgumentError(
            f"probe_seconds is a time limit of more than 0, not {seconds:g}",
            argument="probe_seconds",
        )
    return found


def probed(session: S, up_to: float | None) -> S:
    """The session once every probe that is due has answered."""
    _check_limit(up_to)
    known: dict[str, CallOutcome] = {}
    while (question := due(session, up_to)) is not None:
        if question.id not in known:
            at_once = _at_once(session, question, up_to, known)
            calls = [call(session, each) for each in at_once]
            found = together(calls, session.probe_seconds)
            known |= zip((each.id for each in at_once), found, strict=False)
        session = replied(session, question, known.pop(question.id))
    return session


async def probed_async(session: S, up_to: float | None) -> S:
    """The same, while the loop goes on; what takes time is done in threads."""
    _check_limit(up_to)
    known: dict[str, CallOutcome] = {}
    while (question := await asyncio.to_thread(due, session, up_to)) is not None:
        if question.id not in known:
            at_once = await asyncio.to_thread(_at_once, session, question, up_to, known)
            found = await asyncio.gather(
                *(
                    awaited(call(session, each), session.probe_seconds)
                    for each in at_once
                )
            )
            known |= zip((each.id for each in at_once), found, strict=True)
        outcome = known.pop(question.id)
        session = await asyncio.to_thread(replied, session, question, outcome)
    return session


def _at_once(
    session: Probed,
    question: Question,
    up_to: float | None,
    known: Mapping[str, CallOutcome],
) -> list[Question]:
    """The question, and those beside it whose probes have not said anything yet."""
    along = [each for each in _along(session, up_to) if each.id not in known]
    return [question, *(each for each in along if each.id != question.id)]


def _along(session: Probed, up_to: float | None) -> list[Question]:
    """
    Cheap questions with coroutines for probes, which may be awaited side by side.

    Other probes are called one by one, as nobody can tell what they share.
    """
    if up_to is None:
        return []
    waiting = {
        each
        for each in session.probes.keys() - ran(session)
        if iscoroutinefunction(session.probes[each])
    }
    return list(_cheap(session, waiting, up_to))


def _check_limit(up_to: object) -> None:
    if up_to is not None:
        a_number(up_to, "up_to")


def call(session: Probed, question: Question) -> Callable[[], object]:
    """The call of the probe of a question."""
    return partial(session.probes[question.id], question)


def due(session: Probed, up_to: float | None) -> Question | None:
    """The question whose probe is to be called now."""
    waiting = session.probes.keys() - ran(session)
    cheap = None if up_to is None else next(_cheap(session, waiting, up_to), None)
    if cheap is not None:
        return cheap
    step = session.next_step()
    return step if isinstance(step, Question) and step.id in waiting else None


def _cheap(session: Probed, waiting: set[str], up_to: float) -> Iterator[Question]:
    """The questions that cost so little and can be put, urgent ones first."""
    analysis, candidates = session.analysis, session.analysis.candidates
    if rules.over(analysis) is not None:
        return
    now = analysis.state
    waiting = waiting - {*now.answers, *now.dont_know, *now.not_now}
    questions = [x for x in session.tree.questions.values() if x.id in waiting]
    for each in sorted(questions, key=lambda question: not question.is_urgent):
        if candidates.is_available(each) and candidates.cost(each) <= up_to:
            yield session.question(each.id)


def ran(session: Probed) -> set[str]:
    """
    Questions whose probe has had its say on the evidence as it is.

    What was undone counts as well: whoever takes the answer of a probe back wants to
    answer themselves.
    """
    found: set[str] = set()
    for event in session.events:
        found |= _ran(session, event)
        if isinstance(event, Tried) and event.kind == "tried":
            found -= {*session.tree.actions[event.step].changes}
    return found.union(*(_ran(session, each) for each in session.undone))


def _ran(session: Probed, event: Event) -> set[str]:
    by_probe = event.actor == PROBE
    if by_probe and isinstance(event, Answered):
        return {event.step}
    if by_probe and isinstance(event, Remark):
        return {x for x in session.probes if event.text.startswith(_subject(x))}
    return set()


def _subject(question: str) -> str:
    """How a remark about a probe begins; by it, the remark is known again."""
    return f"The probe of '{question}' "


def replied(session: S, step: Question, outcome: CallOutcome) -> S:
    """The session after what came of a probe."""
    question = session.tree.questions[step.id]
    said, trouble = _said(question, outcome, session.probe_seconds)
    after = session.as_(PROBE)
    # Safety does not rest on code: only a person may leave an urgent question open.
    left = question.is_urgent and isinstance(said, Reply)
    if left and not trouble:
        trouble = "leaves it to a person."
    if trouble:
        after = after.note(_subject(question.id) + trouble)
    if not left:
        after = after.answer(step, said, source=MEASURED)
    return replace(after, speaker=session.speaker)


def _said(
    question: written.Question, outcome: CallOutcome, seconds: float
) -> tuple[Said, str]:
    """The reply to a question; "don't know" comes with what went wrong, if it did."""
    if outcome.late:
        return DONT_KNOW, f"took longer than {seconds:g} s."
    if outcome.error is not None:
        return DONT_KNOW, _trouble(question, "failed", _message(outcome.error))
    try:
        answer, value = understood(question, outcome.value)
    except TroubleshootError as error:
        return DONT_KNOW, _trouble(question, "gave no answer", str(error))
    if answer in {each.value for each in Reply}:
        return Reply(answer), ""
    return (answer if value is None else value), ""


def _trouble(question: written.Question, what: str, why: str) -> str:
    """What went wrong, on one line; the why may hold what is nobody's business."""
    if question.private or not why.strip():
        return f"{what}."
    return f"{what}: {shortened(printable(why), SHOWN)}"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error that cannot say what it is
        return ""


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What a call came to: its value, the error that it raised, or too late."""

    value: object = None
    error: BaseException | None = None
    late: bool = False

    def unless_interrupted(self) -> CallOutcome:
        """The same outcome, unless somebody at the keyboard wants everything to end."""
        if isinstance(self.error, KeyboardInterrupt):
            raise self.error
        return self


def called(function: Callable[[], object], seconds: float) -> CallOutcome:
    """
    What the function comes to within so many seconds; a coroutine is run to its end.

    Raises:
        SessionError: it is a coroutine, and a loop is running here that could await it.
    """
    until = time.monotonic() + seconds
    outcome = _waited_for(function, until)
    if outcome.error is None and isawaitable(outcome.value):
        outcome = _run(outcome.value, until)
    return outcome.unless_interrupted()


def together(
    functions: Sequence[Callable[[], object]], seconds: float
) -> list[CallOutcome]:
    """
    What these come to, called side by side in a loop of their own.

    Where a loop is running already, that cannot be: only the first is called then.
    """
    if len(functions) == 1 or _loop_is_running():
        return [called(functions[0], seconds)]
    # In a thread, as `called` does: whoever blocks the loop is left behind as well.
    until = time.monotonic() + seconds
    found = [CallOutcome(late=True)] * len(functions)
    gathered = partial(together_async, functions, seconds, found)
    _waited_for(lambda: asyncio.run(gathered()), until).unless_interrupted()
    return [*found]


def in_thread(
    function: Callable[[], object], tell: Callable[[CallOutcome], object]
) -> None:
    """Call the function in a thread of its own, which tells what came of it."""
    context = copy_context()
    thread = Thread(
        target=lambda: tell(context.run(_caught, function)),
        name="troubleshoot-probe",
        daemon=True,
    )
    try:
        thread.start()
    except RuntimeError as error:  # the machine has no thread left
        tell(CallOutcome(error=error))


def _caught(function: Callable[[], object]) -> CallOutcome:
    try:
        return CallOutcome(function())
    except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
        return CallOutcome(error=error)


def _waited_for(function: Callable[[], object], until: float) -> CallOutcome:
    box: SimpleQueue[CallOutcome] = SimpleQueue()
    in_thread(function, box.put)
    try:
        return box.get(timeout=max(0.0, until - time.monotonic()))
    except Empty:
        return CallOutcome(late=True)


def _run(waiting: Awaitable[object], until: float) -> CallOutcome:
    """The outcome of a coroutine in a loop of its own, in a thread of its own."""
    if _loop_is_running():
        if iscoroutine(waiting):
            waiting.close()
        raise SessionError(
            "a probe is asynchronous, and a loop is running here: "
            "say 'await session.probe_async()' instead of 'session.probe()'"
        )
    seconds = max(0.0, until - time.monotonic())
    outcome = _waited_for(lambda: asyncio.run(limited(waiting, seconds)), until)
    return outcome.value if isinstance(outcome.value, CallOutcome) else outcome


def _loop_is_running() -> bool:
    return asyncio._get_running_loop() is not None  # noqa: SLF001 - the public one raises


async def awaited(function: Callable[[], object], seconds: float) -> CallOutcome:
    """
    What the function comes to within so many seconds; a coroutine is awaited here.

    The function is called in a thread, as nobody can tell whether it would block.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    outcome = await _awaited_for(loop, function, seconds)
    if outcome.error is None and isawaitable(outcome.value):
        outcome = await limited(outcome.value, max(0.0, until - loop.time()))
    return outcome.unless_interrupted()


async def together_async(
    functions: Sequence[Callable[[], object]], seconds: float, found: list[CallOutcome]
) -> None:
    """The same of several side by side; each is found as soon as it is there."""

    async def one(place: int, function: Callable[[], object]) -> None:
        found[place] = await awaited(function, seconds)

    await asyncio.gather(*(one(i, each) for i, each in enumerate(functions)))


async def _awaited_for(
    loop: asyncio.AbstractEventLoop, function: Callable[[], object], seconds: float
) -> CallOutcome:
    future: asyncio.Future[CallOutcome] = loop.create_future()

    def settle(outcome: CallOutcome) -> None:
        if not future.done():
            future.set_result(outcome)

    def tell(outcome: CallOutcome) -> None:
        with suppress(RuntimeError):  # the loop was closed while it took its time
            loop.call_soon_threadsafe(settle, outcome)

    in_thread(function, tell)
    try:
        done, _ = await asyncio.wait({future}, timeout=seconds)
    finally:
        future.cancel()
    return future.result() if done else CallOutcome(late=True)


async def limited(waiting: Awaitable[object], seconds: float) -> CallOutcome:
    """What an awaitable comes to within so many seconds; it is cancelled then."""
    task = asyncio.ensure_future(_caught_async(waiting))
    try:
        # Not asyncio.timeout, which waits on for whatever does not heed the cancelling.
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
    return task.result() if done else CallOutcome(late=True)


async def _caught_async(waiting: Awaitable[object]) -> CallOutcome:
    try:
        return CallOutcome(await waiting)
    except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
        return CallOutcome(error=error)
