"""Links that let somebody in once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx

from damso.kernel.database import Database
from damso.kernel.lanes import Claim, Item
from damso.team.links import Purpose, make_entry_link
from damso.team.request_link import Letter, SignInLetters
from tests.clock import ManualClock
from tests.team.people import Person
from tests.team.site import Site


async def link(database: Database, agent_id: UUID | None, purpose: Purpose = "sign_in") -> str:
    async with database.transaction() as tx:
        return await make_entry_link(tx, agent_id, purpose, timedelta(hours=1))


async def enter(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    return await browser.post("/api/session/link", json={"token": token})


def assert_spent(answer: httpx.Response) -> None:
    assert answer.status_code == 410
    assert answer.json()["code"] == "LINK_SPENT"


async def test_a_link_lets_in_once(database: Database, site: Site, owner: Person) -> None:
    token = await link(database, owner.id)
    browser = site.browser()
    assert (await enter(browser, token)).json()["id"] == str(owner.id)
    assert (await browser.get("/api/me")).status_code == 200
    assert_spent(await enter(site.browser(), token))


async def test_of_two_at_once_one_gets_in(database: Database, site: Site, owner: Person) -> None:
    token = await link(database, owner.id)
    answers = await asyncio.gather(enter(site.browser(), token), enter(site.browser(), token))
    assert sorted(answer.status_code for answer in answers) == [200, 410]


async def test_an_expired_link_is_spent(database: Database, site: Site, owner: Person, clock: ManualClock) -> None:
    token = await link(database, owner.id)
    clock.advance(timedelta(hours=1))
    assert_spent(await enter(site.browser(), token))


async def test_a_link_serves_its_own_purpose_only(database: Database, site: Site, owner: Person) -> None:
    assert_spent(await enter(site.browser(), await link(database, owner.id, "invitation")))
    assert_spent(await enter(site.browser(), await link(database, None, "setup")))
    assert_spent(await enter(site.browser(), "made up"))


async def test_a_disabled_agents_link_is_spent(database: Database, site: Site, owner: Person, agent: Person) -> None:
    token = await link(database, agent.id)
    await owner.browser.patch(f"/api/agents/{agent.id}", json={"disabled": True})
    assert_spent(await enter(site.browser(), token))
    await owner.browser.patch(f"/api/agents/{agent.id}", json={"disabled": False})
    assert_spent(await enter(site.browser(), token))


class Letterbox:
    """A postman who keeps the letters."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def post(self, letter: Letter) -> None:
        self.letters.append(letter)


async def ask_for_link(browser: httpx.AsyncClient, email: str) -> httpx.Response:
    return await browser.post("/api/session/link/request", json={"email": email})


async def deliver(database: Database, site: Site) -> list[Letter]:
    """Let the lane do all there is; the letters that were posted."""
    letterbox = Letterbox()
    lane = SignInLetters(database, letterbox, site.settings.base_url)
    async with database.transaction() as tx:
        items = await tx.all(
            Item, "UPDATE lane_item SET claimed_by = 1 RETURNING id, lane, key, payload, attempts, created_at"
        )
    for item in items:
        await lane.work(Claim(item, 1))
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM lane_item") == 0
    return letterbox.letters


async def test_a_link_comes_by_mail(database: Database, site: Site, agent: Person) -> None:
    answer = await ask_for_link(site.browser(), agent.email.upper())
    assert answer.status_code == 202
    (letter,) = await deliver(database, site)
    assert (letter.to, letter.locale, letter.subject) == (agent.email, "ko", "Damso 로그인 링크")
    _, _, token = letter.text.partition(f"{site.settings.base_url}/desk/enter#")
    assert (await enter(site.browser(), token.split()[0])).json()["id"] == str(agent.id)


async def test_who_is_known_cannot_be_found_out(database: Database, site: Site, owner: Person, agent: Person) -> None:
    await owner.browser.patch(f"/api/agents/{agent.id}", json={"disabled": True})
    unknown = await ask_for_link(site.browser(), "nobody@shop.example")
    known = await ask_for_link(site.browser(), owner.email)
    disabled = await ask_for_link(site.browser(), agent.email)
    assert known.status_code == unknown.status_code == disabled.status_code == 202
    assert known.content == unknown.content == disabled.content
    assert [letter.to for letter in await deliver(database, site)] == [owner.email]


async def test_a_letter_that_is_too_late_is_not_posted(
    database: Database, site: Site, agent: Person, clock: ManualClock
) -> None:
    await ask_for_link(site.browser(), agent.email)
    clock.advance(timedelta(minutes=16))
    assert await deliver(database, site) == []


async def test_a_letterbox_cannot_be_flooded(site: Site, agent: Person) -> None:
    answers = await asyncio.gather(*(ask_for_link(site.browser(), agent.email) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202] * 3 + [429] * 2
