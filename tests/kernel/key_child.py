"""A process that encrypts and reads back without a pause, while others change the keys it stands on."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from damso.kernel.database import open_database
from damso.kernel.key_file import open_keyring


async def work(dsn: str, key_file: Path) -> None:
    database, keyring = await open_database(dsn), open_keyring(key_file)
    token = keyring.sign("visitor", {"v": "1"})
    told: set[str] = set()
    rounds = 0
    while True:
        async with database.transaction() as tx:
            key = f"inbox {rounds % 20}"
            await tx.execute(
                "INSERT INTO kept (key, config) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET config = $2",
                key,
                {"password": keyring.encrypt("비밀"), "host": "mail.shop.example"},
            )
        async with database.reading() as tx:
            for config in await tx.values("SELECT config FROM kept"):
                assert keyring.decrypt(config["password"]) == "비밀"
        assert keyring.verify("visitor", token, datetime.now(UTC))
        rounds += 1
        if (newest := keyring.keys[0].id) not in told:
            told.add(newest)
            print(json.dumps({"key": newest}), flush=True)


asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
