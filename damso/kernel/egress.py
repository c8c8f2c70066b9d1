"""Which addresses outgoing calls may reach.

Three kinds: public ones; private ones, for which somebody has to be asked; and those that no setting opens, because
nothing a company would name lives there: what a cloud tells its machines (credentials among it), links, multicast.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Found = tuple[Any, Any, int, str, tuple[Any, ...]]
"""One answer of a look-up: family, kind, protocol, name, address."""

_METADATA = frozenset(
    map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
"""Where clouds tell a machine about itself: AWS, Azure, Google and others; AWS over IPv6; Alibaba; Azure; Oracle."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressForbidden(OSError):
    """The host is at an address that nothing may reach."""


def reached(address: str) -> Address:
    """The address that a packet arrives at in the end: one of IPv4 may be wrapped in one of IPv6 (RFC 4291, 6052,
    3056, 4380)."""
    given = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(given, ipaddress.IPv6Address):
        if given in _NAT64:
            return ipaddress.IPv4Address(int(given) & 0xFFFFFFFF)
        return given.ipv4_mapped or given.sixtofour or (given.teredo[1] if given.teredo else given)
    return given


def is_forbidden(address: str) -> bool:
    """Whether no setting opens it."""
    found = reached(address)
    return found in _METADATA or found.is_link_local or found.is_multicast or found.is_unspecified


def is_public(address: str) -> bool:
    found = reached(address)
    return found.is_global and not is_forbidden(address)


def connect_checked(host: str, port: int, patience: float | None) -> socket.socket:
    """A line to a server that may be a private one; `patience` in seconds. The address that was checked is the one
    that is called. Raises `AddressForbidden` and what connecting raises."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError | None = None
    for _, _, _, _, address in _allowed(host, found):
        try:
            return socket.create_connection((str(address[0]), port), patience)
        except OSError as error:
            failed = error
    raise failed or OSError(f"{host} has no address")


async def open_checked(host: str, port: int, patience: float) -> socket.socket:
    """As `connect_checked`, for those who may not wait; the line does not block."""
    loop = asyncio.get_running_loop()
    failed: OSError | None = None
    async with asyncio.timeout(patience):
        for family, kind, protocol, _, address in _allowed(
            host, await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ):
            line = socket.socket(family, kind, protocol)
            line.setblocking(False)
            try:
                await loop.sock_connect(line, address)
            except BaseException as error:
                line.close()
                if not isinstance(error, OSError):
                    raise
                failed = error
            else:
                return line
    raise failed or OSError(f"{host} has no address")


def _allowed(host: str, found: Sequence[Found]) -> Sequence[Found]:
    """One forbidden address among good ones is no accident."""
    if any(is_forbidden(str(one[4][0])) for one in found):
        raise AddressForbidden(f"{host} is at an address that is never called")
    return found
