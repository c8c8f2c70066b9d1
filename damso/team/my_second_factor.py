"""What agents do with their own second factor, and what an owner does with that of others."""

from uuid import UUID

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, Forbidden, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team.access import Caller
from damso.team.change_me import require_password
from damso.team.pending import forget_debts
from damso.team.second_factor import (
    SecondFactorOffer,
    confirm_second_factor,
    forget_second_factor,
    offer_second_factor,
    renew_recovery_codes,
    second_factor_state,
    spend_code,
)
from damso.team.second_step import code_limits
from damso.team.sessions import end_sessions
from damso.team.sign_in import Visitor
from damso.team.throttle import forgive, take_try


class SecondFactorRequired(AppError):
    code = "SECOND_FACTOR_REQUIRED"
    status = 403
    text = Text(
        "회사에서 2단계 인증을 꼭 쓰도록 정해서 끌 수 없어요.", "The company asks for the second step; it stays on."
    )


async def begin_enrolment(
    database: Database, keyring: Keyring, agent_id: UUID, password: str, visitor: Visitor
) -> SecondFactorOffer:
    """Raises `PasswordWrong`, `TooManyTries`, `SecondFactorOn`."""
    await require_password(database, agent_id, password, visitor)
    async with database.transaction() as tx:
        return await offer_second_factor(tx, keyring, agent_id)


async def finish_enrolment(
    database: Database, keyring: Keyring, agent_id: UUID, code: str, visitor: Visitor, session: str | None
) -> list[str]:
    """The recovery codes. Whoever is signed in elsewhere without a second factor has to show it. Raises
    `SecondFactorWrong`, `SecondFactorOn`, `SecondFactorOff`, `TooManyTries`."""
    limits = await _take_try(database, agent_id, visitor)
    async with database.transaction() as tx:
        codes = await confirm_second_factor(tx, keyring, agent_id, code)
        await forgive(tx, *limits)
        await end_sessions(tx, agent_id, except_for=session)
        return codes


async def new_recovery_codes(
    database: Database, keyring: Keyring, agent_id: UUID, code: str, visitor: Visitor
) -> list[str]:
    """Raises `SecondFactorWrong`, `TooManyTries`."""
    limits = await _take_try(database, agent_id, visitor)
    async with database.transaction() as tx:
        await spend_code(tx, keyring, agent_id, code)
        await forgive(tx, *limits)
        return await renew_recovery_codes(tx, agent_id)


async def turn_off(database: Database, keyring: Keyring, agent_id: UUID, code: str, visitor: Visitor) -> None:
    """Raises `SecondFactorRequired`, `SecondFactorWrong`, `TooManyTries`."""
    limits = await _take_try(database, agent_id, visitor)
    async with database.transaction() as tx:
        if (await second_factor_state(tx, agent_id)).required:
            raise SecondFactorRequired
        await spend_code(tx, keyring, agent_id, code)
        await forgive(tx, *limits)
        await forget_second_factor(tx, agent_id, Actor("agent", str(agent_id)))


async def reset_second_factor(tx: Transaction, agent_id: UUID, caller: Caller) -> None:
    """For a colleague who has lost theirs: it is gone, and they are signed out. Raises `Forbidden` for whoever is no
    owner, `NotFound`, `SecondFactorOff`."""
    if caller.role != "owner":
        raise Forbidden
    await reset_for(tx, agent_id, caller.actor)


async def reset_for(tx: Transaction, agent_id: UUID, actor: Actor) -> None:
    """Raises `NotFound`, `SecondFactorOff`."""
    if not await tx.execute("SELECT FROM agent WHERE id = $1 FOR NO KEY UPDATE", agent_id):
        raise NotFound
    await forget_second_factor(tx, agent_id, actor)
    await forget_debts(tx, agent_id)
    await end_sessions(tx, agent_id)


async def _take_try(database: Database, agent_id: UUID, visitor: Visitor) -> list[str]:
    async with database.transaction() as tx:
        limits = await code_limits(tx, agent_id, visitor)
        await take_try(tx, limits)
    return list(limits)
