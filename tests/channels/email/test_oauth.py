"""Signing in with OAuth2: against a token endpoint, Dovecot's own XOAUTH2 and an SMTP server's."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from damso.channels.adapters.email.adapter import EmailAdapter
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.oauth import MARGIN, AccessTokens
from damso.channels.failures import CredentialsRejected, TryLater
from damso.channels.types import Thread
from tests.channels.email.dovecot import ADDRESS, Dovecot, free_port
from tests.channels.email.messages import make_message
from tests.channels.email.oauth_server import OauthServer
from tests.channels.email.peers import Inbound, honest_smtp, serving


@pytest.fixture
async def provider() -> AsyncIterator[OauthServer]:
    async with serving(OauthServer()) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def config_for(provider: OauthServer, **changed: object) -> EmailConfig:
    usual = EmailConfig(
        address=ADDRESS,
        imap_host="127.0.0.1",
        imap_security="none",
        import_existing=True,
        smtp_host="127.0.0.1",
        smtp_security="none",
        sent_folder="",
        timeout=3,
        oauth_token_url=provider.token_url,
        oauth_client_id="damso",
        oauth_client_secret="secret",
        oauth_refresh_token="refresh-1",
    )
    return msgspec.structs.replace(usual, **changed)


async def test_a_token_is_asked_for_once_and_used_until_it_ends(provider: OauthServer, http: httpx.AsyncClient) -> None:
    clock = [0.0]
    tokens, config = AccessTokens(now=lambda: clock[0]), config_for(provider)
    assert [await tokens.get(config, http) for _ in range(3)] == ["access-1"] * 3
    clock[0] = provider.lifetime - MARGIN - 1
    assert await tokens.get(config, http) == "access-1"
    clock[0] = provider.lifetime - MARGIN
    assert await tokens.get(config, http) == "access-2"


async def test_a_renewed_refresh_token_is_used_from_then_on(provider: OauthServer, http: httpx.AsyncClient) -> None:
    tokens, config = AccessTokens(), config_for(provider)
    provider.renewed = "refresh-2"
    await tokens.get(config, http)
    provider.refresh_tokens = {"refresh-2"}
    tokens.forget(config)
    assert await tokens.get(config, http) == "access-2"


async def test_a_revoked_refresh_token_is_told_without_names(provider: OauthServer, http: httpx.AsyncClient) -> None:
    provider.refresh_tokens = set()
    with pytest.raises(CredentialsRejected) as told:
        await AccessTokens().get(config_for(provider), http)
    assert str(told.value) == "OAuth2: invalid_grant"


@pytest.mark.parametrize("answer", [(503, ""), (500, "{}"), (429, '{"error": "slow_down"}'), (200, "<html>")])
async def test_a_provider_in_trouble_is_a_fault_that_passes(
    provider: OauthServer, http: httpx.AsyncClient, answer: tuple[int, str]
) -> None:
    provider.answer = answer
    with pytest.raises(TryLater):
        await AccessTokens().get(config_for(provider), http)


async def test_a_provider_may_say_when_to_come_again(provider: OauthServer, http: httpx.AsyncClient) -> None:
    provider.answer = (503, "")
    with pytest.raises(TryLater) as told:
        await AccessTokens().get(config_for(provider), http)
    assert told.value.after == 7


async def test_an_address_where_nobody_answers_is_a_fault_that_passes(
    provider: OauthServer, http: httpx.AsyncClient
) -> None:
    nowhere = config_for(provider, oauth_token_url=f"http://127.0.0.1:{free_port()}/token")
    with pytest.raises(TryLater):
        await AccessTokens().get(nowhere, http)


async def test_dovecot_lets_us_in_by_token(provider: OauthServer, dovecot: Dovecot, http: httpx.AsyncClient) -> None:
    dovecot.stop()
    dovecot.start(provider.introspection_url)
    config = config_for(provider, imap_port=dovecot.port)
    assert [polled async for polled in EmailAdapter().poll({}, config, http)]
    assert provider.granted == ["access-1"]


async def test_a_token_withdrawn_before_its_time_is_renewed_once(
    provider: OauthServer, dovecot: Dovecot, http: httpx.AsyncClient
) -> None:
    dovecot.stop()
    dovecot.start(provider.introspection_url)
    adapter, config = EmailAdapter(), config_for(provider, imap_port=dovecot.port)
    assert [polled async for polled in adapter.poll({}, config, http)]
    provider.good.clear()
    assert [polled async for polled in adapter.poll({}, config, http)]
    assert provider.granted == ["access-1", "access-2"]


async def test_dovecot_refuses_a_token_that_is_none(
    provider: OauthServer, dovecot: Dovecot, http: httpx.AsyncClient
) -> None:
    dovecot.stop()
    dovecot.start(provider.introspection_url)
    provider.answer = (200, '{"access_token": "forged"}')
    with pytest.raises(CredentialsRejected):
        await anext(aiter(EmailAdapter().poll({}, config_for(provider, imap_port=dovecot.port), http)))


async def test_mail_is_sent_by_token(provider: OauthServer, http: httpx.AsyncClient) -> None:
    inbound = Inbound()
    async with honest_smtp(inbound, access_tokens=provider.good) as port:
        await EmailAdapter().send(make_message(), Thread(), config_for(provider, smtp_port=port), http)
    assert len(inbound.envelopes) == 1


async def test_sending_with_a_token_that_is_none_is_refused(provider: OauthServer, http: httpx.AsyncClient) -> None:
    async with honest_smtp(Inbound(), access_tokens=set()) as port:
        with pytest.raises(CredentialsRejected):
            await EmailAdapter().send(make_message(), Thread(), config_for(provider, smtp_port=port), http)
