"""Files: attachments, raw mail, pictures. On disk under the data folder; the protocol is the seam to object storage."""

import asyncio
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

from damso.kernel.errors import NotFound, TooLarge


class BlobMissing(NotFound):
    """No file is stored under this reference: it was erased."""


class Blobs(Protocol):
    """Immutable files by reference; writing the same content twice is one file."""

    async def put(self, data: bytes) -> str:
        """Store; the reference is the SHA-256 of the content. Durable when it returns."""

    async def put_stream(self, chunks: AsyncIterator[bytes], limit: int) -> tuple[str, int]:
        """Store what is larger than the memory; its reference and size in bytes. Raises `TooLarge`."""

    async def get(self, ref: str) -> bytes:
        """Raises `BlobMissing`."""

    def local(self, ref: str) -> Path:
        """Where the file lies on this machine, to be read in place. Raises `BlobMissing`."""

    async def delete(self, ref: str) -> None:
        """Delete; a file that is not there is no error."""

    async def discard(self, ref: str, untouched: timedelta) -> bool:
        """Delete a file that nobody has stored, or stored again, for a while; whether it is gone."""

    def refs(self) -> Iterator[str]:
        """Every reference stored."""


class DiskBlobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, ref: str) -> Path:
        return self._folder / ref[:2] / ref[2:]

    async def put(self, data: bytes) -> str:
        return await asyncio.to_thread(self._put, data)

    async def put_stream(self, chunks: AsyncIterator[bytes], limit: int) -> tuple[str, int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge(field="file", limit=f"{limit // 1024 // 1024} MB")
                    digest.update(chunk)
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(_settle, file)
            await asyncio.to_thread(self._take, part, ref := digest.hexdigest())
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        return ref, size

    def _take(self, part: Path, ref: str) -> None:
        """Let a file that is complete become what it is named by."""
        path = self._path(ref)
        if not self._is_kept(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.rename(path)
            _settle_folder(path.parent)

    def local(self, ref: str) -> Path:
        if not (path := self._path(ref)).is_file():
            raise BlobMissing
        return path

    async def get(self, ref: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(ref).read_bytes)
        except FileNotFoundError as error:
            raise BlobMissing from error

    async def delete(self, ref: str) -> None:
        await asyncio.to_thread(self._path(ref).unlink, missing_ok=True)

    async def discard(self, ref: str, untouched: timedelta) -> bool:
        return await asyncio.to_thread(self._discard, ref, untouched.total_seconds())

    def refs(self) -> Iterator[str]:
        """Every reference stored."""
        return (path.parent.name + path.name for path in self._folder.glob("??/*") if path.suffix != ".part")

    def _is_kept(self, path: Path) -> bool:
        """Whether the file is there; then it counts as stored just now."""
        if not path.exists():
            return False
        with self._turn(fcntl.LOCK_SH):
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
        return True

    def _discard(self, ref: str, untouched: float) -> bool:
        path = self._path(ref)
        with self._turn(fcntl.LOCK_EX):
            try:
                if time.time() - path.stat().st_mtime < untouched:
                    return False
                path.unlink()
            except FileNotFoundError:
                pass
        return True

    @contextmanager
    def _turn(self, kind: int) -> Iterator[None]:
        """Nobody deletes a file between another's look at it and their word that it is needed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)

    def _put(self, data: bytes) -> str:
        ref = hashlib.sha256(data).hexdigest()
        path = self._path(ref)
        if self._is_kept(path):
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
        _settle_folder(path.parent)
        return ref


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
