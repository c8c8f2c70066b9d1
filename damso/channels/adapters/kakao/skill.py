"""What Kakao posts, read: a customer's words to the bot (a skill call), or news of the channel (a webhook).

Sources: the Kakao business guide (answer_json_format: SkillPayload; ai_chatbot_callback_guide: callbackUrl) and
developers.kakao.com/docs/latest/ko/kakaotalk-channel/callback.
"""

import json
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from damso.channels.failures import Unparsable
from damso.channels.types import Request

NEWS = "x-kakao-resource-id"
"""Header that all news of the channel carry, each with an id of its own, and no skill call does."""
REQUEST_ID = "x-request-id"

CALLBACK_HOSTS = frozenset({"bot-api.kakao.com", "dev-bot-api.kakao.com"})
FILE_DOMAINS = ("kakao.com", "kakaocdn.net")

OURS = "damso"
"""Parameter of our own events: an event block that calls the skill gives it back."""

_BOT_TEST = "BuilderBotTest"


class Bot(Struct, frozen=True):
    id: str


class User(Struct, frozen=True):
    """`properties` hold the further ids of the person, in two ways of writing."""

    id: str
    properties: dict[str, Any] = {}

    def told(self, *names: str) -> str:
        """The first of the ids by these names that is told, else an empty string."""
        return next((str(value) for name in names if (value := self.properties.get(name))), "")


class Said(Struct, frozen=True, rename="camel"):
    user: User
    utterance: str = ""
    params: dict[str, Any] | None = None
    callback_url: str | None = None
    chat: dict[str, Any] | None = None


class Action(Struct, frozen=True):
    params: dict[str, Any] | None = None


class SkillCall(Struct, frozen=True, rename="camel"):
    """As much of a skill call as is read."""

    bot: Bot
    user_request: Said
    action: Action = Action()

    @property
    def params(self) -> dict[str, Any]:
        return self.user_request.params or {}

    @property
    def is_own_event(self) -> bool:
        """Whether we set it off ourselves: nobody said anything."""
        return OURS in self.params

    @property
    def callback(self) -> str:
        """Where an answer may follow, else an empty string. Callbacks of the bot test are good for nothing."""
        url = self.user_request.callback_url or ""
        return url if is_callback(url) and self.params.get("surface") != _BOT_TEST else ""


class ChannelNews(Struct, frozen=True):
    """Somebody added or blocked the channel. `updated_at` is RFC 3339."""

    event: Literal["added", "blocked"]
    id: str | int
    id_type: Literal["app_user_id", "open_id"]
    channel_public_id: str = ""
    channel_uuid: str = ""
    updated_at: str = ""


def is_news(request: Request) -> bool:
    return NEWS in request.headers


def read_json(body: bytes) -> Any:
    """Raises `Unparsable`. Halves of emoji, which JavaScript writes where a text was cut, are taken for what they
    are."""
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unparsable(f"no JSON: {error}") from error


def read_skill(body: bytes) -> SkillCall:
    """Raises `msgspec.ValidationError`, `Unparsable`."""
    return msgspec.convert(read_json(body), SkillCall)


def is_callback(url: str) -> bool:
    """Whether an address from outside may be called: over TLS, at Kakao's own host, with nothing odd about it."""
    return _is_at(url, ("https",), lambda host: host in CALLBACK_HOSTS)


def is_file(url: str) -> bool:
    """Whether a file is at Kakao. Its own addresses of files are without TLS, too."""
    return _is_at(url, ("https", "http"), lambda host: any(host.endswith(f".{one}") for one in FILE_DOMAINS))


def _is_at(url: str, schemes: tuple[str, ...], is_theirs: Callable[[str], bool]) -> bool:
    try:
        parts = urlsplit(url)
        odd = parts.port is not None or parts.username is not None or "\\" in url or not url.isascii()
    except ValueError:
        return False
    return parts.scheme in schemes and not odd and is_theirs(parts.hostname or "")
