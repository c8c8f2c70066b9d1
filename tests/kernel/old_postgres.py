"""A PostgreSQL of an older major version, and data folders that were made with it."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_binaries import major_version, runnable_by
from damso.kernel.postgres_cluster import OWNER, SERVER_UID, Cluster
from tests.conftest import STRICT
from tests.processes import REPOSITORY

FETCHED = REPOSITORY / ".build" / "old-postgres"
OLD = 16


def old_installation(cache: Path) -> Path:
    """Where it is; `make test` fetches it. `cache` is for a root whose checkout nobody else may enter."""
    for postgres in FETCHED.glob("**/bin/postgres"):
        assert major_version(postgres) == OLD
        tree = postgres.parent.parent
        return runnable_by(SERVER_UID, tree, cache, name=f"postgresql-{OLD}") if os.geteuid() == 0 else tree
    reason = "no old PostgreSQL: make .build/old-postgres.stamp"
    return (pytest.fail if STRICT else pytest.skip)(reason)


def old_server(data: Path, tree: Path) -> EmbeddedPostgres:
    """What Damso was when that version was the newest."""
    return EmbeddedPostgres(data, durable=False, tree=tree, major=OLD)


def make_old_cluster(data: Path, tree: Path) -> None:
    """initdb as the old Damso ran it; it wants a user with a name, so root lends it `nobody`."""
    data.mkdir(mode=0o700)
    cluster = Cluster(data / "postgres")
    cluster.path.mkdir(mode=0o700)
    maker = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    _give(cluster.path, maker)
    command = [tree / "bin" / "initdb", "-D", cluster.seen_from_inside, f"--username={OWNER}", "--auth=trust"]
    more = ["--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync"]
    subprocess.run([*command, *more], check=True, capture_output=True, **cluster.inside(maker))
    _give(cluster.path, SERVER_UID)


def _give(folder: Path, uid: int) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid)
