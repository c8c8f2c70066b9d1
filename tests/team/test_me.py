"""What agents change about themselves."""

from typing import Any

import httpx
import pytest

from damso.kernel.database import Database
from tests.team.people import Person, make_person
from tests.team.site import PASSWORD, Site

NEW = "another long password"


async def change(person: Person, **patch: Any) -> httpx.Response:
    return await person.browser.patch("/api/me", json=patch)


async def test_name_language_zone_and_theme(agent: Person) -> None:
    patch = {"name": "달님", "locale": "en", "timezone": "Europe/Paris", "theme": "dark"}
    answer = await change(agent, **patch)
    assert answer.json().items() >= patch.items()
    assert (await agent.browser.get("/api/me")).json().items() >= patch.items()


async def test_what_is_left_out_stays(agent: Person) -> None:
    before = (await agent.browser.get("/api/me")).json()
    assert (await change(agent)).json() == before


async def test_an_unknown_zone_is_refused(agent: Person) -> None:
    answer = await change(agent, timezone="../../etc/passwd")
    assert (answer.status_code, answer.json()["field"]) == (422, "timezone")


@pytest.mark.parametrize(
    "patch", [{"name": ""}, {"name": "a\x00b"}, {"name": " \t"}, {"theme": "pink"}, {"locale": "fr"}]
)
async def test_a_value_without_sense_is_refused(agent: Person, patch: dict[str, str]) -> None:
    assert (await change(agent, **patch)).status_code == 400


async def test_a_new_password_wants_the_current_one(agent: Person) -> None:
    missing = await change(agent, password=NEW)
    wrong = await change(agent, password=NEW, current_password="a guess")
    assert missing.json() == wrong.json()
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        422, "PASSWORD_WRONG", "current_password",
    )  # fmt: skip


async def test_a_new_password_signs_out_everywhere_else(database: Database, site: Site, agent: Person) -> None:
    elsewhere = site.browser()
    await elsewhere.post("/api/session", json={"email": agent.email, "password": PASSWORD})
    assert (await change(agent, password=NEW, current_password=PASSWORD)).status_code == 200
    assert (await agent.browser.get("/api/me")).status_code == 200
    assert (await elsewhere.get("/api/me")).status_code == 401
    assert (await elsewhere.post("/api/session", json={"email": agent.email, "password": NEW})).status_code == 200


async def test_guessing_the_current_password_is_throttled(agent: Person) -> None:
    guesses = [await change(agent, password=NEW, current_password="a guess") for _ in range(6)]
    assert [answer.status_code for answer in guesses] == [422] * 5 + [429]


async def test_who_has_no_password_sets_one(database: Database, site: Site, agent: Person) -> None:
    async with database.transaction() as tx:
        await tx.execute("UPDATE agent SET password_hash = NULL")
    assert (await change(agent, password=NEW)).status_code == 200
    answer = await site.browser().post("/api/session", json={"email": agent.email, "password": NEW})
    assert answer.status_code == 200


async def test_availability_is_a_logged_fact_told_once(database: Database, agent: Person) -> None:
    await agent.browser.put("/api/me/availability", json={"state": "online"})
    await agent.browser.put("/api/me/availability", json={"state": "online"})
    async with database.reading() as tx:
        rows = await tx.rows("SELECT name, subject_id, actor_kind, actor_id, properties FROM care_event")
    assert [tuple(row) for row in rows] == [
        ("agent.availability_changed", str(agent.id), "agent", str(agent.id), {"from": "offline", "to": "online"})
    ]
    assert (await agent.browser.get("/api/me")).json()["availability"] == "online"


async def test_english_speakers_have_english_answers(database: Database, site: Site) -> None:
    person = await make_person(database, site, "Dalnim")
    assert (await change(person, locale="en")).json()["locale"] == "en"
