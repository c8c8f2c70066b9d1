"""The screenshots of the documents, made anew: `make pictures`.

Starts a demo of its own, lives the story of the README in it (chat, desk, proof of the address, mail, answer by mail),
and takes the pictures in both languages. Each is reduced to 256 colours, which screens of this kind do not miss.
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
from typing import Any, Literal, TypeVar

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect, sync_playwright

T = TypeVar("T")
Language = Literal["ko", "en"]

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
ADDRESS = "mina@naver.example"
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

ASKED = "달항아리 조명, 선물 포장도 되나요? 이번 주 토요일까지 받을 수 있으면 좋겠어요."
ANSWERED = "네, 포장해 드려요. 오늘 3시 전에 결제하시면 금요일에 도착해요. 카드에 적을 말씀이 있으면 남겨 주세요."
WRITTEN = (
    "안녕하세요, 채팅으로 여쭤본 김미나예요.\n\n"
    "카드에는 ‘축하해, 유나야’라고 적어 주세요.\n방금 결제했어요. 고맙습니다."
)
REPLIED = "미나 님, 카드 문구 적어 두었어요. 내일 출발하고, 출발하면 송장 번호를 메일로 보내 드릴게요."
NOTED = "포장은 2층 선반의 남색 상자로 부탁드려요."


def main() -> None:
    with _demo() as (base, link), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=list(FLAGS)
        )
        desk = _context(browser, base, "ko")
        entrance = desk.new_page()
        entrance.goto(link)
        entrance.wait_for_url(re.compile("/desk/inbox"))
        case = _live_the_story(browser, base, entrance)
        for language in ("ko", "en"):
            _speak(entrance, language)
            _take_desk(browser, base, desk, language, case)
        _speak(entrance, "ko")
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


def _live_the_story(browser: Browser, base: str, desk: Page) -> str:
    """From the chat to the mail and back; the address of the conversation at the desk."""
    customer = _context(browser, base, "ko", width=1180, height=820)
    shop = customer.new_page()
    chat = _open_chat(shop)
    box = chat.get_by_role("textbox", name="메시지를 입력해 주세요")
    box.fill(ASKED)
    box.press("Enter")
    desk.goto("/desk/inbox/unassigned")
    desk.get_by_text(ASKED).first.click()
    _answer(desk, ANSWERED)
    expect(chat.get_by_text(ANSWERED, exact=True)).to_be_visible()
    _prove(shop, chat)
    shop.close()
    _write_mail(customer)
    expect(desk.get_by_role("log", name="대화").get_by_text("카드에는 ‘축하해, 유나야’라고")).to_be_visible(
        timeout=20_000
    )
    _note(desk)
    _answer(desk, REPLIED)
    _until(lambda: any(REPLIED[:20] in mail["snippet"] for mail in _mails(customer)))
    customer.close()
    return desk.url


def _open_chat(shop: Page) -> FrameLocator:
    shop.goto("/demo")
    shop.wait_for_function("typeof window.damso === 'function'")
    shop.evaluate("damso('open')")
    return shop.frame_locator("iframe[src*='/widget/frame']")


def _answer(desk: Page, text: str) -> None:
    box = desk.get_by_role("textbox", name="답장", exact=True)
    box.fill(text)
    box.press("Control+Enter")


def _note(desk: Page) -> None:
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    box = desk.get_by_role("textbox", name="내부 메모", exact=True)
    box.fill(NOTED)
    box.press("Control+Enter")
    expect(desk.get_by_role("log", name="대화").get_by_text(NOTED)).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("r")


def _prove(shop: Page, chat: FrameLocator) -> None:
    chat.get_by_role("button", name="이메일로도 이어서 상담할 수 있어요").first.click()
    chat.get_by_role("textbox", name="이메일").fill(ADDRESS)
    chat.get_by_role("textbox", name="이메일").press("Enter")
    code = _until(lambda: next((mail["code"] for mail in _mails(shop.context) if mail["code"]), None))
    chat.get_by_role("textbox", name=re.compile("인증번호")).first.click()
    shop.keyboard.type(code)
    expect(chat.get_by_text(ADDRESS).first).to_be_visible()


def _mails(customer: BrowserContext) -> list[dict[str, Any]]:
    return list(customer.request.get(f"/demo/mail/api/{ADDRESS}/mails").json())


def _write_mail(customer: BrowserContext) -> None:
    sent = customer.request.post(
        f"/demo/mail/api/{ADDRESS}/mails",
        data={"to": "help@damso.example", "subject": "선물 포장 카드 문구", "text": WRITTEN},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert sent.ok, sent.text()


def _speak(desk: Page, language: Language) -> None:
    """Let the agent read the desk in a language."""
    changed = desk.request.patch("/api/me", data={"locale": language}, headers={"x-damso": "desk"})
    assert changed.ok, changed.text()


def _take_desk(browser: Browser, base: str, signed_in: BrowserContext, language: Language, case: str) -> None:
    state = signed_in.storage_state()
    wide = _with(browser, base, language, state)
    page = wide.new_page()
    page.goto(case)
    page.get_by_text(REPLIED).last.wait_for()
    _take(page, f"desk-{language}")
    page.goto("/desk/search?q=%EB%B0%B0%EC%86%A1")
    page.get_by_role("link").filter(has_text="배송").first.wait_for()
    _take(page, f"search-{language}")
    page.goto("/desk/settings/channels")
    page.get_by_text("help@damso.example").first.wait_for()
    _take(page, f"channels-{language}")
    page.emulate_media(color_scheme="dark")
    page.goto(case)
    page.get_by_text(REPLIED).last.wait_for()
    _take(page, f"desk-dark-{language}")
    wide.close()
    phone = _with(browser, base, language, state, width=390, height=844)
    page = phone.new_page()
    page.goto(case)
    page.get_by_text(REPLIED).last.wait_for()
    _take(page, f"phone-{language}")
    phone.close()
    _take_chat(browser, base, language)


def _with(browser: Browser, base: str, language: Language, state: Any, *, width: int = 1440, height: int = 900) -> Any:
    context = _context(browser, base, language, width=width, height=height)
    context.add_cookies(state["cookies"])
    return context


def _take_chat(browser: Browser, base: str, language: Language) -> None:
    """The chat as somebody meets it who has just asked something."""
    context = _context(browser, base, language, width=1180, height=820)
    shop = context.new_page()
    shop.add_init_script("document.documentElement.dataset.lang = ''")
    chat = _open_chat(shop)
    box = chat.get_by_role("textbox").first
    box.wait_for()
    _take(shop, f"chat-{language}")
    context.close()


def _take(page: Page, name: str) -> None:
    """Take one picture when nothing on the page moves any more."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    shot = Image.open(io.BytesIO(page.screenshot(caret="hide", animations="disabled"))).convert("RGB")
    target = HERE / f"{name}.png"
    shot.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)
    size = target.stat().st_size
    print(f"{name}.png {size // 1000} kB")
    assert size < MOST_BYTES, f"{name}.png is larger than {MOST_BYTES // 1000} kB"


if __name__ == "__main__":
    main()
