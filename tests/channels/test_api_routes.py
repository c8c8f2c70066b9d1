"""Connecting, watching and replaying over HTTP."""

import pytest

from damso.channels.adapters.api.simulator import SystemSimulator
from damso.channels.health import note_fault
from damso.channels.intake import accept
from damso.conversations.cases import open_case
from damso.customers.identify import identify
from damso.customers.types import IdentityKey
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM
from tests.channels.api.system import SECRET, signed

CHAT = {"origins": ["https://shop.example"], "identity_secret": "a secret of 32 characters or more"}


def api_config(shop: SystemSimulator) -> dict[str, str]:
    return {"system": "shop", "url": f"{shop.origin}/damso", "secret": SECRET}


async def test_every_channel_comes_with_its_form(client) -> None:
    channels = (await client.get("/api/channels")).json()

    names = [channel["channel"] for channel in channels]
    assert names == ["email", "chat", "kakao", "kakao_consult", "talktalk", "sms", "api"]
    assert channels[-1]["name"] == {"ko": "API", "en": "API"}
    secret = channels[-1]["schema"]["properties"]["secret"]
    assert (secret["writeOnly"], secret["ko"]["title"]) == (True, "서명 비밀 키")
    assert channels[0]["polls"] is True
    assert channels[1]["policy"]["media"]["max_files"] == 5


async def test_connecting_checks_first_and_shows_no_secret(client, database, brand_id, shop) -> None:
    answer = await client.post(
        "/api/inboxes",
        json={"channel": "api", "name": "우리 앱", "brand_id": str(brand_id), "config": api_config(shop)},
    )

    inbox = answer.json()
    assert answer.status_code == 201
    assert inbox["config"] == {"system": "shop", "url": f"{shop.origin}/damso", "secret": ""}
    assert inbox["secrets_set"] == ["secret"]
    assert inbox["address"] == f"https://help.shop.example/hooks/{inbox['key']}"
    assert inbox["health"]["state"] == "idle"
    assert inbox["health"]["facts"] == {"ping": "HTTP 204"}
    assert SECRET not in answer.text
    async with database.reading() as tx:
        stored = await tx.value("SELECT config->>'secret' FROM inbox")
        audit = await tx.row("SELECT act, details::text FROM audit")
        events = await tx.values("SELECT name FROM care_event")
    assert SECRET not in stored
    assert audit["act"] == "inbox.connected"
    assert SECRET not in audit["details"]
    assert events == ["inbox.connected"]


async def test_what_does_not_work_is_saved_only_when_asked(client, database, brand_id, shop) -> None:
    config = api_config(shop) | {"secret": "whsec_" + "A" * 44}
    body = {"channel": "api", "name": "우리 앱", "brand_id": str(brand_id), "config": config}

    refused = await client.post("/api/inboxes", json=body)
    saved = await client.post("/api/inboxes?force=1", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "CHECK_FAILED")
    assert "refuses our signature" in refused.json()["problems"][0]
    assert saved.status_code == 201
    assert saved.json()["health"]["state"] == "failing"
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM inbox") == 1


@pytest.mark.parametrize(
    ("config", "field", "code"),
    [
        ({"system": "shop"}, "config.url", "REQUIRED"),
        ({"system": "Shop!", "url": "https://shop.example"}, "config.system", "WRONG"),
        ({"system": "shop", "url": "http://0177.0.0.1"}, "config.url", "WRONG"),
        ({"system": "shop", "url": "http://2130706433/"}, "config.url", "WRONG"),
        ({"system": "shop", "url": "https://a..example"}, "config.url", "WRONG"),
        ({"system": "shop", "url": "https://shop.example:99999"}, "config.url", "WRONG"),
        ({"system": "shop", "url": "https://shop.example", "colour": "red"}, "config.colour", "UNKNOWN"),
    ],
)
async def test_a_wrong_setting_is_named_in_both_languages(client, brand_id, config, field, code) -> None:
    body = {"channel": "api", "name": "앱", "brand_id": str(brand_id), "config": config}

    answer = await client.post("/api/inboxes", json=body)

    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert (problem["field"], problem["code"]) == (field, code)


async def test_unknown_channels_and_brands_are_named(client, brand_id) -> None:
    pigeon = {"channel": "pigeon", "name": "비둘기", "brand_id": str(brand_id), "config": {}}
    no_brand = {"channel": "chat", "name": "채팅", "brand_id": str(new_id()), "config": {}}

    assert (await client.post("/api/inboxes", json=pigeon)).json()["errors"][0]["field"] == "channel"
    assert (await client.post("/api/inboxes", json=no_brand)).json()["errors"][0]["field"] == "brand_id"


async def test_a_secret_left_empty_stays_and_null_clears_it(client, connect) -> None:
    inbox = await connect("chat", CHAT)

    kept = await client.patch(f"/api/inboxes/{inbox.id}", json={"config": {"launcher": "left", "identity_secret": ""}})
    cleared = await client.patch(f"/api/inboxes/{inbox.id}", json={"config": {"identity_secret": None}})

    assert kept.json()["secrets_set"] == ["identity_secret"]
    assert kept.json()["config"]["launcher"] == "left"
    assert cleared.json()["secrets_set"] == []


async def test_a_change_is_known_at_once_by_whoever_uses_the_inbox(client, database, inboxes, connect) -> None:
    inbox = await connect("chat", CHAT)

    await client.patch(f"/api/inboxes/{inbox.id}", json={"name": "새 이름", "enabled": False})
    inboxes.forget()

    async with database.reading() as tx:
        record = await inboxes.by_id(tx, inbox.id)
    assert (record.name, record.enabled, record.revision) == ("새 이름", False, 2)
    assert record.config.identity_secret == CHAT["identity_secret"]


async def test_settings_can_be_tried_with_the_secret_that_is_stored(client, connect, shop) -> None:
    inbox = await connect("api", api_config(shop))
    body = {"channel": "api", "inbox_id": str(inbox.id), "config": api_config(shop) | {"secret": ""}}

    answer = await client.post("/api/inboxes/check", json=body)

    assert answer.json() == {"ok": True, "problems": [], "facts": {"ping": "HTTP 204"}}


async def test_an_inbox_nobody_used_can_be_removed(client, database, connect) -> None:
    inbox = await connect("chat", CHAT)

    assert (await client.delete(f"/api/inboxes/{inbox.id}")).status_code == 204
    assert (await client.delete(f"/api/inboxes/{inbox.id}")).status_code == 404


async def test_an_inbox_with_messages_cannot_be_removed(client, database, connect) -> None:
    inbox = await connect("chat", CHAT)
    async with database.transaction() as tx:
        customer = await identify(tx, IdentityKey("visitor", "v-1", ""), proof="none", source="chat")
        await open_case(
            tx,
            anchor_identity_id=customer.identity_id,
            brand_id=inbox.brand_id,
            inbox_id=inbox.id,
            channel="chat",
            subject="",
            actor=SYSTEM,
            at=tx.now,
        )

    answer = await client.delete(f"/api/inboxes/{inbox.id}")

    assert (answer.status_code, answer.json()["code"]) == (409, "INBOX_IN_USE")


async def test_the_health_of_an_inbox_is_told_in_words(client, database, connect) -> None:
    inbox = await connect("chat", CHAT)
    async with database.transaction() as tx:
        await note_fault(tx, inbox.id, "out", "CREDENTIALS_REJECTED", "535 no")
        since = tx.now

    [view] = (await client.get("/api/inboxes")).json()

    assert view["health"]["state"] == "failing"
    assert view["health"]["problem"] == "The sign-in is refused. Please enter the password or token again."
    assert view["health"]["problems"] == ["535 no"]
    assert view["health"]["failing_since"] == since.isoformat().replace("+00:00", "Z")


async def test_parked_deliveries_are_listed_replayed_and_downloaded(
    client, database, blobs, inbox, clock, found
) -> None:
    await accept(database, blobs, inbox, signed(b"{broken", identifier="w-1", at=clock.now()))
    await found()

    [line] = (await client.get("/api/deliveries?state=parked")).json()["items"]
    raw = await client.get(f"/api/deliveries/{line['id']}/raw", headers={"x-damso-reason": "inspection"})
    [view] = (await client.get("/api/inboxes")).json()
    replayed = await client.post(f"/api/inboxes/{inbox.id}/replay")
    again = await client.post(f"/api/deliveries/{line['id']}/replay")

    assert line["reason"] == "What arrived is in no form we understand."
    assert raw.content == b"{broken"
    assert raw.headers["content-disposition"].startswith("attachment")
    assert view["health"]["parked"] == 1
    assert replayed.json() == {"replayed": 1}
    assert again.status_code == 404


async def test_deliveries_come_in_pages(client, database, blobs, inbox, clock) -> None:
    for number in range(60):
        await accept(database, blobs, inbox, signed(b"[]", identifier=f"w-{number}", at=clock.now()))

    first = (await client.get("/api/deliveries", params={"state": "all"})).json()
    second = (await client.get("/api/deliveries", params={"state": "all", "cursor": first["next"]})).json()

    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 10, None)
    assert len({line["id"] for line in first["items"] + second["items"]}) == 60
    assert (await client.get("/api/deliveries?cursor=made-up")).status_code == 422


@pytest.mark.parametrize("role", ["agent"])
async def test_an_agent_sees_which_inboxes_there_are_and_no_more(client, connect, role) -> None:
    inbox = await connect("chat", CHAT)

    [view] = (await client.get("/api/inboxes")).json()
    refused = [
        await client.get("/api/deliveries"),
        await client.get(f"/api/inboxes/{inbox.id}/attempts"),
        await client.delete(f"/api/inboxes/{inbox.id}"),
    ]

    assert (view["config"], view["secrets_set"]) == ({}, [])
    assert {answer.status_code for answer in refused} == {403}
