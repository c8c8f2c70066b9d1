"""A channel that has to be asked, with a loft of letters in memory: what a mailbox does, without a server."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from httpx import AsyncClient

from damso.channels.abilities import Polled
from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.adapters.api.config import ApiConfig
from damso.channels.items import Address, InboundMessage, Item
from damso.channels.types import Request


@dataclass
class Loft:
    """Letters in the order in which they came. `faults` are met by the next polls, one each."""

    letters: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    polls: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def bring(self, *letters: str) -> None:
        self.letters.extend(letters)
        self.news.set()


class PigeonAdapter(ApiAdapter):
    """Implements `Polls`; the cursor counts letters."""

    channel: ClassVar[str] = "pigeon"

    def __init__(self, loft: Loft | None = None) -> None:
        super().__init__()
        self.loft = loft or Loft()

    def delivery_key(self, request: Request) -> str:
        return request.headers["x-letter"]

    def parse(self, request: Request, config: ApiConfig) -> Sequence[Item]:
        sender = Address(kind="user", scope=config.system, value="u-7")
        letter = request.headers["x-letter"]
        return [InboundMessage(external_id=letter, dedupe_scope="pigeon", sender=sender, text=request.body.decode())]

    async def poll(self, cursor: Mapping[str, Any], config: ApiConfig, http: AsyncClient) -> AsyncIterator[Polled]:
        self.loft.polls += 1
        self.loft.news.clear()
        if self.loft.faults:
            raise self.loft.faults.pop(0)
        for number in range(cursor.get("number", 0), len(self.loft.letters)):
            letter = Request(
                body=self.loft.letters[number].encode(),
                headers={"x-letter": f"letter-{number}"},
                received_at=datetime.now(UTC),
            )
            yield Polled(request=letter, cursor={"number": number + 1})

    async def wait(self, timeout: float, config: ApiConfig, http: AsyncClient) -> None:
        await self.loft.news.wait()
