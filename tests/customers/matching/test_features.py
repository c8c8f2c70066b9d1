"""What of a customer is compared, and what is not."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from damso.customers.likeness import Known
from damso.customers.matching.features import Features, features_of

ID = UUID(int=1)


def made(name: str = "", *known: tuple[str, str], **traits: Any) -> Features:
    return features_of(ID, name, [Known(ID, kind, value, False) for kind, value in known], traits)


def test_numbers_are_compared_without_their_country_and_addresses_without_dots() -> None:
    one = made("김민아", ("phone", "+821012345678"), ("email", "mina.kim+shop@damso.example"))

    assert (one.phones, one.tails) == (["012345678"], ["5678"])
    assert one.locals == ["minakim"]


def test_what_is_empty_differs_from_nobody() -> None:
    one = made()
    assert {getattr(one, name) for name in Features.__struct_fields__ if name != "id"} == {None}


@pytest.mark.parametrize("value", ["info@damso.example", "ab@damso.example"])
def test_the_name_of_a_desk_and_what_is_too_short_say_nothing(value: str) -> None:
    assert made("", ("email", value)).locals is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("1991-03-07", date(1991, 3, 7)),
        ("19910307", date(1991, 3, 7)),
        ("1991-03-07T00:00:00Z", date(1991, 3, 7)),
        ("1991-13-07", None),
        ("1970-01-01", None),
        ("03/07/1991", None),
        (19910307, None),
    ],
)
def test_a_birthday_is_read_where_it_can_be_read_in_one_way(said: object, day: date | None) -> None:
    assert made(birthday=said).birthday == day


def test_an_address_is_one_line_whichever_form_it_came_in() -> None:
    said = {"city": "서울 마포구", "street": "달빛길 12-3", "postalCode": "04001"}
    assert made(address=said).address == "04001서울마포구달빛길123"
    assert made(address="서울").address is None
