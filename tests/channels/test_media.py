"""Files: kept, recognised for what they are, fetched from where a provider keeps them."""

from datetime import timedelta

import pytest

from damso.channels.file_types import INERT, matches, real_type
from damso.channels.intake import accept
from damso.channels.media import MediaLane, resolve
from damso.channels.pictures import dimensions
from damso.channels.simulator import Answer
from damso.kernel.http import open_http
from tests.channels.api.system import SECRET, call, said
from tests.channels.lanes import work_all

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d0000000049454e44ae426082")
GIF = b"GIF89a" + (640).to_bytes(2, "little") + (480).to_bytes(2, "little") + b"\0\0\0"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0001108012c0190030122000211010311 01".replace(" ", ""))
WEBP_LOSSY = (
    b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + (300).to_bytes(2, "little") + (200).to_bytes(2, "little")
)
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (299 | 199 << 14).to_bytes(4, "little")
WEBP_EXTENDED = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (299).to_bytes(3, "little") + (199).to_bytes(3, "little")


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (PNG, (3, 2)),
        (GIF, (640, 480)),
        (JPEG, (400, 300)),
        (WEBP_LOSSY, (300, 200)),
        (WEBP_LOSSLESS, (300, 200)),
        (WEBP_EXTENDED, (300, 200)),
        (b"", None),
        (b"<svg width='3' height='2'/>", None),
        (PNG[:20], None),
        (JPEG[:24], None),
        (b"\xff\xd8" + b"\xff" * 100, None),
        (b"\xff\xd8\xff\xe0\x00\x00", None),
        (PNG[:16] + b"\xff" * 8, None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_header(data: bytes, size: tuple[int, int] | None) -> None:
    assert dimensions(data) == size


@pytest.mark.parametrize(
    ("said_type", "data", "kept"),
    [
        ("image/png", PNG, "image/png"),
        ("text/html", PNG, "image/png"),
        ("image/png", b"<script>alert(1)</script>", INERT),
        ("text/html", b"<p>", INERT),
        ("image/svg+xml", b"<svg/>", INERT),
        ("application/xhtml+xml; charset=utf-8", b"<p/>", INERT),
        ("text/javascript", b"1", INERT),
        ("Text/Plain; charset=euc-kr", b"1", "text/plain"),
        ("application/pdf", b"%PDF-1.7", "application/pdf"),
        ("application/pdf", b"MZ", INERT),
        ("nonsense", b"1", INERT),
        ("text/plain\r\nx: y", b"1", INERT),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("image/heic", b"\0\0\0\x18ftypheic", "image/heic"),
    ],
)
def test_a_file_is_kept_under_what_it_is(said_type: str, data: bytes, kept: str) -> None:
    assert real_type(said_type, data) == kept


def test_types_match_their_patterns() -> None:
    assert matches("image/png", ("image/*",))
    assert matches("application/pdf", ("image/*", "application/pdf"))
    assert matches("application/x-odd", ("*/*",))
    assert not matches("text/html", ("image/*", "application/pdf"))


async def wanted(database, blobs, connect, shop, clock, found) -> str:
    """A message with a file that has to be fetched; the reference it is known by."""
    inbox = await connect("api", {"system": "shop", "url": f"{shop.origin}/damso", "secret": SECRET})
    file = {"name": "영수증.pdf", "content_type": "application/pdf", "url": f"{shop.origin}/files/88.pdf"}
    event = said("m-1", "영수증이에요", attachments=[file])
    await accept(database, blobs, inbox, call(event, identifier="w-1", at=clock.now()))
    [item] = await found()
    return item.item.attachments[0].ref


async def state(database) -> tuple[str, str | None]:
    async with database.reading() as tx:
        row = await tx.row("SELECT state, reason FROM media")
    return row["state"], row["reason"]


@pytest.fixture
def lane(database, blobs, inboxes, http) -> MediaLane:
    return MediaLane(database, blobs, inboxes, http)


async def test_a_file_is_fetched_and_told_of(database, blobs, connect, shop, clock, found, lane) -> None:
    ref = await wanted(database, blobs, connect, shop, clock, found)
    shop.files["/files/88.pdf"] = Answer(body=b"%PDF-1.7 receipt", headers={"content-type": "text/html"})
    async with database.reading() as tx:
        assert await resolve(tx, ref) is None

    await work_all(database, [lane])

    async with database.reading() as tx:
        file = await resolve(tx, ref)
        event = await tx.row("SELECT name, subject_id FROM care_event WHERE subject_kind = 'media'")
    assert file is not None
    assert (file.content_type, file.size) == ("application/pdf", 16)
    assert await blobs.get(file.ref) == b"%PDF-1.7 receipt"
    assert (event["name"], f"media:{event['subject_id']}") == ("media.stored", ref)


async def test_a_file_is_tried_again_while_its_server_is_away(
    database, blobs, connect, shop, clock, found, lane
) -> None:
    ref = await wanted(database, blobs, connect, shop, clock, found)
    shop.files["/files/88.pdf"] = Answer(body=b"%PDF-1.7")
    shop.meet(Answer(status=503, headers={"retry-after": "60"}))

    await work_all(database, [lane])
    assert await state(database) == ("waiting", None)
    clock.advance(timedelta(seconds=60))
    await work_all(database, [lane])

    async with database.reading() as tx:
        assert await resolve(tx, ref) is not None


@pytest.mark.parametrize("answer", [Answer(status=404), Answer(status=410), Answer(status=302)])
async def test_a_file_that_is_gone_is_given_up(database, blobs, connect, shop, clock, found, lane, answer) -> None:
    await wanted(database, blobs, connect, shop, clock, found)
    shop.meet(answer)

    await work_all(database, [lane])

    kept, reason = await state(database)
    assert (kept, reason.split(":")[0]) == ("failed", f"HTTP {answer.status}")
    async with database.reading() as tx:
        assert await tx.values("SELECT name FROM care_event WHERE subject_kind = 'media'") == ["media.failed"]
        assert await tx.value("SELECT count(*) FROM lane_item WHERE lane = 'media'") == 0


async def test_a_file_is_given_up_after_a_day(database, blobs, connect, shop, clock, found, lane) -> None:
    await wanted(database, blobs, connect, shop, clock, found)
    shop.meet(Answer(status=500))
    clock.advance(timedelta(hours=25))

    await work_all(database, [lane])

    assert await state(database) == ("failed", "HTTP 500")


async def test_a_file_that_is_too_large_is_not_taken(database, blobs, connect, shop, clock, found, lane) -> None:
    await wanted(database, blobs, connect, shop, clock, found)
    shop.files["/files/88.pdf"] = Answer(body=bytes(25 * 1024 * 1024 + 1))

    await work_all(database, [lane])

    assert await state(database) == ("failed", "more than 25 MB")


async def test_a_private_address_is_not_reached(database, blobs, connect, shop, clock, found, inboxes) -> None:
    ref = await wanted(database, blobs, connect, shop, clock, found)
    async with open_http([]) as guarded:
        await work_all(database, [MediaLane(database, blobs, inboxes, guarded)])

    assert shop.calls == []
    async with database.reading() as tx:
        assert await resolve(tx, ref) is None
