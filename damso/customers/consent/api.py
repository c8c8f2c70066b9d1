"""Routes of consents: of one customer, of many at once, and the texts they are asked with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from damso.customers.card import internal_identity
from damso.customers.consent.age import note_age
from damso.customers.consent.bulk import MOST, ConsentGiven, RefusedConsent, record_many
from damso.customers.consent.may_contact import Answer, ContactRules
from damso.customers.consent.record import record
from damso.customers.consent.texts import ConsentText, texts, write_text
from damso.customers.consent.types import Purpose, Said
from damso.customers.consent.view import CustomerConsents, consents_of
from damso.customers.types import CaseSource
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Forbidden, NotFound
from damso.kernel.i18n import Locale
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

Cases = NamedDependency[SkipValidation[CaseSource]]
Rules = NamedDependency[SkipValidation[ContactRules]]


class NewConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer told an agent: for one address, or for the customer as a whole where none is named. `note` says
    by what it can be proven."""

    identity_id: int | None = None
    purpose: Purpose
    channel: Annotated[str, Meta(max_length=50)]
    given: bool
    method: Literal["phone", "paper", "chat", "message", "web_form", "app", "other"]
    at: datetime | None = None
    text_id: UUID | None = None
    note: Annotated[str, Meta(max_length=1_000, pattern=r"^[^\x00]*$")] = ""


class NotedAge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a customer is under 14, and whether a guardian has consented."""

    under_14: bool
    guardian_consented: bool = False
    note: Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""


class BulkConsents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to 500 consents and withdrawals."""

    consents: Annotated[list[ConsentGiven], Meta(max_length=MOST)]


class RecordedConsents(Struct, frozen=True, kw_only=True):
    """How many entries are new, how many were there already under their external key, and which were refused."""

    recorded: int
    repeated: int
    refused: list[RefusedConsent]


class NewConsentText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New words for a purpose, as customers will see them from now on."""

    purpose: Purpose
    locale: Literal["ko", "en"]
    body: Annotated[str, Meta(max_length=5_000)]


class CustomerConsentController(Controller):
    """What one customer allows."""

    path = "/api/customers/{customer_id:uuid}/consents"
    tags = ("consents",)

    @get(guards=[needs("customers.read")])
    async def get_consents(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        contact_rules: Rules,
        witness: NamedDependency[Witness],
    ) -> CustomerConsents:
        """How things stand, and all that was ever said."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            await internal_identity(tx, customer_id)
            found = await consents_of(tx, contact_rules.ways, customer_id)
        await witness.viewed(customer_id)
        return found

    @post(guards=[needs("customers.write")])
    async def record_consent(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[NewConsent],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        contact_rules: Rules,
        witness: NamedDependency[Witness],
    ) -> CustomerConsents:
        """Enter what a customer told somebody."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            said = Said(
                identity_id=await _address(tx, customer_id, data.identity_id),
                purpose=data.purpose,
                channel=data.channel,
                given=data.given,
                method=data.method,
                at=data.at,
                text_id=data.text_id,
                proof={"note": data.note.strip()} if data.note.strip() else {},
            )
            await record(tx, contact_rules.ways, [said], actor=caller.actor)
            found = await consents_of(tx, contact_rules.ways, customer_id)
        witness.changed(customer_id)
        return found

    @post("/age", guards=[needs("customers.write")])
    async def note_customer_age(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[NotedAge],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        contact_rules: Rules,
        witness: NamedDependency[Witness],
    ) -> CustomerConsents:
        """Note that a customer is under 14 or is not, for every address of theirs that has such a note."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            for identity_id in await _noted(tx, customer_id):
                await note_age(
                    tx,
                    identity_id,
                    under_14=data.under_14,
                    guardian_consented=data.guardian_consented,
                    note=data.note,
                    actor=caller.actor,
                )
            found = await consents_of(tx, contact_rules.ways, customer_id)
        witness.changed(customer_id)
        return found

    @get("/may-contact", guards=[needs("customers.read")])
    async def may_contact(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        contact_rules: Rules,
        purpose: FromQuery[Purpose],
        channel: FromQuery[str],
        identity_id: FromQuery[int | None] = None,
    ) -> Answer:
        """Whether one may write to an address now, and why; without an address to the customer as a whole."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            address = await _address(tx, customer_id, identity_id)
            return await contact_rules.may_contact(tx, address, purpose, channel)


@post("/api/consents", guards=[needs("customers.write")], tags=("consents",), status_code=200)
async def record_consents(
    data: JSONBody[BulkConsents],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    contact_rules: Rules,
    locale: NamedDependency[Locale],
) -> RecordedConsents:
    """Enter many consents and withdrawals, by address. What cannot be entered is named, and the rest is."""
    # By its answers somebody who sees only some customers could find out about the others.
    if caller.limits.narrows_rows:
        raise Forbidden
    async with database.transaction() as tx:
        outcome = await record_many(tx, contact_rules, data.consents, actor=caller.actor)
    return RecordedConsents(
        recorded=outcome.recorded,
        repeated=outcome.repeated,
        refused=[
            RefusedConsent(index=index, code=error.code, detail=error.say(locale)) for index, error in outcome.refused
        ],
    )


class ConsentTextController(Controller):
    """The words that customers are asked with."""

    path = "/api/consent-texts"
    tags = ("consents",)

    @get(guards=[needs("customers.read")])
    async def list_consent_texts(self, database: NamedDependency[Database]) -> list[ConsentText]:
        """Every version, the newest first."""
        async with database.reading() as tx:
            return await texts(tx)

    @post(guards=[needs("settings.manage")])
    async def write_consent_text(
        self, data: JSONBody[NewConsentText], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> ConsentText:
        """Write a new version. Earlier ones stay as they are, with the consents that were given by them."""
        async with database.transaction() as tx:
            return await write_text(tx, data.purpose, data.locale, data.body, actor=caller.actor)


async def _address(tx: Transaction, customer_id: UUID, identity_id: int | None) -> int:
    """An address of the customer, or what stands for them as a whole. Raises `NotFound`."""
    if identity_id is None:
        return await internal_identity(tx, customer_id)
    if not await tx.value("SELECT true FROM identity WHERE id = $1 AND customer_id = $2", identity_id, customer_id):
        raise NotFound(field="identity_id")
    return identity_id


async def _noted(tx: Transaction, customer_id: UUID) -> Sequence[int]:
    """Where a note of age belongs: to the customer as a whole, and to every address with a note that it corrects."""
    noted: list[int] = await tx.values(
        """SELECT DISTINCT a.identity_id FROM consent_age a JOIN identity i ON i.id = a.identity_id
        WHERE i.customer_id = $1 ORDER BY 1""",
        customer_id,
    )
    inner = await internal_identity(tx, customer_id)
    return sorted({inner, *noted})


CONTROLLERS: Sequence[ControllerRouterHandler] = (CustomerConsentController, record_consents, ConsentTextController)
