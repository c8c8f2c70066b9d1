"""What connects an account at a relay: one form for all relays, since they ask for the same things by other names."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret
from damso.kernel.i18n import Text

RelayName = Literal["solapi", "nhn", "sens"]

REQUIRED = Text("이 중계사에는 꼭 필요해요.", "This relay needs it.")
NO_BRAND = Text("브랜드 메시지는 SOLAPI에서만 보낼 수 있어요.", "Only SOLAPI carries brand messages.")
NO_RCS = Text("RCS는 SOLAPI에서만 보낼 수 있어요.", "Only SOLAPI carries RCS.")
NO_BALANCE = Text("잔액은 SOLAPI에서만 확인할 수 있어요.", "Only SOLAPI tells its balance.")
NO_CHANNEL = Text("카카오톡 채널을 먼저 적어 주세요.", "Enter the KakaoTalk channel first.")


def _field(title: str, ko: str, description: str = "", ko_description: str = "", pattern: str | None = None) -> Meta:
    return Meta(
        title=title,
        description=description,
        pattern=pattern,
        extra_json_schema={"ko": {"title": ko, "description": ko_description}},
    )


def _choice(title: str, ko: str, description: str, ko_description: str, **choices: tuple[str, str]) -> Meta:
    return Meta(
        title=title,
        description=description,
        extra_json_schema={
            "ko": {"title": ko, "description": ko_description},
            "choices": {name: {"ko": texts[0], "en": texts[1]} for name, texts in choices.items()},
        },
    )


class SmsConfig(InboxConfig, frozen=True, kw_only=True):
    """One account. `key` and `secret` are the relay's for texts; NHN and SENS have KakaoTalk as a service apart."""

    relay: Annotated[
        RelayName,
        _choice(
            "Relay",
            "중계사",
            "Who carries your texts and AlimTalk.",
            "문자와 알림톡을 대신 보내 주는 회사예요.",
            solapi=("SOLAPI(쿨에스엠에스)", "SOLAPI (CoolSMS)"),
            nhn=("NHN Cloud", "NHN Cloud"),
            sens=("네이버 클라우드 SENS", "Naver Cloud SENS"),
        ),
    ] = "solapi"
    sender: Annotated[
        str,
        _field(
            "Sender number",
            "발신번호",
            "A number that is registered with the relay; others are refused by law.",
            "중계사에 미리 등록한 번호만 쓸 수 있어요. 등록하지 않은 번호는 법에 따라 발송이 거절돼요.",
            r"^[0-9][0-9-]{3,15}$",
        ),
    ]
    key: Annotated[
        str,
        _field(
            "API key",
            "API 키",
            "SOLAPI: API key. NHN: appkey of SMS. SENS: access key ID.",
            "SOLAPI는 API Key, NHN은 SMS 서비스의 앱키, SENS는 Access Key ID예요.",
            r"^[\x21-\x7e]{4,120}$",
        ),
    ]
    secret: Annotated[
        Secret,
        _field(
            "API secret",
            "API 시크릿",
            "SOLAPI: API secret. NHN: secret key of SMS. SENS: secret key.",
            "SOLAPI는 API Secret, NHN은 SMS 서비스의 시크릿 키, SENS는 Secret Key예요.",
        ),
    ] = ""
    service: Annotated[
        str,
        _field(
            "SMS service (SENS)",
            "SMS 서비스 ID (SENS)",
            "SENS only, such as ncp:sms:kr:…",
            "SENS만 적어요. ncp:sms:kr:로 시작해요.",
            r"^([\x21-\x7e]{4,120})?$",
        ),
    ] = ""
    webhook_secret: Annotated[
        Secret,
        _field(
            "Webhook secret",
            "웹훅 비밀 키",
            "SOLAPI: the secret of the webhook. NHN: the signature you typed there. Without it reports are asked for.",
            "SOLAPI는 웹훅에 정한 시크릿, NHN은 웹훅에 적은 서명이에요. 비워 두면 결과를 담소가 직접 조회해요.",
        ),
    ] = ""
    kakao_channel: Annotated[
        str,
        _field(
            "KakaoTalk channel",
            "카카오톡 채널",
            "For AlimTalk. SOLAPI: pfId. NHN: sender key. SENS: @channel.",
            "알림톡을 보낼 때 적어요. SOLAPI는 pfId, NHN은 발신 키, SENS는 @채널ID예요.",
            r"^(@?[^\s@]{2,80})?$",
        ),
    ] = ""
    kakao_service: Annotated[
        str,
        _field(
            "KakaoTalk service (NHN, SENS)",
            "카카오톡 서비스 (NHN, SENS)",
            "NHN: appkey of KakaoTalk Bizmessage. SENS: ncp:kkobizmsg:kr:…",
            "NHN은 KakaoTalk Bizmessage 앱키, SENS는 ncp:kkobizmsg:kr:로 시작하는 서비스 ID예요.",
            r"^([\x21-\x7e]{4,120})?$",
        ),
    ] = ""
    kakao_secret: Annotated[
        Secret,
        _field(
            "KakaoTalk secret (NHN)",
            "카카오톡 시크릿 키 (NHN)",
            "NHN only: secret key of KakaoTalk Bizmessage.",
            "NHN만 적어요. KakaoTalk Bizmessage의 시크릿 키예요.",
        ),
    ] = ""
    fallback: Annotated[
        bool,
        _field(
            "Send AlimTalk as a text where KakaoTalk cannot deliver it",
            "알림톡을 받지 못하면 문자로 보내기",
            "The relay does so, from the sender number above. Texts cost more.",
            "중계사가 위 발신번호로 대신 보내요. 문자 요금이 들어요.",
        ),
    ] = True
    brand_targeting: Annotated[
        Literal["", "I", "M", "N"],
        _choice(
            "Brand messages (SOLAPI)",
            "브랜드 메시지 (SOLAPI)",
            "Advertising leaves as a KakaoTalk brand message instead of a text.",
            "광고를 문자 대신 카카오톡 브랜드 메시지로 보내요.",
            **{
                "": ("쓰지 않음", "Off"),
                "I": ("채널 친구에게", "To friends of the channel"),
                "M": ("수신 동의한 사람 (친구 포함)", "To who agreed, friends included"),
                "N": ("수신 동의한 사람 (친구 제외)", "To who agreed, without friends"),
            },
        ),
    ] = ""
    rcs_brand: Annotated[
        str,
        _field(
            "RCS brand (SOLAPI)",
            "RCS 브랜드 ID (SOLAPI)",
            "Texts without pictures leave as RCS; where a phone has none, as SMS or LMS.",
            "그림이 없는 문자를 RCS로 보내고, 못 받는 휴대폰에는 SMS나 LMS로 보내요.",
            r"^([\x21-\x7e]{2,80})?$",
        ),
    ] = ""
    low_balance: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000_000,
            title="Warn below this balance, in won (SOLAPI)",
            description="0: never.",
            extra_json_schema={
                "ko": {"title": "이 잔액(원) 아래면 알리기 (SOLAPI)", "description": "0이면 알리지 않아요."}
            },
        ),
    ] = 0

    def wrong_fields(self) -> Mapping[str, Text]:
        found: dict[str, Text] = {}
        if self.relay == "sens" and not self.service:
            found["service"] = REQUIRED
        if self.kakao_channel and self.relay != "solapi" and not self.kakao_service:
            found["kakao_service"] = REQUIRED
        if self.kakao_channel and self.relay == "nhn" and not self.kakao_secret:
            found["kakao_secret"] = REQUIRED
        if self.brand_targeting and not self.kakao_channel:
            found["brand_targeting"] = NO_CHANNEL
        if self.relay != "solapi":
            only = {"brand_targeting": NO_BRAND, "rcs_brand": NO_RCS, "low_balance": NO_BALANCE}
            found |= {name: why for name, why in only.items() if getattr(self, name)}
        return found

    @property
    def sender_digits(self) -> str:
        """The sender number as relays want it."""
        return self.sender.replace("-", "")
