"""The page of preferences in HTML: no script, one form, the brand's look; reads well on a phone and by ear."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from msgspec import Struct

from damso.brand.types import Brand
from damso.conversations.consents.preferences import Choice, Preferences
from damso.customers.consent.notice_texts import channel_name
from damso.customers.consent.texts import Wording
from damso.customers.consent.types import Purpose, Ways
from damso.kernel.i18n import Locale, Text

POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
OTHER: dict[Locale, tuple[Locale, str]] = {"ko": ("en", "English"), "en": ("ko", "한국어")}

TEXT = "text."
"""Before a purpose: the field that says by which version of its text somebody was asked."""

TITLE = Text("메시지 수신 설정", "Message preferences")
_LEAD = Text("{brand}에서 보내는 소식을 어디까지 받을지 정해 주세요.", "Choose what you want to hear from {brand}.")
_ADDRESS = Text("받는 주소 {address}", "Sent to {address}")
_HEADS: dict[Purpose, Text] = {
    "service": Text("서비스 안내", "Service messages"),
    "marketing": Text("광고·혜택 소식", "News and offers"),
    "night_marketing": Text("밤에도 받기", "At night, too"),
    "profiling": Text("맞춤 추천", "Personal recommendations"),
    "overseas": Text("개인정보 국외 이전", "Transfer of personal data abroad"),
    "third_party": Text("개인정보 제3자 제공", "Sharing of personal data"),
}
_WORDS: dict[Purpose, Text] = {
    "marketing": Text(
        "새 상품, 할인, 이벤트 소식을 보내 드려요. 받지 않아도 서비스는 그대로 이용할 수 있어요.",
        "New products, discounts and events. You can use our service without it.",
    ),
    "night_marketing": Text(
        "밤 9시부터 아침 8시 사이에도 광고·혜택 소식을 받아요.", "News and offers between 9 pm and 8 am as well."
    ),
}
_AGREE = Text("동의", "I agree")
_SAVE, _STOP = Text("저장", "Save"), Text("광고 소식 모두 받지 않기", "Stop all news and offers")
_NEEDED = Text(
    "주문, 예약, 문의 답변처럼 꼭 필요한 안내는 이 설정과 상관없이 보내요.",
    "Messages you need, such as about your orders and questions, are sent in any case.",
)
SAVED = Text("저장했어요. 처리 결과는 14일 안에 따로 알려 드려요.", "Saved. We will confirm the result within 14 days.")
_UNSUBSCRIBE = Text("{channel} 광고 소식을 그만 받을까요?", "Stop news and offers by {channel}?")
_UNSUBSCRIBE_DO = Text("수신 거부", "Unsubscribe")
UNSUBSCRIBED = Text(
    "수신을 거부했어요. 더는 광고 소식을 보내지 않아요.", "You are unsubscribed. We will send no more offers."
)
MORE = Text("다른 수신 설정 보기", "See all preferences")

_STYLE = """:root{color-scheme:light dark;--ink:#1b1c1e;--dim:#5d6066;--paper:#fff;--line:#dfe1e5;--off:#767a82}
@media(prefers-color-scheme:dark){:root{--ink:#f0f1f3;--dim:#a9adb5;--paper:#17181a;--line:#35373c;--off:#8b8f98}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 Pretendard,system-ui,
"Apple SD Gothic Neo","Malgun Gothic",sans-serif;word-break:keep-all;overflow-wrap:anywhere;
border-top:4px solid var(--brand)}
main{max-width:560px;margin:0 auto;padding:24px 20px 48px}
header{display:flex;align-items:center;gap:10px;margin-bottom:24px}header img{height:32px;max-width:140px;
object-fit:contain}header strong{flex:1}a{color:inherit}h1{font-size:24px;line-height:1.3;margin:0 0 8px}
h2,legend{font-size:17px;font-weight:700;padding:0;margin:0}p{margin:4px 0}.dim{color:var(--dim);font-size:14px}
fieldset{border:0;border-top:1px solid var(--line);margin:24px 0 0;padding:20px 0 0;min-width:0}
legend{float:left;width:100%}legend+*{clear:both}.words{white-space:pre-line}
label{display:flex;align-items:center;justify-content:space-between;gap:16px;min-height:52px;cursor:pointer}
input[type=checkbox]{appearance:none;flex:none;width:48px;height:28px;margin:0;border-radius:14px;
border:2px solid var(--off);background:transparent;position:relative;cursor:pointer}
input[type=checkbox]::after{content:"";position:absolute;top:4px;left:4px;width:16px;height:16px;border-radius:8px;
background:var(--off)}input[type=checkbox]:checked{background:var(--ink);border-color:var(--ink)}
input[type=checkbox]:checked::after{left:24px;background:var(--paper)}
:focus-visible{outline:3px solid #2f6feb;outline-offset:2px}
button{display:block;width:100%;min-height:52px;margin-top:12px;border-radius:8px;border:1px solid var(--line);
background:transparent;color:var(--ink);font:inherit;cursor:pointer}
button.main{margin-top:28px;background:var(--ink);border-color:var(--ink);color:var(--paper);font-weight:700}
.end{margin-top:20px}
.note{border:1px solid var(--line);border-left:4px solid var(--brand);border-radius:8px;padding:12px 14px;margin:16px 0}
@media(forced-colors:active){input[type=checkbox]{appearance:auto;width:24px;height:24px}}"""


class Look(Struct, frozen=True, kw_only=True):
    """How the page is dressed, and in which language it speaks."""

    brand: Brand
    locale: Locale
    nonce: str

    def say(self, text: Text, **fields: object) -> str:
        """Escaped, ready for the page."""
        return escape(text.say(self.locale, **fields))


def preferences_page(
    look: Look, shown: Preferences, words: Mapping[Purpose, Wording], ways: Ways, *, note: Text | None = None
) -> str:
    """Everything in it that somebody wrote is escaped."""
    address = masked(shown.kind, shown.value)
    groups = "".join(
        _group(look, purpose, list(choices), words, ways)
        for purpose, choices in groupby(shown.choices, key=lambda choice: choice.purpose)
    )
    body = (
        f"<h1>{look.say(TITLE)}</h1><p>{look.say(_LEAD, brand=look.brand.name)}</p>"
        + (f'<p class="dim">{look.say(_ADDRESS, address=address)}</p>' if address else "")
        + _note(look, note)
        + f'<form method="post">{groups}'
        + f'<button class="main" name="act" value="save">{look.say(_SAVE)}</button>'
        + f'<button name="act" value="stop">{look.say(_STOP)}</button></form>'
        + f'<p class="dim end">{look.say(_NEEDED)}</p>'
    )
    return _document(look, body)


def unsubscribe_page(look: Look, channel: str, ways: Ways) -> str:
    """Asks before it does anything: a mail scanner that opens links unsubscribes nobody."""
    named = channel_name(channel, ways, look.locale)
    return _document(
        look,
        f"<h1>{look.say(_UNSUBSCRIBE, channel=named)}</h1>"
        f'<form method="post"><button class="main">{look.say(_UNSUBSCRIBE_DO)}</button></form>',
    )


def message_page(look: Look, text: Text, *, link: str | None = None) -> str:
    """One sentence, and where to go on."""
    more = f'<p><a href="{escape(link)}">{look.say(MORE)}</a></p>' if link else ""
    return _document(look, f'<h1>{look.say(TITLE)}</h1><p role="status">{look.say(text)}</p>{more}')


def masked(kind: str, value: str) -> str:
    """Enough for somebody to know their own address by, and for nobody else."""
    match kind:
        case "email":
            local, _, host = value.partition("@")
            name, _, end = host.rpartition(".")
            return f"{local[:1]}***@{name[:1]}***.{end}"
        case "phone":
            return f"***-****-{value[-4:]}"
    return ""


def _group(
    look: Look, purpose: Purpose, choices: Sequence[Choice], words: Mapping[Purpose, Wording], ways: Ways
) -> str:
    wording = words[purpose].body if purpose in words else ""
    shown = f'<input type="hidden" name="{TEXT}{purpose}" value="{words[purpose].id}">' if purpose in words else ""
    told = escape(wording) or (look.say(_WORDS[purpose]) if purpose in _WORDS else "")
    switches = "".join(_switch(look, choice, ways) for choice in choices)
    return (
        f'<fieldset><legend>{look.say(_HEADS[purpose])}</legend><p class="words" id="{purpose}">{told}</p>'
        f"{shown}{switches}</fieldset>"
    )


def _switch(look: Look, choice: Choice, ways: Ways) -> str:
    name = channel_name(choice.channel, ways, look.locale) if choice.channel in ways else _AGREE.say(look.locale)
    return (
        f"<label><span>{escape(name)}</span>"
        f'<input type="checkbox" role="switch" name="{escape(choice.name)}" aria-describedby="{choice.purpose}"'
        f"{' checked' if choice.on else ''}></label>"
    )


def _note(look: Look, note: Text | None) -> str:
    return f'<p class="note" role="status">{look.say(note)}</p>' if note else ""


def _document(look: Look, body: str) -> str:
    brand, (other, name) = look.brand, OTHER[look.locale]
    # Without one the browser asks for an icon that is not there.
    icon = f'<link rel="icon" href="{escape(brand.logo_url or "data:,")}">'
    picture = f'<img src="{escape(brand.logo_url)}" alt="">' if brand.logo_url else ""
    return (
        f'<!doctype html><html lang="{look.locale}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"{icon}<title>{look.say(TITLE)} · {escape(brand.name)}</title>"
        f'<style nonce="{look.nonce}">:root{{--brand:{escape(brand.colour)}}}{_STYLE}</style></head>'
        f"<body><main><header>{picture}<strong>{escape(brand.name)}</strong>"
        f'<a href="?lang={other}" lang="{other}" hreflang="{other}">{name}</a></header>{body}</main></body></html>'
    )
