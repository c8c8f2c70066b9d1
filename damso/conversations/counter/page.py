"""The page that shows a customer's code on their phone: no script, and a new code before the old one ends."""

from html import escape

import segno

from damso.conversations.consents.page import OTHER, Look
from damso.kernel.i18n import Text

POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
RENEWS = 120
"""Seconds, after which the page asks for a new code: before the old one ends."""

TITLE = Text("회원 QR 코드", "Your member code")
_LEAD = Text("매장 직원에게 이 코드를 보여 주세요.", "Show this code at the counter.")
_SAFE = Text(
    "코드는 3분마다 바뀌고 한 번만 쓸 수 있어요. 이 화면의 주소를 다른 사람에게 보내지 마세요.",
    "The code changes every three minutes and works once. Please do not pass on this page's address.",
)

_STYLE = """:root{color-scheme:light dark;--ink:#1b1c1e;--dim:#5d6066;--paper:#fff;--line:#dfe1e5}
@media(prefers-color-scheme:dark){:root{--ink:#f0f1f3;--dim:#a9adb5;--paper:#17181a;--line:#35373c}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 Pretendard,system-ui,
"Apple SD Gothic Neo","Malgun Gothic",sans-serif;word-break:keep-all;border-top:4px solid var(--brand)}
main{max-width:420px;margin:0 auto;padding:24px 20px 48px;text-align:center}
header{display:flex;align-items:center;gap:10px;margin-bottom:32px;text-align:start}header img{height:32px;
max-width:140px;object-fit:contain}header strong{flex:1}a{color:inherit}
h1{font-size:22px;line-height:1.3;margin:0 0 4px}
p{margin:4px 0}.dim{color:var(--dim);font-size:14px}
.code{display:block;margin:24px auto;padding:16px;background:#fff;border:1px solid var(--line);border-radius:12px;
width:min(300px,100%)}.code svg{display:block;width:100%;height:auto}
:focus-visible{outline:3px solid #2f6feb;outline-offset:2px}"""


def member_page(look: Look, code: str) -> str:
    """Everything in it that somebody wrote is escaped."""
    drawn = segno.make(code, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000", title=None)
    body = (
        f"<h1>{look.say(TITLE)}</h1><p>{look.say(_LEAD)}</p>"
        f'<div class="code" role="img" aria-label="{look.say(TITLE)}">{drawn}</div>'
        f'<p class="dim">{look.say(_SAFE)}</p>'
    )
    return _document(look, body, renews=True)


def refusal_page(look: Look, said: str) -> str:
    """One sentence."""
    return _document(look, f'<h1>{look.say(TITLE)}</h1><p role="status">{escape(said)}</p>', renews=False)


def _document(look: Look, body: str, *, renews: bool) -> str:
    brand, (other, name) = look.brand, OTHER[look.locale]
    icon = f'<link rel="icon" href="{escape(brand.logo_url or "data:,")}">'
    picture = f'<img src="{escape(brand.logo_url)}" alt="">' if brand.logo_url else ""
    renew = f'<meta http-equiv="refresh" content="{RENEWS}">' if renews else ""
    return (
        f'<!doctype html><html lang="{look.locale}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"{renew}{icon}<title>{look.say(TITLE)} · {escape(brand.name)}</title>"
        f'<style nonce="{look.nonce}">:root{{--brand:{escape(brand.colour)}}}{_STYLE}</style></head>'
        f"<body><main><header>{picture}<strong>{escape(brand.name)}</strong>"
        f'<a href="?lang={other}" lang="{other}" hreflang="{other}">{name}</a></header>{body}</main></body></html>'
    )
