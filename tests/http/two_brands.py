"""A company of two brands, and somebody who may see only one side of it.

What is on the other side: a case of a customer who wrote to both, and a customer who wrote to the other side alone.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from damso.brand.create_brand import create_brand
from damso.channels.connect import connect
from damso.channels.inboxes import InboxRecord
from damso.channels.media import keep_file
from damso.conversations.attachments import keep_upload
from damso.conversations.receive import Received
from damso.customers.companies.change import create_company
from damso.customers.companies.members import add_person
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM, Actor
from damso.segments.build import build
from damso.segments.define import Definition, create_segment
from damso.segments.rule import All
from damso.team.access import Limits, Role
from damso.team.create_agent import create_agent
from damso.team.teams import TeamRequest, create_team
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import signed_in_browser

SECRET = "금고비밀번호"
"""Said on the other side only."""
STRANGER = "stranger@naver.example"
FAR_DOMAIN = "far.example"


class Side(Struct, frozen=True, kw_only=True):
    """What one side is made of, by the names of path parameters."""

    inbox: InboxRecord
    case: Received
    ids: Mapping[str, str]


class TwoBrands(Struct, frozen=True, kw_only=True):
    """`near` is within all limits, `far` outside of each."""

    company: Company
    near: Side
    far: Side
    stranger: Received
    stranger_id: UUID
    near_company: UUID
    """Both customers belong to it."""
    far_company: UUID
    """Only the stranger does."""
    segment_id: UUID
    """Everybody is in it."""
    limits: Mapping[str, Limits]

    async def desk(self, app: Litestar, limit: str, role: Role = "administrator") -> httpx.AsyncClient:
        return await signed_in_browser(app, self.company.parts.database, await self.agent(limit, role))

    async def agent(self, limit: str, role: Role = "administrator") -> Actor:
        """Somebody new on the team with one of the limits."""
        async with self.company.parts.database.transaction() as tx:
            agent_id = await create_agent(tx, name="지우", email=f"{limit}-{role}@damso.example", role=role)
            await tx.execute("UPDATE agent SET limits = $2 WHERE id = $1", agent_id, to_builtins(self.limits[limit]))
        return Actor("agent", str(agent_id))

    @property
    def hidden(self) -> set[str]:
        """What no answer to somebody limited may hold."""
        stranger = (self.stranger_id, self.stranger.conversation_id, self.stranger.message_id, self.far_company)
        return {SECRET, STRANGER, *self.far.ids.values(), *map(str, stranger)}


async def make_two_brands(company: Company) -> TwoBrands:
    parts = company.parts
    async with parts.database.transaction() as tx:
        brand_id = await create_brand(tx, "별빛서점")
        inbox_id = await connect(
            tx, parts.adapters, parts.keyring, channel="postcard", name="서점 엽서", brand_id=brand_id, config={}
        )
        members = [UUID(company.agent.id)]
        team, other = [
            (await create_team(tx, TeamRequest(name=name, member_ids=members), SYSTEM)).id for name in ("배송", "도서")
        ]
    async with parts.database.reading() as tx:
        far_inbox = await parts.inboxes.by_id(tx, inbox_id)
    shop = replace(company, post=far_inbox)
    near = await company.gets(postcard("운동화 언제 오나요?", external_id="near"))
    far = await shop.gets(postcard(f"책 대신 {SECRET} 알려 주세요", external_id="far", subject=SECRET))
    stranger = await shop.gets(postcard(f"{SECRET} 또", sender=STRANGER, external_id="stranger", subject=SECRET))
    sides = [
        await _side(company, company.post, near, "영수증.txt", team),
        await _side(company, far_inbox, far, f"{SECRET}.txt", other),
    ]
    async with parts.database.reading() as tx:
        stranger_id = await tx.value(
            "SELECT i.customer_id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id WHERE c.id = $1",
            stranger.conversation_id,
        )
    near_company, far_company = await _companies(parts.database, near, stranger_id)
    return TwoBrands(
        company=company,
        near=sides[0],
        far=sides[1],
        stranger=stranger,
        stranger_id=stranger_id,
        near_company=near_company,
        segment_id=await _segment(parts.database),
        far_company=far_company,
        limits={
            "brands": Limits(brands=(company.brand_id,)),
            "inboxes": Limits(inboxes=(company.post.id,)),
            "teams": Limits(teams=(team,)),
        },
    )


async def _segment(database: Database) -> UUID:
    async with database.transaction() as tx:
        segment_id = await create_segment(tx, Definition(name="모두", rule=All(rules=())), actor=SYSTEM)
    await build(database, segment_id)
    return segment_id


async def _companies(database: Database, near: Received, stranger_id: UUID) -> tuple[UUID, UUID]:
    async with database.transaction() as tx:
        mina = await tx.value(
            "SELECT i.customer_id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id WHERE c.id = $1",
            near.conversation_id,
        )
        both = await create_company(tx, name="한길상사", actor=SYSTEM)
        far = await create_company(tx, name="먼길상사", domains=[FAR_DOMAIN], actor=SYSTEM)
        for company_id, customer_id in ((both, mina), (both, stranger_id), (far, stranger_id)):
            await add_person(tx, company_id, customer_id, "", actor=SYSTEM)
    return both, far


async def _side(company: Company, inbox: InboxRecord, case: Received, file: str, team_id: UUID) -> Side:
    """A file on the message that came, and a source, so that there is something to be fetched."""
    parts = company.parts
    stored = await keep_file(parts.blobs, b"\x89PNG\r\n\x1a\n" + file.encode(), "text/plain")
    async with parts.database.transaction() as tx:
        upload = await keep_upload(tx, ("agent", company.agent.id or ""), file, stored)
        await tx.execute("UPDATE attachment SET message_id = $2 WHERE id = $1", upload.id, case.message_id)
        await tx.execute("UPDATE message SET html_ref = $2, source_ref = $2 WHERE id = $1", case.message_id, stored.ref)
        await tx.execute("UPDATE conversation SET team_id = $2 WHERE id = $1", case.conversation_id, team_id)
    ids: dict[str, Any] = {
        "conversation_id": case.conversation_id,
        "message_id": case.message_id,
        "attachment_id": upload.id,
    }
    return Side(inbox=inbox, case=case, ids={name: str(value) for name, value in ids.items()})
