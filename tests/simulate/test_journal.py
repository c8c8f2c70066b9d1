"""Phones after a restart."""

from pathlib import Path

from damso.channels.simulator import Act, Answer
from damso.kernel.settings import Settings
from damso.simulate import journal
from damso.simulate.desk import Desk
from damso.simulate.people import person_of
from damso.simulate.world import World
from tests.channels.api.system import call
from tests.simulate.pager import HOST, PagerAdapter

MINA = person_of("mina")


def world(folder: Path) -> World:
    adapters = {"pager": PagerAdapter()}
    desk = Desk(Settings(data=folder), adapters, "http://127.0.0.1:9")
    return World(adapters, desk, journal.Journal(folder / "phones.jsonl"))


def test_what_was_said_stands_there_at_its_time_and_is_posted_to_nobody_again(tmp_path: Path) -> None:
    first = world(tmp_path)
    chat = first.chat("pager")
    address = first.keep_picture(chat, "image/png", b"a picture")
    first.act(MINA, chat, Act(what="says", text="안녕하세요"))
    data = {"id": "m", "to": {"id": "mina"}, "text": "네, 안녕하세요"}
    told = call({"type": "message.send", "data": data}, identifier="key", at=first.doubles["pager"].now())
    received = journal.Call(method="POST", path="/messages", headers=told.headers, body=told.body)
    assert first.reply("pager", received).status == 200

    with (tmp_path / "phones.jsonl").open("ab") as file:
        file.write(b'{"type": "acted", "at"')  # cut by a crash
    second = world(tmp_path)

    assert second.screen(MINA, chat) == first.screen(MINA, chat)
    assert [one.text for one in second.screen(MINA, chat)] == ["안녕하세요", "네, 안녕하세요"]
    assert second.doubles["pager"].due() == []
    looked = journal.Call(method="GET", path=address.partition(HOST)[2], headers={}, body=b"")
    assert second.file("pager", looked) == Answer(body=b"a picture", headers={"content-type": "image/png"})
    assert second.reply("pager", received).status == 200, "known by its id"
    assert len(second.screen(MINA, chat)) == 2


def test_one_that_has_grown_too_large_begins_anew(tmp_path: Path, monkeypatch) -> None:
    first = world(tmp_path)
    first.act(MINA, first.chat("pager"), Act(what="says", text="안녕하세요"))
    monkeypatch.setattr(journal, "LARGEST", 10)
    assert world(tmp_path).screen(MINA, first.chat("pager")) == []
