"""Which passwords are taken, and what is said about the others."""

import pytest

from damso.kernel.errors import Invalid
from damso.team.password_strength import PERSONAL, require_strong, strength_of
from tests.team.people import Person
from tests.team.site import PASSWORD, Site


@pytest.mark.parametrize("password", ["correct horse battery", "우리집 강아지 열마리", "tkfkdgksms rkdnf qkqkeh"])
async def test_unrelated_words_are_enough(password: str) -> None:
    assert (await strength_of(password, (), "en")).enough


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "qwertyuiop1",
        "aaaaaaaaaaaa",
        "비밀번호비밀번호1",
        "dkssudgktpdy12",
        "1998-12-25",
        "abcdefghij",
    ],
)
async def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        await require_strong(password, ())
    assert refused.value.problems[0].field == "password"


async def test_what_is_known_of_somebody_is_guessed_first() -> None:
    with pytest.raises(Invalid) as refused:
        await require_strong("moonlightshop1", ("Moonlightshop", "minseo@moonlightshop.example"))
    assert refused.value.problems[0].text == PERSONAL


async def test_a_short_one_is_not_enough_however_odd() -> None:
    judged = await strength_of("x9#Qv!2", (), "ko")
    assert (judged.enough, judged.hint) == (False, "10자 이상으로 지어 주세요.")


async def test_nothing_is_judged_as_well() -> None:
    assert (await strength_of("", (), "en")).score == 0


async def test_a_weak_one_is_refused_where_one_is_chosen(agent: Person) -> None:
    answer = await agent.browser.patch("/api/me", json={"password": "dalnim@shop", "current_password": PASSWORD})
    assert (answer.status_code, answer.json()["field"]) == (422, "password")


async def test_the_meter_says_what_would_be_taken(site: Site) -> None:
    answer = await site.browser().post(
        "/api/password-strength", json={"password": "garden7 mill", "about": ["garden7"]}
    )
    assert answer.status_code == 200
    assert set(answer.json()) == {"score", "enough", "hint"}
