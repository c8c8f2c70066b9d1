"""The lane that prepares answers, and destroying them after a week."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from damso.customers.subject_access.answer_file import MOST_BYTES, pack
from damso.customers.subject_access.holding import Holding, Section, Subject
from damso.customers.subject_access.page import Facts
from damso.customers.subject_access.register import LANE
from damso.kernel.blob_collection import BlobColumn, discard_soon
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.erasure import Erased, Kept, Person
from damso.kernel.i18n import Locale, Text
from damso.kernel.lanes import Claim, Item
from damso.kernel.sealed_files import forget_sealed, note_sealed, read_file, seal_file

KEPT = timedelta(days=7)
FILES = BlobColumn("access_request", "file_ref")


class _Wanted(Struct, frozen=True, kw_only=True):
    id: UUID
    customer_id: UUID
    identity_ids: list[int]
    locale: Locale
    notes: bool
    state: str


class Answer(Struct, frozen=True, kw_only=True):
    """The ZIP, and how many files could not be put into it."""

    data: bytes
    left_out: int


class AnswerLane:
    """Prepares one answer after the other. What a kill interrupts is begun again."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("개인정보 열람 파일 준비", "Preparing answers to access requests")
    width: ClassVar[int] = 1

    def __init__(self, database: Database, keyring: Keyring, blobs: Blobs, holdings: Sequence[Holding]) -> None:
        self._database = database
        self._keyring = keyring
        self._blobs = blobs
        self._holdings = holdings

    async def work(self, claim: Claim) -> None:
        request_id = UUID(claim.item.payload["request_id"])
        answer = await prepare(self._database, self._keyring, self._blobs, self._holdings, request_id)
        sealed = await seal_file(self._blobs, self._keyring, answer.data) if answer else None
        async with self._database.transaction() as tx:
            if answer and sealed:
                await note_sealed(tx, sealed)
                await tx.execute(
                    """UPDATE access_request SET state = 'ready', progress = 100, file_ref = $2, file_size = $3,
                        left_out = $4, expires_at = $5 WHERE id = $1 AND state = 'building'""",
                    request_id,
                    sealed.ref,
                    len(answer.data),
                    answer.left_out,
                    tx.now + KEPT,
                )
            await claim.finish(tx)

    async def give_up(self, tx: Transaction, item: Item) -> None:
        await tx.execute(
            "UPDATE access_request SET state = 'failed' WHERE id = $1 AND state = 'building'",
            UUID(item.payload["request_id"]),
        )


async def prepare(
    database: Database, keyring: Keyring, blobs: Blobs, holdings: Sequence[Holding], request_id: UUID
) -> Answer | None:
    """Gather what every store holds; None where nobody wants it any more."""
    async with database.reading() as tx:
        wanted = await _wanted(tx, request_id)
        if wanted is None or wanted.state != "building":
            return None
        subject = await _subject(tx, wanted)
        facts = await _facts(tx, wanted, subject)
    sections: list[Section] = []
    for done, holding in enumerate(holdings, start=1):
        async with database.reading() as tx:
            sections.append(await holding.told(tx, subject))
        async with database.transaction() as tx:
            share = "UPDATE access_request SET progress = $2 WHERE id = $1 AND progress < $2"
            await tx.execute(share, request_id, 90 * done // len(holdings))
    files, missing = await _files(database, keyring, blobs, sections)
    data = await asyncio.to_thread(pack, facts, sections, list(files.items()), missing)
    return Answer(data=data, left_out=len(missing))


async def _wanted(tx: Transaction, request_id: UUID) -> _Wanted | None:
    return await tx.maybe(
        _Wanted,
        "SELECT id, customer_id, identity_ids, locale, notes, state FROM access_request WHERE id = $1",
        request_id,
    )


async def _subject(tx: Transaction, wanted: _Wanted) -> Subject:
    """Identities that left the customer meanwhile are somebody else's now."""
    rows = await tx.rows(
        """SELECT i.id, i.customer_id, h.id AS home_id FROM identity i JOIN customer c ON c.id = i.customer_id
            LEFT JOIN customer h ON h.id = i.home_id AND $2 IN (h.id, h.merged_into)
        WHERE i.id = ANY ($1) AND $2 IN (c.id, c.merged_into) ORDER BY i.id""",
        wanted.identity_ids,
        wanted.customer_id,
    )
    customers = dict.fromkeys(id_ for row in rows for id_ in (row["customer_id"], row["home_id"]) if id_)
    return Subject(customer_ids=tuple(customers), identity_ids=tuple(row["id"] for row in rows), notes=wanted.notes)


async def _facts(tx: Transaction, wanted: _Wanted, subject: Subject) -> Facts:
    channels = await tx.values(
        """SELECT DISTINCT i.channel FROM thread t JOIN inbox i ON i.id = t.inbox_id WHERE t.identity_id = ANY ($1)
        ORDER BY 1""",
        list(subject.identity_ids),
    )
    company = await tx.value("SELECT company FROM installation")
    return Facts(request_id=wanted.id, company=company or "", at=tx.now, locale=wanted.locale, channels=channels)


async def _files(
    database: Database, keyring: Keyring, blobs: Blobs, sections: Sequence[Section]
) -> tuple[Mapping[str, bytes], list[str]]:
    """What is there by its path in the answer, and the paths of what is missing or too much."""
    found: dict[str, bytes] = {}
    missing: list[str] = []
    size = 0
    for file in (file for section in sections for file in section.files):
        try:
            async with database.reading() as tx:
                data = await read_file(tx, blobs, keyring, file.ref)
        except BlobMissing:
            data = None
        if data is None or size + len(data) > MOST_BYTES:
            missing.append(file.path)
        else:
            found[file.path] = data
            size += len(data)
    return found, missing


class AnswerTimer:
    """Destroys answers on their day: the key at once, the file as soon as that is safe."""

    name: ClassVar[str] = "access_answers"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            """SELECT id FROM access_request WHERE file_ref IS NOT NULL AND expires_at <= $1 ORDER BY expires_at
            LIMIT 20 FOR UPDATE SKIP LOCKED""",
            tx.now,
        )
        if not due:
            return False
        await discard_soon(tx, await _destroy(tx, "id = ANY ($1)", due))
        return len(due) == 20


async def _destroy(tx: Transaction, which: str, ids: Sequence[UUID]) -> list[str]:
    """The refs of their files, which nobody can read any more."""
    refs = await tx.values(
        f"""WITH gone AS (SELECT id, file_ref FROM access_request WHERE {which} FOR UPDATE)
        UPDATE access_request r SET state = 'destroyed', file_ref = NULL FROM gone
        WHERE r.id = gone.id AND (r.file_ref IS NOT NULL OR r.state = 'building') RETURNING gone.file_ref""",
        list(ids),
    )
    files = [ref for ref in refs if ref]
    await forget_sealed(tx, files)
    return files


class AnswerEraser:
    """Destroys the answers that were prepared for somebody who is erased. The register stays: that they asked, when,
    and when they were answered."""

    store: ClassVar[str] = "answers"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM access_request WHERE customer_id = ANY ($1) AND file_ref IS NOT NULL"
        return {"answers": await tx.value(sql, list(person.customer_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        files = await _destroy(tx, "customer_id = ANY ($1)", person.customer_ids)
        return Erased(rows=len(files), files=frozenset(files))
