"""A customer's own page of preferences on a phone: by touch and keyboard, sound for everybody, without a script."""

import re

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.conftest import Demo, Window
from tests.browser.test_desk import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_customer_decides_on_a_phone_without_signing_in(
    desk: Window, browser: Browser, demo: Demo, contexts: list[BrowserContext]
):
    ask = desk.page.context.request
    customers = (await (await ask.get("/api/customers?q=jiho")).json())["items"]
    card = await (await ask.get(f"/api/customers/{customers[0]['id']}")).json()
    wanted = {"identity_id": card["identities"][0]["id"]}
    made = await ask.post(f"/api/customers/{card['id']}/preferences-link", data=wanted, headers={"x-damso": "desk"})
    context = await browser.new_context(locale="ko-KR", color_scheme="dark", viewport={"width": 390, "height": 844})
    contexts.append(context)
    window = Window(await context.new_page())
    page = window.page
    await page.goto((await made.json())["url"])
    switch = page.get_by_role("switch", name="이메일").first
    await expect(switch).not_to_be_checked()
    await switch.focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_role("status")).to_contain_text("저장했어요")
    await expect(switch).to_be_checked()
    await window.picture("preferences-phone")
    assert await faults_of(page) == []
    await page.get_by_role("link", name="English").click()
    await expect(page).to_have_title(re.compile("Message preferences"))
    await page.get_by_role("button", name="Stop all news and offers").click()
    await expect(page.get_by_role("switch", name="E-mail").first).not_to_be_checked()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert window.faults == []
