"""Passwords: argon2id, with the second recommended parameters of RFC 9106 (64 MiB, 3 passes), off the event loop."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Annotated, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from msgspec import Meta

from damso.kernel.crypto import new_secret

P = ParamSpec("P")
T = TypeVar("T")

MIN_LENGTH = 10
NewPassword = Annotated[str, Meta(min_length=MIN_LENGTH, max_length=200)]
"""A password somebody chooses."""
GivenPassword = Annotated[str, Meta(max_length=200)]
"""A password somebody claims to have."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""Two at a time: each takes 64 MiB while it works, and guesses must not eat the machine."""


async def hash_password(password: str) -> str:
    return await off_the_loop(_hasher.hash, normalised(password))


async def is_password(password: str, stored: str | None) -> bool:
    """Whether this is the password. Takes as long where there is none, so that time does not tell who exists."""
    return await off_the_loop(_verify, normalised(password), stored)


async def off_the_loop(work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Slow work with passwords, two at a time."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(work, *args, **options))


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(password: str, stored: str | None) -> bool:
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    return _hasher.hash(new_secret())


def normalised(password: str) -> str:
    """Hangul is typed composed on one system and decomposed on another; NIST SP 800-63B 5.1.1.2 asks for NFKC."""
    return unicodedata.normalize("NFKC", password)
