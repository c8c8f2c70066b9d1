"""Reading mailboxes, with Dovecot as the judge."""

import asyncio
import os
import socket
import time
from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from damso.channels.abilities import Polled, Polls
from damso.channels.adapters.email.adapter import EmailAdapter
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.mailbox import MARKER, MAX_BYTES, TRUNCATED
from damso.channels.failures import CredentialsRejected, SignatureInvalid, TryLater
from damso.channels.items import InboundMessage
from damso.channels.types import Request as Received
from tests.channels.email.dovecot import ADDRESS, PASSWORD, Dovecot, free_port
from tests.channels.email.messages import make_mail
from tests.channels.email.peers import ImapPeer, serving

HTTP = httpx.AsyncClient()
"""Asked only where an access token has to be renewed."""

NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)


def config_for(dovecot: Dovecot, **changed: Any) -> EmailConfig:
    usual = EmailConfig(
        address=ADDRESS,
        password=PASSWORD,
        imap_host="127.0.0.1",
        imap_port=dovecot.port,
        imap_security="none",
        import_existing=True,
        smtp_host="127.0.0.1",
        timeout=5,
    )
    return msgspec.structs.replace(usual, **changed)


async def poll_all(adapter: EmailAdapter, cursor: Mapping[str, Any], config: EmailConfig) -> list[Polled]:
    return [polled async for polled in adapter.poll(cursor, config, HTTP)]


def mails(polled: list[Polled]) -> list[bytes]:
    return [one.request.body for one in polled if MARKER not in one.request.headers]


def flags_of(dovecot: Dovecot) -> list[str]:
    """What Maildir says of each mail after `:2,`, oldest first."""
    return [path.name.partition(":2,")[2] for path in sorted((dovecot.maildir / "cur").iterdir())]


@pytest.fixture
def adapter() -> EmailAdapter:
    return EmailAdapter(now=lambda: NOW)


def test_it_is_polled_and_never_called(adapter: EmailAdapter, offline: EmailConfig) -> None:
    assert isinstance(adapter, Polls)
    request = Received(body=make_mail(), received_at=NOW)
    assert adapter.handshake(request, offline) is None
    with pytest.raises(SignatureInvalid):
        adapter.verify(request, offline)


async def test_only_what_arrives_after_connecting_is_new(dovecot: Dovecot) -> None:
    adapter, config = EmailAdapter(), config_for(dovecot, import_existing=False)
    dovecot.deliver(make_mail("old"))
    (marker,) = await poll_all(adapter, {}, config)
    dovecot.deliver(make_mail("new"))
    assert marker.request.headers[MARKER] == "mailbox_connected"
    assert mails(await poll_all(adapter, marker.cursor, config)) == [make_mail("new")]


async def test_a_marker_is_no_message(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot, import_existing=False)
    (marker,) = await poll_all(adapter, {}, config)
    (item,) = adapter.parse(marker.request, config)
    assert not isinstance(item, InboundMessage)


async def test_mail_that_was_there_can_be_brought_in_later(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    dovecot.deliver(make_mail("old"))
    (marker,) = await poll_all(adapter, {}, config_for(dovecot, import_existing=False))
    assert mails(await poll_all(adapter, marker.cursor, config_for(dovecot))) == [make_mail("old")]


async def test_an_outage_is_caught_up_in_order(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    dovecot.deliver(make_mail("before"))
    cursor = (await poll_all(adapter, {}, config))[-1].cursor
    dovecot.stop()
    missed = [make_mail(f"during {number}") for number in range(5)]
    for mail in missed:
        dovecot.deliver(mail)
    with pytest.raises(TryLater):
        await poll_all(adapter, cursor, config)
    dovecot.start()
    assert mails(await poll_all(adapter, cursor, config)) == missed


async def test_a_poll_may_stop_anywhere_and_go_on(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    sent = [make_mail(f"{number}") for number in range(4)]
    for mail in sent:
        dovecot.deliver(mail)
    async with aclosing(adapter.poll({}, config, HTTP)) as polling:
        first = [await anext(polling) for _ in range(3)]
    assert mails(first) == sent[:2]
    assert mails(await poll_all(adapter, first[-1].cursor, config)) == sent[2:]


async def test_a_renumbered_folder_is_read_again_under_the_same_delivery_keys(
    adapter: EmailAdapter, dovecot: Dovecot
) -> None:
    config = config_for(dovecot)
    for number in range(3):
        dovecot.deliver(make_mail(f"{number}", message_id=f"<{number}@naver.example>"))
    before = await poll_all(adapter, {}, config)
    dovecot.renumber()
    dovecot.deliver(make_mail("later"))
    after = await poll_all(adapter, before[-1].cursor, config)
    assert after[0].request.headers[MARKER] == "mailbox_renumbered"
    assert mails(after) == [*mails(before), make_mail("later")]
    keys = [adapter.delivery_key(one.request) for one in after[1:]]
    assert keys[:3] == [adapter.delivery_key(one.request) for one in before[1:]]
    assert await poll_all(adapter, after[-1].cursor, config) == []


async def test_renumbering_does_not_pour_in_what_was_left_out(dovecot: Dovecot) -> None:
    adapter, config = EmailAdapter(), config_for(dovecot, import_existing=False)
    long_ago = (datetime.now(UTC) - timedelta(days=30)).timestamp()
    os.utime(dovecot.deliver(make_mail("old")), (long_ago, long_ago))
    (marker,) = await poll_all(adapter, {}, config)
    dovecot.renumber()
    dovecot.deliver(make_mail("new"))
    assert mails(await poll_all(adapter, marker.cursor, config)) == [make_mail("new")]


async def test_idle_tells_of_mail_at_once(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    await poll_all(adapter, {}, config)
    waiting = asyncio.create_task(adapter.wait(30, config, HTTP))
    await until_connected(dovecot)
    dovecot.deliver(make_mail())
    await asyncio.wait_for(waiting, 5)


async def until_connected(dovecot: Dovecot, lines: int = 1) -> None:
    """Wait for so many of our connections, as the kernel lists them. Mail counts from then on, in IDLE or before it."""
    deadline = time.monotonic() + 5
    while _connections(dovecot.port) < lines:
        assert time.monotonic() < deadline, "nobody came"
        await asyncio.sleep(0.02)


def _connections(port: int) -> int:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(remote.endswith(f":{port:04X}") and state == "01" for _, _, remote, state, *_ in rows)


async def test_mail_between_poll_and_wait_is_not_waited_for(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    await poll_all(adapter, {}, config)
    dovecot.deliver(make_mail())
    await asyncio.wait_for(adapter.wait(30, config, HTTP), 5)


async def test_waiting_ends_at_its_time(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    await poll_all(adapter, {}, config)
    started = time.monotonic()
    await adapter.wait(0.3, config, HTTP)
    assert 0.3 <= time.monotonic() - started < 3


async def test_a_server_without_idle_is_asked_once_and_then_waited_for(
    adapter: EmailAdapter, offline: EmailConfig
) -> None:
    async with serving(ImapPeer([])) as peer:
        config = msgspec.structs.replace(offline, imap_port=peer.port, imap_security="none")
        await poll_all(adapter, {}, config)
        started = time.monotonic()
        await adapter.wait(0.2, config, HTTP)
        await adapter.wait(0.2, config, HTTP)
        assert time.monotonic() - started >= 0.4
    assert peer.lines == 2


async def test_a_cancelled_wait_lets_go_at_once(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    await poll_all(adapter, {}, config)
    waiting = asyncio.create_task(adapter.wait(30, config, HTTP))
    await until_connected(dovecot)
    started = time.monotonic()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - started < 1


async def test_many_mailboxes_wait_side_by_side(dovecot: Dovecot) -> None:
    """More of them than the event loop's own pool has threads on a small machine."""
    config = config_for(dovecot)
    adapters = [EmailAdapter() for _ in range(9)]
    for one in adapters:
        await poll_all(one, {}, config)
    waiting = asyncio.gather(*(one.wait(30, config, HTTP) for one in adapters))
    await until_connected(dovecot, lines=len(adapters))
    dovecot.deliver(make_mail())
    await asyncio.wait_for(waiting, 5)


async def test_unreadable_mails_do_not_stop_the_rest(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    dovecot.deliver(make_mail("first"))
    for _ in range(2):
        dovecot.deliver(make_mail("broken")).chmod(0)
    dovecot.deliver(make_mail("last"))
    _, first, *stubs, last = await poll_all(adapter, {}, config_for(dovecot))
    assert [stub.request.headers[TRUNCATED] for stub in stubs] == ["unreadable", "unreadable"]
    assert mails([first, last]) == [make_mail("first"), make_mail("last")]


async def test_an_outage_of_the_mail_store_is_no_fault_of_the_mails(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    (marker,) = await poll_all(adapter, {}, config)
    hidden = [dovecot.deliver(make_mail(str(number))) for number in range(3)]
    for path in hidden:
        path.chmod(0)
    with pytest.raises(TryLater, match="abort"):
        await poll_all(adapter, marker.cursor, config)
    for path in (dovecot.maildir / "cur").iterdir():
        path.chmod(0o600)
    assert mails(await poll_all(adapter, marker.cursor, config)) == [make_mail(str(number)) for number in range(3)]


async def test_a_mail_that_kills_the_line_is_passed_as_its_headers(adapter: EmailAdapter, offline: EmailConfig) -> None:
    letters = [make_mail(str(number)) for number in range(3)]
    async with serving(ImapPeer(letters, poisoned=2)) as peer:
        config = msgspec.structs.replace(
            offline, imap_port=peer.port, imap_security="none", import_existing=True, mark_seen=False
        )
        found = await poll_all(adapter, {}, config)
    assert mails(found) == [letters[0], letters[1].partition(b"\r\n\r\n")[0] + b"\r\n\r\n", letters[2]]
    (item,) = adapter.parse(found[2].request, config)
    assert isinstance(item, InboundMessage)
    assert "메일 서버가 본문을 내주지 않은 메일" in item.text


async def test_a_huge_mail_comes_as_its_headers(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    dovecot.deliver(make_mail("huge", body=b"0123456789abcdef" * (MAX_BYTES // 16)))
    dovecot.deliver(make_mail("small"))
    _, huge, small = await poll_all(adapter, {}, config)
    (item,) = adapter.parse(huge.request, config)
    assert huge.request.headers[TRUNCATED] == "size"
    assert len(huge.request.body) < 1000
    assert isinstance(item, InboundMessage)
    assert (item.subject, item.sender.value) == ("huge", "mina@naver.example")
    assert "60MB" in item.text
    assert small.request.body == make_mail("small")


async def test_old_korean_mail_arrives_byte_by_byte(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    raw = (
        b"From: " + "김미나".encode("euc-kr") + b" <mina@naver.example>\r\nSubject: " + "배송 문의".encode("euc-kr")
    ) + b"\r\nMessage-ID: <k@naver.example>\r\nContent-Type: text/plain; charset=euc-kr\r\n\r\n"
    raw += "언제 와요? 똠방각하".encode("cp949") + b"\r\n"
    dovecot.deliver(raw)
    config = config_for(dovecot)
    (found,) = (await poll_all(adapter, {}, config))[1:]
    (item,) = adapter.parse(found.request, config)
    assert found.request.body == raw
    assert isinstance(item, InboundMessage)
    assert (item.sender.name, item.subject) == ("김미나", "배송 문의")


async def test_a_mail_is_marked_as_read_once_the_next_is_asked_for(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot)
    dovecot.deliver(make_mail("1"))
    dovecot.deliver(make_mail("2"))
    async with aclosing(adapter.poll({}, config, HTTP)) as polling:
        for _ in range(3):
            await anext(polling)
    assert flags_of(dovecot) == ["S", ""]


async def test_marking_as_read_can_be_left_to_people(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    dovecot.deliver(make_mail())
    await poll_all(adapter, {}, config_for(dovecot, mark_seen=False))
    assert flags_of(dovecot) == [""]


async def test_what_people_marked_as_deleted_is_not_expunged(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    path = dovecot.deliver(make_mail("deleted in a mail program"))
    path.rename(dovecot.maildir / "cur" / f"{path.name}:2,T")
    found = await poll_all(adapter, {}, config_for(dovecot))
    assert len(mails(found)) == 1
    assert flags_of(dovecot) == ["ST"]


async def test_a_wrong_password_is_told_as_such(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    with pytest.raises(CredentialsRejected) as told:
        await poll_all(adapter, {}, config_for(dovecot, password="wrong"))
    assert "@" not in str(told.value)


async def test_nobody_listening_is_a_fault_that_passes(adapter: EmailAdapter, offline: EmailConfig) -> None:
    with pytest.raises(TryLater):
        await poll_all(adapter, {}, msgspec.structs.replace(offline, imap_port=free_port()))


async def test_a_silent_server_is_left(adapter: EmailAdapter, offline: EmailConfig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = msgspec.structs.replace(offline, imap_port=silent.getsockname()[1], imap_security="none", timeout=0.2)
        with pytest.raises(TryLater):
            await poll_all(adapter, {}, config)


async def test_tls_checks_who_answers(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    secure = config_for(dovecot, imap_port=dovecot.tls_port, imap_security="tls")
    with pytest.raises(TryLater, match="CERTIFICATE_VERIFY_FAILED"):
        await poll_all(adapter, {}, secure)
    assert await poll_all(adapter, {}, msgspec.structs.replace(secure, ca_certificate=dovecot.certificate))


async def test_starttls(adapter: EmailAdapter, dovecot: Dovecot) -> None:
    config = config_for(dovecot, imap_security="starttls", ca_certificate=dovecot.certificate)
    assert await poll_all(adapter, {}, config)


def test_what_was_not_downloaded_is_named_by_its_place(adapter: EmailAdapter) -> None:
    places = [{TRUNCATED: "unreadable", "x-damso-uid": f"7/{uid}"} for uid in (1, 2)]
    keys = {adapter.delivery_key(Received(body=b"", headers=place, received_at=NOW)) for place in places}
    assert len(keys) == 2
