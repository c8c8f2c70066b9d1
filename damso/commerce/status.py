"""A shop's own word for where an order is, as far as it is a word."""

import re

_CODE = re.compile(r"[!-~]*[_0-9][!-~]*|[A-Z][A-Z .:/-]*")


def word_of(status: str) -> str:
    """`배송 완료` and `shipped` are words; `N40`, `SHIPPED` and `ready_to_ship` are codes, which nobody is shown."""
    return "" if _CODE.fullmatch(status) else status
