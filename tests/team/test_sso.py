"""Single sign-on against a real provider: who gets in by it, who does not, and what is refused on the way."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from damso.kernel.blobs import DiskBlobs
from damso.kernel.clock import SystemClock
from damso.kernel.database import Database
from damso.kernel.settings import Settings
from tests.clock import ManualClock
from tests.team.oidc import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.team.people import Person, make_person
from tests.team.site import ADDRESS, PASSWORD, Site

SIGN_IN = "/desk/sign-in?problem="
REDIRECT = f"{ADDRESS}/api/session/sso/callback"
PEOPLE: dict[str, dict[str, object]] = {
    "dalnim": {"email": "Dalnim@shop.example", "email_verified": True, "name": "달님"},
    "moved": {"email": "dalnim@shop.example", "email_verified": True},
    "claims": {"email": "dalnim@shop.example", "email_verified": False},
    "nameless": {},
    "newcomer": {"email": "newcomer@shop.example", "email_verified": True, "name": "새봄"},
    "stranger": {"email": "stranger@elsewhere.example", "email_verified": True},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with OidcProvider(REDIRECT, PEOPLE) as running:
        yield running


@pytest.fixture
async def clock_now(clock: ManualClock) -> None:
    """The provider's clock is the real one."""
    clock.advance(SystemClock().now() - clock.now())


@pytest.fixture
def site(database: Database, blobs: DiskBlobs, provider: OidcProvider, clock_now: None) -> Site:
    return Site(database, blobs, settings=Settings(public_url=ADDRESS, egress_allow=(provider.issuer,)))


class Sso:
    """What is set up, and the way through it."""

    def __init__(self, site: Site, provider: OidcProvider, owner: Person) -> None:
        self.site = site
        self.provider = provider
        self.owner = owner

    async def set(self, **changes: Any) -> httpx.Response:
        wanted = {
            "enabled": True,
            "required": False,
            "issuer": self.provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "button": "회사 계정",
            "domains": ["shop.example"],
            "role": None,
        }
        return await self.owner.browser.patch("/api/sign-in-policy", json={"sso": wanted | changes})

    async def leaves(self, browser: httpx.AsyncClient, to: str = "") -> str:
        """Where the browser is sent."""
        answer = await browser.get("/api/session/sso", params={"to": to})
        assert answer.status_code == 303
        return str(answer.headers["location"])

    async def comes(self, browser: httpx.AsyncClient, name: str, to: str = "") -> str:
        """Through the provider and back: where the browser ends up."""
        back = await self.provider.sign_in(await self.leaves(browser, to), name)
        return str((await browser.get(back)).headers["location"])


@pytest.fixture
async def sso(site: Site, provider: OidcProvider, owner: Person) -> Sso:
    sso = Sso(site, provider, owner)
    assert (await sso.set()).status_code == 200
    return sso


async def problem_of(sso: Sso, name: str) -> str:
    return (await sso.comes(sso.site.browser(), name)).removeprefix(SIGN_IN)


async def test_an_agent_comes_in_by_their_verified_address(sso: Sso, agent: Person) -> None:
    browser = sso.site.browser()
    assert await sso.comes(browser, "dalnim", to="/inbox/mine?x=1") == "/desk/inbox/mine?x=1"
    assert (await browser.get("/api/me")).json()["id"] == str(agent.id)


async def test_afterwards_by_who_they_are_whatever_their_address(database: Database, sso: Sso, agent: Person) -> None:
    await sso.comes(sso.site.browser(), "dalnim")
    async with database.transaction() as tx:
        await tx.execute("UPDATE agent SET email = 'renamed@shop.example' WHERE id = $1", agent.id)
    browser = sso.site.browser()
    await sso.comes(browser, "dalnim")
    assert (await browser.get("/api/me")).json()["email"] == "renamed@shop.example"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("claims", "SSO_EMAIL_UNVERIFIED"),
        ("nameless", "SSO_EMAIL_UNVERIFIED"),
        ("stranger", "SSO_DOMAIN_FOREIGN"),
        ("newcomer", "SSO_NOBODY"),
    ],
)
async def test_who_is_nobody_here_stays_outside(sso: Sso, agent: Person, name: str, problem: str) -> None:
    assert await problem_of(sso, name) == problem


async def test_an_address_given_to_somebody_else_opens_no_account(sso: Sso, agent: Person) -> None:
    await sso.comes(sso.site.browser(), "dalnim")
    assert await problem_of(sso, "moved") == "SSO_SOMEBODY_ELSE"
    await sso.owner.browser.delete(f"/api/agents/{agent.id}/sso-links")
    assert await sso.comes(sso.site.browser(), "moved") == "/desk/"


async def test_who_was_disabled_stays_outside(sso: Sso, agent: Person) -> None:
    await sso.comes(sso.site.browser(), "dalnim")
    await sso.owner.browser.patch(f"/api/agents/{agent.id}", json={"disabled": True})
    assert await problem_of(sso, "dalnim") == "SSO_NOBODY"


async def test_who_comes_first_gets_the_role_of_newcomers(sso: Sso) -> None:
    await sso.set(role="agent")
    browser = sso.site.browser()
    await sso.comes(browser, "newcomer")
    me = (await browser.get("/api/me")).json()
    assert (me["name"], me["email"], me["role"]) == ("새봄", "newcomer@shop.example", "agent")


async def test_an_invitation_is_accepted_by_coming(sso: Sso) -> None:
    invitation = {"email": "newcomer@shop.example", "name": "새봄", "role": "administrator"}
    await sso.owner.browser.post("/api/invitations", json=invitation)
    browser = sso.site.browser()
    await sso.comes(browser, "newcomer")
    assert (await browser.get("/api/me")).json()["role"] == "administrator"


async def test_a_callback_works_once(sso: Sso, agent: Person) -> None:
    browser = sso.site.browser()
    back = await sso.provider.sign_in(await sso.leaves(browser), "dalnim")
    assert (await browser.get(back)).headers["location"] == "/desk/"
    assert (await browser.get(back)).headers["location"] == f"{SIGN_IN}SSO_STALE"


async def test_a_callback_works_in_the_browser_that_left(sso: Sso, agent: Person) -> None:
    back = await sso.provider.sign_in(await sso.leaves(sso.site.browser()), "dalnim")
    other = sso.site.browser()
    await sso.leaves(other)
    assert (await other.get(back)).headers["location"] == f"{SIGN_IN}SSO_STALE"


async def test_a_code_of_another_attempt_is_worth_nothing(sso: Sso, agent: Person) -> None:
    mine, victim = sso.site.browser(), sso.site.browser()
    stolen = parse_qs(urlsplit(await sso.provider.sign_in(await sso.leaves(mine), "dalnim")).query)["code"][0]
    back = await sso.provider.sign_in(await sso.leaves(victim), "newcomer")
    state = parse_qs(urlsplit(back).query)["state"][0]
    answer = await victim.get("/api/session/sso/callback", params={"state": state, "code": stolen})
    assert answer.headers["location"] == f"{SIGN_IN}SSO_TOKEN_INVALID"


async def test_a_callback_that_is_late_is_refused(sso: Sso, agent: Person, clock: ManualClock) -> None:
    browser = sso.site.browser()
    back = await sso.provider.sign_in(await sso.leaves(browser), "dalnim")
    clock.advance(timedelta(minutes=11))
    assert (await browser.get(back)).headers["location"] == f"{SIGN_IN}SSO_STALE"


@pytest.mark.parametrize(("minutes", "lands"), [(1, "/desk/"), (-1, "/desk/"), (-5, f"{SIGN_IN}SSO_TOKEN_INVALID")])
async def test_clocks_may_differ_by_two_minutes(
    sso: Sso, agent: Person, clock: ManualClock, minutes: int, lands: str
) -> None:
    clock.advance(timedelta(minutes=minutes))
    assert await sso.comes(sso.site.browser(), "dalnim") == lands


async def test_who_refuses_at_the_provider_is_told_so(sso: Sso) -> None:
    browser = sso.site.browser()
    state = parse_qs(urlsplit(await sso.leaves(browser)).query)["state"][0]
    answer = await browser.get("/api/session/sso/callback", params={"state": state, "error": "access_denied"})
    assert answer.headers["location"] == f"{SIGN_IN}SSO_REFUSED"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"enabled": False}, "SSO_OFF"),
        ({"issuer": "http://127.0.0.1:1"}, "SSO_UNREACHABLE"),
        ({"issuer": "https://10.0.0.1"}, "SSO_UNREACHABLE"),
    ],
)
async def test_a_provider_that_is_not_there_is_told(sso: Sso, changes: dict[str, Any], problem: str) -> None:
    await sso.set(**changes)
    assert await sso.leaves(sso.site.browser()) == f"{SIGN_IN}{problem}"


async def test_a_wrong_secret_is_told(sso: Sso, agent: Person) -> None:
    await sso.set(client_secret="another")
    assert await problem_of(sso, "dalnim") == "SSO_MISCONFIGURED"


async def test_a_provider_that_calls_itself_otherwise_is_not_trusted(sso: Sso) -> None:
    await sso.set(issuer=f"{sso.provider.issuer}/")
    assert await sso.leaves(sso.site.browser()) == f"{SIGN_IN}SSO_MISCONFIGURED"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nx: y"])
async def test_nobody_is_sent_away(sso: Sso, agent: Person, to: str) -> None:
    assert await sso.comes(sso.site.browser(), "dalnim", to=to) == "/desk/"


async def test_where_it_is_required_passwords_are_for_owners(sso: Sso, agent: Person) -> None:
    await sso.set(required=True)
    refused = await sso.site.browser().post("/api/session", json={"email": agent.email, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (403, "SSO_REQUIRED")
    owner = await sso.site.browser().post("/api/session", json={"email": sso.owner.email, "password": PASSWORD})
    assert owner.status_code == 200


async def test_only_an_owner_chooses_who_says_who_is_who(database: Database, sso: Sso) -> None:
    administrator = await make_person(database, sso.site, "Boram", "administrator")
    sso.owner = administrator
    assert (await sso.set()).json()["code"] == "OWNER_ONLY"
    assert (await administrator.browser.get("/api/sign-in-policy")).json()["sso"]["client_id"] == CLIENT_ID


async def test_newcomers_want_a_domain(sso: Sso) -> None:
    assert (await sso.set(role="agent", domains=[])).status_code == 422


async def test_the_secret_is_stored_encrypted_and_never_shown(database: Database, sso: Sso) -> None:
    shown = (await sso.owner.browser.get("/api/sign-in-policy")).text
    async with database.reading() as tx:
        stored = await tx.value("SELECT sign_in_policy::text FROM sign_in_policy")
    assert CLIENT_SECRET not in shown + stored


async def test_the_sign_in_page_knows_the_button(sso: Sso) -> None:
    assert (await sso.site.browser().get("/api/session/ways")).json() == {
        "sso": {"text": "회사 계정"},
        "sso_only": False,
    }
