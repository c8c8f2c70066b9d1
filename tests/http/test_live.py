"""What is told live: at once, to those who may hear it, and after a broken line everything that was missed."""

import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID, uuid4

import httpx
import pytest
from msgspec.structs import replace
from websockets.exceptions import InvalidStatus

from damso.bootstrap import Parts
from damso.commands.serving import serving
from damso.conversations.note import write_note
from damso.customers.link import link
from damso.customers.unmerge import unmerge
from damso.kernel.lanes import enqueue
from damso.kernel.log import Actor, Event, append
from damso.kernel.realtime import TOO_MANY
from damso.team.sessions import COOKIE, begin_session, end_session
from tests.applications import Applications
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat
from tests.http.sockets import PATIENCE, Live, chat_socket, desk_socket, opened

WITHIN_SECONDS = 5.0


@pytest.fixture
async def site(applications: Applications, parts: Parts) -> AsyncIterator[str]:
    """The address of the application on a real port."""
    with socket.create_server(("127.0.0.1", 0)) as port:
        settings = replace(parts.settings, port=port.getsockname()[1])
        async with serving(applications.on(replace(parts, settings=settings)), port):
            yield settings.base_url


@pytest.fixture
async def web(site: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site) as client:
        yield client


@pytest.fixture
async def chat(web: httpx.AsyncClient, company: Company) -> Chat:
    chat = Chat(web, company.chat.key)
    await chat.open()
    return chat


async def session_of(company: Company, agent: Actor) -> str:
    async with company.parts.database.transaction() as tx:
        return await begin_session(tx, UUID(agent.id), user_agent="Test", address=None)


@pytest.fixture
async def session(company: Company) -> str:
    return await session_of(company, company.agent)


async def test_the_desk_hears_of_a_new_case_at_once(company: Company, site: str, session: str) -> None:
    async with desk_socket(site, session) as desk:
        received = await company.gets(postcard("배송 언제 되나요?"))

        entry, row = await desk.kind("entry"), await desk.kind("conversation")

    assert entry["entry"]["text"] == "배송 언제 되나요?"
    assert entry["conversation_id"] == row["row"]["id"] == str(received.conversation_id)
    assert row["row"]["unread"] is True
    assert row["views_changed"] is True


async def test_ones_other_windows_hear_that_ones_settings_were_changed(
    company: Company, site: str, session: str, web: httpx.AsyncClient
) -> None:
    theirs = await session_of(company, company.colleague)
    signed_in = {"x-damso": "desk", "cookie": f"{COOKIE}={session}"}
    async with desk_socket(site, session) as other_window, desk_socket(site, theirs) as colleague:
        await web.patch("/api/me/settings", json={"version": 0, "density": "compact"}, headers=signed_in)
        await other_window.kind("settings")
        await web.patch("/api/me", json={"theme": "dark"}, headers=signed_in)
        await other_window.kind("settings")
        await company.gets(postcard("배송 언제 되나요?"))
        await colleague.kind("entry")

    assert "settings" not in {frame["type"] for frame in colleague.frames}


async def test_the_first_message_puts_the_visitors_socket_in_its_place(company: Company, site: str, chat: Chat) -> None:
    async with chat_socket(site, chat.token) as live:
        await chat.says("안녕하세요")
        mine = await live.kind("entry")
        async with company.parts.database.reading() as tx:
            conversation_id = await tx.value("SELECT id FROM conversation")
        await company.answers(conversation_id, "반가워요", inbox=company.chat)
        answer = await live.hears(lambda frame: frame["type"] == "entry" and frame["entry"]["from"] == "agent")

    assert (mine["entry"]["from"], mine["entry"]["text"]) == ("me", "안녕하세요")
    assert (answer["entry"]["text"], answer["entry"]["author"]["name"]) == ("반가워요", "이서연")


async def test_a_visitor_hears_nothing_of_others(company: Company, site: str, web: httpx.AsyncClient) -> None:
    one, other = Chat(web, company.chat.key), Chat(web, company.chat.key)
    await one.open()
    await other.open()
    async with chat_socket(site, one.token) as live_one, chat_socket(site, other.token) as live_other:
        await one.says("첫 번째 손님")
        await live_one.kind("entry")
        await other.says("두 번째 손님")
        await live_other.kind("entry")
        await one.says("첫 번째 손님, 또")
        await live_one.hears(lambda frame: "또" in str(frame))
        await other.says("두 번째 손님, 또")
        await live_other.hears(lambda frame: "또" in str(frame))

    assert set(live_one.texts()) == {"첫 번째 손님", "첫 번째 손님, 또"}
    assert set(live_other.texts()) == {"두 번째 손님", "두 번째 손님, 또"}


async def test_typing_and_looking_are_told(company: Company, site: str, chat: Chat, session: str) -> None:
    said = await chat.says("안녕하세요")
    async with company.parts.database.reading() as tx:
        row = await tx.row("SELECT conversation_id, identity_id FROM message WHERE id = $1", UUID(said["id"]))
    assert row
    conversation_id = str(row["conversation_id"])
    other = await session_of(company, company.colleague)
    async with (
        desk_socket(site, session) as mine,
        desk_socket(site, other) as theirs,
        chat_socket(site, chat.token) as live,
    ):
        await theirs.says(type="viewing", conversation_id=conversation_id)
        looking = await mine.hears(lambda frame: frame.get("kind") == "viewing")
        await mine.says(type="viewing", conversation_id=conversation_id)
        already_there = await mine.hears(lambda frame: frame.get("kind") == "viewing" and frame is not looking)
        await theirs.says(type="typing", conversation_id=conversation_id, on=True, identity_id=row["identity_id"])
        to_the_customer, to_me = await live.kind("typing"), await mine.hears(lambda f: f.get("kind") == "typing")
        await live.says(type="typing", on=True)
        customer = await mine.hears(lambda frame: frame.get("kind") == "customer_typing")
        theirs.connection.transport.abort()
        gone = await mine.hears(lambda frame: frame.get("kind") == "viewing" and not frame["on"])

    assert (looking["name"], looking["on"], already_there["name"]) == ("한도윤", True, "한도윤")
    assert (to_the_customer["on"], to_the_customer["author"]["name"]) == (True, "한도윤")
    assert (to_me["agent_id"], to_me["conversation_id"]) == (company.colleague.id, conversation_id)
    assert (customer["conversation_id"], customer["on"]) == (conversation_id, True)
    assert gone["agent_id"] == company.colleague.id


async def test_who_is_named_in_a_note_is_told(company: Company, site: str, session: str) -> None:
    received = await company.gets(postcard())
    async with desk_socket(site, session) as desk:
        async with company.parts.database.transaction() as tx:
            note = await write_note(
                tx,
                received.conversation_id,
                UUID(company.colleague.id),
                send_key=str(uuid4()),
                text="@이서연",
                mentions=[UUID(company.agent.id)],
                attachment_ids=(),
            )
        mention = await desk.kind("mention")

    assert (mention["conversation_id"], mention["entry_id"]) == (str(received.conversation_id), str(note))


Reconnect = Callable[[str | None], AbstractAsyncContextManager[Live]]


async def hears_all(reconnect: Reconnect, say: Callable[[str], Awaitable[object]], *, seed: int) -> None:
    """While things are said, the line breaks at any moment, also between a frame's arrival and its reading. Whoever
    comes back with the last cursor they saw has heard everything in the end."""
    chance = random.Random(seed)
    expected = [f"말 {number}" for number in range(30)]
    waiting, cursor, heard = list(expected), None, set[str]()
    async with reconnect(None) as live:
        cursor = live.frames[-1]["cursor"]
    deadline = time.monotonic() + 3 * PATIENCE
    while waiting or heard != set(expected):
        assert time.monotonic() < deadline, f"never told: {set(expected) - heard}"
        for text in waiting[: chance.randint(0, 4)]:
            waiting.remove(text)
            await say(text)
        async with reconnect(cursor) as live:
            said = waiting[: chance.randint(0, 4)]
            for text in said:
                waiting.remove(text)
                await say(text)
            # Each is at least one frame; the line breaks after any of them.
            for _ in range(chance.randint(0, len(said))):
                await live.next()
        cursor = next((frame["cursor"] for frame in reversed(live.frames) if frame.get("cursor")), cursor)
        heard |= set(live.texts())
        assert not any(frame["type"] == "reset" for frame in live.frames)


@pytest.mark.parametrize("seed", range(3))
async def test_a_desk_that_loses_its_line_misses_nothing(company: Company, site: str, session: str, seed: int) -> None:
    await hears_all(
        lambda cursor: desk_socket(site, session, cursor=cursor),
        lambda text: company.gets(postcard(text, external_id=str(uuid4()))),
        seed=seed,
    )


@pytest.mark.parametrize("seed", range(3))
async def test_a_chat_that_loses_its_line_misses_nothing(company: Company, site: str, chat: Chat, seed: int) -> None:
    await hears_all(lambda cursor: chat_socket(site, chat.token, cursor=cursor), chat.says, seed=seed)


@pytest.mark.parametrize("cursor", ["nonsense", "ffffff.ffffffff.0", "-1.0.0", "1.2", ""])
async def test_a_cursor_that_is_not_ours_begins_afresh(site: str, session: str, cursor: str) -> None:
    async with desk_socket(site, session, cursor=cursor) as desk:
        assert desk.frames[0]["type"] == "reset"


async def test_who_was_away_for_too_long_begins_afresh(company: Company, site: str, session: str, chat: Chat) -> None:
    await chat.says("안녕하세요")
    async with desk_socket(site, session) as desk, chat_socket(site, chat.token) as live:
        cursors = desk.frames[-1]["cursor"], live.frames[-1]["cursor"]
    fact = Event(name="thing.happened", subject_kind="thing", subject_id="1")
    async with company.parts.database.transaction() as tx:
        await append(tx, *[fact] * (TOO_MANY + 1))
    # Seen as well by whoever is connected: then the tail is past all of it.
    async with desk_socket(site, session) as desk:
        await company.gets(postcard())
        await desk.kind("entry")

    async with desk_socket(site, session, cursor=cursors[0]) as desk:
        assert [frame["type"] for frame in desk.frames] == ["reset", "ready"]
    async with chat_socket(site, chat.token, cursor=cursors[1]) as live:
        assert [frame["type"] for frame in live.frames] == ["reset", "ready"]


async def test_who_signs_out_hears_no_more(company: Company, site: str, session: str) -> None:
    other = await session_of(company, company.colleague)
    async with desk_socket(site, session) as mine, desk_socket(site, other) as theirs:
        async with company.parts.database.transaction() as tx:
            await end_session(tx, session)

        assert await mine.closes(seconds=WITHIN_SECONDS) == 4401
        await company.gets(postcard())
        await theirs.kind("entry")


async def test_a_session_ended_from_elsewhere_hears_no_more(
    company: Company, site: str, web: httpx.AsyncClient, session: str
) -> None:
    elsewhere = await session_of(company, company.agent)
    headers = {"x-damso": "desk", "cookie": f"{COOKIE}={elsewhere}"}
    async with desk_socket(site, session) as desk, desk_socket(site, elsewhere) as still_welcome:
        listed = (await web.get("/api/me/sessions", headers=headers)).json()
        other = next(one["id"] for one in listed if not one["here"])
        assert (await web.delete(f"/api/me/sessions/{other}", headers=headers)).status_code == 204

        assert await desk.closes(seconds=WITHIN_SECONDS) == 4401
        await company.gets(postcard())
        await still_welcome.kind("entry")


async def test_who_is_disabled_hears_no_more(company: Company, site: str, session: str) -> None:
    async with desk_socket(site, session) as desk:
        async with company.parts.database.transaction() as tx:
            await tx.execute("UPDATE agent SET disabled_at = $2 WHERE id = $1", UUID(company.agent.id), tx.now)

        assert await desk.closes(seconds=WITHIN_SECONDS) == 4401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_foreign_page_gets_no_socket(site: str, session: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(f"{site}/api/live", cookie=f"{COOKIE}={session}", origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_nobody_listens_without_a_session(site: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(f"{site}/api/live"):
            pass

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("token", [None, "", "forged.token", 7, {}])
async def test_a_chat_without_a_token_of_ours_is_closed(site: str, token: object) -> None:
    async with opened(f"{site}/widget/v1/live") as live:
        await live.says(type="hello", token=token, cursor=None)

        assert await live.closes() == 4401


@pytest.mark.parametrize("frame", ["{", "[]", '{"type": "typing"}', '"hello"', "\x00", '{"type": "bye"}'])
async def test_what_is_no_greeting_is_closed(site: str, session: str, frame: str) -> None:
    async with opened(f"{site}/api/live", cookie=f"{COOKIE}={session}") as live:
        await live.connection.send(frame)

        assert await live.closes() == 4400


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[1]",
        '{"type": "viewing"}',
        '{"type": "viewing", "conversation_id": "x"}',
        '{"type": "viewing", "conversation_id": {"a": []}}',
        '{"type": "typing", "conversation_id": 7, "on": true, "identity_id": 99999999999999999999}',
        '{"type": ["typing"]}',
        "[" * 5000,
    ],
)
async def test_nonsense_does_no_harm(company: Company, site: str, session: str, frame: str) -> None:
    async with desk_socket(site, session) as desk:
        await desk.connection.send(frame)
        await company.gets(postcard())

        assert await desk.kind("entry")


async def test_a_visitor_is_told_to_look_again_when_proof_joins_or_is_taken_apart(
    company: Company, site: str, chat: Chat
) -> None:
    """And what is then said to the other address is heard, and no longer heard."""
    mail = await company.gets(postcard("메일", sender="mina@naver.example"))
    await chat.says("채팅")
    async with company.parts.database.reading() as tx:
        me = await tx.value("SELECT id FROM identity WHERE kind = 'visitor'")
    async with chat_socket(site, chat.token) as live:
        async with company.parts.database.transaction() as tx:
            await link(tx, me, await company.identity("mina@naver.example"), strength="proven", evidence={})
            customer = await tx.value("SELECT customer_id FROM identity WHERE id = $1", me)
        await live.kind("reset")
        await company.gets(postcard("같이 보이는 말", sender="mina@naver.example", external_id="card-2"))
        assert (await live.kind("entry"))["entry"]["text"] == "같이 보이는 말"
        async with company.parts.database.transaction() as tx:
            await unmerge(tx, customer, identity_ids=[me], actor=company.agent, evidence={})
        await live.kind("reset")
        await company.gets(postcard("보이지 않는 말", sender="mina@naver.example", external_id="card-3"))
        await chat.says("마지막 말")
        assert (await live.kind("entry"))["entry"]["text"] == "마지막 말"
    assert "보이지 않는 말" not in live.texts()
    assert mail.new


async def test_who_looks_after_the_system_hears_at_once_that_work_stopped(company: Company, site: str) -> None:
    """And nobody else: the next that an agent hears is what was written afterwards."""
    database = company.parts.database
    async with database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator' WHERE id = $1", company.colleague.id)
    sessions = [await session_of(company, who) for who in (company.agent, company.colleague)]
    async with desk_socket(site, sessions[0]) as agent, desk_socket(site, sessions[1]) as administrator:
        async with database.transaction() as tx:
            await enqueue(tx, "inbound", [("key", {"nonsense": True})])
        await company.works()
        await administrator.hears(lambda frame: frame["type"] == "system")
        await company.gets(postcard())
        await agent.hears(lambda frame: frame["type"] == "entry")
        assert "system" not in {frame["type"] for frame in agent.frames}
