"""Leaving."""

from damso.kernel.database import Transaction
from damso.kernel.log import Actor
from damso.team.sessions import end_session
from damso.team.set_availability import set_availability


async def sign_out(tx: Transaction, secret: str) -> None:
    """End this browser's session. Who has left their last one no longer counts as being there."""
    gone = await end_session(tx, secret)
    if gone:
        await set_availability(tx, gone, "offline", Actor("agent", str(gone)))
