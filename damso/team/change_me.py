"""What agents change about themselves."""

from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Database
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.addresses import network_of
from damso.team.links import withdraw_links
from damso.team.password_strength import require_strong
from damso.team.passwords import GivenPassword, NewPassword, hash_password, is_password
from damso.team.pending import forget_debts
from damso.team.queries import me, words_about
from damso.team.sessions import end_sessions
from damso.team.sign_in import PER_PERSON, Visitor
from damso.team.throttle import forgive, take_try
from damso.team.types import Me, Name, Theme, as_timezone


class PasswordWrong(AppError):
    code = "PASSWORD_WRONG"
    status = 422
    text = Text("지금 쓰는 비밀번호가 맞지 않아요.", "Your current password is not right.")


class MePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays. A new password wants the current one, if there is one."""

    name: Name | None = None
    locale: Locale | None = None
    timezone: str | None = None
    theme: Theme | None = None
    password: NewPassword | None = None
    current_password: GivenPassword | None = None


async def change_me(database: Database, agent_id: UUID, patch: MePatch, session: str | None, visitor: Visitor) -> Me:
    """A new password ends all sessions but the one that changes it.

    Raises `PasswordWrong`, `TooManyTries`, `Invalid`.
    """
    timezone = as_timezone(patch.timezone) if patch.timezone is not None else None
    if patch.password is not None:
        stored = await require_password(database, agent_id, patch.current_password or "", visitor)
        await _change_password(database, agent_id, patch.password, stored, session)
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE agent SET name = coalesce($2, name), locale = coalesce($3, locale),"
            " timezone = coalesce($4, timezone), theme = coalesce($5, theme) WHERE id = $1",
            agent_id,
            patch.name.strip() if patch.name is not None else None,
            patch.locale,
            timezone,
            patch.theme,
        )
        return await me(tx, agent_id)


async def require_password(database: Database, agent_id: UUID, given: str, visitor: Visitor) -> str | None:
    """Whoever sits at somebody's browser may not be them. The stored hash; None, and no question, where there is no
    password. Raises `PasswordWrong`, `TooManyTries`."""
    subject = f"password/{agent_id}/{network_of(visitor.address)}"
    async with database.transaction() as tx:
        stored: str | None = await tx.value("SELECT password_hash FROM agent WHERE id = $1", agent_id)
        await take_try(tx, {subject: PER_PERSON})
    if stored is not None and not await is_password(given, stored):
        raise PasswordWrong(field="current_password")
    async with database.transaction() as tx:
        await forgive(tx, subject)
    return stored


async def _change_password(
    database: Database, agent_id: UUID, new: str, stored: str | None, session: str | None
) -> None:
    async with database.reading() as tx:
        about = await words_about(tx, agent_id)
    await require_strong(new, about)
    password_hash = await hash_password(new)
    async with database.transaction() as tx:
        if not await tx.execute(
            "UPDATE agent SET password_hash = $3 WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $2",
            agent_id,
            stored,
            password_hash,
        ):
            raise PasswordWrong(field="current_password")
        await audit.record(tx, Actor("agent", str(agent_id)), "agent.password_changed", agent_id)
        await end_sessions(tx, agent_id, except_for=session)
        await forget_debts(tx, agent_id)
        await withdraw_links(tx, agent_id, "sign_in")
