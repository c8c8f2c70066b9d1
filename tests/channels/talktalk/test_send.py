"""What leaves, judged by Naver's double, and what Naver's answers mean."""

import msgspec
import pytest
from msgspec.structs import replace

from damso.channels.abilities import Fetches, HandsOver
from damso.channels.adapters.talktalk.adapter import TalkTalkAdapter
from damso.channels.adapters.talktalk.client import BLOCKED, CONSENT
from damso.channels.content import (
    Button,
    Buttons,
    Card,
    Carousel,
    Contact,
    Content,
    Listing,
    ListRow,
    Product,
    spelled,
    with_text,
)
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientBusy,
    RecipientUnreachable,
    TryLater,
)
from damso.channels.simulator import Act, Answer, Fault
from damso.channels.types import Blob, Thread

ADAPTER = TalkTalkAdapter()
PICTURE = "https://shop.example/media/exchange.png"
LINK = Button(label="안내 보기", action="link", value="https://shop.example/exchange")
CALL = Button(label="전화", action="call", value="02-000-0000")


@pytest.fixture
def send(http, config):
    async def send(message):
        return await ADAPTER.send(message, Thread(), config, http)

    return send


def bodies(naver) -> list:
    return [msgspec.json.decode(call.body) for call in naver.calls]


async def test_an_answer_reaches_the_customer(naver, mina, message, send, config) -> None:
    receipt = await send(message)

    assert (receipt.external_id, receipt.dedupe_scope, receipt.status_code) == ("send-1", "talktalk:wdemo01:sent", 200)
    [call] = naver.calls
    assert (call.method, call.host, call.path) == ("POST", "gw.talk.naver.com", "/chatbot/v1/event")
    assert call.headers["authorization"] == config.authorization
    assert bodies(naver) == [
        {
            "event": "send",
            "user": naver.user(mina),
            "textContent": {"text": "오늘 발송했어요."},
            "options": {"notification": True},
        }
    ]
    [bubble] = naver.screen(mina)
    assert (bubble.side, bubble.text) == ("company", "오늘 발송했어요.")


async def test_nobody_is_notified_where_that_is_turned_off(naver, message, config, http) -> None:
    await ADAPTER.send(message, Thread(), replace(config, notify=False), http)

    assert "options" not in bodies(naver)[0]


async def test_a_picture_goes_before_the_words(naver, mina, message, send) -> None:
    await send(replace(message, attachments=(Blob(name="a.png", content_type="image/png", data=b"", url=PICTURE),)))

    picture, words = naver.screen(mina)
    assert (picture.pictures, words.text) == ((PICTURE,), "오늘 발송했어요.")


async def test_short_choices_are_quick_replies(naver, mina, message, send) -> None:
    buttons = (Button(label="좋아요", value="5"), LINK)
    await send(replace(message, text="어땠나요?", content=Buttons(buttons=buttons)))

    assert bodies(naver)[0]["textContent"] == {
        "text": "어땠나요?",
        "quickReply": {
            "buttonList": [
                {"type": "TEXT", "data": {"title": "좋아요", "code": "say:5"}},
                {"type": "LINK", "data": {"title": "안내 보기", "url": LINK.value, "mobileUrl": LINK.value}},
            ]
        },
    }
    [bubble] = naver.screen(mina)
    assert [button.label for button in bubble.buttons] == ["좋아요", "안내 보기"]


async def test_long_choices_have_a_bubble_of_their_own(naver, mina, message, send) -> None:
    choices = Buttons(buttons=(Button(label="주문을 취소하고 싶어요"), LINK))
    await send(replace(message, text="무엇을 도와드릴까요?", content=choices))

    [bubble] = naver.screen(mina)
    assert (bubble.text, bubble.content) == ("무엇을 도와드릴까요?", choices)


CARD = Card(
    title="교환 안내", text="7일 안에 신청해 주세요", picture=PICTURE, buttons=(Button(label="교환할래요"), LINK)
)
ROWS = tuple(
    ListRow(title=f"머그컵 {number}", text="품절", url=f"https://shop.example/{number}") for number in range(4)
)
LISTING = Listing(title="추천", rows=ROWS, buttons=(Button(label="더 볼래요"),))
PRODUCT = Product(
    name="새벽 머그컵", price="19,900원", regular_price="25,000원", picture=PICTURE, url="https://shop.example/1"
)


@pytest.mark.parametrize(
    "content",
    [CARD, LISTING, PRODUCT, Carousel(cards=(CARD, PRODUCT)), Product(name="문구", price="10원", url=LINK.value)],
)
async def test_what_naver_has_a_form_for_is_seen_as_it_is(naver, mina, message, send, content: Content) -> None:
    await send(replace(message, content=content))

    words, bubble = naver.screen(mina)
    assert (words.text, bubble.content) == ("오늘 발송했어요.", content)


@pytest.mark.parametrize(
    ("locale", "description", "label"),
    [
        ("ko", "19,900원\n정가 25,000원", "상품 보기"),
        ("en", "19,900원\nRegular price 25,000원", "See product"),
    ],
)
async def test_a_product_in_the_language_of_the_customer(
    naver, mina, message, send, locale: str, description: str, label: str
) -> None:
    await send(replace(message, text="", content=PRODUCT, locale=locale))

    [form] = bodies(naver)[0]["compositeContent"]["compositeList"]
    assert (form["description"], form["buttonList"][0]["data"]["title"]) == (description, label)
    assert [bubble.content for bubble in naver.screen(mina)] == [PRODUCT]


@pytest.mark.parametrize(
    "content",
    [
        Card(title="교환 안내"),
        Card(title="교" * 201, text="안내"),
        Card(title="교환", text="안" * 1_001),
        Card(title="교환", text="안내", buttons=(Button(label="열아홉 글자로 된 아주 긴 단추 이름임"),)),
        Card(title="교환", text="안내", buttons=(Button(label="예", value="예" * 1_000),)),
        Card(title="교환", text="안내", buttons=(LINK,) * 11),
        Carousel(cards=(CARD,) * 11),
        Carousel(cards=()),
        Listing(title="추천", rows=(ListRow(title="머" * 101),)),
        Listing(title="추천", rows=ROWS * 8),
        Buttons(buttons=(Button(label="주문을 취소하고 싶어요"), *(LINK,) * 10)),
        Buttons(buttons=(CALL,)),
        Buttons(buttons=(Button(label="네"), CALL)),
        replace(CARD, buttons=(CALL,)),
        Buttons(buttons=()),
        Contact(name="김미나", phones=("02-000-0000",)),
    ],
)
async def test_what_does_not_fit_is_said_as_text(naver, mina, message, send, content: Content) -> None:
    await send(replace(message, content=content))

    [bubble] = naver.screen(mina)
    assert (bubble.text, bubble.content) == (with_text("오늘 발송했어요.", content), None)


async def test_a_long_text_keeps_its_choices_as_words(naver, mina, message, send) -> None:
    choices = Buttons(buttons=(Button(label="주문을 취소하고 싶어요"),))
    await send(replace(message, text="가" * 1_001, content=choices))

    [bubble] = naver.screen(mina)
    assert bubble.text.endswith(spelled(choices))


async def test_nothing_to_say_and_nothing_to_fetch_is_told_before_anything_leaves(naver, message, send) -> None:
    for wrong in (
        replace(message, text=" "),
        replace(message, attachments=(Blob(name="a", content_type="", data=b""),)),
    ):
        with pytest.raises(ContentRejected):
            await send(wrong)
    assert naver.calls == []


def refused(code: str, words: str | None = None) -> Answer:
    return Answer(body=msgspec.json.encode({"success": False, "resultCode": code, "resultMessage": words}))


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (refused("01", "Authorization 정보 오류"), CredentialsRejected),
        (refused("01"), CredentialsRejected),
        (refused("01", "권한없는 파트너에 대한 요청"), CredentialsRejected),
        (refused("03", "권한 없는 파트너에 대한 요청"), CredentialsRejected),
        (refused("01", "현재 이 사용자에게 메시지를 보낼 수 없음"), RecipientBusy),
        (refused("04", "현재 이 사용자에게 메시지를 보낼 수 없음"), RecipientBusy),
        (refused("02", "request json 문자열 파싱 오류"), ContentRejected),
        (refused("02", "잘못된 user 값"), RecipientUnreachable),
        (refused("12", "잘못된 user 값"), RecipientUnreachable),
        (refused("99", "잘못된 user 값 : abc"), RecipientUnreachable),
        (refused("99", "알 수 없는 오류"), OutcomeUnknown),
        (refused("99"), OutcomeUnknown),
        (refused("IMG-01", "이미지 업로드 - 포맷 불일치 또는 처리 실패"), ContentRejected),
        (refused("IMG-02", "이미지 업로드 - 전송/처리 시간 초과"), OutcomeUnknown),
        (refused("IMG-03", "이미지 업로드 - 크기 초과"), ContentRejected),
        (refused("IMG-99", "이미지 업로드 중 에러"), OutcomeUnknown),
        (refused("77"), OutcomeUnknown),
        (Answer(body=b"<html>"), OutcomeUnknown),
        (Answer(body=b"\xff{}"), OutcomeUnknown),
        (Answer(body=b"{}"), OutcomeUnknown),
        (Answer(status=302), ContentRejected),
        (Answer(status=400), ContentRejected),
        (Answer(status=401), CredentialsRejected),
        (Answer(status=403), CredentialsRejected),
        (Answer(status=429), TryLater),
        (Answer(status=500), OutcomeUnknown),
        (Answer(status=502), OutcomeUnknown),
        (Answer(status=503), OutcomeUnknown),
    ],
)
async def test_what_an_answer_means(naver, message, send, answer: Answer, fact: type[ChannelError]) -> None:
    naver.meet(answer)

    with pytest.raises(fact) as told:
        await send(message)

    assert type(told.value) is fact
    assert told.value.status_code == answer.status
    assert "abc" not in str(told.value)


async def test_how_long_to_wait(naver, message, send) -> None:
    naver.meet(refused("01", "현재 이 사용자에게 메시지를 보낼 수 없음"), Answer(status=429))

    for seconds in (CONSENT, BLOCKED):
        with pytest.raises(TryLater) as told:
            await send(message)
        assert told.value.after == seconds


async def test_a_line_that_drops_after_the_call_leaves_it_unknown(naver, message, send, monkeypatch) -> None:
    monkeypatch.setattr("damso.channels.adapters.talktalk.client.SECONDS", 0.05)
    naver.meet(Fault.DROP, Fault.HANG)

    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await send(message)


async def test_what_never_left_may_be_tried_again(naver, message, http, config) -> None:
    naver.close()

    with pytest.raises(TryLater):
        await ADAPTER.send(message, Thread(), config, http)


async def test_what_was_delivered_in_part_is_unknown(naver, mina, message, send) -> None:
    naver.meet(Answer(body=b'{"success":true,"resultCode":"00"}'), refused("02"))

    with pytest.raises(OutcomeUnknown, match="1 of its bubbles were taken"):
        await send(replace(message, content=CARD))


async def test_a_customer_nobody_knows_and_a_picture_nobody_can_fetch(naver, message, send) -> None:
    with pytest.raises(RecipientUnreachable):
        await send(replace(message, to=replace(message.to, value="somebody")))
    nowhere = Blob(name="a.png", content_type="image/png", data=b"", url="https://nowhere.invalid/a.png")
    with pytest.raises(ContentRejected):
        await send(replace(message, attachments=(nowhere,)))


async def test_no_window_closes_not_even_after_they_have_left(naver, hands, mina, message, send) -> None:
    naver.act(mina, Act(what="leaves"))
    hands.advance(90 * 24 * 3600)

    await send(message)

    assert ADAPTER.policy.window is None
    assert naver.screen(mina)[-1].text == "오늘 발송했어요."


async def test_without_a_key_nothing_leaves(naver, message, config, http) -> None:
    with pytest.raises(CredentialsRejected):
        await ADAPTER.send(message, Thread(), replace(config, authorization=""), http)
    assert naver.calls == []


async def test_a_thread_is_given_and_taken(naver, mina, message, config, http) -> None:
    assert isinstance(ADAPTER, HandsOver)
    await ADAPTER.give(message.to, Thread(), config, http)
    await ADAPTER.take(message.to, Thread(), config, http)

    user = naver.user(mina)
    assert bodies(naver) == [
        {"event": "handover", "user": user, "options": {"control": "passThread", "targetId": 1}},
        {"event": "handover", "user": user, "options": {"control": "takeThread"}},
    ]


async def test_a_check_finds_what_can_be_mended(naver, config, http) -> None:
    good = await ADAPTER.check(config, http)
    closed = await ADAPTER.check(replace(config, ranges=()), http)
    refused_key = await ADAPTER.check(replace(config, authorization="another"), http)
    naver.meet(Answer(status=502))
    away = await ADAPTER.check(config, http)

    assert (good.ok, good.facts) == (True, {"key": "accepted"})
    assert [call.path for call in naver.calls] == ["/chatbot/v1/imageUpload"] * 3
    assert [one.ok for one in (closed, refused_key, away)] == [False, False, False]
    assert ["IP" in closed.problems[0][0], "key" in refused_key.problems[0][1]] == [True, True]
    assert "HTTP 502" in away.problems[0][0]


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Answer(status=404), ContentRejected),
        (Answer(status=302), ContentRejected),
        (Answer(status=503), TryLater),
        (Answer(status=429), TryLater),
        (Fault.DROP, TryLater),
    ],
)
async def test_a_picture_that_does_not_come(naver, config, http, answer, fact: type[ChannelError]) -> None:
    naver.meet(answer)

    with pytest.raises(fact):
        await ADAPTER.fetch_media("https://gw.talk.naver.com/picture.png", config, http)


@pytest.mark.parametrize("ref", ["https://shop.example:a/a.png", "file:///etc/hosts", "a.png"])
async def test_an_address_of_no_use_is_given_up(naver, config, http, ref: str) -> None:
    with pytest.raises(ContentRejected):
        await ADAPTER.fetch_media(ref, config, http)


async def test_a_picture_is_fetched_with_limits(naver, config, http, monkeypatch) -> None:
    assert isinstance(ADAPTER, Fetches)
    naver.meet(Answer(body=b"\x89PNG", headers={"content-type": "image/png"}), Answer(body=b"x" * 11))

    file = await ADAPTER.fetch_media("https://gw.talk.naver.com/20260302/cup.png?type=m120", config, http)
    monkeypatch.setattr("damso.channels.adapters.talktalk.client.MAX_FILE", 10)
    with pytest.raises(ContentRejected):
        await ADAPTER.fetch_media("https://gw.talk.naver.com/large.png", config, http)
    with pytest.raises(TryLater):
        await ADAPTER.fetch_media("http://127.0.0.1:9/inside.png", config, http)

    assert (file.name, file.content_type, file.data) == ("cup.png", "image/png", b"\x89PNG")
