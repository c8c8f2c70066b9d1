"""The desk as people see it: in both languages, light and dark, wide and narrow, by keyboard, and for everybody."""

import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "inbox": "/desk/inbox/open",
    "customers": "/desk/customers",
    "search": "/desk/search?q=배송",
    "profile": "/desk/settings",
    "channels": "/desk/settings/channels",
    "orders": "/desk/orders",
    "returns": "/desk/returns",
    "products": "/desk/products",
    "counter": "/desk/counter",
    "analytics": "/desk/analytics",
    "rfm": "/desk/segments/rfm",
    "import": "/desk/settings/import",
    "identity": "/desk/settings/identity",
    "quality": "/desk/settings/data-quality",
    "enrichment": "/desk/settings/enrichment",
}
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
IN_THE_DARK = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
"""Only colours differ there."""
AT_REST = """() => Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished.catch(() => null)))"""


async def faults_of(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds, as `rule: element`."""
    found = await Axe().run(page, options=options or {"resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


async def look(desk: Window, name: str, options: dict[str, Any] | None = None) -> None:
    """One screen in one look, once whatever moves in it has come to its end."""
    await desk.page.evaluate(AT_REST)
    await desk.picture(name)
    assert await faults_of(desk.page, options) == [], name
    wide = await desk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide, f"{name} is wider than the window"


async def test_every_screen_is_sound_for_everybody(desk: Window):
    """Each is loaded once, which takes longest, and looked at on a desk by day and by night, and on a phone."""
    page = desk.page
    scheme = "data-mantine-color-scheme"
    for name, path in PAGES.items():
        await page.goto(path)
        await page.wait_for_load_state("networkidle")
        await look(desk, f"{name}-ko-light-wide")
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html")).to_have_attribute(scheme, "dark")
        await look(desk, f"{name}-ko-dark-wide", IN_THE_DARK)
        await page.emulate_media(color_scheme="light")
        await expect(page.locator("html")).to_have_attribute(scheme, "light")
        await page.set_viewport_size(PHONE)
        await look(desk, f"{name}-ko-light-phone")
        await page.set_viewport_size(WIDE)
    assert desk.faults == []


async def test_a_phone_begins_settings_with_their_list(desk: Window):
    await desk.page.set_viewport_size(PHONE)
    await desk.page.goto("/desk/settings")
    await desk.page.wait_for_load_state("networkidle")
    await expect(desk.page).to_have_url(re.compile("/desk/settings$"))
    await look(desk, "settings-ko-light-phone")
    assert desk.faults == []


async def test_an_agent_works_by_keyboard_alone(desk: Window):
    page = desk.page
    await page.goto("/desk/inbox/open")
    await expect(page.get_by_text("서지안").first).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.get_by_role("log", name="대화")).to_be_visible()
    first = page.url
    await page.keyboard.press("j")
    await expect(page).not_to_have_url(first)
    await page.keyboard.press("k")
    await expect(page).to_have_url(first)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("고객")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await desk.picture("palette")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await desk.picture("keys")
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page).to_have_url(re.compile("/desk/customers"))
    assert desk.faults == []


async def test_a_draft_survives_a_reload(desk: Window):
    page = desk.page
    await page.goto("/desk/inbox/open")
    await page.get_by_text("윤재하").first.click()
    box = page.get_by_role("textbox", name="답장", exact=True)
    await box.fill("수거 기사님 일정을 확인하고 있어요")
    async with page.expect_response(re.compile("/draft")):
        await page.keyboard.press("Tab")
    await page.reload()
    await expect(page.get_by_role("textbox", name="답장", exact=True)).to_have_value(
        "수거 기사님 일정을 확인하고 있어요"
    )


async def test_a_resolved_case_leaves_the_list_and_comes_back_by_undo(desk: Window):
    page = desk.page
    await page.goto("/desk/inbox/open")
    await page.get_by_text("Emma Clark").first.click()
    await expect(page.get_by_role("log", name="대화")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^해결")).click()
    await page.get_by_role("button", name="실행 취소").click()
    await expect(page.get_by_role("button", name=re.compile("^해결"))).to_be_visible()


async def test_the_desk_speaks_english_too(desk: Window):
    page = desk.page
    await page.goto("/desk/settings")
    response = await page.request.patch("/api/me", data={"locale": "en"}, headers={"x-damso": "desk"})
    assert response.ok
    try:
        for name, path in PAGES.items():
            await page.goto(path)
            await page.wait_for_load_state("networkidle")
            await desk.picture(f"{name}-en")
            labels = await page.locator("button, h1, h2, h3, nav a, label").all_inner_texts()
            assert not [label for label in labels if re.search("설정|상담|고객|보류|해결|배정", label)], name
    finally:
        await page.request.patch("/api/me", data={"locale": "ko"}, headers={"x-damso": "desk"})


async def test_a_key_changed_while_hangul_is_on_works_in_another_window(desk: Window):
    page, other = desk.page, Window(await desk.page.context.new_page())
    await page.goto("/desk/settings/keyboard")
    await other.page.goto("/desk/inbox/open")
    await expect(other.page.get_by_text("서지안").first).to_be_visible()
    try:
        await page.get_by_role("button", name="고객으로 이동 키 바꾸기: G C").click()
        await page.evaluate(
            "window.dispatchEvent(new KeyboardEvent('keydown', {key: 'ㅂ', code: 'KeyQ', bubbles: true}))"
        )
        await expect(page.get_by_role("button", name="고객으로 이동 키 바꾸기: Q")).to_be_visible()
        await other.page.keyboard.press("?")
        await expect(other.page.get_by_role("dialog").get_by_text("Q", exact=True)).to_be_visible()
        await other.page.keyboard.press("Escape")
        await expect(other.page.get_by_role("dialog")).to_be_hidden()
        await other.page.keyboard.press("q")
        await expect(other.page).to_have_url(re.compile("/desk/customers"))
    finally:
        version = (await (await page.request.get("/api/me/settings")).json())["version"]
        back = {"version": version, "keys": {"preset": "damso", "own": {}}}
        await page.request.patch("/api/me/settings", data=back, headers={"x-damso": "desk"})
    assert desk.faults == other.faults == []
