"""The desk as one has made it one's own: kept for the next computer, and never lost between two windows."""

from typing import Any

import httpx

from damso.kernel.database import Database
from damso.team.keymap import PLACES, PRESETS, REFUSED, check_keys, key_book
from tests.team.people import Person

SETTINGS = "/api/me/settings"


async def change(person: Person, version: int = 0, **wanted: Any) -> httpx.Response:
    return await person.browser.patch(SETTINGS, json={"version": version, **wanted})


async def keys(person: Person, version: int = 0, preset: str = "damso", **own: list[str]) -> httpx.Response:
    return await change(person, version, keys={"preset": preset, "own": own})


async def test_who_has_set_nothing_has_our_defaults(agent: Person) -> None:
    found = (await agent.browser.get(SETTINGS)).json()

    assert (found["version"], found["density"], found["send_with"], found["after_send"]) == (
        0, "comfortable", "mod_enter", "stay",
    )  # fmt: skip
    assert found["keymap"]["resolve"] == ["e"]


async def test_what_is_set_is_there_on_the_next_computer_and_the_rest_stays(agent: Person) -> None:
    quiet = {"begins": "19:00", "ends": "09:00", "days": ["mon", "fri"]}
    told = {"occasions": ["mentioned"], "desktop": False, "sound": True, "quiet": quiet, "muted_inbox_ids": []}
    await change(agent, density="compact")
    answer = await change(agent, 1, notifications=told)

    found = (await agent.browser.get(SETTINGS)).json()
    assert answer.json() == found
    assert (found["version"], found["density"], found["notifications"]) == (2, "compact", told)


async def test_of_two_windows_the_second_is_told_that_it_was_too_late(agent: Person) -> None:
    first = await change(agent, density="compact")
    second = await change(agent, density="comfortable", after_send="next")

    assert (second.status_code, second.json()["code"], second.json()["version"]) == (409, "SETTINGS_CHANGED", 1)
    assert (await agent.browser.get(SETTINGS)).json() == first.json()


async def test_a_value_without_sense_is_refused(agent: Person) -> None:
    for wanted in (
        {"density": "huge"},
        {"dates": "lunar"},
        {"notifications": {"occasions": ["lunch"]}},
        {"notifications": {"quiet": {"begins": "25:00", "ends": "09:00"}}},
        {"notifications": {"muted_inbox_ids": ["mail"]}},
        {"keys": {"preset": "emacs"}},
        {"keys": {"own": {"dance": ["d"]}}},
        {"keys": {"own": {"resolve": ["e", "f", "v", "w"]}}},
    ):
        assert (wanted, (await change(agent, **wanted)).status_code) == (wanted, 400)


async def test_a_key_is_changed_taken_away_and_given_back(agent: Person) -> None:
    changed = (await keys(agent, resolve=["d", "mod+alt+d"], macro=[])).json()
    again = (await keys(agent, 1)).json()

    assert (changed["keymap"]["resolve"], changed["keymap"]["macro"]) == (["d", "mod+alt+d"], [])
    assert (again["keymap"]["resolve"], again["keymap"]["macro"]) == (["e"], ["m"])


async def test_a_key_that_cannot_be_had_is_refused_with_the_reason(agent: Person) -> None:
    for action, combo, code, more in (
        ("resolve", "r", "KEY_TAKEN", {"other": "reply"}),
        ("resolve", "g", "KEY_TAKEN", {"other": "go_inbox"}),
        ("resolve", "g i", "KEY_TAKEN", {"other": "go_inbox"}),
        ("resolve", "mod+w", "KEY_REFUSED", {"reason": "browser"}),
        ("resolve", "mod+v", "KEY_REFUSED", {"reason": "editing"}),
        ("resolve", "tab", "KEY_REFUSED", {"reason": "moving"}),
        ("resolve", "alt+f4", "KEY_REFUSED", {"reason": "system"}),
        ("send", "e", "KEY_TYPES_TEXT", {}),
        ("resolve", "shift+mod+e", "KEY_INVALID", {}),
        ("resolve", "ㄷ", "KEY_INVALID", {}),
        ("resolve", "a b c", "KEY_INVALID", {}),
        ("resolve", "mod+g i", "KEY_INVALID", {}),
    ):
        answer = await keys(agent, **{action: [combo]})
        problem = answer.json()
        said = (combo, answer.status_code, problem["code"], problem["field"])
        assert said == (combo, 422, code, f"keys.own.{action}")
        assert problem.items() >= more.items()
    assert (await agent.browser.get(SETTINGS)).json()["version"] == 0


async def test_two_actions_change_keys_in_one_go(agent: Person) -> None:
    assert (await keys(agent, resolve=["r"], reply=["e"])).json()["keymap"]["reply"] == ["e"]


async def test_what_a_later_version_no_longer_knows_is_as_if_it_were_not_set(agent: Person, database: Database) -> None:
    await change(agent, density="compact", keys={"preset": "gmail", "own": {}})
    async with database.transaction() as tx:
        await tx.execute("""UPDATE agent_settings SET kept = jsonb_set(kept, '{keys,own}', '{"dance": ["d"]}')""")

    found = (await agent.browser.get(SETTINGS)).json()
    assert (found["density"], found["keys"]) == ("compact", {"preset": "damso", "own": {}})


def test_every_preset_has_a_key_for_every_action_and_no_key_twice() -> None:
    actions = {action for place in PLACES.values() for action in place}
    for preset, chosen in PRESETS.items():
        assert set(chosen) == actions
        check_keys(preset, {action: [combo] for action, combo in chosen.items()})


async def test_the_editor_learns_actions_presets_and_what_cannot_be_given_away(agent: Person) -> None:
    book = (await agent.browser.get("/api/me/key-book")).json()

    assert len(book["actions"]) == len(key_book().actions) == len(PRESETS["damso"])
    assert {one["reason"] for one in book["refused"]} == set(REFUSED)
