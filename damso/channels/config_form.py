"""An adapter's configuration as the outside sees it: a form to fill in, secrets that never come back, and what is
wrong with each field.

Secrets are recognised by `writeOnly` in the JSON Schema, which the type `Secret` puts there.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from damso.channels.types import InboxConfig
from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.errors import FieldProblem, Invalid
from damso.kernel.i18n import Text

REQUIRED = Text("꼭 입력해야 해요.", "This is required.")
UNKNOWN = Text("알 수 없는 항목이에요.", "There is no such field.")
WRONG = Text("값의 형식이 올바르지 않아요.", "This value does not fit.")

_FIELD = re.compile(r"field `(?P<name>[^`]+)`")
_PATH = re.compile(r"at `\$\.(?P<name>[A-Za-z0-9_]+)")


def json_schema(config: type[InboxConfig]) -> dict[str, Any]:
    """The schema a settings form is made from: one object, its references filled in."""
    schema = msgspec.json.schema(config)
    definitions = schema.get("$defs", {})
    return _resolved(definitions[config.__name__], definitions)  # type: ignore[no-any-return]


def _resolved(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _resolved(definitions[reference.rpartition("/")[2]] | rest, definitions)
    return {key: _resolved(value, definitions) for key, value in node.items()}


@cache
def secret_fields(config: type[InboxConfig]) -> frozenset[str]:
    """The names of the fields that hold secrets."""
    properties = json_schema(config)["properties"]
    return frozenset(name for name, field in properties.items() if field.get("writeOnly"))


def decode(config: type[InboxConfig], given: Mapping[str, Any]) -> InboxConfig:
    """Read a configuration. Raises `Invalid` that names the field, as `config.<field>`."""
    try:
        return msgspec.convert(given, config)
    except msgspec.ValidationError as error:
        raise Invalid(problems=(_problem(str(error)),)) from error


def accept(config: type[InboxConfig], given: Mapping[str, Any]) -> InboxConfig:
    """Read a configuration that is to be saved or tried: one that can be used, too. Raises `Invalid`."""
    decoded = decode(config, given)
    if wrong := decoded.wrong_fields():
        raise Invalid(problems=tuple(FieldProblem(f"config.{name}", "WRONG", text) for name, text in wrong.items()))
    return decoded


def _problem(message: str) -> FieldProblem:
    if message.startswith("Object missing required field"):
        code, text = "REQUIRED", REQUIRED
    elif message.startswith("Object contains unknown field"):
        code, text = "UNKNOWN", UNKNOWN
    else:
        code, text = "WRONG", WRONG
    found = _PATH.search(message) or _FIELD.search(message)
    return FieldProblem(f"config.{found['name']}" if found else "config", code, text)


def merged(config: type[InboxConfig], old: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody sent over what is stored: a secret left empty stays as it is, a null clears it."""
    secrets = secret_fields(config)
    kept = {name: old[name] for name in secrets if name in old and given.get(name, "") == ""}
    return {name: "" if value is None and name in secrets else value for name, value in given.items()} | kept


def sealed(config: InboxConfig, keyring: Keyring) -> dict[str, Any]:
    """The configuration as it is stored, its secrets encrypted."""
    plain: dict[str, Any] = msgspec.to_builtins(config)
    return {
        name: keyring.encrypt(value) if value and name in secret_fields(type(config)) else value
        for name, value in plain.items()
    }


def unsealed(config: type[InboxConfig], stored: Mapping[str, Any], keyring: Keyring) -> dict[str, Any]:
    """The stored configuration with its secrets readable. Raises `SecretUnreadable`."""
    secrets = secret_fields(config)
    return {name: keyring.decrypt(value) if value and name in secrets else value for name, value in stored.items()}


def readable(config: type[InboxConfig], stored: Mapping[str, Any], keyring: Keyring) -> dict[str, Any]:
    """As `unsealed`, but a secret that has another key is empty: somebody is about to enter it anew."""
    try:
        return unsealed(config, stored, keyring)
    except SecretUnreadable:
        return dict(stored) | dict.fromkeys(secret_fields(config), "")


def shown(config: type[InboxConfig], stored: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What may be shown of a stored configuration: secrets as empty strings, and the names of those that are set."""
    secrets = secret_fields(config)
    return (
        {name: "" if name in secrets else value for name, value in stored.items()},
        sorted(name for name in secrets if stored.get(name)),
    )
