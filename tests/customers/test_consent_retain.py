"""Entries of the ledger go by rule, and nothing stands otherwise for it, however customers are joined."""

from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from damso.customers.consent.retain import ConsentRecords
from damso.customers.consent.standing import Standing, household_of, standing, standing_of_customer
from damso.customers.consent.types import Purpose
from damso.customers.merge import merge
from damso.kernel.database import Database, Transaction
from damso.kernel.log import SYSTEM
from tests.clock import ManualClock
from tests.customers.people import customer_of, email, phone, seen

PURPOSES: tuple[Purpose, ...] = ("marketing", "profiling")
CHANNELS = ("all", "email", "sms")
_numbers = count(1)

Word = tuple[int, Purpose, str, bool, int]
words = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(PURPOSES), st.sampled_from(CHANNELS), st.booleans(), st.integers(0, 6)
    ),
    min_size=2,
    max_size=14,
)
"""Whose address, on what, for which channel, given or withdrawn, and how many days ago."""


async def enters(tx: Transaction, identity_id: int, word: Word, at: datetime) -> int:
    _, purpose, channel, given_, _ = word
    entry: int = await tx.value(
        """INSERT INTO consent (identity_id, purpose, channel, given, method, at, recorded_at, proof, actor_kind)
        VALUES ($1, $2, $3, $4, 'phone', $5, $5, '{}', 'system') RETURNING id""",
        identity_id,
        purpose,
        channel,
        given_,
        at,
    )
    return entry


async def everything(tx: Transaction, ids: list[int]) -> list[Standing]:
    found = []
    for identity in ids:
        household = await household_of(tx, await customer_of(tx, identity))
        for purpose in PURPOSES:
            for channel in CHANNELS:
                found += [
                    standing(household, identity, purpose, channel),
                    standing_of_customer(household, purpose, channel),
                ]
    return found


@settings(
    max_examples=25,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=words, kept=st.integers(0, 6))
async def test_what_decides_nothing_goes_and_nothing_stands_otherwise(
    said: list[Word], kept: int, database: Database, clock: ManualClock
) -> None:
    clock.advance(timedelta(minutes=1))
    mark, records = next(_numbers), ConsentRecords()
    before = clock.now() - timedelta(days=kept)
    async with database.transaction() as tx:
        ids = [(await seen(tx, key)).identity_id for key in (email(f"a{mark}"), email(f"b{mark}"))]
        ids.append((await seen(tx, phone(mark))).identity_id)
        for word in said:
            await enters(tx, ids[word[0]], word, tx.now - timedelta(days=word[4]))
        stood = await everything(tx, ids)
        told = sum(one.count for one in await records.due(tx, before))
    async with database.transaction() as tx:
        gone = await records.destroy(tx, before)
        again = await records.destroy(tx, before)
    async with database.transaction() as tx:
        stands = await everything(tx, ids)
        left = await tx.value("SELECT count(*) FROM consent WHERE identity_id = ANY ($1)", ids)
        await tx.execute("SELECT set_config('damso.erasing', 'on', true)")
        await tx.execute("DELETE FROM consent")

    assert stands == stood
    assert (gone, again, left) == (told, 0, len(said) - told)


async def test_also_a_later_merge_finds_every_refusal(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        one, other = [(await seen(tx, key)).identity_id for key in (email("mina"), email("dana"))]
        long_ago = tx.now - timedelta(days=4000)
        await enters(tx, one, (0, "marketing", "email", True, 0), long_ago)
        refusal = await enters(tx, one, (0, "marketing", "all", False, 0), long_ago + timedelta(days=1))
        await enters(tx, other, (0, "marketing", "email", True, 0), tx.now)
        gone = await ConsentRecords().destroy(tx, tx.now - timedelta(days=3000))
        await merge(tx, [await customer_of(tx, one), await customer_of(tx, other)], actor=SYSTEM, evidence={})
        stands = standing(await household_of(tx, await customer_of(tx, other)), other, "marketing", "email")

    assert gone == 1
    assert (stands.state, stands.entry and stands.entry.id) == ("withdrawn", refusal)


async def test_what_a_notice_still_has_to_tell_stays(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email("mina"))).identity_id
        first = await enters(tx, mina, (0, "marketing", "email", True, 0), tx.now - timedelta(days=20))
        await enters(tx, mina, (0, "marketing", "email", False, 0), tx.now - timedelta(days=19))
        await tx.execute(
            """INSERT INTO consent_notice (id, identity_id, kind, consent_ids, due_on, try_at, state)
            VALUES (gen_random_uuid(), $1, 'result', ARRAY[$2::bigint], current_date, now(), 'by_hand')""",
            mina,
            first,
        )
        waits = await ConsentRecords().destroy(tx, tx.now)
        await tx.execute("UPDATE consent_notice SET state = 'sent'")
        told = await ConsentRecords().destroy(tx, tx.now)
        left = await tx.value("SELECT count(*) FROM consent_notice")

    assert (waits, told, left) == (0, 1, 0)
