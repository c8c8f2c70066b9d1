"""Inviting colleagues, and accepting."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Locale
from damso.kernel.ids import new_id
from damso.team import audit
from damso.team.access import Caller, Role
from damso.team.create_agent import EmailTaken
from damso.team.links import LinkSpent, check_link, make_entry_link, spend_link, withdraw_links
from damso.team.passwords import NewPassword, hash_password
from damso.team.sign_in import Entered, Visitor, enter
from damso.team.types import Name, as_email

LASTS = timedelta(days=7)


class InvitationRequest(Struct, frozen=True, kw_only=True):
    email: Annotated[str, Meta(max_length=320)]
    name: Name
    role: Role


class Acceptance(Struct, frozen=True, kw_only=True):
    """What the invited person fills in. `token` is what stands behind `#` in the link."""

    token: Annotated[str, Meta(max_length=200)]
    name: Name
    password: NewPassword
    locale: Locale


class Invited(Struct, frozen=True, kw_only=True):
    agent_id: UUID
    secret: str
    expires_at: datetime


async def invite(tx: Transaction, request: InvitationRequest, caller: Caller) -> Invited:
    """Make a place on the team and the link to it. Inviting again replaces an invitation that is still open.

    Raises `Forbidden` for a role the caller may not give, `EmailTaken`, `Invalid`.
    """
    if request.role not in caller.grantable:
        raise Forbidden(field="role")
    agent_id: UUID | None = await tx.value(
        """INSERT INTO agent (id, email, name, role, locale, timezone, created_at)
        SELECT $1, $2, $3, $4, i.locale, i.timezone, $6
        FROM (SELECT coalesce(max(locale), 'ko') AS locale, coalesce(max(timezone), 'Asia/Seoul') AS timezone
            FROM installation) AS i
        ON CONFLICT (email) DO UPDATE SET name = excluded.name, role = excluded.role, disabled_at = NULL
            WHERE agent.joined_at IS NULL AND agent.role = ANY ($5)
        RETURNING id""",
        new_id(),
        as_email(request.email),
        request.name.strip(),
        request.role,
        list(caller.grantable),
        tx.now,
    )
    if agent_id is None:
        raise EmailTaken(field="email")
    await withdraw_links(tx, agent_id, "invitation")
    secret = await make_entry_link(tx, agent_id, "invitation", LASTS)
    await audit.record(tx, caller.actor, "agent.invited", agent_id, role=request.role)
    return Invited(agent_id=agent_id, secret=secret, expires_at=tx.now + LASTS)


async def accept_invitation(database: Database, acceptance: Acceptance, visitor: Visitor) -> Entered:
    """Join the team and come in. Of two who accept at once one does. Raises `LinkSpent`."""
    async with database.reading() as tx:
        await check_link(tx, acceptance.token, "invitation")
    password_hash = await hash_password(acceptance.password)
    async with database.transaction() as tx:
        agent_id = await spend_link(tx, acceptance.token, "invitation")
        if agent_id is None or not await tx.execute(
            "UPDATE agent SET name = $2, locale = $3, password_hash = $4, joined_at = $5"
            " WHERE id = $1 AND joined_at IS NULL AND disabled_at IS NULL",
            agent_id,
            acceptance.name.strip(),
            acceptance.locale,
            password_hash,
            tx.now,
        ):
            raise LinkSpent
        return await enter(tx, agent_id, visitor)
