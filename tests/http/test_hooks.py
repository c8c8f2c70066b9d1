"""A signed call becomes a conversation, and what is not signed leaves no trace."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from damso.channels.inboxes import InboxRecord
from damso.channels.types import Request
from tests.channels.api.system import SECRET, call, said, signed
from tests.clock import ManualClock
from tests.conversations.company import Company

OTHER_SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="


async def post(client: httpx.AsyncClient, inbox: InboxRecord, request: Request, **headers: str) -> httpx.Response:
    return await client.post(f"/hooks/{inbox.key}", content=request.body, headers={**dict(request.headers), **headers})


async def test_a_signed_call_becomes_a_conversation(
    company: Company, system: InboxRecord, anyone: httpx.AsyncClient, desk: httpx.AsyncClient, clock: ManualClock
) -> None:
    request = call(said("m-1", "앱에서 여쭤봐요"), identifier="w-1", at=clock.now())

    answer = await post(anyone, system, request)
    await company.works()

    assert answer.status_code == 200
    (row,) = (await desk.get("/api/conversations", params={"view": "open"})).json()["items"]
    assert (row["preview"], row["channel"], row["customer"]["name"]) == ("앱에서 여쭤봐요", "api", "김미나")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"webhook-signature": ""}, id="no signature"),
        pytest.param({"webhook-signature": "v1,AAAA"}, id="nonsense"),
        pytest.param({"webhook-id": "w-2"}, id="another id"),
        pytest.param({"webhook-timestamp": "1700000000"}, id="another time"),
        pytest.param({"webhook-timestamp": "soon"}, id="no time"),
    ],
)
async def test_a_call_that_was_tampered_with_is_refused(
    company: Company, system: InboxRecord, anyone: httpx.AsyncClient, clock: ManualClock, change: dict[str, Any]
) -> None:
    answer = await post(anyone, system, call(said("m-1", "안녕"), identifier="w-1", at=clock.now()), **change)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGNATURE_INVALID")
    assert await company.count("delivery") == 0


async def test_another_secret_opens_nothing(
    company: Company, system: InboxRecord, anyone: httpx.AsyncClient, clock: ManualClock
) -> None:
    answer = await post(anyone, system, signed(b"{}", identifier="w-1", at=clock.now(), secret=OTHER_SECRET))

    assert answer.status_code == 401
    assert await company.count("delivery") == 0


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
async def test_a_call_recorded_earlier_is_refused(
    company: Company, system: InboxRecord, anyone: httpx.AsyncClient, clock: ManualClock, off: timedelta
) -> None:
    answer = await post(anyone, system, signed(b"{}", identifier="w-1", at=clock.now() + off, secret=SECRET))

    assert answer.status_code == 401
    assert await company.count("delivery") == 0
