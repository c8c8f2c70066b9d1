"""The machine: room, rights and limits, the key file, the built web apps."""

import ipaddress
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from damso.commands.checkup.findings import Finding, broken, fine, warning
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.pages import STATIC

LITTLE_ROOM, NO_ROOM = 5 * 10**9, 10**9
"""Bytes free on the disk, below which somebody should look, and below which the database is about to stop."""
FEW_FILES = 8192
"""Open files that a process may have, below which 5,000 live chats do not fit."""
PAGES = ("desk/index.html", "widget/widget.js", "widget/frame.html")

ROOM = Text("디스크에 {free} GB 남았어요({folder}).", "{free} GB are free on the disk of {folder}.")
MAKE_ROOM = Text(
    "공간을 비우거나 늘려 주세요. 꽉 차면 데이터베이스가 멈춰요.",
    "Make room, or enlarge it: the database stops when the disk is full.",
)
WRITABLE = Text("파일을 저장할 수 있어요({folder}).", "Files can be stored in {folder}.")
NOT_WRITABLE = Text("파일을 저장할 수 없어요({folder}): {why}", "Files cannot be stored in {folder}: {why}")
LET_WRITE = Text(
    "담소를 실행하는 사용자가 그 폴더에 쓸 수 있게 권한을 바꿔 주세요.",
    "Let the user that runs Damso write to that folder.",
)
FILES = Text("파일을 {count}개까지 열 수 있어요.", "A process may open {count} files.")
ALLOW_FILES = Text(
    "실시간 채팅이 많으면 모자라요. systemd라면 LimitNOFILE=65536, 아니면 ulimit -n을 늘려 주세요.",
    "Many live chats need more. Set LimitNOFILE=65536 in systemd, or raise ulimit -n.",
)
BUILT = Text("웹 화면이 모두 준비돼 있어요.", "The web apps are built.")
NOT_BUILT = Text("웹 화면이 아직 빌드되지 않았어요: {missing}", "The web apps are not built: {missing}")
BUILD = Text("소스 폴더에서 `make run`을 한 번 실행해 주세요.", "Run `make run` once in the source folder.")
KEY_SAFE = Text("암호화 키 파일을 우리만 읽을 수 있어요({file}).", "Only we can read the key file {file}.")
KEY_OPEN = Text(
    "다른 사용자도 암호화 키 파일을 읽을 수 있어요({file}, {mode}).", "Others can read the key file {file} ({mode})."
)
CLOSE_KEY = Text("chmod 600 {file} 을 실행해 주세요.", "Run chmod 600 {file}.")
KEY_MISSING = Text("암호화 키 파일을 읽을 수 없어요({file}): {why}", "The key file {file} cannot be read: {why}")
BRING_KEY = Text(
    "보관해 둔 키 파일을 그 자리에 놓아 주세요. 처음 시작하는 것이라면 `damso migrate`가 만들어요.",
    "Put the key file you kept there. For a first start, `damso migrate` makes one.",
)
ADDRESS = Text("고객과 상담원이 쓰는 주소: {address}", "Customers and agents use {address}")
ADDRESS_PRIVATE = Text(
    "링크와 채팅이 {address} 주소를 써서, 다른 컴퓨터에서는 열리지 않아요.",
    "Links and the chat use {address}, which opens on no other machine.",
)
SET_ADDRESS = Text(
    "혼자 써 보는 중이라면 그대로 두고, 아니면 DAMSO_PUBLIC_URL에 https://로 시작하는 주소를 넣어 주세요.",
    "Fine for trying it out; otherwise put the https:// address into DAMSO_PUBLIC_URL.",
)


def look_at_machine(settings: Settings) -> Iterator[Finding]:
    """Everything that needs no database."""
    yield _room(settings)
    yield _blobs(settings.data / "blobs")
    yield _files()
    yield _key(settings.key_file)
    yield _pages()
    yield _address(settings)


def _room(settings: Settings) -> Finding:
    folder = _existing(settings.data.absolute())
    free = shutil.disk_usage(folder).free
    fields = {"folder": folder, "free": f"{free / 1e9:.1f}"}
    if free < NO_ROOM:
        return broken("disk", ROOM, MAKE_ROOM, **fields)
    return warning("disk", ROOM, MAKE_ROOM, **fields) if free < LITTLE_ROOM else fine("disk", ROOM, **fields)


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _blobs(folder: Path) -> Finding:
    """Tried rather than computed: modes, access lists and read-only disks all have a say."""
    try:
        with tempfile.TemporaryFile(dir=_existing(folder.absolute())) as file:
            file.write(b"damso")
    except OSError as error:
        return broken("files", NOT_WRITABLE, LET_WRITE, folder=folder, why=error.strerror)
    return fine("files", WRITABLE, folder=folder)


def _files() -> Finding:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FEW_FILES:
        return warning("file limit", FILES, ALLOW_FILES, count=most)
    return fine("file limit", FILES, count="∞" if most == resource.RLIM_INFINITY else most)


def _key(file: Path) -> Finding:
    try:
        file.read_bytes()
    except OSError as error:
        return broken("key", KEY_MISSING, BRING_KEY, file=file, why=error.strerror)
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        return warning("key", KEY_OPEN, CLOSE_KEY, file=file, mode=f"{mode:o}")
    return fine("key", KEY_SAFE, file=file)


def _pages() -> Finding:
    missing = [name for name in PAGES if not (STATIC / name).is_file()]
    return broken("web apps", NOT_BUILT, BUILD, missing=", ".join(missing)) if missing else fine("web apps", BUILT)


def _address(settings: Settings) -> Finding:
    host = settings.base_url.partition("://")[2].partition("/")[0].rpartition(":")[0] or settings.base_url
    if _is_private(host.strip("[]")):
        return warning("address", ADDRESS_PRIVATE, SET_ADDRESS, address=settings.base_url)
    return fine("address", ADDRESS, address=settings.base_url)


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified
