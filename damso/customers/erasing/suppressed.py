"""Addresses of people who were erased, as keyed hashes: nobody writes to them unasked, and no old record brings them
back. Somebody who writes in anew is welcome: these are asked before we act, not when they do."""

from collections.abc import Collection
from datetime import datetime

from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction

SUPPRESSED = "suppressed address"
"""What the keyed hashes of addresses are made for."""


def address_macs(keyring: Keyring, kind: str, value: str) -> list[str]:
    """The keyed hashes an address may stand under, that of the newest key first."""
    return [f"{kind}:{mac.hex()}" for mac in keyring.macs(SUPPRESSED, f"{kind}:{value}".encode())]


async def suppress(tx: Transaction, keyring: Keyring, addresses: Collection[tuple[str, str]]) -> list[str]:
    """Note addresses (kind and value); their hashes."""
    macs = sorted(address_macs(keyring, kind, value)[0] for kind, value in addresses)
    await tx.execute(
        """INSERT INTO suppressed_address (mac, at) SELECT unnest($1::text[]), $2
        ON CONFLICT (mac) DO UPDATE SET at = greatest(suppressed_address.at, excluded.at)""",
        macs,
        tx.now,
    )
    return macs


async def suppressed(tx: Transaction, keyring: Keyring, addresses: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these addresses somebody had who was erased."""
    return set(await suppressed_since(tx, keyring, addresses))


async def suppressed_since(
    tx: Transaction, keyring: Keyring, addresses: Collection[tuple[str, str]]
) -> dict[tuple[str, str], datetime]:
    """The same, with since when."""
    owner = {mac: (kind, value) for kind, value in addresses for mac in address_macs(keyring, kind, value)}
    if not owner:
        return {}
    rows = await tx.rows("SELECT mac, at FROM suppressed_address WHERE mac = ANY ($1) ORDER BY at", list(owner))
    return {owner[row["mac"]]: row["at"] for row in rows}


async def is_suppressed(tx: Transaction, keyring: Keyring, kind: str, value: str) -> bool:
    """Whether somebody who was erased had this address."""
    return bool(await suppressed(tx, keyring, [(kind, value)]))
