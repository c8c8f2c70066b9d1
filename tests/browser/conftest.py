"""A whole Damso with its sample shop, and a real Chromium to live in it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests.demo_folder import copy_of
from tests.processes import REPOSITORY, wait_until

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "No Chromium was found. Install one (Debian: apt-get install chromium), or Playwright's own: "
    "python -m playwright install chromium"
)
PICTURES = REPOSITORY / "test-output"


class Demo:
    """A running demo."""

    def __init__(self, process: subprocess.Popen[bytes], base: str, log: Path) -> None:
        self.process = process
        self.base = base
        self._log = log

    @property
    def sign_in_link(self) -> str:
        found = re.findall(r"http\S+/desk/enter#\S+", self._log.read_text())
        assert found, self._log.read_text()
        return found[-1]


@pytest.fixture(scope="session")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("browsers")
    copy_of(demo_folder, folder / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "damso.cli", "serve"],
            cwd=REPOSITORY,
            env=os.environ | {"DAMSO_DATA": str(folder / "data"), "DAMSO_PORT": str(port), "LANG": "ko_KR.UTF-8"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = Demo(process, f"http://127.0.0.1:{port}", log)
    try:
        wait_until(lambda: "/desk/enter#" in log.read_text(), seconds=60, what="the demo's start")
        with urllib.request.urlopen(f"{running.base}/readyz") as answer:
            assert answer.status == 200
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def chromium_of(playwright: Playwright) -> str:
    """One that is there, else Playwright's own."""
    found = shutil.which("chromium") or shutil.which("google-chrome") or playwright.chromium.executable_path
    if not Path(found).exists():
        pytest.fail(MISSING)
    return found


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_of(playwright), args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def signed_in(browser: Browser, demo: Demo) -> dict:
    """The owner's session, signed in once by the link that the start printed."""
    context = await browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul")
    page = await context.new_page()
    await page.goto(demo.sign_in_link)
    await page.wait_for_url(re.compile("/desk/inbox"))
    state = await context.storage_state()
    await context.close()
    return dict(state)


class Window:
    """A page that notes what goes wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    async def picture(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png")


@pytest.fixture
async def contexts(browser: Browser) -> AsyncIterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        await context.close()


@pytest.fixture
async def desk(browser: Browser, demo: Demo, signed_in: dict, contexts: list[BrowserContext]) -> Window:
    """The agent's desk, wide."""
    context = await browser.new_context(
        base_url=demo.base,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
        viewport={"width": 1440, "height": 900},
        storage_state=signed_in,
    )
    contexts.append(context)
    return Window(await context.new_page())


@pytest.fixture
async def customer(browser: Browser, demo: Demo, contexts: list[BrowserContext]) -> BrowserContext:
    """The customer's browser; its pages share what a shop's page may keep."""
    context = await browser.new_context(
        base_url=demo.base, locale="ko-KR", timezone_id="Asia/Seoul", viewport={"width": 1280, "height": 850}
    )
    contexts.append(context)
    return context
