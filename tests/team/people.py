"""Believable people for tests."""

from functools import cache
from uuid import UUID

import httpx
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from msgspec import Struct

from damso.kernel.database import Database
from damso.team.access import Role
from damso.team.create_agent import create_agent
from damso.team.sessions import begin_session
from tests.team.site import PASSWORD, Site


class Person(Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    browser: httpx.AsyncClient


@cache
def password_hash() -> str:
    """Of `PASSWORD`; made once, since it is meant to be slow."""
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(PASSWORD)


async def make_person(
    database: Database, site: Site, name: str, role: Role = "agent", *, hashed: str | None = None
) -> Person:
    """Somebody on the team, in front of a browser that is signed in."""
    email = f"{name.lower()}@shop.example"
    async with database.transaction() as tx:
        person = await create_agent(tx, name=name, email=email, role=role, password_hash=hashed or password_hash())
        secret = await begin_session(tx, person, user_agent="Test", address=None)
    return Person(id=person, email=email, browser=site.browser(secret=secret))
