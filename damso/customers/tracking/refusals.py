"""Why an event is not taken: a code for programs, a sentence for people."""

from collections.abc import Mapping

from damso.kernel.i18n import Text

REASONS: Mapping[str, Text] = {
    "NOT_AN_EVENT": Text("이벤트 형식이 아니에요.", "This is not an event."),
    "TYPE_UNKNOWN": Text(
        "종류는 identify, track, page, screen, group, alias 중 하나여야 해요.",
        "The type has to be identify, track, page, screen, group or alias.",
    ),
    "FIELD_INVALID": Text("항목의 형식이 맞지 않아요.", "A field has the wrong type."),
    "NAME_MISSING": Text("이벤트 이름이 없어요.", "The event has no name."),
    "TOO_LONG": Text("항목이 너무 길어요.", "A field is too long."),
    "TOO_LARGE": Text("이벤트 하나는 32kB까지예요.", "One event has up to 32 kB."),
    "TOO_DEEP": Text("너무 깊이 겹쳐 있어요.", "It is nested too deep."),
    "TOO_MANY_TRAITS": Text("한 번에 속성을 300개까지 보낼 수 있어요.", "One call sets up to 300 traits."),
    "TRAIT_INVALID": Text("속성의 이름이나 값이 너무 길어요.", "A trait's name or value is too long."),
    "CONTROL_CHARACTER": Text("저장할 수 없는 제어 문자가 있어요.", "It holds control characters that cannot be kept."),
    "UNSTORABLE": Text("저장할 수 없는 값이 있어요.", "It holds a value that cannot be stored."),
    "RESERVED_PROPERTY": Text(
        "$context처럼 저희가 쓰는 이름의 속성은 보낼 수 없어요.",
        "Properties named as ours ($context …) cannot be sent.",
    ),
    "NOBODY": Text("userId나 anonymousId가 있어야 해요.", "It needs a userId or an anonymousId."),
    "ONLY_CLAIMED": Text(
        "브라우저 키로 보낼 때는 anonymousId가 꼭 있어야 해요.", "With a browser key an anonymousId is needed."
    ),
    "BLOCKED_VALUE": Text(
        "null, 0, undefined 같은 값은 사람을 가리킬 수 없어요.", "Values such as null, 0 or undefined name nobody."
    ),
    "TOO_MANY_IDENTITIES": Text(
        "한 고객에게 이 종류의 식별자가 너무 많아져요. 여러 사람이 섞였을 수 있어요.",
        "One customer would get too many identities of this kind: they may be several people.",
    ),
    "PREVIOUS_MISSING": Text(
        "alias에는 previousId와 userId가 있어야 해요.", "An alias needs a previousId and a userId."
    ),
    "SERVER_ONLY": Text("alias는 서버 키로만 보낼 수 있어요.", "Only a server key may send an alias."),
    "TOKEN_INVALID": Text("로그인 토큰을 확인하지 못했어요.", "The user token could not be verified."),
    "TIME_INVALID": Text("시각은 ISO 8601 형식이어야 해요.", "Times have the form of ISO 8601."),
    "TIME_IN_FUTURE": Text("아직 오지 않은 시각이에요.", "This time is still to come."),
    "TIME_TOO_OLD": Text(
        "1년보다 오래된 이벤트는 /v1/import로 보내 주세요.", "Send what is older than a year to /v1/import."
    ),
    "UNPLANNED": Text("트래킹 플랜에 없는 이벤트예요.", "The tracking plan does not name this event."),
    "PLAN_BROKEN": Text("트래킹 플랜의 형식과 달라요.", "It does not fit the tracking plan."),
}
