"""Events of a system of one's own, read one by one."""

import base64
from datetime import UTC, datetime

import msgspec
import pytest

from damso.channels.adapters.api.config import ApiConfig
from damso.channels.adapters.api.parse import MAX_FILE, parse_events
from damso.channels.failures import Unparsable
from damso.channels.items import (
    Address,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    InboundReceipt,
    Item,
    Unsupported,
)
from damso.channels.types import Request
from tests.channels.api.system import SECRET, said
from tests.channels.materials import recorded_api

CONFIG = ApiConfig(system="shop", url="https://shop.example", secret=SECRET)
AT = datetime(2026, 3, 2, 1, 30, 2, tzinfo=UTC)


def parse(body: object) -> list[Item]:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return list(parse_events(Request(body=raw, received_at=AT), CONFIG))


def recorded(name: str) -> list[Item]:
    return list(parse_events(recorded_api()[name], CONFIG))


def test_a_message_says_who_and_when() -> None:
    [item] = recorded("message_received__plain")

    assert item == InboundMessage(
        external_id="m-1",
        dedupe_scope="api:shop",
        sender=Address(kind="user", scope="shop", value="u-1024", name="김미나"),
        text="주문한 머그컵이 아직 안 왔어요 😢",
        provider_at=datetime(2026, 3, 2, 1, 29, 58, tzinfo=UTC),
        authenticated=True,
        evidence="signed by the system",
        claims={"email": "mina@shop.example", "phone": "+82 10-0000-1024"},
    )


def test_files_come_along_or_by_address() -> None:
    [item] = recorded("message_received__files")

    assert isinstance(item, InboundMessage)
    cup, receipt = item.attachments
    assert (cup.name, cup.data is not None, cup.ref) == ("컵.png", True, None)
    assert (receipt.name, receipt.data, receipt.ref) == (
        "영수증.pdf",
        None,
        "https://files.shop.example/receipts/88.pdf",
    )
    assert (item.thread, item.references, item.subject) == ("t-88", ("m-1",), "파손 문의")


def test_receipts_edits_and_reactions() -> None:
    assert [item.status for item in recorded("receipt__read") if isinstance(item, InboundReceipt)] == [
        "delivered",
        "read",
    ]
    [failed] = recorded("receipt__failed")
    [edited] = recorded("message_edited__text")
    [deleted] = recorded("message_deleted__plain")
    [reaction] = recorded("reaction__heart")

    assert isinstance(failed, InboundReceipt)
    assert (failed.status, failed.permanent, failed.provider_at) == ("failed", True, AT)
    assert isinstance(edited, InboundEdit)
    assert edited.sender == Address(kind="user", scope="shop", value="u-1024")
    assert isinstance(deleted, InboundEdit)
    assert (deleted.external_id, deleted.text) == ("m-3", None)
    assert isinstance(reaction, InboundReaction)
    assert (reaction.external_id, reaction.emoji) == ("shop-1", "❤️")


def test_a_broken_event_drops_no_neighbour() -> None:
    items = recorded("batch__mixed")

    assert [item.external_id for item in items if isinstance(item, InboundMessage)] == ["m-4", "m-6"]
    assert [(item.kind, item.why) for item in items if isinstance(item, Unsupported)] == [
        ("message.received", "Object missing required field `sender`"),
        ("poll.voted", "no such type"),
        ("unknown", "Expected `object`, got `str`"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"id": "", "sender": {"id": "u"}},
        {"id": "m", "sender": {"id": ""}},
        {"id": "m", "sender": {"id": "u"}, "sent_at": "2026-03-02T01:00:00"},
        {"id": "m", "sender": {"id": "u"}, "text": "x" * 100_001},
        {"id": "m", "sender": {"id": "u"}, "attachments": [{"name": "a", "url": "file:///etc/passwd"}]},
        {"id": "m", "sender": {"id": "u"}, "text": None},
    ],
)
def test_what_does_not_fit_is_not_taken_and_says_why(data: dict[str, object]) -> None:
    [item] = parse({"type": "message.received", "data": data})

    assert isinstance(item, Unsupported)
    assert item.why


def test_a_file_that_does_not_fit_leaves_its_message() -> None:
    much = base64.b64encode(bytes(MAX_FILE + 3)).decode()
    files = [{"name": "큰.bin", "data": much}, {"name": "이상한.bin", "data": "%%%"}, {"name": "빈.txt", "data": ""}]

    large, odd, message = parse(said("m-1", "파일", attachments=files))

    assert isinstance(large, Unsupported)
    assert "send it by url" in large.why
    assert isinstance(odd, Unsupported)
    assert isinstance(message, InboundMessage)
    assert [file.name for file in message.attachments] == ["빈.txt"]


def test_half_an_emoji_is_read_as_such() -> None:
    body = b'[{"type":"message.received","data":{"id":"m-1","sender":{"id":"u"},"text":"cut \\ud83d"}},'
    body += b'{"type":"message.received","data":{"id":"m-2","sender":{"id":"u"},"text":"\xff"}}]'

    first, second = parse(body)

    assert isinstance(first, InboundMessage)
    assert first.text == "cut \ud83d"
    assert isinstance(second, InboundMessage)
    assert second.text == "\ufffd"


@pytest.mark.parametrize("body", [b"", b"{", b"hello", b"[1, 2", b'{"a": 1} {"b": 2}', b"[" * 100_000])
def test_what_is_no_json_cannot_be_parsed(body: bytes) -> None:
    with pytest.raises(Unparsable):
        parse(body)


@pytest.mark.parametrize(
    "body", [b"null", b"3", b'"hello"', b"[[]]", b'[{"type": 3}]', b'{"type": "message.received"}']
)
def test_json_that_is_no_event_is_counted(body: bytes) -> None:
    [item] = parse(body)

    assert isinstance(item, Unsupported)
