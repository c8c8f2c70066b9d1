"""What a team has set up after some weeks with Damso: a company that buys from it, and what it does with one key."""

from collections.abc import Mapping
from uuid import UUID

from damso.conversations.macros import MacroDraft, Steps, save_macro
from damso.customers.companies.change import create_company
from damso.customers.companies.members import add_person
from damso.kernel.database import Transaction
from damso.kernel.log import Actor
from damso.team.access import Caller, allowed

_BUYER = "dohyun@naver.example"


async def set_up_working_day(tx: Transaction, owner: UUID, tags: Mapping[str, UUID]) -> None:
    """A company with its person, and two macros."""
    actor = Actor("agent", str(owner))
    company_id = await create_company(
        tx,
        name="한빛 디자인 사무소",
        actor=actor,
        domains=["hanbit-design.example"],
        note="매달 첫 주에 세금계산서를 모아 발행해요.",
    )
    buyer = await tx.value("SELECT customer_id FROM identity WHERE kind = 'email' AND value = $1", _BUYER)
    await add_person(tx, company_id, buyer, "총무", actor=actor)
    caller = Caller(permissions=allowed("owner"), locale="ko", agent_id=owner, role="owner")
    for name, steps in (
        (
            "파손 교환 접수",
            Steps(
                answer="{{ customer.name }}님, 불편을 드려 죄송해요. 새 제품을 오늘 바로 보내 드릴게요.",
                note="파손 사진 확인 후 교환 접수",
                priority="high",
                add_tag_ids=[tags["교환"]],
            ),
        ),
        ("내가 맡고 내일 다시", Steps(assignee="me", status="snoozed", snooze_minutes=24 * 60)),
    ):
        await save_macro(tx, caller, MacroDraft(name=name, shared=True, steps=steps))
