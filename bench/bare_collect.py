"""The least that an endpoint for batches can do: decode, insert as a set, answer. See `bench.collect`."""

import hashlib
import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Raw, Struct

CONNECTIONS = 3


class Event(Struct, rename="camel"):
    event: str
    message_id: str
    anonymous_id: str
    timestamp: datetime
    properties: dict[str, Any]
    context: Raw


class Batch(Struct):
    batch: list[Event]


INSERT = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[])
        AS g(key, name, occurred_at, identity_id, subject_id, properties)
), fresh AS (
    INSERT INTO bare_key (source, key, at) SELECT 1, key, $7 FROM given ORDER BY key
    ON CONFLICT DO NOTHING RETURNING key
)
INSERT INTO bare_event (epoch, xid, name, version, recorded_at, occurred_at, identity_id, subject_kind, subject_id,
    actor_kind, actor_id, properties)
SELECT 1, pg_current_xact_id()::text::bigint, name, 1, $7, occurred_at, identity_id, 'track', subject_id, 'source',
    '00000000-0000-0000-0000-000000000000', properties::jsonb FROM given JOIN fresh USING (key)
"""

_decoder = msgspec.json.Decoder(Batch)
_pools: list[asyncpg.Pool] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """ASGI."""
    if scope["type"] != "http":
        return
    if scope["path"] != "/readyz":
        await _store(_decoder.decode(await _body(receive)).batch)
    answer = b'{"success":true,"rejected":[]}'
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _store(events: list[Event]) -> None:
    if not _pools:
        _pools.append(await asyncpg.create_pool(os.environ["BARE_DSN"], min_size=CONNECTIONS, max_size=CONNECTIONS))
    await _pools[0].execute(
        INSERT,
        [UUID(bytes=hashlib.blake2b(one.message_id.encode(), digest_size=16).digest()) for one in events],
        [one.event for one in events],
        [one.timestamp for one in events],
        [hash(one.anonymous_id) % 20_000 for one in events],
        [one.message_id for one in events],
        [msgspec.json.encode({**one.properties, "$context": one.context}).decode() for one in events],
        datetime.now(UTC),
    )
