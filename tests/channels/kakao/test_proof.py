"""Who gets in: the skill's secret and the bot's id, or the app's admin key for news of the channel."""

from typing import Any

import msgspec
import pytest

from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.failures import SignatureInvalid
from damso.channels.intake import accept
from damso.channels.types import Request
from tests.channels.kakao.calls import CONFIG, recorded, skill_call

ADAPTER = KakaoAdapter()
SKILL = recorded()["skill__words"]
NEWS = recorded()["channel__added"]


def changed(request: Request, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return msgspec.structs.replace(request, headers=dict(request.headers) | named)


def without(request: Request, name: str) -> Request:
    return msgspec.structs.replace(request, headers={key: one for key, one in request.headers.items() if key != name})


@pytest.mark.parametrize("name", sorted(recorded()))
def test_what_kakao_posts_gets_in(name: str) -> None:
    ADAPTER.verify(recorded()[name], CONFIG)


@pytest.mark.parametrize(
    "forged",
    [
        changed(SKILL, x_damso_skill="A-skill-secret-for-tests"),
        changed(SKILL, x_damso_skill="é" * 24),
        changed(SKILL, x_kakao_resource_id="skill secret, news of the channel"),
        without(SKILL, "x-damso-skill"),
        msgspec.structs.replace(SKILL, body=SKILL.body.replace(b"667e5382f2b2f84cb555091c", b"0" * 24)),
        msgspec.structs.replace(SKILL, body=SKILL.body[:-1]),
        msgspec.structs.replace(SKILL, body=b"[]"),
        msgspec.structs.replace(SKILL, body=b'{"bot": "667e5382f2b2f84cb555091c"}'),
        changed(NEWS, authorization="an-admin-key-for-tests"),
        changed(NEWS, authorization="KakaoAK a-rest-api-key-for-tests"),
        without(NEWS, "authorization"),
        without(NEWS, "x-kakao-resource-id"),
    ],
)
def test_whatever_else_stays_outside(forged: Request) -> None:
    with pytest.raises(SignatureInvalid):
        ADAPTER.verify(forged, CONFIG)


@pytest.mark.parametrize(
    ("request_", "unset"), [(SKILL, {"secret": ""}), (NEWS, {"admin_key": ""}), (changed(NEWS, authorization=""), {})]
)
def test_an_unset_secret_lets_nobody_in(request_: Request, unset: dict[str, Any]) -> None:
    with pytest.raises(SignatureInvalid):
        ADAPTER.verify(request_, msgspec.structs.replace(CONFIG, **unset))
    bare = changed(request_, x_damso_skill="", authorization="KakaoAK ")
    with pytest.raises(SignatureInvalid):
        ADAPTER.verify(bare, msgspec.structs.replace(CONFIG, secret="", admin_key=""))


def test_the_header_has_the_name_that_was_entered() -> None:
    config = msgspec.structs.replace(CONFIG, header="X-Shop-Key")
    call = changed(without(SKILL, "x-damso-skill"), x_shop_key=CONFIG.secret)

    ADAPTER.verify(call, config)
    assert ADAPTER.secret_headers(config) == {"x-shop-key"}


async def test_the_secret_is_not_kept_with_the_delivery(database, blobs, connect, clock) -> None:
    inbox = await connect("kakao", msgspec.to_builtins(CONFIG))
    answer = await accept(database, blobs, inbox, skill_call(at=clock.now()))

    assert (answer.status, answer.content_type) == (200, "application/json")
    async with database.reading() as tx:
        assert CONFIG.secret not in str(await tx.value("SELECT headers FROM delivery"))
