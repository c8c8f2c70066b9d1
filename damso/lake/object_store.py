"""The lake in an object store that speaks S3: `s3://bucket/folder`. Who we are there comes from the environment, as
for every tool of AWS (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL` …).

An object appears when its upload is completed, and replaces the one before in one go: that is all the lake asks of it.
That nobody else writes is seen to by the lock in PostgreSQL (`damso.lake.keep.writing`), since not every store that
speaks S3 can refuse a write that comes second.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from pyarrow import fs


class ObjectStore:
    def __init__(self, url: str) -> None:
        self.url = url
        self._system = _connect()
        self._root = url.removeprefix("s3://").rstrip("/")

    def read(self, path: str) -> bytes | None:
        try:
            with self._system.open_input_stream(self._place(path)) as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None

    def replace(self, path: str, data: bytes) -> None:
        with self.create(path) as file:
            file.write(data)

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        file = self._system.open_output_stream(self._place(path))
        try:
            yield cast("BinaryIO", file)
        except BaseException:
            file.close()
            self.delete(path)
            raise
        file.close()

    def open(self, path: str) -> BinaryIO:
        return cast("BinaryIO", self._system.open_input_file(self._place(path)))

    def size(self, path: str) -> int:
        return int(self._system.get_file_info(self._place(path)).size)

    def delete(self, path: str) -> None:
        if self._system.get_file_info(self._place(path)).type != fs.FileType.NotFound:
            self._system.delete_file(self._place(path))

    def arrow(self) -> tuple[Any, str]:
        return self._system, self._root

    def paths(self) -> Iterator[str]:
        chosen = fs.FileSelector(self._root, recursive=True, allow_not_found=True)
        for found in self._system.get_file_info(chosen):
            if found.type == fs.FileType.File:
                yield found.path.removeprefix(self._root + "/")

    def _place(self, path: str) -> str:
        return f"{self._root}/{path}"


def _connect() -> fs.S3FileSystem:
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "")
    return fs.S3FileSystem(
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        endpoint_override=endpoint.netloc or None,
        scheme=endpoint.scheme or "https",
        background_writes=False,
        check_directory_existence_before_creation=True,
    )
