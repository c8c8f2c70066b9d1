"""The first-run checklist: what a company has to do before its customers are served, and what is done."""

from typing import Literal

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from damso.kernel.database import Database
from damso.team.access import needs


class ChecklistItem(Struct, frozen=True):
    key: Literal["email", "chat", "data", "invite", "answer"]
    done: bool


class Checklist(Struct, frozen=True):
    items: list[ChecklistItem]


@get("/api/checklist", tags=["Desk"], guards=[needs("conversations.read")])
async def get_checklist(database: NamedDependency[Database]) -> Checklist:
    """Connect a mailbox, put the chat on the site, bring your data, invite a colleague, answer a customer."""
    async with database.reading() as tx:
        row = await tx.row(
            """SELECT EXISTS (SELECT 1 FROM inbox WHERE channel = 'email') AS email,
                EXISTS (SELECT 1 FROM inbox WHERE channel = 'chat' AND last_in_at IS NOT NULL) AS chat,
                EXISTS (SELECT 1 FROM import_run WHERE state = 'done' AND NOT dry)
                    OR EXISTS (SELECT 1 FROM event_key) AS data,
                (SELECT count(*) > 1 FROM agent) AS invite,
                EXISTS (SELECT 1 FROM message WHERE direction = 'out' AND author_kind = 'agent') AS answer"""
        )
    assert row is not None
    return Checklist([ChecklistItem(key, row[key]) for key in ("email", "chat", "data", "invite", "answer")])
