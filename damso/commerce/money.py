"""Amounts of money: whole minor units of an ISO 4217 currency. Nothing is a float, and unlike currencies never add.

Shops send amounts as JSON numbers or as strings. A number that the log has read as a float is taken by its shortest
decimal text, which is what was sent for anything up to 15 digits; larger amounts are refused.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

DEFAULT_CURRENCY = "KRW"
"""Of an order whose shop names none."""
LIMIT = 10**15
"""Minor units that no amount reaches."""

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
        CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
        KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
        NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TOP TRY TTD TWD TZS UAH USD UZS VES WST XCD YER ZAR ZMW
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DIGITS = {code: digits for digits, codes in _CODES.items() for code in codes.split()}
"""Minor digits of each currency (ISO 4217)."""

_SIGNS = {
    "KRW": ("₩", "₩"),
    "USD": ("US$", "$"),
    "EUR": ("€", "€"),
    "JPY": ("JP¥", "¥"),
    "CNY": ("CN¥", "CN¥"),
    "GBP": ("£", "£"),
}
"""How Koreans and others write a currency before an amount; the rest go by their codes."""

_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?|[-+]?\.\d+")


class CurrencyUnknown(AppError):
    code = "CURRENCY_UNKNOWN"
    status = 422
    text = Text("모르는 통화예요: {currency}", "Unknown currency: {currency}")


class CurrenciesDiffer(AppError):
    """Two amounts cannot be added."""

    code = "CURRENCIES_DIFFER"
    status = 422
    text = Text("통화가 달라 더할 수 없어요: {one}, {other}", "These currencies do not add: {one}, {other}")


class AmountInvalid(AppError):
    code = "AMOUNT_INVALID"
    status = 422
    text = Text("금액이 올바르지 않아요.", "That is not an amount.")


class Money(Struct, frozen=True):
    """So many minor units (won, cents) of a currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Raises `CurrenciesDiffer`."""
        if self.currency != other.currency:
            raise CurrenciesDiffer(one=self.currency, other=other.currency)
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    @property
    def digits(self) -> int:
        """How many of the minor digits stand behind the point."""
        return digits_of(self.currency)

    @property
    def text(self) -> Text:
        """`31,000원` and `₩31,000`, as the desk writes it."""
        sign, minor = "-" if self.minor < 0 else "", abs(self.minor)
        whole, part = divmod(minor, 10**self.digits)
        number = f"{whole:,}.{part:0{self.digits}}" if self.digits else f"{whole:,}"
        ko, en = _SIGNS.get(self.currency, (f"{self.currency}\xa0",) * 2)
        won = self.currency == "KRW"
        return Text(f"{sign}{number}원" if won else f"{sign}{ko}{number}", f"{sign}{en}{number}")


def as_currency(value: object) -> str | None:
    """The code that a text names, in capitals, or None."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if code in DIGITS else None


def digits_of(currency: str) -> int:
    """Raises `CurrencyUnknown`."""
    try:
        return DIGITS[currency]
    except KeyError:
        raise CurrencyUnknown(currency=currency[:20]) from None


def as_decimal(value: object) -> Decimal | None:
    """The number that a JSON value holds: a number, or a text such as `12,000` or `18.99`. None where it holds none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    elif isinstance(value, str) and len(text := value.strip()) <= 30 and _NUMBER.fullmatch(text):
        number = Decimal(text.replace(",", ""))
    else:
        return None
    return number if number.is_finite() and abs(number) < LIMIT else None


def money_of(number: Decimal, currency: str) -> Money:
    """An amount in whole minor units; what is finer is rounded half up. Raises `AmountInvalid`, `CurrencyUnknown`."""
    shifted = number.scaleb(digits_of(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if abs(shifted) >= LIMIT:
        raise AmountInvalid
    return Money(int(shifted), currency)
