"""A company's own system, for tests and demos: it takes answers as docs/channels/api.md asks it to.

Signatures are checked by the library of the Standard Webhooks project, not by our own code.
"""

from collections.abc import Sequence

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from damso.channels.simulator import Answer, Call, Rule, Simulator

SPECIFICATION = "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"


class SystemSimulator(Simulator):
    """Takes every id once and gives each message an id of its own. `files` are what it hands out by path."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._webhook = Webhook(secret)
        self.taken: dict[str, str] = {}
        self.files: dict[str, Answer] = {}

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="signature", source=f"{SPECIFICATION}#verifying-webhook-authenticity", refuses=self._unsigned),
        )

    def answer(self, call: Call) -> Answer:
        if call.method == "GET":
            return self.files.get(call.path, Answer(status=404))
        event = msgspec.json.decode(call.body)
        if event["type"] == "ping":
            return Answer(status=204)
        key = call.headers["webhook-id"]
        identifier = self.taken.setdefault(key, f"shop-{len(self.taken) + 1}")
        return Answer(body=msgspec.json.encode({"id": identifier}))

    def _unsigned(self, call: Call) -> Answer | None:
        if call.method == "GET":
            return None
        try:
            self._webhook.verify(call.body, dict(call.headers))
        except WebhookVerificationError:
            return Answer(status=401)
        return None
