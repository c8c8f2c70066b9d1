"""What a request says is either understood or refused: nothing of it is passed over in silence."""

from typing import Any

import httpx
import msgspec
import pytest
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


@pytest.mark.parametrize("path", ["/api/customers?nmae=김", "/api/conversations?status=open&asignee=me", "/api/me?x="])
async def test_a_parameter_that_nothing_reads_is_named(desk: httpx.AsyncClient, path: str) -> None:
    answer = await desk.get(path)

    assert answer.status_code == 422
    misspelt = path.rpartition("?")[2].split("&")[-1].partition("=")[0]
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(misspelt, "UNKNOWN")]


async def test_a_stranger_hears_first_that_they_have_to_sign_in(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/api/customers?nmae=x")).status_code == 401
