"""The webmail over HTTP."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State

from damso.demo.mail.api import demo_mail_router
from damso.demo.mail.service import SHOP, DemoMail

MINA = "mina@naver.example"
BOX = f"/demo/mail?box={MINA}"


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[DemoMail]:
    async with DemoMail(tmp_path, 0, 0) as service:
        yield service


@pytest.fixture
async def client(mail: DemoMail) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([demo_mail_router], state=State({"demo_mail": mail}))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://damso.example",
        headers={"accept-language": "ko-KR,ko;q=0.9"},
        follow_redirects=True,
    ) as client:
        yield client


async def to_mina(mail: DemoMail, text: str, **changed: Any) -> None:
    await mail.send_mail("jiho@daum.example", MINA, "안녕 <b>미나</b>", text, **changed)


async def test_an_empty_mailbox_teaches_the_next_step(client: httpx.AsyncClient) -> None:
    page = (await client.get(BOX)).text
    assert "고객센터에 첫 메일을 보내 보세요" in page
    assert '<html lang="ko">' in page


async def test_the_page_speaks_english_too(client: httpx.AsyncClient) -> None:
    page = (await client.get(BOX, headers={"accept-language": "en-GB"})).text
    assert '<html lang="en">' in page
    assert re.search("[가-힣]", re.sub(r"<b>[^<]*</b>|aria-hidden=\"true\">[^<]*<|<title>.*</title>", "", page)) is None


async def test_nothing_in_a_mail_becomes_part_of_the_page(mail: DemoMail, client: httpx.AsyncClient) -> None:
    await to_mina(mail, "<script>alert(1)</script>")
    page = (await client.get(f"{BOX}&open=inbox-1")).text
    assert "<script>alert" not in page
    assert html.escape("안녕 <b>미나</b>") in page


async def test_no_script_or_style_stands_in_the_page(mail: DemoMail, client: httpx.AsyncClient) -> None:
    await to_mina(mail, "x")
    answer = await client.get(f"{BOX}&open=inbox-1")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert " style=" not in answer.text
    assert "<style" not in answer.text


async def test_the_html_of_a_mail_is_shown_where_nothing_runs(mail: DemoMail, client: httpx.AsyncClient) -> None:
    await to_mina(mail, "x", html="<script>alert(1)</script><p>hi")
    page = (await client.get(f"{BOX}&open=inbox-1")).text
    frame = re.search(r'<iframe[^>]*sandbox="([^"]*)"[^>]*src="([^"]*)"', page)
    assert frame is not None
    assert "allow-scripts" not in frame[1]
    policy = (await client.get(frame[2])).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


async def test_writing_on_the_page_sends(mail: DemoMail, client: httpx.AsyncClient) -> None:
    answer = await client.post(
        f"/demo/mail/box/{MINA}/send",
        data={"to": "jiho@daum.example", "subject": "사진", "text": "여기요"},
        files=[("files", ("사진.png", b"png", "image/png")), ("files", ("둘.txt", b"2", "text/plain"))],
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BOX}&open=sent-1")
    (line,) = mail.list_mail("jiho@daum.example")
    assert (line.subject, line.files) == ("사진", 2)


async def test_answering_on_the_page_threads(mail: DemoMail, client: httpx.AsyncClient) -> None:
    await to_mina(mail, "잘 지내?")
    await client.post(f"/demo/mail/box/{MINA}/send", files={"answers": (None, "inbox-1"), "text": (None, "응")})
    newest, oldest = mail.list_mail("jiho@daum.example")
    assert newest.thread == oldest.thread
    assert newest.snippet == "응"


async def test_what_cannot_be_sent_is_said(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        f"/demo/mail/box/{MINA}/send", files={"to": (None, "nowhere"), "subject": (None, "x"), "text": (None, "y")}
    )
    assert "받는 사람 주소를 확인해 주세요" in answer.text


async def test_the_forged_box_makes_a_forged_mail(mail: DemoMail, client: httpx.AsyncClient) -> None:
    form = {"to": SHOP, "subject": "x", "text": "y", "forged": "1"}
    await client.post(f"/demo/mail/box/{MINA}/send", files={name: (None, value) for name, value in form.items()})
    assert mail.list_mail(MINA) == []


async def test_other_sites_cannot_send(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        f"/demo/mail/api/{MINA}/mails", json={"to": SHOP, "text": "x"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


async def test_scripts_read_and_write_json(mail: DemoMail, client: httpx.AsyncClient) -> None:
    await to_mina(mail, "인증 코드 123456")
    boxes = (await client.get("/demo/mail/api/mailboxes")).json()
    (line,) = (await client.get(f"/demo/mail/api/{MINA}/mails")).json()
    view = (await client.get(f"/demo/mail/api/{MINA}/mails/{line['uid']}")).json()
    sent = await client.post(f"/demo/mail/api/{MINA}/mails", json={"answers": line["uid"], "text": "네"})
    assert boxes[0] == {"name": "김미나", "address": MINA}
    assert (line["code"], view["text"]) == ("123456", "인증 코드 123456")
    assert (sent.status_code, len(mail.list_mail(MINA))) == (201, 2)


async def test_the_state_changes_with_the_mailbox(mail: DemoMail, client: httpx.AsyncClient) -> None:
    async def state() -> str:
        return str((await client.get(f"/demo/mail/api/{MINA}/state")).json()["version"])

    before = await state()
    await to_mina(mail, "x")
    arrived = await state()
    await client.get(f"/demo/mail/api/{MINA}/mails/inbox-1")
    assert len({before, arrived, await state()}) == 3


async def test_files_are_saved_and_never_shown(mail: DemoMail, client: httpx.AsyncClient) -> None:
    await client.post(
        f"/demo/mail/box/{MINA}/send",
        data={"to": "jiho@daum.example", "text": "x"},
        files={"files": ("evil.html", b"<script>", "text/html")},
    )
    answer: httpx.Response = await client.get("/demo/mail/box/jiho@daum.example/inbox-1/files/0")
    assert (answer.content, answer.headers["content-disposition"]) == (b"<script>", "attachment")
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path",
    [
        "/demo/mail/api/..%2F/mails",
        f"/demo/mail/api/{MINA}/mails/inbox-9",
        f"/demo/mail/box/{MINA}/inbox-9/html",
        f"/demo/mail/box/{MINA}/inbox-9/files/0",
        "/demo/mail/assets/store.py",
    ],
)
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(("name", "kind"), [("mail.css", "text/css"), ("mail.js", "text/javascript")])
async def test_style_and_script_come_with_the_package(client: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await client.get(f"/demo/mail/assets/{name}")
    assert answer.headers["content-type"].startswith(kind)
