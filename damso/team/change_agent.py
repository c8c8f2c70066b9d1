"""What administrators change about others: name, role, and whether they may come in at all."""

from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Forbidden, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Event
from damso.team import audit
from damso.team.access import UNLIMITED, Caller, Limits, Role, limits_of
from damso.team.links import withdraw_links
from damso.team.pending import forget_debts
from damso.team.queries import agent
from damso.team.sessions import end_sessions
from damso.team.set_availability import set_availability
from damso.team.types import Agent, Name


class OwnerProtected(AppError):
    code = "OWNER_PROTECTED"
    status = 403
    text = Text(
        "소유자의 역할이나 이용 상태는 본인만 바꿀 수 있어요.",
        "Only owners themselves can step down or close their account.",
    )


class LastOwner(AppError):
    code = "LAST_OWNER"
    text = Text(
        "소유자가 한 명은 있어야 해요. 다른 사람을 먼저 소유자로 정해 주세요.",
        "There has to be one owner. Make somebody else an owner first.",
    )


class OwnerUnlimited(AppError):
    code = "OWNER_UNLIMITED"
    status = 422
    text = Text("소유자에게는 범위를 정할 수 없어요.", "An owner cannot be limited.")


RIGHTS_CHANGED = "agent.rights_changed"
"""The fact that somebody's role or limits are others now; their open screens go by it."""


class AgentPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays."""

    role: Role | None = None
    limits: Limits | None = None
    disabled: bool | None = None
    name: Name | None = None


class _Standing(Struct, frozen=True):
    id: UUID
    role: Role
    limits: Limits
    disabled: bool
    joined: bool

    @property
    def is_working_owner(self) -> bool:
        return self.role == "owner" and self.joined and not self.disabled


async def change_agent(tx: Transaction, agent_id: UUID, patch: AgentPatch, caller: Caller) -> Agent:
    """Raises `NotFound`, `Forbidden`, `OwnerProtected`, `LastOwner`, `OwnerUnlimited`. An owner has no limits, so
    whoever becomes one loses theirs."""
    before, owners = await _lock(tx, agent_id)
    role = patch.role or before.role
    limits = patch.limits if patch.limits is not None else UNLIMITED if role == "owner" else before.limits
    if role == "owner" and limits != UNLIMITED:
        raise OwnerUnlimited(field="limits")
    disabled = before.disabled if patch.disabled is None else patch.disabled
    _check(before, role, limits, disabled, owners, caller)
    await tx.execute(
        """UPDATE agent SET role = $2, name = coalesce($3, name), limits = $6,
            disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, $5) END WHERE id = $1""",
        agent_id,
        role,
        patch.name.strip() if patch.name is not None else None,
        disabled,
        tx.now,
        msgspec.to_builtins(limits),
    )
    if patch.name is not None:
        await audit.record(tx, caller.actor, "agent.renamed", agent_id, name=patch.name.strip())
    if role != before.role:
        await audit.record(tx, caller.actor, "agent.role_changed", agent_id, before=before.role, after=role)
    if limits != before.limits:
        await audit.record(tx, caller.actor, "agent.limits_changed", agent_id, before=before.limits, after=limits)
    if (role, limits) != (before.role, before.limits):
        event = Event(name=RIGHTS_CHANGED, subject_kind="agent", subject_id=str(agent_id), actor=caller.actor)
        await log.append(tx, event)
    if disabled != before.disabled:
        await (_shut_out if disabled else _let_back)(tx, agent_id, caller)
    return await agent(tx, agent_id)


async def _lock(tx: Transaction, agent_id: UUID) -> tuple[_Standing, int]:
    """The agent and how many working owners there are, held in one order so that two changes cannot leave none."""
    rows = await tx.rows(
        """SELECT id, role, limits, disabled_at IS NOT NULL AS disabled, joined_at IS NOT NULL AS joined
        FROM agent WHERE id = $1 OR role = 'owner' ORDER BY id FOR NO KEY UPDATE""",
        agent_id,
    )
    held = [_Standing(**dict(row) | {"limits": limits_of(row["limits"])}) for row in rows]
    found = next((one for one in held if one.id == agent_id), None)
    if found is None:
        raise NotFound
    return found, sum(one.is_working_owner for one in held)


def _check(before: _Standing, role: Role, limits: Limits, disabled: bool, owners: int, caller: Caller) -> None:
    """Refuse what the caller may not do, and what would leave nobody in charge."""
    if before.is_working_owner and (role != "owner" or disabled):
        if caller.agent_id != before.id:
            raise OwnerProtected
        if owners == 1:
            raise LastOwner
    if not (caller.may_give(before.role, before.limits) and caller.may_give(role, limits)):
        raise Forbidden


async def _shut_out(tx: Transaction, agent_id: UUID, caller: Caller) -> None:
    """Their sessions and links are worth nothing from now on, and open sockets close when they read the event."""
    await end_sessions(tx, agent_id)
    await withdraw_links(tx, agent_id)
    await forget_debts(tx, agent_id)
    await set_availability(tx, agent_id, "offline", caller.actor)
    event = Event(name="agent.disabled", subject_kind="agent", subject_id=str(agent_id), actor=caller.actor)
    await log.append(tx, event)
    await audit.record(tx, caller.actor, "agent.disabled", agent_id)


async def _let_back(tx: Transaction, agent_id: UUID, caller: Caller) -> None:
    event = Event(name="agent.enabled", subject_kind="agent", subject_id=str(agent_id), actor=caller.actor)
    await log.append(tx, event)
    await audit.record(tx, caller.actor, "agent.enabled", agent_id)
