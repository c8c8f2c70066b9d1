"""Putting an upgraded cluster into the place of the old one, such that a kill anywhere leaves one that is whole.

    postgres                    the cluster that counts, if it is there
    postgres.upgrading/         a new one being filled
    postgres.upgraded/          a new one that is complete
    postgres-16                 the old one, kept until somebody removes it

While `postgres` is there it counts, whatever else there is: an older Damso may have gone on writing into it since.
Where it is not, we were killed between the two renames below, and the next start does the second.
"""

import shutil
from pathlib import Path

from damso.kernel.backup_folder import sync_folder

CLUSTER = "postgres"
FILLING, COMPLETE = "postgres.upgrading", "postgres.upgraded"


def has_cluster(data: Path) -> bool:
    """Whether there is a database here, if only after the next start."""
    return (data / CLUSTER).exists() or (data / COMPLETE / CLUSTER).exists()


def begin_anew(data: Path) -> Path:
    """An empty folder for the new cluster; what an upgrade left that was interrupted is removed."""
    for name in (FILLING, COMPLETE):
        shutil.rmtree(data / name, ignore_errors=True)
    fresh = data / FILLING
    fresh.mkdir(mode=0o700)
    return fresh


def kept_place(data: Path, major: str) -> Path:
    """Where the old cluster goes."""
    return data / f"{CLUSTER}-{major}"


def switch(data: Path, major: str) -> None:
    """The new cluster is complete and durable: let it count."""
    (data / FILLING).rename(data / COMPLETE)
    sync_folder(data)
    (data / CLUSTER).rename(kept_place(data, major))
    finish_switch(data)


def finish_switch(data: Path) -> None:
    """Do what is left of a switch, if anything is; at every start."""
    complete = data / COMPLETE
    if not (data / CLUSTER).exists() and (complete / CLUSTER).exists():
        (complete / CLUSTER).rename(data / CLUSTER)
        sync_folder(data)
    if complete.exists() and not (complete / CLUSTER).exists():
        shutil.rmtree(complete)
