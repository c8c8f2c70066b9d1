"""As much of S3 as the lake asks for, in memory on loopback: objects, uploads in parts, ranges, lists.

It believes every signature. Requests and answers as in the API reference of Amazon S3 (ListObjectsV2, UploadPart, …).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Bucket(ThreadingHTTPServer):
    """What it holds, by key, and what is being uploaded."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_port}",
            "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "a secret",
            "AWS_REGION": "us-east-1",
        }


@contextmanager
def serving() -> Iterator[Bucket]:
    bucket = Bucket()
    thread = threading.Thread(target=bucket.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bucket
    finally:
        bucket.shutdown()
        thread.join()
        bucket.server_close()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/bucket").removeprefix("/")

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()}

    def do_HEAD(self) -> None:
        found = self.server.objects.get(self.key)
        if found is None and self.key:
            self._answer(404)
        else:
            self._answer(200, found or b"")

    def do_GET(self) -> None:
        if "list-type" in self.asked:
            self._list(self.asked.get("prefix", ""))
        elif (found := self.server.objects.get(self.key)) is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        elif span := self.headers.get("range"):
            first, last = span.removeprefix("bytes=").split("-")
            end = min(int(last) + 1, len(found))
            self._answer(206, found[int(first) : end], {"Content-Range": f"bytes {first}-{end - 1}/{len(found)}"})
        else:
            self._answer(200, found)

    def do_PUT(self) -> None:
        if "uploadId" in self.asked:
            self.server.uploads[self.asked["uploadId"]][int(self.asked["partNumber"])] = self._body()
        else:
            self.server.objects[self.key] = self._body()
        self._answer(200, headers={"ETag": '"part"'})

    def do_POST(self) -> None:
        self._body()
        if "uploads" in self.asked:
            name = str(len(self.server.uploads))
            self.server.uploads[name] = {}
            self._xml("InitiateMultipartUploadResult", f"<Key>{escape(self.key)}</Key><UploadId>{name}</UploadId>")
        else:
            parts = self.server.uploads.pop(self.asked["uploadId"])
            self.server.objects[self.key] = b"".join(parts[number] for number in sorted(parts))
            self._xml("CompleteMultipartUploadResult", f"<Key>{escape(self.key)}</Key><ETag>whole</ETag>")

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.key, None)
        self._answer(204)

    def _list(self, prefix: str) -> None:
        found = sorted(key for key in self.server.objects if key.startswith(prefix))
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.server.objects[key])}</Size>"
            "<LastModified>2026-11-22T00:00:00.000Z</LastModified></Contents>"
            for key in found
        )
        self._xml("ListBucketResult", f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>{rows}")

    def _xml(self, name: str, content: str) -> None:
        self._answer(200, f'<?xml version="1.0" encoding="UTF-8"?><{name}>{content}</{name}>'.encode())

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            data = b"".join(iter(self._chunk, b""))
        else:
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
        return data if "aws-chunked" not in self.headers.get("content-encoding", "") else _unchunked(data)

    def _chunk(self) -> bytes:
        """The next chunk of HTTP; the last one is empty."""
        chunk = self.rfile.read(int(self.rfile.readline().partition(b";")[0], 16))
        self.rfile.readline()
        return chunk

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 00:00:00 GMT")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _unchunked(data: bytes) -> bytes:
    """What stands in chunks, each behind its size in hexadecimal; an empty one ends it."""
    found = b""
    while data:
        head, _, data = data.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        found, data = found + data[:size], data[size + 2 :]
    return found
