"""Files: whatever somebody uploads is inert, belongs to who uploaded it, and is found by a signed address only."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.http.browsers import Chat

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc00000030101001827d5e10000000049454e44ae426082"
)
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def test_a_picture_is_kept_and_shown(visitor: Chat, anyone: httpx.AsyncClient) -> None:
    upload = (await visitor.upload("신발.png", PNG, "image/png")).json()

    said = await visitor.says("이 신발이요", attachment_ids=[upload["id"]])
    (file,) = said["attachments"]
    download, preview = await anyone.get(file["url"]), await anyone.get(file["preview_url"])

    assert (file["name"], file["content_type"], file["size"]) == ("신발.png", "image/png", len(PNG))
    assert (file["width"], file["height"]) == (1, 1)
    assert download.content == preview.content == PNG
    assert preview.headers["content-type"] == "image/png"
    assert download.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("a.html", HTML, "text/html"), ("a.svg", SVG, "image/svg+xml"), ("a.js", b"alert(1)", "text/javascript")],
)
async def test_the_chat_takes_nothing_a_browser_would_run(visitor: Chat, name: str, data: bytes, said: str) -> None:
    answer = await visitor.upload(name, data, said)

    assert (answer.status_code, answer.json()["code"]) == (422, "MEDIA_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.html", HTML, "text/html"),
        ("a.svg", SVG, "image/svg+xml"),
        ("a.png", HTML, "image/png"),
        ("a.xhtml", HTML, "application/xhtml+xml"),
        ("a.txt", HTML, "text/plain"),
    ],
)
async def test_what_an_agent_uploads_is_only_ever_downloaded(
    desk: httpx.AsyncClient, name: str, data: bytes, said: str
) -> None:
    upload = (await desk.post("/api/uploads", files={"file": (name, data, said)})).json()

    answer = await desk.get(upload["url"])

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert upload["preview_url"] is None
    assert (await desk.get(f"{upload['url']}/preview")).status_code == 404


async def test_a_type_is_what_the_bytes_are(visitor: Chat, desk: httpx.AsyncClient) -> None:
    chat = (await visitor.upload("사진.txt", PNG, "text/plain")).json()
    team = (await desk.post("/api/uploads", files={"file": ("a.pdf", PNG, "application/pdf")})).json()

    assert chat["content_type"] == team["content_type"] == "image/png"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "\u202egnp.exe", "a\r\nset-cookie: x", ""])
async def test_a_name_cannot_lead_anywhere(desk: httpx.AsyncClient, name: str) -> None:
    boundary = "b"
    quoted = name.replace("\r\n", "%0D%0A")
    body = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="{quoted}x"\r\n'
        f"content-type: text/plain\r\n\r\nhello\r\n--{boundary}--\r\n"
    ).encode()
    upload = await desk.post(
        "/api/uploads", content=body, headers={"content-type": f"multipart/form-data; boundary={boundary}"}
    )

    kept = upload.json()["name"]

    assert upload.status_code == 201
    assert "/" not in kept
    assert "\\" not in kept
    assert kept.isprintable()


async def test_what_is_too_large_is_refused(visitor: Chat) -> None:
    large = await visitor.upload("큰 파일.txt", b"a" * (20 * 1024 * 1024 + 1), "text/plain")
    larger = await visitor.upload("더 큰 파일.txt", b"a" * (26 * 1024 * 1024), "text/plain")

    assert (large.status_code, large.json()["code"]) == (413, "TOO_LARGE")
    assert larger.status_code == 413
    assert larger.json()["code"] in ("TOO_LARGE", "REFUSED")


@pytest.mark.parametrize("form", [{}, {"file": "no file"}, {"other": "thing"}])
async def test_an_upload_without_a_file_is_refused(desk: httpx.AsyncClient, form: dict[str, str]) -> None:
    answer = await desk.post("/api/uploads", data=form, files={"nothing": ("a.txt", b"a")} if not form else None)

    assert answer.status_code == 422, answer.text


async def test_another_visitors_upload_cannot_be_sent(
    company: Company, visitor: Chat, new_chat: Callable[[], Chat]
) -> None:
    upload = (await visitor.upload("비밀.txt", b"secret", "text/plain")).json()
    thief = new_chat()
    await thief.open()

    stolen = await thief.post(
        "messages", {"client_id": str(uuid4()), "text": "이거 제 거예요", "attachment_ids": [upload["id"]]}
    )

    assert (stolen.status_code, stolen.json()["code"]) == (422, "MEDIA_NOT_ALLOWED")
    assert await company.count("message") == 0
    assert (await visitor.says("제 거예요", attachment_ids=[upload["id"]]))["attachments"]


async def test_an_upload_is_sent_once(company: Company, visitor: Chat) -> None:
    upload = (await visitor.upload("영수증.txt", b"receipt", "text/plain")).json()
    message = {"client_id": str(uuid4()), "text": "영수증이에요", "attachment_ids": [upload["id"]]}
    await visitor.post("messages", message)

    again = await visitor.post("messages", message)
    other = await visitor.post("messages", message | {"client_id": str(uuid4())})

    assert (again.status_code, len(again.json()["attachments"])) == (200, 1)
    assert other.status_code == 422
    assert await company.count("attachment") == 1


async def test_one_message_takes_so_many_files(visitor: Chat) -> None:
    uploads = [(await visitor.upload(f"{n}.txt", b"a", "text/plain")).json()["id"] for n in range(6)]

    answer = await visitor.post("messages", {"client_id": str(uuid4()), "text": "많아요", "attachment_ids": uploads})

    assert (answer.status_code, answer.json()["code"]) == (422, "TOO_MANY_FILES")


async def test_an_address_of_a_file_cannot_be_made_up(visitor: Chat, anyone: httpx.AsyncClient) -> None:
    mine = (await visitor.upload("내 것.txt", b"mine", "text/plain")).json()
    other = (await visitor.upload("남의 것.txt", b"other", "text/plain")).json()
    bare, _, signature = mine["url"].partition("?t=")

    for address in (
        bare,
        f"{bare}?t=",
        f"{bare}?t={signature[:-3]}AAA",
        f"{other['url'].partition('?')[0]}?t={signature}",
    ):
        answer = await anyone.get(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert (await anyone.get(mine["url"])).content == b"mine"


async def test_an_address_of_a_file_grows_old(visitor: Chat, anyone: httpx.AsyncClient, clock: ManualClock) -> None:
    upload = (await visitor.upload("내 것.txt", b"mine", "text/plain")).json()
    clock.advance(timedelta(days=2, seconds=1))

    assert (await anyone.get(upload["url"])).status_code == 404


async def test_the_desks_files_are_not_for_visitors(visitor: Chat, desk: httpx.AsyncClient) -> None:
    upload = (await visitor.upload("내 것.txt", b"mine", "text/plain")).json()
    said = await visitor.says("여기요", attachment_ids=[upload["id"]])

    refused = await visitor.get(f"../../api/attachments/{said['attachments'][0]['id']}")

    assert refused.status_code in (401, 404)
    assert (await desk.get(f"/api/attachments/{said['attachments'][0]['id']}")).content == b"mine"


async def test_a_file_that_was_erased_is_not_found(company: Company, visitor: Chat, anyone: httpx.AsyncClient) -> None:
    upload = (await visitor.upload("내 것.txt", b"mine", "text/plain")).json()
    async with company.parts.database.reading() as tx:
        await company.parts.blobs.delete(await tx.value("SELECT blob_ref FROM attachment"))

    assert (await anyone.get(upload["url"])).status_code == 404
