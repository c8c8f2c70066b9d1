"""Whom rows mean: their addresses and ids, who of them is known here, and who was erased."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from damso.customers.addresses import email_key, phone_key
from damso.customers.erasing.suppressed import suppressed_since
from damso.customers.protection.blocked import Blocked
from damso.customers.tracking.types import MAX_ID, USER
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError

_BETWEEN = re.compile(r"[;,\n]+|\s/\s")
MOST = 5
"""Addresses of a kind in one cell."""


def person_keys(cells: Mapping[str, Any], namespace: str, blocked: Blocked) -> tuple[list[IdentityKey], list[str]]:
    """The identities that a row names, the main one first (user id, e-mail, phone), and codes of those that make no
    sense or name nobody."""
    keys: dict[IdentityKey, None] = {}
    codes: list[str] = []
    if "user_id" in cells:
        user = str(cells["user_id"]).strip()
        if blocked.names_nobody(USER, user) or len(user) > MAX_ID or not user.isprintable():
            codes.append("USER_INVALID")
        else:
            keys[IdentityKey(USER, user, namespace)] = None
    for field, read, code in (("email", email_key, "EMAIL_INVALID"), ("phone", phone_key, "PHONE_INVALID")):
        for typed in _BETWEEN.split(str(cells.get(field, "")))[:MOST]:
            if not typed.strip():
                continue
            try:
                key = read(typed.strip())
            except AppError:
                codes.append(code)
                continue
            if blocked.names_nobody(key.kind, key.value):
                codes.append(code)
            else:
                keys[key] = None
    return list(keys), list(dict.fromkeys(codes))


def alone(codes: Sequence[str]) -> str:
    """Why a row names nobody."""
    return codes[0].replace("_INVALID", "_ALONE") if codes else "NO_ADDRESS"


class Erased:
    """Who was erased on request, known by keyed hashes; nobody comes back with an old file."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def since(self, tx: Transaction, keys: Collection[IdentityKey]) -> dict[IdentityKey, datetime]:
        # Hashing costs more than asking whether there is anybody at all.
        if not await tx.value("SELECT EXISTS (SELECT FROM suppressed_address)"):
            return {}
        found = await suppressed_since(tx, self._keyring, {(key.kind, key.value) for key in keys})
        return {key: found[key.kind, key.value] for key in keys if (key.kind, key.value) in found}

    async def among(self, tx: Transaction, keys: Collection[IdentityKey]) -> frozenset[IdentityKey]:
        return frozenset(await self.since(tx, keys))


class Known:
    """What is known here of some identities: their numbers and names, whose they are, language and zone of whom they
    came with."""

    def __init__(self) -> None:
        self.ids: dict[IdentityKey, int] = {}
        self.names: dict[IdentityKey, str] = {}
        self.customers: dict[IdentityKey, UUID] = {}
        self.speaks: dict[IdentityKey, tuple[str | None, str | None]] = {}
        self._users: dict[UUID, frozenset[tuple[str, str]]] = {}

    def take(self, key: IdentityKey, row: Any) -> None:
        self.ids[key], self.names[key], self.customers[key] = row["id"], row["name"], row["customer_id"]
        self.speaks[key] = row["locale"], row["timezone"]
        self._users[row["customer_id"]] = frozenset((one["scope"], one["value"]) for one in row["users"])

    def is_of_others(self, key: IdentityKey, customers: set[UUID]) -> bool:
        return key in self.customers and self.customers[key] not in customers

    def would_mix(self, own: Iterable[IdentityKey]) -> bool:
        """Whether joining these would give one customer two user ids of one namespace that were apart."""
        keys = list(own)
        customers = {self.customers[key] for key in keys if key in self.customers}
        sets = [self._users[customer] for customer in customers]
        sets.append(frozenset((key.scope, key.value) for key in keys if key.kind == USER))
        together = frozenset[tuple[str, str]]().union(*sets)
        scopes = {scope for scope, _ in together}
        return any(
            sum(one == scope for one, _ in together) > max(sum(one == scope for one, _ in users) for users in sets)
            for scope in scopes
        )


_KNOWN = """
SELECT g.n, i.id, i.name, i.customer_id, h.locale, h.timezone, coalesce((
    SELECT jsonb_agg(jsonb_build_object('scope', u.scope, 'value', u.value)) FILTER (WHERE u.kind = $4)
    FROM identity u WHERE u.customer_id = i.customer_id), '[]') AS users
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS g(kind, value, scope, n)
JOIN identity i ON i.kind = g.kind AND i.scope = g.scope AND i.value = g.value
JOIN customer h ON h.id = i.home_id
"""
"""The kind is no condition of the search: until the tables of a first import are analysed, PostgreSQL would look
through every user id there is for each row."""


async def known_people(tx: Transaction, keys: Sequence[IdentityKey]) -> Known:
    found = Known()
    rows = await tx.rows(
        _KNOWN, [key.kind for key in keys], [key.value for key in keys], [key.scope for key in keys], USER
    )
    for row in rows:
        found.take(keys[row["n"] - 1], row)
    return found
