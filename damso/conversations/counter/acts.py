"""What tills send, kept once: the same key again is the same act, and its answer is the same."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from damso.commerce.returns.ask import RequestKeyUsed
from damso.commerce.shops import Shop
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor

VISIT_LIVES = timedelta(hours=2)
"""How long a till goes on with somebody who came."""

Key = Annotated[str, Meta(min_length=8, max_length=100)]
PlaceKey = Annotated[str, Meta(min_length=1, max_length=200)]
Kind = Literal["visit", "sale", "return"]
KnownBy = Literal["code", "phone"]


class VisitOver(AppError):
    code = "VISIT_OVER"
    status = 422
    text = Text(
        "방문 기록이 없거나 2시간이 지났어요. 고객을 다시 확인해 주세요.",
        "There is no such visit here, or two hours have passed. Please check the customer again.",
    )


class Act(Struct, frozen=True, kw_only=True):
    """One of them, as it is kept."""

    id: UUID
    kind: Kind
    digest: str
    place_id: UUID
    identity_id: int
    known_by: KnownBy
    visit_id: UUID | None
    number: str
    return_id: UUID | None
    at: datetime


_COLUMNS = ", ".join(Act.__struct_fields__)


class NewAct(Struct, frozen=True, kw_only=True):
    """One to be kept."""

    kind: Kind
    key: str
    digest: str
    identity_id: int
    known_by: KnownBy
    visit_id: UUID | None = None
    code_digest: str | None = None
    number: str = ""
    return_id: UUID | None = None


def digest_of_request(kind: Kind, request: Struct) -> str:
    text = msgspec.json.encode((kind, request), order="deterministic")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def name_of(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"


async def known_act(tx: Transaction, actor: Actor, key: str, digest: str) -> Act | None:
    """What this key did before. Raises `RequestKeyUsed` where it was something else."""
    found = await tx.maybe(
        Act, f"SELECT {_COLUMNS} FROM counter_act WHERE actor = $1 AND key = $2", name_of(actor), key
    )
    if found and found.digest != digest:
        raise RequestKeyUsed(field="key")
    return found


async def keep_act(tx: Transaction, actor: Actor, at: Shop, new: NewAct) -> Act | None:
    """Keep it. None where the key, the code or the order's number is there already: somebody was quicker."""
    return await tx.maybe(
        Act,
        f"""INSERT INTO counter_act (id, actor, key, digest, kind, place_id, identity_id, known_by, visit_id,
            code_digest, number, return_id, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT DO NOTHING RETURNING {_COLUMNS}""",
        new_id(),
        name_of(actor),
        new.key,
        new.digest,
        new.kind,
        at.id,
        new.identity_id,
        new.known_by,
        new.visit_id,
        new.code_digest,
        new.number,
        new.return_id,
        tx.now,
    )


async def visit_of(tx: Transaction, visit_id: UUID, at: Shop | None = None) -> Act:
    """A visit that goes on, at that shop. Raises `VisitOver`."""
    found = await tx.maybe(
        Act,
        f"""SELECT {_COLUMNS} FROM counter_act c WHERE id = $1 AND kind = 'visit' AND at > $2
            AND ($3::uuid IS NULL OR place_id = $3)
            AND NOT EXISTS (SELECT FROM identity i WHERE i.id = c.identity_id AND i.value = 'erased:' || i.id)""",
        visit_id,
        tx.now - VISIT_LIVES,
        at.id if at else None,
    )
    if found is None:
        raise VisitOver(field="visit_id")
    return found
