"""The address providers post to."""

from damso.channels.connect import InboxChange, change
from damso.channels.intake import MAX_BODY
from tests.channels.api.system import call, said


async def stored(database) -> int:
    async with database.reading() as tx:
        return await tx.value("SELECT count(*) FROM delivery")


async def test_a_signed_call_is_stored_before_it_is_answered(client, database, inbox, clock) -> None:
    request = call(said("m-1", "안녕하세요"), identifier="w-1", at=clock.now())

    answer = await client.post(f"/hooks/{inbox.key}", content=request.body, headers=dict(request.headers))

    assert answer.status_code == 200
    assert await stored(database) == 1
    async with database.reading() as tx:
        row = await tx.row("SELECT body, headers FROM delivery")
    assert row["body"] == request.body
    assert row["headers"]["webhook-id"] == "w-1"


async def test_an_unsigned_call_is_refused_in_both_languages(client, database, inbox) -> None:
    for language, words in (("ko", "서명이 올바르지 않아"), ("en", "The signature does not fit")):
        answer = await client.post(f"/hooks/{inbox.key}", json={}, headers={"accept-language": language})

        assert answer.status_code == 401
        assert answer.json()["code"] == "SIGNATURE_INVALID"
        assert words in answer.json()["detail"]
    assert await stored(database) == 0


async def test_nobody_is_behind_an_unknown_address(client) -> None:
    assert (await client.post("/hooks/unknown", content=b"{}")).status_code == 404


async def test_an_inbox_that_is_off_takes_nothing(client, database, inboxes, inbox, clock) -> None:
    async with database.transaction() as tx:
        await change(tx, inboxes.adapters, inboxes.keyring, inbox.id, InboxChange(enabled=False))
    inboxes.forget()
    request = call(said("m-1", "안녕"), identifier="w-1", at=clock.now())

    answer = await client.post(f"/hooks/{inbox.key}", content=request.body, headers=dict(request.headers))

    assert answer.status_code == 404
    assert await stored(database) == 0


async def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(client, inbox) -> None:
    async def chunks():
        for _ in range(MAX_BODY // (1024 * 1024) + 1):
            yield bytes(1024 * 1024)

    announced = await client.post(f"/hooks/{inbox.key}", content=b"x", headers={"content-length": str(MAX_BODY + 1)})
    streamed = await client.post(f"/hooks/{inbox.key}", content=chunks())

    assert (announced.status_code, announced.json()["code"]) == (413, "TOO_LARGE")
    assert (streamed.status_code, streamed.json()["code"]) == (413, "TOO_LARGE")


async def test_a_handshake_nobody_asked_for_is_not_found(client, inbox) -> None:
    assert (await client.get(f"/hooks/{inbox.key}")).status_code == 404


async def test_what_cannot_be_stored_of_a_query_or_header_does_no_harm(client, database, inbox, clock) -> None:
    request = call(said("m-1", "안녕"), identifier="w-1", at=clock.now())
    headers = dict(request.headers) | {"authorization": "Bearer secret"}

    answer = await client.post(f"/hooks/{inbox.key}?a=%00&b=%ED%A0%80", content=request.body, headers=headers)

    assert answer.status_code == 200
    async with database.reading() as tx:
        row = await tx.row("SELECT headers, query FROM delivery")
    assert "authorization" not in row["headers"]
    assert row["query"]["a"] == "\ufffd"


async def test_a_provider_may_write_more_behind_the_address(client, database, inbox, clock) -> None:
    request = call(said("m-1", "안녕"), identifier="w-1", at=clock.now())

    behind = [
        await client.post(f"/hooks/{inbox.key}{part}", content=request.body, headers=dict(request.headers))
        for part in ("/message", "/v3/session/expired")
    ]
    forged = await client.post(f"/hooks/{inbox.key}/message", content=b"{}")

    assert [answer.status_code for answer in (*behind, forged)] == [200, 200, 401]
    assert await stored(database) == 1


async def test_mail_and_chat_have_no_hook(client, connect) -> None:
    mail = await connect("email", {"address": "a@shop.example", "imap_host": "i.example", "smtp_host": "s.example"})
    chat = await connect("chat", {"launcher": "left"})

    for inbox in (mail, chat):
        assert (await client.post(f"/hooks/{inbox.key}", content=b"From: a@b.example\r\n\r\n")).status_code == 401
