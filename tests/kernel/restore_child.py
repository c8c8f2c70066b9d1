"""A restore that says where it is and waits there to be killed: before its files are in place, or its database."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from damso.kernel.backup_folder import BackupRun, open_existing
from tests.kernel.backups import RECOVERY, Place


class _Waiting(BackupRun):
    moment = ""

    def blobs(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        yield from super().blobs()
        self._reach("files")

    def dump(self) -> Iterator[bytes]:
        yield from super().dump()
        self._reach("database")

    def _reach(self, moment: str) -> None:
        if moment == self.moment:
            print(json.dumps(moment), flush=True)
            sys.stdin.read()


def main() -> None:
    backups, dsn, data, moment = sys.argv[1:]
    folder = open_existing(Path(backups), RECOVERY)
    run = _Waiting(folder, folder.runs()[0])
    run.moment = moment
    asyncio.run(Place(dsn, Path(data)).restore(run))


if __name__ == "__main__":
    main()
