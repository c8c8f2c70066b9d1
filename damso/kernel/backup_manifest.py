"""What every backup says of itself, and how it can be unreadable."""

from datetime import datetime

from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

MANIFEST = "manifest.json"
DUMP = "database.dump"
KEY = "secret.key"


class BackupUnreadable(AppError):
    code = "BACKUP_UNREADABLE"
    status = 422
    text = Text(
        "{file}은(는) 담소 백업이 아니거나, 더 새로운 담소에서 만든 백업이에요.",
        "{file} is not a backup of Damso, or a newer Damso made it.",
    )


class BackupDamaged(AppError):
    code = "BACKUP_DAMAGED"
    status = 422
    text = Text(
        "백업이 손상됐어요: {entry}이(가) 없거나, 저장할 때와 내용이 달라요.",
        "The backup is damaged: {entry} is missing, or not what was saved.",
    )


class Entry(Struct, frozen=True):
    name: str
    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup holds, and which versions made it."""

    format: int
    damso: str
    postgres: str
    created_at: datetime
    entries: list[Entry]
    blobs: int = 0
    """How many blobs belong to it that stand outside, shared with other runs."""

    @property
    def has_key(self) -> bool:
        return any(entry.name == KEY and entry.size for entry in self.entries)

    def entry(self, name: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.name == name), None)
