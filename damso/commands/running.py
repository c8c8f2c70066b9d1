"""Running a command in an event loop that Ctrl-C and SIGTERM end in order."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import typer
import uvloop

from damso.commands.console import tell
from damso.kernel.i18n import Text
from damso.kernel.logs import configure_logs
from damso.kernel.settings import Settings, load_settings
from damso.kernel.simulator_note import with_note

T = TypeVar("T")

SLOW_SECONDS = 0.7
"""What takes longer than this is announced."""
STOPPING = Text("종료하고 있어요.", "Stopping.")


def prepared(*, alone: bool = False) -> Settings:
    """The settings, with logs set up by them. Unless the command is `alone` on its data folder, they name the simulator
    of a demo that runs there. Raises `SettingInvalid`."""
    settings = load_settings()
    configure_logs(settings.log_format)
    return settings if alone else with_note(settings)


class ToldToStop(Exception):
    """A signal asked us to end, and everything is in order now."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do a command's work to its end. Told to stop earlier, exit as a shell expects of what was interrupted."""
    try:
        return _in_loop(work)
    except ToldToStop as told:
        raise typer.Exit(128 + told.number) from None


def keep_running(work: Coroutine[Any, Any, None]) -> None:
    """Do work that ends only when told to, which is its success."""
    with suppress(ToldToStop):
        _in_loop(work)


def _in_loop(work: Coroutine[Any, Any, T]) -> T:
    gc.freeze()  # what was imported stays: no collection needs to look at it again
    gc.enable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, T]) -> T:
    """Cancel the work once at the first signal. The handlers are our own: a shell that starts us in the background
    makes us ignore SIGINT, and nobody else undoes that."""
    task = asyncio.create_task(work)
    told: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        if not told:
            tell(STOPPING)
            task.cancel()
        told.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        raise ToldToStop(told[0]) from None


async def until_cancelled() -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


@asynccontextmanager
async def announced(text: Text, **fields: object) -> AsyncIterator[None]:
    """Say what is going on if it takes long enough for somebody to wonder."""
    timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, lambda: tell(text, **fields))
    try:
        yield
    finally:
        timer.cancel()
