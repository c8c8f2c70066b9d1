"""Slow and oversized requests on a real port: each is refused, and nobody else notices."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from litestar import Litestar, get, post
from litestar.params import RawBody

from damso.commands import guarded_protocol
from damso.commands.serving import serving

PATIENCE = 10.0


@get("/")
async def hello() -> str:
    return "hello"


@post("/")
async def keep(body: RawBody) -> int:
    return len(body)


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(guarded_protocol.GuardedProtocol, "head_seconds", 0.3)
    monkeypatch.setattr(guarded_protocol.GuardedProtocol, "body_looked_at_every", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with serving(Litestar([hello, keep], request_max_body_size=1_000_000), listening):
            yield listening.getsockname()[1]


@asynccontextmanager
async def line(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer_to(port: int, *parts: bytes) -> bytes:
    """All that the server says until it closes the line, or breaks it because more came than it wanted to read."""
    said = b""
    async with line(port) as (reader, writer):
        for part in parts:
            writer.write(part)
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionResetError):
                while piece := await reader.read(65536):
                    said += piece
    return said


GET = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"


@pytest.mark.parametrize("begun", [b"", b"GET / HT", GET, GET + b"x-slow: 1"])
async def test_a_head_that_does_not_come_is_not_waited_for(port: int, begun: bytes) -> None:
    assert (await answer_to(port, begun)).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "head",
    [
        GET + b"x: " + b"a" * 100_000 + b"\r\n\r\n",
        GET + b"x: 1\r\n" * 20_000 + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        GET + b"x: " + b"a" * 300_000,
    ],
)
async def test_a_huge_head_is_refused(port: int, head: bytes) -> None:
    assert (await answer_to(port, head))[:12] in (b"HTTP/1.1 431", b"")


async def test_a_body_that_does_not_come_ends_the_line(port: int) -> None:
    assert b" 200 " not in await answer_to(port, POST + b"content-length: 100000\r\n\r\n", b"a few")


async def test_a_large_body_that_comes_is_taken(port: int) -> None:
    body = b"a" * 900_000
    said = await answer_to(port, POST + b"content-length: 900000\r\n\r\n", body)
    assert said.endswith(b"900000")


@pytest.mark.parametrize("framing", [b"content-length: 2000000", b"transfer-encoding: chunked"])
async def test_a_body_beyond_the_limit_is_refused(port: int, framing: bytes) -> None:
    chunk = b"1e8480\r\n" + b"a" * 2_000_000 + b"\r\n0\r\n\r\n" if b"chunked" in framing else b"a" * 2_000_000
    assert (await answer_to(port, POST + framing + b"\r\n\r\n", chunk))[:12] in (b"HTTP/1.1 413", b"")


async def test_two_requests_on_one_line_are_answered(port: int) -> None:
    async with line(port) as (reader, writer):
        for _ in range(2):
            writer.write(GET + b"\r\n")
            async with asyncio.timeout(PATIENCE):
                assert b" 200 " in await reader.readuntil(b"hello")


@pytest.mark.parametrize(
    "both",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    ],
)
async def test_a_body_with_two_ends_is_refused(port: int, both: bytes) -> None:
    """Which of them counts is what request smuggling lives on (RFC 9112 section 6.3)."""
    assert (await answer_to(port, POST + both)).startswith(b"HTTP/1.1 400")


def test_the_limits_leave_room() -> None:
    limits: dict[str, Any] = vars(guarded_protocol)
    assert limits["HEAD_BYTES"] >= 32 * 1024
    assert limits["HEAD_SECONDS"] >= 20
