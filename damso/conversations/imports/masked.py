"""What an export says, without numbers that must not lie about. They are not kept: the export has them."""

from collections.abc import Collection

from msgspec.structs import replace

from damso.channels.imports.types import Case, Item, Kept, Person, Said
from damso.kernel.masking import mask_name, mask_values
from damso.kernel.sensitive import SensitiveKind, mask


def masked(item: Item, kinds: Collection[SensitiveKind]) -> Item:
    """As what arrives by a channel is; ids and addresses stay, since they are what things are known by."""
    match item:
        case Person():
            return replace(item, name=mask_name(item.name), traits=mask_values(item.traits, kinds))
        case Case():
            tags = tuple(mask(tag, kinds).text for tag in item.tags)
            return replace(item, subject=mask(item.subject, kinds).text, tags=tags)
        case Said():
            return replace(item, text=mask(item.text, kinds).text)
        case Kept():
            return replace(item, content=mask_values(item.content, kinds))
        case _:
            return item
