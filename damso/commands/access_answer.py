"""`damso customer access-export`: answering a request for access from the machine itself."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import msgspec

from damso.bootstrap import holdings_of
from damso.commands.connecting import any_parts
from damso.commands.operator import operator, say_shown
from damso.customers.subject_access.prepare import Answer, prepare
from damso.customers.subject_access.register import AccessOrder, offered, register, taken_along
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Invalid
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team.records.reasons import Reason, reason


class FileThere(AppError):
    code = "FILE_THERE"
    text = Text("{file}이(가) 이미 있어요. 다른 이름을 써 주세요.", "{file} is there already. Choose another name.")


def require_new(file: Path) -> None:
    """Raises `FileThere`."""
    if file.exists():
        raise FileThere(file=file)


def write_private(file: Path, data: bytes) -> None:
    """A file that nobody else on the machine can read."""
    file.touch(mode=0o600)
    file.write_bytes(data)


def stated(kind: str) -> Reason:
    """Raises `ReasonNeeded`."""
    return reason(kind, "command line" if kind == "other" else "")


async def gather_answer(
    settings: Settings,
    who: str,
    find: Callable[[Transaction, str], Awaitable[UUID]],
    why: Reason,
    *,
    way: str,
    notes: bool,
    unproven: bool,
) -> Answer:
    """Enter the request and gather the answer. The identities are those proven to be one with the one seen
    last; with `unproven` all. Raises `CustomerUnknown`, `Invalid`."""
    async with any_parts(settings) as parts:
        async with parts.database.transaction() as tx:
            customer_id = await find(tx, who)
            known = await offered(tx, customer_id)
            chosen = [one.id for one in known if unproven or one.group == known[0].group]
            order = _order({"way": way, "identity_ids": chosen, "notes": notes, "accept_unproven": unproven})
            request_id = await register(tx, customer_id, order, operator(), None)
        await say_shown(parts.database, "exported", "damso customer access-export", [customer_id], reason=why)
        answer = await prepare(parts.database, parts.keyring, parts.blobs, holdings_of(), request_id)
        async with parts.database.transaction() as tx:
            await taken_along(tx, request_id)
    if answer is None:
        raise Invalid(field="customer")
    return answer


def _order(given: dict[str, object]) -> AccessOrder:
    """Raises `Invalid`."""
    try:
        return msgspec.convert(given, AccessOrder)
    except msgspec.ValidationError as error:
        raise Invalid(field="way") from error
