"""The Damso beside which the simulator runs: the inboxes it has connected, and the addresses that take deliveries."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import asyncpg
import httpx

from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.simulator import Answer, Delivery
from damso.channels.types import Adapter, Request
from damso.kernel.data_folder import holder_of
from damso.kernel.database import open_database
from damso.kernel.key_file import open_keyring
from damso.kernel.settings import Settings

TTL = 3.0
"""Seconds for which what is connected is remembered."""
PATIENCE = 30.0
"""Seconds to wait for the answer to a delivery; how soon it has to come is each provider's own rule."""

NO_ANSWER = 0
"""In place of a status."""


class Desk:
    """Use as an asynchronous context manager. It need not be there yet: it is looked for whenever it is needed."""

    def __init__(self, settings: Settings, adapters: Mapping[str, Adapter], origin: str) -> None:
        self.origin = origin
        self._settings = settings
        self._adapters = adapters
        self._http = httpx.AsyncClient(base_url=origin, timeout=PATIENCE, trust_env=False)
        self._known: tuple[float, list[InboxRecord]] = (float("-inf"), [])

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def inboxes(self, channel: str) -> list[InboxRecord]:
        """Whatever is connected and switched on of a channel, the oldest first."""
        at, known = self._known
        if time.monotonic() - at > TTL:
            known = await self._read()
            self._known = time.monotonic(), known
        return [inbox for inbox in known if inbox.channel == channel]

    async def reached(self, channel: str, delivery: Delivery) -> InboxRecord | None:
        """The inbox that lets the delivery in: one that is connected to this double, not to the provider."""
        return next((one for one in await self.inboxes(channel) if _lets_in(one, delivery)), None)

    async def post(self, inbox: InboxRecord, delivery: Delivery) -> Answer:
        """Hand it over, as the provider does; the status is `NO_ANSWER` where nothing was answered."""
        try:
            answer = await self._http.post(f"/hooks/{inbox.key}", content=delivery.body, headers=dict(delivery.headers))
        except httpx.HTTPError:
            return Answer(status=NO_ANSWER)
        kind = {"content-type": answer.headers.get("content-type", "")}
        return Answer(status=answer.status_code, body=answer.content, headers=kind)

    async def fetch(self, path: str) -> Answer:
        """A file that is lent to the provider, as it fetches it."""
        try:
            answer = await self._http.get(path)
        except httpx.HTTPError:
            return Answer(status=502)
        kind = {"content-type": answer.headers.get("content-type", "application/octet-stream")}
        return Answer(status=answer.status_code, body=answer.content, headers=kind)

    async def _read(self) -> list[InboxRecord]:
        """Nothing, where no Damso runs on the data folder."""
        holder = None if self._settings.database_url else holder_of(self._settings.data)
        dsn = self._settings.database_url or (holder.dsn if holder else "")
        # To look never makes a key: it would stand where the right one belongs.
        if not dsn or not self._settings.key_file.exists():
            return []
        try:
            database = await open_database(dsn, pool_size=1)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return []
        try:
            async with database.reading() as tx:
                return await Inboxes(database, self._adapters, open_keyring(self._settings.key_file)).enabled(tx)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return []
        finally:
            await database.close()


def local_origin(settings: Settings) -> str:
    """Where the Damso with these settings listens on this machine, whatever the world calls it."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _lets_in(inbox: InboxRecord, delivery: Delivery) -> bool:
    request = Request(body=delivery.body, headers=delivery.headers, received_at=datetime.now(UTC), peer="127.0.0.1")
    try:
        inbox.adapter.verify(request, inbox.config)
    except Exception:
        return False  # as the hook itself does: a fault in the check refuses
    return True
