"""The check of a connection: what it finds, and in which words."""

from collections.abc import AsyncIterator, Iterator, Mapping

import dns.asyncresolver
import httpx
import msgspec
import pytest
from dnslib import QTYPE, RR, TXT, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSServer

from damso.channels.adapters.email.adapter import EmailAdapter
from damso.channels.adapters.email.config import EmailConfig
from tests.channels.email.dovecot import ADDRESS, PASSWORD, Dovecot, free_port
from tests.channels.email.peers import Inbound, honest_smtp

GOOD = {
    "shop.co.kr": ["v=spf1 include:_spf.mail.kr ~all", "google-site-verification=x"],
    "default._domainkey.shop.co.kr": ["v=DKIM1; k=rsa; p=MIGf"],
    "_dmarc.shop.co.kr": ["v=DMARC1; p=quarantine"],
}


class Zone(BaseResolver):  # type: ignore[misc]  # dnslib has no types
    """Answers TXT questions; a name without records does not exist."""

    def __init__(self) -> None:
        self.records: Mapping[str, list[str]] = {}

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        reply = request.reply()
        name = str(request.q.qname).rstrip(".")
        for text in self.records.get(name, []):
            reply.add_answer(RR(request.q.qname, QTYPE.TXT, rdata=TXT(text)))
        if name not in self.records:
            reply.header.rcode = 3
        return reply


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
def adapter(zone: Zone) -> Iterator[EmailAdapter]:
    server = DNSServer(zone, address="127.0.0.1", port=0)
    server.start_thread()
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = server.server.server_address[1]
    yield EmailAdapter(resolver=resolver)
    server.stop()
    server.server.server_close()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
async def config(dovecot: Dovecot) -> AsyncIterator[EmailConfig]:
    async with honest_smtp(Inbound(), account=(ADDRESS, PASSWORD)) as port:
        yield EmailConfig(
            address="help@shop.co.kr",
            username=ADDRESS,
            password=PASSWORD,
            imap_host="127.0.0.1",
            imap_port=dovecot.port,
            imap_security="none",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            timeout=3,
        )


async def test_a_good_mailbox_of_a_good_domain(
    adapter: EmailAdapter, zone: Zone, config: EmailConfig, http: httpx.AsyncClient
) -> None:
    zone.records = GOOD
    health = await adapter.check(config, http)
    assert (health.ok, health.problems) == (True, ())
    assert health.facts == {
        "spf": "v=spf1 include:_spf.mail.kr ~all",
        "dkim": "default",
        "dmarc": "v=DMARC1; p=quarantine",
    }


async def test_a_domain_without_records_can_still_send(
    adapter: EmailAdapter, config: EmailConfig, http: httpx.AsyncClient
) -> None:
    health = await adapter.check(config, http)
    assert health.ok
    assert health.facts == {"spf": "missing", "dkim": "unknown selector", "dmarc": "missing"}
    assert [english.split(",")[0] for _, english in health.problems] == [
        "shop.co.kr has no SPF record",
        "shop.co.kr has no DMARC record. Gmail and Yahoo require one of whoever sends much mail.",
    ]


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({"shop.co.kr": ["v=spf1 -all", "v=spf1 ~all"]}, "여러 개"),
        ({"shop.co.kr": ["v=spf1 +all"]}, "'+all'"),
        ({"shop.co.kr": ["v=spf10 -all"]}, "SPF 레코드가 없어요"),
    ],
)
async def test_spf_that_protects_nobody(
    adapter: EmailAdapter,
    zone: Zone,
    config: EmailConfig,
    http: httpx.AsyncClient,
    records: dict[str, list[str]],
    said: str,
) -> None:
    zone.records = {**GOOD, **records}
    ((korean, _),) = (await adapter.check(config, http)).problems
    assert said in korean


async def test_a_withdrawn_dkim_key_is_none(
    adapter: EmailAdapter, zone: Zone, config: EmailConfig, http: httpx.AsyncClient
) -> None:
    zone.records = {**GOOD, "mail2._domainkey.shop.co.kr": ["v=DKIM1; p="]}
    health = await adapter.check(msgspec.structs.replace(config, dkim_selector="mail2"), http)
    assert health.facts["dkim"] == "missing"
    assert "mail2._domainkey.shop.co.kr" in health.problems[0][0]


async def test_dmarc_of_the_organisation_counts_for_its_subdomains(
    adapter: EmailAdapter, zone: Zone, config: EmailConfig, http: httpx.AsyncClient
) -> None:
    zone.records = GOOD
    health = await adapter.check(msgspec.structs.replace(config, address="help@care.shop.co.kr"), http)
    assert health.facts["dmarc"] == "v=DMARC1; p=quarantine"


async def test_dns_that_does_not_answer_is_no_problem_of_the_mailbox(
    config: EmailConfig, http: httpx.AsyncClient
) -> None:
    silent = dns.asyncresolver.Resolver(configure=False)
    silent.nameservers, silent.port, silent.timeout = ["127.0.0.1"], free_port(), 0.1
    health = await EmailAdapter(resolver=silent).check(config, http)
    assert (health.ok, health.problems, health.facts) == (True, (), {"dns": "no answer"})


async def test_names_reserved_for_examples_are_not_looked_up(
    adapter: EmailAdapter, config: EmailConfig, http: httpx.AsyncClient
) -> None:
    health = await adapter.check(msgspec.structs.replace(config, address="help@shop.example"), http)
    assert health.facts == {"dns": "not public"}


async def test_a_wrong_password_is_told_for_both_servers(
    adapter: EmailAdapter, zone: Zone, config: EmailConfig, http: httpx.AsyncClient
) -> None:
    zone.records = GOOD
    health = await adapter.check(msgspec.structs.replace(config, password="wrong"), http)
    assert not health.ok
    assert [korean.split(".")[0] for korean, _ in health.problems] == [
        "IMAP 로그인이 거절됐어요",
        "SMTP 로그인이 거절됐어요",
    ]


async def test_a_missing_folder_is_named(adapter: EmailAdapter, config: EmailConfig, http: httpx.AsyncClient) -> None:
    broken = msgspec.structs.replace(config, imap_folder="상담", address=ADDRESS)
    ((korean, english),) = (await adapter.check(broken, http)).problems
    assert "'상담'" in korean
    assert "'상담'" in english


async def test_servers_that_cannot_be_reached_are_named(
    adapter: EmailAdapter, offline: EmailConfig, http: httpx.AsyncClient
) -> None:
    nowhere = msgspec.structs.replace(offline, imap_port=free_port(), smtp_port=free_port())
    health = await adapter.check(nowhere, http)
    assert [english.split(" server")[0] for _, english in health.problems] == ["The IMAP", "The SMTP"]


async def test_what_is_no_address_is_said_first(
    adapter: EmailAdapter, offline: EmailConfig, http: httpx.AsyncClient
) -> None:
    health = await adapter.check(msgspec.structs.replace(offline, address="help"), http)
    assert health.problems == (("이메일 주소 형식이 올바르지 않아요.", "This is not a complete e-mail address."),)
