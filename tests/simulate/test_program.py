"""The program by itself: whose calls go where, and what it refuses."""

import base64

import httpx
import msgspec
import pytest

from damso.channels.doubles import doubles_of
from damso.channels.simulator import Act
from damso.demo.mail.service import CUSTOMERS as MAILBOXES
from damso.kernel.http import open_http
from damso.kernel.settings import SettingInvalid, load_settings
from damso.kernel.simulator_note import noted, with_note
from damso.simulate.people import CUSTOMERS
from damso.simulate.switches import MEANINGS, NAMES, Switch
from tests.channels.api.system import SECRET, call
from tests.clock import ManualClock
from tests.simulate.pager import HOST, LONGEST, PagerAdapter
from tests.simulate.playing import Town

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example",
        "http://192.0.2.1:8090",
        "http://10.0.0.5:8090",
        "http://localhost.example:8090",
        "http://127.0.0.1:8090@api.example:80",
        "http://user@127.0.0.1:8090",
        "https://127.0.0.1:8090",
        "http://127.0.0.1",
        "127.0.0.1:8090",
        "http://[::1:8090",
    ],
)
def test_no_other_machine_is_a_simulator(address: str) -> None:
    with pytest.raises(SettingInvalid, match="DAMSO_SIMULATOR"):
        load_settings({"DAMSO_SIMULATOR": address})


@pytest.mark.parametrize("address", ["http://127.0.0.1:8090", "http://localhost:8090/", "http://[::1]:8090"])
def test_this_machine_is_one(address: str) -> None:
    assert load_settings({"DAMSO_SIMULATOR": address}).simulator == address


def test_every_host_of_a_simulated_channel_is_called_there_and_no_other() -> None:
    adapters = {"pager": PagerAdapter()}
    assert doubles_of(adapters, "http://127.0.0.1:8090").keys() == {HOST, "other.pager.example"}
    assert doubles_of(adapters, "") == {}


def test_commands_beside_a_demo_find_its_simulator_as_long_as_it_runs(tmp_path) -> None:
    settings = load_settings({"DAMSO_DATA": str(tmp_path)})
    with noted(tmp_path, "http://127.0.0.1:4711"):
        assert with_note(settings).simulator == "http://127.0.0.1:4711"
        chosen = load_settings({"DAMSO_DATA": str(tmp_path), "DAMSO_SIMULATOR": "http://127.0.0.1:8090"})
        assert with_note(chosen).simulator == "http://127.0.0.1:8090"
    assert with_note(settings).simulator == ""
    (tmp_path / "simulator").write_text("https://api.example")
    assert with_note(settings).simulator == ""


def test_people_with_phones_are_those_with_mailboxes() -> None:
    assert {one.mailbox: one.person.name for one in CUSTOMERS} == MAILBOXES
    assert all(one.person.phone.startswith("+82100000") for one in CUSTOMERS), "numbers that nobody has"


def test_every_switch_is_explained() -> None:
    assert NAMES.keys() == MEANINGS.keys() == set(Switch)
    assert all(text.ko and text.en for text in (*NAMES.values(), *MEANINGS.values()))


async def test_calls_to_a_providers_host_keep_to_its_rules(town: Town, clock: ManualClock) -> None:
    double = town.simulation.world.doubles["pager"]
    doubles = doubles_of({"pager": PagerAdapter()}, town.simulation.origin)
    async with open_http([], doubles) as http:

        async def send(text: str, secret: str = SECRET) -> int:
            data = {"id": text, "to": {"id": "emma"}, "text": text}
            request = call({"type": "message.send", "data": data}, identifier=f"key-{len(text)}", at=double.now())
            headers = request.headers if secret else {}
            return (await http.post(f"https://{HOST}/messages", content=request.body, headers=headers)).status_code

        assert await send("안녕하세요") == 200
        assert await send("서명 없이", secret="") == 401
        assert await send("가" * (LONGEST + 1)) == 422
    assert await town.reads("emma", "pager") == ["안녕하세요"]


async def test_a_picture_of_a_customer_lies_at_the_provider(town: Town) -> None:
    kept = await town.phone.post("/api/pictures?chat=pager", content=DOT, headers={"content-type": "image/png"})
    address = kept.json()["address"]
    assert address.startswith(f"https://{HOST}/")
    async with open_http([], doubles_of({"pager": PagerAdapter()}, town.simulation.origin)) as http:
        assert (await http.get(address)).content == DOT
    on_page = await town.phone.get(f"/at/{HOST}{httpx.URL(address).path}")
    assert (on_page.content, on_page.headers["content-type"]) == (DOT, "image/png")
    wrong = await town.phone.post("/api/pictures?chat=pager", content=DOT, headers={"content-type": "text/html"})
    assert wrong.status_code == 404


async def test_only_an_inbox_that_is_connected_to_the_double_takes_its_deliveries(town: Town) -> None:
    desk, double = town.simulation.world.desk, PagerAdapter().simulator()
    [genuine] = double.act(CUSTOMERS[0].person, Act(what="says", text="안녕하세요"))
    by_another = msgspec.structs.replace(genuine, headers={**genuine.headers, "webhook-signature": "v1,AAAA"})
    assert await desk.reached("pager", genuine) is not None
    assert await desk.reached("pager", by_another) is None


async def test_nobody_else_speaks_for_the_page(town: Town) -> None:
    by_other_name = await town.phone.get("/api/about", headers={"host": "rebound.example"})
    assert by_other_name.status_code == 421
    doing = {"person": "emma", "chat": "pager", "act": {"what": "says", "text": "남의 말"}}
    for told in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://shop.example"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "null"},
    ):
        assert (await town.phone.post("/api/acts", json=doing, headers=told)).status_code == 403
    assert "남의 말" not in [one["text"] for one in await town.screen("emma", "pager")]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/acts", {"person": "nobody", "chat": "pager", "act": {"what": "says"}}, 404),
        ("/api/acts", {"person": "mina", "chat": "telegraph", "act": {"what": "says"}}, 404),
        ("/api/acts", {"person": "mina", "chat": "pager", "act": {"what": "explodes"}}, 422),
        ("/api/switches", {"chat": "pager", "switches": ["explode"]}, 422),
        ("/api/nothing", {}, 404),
    ],
)
async def test_what_nobody_understands_is_refused(town: Town, path: str, body: object, status: int) -> None:
    assert (await town.phone.post(path, content=msgspec.json.encode(body))).status_code == status


async def test_the_page_waits_for_news(town: Town) -> None:
    async def look(**query: object) -> httpx.Response:
        return await town.phone.get("/api/phone", params={"person": "jiho", "chat": "pager", **query})

    version = (await look()).json()["version"]
    assert (await look(after=version - 1)).json()["version"] >= version
    await town.says("jiho", "pager", "새 소식")
    assert "새 소식" in [one["text"] for one in (await look(after=version)).json()["bubbles"]]


async def test_a_page_and_its_parts_are_there_and_nothing_around_them(town: Town) -> None:
    page = await town.phone.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("main.js", "page.css"):
        assert (await town.phone.get(f"/assets/{name}")).status_code == 200
    for path in ("/assets/../program.py", "/assets/%2e%2e/program.py", "/lent/nothing", "/at/elsewhere.example/x.png"):
        assert (await town.phone.get(path)).status_code == 404


async def test_what_damso_did_not_take_can_be_sent_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def missed() -> list[str]:
        answer = await town.phone.get("/api/phone", params={"person": "emma", "chat": "pager"})
        return list(answer.json()["missed"])

    with monkeypatch.context() as broken:
        broken.setattr(town.simulation.world.desk, "_http", httpx.AsyncClient(base_url="http://127.0.0.1:9"))
        await town.says("emma", "pager", "잃지 않는 말")
        await town.until(missed, "that it is told")
    assert await missed() == ["unreachable"]
    await town.phone.post("/api/again", json={"chat": "pager"})
    await town.until(lambda: town.heard("잃지 않는 말"), "the words at the desk")
    assert await missed() == []
