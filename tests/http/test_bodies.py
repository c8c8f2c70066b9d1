"""What a request says is either understood or refused: nothing of it is passed over in silence."""

from typing import Any

import msgspec
from litestar import Litestar

from tests.http.test_access_log import handlers


def structs_in(kind: Any, seen: set[Any]) -> set[type[msgspec.Struct]]:
    """All structs that a type holds."""
    if kind in seen:
        return set()
    seen.add(kind)
    inner = list(getattr(kind, "__args__", ()))
    own = set()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        own = {kind}
        inner += [field.type for field in msgspec.structs.fields(kind)]
    return own.union(*(structs_in(one, seen) for one in inner))


def test_every_body_refuses_a_field_that_it_does_not_know(app: Litestar) -> None:
    lenient = {
        f"{struct.__module__}.{struct.__name__}"
        for handler in handlers(app).values()
        if "data" in handler.parsed_fn_signature.parameters
        for struct in structs_in(handler.parsed_fn_signature.parameters["data"].raw, set())
        if not struct.__struct_config__.forbid_unknown_fields
    }

    assert lenient == set()
