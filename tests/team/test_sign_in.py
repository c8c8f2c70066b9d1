"""Signing in by password: who gets in, who does not, and what an attacker can tell."""

import asyncio
import time
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from damso.kernel.blobs import DiskBlobs
from damso.kernel.database import Database
from damso.kernel.settings import Settings
from damso.team.access import AGENT
from damso.team.passwords import hash_password, is_outdated, is_password
from tests.clock import ManualClock
from tests.team.people import Person, make_person
from tests.team.site import PASSWORD, Site


async def sign_in(browser: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/api/session", json={"email": email, "password": password})


async def guess(browser: httpx.AsyncClient, email: str, times: int) -> list[int]:
    """The statuses of wrong guesses, all sent at once."""
    answers = await asyncio.gather(*(sign_in(browser, email, f"wrong guess {n}") for n in range(times)))
    return sorted(answer.status_code for answer in answers)


async def test_the_right_password_lets_in(site: Site, agent: Person) -> None:
    browser = site.browser()
    answer = await sign_in(browser, " Dalnim@Shop.example ")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(agent.id),
        "name": "Dalnim",
        "email": "dalnim@shop.example",
        "role": "agent",
        "limits": {},
        "permissions": sorted(AGENT),
        "grantable": [],
        "locale": "ko",
        "timezone": "Asia/Seoul",
        "theme": "auto",
        "availability": "offline",
        "team_ids": [],
    }
    assert (await browser.get("/api/me")).json() == answer.json()


def attributes(answer: httpx.Response) -> set[str]:
    return {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site, agent: Person) -> None:
    cookie = attributes(await sign_in(site.browser(), agent.email))
    assert {"httponly", "samesite=lax", "path=/"} <= cookie
    assert "secure" not in cookie


async def test_the_cookie_travels_encrypted_where_the_site_does(
    database: Database, blobs: DiskBlobs, agent: Person
) -> None:
    site = Site(database, blobs, public_url="https://desk.example")
    assert "secure" in attributes(await sign_in(site.browser(), agent.email))


async def test_the_secret_of_a_session_is_not_stored(database: Database, site: Site, agent: Person) -> None:
    browser = site.browser()
    await sign_in(browser, agent.email)
    async with database.reading() as tx:
        stored: Sequence[str] = await tx.values("SELECT session::text FROM session")
    assert len(stored) == 2
    assert not any(browser.cookies["damso_session"] in row for row in stored)


async def test_what_is_wrong_is_not_told(database: Database, site: Site, agent: Person, owner: Person) -> None:
    await owner.browser.patch(f"/api/agents/{agent.id}", json={"disabled": True})
    wrong = await sign_in(site.browser(), owner.email, "not the password")
    unknown = await sign_in(site.browser(), "nobody@shop.example")
    disabled = await sign_in(site.browser(), agent.email)
    assert wrong.status_code == 401
    assert wrong.json()["code"] == "CREDENTIALS_WRONG"
    assert wrong.json() == unknown.json() == disabled.json()


async def test_an_unknown_address_costs_as_much_work_as_a_known_one() -> None:
    stored = await hash_password(PASSWORD)
    await is_password("warm up", None)
    started = time.process_time()
    assert not await is_password("a guess", stored)
    known = time.process_time() - started
    assert not await is_password("a guess", None)
    unknown = time.process_time() - started - known
    assert unknown > known / 3


async def test_an_invited_person_has_no_password_to_guess(database: Database, site: Site, owner: Person) -> None:
    await owner.browser.post("/api/invitations", json={"email": "new@shop.example", "name": "Saebom", "role": "agent"})
    assert (await sign_in(site.browser(), "new@shop.example", "")).status_code == 401


async def test_a_password_is_the_same_however_hangul_is_composed() -> None:
    stored = await hash_password(unicodedata.normalize("NFD", "우리집 강아지 열마리"))
    assert await is_password(unicodedata.normalize("NFC", "우리집 강아지 열마리"), stored)


async def test_a_hash_of_other_parameters_is_renewed(database: Database, site: Site) -> None:
    weak = PasswordHasher.from_parameters(CHEAPEST).hash(PASSWORD)
    person = await make_person(database, site, "Mirae", hashed=weak)
    assert (await sign_in(site.browser(), person.email)).status_code == 200
    async with database.reading() as tx:
        assert not is_outdated(await tx.value("SELECT password_hash FROM agent WHERE id = $1", person.id))
    assert (await sign_in(site.browser(), person.email)).status_code == 200


async def test_guesses_at_once_are_all_counted(site: Site, agent: Person) -> None:
    assert await guess(site.browser(), agent.email, 8) == [401] * 5 + [429] * 3


async def test_after_five_guesses_even_the_right_password_waits_ever_longer(
    site: Site, agent: Person, clock: ManualClock
) -> None:
    browser = site.browser()
    await guess(browser, agent.email, 5)
    refused = await sign_in(browser, agent.email)
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_TRIES")
    assert refused.json()["seconds"] == pytest.approx(30, abs=1)
    clock.advance(timedelta(seconds=31))
    await guess(browser, agent.email, 1)
    assert (await sign_in(browser, agent.email)).json()["seconds"] == pytest.approx(60, abs=1)
    clock.advance(timedelta(seconds=61))
    assert (await sign_in(browser, agent.email)).status_code == 200


async def test_a_wait_is_never_longer_than_an_hour(database: Database, site: Site, agent: Person) -> None:
    await fill(database, f"sign_in/{agent.email}/203.0.113.7", 40)
    assert (await sign_in(site.browser(), agent.email)).json()["seconds"] == pytest.approx(3600, abs=1)


async def test_a_stranger_elsewhere_makes_nobody_wait(site: Site, agent: Person) -> None:
    await guess(site.browser(address="192.0.2.66"), agent.email, 8)
    assert (await sign_in(site.browser(), agent.email)).status_code == 200


async def test_a_crowd_of_strangers_waits_and_a_known_browser_does_not(
    database: Database, site: Site, agent: Person
) -> None:
    known = site.browser()
    await sign_in(known, agent.email)
    await fill(database, f"sign_in/{agent.email}", 50)
    assert (await sign_in(site.browser(), agent.email)).status_code == 429
    assert (await sign_in(known, agent.email)).status_code == 200


async def test_a_known_browser_is_known_for_its_own_account_only(
    database: Database, site: Site, agent: Person, owner: Person
) -> None:
    known = site.browser()
    await sign_in(known, agent.email)
    await fill(database, f"sign_in/{owner.email}", 50)
    assert (await sign_in(known, owner.email)).status_code == 429


async def test_guesses_in_a_known_browser_are_counted(site: Site, agent: Person) -> None:
    known = site.browser()
    await sign_in(known, agent.email)
    assert await guess(known, agent.email, 6) == [401] * 5 + [429]


async def test_an_unknown_address_is_throttled_as_a_known_one(site: Site) -> None:
    assert await guess(site.browser(), "nobody@shop.example", 6) == [401] * 5 + [429]


async def test_who_gets_in_is_forgiven(site: Site, agent: Person) -> None:
    await guess(site.browser(), agent.email, 4)
    await sign_in(site.browser(), agent.email)
    assert await guess(site.browser(), agent.email, 4) == [401] * 4


async def fill(database: Database, subject: str, tries: int) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO failed_try (subject, at) SELECT $1, $2 FROM generate_series(1, $3::int)",
            subject,
            tx.now,
            tries,
        )


async def fill_network(database: Database, network: str) -> None:
    await fill(database, f"sign_in_from/{network}", 30)


async def test_thirty_guesses_from_one_address_are_enough(database: Database, site: Site, agent: Person) -> None:
    await fill_network(database, "203.0.113.66")
    assert (await sign_in(site.browser(address="203.0.113.66"), agent.email)).status_code == 429
    assert (await sign_in(site.browser(address="203.0.113.67"), agent.email)).status_code == 200


async def test_a_subscribers_ipv6_network_counts_as_one_address(database: Database, site: Site, agent: Person) -> None:
    await fill_network(database, "2001:db8:1:2::/64")
    assert (await sign_in(site.browser(address="2001:db8:1:2:aaaa::1"), agent.email)).status_code == 429
    assert (await sign_in(site.browser(address="2001:db8:1:3::1"), agent.email)).status_code == 200


@pytest.mark.parametrize(
    ("caller", "forwarded", "status"),
    [
        ("10.0.0.2", "192.0.2.1, 203.0.113.66", 429),
        ("10.0.0.2", "203.0.113.66, 10.0.0.3", 429),
        ("10.0.0.2", "203.0.113.66, 192.0.2.1", 200),
        ("192.0.2.1", "203.0.113.66", 200),
        ("10.0.0.2", "203.0.113.66, rubbish", 200),
    ],
)
async def test_behind_our_proxies_only_what_they_saw_counts(
    database: Database, blobs: DiskBlobs, agent: Person, caller: str, forwarded: str, status: int
) -> None:
    await fill_network(database, "203.0.113.66")
    site = Site(database, blobs, settings=Settings(public_url="http://desk.example", trusted_proxies=("10.0.0.0/8",)))
    browser = site.browser(address=caller, **{"x-forwarded-for": forwarded})
    assert (await sign_in(browser, agent.email)).status_code == status


async def test_without_a_proxy_the_header_is_nobodys_word(database: Database, site: Site, agent: Person) -> None:
    await fill_network(database, "203.0.113.66")
    browser = site.browser(**{"x-forwarded-for": "203.0.113.66"})
    assert (await sign_in(browser, agent.email)).status_code == 200


@pytest.mark.parametrize(
    "email", ["", "no at sign", "two@@shop.example", "İ@shop.example", "a@b c", "a\x00@shop.example"]
)
async def test_what_is_no_address_is_a_clear_error(site: Site, email: str) -> None:
    answer = await sign_in(site.browser(), email)
    assert answer.status_code == 422
    assert answer.json()["field"] == "email"
