"""What this room holds on a person, and what lies below it: events that sites sent, and who looked at the person."""

from collections.abc import Sequence
from typing import ClassVar

from damso.customers.companies.memberships import companies_of
from damso.customers.consent.holding import ConsentHolding
from damso.customers.subject_access.holding import Column, Holding, Section, Subject
from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.team.records.told import looks_at

AS_LONG = Text("고객 정보가 있는 동안 보관해요.", "As long as we have you as a customer.")

_ADDRESS = Column("address", Text("연락처", "Address"))
_SOURCE = Column("source", Text("출처", "Where from"))
_AT = Column("at", Text("시각 (UTC)", "Time (UTC)"))
_KIND = Column("kind", Text("종류", "Kind"))
_VALUE = Column("value", Text("내용", "Value"))


class IdentityHolding:
    name: ClassVar[str] = "identities"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT kind, value AS address, name, proof, source, first_seen_at, last_seen_at FROM identity
            WHERE id = ANY ($1) AND kind <> $2 ORDER BY id""",
            list(subject.identity_ids),
            INTERNAL,
        )
        return Section(
            name=self.name,
            title=Text("이름과 연락처", "Names and addresses"),
            why=Text("고객님을 알아보고 답변을 보내기 위해 써요.", "To recognise you and to answer you."),
            kept=AS_LONG,
            columns=(
                _KIND,
                _ADDRESS,
                Column("name", Text("이름", "Name")),
                Column("proof", Text("확인 정도", "Verified")),
                _SOURCE,
                Column("first_seen_at", Text("처음 확인 (UTC)", "First seen (UTC)")),
                Column("last_seen_at", Text("마지막 확인 (UTC)", "Last seen (UTC)")),
            ),
            rows=[dict(row) for row in rows],
        )


class ClaimHolding:
    name: ClassVar[str] = "claims"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT c.kind, c.value, c.source, c.at FROM claim c WHERE c.identity_id = ANY ($1)
            ORDER BY c.at, c.id""",
            list(subject.identity_ids),
        )
        return Section(
            name=self.name,
            title=Text("직접 알려 주신 정보", "What you told us about yourself"),
            why=Text("상담할 때 참고해요.", "To serve you better."),
            kept=AS_LONG,
            columns=(_KIND, _VALUE, _SOURCE, _AT),
            rows=[dict(row) for row in rows],
        )


class TraitHolding:
    name: ClassVar[str] = "traits"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT t.key AS kind, t.value, t.source, t.at FROM trait_change t WHERE t.identity_id = ANY ($1)
            ORDER BY t.at, t.id""",
            list(subject.identity_ids),
        )
        return Section(
            name=self.name,
            title=Text("고객 속성", "Properties"),
            why=Text("고객님께 맞게 안내하기 위해 써요.", "To serve you as it suits you."),
            kept=AS_LONG,
            columns=(_KIND, _VALUE, _SOURCE, _AT),
            rows=[dict(row) for row in rows],
        )


class CompanyHolding:
    name: ClassVar[str] = "companies"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await companies_of(tx, subject.identity_ids)
        return Section(
            name=self.name,
            title=Text("소속 회사", "Companies"),
            why=Text("어느 회사의 문의인지 알기 위해 써요.", "To know for which company you ask."),
            kept=AS_LONG,
            columns=(Column("name", Text("회사", "Company")), Column("role", Text("역할", "Role")), _SOURCE, _AT),
            rows=[{"name": row.name, "role": row.role, "source": row.source, "at": row.at} for row in rows],
        )


class TrackedHolding:
    name: ClassVar[str] = "activity"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT name AS kind, properties AS value, subject_kind AS source, occurred_at AS at FROM tracked_event
            WHERE identity_id = ANY ($1) ORDER BY occurred_at, id""",
            list(subject.identity_ids),
        )
        return Section(
            name=self.name,
            title=Text("사이트와 앱에서의 활동", "What you did on our sites and in our apps"),
            why=Text("문의에 답하고 서비스를 나아지게 하기 위해 써요.", "To answer you and to improve our service."),
            kept=AS_LONG,
            columns=(_KIND, _VALUE, _SOURCE, _AT),
            rows=[dict(row) for row in rows],
        )


class LookHolding:
    """Months and acts alone: who of the staff it was is theirs."""

    name: ClassVar[str] = "access"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        return Section(
            name=self.name,
            title=Text("저희 직원이 고객님 정보를 본 기록", "When our staff looked at your data"),
            why=Text(
                "법에 따라 누가 개인정보를 보았는지 기록해요.", "The law has us record who looks at personal data."
            ),
            kept=Text("법에서 정한 기간(1년 이상) 동안 보관해요.", "As long as the law asks: a year or more."),
            columns=(
                Column("month", Text("달", "Month")),
                Column("act", Text("한 일", "What")),
                Column("count", Text("횟수", "Times")),
            ),
            rows=await looks_at(tx, subject.customer_ids),
        )


OWN: Sequence[Holding] = (
    IdentityHolding(),
    ClaimHolding(),
    TraitHolding(),
    ConsentHolding(),
    CompanyHolding(),
    TrackedHolding(),
    LookHolding(),
)
