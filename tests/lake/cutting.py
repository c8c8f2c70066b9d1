"""A store whose process dies at a given step: nothing after it happens, and what was begun stays half done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from damso.lake.store import PART, FolderStore


class Cut(BaseException):
    """The process is gone. Not an `Exception`: nobody mends what they cannot see."""


class CuttingStore(FolderStore):
    """Counts what it does to files and dies before the step number `left`."""

    def __init__(self, folder: Path, left: int) -> None:
        super().__init__(folder)
        self.left = left

    def _step(self) -> None:
        if self.left == 0:
            raise Cut
        self.left -= 1

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        self._step()
        half = self.folder / (path + PART)
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(b"PAR1 half of it")
        self._step()
        with super().create(path) as file:
            yield file
            if self.left == 0:
                half.write_bytes(b"PAR1 nearly all of it")
            self._step()
        self._step()

    def delete(self, path: str) -> None:
        self._step()
        super().delete(path)
