"""What is asked of a service, and where in its answer things stand."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from damso.enrichment.call import fits_template, request_for
from damso.enrichment.json_path import parts_of, value_at
from damso.enrichment.plugs import PLUGS, Told
from damso.enrichment.types import About, Service

DOCUMENT = {"company": {"name": "한빛", "tags": ["a", "b"], "odd key's": 3}, "list": [{"x": 1}]}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"


def service(url: str, about: About = "email") -> Service:
    return Service(
        id=uuid4(),
        name="Firmen",
        url=url,
        about=about,
        headers=None,
        mapping={"industry": "$.company.industry"},
        purposes=["third_party"],
        ttl_days=1,
        per_minute=60,
        enabled=True,
        changed_at=datetime.now(UTC),
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.company.name", "한빛"),
        ("$.company.tags[0]", "a"),
        ("$.company.tags[-1]", "b"),
        ("$.company.tags[9]", None),
        (r"$.company['odd key\'s']", 3),
        ("$.list[0].x", 1),
        ("$.list.x", None),
        ("$.company.name.first", None),
    ],
)
def test_a_path_names_one_place(path: str, value: Any) -> None:
    assert value_at(DOCUMENT, path) == value


@pytest.mark.parametrize("path", ["", "company", "$company", "$..name", "$.a[*]", "$.a[", "$.a b", "$.1"])
def test_what_is_no_path_is_known(path: str) -> None:
    assert parts_of(path) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1?mail={email}",
        "https://api.example/{domain}/about",
        "http://127.0.0.1:9000/{email}",
    ],
)
def test_addresses_that_may_be_asked(url: str) -> None:
    assert fits_template(url, "email")


@pytest.mark.parametrize(
    "url",
    [
        "https://{domain}/about",
        "https://api.example/",
        "https://api.example/{phone}",
        "https://api.example/{email}/{other}",
        "https://user:secret@api.example/{email}",
        "ftp://api.example/{email}",
        "https://api.example:99999/{email}",
        "https://api.example/a b/{email}",
        "//api.example/{email}",
    ],
)
def test_addresses_that_may_not(url: str) -> None:
    assert not fits_template(url, "email")


def test_values_cannot_leave_their_place() -> None:
    asked = request_for(service("https://api.example/p/{user}?x={user}", "user"), "../admin?a=b&c#d")
    assert asked == "https://api.example/p/..%2Fadmin%3Fa%3Db%26c%23d?x=..%2Fadmin%3Fa%3Db%26c%23d"


def test_a_domain_of_everybody_is_not_asked_about() -> None:
    assert request_for(service("https://api.example/{domain}"), "mina@naver.com") is None
    assert (
        request_for(service("https://api.example/{email}"), "mina@naver.com") == "https://api.example/mina%40naver.com"
    )


@pytest.mark.parametrize(
    ("told", "traits"),
    [
        (Told(kind="phone", value="+82212345678"), {"phone_country": "KR", "phone_place": "서울"}),
        (Told(kind="phone", value="+821012345678"), {"phone_country": "KR"}),
        (Told(kind="phone", value="+821022221111"), {"phone_country": "KR"}),  # first given out by a network long gone
        (Told(kind="email", value="mina@hanbit.example"), {"work_domain": "hanbit.example"}),
        (Told(kind="email", value="mina@gmail.com"), {}),
        (
            Told(kind="", value="", context={"locale": "ko-KR", "timezone": "Asia/Seoul", "userAgent": IPHONE}),
            {
                "locale": "ko-KR",
                "timezone": "Asia/Seoul",
                "device": "phone",
                "device_os": "iOS",
                "browser": "Mobile Safari",
            },
        ),
        (Told(kind="", value="", context={"locale": 7, "timezone": "KST", "userAgent": [], "os": "x"}), {}),
    ],
)
def test_what_we_can_tell_by_ourselves(told: Told, traits: dict[str, Any]) -> None:
    found = {key: value for plug in PLUGS for key, value in plug.tell(told).items() if key != "phone_timezone"}
    assert found == traits
