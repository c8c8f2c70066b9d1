"""The chat on another site, whose policy allows what docs/channels/chat.md asks for and nothing else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.async_api import BrowserContext, expect

from damso.demo.shop import CHAT_KEY
from tests.browser.conftest import Demo, Window
from tests.browser.test_story import chat_of, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def strict_shop(demo: Demo) -> Iterator[str]:
    """The address of a shop under a strict policy, on an origin of its own."""
    ours = f"script-src {demo.base}; connect-src {demo.base}; frame-src {demo.base}; img-src {demo.base}"
    policy = f"default-src 'none'; {ours} data:"  # the shop's own icon is the data
    page = (
        '<!doctype html><html lang="ko"><title>가게</title><link rel="icon" href="data:,">'
        f'<script async src="{demo.base}/widget.js" data-inbox="{CHAT_KEY}"></script>'
    ).encode()

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


async def test_the_chat_works_under_a_strict_policy(strict_shop: str, customer: BrowserContext) -> None:
    shop = Window(await customer.new_page())
    await shop.page.goto(strict_shop)
    await shop.page.wait_for_function("typeof window.damso === 'function'")
    await shop.page.evaluate("damso('open')")
    chat = chat_of(shop.page)
    await say(chat, "엄격한 가게에서도 보이나요?")
    await expect(chat.get_by_text("엄격한 가게에서도 보이나요?")).to_be_visible()
    assert shop.faults == []


async def test_the_desk_cannot_be_framed(demo: Demo, strict_shop: str, customer: BrowserContext) -> None:
    page = await customer.new_page()
    await page.goto(strict_shop)
    async with page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        await page.evaluate(
            "address => document.body.append(Object.assign(document.createElement('iframe'), {src: address}))",
            f"{demo.base}/desk",
        )
