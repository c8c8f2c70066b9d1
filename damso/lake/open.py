"""Which store the settings name."""

import importlib
from pathlib import Path

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.lake.store import FolderStore, LakeStore

OFF = "off"


class LakeOff(AppError):
    code = "LAKE_OFF"
    status = 404
    text = Text(
        "레이크를 쓰지 않도록 설정했어요. (DAMSO_LAKE_URL=off)", "The lake is switched off. (DAMSO_LAKE_URL=off)"
    )


def store_of(settings: Settings) -> LakeStore:
    """The lake's place. Raises `LakeOff`, `SettingInvalid`."""
    if settings.lake_url == OFF:
        raise LakeOff
    return store_at(settings.lake_url or str(settings.data / "lake"))


def store_at(url: str) -> LakeStore:
    """A folder by its path, or an object store by its address, whose library is loaded for those who need it."""
    if url.startswith("s3://"):
        store: LakeStore = importlib.import_module("damso.lake.object_store").ObjectStore(url)
        return store
    return FolderStore(Path(url))
