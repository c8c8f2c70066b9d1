"""Which conversations somebody may see: what every list, page, search, socket and file of this room goes by.

A conversation is in reach if its brand is, its inbox is, and its team is, where the caller is limited to some. A case
that is assigned to an agent, or where a note names them, is in reach of their teams. What is out of reach does not
exist for the caller: it is found nowhere, and asking for it is answered by `NotFound`. Whoever is not limited pays
nothing: no condition is added and no question asked. See docs/adr/0018.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.team.access import Caller


def reach(caller: Caller, args: list[object], c: str = "c") -> list[str]:
    """Conditions on the conversation `c`, all of which must hold; appends their arguments to `args`."""
    limits, conditions = caller.limits, []

    def own(value: object) -> str:
        args.append(value)
        return f"${len(args)}"

    if limits.brands:
        conditions.append(f"{c}.brand_id = ANY ({own(list(limits.brands))}::uuid[])")
    if limits.inboxes:
        conditions.append(f"{c}.inbox_id = ANY ({own(list(limits.inboxes))}::uuid[])")
    if limits.teams:
        ways = [f"{c}.team_id = ANY ({own(list(limits.teams))}::uuid[])"]
        if caller.agent_id:
            me = f"{own(caller.agent_id)}::uuid"
            ways += [
                f"{c}.assignee_id = {me}",
                f"{c}.id IN (SELECT conversation_id FROM mention WHERE agent_id = {me})",
            ]
        conditions.append(f"({' OR '.join(ways)})")
    return conditions


class Standing(Struct, frozen=True, kw_only=True):
    """What decides who may see a conversation."""

    brand_id: UUID
    inbox_id: UUID
    team_id: UUID | None
    assignee_id: UUID | None
    mentioned: frozenset[UUID] = frozenset()


def reaches(caller: Caller, case: Standing) -> bool:
    """The same as `reach`, of a conversation that was looked up already: one look-up serves many callers."""
    if not caller.limits.admit_inbox(case.inbox_id, case.brand_id):
        return False
    teams, me = caller.limits.teams, caller.agent_id
    return not teams or case.team_id in teams or (me is not None and (me == case.assignee_id or me in case.mentioned))


async def standings(tx: Transaction, conversation_ids: Collection[UUID]) -> Mapping[UUID, Standing]:
    """Of these conversations, in one statement; those that are gone are left out."""
    rows = await tx.rows(
        """SELECT id, brand_id, inbox_id, team_id, assignee_id,
            ARRAY(SELECT agent_id FROM mention WHERE conversation_id = c.id) AS mentioned
        FROM conversation c WHERE id = ANY (ARRAY(SELECT unnest($1::uuid[])))""",
        list(conversation_ids),
    )
    return {
        row["id"]: Standing(
            brand_id=row["brand_id"],
            inbox_id=row["inbox_id"],
            team_id=row["team_id"],
            assignee_id=row["assignee_id"],
            mentioned=frozenset(row["mentioned"]),
        )
        for row in rows
    }


async def check_conversation(tx: Transaction, caller: Caller, conversation_id: UUID) -> None:
    """Also of one that was joined into another, which then decides. Raises `NotFound`."""
    await _check(
        tx,
        caller,
        """SELECT true FROM conversation o JOIN conversation c ON c.id = coalesce(o.joined_into, o.id)
        WHERE o.id = $1""",
        conversation_id,
    )


async def check_message(tx: Transaction, caller: Caller, message_id: UUID) -> None:
    """Raises `NotFound`."""
    await _check(
        tx,
        caller,
        "SELECT true FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.id = $1",
        message_id,
    )


async def check_file(tx: Transaction, caller: Caller, attachment_id: UUID) -> None:
    """Of an attachment; one that is not sent yet is in reach of who uploaded it. Raises `NotFound`."""
    if await _is_own_upload(tx, caller, attachment_id):
        return
    await _check(
        tx,
        caller,
        """SELECT true FROM attachment f JOIN message m ON m.id = f.message_id
            JOIN conversation c ON c.id = m.conversation_id WHERE f.id = $1""",
        attachment_id,
    )


async def _is_own_upload(tx: Transaction, caller: Caller, attachment_id: UUID) -> bool:
    return caller.limits.narrows_rows and bool(
        await tx.value(
            """SELECT true FROM attachment
            WHERE id = $1 AND message_id IS NULL AND uploader_kind = $2 AND uploader_id = $3""",
            attachment_id,
            caller.actor.kind,
            caller.actor.id,
        )
    )


async def _check(tx: Transaction, caller: Caller, sql: str, wanted: UUID) -> None:
    args: list[object] = [wanted]
    conditions = reach(caller, args)
    if conditions and not await tx.value(" AND ".join([sql, *conditions]), *args):
        raise NotFound


def customer_reach(caller: Caller, args: list[object], u: str) -> str:
    """A condition on the customer `u`, empty where there is none: one of their conversations is in reach, or they have
    none at all and it was the caller who made them."""
    if not caller.limits.narrows_rows:
        return ""
    conditions = " AND ".join(reach(caller, args))
    args.append(str(caller.id))
    cases = f"""SELECT FROM identity i JOIN conversation c ON c.anchor_identity_id = i.id
        WHERE i.customer_id = coalesce({u}.merged_into, {u}.id)"""
    return f"(EXISTS ({cases} AND {conditions}) OR ({u}.created_by = ${len(args)}::text AND NOT EXISTS ({cases})))"
