"""Templates of AlimTalk at SOLAPI: `kakao/v2/templates`, as its SDK for Node.js calls it."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from damso.channels.abilities import ProviderTemplate, TemplateState
from damso.channels.adapters.sms.calls import Reply, read
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.reading import as_
from damso.channels.content import Button
from damso.channels.failures import ContentRejected

PATH = "/kakao/v2/templates"
PAGE = 100
PAGES = 20

_STATES: Mapping[str, TemplateState] = {
    "PENDING": "draft",
    "INSPECTING": "reviewing",
    "APPROVED": "approved",
    "REJECTED": "rejected",
}


class Ask(Protocol):
    """A signed call."""

    def __call__(self, method: str, path: str, body: Any = None) -> Awaitable[Reply]: ...


class _Button(Struct, frozen=True, rename="camel"):
    """`button_type`: WL web link, AL app link, BK bot keyword, MD message, DS delivery, BC consultation, BT to the
    chatbot, AC add the channel."""

    button_name: str
    button_type: str
    link_mo: str | None = None
    link_and: str | None = None


class _Comment(Struct, frozen=True, rename="camel"):
    content: str = ""
    is_admin: bool = False


class _Template(Struct, frozen=True, rename="camel"):
    template_id: str
    name: str = ""
    content: str | None = ""
    status: str = ""
    is_hidden: bool = False
    buttons: list[_Button] | None = None
    comments: list[_Comment] | None = None
    emphasize_title: str | None = None
    category_code: str | None = None


class _Page(Struct, frozen=True, rename="camel"):
    template_list: list[_Template]
    next_key: str | None = None


async def listed(config: SmsConfig, ask: Ask) -> Sequence[ProviderTemplate]:
    """All of the channel, a page after the other."""
    if not config.kakao_channel:
        return ()
    found: list[ProviderTemplate] = []
    query = {"channelId": config.kakao_channel, "limit": PAGE}
    for _ in range(PAGES):
        reply = await ask("GET", f"{PATH}?{urlencode(query)}")
        page = read(_Page, reply)
        found += map(template_of, page.template_list)
        if not page.next_key:
            break
        query["startKey"] = page.next_key
    return found


async def submit(template: ProviderTemplate, config: SmsConfig, ask: Ask) -> ProviderTemplate:
    """Make or change it, then ask for its review."""
    if not config.kakao_channel:
        raise ContentRejected("no KakaoTalk channel is connected")
    body: dict[str, Any] = {"name": template.name, "content": template.text, "buttons": _written(template.buttons)}
    if template.category:
        body["categoryCode"] = template.category
    if template.code:
        path = f"{PATH}/{quote(template.code, safe='')}"
        stored = (await ask("GET", path)).body
        if _same_buttons(stored, template):
            body["buttons"] = stored["buttons"]
        await ask("PUT", path, body)
        code = template.code
    else:
        made = {"channelId": config.kakao_channel, "messageType": "BA", "emphasizeType": "NONE", **body}
        code = read(_Template, await ask("POST", PATH, made)).template_id
    return template_of(read(_Template, await ask("PUT", f"{PATH}/{quote(code, safe='')}/inspection", {})))


def template_of(template: _Template) -> ProviderTemplate:
    return ProviderTemplate(
        code=template.template_id,
        name=template.name,
        text=template.content or "",
        state="stopped" if template.is_hidden else _STATES.get(template.status, "requested"),
        buttons=tuple(map(_button, template.buttons or ())),
        title=template.emphasize_title or "",
        category=template.category_code or "",
        comments="\n".join(one.content for one in template.comments or () if one.is_admin),
    )


def _button(button: _Button) -> Button:
    match button.button_type:
        case "WL":
            return Button(label=button.button_name, action="link", value=button.link_mo or "")
        case "AL":
            return Button(label=button.button_name, action="link", value=button.link_and or "")
        case _:
            return Button(label=button.button_name)


def _written(buttons: Sequence[Button]) -> list[dict[str, str]]:
    """Only what our words can say: links, and keywords for a chatbot."""
    return [
        {"buttonName": one.label, "buttonType": "WL", "linkMo": one.value, "linkPc": one.value}
        if one.action == "link"
        else {"buttonName": one.label, "buttonType": "BK"}
        for one in buttons
    ]


def _same_buttons(stored: Any, template: ProviderTemplate) -> bool:
    """Whether the buttons were left alone: then they stay as they are there, with kinds that our words lack."""
    try:
        return template_of(as_(_Template, stored)).buttons == template.buttons and "buttons" in stored
    except (msgspec.ValidationError, TypeError):
        return False
