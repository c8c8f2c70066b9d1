"""Between the first and the second step of signing in: who has done the first, and what they owe."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from damso.kernel.crypto import hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

Step = Literal["code", "enrol"]
LASTS = timedelta(minutes=10)


class SignInAgain(AppError):
    code = "SIGN_IN_AGAIN"
    status = 410
    text = Text(
        "시간이 지나 처음부터 다시 로그인해야 해요.", "This took too long. Please sign in again from the beginning."
    )


async def owe(tx: Transaction, agent_id: UUID, step: Step) -> str:
    """The secret by which the second step is done."""
    secret = new_secret()
    await tx.execute(
        "INSERT INTO pending_entry (token_hash, agent_id, step, expires_at) VALUES ($1, $2, $3, $4)",
        hash_secret(secret),
        agent_id,
        step,
        tx.now + LASTS,
    )
    return secret


async def debtor(tx: Transaction, token: str, step: Step) -> UUID:
    """Who owes this step. Raises `SignInAgain`."""
    agent_id: UUID | None = await tx.value(
        """SELECT p.agent_id FROM pending_entry p JOIN agent a ON a.id = p.agent_id
        WHERE p.token_hash = $1 AND p.step = $2 AND p.expires_at > $3 AND a.disabled_at IS NULL""",
        hash_secret(token),
        step,
        tx.now,
    )
    if agent_id is None:
        raise SignInAgain
    return agent_id


async def settle(tx: Transaction, token: str, step: Step) -> UUID:
    """Use the secret up; who has done the step. Of two at once one has. Raises `SignInAgain`."""
    agent_id = await debtor(tx, token, step)
    # The agent's row is locked before anything of theirs, here as everywhere, so that two never wait for each other.
    await tx.execute("SELECT FROM agent WHERE id = $1 FOR NO KEY UPDATE", agent_id)
    if not await tx.execute("DELETE FROM pending_entry WHERE token_hash = $1", hash_secret(token)):
        raise SignInAgain
    return agent_id


async def forget_debts(tx: Transaction, agent_id: UUID) -> None:
    """Whoever stands between two steps begins anew."""
    await tx.execute("DELETE FROM pending_entry WHERE agent_id = $1", agent_id)
