"""What an administrator has to enter, and what is kept of it."""

from pathlib import Path

import msgspec
import pytest

from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.solapi import signature
from damso.channels.intake import accept
from damso.channels.types import Request
from tests.channels.sms.company import CONFIG

REPORT = Path(__file__).parent / "payloads" / "single_report__delivered.json"


def changed(**fields) -> SmsConfig:
    return msgspec.structs.replace(CONFIG, **fields)


@pytest.mark.parametrize(
    ("config", "wrong"),
    [
        (CONFIG, set()),
        (changed(brand_targeting="I", rcs_brand="RB01", low_balance=1000), set()),
        (changed(kakao_channel="", brand_targeting="I"), {"brand_targeting"}),
        (changed(relay="nhn"), {"kakao_service"}),
        (changed(relay="nhn", kakao_service="appkey", kakao_secret=""), {"kakao_secret"}),
        (changed(relay="nhn", kakao_channel=""), set()),
        (changed(relay="nhn", kakao_channel="", rcs_brand="RB01", low_balance=1), {"rcs_brand", "low_balance"}),
        (changed(relay="sens", kakao_channel=""), {"service"}),
        (changed(relay="sens", service="ncp:sms:kr:1:x"), {"kakao_service"}),
    ],
)
def test_each_relay_wants_its_own(config, wrong) -> None:
    assert set(config.wrong_fields()) == wrong


async def test_the_secret_that_solapi_shows_is_not_kept(database, blobs, clock, connect) -> None:
    inbox = await connect("sms", msgspec.to_builtins(CONFIG))
    shown = signature.shown(CONFIG.webhook_secret)
    request = Request(
        body=REPORT.read_bytes(),
        headers={signature.SECRET: shown, signature.EVENT: "SINGLE-REPORT"},
        received_at=clock.now(),
    )

    assert (await accept(database, blobs, inbox, request)).status == 200
    async with database.reading() as tx:
        kept = await tx.value("SELECT headers::text FROM delivery")
    assert signature.EVENT in kept
    assert shown not in kept
