"""One-time codes."""

import asyncio
from datetime import timedelta

import pytest

from damso.customers.addresses import EmailInvalid
from damso.customers.prove import CodeExpired, CodeWrong, Refusal, Started, check, start
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import TooManyTries
from tests.clock import ManualClock

ADDRESS = "mina@damso.example"
ME = "visitor:shop:1"


class Proofs:
    """Whoever asks for codes and types them."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def start(self, *, subject: str = ME, value: str = ADDRESS) -> Started:
        async with self._database.transaction() as tx:
            return await start(tx, self._keyring, subject, "email", value)

    async def check(self, code: str, *, subject: str = ME, value: str = ADDRESS) -> str | Refusal:
        async with self._database.transaction() as tx:
            return await check(tx, self._keyring, subject, "email", value, code)


@pytest.fixture
def proofs(database: Database, keyring: Keyring) -> Proofs:
    return Proofs(database, keyring)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_right_code_proves_the_address_once(proofs: Proofs, clock: ManualClock) -> None:
    started = await proofs.start(value=" Mina@Damso.example")
    assert len(started.code) == 6
    assert started.code.isdigit()
    assert (started.value, started.expires_at) == (ADDRESS, clock.now() + timedelta(minutes=10))
    assert await proofs.check(f" {started.code} ", value="MINA@damso.example") == ADDRESS
    assert isinstance(await proofs.check(started.code), CodeExpired)


async def test_a_code_is_not_stored(proofs: Proofs, database: Database) -> None:
    started = await proofs.start()
    async with database.reading() as tx:
        row = await tx.row("SELECT * FROM proof_code")
    assert started.code not in str(row)


async def test_five_wrong_tries_end_a_code(proofs: Proofs) -> None:
    started = await proofs.start()
    refusals = [await proofs.check(wrong(started.code)) for _ in range(5)]
    assert [refusal.extra["left"] for refusal in refusals[:4] if isinstance(refusal, CodeWrong)] == [4, 3, 2, 1]
    assert isinstance(refusals[4], TooManyTries)
    assert isinstance(await proofs.check(started.code), TooManyTries)


async def test_tries_at_once_are_counted_one_by_one(proofs: Proofs) -> None:
    started = await proofs.start()
    refusals = await asyncio.gather(*(proofs.check(wrong(started.code)) for _ in range(12)))
    assert sorted(refusal.extra["left"] for refusal in refusals if isinstance(refusal, CodeWrong)) == [1, 2, 3, 4]


async def test_the_right_code_at_once_from_everywhere_is_taken_once(proofs: Proofs) -> None:
    started = await proofs.start()
    answers = await asyncio.gather(*(proofs.check(started.code) for _ in range(10)))
    assert [answer for answer in answers if isinstance(answer, str)] == [ADDRESS]


async def test_a_code_expires(proofs: Proofs, clock: ManualClock) -> None:
    started = await proofs.start()
    clock.advance(timedelta(minutes=10))
    assert isinstance(await proofs.check(started.code), CodeExpired)


async def test_a_code_is_of_no_use_to_another_subject_or_address(proofs: Proofs) -> None:
    started = await proofs.start()
    assert isinstance(await proofs.check(started.code, subject="visitor:shop:2"), CodeExpired)
    assert isinstance(await proofs.check(started.code, value="other@damso.example"), CodeExpired)
    assert await proofs.check(started.code) == ADDRESS


async def test_a_new_code_ends_the_one_before(proofs: Proofs, clock: ManualClock) -> None:
    first = await proofs.start()
    clock.advance(timedelta(seconds=31))
    second = await proofs.start()
    answers = [await proofs.check(first.code), await proofs.check(second.code)]
    assert answers[1] == ADDRESS
    assert isinstance(answers[0], CodeWrong) or first.code == second.code


async def test_another_code_may_be_had_after_thirty_seconds(proofs: Proofs, clock: ManualClock) -> None:
    await proofs.start()
    clock.advance(timedelta(seconds=12))
    with pytest.raises(TooManyTries) as refused:
        await proofs.start()
    assert refused.value.extra == {"retry_after": 18}


async def test_an_address_gets_five_codes_an_hour_whoever_asks(proofs: Proofs, clock: ManualClock) -> None:
    for number in range(5):
        await proofs.start(subject=f"visitor:shop:{number}")
    with pytest.raises(TooManyTries):
        await proofs.start(subject="visitor:shop:9")
    await proofs.start(subject="visitor:shop:9", value="other@damso.example")
    clock.advance(timedelta(hours=1))
    await proofs.start(subject="visitor:shop:9")


async def test_a_subject_gets_five_codes_an_hour_for_whatever_address(proofs: Proofs) -> None:
    for number in range(5):
        await proofs.start(value=f"person{number}@damso.example")
    with pytest.raises(TooManyTries):
        await proofs.start(value="person9@damso.example")


async def test_asking_at_once_gives_one_code(proofs: Proofs) -> None:
    answers = await asyncio.gather(*(proofs.start() for _ in range(6)), return_exceptions=True)
    assert len([answer for answer in answers if isinstance(answer, Started)]) == 1


async def test_what_is_no_address_gets_no_code(proofs: Proofs) -> None:
    with pytest.raises(EmailInvalid):
        await proofs.start(value="mina@")


async def test_codes_are_forgotten_after_a_day(proofs: Proofs, database: Database, clock: ManualClock) -> None:
    await proofs.start()
    clock.advance(timedelta(days=1, seconds=1))
    await proofs.start(value="other@damso.example")
    async with database.reading() as tx:
        assert await tx.values("SELECT value FROM proof_code") == ["other@damso.example"]
