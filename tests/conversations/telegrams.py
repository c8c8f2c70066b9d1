"""A channel as the providers of Korea have them, for the core's own tests: answers leave by a handle that is good for a
minute and once, cards and buttons are shown, files are fetched by their address, reports have to be asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from httpx import AsyncClient

from damso.channels.items import InboundReceipt
from damso.channels.types import ChannelPolicy, MediaRule, OutboundMessage, Receipt, Thread, Window
from damso.kernel.i18n import Text
from tests.conversations.postcards import PostcardConfig, Postcards

CLOSED = Text("1분이 지났어요.", "The minute is over.")


class Telegrams(Postcards):
    """Takes the place of postcards in a company."""

    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=200,
        media=MediaRule(types=("*/*",), max_bytes=1000),
        reaches="email",
        kinds=frozenset({"buttons", "card"}),
        buttons=2,
        button_length=8,
        quotes=True,
        media_by_url=True,
        receipts=frozenset({"sent", "delivered"}),
    )

    def __init__(self) -> None:
        super().__init__()
        self.reports: dict[str, str] = {}

    def window(self, thread: Thread, config: PostcardConfig, now: datetime) -> Window:
        good = bool(thread.handle_at(now))
        return Window(open=good, closes_at=thread.handle_until, reason=None if good else CLOSED)

    async def send(
        self, message: OutboundMessage, thread: Thread, config: PostcardConfig, http: AsyncClient
    ) -> Receipt:
        receipt = await super().send(message, thread, config, http)
        return Receipt(external_id=receipt.external_id, dedupe_scope=receipt.dedupe_scope, spent=True)

    async def poll_reports(
        self, external_ids: Sequence[str], config: PostcardConfig, http: AsyncClient
    ) -> Sequence[InboundReceipt]:
        return [
            InboundReceipt(external_id=one, status=self.reports[one]) for one in external_ids if one in self.reports
        ]
