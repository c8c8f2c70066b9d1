"""From what Kakao posts to items.

A call tells no id of the message and no time; where it carries no id of its own it counts as new, since the documents
know no repeated skill calls.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

import msgspec

from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.adapters.kakao.skill import (
    NEWS,
    REQUEST_ID,
    ChannelNews,
    SkillCall,
    is_file,
    is_news,
    read_json,
    read_skill,
)
from damso.channels.failures import Unparsable
from damso.channels.items import Address, Attachment, InboundMessage, Item, ThreadChange, Unsupported
from damso.channels.types import Request

CHANNEL_USER = "kakao_channel_user"
"""Identity by `plusfriendUserKey`: a person as the KakaoTalk channel knows them. Its scope is the bot."""
BOT_USER = "kakao_bot_user"
"""Identity by `botUserKey`: a person as the bot knows them."""
APP_USER = "kakao_app_user"
"""Identity by `appUserId`, a person as the company's Kakao app knows them; of a skill call only a claim."""
OPEN_ID = "kakao_open_id"
"""A person who has not agreed to be told of to the app by their id there."""

CALLBACK_GOOD_FOR = timedelta(minutes=1)
"""ai_chatbot_callback_guide: "callbackUrl valid time: 1min", to be used once."""

_SECURE_URLS = re.compile(r"https?://[^\s,)\"']+")


def delivery_key(request: Request) -> str:
    """Kakao's own id of the call. Without one: what tells the call from any other, which is its callback, else the
    moment it came at."""
    if is_news(request):
        return f"channel:{request.headers[NEWS]}"
    if identifier := request.headers.get(REQUEST_ID):
        return f"skill:{identifier}"
    digest = hashlib.sha256(request.body)
    if not _has_callback(request):
        digest.update(request.received_at.isoformat().encode())
    return f"skill:{digest.hexdigest()}"


def _has_callback(request: Request) -> bool:
    """Each call's is another one, so the same again is the same call."""
    try:
        return bool(read_skill(request.body).user_request.callback_url)
    except (msgspec.ValidationError, Unparsable):
        return False


def parse(request: Request, config: KakaoConfig) -> Sequence[Item]:
    """Every item of a call. Raises `Unparsable` where it is no JSON."""
    kind = "channel" if is_news(request) else "skill"
    try:
        return list(_news(request, config) if kind == "channel" else _said(request))
    except msgspec.ValidationError as error:
        return [Unsupported(kind=kind, why=str(error)[:300])]


def _news(request: Request, config: KakaoConfig) -> Iterator[Item]:
    news = msgspec.convert(read_json(request.body), ChannelNews)
    kind = APP_USER if news.id_type == "app_user_id" else OPEN_ID
    yield ThreadChange(
        sender=Address(kind=kind, scope=config.bot_id, value=_known(str(news.id))),
        change="blocked" if news.event == "blocked" else "unblocked",
        at=_moment(news.updated_at) or request.received_at,
        facts={"channel": news.channel_uuid or news.channel_public_id},
    )


def _said(request: Request) -> Iterator[Item]:
    call = read_skill(request.body)
    if call.is_own_event:
        yield Unsupported(kind="event", why="an event of ours called the skill; nobody said anything")
        return
    if call.user_request.chat:
        yield Unsupported(kind="group", why="group chats are not supported")
        return
    files, elsewhere = _files(call)
    yield from (Unsupported(kind="file", why="not at Kakao") for _ in elsewhere)
    text = call.user_request.utterance.strip()
    text = "" if text in {file.ref for file in files} else text
    if not text and not files:
        yield Unsupported(kind="skill", why="nothing was said")
        return
    yield InboundMessage(
        external_id=delivery_key(request),
        dedupe_scope=f"kakao:{call.bot.id}",
        sender=_sender(call),
        text=text,
        authenticated=True,
        evidence="came with the skill's secret",
        attachments=tuple(files),
        claims=_claims(call),
        handle={"callback_url": call.callback} if call.callback else {},
        handle_until=request.received_at + CALLBACK_GOOD_FOR if call.callback else None,
    )


def _sender(call: SkillCall) -> Address:
    """By the channel's key, which every person has there, else by the bot's. The scope is the bot as it calls itself,
    so that its channel for trying things out is a world of its own."""
    user = call.user_request.user
    if key := user.told("plusfriendUserKey", "plusfriend_user_key"):
        return Address(kind=CHANNEL_USER, scope=call.bot.id, value=key)
    return Address(kind=BOT_USER, scope=call.bot.id, value=user.told("botUserKey", "bot_user_key") or _known(user.id))


def _known(identifier: str) -> str:
    if not identifier:
        raise msgspec.ValidationError("nobody is named")
    return identifier


def _claims(call: SkillCall) -> Mapping[str, str]:
    app_user = call.user_request.user.told("appUserId", "app_user_id")
    return {APP_USER: app_user} if app_user else {}


# --- Files ----------------------------------------------------------------------------------------------------------


def _files(call: SkillCall) -> tuple[list[Attachment], list[str]]:
    """Pictures that were sent into the chat, and by the plug-in for secure pictures; and addresses of files that are
    not at Kakao, which nobody fetches."""
    addresses = list(dict.fromkeys([*_media(call.params), *_secure_pictures(call.action.params or {})]))
    return [_picture(url) for url in addresses if is_file(url)], [url for url in addresses if not is_file(url)]


def _media(params: Mapping[str, Any]) -> Iterator[str]:
    """`userRequest.params.media`, as implementers have seen it; the guide does not describe it."""
    media = params.get("media")
    if isinstance(media, dict) and isinstance(media.get("url"), str):
        yield media["url"]


def _secure_pictures(params: Mapping[str, Any]) -> Iterator[str]:
    """Of the plug-in `sys.plugin.secureimage`: `{"secureUrls": "List(http://…, http://…)", …}` as text, good for ten
    minutes."""
    for value in params.values():
        if isinstance(value, str) and '"secureUrls"' in value:
            try:
                told = read_json(value.encode("utf-8", "replace"))
            except Unparsable:
                continue
            if isinstance(told, dict):
                yield from _SECURE_URLS.findall(str(told.get("secureUrls", "")))


def _picture(url: str) -> Attachment:
    name = urlsplit(url).path.rpartition("/")[2] or "picture"
    return Attachment(name=name, content_type=guess_type(name)[0] or "image/jpeg", ref=url)


def _moment(told: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
