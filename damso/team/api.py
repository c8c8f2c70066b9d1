"""Routes of the team: oneself, agents, invitations, teams and keys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.kernel.database import Database
from damso.kernel.errors import Forbidden
from damso.kernel.realtime import Signals
from damso.kernel.settings import Settings
from damso.team import queries
from damso.team.access import UNLIMITED, Caller, needs, signed_in
from damso.team.change_agent import AgentPatch, change_agent
from damso.team.change_me import MePatch, change_me
from damso.team.entrance import AnyRequest, visitor_of
from damso.team.invite import InvitationRequest, invite
from damso.team.keys import KeyRequest, check_request, create_key, keys_within, revoke_key
from damso.team.links import entry_address
from damso.team.my_settings_api import OWN_SETTINGS, MySettingsController
from damso.team.security_api import (
    AgentSecurityController,
    MySecurityController,
    SignInPolicyController,
    judge_password,
)
from damso.team.session_api import JoinController, SessionController, SetupController
from damso.team.sessions import session_secret
from damso.team.set_availability import set_availability
from damso.team.sso_api import SsoController, unlink_agent
from damso.team.system_api import SystemController
from damso.team.teams import TeamPatch, TeamRequest, change_team, create_team, delete_team
from damso.team.types import Agent, ApiKey, Availability, Me, Team


class AvailabilityState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Availability


class Invitation(Struct, frozen=True, kw_only=True):
    """An open invitation. The link is shown to the person who invites, to be passed on."""

    link: str
    expires_at: datetime


class NewApiKey(ApiKey, frozen=True, kw_only=True):
    """A key with its secret, which is shown this once."""

    secret: str


class MeController(Controller):
    """Oneself."""

    path = "/api/me"
    tags = ("me",)
    guards = (signed_in,)

    @get()
    async def get_me(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> Me:
        """The agent who is signed in."""
        async with database.reading() as tx:
            return await queries.me(tx, caller.agent)

    @patch()
    async def change_me(
        self,
        data: JSONBody[MePatch],
        request: AnyRequest,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        signals: NamedDependency[Signals],
    ) -> Me:
        """Change one's own name, language, zone, theme or password."""
        visitor = visitor_of(request, settings)
        changed = await change_me(database, caller.agent, data, session_secret(request, settings), visitor)
        signals.publish({"kind": OWN_SETTINGS, "agent_id": str(caller.agent)})
        return changed

    @put("/availability", status_code=204)
    async def set_availability(
        self, data: JSONBody[AvailabilityState], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Say whether one takes conversations now."""
        async with database.transaction() as tx:
            await set_availability(tx, caller.agent, data.state, caller.actor)


class AgentController(Controller):
    """Everybody on the team."""

    path = "/api/agents"
    tags = ("team",)

    @get(guards=[needs("team.read")])
    async def list_agents(self, database: NamedDependency[Database]) -> Sequence[Agent]:
        """Everybody, by name, those with an open invitation and those who were disabled as well."""
        async with database.reading() as tx:
            return await queries.agents(tx)

    @patch("/{agent_id:uuid}", guards=[needs("team.manage")])
    async def change_agent(
        self,
        agent_id: FromPath[UUID],
        data: JSONBody[AgentPatch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> Agent:
        """Change somebody's name, role or limits, or let them in no more."""
        async with database.transaction() as tx:
            return await change_agent(tx, agent_id, data, caller)


class InvitationController(Controller):
    """Inviting colleagues."""

    path = "/api/invitations"
    tags = ("team",)

    @post(guards=[needs("team.manage")])
    async def invite(
        self,
        data: JSONBody[InvitationRequest],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
    ) -> Invitation:
        """Invite a colleague, or renew an invitation that is still open."""
        async with database.transaction() as tx:
            invited = await invite(tx, data, caller)
        link = entry_address(settings.base_url, "invitation", invited.secret)
        return Invitation(link=link, expires_at=invited.expires_at)


class TeamController(Controller):
    """Groups of agents."""

    path = "/api/teams"
    tags = ("team",)

    @get(guards=[needs("team.read")])
    async def list_teams(self, database: NamedDependency[Database]) -> Sequence[Team]:
        """All teams, by name."""
        async with database.reading() as tx:
            return await queries.teams(tx)

    @post(guards=[needs("team.manage")])
    async def create_team(
        self, data: JSONBody[TeamRequest], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Team:
        """Make a team; who is limited to teams makes no other."""
        if caller.limits.teams:
            raise Forbidden
        async with database.transaction() as tx:
            return await create_team(tx, data, caller.actor)

    @patch("/{team_id:uuid}", guards=[needs("team.manage")])
    async def change_team(
        self,
        team_id: FromPath[UUID],
        data: JSONBody[TeamPatch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> Team:
        """Rename a team or change who belongs to it."""
        caller.check_team(team_id)
        async with database.transaction() as tx:
            return await change_team(tx, team_id, data, caller.actor)

    @delete("/{team_id:uuid}", guards=[needs("team.manage")])
    async def delete_team(
        self, team_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Dissolve a team; its conversations stay."""
        caller.check_team(team_id)
        async with database.transaction() as tx:
            await delete_team(tx, team_id, caller.actor)


class KeyController(Controller):
    """API keys of programs."""

    path = "/api/keys"
    tags = ("keys",)
    guards = (needs("keys.manage"),)

    @get()
    async def list_keys(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> Sequence[ApiKey]:
        """The keys that work, newest first, without their secrets."""
        async with database.reading() as tx:
            return await keys_within(tx, caller)

    @post()
    async def create_key(
        self, data: JSONBody[KeyRequest], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> NewApiKey:
        """Make a key; the answer holds its secret, which cannot be had again."""
        check_request(caller, data)
        async with database.transaction() as tx:
            key, secret = await create_key(tx, data.name, data.scopes, caller.actor, data.limits or UNLIMITED)
        return NewApiKey(**msgspec.structs.asdict(key), secret=secret)

    @delete("/{key_id:uuid}")
    async def revoke_key(
        self, key_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Revoke a key at once and for good."""
        async with database.transaction() as tx:
            await revoke_key(tx, key_id, caller)


ROUTES: list[ControllerRouterHandler] = [
    SetupController,
    SessionController,
    SsoController,
    JoinController,
    judge_password,
    MeController,
    MySettingsController,
    MySecurityController,
    AgentController,
    AgentSecurityController,
    unlink_agent,
    SignInPolicyController,
    SystemController,
    InvitationController,
    TeamController,
    KeyController,
]
