"""Products go to the catalogue and consents to the ledger; neither file says more than what stands in it."""

from datetime import UTC, datetime, timedelta

from damso.bootstrap import contact_rules_of
from damso.customers.consent.bulk import ConsentGiven, record_many
from tests.tables.conftest import OPERATOR, Filer

_MINUTE = timedelta(minutes=1)
PRODUCTS = "상품코드,상품명,판매가,통화,판매중,이미지\n"


async def test_products_come_and_change_only_where_the_file_says_so(filer: Filer) -> None:
    first = await filer.both(
        "products",
        PRODUCTS + 'A-1,신발,"12,000원",KRW,Y,https://s.example/a.png\nA-2,양말,3000,KRW,품절,\n',
    )
    filer.parts.database.clock.advance(_MINUTE)  # type: ignore[attr-defined]
    same = await filer.both("products", "상품코드,판매가\nA-1,12000\n", "prices.csv")
    changed = await filer.both("products", "상품코드,판매가\nA-1,13000\nA-2,3000\n", "newer.csv")
    rows = await filer.rows("SELECT sku, name, price, currency, sold, image_url FROM product ORDER BY sku")
    assert [first.counts, same.counts, changed.counts] == [{"new": 2}, {"same": 1}, {"changed": 1, "same": 1}]
    assert rows == [
        ("A-1", "신발", 13000, "KRW", True, "https://s.example/a.png"),
        ("A-2", "양말", 3000, "KRW", False, ""),
    ]


async def test_rows_that_are_no_product_are_told(filer: Filer) -> None:
    done = await filer.both(
        "products",
        PRODUCTS
        + ",이름,1,KRW,Y,\nA-1,가,cheap,KRW,Y,\nA-2,나,1,KRW,?,\nA-3,다,1,KRW,Y,ftp://x\nA-4,,1,KRW,Y,\nA-5,마,1,,Y,\n"
        + "A-6,바,1,KRW,Y,\nA-6,사,2,KRW,Y,\n",
        currency="",
    )
    assert done.troubles == {
        2: "NO_SKU",
        3: "PRICE_INVALID",
        4: "SOLD_UNREADABLE",
        5: "PRODUCT_INVALID",
        6: "NAME_MISSING",
        7: "PRICE_INVALID",
        9: "SKU_AGAIN",
    }


CONSENTS = "이메일,휴대폰,수신동의,수신동의일,채널,용도,증빙\n"


async def test_consents_are_entered_by_the_method_import_with_their_proof(filer: Filer) -> None:
    text = CONSENTS + "a@s.example,010-1234-5678,Y,2024-01-02,문자,광고,가입 화면 v3\na@s.example,,N,,이메일,,\n"
    first = await filer.both("consents", text)
    again = await filer.both("consents", text + "c@s.example,,Y,2024-01-02,,,\n", "newer.csv")
    entries = await filer.rows(
        """SELECT i.value, c.purpose, c.channel, c.given, c.method, c.at::date::text, c.proof FROM consent c
        JOIN identity i ON i.id = c.identity_id ORDER BY c.id LIMIT 2"""
    )
    assert (first.counts, again.counts) == ({"new": 2}, {"same": 1, "new": 2})
    assert entries[0] == (
        "+821012345678",
        "marketing",
        "sms",
        True,
        "import",
        "2024-01-01",
        {"line": 2, "text": "가입 화면 v3"},
    )
    assert entries[1][:5] == ("a@s.example", "marketing", "email", False, "import")


async def test_a_withdrawal_is_never_taken_back_in_silence(filer: Filer) -> None:
    rules = contact_rules_of(filer.parts)
    withdrawn = ConsentGiven(
        kind="email",
        value="a@s.example",
        purpose="marketing",
        given=False,
        at=datetime(2024, 6, 1, tzinfo=UTC),
    )
    async with filer.parts.database.transaction() as tx:
        await record_many(tx, rules, [withdrawn], actor=OPERATOR)
    rows = "".join(f"a@s.example,,Y,{at},이메일,,\n" for at in ("2024-01-02", "", "2024-07-01"))
    done = await filer.both("consents", CONSENTS + rows)
    assert done.troubles == {2: "STAYS_WITHDRAWN", 3: "CONSENT_WITHOUT_DATE", 4: "WITHDRAWN_BEFORE"}
    assert done.counts == {"new": 2, "refused": 1}


async def test_consents_that_cannot_be_entered_are_told(filer: Filer) -> None:
    rows = ",,Y,2024-01-02,,,\na@s.example,,maybe,2024-01-02,,,\na@s.example,,Y,2024-01-02,,selling,\n"
    rows += "a@s.example,,Y,2024-01-02,pigeon,,\na@s.example,,Y,2999-01-02,,,\na@s.example,,Y,2024-13-02,,,\n"
    done = await filer.both("consents", CONSENTS + rows)
    assert done.troubles == {
        2: "NO_ADDRESS",
        3: "GIVEN_UNREADABLE",
        4: "PURPOSE_UNKNOWN",
        5: "CONSENT_INVALID",
        6: "CONSENT_TIME_INVALID",
        7: "DATE_UNREADABLE",
    }
