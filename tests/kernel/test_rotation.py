"""Changing the master key while everybody goes on working."""

from datetime import date
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.database import Database
from damso.kernel.key_file import drop_old_keys, open_keyring, prepare_key, put_new_key_first, read_keys
from damso.kernel.rotation import SealedColumn, look_at_sealing, reseal
from tests.processes import PythonChild

KEPT = SealedColumn(table="kept", key="key", column="config")


@pytest.fixture
async def kept(database: Database) -> SealedColumn:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE kept (key text PRIMARY KEY, config jsonb NOT NULL)")
    return KEPT


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


async def keep(database: Database, key: str, **config: str) -> None:
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO kept (key, config) VALUES ($1, $2)", key, config)


@pytest.mark.slow
async def test_two_processes_work_on_through_a_rotation(
    database: Database, dsn: str, kept: SealedColumn, key_file: Path
) -> None:
    keyring = open_keyring(key_file)
    first = keyring.keys[0].id
    with (
        PythonChild("tests.kernel.key_child", dsn, key_file) as web,
        PythonChild("tests.kernel.key_child", dsn, key_file) as worker,
    ):
        assert [web.tells()["key"], worker.tells()["key"]] == [first, first]
        put_new_key_first(key_file)
        second = keyring.keys[0].id
        assert [web.tells()["key"], worker.tells()["key"]] == [second, second]
        while await reseal(database, keyring, [kept]):
            pass
        assert (await look_at_sealing(database, keyring, [kept]))[0].older == {}
        put_new_key_first(key_file)
        assert web.tells()["key"] == worker.tells()["key"] == keyring.keys[0].id


async def test_everything_is_encrypted_anew_and_nothing_else_is_touched(database: Database, kept: SealedColumn) -> None:
    before, after = Keyring(b"old" * 11), Keyring(b"new" * 11, b"old" * 11)
    for number in range(250):
        await keep(database, f"{number:03}", password=before.encrypt(f"secret {number}"), host="gAAAA.example")
    assert await reseal(database, after, [kept]) == 250
    async with database.reading() as tx:
        configs = await tx.values("SELECT config FROM kept ORDER BY key")
    newest = Keyring(b"new" * 11)
    assert [newest.decrypt(config["password"]) for config in configs] == [f"secret {number}" for number in range(250)]
    assert {config["host"] for config in configs} == {"gAAAA.example"}
    assert await reseal(database, after, [kept]) == 0


async def test_what_no_key_opens_stays_and_is_told(database: Database, kept: SealedColumn) -> None:
    lost, keyring = Keyring(b"lost" * 8), Keyring(b"new" * 11)
    await keep(database, "a", password=lost.encrypt("gone"))
    assert await reseal(database, keyring, [kept]) == 0
    found = (await look_at_sealing(database, keyring, [kept]))[0]
    assert (found.older, found.unreadable) == ({lost.keys[0].id: 1}, 1)


def test_what_was_encrypted_before_keys_had_names_is_read() -> None:
    keyring = Keyring(b"new" * 11, b"old" * 11)
    stored = keyring.keys[1].box.encrypt(b"secret").decode()
    assert keyring.decrypt(stored) == "secret"
    assert keyring.resealed(stored).startswith(keyring.keys[0].id)


def test_a_foreign_token_is_not_read() -> None:
    with pytest.raises(SecretUnreadable):
        Keyring(b"new" * 11).decrypt(Fernet(Fernet.generate_key()).encrypt(b"x").decode())


def test_a_key_from_before_there_were_several_is_read(key_file: Path) -> None:
    key_file.write_text("A" * 43)
    assert read_keys(key_file)[0].master == bytes(32)
    put_new_key_first(key_file)
    assert [key.master == bytes(32) for key in read_keys(key_file)] == [False, True]


def test_the_file_is_ours_alone(key_file: Path) -> None:
    open_keyring(key_file)
    put_new_key_first(key_file)
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_prepared_key_is_known_before_it_is_used(key_file: Path) -> None:
    keyring = open_keyring(key_file)
    first = keyring.keys[0].id
    prepare_key(key_file)
    prepare_key(key_file)
    elsewhere, prepared = open_keyring(key_file), read_keys(key_file)[1]
    assert [key.id for key in keyring.keys] == [first, prepared.id]
    put_new_key_first(key_file)
    assert elsewhere.decrypt(keyring.encrypt("secret")) == "secret"
    assert [key.id for key in read_keys(key_file)] == [prepared.id, first]
    assert read_keys(key_file)[0].made >= date(2026, 1, 1)


def test_dropped_keys_open_nothing(key_file: Path) -> None:
    keyring = open_keyring(key_file)
    stored = keyring.encrypt("secret")
    put_new_key_first(key_file)
    assert keyring.decrypt(stored) == "secret"
    assert drop_old_keys(key_file) == 1
    with pytest.raises(SecretUnreadable):
        keyring.decrypt(stored)
