"""What connects a mailbox: IMAP to read, SMTP to write, a password or OAuth2 for both."""

from typing import Annotated, Literal

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret


def _field(title: str, ko: str, description: str = "", ko_description: str = "") -> Meta:
    return Meta(
        title=title,
        description=description,
        extra_json_schema={"ko": {"title": ko, "description": ko_description}},
    )


Security = Literal["tls", "starttls", "none"]


def _security(title: str, ko: str) -> Meta:
    choices = {
        "tls": {"ko": "TLS", "en": "TLS"},
        "starttls": {"ko": "STARTTLS", "en": "STARTTLS"},
        "none": {"ko": "암호화 안 함", "en": "Not encrypted"},
    }
    return Meta(
        title=title, description="", extra_json_schema={"ko": {"title": ko, "description": ""}, "choices": choices}
    )


class EmailConfig(InboxConfig, frozen=True, kw_only=True):
    """One mailbox. With `oauth_token_url` set, both protocols sign in with XOAUTH2, else with the password."""

    address: Annotated[str, _field("E-mail address", "이메일 주소")]
    name: Annotated[str, _field("Sender name", "보내는 사람 이름")] = ""
    aliases: Annotated[tuple[str, ...], _field("Other addresses of this mailbox", "이 메일함의 다른 주소")] = ()
    username: Annotated[
        str, _field("Sign-in name", "로그인 아이디", "Empty: the address.", "비워 두면 이메일 주소를 써요.")
    ] = ""
    password: Annotated[Secret, _field("Password", "비밀번호")] = ""
    imap_host: Annotated[str, _field("IMAP server", "IMAP 서버")]
    imap_port: Annotated[int, _field("IMAP port", "IMAP 포트")] = 993
    imap_security: Annotated[Security, _security("IMAP security", "IMAP 보안")] = "tls"
    imap_folder: Annotated[str, _field("Folder to read", "읽을 메일함")] = "INBOX"
    import_existing: Annotated[
        bool,
        _field(
            "Bring in mail that is already there",
            "이미 있는 메일도 가져오기",
            "Off: only mail that arrives from now on.",
            "끄면 지금부터 도착하는 메일만 가져와요.",
        ),
    ] = False
    mark_seen: Annotated[
        bool,
        _field(
            "Mark mail as read once it is stored",
            "저장한 메일은 읽음으로 표시",
            "Turn off where people also read this mailbox in a mail program.",
            "이 메일함을 메일 앱에서도 함께 본다면 꺼 주세요.",
        ),
    ] = True
    sent_folder: Annotated[
        str,
        _field(
            "Folder for sent mail",
            "보낸 메일함",
            "Empty: keep no copy. Leave it empty for Gmail and Microsoft 365, which keep one themselves.",
            "비워 두면 사본을 남기지 않아요. Gmail과 Microsoft 365는 스스로 보관하니 비워 두세요.",
        ),
    ] = "Sent"
    smtp_host: Annotated[str, _field("SMTP server", "SMTP 서버")]
    smtp_port: Annotated[int, _field("SMTP port", "SMTP 포트")] = 465
    smtp_security: Annotated[Security, _security("SMTP security", "SMTP 보안")] = "tls"
    authserv_ids: Annotated[
        tuple[str, ...],
        _field(
            "Servers whose Authentication-Results we trust",
            "믿을 수 있는 Authentication-Results 서버",
            "The name your receiving mail server writes first in that header.",
            "받는 메일 서버가 그 헤더 맨 앞에 쓰는 이름이에요.",
        ),
    ] = ()
    plus_addressing: Annotated[
        bool,
        _field(
            "Answers to a plus address (support+…@)",
            "플러스 주소로 답장 받기 (support+…@)",
            "Turn off where the server refuses such addresses.",
            "메일 서버가 플러스 주소를 받지 않으면 꺼 주세요.",
        ),
    ] = True
    dkim_selector: Annotated[
        str,
        _field(
            "DKIM selector",
            "DKIM 선택자",
            "Lets the check find your signing key: the s= of a DKIM-Signature header.",
            "서명 키를 점검할 때 써요. DKIM-Signature 헤더의 s= 값이에요.",
        ),
    ] = ""
    ca_certificate: Annotated[
        str,
        _field(
            "Certificate authority (PEM)",
            "인증 기관 인증서 (PEM)",
            "Only where the mail server's certificate is signed by your own authority.",
            "메일 서버 인증서를 사내 인증 기관이 서명했을 때만 넣어 주세요.",
        ),
    ] = ""
    timeout: Annotated[
        float,
        Meta(
            gt=0,
            le=120,
            title="Seconds to wait for an answer of the server",
            extra_json_schema={"ko": {"title": "서버 응답을 기다리는 시간(초)"}},
        ),
    ] = 30
    oauth_token_url: Annotated[str, _field("OAuth2 token address", "OAuth2 토큰 주소")] = ""
    oauth_client_id: Annotated[str, _field("OAuth2 client id", "OAuth2 클라이언트 ID")] = ""
    oauth_client_secret: Annotated[Secret, _field("OAuth2 client secret", "OAuth2 클라이언트 시크릿")] = ""
    oauth_refresh_token: Annotated[Secret, _field("OAuth2 refresh token", "OAuth2 갱신 토큰")] = ""
