"""Forgetting a customer in this room: their cases go; of cases that others speak in, only what is theirs.

In a case of others the person's own lines and what we answered them go, their name and addresses are taken out of the
lines that stay, and the raw form of those (HTML, source) goes, since nobody can take a name out of it for certain.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct, structs

from damso.conversations.erase_plans import forget_offers, forget_unsent, forget_uploads, redact_plans
from damso.conversations.held import held_until, hold
from damso.conversations.imports.forget import forget_case, forget_imported
from damso.conversations.redact import redact_case
from damso.conversations.remove import delete_case, delete_lines
from damso.conversations.retention.rules import rules
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person

LINES = 200
"""Lines of one step."""

_CASES = """
WITH theirs AS (
    SELECT id FROM conversation WHERE anchor_identity_id = ANY ($1)
    UNION SELECT conversation_id FROM participant WHERE identity_id = ANY ($1)
    UNION SELECT conversation_id FROM message WHERE identity_id = ANY ($1) AND kind = 'message'
)
SELECT c.id, c.subject, c.record_class, c.created_at, coalesce(c.resolved_at, c.last_message_at) AS over_at,
    c.anchor_identity_id = ANY ($1) AS anchored, EXISTS (
        SELECT FROM message m WHERE m.conversation_id = c.id AND m.kind = 'message' AND m.direction = 'in'
            AND m.identity_id <> ALL ($1)) AS shared, c.joined_into
FROM conversation c JOIN theirs ON theirs.id = c.id
"""

_COUNT = """
SELECT (SELECT count(*) FROM message WHERE identity_id = ANY ($1) AND kind = 'message') AS messages,
    (SELECT count(*) FROM attachment a JOIN message m ON m.id = a.message_id
        WHERE m.identity_id = ANY ($1) AND m.kind = 'message') AS files
"""


class TheirCase(Struct, frozen=True, kw_only=True):
    """A case the person takes part in: `anchored` where it began with them, `shared` where others said something."""

    id: UUID
    subject: str
    record_class: str
    created_at: datetime
    over_at: datetime
    anchored: bool
    shared: bool
    joined_into: UUID | None

    @property
    def whole(self) -> bool:
        """Whether nobody but the person and us is in it."""
        return self.anchored and not self.shared


class ConversationEraser:
    store: ClassVar[str] = "conversations"

    def __init__(self, keyring: Keyring, blobs: Blobs) -> None:
        self._keyring = keyring
        self._blobs = blobs

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        cases = await tx.all(TheirCase, _CASES, list(person.identity_ids))
        row = await tx.row(_COUNT, list(person.identity_ids))
        assert row is not None
        own = sum(case.whole for case in cases)
        return {"cases": own, "shared_cases": len(cases) - own, **dict(row)}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        by_class: dict[str, Kept] = {}
        known = {str(name): rule for name, rule in (await rules(tx)).items()}
        for case in await tx.all(TheirCase, _CASES, list(person.identity_ids)):
            until = held_until(known.get(case.record_class), case.over_at, tx.now)
            if until and case.anchored and not case.joined_into:
                before = by_class.get(case.record_class, Kept(record_class=case.record_class, count=0, until=until))
                by_class[case.record_class] = Kept(
                    record_class=case.record_class, count=before.count + 1, until=max(before.until, until)
                )
        return list(by_class.values())

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        """One case at a time, and of a long one a part."""
        case = await tx.maybe(TheirCase, _CASES + " ORDER BY c.joined_into IS NULL, c.id LIMIT 1", _ids(person))
        if case is None:
            files = await forget_uploads(tx, person)
            rows = await forget_imported(tx, self._keyring, person) + await forget_offers(tx, person)
            return Erased(rows=rows + len(files), files=frozenset(files))
        await tx.execute("SELECT FROM conversation WHERE id = $1 FOR UPDATE", case.id)
        await self._hold(tx, person, case)
        if case.whole:
            unsent = await forget_unsent(tx, case.id)
            gone = await delete_case(tx, case.id, LINES)
            return Erased(rows=gone.rows + len(unsent), files=gone.files | unsent, more=gone.more)
        gone = await delete_lines(tx, case.id, _ids(person), notes=case.anchored)
        unsent = await redact_plans(tx, case.id, person)
        await forget_case(tx, case.id)
        cleaned = await redact_case(tx, case.id, person, anchored=case.anchored)
        return Erased(rows=gone.rows + cleaned.rows, files=gone.files | cleaned.files | unsent, more=True)

    async def _hold(self, tx: Transaction, person: Person, case: TheirCase) -> None:
        """Before the first line goes, what the law wants is put aside, once."""
        rule = {str(name): rule for name, rule in (await rules(tx)).items()}.get(case.record_class)
        until = held_until(rule, case.over_at, tx.now)
        if not until or not case.anchored or case.joined_into:
            return
        if await tx.value(
            "SELECT true FROM held_case WHERE erasure_id = $1 AND conversation_id = $2", person.erasure_id, case.id
        ):
            return
        await hold(tx, self._keyring, self._blobs, person, structs.asdict(case), until)


def _ids(person: Person) -> list[int]:
    return list(person.identity_ids)
