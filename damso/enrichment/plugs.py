"""Plugs that work by themselves, from what we know already, and send nothing anywhere.

A contribution point: a plug is a pure function from what was said to traits. What it tells is marked with its name
(`enrichment:device`) and gives way to whatever anybody else says of the customer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumber, PhoneNumberType

from damso.customers.companies.domains import FREE_MAIL
from damso.kernel.device import device_of
from damso.kernel.i18n import Text

MOST = 200
"""Characters of a text that is taken from what a kit says."""


class Told(Struct, frozen=True, kw_only=True):
    """What is known of one identity: its kind and value, and the context of an event of it, if there is one."""

    kind: str
    value: str
    context: Mapping[str, Any] = {}


class Plug(Struct, frozen=True):
    """One of our own. `traits` are those it may give."""

    name: str
    title: Text
    traits: tuple[str, ...]
    tell: Callable[[Told], dict[str, Any]]


def _locale(told: Told) -> dict[str, Any]:
    said = told.context.get("locale")
    return {"locale": said[:MOST]} if isinstance(said, str) and said else {}


def _zone(told: Told) -> dict[str, Any]:
    said = told.context.get("timezone")
    return {"timezone": said[:MOST]} if isinstance(said, str) and "/" in said else {}


def _device(told: Told) -> dict[str, Any]:
    agent, system = told.context.get("userAgent"), told.context.get("os")
    named = system.get("name") if isinstance(system, dict) else ""
    found = device_of(agent if isinstance(agent, str) else "", named if isinstance(named, str) else "")
    said = {"device": found.kind, "device_os": found.system, "browser": found.browser}
    return {key: value for key, value in said.items() if value and value != "other"}


def _phone(told: Told) -> dict[str, Any]:
    """From the tables of libphonenumber: the place of a fixed line, who first gave out a mobile number."""
    if told.kind != "phone":
        return {}
    try:
        number = phonenumbers.parse(told.value)
    except phonenumbers.NumberParseException:
        return {}
    # A mobile number tells of no place; so the tables of places are loaded for the few of fixed lines.
    is_fixed = phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE
    said = {
        "phone_country": phonenumbers.region_code_for_number(number),
        "phone_place": _place(number) if is_fixed else "",
        **_network(number),
    }
    return {key: value for key, value in said.items() if value}


def _place(number: PhoneNumber) -> str:
    # These tables take a second and 80 MB: only a process that needs them pays for them.
    from phonenumbers import geocoder

    return str(geocoder.description_for_number(number, "ko"))


def _network(number: PhoneNumber) -> dict[str, str]:
    # Loaded late as well: `damso --help` needs no table of networks.
    from phonenumbers import carrier, timezone

    zones = timezone.time_zones_for_number(number)
    zone = zones[0] if len(zones) == 1 and "/" in zones[0] else ""
    # Where people keep their number when they change the network, as in Korea, the number tells nothing of it.
    return {"phone_carrier": carrier.safe_display_name(number, "ko"), "phone_timezone": zone}


def _company(told: Told) -> dict[str, Any]:
    """The domain of an address at work. Who belongs to a company by it, that is worked out with the company."""
    domain = told.value.rpartition("@")[2] if told.kind == "email" else ""
    return {"work_domain": domain} if domain and domain not in FREE_MAIL else {}


PLUGS: Sequence[Plug] = (
    Plug("locale", Text("언어", "Language"), ("locale",), _locale),
    Plug("timezone", Text("시간대", "Time zone"), ("timezone",), _zone),
    Plug("device", Text("기기와 브라우저", "Device and browser"), ("device", "device_os", "browser"), _device),
    Plug(
        "phone",
        Text("전화번호의 지역", "Place of a phone number"),
        ("phone_country", "phone_place", "phone_carrier", "phone_timezone"),
        _phone,
    ),
    Plug("company", Text("회사 메일 도메인", "Domain of a work address"), ("work_domain",), _company),
)
