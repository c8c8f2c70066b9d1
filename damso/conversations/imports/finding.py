"""Where an export lies that somebody names at the desk: an upload, or what is in the folder that the machine allows."""

from pathlib import Path

from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

SHOWN = 200
"""Entries of the folder that are listed."""


class FolderClosed(AppError):
    code = "IMPORT_FOLDER_CLOSED"
    status = 422
    text = Text(
        "서버 폴더에서 가져오려면 DAMSO_IMPORT_FOLDER를 설정해 주세요.",
        "To bring in what lies on the server, set DAMSO_IMPORT_FOLDER.",
    )


class NotInFolder(AppError):
    code = "NOT_IN_IMPORT_FOLDER"
    status = 422
    text = Text("가져오기 폴더에 없는 이름이에요.", "There is nothing of this name in the import folder.")


class Place(Struct, frozen=True, kw_only=True):
    """An upload (`upload_ref`) or a path below the folder."""

    name: str
    upload_ref: str | None = None
    folder: Path | None = None


def below(root: Path | None, name: str) -> Place:
    """What is called so in the folder; links do not lead out of it. Raises `FolderClosed`, `NotInFolder`."""
    if root is None:
        raise FolderClosed(field="folder")
    try:
        base, path = root.resolve(strict=True), (root / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise NotInFolder(field="folder") from error
    if base not in path.parents:
        raise NotInFolder(field="folder")
    return Place(name=path.name, folder=path)


def offered(root: Path | None) -> list[str]:
    """What lies in the folder, by name; nothing where there is none."""
    if root is None or not root.is_dir():
        return []
    return sorted(path.name for path in root.iterdir() if not path.name.startswith("."))[:SHOWN]
