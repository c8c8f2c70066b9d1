"""One process tree per data folder, kept by a lock which the operating system lets go however we die."""

import fcntl
import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

LOCK_FILE = "damso.lock"
HAND_OVER_SECONDS = 0.5
"""How long to wait for a holder that is just leaving, or for somebody who only looks."""


class DataFolderInUse(AppError):
    code = "DATA_FOLDER_IN_USE"
    text = Text(
        "이 데이터 폴더는 이미 실행 중인 담소(프로세스 {pid})가 쓰고 있어요. "
        "먼저 그쪽을 종료하거나 DAMSO_DATA로 다른 폴더를 지정해 주세요.",
        "Another Damso (process {pid}) is using this data folder. Stop it first, or name another folder by DAMSO_DATA.",
    )


class DataFolderForbidden(AppError):
    code = "DATA_FOLDER_FORBIDDEN"
    status = 403
    text = Text(
        "{folder} 폴더는 다른 사용자의 것이에요. 그 사용자로 실행하거나, 폴더 전체의 소유자를 바꿔 주세요.",
        "The folder {folder} belongs to another user. Run as that user, or change the owner of the whole folder.",
    )


class Holder(Struct, frozen=True):
    """Who holds a data folder, as written into its lock file."""

    pid: int
    dsn: str = ""
    """Where its database listens; empty until it does."""
    alias: str = ""
    """A short path to the database's socket that stands outside the data folder, to be removed afterwards."""


class DataFolder:
    """A folder with a database and files. Locked by `acquire`, until `release` or our death."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._descriptor: int | None = None

    @property
    def lock_file(self) -> Path:
        return self.path / LOCK_FILE

    def acquire(self) -> Holder | None:
        """Lock the folder, made private to us where it does not exist. Returns what the one before left behind
        if it never released. Raises `DataFolderInUse`, `DataFolderForbidden`."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as error:
            raise DataFolderForbidden(folder=self.path) from error
        deadline = time.monotonic() + HAND_OVER_SECONDS
        while not _lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                holder = _read(descriptor)
                os.close(descriptor)
                raise DataFolderInUse(pid=holder.pid if holder else "?")
            time.sleep(0.02)
        self._descriptor = descriptor
        left = _read(descriptor)
        self.write(Holder(pid=os.getpid()))
        return left

    def write(self, holder: Holder) -> None:
        """Tell those who look who we are."""
        assert self._descriptor is not None, "only a locked folder is written to"
        content = msgspec.json.encode(holder)
        os.pwrite(self._descriptor, content, 0)
        os.ftruncate(self._descriptor, len(content))

    def release(self) -> None:
        """Let go. Nothing happens where nothing is held."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None


def holder_of(path: Path) -> Holder | None:
    """Who is using a data folder now, or None: how a second command finds the running database."""
    try:
        descriptor = os.open(path / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _lock(descriptor, fcntl.LOCK_SH) else _read(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 65536, 0), type=Holder)
    except msgspec.DecodeError:
        return None
