"""The first page of an empty installation."""

import asyncio
from datetime import timedelta

import httpx

from damso.kernel.database import Database
from damso.team.links import make_entry_link
from tests.clock import ManualClock
from tests.team.people import Person
from tests.team.site import Site

FORM = {
    "company": "달빛상점",
    "name": "한하늘",
    "email": "owner@shop.example",
    "password": "violet harbour nineteen",
    "locale": "ko",
}


async def setup_token(database: Database) -> str:
    async with database.transaction() as tx:
        return await make_entry_link(tx, None, "setup", timedelta(days=1))


async def set_up(browser: httpx.AsyncClient, token: str, **form: str) -> httpx.Response:
    return await browser.post("/api/setup", json=FORM | {"token": token} | form)


async def test_the_first_run_makes_the_owner_and_the_first_brand(database: Database, site: Site) -> None:
    browser = site.browser()
    assert (await browser.get("/api/setup")).json() == {"needed": True, "demo": False}
    answer = await set_up(browser, await setup_token(database))
    assert answer.status_code == 200
    assert (answer.json()["role"], answer.json()["email"]) == ("owner", "owner@shop.example")
    (brand,) = (await browser.get("/api/brands")).json()
    assert (brand["name"], brand["timezone"]) == ("달빛상점", "Asia/Seoul")
    assert (await browser.get("/api/setup")).json() == {"needed": False, "demo": False}


async def test_of_two_at_once_one_founds_the_company(database: Database, site: Site) -> None:
    tokens = [await setup_token(database), await setup_token(database)]
    answers = await asyncio.gather(
        set_up(site.browser(), tokens[0]), set_up(site.browser(), tokens[1], email="other@shop.example")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM agent") == 1
        assert await tx.value("SELECT count(*) FROM brand") == 1


async def test_the_link_decides_who_may(database: Database, site: Site, clock: ManualClock) -> None:
    token = await setup_token(database)
    clock.advance(timedelta(days=1))
    expired, made_up = await set_up(site.browser(), token), await set_up(site.browser(), "made up")
    assert (expired.status_code, made_up.status_code) == (410, 410)
    assert (await site.browser().get("/api/setup")).json()["needed"] is True


async def test_once_there_is_an_owner_it_is_over(database: Database, site: Site, owner: Person) -> None:
    answer = await set_up(site.browser(), await setup_token(database))
    assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_SET_UP")


async def test_a_mistake_costs_no_link(database: Database, site: Site) -> None:
    token = await setup_token(database)
    wrong = await set_up(site.browser(), token, email="not an address")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "email")
    unknown_zone = await set_up(site.browser(), token, timezone="Moon/Tranquility")
    assert (unknown_zone.status_code, unknown_zone.json()["field"]) == (422, "timezone")
    assert (await set_up(site.browser(), token, timezone="Europe/Berlin")).json()["timezone"] == "Europe/Berlin"
