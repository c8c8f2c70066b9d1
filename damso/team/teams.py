"""Groups of agents."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import asyncpg
from msgspec import Meta, Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, FieldProblem, Invalid, NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.queries import team
from damso.team.types import Name, Team

Members = Annotated[list[UUID], Meta(max_length=1_000)]


class TeamNameTaken(AppError):
    code = "NAME_TAKEN"
    text = Text("같은 이름의 팀이 이미 있어요.", "There is a team of this name already.")


class TeamRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    member_ids: Members


class TeamPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays; `member_ids` are all members from now on."""

    name: Name | None = None
    member_ids: Members | None = None


async def create_team(tx: Transaction, request: TeamRequest, actor: Actor) -> Team:
    """Raises `TeamNameTaken`, `Invalid` for a member who is not on the team."""
    team_id: UUID | None = await tx.value(
        "INSERT INTO team (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING id",
        new_id(),
        request.name.strip(),
        tx.now,
    )
    if team_id is None:
        raise TeamNameTaken(field="name")
    await _set_members(tx, team_id, request.member_ids)
    await audit.record(tx, actor, "team.created", team_id, name=request.name.strip())
    return await team(tx, team_id)


async def change_team(tx: Transaction, team_id: UUID, patch: TeamPatch, actor: Actor) -> Team:
    """Raises `NotFound`, `TeamNameTaken`, `Invalid`."""
    name = patch.name.strip() if patch.name is not None else None
    try:
        found = await tx.execute("UPDATE team SET name = coalesce($2, name) WHERE id = $1", team_id, name)
    except asyncpg.UniqueViolationError as error:
        raise TeamNameTaken(field="name") from error
    if not found:
        raise NotFound
    if patch.member_ids is not None:
        await _set_members(tx, team_id, patch.member_ids)
    await audit.record(tx, actor, "team.changed", team_id, name=name, member_ids=patch.member_ids)
    return await team(tx, team_id)


async def delete_team(tx: Transaction, team_id: UUID, actor: Actor) -> None:
    """Its conversations stay, without a team. Raises `NotFound`."""
    if not await tx.execute("DELETE FROM team WHERE id = $1", team_id):
        raise NotFound
    await audit.record(tx, actor, "team.deleted", team_id)


async def _set_members(tx: Transaction, team_id: UUID, members: Sequence[UUID]) -> None:
    wanted = list(set(members))
    await tx.execute("DELETE FROM team_member WHERE team_id = $1 AND agent_id <> ALL ($2::uuid[])", team_id, wanted)
    try:
        await tx.execute(
            "INSERT INTO team_member (team_id, agent_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING",
            team_id,
            wanted,
        )
    except asyncpg.ForeignKeyViolationError as error:
        text = Text("팀에 없는 사람이 들어 있어요.", "Somebody in the list is not on the team.")
        raise Invalid(field="member_ids", problems=(FieldProblem("member_ids", "AGENT_UNKNOWN", text),)) from error
