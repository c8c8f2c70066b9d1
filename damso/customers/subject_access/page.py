"""The answer as a page that a layperson understands: who we are, what we hold, why, how long, to whom, their rights."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.subject_access.holding import Section
from damso.kernel.i18n import Locale, Text

_TITLE = Text("고객님의 개인정보 열람 결과", "The personal data we hold on you")
_WHO = Text(
    "{company}에서 보관하고 있는 고객님의 개인정보를 모두 모았어요. {at} (UTC) 기준이에요. "
    "같은 내용이 data.json에 컴퓨터가 읽을 수 있는 형식으로 들어 있고, 주고받은 파일은 files 폴더에 있어요.",
    "This is all personal data that {company} holds on you, as of {at} (UTC). The same stands in data.json in a "
    "form that programs read, and the files we exchanged are in the folder files.",
)
_OURSELVES = Text("저희 회사", "Our company")
_WHY = Text("이용 목적", "Why")
_KEPT = Text("보유 기간", "How long")
_NOTHING = Text("보관하고 있는 정보가 없어요.", "We hold nothing here.")
_GIVEN = Text("누구에게 제공했나요", "To whom it was given")
_GIVEN_TO = Text(
    "고객님과 연락하기 위해 다음 채널의 서비스 제공자를 거쳤어요: {channels}. "
    "그 밖의 제공 및 처리위탁은 개인정보 처리방침에서 확인하실 수 있어요.",
    "To be in touch with you, messages went through the providers of these channels: {channels}. For other "
    "recipients and processors see our privacy policy.",
)
_GIVEN_NOBODY = Text(
    "상담 채널을 거쳐 제공한 기록이 없어요. 그 밖의 제공 및 처리위탁은 개인정보 처리방침에서 확인하실 수 있어요.",
    "No message went through a channel. For other recipients and processors see our privacy policy.",
)
_OTHERS = Text("다른 사람의 정보", "About other people")
_OTHERS_TEXT = Text(
    "함께 대화한 다른 분이 쓴 글은 그분의 개인정보라서 넣지 않았고, 이름과 연락처는 ●●●로 가렸어요. "
    "메일에 인용된 앞선 글도 뺐어요.",
    "What other people wrote is their personal data and left out; their names and addresses are replaced by ●●●. "
    "Earlier mails that a mail quotes are left out too.",
)
_MISSING = Text("넣지 못한 파일", "Files that are not here")
_RIGHTS = Text("고객님의 권리", "Your rights")
_RIGHTS_TEXT = (
    Text(
        "틀린 정보가 있으면 고쳐 달라고 요청하실 수 있어요 (개인정보 보호법 제36조).",
        "You may have wrong data corrected (Personal Information Protection Act, article 36).",
    ),
    Text(
        "지워 달라고 요청하실 수 있어요. 법에서 보관하라고 정한 기록은 그 기간까지 따로 보관해요 (제36조).",
        "You may have it erased; what the law wants kept is kept apart until its time is over (article 36).",
    ),
    Text(
        "처리를 멈춰 달라고 하거나 동의를 철회하실 수 있어요 (제37조).",
        "You may have us stop using it, and withdraw your consent (article 37).",
    ),
    Text(
        "결과에 이의가 있으면 저희에게 다시 요청하시거나 개인정보침해 신고센터(국번 없이 118)에 신고하실 수 있어요.",
        "If you disagree, ask us again, or turn to the Korean privacy centre (call 118 in Korea).",
    ),
)
_VALUES = {
    "email": Text("이메일", "E-mail"),
    "phone": Text("전화번호", "Phone"),
    "visitor": Text("웹사이트 방문", "Website visit"),
    "user": Text("회원 계정", "Account"),
    "name": Text("이름", "Name"),
    "none": Text("확인 안 됨", "No"),
    "asserted": Text("회사가 알려 줌", "Told by our systems"),
    "authenticated": Text("채널이 확인함", "By the channel"),
    "proven": Text("본인이 확인함", "By you"),
    "viewed": Text("조회", "Looked at"),
    "listed": Text("목록 조회", "In a list"),
    "searched": Text("검색", "Found by search"),
    "changed": Text("수정", "Changed"),
    "downloaded": Text("내려받기", "Downloaded"),
    "exported": Text("내보내기", "Exported"),
    "revealed": Text("가린 정보 보기", "Uncovered"),
    "in": Text("고객님", "You"),
    "out": Text("저희", "We"),
    "note": Text("내부 메모", "Internal note"),
}
_STYLE = """body{font:15px/1.7 Pretendard,system-ui,sans-serif;max-width:960px;margin:48px auto;padding:0 24px;
color:#1a1a1a;background:#fff;word-break:keep-all;overflow-wrap:anywhere}h1{font-size:26px}h2{font-size:19px;margin-top:40px}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{border-top:1px solid #ddd;padding:6px 8px;
text-align:left;vertical-align:top}th{font-weight:600;white-space:nowrap}p.meta{color:#555;margin:2px 0}
td{white-space:pre-wrap}
@media(max-width:600px){body{margin:16px auto;padding:0 12px}table{display:block;overflow-x:auto}}"""


class Facts(Struct, frozen=True, kw_only=True):
    """What the page says of itself."""

    request_id: UUID
    company: str
    at: datetime
    locale: Locale
    channels: Sequence[str]


def answer_page(facts: Facts, sections: Sequence[Section], missing: Sequence[str]) -> str:
    """HTML without scripts or anything from elsewhere; everything in it is escaped."""
    locale = facts.locale

    def say(text: Text, **fields: object) -> str:
        return escape(text.say(locale, **fields))

    company = facts.company or _OURSELVES.say(locale)
    given = say(_GIVEN_TO, channels=", ".join(facts.channels)) if facts.channels else say(_GIVEN_NOBODY)
    rights = "".join(f"<li>{say(right)}</li>" for right in _RIGHTS_TEXT)
    parts = [
        f"<h1>{say(_TITLE)}</h1><p>{say(_WHO, company=company, at=f'{facts.at:%Y-%m-%d %H:%M}')}</p>",
        *(_section(section, locale) for section in sections),
        f"<h2>{say(_GIVEN)}</h2><p>{given}</p>",
        f"<h2>{say(_OTHERS)}</h2><p>{say(_OTHERS_TEXT)}</p>",
        f"<h2>{say(_RIGHTS)}</h2><ul>{rights}</ul>",
    ]
    if missing:
        names = "".join(f"<li>{escape(name)}</li>" for name in missing)
        parts.append(f"<h2>{say(_MISSING)}</h2><ul>{names}</ul>")
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{say(_TITLE)}</title><style>{_STYLE}</style>'
        f"{''.join(parts)}</html>"
    )


def _section(section: Section, locale: Locale) -> str:
    said = [
        f"<h2>{escape(section.title.say(locale))}</h2>",
        f'<p class="meta">{_WHY.say(locale)}: {escape(section.why.say(locale))}</p>',
        f'<p class="meta">{_KEPT.say(locale)}: {escape(section.kept.say(locale))}</p>',
    ]
    if section.note:
        said.append(f'<p class="meta">{escape(section.note.say(locale))}</p>')
    if not section.rows:
        return "".join([*said, f"<p>{_NOTHING.say(locale)}</p>"])
    heads = "".join(f'<th scope="col">{escape(column.title.say(locale))}</th>' for column in section.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(column.key), locale)}</td>" for column in section.columns) + "</tr>"
        for row in section.rows
    )
    return "".join([*said, f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"])


def _cell(value: Any, locale: Locale) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case str():
            return escape(_VALUES[value].say(locale) if value in _VALUES else value)
        case list():
            return "<br>".join(_cell(one, locale) for one in value)
        case dict():
            return escape(msgspec.json.encode(value).decode())
        case _:
            return escape(str(value))
