"""What the demo adds to the web application: the shop and the customers' mailboxes."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from damso.demo.mail.api import demo_mail_router
from damso.demo.shop import SHOP


def demo_routes() -> Sequence[ControllerRouterHandler]:
    return (SHOP, demo_mail_router)
