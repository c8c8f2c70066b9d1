"""How far a message came. The status only ever rises in this order, so any order of receipts ends the same.

`failed` stands below `delivered`: where a bounce and a delivery notice disagree, it did arrive. Sending again is a
person's decision and the only way down, see `settle.py`.
"""

from typing import Literal

Status = Literal["queued", "unknown", "sent", "failed", "delivered", "read"]

ORDER: tuple[Status, ...] = ("queued", "unknown", "sent", "failed", "delivered", "read")

RISES = f"""(array_position(ARRAY[{", ".join(f"'{status}'" for status in ORDER)}], {{new}})
    > array_position(ARRAY[{", ".join(f"'{status}'" for status in ORDER)}], status))"""
"""SQL: whether the status `{new}` is above the column `status`."""


def later(one: Status, other: Status) -> Status:
    """The status that holds when both were heard of."""
    return max(one, other, key=ORDER.index)
