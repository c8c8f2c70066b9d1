"""The page behind a link to go on: the brand's look around a chat that fills the screen."""

from html import escape

from damso.conversations.consents.page import Look
from damso.kernel.i18n import Text

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TITLE = Text("상담 이어가기", "Go on with your conversation")
_LEAD = Text(
    "열린 채팅 창에서 상담을 이어가 주세요. 창을 닫았다면 오른쪽 아래 버튼을 누르면 돼요.",
    "Please go on in the chat. If you closed it, press the button at the bottom right.",
)

_STYLE = """:root{color-scheme:light dark;--ink:#1b1c1e;--dim:#5d6066;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#f0f1f3;--dim:#a9adb5;--paper:#17181a}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 Pretendard,system-ui,"Apple SD Gothic Neo",
"Malgun Gothic",sans-serif;word-break:keep-all;border-top:4px solid var(--brand)}
main{max-width:520px;margin:0 auto;padding:32px 20px}header{display:flex;align-items:center;gap:10px;margin-bottom:24px}
header img{height:32px;max-width:140px;object-fit:contain}h1{font-size:22px;line-height:1.3;margin:0 0 4px}
p{margin:4px 0}.dim{color:var(--dim)}"""


def chat_page(look: Look, inbox_key: str, token: str) -> str:
    """Everything in it that somebody wrote is escaped."""
    script = (
        f'<script async src="/widget.js" data-inbox="{escape(inbox_key)}" data-lang="{look.locale}" '
        f'data-continue="{escape(token)}"></script>'
    )
    return _document(look, f'<h1>{look.say(TITLE)}</h1><p class="dim">{look.say(_LEAD)}</p>{script}')


def refusal_page(look: Look, said: str) -> str:
    """One sentence."""
    return _document(look, f'<h1>{look.say(TITLE)}</h1><p role="status">{escape(said)}</p>')


def _document(look: Look, body: str) -> str:
    brand = look.brand
    picture = f'<img src="{escape(brand.logo_url)}" alt="">' if brand.logo_url else ""
    return (
        f'<!doctype html><html lang="{look.locale}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<meta name="referrer" content="no-referrer"><link rel="icon" href="{escape(brand.logo_url or "data:,")}">'
        f"<title>{look.say(TITLE)} · {escape(brand.name)}</title>"
        f'<style nonce="{look.nonce}">:root{{--brand:{escape(brand.colour)}}}{_STYLE}</style></head>'
        f"<body><main><header>{picture}<strong>{escape(brand.name)}</strong></header>{body}</main></body></html>"
    )
