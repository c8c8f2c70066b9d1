"""A service that answers over real HTTP on this machine, and remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

INDUSTRY = {"company": {"industry": "소매", "size": 40}, "person": {"age": [30, 39]}}


class Peer:
    """Says what the test wants it to say; `asked` are the paths and `keys` the keys it was shown."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys: list[str | None] = []
        self.answers: list[tuple[int, bytes]] = []
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def will_say(self, *answers: tuple[int, object]) -> None:
        self.answers += [(status, msgspec.json.encode(body)) for status, body in answers]


@contextmanager
def listening() -> Iterator[Peer]:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            peer.asked.append(self.path)
            peer.keys.append(self.headers.get("x-key"))
            status, body = peer.answers.pop(0) if peer.answers else (200, msgspec.json.encode(INDUSTRY))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
            """Nothing: what was asked stands in `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
