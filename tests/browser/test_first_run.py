"""The first run without a demo: the printed link leads to a page that makes the owner, and only once."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.conftest import Window
from tests.processes import REPOSITORY, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def setup_link(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "damso.cli", "serve"],
            cwd=REPOSITORY,
            env=os.environ | {"DAMSO_DATA": str(tmp_path / "data"), "DAMSO_PORT": str(port)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until(lambda: "/desk/setup#" in log.read_text(), seconds=60, what="the start")
        yield re.findall(r"http\S+/desk/setup#\S+", log.read_text())[-1]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


async def test_an_empty_damso_is_set_up_and_is_then_closed_to_strangers(
    browser: Browser, setup_link: str, contexts: list[BrowserContext]
):
    context = await browser.new_context(locale="ko-KR", viewport={"width": 1280, "height": 850})
    contexts.append(context)
    window = Window(await context.new_page())
    page = window.page
    await page.goto(setup_link)
    await window.picture("setup")
    await page.get_by_label(re.compile("회사")).fill("바람책방")
    await page.get_by_label(re.compile("^이름")).fill("정하람")
    await page.get_by_label(re.compile("이메일")).fill("haram@baram.example")
    await page.get_by_label(re.compile("^비밀번호")).first.fill("조용한-서점의-아침")
    await page.get_by_role("button", name=re.compile("시작")).click()
    await expect(page).to_have_url(re.compile("/desk/(inbox|settings)"), timeout=15_000)
    await window.picture("first-desk")
    stranger = await browser.new_context(locale="ko-KR")
    contexts.append(stranger)
    again = await stranger.new_page()
    response = await again.request.post(
        setup_link.partition("/desk/")[0] + "/api/setup",
        data={
            "token": setup_link.partition("#")[2],
            "company": "남의 회사",
            "name": "낯선 사람",
            "email": "stranger@evil.example",
            "password": "아무거나-열글자-넘게",
            "locale": "ko",
        },
    )
    assert response.status in (409, 410)
