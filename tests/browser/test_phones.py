"""A customer's phone: a conversation with the desk, lived in a browser."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.conftest import Demo, Window
from tests.browser.test_desk import PHONE, WIDE, faults_of
from tests.browser.test_story import answer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECOND = 1000


async def test_a_conversation_by_phone_and_each_answer_is_there_within_a_second(
    demo: Demo, desk: Window, customer: BrowserContext
) -> None:
    phone = Window(await customer.new_page())
    await phone.page.goto("/demo/phone")
    await phone.page.get_by_role("button", name="박지호").click()
    await phone.page.get_by_role("button", name="네이버 톡톡").click()
    field = phone.page.get_by_role("textbox", name="메시지 보내기")
    await field.fill("조명 색을 고를 수 있나요?")
    await field.press("Enter")
    said = phone.page.get_by_role("log", name="대화")
    await expect(said.get_by_text("조명 색을 고를 수 있나요?")).to_be_visible()

    await desk.page.goto("/desk/inbox/unassigned")
    await desk.page.get_by_text("조명 색을 고를 수 있나요?").first.click()
    thread = desk.page.get_by_role("log", name="대화")
    await expect(thread.get_by_text("조명 색을 고를 수 있나요?")).to_be_visible()
    await answer(desk.page, "네, 세 가지 색이 있어요.")
    await expect(thread.get_by_text("네, 세 가지 색이 있어요.")).to_be_visible()
    await expect(said.get_by_text("네, 세 가지 색이 있어요.")).to_be_visible(timeout=SECOND)
    await phone.picture("phone")
    assert await faults_of(phone.page) == []
    await phone.page.emulate_media(color_scheme="dark")
    await phone.page.set_viewport_size(PHONE)
    assert await faults_of(phone.page) == []
    assert await phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await phone.page.set_viewport_size(WIDE)

    # A switch is on for everybody who looks at the phone, and in another language.
    await phone.page.get_by_role("switch", name="두 번 보내기").check()
    await phone.page.goto(f"{phone.page.url.partition('#')[0]}?lang=en#jiho/talktalk")
    await expect(phone.page.get_by_role("switch", name="Sent twice")).to_be_checked()
    await phone.page.get_by_role("switch", name="Sent twice").uncheck()
    assert phone.faults == []
    assert desk.faults == []
