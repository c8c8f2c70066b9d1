"""A parameter of an address that no handler reads is refused: a misspelt filter would widen a list in silence."""

from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.enums import ParamType
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute

from damso.kernel.errors import FieldProblem, Invalid
from damso.kernel.i18n import Text

_KEY = "query_parameters"
_UNKNOWN = Text("쓸 수 없는 항목이에요.", "There is no such field.")


def know_parameters(application: Litestar) -> None:
    """Note at each handler which parameters of the address it reads, those of its dependencies included."""
    for route in application.routes:
        for handler, model in route.route_handler_map.values() if isinstance(route, HTTPRoute) else ():
            handler.opt[_KEY] = frozenset(
                one.field_alias for one in model.expected_query_params if one.param_type == ParamType.QUERY
            )


def understood(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard of the whole application for who is let in; strangers hear from the others what they need first."""
    known = handler.opt.get(_KEY)
    if connection.user is None or known is None:
        return
    if unknown := sorted(set(connection.query_params) - known):
        raise Invalid(problems=tuple(FieldProblem(name, "UNKNOWN", _UNKNOWN) for name in unknown))
