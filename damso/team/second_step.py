"""The second step of signing in: the code, or, where the company asks for it, setting up what makes codes."""

from uuid import UUID

from msgspec import Struct

from damso.kernel.crypto import Keyring, hash_secret
from damso.kernel.database import Database, Transaction
from damso.team.devices import is_known_device
from damso.team.pending import debtor, settle
from damso.team.second_factor import (
    SecondFactorOffer,
    SecondFactorWrong,
    confirm_second_factor,
    offer_second_factor,
    spend_code,
)
from damso.team.sign_in import PER_PERSON, Entered, Owing, Visitor, admit, note_failure
from damso.team.throttle import Limit, forgive, take_try


class Enrolled(Struct, frozen=True):
    entered: Entered
    recovery_codes: list[str]


async def sign_in_by_code(database: Database, keyring: Keyring, token: str, code: str, visitor: Visitor) -> Entered:
    """Raises `SignInAgain`, `SecondFactorWrong`, `TooManyTries`."""
    async with database.transaction() as tx:
        agent_id = await debtor(tx, token, "code")
        limits = await code_limits(tx, agent_id, visitor)
        await take_try(tx, limits)
    try:
        async with database.transaction() as tx:
            await settle(tx, token, "code")
            await spend_code(tx, keyring, agent_id, code)
            await forgive(tx, *limits)
            return await _enter(tx, agent_id, visitor)
    except SecondFactorWrong:
        await note_failure(database, agent_id, "second_step")
        raise


async def offer_enrolment(database: Database, keyring: Keyring, token: str) -> SecondFactorOffer:
    """Raises `SignInAgain`."""
    async with database.transaction() as tx:
        return await offer_second_factor(tx, keyring, await debtor(tx, token, "enrol"))


async def sign_in_by_enrolment(
    database: Database, keyring: Keyring, token: str, code: str, visitor: Visitor
) -> Enrolled:
    """Raises `SignInAgain`, `SecondFactorWrong`, `TooManyTries`."""
    async with database.transaction() as tx:
        limits = await code_limits(tx, await debtor(tx, token, "enrol"), visitor)
        await take_try(tx, limits)
    async with database.transaction() as tx:
        agent_id = await settle(tx, token, "enrol")
        codes = await confirm_second_factor(tx, keyring, agent_id, code)
        await forgive(tx, *limits)
        return Enrolled(await _enter(tx, agent_id, visitor), codes)


async def code_limits(tx: Transaction, agent_id: UUID, visitor: Visitor) -> dict[str, Limit]:
    """What a wrong code counts against; a known browser apart from all others. Only who has the password comes so far,
    so there is no crowd of strangers to tell apart."""
    email = await tx.value("SELECT email FROM agent WHERE id = $1", agent_id)
    if visitor.device and await is_known_device(tx, email, visitor.device):
        return {f"code_device/{hash_secret(visitor.device).hex()}": PER_PERSON}
    return {f"code/{agent_id}": PER_PERSON}


async def _enter(tx: Transaction, agent_id: UUID, visitor: Visitor) -> Entered:
    entered = await admit(tx, agent_id, visitor, "second_step")
    assert not isinstance(entered, Owing)
    return entered
