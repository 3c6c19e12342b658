"""The same calls for a host with an event loop, which goes on meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING

from troubleshoot.session.probing.calling import Outcome, in_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


async def called(function: Callable[[], object], seconds: float) -> Outcome:
    """
    What the function comes to within so many seconds; a coroutine is awaited here.

    The function is called in a thread, as nobody can tell whether it would block.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    outcome = await _waited_for(loop, function, seconds)
    if outcome.error is None and isawaitable(outcome.value):
        outcome = await limited(outcome.value, max(0.0, until - loop.time()))
    return outcome.heard()


async def together(
    functions: Sequence[Callable[[], object]], seconds: float, found: list[Outcome]
) -> None:
    """The same of several side by side; each is found as soon as it is there."""

    async def one(place: int, function: Callable[[], object]) -> None:
        found[place] = await called(function, seconds)

    await asyncio.gather(*(one(i, each) for i, each in enumerate(functions)))


async def _waited_for(
    loop: asyncio.AbstractEventLoop, function: Callable[[], object], seconds: float
) -> Outcome:
    future: asyncio.Future[Outcome] = loop.create_future()

    def settle(outcome: Outcome) -> None:
        if not future.done():
            future.set_result(outcome)

    def tell(outcome: Outcome) -> None:
        with suppress(RuntimeError):  # the loop was closed while it took its time
            loop.call_soon_threadsafe(settle, outcome)

    in_thread(function, tell)
    try:
        done, _ = await asyncio.wait({future}, timeout=seconds)
    finally:
        future.cancel()
    return future.result() if done else Outcome(late=True)


async def limited(waiting: Awaitable[object], seconds: float) -> Outcome:
    """What an awaitable comes to within so many seconds; it is cancelled then."""
    task = asyncio.ensure_future(_caught(waiting))
    try:
        # Not asyncio.timeout, which waits on for whatever does not heed the cancelling.
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
    return task.result() if done else Outcome(late=True)


async def _caught(waiting: Awaitable[object]) -> Outcome:
    try:
        return Outcome(await waiting)
    except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
        return Outcome(error=error)
