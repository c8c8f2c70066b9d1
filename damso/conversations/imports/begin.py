"""Beginning an import: which export, whose conversations it holds, and whether it was begun before."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from damso.channels.imports.files import Export
from damso.channels.imports.products import TITLES
from damso.conversations.imports.chunk import Source
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id

CHANNEL = "imported"
"""The channel of inboxes that only hold history. There is no adapter for it, so nothing can come or go by it."""


class BrandUnclear(AppError):
    code = "BRAND_UNCLEAR"
    status = 422
    text = Text(
        "대화를 넣을 채널을 알려 주세요. 브랜드가 없거나 여러 개여서 고를 수 없어요. 예: --inbox 0193…",
        "Say which inbox the conversations go to, because there is not exactly one brand. Example: --inbox 0193…",
    )


class InboxUnknown(AppError):
    code = "INBOX_UNKNOWN"
    status = 422
    text = Text("없는 채널이에요: {inbox}", "There is no such inbox: {inbox}")


async def inboxes_for(tx: Transaction, source: Source, wanted: Mapping[str, UUID], *, make: bool) -> dict[str, UUID]:
    """Inboxes by channel there, with one for all others (`""`): the one that was named, or an inbox of the import's
    own, which is made unless this is only to see. Raises `InboxUnknown`, `BrandUnclear`."""
    found = dict(wanted)
    known = set(await tx.values("SELECT id FROM inbox WHERE id = ANY ($1)", list(wanted.values())))
    for inbox_id in wanted.values():
        if inbox_id not in known:
            raise InboxUnknown(inbox=inbox_id)
    if "" not in found:
        own = await tx.value("SELECT id FROM inbox WHERE key = $1", _key(source))
        found[""] = own or await _make_inbox(tx, source, make=make)
    return found


def _key(source: Source) -> str:
    return f"import-{source.vendor}-{source.account}".rstrip("-")


async def _make_inbox(tx: Transaction, source: Source, *, make: bool) -> UUID:
    """Switched off: history has no channel of its own. In a dry run it is not made."""
    brands = await tx.values("SELECT id FROM brand ORDER BY created_at LIMIT 2")
    if len(brands) != 1:
        raise BrandUnclear
    inbox_id = new_id()
    if not make:
        return inbox_id
    name = f"{TITLES[source.vendor]} {source.account}".strip()
    await tx.execute(
        """INSERT INTO inbox (id, key, name, channel, brand_id, enabled, config, created_at)
        VALUES ($1, $2, $3, $4, $5, false, '{}', $6)""",
        inbox_id,
        _key(source),
        name,
        CHANNEL,
        brands[0],
        tx.now,
    )
    return inbox_id


async def begin_import(
    tx: Transaction, source: Source, path: Path, export: Export, wanted: Mapping[str, UUID], *, started_by: str = ""
) -> UUID:
    """The run that was begun with this export and is not done, or a new one."""
    inboxes = {channel: str(one) for channel, one in (await inboxes_for(tx, source, wanted, make=True)).items()}
    unfinished: UUID | None = await tx.value(
        """SELECT id FROM import_run WHERE vendor = $1 AND account = $2 AND path = $3 AND fingerprint = $4
            AND inboxes = $5 AND state <> 'done' ORDER BY created_at DESC LIMIT 1""",
        source.vendor,
        source.account,
        str(path),
        export.fingerprint,
        inboxes,
    )
    if unfinished:
        return unfinished
    run_id = new_id()
    await tx.execute(
        """INSERT INTO import_run (id, vendor, account, path, fingerprint, inboxes, dry, state, position, counts,
            started_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, false, 'waiting', 0, '{}', $7, $8)""",
        run_id,
        source.vendor,
        source.account,
        str(path),
        export.fingerprint,
        inboxes,
        started_by,
        tx.now,
    )
    return run_id
