"""The products whose exports can be read."""

from collections.abc import Mapping

from damso.channels.imports.chatwoot import Chatwoot
from damso.channels.imports.freshdesk import Freshdesk
from damso.channels.imports.intercom import Intercom
from damso.channels.imports.reading import Product
from damso.channels.imports.types import Vendor
from damso.channels.imports.zendesk import Zendesk

PRODUCTS: Mapping[Vendor, Product] = {
    product.vendor: product for product in (Zendesk(), Intercom(), Chatwoot(), Freshdesk())
}
TITLES: Mapping[Vendor, str] = {
    "zendesk": "Zendesk",
    "intercom": "Intercom",
    "chatwoot": "Chatwoot",
    "freshdesk": "Freshdesk",
}
