"""What the ledger holds on a person, as it is told to that person."""

from typing import ClassVar

from damso.customers.consent.types import PURPOSE_NAMES
from damso.customers.subject_access.holding import Column, Section, Subject
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text


class ConsentHolding:
    name: ClassVar[str] = "consents"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT c.purpose, c.channel, c.given, c.method, c.at, t.body AS text, c.proof->>'note' AS note, c.ip
            FROM consent c LEFT JOIN consent_text t ON t.id = c.text_id
            WHERE c.identity_id = ANY ($1) ORDER BY c.at, c.id""",
            list(subject.identity_ids),
        )
        return Section(
            name=self.name,
            title=Text("동의와 철회", "What you consented to and withdrew"),
            why=Text(
                "무엇에 동의하셨는지 법에 따라 증명하고, 철회하신 뜻을 지키기 위해 기록해요.",
                "To prove what you agreed to, as the law asks, and to keep to what you refused.",
            ),
            kept=Text("고객 정보가 있는 동안 보관해요.", "As long as we have you as a customer."),
            columns=(
                Column("purpose", Text("용도", "Purpose")),
                Column("channel", Text("채널", "Channel")),
                Column("given", Text("동의", "Consented")),
                Column("method", Text("방법", "How")),
                Column("at", Text("시각 (UTC)", "Time (UTC)")),
                Column("text", Text("동의 문구", "Words you agreed to")),
                Column("note", Text("증빙", "Proof")),
                Column("ip", Text("IP 주소", "IP address")),
            ),
            rows=[dict(row) | {"purpose": _named(row["purpose"])} for row in rows],
        )


def _named(purpose: str) -> str:
    """In both languages, since rows are not translated."""
    text = next(text for known, text in PURPOSE_NAMES.items() if known == purpose)
    return f"{text.ko} / {text.en}"
