"""Coming in: by password, or by a link that works once. What `admit` decides holds for every way in."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.kernel.crypto import hash_secret
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.addresses import Address, network_of
from damso.team.devices import is_known_device, remember_device
from damso.team.links import LinkSpent, spend_link
from damso.team.passwords import hash_password, is_outdated, is_password
from damso.team.pending import Step, owe
from damso.team.queries import me
from damso.team.sessions import begin_session
from damso.team.throttle import Limit, forgive, give_back, take_try
from damso.team.types import Me, as_email

PER_PERSON = Limit(free=5)
"""What one person may get wrong: against an account from one address, or in a browser that is known."""
PER_NETWORK = Limit(free=30, longest=timedelta(minutes=15))
"""Against all accounts from one address, which may be that of a whole office."""
PER_ACCOUNT = Limit(free=50, first=timedelta(seconds=10), longest=timedelta(minutes=5))
"""Against one account by all strangers together. Short, for its owner may be among them, at an unknown browser."""

Way = Literal["password", "link", "invitation", "setup", "sso", "second_step"]


class CredentialsWrong(AppError):
    """One error for a wrong password, an unknown address and a disabled account, so that it tells none of them."""

    code = "CREDENTIALS_WRONG"
    status = 401
    text = Text("이메일 또는 비밀번호가 맞지 않아요.", "The e-mail address or the password is not right.")


class SsoRequired(AppError):
    code = "SSO_REQUIRED"
    status = 403
    text = Text(
        "이 회사는 싱글 사인온으로만 로그인할 수 있어요.", "This company lets people in by single sign-on only."
    )


class Visitor(Struct, frozen=True, kw_only=True):
    """The browser that wants to come in. `device` is the secret by which it may be known."""

    user_agent: str
    address: Address | None
    device: str | None = None


class Entered(Struct, frozen=True):
    """Who has come in, and the secrets for their cookies."""

    me: Me
    secret: str
    device: str


class Owing(Struct, frozen=True):
    """Somebody who has proven the first half of who they are: what is next, and the secret to do it with."""

    step: Step
    token: str


class _Account(Struct, frozen=True):
    id: UUID
    password_hash: str | None


async def sign_in(database: Database, email: str, password: str, visitor: Visitor) -> Entered | Owing:
    """Raises `CredentialsWrong`, `TooManyTries`, `SsoRequired`, `Invalid`."""
    email = as_email(email)
    async with database.transaction() as tx:
        subjects = await _subjects(tx, email, visitor)
        tries = await take_try(tx, subjects)
    async with database.reading() as tx:
        account = await tx.maybe(
            _Account, "SELECT id, password_hash FROM agent WHERE email = $1 AND disabled_at IS NULL", email
        )
    stored = account.password_hash if account else None
    right = await is_password(password, stored)
    if account is None or stored is None or not right:
        await note_failure(database, account.id if account else None, "password")
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
        await forgive(tx, *(subject for subject, limit in subjects.items() if limit is PER_PERSON))
        return await admit(tx, account.id, visitor, "password")


async def sign_in_by_link(database: Database, token: str, visitor: Visitor) -> Entered | Owing:
    """Raises `LinkSpent`, `SsoRequired`."""
    async with database.transaction() as tx:
        agent_id = await spend_link(tx, token, "sign_in")
        if agent_id is None:
            raise LinkSpent
        return await admit(tx, agent_id, visitor, "link")


async def admit(tx: Transaction, agent_id: UUID, visitor: Visitor, way: Way) -> Entered | Owing:
    """Let in whoever has proven who they are, or ask them for the second step. Raises `SsoRequired`."""
    row = await tx.row(
        """SELECT p.sso_enabled AND p.sso_required AND a.role <> 'owner' AS by_sso_only,
            f.confirmed_at IS NOT NULL AS enrolled, p.second_factor_required AS must_enrol
        FROM agent a LEFT JOIN sign_in_policy p ON true LEFT JOIN second_factor f ON f.agent_id = a.id
        WHERE a.id = $1""",
        agent_id,
    )
    assert row is not None
    if row["by_sso_only"] and way in ("password", "link", "invitation"):
        raise SsoRequired
    # The company's own provider asks for its own second factor.
    if way not in ("sso", "second_step") and (row["enrolled"] or row["must_enrol"]):
        step: Step = "code" if row["enrolled"] else "enrol"
        return Owing(step, await owe(tx, agent_id, step))
    await audit.record(tx, Actor("agent", str(agent_id)), "sign_in.succeeded", agent_id, way=way)
    secret = await begin_session(tx, agent_id, user_agent=visitor.user_agent, address=visitor.address)
    return Entered(await me(tx, agent_id), secret, await remember_device(tx, agent_id, visitor.device))


async def _subjects(tx: Transaction, email: str, visitor: Visitor) -> dict[str, Limit]:
    """What a wrong password counts against. A known browser stands apart from all strangers."""
    if visitor.device and await is_known_device(tx, email, visitor.device):
        return {f"sign_in_device/{hash_secret(visitor.device).hex()}": PER_PERSON}
    network = network_of(visitor.address)
    return {
        f"sign_in/{email}/{network}": PER_PERSON,
        f"sign_in/{email}": PER_ACCOUNT,
        f"sign_in_from/{network}": PER_NETWORK,
    }


async def note_failure(database: Database, agent_id: UUID | None, way: Way) -> None:
    """What was typed is not kept: where nobody has the address, it may be a password in the wrong field."""
    who = Actor("agent", str(agent_id)) if agent_id else Actor("unknown")
    async with database.transaction() as tx:
        await audit.record(tx, who, "sign_in.failed", agent_id or "unknown", way=way)
