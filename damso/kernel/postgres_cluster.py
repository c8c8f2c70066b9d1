"""The folder of the embedded server: who owns it, how it is made, and how the programs of PostgreSQL run inside it.

PostgreSQL refuses to run as root. Started by root, it runs as a user of its own without a name, and reaches its folder
as its working directory, so that no folder above it has to be opened to anybody.
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_config import configuration_file

OWNER = "damso"
"""The database's own superuser; the operating system decides who may reach the socket."""

SERVER_UID = 54318
"""The user that the server runs as when root starts it: a number without a name, so that no other service shares it.
Below 65536, for containers that map no more."""


class PostgresFailed(AppError):
    code = "POSTGRES_FAILED"
    status = 503
    text = Text(
        "데이터베이스를 시작하지 못했어요. 자세한 기록은 {folder} 폴더에 있어요.\n{detail}",
        "The database could not be started. The log files are in {folder}.\n{detail}",
    )


class DataFolderVersion(AppError):
    code = "DATA_FOLDER_VERSION"
    text = Text(
        "이 데이터 폴더는 PostgreSQL {found} 버전으로 만들어졌고, 지금 담소는 {wanted} 버전을 써요. "
        "`damso upgrade-database`를 한 번 실행해 주세요. 원래 데이터베이스는 따로 남겨 둬요.",
        "This data folder was made by PostgreSQL {found}; this Damso runs {wanted}. Run `damso upgrade-database` once; "
        "the old database is kept beside the new one.",
    )


class Cluster:
    """The folder `postgres` inside a data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def uid(self) -> int:
        """The user that the server runs as: ourselves; for root the owner of what is there, else one of its own."""
        if os.geteuid() != 0:
            return os.geteuid()
        there = self.path if self.path.exists() else self.path.parent
        return there.stat().st_uid or SERVER_UID

    @property
    def log_folder(self) -> Path:
        return self.path / "log"

    def made_by(self) -> str | None:
        """The major version of PostgreSQL that made it; None where there is no cluster."""
        file = self.path / "PG_VERSION"
        return file.read_text().strip() if file.exists() else None

    def require_version(self, major: int) -> None:
        """Raises `DataFolderVersion` where another major version of PostgreSQL made the folder."""
        if (found := self.made_by()) not in (None, str(major)):
            raise DataFolderVersion(found=found, wanted=major)

    async def make(self, tree: Path, *, durable: bool) -> None:
        """Make the cluster aside and move it into place, so that a cluster that exists is whole.
        Raises `PostgresFailed`."""
        making = Cluster(self.path.with_name(self.path.name + ".making"))
        if making.path.exists():
            shutil.rmtree(making.path)
        making.path.mkdir(mode=0o700)
        await making._initdb(tree, sync=durable)
        _give(making.path, self.uid)
        making.path.rename(self.path)

    async def _initdb(self, tree: Path, *, sync: bool) -> None:
        command = [
            *(str(tree / "bin" / "initdb"), "-D", self.seen_from_inside, f"--username={OWNER}", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--data-checksums", "--no-instructions", *(() if sync else ("--no-sync",))),
        ]
        maker = _named_user(self.uid)
        _give(self.path, maker)
        done = await asyncio.to_thread(_run, command, self.inside(maker))
        if done.returncode != 0:
            raise PostgresFailed(detail=done.stderr.strip(), folder=self.path)

    def configure(self, *, durable: bool, major: int) -> None:
        """Write `postgresql.conf` anew. A link planted in its place is replaced, not followed."""
        fresh = self.path / "postgresql.conf.new"
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(configuration_file(durable=durable, major=major))
        _give(fresh, self.uid)
        fresh.replace(self.path / "postgresql.conf")

    @property
    def seen_from_inside(self) -> str:
        """How a server started by root names its folder, which it stands in but may not walk down to."""
        return "/proc/self/cwd" if os.geteuid() == 0 and sys.platform == "linux" else str(self.path)

    def inside(self, uid: int | None = None) -> Mapping[str, Any]:
        """What `subprocess` needs to run a program in the folder, as its user; our own environment stays outside."""
        uid = self.uid if uid is None else uid
        switch = {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self.path, "env": {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}, "umask": 0o077, **switch}


def _named_user(uid: int) -> int:
    """initdb refuses a user without a name; what it made is handed to the server's own user afterwards."""
    try:
        return pwd.getpwuid(uid).pw_uid
    except KeyError:
        return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else uid


def _run(command: list[str], how: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, **how)  # noqa: S603 - our own program


def _give(path: Path, uid: int) -> None:
    """Make `uid` own a file, or a folder with all in it. Only root gives; never follows a link."""
    if os.geteuid() == 0:
        os.chown(path, uid, uid, follow_symlinks=False)
        for below in _below(path):
            os.chown(below, uid, uid, follow_symlinks=False)


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))
