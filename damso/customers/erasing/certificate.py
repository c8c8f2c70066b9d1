"""The certificate of an erasure: what was done, sealed by a keyed hash, and nothing of the person."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound

PURPOSE = "erasure certificate"


class KeptRecords(Struct, frozen=True, kw_only=True):
    """Records of a class that the law wants, kept encrypted and apart, and erased by themselves after `until`."""

    record_class: str
    count: int
    until: datetime


class Certificate(Struct, frozen=True, kw_only=True):
    """What an erasure has done. `addresses` are keyed hashes: only who knows an address can tell that it is meant.

    `seal` is an HMAC-SHA256, under a key of this installation, of all other fields as canonical JSON.
    """

    version: int
    erasure_id: UUID
    customer_id: UUID
    reason: str
    asked_by_kind: str
    asked_by_id: str | None
    asked_at: datetime
    completed_at: datetime
    stores: dict[str, int]
    kept: list[KeptRecords]
    addresses: list[str]
    digest: str
    seal: str


async def make_certificate(tx: Transaction, keyring: Keyring, erasure_id: UUID) -> None:
    """Write the certificate, once."""
    row = await tx.row(
        """SELECT id AS erasure_id, customer_id, reason, asked_by_kind, asked_by_id, asked_at, stores, addresses
        FROM erasure WHERE id = $1 AND completed_at IS NULL FOR UPDATE""",
        erasure_id,
    )
    if row is None:
        return
    kept = await tx.all(KeptRecords, _KEPT, erasure_id)
    facts = dict(row) | {"version": 1, "completed_at": tx.now, "kept": kept}
    body = _canonical(facts)
    facts |= {"digest": hashlib.sha256(body).hexdigest(), "seal": keyring.mac(PURPOSE, body).hex()}
    await tx.execute(
        "UPDATE erasure SET completed_at = $2, certificate = $3 WHERE id = $1",
        erasure_id,
        tx.now,
        msgspec.to_builtins(facts),
    )


_KEPT = """
SELECT record_class, count(*) AS count, max(until) AS until FROM held_case WHERE erasure_id = $1
GROUP BY record_class ORDER BY record_class
"""


async def certificate_of(tx: Transaction, erasure_id: UUID) -> Certificate:
    """Raises `NotFound`, also as long as it is not written."""
    stored = await tx.value("SELECT certificate FROM erasure WHERE id = $1", erasure_id)
    if stored is None:
        raise NotFound
    return msgspec.convert(stored, Certificate)


def is_genuine(keyring: Keyring, certificate: Certificate) -> bool:
    """Whether it is as it was when this installation wrote it."""
    body = _canonical(msgspec.to_builtins(certificate))
    macs = keyring.macs(PURPOSE, body)
    return any(hmac.compare_digest(mac.hex(), certificate.seal) for mac in macs)


def _canonical(facts: Mapping[str, Any]) -> bytes:
    """One form for one content: keys in order, nothing of the seal itself."""
    plain = {name: value for name, value in msgspec.to_builtins(facts).items() if name not in ("digest", "seal")}
    return msgspec.json.encode(plain, order="deterministic")
