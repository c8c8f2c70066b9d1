"""Money is whole minor units; nothing is a float, and unlike currencies never add."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.commerce.money import (
    DIGITS,
    LIMIT,
    AmountInvalid,
    CurrenciesDiffer,
    CurrencyUnknown,
    Money,
    as_currency,
    as_decimal,
    money_of,
)


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        (12000, "KRW", 12000),
        ("12,000", "KRW", 12000),
        (12000.0, "KRW", 12000),
        (18.99, "USD", 1899),
        (" 18.99 ", "USD", 1899),
        ("1,234,567.5", "USD", 123456750),
        (1.005, "USD", 101),
        ("0.1234", "KWD", 123),
        (0.1 + 0.2, "USD", 30),
        (".5", "USD", 50),
        (3, "JPY", 3),
    ],
)
def test_shops_numbers_and_texts_become_minor_units(value: object, currency: str, minor: int) -> None:
    number = as_decimal(value)

    assert number is not None
    assert money_of(number, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "value", [None, True, "", "free", "12,00", "1.2.3", "₩12", float("nan"), float("inf"), 10**15, "9" * 40, [], {}]
)
def test_what_is_no_number_is_none(value: object) -> None:
    assert as_decimal(value) is None


@given(st.integers(-(LIMIT - 1), LIMIT - 1), st.sampled_from(sorted(DIGITS)))
def test_every_amount_comes_back_from_its_text(minor: int, currency: str) -> None:
    text = str(Decimal(minor).scaleb(-DIGITS[currency]))

    assert money_of(Decimal(text), currency) == Money(minor, currency)


@given(st.integers(0, 10**13 - 1))
def test_a_float_of_up_to_fifteen_digits_is_exact(cents: int) -> None:
    number = as_decimal(cents / 100)

    assert number is not None
    assert money_of(number, "USD").minor == cents


def test_like_adds_to_like_alone() -> None:
    assert Money(300, "KRW") + Money(200, "KRW") - Money(100, "KRW") == Money(400, "KRW")
    with pytest.raises(CurrenciesDiffer):
        Money(300, "KRW") + Money(300, "USD")


def test_currencies_are_those_of_the_standard() -> None:
    assert (as_currency(" usd "), as_currency("WON"), as_currency(410)) == ("USD", None, None)
    with pytest.raises(CurrencyUnknown):
        money_of(Decimal(1), "WON")
    with pytest.raises(AmountInvalid):
        money_of(Decimal(LIMIT - 1), "USD")
