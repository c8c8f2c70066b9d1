"""The one client for outgoing calls. It cannot reach private addresses, except origins the company allows.

The address is checked where the connection is made, after the name was resolved, so a name that resolves to a
private address (or changes its mind between two look-ups) is refused as well.
"""

import socket
import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import anyio
import httpcore
import httpx

from damso.kernel.egress import is_forbidden, is_public

TIMEOUT = httpx.Timeout(10, connect=5)


class EgressRefused(httpx.ConnectError):
    """The address is private and not in DAMSO_EGRESS_ALLOW, or one that nothing opens."""


class _GuardedBackend(httpcore.AnyIOBackend):
    """Connects to public addresses, and to private ones of allowed origins."""

    def __init__(self, allowed: frozenset[tuple[str, int]]) -> None:
        self._allowed = allowed

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        private_too = (host, port) in self._allowed
        try:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        addresses = [str(one[4][0]) for one in found if one[0] in (socket.AF_INET, socket.AF_INET6)]
        open_to_us = [one for one in addresses if is_public(one) or (private_too and not is_forbidden(one))]
        for address, is_last in zip(open_to_us, [False] * (len(open_to_us) - 1) + [True], strict=False):
            try:
                return await super().connect_tcp(address, port, *args, **options)
            except httpcore.ConnectError:
                if is_last:
                    raise
        raise EgressRefused(f"{host}:{port} has no public address (DAMSO_EGRESS_ALLOW)")


class _Doubles(httpx.AsyncBaseTransport):
    """Calls some hosts at their doubles on this machine. Which host was meant stands in the `host` header."""

    def __init__(self, doubles: Mapping[str, str], transport: httpx.AsyncHTTPTransport) -> None:
        self._doubles = {host: httpx.URL(origin) for host, origin in doubles.items()}
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if double := self._doubles.get(request.url.host):
            request.url = request.url.copy_with(scheme=double.scheme, host=double.host, port=double.port)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


def open_http(allowed_origins: Iterable[str], doubles: Mapping[str, str] = {}) -> httpx.AsyncClient:
    """`allowed_origins` are the private ones, e.g. `http://127.0.0.1:9000`. Redirects are not followed.

    `doubles` are the origins of simulators by the host that each stands in for.
    """
    allowed = frozenset(
        (url.host, url.port or (443 if url.scheme == "https" else 80))
        for url in map(httpx.URL, [*allowed_origins, *doubles.values()])
    )
    transport = httpx.AsyncHTTPTransport(retries=0, verify=_trusted())
    transport._pool._network_backend = _GuardedBackend(allowed)
    return httpx.AsyncClient(
        transport=_Doubles(doubles, transport) if doubles else transport,
        timeout=TIMEOUT,
        headers={"user-agent": "Damso"},
        trust_env=False,
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that vouch for others. Reading them takes longer than many a request."""
    return httpx.create_ssl_context(trust_env=False)
