"""Routes of one's own security, that of others, and the rules for all."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import negotiate
from damso.kernel.settings import Settings
from damso.team import audit, queries
from damso.team.access import Caller, needs, signed_in
from damso.team.addresses import address_of, network_of
from damso.team.entrance import AnyRequest, visitor_of
from damso.team.links import whose_link
from damso.team.my_second_factor import (
    begin_enrolment,
    finish_enrolment,
    new_recovery_codes,
    reset_second_factor,
    turn_off,
)
from damso.team.password_strength import Strength, strength_of
from damso.team.passwords import GivenPassword
from damso.team.second_factor import SecondFactorOffer, SecondFactorState, second_factor_state
from damso.team.sessions import OpenSession, end_session_of, end_sessions, open_sessions, session_secret
from damso.team.sign_in_policy import Policy, PolicyChange, SignInPolicyView, change_policy, policy
from damso.team.sso import redirect_uri
from damso.team.throttle import Limit, take_try
from damso.team.types import Agent

Code = Annotated[str, Meta(max_length=60)]
JUDGED = Limit(free=1_000)
"""Passwords that are looked at for one address, a day: a page asks as somebody types."""


class CodeGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the authenticator app, or a recovery code."""

    code: Code


class PasswordGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The current password, for an agent who has one."""

    current_password: GivenPassword = ""


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Ten codes, shown this once; each works once."""

    codes: list[str]


class PasswordIdea(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password somebody thinks of, and what is known of them already. `token` is that of their invitation."""

    password: GivenPassword
    about: Annotated[list[Annotated[str, Meta(max_length=320)]], Meta(max_length=5)] = []
    token: Annotated[str, Meta(max_length=200)] = ""


class MySecurityController(Controller):
    """One's own second factor and sessions."""

    path = "/api/me"
    tags = ("me",)
    guards = (signed_in,)

    @get("/second-factor")
    async def get_second_factor(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> SecondFactorState:
        """Whether one is asked for a second step, and how many recovery codes are left."""
        async with database.reading() as tx:
            return await second_factor_state(tx, caller.agent)

    @post("/second-factor", status_code=200)
    async def offer_second_factor(
        self,
        data: JSONBody[PasswordGiven],
        request: AnyRequest,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> SecondFactorOffer:
        """Begin to set a second factor up; nothing changes until it is confirmed."""
        visitor = visitor_of(request, settings)
        return await begin_enrolment(database, keyring, caller.agent, data.current_password, visitor)

    @post("/second-factor/confirm", status_code=200)
    async def confirm_second_factor(
        self,
        data: JSONBody[CodeGiven],
        request: AnyRequest,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> RecoveryCodes:
        """Show that the app makes the right codes. All other sessions end."""
        visitor, session = visitor_of(request, settings), session_secret(request, settings)
        return RecoveryCodes(codes=await finish_enrolment(database, keyring, caller.agent, data.code, visitor, session))

    @post("/second-factor/recovery-codes", status_code=200)
    async def renew_recovery_codes(
        self,
        data: JSONBody[CodeGiven],
        request: AnyRequest,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> RecoveryCodes:
        """Ten new recovery codes for a code; the old ones work no more."""
        visitor = visitor_of(request, settings)
        return RecoveryCodes(codes=await new_recovery_codes(database, keyring, caller.agent, data.code, visitor))

    @post("/second-factor/remove", status_code=204)
    async def remove_second_factor(
        self,
        data: JSONBody[CodeGiven],
        request: AnyRequest,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> None:
        """Do without the second step from now on, for a code."""
        await turn_off(database, keyring, caller.agent, data.code, visitor_of(request, settings))

    @get("/sessions")
    async def list_my_sessions(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> Sequence[OpenSession]:
        """Where one is signed in, the last used first."""
        async with database.reading() as tx:
            return await open_sessions(tx, caller.agent, here=session_secret(request, settings))

    @delete("/sessions/{session_id:uuid}")
    async def end_my_session(
        self, session_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Sign one browser out; its live screens close within seconds."""
        async with database.transaction() as tx:
            await end_session_of(tx, caller.agent, session_id)

    @delete("/sessions")
    async def end_my_other_sessions(
        self,
        request: AnyRequest,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> None:
        """Sign out everywhere else."""
        async with database.transaction() as tx:
            await end_sessions(tx, caller.agent, except_for=session_secret(request, settings))


class AgentSecurityController(Controller):
    """The sessions and the second factor of colleagues."""

    path = "/api/agents/{agent_id:uuid}"
    tags = ("team",)
    guards = (needs("team.manage"),)

    @get("/sessions")
    async def list_agent_sessions(
        self, agent_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Sequence[OpenSession]:
        """Where a colleague is signed in."""
        async with database.reading() as tx:
            _may_administer(await queries.agent(tx, agent_id), caller)
            return await open_sessions(tx, agent_id)

    @delete("/sessions")
    async def end_agent_sessions(
        self, agent_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Sign a colleague out everywhere."""
        async with database.transaction() as tx:
            _may_administer(await queries.agent(tx, agent_id), caller)
            await end_sessions(tx, agent_id)
            await audit.record(tx, caller.actor, "agent.signed_out", agent_id)

    @delete("/second-factor")
    async def reset_agent_second_factor(
        self, agent_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Owners only: take a lost second factor away, and sign the colleague out."""
        async with database.transaction() as tx:
            await reset_second_factor(tx, agent_id, caller)


class SignInPolicyController(Controller):
    """How everybody signs in."""

    path = "/api/sign-in-policy"
    tags = ("team",)
    guards = (needs("settings.manage"),)

    @get()
    async def get_sign_in_policy(
        self, database: NamedDependency[Database], settings: NamedDependency[Settings]
    ) -> SignInPolicyView:
        """How agents may sign in, without the provider's secret."""
        async with database.reading() as tx:
            return _view(await policy(tx), settings)

    @patch()
    async def change_sign_in_policy(
        self,
        data: JSONBody[PolicyChange],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> SignInPolicyView:
        """Ask everybody for a second factor, or (owners only) change single sign-on."""
        async with database.transaction() as tx:
            return _view(await change_policy(tx, keyring, data, caller), settings)


@post("/api/password-strength", status_code=200, tags=("session",))
async def judge_password(
    data: JSONBody[PasswordIdea],
    request: AnyRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Strength:
    """How good a password is, for the meter beside the field. The password is not kept and not logged."""
    async with database.transaction() as tx:
        await take_try(tx, {f"judged/{network_of(address_of(request, settings))}": JUDGED})
        agent_id = request.user.agent_id if request.user else await whose_link(tx, data.token)
        about = [*data.about, *await queries.words_about(tx, agent_id)]
    locale = request.user.locale if request.user else negotiate(request.headers.get("accept-language"))
    return await strength_of(data.password, about, locale)


def _may_administer(agent: Agent, caller: Caller) -> None:
    if agent.role not in caller.grantable:
        raise Forbidden


def _view(now: Policy, settings: Settings) -> SignInPolicyView:
    return SignInPolicyView(
        second_factor_required=now.second_factor_required, sso=now.sso, redirect_uri=redirect_uri(settings)
    )
