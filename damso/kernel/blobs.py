"""Files: attachments, raw mail, pictures. On disk under the data folder; the protocol is the seam to object storage."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from damso.kernel.errors import NotFound


class BlobMissing(NotFound):
    """No file is stored under this reference: it was erased."""


class Blobs(Protocol):
    """Immutable files by reference; writing the same content twice is one file."""

    async def put(self, data: bytes) -> str:
        """Store; the reference is the SHA-256 of the content. Durable when it returns."""

    async def get(self, ref: str) -> bytes:
        """Raises `BlobMissing`."""

    async def delete(self, ref: str) -> None:
        """Delete; a file that is not there is no error."""


class DiskBlobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, ref: str) -> Path:
        return self._folder / ref[:2] / ref[2:]

    async def put(self, data: bytes) -> str:
        return await asyncio.to_thread(self._put, data)

    async def get(self, ref: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(ref).read_bytes)
        except FileNotFoundError as error:
            raise BlobMissing from error

    async def delete(self, ref: str) -> None:
        await asyncio.to_thread(self._path(ref).unlink, missing_ok=True)

    def refs(self) -> Iterator[str]:
        """Every reference stored."""
        return (path.parent.name + path.name for path in self._folder.glob("??/*") if path.suffix != ".part")

    def _put(self, data: bytes) -> str:
        ref = hashlib.sha256(data).hexdigest()
        path = self._path(ref)
        if path.exists():
            return ref
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            except OSError:  # half a file on a full disk would only fill it more
                Path(file.name).unlink()
                raise
        Path(file.name).rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return ref
