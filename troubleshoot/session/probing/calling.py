"""
Code of a host, called with a time limit, whatever it does: fail, hang, never end.

Python cannot stop a thread. What is late is left behind in a thread of its own, which
does not keep the process alive, and what comes of it later reaches nobody.
"""

from __future__ import annotations

import time
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable, iscoroutine
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from troubleshoot.errors import SessionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: its value, the error that it raised, or too late."""

    value: object = None
    error: BaseException | None = None
    late: bool = False

    def heard(self) -> Outcome:
        """The same outcome, unless somebody at the keyboard wants everything to end."""
        if isinstance(self.error, KeyboardInterrupt):
            raise self.error
        return self


def called(function: Callable[[], object], seconds: float) -> Outcome:
    """
    What the function comes to within so many seconds; a coroutine is run to its end.

    Raises:
        SessionError: it is a coroutine, and a loop is running here that could await it.
    """
    until = time.monotonic() + seconds
    outcome = _waited_for(function, until)
    if outcome.error is None and isawaitable(outcome.value):
        outcome = _run(outcome.value, until)
    return outcome.heard()


def together(
    functions: Sequence[Callable[[], object]], seconds: float
) -> list[Outcome]:
    """
    What these come to, called side by side in a loop of their own.

    Where a loop is running already, that cannot be: only the first is called then.
    """
    if len(functions) == 1 or _loop_is_running():
        return [called(functions[0], seconds)]
    import asyncio  # noqa: PLC0415 - only hosts with asynchronous probes wait for it

    from troubleshoot.session.probing import awaiting  # noqa: PLC0415 - as above

    # In a thread, as `called` does: whoever blocks the loop is left behind as well.
    until = time.monotonic() + seconds
    found = [Outcome(late=True)] * len(functions)
    gathered = partial(awaiting.together, functions, seconds, found)
    _waited_for(lambda: asyncio.run(gathered()), until).heard()
    return [*found]


def in_thread(
    function: Callable[[], object], tell: Callable[[Outcome], object]
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
        tell(Outcome(error=error))


def _caught(function: Callable[[], object]) -> Outcome:
    try:
        return Outcome(function())
    except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
        return Outcome(error=error)


def _waited_for(function: Callable[[], object], until: float) -> Outcome:
    box: SimpleQueue[Outcome] = SimpleQueue()
    in_thread(function, box.put)
    try:
        return box.get(timeout=max(0.0, until - time.monotonic()))
    except Empty:
        return Outcome(late=True)


def _run(waiting: Awaitable[object], until: float) -> Outcome:
    """The outcome of a coroutine in a loop of its own, in a thread of its own."""
    import asyncio  # noqa: PLC0415 - only hosts with asynchronous probes wait for it

    from troubleshoot.session.probing import awaiting  # noqa: PLC0415 - as above

    if _loop_is_running():
        if iscoroutine(waiting):
            waiting.close()
        raise SessionError(
            "a probe is asynchronous, and a loop is running here: "
            "say 'await session.probe_async()' instead of 'session.probe()'"
        )
    seconds = max(0.0, until - time.monotonic())
    outcome = _waited_for(
        lambda: asyncio.run(awaiting.limited(waiting, seconds)), until
    )
    return outcome.value if isinstance(outcome.value, Outcome) else outcome


def _loop_is_running() -> bool:
    import asyncio  # noqa: PLC0415 - only hosts with asynchronous probes wait for it

    return asyncio._get_running_loop() is not None  # noqa: SLF001 - the public one raises
