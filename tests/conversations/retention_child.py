"""A process that destroys by the rules, chunk by chunk, and waits to be killed after the first."""

import asyncio
import json
import sys
from pathlib import Path

from damso.bootstrap import kept_records_of
from damso.conversations.retention.run import destroy_some
from damso.kernel.crypto import Keyring
from damso.kernel.database import open_database
from damso.kernel.erasure_list import ErasureList


async def destroy(dsn: str, listed: Path) -> None:
    database = await open_database(dsn)
    keyring = Keyring(b"a master key for tests, 32 bytes")
    async with database.transaction() as tx:
        await destroy_some(tx, keyring, ErasureList(listed), kept_records_of(), {})
    async with database.transaction() as tx:
        await destroy_some(tx, keyring, ErasureList(listed), kept_records_of(), {})
        # In the middle: deleted, written into the list, and not committed.
        print(json.dumps("in the middle"), flush=True)
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    dsn, listed = sys.argv[1:]
    asyncio.run(destroy(dsn, Path(listed)))


if __name__ == "__main__":
    main()
