"""A few records at once: looked up, told apart (new, changed, the same, refused), and written in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.channels.imports.types import Case, Kept, Person, Said, Vendor
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.sensitive import SensitiveKind


class Source(Struct, frozen=True):
    """Which help desk something is from. `account` tells two of the same vendor apart."""

    vendor: Vendor
    account: str = ""

    @property
    def name(self) -> str:
        return f"{self.vendor}:{self.account}"

    @property
    def dedupe_scope(self) -> str:
        return f"import:{self.name}"


class Home(Struct, frozen=True):
    """Where conversations go: an inbox and its brand."""

    inbox_id: UUID
    brand_id: UUID


class Problem(Struct, frozen=True, order=True):
    """What could not be brought in as it is: no word of what it says."""

    place: str
    kind: str
    external_id: str
    code: str


class Colleague(Struct, frozen=True):
    """Somebody of the other help desk; `agent_id` where they have an account here."""

    agent_id: UUID | None
    name: str
    email: str


class Desk(Struct, kw_only=True):
    """What is the same for all records of a run: where they go, and whom of our own people they mean."""

    source: Source
    keyring: Keyring
    masked: frozenset[SensitiveKind]
    home: Home
    homes: Mapping[str, Home]
    agents: Mapping[str, UUID]
    teams: Mapping[str, UUID]
    colleagues: dict[str, Colleague] = msgspec.field(default_factory=dict)
    team_names: dict[str, str] = msgspec.field(default_factory=dict)

    def home_of(self, channel: str) -> Home:
        return self.homes.get(channel, self.home)

    def team_of(self, external_id: str, name: str) -> UUID | None:
        return self.teams.get((self.team_names.get(external_id) or name).casefold())


class Outcome(Struct):
    """What became of a chunk: counts by kind and state, and problems."""

    counts: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    problems: list[Problem] = msgspec.field(default_factory=list)

    def count(self, kind: str, state: str, number: int = 1) -> None:
        states = self.counts.setdefault(kind, {})
        states[state] = states.get(state, 0) + number

    def warn(self, item: Person | Case | Said | Kept, kind: str, code: str) -> None:
        self.problems.append(Problem(item.place, kind, item.external_id, code))

    def refuse(self, item: Person | Case | Said | Kept, kind: str, code: str) -> None:
        self.count(kind, "refused")
        self.warn(item, kind, code)

    def add(self, other: "Outcome") -> None:
        for kind, states in other.counts.items():
            for state, number in states.items():
                self.count(kind, state, number)
        self.problems += other.problems


def digest_of(item: Person | Case | Said | Kept) -> str:
    """Tells whether a later export says something else; where it stands does not matter."""
    told = msgspec.json.encode(msgspec.structs.replace(item, place=""), order="deterministic")
    return blake2b(told, digest_size=12).hexdigest()


class Record(Struct, frozen=True):
    """What is noted of a record that came before."""

    external_id: str
    digest: str
    identity_id: int | None
    conversation_id: UUID | None
    content: dict[str, Any]


async def known_records(tx: Transaction, source: Source, kind: str, external_ids: Iterable[str]) -> dict[str, Record]:
    rows = await tx.all(
        Record,
        """SELECT external_id, digest, identity_id, conversation_id, content FROM imported_record
        WHERE source = $1 AND kind = $2 AND external_id = ANY ($3)""",
        source.name,
        kind,
        list(set(external_ids)),
    )
    return {row.external_id: row for row in rows}


async def note_records(tx: Transaction, source: Source, kind: str, records: Sequence[Record]) -> None:
    """Remember what came, or how it stands now."""
    if records:
        await tx.execute(
            """INSERT INTO imported_record AS r (source, kind, external_id, digest, identity_id, conversation_id,
                content, brought_at)
            SELECT $1, $2, external_id, digest, identity_id, conversation_id, content, $4 FROM jsonb_to_recordset($3)
                AS n(external_id text, digest text, identity_id bigint, conversation_id uuid, content jsonb)
            ON CONFLICT (source, kind, external_id) DO UPDATE SET digest = excluded.digest,
                identity_id = coalesce(excluded.identity_id, r.identity_id),
                conversation_id = coalesce(excluded.conversation_id, r.conversation_id),
                content = excluded.content, brought_at = excluded.brought_at""",
            source.name,
            kind,
            [msgspec.structs.asdict(record) for record in records],
            tx.now,
        )


def state_of(record: Record | None, digest: str) -> str:
    if record is None:
        return "new"
    return "same" if record.digest == digest else "changed"
