"""Where the engine puts what does not fit into its memory: a folder that nobody else may read and that goes with
whoever opened it.

The engine could encrypt it only with an extension, which it shall not need; the lake beside it is not encrypted either.
"""

import os
import shutil
import tempfile
import weakref
from pathlib import Path

_NAME = "damso-lake-"


def spill_folder(owner: object) -> Path:
    """A new one, until `owner` is gone or the process ends. What killed processes left is deleted."""
    for left in Path(tempfile.gettempdir()).glob(f"{_NAME}*-*"):
        if _is_stray(left.name.removeprefix(_NAME).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"{_NAME}{os.getpid()}-")
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _is_stray(pid: str) -> bool:
    """Whether no such process runs."""
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OverflowError, PermissionError):
        return False
    return False
