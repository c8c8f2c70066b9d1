"""The demo around a server: its mail server and pages, and on a first start its company."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from damso.bootstrap import Parts
from damso.channels.connect import InboxChange, change
from damso.commands.running import announced
from damso.demo.load import load_demo
from damso.demo.mail.service import SHOP, DemoMail
from damso.kernel.i18n import Text

LOADING = Text("샘플 쇼핑몰을 넣고 있어요.", "Loading the sample shop.")


class _Mailbox(Struct, frozen=True, kw_only=True):
    """The shop's inbox, and where its mail server was at the last start."""

    id: UUID
    smtp_port: int
    imap_port: int


@asynccontextmanager
async def demo_world(parts: Parts) -> AsyncIterator[DemoMail]:
    """Start the mail server, and see to it that the sample company is there and finds its mailbox."""
    async with AsyncExitStack() as running:
        known = await _known_mailbox(parts)
        mail = await _start(running, parts.settings.data / "demo-mail", known)
        if known is None:
            async with announced(LOADING):
                await load_demo(parts.database, parts.adapters, parts.keyring, parts.inboxes, mail)
        elif (known.smtp_port, known.imap_port) != (mail.smtp_port, mail.imap_port):
            async with parts.database.transaction() as tx:
                wanted = InboxChange(config=mail.connection())
                await change(tx, parts.adapters, parts.keyring, known.id, wanted)
        yield mail


async def _known_mailbox(parts: Parts) -> _Mailbox | None:
    async with parts.database.reading() as tx:
        return await tx.maybe(
            _Mailbox,
            "SELECT id, (config->>'smtp_port')::int AS smtp_port, (config->>'imap_port')::int AS imap_port FROM inbox"
            " WHERE channel = 'email' AND config->>'address' = $1 ORDER BY created_at LIMIT 1",
            SHOP,
        )


async def _start(running: AsyncExitStack, folder: Path, known: _Mailbox | None) -> DemoMail:
    """On the ports of the last start, else, where somebody else has them by now, on free ones."""
    if known:
        try:
            return await running.enter_async_context(DemoMail(folder, known.smtp_port, known.imap_port))
        except OSError:
            pass
    return await running.enter_async_context(DemoMail(folder, 0, 0))
