"""Who is asking, and what they may do: the one place where rights are decided.

A role gives permissions, named `room.act`. Limits take away from them: other rooms' permissions fall away, and of what
belongs to inboxes, brands and teams only the named ones are in reach (docs/adr/0018). What nothing allows is refused.
`damso rights` writes docs/rights.md from here.
"""

from collections.abc import Iterable
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard
from msgspec import Struct

from damso.kernel.errors import Forbidden, NotFound, Unauthenticated
from damso.kernel.i18n import Locale
from damso.kernel.log import Actor

Role = Literal["owner", "administrator", "supervisor", "agent", "marketer", "analyst", "read_only"]
Permission = Literal[
    "conversations.read",
    "conversations.write",
    "conversations.export",
    "customers.read",
    "customers.write",
    "customers.merge",
    "customers.export",
    "customers.erase",
    "segments.read",
    "segments.write",
    "analytics.read",
    "commerce.read",
    "commerce.returns",
    "commerce.counter",
    "commerce.manage",
    "channels.read",
    "channels.manage",
    "sources.manage",
    "team.read",
    "team.manage",
    "keys.manage",
    "settings.manage",
    "audit.read",
    "access.review",
    "secrets.reveal",
]
Room = Literal[
    "conversations",
    "customers",
    "segments",
    "analytics",
    "commerce",
    "channels",
    "sources",
    "team",
    "keys",
    "settings",
    "audit",
    "access",
    "secrets",
]

READ_ONLY: frozenset[Permission] = frozenset(
    {
        "conversations.read",
        "customers.read",
        "segments.read",
        "analytics.read",
        "commerce.read",
        "channels.read",
        "team.read",
    }
)
AGENT: frozenset[Permission] = READ_ONLY | {
    "conversations.write",
    "customers.write",
    "customers.merge",
    "commerce.returns",
    "commerce.counter",
}
SUPERVISOR: frozenset[Permission] = AGENT | {"conversations.export", "customers.export"}
ANALYST: frozenset[Permission] = READ_ONLY | {"conversations.export", "customers.export", "segments.write"}
MARKETER: frozenset[Permission] = frozenset(
    {
        "customers.read",
        "customers.export",
        "segments.read",
        "segments.write",
        "analytics.read",
        "commerce.read",
        "channels.read",
        "team.read",
    }
)
ADMINISTRATOR: frozenset[Permission] = SUPERVISOR | {
    "customers.erase",
    "segments.write",
    "commerce.manage",
    "channels.manage",
    "sources.manage",
    "team.manage",
    "keys.manage",
    "settings.manage",
    "audit.read",
    "access.review",
}
OWNER: frozenset[Permission] = ADMINISTRATOR | {"secrets.reveal"}

ROLES: dict[Role, frozenset[Permission]] = {
    "owner": OWNER,
    "administrator": ADMINISTRATOR,
    "supervisor": SUPERVISOR,
    "agent": AGENT,
    "marketer": MARKETER,
    "analyst": ANALYST,
    "read_only": READ_ONLY,
}
"""The most powerful first, as people are shown them."""
PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))


class Limits(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What somebody is limited to; what is empty does not limit.

    `rooms` takes away permissions. The others take away rows: of conversations, see `damso.conversations.reach`, and
    of what else belongs to an inbox or a brand. An id of something that is gone stays, so that nobody's limit is
    lifted by deleting an inbox.
    """

    inboxes: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()
    brands: tuple[UUID, ...] = ()
    rooms: tuple[Room, ...] = ()

    @property
    def narrows_rows(self) -> bool:
        return bool(self.inboxes or self.teams or self.brands)

    def covers(self, other: "Limits") -> bool:
        """Whether somebody with these limits reaches all that `other` reaches."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return all(not own or (theirs and set(own).issuperset(theirs)) for own, theirs in pairs)

    def admit_inbox(self, inbox_id: UUID, brand_id: UUID) -> bool:
        """Whether an inbox is in reach. Teams limit no inbox: any of them may bring a team its cases."""
        return (not self.inboxes or inbox_id in self.inboxes) and self.admit_brand(brand_id)

    def admit_brand(self, brand_id: UUID) -> bool:
        return not self.brands or brand_id in self.brands


UNLIMITED = Limits()


def limits_of(stored: dict[str, Any]) -> Limits:
    """Limits as a row keeps them."""
    return msgspec.convert(stored, Limits) if stored else UNLIMITED


def allowed(role: Role, limits: Limits = UNLIMITED) -> frozenset[Permission]:
    """What a role may do within limits."""
    return _in_rooms(ROLES[role], limits)


def permissions_of(scopes: Iterable[str], limits: Limits = UNLIMITED) -> frozenset[Permission]:
    """What the scopes of an API key allow. A scope that this version does not know allows nothing."""
    return _in_rooms(PERMISSIONS.intersection(scopes), limits)


def _in_rooms(permissions: frozenset[Permission], limits: Limits) -> frozenset[Permission]:
    if not limits.rooms:
        return permissions
    return frozenset(permission for permission in permissions if permission.partition(".")[0] in limits.rooms)


class Caller(Struct, frozen=True, kw_only=True):
    """An agent in a browser (`agent_id`) or a program with an API key (`key_id`), and what they may do."""

    permissions: frozenset[Permission]
    locale: Locale
    agent_id: UUID | None = None
    key_id: UUID | None = None
    role: Role | None = None
    limits: Limits = UNLIMITED

    @property
    def actor(self) -> Actor:
        return Actor("agent", str(self.agent_id)) if self.agent_id else Actor("key", str(self.key_id))

    @property
    def agent(self) -> UUID:
        """The agent's id. Raises `Forbidden` for a program: some acts need a person."""
        if self.agent_id is None:
            raise Forbidden
        return self.agent_id

    @property
    def id(self) -> UUID:
        """Of the agent or of the key."""
        found = self.agent_id or self.key_id
        assert found is not None
        return found

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def check(self, permission: Permission) -> None:
        """Raises `Forbidden`."""
        if permission not in self.permissions:
            raise Forbidden

    def may_give(self, role: Role, limits: Limits = UNLIMITED) -> bool:
        """Whether they may give, take, invite into and administer a role with these limits: nobody gives more than
        they have, and only an owner makes an owner."""
        if not self.may("team.manage") or (role == "owner" and self.role != "owner"):
            return False
        return allowed(role, limits) <= self.permissions and self.limits.covers(limits)

    @property
    def grantable(self) -> list[Role]:
        """The roles they may give within their own limits."""
        return [role for role in ROLES if self.may_give(role, self.limits)]

    def check_team(self, team_id: UUID) -> None:
        """Raises `NotFound` where the team is out of reach, as if it were not there."""
        if self.limits.teams and team_id not in self.limits.teams:
            raise NotFound

    def check_brand(self, brand_id: UUID) -> None:
        """Raises `NotFound` where the brand is out of reach, as if it were not there."""
        if not self.limits.admit_brand(brand_id):
            raise NotFound

    def check_inbox(self, inbox_id: UUID, brand_id: UUID) -> None:
        """Raises `NotFound` where the inbox is out of reach, as if it were not there."""
        if not self.limits.admit_inbox(inbox_id, brand_id):
            raise NotFound


def signed_in(connection: ASGIConnection[BaseRouteHandler, Caller | None, None, State], _: BaseRouteHandler) -> None:
    """A guard for what a person does with their own account; a program is refused."""
    if connection.user is None:
        raise Unauthenticated
    if connection.user.agent_id is None:
        raise Forbidden


def needs(permission: Permission) -> Guard:
    """A guard that lets only those through who have the permission."""

    def guard(connection: ASGIConnection[BaseRouteHandler, Caller | None, None, State], _: BaseRouteHandler) -> None:
        if connection.user is None:
            raise Unauthenticated
        if permission not in connection.user.permissions:
            raise Forbidden

    return guard
