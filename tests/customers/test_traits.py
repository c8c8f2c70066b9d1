"""Properties of customers, dated and by identity."""

from datetime import timedelta
from typing import Any

import pytest

from damso.customers.link import link
from damso.customers.traits import TraitInvalid, current_traits, set_traits
from damso.kernel.database import Database
from tests.clock import ManualClock
from tests.customers.people import facts, seen


async def test_the_newest_of_each_key_over_all_identities_holds(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        await set_traits(tx, one.identity_id, {"tier": "gold", "points": 7}, source="shop")
        await link(tx, one.identity_id, other.identity_id, strength="asserted", evidence={})
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await set_traits(tx, other.identity_id, {"tier": "silver"}, source="agent")
        traits = await current_traits(tx, [one.identity_id, other.identity_id])
    assert [(trait.key, trait.value, trait.source) for trait in traits] == [
        ("points", 7, "shop"),
        ("tier", "silver", "agent"),
    ]


async def test_null_takes_a_trait_away(database: Database) -> None:
    async with database.transaction() as tx:
        one = await seen(tx)
        await set_traits(tx, one.identity_id, {"tier": "gold"}, source="shop")
        assert await set_traits(tx, one.identity_id, {"tier": None, "never": None}, source="shop") == ["tier"]
        assert await current_traits(tx, [one.identity_id]) == []


async def test_setting_what_holds_already_changes_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        one = await seen(tx)
        assert await set_traits(tx, one.identity_id, {"b": [1, {"c": None}], "a": True}, source="shop") == ["a", "b"]
        assert await set_traits(tx, one.identity_id, {"b": [1, {"c": None}], "a": True}, source="shop") == []
    [fact] = await facts(database, "trait.changed")
    assert fact.properties == {"keys": ["a", "b"], "source": "shop"}


async def test_a_change_that_arrives_late_is_kept_and_does_not_hold(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        one = await seen(tx)
        await set_traits(tx, one.identity_id, {"tier": "gold"}, source="shop")
        late = clock.now() - timedelta(days=3)
        assert await set_traits(tx, one.identity_id, {"tier": "bronze"}, source="import", at=late) == ["tier"]
        [trait] = await current_traits(tx, [one.identity_id])
    assert trait.value == "gold"


@pytest.mark.parametrize("values", [{"": 1}, {" ": 1}, {"k" * 101: 1}, {"a\nb": 1}, {"a": "가" * 3000}])
async def test_what_does_not_fit_is_refused(database: Database, values: dict[str, Any]) -> None:
    async with database.transaction() as tx:
        one = await seen(tx)
        with pytest.raises(TraitInvalid):
            await set_traits(tx, one.identity_id, values, source="shop")
