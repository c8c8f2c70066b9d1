"""An upgrade that says when it begins to copy, and waits there to be killed."""

import asyncio
import json
import sys
from pathlib import Path

from damso.kernel.i18n import Text
from damso.kernel.postgres_upgrade import COPYING, upgrade_database


def say(text: Text, **fields: object) -> None:
    if text is COPYING:
        print(json.dumps("copying"), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    asyncio.run(upgrade_database(Path(sys.argv[1]), Path(sys.argv[2]), durable=False, say=say))
