"""Files that nothing names are deleted; nobody who stores one at the same time loses it."""

import asyncio
import os
import time
from datetime import timedelta

from damso.bootstrap import blob_columns
from damso.kernel.blob_collection import UNTOUCHED, collect, discard
from damso.kernel.blobs import DiskBlobs
from damso.kernel.database import Database
from damso.kernel.lanes import enqueue


def make_old(blobs: DiskBlobs, ref: str) -> None:
    long_ago = time.time() - UNTOUCHED.total_seconds() - 60
    os.utime(blobs._path(ref), (long_ago, long_ago))


async def test_what_nothing_names_is_deleted_and_what_is_named_stays(database: Database, blobs: DiskBlobs) -> None:
    named, waiting, idle, fresh = [await blobs.put(data) for data in (b"named", b"waiting", b"idle", b"fresh")]
    for ref in (named, waiting, idle):
        make_old(blobs, ref)
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO attachment (id, uploader_kind, uploader_id, name, content_type, size, blob_ref, inline,
                created_at) VALUES (gen_random_uuid(), 'agent', '1', 'a', 'text/plain', 1, $1, false, now())""",
            named,
        )
        await enqueue(tx, "inbound", [(None, {"item": {"ref": waiting}})])

    assert await collect(database, blobs, blob_columns()) == 1
    assert set(blobs.refs()) == {named, waiting, fresh}


async def test_a_file_that_is_stored_again_is_not_deleted(database: Database, blobs: DiskBlobs) -> None:
    ref = await blobs.put(b"same")
    make_old(blobs, ref)
    await blobs.put(b"same")

    assert await discard(database, blobs, blob_columns(), [ref], timedelta(seconds=60)) == {ref}
    assert await blobs.get(ref) == b"same"


async def test_whoever_stores_while_another_deletes_has_their_file(blobs: DiskBlobs) -> None:
    async def store() -> bool:
        ref = await blobs.put(b"contested")
        return await blobs.get(ref) == b"contested"

    for _ in range(30):
        ref = await blobs.put(b"contested")
        make_old(blobs, ref)
        kept, _ = await asyncio.gather(store(), blobs.discard(ref, UNTOUCHED))
        assert kept


async def test_every_column_that_names_files_is_known(database: Database) -> None:
    async with database.reading() as tx:
        columns = await tx.rows(
            """SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
            AND (column_name IN ('ref', 'source_ref') OR column_name LIKE '%\\_ref') AND data_type = 'text'"""
        )
    named = {(row["table_name"], row["column_name"]) for row in columns}

    assert named - {("media", "ref"), ("sealed_file", "ref")} == {(one.table, one.column) for one in blob_columns()}
