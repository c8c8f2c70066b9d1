"""The screenshots of the documents, made anew: `make pictures`.

Starts a demo of its own, lives the story of the README in it (chat, desk, proof of the address, mail, answer by mail),
once in each language, and takes the pictures. One that is too large is reduced to 256 colours.
"""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Locator,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

T = TypeVar("T")
Language = Literal["ko", "en"]

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SHARPNESS = 1.5
"""Pixels for each point: sharp enough on today's screens, and small enough to load."""
MOST_BYTES = 300_000
PATIENCE = 30.0
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Story(NamedTuple):
    """What is said in one language, and how the fields are called that it is typed into."""

    address: str
    asked: str
    answered: str
    subject: str
    written: str
    found: str
    noted: str
    replied: str
    search: str
    chat_field: str
    prove: str
    email_field: str
    code_field: str
    reply_field: str
    note_field: str
    thread: str


STORIES: dict[Language, Story] = {
    "ko": Story(
        address="mina@naver.example",
        asked="달항아리 조명, 선물 포장도 되나요? 이번 주 토요일까지 받을 수 있으면 좋겠어요.",
        answered="네, 포장해 드려요. 오늘 3시 전에 결제하시면 금요일에 도착해요. 카드에 적을 말씀도 남겨 주세요.",
        subject="선물 포장 카드 문구",
        written="채팅으로 여쭤본 김미나예요.\n\n카드에는 ‘축하해, 유나야’라고 적어 주세요.\n방금 결제했어요.",
        found="카드에는 ‘축하해, 유나야’라고 적어 주세요.",
        noted="포장은 2층 선반의 남색 상자로 부탁드려요.",
        replied="미나 님, 카드 문구 적어 두었어요. 내일 출발하고, 출발하면 송장 번호를 메일로 보내 드릴게요.",
        search="ㄷㅎㅇㄹ",
        chat_field="메시지를 입력해 주세요",
        prove="이메일로도 이어서 상담할 수 있어요",
        email_field="이메일",
        code_field="인증번호",
        reply_field="답장",
        note_field="내부 메모",
        thread="대화",
    ),
    "en": Story(
        address="emma@gmail.example",
        asked="Do you gift-wrap the moon jar lamp? I would need it by Saturday.",
        answered="We do, and it arrives on Friday if you order before three today. Shall we put a card in?",
        subject="The card for my gift",
        written="Emma here, from the chat.\n\nPlease write “For Yuna, with love” on the card.\nI have just paid.",
        found="Please write “For Yuna, with love” on the card.",
        noted="The blue box on the second shelf, please.",
        replied="Thank you, Emma. The card is written. It leaves tomorrow, and the tracking number follows by mail.",
        search="lamp",
        chat_field="Write a message",
        prove="Continue by e-mail too",
        email_field="E-mail address",
        code_field="6-digit code",
        reply_field="Reply",
        note_field="Note",
        thread="Conversation",
    ),
}


def main() -> None:
    with _demo() as (base, link), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=list(FLAGS)
        )
        own = _context(browser, base, "ko")
        desk = own.new_page()
        desk.goto(link)
        desk.wait_for_url(re.compile("/desk/inbox"))
        for language, story in STORIES.items():
            _speak(desk, language)
            customer = _context(browser, base, language, width=1180, height=820)
            case = _live(desk, customer, story)
            _take_desk(browser, base, own.storage_state(), language, story, case)
            _take_chat(customer, language, story)
        browser.close()


@contextmanager
def _demo() -> Iterator[tuple[str, str]]:
    """A demo that runs for as long as it is needed: its address, and the link to sign in by."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        log = Path(folder, "log")
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "damso.cli", "serve", "--demo"],
                cwd=REPOSITORY,
                env=os.environ | {"DAMSO_DATA": f"{folder}/data", "DAMSO_PORT": str(port), "DAMSO_LOCALE": "en"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            found = _until(lambda: re.search(r"http\S+/desk/enter#\S+", log.read_text()), seconds=120)
            yield f"http://127.0.0.1:{port}", found[0]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)


def _until(look: Callable[[], T | None], *, seconds: float = PATIENCE) -> T:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)
    return found


def _context(
    browser: Browser, base: str, language: Language, *, width: int = 1440, height: int = 900
) -> BrowserContext:
    return browser.new_context(
        base_url=base,
        locale="ko-KR" if language == "ko" else "en-GB",
        timezone_id="Asia/Seoul",
        viewport={"width": width, "height": height},
        device_scale_factor=SHARPNESS,
        reduced_motion="reduce",
    )


def _live(desk: Page, customer: BrowserContext, story: Story) -> str:
    """From the chat to the mail and back; the id of the conversation."""
    shop = customer.new_page()
    chat = _open_chat(shop)
    _type(chat.get_by_role("textbox", name=story.chat_field), story.asked, send="Enter")
    desk.goto("/desk/inbox/unassigned")
    desk.get_by_text(story.asked).first.click()
    _answer(desk, story, story.answered)
    expect(chat.get_by_text(story.answered, exact=True)).to_be_visible()
    _prove(shop, chat, story)
    shop.close()
    _write_mail(customer, story)
    expect(desk.get_by_role("log", name=story.thread).get_by_text(story.found)).to_be_visible(timeout=20_000)
    _note(desk, story)
    _answer(desk, story, story.replied)
    _until(lambda: any(story.replied[:20] in mail["snippet"] for mail in _mails(customer, story)) or None)
    return desk.url.rpartition("/")[2].partition("?")[0]


def _open_chat(shop: Page) -> FrameLocator:
    shop.goto("/demo")
    shop.wait_for_function("typeof window.damso === 'function'")
    shop.evaluate("damso('open')")
    return shop.frame_locator("iframe[src*='/widget/frame']")


def _type(field: Locator, text: str, *, send: str) -> None:
    field.fill(text)
    field.press(send)


def _answer(desk: Page, story: Story, text: str) -> None:
    _type(desk.get_by_role("textbox", name=story.reply_field, exact=True), text, send="Control+Enter")
    expect(desk.get_by_role("log", name=story.thread).get_by_text(text)).to_be_visible()


def _note(desk: Page, story: Story) -> None:
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    _type(desk.get_by_role("textbox", name=story.note_field, exact=True), story.noted, send="Control+Enter")
    expect(desk.get_by_role("log", name=story.thread).get_by_text(story.noted)).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("r")


def _prove(shop: Page, chat: FrameLocator, story: Story) -> None:
    chat.get_by_role("button", name=story.prove).first.click()
    _type(chat.get_by_role("textbox", name=story.email_field), story.address, send="Enter")
    code = _until(lambda: next((mail["code"] for mail in _mails(shop.context, story) if mail["code"]), None))
    chat.get_by_role("textbox", name=re.compile(story.code_field)).first.click()
    shop.keyboard.type(code)
    expect(chat.get_by_text(story.address).first).to_be_visible()


def _mails(customer: BrowserContext, story: Story) -> list[dict[str, Any]]:
    return list(customer.request.get(f"/demo/mail/api/{story.address}/mails").json())


def _write_mail(customer: BrowserContext, story: Story) -> None:
    sent = customer.request.post(
        f"/demo/mail/api/{story.address}/mails",
        data={"to": "help@damso.example", "subject": story.subject, "text": story.written},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert sent.ok, sent.text()


def _speak(desk: Page, language: Language) -> None:
    """Let the agent read the desk in a language."""
    changed = desk.request.patch("/api/me", data={"locale": language}, headers={"x-damso": "desk"})
    assert changed.ok, changed.text()


def _take_desk(browser: Browser, base: str, session: StorageState, language: Language, story: Story, case: str) -> None:
    address = f"/desk/inbox/open/{case}"
    page = _signed_in(browser, base, session, language)
    _show_case(page, address, story)
    _take(page, f"desk-{language}")
    page.emulate_media(color_scheme="dark")
    _show_case(page, address, story)
    _take(page, f"desk-dark-{language}")
    page.close()
    page = _signed_in(browser, base, session, language, height=560)
    page.goto(f"/desk/search?q={quote(story.search)}")
    page.locator("mark").first.wait_for()
    _take(page, f"search-{language}")
    page.goto("/desk/settings/channels")
    page.get_by_text("help@damso.example").first.wait_for()
    _take(page, f"channels-{language}")
    page.close()
    page = _signed_in(browser, base, session, language, width=390, height=780)
    _show_case(page, address, story)
    _take(page, f"phone-{language}")
    page.close()


def _signed_in(browser: Browser, base: str, session: StorageState, language: Language, **size: int) -> Page:
    context = _context(browser, base, language, **size)
    context.add_cookies(session["cookies"])  # type: ignore[arg-type]
    context.grant_permissions(["notifications"])
    return context.new_page()


def _show_case(page: Page, address: str, story: Story) -> None:
    page.goto(address)
    page.get_by_role("log", name=story.thread).get_by_text(story.replied).wait_for()


def _take_chat(customer: BrowserContext, language: Language, story: Story) -> None:
    """The chat as the customer finds it who comes back: the answer that went out by mail stands there too."""
    shop = customer.new_page()
    _open_chat(shop).get_by_text(story.replied, exact=True).wait_for()
    _take(shop, f"chat-{language}", dither=Image.Dither.FLOYDSTEINBERG)
    customer.close()


def _take(page: Page, name: str, *, dither: Image.Dither = Image.Dither.NONE) -> None:
    """Take one picture when nothing on the page moves any more. Where the page has gradients, `dither` keeps them."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    shot = Image.open(io.BytesIO(page.screenshot(caret="hide", animations="disabled"))).convert("RGB")
    target = HERE / f"{name}.png"
    shot.save(target, optimize=True)
    if target.stat().st_size > MOST_BYTES:
        colours = shot.quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=2)
        shot.quantize(palette=colours, dither=dither).save(target, optimize=True)
    size = target.stat().st_size
    print(f"{name}.png {size // 1000} kB", flush=True)
    assert size < MOST_BYTES, f"{name}.png is larger than {MOST_BYTES // 1000} kB"


if __name__ == "__main__":
    main()
