"""Signatures of incoming calls: vectors made by the Standard Webhooks library, and what bends them."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from standardwebhooks import Webhook

from damso.channels.adapters.api.signature import TOLERANCE, is_usable, verify
from damso.channels.failures import SignatureInvalid
from damso.channels.types import Request
from tests.channels.api.system import SECRET, signed

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
OTHER = "whsec_" + "B" * 44
GENUINE = signed('{"말": "안녕"}'.encode(), identifier="msg_1", at=AT)


def with_headers(**changed: str) -> Request:
    headers = dict(GENUINE.headers) | {name.replace("_", "-"): value for name, value in changed.items()}
    return msgspec.structs.replace(GENUINE, headers=headers)


def test_what_the_library_signed_gets_in() -> None:
    verify(GENUINE, SECRET)
    verify(GENUINE, SECRET.removeprefix("whsec_"))


def test_one_fitting_signature_among_several_is_enough() -> None:
    old = Webhook(OTHER).sign("msg_1", AT, GENUINE.body.decode())
    fitting = GENUINE.headers["webhook-signature"]

    verify(with_headers(webhook_signature=f"v1a,{'A' * 86} {old} {fitting}"), SECRET)


@pytest.mark.parametrize("off", [TOLERANCE, -TOLERANCE])
def test_a_clock_may_be_a_little_off(off: timedelta) -> None:
    verify(msgspec.structs.replace(GENUINE, received_at=AT + off), SECRET)

    with pytest.raises(SignatureInvalid):
        verify(msgspec.structs.replace(GENUINE, received_at=AT + off * 1.01), SECRET)


@pytest.mark.parametrize(
    "request_",
    [
        with_headers(webhook_id="msg_2"),
        with_headers(webhook_timestamp=str(int(AT.timestamp()) + 1)),
        with_headers(webhook_timestamp="nan"),
        with_headers(webhook_timestamp="1e9"),
        with_headers(webhook_timestamp="٣"),
        with_headers(webhook_signature="v1"),
        with_headers(webhook_signature="v1,"),
        with_headers(webhook_signature="v1,é"),
        with_headers(webhook_signature=GENUINE.headers["webhook-signature"].replace("v1,", "v2,")),
        msgspec.structs.replace(GENUINE, body=b"\xff\xfe"),
    ],
)
def test_whatever_does_not_fit_stays_outside(request_: Request) -> None:
    with pytest.raises(SignatureInvalid):
        verify(request_, SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "not base64!", OTHER])
def test_no_secret_or_another_one_keeps_everybody_outside(secret: str) -> None:
    with pytest.raises(SignatureInvalid):
        verify(GENUINE, secret)


def test_a_secret_is_usable_when_it_is_long_enough() -> None:
    assert is_usable(SECRET)
    assert not is_usable("whsec_c2hvcnQ=")
