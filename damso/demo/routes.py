"""What the demo adds to the web application: the shop, the customers' mailboxes and the way to their phones."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from damso.demo.mail.api import demo_mail_router
from damso.demo.shop import SHOP


@get("/demo/phone", include_in_schema=False, opt={"exclude_from_auth": True})
async def phones(request: Request[Any, Any, Any]) -> Redirect:
    """The customers' phones are the simulator's, which listens elsewhere at every start."""
    return Redirect(request.app.state.demo_phones, status_code=303)


def demo_routes() -> Sequence[ControllerRouterHandler]:
    return (phones, SHOP, demo_mail_router)
