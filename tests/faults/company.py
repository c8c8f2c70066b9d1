"""What is in the installation before anything is killed: a brand, three inboxes, an agent."""

from pathlib import Path
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from damso.bootstrap import open_parts
from damso.brand.create_brand import create_brand
from damso.channels.connect import connect
from damso.kernel.migrations import prepare
from damso.kernel.settings import Settings
from damso.team.create_agent import create_agent
from damso.team.sessions import begin_session
from tests.channels.api.system import SECRET


class Home(Protocol):
    """Where it is made."""

    @property
    def dsn(self) -> str: ...

    @property
    def folder(self) -> Path: ...


class Company(Struct, frozen=True, kw_only=True):
    session: str
    chat_key: str
    system_key: str
    mailbox_id: UUID
    system_id: UUID


async def furnish(installation: Home, *, system_url: str, smtp_port: int) -> Company:
    settings = Settings(data=installation.folder, database_url=installation.dsn)
    async with open_parts(settings, installation.dsn) as parts:
        await prepare(parts.database)
        configs = {
            "chat": {},
            "api": {"system": "shop", "url": f"{system_url}/damso", "secret": SECRET},
            "email": {
                "address": "help@shop.example",
                "imap_host": "127.0.0.1",
                "imap_port": 9,
                "imap_security": "none",
                "sent_folder": "",
                "smtp_host": "127.0.0.1",
                "smtp_port": smtp_port,
                "smtp_security": "none",
                "timeout": 5,
            },
        }
        async with parts.database.transaction() as tx:
            brand_id = await create_brand(tx, "달빛상점")
            ids = {
                channel: await connect(
                    tx, parts.adapters, parts.keyring, channel=channel, name=channel, brand_id=brand_id, config=config
                )
                for channel, config in configs.items()
            }
            keys = {channel: await tx.value("SELECT key FROM inbox WHERE id = $1", ids[channel]) for channel in ids}
            agent = await create_agent(tx, name="이서연", email="seoyeon@damso.example", role="owner")
            session = await begin_session(tx, agent, user_agent="Test", address=None)
    return Company(
        session=session,
        chat_key=keys["chat"],
        system_key=keys["api"],
        mailbox_id=ids["email"],
        system_id=ids["api"],
    )
