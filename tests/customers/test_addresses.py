"""Names, addresses and numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.customers.addresses import (
    EmailInvalid,
    KindUnknown,
    NameInvalid,
    PhoneInvalid,
    canonical,
    email_key,
    phone_key,
)
from damso.customers.faces import COLOURS, colour_of, initials_of
from damso.customers.types import IdentityKey
from damso.kernel.errors import AppError
from damso.kernel.ids import new_id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Mina@Shop.Example ", "mina@shop.example"),
        ("mina.kim+chat@mail.shop.example", "mina.kim+chat@mail.shop.example"),
        ("김민지@담소.example", "김민지@담소.example"),
        ("o'hara@shop.example", "o'hara@shop.example"),
    ],
)
def test_an_email_address_is_kept_in_lower_case(typed: str, kept: str) -> None:
    assert email_key(typed) == IdentityKey("email", kept)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mina",
        "mina@",
        "@shop.example",
        "mina@shop",
        "mi na@shop.example",
        "mina@@shop.example",
        ".mina@shop.example",
        "mina..kim@shop.example",
        "mina@shop..example",
        "mina@-shop.example",
        "a@b.example, c@d.example",
        "mina@shop.example\nBcc: x@y.example",
        "m" * 65 + "@shop.example",
        "mina@" + "s" * 250 + ".example",
    ],
)
def test_what_is_no_email_address_is_refused(typed: str) -> None:
    with pytest.raises(EmailInvalid):
        email_key(typed)


@pytest.mark.parametrize(
    "typed", ["010-1234-5678", "01012345678", "010 1234 5678", "+82 10-1234-5678", "０１０-１２３４-５６７８"]
)
def test_a_korean_number_is_kept_in_international_form(typed: str) -> None:
    assert phone_key(typed) == IdentityKey("phone", "+821012345678")


def test_a_number_with_a_country_code_is_of_that_country() -> None:
    assert phone_key("+1 (202) 555-0123").value == "+12025550123"


@pytest.mark.parametrize("typed", ["", "전화 주세요", "010-12", "1" * 40, "+821012345678 ext. 9", "010-1234-56789012"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(PhoneInvalid):
        phone_key(typed)


def test_a_name_is_one_line_without_unseen_signs() -> None:
    assert canonical("name", "  김\u200b민지\n\u202e ") == "김민지"


@pytest.mark.parametrize("typed", ["", " \n ", "\u200b", "가" * 101])
def test_a_name_has_a_length(typed: str) -> None:
    with pytest.raises(NameInvalid):
        canonical("name", typed)


def test_other_kinds_are_not_claimed() -> None:
    with pytest.raises(KindUnknown):
        canonical("password", "hunter2")


@given(st.sampled_from(["name", "email", "phone"]), st.text(max_size=60))
def test_any_text_is_kept_or_refused_and_keeping_twice_changes_nothing(kind: str, typed: str) -> None:
    try:
        kept = canonical(kind, typed)
    except AppError:
        return
    assert canonical(kind, kept) == kept


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("김민지", "민지"),
        ("김민", "김민"),
        ("남궁민수", "민수"),
        ("남궁민", "민"),
        ("김하늘별", "늘별"),
        ("Mina Kim", "MK"),
        ("Mina", "M"),
        ("Ana Maria de Souza", "AS"),
        ("김 Mina", "김M"),
        ("", ""),
        ("!!", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials_of(name) == letters


def test_a_customer_keeps_its_colour() -> None:
    customer_id = new_id()
    assert colour_of(customer_id) == colour_of(customer_id)
    assert {colour_of(new_id()) for _ in range(500)} == set(range(COLOURS))
