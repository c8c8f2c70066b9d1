"""Files of a company's own data at the desk: uploaded, mapped, looked at, brought in, corrected; and taken out
again."""

import asyncio
import csv
import io
import json
import subprocess
from datetime import timedelta
from typing import Any

import httpx
import pytest

from damso.bootstrap import timers_of
from tests.cli.terminal import COMMAND, Terminal
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.processes import REPOSITORY

WHY = {"x-damso-reason": "moving"}
PEOPLE = (
    "고객명,휴대폰,이메일,적립금\n김나래,010-1234-5678,narae@s.example,300\n이미나,12,,100\n=박,,park@s.example,많음\n"
)


async def uploads(owner: httpx.AsyncClient, kind: str, text: str, name: str = "고객.csv") -> dict[str, Any]:
    answer = await owner.post("/api/imports/upload", params={"product": kind, "name": name}, content=text.encode())
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def maps(owner: httpx.AsyncClient, job: dict[str, Any], **more: str) -> httpx.Response:
    head = (await owner.get(f"/api/imports/{job['id']}/columns")).json()
    columns = [
        {"column": one["name"], "target": more.get(one["name"], one["target"]), "reading": one["reading"]}
        for one in head["columns"]
    ]
    return await owner.put(f"/api/imports/{job['id']}/mapping", json={"columns": columns})


async def brings(owner: httpx.AsyncClient, company: Company, job: dict[str, Any]) -> dict[str, Any]:
    await company.works()
    seen = (await owner.get(f"/api/imports/{job['id']}")).json()
    assert (seen["job"]["state"], await company.count("identity", "source = 'import'")) == ("ready", 0)
    await owner.post(f"/api/imports/{job['id']}/start")
    await company.works()
    done = dict((await owner.get(f"/api/imports/{job['id']}")).json())
    assert done["job"]["counts"] == seen["job"]["foreseen"]["counts"]
    assert done["troubles"] == seen["troubles"]
    return done


async def test_a_file_is_mapped_looked_at_brought_in_and_its_bad_rows_handed_back(
    owner: httpx.AsyncClient, company: Company, clock: ManualClock
) -> None:
    job = await uploads(owner, "customers", PEOPLE)
    head = (await owner.get(f"/api/imports/{job['id']}/columns")).json()
    early = await owner.post(f"/api/imports/{job['id']}/start")
    wrong = [await maps(owner, job, 고객명="trait:"), await maps(owner, job, 휴대폰="", 이메일="")]
    mapped = await maps(owner, job)
    done = await brings(owner, company, job)

    assert (job["state"], early.json()["code"], mapped.json()["state"]) == ("mapping", "IMPORT_STATE", "looking")
    assert [(one["name"], one["target"], one["samples"][0]) for one in head["columns"]] == [
        ("고객명", "name", "김나래"),
        ("휴대폰", "phone", "010-1234-5678"),
        ("이메일", "email", "narae@s.example"),
        ("적립금", "trait:points", "300"),
    ]
    assert [one.json()["code"] for one in wrong] == ["TABLE_MAPPING_INVALID", "TABLE_MAPPING_LACKS"]
    assert done["job"]["counts"] == {"customer": {"new": 2, "refused": 1}}
    assert done["rejected"] == 1

    nameless = await owner.get(f"/api/imports/{job['id']}/rejected")
    rows = (await owner.get(f"/api/imports/{job['id']}/rejected", headers=WHY)).text
    assert nameless.json()["code"] == "REASON_NEEDED"
    [bad] = csv.DictReader(io.StringIO(rows.removeprefix("\ufeff")))
    assert (bad["고객명"], bad["휴대폰"], bad["#line"]) == ("이미나", "12", "3")
    corrected = await uploads(owner, "customers", rows.replace(",12,", ",010-2222-3333,"), "고객-rows.csv")
    again = await owner.get(f"/api/imports/{corrected['id']}/columns")
    assert [one["target"] for one in again.json()["columns"]][-2:] == ["", ""]
    await maps(owner, corrected)
    await company.works()
    await owner.post(f"/api/imports/{corrected['id']}/start")
    await company.works()
    assert await company.count("identity", "value = '+821022223333'") == 1
    clock.advance(timedelta(days=8))
    async with company.parts.database.transaction() as tx:
        [timer] = [timer for timer in timers_of(company.parts) if timer.name == "import_uploads"]
        await timer.run(tx)
    gone = await owner.get(f"/api/imports/{job['id']}/rejected", headers=WHY)
    assert (gone.status_code, gone.json()["code"]) == (409, "EXPORT_GONE")


async def test_a_number_column_tells_what_is_none(owner: httpx.AsyncClient, company: Company) -> None:
    job = await uploads(owner, "customers", PEOPLE)
    head = (await owner.get(f"/api/imports/{job['id']}/columns")).json()
    columns = [{"column": one["name"], "target": one["target"], "reading": "auto"} for one in head["columns"]]
    columns[3]["reading"] = "number"
    await owner.put(f"/api/imports/{job['id']}/mapping", json={"columns": columns})
    done = await brings(owner, company, job)
    assert {one["code"]: one["places"] for one in done["troubles"]} == {
        "PHONE_ALONE": ["고객.csv:3"],
        "VALUE_UNREADABLE": ["고객.csv:4"],
    }
    assert done["rejected"] == 2


@pytest.mark.parametrize(("name", "data"), [("x.csv", b"\n"), ("x.xlsx", b"PK\x03\x04"), ("x.json", b"[{}]")])
async def test_what_is_no_table_says_so_at_its_columns(owner: httpx.AsyncClient, name: str, data: bytes) -> None:
    answer = await owner.post("/api/imports/upload", params={"product": "events", "name": name}, content=data)
    refused = await owner.get(f"/api/imports/{answer.json()['id']}/columns")
    assert (refused.status_code, refused.json()["code"]) == (422, "EXPORT_UNREADABLE")
    assert (await owner.delete(f"/api/imports/{answer.json()['id']}")).status_code == 204


async def exported(owner: httpx.AsyncClient, company: Company, route: str, fmt: str = "csv") -> list[dict[str, Any]]:
    job = await owner.post(route, json={"format": fmt}, headers=WHY)
    assert job.status_code == 201, job.text
    await company.works()
    text = (await owner.get(f"/api/exports/{job.json()['id']}/file")).text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text))) if fmt == "csv" else [json.loads(line) for line in text.splitlines()]


async def test_everything_that_came_in_can_be_taken_out(owner: httpx.AsyncClient, company: Company) -> None:
    files = {
        "events": "일시,회원번호,이벤트명,order_id,total,currency,memo\n"
        "2024-01-02,M-1,Order Completed,A-1,39000,KRW,=1+1\n",
        "products": "sku,name,price,currency\nA-1,=신발,12000,KRW\n",
        "consents": "회원번호,수신동의,수신동의일\nM-1,Y,2024-01-02\n",
    }
    for kind, text in files.items():
        job = await uploads(owner, kind, text)
        assert (await maps(owner, job)).status_code == 200
        await company.works()
        await owner.post(f"/api/imports/{job['id']}/start")
        await company.works()

    await owner.put("/api/places", json=[{"key": "s", "name": "서촌점", "kind": "shop"}])
    await owner.put("/api/stock", json=[{"sku": "A-1", "place": "s", "quantity": 3, "version": 1}])

    [event] = await exported(owner, company, "/api/exports/events")
    [order] = await exported(owner, company, "/api/exports/orders")
    [whole] = await exported(owner, company, "/api/exports/orders", "jsonl")
    [product] = await exported(owner, company, "/api/exports/products")
    [consent] = await exported(owner, company, "/api/exports/consents")
    assert (event["name"], event["identity"], json.loads(event["properties"])["memo"]) == (
        "Order Completed",
        "M-1",
        "=1+1",
    )
    assert (order["number"], order["total"], order["customer_id"]) == ("A-1", "39000", event["customer_id"])
    assert whole["customer_id"] == event["customer_id"]
    assert (product["name"], product["price"], product["places"]) == ("'=신발", "12000", "서촌점: 3")
    assert (consent["value"], consent["given"], consent["method"]) == ("M-1", "True", "import")
    assert await company.count("access_record", "act = 'exported'") == 5


async def test_members_of_a_segment_come_with_what_is_known(owner: httpx.AsyncClient, company: Company) -> None:
    job = await uploads(owner, "customers", "이름,이메일,등급\n김나래,narae@s.example,VIP\n이미나,mina@s.example,\n")
    await maps(owner, job)
    await brings(owner, company, job)
    rule = {"kind": "trait", "key": "grade", "op": "is", "value": "VIP"}
    made = await owner.post("/api/segments", json={"name": "이메일", "rule": rule})
    assert made.status_code == 201, made.text
    await company.works()
    [line] = await exported(owner, company, f"/api/segments/{made.json()['id']}/export")
    assert (line["name"], line["emails"], bool(line["member_since"])) == ("김나래", "narae@s.example", True)


async def test_a_table_goes_on_after_its_worker_was_killed(
    owner: httpx.AsyncClient, company: Company, dsn: str
) -> None:
    many = 2_500
    rows = "".join(f"M-{number},p{number}@s.example,{number % 7}등급\n" for number in range(many))
    job = await uploads(owner, "customers", "회원번호,이메일,등급\n" + rows + ",oops,\n")
    await maps(owner, job)
    await company.works()
    await owner.post(f"/api/imports/{job['id']}/start")
    terminal = Terminal(company.parts.settings.data, DAMSO_DATABASE_URL=dsn)
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "worker", cwd=REPOSITORY, env=terminal._environ, stderr=subprocess.DEVNULL
    )
    try:
        while not 0 < (dead := (await owner.get(f"/api/imports/{job['id']}")).json()["job"])["position"] < many:
            assert process.returncode is None
            await asyncio.sleep(0.02)
    finally:
        process.kill()
        await process.wait()
    came = await company.count("identity", "source = 'import' AND kind = 'email'")
    await company.works()
    done = (await owner.get(f"/api/imports/{job['id']}")).json()

    assert (dead["state"], came < many) == ("running", True)
    assert (done["job"]["state"], done["job"]["counts"]) == ("done", {"customer": {"new": many, "refused": 1}})
    assert [trouble["count"] for trouble in done["troubles"]] == [1]
    assert await company.count("identity", "source = 'import' AND kind = 'email'") == many
    assert await company.count("trait_change", "source = 'import'") == many
    assert (
        await company.count(
            "customer", "EXISTS (SELECT FROM identity i WHERE i.home_id = customer.id AND i.source = 'import')"
        )
        == many
    )
