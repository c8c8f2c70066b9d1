"""Those who ask, made from their role and limits as the sign-in makes them."""

from uuid import UUID

from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team.access import PERMISSIONS, UNLIMITED, Caller, Limits, Role, allowed


def agent_caller(agent: Actor | None = None, role: Role = "agent", limits: Limits = UNLIMITED) -> Caller:
    """An agent in front of their browser."""
    agent_id = UUID(agent.id) if agent else new_id()
    return Caller(permissions=allowed(role, limits), locale="ko", agent_id=agent_id, role=role, limits=limits)


def key_caller(limits: Limits = UNLIMITED) -> Caller:
    """A program with a key that may do everything within its limits."""
    return Caller(permissions=PERMISSIONS, locale="ko", key_id=new_id(), limits=limits)
