"""What a route says, in one line, about whose data it has just shown.

A route that shows personal data takes `witness` and calls one of its verbs; `tests/http/test_access_log.py` fails for a
route that shows some and takes none.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency

from damso.kernel.log import Actor
from damso.kernel.settings import Settings
from damso.team.access import Caller
from damso.team.addresses import Address, address_of
from damso.team.records.access_log import AccessLog, Act, look
from damso.team.records.reasons import Reason


class Witness:
    """Writes for one request into the access log. Where nobody's data was shown, nothing is written."""

    def __init__(self, access_log: AccessLog, actor: Actor, address: Address | None, route: str) -> None:
        self._log = access_log
        self._actor = actor
        self._address = address
        self._route = route

    async def viewed(self, *customer_ids: UUID | None, identity_ids: Iterable[int] = ()) -> None:
        """One customer's data is about to be answered. Committed when this returns."""
        seen = [one for one in customer_ids if one]
        identities = list(identity_ids)
        if seen or identities:
            await self._write("viewed", seen, identities)

    def listed(self, customer_ids: Iterable[UUID]) -> None:
        self._collect("listed", customer_ids)

    def searched(self, customer_ids: Iterable[UUID]) -> None:
        """What was searched for is not kept: it is often a name."""
        self._collect("searched", customer_ids)

    def changed(self, *customer_ids: UUID | None) -> None:
        """An act was answered with the customer's data. The act itself is in the event log already, so this waits."""
        self._collect("changed", [one for one in customer_ids if one])

    async def downloaded(self, reason: Reason, customer_ids: Iterable[UUID], identity_ids: Iterable[int] = ()) -> None:
        """A file is about to leave. Committed when this returns."""
        await self._write("downloaded", customer_ids, identity_ids, reason)

    async def exported(self, reason: Reason, customer_ids: Iterable[UUID], identity_ids: Iterable[int] = ()) -> None:
        """Many records are about to leave. Committed when this returns; a long export says it chunk by chunk."""
        await self._write("exported", customer_ids, identity_ids, reason)

    async def revealed(self, reason: Reason, *customer_ids: UUID | None) -> None:
        """Something that is kept hidden is about to be shown. Committed when this returns."""
        await self._write("revealed", [one for one in customer_ids if one], (), reason)

    def _collect(self, act: Act, customer_ids: Iterable[UUID]) -> None:
        one = look(self._log.now(), self._actor, self._address, act, self._route, customer_ids)
        if one.customer_ids:
            self._log.collect(one)

    async def _write(
        self, act: Act, customer_ids: Iterable[UUID], identity_ids: Iterable[int], reason: Reason | None = None
    ) -> None:
        await self._log.write_at_once(
            look(
                self._log.now(),
                self._actor,
                self._address,
                act,
                self._route,
                customer_ids,
                identity_ids=identity_ids,
                reason=reason,
            )
        )


def witness_of(
    request: Request[Any, Any, Any],
    access_log: NamedDependency[AccessLog],
    caller: NamedDependency[Caller],
    settings: NamedDependency[Settings],
) -> Witness:
    """The dependency `witness`."""
    return Witness(access_log, caller.actor, address_of(request, settings), request.route_handler.handler_name)
