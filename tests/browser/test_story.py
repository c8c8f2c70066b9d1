"""The main job, lived as people live it: chat, desk, proof of an address, mail, and back into the chat."""

import re

import pytest
from playwright.async_api import BrowserContext, FrameLocator, Page, expect

from tests.browser.conftest import Demo, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADDRESS = "mina@naver.example"


def chat_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[src*='/widget/frame']")


async def open_chat(page: Page) -> FrameLocator:
    await page.goto("/demo")
    await page.wait_for_function("typeof window.damso === 'function'")
    await page.evaluate("damso('open')")
    return chat_of(page)


async def say(chat: FrameLocator, text: str) -> None:
    box = chat.get_by_role("textbox", name="메시지를 입력해 주세요")
    await box.fill(text)
    await box.press("Enter")


async def answer(desk: Page, text: str) -> None:
    box = desk.get_by_role("textbox", name="답장", exact=True)
    await box.fill(text)
    await box.press("Control+Enter")


async def test_chat_then_mail_is_one_conversation_of_one_customer(demo: Demo, desk: Window, customer: BrowserContext):
    shop = Window(await customer.new_page())
    chat = await open_chat(shop.page)
    await say(chat, "달항아리 조명, 선물 포장 되나요?")

    # It is on the desk at once, and the answer is in the chat.
    await desk.page.goto("/desk/inbox/unassigned")
    await desk.page.get_by_text("달항아리 조명, 선물 포장 되나요?").first.click()
    thread = desk.page.get_by_role("log", name="대화")
    await expect(thread.get_by_text("달항아리 조명, 선물 포장 되나요?")).to_be_visible()
    await desk.picture("desk-chat")
    case = re.search(r"([0-9a-f-]{36})", desk.page.url)
    await answer(desk.page, "네, 포장해 드려요. 카드에 적을 말씀도 남겨 주세요.")
    await expect(chat.get_by_text("네, 포장해 드려요. 카드에 적을 말씀도 남겨 주세요.", exact=True)).to_be_visible()

    # The customer proves their address by a one-time code.
    await chat.get_by_role("button", name="이메일로도 이어서 상담할 수 있어요").first.click()
    await chat.get_by_role("textbox", name="이메일").fill(ADDRESS)
    await chat.get_by_role("textbox", name="이메일").press("Enter")
    mailbox = await customer.new_page()
    code = await code_from(mailbox, demo)
    first_digit = chat.get_by_role("textbox", name=re.compile("인증번호")).first
    await first_digit.click()
    await shop.page.keyboard.type(code)
    await expect(chat.get_by_text(ADDRESS).first).to_be_visible()
    await shop.picture("chat-proven")
    await shop.page.close()

    # Later they write a mail: the same case, the whole story beside it.
    response = await customer.request.post(
        f"/demo/mail/api/{ADDRESS}/mails",
        data={
            "to": "help@damso.example",
            "subject": "선물 포장 카드 문구",
            "text": "카드에는 '축하해, 유나야'라고 적어 주세요.",
        },
        headers={"sec-fetch-site": "same-origin"},
    )
    assert response.ok, await response.text()
    await expect(thread.get_by_text("카드에는 '축하해, 유나야'라고 적어 주세요.")).to_be_visible(timeout=15_000)
    assert case is not None
    assert case.group(1) in desk.page.url
    await desk.picture("desk-chat-and-mail")

    # The answer goes out by mail, threads in the customer's mail program …
    await expect(desk.page.get_by_role("button", name=f"받는 곳: 이메일 · {ADDRESS}")).to_be_visible()
    await answer(desk.page, "적어 두었어요. 내일 출발합니다.")
    answered = await mail_with(customer, "적어 두었어요. 내일 출발합니다.")
    assert answered["subject"] == "Re: 선물 포장 카드 문구"

    # … and stands in the chat when the customer returns.
    back = Window(await customer.new_page())
    chat = await open_chat(back.page)
    await expect(chat.get_by_text("적어 두었어요. 내일 출발합니다.", exact=True)).to_be_visible(timeout=15_000)
    await expect(chat.get_by_text("달항아리 조명, 선물 포장 되나요?", exact=True)).to_be_visible()
    await back.picture("chat-returned")
    assert desk.faults + shop.faults + back.faults == []


async def code_from(mailbox: Page, demo: Demo) -> str:
    """The code out of the customer's mailbox, as they would look for it."""
    await mailbox.goto(f"/demo/mail?box={ADDRESS}")
    listed = await mails(mailbox.context, lambda mail: mail["code"])
    await mailbox.close()
    return str(listed["code"])


async def mail_with(customer: BrowserContext, text: str) -> dict:
    return await mails(customer, lambda mail: text in mail["snippet"])


async def mails(customer: BrowserContext, wanted) -> dict:
    """The first mail in the customer's mailbox that is wanted; a paid undo time may pass before it is there."""
    page = await customer.new_page()
    found: dict = {}
    await page.goto("/demo/mail")

    async def look() -> bool:
        listed = await (await customer.request.get(f"/demo/mail/api/{ADDRESS}/mails")).json()
        found.update(next((mail for mail in listed if wanted(mail)), {}))
        return bool(found)

    for _ in range(100):
        if await look():
            break
        await page.wait_for_timeout(250)
    await page.close()
    assert found, "the mail did not arrive within 25 s"
    return found
