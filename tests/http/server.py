"""The application on a real port, in a thread with a loop of its own: for tests that call it from outside."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from damso.bootstrap import open_parts
from damso.commands.serving import serving
from damso.kernel.migrations import prepare
from damso.kernel.settings import Settings
from damso.web import create_app


@contextmanager
def server_thread(dsn: str, folder: Path) -> Iterator[str]:
    """Serve the database at `dsn`; yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as port:
        settings = Settings(data=folder, port=port.getsockname()[1])
        loop, stop = asyncio.new_event_loop(), asyncio.Event()
        ready = threading.Event()

        async def serve() -> None:
            async with open_parts(settings, dsn) as parts:
                await prepare(parts.database)
                async with serving(create_app(parts), port):
                    ready.set()
                    await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        try:
            assert ready.wait(30), "the server did not start"
            yield settings.base_url
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()
