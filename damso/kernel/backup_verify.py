"""Proving that backups can be restored: everything that any of them needs is read, decrypted and compared."""

import asyncio
import time

from damso.kernel.backup_folder import BackupFolder, BackupRun
from damso.kernel.i18n import Text
from damso.kernel.progress import Say, say_nothing

SAY_EVERY_SECONDS = 3.0
CHECKING = Text("{run} 백업을 확인하고 있어요({done}/{total}).", "Checking {run} ({done} of {total}).")


async def verify_all(folder: BackupFolder, *, say: Say = say_nothing) -> list[BackupRun]:
    """All runs, each found sound; a blob that several need is read once. Raises `BackupDamaged` for the first that is
    not, `BackupRunMissing` where there is none."""
    seen: set[bytes] = set()
    runs = [folder.run(name) for name in folder.runs()] or [folder.run()]
    for run in runs:
        said, done = time.monotonic(), 0
        steps = run.verify(seen)
        while await asyncio.to_thread(next, steps, None):
            done += 1
            if time.monotonic() - said > SAY_EVERY_SECONDS:
                said = time.monotonic()
                say(CHECKING, run=run.name, done=done, total=run.steps)
    return runs
