"""The demo around a server: its mail server, its customers' phones, and on a first start its company."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from damso.bootstrap import Parts
from damso.channels.registry import load_adapters
from damso.commands.running import announced
from damso.demo.load import load_demo
from damso.demo.mail.service import DemoMail
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.kernel.simulator_note import noted
from damso.simulate.desk import local_origin
from damso.simulate.program import Simulation

LOADING = Text("샘플 쇼핑몰을 넣고 있어요.", "Loading the sample shop.")


@asynccontextmanager
async def demo_world(parts: Parts) -> AsyncIterator[DemoMail]:
    """Start the mail server on free ports, and see to it that the sample company is there and finds its mailbox."""
    async with DemoMail(parts.settings.data / "demo-mail", 0, 0) as mail:
        async with announced(LOADING):
            await load_demo(parts.database, parts.adapters, parts.keyring, parts.inboxes, mail)
        yield mail


@asynccontextmanager
async def demo_phones(settings: Settings) -> AsyncIterator[str]:
    """The simulator of all providers on a free port; yields where."""
    mail = f"{settings.base_url}/demo/mail"
    desk, journal = local_origin(settings), settings.data / "demo-phones.jsonl"
    async with Simulation(settings, load_adapters(), desk, port=0, mail=mail, journal=journal) as simulation:
        with noted(settings.data, simulation.origin):
            yield simulation.origin
