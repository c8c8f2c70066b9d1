"""What is new in a mail: quotes and signatures of the programs customers use, in their languages."""

import json
from pathlib import Path

import pytest

from damso.channels.adapters.email.quotes import fresh_length
from damso.channels.html import render
from tests.channels.email.raw_mails import fresh, mail, recorded

OUTLOOK_KO = (
    "보낸 사람: 담소상점 <help@shop.example>\n보낸 날짜: 2026년 11월 20일 금요일 오전 10:00\n"
    "받는 사람: 민아 <mina@customer.example>\n제목: RE: 배송\n\n안녕하세요."
)
NAVER = (
    '-----Original Message-----\nFrom: "담소상점"<help@shop.example>\nTo: <mina@naver.example>\nCc:\n'
    "Sent: 2026-11-20 (금) 10:00:00 (GMT+09:00)\nSubject: 배송\n\n안녕하세요."
)

FOLDED = {
    "gmail ko": "네.\n\n2026년 11월 20일 (금) 오전 10:00, 담소상점 <h@s.example>님이 작성:\n\n> 안녕하세요",
    "gmail ko, wrapped": "네.\n\n2026년 11월 20일 (금) 오전 10:00, 담소상점\n<h@s.example>님이 작성:\n\n> 안녕하세요",
    "gmail ko, unmarked": "네.\n\n2026년 11월 20일 (금) 오전 10:00, 담소상점 <h@s.example>님이 작성:\n\n안녕하세요",
    "apple ko": "네.\n\n나의 iPhone에서 보냄\n\n2026. 11. 20. 오전 10:00, 담소상점 <h@s.example> 작성:\n\n> 안녕",
    "outlook ko": f"네.\n\n{OUTLOOK_KO}",
    "outlook ko, line": f"네.\n\n________________________________\n{OUTLOOK_KO}",
    "outlook ko, old": "네.\n\n-----원본 메시지-----\nFrom: 담소상점\nSent: 금요일\nTo: 민아\n\n안녕하세요",
    "naver": f"네.\n\n{NAVER}",
    "daum": "네.\n\n--------- 원본 메일 ---------\n보낸사람 : 담소상점\n받는사람 : 민아\n날짜 : 오늘\n\n안녕하세요",
    "samsung": "네.\n\n내 Galaxy에서 보냄\n\n-------- 원본 이메일 --------\n발신: 담소\n날짜: 26/11/20\n\n안녕",
    "thunderbird ko": "네.\n\n2026-11-20 오전 10:00에 담소상점 이(가) 쓴 글:\n> 안녕하세요",
    "signature": "네.\n\n-- \n김민아\n010-0000-0000",
    "signature and quote": "네.\n\n-- \n김민아\n\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <h@s.example> wrote:\n> hi",
    "en": "네.\n\nOn Fri, Nov 20, 2026 at 10:00 AM Shop <h@s.example> wrote:\n\n> hi\n",
    "en, wrapped": "네.\n\nOn Fri, Nov 20, 2026 at 10:00 AM The Very Long Name <h@s.example>\nwrote:\n\n> hi",
    "en, outlook": "네.\n\nFrom: Shop <h@s.example>\nSent: Friday, 20 November\nTo: Mina\nSubject: x\n\nhi",
    "de": "네.\n\nAm 20.11.26 um 10:00 schrieb Shop:\n> hallo",
    "de, outlook": "네.\n\nVon: Shop <h@s.example>\nGesendet: Freitag, 20. November\nAn: Mina\nBetreff: x\n\nhallo",
    "fr": "네.\n\nLe ven. 20 nov. 2026 à 10:00, Shop <h@s.example> a écrit :\n\n> bonjour",
    "es": "네.\n\nEl vie, 20 nov 2026 a las 10:00, Shop (<h@s.example>) escribió:\n\n> hola",
    "it": "네.\n\nIl giorno ven 20 nov 2026 alle ore 10:00 Shop <h@s.example> ha scritto:\n\n> ciao",
    "nl": "네.\n\nOp vr 20 nov 2026 om 10:00 schreef Shop <h@s.example>:\n\n> hallo",
    "ru": "네.\n\n20.11.2026, 10:00, Shop <h@s.example> написал:\n> привет",
    "ja": "네.\n\n2026年11月20日(金) 10:00 Shop <h@s.example>:\n\n> こんにちは",
    "ja, apple": "네.\n\n2026/11/20 10:00、Shop <h@s.example>のメール:\n\n> こんにちは",
    "zh": "네.\n\n在 2026年11月20日，上午10:00，Shop <h@s.example> 写道：\n\n> 你好",
    "sent from": "네.\n\nSent from my iPhone",
    "outlook app": "네.\n\nGet Outlook for iOS<https://x.example>\n_________\nFrom: S <h@s.example>\nSent: x\nTo: M\n",
}


@pytest.mark.parametrize("name", FOLDED)
def test_quotes_and_signatures_are_folded(name: str) -> None:
    text = FOLDED[name]
    assert text[: fresh_length(text)] == "네."


SHOWN = {
    "only a quote": "On Fri, Nov 20, 2026 at 10:00 AM Shop <h@s.example> wrote:\n> hi",
    "only a forward": f"---------- Forwarded message ---------\n{OUTLOOK_KO}",
    "a forward with a note": f"이거 봐 주세요.\n\n---------- 전달된 메시지 ----------\n{OUTLOOK_KO}",
    "answers said to be below": f"아래에 답변 드려요.\n\n{OUTLOOK_KO}\n1. 언제요?\n답: 내일요.",
    "an answer below": "2026년 11월 20일 (금) 오전 10:00, S <h@s.example>님이 작성:\n\n> 안녕하세요\n\n밑에 써요.",
    "answers between": "> 환불되나요?\n네.\n> 언제요?\n내일요.",
    "a list after a colon": "문의드립니다:\n1. 배송은?\n2. 환불은?",
    "a filled-in form": "주문번호: 123\n받는 사람: 민아\n보내는 사람: 하늘\n주소: 서울\n빨리 보내 주세요",
    "dashes in a text": "첫째\n--\n" + "둘째 문단이 길게 이어져요.\n" * 20 + "끝",
    "nothing": "",
}


@pytest.mark.parametrize("name", SHOWN)
def test_words_of_the_customer_are_never_folded(name: str) -> None:
    assert fresh_length(SHOWN[name]) == len(SHOWN[name])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reply__naver_html_euc_kr.eml", "네, 오늘 받았어요. 똠방각하 티셔츠 예뻐요!"),
        ("reply__outlook_ks_c_5601.eml", "환불해 주세요. 뷁!"),
        ("reply__gmail_utf8.eml", "교환 말고 환불로 부탁드려요."),
        ("reply__samsung_original_mail.eml", "감사합니다!"),
    ],
)
def test_recorded_answers(name: str, expected: str) -> None:
    assert fresh(recorded(name)) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<div>네.</div><div class='gmail_quote'><div class='gmail_attr'>X:</div><blockquote>hi</blockquote></div>",
        "<div>네.</div><hr><div id='divRplyFwdMsg'><b>From:</b> S</div><div>hi</div>",
        "<div>네.</div><div class='OutlookMessageHeader'>From: S</div><div>hi</div>",
        "<div>네.</div><div class='yahoo_quoted'><div>hi</div></div>",
        "<div>네.</div><blockquote type='cite'><div>hi</div></blockquote>",
    ],
)
def test_quotes_marked_in_html(html: str) -> None:
    assert fresh(mail(html, Content_Type="text/html; charset=utf-8")) == "네."


def test_answers_between_quotes_in_html() -> None:
    html = "<div class=gmail_quote><blockquote>언제요?</blockquote>내일요.<blockquote>어디로?</blockquote></div>"
    assert fresh(mail(html, Content_Type="text/html; charset=utf-8")).endswith("내일요.")


TALON_EXACT = 9
"""Of twelve; two of the others are signatures, which we fold and that set keeps, one answers below its quote."""


def test_figures_on_the_recorded_set(outside_data: Path) -> None:
    lines = (outside_data / "email" / "reply_stripping_talon.jsonl").read_text().splitlines()
    cases = [json.loads(line) for line in lines]
    exact = [
        case for case in cases if case["text"][: fresh_length(case["text"])].strip() == case["expected_reply"].strip()
    ]
    assert len(exact) >= TALON_EXACT
    kept = [case for case in cases if case["expected_reply"].split()[0] in case["text"][: fresh_length(case["text"])]]
    assert len(kept) == len(cases)


@pytest.mark.parametrize(
    "name", ["gmail", "hotmail", "mail_ru", "ms_outlook_2003", "ms_outlook_2007", "ms_outlook_2010", "thunderbird",
             "windows_mail", "yandex_ru"]
)  # fmt: skip
def test_recorded_html_answers(name: str, outside_data: Path) -> None:
    rendered = render((outside_data / "email" / "talon" / f"{name}.html").read_text(errors="replace"))
    new = rendered.text[: fresh_length(rendered.text, rendered.quoted)]
    assert new.split() == ["Hi.", "I", "am", "fine.", "Thanks,", "Alex"]
