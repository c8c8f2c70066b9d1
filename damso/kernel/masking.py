"""Which numbers this company masks, and masking them: the one place that every room asks before it keeps what somebody
wrote.

What arrives by a channel keeps its numbers sealed beside it (`damso.channels.masking`); all else is masked for good.
"""

from collections.abc import Collection, Mapping
from typing import Any

from damso.kernel.database import Transaction
from damso.kernel.sensitive import KINDS, SensitiveKind, find, mask


async def masked_kinds(tx: Transaction) -> frozenset[SensitiveKind]:
    """The kinds that the company masks: all, but for those it has turned off."""
    return KINDS - set(await tx.value("SELECT unmasked FROM masking_policy") or ())


async def mask_kept(tx: Transaction, text: str, kinds: Collection[SensitiveKind] = KINDS) -> str:
    """A text without numbers of these kinds. Costs a statement only where there is one."""
    return mask(text, await masked_kinds(tx) & set(kinds)).text if find(text, kinds) else text


def mask_name(name: str) -> str:
    """What somebody is called; nobody is called by a number, whatever the company masks."""
    return mask(name).text


def mask_values(values: Mapping[str, Any], kinds: Collection[SensitiveKind]) -> dict[str, Any]:
    """Properties without numbers; what a property is called tells what its number is."""
    return {key: _masked(key, value, kinds) for key, value in values.items()}


def holds_numbers(values: Mapping[str, Any]) -> bool:
    """Whether there may be anything to mask in properties."""
    return mask_values(values, KINDS) != values


def _masked(key: str, value: Any, kinds: Collection[SensitiveKind]) -> Any:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        said = f"{key}: "
        # Masking keeps lengths, so what stands before can be cut off again.
        masked = mask(said + str(value), kinds).text[len(said) :]
        return value if masked == str(value) else masked
    if isinstance(value, list):
        return [_masked(key, one, kinds) for one in value]
    if isinstance(value, Mapping):
        return {name: _masked(str(name), one, kinds) for name, one in value.items()}
    return value
