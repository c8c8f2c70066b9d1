"""Customers of a file: new, known, joined or refused; a dry run tells the same as the run (`Filer.both`)."""

from damso.customers.erasing.suppressed import suppress
from tests.tables.conftest import Filer

HEAD = "회원번호,이름,휴대폰,이메일,생년월일,등급\n"


async def test_people_come_in_with_all_their_addresses_and_properties(filer: Filer) -> None:
    done = await filer.both(
        "customers",
        HEAD + "M-1,김나래,010-1111-2222,narae@shop.example,1990.3.4,VIP\n,이미나,,mina@shop.example,,\n",
    )
    assert (done.counts, done.troubles) == ({"new": 2}, {})
    people = await filer.rows(
        """SELECT c.name, i.kind, i.value, i.proof, i.source FROM identity i JOIN customer c ON c.id = i.customer_id
        WHERE i.source = 'import' ORDER BY c.name, i.kind"""
    )
    assert people == [
        ("김나래", "email", "narae@shop.example", "asserted", "import"),
        ("김나래", "phone", "+821011112222", "asserted", "import"),
        ("김나래", "user", "M-1", "asserted", "import"),
        ("이미나", "email", "mina@shop.example", "asserted", "import"),
    ]
    assert await filer.traits("narae@shop.example") == {"birthday": "1990-03-04", "grade": "VIP"}


async def test_a_newer_file_changes_what_changed_and_nothing_else(filer: Filer) -> None:
    await filer.both("customers", "email,등급,이름\na@s.example,VIP,가\nb@s.example,골드,나\n")
    before = await filer.rows("SELECT count(*) FROM care_event")
    again = await filer.both("customers", "email,등급,이름\na@s.example,VIP,가\nb@s.example,골드,나\n", "again.csv")
    unmoved = await filer.rows("SELECT count(*) FROM care_event")
    newer = await filer.both("customers", "email,등급,휴대폰\na@s.example,VVIP,\nb@s.example,골드,01033334444\n")

    assert again.counts == {"same": 2}
    assert unmoved == [(before[0][0] + 1,)]  # that an import is done
    assert newer.counts == {"changed": 2}
    assert (await filer.traits("a@s.example"))["grade"] == "VVIP"
    assert await filer.rows("SELECT count(*) FROM customer WHERE name <> ''") == [(2,)]


async def test_what_makes_no_sense_is_left_out_and_what_names_nobody_refused(filer: Filer) -> None:
    done = await filer.both(
        "customers",
        HEAD
        + "M-1,가,123,not an address,1990-13-45,VIP\n,나,12,,,\n0,다,,,,\n,라,,,,\nM-2,,,x@,,\n"
        + "=1+1,마,,e@s.example,,\n",
    )
    assert done.troubles == {
        2: "EMAIL_INVALID PHONE_INVALID",
        3: "PHONE_ALONE",
        4: "USER_ALONE",
        5: "NO_ADDRESS",
        6: "EMAIL_INVALID",
    }
    assert done.counts == {"new": 3, "refused": 3}


async def test_a_phone_of_a_family_joins_nobody(filer: Filer) -> None:
    rows = "".join(f"{name}@s.example,{name},010-1234-5678\n" for name in "abc")
    done = await filer.both("customers", "이메일,이름,휴대폰\n" + rows)
    assert (done.counts, done.troubles) == ({"new": 3}, {3: "PHONE_SHARED", 4: "PHONE_SHARED"})
    assert await filer.rows("SELECT count(*) FROM claim WHERE kind = 'phone'") == [(2,)]


async def test_two_members_are_never_made_one(filer: Filer) -> None:
    await filer.both("customers", "회원번호,이메일\nM-1,a@s.example\nM-2,b@s.example\n")
    done = await filer.both(
        "customers", '회원번호,이메일\nM-3,a@s.example\nM-4,c@s.example\nM-5,c@s.example\n,"a@s.example, b@s.example"\n'
    )
    assert done.troubles == {2: "ANOTHER_USER", 4: "ANOTHER_USER", 5: "ANOTHER_USER"}
    assert await filer.rows("SELECT count(*) FROM identity WHERE value = 'M-5'") == [(0,)]


async def test_what_a_row_says_of_two_known_people_joins_them(filer: Filer) -> None:
    await filer.both("customers", "이메일,회원번호\na@s.example,\n,M-1\n")
    done = await filer.both("customers", "이메일,회원번호\na@s.example,M-1\na@s.example,\n")
    assert done.counts == {"changed": 1, "repeated": 1}
    assert await filer.rows("SELECT count(DISTINCT customer_id) FROM identity WHERE source = 'import'") == [(1,)]


async def test_who_was_erased_stays_away(filer: Filer) -> None:
    async with filer.parts.database.transaction() as tx:
        await suppress(tx, filer.parts.keyring, [("email", "a@s.example"), ("phone", "+821012345678")])
    done = await filer.both("customers", "이메일,휴대폰\na@s.example,\nb@s.example,01012345678\n,01012345678\n")
    assert done.troubles == {2: "ERASED", 4: "ERASED"}
    assert await filer.rows("SELECT kind, value FROM identity WHERE source = 'import'") == [("email", "b@s.example")]


async def test_objects_of_json_become_properties_with_their_types(filer: Filer) -> None:
    lines = [
        '{"email":"a@s.example","points":3,"address":{"city":"서울"},"traits":{"vip":true}}',
        '{"email":"b@s.example","points":"\\u0000","new_column":1}',
    ]
    filler = [f'{{"email":"f{number}@s.example"}}' for number in range(1_000)]
    done = await filer.both("customers", "\n".join([lines[0], *filler, lines[1]]), "people.jsonl")
    assert done.troubles == {1002: "COLUMN_UNKNOWN VALUE_UNREADABLE"}
    assert await filer.traits("a@s.example") == {"points": 3, "address": {"city": "서울"}, "vip": True}
