"""What agents do with cases, as tests say it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from damso.bootstrap import timers_of
from damso.conversations.rows import rows_by_id
from damso.conversations.types import Row
from damso.kernel.timers import run_due
from tests.conversations.company import Company
from tests.conversations.postcards import postcard


async def cases(company: Company, count: int) -> list[UUID]:
    """So many cases of different customers."""
    found = []
    for number in range(count):
        item = postcard(f"{number}번째 문의", sender=f"guest{number}@naver.example", external_id=f"card-{number}")
        found.append((await company.gets(item)).conversation_id)
    return found


async def rows(company: Company, ids: Sequence[UUID]) -> list[Row]:
    async with company.parts.database.reading() as tx:
        found = {row.id: row for row in await rows_by_id(tx, ids, UUID(company.agent.id))}
    return [found[one] for one in ids]


async def act(desk: httpx.AsyncClient, ids: Sequence[UUID], **wanted: Any) -> dict[str, Any]:
    """Do something to these cases; the act."""
    body = {"id": str(uuid4()), "cases": [{"id": str(one)} for one in ids]} | wanted
    answer = await desk.post("/api/acts", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def undo(desk: httpx.AsyncClient, act_id: str) -> dict[str, Any]:
    answer = await desk.post(f"/api/acts/{act_id}/undo")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def wait(company: Company, **time: float) -> None:
    """Time passes, and what is due happens."""
    company.parts.database.clock.advance(timedelta(**time))  # type: ignore[attr-defined]
    await run_due(company.parts.database, timers_of(company.parts))
    await company.works()
