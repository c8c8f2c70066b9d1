"""Running `pg_dump` and `pg_restore` against any server, embedded or not; what they write and read goes through us."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from urllib.parse import unquote, urlsplit, urlunsplit

from damso.kernel.postgres_binaries import program
from damso.kernel.postgres_processes import die_with_us

CHUNK = 1 << 20

DUMP = ("--format=custom", "--no-owner", "--no-acl", "--statistics")
"""How a database is dumped: statistics travel along, so that a restored one plans well at once."""
LOAD = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
"""How it is loaded: what fails leaves an empty database, which can be loaded into again."""


class ProgramFailed(Exception):
    """A program of PostgreSQL ended with an error; the text is what it said last."""


async def dump_database(dsn: str, *, compress: str) -> AsyncGenerator[bytes, None]:
    """The database as of one moment. Raises `ProgramFailed`."""
    async with _running("pg_dump", dsn, *DUMP, f"--compress={compress}") as process:
        assert process.stdout is not None
        while chunk := await process.stdout.read(CHUNK):
            yield chunk


async def load_database(dsn: str, dump: AsyncIterator[bytes]) -> None:
    """Fill an empty database, wholly or not at all. Raises `ProgramFailed`, and what `dump` raises."""
    async with _running("pg_restore", dsn, *LOAD) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # it says itself why it stopped reading
            async for chunk in dump:
                process.stdin.write(chunk)
                await process.stdin.drain()
            process.stdin.close()


async def copy_database(source: str, target: str) -> None:
    """Everything of one database into another, empty one, wholly or not at all. Raises `ProgramFailed`."""
    async with aclosing(dump_database(source, compress="none")) as dump:
        await load_database(target, dump)


async def beside_the_loop(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Take what has to be read from disk without holding everybody else up."""
    while chunk := await asyncio.to_thread(next, chunks, b""):
        yield chunk


@asynccontextmanager
async def _running(name: str, dsn: str, *arguments: str) -> AsyncIterator[Process]:
    """A client program on a database, which has to succeed once it was fed or read; killed where we fail ourselves.
    Raises `ProgramFailed`."""
    address, password = split_password(dsn)
    process = await asyncio.create_subprocess_exec(
        # Fed by nobody, it would take what it has for all there is, and commit it.
        *(*die_with_us(signal.SIGKILL), str(program(name))),
        *("--no-password", f"--dbname={address}", *arguments),
        env={**os.environ, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=CHUNK,
    )
    assert process.stderr is not None
    said = asyncio.create_task(process.stderr.read())
    try:
        yield process
        if await process.wait() != 0:
            raise ProgramFailed((await said).decode(errors="replace").strip()[-2000:])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        said.cancel()


def split_password(dsn: str) -> tuple[str, str]:
    """The address without its password, and the password: command lines are read by everybody on a machine."""
    parts = urlsplit(dsn)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}{at}{host}")), unquote(password)
