"""Who is asking, and what they may do: the one place where rights are decided."""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard
from msgspec import Struct

from damso.kernel.errors import Forbidden, Unauthenticated
from damso.kernel.i18n import Locale
from damso.kernel.log import Actor

Role = Literal["owner", "administrator", "agent"]
Permission = Literal[
    "conversations.read",
    "conversations.write",
    "customers.read",
    "customers.write",
    "channels.read",
    "channels.manage",
    "team.read",
    "team.manage",
    "keys.manage",
    "settings.manage",
]

AGENT: frozenset[Permission] = frozenset(
    {
        "conversations.read",
        "conversations.write",
        "customers.read",
        "customers.write",
        "channels.read",
        "team.read",
    }
)
ADMINISTRATOR: frozenset[Permission] = AGENT | {"channels.manage", "team.manage", "keys.manage", "settings.manage"}

ROLES: dict[Role, frozenset[Permission]] = {"owner": ADMINISTRATOR, "administrator": ADMINISTRATOR, "agent": AGENT}
PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))


def permissions_of(scopes: Iterable[str]) -> frozenset[Permission]:
    """What the scopes of an API key allow. A scope that this version does not know allows nothing."""
    return PERMISSIONS.intersection(scopes)


class Caller(Struct, frozen=True, kw_only=True):
    """An agent in a browser (`agent_id`) or a program with an API key (`key_id`), and what they may do."""

    permissions: frozenset[Permission]
    locale: Locale
    agent_id: UUID | None = None
    key_id: UUID | None = None
    role: Role | None = None

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
    def grantable(self) -> frozenset[Role]:
        """The roles they may give, take, invite into and administer: nobody gives more than they have, and only an
        owner makes an owner."""
        return frozenset(
            role for role, may in ROLES.items() if may <= self.permissions and (role != "owner" or self.role == "owner")
        )


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
