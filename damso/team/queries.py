"""Reading agents, teams and keys."""

from collections.abc import Sequence
from uuid import UUID

from damso.kernel.database import Transaction
from damso.team.types import Agent, ApiKey, Me, Team

_AGENT = """SELECT id, name, email, role, availability, disabled_at IS NOT NULL AS disabled, last_seen_at,
    joined_at IS NULL AS invited FROM agent"""

_TEAM = """SELECT t.id, t.name, ARRAY(
    SELECT m.agent_id FROM team_member m WHERE m.team_id = t.id ORDER BY m.agent_id) AS member_ids FROM team t"""


async def me(tx: Transaction, agent_id: UUID) -> Me:
    return await tx.one(
        Me,
        """SELECT a.id, a.name, a.email, a.role, a.locale, a.timezone, a.theme, a.availability,
            ARRAY(SELECT m.team_id FROM team_member m WHERE m.agent_id = a.id ORDER BY m.team_id) AS team_ids
        FROM agent a WHERE a.id = $1""",
        agent_id,
    )


async def agents(tx: Transaction) -> Sequence[Agent]:
    """Everybody, by name; those who were disabled and those who have yet to join as well."""
    return await tx.all(Agent, f"{_AGENT} ORDER BY name, id")


async def agent(tx: Transaction, agent_id: UUID) -> Agent:
    """Raises `NotFound`."""
    return await tx.one(Agent, f"{_AGENT} WHERE id = $1", agent_id)


async def teams(tx: Transaction) -> Sequence[Team]:
    return await tx.all(Team, f"{_TEAM} ORDER BY t.name")


async def team(tx: Transaction, team_id: UUID) -> Team:
    """Raises `NotFound`."""
    return await tx.one(Team, f"{_TEAM} WHERE t.id = $1", team_id)


async def keys(tx: Transaction) -> Sequence[ApiKey]:
    """The keys that work, newest first."""
    return await tx.all(
        ApiKey,
        "SELECT id, name, scopes, prefix, created_at, used_at FROM api_key WHERE revoked_at IS NULL ORDER BY id DESC",
    )
