"""Starting a run: in a process of its own, from a lane or from a command."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from damso.customers.matching.runs import note_failure
from damso.customers.matching.types import LANE
from damso.kernel.database import Database
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Park, Retry

log = structlog.get_logger()

AGAIN = 10.0
"""Seconds until it is tried again where somebody else is at it."""


class Job(Struct, frozen=True, kw_only=True):
    """What the child is told, as a line on its standard input. `folder` is its own, and gone afterwards."""

    dsn: str
    run_id: UUID
    folder: str


class Outcome(Struct, frozen=True, kw_only=True):
    """What it answers. `fault` is the name of an error: what it says may quote a row."""

    busy: bool = False
    fault: str = ""


async def do_match(database: Database, run_id: UUID, folder: Path) -> Outcome:
    """One run in a child, which ends with us. How far it is stands in the register."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "damso.customers.matching.child",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # a traceback may quote a row
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        job = Job(dsn=database.notifier.dsn, run_id=run_id, folder=str(folder))
        child.stdin.write(msgspec.json.encode(job) + b"\n")  # and kept open: by its end the child knows we are gone
        answer = await child.stdout.read()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return msgspec.json.decode(answer, type=Outcome) if answer else Outcome(fault="Died")


class MatchLane:
    """Works the lane `match`: one run at a time. A worker that is killed leaves the run to the next one, which begins
    it again."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("같은 고객 찾기", "Possible duplicates being sought")
    width: ClassVar[int] = 1

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def work(self, claim: Claim) -> None:
        run_id = UUID(str(claim.item.payload["run_id"]))
        outcome = await do_match(self._database, run_id, self._folder)
        if outcome.busy:
            raise Retry(AGAIN, "busy")
        if outcome.fault:
            log.error("match.failed", reason=outcome.fault)
            async with self._database.transaction() as tx:
                await note_failure(tx, run_id, outcome.fault)
            raise Park(outcome.fault)
        async with self._database.transaction() as tx:
            await claim.finish(tx)
