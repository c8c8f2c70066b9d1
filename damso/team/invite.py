"""Inviting colleagues, and accepting."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Locale
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.access import UNLIMITED, Caller, Limits, Role, limits_of
from damso.team.change_agent import OwnerUnlimited
from damso.team.create_agent import EmailTaken
from damso.team.links import LinkSpent, check_link, make_entry_link, spend_link, whose_link, withdraw_links
from damso.team.password_strength import require_strong
from damso.team.passwords import NewPassword, hash_password
from damso.team.queries import words_about
from damso.team.sign_in import Entered, Owing, Visitor, admit
from damso.team.types import Name, as_email

LASTS = timedelta(days=7)


class InvitationRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=320)]
    name: Name
    role: Role
    limits: Limits | None = None


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

    Raises `Forbidden` for a role or limits the caller may not give, `EmailTaken`, `Invalid`, `OwnerUnlimited`.
    """
    limits = request.limits or UNLIMITED
    if not caller.may_give(request.role, limits):
        raise Forbidden(field="role")
    if request.role == "owner" and limits != UNLIMITED:
        raise OwnerUnlimited(field="limits")
    email = as_email(request.email)
    await _check_open_invitation(tx, email, caller)
    agent_id: UUID | None = await tx.value(
        """INSERT INTO agent (id, email, name, role, limits, locale, timezone, created_at)
        SELECT $1, $2, $3, $4, $5, i.locale, i.timezone, $6
        FROM (SELECT coalesce(max(locale), 'ko') AS locale, coalesce(max(timezone), 'Asia/Seoul') AS timezone
            FROM installation) AS i
        ON CONFLICT (email) DO UPDATE SET name = excluded.name, role = excluded.role, limits = excluded.limits,
            disabled_at = NULL WHERE agent.joined_at IS NULL
        RETURNING id""",
        new_id(),
        email,
        request.name.strip(),
        request.role,
        msgspec.to_builtins(limits),
        tx.now,
    )
    if agent_id is None:
        raise EmailTaken(field="email")
    await withdraw_links(tx, agent_id, "invitation")
    secret = await make_entry_link(tx, agent_id, "invitation", LASTS)
    await audit.record(tx, caller.actor, "agent.invited", agent_id, role=request.role, limits=limits)
    return Invited(agent_id=agent_id, secret=secret, expires_at=tx.now + LASTS)


async def _check_open_invitation(tx: Transaction, email: str, caller: Caller) -> None:
    """An invitation that is still open is replaced by those alone who could have given it. Raises `EmailTaken`."""
    row = await tx.row("SELECT role, limits FROM agent WHERE email = $1 FOR NO KEY UPDATE", email)
    if row and not caller.may_give(row["role"], limits_of(row["limits"])):
        raise EmailTaken(field="email")


async def accept_invitation(database: Database, acceptance: Acceptance, visitor: Visitor) -> Entered | Owing:
    """Join the team and come in. Of two who accept at once one does. Raises `LinkSpent`, `Invalid`, `SsoRequired`."""
    async with database.reading() as tx:
        await check_link(tx, acceptance.token, "invitation")
        about = [acceptance.name, *await words_about(tx, await whose_link(tx, acceptance.token))]
    await require_strong(acceptance.password, about)
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
        await audit.record(tx, Actor("agent", str(agent_id)), "agent.joined", agent_id)
        return await admit(tx, agent_id, visitor, "invitation")
