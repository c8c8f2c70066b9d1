"""Running `pg_dump` and `pg_restore` against any server, embedded or not."""

import asyncio
import os
from urllib.parse import unquote, urlsplit, urlunsplit

from damso.kernel.postgres_binaries import program


class ProgramFailed(Exception):
    """A program of PostgreSQL ended with an error; the text is what it said last."""


async def run_client(name: str, dsn: str, *arguments: str) -> None:
    """Run a client program on a database. Raises `ProgramFailed`."""
    address, password = split_password(dsn)
    process = await asyncio.create_subprocess_exec(
        program(name),
        *("--no-password", f"--dbname={address}", *arguments),
        env={**os.environ, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode != 0:
        raise ProgramFailed(said.decode(errors="replace").strip()[-2000:])


def split_password(dsn: str) -> tuple[str, str]:
    """The address without its password, and the password: command lines are read by everybody on a machine."""
    parts = urlsplit(dsn)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}{at}{host}")), unquote(password)
