"""The ledger of consents and what follows from it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.customers.consent.age import note_age
from damso.customers.consent.bulk import ConsentGiven, record_many
from damso.customers.consent.days import confirm_due, result_due
from damso.customers.consent.errors import ConsentInvalid, ConsentTimeInvalid, GuardianNeeded
from damso.customers.consent.may_contact import ContactRules, is_night, morning_after
from damso.customers.consent.record import record
from damso.customers.consent.standing import Household, Standing, household_of, standing, standing_of_customer
from damso.customers.consent.texts import texts, write_text
from damso.customers.consent.types import Entry, Said, Way
from damso.customers.erasing.suppressed import suppress
from damso.customers.link import link
from damso.customers.merge import merge
from damso.customers.unmerge import unmerge
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from tests.clock import ManualClock
from tests.customers.people import email, facts, phone, seen

AGENT = Actor("agent", "0199")
WAYS = {
    way.channel: way
    for way in (
        Way(channel="email", name=Text("이메일", "E-mail"), reaches="email", night_exempt=True),
        Way(channel="sms", name=Text("문자", "Text message"), reaches="phone"),
    )
}
DAY = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""Noon in Seoul."""
NIGHT = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


@pytest.fixture
def rules(keyring: Keyring) -> ContactRules:
    return ContactRules(keyring, WAYS)


async def say(tx: Transaction, identity_id: int, what: str, *, given: bool = True, **more: Any) -> int:
    """`marketing.email`: somebody consents to it, or withdraws."""
    purpose, _, channel = what.partition(".")
    said = Said(
        identity_id=identity_id,
        purpose=purpose,  # type: ignore[arg-type]
        channel=channel,
        given=given,
        method="phone",
        **more,
    )
    return await record(tx, WAYS, [said], actor=AGENT)


async def reason(tx: Transaction, rules: ContactRules, identity_id: int, what: str, at: datetime = DAY) -> str:
    purpose, _, channel = what.partition(".")
    answer = await rules.may_contact(tx, identity_id, purpose, channel, at=at)  # type: ignore[arg-type]
    assert answer.allowed == (answer.reason in ("consented", "not_needed"))
    return answer.reason


async def test_the_newest_word_holds_and_each_is_in_the_log(
    database: Database, clock: ManualClock, rules: ContactRules
) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email())).identity_id
        assert await reason(tx, rules, mina, "marketing.email") == "no_consent"
        assert await reason(tx, rules, mina, "service.email") == "not_needed"
        await say(tx, mina, "marketing.email")
        assert await reason(tx, rules, mina, "marketing.email") == "consented"
    clock.advance(timedelta(minutes=1))
    async with database.transaction() as tx:
        await say(tx, mina, "marketing.all", given=False)
        assert await reason(tx, rules, mina, "marketing.email") == "withdrawn"
        # An older paper that turns up later changes nothing.
        await say(tx, mina, "marketing.email", at=tx.now - timedelta(days=9))
        assert await reason(tx, rules, mina, "marketing.email") == "withdrawn"
    told = [fact.name for fact in await facts(database, "consent.given", "consent.withdrawn")]
    assert told == ["consent.given", "consent.withdrawn", "consent.given"]


async def test_the_database_refuses_to_change_or_drop_an_entry(database: Database) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email())).identity_id
        await say(tx, mina, "marketing.email")
        await write_text(tx, "marketing", "ko", "소식을 보내도 될까요?", actor=AGENT)
        await note_age(tx, mina, under_14=False, guardian_consented=False, note="", actor=AGENT)
    for table in ("consent", "consent_text", "consent_age"):
        for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(asyncpg.RaiseError, match="written once"):
                async with database.transaction() as tx:
                    await tx.execute(sql)


async def test_a_repeat_is_the_same_entry(database: Database) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email())).identity_id
        assert await say(tx, mina, "marketing.email", external_key="form-1") == 1
        assert await say(tx, mina, "marketing.email", external_key="form-1") == 0
        assert await tx.value("SELECT count(*) FROM consent") == 1


async def test_what_makes_no_sense_is_refused(database: Database) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email())).identity_id
        for what in ("marketing.pigeon", "overseas.email"):
            with pytest.raises(ConsentInvalid):
                await say(tx, mina, what)
        with pytest.raises(ConsentTimeInvalid):
            await say(tx, mina, "marketing.email", at=tx.now + timedelta(days=1))


async def test_a_consent_holds_for_its_address_and_other_kinds_of_the_same_person_only(
    database: Database, rules: ContactRules
) -> None:
    async with database.transaction() as tx:
        one, other, call = [(await seen(tx, key)).identity_id for key in (email("a"), email("b"), phone())]
        for another in (other, call):
            await link(tx, one, another, strength="proven", evidence={})
        await say(tx, one, "marketing.all")
        assert await reason(tx, rules, one, "marketing.email") == "consented"
        assert await reason(tx, rules, call, "marketing.sms") == "consented"
        assert await reason(tx, rules, other, "marketing.email") == "no_consent"


async def test_merging_lets_the_stricter_side_win_and_taking_apart_gives_each_their_own(
    database: Database, clock: ManualClock, rules: ContactRules
) -> None:
    async with database.transaction() as tx:
        willing, refusing = await seen(tx, email("a")), await seen(tx, email("b"))
        await say(tx, refusing.identity_id, "marketing.email", given=False)
    clock.advance(timedelta(days=1))
    async with database.transaction() as tx:
        await say(tx, willing.identity_id, "marketing.email")
        merged = await merge(tx, [willing.customer_id, refusing.customer_id], actor=AGENT, evidence={})
        assert await reason(tx, rules, willing.identity_id, "marketing.email") == "withdrawn_elsewhere"
        household = await household_of(tx, merged.customer_id)
        assert standing_of_customer(household, "marketing", "email").state == "withdrawn"
        await unmerge(tx, merged.customer_id, link_id=merged.link_id, actor=AGENT, evidence={})
        assert await reason(tx, rules, willing.identity_id, "marketing.email") == "consented"
        assert await reason(tx, rules, refusing.identity_id, "marketing.email") == "withdrawn"


async def test_a_proven_person_may_change_their_mind_from_another_address(
    database: Database, clock: ManualClock, rules: ContactRules
) -> None:
    async with database.transaction() as tx:
        mail, call = [(await seen(tx, key)).identity_id for key in (email(), phone())]
        await link(tx, mail, call, strength="proven", evidence={})
        await say(tx, mail, "marketing.sms", given=False)
    clock.advance(timedelta(days=1))
    async with database.transaction() as tx:
        await say(tx, call, "marketing.sms")
        assert await reason(tx, rules, call, "marketing.sms") == "consented"


async def test_night_needs_a_consent_of_its_own_but_for_mail(database: Database, rules: ContactRules) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, phone())).identity_id
        await say(tx, mina, "marketing.all")
        assert await reason(tx, rules, mina, "marketing.sms", NIGHT) == "night"
        assert await reason(tx, rules, mina, "marketing.email", NIGHT) == "consented"
        answer = await rules.may_contact(tx, mina, "marketing", "sms", at=NIGHT)
        assert answer.not_before == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
        await say(tx, mina, "night_marketing.sms")
        assert await reason(tx, rules, mina, "marketing.sms", NIGHT) == "consented"


@pytest.mark.parametrize(
    ("zone", "utc", "night"),
    [
        (None, "2026-11-20T11:59:59", False),
        (None, "2026-11-20T12:00:00", True),
        (None, "2026-11-20T22:59:59", True),
        (None, "2026-11-20T23:00:00", False),
        ("Asia/Kathmandu", "2026-11-20T15:14:59", False),
        ("Asia/Kathmandu", "2026-11-20T15:15:00", True),
        # The clocks go back at two: eight o'clock comes an hour later in UTC than the day before.
        ("America/New_York", "2026-11-01T12:30:00", True),
        ("America/New_York", "2026-10-31T12:30:00", False),
        ("Nowhere/Else", "2026-11-20T12:00:00", True),
    ],
)
def test_night_is_by_the_clock_where_the_customer_lives(zone: str | None, utc: str, night: bool) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert is_night(at, zone) == night
    assert not is_night(morning_after(at, zone), zone)


async def test_a_child_needs_a_guardian(database: Database, rules: ContactRules) -> None:
    async with database.transaction() as tx:
        child = (await seen(tx, email())).identity_id
        await say(tx, child, "marketing.email")
        await note_age(tx, child, under_14=True, guardian_consented=False, note="", actor=AGENT)
        assert await reason(tx, rules, child, "marketing.email") == "under_14"
        with pytest.raises(GuardianNeeded):
            await say(tx, child, "profiling.all")
        assert await say(tx, child, "marketing.email", given=False)
        await note_age(tx, child, under_14=True, guardian_consented=True, note="어머니와 통화", actor=AGENT)
        assert await say(tx, child, "profiling.all")


async def test_an_address_that_was_erased_is_not_written_to_until_somebody_consents_with_it(
    database: Database, clock: ManualClock, keyring: Keyring, rules: ContactRules
) -> None:
    key = email()
    async with database.transaction() as tx:
        await suppress(tx, keyring, [(key.kind, key.value)])
        old = ConsentGiven(
            kind="email", value=key.value, purpose="marketing", given=True, at=tx.now - timedelta(days=3)
        )
        [(_, refusal)] = (await record_many(tx, rules, [old], actor=AGENT)).refused
        assert (refusal.code, await tx.value("SELECT count(*) FROM identity")) == ("SAID_BEFORE_ERASURE", 0)
        mina = (await seen(tx, key)).identity_id
        await say(tx, mina, "marketing.email", at=tx.now - timedelta(days=3))
        assert await reason(tx, rules, mina, "marketing.email") == "suppressed"
        assert await reason(tx, rules, mina, "service.email") == "suppressed"
    clock.advance(timedelta(days=1))
    async with database.transaction() as tx:
        await say(tx, mina, "marketing.email")
        assert await reason(tx, rules, mina, "marketing.email") == "consented"


async def test_two_years_without_a_reminder_are_told_with_the_answer(
    database: Database, clock: ManualClock, rules: ContactRules
) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email())).identity_id
        await say(tx, mina, "marketing.email")
    clock.advance(timedelta(days=732))
    async with database.transaction() as tx:
        answer = await rules.may_contact(tx, mina, "marketing", "email")
    assert (answer.allowed, answer.confirmation_overdue) == (True, True)


def test_days_are_counted_in_seoul() -> None:
    late = datetime(2024, 2, 28, 15, 30, tzinfo=UTC)
    assert str(result_due(late)) == "2024-03-14"
    assert str(confirm_due(late)) == "2026-02-27"


async def test_a_text_gets_a_new_version_only_where_it_changes(database: Database) -> None:
    async with database.transaction() as tx:
        for body in ("소식을 보내도 될까요?", " 소식을 보내도 될까요? ", "새 소식을 보내도 될까요?"):
            await write_text(tx, "marketing", "ko", body, actor=AGENT)
        assert [(text.version, text.body) for text in await texts(tx)] == [
            (2, "새 소식을 보내도 될까요?"),
            (1, "소식을 보내도 될까요?"),
        ]


async def test_many_at_once_enter_what_fits_and_name_the_rest(database: Database, rules: ContactRules) -> None:
    def one(value: str, **more: Any) -> ConsentGiven:
        fields = {"kind": "email", "value": value, "purpose": "marketing", "channel": "email", "given": True}
        return ConsentGiven(**(fields | more))

    many = [
        one("A@Damso.example", external_key="1"),
        one("nonsense"),
        one("b@damso.example", channel="pigeon"),
        one("c@damso.example", text_id=uuid4()),
        one("c@damso.example", given=False, external_key="2"),
    ]
    async with database.transaction() as tx:
        first = await record_many(tx, rules, many, actor=AGENT)
        again = await record_many(tx, rules, many, actor=AGENT)
        addresses = await tx.values("SELECT i.value FROM consent c JOIN identity i ON i.id = c.identity_id ORDER BY 1")
    assert (first.recorded, first.repeated, again.recorded, again.repeated) == (2, 0, 0, 2)
    assert [(index, error.code) for index, error in first.refused] == [
        (1, "EMAIL_INVALID"),
        (2, "CONSENT_INVALID"),
        (3, "CONSENT_TEXT_UNKNOWN"),
    ]
    assert addresses == ["a@damso.example", "c@damso.example"]


words = st.builds(
    lambda number, who, channel, given, hour: Entry(
        id=number,
        identity_id=who,
        purpose="marketing",
        channel=channel,
        given=given,
        method="phone",
        at=DAY + timedelta(hours=hour),
        recorded_at=DAY,
        text_id=None,
        proof={},
        ip=None,
        actor_kind="agent",
        actor_id=None,
    ),
    st.integers(1, 10**6),
    st.integers(1, 3),
    st.sampled_from(["email", "sms", "all"]),
    st.booleans(),
    st.integers(0, 3),
)


def stands(entries: list[Entry], voices: dict[int, int]) -> dict[int, Standing]:
    """As the statement orders them."""
    ordered = sorted(entries, key=lambda one: (one.at, not one.given, one.id), reverse=True)
    household = Household(kinds={1: "email", 2: "email", 3: "phone"}, voices=voices, entries=ordered)
    return {who: standing(household, who, "marketing", "email") for who in (1, 2, 3)}


@given(entries=st.lists(words, max_size=6, unique_by=lambda one: one.id), order=st.randoms(use_true_random=False))
def test_law_of_the_ledger(entries: list[Entry], order: Any) -> None:
    """The order of writing never matters; a merge never allows what was not allowed; a withdrawal now always holds."""
    apart = stands(entries, {1: 1, 2: 2, 3: 3})
    merged = {1: 1, 2: 2, 3: 1}
    shuffled = list(entries)
    order.shuffle(shuffled)
    assert stands(shuffled, merged) == stands(entries, merged)
    for who, alone in stands(entries, {1: 1, 2: 2, 3: 3}).items():
        assert alone == apart[who]
        own = stands([one for one in entries if one.identity_id == who], {1: 1, 2: 2, 3: 3})[who]
        if alone.state == "given":
            assert own.state == "given"
        assert not (own.state == "withdrawn" and alone.state != "withdrawn")
    last = Entry(
        id=10**7,
        identity_id=2,
        purpose="marketing",
        channel="all",
        given=False,
        method="phone",
        at=DAY + timedelta(hours=9),
        recorded_at=DAY,
        text_id=None,
        proof={},
        ip=None,
        actor_kind="agent",
        actor_id=None,
    )
    assert {one.state for one in stands([*entries, last], merged).values()} == {"withdrawn"}
