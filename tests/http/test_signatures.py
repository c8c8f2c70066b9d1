"""What stands under an answer: the agent's own signature in the customer's language, or the brand's."""

from typing import Any
from uuid import uuid4

import httpx

from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard


async def put(desk: httpx.AsyncClient, company: Company, text: str, version: int = 0, locale: str = "ko") -> Any:
    return await desk.put(f"/api/me/signatures/{company.brand_id}/{locale}", json={"text": text, "version": version})


async def below(desk: httpx.AsyncClient, case: object) -> str:
    return str((await desk.get(f"/api/conversations/{case}/signature")).json()["text"])


async def test_the_composer_shows_what_the_customer_gets(
    desk: httpx.AsyncClient, company: Company, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    brands = await below(desk, case)
    await put(desk, company, "이서연 드림\n<b>달빛상점</b>")
    await put(desk, company, "Best, Seoyeon", locale="en")
    own = await below(desk, case)
    await company.answers(case)
    await company.answers(case, author=company.colleague, send_key=str(uuid4()))
    await company.delivers()

    assert own == "이서연 드림\n<b>달빛상점</b>" != brands
    assert [message.brand.signature for message in postcards.sent] == [own, brands]


async def test_the_customers_language_chooses(desk: httpx.AsyncClient, company: Company) -> None:
    case = (await company.gets(postcard())).conversation_id
    await put(desk, company, "Best, Seoyeon", locale="en")
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE customer SET locale = 'en'")

    assert await below(desk, case) == "Best, Seoyeon"


async def test_emptied_it_is_the_brands_again_and_two_windows_do_not_overwrite(
    desk: httpx.AsyncClient, company: Company
) -> None:
    case = (await company.gets(postcard())).conversation_id
    brands = await below(desk, case)
    await put(desk, company, "이서연 드림")
    late = await put(desk, company, "다른 창")
    await put(desk, company, " ", version=1)

    assert (late.status_code, late.json()["code"]) == (409, "SIGNATURE_CHANGED")
    assert await below(desk, case) == brands
    assert [one["version"] for one in (await desk.get("/api/me/signatures")).json()] == [2, 0]


async def test_a_language_or_brand_that_is_not_there(desk: httpx.AsyncClient, company: Company) -> None:
    nowhere = await desk.put(f"/api/me/signatures/{uuid4()}/ko", json={"text": "a", "version": 0})

    assert (await put(desk, company, "a", locale="fr")).status_code == 404
    assert nowhere.status_code == 404
