"""Whom somebody asked to forget, no export brings back; and what it says is masked as what arrives is."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from damso.bootstrap import doorkeeper_of, erasers_of
from damso.channels.adapters.email.mailbox import INTERNAL_DATE
from damso.channels.types import Request
from damso.customers.erasing.suppressed import suppress
from damso.customers.erasing.work import ErasureReplay
from damso.kernel.blobs import DiskBlobs
from damso.kernel.erasure_list import Erasure
from tests.clock import ManualClock
from tests.imports.conftest import Mover

NARAE = "narae@customer.example"
NUMBER = "900101-1234568"


async def erase(mover: Mover, blobs: DiskBlobs, address: str) -> None:
    async with mover.database.transaction() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = $1", address)
        erasure = Erasure(id=UUID(int=1), at=tx.now, subjects=(f"customer:{customer}",))
        await ErasureReplay(mover.keyring, erasers_of(mover.keyring, blobs)).replay(tx, erasure)


async def told_of(mover: Mover, run_id: object) -> Sequence[dict[str, object]]:
    return await mover.rows(
        "SELECT kind, external_id FROM import_problem WHERE run_id = $1 AND code = 'ERASED' ORDER BY 1, 2", run_id
    )


LEFT_OUT = [
    {"kind": "conversation", "external_id": "1"},
    {"kind": "customer", "external_id": "101"},
    *({"kind": "message", "external_id": str(number)} for number in (11, 12, 13, 14)),
    {"kind": "rating", "external_id": "ticket-1"},
]


async def test_who_was_erased_is_left_out_and_told(mover: Mover, blobs: DiskBlobs) -> None:
    await mover.brings("zendesk")
    await erase(mover, blobs, NARAE)
    foreseen = await mover.looks("zendesk")

    run = await mover.brings("zendesk")

    assert await told_of(mover, run.id) == LEFT_OUT
    assert await mover.rows("SELECT 1 FROM identity WHERE value ILIKE '%narae%' OR name = '강나래'") == []
    assert await mover.rows("SELECT 1 FROM message WHERE text = '언제 도착하나요?'") == []
    assert foreseen.counts == run.counts
    assert run.counts["customer"]["refused"] == 1


async def test_an_export_that_tells_only_the_id_does_not_bring_them_back(mover: Mover, blobs: DiskBlobs) -> None:
    await mover.brings("zendesk")
    await erase(mover, blobs, NARAE)
    path = mover.export("zendesk")
    (path / "users.json").unlink()

    await mover.brings("zendesk")

    assert await mover.rows("SELECT 1 FROM message WHERE text = '언제 도착하나요?'") == []


async def test_a_number_of_the_family_does_not_keep_others_out(mover: Mover) -> None:
    async with mover.database.transaction() as tx:
        await suppress(tx, mover.keyring, [("email", NARAE), ("phone", "+821023456789")])

    await mover.brings("zendesk")

    assert await mover.rows("SELECT name FROM identity WHERE value = 'tom@customer.example'") == [{"name": "Tom Reed"}]
    assert await mover.rows("SELECT 1 FROM identity WHERE value = '+821023456789'") == []
    assert await mover.rows("SELECT 1 FROM claim WHERE value = '+821023456789'") == []


async def test_what_an_export_says_is_masked(mover: Mover) -> None:
    path: Path = mover.export("zendesk")
    lines = [json.loads(line) for line in (path / "tickets.json").read_text().splitlines()]
    lines[0]["subject"] = f"주민번호 {NUMBER}"
    lines[0]["comments"][0]["plain_body"] = f"제 주민번호는 {NUMBER}"
    (path / "tickets.json").write_text("\n".join(map(json.dumps, lines)))

    await mover.brings("zendesk")

    assert await mover.rows("SELECT subject FROM conversation WHERE subject LIKE '주민%'") == [
        {"subject": "주민번호 ••••••-•••••••"}
    ]
    assert await mover.rows("SELECT 1 FROM message WHERE text LIKE '%900101%'") == []
    again = await mover.brings("zendesk")
    assert "changed" not in again.counts["message"]


@pytest.mark.parametrize(
    ("days", "sender", "left_out"), [(-1, NARAE, True), (1, NARAE, False), (-1, "somebody@else.example", False)]
)
async def test_a_mailbox_brings_nobody_back_and_keeps_nobody_out(
    mover: Mover, clock: ManualClock, days: int, sender: str, left_out: bool
) -> None:
    async with mover.database.transaction() as tx:
        await suppress(tx, mover.keyring, [("email", NARAE)])
    came = clock.now() + timedelta(days=days)
    letter = Request(
        body=f"From: Narae <{sender.upper()}>\r\nSubject: x\r\n\r\ny".encode(),
        headers={INTERNAL_DATE: came.isoformat()},
        received_at=clock.now(),
    )

    async with mover.database.reading() as tx:
        assert await doorkeeper_of(mover.keyring).left_out(tx, letter) is left_out
