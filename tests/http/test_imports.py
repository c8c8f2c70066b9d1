"""Moving here at the desk: an upload or a folder is looked at, brought in, stopped, gone on with, and told of."""

import asyncio
import io
import json
import subprocess
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from damso.channels.connect import connect
from damso.customers.erasing.suppressed import suppress
from damso.kernel.log import Actor
from damso.web import create_app
from tests.cli.terminal import COMMAND, Terminal
from tests.conversations.company import Company
from tests.http.browsers import running, signed_in_browser
from tests.http.two_brands import make_two_brands
from tests.processes import REPOSITORY

EXPORTS = Path(__file__).parent.parent / "imports" / "exports"
WHY = {"x-damso-reason": "moving"}


def zipped(folder: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return data.getvalue()


async def uploads(
    owner: httpx.AsyncClient, data: bytes, product: str = "zendesk", name: str = "export.zip", **more: str
) -> httpx.Response:
    query = {"product": product, "name": name, **more}
    return await owner.post("/api/imports/upload", params=query, content=data)


async def seen(owner: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    answer = (await owner.get(f"/api/imports/{job['id']}")).json()
    return dict(answer["job"]) | {"troubles": answer["troubles"]}


async def looked(owner: httpx.AsyncClient, company: Company, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    await company.works()
    return await seen(owner, answer.json())


async def test_an_upload_is_looked_at_before_anything_comes(owner: httpx.AsyncClient, company: Company) -> None:
    answer = await uploads(owner, zipped(EXPORTS / "zendesk"))
    before = answer.json()
    job = await looked(owner, company, answer)

    assert (before["state"], job["state"], job["name"], job["folder"]) == ("looking", "ready", "export.zip", False)
    assert job["foreseen"]["counts"]["conversation"] == {"new": 3, "refused": 3}
    assert {"name": "Former Colleague", "email": "gone@moonlight.example", "agent": ""} in job["foreseen"]["colleagues"]
    assert {one["code"]: one["warning"] for one in job["troubles"]}.items() >= {
        "NO_PERSON": False,
        "NOT_JSON": False,
    }.items()
    assert await company.count("conversation") == 0


async def test_it_is_brought_in_told_of_and_its_file_goes(owner: httpx.AsyncClient, company: Company) -> None:
    job = await looked(owner, company, await uploads(owner, zipped(EXPORTS / "zendesk")))
    started = await owner.post(f"/api/imports/{job['id']}/start")
    await company.works()
    done = await seen(owner, job)
    nameless = await owner.get(f"/api/imports/{job['id']}/problems")
    told = await owner.get(f"/api/imports/{job['id']}/problems", headers=WHY)

    assert (started.json()["job"]["state"], done["state"], done["has_file"]) == ("waiting", "done", False)
    assert done["counts"] == job["foreseen"]["counts"]
    assert done["position"] == done["total"] == job["total"]
    assert await company.count("conversation") == 3
    assert (nameless.status_code, nameless.json()["code"]) == (422, "REASON_NEEDED")
    assert told.text.startswith("\ufeffplace,kind,id,code,reason")
    assert len(told.text.splitlines()) == 1 + sum(one["count"] for one in done["troubles"])
    assert await company.count("access_record", "act = 'exported' AND reason = 'moving'") == 1
    assert await company.count("audit", "act LIKE 'import.%'") == 2
    assert [one["id"] for one in (await owner.get("/api/imports")).json()] == [job["id"]]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("export.zip", b"PK\x03\x04 broken", "export.zip"),
        ("notes.txt", b"hello", "notes.txt"),
        ("tickets.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><tickets>&a;</tickets>', "tickets.xml"),
        ("tickets.json", b'{"tickets": [' + b"[" * 5000, "tickets.json"),
    ],
)
async def test_what_is_no_export_is_told_and_nothing_breaks(
    owner: httpx.AsyncClient, company: Company, name: str, data: bytes, why: str
) -> None:
    job = await looked(owner, company, await uploads(owner, data, name=name))

    assert job["state"] in ("failed", "ready")
    if job["state"] == "failed":
        assert why in job["error"]
    else:
        assert job["troubles"]
    assert (await owner.delete(f"/api/imports/{job['id']}")).status_code == 204
    assert (await owner.get(f"/api/imports/{job['id']}")).status_code == 404


async def test_what_is_empty_unknown_or_badly_named_is_refused(owner: httpx.AsyncClient) -> None:
    answers = [
        await uploads(owner, b""),
        await uploads(owner, b"x", product="freshworks"),
        await uploads(owner, b"x", name="/"),
        await uploads(owner, b"x", account="two words"),
        await uploads(owner, b"x", product="mailbox"),
    ]

    assert [one.status_code for one in answers] == [422] * 5
    assert answers[-1].json()["code"] == "NOT_A_MAILBOX"


async def test_one_at_a_time(owner: httpx.AsyncClient, company: Company) -> None:
    first = await uploads(owner, zipped(EXPORTS / "zendesk"))
    second = await uploads(owner, zipped(EXPORTS / "chatwoot"), product="chatwoot")
    async with company.parts.database.transaction() as tx:  # as far as its look had come
        await tx.execute("UPDATE import_run SET position = 7")
    stopped = await owner.post(f"/api/imports/{first.json()['id']}/stop")
    third = await uploads(owner, zipped(EXPORTS / "chatwoot"), product="chatwoot")

    assert (second.status_code, second.json()["code"]) == (409, "IMPORT_RUNNING")
    assert [stopped.json()["job"][name] for name in ("state", "position")] == ["stopped", 0]
    assert third.status_code == 201
    again = await owner.post(f"/api/imports/{first.json()['id']}/stop")
    assert (again.status_code, again.json()["code"]) == (409, "IMPORT_STATE")


async def test_who_was_erased_is_left_out_and_counted(owner: httpx.AsyncClient, company: Company) -> None:
    async with company.parts.database.transaction() as tx:
        await suppress(tx, company.parts.keyring, [("email", "narae@customer.example")])
    job = await looked(owner, company, await uploads(owner, zipped(EXPORTS / "zendesk")))

    assert {"code": "ERASED", "count": 7, "warning": False} in [
        {key: one[key] for key in ("code", "count", "warning")} for one in job["troubles"]
    ]


async def test_who_sees_only_a_part_brings_nothing_in(app: Litestar, company: Company) -> None:
    world = await make_two_brands(company)
    async with await world.desk(app, "brands") as client:
        answers = [
            await client.get("/api/imports"),
            await client.get("/api/imports/options"),
            await uploads(client, b"x"),
            await client.post("/api/imports", json={"product": "zendesk", "folder": "x"}),
        ]
    assert [one.status_code for one in answers] == [403] * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "exports"
    root.mkdir()
    (root / "zendesk").symlink_to(EXPORTS / "zendesk")
    (root / "mail.mbox").write_bytes(b"".join(map(mail, range(30))))
    return root


def mail(number: int) -> bytes:
    return (
        f"From x@y.example Mon Jan  5 10:00:{number:02} 2026\nFrom: p{number % 3}@customer.example\n"
        f"To: help@damso.example\nMessage-ID: <m{number}@customer.example>\nSubject: Old {number}\n"
        f"Date: Mon, 5 Jan 2026 10:00:{number:02} +0000\n\nWord {number}\n\n"
    ).encode()


async def test_a_folder_of_the_server_only_where_it_is_allowed(
    owner: httpx.AsyncClient, company: Company, folder: Path
) -> None:
    order = {"product": "zendesk", "folder": "zendesk"}
    closed = await owner.post("/api/imports", json=order)
    opened = replace(company.parts, settings=replace(company.parts.settings, import_folder=folder))
    async with running(create_app(opened)) as application, owner_of(application, company) as client:
        options = (await client.get("/api/imports/options")).json()
        outside = [
            await client.post("/api/imports", json=order | {"folder": name})
            for name in ("..", "../..", "/etc", ".", "no such", "a\0b", "zendesk")
        ]

    assert closed.json()["code"] == "IMPORT_FOLDER_CLOSED"
    assert options == {"upload_mb": 2048, "folder_open": True, "folder": ["mail.mbox", "zendesk"]}
    assert {one.json()["code"] for one in outside} == {"NOT_IN_IMPORT_FOLDER"}


@asynccontextmanager
async def owner_of(application: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with company.parts.database.reading() as tx:
        actor = Actor("agent", str(await tx.value("SELECT id FROM agent WHERE role = 'owner'")))
    async with await signed_in_browser(application, company.parts.database, actor) as client:
        yield client


@pytest.fixture
async def mailbox(company: Company, folder: Path) -> str:
    """An e-mail inbox; nobody reads it."""
    config = {"address": "help@damso.example", "imap_host": "imap.damso.example", "smtp_host": "smtp.damso.example"}
    async with company.parts.database.transaction() as tx:
        parts = company.parts
        made = await connect(
            tx, parts.adapters, parts.keyring, channel="email", name="메일", brand_id=company.brand_id, config=config
        )
    company.parts.inboxes.forget()
    return str(made)


async def test_old_mail_comes_in_from_an_upload_and_not_twice(
    owner: httpx.AsyncClient, company: Company, folder: Path, mailbox: str
) -> None:
    async with company.parts.database.transaction() as tx:
        await suppress(tx, company.parts.keyring, [("email", "p1@customer.example")])
    states = []
    for _ in range(2):
        answer = await uploads(owner, (folder / "mail.mbox").read_bytes(), "mailbox", "mail.mbox", inbox_id=mailbox)
        job = await looked(owner, company, answer)
        await owner.post(f"/api/imports/{job['id']}/start")
        await company.works()
        states.append((job["foreseen"]["counts"], (await seen(owner, job))["counts"]))

    assert states == [
        ({"message": {"new": 20, "refused": 10}}, {"message": {"new": 20, "refused": 10}}),
        ({"message": {"new": 20, "refused": 10}}, {"message": {"same": 20, "refused": 10}}),
    ]
    assert await company.count("message") == 20
    assert await company.count("identity", "value = 'p1@customer.example'") == 0


async def test_an_import_goes_on_after_its_worker_was_killed(
    owner: httpx.AsyncClient, company: Company, dsn: str, tmp_path: Path
) -> None:
    export = tmp_path / "big"
    export.mkdir()
    with (export / "tickets.json").open("w") as file:
        for number in range(1, 1201):
            at = f"2024-01-{1 + number % 28:02}T10:00:00Z"
            said = {"id": number, "author_id": number % 50, "body": f"말 {number}", "created_at": at, "public": True}
            file.write(json.dumps({"id": number, "requester_id": number % 50, "created_at": at, "comments": [said]}))
            file.write("\n")
    job = await looked(owner, company, await uploads(owner, zipped(export)))
    await owner.post(f"/api/imports/{job['id']}/start")
    data = company.parts.settings.data
    terminal = Terminal(data, DAMSO_DATABASE_URL=dsn)
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "worker", cwd=REPOSITORY, env=terminal._environ, stderr=subprocess.DEVNULL
    )
    try:
        while not 0 < (now := await seen(owner, job))["position"] < now["total"]:
            assert process.returncode is None
            await asyncio.sleep(0.02)
    finally:
        process.kill()
        await process.wait()
    at_death = (await seen(owner, job))["state"]
    await company.works()
    done = await seen(owner, job)

    assert at_death == "running"
    assert (done["state"], done["counts"]["message"]) == ("done", {"new": 1200})
    assert await company.count("message") == 1200
