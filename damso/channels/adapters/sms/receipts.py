"""What became of a message, in the words of the core."""

from datetime import datetime

from msgspec import Struct

from damso.channels.adapters.sms.codes import Why
from damso.channels.items import Address, InboundReceipt


class Told(Struct, frozen=True, kw_only=True):
    """Which message a report is about, and what else it tells."""

    external_id: str
    at: datetime | None = None
    token: str | None = None
    recipient: Address | None = None

    def arrived(self) -> InboundReceipt:
        return self._receipt("delivered", "")

    def left(self, reason: str = "") -> InboundReceipt:
        """It is on its way, or goes on by another."""
        return self._receipt("sent", reason)

    def failed(self, why: Why, code: str) -> InboundReceipt:
        return self._receipt("failed", why.say(code), permanent=why.permanent)

    def _receipt(self, status: str, reason: str, *, permanent: bool = False) -> InboundReceipt:
        return InboundReceipt(
            status=status,
            external_id=self.external_id,
            token=self.token,
            reason=reason,
            permanent=permanent,
            recipient=self.recipient if status == "failed" else None,
            provider_at=self.at,
        )
