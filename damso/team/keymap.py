"""Every action of the desk and its keys: the one place that says which there are, where they work, and which keys may
be chosen. The desk asks for it and knows no key by itself.

A combo is one chord (`e`, `shift+m`, `mod+k`, `?`) or two plain ones after each other (`g i`). `mod` is Ctrl, and ⌘ on
a Mac. Letters mean what the key types in Latin letters, or its place on the keyboard where it types others (Hangul).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text

Action = Literal[
    "palette",
    "sheet",
    "undo",
    "go_inbox",
    "go_customers",
    "go_companies",
    "go_segments",
    "go_orders",
    "go_analytics",
    "go_search",
    "go_settings",
    "next",
    "previous",
    "choose",
    "choose_stretch",
    "choose_all",
    "fold_views",
    "fold_customer",
    "search",
    "reply",
    "note",
    "resolve",
    "assign",
    "snooze",
    "tags",
    "priority",
    "macro",
    "remind",
    "join",
    "send",
    "send_resolve",
    "send_later",
]
Place = Literal["everywhere", "list", "conversation", "writing"]
Preset = Literal["damso", "gmail", "zendesk"]
Refusal = Literal["browser", "editing", "moving", "system"]
Combo = Annotated[str, Meta(min_length=1, max_length=40)]

PLACES: Mapping[Place, Sequence[Action]] = {
    "everywhere": (
        "palette",
        "go_inbox",
        "go_customers",
        "go_companies",
        "go_segments",
        "go_orders",
        "go_analytics",
        "go_search",
        "go_settings",
        "sheet",
        "undo",
    ),
    "list": (
        "next",
        "previous",
        "choose",
        "choose_stretch",
        "choose_all",
        "fold_views",
        "fold_customer",
        "search",
    ),
    "conversation": (
        "reply",
        "note",
        "resolve",
        "assign",
        "snooze",
        "tags",
        "priority",
        "macro",
        "remind",
        "join",
    ),
    "writing": ("send", "send_resolve", "send_later"),
}
"""Where each action works, in the order in which they are shown."""

_DAMSO: Mapping[Action, str] = {
    "palette": "mod+k",
    "sheet": "?",
    "undo": "z",
    "go_inbox": "g i",
    "go_customers": "g c",
    "go_companies": "g o",
    "go_segments": "g e",
    "go_orders": "g d",
    "go_analytics": "g a",
    "go_search": "g f",
    "go_settings": "g s",
    "next": "j",
    "previous": "k",
    "choose": "x",
    "choose_stretch": "shift+x",
    "choose_all": "mod+a",
    "fold_views": "[",
    "fold_customer": "]",
    "search": "/",
    "reply": "r",
    "note": "n",
    "resolve": "e",
    "assign": "a",
    "snooze": "s",
    "tags": "t",
    "priority": "p",
    "macro": "m",
    "remind": "h",
    "join": "shift+m",
    "send": "mod+enter",
    "send_resolve": "mod+shift+enter",
    "send_later": "mod+shift+l",
}
PRESETS: Mapping[Preset, Mapping[Action, str]] = {
    "damso": _DAMSO,
    "gmail": {
        **_DAMSO,
        "snooze": "b",
        "tags": "l",
        "assign": "shift+a",
        "note": "shift+n",
        "priority": "=",
        "remind": "shift+b",
        "fold_views": ",",
        "fold_customer": ".",
    },
    "zendesk": {
        **_DAMSO,
        "reply": "mod+alt+c",
        "note": "mod+alt+x",
        "resolve": "mod+alt+s",
        "assign": "mod+alt+a",
        "tags": "mod+alt+t",
        "macro": "mod+alt+m",
        "search": "mod+alt+f",
        "go_inbox": "mod+alt+v",
        "next": "mod+alt+n",
        "previous": "mod+alt+p",
    },
}
"""Whole maps to begin with: ours, and what those expect who come from elsewhere."""

REFUSED: Mapping[Refusal, Sequence[str]] = {
    "browser": (
        *(f"mod+{key}" for key in "twnqrlfdpou0123456789-="),
        *(f"mod+shift+{key}" for key in "twnqrijcdpob"),
        "mod+plus",
        "alt+d",
        "alt+arrowleft",
        "alt+arrowright",
        "alt+home",
        *(f"f{number}" for number in range(1, 13)),
    ),
    "editing": ("mod+c", "mod+v", "mod+x", "mod+z", "mod+y", "mod+shift+z", "mod+shift+v", "backspace", "delete"),
    "moving": (
        *("tab", "shift+tab", "escape", "enter", "shift+enter", "space", "shift+space"),
        *(f"arrow{way}" for way in ("up", "down", "left", "right")),
        *("home", "end", "pageup", "pagedown"),
    ),
    "system": ("mod+tab", "mod+shift+tab", "mod+m", "mod+h", "mod+space", "mod+escape", "mod+alt+delete", "alt+f4"),
}
"""Keys that cannot be given away: the browser or the system takes them first, or a person without a mouse or with a
half-written text would be lost without them."""

_KEY = r"(?:[a-z0-9]|[!-*,-/:-@\[-`{-~]|plus|enter|space|tab|escape|backspace|delete|home|end|pageup|pagedown|"
_KEY += r"arrow(?:up|down|left|right)|f(?:[1-9]|1[0-2]))"
_CHORD = re.compile(rf"(?:mod\+)?(?:alt\+)?(?:shift\+)?{_KEY}")
MOST = 3
"""Combos of one action."""


class KeyInvalid(AppError):
    code = "KEY_INVALID"
    status = 422
    text = Text("이 키는 쓸 수 없어요: {combo}", "This is no key the desk can hear: {combo}")


_WHY: Mapping[Refusal, Text] = {
    "browser": Text("브라우저가 먼저 쓰는 키예요: {combo}", "The browser takes this key first: {combo}"),
    "editing": Text("글을 쓸 때 필요한 키예요: {combo}", "This key is needed to write: {combo}"),
    "moving": Text(
        "마우스 없이 움직일 때 필요한 키예요: {combo}", "This key is needed to move without a mouse: {combo}"
    ),
    "system": Text("운영체제가 먼저 쓰는 키예요: {combo}", "The operating system takes this key first: {combo}"),
}


class KeyRefused(AppError):
    """`reason` in `extra` says why."""

    code = "KEY_REFUSED"
    status = 422
    text = Text("이 키는 바꿀 수 없어요: {combo}", "This key cannot be chosen: {combo}")

    def say(self, locale: Locale) -> str:
        return _WHY[self.extra["reason"]].say(locale, **self.fields)


class KeyTypesText(AppError):
    code = "KEY_TYPES_TEXT"
    status = 422
    text = Text(
        "글을 쓰는 동안에도 쓰는 기능이라 Ctrl(⌘)과 함께 눌러야 해요: {combo}",
        "This works while you write, so it needs Ctrl or ⌘: {combo}",
    )


class KeyTaken(AppError):
    """`action` and `other` in `extra` want the same keys, or one's keys begin with the other's."""

    code = "KEY_TAKEN"
    status = 422
    text = Text("다른 기능에서 이미 쓰는 키예요: {combo}", "Another action has this key: {combo}")


class ActionKeys(Struct, frozen=True, kw_only=True):
    """An action, where it works, and its keys in each preset."""

    id: Action
    place: Place
    presets: dict[Preset, str]


class RefusedKeys(Struct, frozen=True, kw_only=True):
    reason: Refusal
    combos: list[str]


class KeyBook(Struct, frozen=True, kw_only=True):
    """What an editor of keys has to know."""

    actions: list[ActionKeys]
    refused: list[RefusedKeys]


def key_book() -> KeyBook:
    return KeyBook(
        actions=[
            ActionKeys(id=action, place=place, presets={name: keys[action] for name, keys in PRESETS.items()})
            for place, actions in PLACES.items()
            for action in actions
        ],
        refused=[RefusedKeys(reason=reason, combos=list(combos)) for reason, combos in REFUSED.items()],
    )


def keys_of(preset: Preset, own: Mapping[Action, Sequence[str]]) -> dict[Action, list[str]]:
    """The keys of every action: a person's own where they chose some (also none), else the preset's."""
    return {action: list(own.get(action, (combo,))) for action, combo in PRESETS[preset].items()}


def check_keys(preset: Preset, own: Mapping[Action, Sequence[str]]) -> None:
    """Raises `KeyInvalid`, `KeyRefused`, `KeyTypesText`, `KeyTaken`."""
    for action, combos in own.items():
        for combo in combos:
            _check_combo(action, combo)
    taken: dict[str, Action] = {}
    for action, combo in _flat(keys_of(preset, own)):
        for other_combo, other in taken.items():
            if other != action and _clash(combo, other_combo):
                wanted = action if action in own else other
                raise KeyTaken(
                    field=f"keys.own.{wanted}",
                    combo=combo,
                    extra={"action": wanted, "other": other if wanted == action else action, "combo": combo},
                )
        taken[combo] = action


def _check_combo(action: Action, combo: str) -> None:
    field = f"keys.own.{action}"
    chords = combo.split(" ")
    plain = len(chords) == 1 or not any(mark in combo for mark in ("mod+", "alt+"))
    if len(chords) > 2 or not plain or not all(_CHORD.fullmatch(chord) for chord in chords):
        raise KeyInvalid(field=field, combo=combo)
    for reason, refused in REFUSED.items():
        if any(chord in refused for chord in chords):
            raise KeyRefused(field=field, combo=combo, extra={"reason": reason, "combo": combo})
    if action in PLACES["writing"] and not (len(chords) == 1 and combo.startswith("mod+")):
        raise KeyTypesText(field=field, combo=combo)


def _flat(keys: Mapping[Action, Sequence[str]]) -> Iterator[tuple[Action, str]]:
    return ((action, combo) for action, combos in keys.items() for combo in combos)


def _clash(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")
