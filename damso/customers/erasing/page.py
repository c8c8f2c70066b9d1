"""The certificate as a page that can be printed."""

from collections.abc import Iterable
from html import escape

from damso.customers.erasing.certificate import Certificate
from damso.kernel.i18n import Locale, Text

_TITLE = Text("개인정보 삭제 확인서", "Certificate of erasure")
_INTRO = Text(
    "아래 고객의 개인정보를 모든 저장소에서 삭제하였음을 확인합니다.",
    "The personal data of the customer below was erased from every store.",
)
_GENUINE = Text("서명을 확인했습니다. 발급된 뒤 바뀌지 않았습니다.", "Seal verified: unchanged since it was written.")
_FORGED = Text("서명이 맞지 않습니다. 내용이 바뀌었습니다.", "The seal does not fit: this was changed.")
_NOTE = Text(
    "주소는 알아볼 수 없는 값(키가 있는 해시)으로만 남습니다. 다른 고객이 쓴 글은 이름과 주소를 지운 채 남습니다. "
    "분석용 데이터에서는 바로 보이지 않게 되고, 파일은 늦어도 5일 안에 다시 씁니다. "
    "보관 중인 백업에는 백업 보관 기간 동안 남아 있으며, 복원하더라도 다시 삭제됩니다.",
    "Addresses are kept as keyed hashes only. What other customers wrote stays, without the name and the addresses. "
    "In the data lake nobody sees the data any more; its files are rewritten within five days. "
    "Backups hold the data until they expire; whoever restores one has it erased again.",
)
_LABELS = {
    "erasure_id": Text("삭제 번호", "Erasure"),
    "customer_id": Text("고객 번호", "Customer"),
    "reason": Text("사유", "Reason"),
    "asked": Text("요청", "Asked"),
    "completed": Text("완료", "Completed"),
    "stores": Text("삭제한 기록", "Erased records"),
    "kept": Text("법에 따라 따로 보관하는 기록", "Kept apart by law"),
    "addresses": Text("주소 해시", "Hashed addresses"),
    "digest": Text("지문 (SHA-256)", "Digest (SHA-256)"),
    "seal": Text("서명 (HMAC-SHA256)", "Seal (HMAC-SHA256)"),
    "none": Text("없음", "None"),
}
_REASONS = {
    "requested": Text("고객 요청", "Asked for by the customer"),
    "consent_withdrawn": Text("동의 철회", "Consent withdrawn"),
    "purpose_ended": Text("처리 목적 달성", "Purpose ended"),
    "other": Text("기타", "Other"),
}
_STORES = {
    "conversations": Text("상담", "Conversations"),
    "channels": Text("채널", "Channels"),
    "log": Text("활동 기록", "Event log"),
    "answers": Text("열람 요청 답변 파일", "Answers to access requests"),
    "lake": Text("분석용 데이터", "Data lake"),
    "consents": Text("동의 기록", "Consents"),
    "customers": Text("고객 정보", "Customer record"),
}
CLASSES = {
    "conversation": Text("일반 상담", "Conversation"),
    "complaint": Text("불만·분쟁", "Complaint"),
    "contract": Text("계약·청약철회", "Contract"),
    "payment": Text("결제·공급", "Payment"),
    "advertising": Text("표시·광고", "Advertising"),
    "behaviour": Text("행동 이벤트", "Tracked events"),
    "order": Text("주문", "Orders"),
    "cart": Text("장바구니", "Carts"),
    "consent": Text("동의 원장", "Consents"),
    "enrichment": Text("보강 답변", "Enrichment answers"),
    "quarantine": Text("거절된 이벤트", "Refused events"),
}
_STYLE = """body{font:14px/1.6 Pretendard,system-ui,sans-serif;max-width:720px;margin:48px auto;padding:0 24px;
color:#1a1a1a;background:#fff;word-break:keep-all}table{border-collapse:collapse;width:100%}th{text-align:left;
width:200px;font-weight:600;vertical-align:top}th,td{border-top:1px solid #ddd;padding:8px 4px}
code{overflow-wrap:anywhere;font-size:12px}"""


def certificate_page(found: Certificate, genuine: bool, *, company: str, by: str, locale: Locale) -> str:
    """HTML without scripts; everything in it is escaped."""

    def label(name: str) -> str:
        return _LABELS[name].say(locale)

    stores = [f"{_said(_STORES, name, locale)}: {count:,}" for name, count in sorted(found.stores.items())]
    kept = [f"{_said(CLASSES, one.record_class, locale)}: {one.count:,} (~ {one.until:%Y-%m-%d})" for one in found.kept]
    rows = (
        (label("erasure_id"), _code([str(found.erasure_id)])),
        (label("customer_id"), _code([str(found.customer_id)])),
        (label("reason"), escape(_said(_REASONS, found.reason, locale))),
        (label("asked"), escape(f"{found.asked_at:%Y-%m-%d %H:%M} UTC · {by or found.asked_by_kind}")),
        (label("completed"), escape(f"{found.completed_at:%Y-%m-%d %H:%M} UTC")),
        (label("stores"), "<br>".join(map(escape, stores))),
        (label("kept"), "<br>".join(map(escape, kept)) or label("none")),
        (label("addresses"), _code(found.addresses) or label("none")),
        (label("digest"), _code([found.digest])),
        (label("seal"), _code([found.seal])),
    )
    table = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{value}</td></tr>' for name, value in rows)
    title = _TITLE.say(locale)
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{escape(company)}</p><p>{_INTRO.say(locale)}</p><table>{table}</table>"
        f"<p><strong>{(_GENUINE if genuine else _FORGED).say(locale)}</strong></p><p>{_NOTE.say(locale)}</p></html>"
    )


def _said(texts: dict[str, Text], name: str, locale: Locale) -> str:
    return texts[name].say(locale) if name in texts else name


def _code(values: Iterable[str]) -> str:
    return "<br>".join(f"<code>{escape(value)}</code>" for value in values)
