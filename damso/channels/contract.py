"""What every adapter promises, as checks that run over any of them: ours, and those of other packages.

A package calls these from its own tests with its own `Material`. A broken promise is an `AssertionError` that says
which one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from inspect import iscoroutinefunction
from pathlib import Path

import msgspec
from msgspec import Struct

from damso.channels.cleaning import clean
from damso.channels.config_form import json_schema, secret_fields
from damso.channels.failures import SignatureInvalid
from damso.channels.items import Item, Unsupported
from damso.channels.types import Adapter, InboxConfig, Request

QUALITY = (
    "signature",
    "fails closed",
    "delivery key",
    "batches",
    "message ids",
    "receipts",
    "edits",
    "files",
    "errors",
    "window",
    "check",
    "secrets",
    "simulator",
    "recorded",
    "documents",
)
"""What QUALITY.md has a line for, see docs/channels/adding-a-channel.md."""

_LINE = re.compile(r"^\|\s*(?P<rule>[^|]+?)\s*\|\s*(?P<state>done|to do|exempt)\s*\|\s*(?P<why>[^|]+?)\s*\|$")
_KOREAN = re.compile(r"[가-힣]|\b[A-Z]{2,}\b")


class Material(Struct, frozen=True, kw_only=True):
    """What the checks need of a channel.

    `recorded` are genuine requests by the name of their file. `proof` names the headers that carry the signature, of
    which each request has those of its kind; empty where nothing comes over HTTP. Where a provider signs neither body
    nor time (`signs` is false), a secret in these headers is all that proves a call, or (`by_address`) the address it
    comes from; else it lies in the body, which only tests of the channel itself can bend. `regroup` makes other
    deliveries of the same events: batched, cut in two.
    """

    adapter: Adapter
    config: InboxConfig
    recorded: Mapping[str, Request]
    proof: Sequence[str] = ()
    signs: bool = True
    by_address: bool = False
    regroup: Callable[[Sequence[Request]], Sequence[Sequence[Request]]] | None = None


def check_declaration(adapter: Adapter) -> None:
    """The policy can be obeyed."""
    policy = adapter.policy
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,31}", adapter.channel), "the channel's name is a short identifier"
    assert adapter.name.ko
    assert adapter.name.en
    assert adapter.description.ko
    assert adapter.description.en
    assert policy.text_limit > 0
    assert policy.authenticates in ("channel", "message")
    assert policy.receipts <= {"sent", "delivered", "read", "failed"}
    assert policy.undo >= timedelta(0)
    assert policy.reopen > timedelta(0)
    assert policy.window is None or policy.window > timedelta(0)
    assert not policy.may_start or policy.reaches, "where we may start, it says whom we reach"
    if policy.media:
        assert policy.media.max_bytes > 0
        assert policy.media.max_files > 0
        assert all(re.fullmatch(r"(\*|[a-z]+)/(\*|[a-z0-9.+-]+)", kind) for kind in policy.media.types)
    assert iscoroutinefunction(adapter.send)
    assert iscoroutinefunction(adapter.check)


def check_form(adapter: Adapter) -> None:
    """Every field of the settings has a title in both languages, and secrets lie on the surface."""
    schema = json_schema(adapter.config)
    assert schema["additionalProperties"] is False
    for name, field in schema["properties"].items():
        assert field.get("title"), f"{name} has no title"
        korean = field.get("ko", {})
        assert _KOREAN.search(korean.get("title", "")), f"{name} has no Korean title"
        assert bool(field.get("description")) == bool(korean.get("description")), f"{name} is described in one language"
        nested = {key: value for key, value in field.items() if key != "writeOnly"}
        assert "writeOnly" not in str(nested), f"{name} hides a secret inside, which would not be encrypted"


def check_quality(page: Path) -> None:
    """QUALITY.md says of every rule whether it is done, and why not."""
    lines = filter(None, (_LINE.match(line) for line in page.read_text().splitlines()))
    said = {line["rule"].lower(): line["why"] for line in lines}
    missing = [rule for rule in QUALITY if not said.get(rule)]
    assert not missing, f"QUALITY.md says nothing of {', '.join(missing)}"


def check_refusals(material: Material) -> None:
    """Only the provider gets in: not without a secret, not without proof; and, as far as the provider signs, not with
    a changed body and not late."""
    adapter, unset = material.adapter, without_secrets(material.config)
    for name, request in material.recorded.items():
        assert not material.proof or set(material.proof) & set(request.headers), f"{name} proves nothing"
        if material.proof or material.by_address:
            adapter.verify(request, material.config)
        for what, forged in forgeries(request, material):
            assert _refuses(adapter, forged, material.config), f"{name} gets in: {what}"
        assert _refuses(adapter, request, unset), f"{name} gets in without a secret being set"


def forgeries(request: Request, material: Material) -> list[tuple[str, Request]]:
    """Requests that are not from the provider any more."""
    replace = msgspec.structs.replace
    made: list[tuple[str, Request]] = []
    if material.signs:
        made += [
            ("changed body", replace(request, body=request.body + b" ")),
            ("truncated body", replace(request, body=request.body[:-1])),
            ("a year late", replace(request, received_at=request.received_at + timedelta(days=365))),
            ("a year early", replace(request, received_at=request.received_at - timedelta(days=365))),
        ]
    if material.by_address:
        addresses = ("", "203.0.113.9", "2001:db8::9", "::", "not an address")
        made += [(f"from {address!r}", replace(request, peer=address)) for address in addresses]
    elif material.signs or material.proof:
        made.append(("no headers", replace(request, headers={})))
    for header in material.proof:
        value = request.headers.get(header)
        if value is None:
            continue
        made.append((f"no {header}", replace(request, headers=_without(request.headers, header))))
        for what, changed in (("empty", ""), ("truncated", value[:-3]), ("odd", "\u00e9,\u00ff==")):
            made.append((f"{what} {header}", replace(request, headers={**request.headers, header: changed})))
    return made


def _without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


def _refuses(adapter: Adapter, request: Request, config: InboxConfig) -> bool:
    try:
        adapter.verify(request, config)
    except SignatureInvalid as error:
        return not any(secret and secret in str(error) for secret in secrets_of(config))
    return False


def check_recorded(material: Material) -> None:
    """What was recorded is understood, always in the same way, and can be stored."""
    for name, request in material.recorded.items():
        items = items_of(material, request)
        assert items, f"nothing found in {name}"
        assert items == items_of(material, request), f"{name} is read differently a second time"
        assert material.adapter.delivery_key(request) == material.adapter.delivery_key(request)
        for item in items:
            assert msgspec.json.decode(msgspec.json.encode(item), type=Item) == item


def check_regrouping(material: Material) -> None:
    """The same events batched or cut in two say the same."""
    if material.regroup is None:
        return
    requests = list(material.recorded.values())
    expected = _sorted(items_of(material, *requests))
    for group in material.regroup(requests):
        assert _sorted(items_of(material, *group)) == expected


def items_of(material: Material, *requests: Request) -> list[Item]:
    """What is found in deliveries, fit to be stored; what is not supported is left out."""
    return supported([clean(item) for request in requests for item in material.adapter.parse(request, material.config)])


def supported(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if not isinstance(item, Unsupported)]


def _sorted(items: Sequence[Item]) -> list[bytes]:
    return sorted(msgspec.json.encode(item) for item in items)


def check_secrets(material: Material) -> None:
    """A configuration never shows its secrets."""
    for secret in secrets_of(material.config):
        assert secret not in repr(material.config)
        assert secret not in str(material.config)


def secrets_of(config: InboxConfig) -> list[str]:
    return [getattr(config, name) for name in secret_fields(type(config))]


def without_secrets(config: InboxConfig) -> InboxConfig:
    return msgspec.structs.replace(config, **dict.fromkeys(secret_fields(type(config)), ""))
