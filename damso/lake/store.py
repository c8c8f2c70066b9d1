"""Where the files of the lake lie: a folder, or an object store. The protocol is the seam between the two."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

PART = ".part"
"""At the end of the name of a file that is being written."""


class LakeStore(Protocol):
    """Files by their path below the lake."""

    url: str

    def read(self, path: str) -> bytes | None:
        """A small file; None where there is none."""

    def replace(self, path: str, data: bytes) -> None:
        """Write a small file: readers see the old one or the new one, and after this the new one, also after a power
        cut."""

    def create(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Write a file that appears complete and durable, or not at all. One of the same path is overwritten."""

    def open(self, path: str) -> BinaryIO:
        """Read a file, anywhere in it."""

    def size(self, path: str) -> int:
        """In bytes."""

    def delete(self, path: str) -> None:
        """A file that is not there is no error."""

    def arrow(self) -> tuple[Any, str]:
        """The file system as Arrow knows it, and the lake's place in it."""

    def paths(self) -> Iterator[str]:
        """Every file, also those that a crash left unfinished."""


class FolderStore:
    """The lake in a folder of this machine, or of a file system that several share. Nobody else may read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.url = str(self.folder)

    def read(self, path: str) -> bytes | None:
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def replace(self, path: str, data: bytes) -> None:
        with self.create(path) as file:
            file.write(data)

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        target = self.folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(target.name + PART)
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        self._sync(target.parent)

    def open(self, path: str) -> BinaryIO:
        return (self.folder / path).open("rb")

    def size(self, path: str) -> int:
        return (self.folder / path).stat().st_size

    def delete(self, path: str) -> None:
        target = self.folder / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                return
            folder.rmdir()

    def arrow(self) -> tuple[Any, str]:
        return None, str(self.folder)

    def paths(self) -> Iterator[str]:
        for folder, _, names in os.walk(self.folder):
            for name in names:
                yield (Path(folder) / name).relative_to(self.folder).as_posix()

    def _sync(self, folder: Path) -> None:
        """Make a name durable, and those of folders that may be new."""
        while True:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if folder == self.folder:
                return
            folder = folder.parent
