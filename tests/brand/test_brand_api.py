"""Brands over HTTP: reading, changing, and their picture."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from damso.brand.create_brand import BrandNameTaken, create_brand
from damso.brand.types import weekdays
from damso.kernel.database import Database
from tests.team.people import Person
from tests.team.site import Site

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.fixture
async def brand_id(database: Database) -> UUID:
    async with database.transaction() as tx:
        return await create_brand(tx, "달빛상점")


async def change(person: Person, brand_id: UUID, **patch: Any) -> httpx.Response:
    return await person.browser.patch(f"/api/brands/{brand_id}", json=patch)


async def upload(person: Person, brand_id: UUID, picture: bytes) -> httpx.Response:
    return await person.browser.put(f"/api/brands/{brand_id}/logo", files={"file": ("logo.png", picture)})


async def test_a_new_brand_has_what_it_needs(agent: Person, brand_id: UUID) -> None:
    assert (await agent.browser.get("/api/brands")).json() == [
        {
            "id": str(brand_id),
            "name": "달빛상점",
            "colour": "#2f6f4f",
            "greeting": {"ko": "안녕하세요, 무엇을 도와드릴까요?", "en": "Hello, how can we help?"},
            "logo_url": None,
            "signature": "달빛상점",
            "reply_minutes": 5,
            "hours": msgspec.to_builtins(weekdays("09:00", "18:00")),
            "timezone": "Asia/Seoul",
        }
    ]


async def test_what_is_given_changes_and_the_rest_stays(owner: Person, brand_id: UUID) -> None:
    (before,) = (await owner.browser.get("/api/brands")).json()
    patch = {
        "colour": "#AA00FF",
        "greeting": {"ko": "어서 오세요", "en": "Welcome"},
        "reply_minutes": 30,
        "hours": msgspec.to_builtins(weekdays("22:00", "06:00")) | {"closed_on": ["2026-12-25"]},
        "timezone": "Europe/Berlin",
    }
    answer = await change(owner, brand_id, **patch)
    assert answer.json() == before | patch | {"colour": "#aa00ff"}
    assert (await owner.browser.get("/api/brands")).json() == [answer.json()]


async def test_a_change_is_recorded(database: Database, owner: Person, brand_id: UUID) -> None:
    await change(owner, brand_id, reply_minutes=10)
    async with database.reading() as tx:
        assert await tx.values("SELECT details FROM audit") == [{"fields": ["reply_minutes"]}]


async def test_an_agent_changes_no_brand(agent: Person, brand_id: UUID) -> None:
    assert (await change(agent, brand_id, name="x")).status_code == 403
    assert (await upload(agent, brand_id, PNG)).status_code == 403


@pytest.mark.parametrize(
    "patch",
    [
        {"colour": "red"},
        {"reply_minutes": 0},
        {"name": ""},
        {"signature": "\x00"},
        {"hours": {}},
        {"hours": msgspec.to_builtins(weekdays("9:00", "18:00"))},
        {"hours": msgspec.to_builtins(weekdays("09:00\n", "18:00"))},
        {"colour": "#aabbcc\n"},
        {"hours": msgspec.to_builtins(weekdays("24:00", "25:00"))},
    ],
)
async def test_a_value_without_sense_is_refused(owner: Person, brand_id: UUID, patch: dict[str, Any]) -> None:
    assert (await change(owner, brand_id, **patch)).status_code == 400


async def test_an_opening_has_a_length(owner: Person, brand_id: UUID) -> None:
    answer = await change(owner, brand_id, hours=msgspec.to_builtins(weekdays("09:00", "09:00")))
    assert (answer.status_code, answer.json()["field"]) == (422, "hours")


async def test_a_zone_exists(owner: Person, brand_id: UUID) -> None:
    answer = await change(owner, brand_id, timezone="Moon/Tranquility")
    assert (answer.status_code, answer.json()["field"]) == (422, "timezone")


async def test_names_are_told_apart(database: Database, owner: Person, brand_id: UUID) -> None:
    async with database.transaction() as tx:
        other = await create_brand(tx, "햇살상점")
        with pytest.raises(BrandNameTaken):
            await create_brand(tx, "햇살상점")
    answer = await change(owner, other, name="달빛상점")
    assert (answer.status_code, answer.json()["code"]) == (409, "NAME_TAKEN")


async def test_nothing_is_changed_that_is_not_there(owner: Person) -> None:
    assert (await change(owner, uuid4(), name="x")).status_code == 404
    assert (await upload(owner, uuid4(), PNG)).status_code == 404


async def test_everybody_sees_the_picture(site: Site, owner: Person, brand_id: UUID) -> None:
    url = (await upload(owner, brand_id, PNG)).json()["logo_url"]
    answer = await site.browser().get(url)
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await site.browser().get(f"/brands/{brand_id}/logo/another")).status_code == 404


async def test_the_picture_is_taken_away(site: Site, owner: Person, brand_id: UUID) -> None:
    url = (await upload(owner, brand_id, PNG)).json()["logo_url"]
    answer = await owner.browser.delete(f"/api/brands/{brand_id}/logo")
    assert answer.json()["logo_url"] is None
    assert (await site.browser().get(url)).status_code == 404


@pytest.mark.parametrize(
    ("picture", "status"),
    [(b"<svg onload='alert(1)'/>", 422), (b"", 422), (b"\x89PNG\r\n\x1a\n" + b"\x00" * 600_000, 413)],
)
async def test_what_is_no_small_picture_is_refused(owner: Person, brand_id: UUID, picture: bytes, status: int) -> None:
    assert (await upload(owner, brand_id, picture)).status_code == status
