"""Reading agents, teams and keys."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import DEFAULT_LOCALE, Locale
from damso.team.access import Caller, Limits, Permission, Role, allowed, limits_of, permissions_of
from damso.team.types import Agent, ApiKey, Me, Team

_AGENT = """SELECT id, name, email, role, limits, availability, disabled_at IS NOT NULL AS disabled, last_seen_at,
    joined_at IS NULL AS invited FROM agent"""

_TEAM = """SELECT t.id, t.name, ARRAY(
    SELECT m.agent_id FROM team_member m WHERE m.team_id = t.id ORDER BY m.agent_id) AS member_ids FROM team t"""


async def me(tx: Transaction, agent_id: UUID) -> Me:
    """Raises `NotFound`."""
    row = await tx.row(
        """SELECT a.id, a.name, a.email, a.role, a.limits, a.locale, a.timezone, a.theme, a.availability,
            ARRAY(SELECT m.team_id FROM team_member m WHERE m.agent_id = a.id ORDER BY m.team_id) AS team_ids
        FROM agent a WHERE a.id = $1""",
        agent_id,
    )
    if row is None:
        raise NotFound
    fields = dict(row)
    role, limits = fields["role"], limits_of(fields.pop("limits"))
    may = Caller(
        permissions=allowed(role, limits), locale=fields["locale"], agent_id=agent_id, role=role, limits=limits
    )
    return Me(**fields, limits=limits, permissions=sorted(may.permissions), grantable=may.grantable)


async def rights_of(tx: Transaction, agent_ids: Collection[UUID]) -> dict[UUID, tuple[Role, Limits]]:
    """The roles and limits of these agents."""
    rows = await tx.rows("SELECT id, role, limits FROM agent WHERE id = ANY ($1)", list(agent_ids))
    return {row["id"]: (row["role"], limits_of(row["limits"])) for row in rows}


class Colleague(Struct, frozen=True):
    """Somebody on the team to whom something is told by mail."""

    name: str
    email: str
    locale: Locale
    limits: Limits


async def who_may(tx: Transaction, permission: Permission) -> list[Colleague]:
    """Everybody who has joined and may do this, within their limits."""
    rows = await tx.rows(
        "SELECT name, email, locale, role, limits FROM agent WHERE disabled_at IS NULL AND joined_at IS NOT NULL"
        " ORDER BY name, id"
    )
    able = [
        (row["role"], Colleague(row["name"], row["email"], row["locale"], limits_of(row["limits"]))) for row in rows
    ]
    return [colleague for role, colleague in able if permission in allowed(role, colleague.limits)]


async def words_about(tx: Transaction, agent_id: UUID | None = None) -> list[str]:
    """The company's name and an agent's own, and their address: what makes a password easy to guess."""
    return await tx.values(
        "SELECT company FROM installation UNION ALL SELECT unnest(ARRAY[name, email]) FROM agent WHERE id = $1",
        agent_id,
    )


async def caller_of(tx: Transaction, kind: str, actor_id: UUID) -> Caller | None:
    """Who an actor is when something they began goes on without them: an agent or a key, with today's rights. None
    where they were disabled or revoked since."""
    if kind == "agent":
        row = await tx.row(
            "SELECT role, limits, locale FROM agent WHERE id = $1 AND disabled_at IS NULL AND joined_at IS NOT NULL",
            actor_id,
        )
        if row is None:
            return None
        limits = limits_of(row["limits"])
        return Caller(
            permissions=allowed(row["role"], limits),
            locale=row["locale"],
            agent_id=actor_id,
            role=row["role"],
            limits=limits,
        )
    row = await tx.row("SELECT scopes, limits FROM api_key WHERE id = $1 AND revoked_at IS NULL", actor_id)
    if row is None:
        return None
    limits = limits_of(row["limits"])
    return Caller(
        permissions=permissions_of(row["scopes"], limits), locale=DEFAULT_LOCALE, key_id=actor_id, limits=limits
    )


async def agents(tx: Transaction) -> Sequence[Agent]:
    """Everybody, by name; those who were disabled and those who have yet to join as well."""
    return [_agent(row) for row in await tx.rows(f"{_AGENT} ORDER BY name, id")]


async def agent(tx: Transaction, agent_id: UUID) -> Agent:
    """Raises `NotFound`."""
    row = await tx.row(f"{_AGENT} WHERE id = $1", agent_id)
    if row is None:
        raise NotFound
    return _agent(row)


def _agent(row: Record) -> Agent:
    return Agent(**dict(row) | {"limits": limits_of(row["limits"])})


async def teams(tx: Transaction) -> Sequence[Team]:
    return await tx.all(Team, f"{_TEAM} ORDER BY t.name")


async def team(tx: Transaction, team_id: UUID) -> Team:
    """Raises `NotFound`."""
    return await tx.one(Team, f"{_TEAM} WHERE t.id = $1", team_id)


async def keys(tx: Transaction) -> Sequence[ApiKey]:
    """The keys that work, newest first."""
    rows = await tx.rows(f"SELECT {KEY_COLUMNS} FROM api_key WHERE revoked_at IS NULL ORDER BY id DESC")
    return [key_of(row) for row in rows]


KEY_COLUMNS = "id, name, scopes, limits, prefix, created_at, used_at"


def key_of(row: Record) -> ApiKey:
    return ApiKey(**dict(row) | {"limits": limits_of(row["limits"])})
