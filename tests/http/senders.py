"""Sites and systems that send events, as their kits do."""

import gzip
from base64 import b64encode
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from damso.customers.tracking.sources import NewSource, create_source
from damso.customers.tracking.types import SourceKind
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM


async def made_source(database: Database, kind: SourceKind = "server", **wanted: Any) -> "Sender":
    """A source of its own, and who sends with its key."""
    async with database.transaction() as tx:
        source_id, key = await create_source(tx, NewSource(name=f"Shop {kind}", kind=kind, **wanted), SYSTEM)
    return Sender(str(source_id), key)


class Sender:
    """Sends to one source."""

    client: httpx.AsyncClient

    def __init__(self, source_id: str, key: str) -> None:
        self.source_id = source_id
        self.key = key

    def at(self, client: httpx.AsyncClient) -> "Sender":
        """The same, through this browser."""
        self.client = client
        return self

    async def send(self, *events: dict[str, Any], call: str = "batch", **headers: str) -> httpx.Response:
        body = {"batch": list(events)} if call in ("batch", "import") else events[0]
        return await self.send_bytes(msgspec.json.encode(body), call=call, **headers)

    async def send_bytes(
        self, body: bytes, *, call: str = "batch", packed: bool = False, **headers: str
    ) -> httpx.Response:
        authorization = "Basic " + b64encode(f"{self.key}:".encode()).decode()
        given = {"authorization": authorization, "content-type": "application/json"} | headers
        if packed:
            body, given["content-encoding"] = gzip.compress(body), "gzip"
        return await self.client.post(f"/v1/{call}", content=body, headers=given)


def event(name: str = "Order Completed", **fields: Any) -> dict[str, Any]:
    """A tracked event as kits write it."""
    return {"type": "track", "event": name, "messageId": uuid4().hex, "userId": "member-7", **fields}


def identify(**fields: Any) -> dict[str, Any]:
    return {"type": "identify", "messageId": uuid4().hex, **fields}


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
