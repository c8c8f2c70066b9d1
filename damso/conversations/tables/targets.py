"""What a column can be taken for, and the words by which its name tells it.

Words are compared without spaces, signs and capitals. Some name a property that segments and others go by, whichever
language the file is in (`KNOWN_TRAITS`).
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from damso.conversations.tables.types import TableKind
from damso.kernel.i18n import Text


class Target(Struct, frozen=True):
    """A field. `words` are names of columns that mean it; `whole` takes an object of many values (JSON)."""

    key: str
    title: Text
    words: str
    whole: bool = False

    @property
    def names(self) -> Sequence[str]:
        return self.words.split()


_PEOPLE = (
    Target(
        "email",
        Text("이메일", "E-mail"),
        "이메일 이메일주소 메일 메일주소 전자우편 email emailaddress mail 고객이메일 회원이메일",
    ),
    Target(
        "phone",
        Text("휴대폰", "Phone"),
        "휴대폰 휴대폰번호 휴대전화 휴대전화번호 핸드폰 핸드폰번호 전화 전화번호 연락처 모바일 phone phonenumber "
        "mobile "
        "mobilephone cell cellphone tel telephone 고객연락처 회원연락처",
    ),
    Target(
        "user_id",
        Text("회원 번호", "User id"),
        "회원번호 회원id 회원아이디 아이디 고객번호 고객id 고객코드 회원코드 userid user customerid customernumber "
        "memberid "
        "membernumber externalid accountid",
    ),
)
_ALL: Mapping[TableKind, tuple[Target, ...]] = {
    "customers": (
        Target(
            "name", Text("이름", "Name"), "이름 성명 고객명 회원명 성함 name fullname customername displayname 주문자명"
        ),
        *_PEOPLE,
        Target("locale", Text("언어", "Language"), "언어 locale language lang 사용언어"),
        Target("timezone", Text("시간대", "Time zone"), "시간대 timezone tz"),
        Target(
            "seen_at",
            Text("마지막 활동", "Last seen"),
            "마지막활동 최근접속일 최근접속 최근로그인 최종접속일 최근방문일 lastseen lastseenat lastlogin "
            "lastloginat lastactive",
        ),
        Target("traits", Text("속성 모음", "All properties"), "traits attributes customattributes", whole=True),
    ),
    "events": (
        Target(
            "event", Text("이벤트 이름", "Event name"), "이벤트 이벤트명 이벤트이름 행동 event eventname action name"
        ),
        Target(
            "timestamp",
            Text("일어난 때", "When"),
            "일시 시각 시간 일자 날짜 발생일시 발생시각 주문일시 결제일시 주문일 결제일 timestamp time datetime date "
            "occurredat originaltimestamp eventtime createdat at orderedat",
        ),
        *_PEOPLE,
        Target(
            "anonymous_id",
            Text("익명 ID", "Anonymous id"),
            "익명id 방문자id anonymousid deviceid visitorid cookieid clientid",
        ),
        Target("message_id", Text("이벤트 번호", "Message id"), "이벤트번호 이벤트id messageid eventid uuid insertid"),
        Target("type", Text("종류", "Call"), "type 종류"),
        Target("properties", Text("속성 모음", "All properties"), "properties", whole=True),
        Target("traits", Text("고객 속성 모음", "Properties of the person"), "traits", whole=True),
        Target("context", Text("맥락", "Context"), "context", whole=True),
    ),
    "products": (
        Target(
            "sku",
            Text("상품 코드 (SKU)", "SKU"),
            "sku 상품코드 품목코드 자체상품코드 옵션코드 단품코드 productcode itemcode",
        ),
        Target("name", Text("상품명", "Name"), "상품명 상품이름 품명 이름 name title productname"),
        Target("price", Text("가격", "Price"), "가격 판매가 판매가격 단가 price saleprice unitprice"),
        Target("currency", Text("통화", "Currency"), "통화 currency 화폐"),
        Target("category", Text("분류", "Category"), "분류 카테고리 상품분류 category producttype"),
        Target("variant", Text("옵션", "Variant"), "옵션 옵션명 variant option 색상사이즈"),
        Target("maker", Text("브랜드", "Brand"), "브랜드 제조사 maker brand vendor manufacturer"),
        Target("product_id", Text("상품 번호", "Product id"), "상품번호 productid id 상품id"),
        Target("url", Text("상품 주소", "Address"), "url 주소 링크 상품주소 상품url link producturl"),
        Target(
            "image_url",
            Text("사진 주소", "Picture"),
            "이미지 사진 이미지주소 이미지url imageurl image imagelink imagesrc",
        ),
        Target("sold", Text("판매 중", "Sold"), "판매중 판매상태 판매여부 진열 sold active published available"),
        Target("version", Text("판", "Version"), "version 버전 판"),
    ),
    "consents": (
        *_PEOPLE,
        Target(
            "given",
            Text("동의 여부", "Given"),
            "동의 동의여부 수신동의 수신여부 수신동의여부 마케팅수신동의 마케팅동의 광고수신동의 광고성정보수신동의 "
            "sms수신동의 "
            "이메일수신동의 문자수신동의 given consent consented optin subscribed marketingconsent acceptsmarketing",
        ),
        Target(
            "at",
            Text("동의·철회한 때", "When"),
            "동의일 동의일시 동의일자 수신동의일 수신동의일시 동의날짜 마케팅수신동의일 철회일 변경일시 at date "
            "consentedat "
            "consentdate optindate optintime givenat timestamp",
        ),
        Target("purpose", Text("용도", "Purpose"), "용도 목적 동의항목 동의종류 purpose"),
        Target("channel", Text("채널", "Channel"), "채널 수신채널 매체 channel"),
        Target("confirmed_at", Text("마지막으로 안내한 때", "Last confirmed"), "확인일 재확인일 안내일 confirmedat"),
        Target(
            "proof",
            Text("증빙", "Proof"),
            "증빙 근거 동의문구 동의경로 경로 비고 proof evidence source note text wording",
        ),
        Target("external_key", Text("기록 번호", "Record id"), "기록번호 동의번호 recordid externalkey consentid id"),
    ),
    "ga4": (),
}
TARGETS: Mapping[TableKind, tuple[Target, ...]] = _ALL
FREE: Mapping[TableKind, str] = {"customers": "trait:", "events": "property:"}
"""Kinds whose other columns can be kept, and what a target of such a column begins with."""
FIXED: Mapping[TableKind, frozenset[str]] = {
    "customers": frozenset(),
    "events": frozenset({"event", "type"}),
    "products": frozenset({"currency"}),
    "consents": frozenset({"purpose", "channel", "given", "at", "proof"}),
    "ga4": frozenset(),
}
"""What may be said for all rows at once."""

KNOWN_TRAITS: Mapping[str, str] = {
    word: key
    for key, words in {
        "birthday": "생년월일 생일 출생일 birthday birthdate dateofbirth dob",
        "gender": "성별 gender sex",
        "grade": "등급 회원등급 고객등급 grade tier level membership",
        "points": "포인트 적립금 마일리지 point points mileage",
        "joined_on": "가입일 가입일시 회원가입일 등록일 joinedon joined signupdate registeredat createdat",
        "address": "주소 기본주소 address",
        "postcode": "우편번호 postcode zipcode zip postalcode",
        "company": "회사 회사명 소속 company organization",
        "title": "직급 직책 직함 jobtitle",
        "city": "도시 시군구 city",
        "country": "국가 나라 country",
    }.items()
    for word in words.split()
}
LEFT_OUT_WORDS = ("동의", "수신", "비밀번호", "password", "주민등록", "주민번호", "consent", "optin")
"""Columns of customers that are proposed to be left out: consents have a ledger, secrets have no place here."""
