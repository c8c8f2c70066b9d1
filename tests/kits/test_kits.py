"""The kits that shops have built in already, unchanged and pointed here, each sending to a running server."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Page

from damso.customers.tracking.sources import NewSource, create_source
from damso.customers.tracking.types import SourceKind
from damso.kernel.database import open_database
from damso.kernel.log import SYSTEM
from tests.conftest import STRICT
from tests.kits.conftest import script_of
from tests.processes import PATIENCE, REPOSITORY

pytestmark = pytest.mark.slow

PYTHON_KITS = REPOSITORY / ".build" / "python-kits"
SIX = ["Aliased", "Group Joined", "Identified", "Order Completed", "Page Viewed", "Screen Viewed"]


async def source(dsn: str, kind: SourceKind, namespace: str) -> str:
    """A write key. Each test has user ids of its own."""
    database = await open_database(dsn)
    async with database.transaction() as tx:
        _, key = await create_source(tx, NewSource(name=namespace, kind=kind, namespace=namespace), SYSTEM)
    await database.close()
    return key


async def events(dsn: str, namespace: str) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        """SELECT e.name, e.properties, i.kind, i.value FROM tracked_event e JOIN identity i ON i.id = e.identity_id
        JOIN source s ON s.id::text = e.actor_id WHERE s.namespace = $1 ORDER BY e.name, e.id""",
        namespace,
    )
    refused = await connection.fetch("SELECT code, detail FROM refused_event")
    await connection.close()
    assert not refused, refused
    return [dict(row) | {"properties": json.loads(row["properties"])} for row in rows]


def run(command: list[str], **environ: str) -> None:
    """Let a kit send everything; it names what failed."""
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | environ, capture_output=True, timeout=PATIENCE * 3, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == [], done.stdout


@pytest.mark.parametrize("kit", ["segment", "rudder"])
async def test_node(server: tuple[str, str], kit: str) -> None:
    base, dsn = server
    key = await source(dsn, "server", f"node-{kit}")
    node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert node, "no Node: it comes with the virtual environment"
    run([node, str(Path(__file__).with_name("node.mjs")), kit, base, key])
    assert [one["name"] for one in await events(dsn, f"node-{kit}")] == SIX


@pytest.mark.parametrize("kit", ["segment", "rudderstack"])
async def test_python(server: tuple[str, str], kit: str) -> None:
    if not PYTHON_KITS.is_dir():
        (pytest.fail if STRICT else pytest.skip)("no Python kits: make .build/python-kits.stamp")
    base, dsn = server
    key = await source(dsn, "server", f"python-{kit}")
    script = Path(__file__).with_name("python_kit.py")
    run([sys.executable, str(script), kit, base, key], PYTHONPATH=str(PYTHON_KITS))
    assert [one["name"] for one in await events(dsn, f"python-{kit}")] == SIX


async def arrived(dsn: str, namespace: str, count: int) -> list[dict[str, Any]]:
    """What has come once there is so much of it: a browser sends when it likes."""
    deadline = time.monotonic() + PATIENCE
    while len(found := await events(dsn, namespace)) < count and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return found


async def test_segments_browser_kit(server: tuple[str, str], page: Page) -> None:
    base, dsn = server
    key = await source(dsn, "browser", "next")
    await page.add_script_tag(url=script_of("segment.js"))
    await page.evaluate(
        """async ([key, base]) => {
            const [analytics] = await AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: base });
            await analytics.page();
            await analytics.identify("member-7", { email: "mina@damso.example", grade: "gold" });
            await analytics.track("Product Viewed", { price: 12000 });
        }""",
        [key, base],
    )
    found = await arrived(dsn, "next", 3)
    assert [(one["name"], one["kind"]) for one in found] == [
        ("Identified", "anonymous"),
        ("Page Viewed", "anonymous"),
        ("Product Viewed", "anonymous"),
    ]
    assert found[1]["properties"]["title"] == "감귤 가게"
    assert found[2]["properties"]["$user"] == "member-7"


@pytest.mark.parametrize("beacon", [False, True], ids=["xhr", "beacon"])
async def test_rudders_browser_kit(server: tuple[str, str], page: Page, beacon: bool) -> None:
    base, dsn = server
    key = await source(dsn, "browser", f"rudder-{beacon}".lower())
    await page.add_script_tag(url=script_of("rudder.js"))
    await page.evaluate(
        """([key, base, useBeacon]) => new Promise((ready) => {
            const analytics = new rudderanalytics.RudderAnalytics();
            window.analytics = analytics;
            analytics.load(key, base, { configUrl: base, useBeacon, beaconQueueOptions: { flushQueueInterval: 200 } });
            analytics.page();
            analytics.identify("member-7", { email: "mina@damso.example" });
            analytics.track("Product Viewed", { price: 12000 });
            analytics.ready(() => ready());
        })""",
        [key, base, beacon],
    )
    found = await arrived(dsn, f"rudder-{beacon}".lower(), 3)
    assert [one["name"] for one in found] == ["Identified", "Page Viewed", "Product Viewed"]
