"""What proves a call: Kakao signs nothing.

A skill call shows the value that was entered beside the skill's address and names its bot; news of the channel show
the app's admin key (developers.kakao.com, kakaotalk-channel/callback). Neither covers the body, so whoever learns such
a value can say anything: it has to be kept, and TLS keeps it on the way.
"""

import hmac

from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.adapters.kakao.skill import is_news, read_json
from damso.channels.failures import SignatureInvalid, Unparsable
from damso.channels.types import Request

DEVELOPMENT = "!"
"""Behind a bot's id where the call comes from its channel for trying things out."""


def verify(request: Request, config: KakaoConfig) -> None:
    """Raises `SignatureInvalid`, also where the value is not set."""
    if is_news(request):
        _same(request.headers.get("authorization", ""), config.admin_key, prefix="KakaoAK ")
    else:
        _same(request.headers.get(config.header.lower(), ""), config.secret)
        if _bot_of(request).removesuffix(DEVELOPMENT) != config.bot_id:
            raise SignatureInvalid("another bot")


def _same(shown: str, kept: str, prefix: str = "") -> None:
    if not kept or not hmac.compare_digest(shown.encode("utf-8", "replace"), f"{prefix}{kept}".encode()):
        raise SignatureInvalid("the secret does not fit or is not set")


def _bot_of(request: Request) -> str:
    try:
        body = read_json(request.body)
    except Unparsable as error:
        raise SignatureInvalid("no bot is named") from error
    bot = body.get("bot") if isinstance(body, dict) else None
    return str(bot.get("id", "")) if isinstance(bot, dict) else ""
