"""What customers say to the bot, and who added or blocked the channel."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.failures import Unparsable
from damso.channels.items import Address, Attachment, InboundMessage, Item, ThreadChange, Unsupported
from damso.channels.types import Request
from tests.channels.kakao.calls import AT, BOT, CALLBACK, CONFIG, recorded, skill_call

ADAPTER = KakaoAdapter()


def parse(request: Request) -> list[Item]:
    return list(ADAPTER.parse(request, CONFIG))


def message(request: Request) -> InboundMessage:
    [item] = parse(request)
    assert isinstance(item, InboundMessage)
    return item


def test_words_say_who_said_them() -> None:
    assert message(recorded()["skill__words"]) == InboundMessage(
        external_id="skill:chp0a1b2c3d4e5f60001",
        dedupe_scope=f"kakao:{BOT}",
        sender=Address(kind="kakao_channel_user", scope=BOT, value="T8x9DhjAiBrv"),
        text="배송 언제 와요?",
        authenticated=True,
        evidence="came with the skill's secret",
    )


def test_a_callback_is_good_for_a_minute() -> None:
    said = message(recorded()["skill__callback"])

    assert said.handle["callback_url"].startswith(f"https://bot-api.kakao.com/v1/bots/{BOT}/callback/")
    assert said.handle_until == AT + timedelta(minutes=1)


def test_without_the_channels_key_a_person_is_known_by_the_bots() -> None:
    said = message(recorded()["skill__bot_key_only"])

    assert (said.sender.kind, said.sender.value[:8]) == ("kakao_bot_user", "0ddf4c64")
    assert said.claims == {"kakao_app_user": "1801267359"}


def test_the_channel_for_trying_things_out_is_a_world_of_its_own() -> None:
    said = message(recorded()["skill__development"])

    assert (said.sender.scope, said.dedupe_scope) == (f"{BOT}!", f"kakao:{BOT}!")


def test_a_picture_is_a_file_and_its_address_no_words() -> None:
    said = message(recorded()["skill__picture"])

    assert said.text == ""
    [file] = said.attachments
    assert (file.name, file.content_type) == ("i_2f4c9d1a77b0.jpg", "image/jpeg")
    assert file.ref
    assert file.ref.startswith("https://talk.kakaocdn.net/")


def test_secure_pictures_come_one_by_one_with_the_words() -> None:
    said = message(recorded()["skill__secure_pictures"])

    assert said.text == "사진을 보냈어요"
    assert said.attachments == (
        Attachment(name="1.jpg", content_type="image/jpeg", ref="https://secure-dn-m.talk.kakao.com/demo/1.jpg"),
        Attachment(name="2.png", content_type="image/png", ref="https://secure-dn-m.talk.kakao.com/demo/2.png"),
    )


def test_adding_and_blocking_the_channel_changes_the_thread() -> None:
    [added], [blocked] = (parse(recorded()[f"channel__{name}"]) for name in ("added", "blocked"))

    assert added == ThreadChange(
        sender=Address(kind="kakao_app_user", scope=BOT, value="1801267359"),
        change="unblocked",
        at=datetime(2026, 3, 2, 1, 29, 58, tzinfo=UTC),
        facts={"channel": "@달빛상점"},
    )
    assert isinstance(blocked, ThreadChange)
    assert (blocked.sender.kind, blocked.change) == ("kakao_open_id", "blocked")


@pytest.mark.parametrize(
    "url",
    [
        "http://bot-api.kakao.com/v1/bots/b/callback/t",
        "https://bot-api.kakao.com.evil.example/v1/bots/b/callback/t",
        "https://evil.example/?bot-api.kakao.com",
        "https://user:password@bot-api.kakao.com/",
        "https://bot-api.kakao.com:8443/",
        "https://127.0.0.1/",
        "https://bot-api.kakao.com\\@evil.example/",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
def test_a_callback_that_is_not_kakaos_is_never_kept(url: str) -> None:
    said = message(skill_call(callbackUrl=url))

    assert (said.handle, said.handle_until) == ({}, None)


def test_the_bot_tests_callback_is_good_for_nothing() -> None:
    assert message(skill_call(callbackUrl=CALLBACK, params={"surface": "BuilderBotTest"})).handle == {}


@pytest.mark.parametrize(
    ("said", "kind", "why"),
    [
        ({"params": {"damso": "send-1"}}, "event", "nobody said anything"),
        ({"chat": {"id": "g", "type": "botGroupKey"}}, "group", "group chats"),
        ({"utterance": " \n"}, "skill", "nothing was said"),
        ({"utterance": 7}, "skill", "Expected `str`"),
        ({"user": {"type": "botUserKey"}}, "skill", "`id`"),
        ({"user": {"id": "", "properties": {}}}, "skill", "nobody is named"),
    ],
)
def test_what_is_no_message_is_counted_with_the_reason(said: dict[str, Any], kind: str, why: str) -> None:
    [item] = parse(skill_call(**said))

    assert isinstance(item, Unsupported)
    assert item.kind == kind
    assert why in item.why


def test_a_file_elsewhere_is_counted_and_the_words_go_through() -> None:
    media = {"media": {"type": "image", "url": "http://169.254.169.254/latest"}}

    elsewhere, said = parse(skill_call("이거 봐 주세요", params=media))

    assert elsewhere == Unsupported(kind="file", why="not at Kakao")
    assert isinstance(said, InboundMessage)
    assert (said.text, said.attachments) == ("이거 봐 주세요", ())


def test_unknown_news_of_the_channel_is_counted() -> None:
    news = recorded()["channel__added"]

    [item] = parse(msgspec.structs.replace(news, body=news.body.replace(b'"added"', b'"renamed"')))

    assert isinstance(item, Unsupported)
    assert "renamed" in item.why


def test_what_is_no_json_cannot_be_parsed() -> None:
    with pytest.raises(Unparsable):
        parse(Request(body=b"{", received_at=AT))


def test_the_same_call_is_known_again_and_the_same_words_later_are_new() -> None:
    once, again = skill_call("네"), skill_call("네", at=AT + timedelta(seconds=2))
    promised, repeated = (skill_call("네", callbackUrl=CALLBACK, at=AT + timedelta(seconds=n)) for n in (0, 2))
    news = recorded()["channel__added"]

    assert ADAPTER.delivery_key(once) == ADAPTER.delivery_key(once) != ADAPTER.delivery_key(again)
    assert ADAPTER.delivery_key(promised) == ADAPTER.delivery_key(repeated)
    assert ADAPTER.delivery_key(news) == "channel:Rvy1c2dkzBAZ5hGD3rqYbxv1"
