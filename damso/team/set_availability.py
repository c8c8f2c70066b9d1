"""Whether an agent takes conversations now. A logged fact: routing, service level and reports read it."""

from uuid import UUID

from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event
from damso.team.types import Availability


async def set_availability(tx: Transaction, agent_id: UUID, state: Availability, actor: Actor) -> bool:
    """Whether it changed; only a change is written to the log."""
    before = await tx.value(
        "UPDATE agent SET availability = $2 WHERE id = $1 AND availability <> $2 RETURNING old.availability",
        agent_id,
        state,
    )
    if before is None:
        return False
    event = Event(
        name="agent.availability_changed",
        subject_kind="agent",
        subject_id=str(agent_id),
        actor=actor,
        properties={"from": before, "to": state},
    )
    await log.append(tx, event)
    return True
