"""The three relays on loopback, each with a client that finds it behind the relay's own host."""

from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest

from damso.channels.adapters.sms.adapter import SmsAdapter
from damso.channels.adapters.sms.nhn.simulator import NhnSimulator
from damso.channels.adapters.sms.phones import Phones
from damso.channels.adapters.sms.sens.simulator import SensSimulator
from damso.channels.adapters.sms.solapi.simulator import SolapiSimulator
from damso.kernel.http import open_http
from tests.channels.sms.company import AT


class Clock:
    """A time that stands until a test moves it."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def adapter(now: Clock) -> SmsAdapter:
    return SmsAdapter(now=now)


@pytest.fixture
async def solapi(now: Clock) -> AsyncIterator[SolapiSimulator]:
    async with SolapiSimulator(now) as relay:
        yield relay


@pytest.fixture
async def nhn(now: Clock) -> AsyncIterator[NhnSimulator]:
    async with NhnSimulator(now) as relay:
        yield relay


@pytest.fixture
async def sens(now: Clock) -> AsyncIterator[SensSimulator]:
    async with SensSimulator(now) as relay:
        yield relay


@pytest.fixture
def relay(solapi: SolapiSimulator) -> Phones:
    """Whichever a test is about."""
    return solapi


@pytest.fixture
async def http(relay: Phones) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http([], doubles=dict.fromkeys(relay.hosts, relay.origin)) as http:
        yield http


@pytest.fixture
def config(relay: Phones):
    return relay.config()
