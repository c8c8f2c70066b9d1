"""What desks are told of new facts: looked up once for all sockets, then given to each as far as its caller may see."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from damso.conversations.entries import entries_by_id
from damso.conversations.reach import Standing, reaches, standings
from damso.conversations.rows import rows_by_id
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale
from damso.kernel.log import Recorded
from damso.kernel.sockets import Frame
from damso.team.access import Caller, Permission

_QUIET = {"conversation.seen", "conversation.imported", "message.imported"}
"""Facts that change no list and no line, or that are history, of which nobody is told as if it were news."""
_WHO = {
    *("customer.merged", "customer.unmerged", "customer.renamed"),
    *("identity.proven", "identity.linked", "identity.unlinked"),
    *("company.joined", "company.left"),
}
"""Facts after which a customer's cases are shown under another name, reachable in another way, or with another
company."""
_MOVES = {"conversation.assigned": "assignee_id", "conversation.team_changed": "team_id"}
"""Facts that may take a case out of somebody's reach, and what of it they change."""


class _Item(Struct, frozen=True):
    """A frame, the permission that seeing it takes, and the conversations of which one has to be in reach (None: it
    is about no conversation)."""

    frame: Frame
    permission: Permission
    conversations: Collection[UUID] | None = None
    inbox_id: UUID | None = None
    customer_id: UUID | None = None
    """Whose name or words the frame holds."""


class News(Struct, frozen=True):
    """The frames of some facts. The standings are filled only where somebody who listens is limited."""

    items: Sequence[_Item]
    cases: Mapping[UUID, Standing]
    left: Mapping[UUID, Sequence[Standing]]
    """How cases stood before these facts moved them."""
    brands: Mapping[UUID, UUID]
    """Of the inboxes."""

    def chosen(self, caller: Caller) -> tuple[int, ...]:
        """Which of the items this caller gets."""
        return tuple(number for number, item in enumerate(self.items) if self._is_for(caller, item))

    def frames(self, chosen: Collection[int]) -> list[Frame]:
        return [self.items[number].frame for number in chosen]

    def customers(self, chosen: Collection[int]) -> set[UUID]:
        """Whose data the frames of these items hold."""
        return {customer for number in chosen if (customer := self.items[number].customer_id)}

    def shows(self, caller: Caller, conversation_id: UUID) -> bool:
        """Whether the conversation is in the caller's reach now."""
        if not caller.limits.narrows_rows:
            return True
        return conversation_id in self.cases and reaches(caller, self.cases[conversation_id])

    def took_away(self, caller: Caller) -> bool:
        """Whether something went out of the caller's reach: what their screen shows of it has to go."""
        return caller.limits.narrows_rows and any(
            not self.shows(caller, conversation_id) and any(reaches(caller, case) for case in before)
            for conversation_id, before in self.left.items()
        )

    def _is_for(self, caller: Caller, item: _Item) -> bool:
        if not caller.may(item.permission):
            return False
        if item.inbox_id and caller.limits.narrows_rows:
            brand_id = self.brands.get(item.inbox_id)
            return brand_id is not None and caller.limits.admit_inbox(item.inbox_id, brand_id)
        return item.conversations is None or any(self.shows(caller, one) for one in item.conversations)


async def gather(tx: Transaction, events: Sequence[Recorded], locale: Locale, *, for_limited: bool) -> News:
    """Each conversation and each line once, as it is now. `for_limited`: somebody who listens is limited."""
    moved = [event for event in events if event.name not in _QUIET]
    conversations = {event.conversation_id for event in moved if event.conversation_id}
    lines = {UUID(event.subject_id) for event in moved if event.subject_kind == "message"}
    touched = [event.identity_id for event in moved if event.name in _WHO and event.identity_id]
    customers = await _around(tx, touched) if touched else {}
    conversations = conversations.union(*customers.values())
    entries = await entries_by_id(tx, list(lines), locale) if lines else ()
    rows = await rows_by_id(tx, list(conversations)) if conversations else ()
    whose = {row.id: row.customer.id for row in rows}
    shown = conversations | {entry.conversation_id for entry in entries}
    cases = await standings(tx, shown) if for_limited and shown else {}
    items = [
        _Item(
            ("entry", {"conversation_id": entry.conversation_id, "entry": entry}),
            "conversations.read",
            (entry.conversation_id,),
            customer_id=whose.get(entry.conversation_id),
        )
        for entry in entries
    ]
    items += [
        _Item(
            ("conversation", {"row": row, "views_changed": True}),
            "conversations.read",
            (row.id,),
            customer_id=row.customer.id,
        )
        for row in rows
    ]
    items += [
        # Somebody without an open case is fetched afresh when they are looked at: nobody limited is told of them.
        _Item(("customer", {"customer_id": customer_id}), "customers.read", around if for_limited else None)
        for customer_id, around in customers.items()
    ]
    for event in moved:
        match event.subject_kind:
            case "agent":
                items.append(_Item(("agent", {**event.properties, "agent_id": event.subject_id}), "team.read"))
            case "inbox":
                inbox_id = UUID(event.subject_id)
                items.append(_Item(("inbox", {"inbox_id": event.subject_id}), "channels.read", None, inbox_id))
    inboxes = [item.inbox_id for item in items if item.inbox_id]
    brands = await _brands(tx, inboxes) if for_limited and inboxes else {}
    return News(items, cases, _before(moved, cases), brands)


def _before(events: Sequence[Recorded], cases: Mapping[UUID, Standing]) -> Mapping[UUID, Sequence[Standing]]:
    """How cases stood at each step back from now."""
    left: dict[UUID, list[Standing]] = {}
    for event in reversed(events):
        case_id = event.conversation_id
        if case_id and event.name in _MOVES and case_id in cases:
            steps = left.setdefault(case_id, [])
            was = event.properties.get("from")
            steps.append(_with(steps[-1] if steps else cases[case_id], _MOVES[event.name], UUID(was) if was else None))
    return left


def _with(case: Standing, field: str, value: UUID | None) -> Standing:
    changed: dict[str, Any] = {field: value}
    return replace(case, **changed)


async def _around(tx: Transaction, identity_ids: Sequence[int]) -> dict[UUID, set[UUID]]:
    """The customers of these identities, each with their cases that are not resolved."""
    rows = await tx.rows(
        """SELECT i.customer_id, c.id FROM identity t JOIN identity i ON i.customer_id = t.customer_id
            LEFT JOIN conversation c ON c.anchor_identity_id = i.id AND c.status <> 'resolved'
        WHERE t.id = ANY ($1) LIMIT 200""",
        list(identity_ids),
    )
    found: dict[UUID, set[UUID]] = {row["customer_id"]: set() for row in rows}
    for row in rows:
        if row["id"]:
            found[row["customer_id"]].add(row["id"])
    return found


async def _brands(tx: Transaction, inbox_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = await tx.rows("SELECT id, brand_id FROM inbox WHERE id = ANY ($1)", list(inbox_ids))
    return {row["id"]: row["brand_id"] for row in rows}
