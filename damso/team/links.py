"""Links that let somebody in once: set-up, invitation, sign-in. The database decides who was first."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from damso.kernel.crypto import hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

Purpose = Literal["setup", "invitation", "sign_in"]

PAGES: dict[Purpose, str] = {"setup": "/desk/setup", "invitation": "/desk/join", "sign_in": "/desk/enter"}
"""The page each kind of link opens. The secret stands behind `#`, so it reaches no server log and no Referer."""


class LinkSpent(AppError):
    code = "LINK_SPENT"
    status = 410
    text = Text(
        "이미 사용했거나 기간이 지난 링크예요. 새 링크를 받아 주세요.",
        "This link was used already or has expired. Please ask for a new one.",
    )


async def make_entry_link(tx: Transaction, agent_id: UUID | None, purpose: Purpose, lifetime: timedelta) -> str:
    """The secret of a new link. Only a set-up link is for nobody in particular."""
    secret = new_secret()
    await tx.execute(
        "INSERT INTO entry_link (token_hash, purpose, agent_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        hash_secret(secret),
        purpose,
        agent_id,
        tx.now,
        tx.now + lifetime,
    )
    return secret


def entry_address(base_url: str, purpose: Purpose, secret: str) -> str:
    """The link as a person clicks it."""
    return f"{base_url}{PAGES[purpose]}#{secret}"


async def check_link(tx: Transaction, secret: str, purpose: Purpose) -> None:
    """Before costly work that a link allows. Raises `LinkSpent`; only `spend_link` decides."""
    if not await tx.value(
        "SELECT EXISTS (SELECT FROM entry_link l LEFT JOIN agent a ON a.id = l.agent_id WHERE l.token_hash = $1"
        " AND l.purpose = $2 AND l.used_at IS NULL AND l.expires_at > $3 AND a.disabled_at IS NULL)",
        hash_secret(secret),
        purpose,
        tx.now,
    ):
        raise LinkSpent


async def whose_link(tx: Transaction, secret: str) -> UUID | None:
    """Whom a link is for, whether or not it still works."""
    agent_id: UUID | None = await tx.value("SELECT agent_id FROM entry_link WHERE token_hash = $1", hash_secret(secret))
    return agent_id


async def spend_link(tx: Transaction, secret: str, purpose: Purpose) -> UUID | None:
    """Use a link up; whom it is for. Of two who come at once one gets it. Raises `LinkSpent`."""
    # The agent's row is locked before anything of theirs, here as everywhere, so that two never wait for each other.
    await tx.execute(
        "SELECT FROM entry_link l JOIN agent a ON a.id = l.agent_id WHERE l.token_hash = $1 FOR NO KEY UPDATE OF a",
        hash_secret(secret),
    )
    row = await tx.row(
        """UPDATE entry_link SET used_at = $3 WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL
            AND expires_at > $3 AND NOT EXISTS (
                SELECT FROM agent a WHERE a.id = entry_link.agent_id AND a.disabled_at IS NOT NULL)
        RETURNING agent_id""",
        hash_secret(secret),
        purpose,
        tx.now,
    )
    if row is None:
        raise LinkSpent
    agent_id: UUID | None = row["agent_id"]
    return agent_id


async def withdraw_links(tx: Transaction, agent_id: UUID, purpose: Purpose | None = None) -> None:
    """Make an agent's open links useless, of one purpose or of all."""
    await tx.execute(
        "UPDATE entry_link SET used_at = $3"
        " WHERE agent_id = $1 AND used_at IS NULL AND ($2::text IS NULL OR purpose = $2)",
        agent_id,
        purpose,
        tx.now,
    )
