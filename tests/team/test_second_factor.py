"""The second step: codes, recovery codes, who is asked for it, and who may take it away."""

from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest

from damso.kernel.database import Database
from damso.team.links import make_entry_link
from tests.clock import ManualClock
from tests.team.people import Person
from tests.team.site import PASSWORD, Site


class App:
    """An authenticator app on somebody's phone."""

    def __init__(self, secret: str, clock: ManualClock) -> None:
        self._totp = pyotp.TOTP(secret)
        self._clock = clock

    def code(self, *, late: int = 0) -> str:
        return self._totp.at(self._clock.now() - timedelta(seconds=late))


class Enrolled:
    def __init__(self, person: Person, app: App, recovery: list[str]) -> None:
        self.person = person
        self.app = app
        self.recovery = recovery


@pytest.fixture
async def enrolled(agent: Person, clock: ManualClock) -> Enrolled:
    """An agent with a second factor. The next code is another one than the app has shown already."""
    offer = (await agent.browser.post("/api/me/second-factor", json={"current_password": PASSWORD})).json()
    app = App(offer["secret"], clock)
    confirmed = await agent.browser.post("/api/me/second-factor/confirm", json={"code": app.code()})
    clock.advance(timedelta(seconds=60))
    return Enrolled(agent, app, confirmed.json()["codes"])


async def first_step(browser: httpx.AsyncClient, person: Person) -> dict[str, Any]:
    answer = await browser.post("/api/session", json={"email": person.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "SECOND_STEP")
    assert "set-cookie" not in answer.headers
    return dict(answer.json())


async def second_step(browser: httpx.AsyncClient, person: Person, code: str) -> httpx.Response:
    token = (await first_step(browser, person))["token"]
    return await browser.post("/api/session/code", json={"token": token, "code": code})


async def test_the_offer_can_be_typed_and_scanned(agent: Person) -> None:
    answer = await agent.browser.post("/api/me/second-factor", json={"current_password": PASSWORD})
    offer = answer.json()
    assert offer["uri"].startswith("otpauth://totp/")
    assert f"secret={offer['secret']}" in offer["uri"]
    assert offer["qr"].startswith("<svg")


async def test_setting_it_up_wants_the_password(agent: Person) -> None:
    answer = await agent.browser.post("/api/me/second-factor", json={"current_password": "a guess"})
    assert (answer.status_code, answer.json()["code"]) == (422, "PASSWORD_WRONG")


async def test_it_counts_only_once_it_was_confirmed(site: Site, agent: Person) -> None:
    await agent.browser.post("/api/me/second-factor", json={"current_password": PASSWORD})
    wrong = await agent.browser.post("/api/me/second-factor/confirm", json={"code": "000000"})
    assert wrong.json()["code"] == "SECOND_FACTOR_WRONG"
    answer = await site.browser().post("/api/session", json={"email": agent.email, "password": PASSWORD})
    assert answer.status_code == 200


async def test_the_password_alone_opens_nothing_any_more(site: Site, enrolled: Enrolled) -> None:
    browser = site.browser()
    step = await first_step(browser, enrolled.person)
    assert step["step"] == "code"
    assert (await browser.get("/api/me")).status_code == 401
    answer = await browser.post("/api/session/code", json={"token": step["token"], "code": enrolled.app.code()})
    assert answer.json()["email"] == enrolled.person.email
    assert (await browser.get("/api/me")).status_code == 200


async def test_a_link_alone_opens_nothing_either(database: Database, site: Site, enrolled: Enrolled) -> None:
    async with database.transaction() as tx:
        token = await make_entry_link(tx, enrolled.person.id, "sign_in", timedelta(hours=1))
    answer = await site.browser().post("/api/session/link", json={"token": token})
    assert (answer.status_code, answer.json()["step"]) == (401, "code")


async def test_a_code_works_once(site: Site, enrolled: Enrolled) -> None:
    code = enrolled.app.code()
    assert (await second_step(site.browser(), enrolled.person, code)).status_code == 200
    assert (await second_step(site.browser(), enrolled.person, code)).status_code == 422


async def test_an_earlier_code_is_worth_nothing_after_a_later_one(site: Site, enrolled: Enrolled) -> None:
    assert (await second_step(site.browser(), enrolled.person, enrolled.app.code())).status_code == 200
    assert (await second_step(site.browser(), enrolled.person, enrolled.app.code(late=30))).status_code == 422


@pytest.mark.parametrize(("late", "status"), [(30, 200), (-30, 200), (90, 422), (-90, 422)])
async def test_a_clock_may_be_off_by_half_a_minute(
    site: Site, enrolled: Enrolled, clock: ManualClock, late: int, status: int
) -> None:
    clock.advance(timedelta(minutes=5))
    assert (await second_step(site.browser(), enrolled.person, enrolled.app.code(late=late))).status_code == status


async def test_a_recovery_code_works_once(site: Site, enrolled: Enrolled) -> None:
    assert len(set(enrolled.recovery)) == 10
    written = enrolled.recovery[0].upper().replace("-", " ")
    assert (await second_step(site.browser(), enrolled.person, written)).status_code == 200
    assert (await second_step(site.browser(), enrolled.person, written)).status_code == 422
    assert (await enrolled.person.browser.get("/api/me/second-factor")).json()["recovery_codes_left"] == 9


async def test_a_recovery_code_has_too_many_bits_to_be_tried(enrolled: Enrolled) -> None:
    assert {len(code.replace("-", "")) * 5 for code in enrolled.recovery} == {120}


async def test_new_recovery_codes_replace_the_old(site: Site, enrolled: Enrolled) -> None:
    answer = await enrolled.person.browser.post(
        "/api/me/second-factor/recovery-codes", json={"code": enrolled.app.code()}
    )
    assert not set(answer.json()["codes"]) & set(enrolled.recovery)
    assert (await second_step(site.browser(), enrolled.person, enrolled.recovery[0])).status_code == 422
    assert (await second_step(site.browser(), enrolled.person, answer.json()["codes"][0])).status_code == 200


async def test_nothing_of_it_is_stored_readably(database: Database, enrolled: Enrolled) -> None:
    async with database.reading() as tx:
        stored = await tx.values("SELECT f::text FROM second_factor f UNION ALL SELECT r::text FROM recovery_code r")
    assert len(stored) == 11
    assert not any(code in row or code.replace("-", "") in row for row in stored for code in enrolled.recovery)
    assert any("gAAAA" in row for row in stored)


async def test_guessing_codes_is_throttled(site: Site, enrolled: Enrolled, clock: ManualClock) -> None:
    browser = site.browser()
    answers = [await second_step(browser, enrolled.person, "000000") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    clock.advance(timedelta(seconds=31))
    assert (await second_step(browser, enrolled.person, enrolled.app.code())).status_code == 200


async def test_the_first_step_is_forgotten_after_ten_minutes(
    site: Site, enrolled: Enrolled, clock: ManualClock
) -> None:
    token = (await first_step(site.browser(), enrolled.person))["token"]
    clock.advance(timedelta(minutes=11))
    answer = await site.browser().post("/api/session/code", json={"token": token, "code": enrolled.app.code()})
    assert (answer.status_code, answer.json()["code"]) == (410, "SIGN_IN_AGAIN")


async def test_it_is_turned_off_by_a_code(site: Site, enrolled: Enrolled) -> None:
    browser = enrolled.person.browser
    assert (await browser.post("/api/me/second-factor/remove", json={"code": "000000"})).status_code == 422
    assert (await browser.post("/api/me/second-factor/remove", json={"code": enrolled.app.code()})).status_code == 204
    answer = await site.browser().post("/api/session", json={"email": enrolled.person.email, "password": PASSWORD})
    assert answer.status_code == 200


async def require(administrator: Person) -> None:
    answer = await administrator.browser.patch("/api/sign-in-policy", json={"second_factor_required": True})
    assert answer.json()["second_factor_required"] is True


async def test_where_it_is_required_it_is_set_up_before_anything_else(
    site: Site, administrator: Person, agent: Person, clock: ManualClock
) -> None:
    await require(administrator)
    browser = site.browser()
    step = await first_step(browser, agent)
    assert step["step"] == "enrol"
    offer = (await browser.post("/api/session/enrolment", json={"token": step["token"]})).json()
    code = App(offer["secret"], clock).code()
    done = await browser.post("/api/session/enrolment/confirm", json={"token": step["token"], "code": code})
    assert len(done.json()["recovery_codes"]) == 10
    assert (await browser.get("/api/me")).json() == done.json()["me"]


async def test_where_it_is_required_it_stays_on(administrator: Person, enrolled: Enrolled) -> None:
    await require(administrator)
    answer = await enrolled.person.browser.post("/api/me/second-factor/remove", json={"code": enrolled.app.code()})
    assert (answer.status_code, answer.json()["code"]) == (403, "SECOND_FACTOR_REQUIRED")


async def test_an_agent_requires_nothing_of_others(agent: Person) -> None:
    answer = await agent.browser.patch("/api/sign-in-policy", json={"second_factor_required": True})
    assert answer.status_code == 403


async def test_an_owner_resets_a_lost_one(database: Database, site: Site, owner: Person, enrolled: Enrolled) -> None:
    assert (await owner.browser.delete(f"/api/agents/{enrolled.person.id}/second-factor")).status_code == 204
    assert (await enrolled.person.browser.get("/api/me")).status_code == 401
    answer = await site.browser().post("/api/session", json={"email": enrolled.person.email, "password": PASSWORD})
    assert answer.status_code == 200
    async with database.reading() as tx:
        acts = await tx.rows("SELECT act, actor_id FROM audit WHERE act = 'second_factor.removed'")
    assert [tuple(act) for act in acts] == [("second_factor.removed", str(owner.id))]


async def test_an_administrator_does_not_reset_one(administrator: Person, enrolled: Enrolled) -> None:
    assert (await administrator.browser.delete(f"/api/agents/{enrolled.person.id}/second-factor")).status_code == 403
