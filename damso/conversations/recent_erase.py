"""Forgetting a customer in what agents opened and searched lately."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person
from damso.kernel.ngrams import matches

_OPENED = """customer_id = ANY ($1) OR conversation_id IN (
    SELECT id FROM conversation WHERE anchor_identity_id = ANY ($2))"""


class RecentEraser:
    """Drops the customer and their cases, and every search that would find them or names them.

    A search too many costs somebody a line they can
    type again; one too few would keep a name.
    """

    store: ClassVar[str] = "recent"

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        opened = await tx.value(f"SELECT count(*) FROM recent WHERE {_OPENED}", *_subjects(person))
        return {"recent": opened + len(await self._searches(tx, person))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        rows = await tx.execute(f"DELETE FROM recent WHERE {_OPENED}", *_subjects(person))
        searches = await self._searches(tx, person)
        return Erased(rows=rows + await tx.execute("DELETE FROM recent WHERE id = ANY ($1)", searches))

    async def _searches(self, tx: Transaction, person: Person) -> list[UUID]:
        """At most twenty of each agent are there; opening them keeps a core busy, but nobody who waits."""
        rows = await tx.rows("SELECT id, words FROM recent WHERE words IS NOT NULL ORDER BY id")
        sealed = [(row["id"], row["words"]) for row in rows]
        return await asyncio.to_thread(self._telling, sealed, [*person.names, *person.values])

    def _telling(self, sealed: Sequence[tuple[UUID, str]], known_by: Sequence[str]) -> list[UUID]:
        found = []
        for recent_id, words in sealed:
            try:
                if tells_of(self._keyring.decrypt(words), known_by):
                    found.append(recent_id)
            except SecretUnreadable:
                # Nobody can say whom it tells of, and nobody can read it either.
                found.append(recent_id)
        return found


def tells_of(words: str, known_by: Sequence[str]) -> bool:
    """Whether a search holds one of the names and addresses, or a word that finds somebody by them."""
    known = "\n".join(known_by)
    return any(matches(words, one) for one in known_by) or any(matches(known, word) for word in words.split())


def _subjects(person: Person) -> tuple[list[UUID], list[int]]:
    return list(person.customer_ids), list(person.identity_ids)
