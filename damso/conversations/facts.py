"""Facts about messages, as the log has them."""

from collections.abc import Mapping
from typing import Any

from damso.kernel.log import SYSTEM, Actor, Event


def fact_of(
    message: Any,
    name: str,
    *,
    actor: Actor = SYSTEM,
    properties: Mapping[str, Any] | None = None,
    cause_id: int | None = None,
) -> Event:
    """What happened to a message: a row of which `id`, `conversation_id`, `identity_id` and `inbox_id` are read."""
    return Event(
        name=name,
        subject_kind="message",
        subject_id=str(message["id"]),
        conversation_id=message["conversation_id"],
        identity_id=message["identity_id"],
        inbox_id=message["inbox_id"],
        actor=actor,
        cause_id=cause_id,
        properties=properties or {},
    )
