"""Coming in: by password, or by a link that works once."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.team.addresses import Address, network_of
from damso.team.links import LinkSpent, spend_link
from damso.team.passwords import hash_password, is_outdated, is_password
from damso.team.queries import me
from damso.team.sessions import begin_session
from damso.team.throttle import Limit, forgive, give_back, take_try
from damso.team.types import Me, as_email

PER_ACCOUNT = Limit(5, timedelta(minutes=15))
PER_NETWORK = Limit(30, timedelta(minutes=15))


class CredentialsWrong(AppError):
    """One error for a wrong password, an unknown address and a disabled account, so that it tells none of them."""

    code = "CREDENTIALS_WRONG"
    status = 401
    text = Text("이메일 또는 비밀번호가 맞지 않아요.", "The e-mail address or the password is not right.")


class Visitor(Struct, frozen=True, kw_only=True):
    """The browser that wants to come in."""

    user_agent: str
    address: Address | None


class Entered(Struct, frozen=True):
    """Who has come in, and the secret for their cookie."""

    me: Me
    secret: str


class _Account(Struct, frozen=True):
    id: UUID
    password_hash: str | None


async def sign_in(database: Database, email: str, password: str, visitor: Visitor) -> Entered:
    """Raises `CredentialsWrong`, `TooManyTries`, `Invalid`."""
    email = as_email(email)
    tries = await _take_try(database, email, visitor)
    async with database.reading() as tx:
        account = await tx.maybe(
            _Account, "SELECT id, password_hash FROM agent WHERE email = $1 AND disabled_at IS NULL", email
        )
    stored = account.password_hash if account else None
    right = await is_password(password, stored)
    if account is None or stored is None or not right:
        raise CredentialsWrong
    fresh = await hash_password(password) if is_outdated(stored) else stored
    async with database.transaction() as tx:
        # Says again who they are: password or standing may have changed while we were hashing.
        if not await tx.execute(
            "UPDATE agent SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
            account.id,
            stored,
            fresh,
        ):
            raise CredentialsWrong
        await give_back(tx, tries)
        await forgive(tx, _account_subject(email))
        return await enter(tx, account.id, visitor)


async def sign_in_by_link(database: Database, token: str, visitor: Visitor) -> Entered:
    """Raises `LinkSpent`."""
    async with database.transaction() as tx:
        agent_id = await spend_link(tx, token, "sign_in")
        if agent_id is None:
            raise LinkSpent
        return await enter(tx, agent_id, visitor)


async def enter(tx: Transaction, agent_id: UUID, visitor: Visitor) -> Entered:
    """Begin a session for somebody who has proven who they are."""
    secret = await begin_session(tx, agent_id, user_agent=visitor.user_agent, address=visitor.address)
    return Entered(await me(tx, agent_id), secret)


async def _take_try(database: Database, email: str, visitor: Visitor) -> list[int]:
    network = f"sign_in_from/{network_of(visitor.address)}"
    async with database.transaction() as tx:
        return await take_try(tx, {_account_subject(email): PER_ACCOUNT, network: PER_NETWORK})


def _account_subject(email: str) -> str:
    return f"sign_in/{email}"
