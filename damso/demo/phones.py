"""The sample company on its customers' phones: an inbox of every simulated channel, and numbers to write to."""

from collections.abc import Mapping

import msgspec

from damso.channels.connect import connect
from damso.channels.simulator import Simulated
from damso.channels.types import Adapter
from damso.customers.identify import identify
from damso.customers.link import link
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.simulate.people import CUSTOMERS


async def connect_phones(tx: Transaction, adapters: Mapping[str, Adapter], keyring: Keyring, name: str) -> None:
    """Connect whatever simulated channel the demo has no inbox of yet."""
    brand_id = await tx.value("SELECT id FROM brand ORDER BY created_at, id LIMIT 1")
    connected = await tx.values("SELECT channel FROM inbox")
    for adapter in adapters.values():
        if isinstance(adapter, Simulated) and adapter.channel not in connected:
            config = adapter.simulator(lambda: tx.now).config()
            await connect(
                tx,
                adapters,
                keyring,
                channel=adapter.channel,
                name=name,
                brand_id=brand_id,
                config=msgspec.to_builtins(config),
            )


async def give_numbers(tx: Transaction) -> None:
    """Whoever has written a mail has told their phone number as well."""
    for one in CUSTOMERS:
        mail = await tx.value("SELECT id FROM identity WHERE kind = 'email' AND value = $1", one.mailbox)
        if mail is None:
            continue
        key = IdentityKey("phone", one.person.phone)
        phone = await identify(tx, key, proof="asserted", source="demo", name=one.person.name)
        await link(tx, mail, phone.identity_id, strength="asserted", evidence={"source": "demo"})
