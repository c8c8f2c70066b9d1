"""History comes in without a sound, and shows nobody anything."""

from damso.conversations.widget.entries import own_identities, widget_entries
from damso.customers.disclose import disclosed
from damso.customers.identify import identify
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from tests.imports.conftest import Mover


async def test_nothing_falls_due_and_nothing_leaves(mover: Mover) -> None:
    await mover.brings("intercom")

    assert await mover.rows("SELECT * FROM lane_item") == []
    assert await mover.rows("SELECT * FROM conversation WHERE snoozed_until IS NOT NULL OR status = 'snoozed'") == []
    assert await mover.rows("SELECT * FROM message WHERE status = 'queued'") == []
    names = await mover.rows("SELECT DISTINCT name FROM care_event WHERE conversation_id IS NOT NULL ORDER BY 1")
    assert [row["name"] for row in names] == ["conversation.imported", "message.imported"]


async def test_the_log_dates_what_was_said_as_of_old(mover: Mover) -> None:
    await mover.brings("intercom")

    rows = await mover.rows("SELECT min(occurred_at) AS at FROM care_event WHERE name = 'message.imported'")
    assert str(rows[0]["at"]) == "2023-03-28 10:41:40+00:00"


async def test_addresses_of_an_export_disclose_nothing(mover: Mover, keyring: Keyring) -> None:
    """One customer with two addresses: whoever writes from the second sees nothing of what the first said."""
    await mover.brings("zendesk")

    async with mover.database.transaction() as tx:
        key = IdentityKey("email", "narae.work@customer.example")
        other = await identify(tx, key, proof="authenticated", source="email")
        main = await identify(tx, IdentityKey("email", "narae@customer.example"), proof="none", source="test")
        assert other.customer_id == main.customer_id
        assert await disclosed(tx, other.identity_id) == [other.identity_id]
        brand_id = await tx.value("SELECT id FROM brand")
        shown = await widget_entries(tx, keyring, await own_identities(tx, key), brand_id)
    assert shown.items == []
