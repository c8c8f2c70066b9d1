"""Reading the manifest, and switching to the next one."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Stream
from damso.lake.store import LakeStore
from damso.lake.types import FORMAT, GRACE, Manifest, Retired, StreamState

MANIFEST = "manifest.json"


class ManifestBroken(AppError):
    code = "LAKE_MANIFEST_BROKEN"
    status = 503
    text = Text(
        "레이크의 목록({file})을 읽을 수 없어요. 레이크 폴더를 다른 곳으로 옮기고 "
        "'damso lake rebuild'로 다시 만들어 주세요.",
        "The manifest of the lake ({file}) cannot be read. Move the lake's folder away and make it again by "
        "'damso lake rebuild'.",
    )


class LakeBusy(AppError):
    """Somebody else has written meanwhile; what we wrote counts for nothing."""

    code = "LAKE_BUSY"
    status = 409
    text = Text(
        "다른 프로세스가 레이크를 쓰고 있어요. 잠시 뒤에 다시 해 주세요.",
        "Another process is writing the lake. Try again in a moment.",
    )


def read_manifest(store: LakeStore) -> Manifest:
    """What the lake is now; an empty one where there is none. Raises `ManifestBroken`."""
    data = store.read(MANIFEST)
    if data is None:
        return Manifest()
    try:
        found = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ManifestBroken(file=MANIFEST) from error
    if found.format > FORMAT:
        raise ManifestBroken(file=MANIFEST)
    return found


class Book:
    """The manifest in the hands of the one process that writes, which holds the lake's lock."""

    def __init__(self, store: LakeStore) -> None:
        self.store = store
        self.manifest = read_manifest(store)

    @property
    def next(self) -> int:
        """The generation that is being made: part of the names of its files, so that a repeat overwrites itself."""
        return self.manifest.generation + 1

    def switch(self, after: Manifest, now: datetime) -> None:
        """Make it count. Files that counted before and do no more are retired. Raises `LakeBusy`."""
        before = self.manifest
        if read_manifest(self.store).generation != before.generation:
            raise LakeBusy
        gone = before.counting() - after.counting()
        retired = (*after.retired, *(Retired(path, now) for path in sorted(gone)))
        fresh = replace(after, generation=self.next, written_at=now, retired=retired)
        self.store.replace(MANIFEST, msgspec.json.format(msgspec.json.encode(fresh), indent=1))
        self.manifest = fresh

    def switch_stream(self, stream: Stream, state: StreamState, now: datetime) -> None:
        self.switch(replace(self.manifest, streams=self.manifest.streams | {stream: state}), now)

    def sweep(self) -> int:
        """Delete files that never counted: a crash left them behind. Nobody has read them."""
        known = self.manifest.paths() | {MANIFEST}
        stray = [path for path in self.store.paths() if path not in known]
        for path in stray:
            self.store.delete(path)
        return len(stray)

    def bury(self, now: datetime, *, at_once: bool = False) -> int:
        """Delete files that count no more and whose grace is over."""
        due = [gone for gone in self.manifest.retired if at_once or now - gone.at >= GRACE]
        if due:
            self._delete(due)
            left = tuple(gone for gone in self.manifest.retired if gone not in due)
            self.switch(replace(self.manifest, retired=left), now)
        return len(due)

    def _delete(self, files: Sequence[Retired]) -> None:
        for file in files:
            self.store.delete(file.path)
