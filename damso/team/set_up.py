"""The first page of an empty installation: whoever holds the printed link becomes the owner."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.create_agent import create_owner
from damso.team.links import check_link, spend_link
from damso.team.password_strength import require_strong
from damso.team.passwords import NewPassword, hash_password
from damso.team.sign_in import Entered, Owing, Visitor, admit
from damso.team.types import TIMEZONES, Name, as_email, as_timezone


class AlreadySetUp(AppError):
    code = "ALREADY_SET_UP"
    text = Text("이미 설정을 마쳤어요. 로그인해 주세요.", "Damso is set up already. Please sign in.")


class SetupState(Struct, frozen=True, kw_only=True):
    """Whether the first-run page is due, and whether this is the demo."""

    needed: bool
    demo: bool


class SetupRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the first-run page asks. `token` is what stands behind `#` in the link."""

    token: Annotated[str, Meta(max_length=200)]
    company: Name
    name: Name
    email: Annotated[str, Meta(max_length=320)]
    password: NewPassword
    locale: Locale
    timezone: str | None = None


class Company(Struct, frozen=True, kw_only=True):
    """What an installation knows of itself."""

    name: str
    locale: Locale
    timezone: str
    demo: bool = False


class Furnisher(Protocol):
    """Contribution point: what a room puts into a new installation, such as the first brand."""

    async def furnish(self, tx: Transaction, company: Company) -> None:
        """Runs in the transaction that founds the company."""


async def setup_state(tx: Transaction) -> SetupState:
    return await tx.one(
        SetupState,
        "SELECT NOT EXISTS (SELECT FROM agent WHERE role = 'owner') AS needed,"
        " coalesce((SELECT demo FROM installation), false) AS demo",
    )


async def found_company(tx: Transaction, company: Company, furnishers: Sequence[Furnisher]) -> None:
    """Write down what this installation is, once, and furnish it. Raises `AlreadySetUp`."""
    # Of two at once the second waits here for the first, and then finds its owner.
    await tx.execute(
        """INSERT INTO installation (id, company, locale, timezone, demo, created_at) VALUES (1, $1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET company = excluded.company, locale = excluded.locale,
            timezone = excluded.timezone, demo = excluded.demo""",
        company.name,
        company.locale,
        company.timezone,
        company.demo,
        tx.now,
    )
    if not (await setup_state(tx)).needed:
        raise AlreadySetUp
    for furnisher in furnishers:
        await furnisher.furnish(tx, company)


async def set_up(
    database: Database, request: SetupRequest, visitor: Visitor, furnishers: Sequence[Furnisher]
) -> Entered | Owing:
    """Found the company, make its owner and sign them in. Raises `AlreadySetUp`, `LinkSpent`, `Invalid`."""
    timezone = as_timezone(request.timezone or TIMEZONES[request.locale])
    email = as_email(request.email)
    async with database.reading() as tx:
        if not (await setup_state(tx)).needed:
            raise AlreadySetUp
        await check_link(tx, request.token, "setup")
    await require_strong(request.password, (request.company, request.name, email))
    password_hash = await hash_password(request.password)
    async with database.transaction() as tx:
        company = Company(name=request.company.strip(), locale=request.locale, timezone=timezone)
        await found_company(tx, company, furnishers)
        await spend_link(tx, request.token, "setup")
        owner = await create_owner(
            tx,
            name=request.name,
            email=email,
            locale=request.locale,
            timezone=timezone,
            password_hash=password_hash,
        )
        await audit.record(tx, Actor("agent", str(owner)), "installation.set_up", owner, company=company.name)
        return await admit(tx, owner, visitor, "setup")
