"""Forgetting what services said of a customer, and telling the customer of it."""

from collections.abc import Mapping
from typing import ClassVar

from damso.customers.subject_access.holding import Column, Section, Subject
from damso.customers.subject_access.own_holdings import AS_LONG
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person
from damso.kernel.i18n import Text


class EnrichmentEraser:
    """Deletes answers; the traits that came of them go with the customer's others."""

    store: ClassVar[str] = "enrichment"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM enrichment_answer WHERE identity_id = ANY ($1)"
        return {"enrichment_answers": await tx.value(sql, list(person.identity_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        sql = "DELETE FROM enrichment_answer WHERE identity_id = ANY ($1)"
        return Erased(rows=await tx.execute(sql, list(person.identity_ids)))


class EnrichmentHolding:
    """To whom an address was sent, and what came back."""

    name: ClassVar[str] = "enrichment"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT s.name AS service, i.value AS address, a.state, a.traits AS value, a.at
            FROM enrichment_answer a JOIN enrichment_service s ON s.id = a.service_id
            JOIN identity i ON i.id = a.identity_id WHERE a.identity_id = ANY ($1) ORDER BY a.at, s.name""",
            list(subject.identity_ids),
        )
        return Section(
            name=self.name,
            title=Text("다른 서비스에 물어본 정보", "What we asked other services"),
            why=Text(
                "동의하신 범위에서 맞춤 안내를 위해 물어봐요.", "With your consent, to serve you as it suits you."
            ),
            kept=AS_LONG,
            columns=(
                Column("service", Text("서비스", "Service")),
                Column("address", Text("연락처", "Address")),
                Column("state", Text("결과", "Outcome")),
                Column("value", Text("내용", "Value")),
                Column("at", Text("시각 (UTC)", "Time (UTC)")),
            ),
            rows=[dict(row) for row in rows],
        )
