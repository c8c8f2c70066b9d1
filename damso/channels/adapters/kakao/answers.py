"""What the skill call itself is answered with, within five seconds: Kakao shows it to the customer at once."""

from collections.abc import Mapping
from typing import Any

import msgspec

from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.adapters.kakao.skill import SkillCall, is_news, read_skill
from damso.channels.failures import Unparsable
from damso.channels.types import Request, Response

VERSION = "2.0"
"""An answer without it counts as one of the old format (answer_json_format, SkillResponse)."""


def answer(request: Request, config: KakaoConfig) -> Response:
    """A promise to answer by the callback where there is one, else the configured words. News of the channel want
    nothing but success."""
    if is_news(request):
        return Response()
    return Response(body=msgspec.json.encode(_skill_response(request, config)), content_type="application/json")


def _skill_response(request: Request, config: KakaoConfig) -> Mapping[str, Any]:
    call = _readable(request)
    if call and call.is_own_event:
        return {"version": VERSION, "data": {}}
    if call and call.callback:
        return {"version": VERSION, "useCallback": True, "data": {"text": config.waiting}}
    template: dict[str, Any] = {"outputs": [{"simpleText": {"text": config.received}}]}
    if config.labels:
        template["quickReplies"] = [quick_reply(label, label) for label in config.labels]
    return {"version": VERSION, "template": template}


def quick_reply(label: str, words: str) -> Mapping[str, str]:
    """A choice under the bubbles: the customer says `words`."""
    return {"label": label, "action": "message", "messageText": words}


def _readable(request: Request) -> SkillCall | None:
    """The call, or None where nobody can read it: it is answered all the same, and counted when it is parsed."""
    try:
        return read_skill(request.body)
    except (msgspec.ValidationError, Unparsable):
        return None
