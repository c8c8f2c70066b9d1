"""From Naver's call to what was found in it: stored once, answered at once with nothing."""

import msgspec
import pytest

from damso.channels.items import InboundMessage, ThreadChange
from damso.channels.simulator import Act, Person

MINA = Person(id="mina", name="김미나", phone="+821000000001")


@pytest.fixture
async def inbox(connect, naver):
    """The double posts from this machine, as the client of these tests does."""
    return await connect("talktalk", msgspec.to_builtins(naver.config()))


async def test_calls_are_stored_once_and_answered_with_nothing(naver, inbox, client, found) -> None:
    deliveries = [*naver.act(MINA, Act(what="opens")), *naver.act(MINA, Act(what="says", text="안녕하세요"))]

    for delivery in deliveries * 5:
        response = await client.post(f"/hooks/{inbox.key}", content=delivery.body, headers=delivery.headers)
        assert (response.status_code, response.content) == (200, b"")

    opened, said = [one.item for one in await found()]
    assert isinstance(opened, ThreadChange)
    assert isinstance(said, InboundMessage)
    assert said.text == "안녕하세요"


async def test_calls_from_elsewhere_leave_no_trace(naver, connect, client, database) -> None:
    config = msgspec.structs.replace(naver.config(), ranges=("211.249.40.0/27",))
    inbox = await connect("talktalk", msgspec.to_builtins(config))
    [delivery] = naver.act(MINA, Act(what="says", text="안녕하세요"))

    response = await client.post(f"/hooks/{inbox.key}", content=delivery.body, headers=delivery.headers)

    assert response.status_code == 401
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM delivery") == 0


async def test_an_address_that_was_just_registered_answers(inbox, client) -> None:
    assert (await client.get(f"/hooks/{inbox.key}")).status_code == 200
