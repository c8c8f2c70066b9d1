# ruff: noqa: SIM905 - lists of words read best as words
"""The fictional company that everything is measured in: made by the product's own verbs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from damso.bootstrap import Parts
from damso.brand.create_brand import create_brand
from damso.channels.connect import connect
from damso.conversations.canned import make_tag
from damso.kernel.log import SYSTEM
from damso.team.create_agent import create_agent
from damso.team.set_up import Company, found_company
from damso.team.teams import TeamRequest, create_team

SYSTEM_NAME = "app"
SECRET = "whsec_YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2g="
_TAGS = "배송 교환 환불 재입고 불량 결제 쿠폰 회원 해외 선물 VIP 파손".split()
_TEAMS = ("배송", "교환·환불", "상품 문의", "야간")
_DEAD_END = "http://127.0.0.1:9/"
"""Where the API inbox would post answers: nobody answers anything here."""


class BenchInbox(Struct, frozen=True):
    id: UUID
    key: str
    channel: str


class Shop(Struct, frozen=True, kw_only=True):
    """What the loader and the measurements have to know of it. `agents[0]` is the one whose desk is measured."""

    brand_id: UUID
    system: str
    chat: BenchInbox
    mail: BenchInbox
    api: BenchInbox
    agents: Sequence[UUID]
    teams: Sequence[UUID]
    tags: Sequence[UUID]

    @property
    def chat_key(self) -> str:
        return self.chat.key

    @property
    def tag_weights(self) -> Sequence[float]:
        return [1 / place for place in range(1, len(self.tags) + 1)]

    @property
    def inbox_for(self) -> Mapping[str, BenchInbox]:
        """By the kind of identity that writes there."""
        return {"visitor": self.chat, "email": self.mail, "user": self.api}


async def make_shop(parts: Parts, agents: int) -> Shop:
    """Found the company with its people, teams, tags and three inboxes."""
    async with parts.database.transaction() as tx:
        await found_company(tx, Company(name="달빛상점", locale="ko", timezone="Asia/Seoul"), ())
        brand_id = await create_brand(tx, "달빛상점")
        people = [
            await create_agent(
                tx,
                name=f"상담사 {number + 1}",
                email=f"agent{number + 1}@damso.example",
                role="agent" if number else "owner",
            )
            for number in range(agents)
        ]
        teams = [
            (await create_team(tx, TeamRequest(name=name, member_ids=people[: 10 + number]), SYSTEM)).id
            for number, name in enumerate(_TEAMS)
        ]
        tags = [(await make_tag(tx, name, "grey")).id for name in _TAGS]
    return Shop(
        brand_id=brand_id,
        system=SYSTEM_NAME,
        chat=await _connect(parts, brand_id, "chat", {}),
        mail=await _connect(parts, brand_id, "api", {"system": "mail", "url": _DEAD_END, "secret": SECRET}, "email"),
        api=await _connect(parts, brand_id, "api", {"system": SYSTEM_NAME, "url": _DEAD_END, "secret": SECRET}),
        agents=people,
        teams=teams,
        tags=tags,
    )


async def _connect(
    parts: Parts, brand_id: UUID, channel: str, config: Mapping[str, str], shown_as: str = ""
) -> BenchInbox:
    """An inbox. The mailbox is an API inbox behind the scenes: nothing is polled while we measure."""
    async with parts.database.transaction() as tx:
        inbox_id = await connect(
            tx,
            parts.adapters,
            parts.keyring,
            channel=channel,
            name=shown_as or channel,
            brand_id=brand_id,
            config=config,
        )
        key = await tx.value("SELECT key FROM inbox WHERE id = $1", inbox_id)
    return BenchInbox(inbox_id, key, shown_as or channel)
