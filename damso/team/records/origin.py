"""From which address the present request comes, for records that are written deep below it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from damso.team.addresses import Address

_ORIGIN: ContextVar[Address | None] = ContextVar("origin", default=None)


@contextmanager
def coming_from(address: Address | None) -> Iterator[None]:
    """All that is recorded inside came from this address."""
    token = _ORIGIN.set(address)
    try:
        yield
    finally:
        _ORIGIN.reset(token)


def present_origin() -> Address | None:
    """None for what nobody asked for over the network: commands and background work."""
    return _ORIGIN.get()
