"""Why what is brought in did not come as it is: the reasons of exports, of tables and of what takes their rows."""

from collections.abc import Mapping

from damso.channels.imports import errors
from damso.conversations.tables.event_rows import CODE
from damso.customers.consent import errors as consents
from damso.customers.tracking import refusals
from damso.kernel.i18n import Text

_TABLES: Mapping[str, Text] = {
    "NO_ADDRESS": Text(
        "이메일, 휴대폰, 회원 번호가 모두 비어 있어요",
        "it has neither an e-mail address nor a phone number nor a user id",
    ),
    "EMAIL_ALONE": Text(
        "이메일 주소가 올바르지 않고 다른 연락처가 없어요", "its only address is no valid e-mail address"
    ),
    "PHONE_ALONE": Text("전화번호가 올바르지 않고 다른 연락처가 없어요", "its only address is no valid phone number"),
    "USER_ALONE": Text(
        "회원 번호가 사람을 가리키지 않고(0, null 등) 다른 연락처가 없어요",
        "its only user id names nobody, such as 0 or null",
    ),
    "PROPERTY_UNREADABLE": Text(
        "날짜, 숫자, 예/아니요로 읽을 수 없는 값이 있어요", "a value is no date, number or yes/no as it should be"
    ),
    "USER_INVALID": Text(
        "회원 번호가 사람을 가리키지 않아 뺐어요 (0, null 등)", "the user id names nobody (0, null) and was left out"
    ),
    "NAME_INVALID": Text("이름을 읽을 수 없어 뺐어요", "the name cannot be read and was left out"),
    "NAME_TOO_LONG": Text("이름이 100자를 넘어 뺐어요", "the name has more than 100 letters and was left out"),
    "VALUE_UNREADABLE": Text(
        "날짜, 숫자, 예/아니요로 읽을 수 없는 값이 있어 뺐어요",
        "a value is no date, number or yes/no as it should be, or too long, and was left out",
    ),
    "DATE_UNREADABLE": Text(
        "날짜를 읽을 수 없어요. 2026-03-04처럼 적어 주세요", "its date cannot be read; write 2026-03-04"
    ),
    "ANOTHER_USER": Text(
        "회원 번호가 다른 두 사람이 한 고객이 돼요", "it would make one customer of two people with different user ids"
    ),
    "MORE_CELLS": Text("열 이름보다 칸이 많아요", "it has more cells than there are columns"),
    "CELL_TOO_LARGE": Text("한 칸이 32,767자를 넘어요", "a cell has more than 32,767 letters"),
    "COLUMN_UNKNOWN": Text(
        "앞부분에 없던 열이 있어 그 값은 뺐어요",
        "it has columns that the beginning of the file has not; they were left out",
    ),
    "UNSTORABLE": Text("저장할 수 없는 값이 있어요", "it holds a value that cannot be stored"),
    "NO_SKU": Text("상품 코드(SKU)가 없어요", "it has no SKU"),
    "SKU_AGAIN": Text("같은 상품 코드가 위에 또 있어요", "an earlier line has the same SKU"),
    "NAME_MISSING": Text("새 상품인데 이름이 없어요", "it is a new product without a name"),
    "PRICE_INVALID": Text("가격과 통화를 확인해 주세요 (12000, KRW)", "check price and currency (12000, KRW)"),
    "SOLD_UNREADABLE": Text("판매 여부는 예/아니요로 적어 주세요", "whether it is sold has to be yes or no"),
    "PRODUCT_INVALID": Text(
        "주소가 https가 아니거나 값이 너무 길어요", "an address is no https address, or a value too long"
    ),
    "GIVEN_UNREADABLE": Text("동의 여부는 예/아니요(Y/N)로 적어 주세요", "whether it was given has to be yes or no"),
    "PURPOSE_UNKNOWN": Text("모르는 동의 용도예요", "its purpose is none that consents are given for"),
    "CONSENT_WITHOUT_DATE": Text("동의한 날짜가 없어요", "it does not say when the consent was given"),
    "WITHDRAWN_BEFORE": Text(
        "철회했던 고객이 그 뒤에 다시 동의한 기록이에요", "the customer had withdrawn, and this consent is newer"
    ),
    "STAYS_WITHDRAWN": Text(
        "그 뒤에 철회한 고객이라 철회 상태를 유지해요", "the customer withdrew later, and it stays withdrawn"
    ),
    "NOT_GA4": Text("GA4 이벤트가 아니에요 (event_name 없음)", "it is no event of GA4: event_name is missing"),
}
_CONSENTS: Mapping[str, Text] = {
    error.code: error.text
    for error in (
        consents.ConsentInvalid,
        consents.ConsentTimeInvalid,
        consents.GuardianNeeded,
        consents.SaidBeforeErasure,
    )
} | {"PROOF_TOO_LONG": Text("증빙이 1,000자를 넘어요", "its proof has more than 1,000 letters")}
_EVENTS: Mapping[str, Text] = {f"{CODE}{code}": text for code, text in refusals.REASONS.items()}

REASONS: Mapping[str, Text] = {**errors.REASONS, **_TABLES, **_CONSENTS, **_EVENTS}
WARNINGS: frozenset[str] = errors.WARNINGS | {
    "NAME_INVALID",
    "NAME_TOO_LONG",
    "USER_INVALID",
    "VALUE_UNREADABLE",
    "COLUMN_UNKNOWN",
    "WITHDRAWN_BEFORE",
    "STAYS_WITHDRAWN",
}
"""Codes of what comes all the same, at least in some kinds of imports."""
