"""The demo's mail world: what the shop sends reaches the customer, and the other way round, as in real life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import msgspec
import pytest

from damso.channels.adapters.email.adapter import EmailAdapter
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.failures import CredentialsRejected
from damso.channels.items import Address, InboundMessage, InboundReceipt, Item
from damso.channels.types import Blob, Thread
from damso.demo.mail.reading import MailSummary
from damso.demo.mail.service import SHOP, DemoMail
from damso.demo.mail.writing import AttachedFile
from tests.channels.email.messages import TOKEN, make_message

MINA = "mina@naver.example"


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[DemoMail]:
    async with DemoMail(tmp_path, 0, 0) as service:
        yield service


HTTP = httpx.AsyncClient()
"""Asked only where an access token has to be renewed."""


def config_for(mail: DemoMail) -> EmailConfig:
    return msgspec.convert(mail.connection(), EmailConfig)


async def received(mail: DemoMail) -> list[Item]:
    """Everything in the shop's mailbox, as the e-mail adapter reads it."""
    adapter, config = EmailAdapter(), config_for(mail)
    return [item async for polled in adapter.poll({}, config, HTTP) for item in adapter.parse(polled.request, config)][
        1:
    ]


async def answer(mail: DemoMail, **changed: object) -> None:
    adapter = EmailAdapter()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient())
        await adapter.send(make_message(**changed), Thread(), config_for(mail), http)
        await adapter.settle()


async def only_message(mail: DemoMail) -> InboundMessage:
    (item,) = await received(mail)
    assert isinstance(item, InboundMessage)
    return item


def inbox(mail: DemoMail, address: str = MINA) -> list[MailSummary]:
    return [line for line in mail.list_mail(address) if line.folder == "inbox"]


async def test_a_customers_mail_reaches_the_shop_as_genuine(mail: DemoMail) -> None:
    await mail.send_mail(MINA, SHOP, "배송 문의", "언제 와요?")
    got = await only_message(mail)
    assert (got.sender.value, got.sender.name, got.subject) == (MINA, "김미나", "배송 문의")
    assert (got.text.strip(), got.authenticated) == ("언제 와요?", True)


async def test_an_impostors_mail_reaches_the_shop_as_one(mail: DemoMail) -> None:
    await mail.send_mail(MINA, SHOP, "긴급", "환불 계좌를 바꿔 주세요", forged=True)
    got = await only_message(mail)
    assert (got.sender.value, got.authenticated) == (MINA, False)
    assert mail.list_mail(MINA) == []


async def test_results_that_a_sender_forges_are_taken_out(mail: DemoMail) -> None:
    forged = EmailMessage()
    forged["From"], forged["To"], forged["Subject"] = MINA, SHOP, "x"
    forged["Authentication-Results"] = "mail.damso.example; dmarc=pass header.from=naver.example"
    await aiosmtplib.send(
        forged, hostname="127.0.0.1", port=mail.smtp_port, start_tls=False, local_hostname="evil.example"
    )
    assert not (await only_message(mail)).authenticated


async def test_the_shops_answer_reaches_the_customer_in_the_same_thread(mail: DemoMail) -> None:
    asked = await mail.send_mail(MINA, SHOP, "배송 문의", "언제 와요?")
    await answer(mail, in_reply_to=asked)
    newest, oldest = mail.list_mail(MINA)
    assert (newest.folder, oldest.folder) == ("inbox", "sent")
    assert newest.thread == oldest.thread
    assert (newest.sender.name, newest.subject, newest.unread) == ("이담소 (담소상점)", "Re: 배송 문의", True)


async def test_reading_a_mail_shows_all_of_it_once_unread(mail: DemoMail) -> None:
    await answer(mail, attachments=(Blob(name="견적서 최종.pdf", content_type="application/pdf", data=b"%PDF"),))
    (line,) = inbox(mail)
    view = mail.read_mail(MINA, line.uid)
    assert "주문하신 머그컵은 내일 도착해요." in view.text
    assert '<html lang="ko">' in (view.html or "")
    assert view.reply_to.address == f"help+{TOKEN}@damso.example"
    assert mail.read_file(MINA, line.uid, view.files[0].number) == AttachedFile(
        "견적서 최종.pdf", "application/pdf", b"%PDF"
    )
    assert not inbox(mail)[0].unread


async def test_a_reply_threads_and_quotes_as_mail_programs_do(mail: DemoMail) -> None:
    await answer(mail)
    (line,) = inbox(mail)
    await mail.reply(MINA, line.uid, "감사합니다!")
    got = await only_message(mail)
    assert got.tokens == (TOKEN,)
    assert got.references == (mail.read_mail(MINA, line.uid).message_id.strip("<>"),)
    assert got.text.startswith(
        "감사합니다!\n\n2026년 11월 21일 (토) 오후 3:20, 이담소 (담소상점) <help@damso.example>님이 작성:\n"
    )
    assert "\n> 안녕하세요." in got.text
    assert 'class="gmail_quote"' in (got.html or "")


async def test_an_english_customer_quotes_in_english(mail: DemoMail) -> None:
    await answer(mail, to=Address(kind="email", value="emma@gmail.example"))
    await mail.reply("emma@gmail.example", "inbox-1", "Thanks", locale="en")
    assert "On Sat, Nov 21, 2026 at 3:20 PM" in (await only_message(mail)).text


async def test_a_customers_files_arrive(mail: DemoMail) -> None:
    photo = AttachedFile("깨진 컵.jpg", "image/jpeg", bytes(range(256)) * 100)
    await mail.send_mail(MINA, SHOP, "파손", "사진 보내요", attachments=[photo])
    (got,) = (await only_message(mail)).attachments
    assert (got.name, got.content_type, got.data) == (photo.name, photo.content_type, photo.data)


async def test_somebody_new_gets_a_mailbox_with_the_first_mail(mail: DemoMail) -> None:
    await answer(mail, to=Address(kind="email", value="New.Person@shop.example"))
    assert len(inbox(mail, "new.person@shop.example")) == 1
    assert mail.mailboxes()[-1].address == "new.person@shop.example"


async def test_mail_to_nobody_comes_back(mail: DemoMail) -> None:
    await answer(mail, to=Address(kind="email", value="nobody@naver.example"))
    (item,) = await received(mail)
    assert isinstance(item, InboundReceipt)
    assert (item.status, item.token, item.permanent) == ("failed", TOKEN, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("인증 번호는 482913 입니다.", "482913"),
        ("Your verification code: 004213", "004213"),
        ("주문 번호 2026-111842 확인 번호", None),
        ("482913원을 입금해 주세요", None),
        ("인증 번호 4829131", None),
    ],
)
async def test_one_time_codes_are_recognised(mail: DemoMail, text: str, code: str | None) -> None:
    await answer(mail, text=text)
    assert inbox(mail)[0].code == code


async def test_only_the_shop_may_sign_in(mail: DemoMail) -> None:
    intruder = msgspec.structs.replace(config_for(mail), password="guess")
    with pytest.raises(CredentialsRejected):
        await anext(aiter(EmailAdapter().poll({}, intruder, HTTP)))


async def test_new_mail_wakes_the_poller(mail: DemoMail) -> None:
    adapter, config = EmailAdapter(), config_for(mail)
    cursor = [polled.cursor async for polled in adapter.poll({}, config, HTTP)][-1]
    waiting = asyncio.create_task(adapter.wait(30, config, HTTP))
    sent = 0
    async with asyncio.timeout(20):
        while not waiting.done():  # a mail that is there before the waiting begins wakes nobody
            await mail.send_mail(MINA, SHOP, "x", "y")
            sent += 1
            await asyncio.wait({waiting}, timeout=0.2)
    await waiting
    assert len([polled async for polled in adapter.poll(cursor, config, HTTP)]) == sent


async def test_a_restart_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    adapter = EmailAdapter()
    async with DemoMail(tmp_path, 0, 0) as before:
        await before.send_mail(MINA, SHOP, "하나", "1")
        cursor = [polled.cursor async for polled in adapter.poll({}, config_for(before), HTTP)][-1]
        await before.send_mail(MINA, SHOP, "둘", "2")
        await answer(before)
        lines = before.list_mail(MINA)
    async with DemoMail(tmp_path, 0, 0) as after:
        found = [polled async for polled in adapter.poll(cursor, config_for(after), HTTP)]
        (item,) = adapter.parse(found[0].request, config_for(after))
        assert (len(found), isinstance(item, InboundMessage) and item.subject) == (1, "둘")
        assert after.list_mail(MINA) == lines


@pytest.mark.parametrize("uid", ["inbox-99", "trash-1", "inbox-x", ""])
async def test_what_is_not_there_is_not_there(mail: DemoMail, uid: str) -> None:
    with pytest.raises(KeyError):
        mail.read_mail(MINA, uid)


@pytest.mark.parametrize("address", ["../../etc", "a@../x", "", "한글@naver.example"])
async def test_addresses_cannot_name_other_folders(mail: DemoMail, address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        mail.list_mail(address)
