"""A running Damso, and a page on another origin with the browser kits on it."""

import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.browser.conftest import FLAGS, chromium_of
from tests.databases import fresh_database
from tests.http.server import server_thread
from tests.processes import REPOSITORY

MODULES = REPOSITORY / "web" / "node_modules"
KITS = {
    "segment.js": MODULES / "@segment/analytics-next/dist/umd",
    "rudder.js": MODULES / "@rudderstack/analytics-js/dist/npm/modern/bundled/umd",
}


@pytest.fixture(scope="module")
async def server(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, str]]:
    """The address of a server, and of its database."""
    folder = tmp_path_factory.mktemp("kits")
    async with fresh_database(postgres_server, template_database) as dsn:
        with server_thread(dsn, folder) as base:
            yield base, dsn


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Another site, which serves the kits and an empty page."""

    class Shop(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/page"):
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write("<!doctype html><title>감귤 가게</title><link rel=icon href='data:,'>".encode())
            else:
                super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(Shop, directory=str(MODULES)))
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{site.server_port}"
    site.shutdown()
    thread.join()


@pytest.fixture
async def page(shop: str) -> AsyncIterator[Page]:
    """A visitor's browser on the shop's page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_of(playwright), args=list(FLAGS))
        page = await browser.new_page()
        await page.goto(f"{shop}/page")
        yield page
        await browser.close()


def script_of(kit: str) -> str:
    """Where the shop serves a kit from."""
    folder: Path = KITS[kit]
    return f"/{folder.relative_to(MODULES)}/index.js"
