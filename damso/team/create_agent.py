"""Making an agent without an invitation: the owner at set-up, from the command line, and the demo's people."""

from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.kernel.ids import new_id
from damso.team.access import Role
from damso.team.types import TIMEZONES, Availability, as_email, as_timezone


class EmailTaken(AppError):
    code = "EMAIL_TAKEN"
    text = Text("이미 팀에 있는 이메일이에요.", "Somebody on the team has this e-mail address already.")


async def create_agent(
    tx: Transaction,
    *,
    name: str,
    email: str,
    role: Role = "agent",
    locale: Locale = "ko",
    timezone: str | None = None,
    password_hash: str | None = None,
    availability: Availability = "offline",
) -> UUID:
    """Somebody who may sign in at once: with a password, see `passwords.hash_password`, or by a link.

    Raises `EmailTaken`, `Invalid`.
    """
    agent_id: UUID | None = await tx.value(
        """INSERT INTO agent (id, email, name, role, password_hash, locale, timezone, availability, joined_at,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (email) DO NOTHING RETURNING id""",
        new_id(),
        as_email(email),
        name.strip(),
        role,
        password_hash,
        locale,
        as_timezone(timezone or TIMEZONES[locale]),
        availability,
        tx.now,
    )
    if agent_id is None:
        raise EmailTaken(field="email")
    return agent_id


async def create_owner(
    tx: Transaction,
    *,
    name: str,
    email: str,
    locale: Locale = "ko",
    timezone: str | None = None,
    password_hash: str | None = None,
) -> UUID:
    """As `create_agent`, for the person whom the installation belongs to."""
    return await create_agent(
        tx, name=name, email=email, role="owner", locale=locale, timezone=timezone, password_hash=password_hash
    )
