"""Which addresses outgoing calls reach, however they are written and whatever a name says the second time."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from damso.kernel import http as http_client
from damso.kernel.egress import AddressForbidden, connect_checked, is_forbidden, is_public, open_checked
from damso.kernel.http import EgressRefused, open_http


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.1.1", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "0.0.0.0"],
)
def test_what_a_cloud_tells_its_machines_is_for_nobody(address: str) -> None:
    assert is_forbidden(address)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0"],
)
async def test_other_ways_of_writing_an_address_lead_nowhere_else(host: str) -> None:
    async with open_http(()) as http:
        with pytest.raises((EgressRefused, httpx.InvalidURL)):
            await http.get(f"http://{host}:9/")


async def test_allowing_it_does_not_open_the_clouds_own_address() -> None:
    async with open_http(["http://169.254.169.254"]) as http:
        with pytest.raises(EgressRefused):
            await http.get("http://169.254.169.254/latest/meta-data/")


async def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is called: the name is looked up once."""
    answers = [("203.0.113.1", 80), ("127.0.0.1", 80)]
    looked_up: list[str] = []
    called: list[str] = []

    async def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers[min(len(looked_up), 2) - 1])]

    async def connect_tcp(_: Any, host: str, *__: Any, **___: Any) -> Any:
        called.append(host)
        raise http_client.httpcore.ConnectError

    monkeypatch.setattr(http_client.anyio, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(http_client, "is_public", lambda address: address == "203.0.113.1")
    monkeypatch.setattr(http_client.httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    async with open_http(()) as http:
        for _ in range(2):
            with pytest.raises(http_client.httpx.ConnectError):
                await http.get("http://rebinding.example/")

    assert called == ["203.0.113.1"]
    assert len(looked_up) == 2


async def test_redirects_are_not_followed() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_http([origin]) as http:
        assert (await http.get(origin)).status_code == 302


async def test_mail_servers_may_be_private_and_never_the_clouds_own() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        (await open_checked("localhost", port, 5)).close()
        (await asyncio.to_thread(connect_checked, "localhost", port, 5)).close()
    for host in ("169.254.169.254", "0xa9fea9fe", "::ffff:169.254.169.254"):
        with pytest.raises(AddressForbidden):
            await open_checked(host, 143, 5)
        with pytest.raises(AddressForbidden):
            connect_checked(host, 143, 5)
